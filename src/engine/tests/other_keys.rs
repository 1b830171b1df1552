//! Assets sent with another API key are polled once with the current one.

use std::time::Duration;

use super::service::{Act, known};
use super::*;
use crate::model::asset::{AssetAnswer, AssetStatus};

/// Ends a run with key "one" while the service processes `a.mp3`, as `re_1`.
async fn sent_with_one(place: &Place) {
    let busy = (0..99).map(|_| known(AssetStatus::Uploading, None));
    let service = Scripted::new().answers("a.mp3", busy);
    let mut engine = Make::window().start(place, service);
    engine.upload(&[place.file("a.mp3", "a")]).await;
    engine.until_row("a.mp3", is_processing).await;
    engine.kill().await;
}

fn is_processing(row: &Row) -> bool {
    matches!(row.status, Status::Processing { .. })
}

fn other_key() -> Status {
    Status::OtherKey {
        last4: key("one").last4(),
    }
}

/// Configures the next run, with another key.
fn with_two(run: &'static str) -> Make {
    let mut make = Make::window().run(run);
    make.key = Some(key("two"));
    make
}

fn has_it(place: &Place) -> Scripted {
    let size = std::fs::metadata(place.path("a.mp3")).unwrap().len();
    Scripted::new().holds("re_1", "a.mp3", size).ids_from(100)
}

#[tokio::test(start_paused = true)]
async fn what_the_current_key_does_not_know_is_asked_about_once_and_goes_on_with_its_own() {
    let place = Place::new();
    sent_with_one(&place).await;
    let service = has_it(&place).answers("a.mp3", [Ok(AssetAnswer::NotFound)]);
    let mut engine = with_two("run2").start(&place, service);
    let row = engine.until_status("a.mp3", &other_key()).await;
    assert_eq!(row.asset_id, Some(id("re_1")));
    engine.pass(600).await;
    assert_eq!(engine.script().words(), ["ask re_1"]);
    assert_eq!(engine.held().await.running, 0);
    engine.say(Command::SetKey(key("one"), KeySource::Keychain));
    engine.until_status("a.mp3", &Status::Ready).await;
    assert_eq!(engine.script().words(), ["ask re_1", "ask re_1"]);
    engine.shut_down().await;
    let joined = place.history().joined(&key("two").account(), BASE_URL);
    assert_eq!(joined, Ok(vec![key("two").account()]));
}

#[tokio::test(start_paused = true)]
async fn what_another_key_sent_is_neither_done_nor_under_way() {
    let place = Place::new();
    sent_with_one(&place).await;
    let service = has_it(&place).answers("a.mp3", [Ok(AssetAnswer::NotFound)]);
    let mut engine = with_two("run2").start(&place, service);
    engine.until_status("a.mp3", &other_key()).await;
    let totals = engine.snapshot().totals;
    assert_eq!(
        (totals.active, totals.batch, totals.percent()),
        (0, 0, None)
    );
}

#[tokio::test(start_paused = true)]
async fn what_another_key_sent_drops_out_of_the_batch() {
    let place = Place::new();
    let unknown = (0..99).map(|_| Ok(AssetAnswer::NotFound));
    let service = Scripted::new()
        .answers("a.mp3", unknown)
        .acts("b.mp3", [Act::Steadily(Duration::from_secs(300))]);
    let mut engine = Make::window().start(&place, service);
    engine.upload(&[place.file("a.mp3", "a")]).await;
    engine.until_row("a.mp3", is_processing).await;
    engine.say(Command::SetKey(key("two"), KeySource::Session));
    let other = place.file("b.mp3", &"b".repeat(1000));
    engine.upload(&[other]).await;
    engine.until_status("a.mp3", &other_key()).await;
    let row = engine.until_status("b.mp3", &Status::Uploading).await;
    let totals = engine.snapshot().totals;
    assert_eq!((totals.active, totals.batch, totals.done), (1, 1, 0));
    assert_eq!(totals.bytes, row.size);
    engine.until_status("b.mp3", &Status::Ready).await;
    engine.pass(10).await;
    // It delays no batch's end and belongs to none.
    assert_eq!(engine.batches(), [(1, 0, 0)]);
}

