//! Resumable sessions across a pause, a restart and a kill.

use super::service::{Act, fault};
use super::*;
use crate::model::snapshot::ResumeBehaviour;
use crate::store::{AssetRemark, HistoryChange};

/// Ends a run with a file in mid-body and its session in the keychain.
async fn half_sent(place: &Place, keychain: &Keychain) -> Engine {
    let path = place.file("a.mp3", "a");
    let service = Scripted::new().sessions().acts("a.mp3", [Act::Stay]);
    let make = Make::window().signed().keychain(keychain);
    let mut engine = make.start(place, service);
    engine.upload(&[path]).await;
    engine
        .until_row("a.mp3", |row| row.transfer.is_some_and(|it| it.sent > 0))
        .await;
    engine.pass(1).await;
    engine
}

fn second_run(place: &Place, keychain: &Keychain) -> Engine {
    let size = std::fs::metadata(place.path("a.mp3")).unwrap().len();
    let service = Scripted::new()
        .sessions()
        .ids_from(100)
        .holds("re_1", "a.mp3", size);
    let make = Make::window().signed().keychain(keychain).run("run2");
    make.start(place, service)
}

fn has_session(keychain: &Keychain, asset: &str) -> bool {
    keychain.load_session(&id(asset)).unwrap().is_some()
}

fn noted(place: &Place) -> usize {
    place.history().sessions(BASE_URL).unwrap().len()
}

#[tokio::test(start_paused = true)]
async fn a_session_of_a_killed_run_is_gone_on_with_under_the_same_id_and_then_forgotten() {
    let (place, keychain) = (Place::new(), Keychain::in_memory());
    let engine = half_sent(&place, &keychain).await;
    assert!(has_session(&keychain, "re_1"));
    assert_eq!(
        engine.row("a.mp3").later,
        Some(ResumeBehaviour::ResumesAfterRestart)
    );
    engine.kill().await;

    let mut engine = second_run(&place, &keychain);
    engine.until(|it| it.interrupted == 1).await;
    assert!(engine.row("a.mp3").interrupted);
    assert_eq!(
        engine.row("a.mp3").later,
        Some(ResumeBehaviour::ResumesAfterRestart)
    );
    engine.say(Command::ContinueInterrupted);
    let row = engine.until_status("a.mp3", &Status::Ready).await;
    assert_eq!(row.asset_id, Some(id("re_1")));
    assert_eq!(row.later, None);
    let words = engine.script().words();
    assert!(words.contains(&"go on a.mp3 re_1".to_owned()), "{words:?}");
    assert!(
        !words.iter().any(|it| it.starts_with("ticket")),
        "{words:?}"
    );
    engine.shut_down().await;
    assert!(!has_session(&keychain, "re_1"));
    assert_eq!(noted(&place), 0);
    assert_eq!(place.asset("re_1").unwrap().remark, None);
    let text = std::fs::read(place.data().join("history.db")).unwrap();
    let held = |what: &[u8]| text.windows(what.len()).any(|part| part == what);
    assert!(
        held(b"re_1") && !held(b"storage.test"),
        "a secret is no row"
    );
}

#[tokio::test(start_paused = true)]
async fn upload_goes_on_with_the_session_of_a_killed_run() {
    let (place, keychain) = (Place::new(), Keychain::in_memory());
    half_sent(&place, &keychain).await.kill().await;
    let size = std::fs::metadata(place.path("a.mp3")).unwrap().len();
    let service = Scripted::new().sessions().holds("re_1", "a.mp3", size);
    let mut engine = Make::command_line()
        .signed()
        .keychain(&keychain)
        .run("run2")
        .start(&place, service);
    engine.say(Command::Add(vec![place.path("a.mp3")]));
    let row = engine.until_status("a.mp3", &Status::Ready).await;
    assert_eq!(row.asset_id, Some(id("re_1")));
    assert_eq!(engine.script().count("go on a.mp3 re_1"), 1);
}

#[tokio::test(start_paused = true)]
async fn without_a_keychain_the_file_starts_again_and_the_row_says_so_before() {
    let (place, keychain) = (Place::new(), Keychain::absent());
    let mut engine = half_sent(&place, &keychain).await;
    // While the program runs it resumes all the same.
    assert_eq!(engine.row("a.mp3").later, Some(ResumeBehaviour::Resumes));
    engine.say(Command::PauseItems(vec![engine.id_of("a.mp3")]));
    let row = engine.until_status("a.mp3", &Status::Paused).await;
    assert_eq!(row.later, Some(ResumeBehaviour::Resumes));
    assert_eq!(noted(&place), 0);
    engine.kill().await;

    let mut engine = second_run(&place, &keychain);
    let row = engine.until_status("a.mp3", &Status::Paused).await;
    assert_eq!(row.later, Some(ResumeBehaviour::Restarts));
    assert_eq!((row.transfer, row.interrupted), (None, false));
    engine.say(Command::ResumeItems(vec![row.id]));
    let row = engine.until_status("a.mp3", &Status::Ready).await;
    assert_eq!(row.asset_id, Some(id("re_101")));
    let note = place.asset("re_1").unwrap().remark;
    assert_eq!(note, Some(AssetRemark::Abandoned));
}

