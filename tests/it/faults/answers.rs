//! Answers that are no envelope, and errors that say what they are.

use std::time::Duration;

use mavi_uploader::sandbox::{Call, EnvelopeStyle, FaultPlan, PlannedFault, Reply, Sandbox};
use mavi_uploader::store::AssetRemark;
use serde_json::json;

use super::program::{FASTER, Seen, Trial};

/// Every upload is answered so; nothing is stored.
fn always(reply: Reply) -> FaultPlan {
    FaultPlan::new()
        .on(Call::Upload)
        .always()
        .then(PlannedFault::Answer(reply))
}

/// The first upload is answered so; nothing is stored.
fn once(reply: Reply) -> FaultPlan {
    FaultPlan::new()
        .on(Call::Upload)
        .then(PlannedFault::Answer(reply))
}

/// It is tried this often and fails; gives the words.
#[track_caller]
fn fails_after(reply: Reply, reason: &str, tries: usize) -> (Seen, String) {
    let seen = Trial::new(always(reply)).run();
    let words = seen.fails(reason, 1);
    assert_eq!(seen.calls(Call::Upload), tries, "{reason}");
    assert_eq!(seen.retries(), vec![reason; tries - 1]);
    assert!(seen.history().is_empty());
    (seen, words)
}

/// The wait before each try is at least this many of the contract's seconds.
#[track_caller]
fn waits_at_least(seen: &Seen, seconds: f64) {
    let waits = seen.waits();
    assert!(
        !waits.is_empty() && waits.iter().all(|wait| *wait >= seconds * 0.95),
        "{waits:?}"
    );
}

/// Row: HTTP 200 with something else than the envelope.
#[test]
fn a_web_page_is_called_a_sign_in_page_and_has_three_tries() {
    let (seen, words) = fails_after(Reply::html(200), "bad_answer", 3);
    assert!(words.contains("sign-in page"), "{words}");
    waits_at_least(&seen, 8.0);
}

/// Row: HTTP 200 with something else than the envelope.
#[test]
fn an_answer_that_makes_no_sense_has_three_tries_eight_seconds_apart() {
    for reply in [Reply::truncated_json(), Reply::without_asset_id()] {
        let (seen, _) = fails_after(reply, "bad_answer", 3);
        waits_at_least(&seen, 8.0);
    }
}

/// Row: HTTP 200 with something else than the envelope. It may have been stored.
#[test]
fn a_file_that_went_up_behind_a_bad_answer_is_noted_as_perhaps_twice() {
    let plan = FaultPlan::new()
        .on(Call::Upload)
        .then(PlannedFault::StoreThenAnswer(Reply::truncated_json()));
    let seen = Trial::new(plan).run();
    seen.finishes();
    assert_eq!(seen.stored(), 2);
    assert_eq!(
        seen.history()[0].remark,
        Some(AssetRemark::MayBeStoredTwice)
    );
}

/// Row: HTTP 200 with something else than the envelope; the connection breaks within it.
#[test]
fn an_answer_that_breaks_off_is_a_lost_one() {
    let plan = FaultPlan::new()
        .on(Call::Upload)
        .always()
        .then(PlannedFault::StoreThenAnswer(Reply::broken_off()));
    let seen = Trial::new(plan).run();
    seen.fails("network", 1);
    assert_eq!((seen.calls(Call::Upload), seen.stored()), (2, 2));
}

/// Row: an answer larger than 1 MiB.
#[test]
fn two_gigabytes_of_answer_are_not_read_beyond_a_megabyte() {
    let (seen, _) = fails_after(Reply::huge(2 << 30), "bad_answer", 3);
    for request in seen.stage.sandbox().requests() {
        // What the system holds for the connection is taken, too.
        assert!(request.answered < 64 << 20, "{request:?}");
    }
}

/// Row: any redirect.
#[test]
fn no_redirect_is_followed() {
    for status in [301, 302, 303, 307, 308] {
        let trial = Trial::new(FaultPlan::new());
        let (stage, path) = trial.stage();
        let other = stage
            .runtime
            .block_on(async { Sandbox::start(crate::cli::Stage::options()).unwrap() });
        let target = format!("{}/upload", other.base_url());
        stage
            .sandbox()
            .set_plan(always(Reply::redirect(status, &target)));
        let outcome = trial.start(&stage, &[&path]).end();
        let seen = Seen::new(stage, outcome);
        seen.fails("bad_answer", 1);
        assert_eq!(seen.calls(Call::Upload), 3, "{status}");
        assert!(other.requests().is_empty(), "{status}");
        let _entered = seen.stage.runtime.enter();
        drop(other);
    }
}

/// Row: 400 "Request has exceeded the limit.".
#[test]
fn the_text_that_two_errors_share_has_three_tries_and_both_causes() {
    let (_, words) = fails_after(Reply::limit_exceeded(), "rate_limited", 3);
    assert!(words.contains("too many requests"), "{words}");
    assert!(words.contains("doesn’t take a file like this"), "{words}");
    let seen = Trial::new(once(Reply::limit_exceeded())).run();
    seen.finishes();
}

/// Row: 400 otherwise, "0001", "0003".
#[test]
fn a_bad_request_is_not_tried_again() {
    for reply in [
        Reply::status(400),
        Reply::failing_code("0001"),
        Reply::failing_code("0003"),
        Reply::spring(404),
        Reply::status(422),
    ] {
        fails_after(reply, "bad_request", 1);
    }
}

