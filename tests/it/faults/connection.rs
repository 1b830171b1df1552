//! Connections that do not come about, break, stand still, or lose their answer.

use std::time::Duration;

use mavi_uploader::model::snapshot::Status;
use mavi_uploader::sandbox::{Call, FaultPlan, OfferedProtocol, PlannedFault, Reply};
use mavi_uploader::store::AssetRemark;

use super::program::{Seen, Trial};

/// More refusals than any run makes connections.
const ALWAYS: u32 = 1_000;

fn lost(stored: bool) -> PlannedFault {
    PlannedFault::LoseAnswer {
        stored,
        reset: true,
    }
}

fn late() -> PlannedFault {
    PlannedFault::DelayAnswer(Duration::from_secs(600))
}

/// Row: no route, DNS failure, refused connection.
#[test]
fn a_refused_connection_has_six_tries_in_upload() {
    let seen = Trial::new(FaultPlan::new().refuse_connections()).run();
    let words = seen.fails("network", 1);
    assert!(words.contains("internet connection"), "{words}");
    assert_eq!(seen.retries(), ["network"; 5]);
    for (wait, least) in seen.waits().into_iter().zip([1.0, 2.0, 4.0, 8.0, 16.0]) {
        assert!(
            (least * 0.95..=least * 1.3).contains(&wait),
            "{wait} for {least}"
        );
    }
    assert!(seen.history().is_empty());
}

/// Row: no route, DNS failure, refused connection.
#[test]
fn a_name_that_is_not_found_is_the_network() {
    let trial = Trial::new(FaultPlan::new());
    let (stage, path) = trial.stage();
    let mut usual = stage.upload_command(&[], &[&path]);
    usual.env("MEMORIES_V2_BASE_URL", "https://mavi.invalid/serve/api/v2");
    let outcome = crate::cli::run(trial.command(&usual));
    let seen = Seen::new(stage, outcome);
    seen.fails("network", 1);
    assert_eq!(seen.retries(), ["network"; 5]);
}

/// Row: no route, DNS failure, refused connection.
#[test]
fn connections_that_are_hung_up_on_are_made_again() {
    let seen = Trial::new(FaultPlan::new().hang_up(3)).run();
    seen.finishes();
    assert_eq!(seen.stored(), 1);
    let reasons = seen.retries();
    assert!(!reasons.is_empty() && reasons.iter().all(|reason| reason == "network"));
    Trial::new(FaultPlan::new().hang_up(ALWAYS))
        .run()
        .fails("network", 1);
}

/// Row: no route, DNS failure, refused connection.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_window_says_that_it_is_offline_and_goes_on_by_itself() {
    let mut window = Trial::new(FaultPlan::new().refuse_connections())
        .window()
        .await;
    window.until("offline", |it| it.offline).await;
    let waits =
        |it: &mavi_uploader::model::snapshot::Row| matches!(it.status, Status::Waiting { .. });
    window.until_row("the wait", waits).await;
    window.sandbox().set_plan(FaultPlan::new());
    window
        .until_row("the end", |it| it.status == Status::Ready)
        .await;
    assert!(!window.handle.snapshot.borrow().offline);
    assert_eq!(window.sandbox().stored().len(), 1);
    window.close().await;
}

/// Row: TLS failure. Which of them is told from which is for the client's own tests with
/// certificates; this is what becomes of the file.
#[test]
fn a_tls_failure_is_not_tried_again_and_names_proxy_antivirus_and_clock() {
    let trial = Trial::new(FaultPlan::new());
    let (stage, path) = trial.stage();
    let mut usual = stage.upload_command(&[], &[&path]);
    // It answers in plain text what ought to be a handshake.
    let url = stage.sandbox().base_url().replace("http://", "https://");
    usual.env("MEMORIES_V2_BASE_URL", url);
    let outcome = crate::cli::run(trial.command(&usual));
    let seen = Seen::new(stage, outcome);
    let words = seen.fails("network", 1);
    for word in ["proxy", "antivirus", "clock"] {
        assert!(words.contains(word), "{words}");
    }
    assert!(seen.retries().is_empty(), "{:?}", seen.retries());
}