#[tokio::test(start_paused = true)]
async fn a_pause_keeps_the_session_and_the_user_goes_on_with_it() {
    let (place, keychain) = (Place::new(), Keychain::in_memory());
    let mut engine = half_sent(&place, &keychain).await;
    let row = engine.id_of("a.mp3");
    let sent = engine.row("a.mp3").transfer.unwrap().sent;
    assert!(sent > 0);
    engine.say(Command::PauseItems(vec![row]));
    let paused = engine.until_status("a.mp3", &Status::Paused).await;
    assert_eq!(paused.later, Some(ResumeBehaviour::ResumesAfterRestart));
    assert!(!paused.interrupted);
    let kept = paused.transfer.unwrap();
    assert_eq!((kept.sent, kept.rate, kept.left), (sent, None, None));
    assert_eq!(engine.snapshot().totals.sent, sent, "no bar goes back");
    assert!(has_session(&keychain, "re_1"));
    engine.say(Command::ResumeItems(vec![row]));
    let row = engine.until_status("a.mp3", &Status::Ready).await;
    assert_eq!(row.asset_id, Some(id("re_1")));
    assert_eq!(engine.script().count("go on a.mp3 re_1"), 1);
    assert_eq!(engine.script().count("ticket"), 1);
}

#[tokio::test(start_paused = true)]
async fn what_a_session_holds_already_is_no_speed() {
    let place = Place::new();
    let path = place.file("a.mp3", &"a".repeat(1_000_000));
    let (asked, over) = (Duration::from_secs(1), Duration::from_secs(20));
    let service = Scripted::new()
        .sessions()
        .acts("a.mp3", [Act::GoOnFromHalf(asked, over)]);
    let mut engine = Make::window().signed().start(&place, service);
    engine.upload(&[path]).await;
    let of_row = |row: &Row| row.transfer.and_then(|it| it.rate);
    engine.until_row("a.mp3", |row| of_row(row).is_some()).await;
    // 500,000 bytes in 20 s, as shown by the row, the status bar and the plan.
    let mut seen = 0;
    while engine.row("a.mp3").status == Status::Uploading {
        let (snapshot, row) = (engine.snapshot(), engine.row("a.mp3"));
        for rate in [of_row(&row), snapshot.totals.rate] {
            let rate = rate.expect("it is estimated");
            assert!(rate < 26_000.0, "{rate}");
            seen += 1;
        }
        let left = snapshot.totals.left.expect("it is estimated");
        assert!(left > Duration::from_millis(500), "{left:?}");
        engine.pass(1).await;
    }
    assert!(seen >= 20, "{seen}");
    engine.until_status("a.mp3", &Status::Ready).await;
}

#[tokio::test(start_paused = true)]
async fn a_session_outlives_the_url_that_started_it() {
    let place = Place::new();
    let path = place.file("a.mp3", "a");
    let broken = [Act::LateFail(
        Duration::from_secs(100),
        fault(FaultKind::BrokenInBody),
    )];
    let service = Scripted::new()
        .sessions()
        .expires_in(Duration::from_secs(50))
        .acts("a.mp3", broken);
    let mut engine = Make::window().signed().start(&place, service);
    engine.upload(&[path]).await;
    let row = engine.until_status("a.mp3", &Status::Ready).await;
    assert_eq!(row.asset_id, Some(id("re_1")));
    assert_eq!(engine.script().count("go on a.mp3 re_1"), 1);
}

