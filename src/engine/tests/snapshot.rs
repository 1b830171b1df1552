//! Contents of snapshots, silence without changes, and what remains at the end.

use std::time::Duration;

use super::queue::{STAY, files};
use super::service::{Act, fault};
use super::*;
use crate::engine::FinishedCounts;

#[tokio::test(start_paused = true)]
async fn an_idle_engine_publishes_nothing() {
    let place = Place::new();
    let mut engine = Make::window().start(&place, Scripted::new());
    engine.upload(&files(&place, &["a.mp3"])).await;
    engine.until_status("a.mp3", &Status::Ready).await;
    engine.pass(1).await;
    let revision = engine.snapshot().revision;
    engine.handle.snapshot.mark_unchanged();
    engine.pass(3600).await;
    // Commands that change nothing publish nothing.
    engine.say(Command::Resume);
    engine.say(Command::Start);
    engine.say(Command::Retry(vec![engine.id_of("a.mp3")]));
    engine.say(Command::Cancel(vec![ItemId(77)]));
    engine.pass(10).await;
    assert!(!engine.handle.snapshot.has_changed().unwrap());
    assert_eq!(engine.snapshot().revision, revision);
}

#[tokio::test(start_paused = true)]
async fn every_snapshot_has_a_higher_revision_and_says_something_new() {
    let place = Place::new();
    let slow = Act::Take(Duration::from_secs(3));
    let engine = Make::window().start(&place, Scripted::new().acts("a.mp3", [slow]));
    let mut seen = vec![];
    engine.say(Command::Add(files(&place, &["a.mp3", "b.mp3"])));
    for _ in 0..60 {
        tokio::time::sleep(Duration::from_millis(100)).await;
        engine.say(Command::Start);
        let snapshot = engine.snapshot();
        seen.push((
            snapshot.revision,
            format!("{:?}", (&snapshot.rows, snapshot.totals, &snapshot.key)),
        ));
    }
    for pair in seen.windows(2) {
        assert!(pair[0].0 <= pair[1].0);
        assert_eq!(pair[0].0 == pair[1].0, pair[0].1 == pair[1].1);
    }
}

#[tokio::test(start_paused = true)]
async fn each_batch_ends_once() {
    let place = Place::new();
    let bad = Act::Fail(fault(FaultKind::BadRequest));
    let mut engine = Make::window().start(&place, Scripted::new().acts("b.mp3", [bad]));
    engine.upload(&files(&place, &["a.mp3", "b.mp3"])).await;
    engine.until_status("a.mp3", &Status::Ready).await;
    engine.pass(60).await;
    assert_eq!(engine.batches(), [(1, 0, 1)]);
    engine.say(Command::Retry(vec![engine.id_of("b.mp3")]));
    engine.until_status("b.mp3", &Status::Ready).await;
    engine.pass(60).await;
    assert_eq!(engine.batches(), [(1, 0, 1), (1, 0, 0)]);
}

/// Returns the end of the last batch.
fn last_end(engine: &mut Engine) -> FinishedCounts {
    let end = |notice: &Notice| match notice {
        Notice::QueueFinished(end) => Some(*end),
        _ => None,
    };
    engine.notices().iter().rev().find_map(end).unwrap()
}

