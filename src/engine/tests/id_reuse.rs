//! An id-only row gets the id of equal content, and nothing is sent.

use super::duplicate_scan::{until_found, with_its_place_taken};
use super::duplicates::twins;
use super::service::Act;
use super::*;

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