#[tokio::test(start_paused = true)]
async fn what_is_given_up_leaves_nothing_in_the_keychain() {
    type GiveUp = fn(ItemId) -> Command;
    let ways: [(bool, GiveUp); 4] = [
        (false, |row| Command::Cancel(vec![row])),
        (false, |row| Command::Remove(vec![row])),
        (true, |row| Command::Cancel(vec![row])),
        (true, |_| Command::DiscardInterrupted),
    ];
    for (restart, give_up) in ways {
        let (place, keychain) = (Place::new(), Keychain::in_memory());
        let mut engine = half_sent(&place, &keychain).await;
        if restart {
            engine.kill().await;
            engine = second_run(&place, &keychain);
            engine.until(|it| it.interrupted == 1).await;
        }
        assert!(has_session(&keychain, "re_1"));
        let row = engine.id_of("a.mp3");
        engine.say(give_up(row));
        engine.pass(1).await;
        engine.shut_down().await;
        assert!(!has_session(&keychain, "re_1"));
        assert_eq!(noted(&place), 0);
        let note = place.asset("re_1").unwrap().remark;
        assert_eq!(note, Some(AssetRemark::Abandoned));
    }
}

#[tokio::test(start_paused = true)]
async fn a_file_that_was_changed_or_an_account_that_is_another_starts_again() {
    for changed in [true, false] {
        let (place, keychain) = (Place::new(), Keychain::in_memory());
        half_sent(&place, &keychain).await.kill().await;
        let mut engine = second_run(&place, &keychain);
        engine.until(|it| it.interrupted == 1).await;
        if changed {
            write_still(&place.path("a.mp3"), "other");
            // The file checked again differs from the session's.
            engine.say(Command::Cancel(vec![engine.id_of("a.mp3")]));
            engine.until_status("a.mp3", &Status::Cancelled).await;
            engine.say(Command::Retry(vec![engine.id_of("a.mp3")]));
        } else {
            engine.say(Command::SetKey(key("two"), KeySource::Session));
            engine.say(Command::ContinueInterrupted);
        }
        let row = engine.until_status("a.mp3", &Status::Ready).await;
        assert_eq!(row.asset_id, Some(id("re_101")), "changed: {changed}");
        assert_eq!(engine.script().count("go on"), 0);
        engine.shut_down().await;
        assert!(!has_session(&keychain, "re_1"));
    }
}

#[tokio::test(start_paused = true)]
async fn a_session_that_is_older_than_a_week_is_swept_at_the_next_start() {
    let (place, keychain) = (Place::new(), Keychain::in_memory());
    let day = 24 * 3600 * 1000;
    let now = crate::engine::clock::now_ms();
    let mut history = place.history();
    for (asset, age) in [("re_7", 8 * day), ("re_8", 6 * day)] {
        keychain.save_session(&id(asset), b"secret").unwrap();
        let session = HistoryChange::PutSession {
            base_url: BASE_URL.to_owned(),
            asset_id: id(asset),
            at_ms: now - age,
        };
        history.commit(&[session]).unwrap();
    }
    drop(history);
    let make = Make::window().keychain(&keychain);
    let mut engine = make.start(&place, Scripted::new());
    engine.until(is_open).await;
    engine.shut_down().await;
    assert!(!has_session(&keychain, "re_7"));
    assert!(has_session(&keychain, "re_8"));
    assert_eq!(noted(&place), 1);
}

#[tokio::test(start_paused = true)]
async fn what_the_keychain_did_not_forget_it_forgets_at_the_next_start() {
    let (place, keychain) = (Place::new(), Keychain::in_memory());
    half_sent(&place, &keychain).await.kill().await;
    // This run has no keychain.
    let mut engine = second_run(&place, &Keychain::absent());
    engine.until(|it| it.interrupted == 1).await;
    engine.say(Command::DiscardInterrupted);
    engine.until(|it| it.rows.is_empty()).await;
    engine.shut_down().await;
    assert!(has_session(&keychain, "re_1"));
    assert_eq!(noted(&place), 1);
    let make = Make::window().keychain(&keychain).run("run3");
    let mut engine = make.start(&place, Scripted::new());
    engine.until(is_open).await;
    engine.shut_down().await;
    assert!(!has_session(&keychain, "re_1"));
    assert_eq!(noted(&place), 0);
}

