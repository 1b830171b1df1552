//! Duplicates are known before "Upload" is pressed.

use super::duplicates::{passes, that_is_out_of_reach, twins, uploaded_before};
use super::service::Act;
use super::*;
use crate::engine::files::drive::Hung;

/// Waits until exactly these files are found to be duplicates and the scan is idle.
pub(super) async fn until_found(engine: &mut Engine, names: &[&str]) {
    let is_found = |row: &Row| matches!(row.status, Status::FoundDuplicate(_));
    engine
        .until(|it| {
            let mut found = it.rows.iter().filter(|row| is_found(row));
            it.comparing == 0
                && found.clone().count() == names.len()
                && found.all(|row| names.contains(&row.name.as_str()))
        })
        .await;
}

/// Returns the original found for this file.
pub(super) fn duplicate_of(engine: &Engine, name: &str) -> PathBuf {
    engine.row(name).duplicate_of.clone().unwrap().path.clone()
}

/// Starts an engine whose only transfer slot is in use for minutes.
pub(super) async fn with_its_place_taken(place: &Place) -> Engine {
    let long = place.file("long.mp3", "another");
    let service = Scripted::new().acts("long.mp3", [Act::Take(Duration::from_secs(300))]);
    let mut make = Make::window();
    make.jobs = 1;
    let mut engine = make.start(place, service);
    engine.upload(&[long]).await;
    engine
}

#[tokio::test(start_paused = true)]
async fn equal_files_of_the_list_are_found_before_anything_is_started() {
    let place = Place::new();
    let mut paths = twins(&place, 3);
    paths.push(place.file("other.mp3", "not same"));
    paths.push(place.file("alone.mp3", "of another size"));
    let mut engine = Make::window().start(&place, Scripted::new());
    engine.add(&paths).await;
    until_found(&mut engine, &["1.mp3", "2.mp3"]).await;
    assert_eq!(duplicate_of(&engine, "2.mp3"), paths[0]);
    let totals = engine.snapshot().totals;
    let bytes: u64 = ["0.mp3", "other.mp3", "alone.mp3"]
        .iter()
        .map(|name| engine.row(name).size)
        .sum();
    assert_eq!((totals.startable, totals.startable_bytes), (3, bytes));
    // No service call was made, and a file alone in its size is not read.
    assert!(engine.script().words().is_empty());
    assert_eq!(passes(&paths), [1, 1, 1, 1, 0]);
    // Its hash is reused when it is started.
    engine.say(Command::Start);
    engine
        .until(|it| it.totals.active == 0 && it.totals.done == 3)
        .await;
    assert_eq!(engine.script().count("upload"), 3);
    assert_eq!(passes(&paths), [1, 1, 1, 1, 0]);
    let asset = engine.row("0.mp3").asset_id.clone();
    for name in ["1.mp3", "2.mp3"] {
        assert_eq!(
            engine.row(name).status,
            Status::Duplicate { of: asset.clone() }
        );
    }
}

#[tokio::test(start_paused = true)]
async fn the_first_of_equal_files_is_the_one_that_goes_up_whatever_becomes_of_the_list() {
    let place = Place::new();
    let mut engine = Make::window().start(&place, Scripted::new());
    engine.add(&twins(&place, 3)).await;
    until_found(&mut engine, &["1.mp3", "2.mp3"]).await;
    // The first in the queue becomes the original.
    engine.say(Command::SendFirst(vec![engine.id_of("2.mp3")]));
    until_found(&mut engine, &["0.mp3", "1.mp3"]).await;
    assert!(duplicate_of(&engine, "0.mp3").ends_with("2.mp3"));
    // Without it the next one is the original; put back, it is the original again.
    engine.say(Command::Remove(vec![engine.id_of("2.mp3")]));
    engine.until(|it| it.rows.len() == 2).await;
    until_found(&mut engine, &["1.mp3"]).await;
    engine.say(Command::UndoRemove);
    until_found(&mut engine, &["0.mp3", "1.mp3"]).await;
    // A row that the user uploads anyway is no duplicate.
    engine.say(Command::Cancel(vec![engine.id_of("2.mp3")]));
    until_found(&mut engine, &["1.mp3"]).await;
    engine.say(Command::UploadAnyway(vec![engine.id_of("1.mp3")]));
    let row = engine.until_status("1.mp3", &Status::Ready).await;
    assert!(row.asset_id.is_some());
    until_found(&mut engine, &["0.mp3"]).await;
}

