//! What only the user can mend: the key, the balance, the account.

use mavi_uploader::engine::Command;
use mavi_uploader::model::fault::RequiredAction;
use mavi_uploader::model::snapshot::{Row, Status};
use mavi_uploader::sandbox::{Call, FaultPlan, PlannedFault, Reply};

use super::program::{Seen, Trial};
use crate::cli::text;

fn always(reply: Reply) -> FaultPlan {
    FaultPlan::new()
        .on(Call::Upload)
        .always()
        .then(PlannedFault::Answer(reply))
}

/// `upload` stops with this, and the window holds the queue and fails no file. Gives the words.
fn stops(reply: &Reply, reason: &str, code: i32, fix: RequiredAction) -> String {
    let seen = Trial::new(always(reply.clone())).run();
    let words = seen.fails(reason, code);
    assert!(seen.retries().is_empty());
    assert_eq!((seen.calls(Call::Upload), seen.stored()), (1, 0));

    let runtime = mavi_uploader::setup::runtime().unwrap();
    runtime.block_on(async {
        let mut window = Trial::new(always(reply.clone())).window().await;
        window
            .until("the question", |it| it.needs == Some(fix))
            .await;
        let queued = |it: &Row| it.status == Status::Queued;
        window.until_row("its place in the queue", queued).await;
        window.sandbox().set_plan(FaultPlan::new());
        window.handle.send(Command::FixDone);
        window
            .until_row("the end", |it| it.status == Status::Ready)
            .await;
        window.close().await;
    });
    words
}

/// Row: 401, "0401", "9009".
#[test]
fn a_refused_key_stops_upload_with_3_and_holds_the_window() {
    for reply in [
        Reply::status(401),
        Reply::failing_code("0401"),
        Reply::failing_code("9009"),
    ] {
        let seen = Trial::new(always(reply)).run();
        seen.fails("unauthorized", 3);
        assert!(seen.calls(Call::Upload) + seen.calls(Call::KeyCheck) <= 2);
    }
}

/// Row: 402, "0402".
#[test]
fn an_empty_balance_stops_upload_with_4_and_holds_the_window() {
    for reply in [Reply::status(402), Reply::failing_code("0402")] {
        stops(&reply, "insufficient_balance", 4, RequiredAction::Balance);
    }
}

/// Row: 403, "0403".
#[test]
fn a_forbidden_account_stops_upload_with_4_and_holds_the_window() {
    for reply in [Reply::status(403), Reply::failing_code("0403")] {
        stops(&reply, "forbidden", 4, RequiredAction::Account);
    }
}

/// Row: an answer that says deprecated, retired, sunset or no longer supported.
#[test]
fn a_retired_call_stops_upload_with_1_and_holds_the_window_in_the_services_own_words() {
    for (status, said) in [
        (400, "This API is deprecated, use the Video DataLake"),
        (410, "POST /upload has been sunset"),
        (200, "Uploads over v2 are no longer supported"),
    ] {
        let words = stops(
            &Reply::error(status, said),
            "retired",
            1,
            RequiredAction::Program,
        );
        assert!(words.contains(said), "{words}");
    }
}

/// Rows: 401, 402, 403. Their exit statuses outrank that of a file that failed.
#[test]
fn what_stops_the_run_outranks_a_file_that_failed() {
    for (status, reason, code) in [
        (401, "unauthorized", 3),
        (402, "insufficient_balance", 4),
        (403, "forbidden", 4),
    ] {
        let plan = FaultPlan::new()
            .on(Call::Upload)
            .then(PlannedFault::status(415))
            .on(Call::Upload)
            .always()
            .then(PlannedFault::status(status));
        let trial = Trial::new(plan);
        let (stage, first) = trial.stage();
        let second = stage.copy("picture.png", "picture.png");
        let outcome = trial.start(&stage, &[&first, &second]).end();
        let seen = Seen::new(stage, outcome);
        assert_eq!(seen.outcome.code(), Some(code), "{}", seen.outcome.err);
        let failed = seen.outcome.only("failed");
        let mut reasons: Vec<&str> = failed.iter().map(|event| text(event, "reason")).collect();
        reasons.sort_unstable();
        let mut wanted = [reason, "unsupported_media"];
        wanted.sort_unstable();
        assert_eq!(reasons, wanted);
        assert_eq!(seen.outcome.summary(), [2, 0, 0, 2, 0, 0]);
    }
}
