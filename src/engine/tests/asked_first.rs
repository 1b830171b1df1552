//! An id that was given but not found is polled again before the file is re-sent.

use super::service::known;
use super::*;
use crate::model::asset::{AssetAnswer, AssetStatus};
use crate::store::AssetRemark;

/// Leaves a file whose id, `re_1`, was not found for a minute.
async fn not_found(place: &Place, make: Make) -> Engine {
    let missing = (0..9).map(|_| Ok(AssetAnswer::NotFound));
    let service = Scripted::new().answers("a.mp3", missing);
    let mut engine = make.start(place, service);
    engine.upload(&[place.file("a.mp3", "a")]).await;
    let (kind, row) = engine.until_failed("a.mp3").await;
    assert_eq!(
        (kind, &row.asset_id),
        (FaultKind::AssetMissing, &Some(id("re_1")))
    );
    assert_eq!(engine.script().count("upload"), 1);
    engine
}

/// Returns a service that has the file as `re_1`.
fn has_it(place: &Place) -> Scripted {
    let size = std::fs::metadata(place.path("a.mp3")).unwrap().len();
    Scripted::new().holds("re_1", "a.mp3", size).ids_from(100)
}

fn knows_nothing() -> Scripted {
    Scripted::new().ids_from(100)
}

/// Runs `upload` to its end, after a run that ended with [`not_found`].
async fn run_again(place: &Place, service: impl FnOnce(&Place) -> Scripted) -> Engine {
    let first = not_found(place, Make::command_line()).await;
    first.shut_down().await;
    let mut engine = Make::command_line()
        .run("run2")
        .start(place, service(place));
    engine.add(&[place.path("a.mp3")]).await;
    engine.until_status("a.mp3", &Status::Ready).await;
    engine
}

/// Asserts that the history has both ids and the note that the file may be stored twice.
fn has_both(place: &Place) {
    for asset in ["re_1", "re_101"] {
        let note = place.asset(asset).unwrap().remark;
        assert_eq!(note, Some(AssetRemark::MayBeStoredTwice), "{asset}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_retry_asks_about_the_id_before_it_sends() {
    let place = Place::new();
    let mut engine = not_found(&place, Make::window()).await;
    let asked = engine.script().count("ask");
    engine.say(Command::Retry(vec![engine.id_of("a.mp3")]));
    // Some scripted answers are left: it is still not found.
    let row = engine.until_status("a.mp3", &Status::Ready).await;
    let words = engine.script().words();
    let since = &words[2 + asked..];
    assert_eq!(since[..2], ["ask re_1", "upload a.mp3"], "{words:?}");
    assert_eq!(row.asset_id, Some(id("re_2")));
    assert!(row.possibly_stored_twice);
}

#[tokio::test(start_paused = true)]
async fn a_window_of_a_later_run_asks_too_and_sends_nothing_where_it_is_there() {
    let place = Place::new();
    not_found(&place, Make::window()).await.kill().await;
    let mut engine = Make::window().run("run2").start(&place, has_it(&place));
    let (kind, row) = engine.until_failed("a.mp3").await;
    assert_eq!(kind, FaultKind::AssetMissing);
    engine.pass(100).await;
    assert_eq!(engine.script().calls().len(), 0, "nothing begins by itself");
    engine.say(Command::Retry(vec![row.id]));
    let row = engine.until_status("a.mp3", &Status::Ready).await;
    assert_eq!(row.asset_id, Some(id("re_1")));
    assert_eq!(engine.script().words(), ["ask re_1"]);
    let record = place.asset("re_1").unwrap();
    assert_eq!(
        (record.status, record.remark),
        (Some(AssetStatus::Success), None)
    );
}

#[tokio::test(start_paused = true)]
async fn a_window_of_a_later_run_sends_what_is_still_not_there() {
    let place = Place::new();
    not_found(&place, Make::window()).await.kill().await;
    let mut engine = Make::window().run("run2").start(&place, knows_nothing());
    let (_, row) = engine.until_failed("a.mp3").await;
    engine.say(Command::Retry(vec![row.id]));
    engine.until_status("a.mp3", &Status::Ready).await;
    assert_eq!(
        engine.script().words(),
        ["ask re_1", "upload a.mp3", "ask re_101"]
    );
    has_both(&place);
}

#[tokio::test(start_paused = true)]
async fn upload_that_is_run_again_asks_and_sends_nothing_where_it_is_there() {
    let place = Place::new();
    let mut engine = run_again(&place, has_it).await;
    assert_eq!(engine.script().words(), ["ask re_1"]);
    let events = engine.events();
    assert_eq!(events[1], LifecycleEvent::Followed(None), "{events:?}");
    let last = events.last().unwrap();
    assert!(
        matches!(last, LifecycleEvent::Finished { .. }),
        "{events:?}"
    );
    engine.shut_down().await;
    assert_eq!(place.items(), [], "nothing stays behind");
}

#[tokio::test(start_paused = true)]
async fn upload_that_is_run_again_sends_what_is_still_not_there() {
    let place = Place::new();
    let engine = run_again(&place, |_| knows_nothing()).await;
    let words = engine.script().words();
    let asked = words.iter().position(|word| word == "ask re_1");
    let sent = words.iter().position(|word| word == "upload a.mp3");
    assert!(asked.is_some() && asked < sent, "{words:?}");
    let again = words.iter().filter(|word| *word == "ask re_1");
    assert_eq!(again.count(), 1, "{words:?}");
    engine.shut_down().await;
    has_both(&place);
    assert_eq!(place.items(), [], "nothing stays behind");
}

#[tokio::test(start_paused = true)]
async fn what_is_known_but_not_done_is_told_to_be_uploaded_by_then() {
    let place = Place::new();
    let busy = known(AssetStatus::Waiting, None);
    let service = |place: &Place| has_it(place).answers("a.mp3", [busy]);
    let mut engine = run_again(&place, service).await;
    assert_eq!(engine.script().count("upload"), 0);
    let events = engine.events();
    assert!(
        events.contains(&LifecycleEvent::Uploaded(id("re_1"))),
        "{events:?}"
    );
}