#[tokio::test(start_paused = true)]
async fn a_duplicate_stays_where_what_it_is_one_of_was_not_selected_with_it() {
    let place = Place::new();
    let mut engine = Make::window().start(&place, Scripted::new());
    engine.add(&twins(&place, 2)).await;
    until_found(&mut engine, &["1.mp3"]).await;
    engine.say(Command::StartItems(vec![engine.id_of("1.mp3")]));
    engine.pass(60).await;
    let before = Status::FoundDuplicate(DuplicateStage::Before);
    assert_eq!(engine.row("1.mp3").status, before);
    assert_eq!(engine.script().count("upload"), 0);
}

#[tokio::test(start_paused = true)]
async fn what_is_sent_although_it_is_a_duplicate_counts_with_its_bytes() {
    let place = Place::new();
    let size = uploaded_before(&place).await;
    let service = that_is_out_of_reach(size).acts("0.mp3", [Act::Stay]);
    let mut engine = Make::window().start(&place, service);
    engine.add(&twins(&place, 2)).await;
    until_found(&mut engine, &["0.mp3", "1.mp3"]).await;
    engine.say(Command::UploadAnyway(vec![engine.id_of("0.mp3")]));
    engine.until_status("0.mp3", &Status::Uploading).await;
    let totals = engine.snapshot().totals;
    assert_eq!((totals.bytes, totals.started), (size, 1));
    until_found(&mut engine, &["1.mp3"]).await;
}

#[tokio::test(start_paused = true)]
async fn a_key_that_comes_with_the_start_counts_for_it() {
    let place = Place::new();
    uploaded_before(&place).await;
    let mut make = Make::window();
    make.key = None;
    let mut engine = make.start(&place, Scripted::new().ids_from(100));
    engine.add(&twins(&place, 1)).await;
    until_found(&mut engine, &["0.mp3"]).await;
    // The first account's assets mean nothing to the second.
    engine.say(Command::SetKey(key("two"), KeySource::Session));
    engine.say(Command::Start);
    engine.until_status("0.mp3", &Status::Ready).await;
    assert_eq!(engine.script().count("upload"), 1);
}

#[tokio::test(start_paused = true)]
async fn what_is_counted_of_a_batch_is_what_the_plan_said() {
    let place = Place::new();
    let mut paths = twins(&place, 3);
    paths.push(place.file("other.mp3", "another"));
    let slow = || [Act::Take(Duration::from_secs(300))];
    let service = Scripted::new()
        .acts("0.mp3", slow())
        .acts("other.mp3", slow());
    let mut make = Make::window();
    make.jobs = 1;
    let mut engine = make.start(&place, service);
    engine.add(&paths).await;
    until_found(&mut engine, &["1.mp3", "2.mp3"]).await;
    let planned = engine.snapshot().totals;
    engine.say(Command::Start);
    let asked = Status::FoundDuplicate(DuplicateStage::Asked);
    engine.until_status("1.mp3", &asked).await;
    let totals = engine.snapshot().totals;
    assert_eq!(totals.bytes, planned.startable_bytes);
    assert_eq!((totals.done, totals.started), (0, 2));
    engine.until(|it| it.totals.active == 0).await;
    let totals = engine.snapshot().totals;
    assert_eq!((totals.done, totals.started), (2, 2));
    assert_eq!(engine.script().count("upload"), 2);
}

#[tokio::test(start_paused = true)]
async fn only_what_this_account_uploaded_and_may_be_asked_about_is_an_original() {
    let place = Place::new();
    uploaded_before(&place).await;
    let mut make = Make::window();
    make.key = Some(key("two"));
    let mut engine = make.start(&place, Scripted::new().ids_from(100));
    engine.add(&twins(&place, 1)).await;
    engine.pass(1).await;
    assert_eq!(engine.row("0.mp3").status, Status::ReadyToUpload);
    // Without a key it may be this account's.
    engine.say(Command::NoKey);
    until_found(&mut engine, &["0.mp3"]).await;
    engine.shut_down().await;
    let mut make = Make::window().run("run2");
    make.ask_history = false;
    let mut engine = make.start(&place, Scripted::new().ids_from(200));
    engine.until(|it| it.totals.startable == 1).await;
    engine.pass(1).await;
    assert_eq!(engine.row("0.mp3").status, Status::ReadyToUpload);
}

