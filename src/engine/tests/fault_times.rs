//! The rows of `docs/faults.md` on time: lengths and numbers of waits.

use std::time::Duration;

use super::faults::{one, seconds_between};
use super::service::{Act, fault, known, limited};
use super::*;
use crate::model::asset::{AssetAnswer, AssetStatus};
use crate::model::fault::Fault;

/// Uploads one file that fails the same way `times` times, to its end.
async fn again_and_again(make: Make, fault: Fault, times: usize) -> Engine {
    let place = Place::new();
    let acts = vec![Act::Fail(fault); times];
    one(&place, make, Scripted::new().acts("a.mp3", acts)).await
}

fn kind(engine: &Engine) -> FaultKind {
    match &engine.row("a.mp3").status {
        Status::Failed(fault) => fault.kind,
        other => panic!("{other:?}"),
    }
}

/// Returns the time from the first call starting with `first` to the last one starting with `last`.
fn between(engine: &Engine, first: &str, last: &str) -> Duration {
    let calls = engine.script().calls();
    let begun = calls.iter().find(|call| call.what.starts_with(first));
    let ended = calls.iter().rfind(|call| call.what.starts_with(last));
    ended.unwrap().at - begun.unwrap().at
}

/// Asserts that each wait is at least this long, and at most a quarter longer.
#[track_caller]
fn about(gaps: &[u64], least: &[u64]) {
    assert_eq!(gaps.len(), least.len(), "{gaps:?}");
    for (gap, least) in gaps.iter().zip(least) {
        assert!((*least..=least + least / 4 + 1).contains(gap), "{gaps:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_conflict_is_tried_once_more_after_eight_seconds() {
    let engine = again_and_again(Make::window(), fault(FaultKind::Conflict), 3).await;
    assert_eq!(kind(&engine), FaultKind::Conflict);
    about(&seconds_between(&engine, "upload", "upload"), &[8]);
}

#[tokio::test(start_paused = true)]
async fn answers_that_make_no_sense_are_tried_twice_more_eight_seconds_apart() {
    for what in [
        FaultKind::BadAnswer,
        FaultKind::WebPage,
        FaultKind::AnswerTooLarge,
        FaultKind::Redirect,
    ] {
        let engine = again_and_again(Make::window(), fault(what), 4).await;
        assert_eq!(kind(&engine), what);
        about(&seconds_between(&engine, "upload", "upload"), &[8, 8]);
    }
}

#[tokio::test(start_paused = true)]
async fn the_text_that_two_errors_share_is_tried_three_times_and_slows_all_calls() {
    let engine = again_and_again(Make::window(), fault(FaultKind::RateLimitedOrInvalid), 4).await;
    assert_eq!(kind(&engine), FaultKind::RateLimitedOrInvalid);
    assert_eq!(engine.script().count("upload"), 3);
    assert!(engine.service.limiter().spacing() >= Duration::from_secs(8));
}

#[tokio::test(start_paused = true)]
async fn waits_for_the_rate_limit_are_no_tries_for_a_quarter_of_an_hour() {
    let engine = again_and_again(Make::window(), fault(FaultKind::RateLimited), 100).await;
    assert_eq!(kind(&engine), FaultKind::RateLimited);
    let gaps = seconds_between(&engine, "upload", "upload");
    // The wait is its own, or the spacing that it doubled.
    about(&gaps[..6], &[2, 4, 8, 16, 32, 32]);
    let waited = between(&engine, "upload", "upload").as_secs();
    // Six retries after a quarter of an hour: five waits between them.
    let over = 15 * 60;
    assert!(
        (over + 4 * 32..=over + 7 * 34).contains(&waited),
        "{waited}"
    );
    // A few long waits count as much as many short ones.
    let engine = again_and_again(Make::window(), limited(600), 100).await;
    assert_eq!(kind(&engine), FaultKind::RateLimited);
    assert_eq!(engine.script().count("upload"), 7);
}

#[tokio::test(start_paused = true)]
async fn the_network_is_waited_for_up_to_32_seconds_at_a_time() {
    let offline = || fault(FaultKind::Offline);
    let engine = again_and_again(Make::window(), offline(), 9).await;
    assert_eq!(engine.row("a.mp3").status, Status::Ready);
    let gaps = seconds_between(&engine, "upload", "upload");
    about(&gaps, &[1, 2, 4, 8, 16, 32, 32, 32, 32]);
    let engine = again_and_again(Make::command_line(), offline(), 9).await;
    assert_eq!(kind(&engine), FaultKind::Offline);
    let gaps = seconds_between(&engine, "upload", "upload");
    about(&gaps, &[1, 2, 4, 8, 16]);
}

#[tokio::test(start_paused = true)]
async fn an_id_that_is_not_found_is_given_up_after_a_minute() {
    let place = Place::new();
    let missing = (0..9).map(|_| Ok(AssetAnswer::NotFound));
    let service = Scripted::new().answers("a.mp3", missing);
    let engine = one(&place, Make::window(), service).await;
    assert_eq!(kind(&engine), FaultKind::AssetMissing);
    let asked = between(&engine, "upload", "ask").as_secs();
    assert!((60..=64).contains(&asked), "{asked}");
}

#[tokio::test(start_paused = true)]
async fn an_asset_that_is_lost_for_a_moment_after_long_processing_is_not_given_up() {
    let place = Place::new();
    let answers = (0..20)
        .map(|_| known(AssetStatus::Uploading, None))
        .chain([Ok(AssetAnswer::NotFound)]);
    let service = Scripted::new().answers("a.mp3", answers);
    let engine = one(&place, Make::window(), service).await;
    assert_eq!(engine.row("a.mp3").status, Status::Ready);
    assert_eq!(engine.script().count("upload"), 1);
}

#[tokio::test(start_paused = true)]
async fn a_signed_url_is_sent_to_again_after_a_minute_of_nothing_there() {
    let place = Place::new();
    let empty = (0..9).map(|_| known(AssetStatus::Waiting, None));
    let service = Scripted::new()
        .acts("a.mp3", [Act::Lose(fault(FaultKind::LostAnswer))])
        .answers("a.mp3", empty);
    let engine = one(&place, Make::window().signed(), service).await;
    assert_eq!(engine.row("a.mp3").status, Status::Ready);
    let apart = between(&engine, "store", "store").as_secs();
    assert!((60..=66).contains(&apart), "{apart}");
    assert_eq!(engine.script().count("store"), 2);
}

#[tokio::test(start_paused = true)]
async fn the_minute_of_polling_begins_with_the_first_poll() {
    let place = Place::new();
    let empty = (0..9).map(|_| known(AssetStatus::Waiting, None));
    let service = Scripted::new()
        .acts("a.mp3", [Act::Lose(fault(FaultKind::LostAnswer))])
        .answers("a.mp3", empty);
    let mut make = Make::window().signed();
    make.policy.polls = vec![Duration::from_secs(20)];
    let engine = one(&place, make, service).await;
    assert_eq!(engine.row("a.mp3").status, Status::Ready);
    // At 20, 40, 60 and 80 s: the poll after 60 s finds it missing.
    let asked = engine.script().calls();
    let sent_again = asked
        .iter()
        .rposition(|call| call.what.starts_with("store"));
    let before = &asked[..sent_again.unwrap()];
    let polls = before.iter().filter(|call| call.what.starts_with("ask"));
    assert_eq!(polls.count(), 4);
}

#[tokio::test(start_paused = true)]
async fn a_wait_that_passed_while_the_machine_slept_is_over_when_it_wakes() {
    let place = Place::new();
    let path = place.file("a.mp3", "a");
    let service = Scripted::new().acts("a.mp3", [Act::Fail(limited(900))]);
    let mut engine = Make::window().start(&place, service);
    engine.upload(&[path]).await;
    engine
        .until_row("a.mp3", |row| matches!(row.status, Status::Waiting { .. }))
        .await;
    tokio::time::advance(Duration::from_secs(8 * 3600)).await;
    let woken = tokio::time::Instant::now();
    engine.until_status("a.mp3", &Status::Ready).await;
    assert!(woken.elapsed() < Duration::from_secs(10));
    assert_eq!(engine.script().count("upload"), 2);
}

#[tokio::test(start_paused = true)]
async fn polls_back_off_on_errors_too() {
    let place = Place::new();
    let errors = (0..7).map(|_| Err(fault(FaultKind::ServerError)));
    let service = Scripted::new().answers("a.mp3", errors);
    let engine = one(&place, Make::window(), service).await;
    assert_eq!(engine.row("a.mp3").status, Status::Ready);
    let gaps = seconds_between(&engine, "upload", "ask");
    about(&gaps, &[2, 4, 8, 16, 32, 32, 32, 32]);
}
