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
        (totals.active, totals.started, totals.percent()),
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
    assert_eq!((totals.active, totals.started, totals.done), (1, 1, 0));
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

const NAMES: [&str; 2] = ["a1.mp3", "a2.mp3"];

/// Stops `upload a1.mp3 a2.mp3` with key "one" while the service processes them, as `re_1` and
/// `re_2`.
async fn stopped_with_one(place: &Place) {
    let busy = || (0..99).map(|_| known(AssetStatus::Uploading, None));
    let service = Scripted::new()
        .answers("a1.mp3", busy())
        .answers("a2.mp3", busy());
    let mut make = Make::command_line();
    make.jobs = 1;
    let mut engine = make.start(place, service);
    engine.say(Command::Add(
        NAMES.map(|name| place.file(name, name)).to_vec(),
    ));
    engine.until_row("a1.mp3", is_processing).await;
    engine.until_row("a2.mp3", is_processing).await;
    engine.shut_down().await;
}

/// Runs `upload a1.mp3 a2.mp3` with a key.
fn upload_with(name: &str, run: &'static str, place: &Place, service: Scripted) -> Engine {
    let mut make = Make::command_line().run(run);
    make.key = Some(key(name));
    let engine = make.start(place, service);
    engine.say(Command::Add(NAMES.map(|name| place.path(name)).to_vec()));
    engine
}

fn has_both(place: &Place) -> Scripted {
    let size = |name: &str| std::fs::metadata(place.path(name)).unwrap().len();
    Scripted::new()
        .holds("re_1", "a1.mp3", size("a1.mp3"))
        .holds("re_2", "a2.mp3", size("a2.mp3"))
}

fn sorted(mut words: Vec<String>) -> Vec<String> {
    words.sort_unstable();
    words
}