/// Row: the connection breaks before the whole body is out.
#[test]
fn a_break_in_the_body_asks_whether_it_is_the_key_and_sends_again() {
    let plan = FaultPlan::new()
        .on(Call::Upload)
        .then(PlannedFault::ResetAfter { bytes: 100_000 });
    let seen = Trial::large(plan).run();
    seen.finishes();
    assert_eq!(seen.retries(), ["network"]);
    assert_eq!(
        seen.all_calls()[..4],
        [Call::KeyCheck, Call::Upload, Call::KeyCheck, Call::Upload]
    );
    assert_eq!(seen.stored(), 1);
    assert_eq!(seen.history()[0].remark, None);
}

/// Row: the connection breaks before the whole body is out.
#[test]
fn a_refusal_that_was_lost_in_the_break_is_told_from_the_network() {
    for (status, reason, code) in [
        (401, "unauthorized", 3),
        (402, "insufficient_balance", 4),
        (403, "forbidden", 4),
    ] {
        let plan = FaultPlan::new()
            .on(Call::KeyCheck)
            .pass()
            .on(Call::KeyCheck)
            .then(PlannedFault::status(status))
            .on(Call::Upload)
            .always()
            .then(PlannedFault::AnswerEarly {
                after: 0,
                reply: Reply::status(status),
                linger: false,
            });
        let seen = Trial::large(plan).run();
        seen.fails(reason, code);
        assert_eq!((seen.calls(Call::Upload), seen.stored()), (1, 0));
    }
}

/// Row: the connection breaks before the whole body is out.
#[test]
fn an_early_answer_is_read_while_the_body_goes_out() {
    let early = PlannedFault::AnswerEarly {
        after: 1_000,
        reply: Reply::status(415),
        linger: true,
    };
    let seen = Trial::large(FaultPlan::new().on(Call::Upload).then(early)).run();
    seen.fails("unsupported_media", 1);
    assert_eq!(seen.calls(Call::Upload), 1);
}

/// Row: the connection breaks before the whole body is out.
#[test]
fn after_two_breaks_the_third_try_takes_the_signed_url() {
    let plan = FaultPlan::new()
        .on(Call::Upload)
        .always()
        .then(PlannedFault::ResetAfter { bytes: 100_000 });
    let seen = Trial::large(plan).run();
    seen.finishes();
    assert_eq!(seen.retries(), ["network", "network"]);
    assert_eq!(
        (
            seen.calls(Call::Upload),
            seen.calls(Call::SignedUrl),
            seen.calls(Call::StoragePut)
        ),
        (2, 1, 1)
    );
}

/// Row: the connection breaks before the whole body is out. Tries count starts, also those that
/// go on with a session.
#[test]
fn a_session_that_breaks_and_breaks_has_six_tries_in_upload_and_says_each() {
    let plan = FaultPlan::new()
        .on(Call::SessionPut)
        .always()
        .then(PlannedFault::ResetAfter { bytes: 100_000 });
    let mut trial = Trial::large(plan);
    trial.signed = true;
    trial.options.protocol = OfferedProtocol::ResumableStart;
    let seen = trial.run();
    seen.fails("network", 1);
    assert_eq!(seen.retries(), ["network"; 5]);
    assert_eq!(
        (
            seen.calls(Call::SignedUrl),
            seen.calls(Call::SessionStart),
            seen.calls(Call::SessionStatus),
            seen.calls(Call::SessionPut)
        ),
        (1, 1, 5, 6)
    );
}

/// Row: no byte moves for 30 s while body is left.
#[test]
fn a_body_that_stands_still_is_dropped_and_sent_again() {
    let stall = || PlannedFault::Stall {
        after: 100_000,
        lasting: None,
    };
    let seen = Trial::large(FaultPlan::new().on(Call::Upload).then(stall())).run();
    seen.finishes();
    assert_eq!(seen.retries(), ["timed_out"]);
    assert_eq!((seen.calls(Call::Upload), seen.stored()), (2, 1));
    assert_eq!(seen.history()[0].remark, None);
}

