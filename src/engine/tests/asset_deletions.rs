//! Assets that are deleted from the service, on paused time.

use super::asset_checks::{holding, uploaded};
use super::service::Act;
use super::*;
use crate::model::asset_deletion::{AssetDeletionProgress, AssetDeletionResult as Outcome};
use crate::model::fault::RequiredAction;
use crate::store::AssetRemark;

const NAMES: [&str; 3] = ["a.mp3", "b.mp3", "c.mp3"];

fn delete(assets: &[&str]) -> Command {
    Command::DeleteAssets(assets.iter().map(|text| id(text)).collect())
}

impl Engine {
    /// Waits for the end of a deletion.
    async fn deleted(&mut self) -> AssetDeletionProgress {
        loop {
            let notice = tokio::time::timeout(LONGEST, self.handle.notices.recv());
            if let Notice::AssetsDeleted(end) = notice.await.unwrap().unwrap() {
                return end;
            }
        }
    }

    fn outcomes(&mut self) -> Vec<(AssetId, Outcome)> {
        let deleted = |event| match event {
            LifecycleEvent::AssetDeleted(asset, result) => Some((asset, result)),
            _ => None,
        };
        self.events().into_iter().filter_map(deleted).collect()
    }
}

fn end(deleted: u64, not_found: u64, failed: u64, passed_over: u64) -> AssetDeletionProgress {
    let done = deleted + not_found + failed + passed_over;
    AssetDeletionProgress {
        total: done,
        done,
        deleted,
        not_found,
        failed,
        passed_over,
    }
}

fn left(place: &Place) -> Vec<AssetId> {
    place.history().deletions(BASE_URL).unwrap()
}

