//! Holds that need the user: announced once, without failing rows, and resumed afterwards.

use std::time::Duration;

use super::service::{Act, fault, known};
use super::*;
use crate::model::asset::{AssetAnswer, AssetStatus};
use crate::model::fault::RequiredAction;
use crate::model::snapshot::KeyState;

fn files(place: &Place, names: &[&str]) -> Vec<PathBuf> {
    names.iter().map(|name| place.file(name, name)).collect()
}

fn is_refused(snapshot: &Snapshot) -> bool {
    matches!(snapshot.key, KeyState::Present { refused: true, .. })
}

#[tokio::test(start_paused = true)]
async fn a_refused_key_costs_one_request_and_holds_the_queue_once() {
    let place = Place::new();
    let service = Scripted::new();
    service.refuse(&key("one"));
    let mut engine = Make::window().start(&place, service);
    engine.upload(&files(&place, &["a.mp3", "b.mp3"])).await;
    engine
        .until(|it| it.needs == Some(RequiredAction::Key))
        .await;
    engine.pass(100).await;
    assert_eq!(engine.script().words(), ["check"]);
    assert!(is_refused(&engine.snapshot()));
    assert_eq!(engine.row("a.mp3").status, Status::Queued);
    assert_eq!(engine.count_needs(), 1);
    engine.say(Command::SetKey(key("two"), KeySource::Session));
    engine.until_status("b.mp3", &Status::Ready).await;
    engine.until_status("a.mp3", &Status::Ready).await;
    assert_eq!(engine.count_needs(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_key_that_is_refused_in_the_midst_holds_everything_and_fails_nothing() {
    let place = Place::new();
    let busy = || known(AssetStatus::Uploading, None);
    let slow = Act::Take(Duration::from_secs(20));
    let service = Scripted::new()
        .acts("c.mp3", [slow.clone()])
        .acts("d.mp3", [Act::Fail(fault(FaultKind::Unauthorized))])
        .answers("a.mp3", (0..3).map(|_| busy()))
        .answers("b.mp3", (0..3).map(|_| busy()));
    let mut engine = Make::window().start(&place, service);
    let names = ["a.mp3", "b.mp3", "c.mp3", "d.mp3", "e.mp3", "f.mp3"];
    engine.upload(&files(&place, &names)).await;
    engine
        .until(|it| it.needs == Some(RequiredAction::Key))
        .await;
    engine.script().refuse(&key("one"));
    let asked = engine.script().words().len();
    engine.pass(300).await;
    // The running transfer ended; there were no other calls.
    assert_eq!(engine.script().words().len(), asked);
    assert_eq!(engine.count_needs(), 1);
    for name in names {
        let row = engine.row(name);
        assert!(!matches!(row.status, Status::Failed(_)), "{row:?}");
    }
    engine.say(Command::SetKey(key("two"), KeySource::Session));
    for name in names {
        engine.until_status(name, &Status::Ready).await;
    }
    assert_eq!(engine.count_needs(), 1);
    assert_eq!(engine.script().count("upload c.mp3"), 1);
}

#[tokio::test(start_paused = true)]
async fn a_late_refusal_of_the_key_before_says_nothing_of_the_one_of_now() {
    let place = Place::new();
    // Slow, and then rejected for the key that it was sent with.
    let service = Scripted::new().key_checks([Ok(())]).acts(
        "a.mp3",
        [Act::LateFail(
            Duration::from_secs(60),
            fault(FaultKind::Unauthorized),
        )],
    );
    let mut engine = Make::window().start(&place, service);
    engine.upload(&files(&place, &["a.mp3"])).await;
    engine
        .until_row("a.mp3", |row| row.status == Status::Uploading)
        .await;
    engine.say(Command::SetKey(key("two"), KeySource::Session));
    engine.until_status("a.mp3", &Status::Ready).await;
    assert_eq!(engine.count_needs(), 0);
    let calls = engine.script().calls();
    let uploads: Vec<_> = calls
        .iter()
        .filter(|call| call.what == "upload a.mp3")
        .collect();
    assert_eq!(uploads[0].key, key("one").last4());
    assert_eq!(uploads[1].key, key("two").last4());
}

#[tokio::test(start_paused = true)]
async fn the_answer_to_an_old_key_does_not_make_the_new_one_good() {
    let place = Place::new();
    let slow = Act::Take(Duration::from_secs(60));
    let service = Scripted::new().acts("a.mp3", [slow]);
    let mut engine = Make::window().start(&place, service);
    engine.upload(&files(&place, &["a.mp3"])).await;
    engine
        .until_row("a.mp3", |row| row.status == Status::Finishing)
        .await;
    engine.script().refuse(&key("two"));
    engine.say(Command::SetKey(key("two"), KeySource::Session));
    engine.pass(61).await;
    let good = place.history().key_good_at(&key("two").account(), BASE_URL);
    assert_eq!(good.unwrap(), None);
}

#[tokio::test(start_paused = true)]
async fn balance_and_account_hold_the_queue_until_the_user_says_so() {
    for (kind, fix) in [
        (FaultKind::InsufficientBalance, RequiredAction::Balance),
        (FaultKind::Forbidden, RequiredAction::Account),
        (FaultKind::Retired, RequiredAction::Program),
    ] {
        let place = Place::new();
        let service = Scripted::new().acts("a.mp3", [Act::Fail(fault(kind))]);
        let mut engine = Make::window().start(&place, service);
        engine.upload(&files(&place, &["a.mp3", "b.mp3"])).await;
        engine.until(|it| it.needs == Some(fix)).await;
        engine.pass(100).await;
        assert_eq!(engine.count_needs(), 1);
        assert_eq!(engine.row("a.mp3").status, Status::Queued);
        assert!(!is_refused(&engine.snapshot()));
        engine.say(Command::FixDone);
        engine.until_status("a.mp3", &Status::Ready).await;
        engine.until_status("b.mp3", &Status::Ready).await;
    }
}

#[tokio::test(start_paused = true)]
async fn what_the_check_of_the_key_is_refused_for_is_asked_again_when_the_user_says_so() {
    for (kind, fix) in [
        (FaultKind::InsufficientBalance, RequiredAction::Balance),
        (FaultKind::Forbidden, RequiredAction::Account),
        (FaultKind::Retired, RequiredAction::Program),
    ] {
        let place = Place::new();
        let service = Scripted::new().key_checks([Err(fault(kind)), Ok(())]);
        let mut engine = Make::window().start(&place, service);
        engine.upload(&files(&place, &["a.mp3"])).await;
        engine.until(|it| it.needs == Some(fix)).await;
        assert_eq!(engine.script().count("upload"), 0);
        engine.say(Command::FixDone);
        engine.until_status("a.mp3", &Status::Ready).await;
        assert_eq!(engine.script().count("check"), 2);
    }
}

#[tokio::test(start_paused = true)]
async fn the_command_line_is_told_what_a_user_has_to_do() {
    let place = Place::new();
    let service = Scripted::new();
    service.refuse(&key("one"));
    let mut engine = Make::command_line().start(&place, service);
    engine.add(&files(&place, &["a.mp3"])).await;
    engine
        .until(|it| it.needs == Some(RequiredAction::Key))
        .await;
    let events = engine.events();
    let needs: Vec<_> = events
        .iter()
        .filter(
            |event| matches!(event, LifecycleEvent::NeedsUser(fault) if fault.kind == FaultKind::Unauthorized),
        )
        .collect();
    assert_eq!(needs.len(), 1, "{events:?}");
}

#[tokio::test(start_paused = true)]
async fn without_a_key_a_start_asks_for_one_each_time() {
    let place = Place::new();
    let mut make = Make::window();
    make.key = None;
    let mut engine = make.start(&place, Scripted::new());
    engine.upload(&files(&place, &["a.mp3"])).await;
    engine.pass(10).await;
    // The keychain has not answered yet.
    assert_eq!(engine.snapshot().needs, None);
    engine.say(Command::NoKey);
    engine
        .until(|it| it.needs == Some(RequiredAction::Key))
        .await;
    assert!(engine.snapshot().key.is_missing());
    engine.say(Command::Start);
    engine.pass(1).await;
    assert_eq!(engine.count_needs(), 2);
    engine.say(Command::SetKey(key("one"), KeySource::Session));
    engine.until_status("a.mp3", &Status::Ready).await;
}

#[tokio::test(start_paused = true)]
async fn a_key_that_was_good_within_the_hour_is_not_asked_about_again() {
    let place = Place::new();
    let mut engine = Make::window().start(&place, Scripted::new());
    engine.upload(&files(&place, &["a.mp3"])).await;
    engine.until_status("a.mp3", &Status::Ready).await;
    engine.shut_down().await;
    let mut engine = Make::window()
        .run("run2")
        .start(&place, Scripted::new().ids_from(100));
    engine.upload(&files(&place, &["b.mp3"])).await;
    engine.until_status("b.mp3", &Status::Ready).await;
    assert_eq!(engine.script().count("check"), 0);
}

#[tokio::test(start_paused = true)]
async fn an_unanswered_key_check_lets_one_file_go_ahead() {
    for kind in [FaultKind::Offline, FaultKind::Blocked] {
        let place = Place::new();
        let service = Scripted::new()
            .key_checks([Err(fault(kind))])
            .acts("a.mp3", [Act::Take(Duration::from_secs(30))]);
        let mut engine = Make::window().start(&place, service);
        engine.upload(&files(&place, &["a.mp3", "b.mp3"])).await;
        engine.pass(20).await;
        assert_eq!(engine.script().count("upload"), 1);
        engine.until_status("a.mp3", &Status::Ready).await;
        engine.until_status("b.mp3", &Status::Ready).await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_new_key_that_cannot_see_an_asset_does_not_lose_it() {
    let place = Place::new();
    let busy = || known(AssetStatus::Uploading, None);
    let unseen = || Ok(AssetAnswer::NotFound);
    let service = Scripted::new().answers(
        "a.mp3",
        [busy(), busy(), unseen(), unseen(), unseen(), unseen()],
    );
    let mut engine = Make::window().start(&place, service);
    engine.upload(&files(&place, &["a.mp3"])).await;
    engine
        .until_row("a.mp3", |row| {
            matches!(row.status, Status::Processing { .. })
        })
        .await;
    engine.pass(8).await;
    engine.say(Command::SetKey(key("two"), KeySource::Session));
    engine.pass(600).await;
    let last4 = key("one").last4();
    assert_eq!(engine.row("a.mp3").status, Status::OtherKey { last4 });
    // Polled once with that key, then left alone.
    let two = key("two").last4();
    let asked = |engine: &Engine| {
        let calls = engine.script().calls();
        calls
            .iter()
            .filter(|call| call.key == two && call.what == "ask re_1")
            .count()
    };
    assert_eq!(asked(&engine), 1);
    engine.say(Command::SetKey(key("one"), KeySource::Session));
    engine.until_status("a.mp3", &Status::Ready).await;
}

#[tokio::test(start_paused = true)]
async fn a_candidate_key_is_checked_in_its_turn() {
    let place = Place::new();
    let engine = Make::window().start(&place, Scripted::new());
    let (answer, receiver) = tokio::sync::oneshot::channel();
    engine.say(Command::CheckKey(key("two"), answer));
    assert_eq!(receiver.await.unwrap(), Ok(()));
    let calls = engine.script().calls();
    assert_eq!((calls.len(), &calls[0].key), (1, &key("two").last4()));
}

#[tokio::test(start_paused = true)]
async fn a_key_counts_as_checked_once_it_answered_well_and_not_before() {
    let place = Place::new();
    let mut engine = Make::window().start(&place, Scripted::new());
    let checked = |snapshot: &Snapshot| match snapshot.key {
        KeyState::Present { checked, .. } => Some(checked),
        _ => None,
    };
    engine.say(Command::SetKey(key("three"), KeySource::Keychain));
    engine.until(|s| checked(s) == Some(false)).await;
    let (answer, receiver) = tokio::sync::oneshot::channel();
    engine.say(Command::CheckKey(key("two"), answer));
    assert_eq!(receiver.await.unwrap(), Ok(()));
    engine.say(Command::SetKey(key("two"), KeySource::Keychain));
    engine.until(|s| checked(s) == Some(true)).await;
}