#[tokio::test(start_paused = true)]
async fn a_twin_of_what_another_key_sent_goes_up_itself() {
    let place = Place::new();
    let busy = (0..99).map(|_| known(AssetStatus::Uploading, None));
    let service = Scripted::new().answers("a.mp3", busy);
    let mut engine = Make::window().start(&place, service);
    let paths = ["a.mp3", "b.mp3"].map(|name| place.file(name, "the same"));
    engine.upload(&paths).await;
    engine
        .until_status("b.mp3", &Status::Duplicate { of: None })
        .await;
    engine.until_row("a.mp3", is_processing).await;
    engine.kill().await;
    let service = has_it(&place).answers("a.mp3", [Ok(AssetAnswer::NotFound)]);
    let mut engine = with_two("run2").start(&place, service);
    engine.until_status("a.mp3", &other_key()).await;
    engine.say(Command::ContinueInterrupted);
    let row = engine.until_status("b.mp3", &Status::Ready).await;
    assert_eq!(row.asset_id, Some(id("re_101")));
}

#[tokio::test(start_paused = true)]
async fn an_answer_makes_two_keys_one_account_for_duplicates_and_for_later_runs() {
    let place = Place::new();
    let mut engine = Make::window().start(&place, Scripted::new());
    engine.upload(&[place.file("old.mp3", "old one")]).await;
    engine.until_status("old.mp3", &Status::Ready).await;
    engine.shut_down().await;

    let busy = (0..99).map(|_| known(AssetStatus::Uploading, None));
    let service = Scripted::new().ids_from(1).answers("a.mp3", busy);
    let mut engine = Make::window().run("run2").start(&place, service);
    engine.upload(&[place.file("a.mp3", "a")]).await;
    engine.until_row("a.mp3", is_processing).await;
    engine.kill().await;

    // Files of two runs with "one" and "two" are equal; the reply shows a common account.
    let size = |name: &str| std::fs::metadata(place.path(name)).unwrap().len();
    let service = || {
        Scripted::new()
            .holds("re_1", "old.mp3", size("old.mp3"))
            .holds("re_2", "a.mp3", size("a.mp3"))
            .ids_from(100)
    };
    let mut engine = with_two("run3").start(&place, service());
    engine.until_status("a.mp3", &Status::Ready).await;
    let path = place.file("again.mp3", "old one");
    engine.upload(std::slice::from_ref(&path)).await;
    let known = Status::Duplicate {
        of: Some(id("re_1")),
    };
    engine.until_status("again.mp3", &known).await;
    assert_eq!(engine.script().count("upload"), 0);
    engine.shut_down().await;

    let mut make = Make::command_line().run("run4");
    make.key = Some(key("two"));
    let mut engine = make.start(&place, service());
    engine.add(&[path]).await;
    engine.until_status("again.mp3", &known).await;
    assert_eq!(engine.script().count("upload"), 0);
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_comes_late_takes_up_all_that_its_key_sent() {
    let place = Place::new();
    let busy = || (0..99).map(|_| known(AssetStatus::Uploading, None));
    let service = Scripted::new()
        .answers("a.mp3", busy())
        .answers("b.mp3", busy());
    let mut engine = Make::window().start(&place, service);
    let paths = ["a.mp3", "b.mp3"].map(|name| place.file(name, name));
    engine.upload(&paths).await;
    engine.until_row("a.mp3", is_processing).await;
    engine.until_row("b.mp3", is_processing).await;
    engine.kill().await;
    let size = std::fs::metadata(place.path("a.mp3")).unwrap().len();
    let service = Scripted::new()
        .holds("re_1", "a.mp3", size)
        .holds("re_2", "b.mp3", size)
        .answers("a.mp3", [Ok(AssetAnswer::NotFound)])
        .answers("b.mp3", [Ok(AssetAnswer::NotFound)]);
    let mut engine = with_two("run2").start(&place, service);
    engine.until_status("a.mp3", &other_key()).await;
    engine.until_status("b.mp3", &other_key()).await;
    engine.say(Command::CheckAgain(vec![engine.id_of("b.mp3")]));
    engine.until_status("b.mp3", &Status::Ready).await;
    engine.until_status("a.mp3", &Status::Ready).await;
}
