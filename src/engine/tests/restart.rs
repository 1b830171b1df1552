//! A program that ends at any moment, and the next run on its data directory.

use std::time::Duration;

use super::service::{Act, fault, known};
use super::*;
use crate::model::asset::AssetStatus;
use crate::model::media::MediaMetadata;
use crate::model::upload::{Upload, UploadState};
use crate::store::{AssetRemark, HistoryChange};

async fn killed_when(place: &Place, make: Make, service: Scripted, wanted: impl Fn(&Row) -> bool) {
    let path = place.file("a.mp3", "a");
    let mut engine = make.start(place, service);
    engine.say(Command::Add(vec![path]));
    engine.until_row("a.mp3", |_| true).await;
    if engine.snapshot().totals.active == 0 {
        engine
            .until_row("a.mp3", |row| !matches!(row.status, Status::Checking))
            .await;
        engine.say(Command::Start);
    }
    engine.until_row("a.mp3", wanted).await;
    engine.kill().await;
}

fn next_window(place: &Place, service: Scripted) -> Engine {
    Make::window()
        .run("run2")
        .start(place, service.ids_from(100))
}

#[tokio::test(start_paused = true)]
async fn what_was_not_sent_waits_for_the_user() {
    let place = Place::new();
    let service = || Scripted::new().acts("a.mp3", [Act::Stay]);
    killed_when(&place, Make::window(), service(), |row| {
        row.status == Status::Uploading
    })
    .await;
    let mut engine = next_window(&place, Scripted::new());
    engine.until(|it| it.interrupted == 1).await;
    engine.pass(100).await;
    assert_eq!(engine.script().words(), Vec::<String>::new());
    assert_eq!(engine.row("a.mp3").status, Status::Paused);
    assert!(!engine.row("a.mp3").possibly_stored_twice);
    engine.say(Command::ContinueInterrupted);
    engine.until_status("a.mp3", &Status::Ready).await;
    assert_eq!(engine.snapshot().interrupted, 0);
}

#[tokio::test(start_paused = true)]
async fn what_a_file_is_outlives_a_restart_and_goes_into_the_history() {
    let place = Place::new();
    let path = place.file("phone.mov", "");
    let fixture =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/media/metadata/phone.mov");
    std::fs::copy(fixture, &path).unwrap();
    let mut engine = Make::window().start(&place, Scripted::new());
    engine.say(Command::Add(vec![path.clone()]));
    let row = engine
        .until_status("phone.mov", &Status::ReadyToUpload)
        .await;
    let captured_at = "2026-11-28T16:04:05+08:00".parse().ok();
    let known = MediaMetadata {
        duration_ms: Some(500),
        width: Some(48),
        height: Some(64),
        captured_at,
        has_location: true,
    };
    assert_eq!(row.metadata, known);
    engine.kill().await;

    let mut engine = next_window(&place, Scripted::new());
    let row = engine.until_row("phone.mov", |_| true).await;
    assert_eq!(row.metadata, known, "before its check");
    engine
        .until_status("phone.mov", &Status::ReadyToUpload)
        .await;
    engine.say(Command::Start);
    engine.until_status("phone.mov", &Status::Ready).await;
    assert_eq!(place.assets()[0].metadata, known);
}

#[tokio::test(start_paused = true)]
async fn what_was_interrupted_can_be_discarded() {
    let place = Place::new();
    let errors = Scripted::new().acts("a.mp3", [Act::Fail(fault(FaultKind::ServerError))]);
    killed_when(&place, Make::window(), errors, |row| {
        matches!(row.status, Status::Waiting { .. })
    })
    .await;
    let mut engine = next_window(&place, Scripted::new());
    engine.until(|it| it.interrupted == 1).await;
    engine.say(Command::DiscardInterrupted);
    engine.until(|it| it.rows.is_empty()).await;
    engine.shut_down().await;
    let mut engine = Make::window().run("run3").start(&place, Scripted::new());
    engine.pass(1).await;
    assert_eq!(engine.snapshot().rows.len(), 0);
    assert_eq!(engine.notices().len(), 0);
}

#[tokio::test(start_paused = true)]
async fn what_the_service_has_is_followed() {
    let place = Place::new();
    let busy = || known(AssetStatus::Uploading, None);
    let service = Scripted::new().answers("a.mp3", (0..9).map(|_| busy()));
    killed_when(&place, Make::window(), service, |row| {
        matches!(row.status, Status::Processing { .. })
    })
    .await;
    let size = std::fs::metadata(place.path("a.mp3")).unwrap().len();
    let service = Scripted::new().holds("re_1", "a.mp3", size);
    let mut engine = next_window(&place, service);
    engine.until_status("a.mp3", &Status::Ready).await;
    assert_eq!(engine.script().words(), ["ask re_1"]);
    let record = place.asset("re_1").unwrap();
    assert_eq!(record.status, Some(AssetStatus::Success));
}