#[tokio::test(start_paused = true)]
async fn nothing_is_said_to_have_been_sent_only_where_no_byte_was() {
    let place = Place::new();
    let service = Scripted::new().acts("c.mp3", [Act::Stay]);
    // A duplicate that is not started belongs to no batch.
    let mut make = Make::window();
    make.start_at_once = true;
    let mut engine = make.start(&place, service);
    engine.upload(&[place.file("a.mp3", "the same")]).await;
    engine.until_status("a.mp3", &Status::Ready).await;
    engine.upload(&[place.file("b.mp3", "the same")]).await;
    let is_duplicate = |row: &Row| matches!(row.status, Status::Duplicate { of: Some(_) });
    engine.until_row("b.mp3", is_duplicate).await;
    engine.pass(1).await;
    let nothing = FinishedCounts {
        duplicates: 1,
        nothing_sent: true,
        ..FinishedCounts::default()
    };
    assert_eq!(last_end(&mut engine), nothing);

    let paths = [
        place.file("d.mp3", "the same"),
        place.file("c.mp3", "another"),
    ];
    engine.upload(&paths).await;
    engine.until_row("d.mp3", is_duplicate).await;
    let row = engine.until_status("c.mp3", &Status::Uploading).await;
    engine.say(Command::Cancel(vec![row.id]));
    engine.until_status("c.mp3", &Status::Cancelled).await;
    engine.pass(1).await;
    let cancelled = FinishedCounts {
        duplicates: 1,
        cancelled: 1,
        ..FinishedCounts::default()
    };
    assert_eq!(last_end(&mut engine), cancelled);
}

#[tokio::test(start_paused = true)]
async fn totals_count_the_bytes_that_are_to_be_sent_or_were() {
    let place = Place::new();
    let slow = || Act::Steadily(Duration::from_secs(600));
    let service = Scripted::new()
        .acts("a.mp3", [slow()])
        .acts("held.mp3", [slow(), slow()])
        .acts("bad.mp3", [Act::Fail(fault(FaultKind::BadRequest))]);
    let mut make = Make::window();
    make.jobs = 3;
    let mut engine = make.start(&place, service);
    let content = "of the row ".repeat(1000);
    let paths = [
        place.file("a.mp3", &content),
        place.file("twin.mp3", &content),
        place.file("held.mp3", &"another ".repeat(1000)),
        place.file("bad.mp3", &"bad ".repeat(1000)),
    ];
    engine.upload(&paths).await;
    engine
        .until_status("twin.mp3", &Status::Duplicate { of: None })
        .await;
    engine.until_failed("bad.mp3").await;
    let (size, held) = (engine.row("a.mp3").size, engine.row("held.mp3"));
    assert_eq!(engine.snapshot().totals.bytes, size + held.size);
    engine.until_status("held.mp3", &Status::Uploading).await;
    engine.say(Command::PauseItems(vec![held.id]));
    engine.until_status("held.mp3", &Status::Paused).await;
    // It was started and is still to be sent, but not now.
    let totals = engine.snapshot().totals;
    assert_eq!(totals.bytes, size + held.size);
    assert!(totals.remaining <= size, "{totals:?}");
    engine.say(Command::ResumeItems(vec![held.id]));
    engine.until_status("held.mp3", &Status::Uploading).await;
    assert_eq!(engine.snapshot().totals.bytes, size + held.size);
}

#[tokio::test(start_paused = true)]
async fn nothing_is_left_running_after_the_end() {
    let place = Place::new();
    let alive = || {
        tokio::runtime::Handle::current()
            .metrics()
            .num_alive_tasks()
    };
    let before = alive();
    let service = Scripted::new()
        .acts("a.mp3", [STAY])
        .acts("b.mp3", [Act::Fail(fault(FaultKind::ServerError))]);
    let mut engine = Make::window().start(&place, service);
    engine
        .upload(&files(&place, &["a.mp3", "b.mp3", "c.mp3"]))
        .await;
    engine.until_status("a.mp3", &Status::Uploading).await;
    std::fs::write(place.path("d.mp3"), "ID3\u{3}fresh").unwrap();
    engine.say(Command::Add(vec![place.path("d.mp3")]));
    engine.until_status("d.mp3", &Status::Settling).await;
    let (answer, _receiver) = tokio::sync::oneshot::channel();
    engine.say(Command::CheckKey(key("two"), answer));
    let started = tokio::time::Instant::now();
    engine.shut_down().await;
    for _ in 0..5 {
        tokio::task::yield_now().await;
    }
    assert_eq!(alive(), before);
    assert_eq!(started.elapsed(), Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn an_engine_without_a_front_end_ends() {
    let place = Place::new();
    let engine = Make::window().start(&place, Scripted::new());
    drop(engine.handle);
    engine.task.await.unwrap();
}
