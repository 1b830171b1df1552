//! Keys of several accounts: what was started with one goes on with it while another is in use.

use std::time::Duration;

use super::service::{Act, known};
use super::*;
use crate::model::asset::{AssetAnswer, AssetStatus};
use crate::model::fault::Fault;
use crate::model::snapshot::KeyState;

fn is_processing(row: &Row) -> bool {
    matches!(row.status, Status::Processing { .. })
}

fn switch_to(engine: &Engine, name: &str) {
    engine.say(Command::SwitchKey(key(name), KeySource::Keychain));
}

/// Returns the last characters of all keys that calls about a file or its asset were made with.
fn keys_of(engine: &Engine, file: &str, asset: &str) -> Vec<String> {
    let calls = engine.script().calls().into_iter();
    let of_it = calls.filter(|call| {
        let mut words = call.what.split(' ');
        words.any(|word| word == file || word == asset)
    });
    let mut keys: Vec<String> = of_it.map(|call| call.key).collect();
    keys.dedup();
    keys
}

/// Starts three files with key "one": `a.mp3` is processed, `b.mp3` is sent, `c.mp3` waits.
async fn started_with_one(place: &Place) -> Engine {
    let busy = (0..8).map(|_| known(AssetStatus::Uploading, None));
    started_and_polled(place, busy.collect()).await
}

async fn started_and_polled(place: &Place, polled: Vec<Result<AssetAnswer, Fault>>) -> Engine {
    let service = Scripted::new()
        .answers("a.mp3", polled)
        .acts("b.mp3", [Act::Steadily(Duration::from_secs(60))]);
    let mut make = Make::window();
    make.jobs = 1;
    let mut engine = make.start(place, service);
    let paths = ["a.mp3", "b.mp3", "c.mp3"].map(|name| place.file(name, &name.repeat(100)));
    engine.upload(&paths).await;
    engine.until_row("a.mp3", is_processing).await;
    engine.until_status("b.mp3", &Status::Uploading).await;
    engine.until_status("c.mp3", &Status::Queued).await;
    engine
}

#[tokio::test(start_paused = true)]
async fn what_was_started_ends_under_its_own_key_and_the_next_file_goes_under_the_new_one() {
    let place = Place::new();
    let mut engine = started_with_one(&place).await;
    switch_to(&engine, "two");
    engine
        .until(|it| {
            it.accounts
                .current()
                .is_some_and(|it| it.account == key("two").account())
        })
        .await;
    let waits = engine.row("c.mp3");
    assert_eq!(waits.account(), Some(&key("one").account()));
    engine.upload(&[place.file("d.mp3", "d")]).await;
    for (name, asset, sent_with) in [
        ("a.mp3", "re_1", "one"),
        ("b.mp3", "re_2", "one"),
        ("c.mp3", "re_3", "one"),
        ("d.mp3", "re_4", "two"),
    ] {
        let row = engine.until_status(name, &Status::Ready).await;
        assert_eq!(row.asset_id, Some(id(asset)), "{name}");
        assert_eq!(keys_of(&engine, name, asset), [key(sent_with).last4()]);
        assert_eq!(row.account(), Some(&key(sent_with).account()), "{name}");
        let is_other = engine.snapshot().accounts.is_other(row.account().unwrap());
        assert_eq!(is_other, sent_with == "one", "{name}");
        let record = place.asset(asset).unwrap();
        assert_eq!(record.account, key(sent_with).account());
    }
    // Nothing of the first account counts as known to the second one.
    let again = place.file("again.mp3", &"a.mp3".repeat(100));
    engine.upload(&[again]).await;
    let row = engine.until_status("again.mp3", &Status::Ready).await;
    assert_eq!(row.asset_id, Some(id("re_5")));
}