/// Row: no byte moves for 30 s while body is left.
#[test]
fn a_body_that_always_stands_still_has_six_tries() {
    let plan = FaultPlan::new()
        .on(Call::Upload)
        .always()
        .then(PlannedFault::Stall {
            after: 100_000,
            lasting: None,
        });
    let seen = Trial::large(plan).run();
    seen.fails("timed_out", 1);
    assert_eq!(seen.calls(Call::Upload), 6);
}

/// Row: no byte moves for 30 s while body is left.
#[test]
fn a_body_that_trickles_moves_and_is_left_alone() {
    let slow = PlannedFault::Trickle {
        bytes_per_second: 8_000_000,
    };
    let mut trial = Trial::large(FaultPlan::new().on(Call::Upload).then(slow));
    // Twice as long as it may stand still.
    trial.size = 16_000_000;
    let seen = trial.run();
    seen.finishes();
    assert!(seen.retries().is_empty());
}

/// Row: the body is out, no answer in time.
#[test]
fn without_an_answer_in_time_it_is_sent_once_more_and_noted() {
    let seen = Trial::new(FaultPlan::new().on(Call::Upload).then(late())).run();
    seen.finishes();
    assert_eq!(seen.retries(), ["timed_out"]);
    assert_eq!((seen.calls(Call::Upload), seen.stored()), (2, 2));
    assert_eq!(
        seen.history()[0].remark,
        Some(AssetRemark::MayBeStoredTwice)
    );

    let seen = Trial::new(FaultPlan::new().on(Call::Upload).always().then(late())).run();
    let words = seen.fails("timed_out", 1);
    assert!(words.contains("twice"), "{words}");
    assert_eq!(seen.calls(Call::Upload), 2);
}

/// Row: the body is out and the connection breaks. Direct.
#[test]
fn a_lost_answer_is_sent_once_more_and_noted() {
    let seen = Trial::new(FaultPlan::new().on(Call::Upload).then(lost(true))).run();
    seen.finishes();
    assert_eq!(seen.retries(), ["network"]);
    assert_eq!((seen.calls(Call::Upload), seen.stored()), (2, 2));
    assert_eq!(
        seen.history()[0].remark,
        Some(AssetRemark::MayBeStoredTwice)
    );

    let seen = Trial::new(FaultPlan::new().on(Call::Upload).always().then(lost(false))).run();
    seen.fails("network", 1);
    assert_eq!(seen.calls(Call::Upload), 2);
}

/// Row: the body is out and the connection breaks. Signed URL.
#[test]
fn a_lost_answer_of_the_storage_is_asked_about_and_not_sent_again_if_it_is_there() {
    let seen = Trial::signed(FaultPlan::new().on(Call::StoragePut).then(lost(true))).run();
    seen.finishes();
    assert!(seen.retries().is_empty(), "{:?}", seen.retries());
    assert_eq!((seen.calls(Call::StoragePut), seen.stored()), (1, 1));
    let history = seen.history();
    assert_eq!((history.len(), history[0].remark), (1, None));
}

/// Row: the body is out and the connection breaks. Signed URL.
#[test]
fn a_lost_answer_of_the_storage_is_sent_again_after_a_minute_of_nothing_there() {
    let seen = Trial::signed(FaultPlan::new().on(Call::StoragePut).then(lost(false))).run();
    seen.finishes();
    assert_eq!(seen.retries(), ["network"]);
    let calls = seen.all_calls();
    let polls = calls.iter().filter(|call| **call == Call::Metadata).count();
    // After 2, 6, 14, 30 and 62 s; the last one is of what was sent again.
    assert!((3..=7).contains(&polls), "{calls:?}");
    assert_eq!(
        (seen.calls(Call::SignedUrl), seen.calls(Call::StoragePut)),
        (1, 2)
    );
    assert_eq!(seen.history().len(), 1, "the same asset");
}