#[tokio::test(start_paused = true)]
async fn what_is_equal_to_a_file_under_way_is_found_and_is_none_when_that_fails() {
    let place = Place::new();
    let paths = twins(&place, 2);
    let service = Scripted::new().acts("0.mp3", [Act::Stay]);
    let mut engine = Make::window().start(&place, service);
    engine.upload(&paths[..1]).await;
    engine.until_status("0.mp3", &Status::Uploading).await;
    engine.add(&paths).await;
    until_found(&mut engine, &["1.mp3"]).await;
    engine.say(Command::Cancel(vec![engine.id_of("0.mp3")]));
    engine.until_status("1.mp3", &Status::ReadyToUpload).await;
    assert_eq!(engine.snapshot().totals.startable, 1);
}

#[tokio::test(start_paused = true)]
async fn a_file_that_is_equal_no_longer_when_it_is_looked_at_again_is_to_be_uploaded() {
    let place = Place::new();
    let paths = twins(&place, 2);
    let mut engine = Make::window().start(&place, Scripted::new());
    engine.add(&paths).await;
    until_found(&mut engine, &["1.mp3"]).await;
    // Cancelled and retried, it is scanned again.
    let twin = engine.id_of("1.mp3");
    engine.say(Command::Cancel(vec![twin]));
    engine.until_status("1.mp3", &Status::Cancelled).await;
    write_still(&paths[1], "not same");
    engine.say(Command::Retry(vec![twin]));
    engine.until_status("1.mp3", &Status::Ready).await;
    assert_eq!(engine.row("0.mp3").status, Status::ReadyToUpload);
}

#[tokio::test(start_paused = true)]
async fn a_file_that_was_edited_after_it_was_found_to_be_a_duplicate_is_none() {
    let place = Place::new();
    let paths = twins(&place, 2);
    let mut engine = Make::window().start(&place, Scripted::new());
    engine.add(&paths).await;
    until_found(&mut engine, &["1.mp3"]).await;
    write_still(&paths[1], "not same");
    engine.say(Command::Start);
    let (kind, row) = engine.until_failed("1.mp3").await;
    assert_eq!(kind, FaultKind::FileChanged);
    assert_eq!(row.asset_id, None);
}

#[tokio::test(start_paused = true)]
async fn one_that_goes_up_anyway_is_what_a_file_before_it_is_a_duplicate_of() {
    let place = Place::new();
    let mut engine = with_its_place_taken(&place).await;
    engine.add(&twins(&place, 2)).await;
    until_found(&mut engine, &["1.mp3"]).await;
    engine.say(Command::UploadAnyway(vec![engine.id_of("1.mp3")]));
    engine
        .until_status("0.mp3", &Status::FoundDuplicate(DuplicateStage::Known))
        .await;
    engine.say(Command::Start);
    let row = engine.until_status("1.mp3", &Status::Ready).await;
    let of = row.asset_id.clone();
    engine
        .until_status("0.mp3", &Status::Duplicate { of })
        .await;
}

#[tokio::test(start_paused = true)]
async fn the_command_line_reads_nothing_before_it_has_to() {
    let place = Place::new();
    let paths = twins(&place, 2);
    let mut make = Make::command_line();
    make.start_at_once = false;
    let mut engine = make.start(&place, Scripted::new());
    engine.add(&paths).await;
    engine.pass(1).await;
    assert_eq!(engine.snapshot().totals.startable, 2);
    assert_eq!(passes(&paths), [0, 0]);
}

#[tokio::test]
async fn a_drive_that_does_not_answer_holds_up_the_plan_of_no_other() {
    let place = Place::new();
    std::fs::create_dir(place.path("hung")).unwrap();
    let hung = ["a", "b"].map(|name| place.file(&format!("hung/{name}.mp3"), "short"));
    let mut paths = hung.to_vec();
    paths.extend(twins(&place, 2));
    let mut make = Make::window();
    make.policy.stall = Duration::from_millis(100);
    let mut engine = make.start(&place, Scripted::new());
    let _hung = Hung::for_readings(paths[0].parent().unwrap());
    engine.add(&paths).await;
    until_found(&mut engine, &["1.mp3"]).await;
    // Nothing is known about unreadable files.
    assert_eq!(engine.snapshot().totals.startable, 3);
    assert_eq!(passes(&hung), [0, 0]);
}