#[tokio::test(start_paused = true)]
async fn a_rejected_key_of_another_account_lets_nothing_go_to_the_wrong_one() {
    let place = Place::new();
    // The other account does not know the asset.
    let unknown = (0..8).map(|_| Ok(AssetAnswer::NotFound));
    let mut engine = started_and_polled(&place, unknown.collect()).await;
    switch_to(&engine, "two");
    engine.script().refuse(&key("one"));
    let last4 = key("one").last4();
    engine
        .until_status("a.mp3", &Status::OtherKey { last4 })
        .await;
    engine.until_status("c.mp3", &Status::Paused).await;
    assert_eq!(engine.count_needs(), 0, "the key in use is good");
    let told = |notice: &Notice| matches!(notice, Notice::OtherKeyRejected(it) if *it == key("one").account());
    assert_eq!(engine.notices().iter().filter(|it| told(it)).count(), 1);
    engine.pass(600).await;
    assert_eq!(engine.script().count("upload c.mp3"), 0);
    // It goes to the account in use only if it is started again.
    let id = engine.id_of("c.mp3");
    engine.say(Command::ResumeItems(vec![id]));
    engine.pass(60).await;
    assert_eq!(engine.row("c.mp3").status, Status::Paused);
    assert_eq!(engine.script().count("upload c.mp3"), 0);
    engine.say(Command::Cancel(vec![id]));
    engine.say(Command::Retry(vec![id]));
    let row = engine.until_status("c.mp3", &Status::Ready).await;
    assert_eq!(row.account(), Some(&key("two").account()));
}

#[tokio::test(start_paused = true)]
async fn files_that_wait_for_a_rejected_key_wait_on_when_another_account_comes_into_use() {
    let place = Place::new();
    let service = Scripted::new();
    service.refuse(&key("one"));
    let mut engine = Make::window().start(&place, service);
    engine.upload(&[place.file("a.mp3", "a")]).await;
    engine.until(|it| it.needs.is_some()).await;
    switch_to(&engine, "two");
    engine.until_status("a.mp3", &Status::Paused).await;
    engine.until(|it| it.needs.is_none()).await;
    engine.pass(60).await;
    assert_eq!(engine.script().count("upload"), 0);
}

#[tokio::test(start_paused = true)]
async fn going_back_to_an_account_takes_up_what_it_was_started_for() {
    let place = Place::new();
    let mut engine = started_with_one(&place).await;
    switch_to(&engine, "two");
    switch_to(&engine, "one");
    for name in ["a.mp3", "b.mp3", "c.mp3"] {
        let row = engine.until_status(name, &Status::Ready).await;
        assert_eq!(row.account(), Some(&key("one").account()));
    }
}

#[tokio::test(start_paused = true)]
async fn after_a_restart_nothing_goes_to_another_account_than_it_was_started_for() {
    let place = Place::new();
    let mut engine = started_with_one(&place).await;
    switch_to(&engine, "two");
    engine
        .until(|it| it.rows.iter().all(|row| row.account().is_some()))
        .await;
    engine.kill().await;
    let size = std::fs::metadata(place.path("a.mp3")).unwrap().len();
    let service = Scripted::new()
        .holds("re_1", "a.mp3", size)
        .ids_from(100)
        .answers("a.mp3", [Ok(AssetAnswer::NotFound)]);
    let mut make = Make::window().run("run2");
    make.key = Some(key("two"));
    let mut engine = make.start(&place, service);
    let last4 = key("one").last4();
    engine
        .until_status("a.mp3", &Status::OtherKey { last4 })
        .await;
    engine.say(Command::ContinueInterrupted);
    engine.pass(60).await;
    for name in ["b.mp3", "c.mp3"] {
        assert_eq!(engine.row(name).status, Status::Paused, "{name}");
        assert_eq!(engine.row(name).account(), Some(&key("one").account()));
    }
    assert_eq!(engine.script().count("upload"), 0);
    // With its key at hand it goes on there.
    engine.say(Command::HoldKey(key("one")));
    engine.until_status("a.mp3", &Status::Ready).await;
    let ids = ["b.mp3", "c.mp3"].map(|name| engine.id_of(name));
    engine.say(Command::ResumeItems(ids.to_vec()));
    for name in ["b.mp3", "c.mp3"] {
        let row = engine.until_status(name, &Status::Ready).await;
        assert_eq!(row.account(), Some(&key("one").account()), "{name}");
    }
    let KeyState::Present { last4, .. } = &engine.snapshot().key else {
        panic!("there is a key");
    };
    assert_eq!(*last4, key("two").last4(), "another one stays in use");
}