#[tokio::test(start_paused = true)]
async fn what_is_told_to_be_ready_is_known_as_such_before_the_history_has_it() {
    let place = Place::new();
    let busy = || known(AssetStatus::Uploading, None);
    let service = Scripted::new().answers("a.mp3", (0..9).map(|_| busy()));
    killed_when(&place, Make::window(), service, |row| {
        matches!(row.status, Status::Processing { .. })
    })
    .await;
    let path = place.path("a.mp3");
    let size = std::fs::metadata(&path).unwrap().len();
    let service = Scripted::new().holds("re_1", "a.mp3", size);
    let mut engine = next_window(&place, service);
    engine.until_status("a.mp3", &Status::Ready).await;
    let twin = place.path("b.mp3");
    std::fs::copy(path, &twin).unwrap();
    engine.upload(&[twin]).await;
    let of = Some(id("re_1"));
    engine
        .until_status("b.mp3", &Status::Duplicate { of })
        .await;
    assert_eq!(engine.script().count("upload"), 0);
}

#[tokio::test(start_paused = true)]
async fn a_direct_body_that_was_out_may_be_stored_twice() {
    let place = Place::new();
    let service = Scripted::new().acts("a.mp3", [Act::StayOut]);
    killed_when(&place, Make::window(), service, |row| {
        row.status == Status::Finishing
    })
    .await;
    let mut engine = next_window(&place, Scripted::new());
    engine.until(|it| it.interrupted == 1).await;
    assert!(engine.row("a.mp3").possibly_stored_twice);
    engine.say(Command::ContinueInterrupted);
    engine.until_status("a.mp3", &Status::Ready).await;
    let note = place.asset("re_101").unwrap().remark;
    assert_eq!(note, Some(AssetRemark::MayBeStoredTwice));
}

#[tokio::test(start_paused = true)]
async fn a_stored_body_that_was_out_is_asked_about_first() {
    let place = Place::new();
    let service = Scripted::new().acts("a.mp3", [Act::StayOut]);
    killed_when(&place, Make::window().signed(), service, |row| {
        row.status == Status::Finishing
    })
    .await;
    // It is not there: sent again under a new id.
    let service = Scripted::new()
        .holds("re_1", "a.mp3", 0)
        .answers("a.mp3", (0..3).map(|_| known(AssetStatus::Waiting, None)));
    let mut engine = Make::window()
        .signed()
        .run("run2")
        .start(&place, service.ids_from(100));
    engine
        .until_row("a.mp3", |row| {
            matches!(row.status, Status::Processing { .. })
        })
        .await;
    engine.pass(1).await;
    assert_eq!(engine.script().words(), ["ask re_1"]);
    engine.shut_down().await;
    // It is there.
    let size = std::fs::metadata(place.path("a.mp3")).unwrap().len();
    let service = Scripted::new().holds("re_1", "a.mp3", size);
    let mut engine = Make::window().run("run3").start(&place, service);
    engine.until_status("a.mp3", &Status::Ready).await;
    assert_eq!(engine.script().words(), ["ask re_1"]);
    assert!(!engine.row("a.mp3").possibly_stored_twice);
}

#[tokio::test(start_paused = true)]
async fn a_queue_that_was_not_started_comes_back_as_it_was() {
    let place = Place::new();
    let paths = ["b.mp3", "a.mp3", "c.mp3"].map(|name| place.file(name, name));
    let mut engine = Make::window().start(&place, Scripted::new());
    engine.add(&paths).await;
    let last = engine.id_of("c.mp3");
    engine.say(Command::SendFirst(vec![last]));
    engine.until(|it| it.rows[0].name == "c.mp3").await;
    engine.kill().await;
    let mut engine = next_window(&place, Scripted::new());
    engine.until(|it| it.totals.startable == 3).await;
    let names: Vec<String> = engine
        .snapshot()
        .rows
        .iter()
        .map(|row| row.name.clone())
        .collect();
    assert_eq!(names, ["c.mp3", "b.mp3", "a.mp3"]);
    // They are the same files.
    engine.add(&paths).await;
    engine.pass(1).await;
    assert_eq!(engine.snapshot().rows.len(), 3);
    assert_eq!(engine.snapshot().interrupted, 0);
}