/// Row: a failing envelope whose text speaks of an abnormal network or asks for patience.
#[test]
fn trouble_that_is_said_to_pass_is_tried_as_a_server_error_is() {
    let code_0001 = Reply::json(
        200,
        &json!({ "code": "0001", "msg": "The network is abnormal, please try again later",
            "data": null, "success": false, "failed": true }),
    );
    let busy = Reply::error(400, "System busy");
    for reply in [code_0001, busy] {
        fails_after(reply.clone(), "server_error", 6);
        Trial::new(once(reply)).run().finishes();
    }
}

/// No row: what says success and gives an id is one, whatever else it says.
#[test]
fn a_success_with_an_id_is_one_whatever_its_code() {
    for style in [EnvelopeStyle::Created, EnvelopeStyle::Words] {
        let seen = Trial::new(FaultPlan::new().envelope(style)).run();
        let finished = seen.finishes();
        assert_eq!(seen.stored(), 1, "{style:?}");
        let id = seen.history()[0].asset_id.to_string();
        assert_eq!(finished["asset_id"], id, "{style:?}");
        Trial::signed(FaultPlan::new().envelope(style))
            .run()
            .finishes();
    }
}

/// Row: 403 with a web page.
#[test]
fn a_web_page_that_forbids_has_six_tries_and_names_firewall_proxy_and_sign_in() {
    let (_, words) = fails_after(Reply::blocked_page(403), "bad_answer", 6);
    for word in ["firewall", "proxy", "sign-in"] {
        assert!(words.contains(word), "{words}");
    }
    let key_check = FaultPlan::new()
        .on(Call::KeyCheck)
        .always()
        .then(PlannedFault::Answer(Reply::blocked_page(403)));
    Trial::new(key_check).run().finishes();
}

/// Row: 409, "0409".
#[test]
fn a_conflict_has_one_more_try_after_eight_seconds() {
    for reply in [Reply::status(409), Reply::failing_code("0409")] {
        let (seen, _) = fails_after(reply.clone(), "conflict", 2);
        waits_at_least(&seen, 8.0);
        Trial::new(once(reply)).run().finishes();
    }
}

/// Row: 413 on a direct upload.
#[test]
fn too_large_for_the_direct_way_takes_the_signed_url_at_once() {
    let seen = Trial::new(always(Reply::status(413))).run();
    seen.finishes();
    assert!(seen.retries().is_empty());
    assert_eq!(
        (
            seen.calls(Call::Upload),
            seen.calls(Call::SignedUrl),
            seen.stored()
        ),
        (1, 1, 1)
    );
    // On the other way there is none further.
    let plan = FaultPlan::new()
        .on(Call::SignedUrl)
        .always()
        .then(PlannedFault::status(413));
    Trial::signed(plan).run().fails("bad_request", 1);
}

/// Row: 415.
#[test]
fn an_unsupported_format_is_not_tried_again() {
    let (_, words) = fails_after(Reply::status(415), "unsupported_media", 1);
    assert!(words.contains("Export the file as"), "{words}");
}

/// Row: 429, "0429".
#[test]
fn a_rate_limit_waits_as_long_as_it_says() {
    let seconds = Reply::status(429).retry_after_seconds(1);
    // A date has whole seconds: it is between two and three from now, or a little nearer.
    let date = Reply::status(429).retry_after_date(Duration::from_secs(3));
    for (reply, least, most) in [(seconds, 1.0, 2.0), (date, 1.0, 3.0)] {
        let seen = Trial::new(once(reply)).run();
        seen.finishes();
        assert_eq!(seen.retries(), ["rate_limited"]);
        // It is no policy's number, and so is not scaled.
        let wait = seen.waits()[0] / f64::from(FASTER);
        assert!((least..=most).contains(&wait), "{wait}");
        assert_eq!(seen.stored(), 1);
    }
}

/// Row: 429, "0429".
#[test]
fn without_a_wait_that_is_asked_for_a_rate_limit_doubles_its_own() {
    let plan = FaultPlan::new()
        .on(Call::Upload)
        .times(4)
        .then(PlannedFault::status(429))
        .on(Call::Upload)
        .times(4)
        .then(PlannedFault::Answer(Reply::failing_code("0429")));
    let mut trial = Trial::new(plan);
    // Out at once: nine bodies of more would lean on a machine that is never busy.
    trial.size = 2_000;
    let seen = trial.run();
    seen.finishes();
    // More than six: these waits are no tries.
    assert_eq!(seen.retries(), ["rate_limited"; 8]);
    let waits = seen.waits();
    for (wait, least) in waits
        .iter()
        .zip([1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 32.0, 32.0])
    {
        assert!((least * 0.95..=least * 1.3).contains(wait), "{waits:?}");
    }
    assert_eq!(seen.calls(Call::Upload), 9);
}

/// Row: 5xx, Spring or HTML error bodies.
#[test]
fn a_server_error_has_six_tries_whatever_its_body() {
    for reply in [
        Reply::status(500),
        Reply::html(502),
        Reply::spring(503),
        Reply::empty(504),
    ] {
        fails_after(reply.clone(), "server_error", 6);
        Trial::new(once(reply)).run().finishes();
    }
}

/// Row: 5xx. `Retry-After` counts here, too.
#[test]
fn a_server_error_waits_as_long_as_it_says() {
    let seen = Trial::new(once(Reply::status(503).retry_after_seconds(1))).run();
    seen.finishes();
    let wait = seen.waits()[0] / f64::from(FASTER);
    assert!((0.95..=1.5).contains(&wait), "{wait}");
}
