//! Waits of the whole queue are shown with their time, and end on the user's command.

use std::time::Duration;

use super::queue::files;
use super::service::{Act, fault, limited};
use super::*;
use crate::model::snapshot::QueueWait;

/// Returns cause and rounded seconds of the current wait.
fn wait(snapshot: &Snapshot) -> Option<(FaultKind, u64)> {
    let now = tokio::time::Instant::now().into_std();
    let seconds = |wait: QueueWait| wait.left(now).as_secs_f64().round() as u64;
    snapshot.waiting.map(|wait| (wait.kind, seconds(wait)))
}

async fn until_waits(engine: &mut Engine) -> (FaultKind, u64) {
    let snapshot = engine.until(|it| it.waiting.is_some()).await;
    wait(&snapshot).unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_rate_limit_on_a_poll_is_a_wait_of_the_whole_queue() {
    let place = Place::new();
    let service = Scripted::new().answers("a.mp3", [Err(limited(600))]);
    let mut engine = Make::window().start(&place, service);
    engine.upload(&files(&place, &["a.mp3"])).await;
    assert_eq!(
        until_waits(&mut engine).await,
        (FaultKind::RateLimited, 600)
    );
    // It was announced once, and another file waits as well.
    engine.say(Command::Add(files(&place, &["b.mp3"])));
    engine.until_status("b.mp3", &Status::ReadyToUpload).await;
    engine.say(Command::Start);
    engine.until_status("b.mp3", &Status::Queued).await;
    engine.pass(100).await;
    let now = tokio::time::Instant::now().into_std();
    let left = engine.snapshot().time_left(now).unwrap();
    assert!((490..=520).contains(&left.as_secs()), "{left:?}");
    assert_eq!(engine.script().count("upload b"), 0);
    engine.until_status("b.mp3", &Status::Ready).await;
    engine.until_status("a.mp3", &Status::Ready).await;
    assert_eq!(engine.snapshot().waiting, None);
}

#[tokio::test(start_paused = true)]
async fn a_rate_limit_on_the_key_check_is_one_and_try_now_asks_once_more() {
    let place = Place::new();
    let service = Scripted::new().key_checks([Err(limited(600)), Err(limited(300)), Ok(())]);
    let mut engine = Make::window().start(&place, service);
    engine.upload(&files(&place, &["a.mp3"])).await;
    let began = tokio::time::Instant::now();
    assert_eq!(
        until_waits(&mut engine).await,
        (FaultKind::RateLimited, 600)
    );
    assert_eq!(engine.row("a.mp3").status, Status::Queued);
    engine.say(Command::TryNow(vec![]));
    // The new reply replaces the previous one.
    engine
        .until(|it| wait(it).is_some_and(|(_, left)| left <= 300))
        .await;
    assert!(began.elapsed() < Duration::from_secs(5));
    assert_eq!(engine.script().words(), ["check", "check"]);
    engine.say(Command::TryNow(vec![]));
    engine.until_status("a.mp3", &Status::Ready).await;
    assert!(
        began.elapsed() < Duration::from_secs(20),
        "{:?}",
        began.elapsed()
    );
    assert_eq!(engine.script().count("check"), 3);
    assert_eq!(engine.snapshot().waiting, None);
}

#[tokio::test(start_paused = true)]
async fn a_hold_ends_by_itself_with_nobody_in_line() {
    let place = Place::new();
    let slow = Act::Take(Duration::from_secs(900));
    let service = Scripted::new().acts("a.mp3", [slow]);
    let mut engine = Make::window().start(&place, service);
    engine.upload(&files(&place, &["a.mp3"])).await;
    engine.until_status("a.mp3", &Status::Finishing).await;
    engine
        .service
        .limiter()
        .rate_limited(Some(Duration::from_secs(60)));
    until_waits(&mut engine).await;
    engine.pass(61).await;
    assert_eq!(engine.snapshot().waiting, None);
    assert_eq!(engine.row("a.mp3").status, Status::Finishing);
}

#[tokio::test(start_paused = true)]
async fn a_long_gap_of_a_slow_down_is_one_and_try_now_ends_it() {
    let place = Place::new();
    let mut engine = Make::window().start(&place, Scripted::new());
    // The key's check is good, and the first file takes the next slot.
    engine.upload(&files(&place, &["a.mp3"])).await;
    engine.until_status("a.mp3", &Status::Ready).await;
    for _ in 0..5 {
        engine.service.limiter().rate_limited(None);
    }
    engine.pass(33).await;
    engine.upload(&files(&place, &["b.mp3", "c.mp3"])).await;
    engine
        .until(|it| wait(it).is_some_and(|(kind, left)| kind == FaultKind::RateLimited && left > 3))
        .await;
    let (uploads, checks) = (
        engine.script().count("upload"),
        engine.script().count("check"),
    );
    engine.say(Command::TryNow(vec![engine.id_of("c.mp3")]));
    engine.pass(2).await;
    assert_eq!(engine.script().count("upload"), uploads + 1);
    assert_eq!(engine.script().count("check"), checks, "no probe");
    engine.until_status("b.mp3", &Status::Ready).await;
    engine.until_status("c.mp3", &Status::Ready).await;
    assert_eq!(engine.snapshot().waiting, None);
}

#[tokio::test(start_paused = true)]
async fn an_outage_is_a_wait_until_the_next_try() {
    for kind in [FaultKind::Offline, FaultKind::ServerError] {
        let place = Place::new();
        let acts = |times| vec![Act::Fail(fault(kind)); times];
        let service = Scripted::new()
            .acts("a.mp3", acts(5))
            .acts("b.mp3", acts(5));
        let mut engine = Make::window().start(&place, service);
        engine.upload(&files(&place, &["a.mp3", "b.mp3"])).await;
        let both = |it: &Snapshot| {
            let waits = |row: &Arc<Row>| matches!(row.status, Status::Waiting { .. });
            it.rows.iter().all(waits) && wait(it).is_some_and(|(_, left)| left >= 4)
        };
        let snapshot = engine.until(both).await;
        assert_eq!(snapshot.waiting.unwrap().kind, kind);
        let tried = engine.script().count("upload");
        let ids = snapshot.rows.iter().map(|row| row.id).collect();
        engine.say(Command::TryNow(ids));
        engine.pass(3).await;
        assert_eq!(engine.script().count("upload"), tried + 2, "{kind:?}");
        engine.until_status("a.mp3", &Status::Ready).await;
        engine.until_status("b.mp3", &Status::Ready).await;
        assert_eq!(engine.snapshot().waiting, None);
    }
}

#[tokio::test(start_paused = true)]
async fn a_row_that_an_outage_of_others_holds_up_can_be_tried_now() {
    let place = Place::new();
    let service = Scripted::new().acts("a.mp3", vec![Act::Fail(fault(FaultKind::Offline)); 5]);
    let mut engine = Make::window().start(&place, service);
    engine.upload(&files(&place, &["a.mp3"])).await;
    engine
        .until(|it| wait(it).is_some_and(|(_, left)| left >= 6))
        .await;
    engine.say(Command::Add(files(&place, &["b.mp3"])));
    engine.until_status("b.mp3", &Status::ReadyToUpload).await;
    engine.say(Command::Start);
    engine.until_status("b.mp3", &Status::Queued).await;
    assert!(engine.snapshot().waiting.is_some());
    let tried = engine.script().count("upload a");
    engine.say(Command::TryNow(vec![engine.id_of("b.mp3")]));
    tokio::time::sleep(Duration::from_millis(2500)).await;
    assert_eq!(engine.script().count("upload a"), tried + 1);
}

#[tokio::test(start_paused = true)]
async fn polls_that_find_no_connection_are_one_and_one_row_that_goes_on_is_none() {
    let place = Place::new();
    let offline = || Err(fault(FaultKind::Offline));
    let slow = Act::Take(Duration::from_secs(100));
    let service = Scripted::new()
        .answers("a.mp3", [offline(), offline(), offline()])
        .acts("b.mp3", [Act::Fail(fault(FaultKind::ServerError))])
        .acts("c.mp3", [slow]);
    let mut engine = Make::window().start(&place, service);
    engine.upload(&files(&place, &["a.mp3"])).await;
    let (kind, seconds) = until_waits(&mut engine).await;
    assert_eq!(kind, FaultKind::Offline);
    assert!(seconds >= 1, "{seconds}");
    let asked = engine.script().count("ask");
    engine.say(Command::TryNow(vec![engine.id_of("a.mp3")]));
    // As soon as there is a slot.
    tokio::time::sleep(Duration::from_millis(1200)).await;
    assert_eq!(engine.script().count("ask"), asked + 1);
    engine.until_status("a.mp3", &Status::Ready).await;
    assert_eq!(engine.snapshot().waiting, None);
    engine.upload(&files(&place, &["b.mp3", "c.mp3"])).await;
    engine
        .until_row("b.mp3", |row| matches!(row.status, Status::Waiting { .. }))
        .await;
    assert_eq!(engine.snapshot().waiting, None);
}