#[tokio::test(start_paused = true)]
async fn assets_are_deleted_at_the_shared_rate_and_stay_in_history_and_ledger() {
    let place = Place::new();
    uploaded(&place, &NAMES).await;
    let lines = place.ledger().len();
    let service = holding(&place, &NAMES[..2]);
    let mut engine = Make::window().start(&place, service);
    engine.say(delete(&["re_1", "re_2", "re_3", "re_99", "re_1"]));
    assert_eq!(engine.deleted().await, end(2, 2, 0, 0));
    let calls = engine.script().calls();
    for pair in calls.windows(2) {
        assert_eq!(pair[1].at - pair[0].at, Duration::from_millis(1050));
    }
    assert_eq!(
        engine.outcomes(),
        [
            (id("re_1"), Outcome::Deleted),
            (id("re_2"), Outcome::Deleted),
            (id("re_3"), Outcome::NotFound),
            (id("re_99"), Outcome::NotFound),
        ]
    );
    assert_eq!(engine.snapshot().asset_deletion, None);
    engine.shut_down().await;
    assert!(place.asset("re_1").unwrap().deleted_at_ms.is_some());
    assert_eq!(place.asset("re_3").unwrap().remark, Some(AssetRemark::Gone));
    assert_eq!(place.asset("re_99"), None);
    let told = ["deleted re_1", "deleted re_2", "gone re_3"];
    assert_eq!(place.ledger()[lines..], told);
    assert!(left(&place).is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_limit_is_waited_for_and_a_lost_answer_is_asked_about_first() {
    let place = Place::new();
    uploaded(&place, &NAMES).await;
    let service = holding(&place, &NAMES)
        .deletions("re_1", [(FaultKind::RateLimitedOrInvalid, false)])
        .deletions("re_2", [(FaultKind::Offline, true)])
        .deletions("re_3", [(FaultKind::ServerError, false)]);
    let mut engine = Make::window().start(&place, service);
    engine.say(delete(&["re_1", "re_2", "re_3"]));
    assert_eq!(engine.deleted().await, end(3, 0, 0, 0));
    assert_eq!(
        engine.script().words(),
        [
            "delete re_1",
            "delete re_1",
            "delete re_2",
            "ask re_2",
            "delete re_3",
            "ask re_3",
            "delete re_3",
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn what_the_service_refuses_for_good_fails_and_the_rest_goes_on() {
    let place = Place::new();
    uploaded(&place, &NAMES).await;
    let limit = (FaultKind::RateLimitedOrInvalid, false);
    let service = holding(&place, &NAMES).deletions("re_1", [limit; 9]);
    let mut engine = Make::window().start(&place, service);
    engine.say(delete(&["re_1", "re_2"]));
    assert_eq!(engine.deleted().await, end(1, 0, 1, 0));
    assert_eq!(place.asset("re_1").unwrap().deleted_at_ms, None);
    assert_eq!(place.asset("re_1").unwrap().remark, None);
}

#[tokio::test(start_paused = true)]
async fn after_a_kill_the_rest_is_offered_and_never_deleted_unasked() {
    let place = Place::new();
    uploaded(&place, &NAMES).await;
    let mut engine = Make::window()
        .run("killed")
        .start(&place, holding(&place, &NAMES));
    engine.say(delete(&["re_1", "re_2", "re_3"]));
    engine
        .until(|it| it.asset_deletion.is_some_and(|deletion| deletion.done == 1))
        .await;
    engine.kill().await;
    assert_eq!(left(&place), [id("re_2"), id("re_3")]);

    // The second one was deleted in the moment of the kill.
    let service = Scripted::new().holds("re_3", "c.mp3", 9);
    let mut engine = Make::window().start(&place, service);
    engine.until(|it| it.deletions_left == 2).await;
    engine.pass(60).await;
    assert!(engine.script().calls().is_empty());
    engine.say(Command::ResumeDeletions);
    assert_eq!(engine.deleted().await, end(2, 0, 0, 0));
    assert_eq!(engine.script().words(), ["ask re_2", "delete re_3"]);
    assert_eq!(engine.snapshot().deletions_left, 0);
    assert!(place.asset("re_2").unwrap().deleted_at_ms.is_some());
    assert!(left(&place).is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_stop_and_a_refused_offer_leave_the_rest_alone_for_good() {
    let place = Place::new();
    uploaded(&place, &NAMES).await;
    let mut engine = Make::window()
        .run("stopped")
        .start(&place, holding(&place, &NAMES));
    engine.say(delete(&["re_1", "re_2", "re_3"]));
    engine
        .until(|it| it.asset_deletion.is_some_and(|deletion| deletion.done == 1))
        .await;
    engine.say(Command::StopDeleting);
    let stopped = engine.deleted().await;
    assert_eq!((stopped.done, stopped.total), (1, 3));
    engine.pass(60).await;
    assert_eq!(engine.script().words(), ["delete re_1"]);
    assert!(left(&place).is_empty());
    engine.say(delete(&["re_2", "re_3"]));
    engine
        .until(|it| it.asset_deletion.is_some_and(|deletion| deletion.done == 1))
        .await;
    engine.kill().await;
    let mut engine = Make::window().start(&place, holding(&place, &NAMES));
    engine.until(|it| it.deletions_left == 1).await;
    engine.say(Command::ForgetDeletions);
    engine.until(|it| it.deletions_left == 0).await;
    assert!(left(&place).is_empty());
}

#[tokio::test(start_paused = true)]
async fn another_accounts_asset_and_one_being_uploaded_are_passed_over() {
    let place = Place::new();
    uploaded(&place, &NAMES).await;
    let mut make = Make::window();
    make.key = Some(key("two"));
    let mut engine = make.start(&place, Scripted::new().ids_from(100));
    engine.say(delete(&["re_1"]));
    assert_eq!(engine.deleted().await, end(0, 0, 0, 1));
    assert!(engine.script().calls().is_empty());
    let outcomes = engine.outcomes();
    assert!(matches!(outcomes[0].1, Outcome::OtherAccount { .. }));
    engine.shut_down().await;

    let service = Scripted::new().ids_from(100).acts("new.mp3", [Act::Stay]);
    let mut engine = Make::window().signed().run("sent").start(&place, service);
    engine.upload(&[place.file("new.mp3", "new")]).await;
    engine.until_status("new.mp3", &Status::Uploading).await;
    let reserved = engine.row("new.mp3").reserved_id.clone().unwrap();
    engine.say(Command::DeleteAssets(vec![reserved.clone()]));
    assert_eq!(engine.deleted().await, end(0, 0, 0, 1));
    assert_eq!(engine.outcomes(), [(reserved, Outcome::Uploading)]);
    assert_eq!(engine.script().count("delete"), 0);
}

#[tokio::test(start_paused = true)]
async fn rows_say_that_their_asset_is_deleted_and_equal_content_goes_up_anew() {
    let place = Place::new();
    let mut engine = Make::window().start(&place, Scripted::new());
    let twins = [place.file("a.mp3", "same"), place.file("b.mp3", "same")];
    engine.upload(&twins).await;
    engine.until_status("a.mp3", &Status::Ready).await;
    let duplicate = Status::Duplicate {
        of: Some(id("re_1")),
    };
    engine.until_status("b.mp3", &duplicate).await;
    engine.say(delete(&["re_1"]));
    assert_eq!(engine.deleted().await, end(1, 0, 0, 0));
    for name in ["a.mp3", "b.mp3"] {
        let row = engine.row(name);
        let Status::Failed(fault) = &row.status else {
            panic!("{name}: {:?}", row.status);
        };
        assert_eq!(fault.kind, FaultKind::AssetDeleted);
        assert_eq!(row.asset_id, Some(id("re_1")));
    }
    engine.upload(&[place.file("c.mp3", "same")]).await;
    engine.until_status("c.mp3", &Status::Ready).await;
    assert_eq!(engine.row("c.mp3").asset_id, Some(id("re_2")));
    assert_eq!(engine.script().count("upload"), 2);
}

#[tokio::test(start_paused = true)]
async fn a_refused_key_costs_one_call_and_another_accounts_key_deletes_nothing() {
    let place = Place::new();
    uploaded(&place, &NAMES).await;
    let service = holding(&place, &NAMES);
    service.refuse(&key("one"));
    let mut engine = Make::window().start(&place, service);
    engine.say(delete(&["re_1", "re_2"]));
    let held = engine.until(|it| it.needs.is_some()).await;
    assert_eq!(held.needs, Some(RequiredAction::Key));
    engine.pass(600).await;
    assert_eq!(engine.script().words(), ["delete re_1"]);
    engine.say(Command::SetKey(key("two"), KeySource::Session));
    assert_eq!(engine.deleted().await, end(0, 0, 0, 2));
    assert_eq!(engine.script().words(), ["delete re_1"]);
    assert_eq!(place.asset("re_1").unwrap().remark, None);
}