#[tokio::test(start_paused = true)]
async fn upload_with_another_key_of_the_account_follows_what_the_first_one_sent() {
    let place = Place::new();
    stopped_with_one(&place).await;
    let busy = || [known(AssetStatus::Uploading, None)];
    let service = has_both(&place)
        .answers("a1.mp3", busy())
        .answers("a2.mp3", busy());
    let mut engine = upload_with("two", "run2", &place, service);
    engine.until_status("a1.mp3", &Status::Ready).await;
    engine.until_status("a2.mp3", &Status::Ready).await;
    assert_eq!(
        sorted(engine.script().words()),
        ["ask re_1", "ask re_1", "ask re_2", "ask re_2"]
    );
    let events = engine.events();
    for asset in ["re_1", "re_2"].map(id) {
        // It is told to be uploaded once the service has said so.
        let followed = LifecycleEvent::Followed(Some(asset.clone()));
        let places = |wanted: &dyn Fn(&LifecycleEvent) -> bool| events.iter().position(wanted);
        let known = places(&|event| *event == followed);
        let end = places(
            &|event| matches!(event, LifecycleEvent::Finished { asset: of, .. } if *of == asset),
        );
        let asking = places(&|event| *event == LifecycleEvent::Followed(None));
        assert!(
            asking.is_some() && asking < known && known < end,
            "{events:?}"
        );
    }
    engine.shut_down().await;
    assert_eq!(place.items(), [], "nothing stays behind");
    let joined = place.history().joined(&key("two").account(), BASE_URL);
    assert_eq!(joined.unwrap().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn upload_with_a_key_of_another_account_asks_once_and_leaves_what_the_first_one_sent() {
    let place = Place::new();
    stopped_with_one(&place).await;
    let mut engine = upload_with("two", "run2", &place, Scripted::new().ids_from(100));
    let mut new = vec![];
    for (name, asset) in NAMES.into_iter().zip(["re_1", "re_2"]) {
        let row = engine.until_status(name, &Status::Ready).await;
        assert!(!row.possibly_stored_twice, "the accounts are two");
        new.extend(row.asset_id.clone());
        let words = engine.script().words();
        let place_of = |wanted: String| words.iter().position(|word| *word == wanted);
        let asked = place_of(format!("ask {asset}"));
        assert!(asked < place_of(format!("upload {name}")), "{words:?}");
        let count = |wanted: String| words.iter().filter(|word| **word == wanted).count();
        assert_eq!(count(format!("ask {asset}")), 1, "{words:?}");
        assert_eq!(count(format!("upload {name}")), 1, "{words:?}");
    }
    assert_eq!(engine.snapshot().rows.len(), 2);
    let events = engine.events();
    let last4 = key("one").last4();
    let says_so = |event: &&LifecycleEvent| {
        **event
            == LifecycleEvent::OtherKey {
                last4: last4.clone(),
            }
    };
    assert_eq!(events.iter().filter(says_so).count(), 2, "{events:?}");
    engine.shut_down().await;
    for asset in ["re_1", "re_2"] {
        let first = place.asset(asset).unwrap();
        assert_eq!((&first.account, first.note), (&key("one").account(), None));
        assert_eq!(first.status, Some(AssetStatus::Waiting));
    }
    for asset in &new {
        let second = place.asset(asset.as_str()).unwrap();
        assert_eq!(second.account, key("two").account());
    }
    let left = place.items();
    assert_eq!(left.len(), 2);
    let is_of_one = |item: &ItemRecord| item.account == Some(key("one").account());
    assert!(left.iter().all(is_of_one), "{left:?}");

    let mut engine = upload_with("one", "run3", &place, has_both(&place));
    for (name, asset) in NAMES.into_iter().zip(["re_1", "re_2"]) {
        let row = engine.until_status(name, &Status::Ready).await;
        assert_eq!(row.asset_id, Some(id(asset)));
    }
    assert_eq!(sorted(engine.script().words()), ["ask re_1", "ask re_2"]);
    engine.shut_down().await;
    assert_eq!(place.items(), [], "nothing stays behind");
}

#[tokio::test(start_paused = true)]
async fn upload_goes_on_with_what_its_own_key_sent_of_a_file_that_two_keys_sent() {
    let place = Place::new();
    stopped_with_one(&place).await;
    let service = Scripted::new()
        .ids_from(100)
        .acts("a1.mp3", [Act::Stay])
        .acts("a2.mp3", [Act::Stay]);
    let mut engine = upload_with("two", "run2", &place, service);
    engine.until_status("a1.mp3", &Status::Uploading).await;
    engine.until_status("a2.mp3", &Status::Uploading).await;
    engine.kill().await;
    // The second key's upload goes on; what it was answered before is not asked again.
    let mut engine = upload_with("two", "run3", &place, Scripted::new().ids_from(200));
    engine.until_status("a1.mp3", &Status::Ready).await;
    engine.until_status("a2.mp3", &Status::Ready).await;
    let words = engine.script().words();
    let asks_the_first = |word: &&String| ["ask re_1", "ask re_2"].contains(&word.as_str());
    assert_eq!(words.iter().find(asks_the_first), None);
    assert_eq!(engine.script().count("upload"), 2);
    engine.kill().await;
    let mut engine = upload_with("one", "run4", &place, has_both(&place));
    engine.until_status("a1.mp3", &Status::Ready).await;
    engine.until_status("a2.mp3", &Status::Ready).await;
    assert_eq!(sorted(engine.script().words()), ["ask re_1", "ask re_2"]);
}

#[tokio::test(start_paused = true)]
async fn a_key_that_comes_late_from_the_keychain_is_asked_about_what_another_one_sent() {
    let place = Place::new();
    stopped_with_one(&place).await;
    let mut make = Make::command_line().run("run2");
    make.key = None;
    let mut engine = make.start(&place, has_both(&place));
    engine.say(Command::Add(NAMES.map(|name| place.path(name)).to_vec()));
    engine.pass(5).await;
    engine.say(Command::SetKey(key("two"), KeySource::Keychain));
    engine.until_status("a1.mp3", &Status::Ready).await;
    engine.until_status("a2.mp3", &Status::Ready).await;
    assert_eq!(sorted(engine.script().words()), ["ask re_1", "ask re_2"]);
}

#[tokio::test(start_paused = true)]
async fn waiting_for_the_keychain_uses_up_no_ids() {
    let place = Place::new();
    stopped_with_one(&place).await;
    let mut make = Make::command_line().run("run2");
    make.key = None;
    let mut engine = make.start(&place, has_both(&place));
    engine.say(Command::Add(NAMES.map(|name| place.path(name)).to_vec()));
    engine.pass(60).await;
    let next = place.history().reserve_ids(1).unwrap();
    assert!(next < ItemId(10), "{next:?}");
    engine.say(Command::SetKey(key("two"), KeySource::Keychain));
    engine.until_status("a2.mp3", &Status::Ready).await;
}