#[tokio::test(start_paused = true)]
async fn a_retry_that_was_being_checked_does_not_start_by_itself() {
    let place = Place::new();
    let path = place.file("a.mp3", "a");
    let bad = Act::Fail(fault(FaultKind::BadRequest));
    let mut engine = Make::window().start(&place, Scripted::new().acts("a.mp3", [bad]));
    engine.upload(std::slice::from_ref(&path)).await;
    engine.until_failed("a.mp3").await;
    // Still being written during the retry and at the program's end.
    std::fs::write(&path, "ID3\u{3}more").unwrap();
    engine.say(Command::Retry(vec![engine.id_of("a.mp3")]));
    engine.until_status("a.mp3", &Status::Settling).await;
    engine.kill().await;
    let mut engine = next_window(&place, Scripted::new());
    engine.until_status("a.mp3", &Status::ReadyToUpload).await;
    engine.pass(100).await;
    assert_eq!(engine.row("a.mp3").status, Status::ReadyToUpload);
}

#[tokio::test(start_paused = true)]
async fn rows_of_living_runs_and_of_other_services_are_left_to_them() {
    let place = Place::new();
    let stays = || Scripted::new().acts("a.mp3", [Act::Stay]);
    let uploading = |row: &Row| row.status == Status::Uploading;
    killed_when(&place, Make::window().run("alive"), stays(), uploading).await;
    let engine = next_window(&place, Scripted::new());
    engine.pass(10).await;
    assert_eq!(engine.snapshot().rows.len(), 0);
    engine.shut_down().await;
    assert_eq!(place.items()[0].run.as_str(), "alive");

    let place = Place::new();
    let mut elsewhere = Make::window();
    elsewhere.base_url = "https://elsewhere.test/v2";
    let busy = || known(AssetStatus::Uploading, None);
    let service = Scripted::new().answers("a.mp3", (0..9).map(|_| busy()));
    killed_when(&place, elsewhere, service, |row| {
        matches!(row.status, Status::Processing { .. })
    })
    .await;
    let engine = next_window(&place, Scripted::new());
    engine.pass(100).await;
    assert_eq!(engine.snapshot().rows.len(), 0);
    assert_eq!(engine.script().words(), Vec::<String>::new());
    engine.shut_down().await;
    let size = std::fs::metadata(place.path("a.mp3")).unwrap().len();
    let mut elsewhere = Make::window().run("run3");
    elsewhere.base_url = "https://elsewhere.test/v2";
    let service = Scripted::new().holds("re_1", "a.mp3", size);
    let mut engine = elsewhere.start(&place, service);
    engine.until_status("a.mp3", &Status::Ready).await;
}

