//! An id-only row gets the id of equal content, and nothing is sent.

use super::duplicate_scan::{duplicate_of, until_found, with_its_place_taken};
use super::duplicates::{that_holds, twins, uploaded_before};
use super::service::{Act, fault, known};
use super::*;
use crate::model::asset::AssetStatus;

/// Returns a service that has the content but is unreachable.
fn that_is_out_of_reach(size: u64) -> Scripted {
    let offline = (0..1000).map(|_| Err(fault(FaultKind::Offline)));
    that_holds(size).answers("before.mp3", offline)
}

#[tokio::test(start_paused = true)]
async fn what_was_uploaded_before_is_found_and_claimed_only_after_the_question() {
    let place = Place::new();
    let size = uploaded_before(&place).await;
    let service = that_holds(size);
    let mut engine = Make::window().start(&place, service);
    engine.add(&twins(&place, 1)).await;
    until_found(&mut engine, &["0.mp3"]).await;
    let row = engine.row("0.mp3");
    assert!(duplicate_of(&engine, "0.mp3").ends_with("before.mp3"));
    assert!(row.duplicate_of.as_ref().unwrap().uploaded_at_ms.is_some());
    assert_eq!(
        (&row.asset_id, engine.snapshot().totals.startable),
        (&None, 0)
    );
    assert!(engine.script().words().is_empty());
    engine.say(Command::TakeIds(vec![row.id]));
    let of = Some(id("re_1"));
    engine
        .until_status("0.mp3", &Status::Duplicate { of })
        .await;
    assert_eq!(engine.script().words(), ["ask re_1"]);
}

#[tokio::test(start_paused = true)]
async fn what_the_service_holds_no_more_is_not_sent_without_a_word() {
    let place = Place::new();
    uploaded_before(&place).await;
    let mut engine = Make::window().start(&place, Scripted::new().ids_from(100));
    engine.add(&twins(&place, 2)).await;
    until_found(&mut engine, &["0.mp3", "1.mp3"]).await;
    engine.say(Command::Start);
    // Either may be looked up first; one is to be uploaded, the other follows.
    engine
        .until(|it| it.totals.active == 0 && it.rows.iter().any(|row| row.duplicate_unconfirmed))
        .await;
    engine.pass(60).await;
    assert_eq!(engine.script().count("upload"), 0);
    let snapshot = engine.snapshot();
    assert_eq!(snapshot.totals.startable, 1);
    // The user starts it.
    engine.say(Command::Start);
    engine
        .until(|it| it.totals.done == 1 && it.totals.active == 0)
        .await;
    let snapshot = engine.snapshot();
    let ready = |row: &&Arc<Row>| row.status == Status::Ready;
    let of = snapshot.rows.iter().find(ready).unwrap().asset_id.clone();
    let duplicate = Status::Duplicate { of };
    assert!(snapshot.rows.iter().any(|row| row.status == duplicate));
    assert_eq!(engine.script().count("upload"), 1);
}

#[tokio::test(start_paused = true)]
async fn an_id_comes_while_everything_is_paused_and_every_place_is_taken() {
    let place = Place::new();
    let size = uploaded_before(&place).await;
    let service = that_holds(size).acts("long.mp3", [Act::Stay, Act::Stay]);
    let mut make = Make::window();
    make.jobs = 1;
    let mut engine = make.start(&place, service);
    let mut paths = twins(&place, 2);
    engine.upload(&[place.file("long.mp3", "another")]).await;
    engine.until_status("long.mp3", &Status::Uploading).await;
    let of = Some(id("re_1"));
    for (path, is_paused) in [(paths.remove(0), false), (paths.remove(0), true)] {
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        engine.add(&[path]).await;
        engine
            .until_status(&name, &Status::FoundDuplicate(DuplicateStage::Known))
            .await;
        if is_paused {
            engine.say(Command::Pause);
            engine.until_status("long.mp3", &Status::Queued).await;
        }
        engine.say(Command::TakeIds(vec![engine.id_of(&name)]));
        engine
            .until_status(&name, &Status::Duplicate { of: of.clone() })
            .await;
        assert_eq!(engine.snapshot().paused, is_paused);
    }
    assert_eq!(engine.row("long.mp3").status, Status::Queued);
}