#[tokio::test(start_paused = true)]
async fn a_renewed_key_takes_over_what_waits_for_the_one_before() {
    let place = Place::new();
    let mut engine = started_with_one(&place).await;
    engine.say(Command::SetKey(key("new"), KeySource::Keychain));
    let row = engine.until_status("c.mp3", &Status::Ready).await;
    assert_eq!(row.account(), Some(&key("new").account()));
    assert_eq!(engine.script().count("upload c.mp3"), 1);
}

#[tokio::test(start_paused = true)]
async fn accounts_have_names_and_are_joined_by_hand() {
    let place = Place::new();
    let mut engine = Make::window().start(&place, Scripted::new());
    engine.upload(&[place.file("a.mp3", "a")]).await;
    engine.until_status("a.mp3", &Status::Ready).await;
    switch_to(&engine, "two");
    let (one, two) = (key("one").account(), key("two").account());
    engine.say(Command::NameAccount(
        one.clone(),
        Some("Studio A".to_owned()),
    ));
    let named = |snapshot: &Snapshot, account| {
        let info = snapshot.accounts.get(account)?;
        info.name.clone()
    };
    let snapshot = engine.until(|it| named(it, &one).is_some()).await;
    assert_eq!(named(&snapshot, &one).as_deref(), Some("Studio A"));
    assert!(snapshot.accounts.is_other(&one));
    engine.say(Command::JoinAccounts(two.clone(), one.clone()));
    let snapshot = engine.until(|it| !it.accounts.is_other(&one)).await;
    assert_eq!(named(&snapshot, &two).as_deref(), Some("Studio A"));
    // The account now knows the assets that the first key sent.
    engine.add(&[place.file("again.mp3", "a")]).await;
    let of = Some(id("re_1"));
    let found = Status::Duplicate { of };
    engine.until_status("again.mp3", &found).await;
    engine.shut_down().await;
    let joined = place.history().joined(&two, BASE_URL).unwrap();
    assert_eq!(joined.len(), 2);
}

#[tokio::test(start_paused = true)]
async fn what_another_key_sent_goes_on_once_the_user_says_that_the_account_is_one() {
    let place = Place::new();
    let unknown = (0..2).map(|_| Ok(AssetAnswer::NotFound));
    let service = Scripted::new().answers("a.mp3", unknown);
    let mut engine = Make::window().start(&place, service);
    engine.upload(&[place.file("a.mp3", "a")]).await;
    engine.until_row("a.mp3", is_processing).await;
    // Each key asks once in vain.
    engine.say(Command::SetKey(key("two"), KeySource::Keychain));
    let last4 = key("one").last4();
    engine
        .until_status("a.mp3", &Status::OtherKey { last4 })
        .await;
    engine.say(Command::JoinAccounts(
        key("two").account(),
        key("one").account(),
    ));
    engine.until_status("a.mp3", &Status::Ready).await;
}

#[tokio::test(start_paused = true)]
async fn a_forgotten_key_is_not_used_any_more() {
    let place = Place::new();
    let mut engine = started_with_one(&place).await;
    switch_to(&engine, "two");
    engine.say(Command::ForgetKey(key("one").account()));
    engine.until_status("c.mp3", &Status::Paused).await;
    engine.pass(600).await;
    assert_eq!(engine.script().count("upload c.mp3"), 0);
}