#[tokio::test(start_paused = true)]
async fn a_record_that_is_not_understood_is_set_aside() {
    let place = Place::new();
    let stays = Scripted::new().acts("a.mp3", [Act::Stay]);
    killed_when(&place, Make::window(), stays, |row| {
        row.status == Status::Uploading
    })
    .await;
    let mut history = place.history();
    let item = history.items().unwrap().remove(0);
    let state = "{\"nonsense\":1}".to_owned();
    history
        .commit(&[HistoryChange::PutItem(ItemRecord { state, ..item })])
        .unwrap();
    drop(history);
    let mut engine = next_window(&place, Scripted::new());
    engine.add(&[place.file("b.mp3", "b")]).await;
    assert_eq!(engine.snapshot().rows.len(), 1);
    engine.until_row("b.mp3", |_| true).await;
    assert_eq!(place.history().damaged_items().unwrap().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn the_command_line_goes_on_with_its_paths_alone() {
    let place = Place::new();
    let other = place.file("b.mp3", "b b");
    let stays = Scripted::new()
        .acts("a.mp3", [Act::StayOut])
        .acts("b.mp3", [Act::Stay]);
    let mut engine = Make::command_line().start(&place, stays);
    engine.say(Command::Add(vec![place.file("a.mp3", "a"), other]));
    engine.until_status("a.mp3", &Status::Finishing).await;
    engine.until_status("b.mp3", &Status::Uploading).await;
    engine.kill().await;
    let service = Scripted::new().ids_from(100);
    let mut engine = Make::command_line().run("run2").start(&place, service);
    engine.add(&[place.path("a.mp3")]).await;
    engine.until_status("a.mp3", &Status::Ready).await;
    assert_eq!(engine.snapshot().rows.len(), 1);
    let note = place.asset("re_101").unwrap().remark;
    assert_eq!(note, Some(AssetRemark::MayBeStoredTwice));
    engine.shut_down().await;
    // The other row is kept for the window.
    let left = place.items();
    assert_eq!(left.len(), 1);
    assert_eq!(
        (&left[0].path, left[0].run.as_str()),
        (&place.path("b.mp3"), "run1")
    );
}

#[tokio::test(start_paused = true)]
async fn the_command_line_leaves_no_second_row_of_a_file_that_was_being_checked() {
    let place = Place::new();
    let path = place.file("a.mp3", "a");
    // Still being written when the program ends.
    std::fs::write(&path, "ID3\u{3}more").unwrap();
    let mut engine = Make::command_line().start(&place, Scripted::new());
    engine.say(Command::Add(vec![path.clone()]));
    engine.until_status("a.mp3", &Status::Settling).await;
    engine.kill().await;
    let mut engine = Make::command_line()
        .run("run2")
        .start(&place, Scripted::new());
    engine.say(Command::Add(vec![path]));
    engine.until_status("a.mp3", &Status::Ready).await;
    engine.shut_down().await;
    assert_eq!(place.items(), []);
}

#[tokio::test(start_paused = true)]
async fn a_file_that_was_looked_at_again_when_upload_was_killed_again_is_still_known_to_be_sent() {
    let place = Place::new();
    let service = Scripted::new().acts("a.mp3", [Act::StayOut]);
    killed_when(&place, Make::command_line(), service, |row| {
        row.status == Status::Finishing
    })
    .await;
    // The second run took the row over, and was killed during its check.
    let mut history = place.history();
    let mut row = history.items().unwrap().remove(0);
    let upload: Upload = serde_json::from_str(&row.state).unwrap();
    let mut upload = upload.after_restart();
    upload.state = UploadState::Checking;
    row.state = serde_json::to_string(&upload).unwrap();
    row.run = RunId::from_text("run2");
    history.commit(&[HistoryChange::PutItem(row)]).unwrap();
    drop(history);
    let service = Scripted::new().ids_from(100);
    let mut engine = Make::command_line().run("run3").start(&place, service);
    engine.add(&[place.path("a.mp3")]).await;
    let row = engine.until_status("a.mp3", &Status::Ready).await;
    assert!(row.possibly_stored_twice);
    let note = place.asset("re_101").unwrap().remark;
    assert_eq!(note, Some(AssetRemark::MayBeStoredTwice));
    engine.shut_down().await;
    assert_eq!(place.items(), [], "no second row stays behind");
}

#[tokio::test(start_paused = true)]
async fn the_command_line_follows_what_the_service_has() {
    let place = Place::new();
    let busy = || known(AssetStatus::Uploading, None);
    let service = Scripted::new().answers("a.mp3", (0..9).map(|_| busy()));
    killed_when(&place, Make::command_line(), service, |row| {
        matches!(row.status, Status::Processing { .. })
    })
    .await;
    // Another account is asked once, and gets the file itself.
    let mut make = Make::command_line().run("run2");
    make.key = Some(key("two"));
    let mut engine = make.start(&place, Scripted::new().ids_from(50));
    engine.add(&[place.path("a.mp3")]).await;
    engine.until_status("a.mp3", &Status::Ready).await;
    assert_eq!(
        engine.script().words(),
        ["ask re_1", "upload a.mp3", "ask re_51"]
    );
    engine.shut_down().await;
    let size = std::fs::metadata(place.path("a.mp3")).unwrap().len();
    let service = Scripted::new().holds("re_1", "a.mp3", size);
    let mut engine = Make::command_line().run("run3").start(&place, service);
    engine.add(&[place.path("a.mp3")]).await;
    engine.until_status("a.mp3", &Status::Ready).await;
    assert_eq!(engine.script().words(), ["ask re_1"]);
    let events = engine.events();
    assert!(
        matches!(events[0], LifecycleEvent::Accepted { .. }),
        "{events:?}"
    );
    assert_eq!(events[1], LifecycleEvent::Followed(Some(id("re_1"))));
    engine.shut_down().await;
    assert_eq!(place.items().len(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_key_that_comes_late_from_the_keychain_follows_what_the_service_has() {
    let place = Place::new();
    let busy = || known(AssetStatus::Uploading, None);
    let service = Scripted::new().answers("a.mp3", (0..9).map(|_| busy()));
    killed_when(&place, Make::command_line(), service, |row| {
        matches!(row.status, Status::Processing { .. })
    })
    .await;
    let size = std::fs::metadata(place.path("a.mp3")).unwrap().len();
    let service = Scripted::new().holds("re_1", "a.mp3", size);
    let mut make = Make::command_line().run("run2");
    make.key = None;
    let mut engine = make.start(&place, service);
    engine.say(Command::Add(vec![place.path("a.mp3")]));
    engine.pass(5).await;
    engine.say(Command::SetKey(key("one"), KeySource::Keychain));
    engine.until_status("a.mp3", &Status::Ready).await;
    assert_eq!(engine.script().words(), ["ask re_1"]);
}

#[tokio::test(start_paused = true)]
async fn what_was_sent_to_no_answer_is_known_again_by_its_content() {
    let place = Place::new();
    let service = Scripted::new().acts("a.mp3", [Act::StayOut]);
    killed_when(&place, Make::command_line().signed(), service, |row| {
        row.status == Status::Finishing
    })
    .await;
    let size = std::fs::metadata(place.path("a.mp3")).unwrap().len();
    let service = || Scripted::new().holds("re_1", "a.mp3", size).ids_from(100);
    let mut engine = Make::command_line().run("run2").start(&place, service());
    engine.add(&[place.path("a.mp3")]).await;
    engine.until_status("a.mp3", &Status::Ready).await;
    let bytes = std::fs::read(place.path("a.mp3")).unwrap();
    let content = place.asset("re_1").unwrap().content.unwrap();
    assert_eq!(content.to_hex(), blake3::hash(&bytes).to_hex().as_str());
    // Killed again, so that the next run has nothing but the history.
    engine.kill().await;
    let mut engine = Make::command_line().run("run3").start(&place, service());
    engine.add(&[place.path("a.mp3")]).await;
    let of = Some(id("re_1"));
    engine
        .until_status("a.mp3", &Status::Duplicate { of })
        .await;
    assert_eq!(engine.script().words(), ["ask re_1"]);
}

#[tokio::test(start_paused = true)]
async fn the_command_line_leaves_nothing_in_the_queue_that_has_ended() {
    let place = Place::new();
    let slow = known(AssetStatus::Uploading, None);
    let service = Scripted::new()
        .acts("b.mp3", [Act::Fail(fault(FaultKind::BadRequest))])
        .acts("d.mp3", [Act::Take(Duration::from_secs(1)), Act::Stay])
        .answers("c.mp3", (0..99).map(|_| slow.clone()));
    let mut engine = Make::command_line().start(&place, service);
    let names = ["a.mp3", "b.mp3", "c.mp3"];
    let paths = names.map(|name| place.file(name, name));
    engine.say(Command::Add(paths.to_vec()));
    engine.until_status("a.mp3", &Status::Ready).await;
    engine.until_failed("b.mp3").await;
    engine
        .until_row("c.mp3", |row| {
            matches!(row.status, Status::Processing { .. })
        })
        .await;
    engine.shut_down().await;
    let left = place.items();
    assert_eq!(left.len(), 1);
    assert_eq!(left[0].path, place.path("c.mp3"));
}

#[tokio::test(start_paused = true)]
async fn what_failed_and_may_be_stored_already_is_noted_when_the_next_run_sends_it() {
    let place = Place::new();
    let lost = vec![Act::Lose(fault(FaultKind::LostAnswer)); 2];
    let service = Scripted::new().acts("a.mp3", lost);
    let mut engine = Make::command_line().start(&place, service);
    let path = place.file("a.mp3", "a");
    engine.say(Command::Add(vec![path.clone()]));
    let (_, row) = engine.until_failed("a.mp3").await;
    assert!(row.possibly_stored_twice);
    assert_eq!(engine.script().stored("a.mp3"), 2);
    engine.shut_down().await;
    let service = Scripted::new().ids_from(100);
    let mut engine = Make::command_line().run("run2").start(&place, service);
    engine.say(Command::Add(vec![path]));
    let row = engine.until_status("a.mp3", &Status::Ready).await;
    assert!(row.possibly_stored_twice);
    assert_eq!(engine.script().stored("a.mp3"), 1);
    let events = engine.events();
    assert!(
        matches!(events[0], LifecycleEvent::Accepted { .. }),
        "{events:?}"
    );
    let note = place.asset("re_101").unwrap().remark;
    assert_eq!(note, Some(AssetRemark::MayBeStoredTwice));
    engine.shut_down().await;
    assert_eq!(place.items(), [], "nothing stays behind");
}