#[tokio::test(start_paused = true)]
async fn who_wants_an_id_alone_sends_nothing_when_the_original_fails_and_where_none_is_sent() {
    let place = Place::new();
    let paths = twins(&place, 3);
    let service = Scripted::new().acts("0.mp3", [Act::Stay]);
    let mut engine = Make::window().start(&place, service);
    engine.add(&paths[..2]).await;
    until_found(&mut engine, &["1.mp3"]).await;
    // Its original is not started, so there is no id to get.
    engine.say(Command::TakeIds(vec![engine.id_of("1.mp3")]));
    engine.pass(60).await;
    let before = Status::FoundDuplicate(DuplicateStage::Before);
    assert_eq!(engine.row("1.mp3").status, before);
    engine.say(Command::StartItems(vec![engine.id_of("0.mp3")]));
    let known = Status::FoundDuplicate(DuplicateStage::Known);
    engine.until_status("1.mp3", &known).await;
    engine.say(Command::TakeIds(vec![engine.id_of("1.mp3")]));
    engine
        .until_status("1.mp3", &Status::Duplicate { of: None })
        .await;
    engine.say(Command::Cancel(vec![engine.id_of("0.mp3")]));
    engine.until_status("1.mp3", &Status::ReadyToUpload).await;
    engine.pass(60).await;
    assert_eq!(engine.row("1.mp3").status, Status::ReadyToUpload);
    assert_eq!(engine.script().stored("1.mp3"), 0);
}

#[tokio::test(start_paused = true)]
async fn the_id_of_a_file_that_waits_for_its_place_comes_when_that_was_sent() {
    let place = Place::new();
    let mut engine = with_its_place_taken(&place).await;
    engine.add(&twins(&place, 2)).await;
    until_found(&mut engine, &["1.mp3"]).await;
    engine.say(Command::StartItems(vec![engine.id_of("0.mp3")]));
    engine
        .until_status("1.mp3", &Status::FoundDuplicate(DuplicateStage::Known))
        .await;
    engine.say(Command::TakeIds(vec![engine.id_of("1.mp3")]));
    let row = engine.until_status("0.mp3", &Status::Ready).await;
    let of = row.asset_id.clone();
    engine
        .until_status("1.mp3", &Status::Duplicate { of })
        .await;
    assert_eq!(engine.script().stored("1.mp3"), 0);
}

#[tokio::test(start_paused = true)]
async fn a_wish_for_an_id_alone_outlasts_a_pause_and_a_restart() {
    let place = Place::new();
    let size = uploaded_before(&place).await;
    let service = that_is_out_of_reach(size);
    let mut engine = Make::window().start(&place, service);
    engine.add(&twins(&place, 1)).await;
    until_found(&mut engine, &["0.mp3"]).await;
    let row = engine.id_of("0.mp3");
    engine.say(Command::TakeIds(vec![row]));
    engine
        .until_row("0.mp3", |row| matches!(row.status, Status::Waiting { .. }))
        .await;
    engine.say(Command::PauseItems(vec![row]));
    engine.until_status("0.mp3", &Status::Paused).await;
    engine.kill().await;
    // The service no longer has it.
    let mut engine = Make::window().run("run2").start(&place, Scripted::new());
    until_found(&mut engine, &["0.mp3"]).await;
    let row = engine.id_of("0.mp3");
    engine.say(Command::ResumeItems(vec![row]));
    engine.say(Command::TakeIds(vec![row]));
    engine
        .until_row("0.mp3", |row| row.duplicate_unconfirmed)
        .await;
    engine.pass(60).await;
    assert_eq!(engine.script().count("upload"), 0);
    // Another account may have it.
    engine.say(Command::SetKey(key("two"), KeySource::Session));
    engine
        .until_row("0.mp3", |row| !row.duplicate_unconfirmed)
        .await;
}

