//! Faults of an attempt, by the rows of `docs/faults.md`.

use super::*;

#[test]
fn each_fault_has_the_tries_of_its_row() {
    for (kind, starts) in [
        (FaultKind::Offline, 6),
        (FaultKind::Tls, 1),
        (FaultKind::Proxy, 6),
        (FaultKind::Stalled, 6),
        (FaultKind::LostAnswer, 2),
        (FaultKind::NoAnswer, 2),
        (FaultKind::BadAnswer, 3),
        (FaultKind::WebPage, 3),
        (FaultKind::AnswerTooLarge, 3),
        (FaultKind::RateLimitedOrInvalid, 3),
        (FaultKind::BadRequest, 1),
        (FaultKind::Conflict, 2),
        (FaultKind::UnsupportedMedia, 1),
        (FaultKind::ServerError, 6),
        (FaultKind::FileChanged, 1),
        (FaultKind::FileGone, 1),
        (FaultKind::Unreadable, 1),
    ] {
        assert_eq!(
            Walk::sending(10).starts_until_failed(kind),
            starts,
            "{kind:?}"
        );
    }
}

#[test]
fn the_window_waits_for_the_network_without_end() {
    let mut walk = Walk::sending(10);
    walk.policy = Policy::default();
    for _ in 0..50 {
        walk.break_with(FaultKind::Offline).begin_again();
    }
    assert_eq!(
        walk.break_with(FaultKind::Offline).wait(),
        Duration::from_secs(32)
    );
}

#[test]
fn waits_double_and_start_anew_after_the_service_took_the_file() {
    let mut walk = Walk::sending(10);
    for seconds in [1, 2, 4] {
        assert_eq!(
            walk.break_with(FaultKind::ServerError).wait().as_secs(),
            seconds
        );
        walk.begin_again();
    }
    walk.send(1);
    walk.poll(known(AssetStatus::Failed, None), 2).begin_again();
    assert_eq!(walk.break_with(FaultKind::ServerError).wait().as_secs(), 1);
}

#[test]
fn a_wait_that_the_service_asks_for_is_kept() {
    let mut walk = Walk::sending(10);
    let attempt = walk.upload.attempt;
    let retry_after = Some(Duration::from_secs(77));
    let fault =
        Fault::new(FaultKind::RateLimited).with_recovery(Recovery::Transient { retry_after });
    walk.step(Event::AttemptFailed {
        attempt,
        fault,
        content: None,
        jitter: 1.0,
    });
    assert_eq!(walk.wait().as_secs(), 77);
}

#[test]
fn rate_limits_cost_no_tries_for_a_quarter_of_an_hour() {
    let mut walk = Walk::sending(10);
    let mut waited = Duration::ZERO;
    let mut after_grace = 0;
    loop {
        walk.break_with(FaultKind::RateLimited);
        if matches!(walk.upload.state, UploadState::Failed { .. }) {
            break;
        }
        if waited + walk.wait() > Duration::from_secs(900) {
            after_grace += 1;
        }
        waited += walk.wait();
        walk.begin_again();
    }
    assert_eq!(after_grace, 5);
}

#[test]
fn two_breaks_in_mid_body_lead_to_the_signed_url_on_the_third_try() {
    let mut walk = Walk::sending(10);
    walk.break_with(FaultKind::BrokenInBody).begin_again();
    assert_eq!(walk.route(), Route::Direct);
    walk.break_with(FaultKind::BrokenInBody).begin_again();
    assert_eq!(walk.route(), Route::SignedUrl);
}

#[test]
fn a_file_too_large_for_the_direct_route_takes_the_other_at_once() {
    let mut walk = Walk::sending(10);
    walk.break_with(FaultKind::TooLargeForDirect);
    assert_eq!(walk.upload.state, UploadState::Queued);
    walk.step(Event::Begin);
    assert_eq!(walk.route(), Route::SignedUrl);
}

#[test]
fn a_lost_answer_is_sent_once_more_and_remembered() {
    let mut walk = Walk::sending(10);
    walk.break_with(FaultKind::LostAnswer);
    assert!(walk.upload.counters.possibly_stored_twice);
    walk.begin_again();
    walk.break_with(FaultKind::LostAnswer);
    assert!(matches!(walk.upload.state, UploadState::Failed { .. }));
}

#[test]
fn rate_limits_end_even_where_no_wait_is_asked_for() {
    let mut walk = Walk::sending(10);
    // Calls are spaced by 32 s at most, however long other faults wait.
    walk.policy.backoff_max = Duration::from_secs(90);
    for starts in 1..=60 {
        let attempt = walk.upload.attempt;
        let retry_after = Some(Duration::ZERO);
        let fault =
            Fault::new(FaultKind::RateLimited).with_recovery(Recovery::Transient { retry_after });
        walk.step(Event::AttemptFailed {
            attempt,
            fault,
            content: None,
            jitter: 0.0,
        });
        if matches!(walk.upload.state, UploadState::Failed { .. }) {
            // A quarter of an hour at the longest spacing, and then the tries.
            assert!(starts > 900 / 32 + 5, "{starts}");
            return;
        }
        walk.begin_again();
    }
    panic!("it goes on for hours");
}

#[test]
fn what_a_user_has_to_mend_fails_no_file() {
    for kind in [
        FaultKind::Unauthorized,
        FaultKind::InsufficientBalance,
        FaultKind::Forbidden,
    ] {
        let mut walk = Walk::sending(10);
        walk.break_with(kind);
        assert_eq!(walk.upload.state, UploadState::Queued, "{kind:?}");
        assert!(matches!(walk.effects[..], [Effect::BlockQueue(..)]));
    }
}

#[test]
fn a_file_that_is_gone_goes_on_when_it_is_back_and_only_then() {
    let mut walk = Walk::sending(10);
    walk.break_with(FaultKind::FileGone);
    assert_eq!(walk.upload.fault(), Some(FaultKind::FileGone));
    // Retried too early, it still waits for its drive and keeps its data.
    walk.step(Event::Retry)
        .step(Event::Checked(Err(Rejection::NotFound)));
    assert_eq!(walk.upload.fault(), Some(FaultKind::FileGone));
    assert_eq!(walk.upload.media, Some(media(10)));
    walk.step(Event::FileReappeared)
        .step(Event::Checked(Ok(media(10))));
    assert_eq!(walk.upload.state, UploadState::Queued);
    // A file that was never accepted or never started is rejected.
    let mut new = Walk::sending(10);
    new.upload = Upload::new();
    new.step(Event::Checked(Err(Rejection::NotFound)));
    assert!(matches!(new.upload.state, UploadState::Rejected(_)));
    for &kind in FaultKind::ALL {
        let mut walk = Walk::sending(10);
        walk.break_with(kind);
        let back = transition(&walk.upload, Event::FileReappeared, &walk.policy);
        assert_eq!(back.is_some(), kind == FaultKind::FileGone, "{kind:?}");
    }
}
