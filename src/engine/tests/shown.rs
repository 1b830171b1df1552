//! What the snapshot says, when it says nothing, and what is left at the end.

use std::time::Duration;

use super::queue::{STAY, files};
use super::service::{Act, fault};
use super::*;

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
    // Commands that change nothing show nothing.
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