#[tokio::test(start_paused = true)]
async fn what_memories_ai_has_but_is_not_ready_is_no_original_of_what_asked_about_it() {
    let place = Place::new();
    let size = uploaded_before(&place).await;
    let failed = known(AssetStatus::Failed, None);
    let service = that_holds(size).answers("before.mp3", [failed]);
    let mut engine = Make::window().start(&place, service);
    engine.add(&twins(&place, 1)).await;
    until_found(&mut engine, &["0.mp3"]).await;
    engine.say(Command::TakeIds(vec![engine.id_of("0.mp3")]));
    let row = engine
        .until_row("0.mp3", |row| row.duplicate_unconfirmed)
        .await;
    assert_eq!(row.status, Status::ReadyToUpload);
    // An equal file waits for its upload, whatever the history says.
    engine.add(&[place.file("later.mp3", "the same")]).await;
    until_found(&mut engine, &["later.mp3"]).await;
    assert!(duplicate_of(&engine, "later.mp3").ends_with("0.mp3"));
}

#[tokio::test(start_paused = true)]
async fn an_id_that_was_asked_for_when_the_program_ended_is_not_called_interrupted() {
    let place = Place::new();
    let size = uploaded_before(&place).await;
    let service = that_is_out_of_reach(size);
    let mut engine = Make::window().start(&place, service);
    engine.add(&twins(&place, 1)).await;
    until_found(&mut engine, &["0.mp3"]).await;
    engine.say(Command::Start);
    engine.until(|it| it.totals.active == 1).await;
    engine.pass(1).await;
    engine.kill().await;
    let mut engine = Make::window().run("run2").start(&place, Scripted::new());
    until_found(&mut engine, &["0.mp3"]).await;
    assert_eq!(engine.snapshot().interrupted, 0);
}

#[tokio::test(start_paused = true)]
async fn a_file_that_was_edited_before_its_id_is_asked_for_is_looked_at_again_and_not_sent() {
    let place = Place::new();
    let size = uploaded_before(&place).await;
    let paths = twins(&place, 1);
    let service = that_holds(size);
    let mut engine = Make::window().start(&place, service);
    engine.add(&paths).await;
    until_found(&mut engine, &["0.mp3"]).await;
    write_still(&paths[0], "not same");
    engine.say(Command::TakeIds(vec![engine.id_of("0.mp3")]));
    engine.until_status("0.mp3", &Status::ReadyToUpload).await;
    engine.pass(60).await;
    assert_eq!(engine.row("0.mp3").status, Status::ReadyToUpload);
    assert!(engine.script().words().is_empty());
}

#[tokio::test(start_paused = true)]
async fn what_is_gone_for_one_duplicate_is_none_for_those_that_were_not_started() {
    let place = Place::new();
    uploaded_before(&place).await;
    let mut engine = Make::window().start(&place, Scripted::new().ids_from(100));
    engine.add(&twins(&place, 2)).await;
    until_found(&mut engine, &["0.mp3", "1.mp3"]).await;
    engine.say(Command::TakeIds(vec![engine.id_of("0.mp3")]));
    engine
        .until_row("0.mp3", |row| row.duplicate_unconfirmed)
        .await;
    // It now depends on the first row, which the user has to start.
    let before = Status::FoundDuplicate(DuplicateStage::Before);
    engine.until_status("1.mp3", &before).await;
    assert!(duplicate_of(&engine, "1.mp3").ends_with("0.mp3"));
}

#[tokio::test(start_paused = true)]
async fn an_id_that_was_wanted_and_cancelled_is_not_sent_when_it_is_tried_again() {
    let place = Place::new();
    let size = uploaded_before(&place).await;
    let service = that_is_out_of_reach(size);
    let mut engine = Make::window().start(&place, service);
    engine.add(&twins(&place, 1)).await;
    until_found(&mut engine, &["0.mp3"]).await;
    let row = engine.id_of("0.mp3");
    engine.say(Command::TakeIds(vec![row]));
    engine.until(|it| it.totals.active == 1).await;
    // It takes one lookup and no bytes.
    let totals = engine.snapshot().totals;
    assert_eq!((totals.calls, totals.bytes), (1, 0));
    engine.say(Command::Cancel(vec![row]));
    engine.until_status("0.mp3", &Status::Cancelled).await;
    let asked = engine.script().count("ask re_1");
    engine.say(Command::Retry(vec![row]));
    engine.pass(60).await;
    // It is looked up again, and nothing else.
    assert!(engine.script().count("ask re_1") > asked);
    assert_eq!(engine.script().count("upload"), 0);
}