#[tokio::test(start_paused = true)]
async fn a_locked_keychain_is_asked_once_and_swept_when_it_is_unlocked() {
    let (place, keychain) = (Place::new(), Keychain::in_memory());
    let names = ["a.mp3", "b.mp3", "c.mp3"];
    let paths = names.map(|name| place.file(name, name));
    let stay = |service: Scripted, name: &&str| service.acts(name, [Act::Stay]);
    let service = names.iter().fold(Scripted::new().sessions(), stay);
    let make = Make::window().signed().keychain(&keychain);
    let mut engine = make.start(&place, service);
    engine.upload(&paths).await;
    for name in names {
        let moves = |row: &Row| row.transfer.is_some_and(|it| it.sent > 0);
        engine.until_row(name, moves).await;
    }
    engine.pass(1).await;
    engine.kill().await;
    assert_eq!(noted(&place), 3);

    keychain.lock(true);
    let mut engine = second_run(&place, &keychain);
    engine.until(|it| it.interrupted == 3).await;
    engine.say(Command::ContinueInterrupted);
    for name in names {
        engine.until_status(name, &Status::Ready).await;
    }
    engine.shut_down().await;
    assert_eq!(keychain.lock(false), 1);
    // Its remaining entries are known, and deleted when possible.
    assert_eq!(noted(&place), 3);
    let make = Make::window().keychain(&keychain).run("run3");
    let mut engine = make.start(&place, Scripted::new());
    engine.until(is_open).await;
    engine.shut_down().await;
    assert_eq!(noted(&place), 0);
    for asset in ["re_1", "re_2", "re_3"] {
        assert!(!has_session(&keychain, asset));
    }
}

#[tokio::test(start_paused = true)]
async fn a_session_whose_successor_is_not_kept_is_not_left_behind() {
    let (place, keychain) = (Place::new(), Keychain::in_memory());
    let path = place.file("a.mp3", "a");
    let service = Scripted::new()
        .sessions()
        .acts("a.mp3", [Act::Stay, Act::Stay]);
    let make = Make::window().signed().keychain(&keychain);
    let mut engine = make.start(&place, service);
    engine.upload(&[path]).await;
    let moves = |row: &Row| row.status == Status::Uploading;
    engine.until_row("a.mp3", moves).await;
    engine.pass(1).await;
    keychain.lock(true);
    engine.say(Command::Pause);
    engine.until_status("a.mp3", &Status::Queued).await;
    engine.say(Command::Resume);
    engine.until_row("a.mp3", moves).await;
    engine.pass(1).await;
    assert_eq!(engine.script().count("go on a.mp3 re_1"), 1);
    assert_eq!(engine.row("a.mp3").later, Some(ResumeBehaviour::Resumes));
    engine.kill().await;
    keychain.lock(false);
    assert!(has_session(&keychain, "re_1"));
    assert_eq!(noted(&place), 1);
    let mut engine = second_run(&place, &keychain);
    engine.until(is_open).await;
    engine.shut_down().await;
    assert!(!has_session(&keychain, "re_1"));
    assert_eq!(noted(&place), 0);
}

#[tokio::test(start_paused = true)]
async fn what_was_taken_out_goes_on_where_it_was_after_an_undo() {
    let (place, keychain) = (Place::new(), Keychain::in_memory());
    let mut engine = half_sent(&place, &keychain).await;
    let row = engine.id_of("a.mp3");
    engine.say(Command::Remove(vec![row]));
    engine.until(|it| it.rows.is_empty()).await;
    engine.pass(600).await;
    engine.say(Command::UndoRemove);
    let back = engine.until_status("a.mp3", &Status::Paused).await;
    assert_eq!(back.later, Some(ResumeBehaviour::ResumesAfterRestart));
    assert_eq!(engine.snapshot().interrupted, 0, "the user holds it");
    assert!(back.transfer.is_some_and(|it| it.sent > 0));
    engine.say(Command::ResumeItems(vec![row]));
    let back = engine.until_status("a.mp3", &Status::Ready).await;
    assert_eq!(back.asset_id, Some(id("re_1")));
    assert_eq!(engine.script().count("go on a.mp3 re_1"), 1);
    assert_eq!(place.asset("re_1").unwrap().remark, None);
}

#[tokio::test(start_paused = true)]
async fn what_was_taken_out_is_given_up_when_it_cannot_be_undone_any_more() {
    for killed in [false, true] {
        let (place, keychain) = (Place::new(), Keychain::in_memory());
        let mut engine = half_sent(&place, &keychain).await;
        engine.add(&[place.file("b.mp3", "other")]).await;
        engine.say(Command::Remove(vec![engine.id_of("a.mp3")]));
        engine.until(|it| it.rows.len() == 1).await;
        assert!(has_session(&keychain, "re_1"));
        if killed {
            engine.kill().await;
            let make = Make::window().keychain(&keychain).run("run2");
            engine = make.start(&place, Scripted::new());
            engine.until(is_open).await;
        } else {
            engine.say(Command::Remove(vec![engine.id_of("b.mp3")]));
            engine.until(|it| it.rows.is_empty()).await;
            let note = place.asset("re_1").unwrap().remark;
            assert_eq!(note, Some(AssetRemark::Abandoned));
        }
        engine.pass(1).await;
        assert!(!has_session(&keychain, "re_1"), "killed: {killed}");
        assert_eq!(noted(&place), 0);
    }
}
