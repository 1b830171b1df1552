//! Retry decisions after a failed attempt: the rows of `docs/faults.md`.

use std::time::Duration;

use super::attempt::{new_attempt, new_attempt_without_url, recheck, record_abandoned};
use super::polling::sent;
use super::transition::back_to_ready;
use super::{Effect, RetryCounters, Transition, Upload, UploadState};
use crate::model::asset::ContentHash;
use crate::model::fault::{Fault, FaultKind, Recovery};
use crate::model::media::Route;
use crate::model::plan::MAX_SPACING;
use crate::model::retry::Policy;

/// Wrong storage protocols after which a file fails: more than there are.
const MAX_PROTOCOLS: u32 = 8;

enum RetryDecision {
    Fail,
    Again,
    Wait(Duration),
}

/// Handles the fault of an attempt that was sending; `content` is the hash of the bytes sent.
pub(super) fn after_fault(
    upload: &Upload,
    fault: Fault,
    content: Option<ContentHash>,
    jitter: f64,
    policy: &Policy,
) -> Transition {
    let route = match upload.state {
        UploadState::Sending { route, .. } => route,
        UploadState::Hashing => Route::Direct,
        _ => return None,
    };
    if upload.counters.reuse_only {
        // It must not be sent, and may no longer be a duplicate.
        if fault.kind == FaultKind::FileChanged {
            return recheck(upload, false, vec![Effect::CheckFile]);
        } else if fault.recovery != Recovery::Permanent {
            return back_to_ready(upload, vec![]);
        }
    }
    if let Recovery::NeedsUser(fix) = fault.recovery {
        let effects = vec![Effect::BlockQueue(fix, fault)];
        return new_attempt(upload, UploadState::Queued, effects);
    }
    // With an id known before the bytes, the service can be polled for the outcome. A redirect is a
    // response, and means that nothing was stored.
    if fault.recovery == Recovery::OutcomeUnknown
        && fault.kind != FaultKind::Redirect
        && route == Route::SignedUrl
        && let Some(asset) = upload.reserved_id.clone()
    {
        return sent(upload, asset, content, Some(fault), policy);
    }
    let mut counters = upload.counters.clone();
    counters.failures += 1;
    let decision = decide(&mut counters, &fault, route, jitter, policy);
    if upload.state == UploadState::Hashing {
        // Only a poll was sent: it stored nothing, and proves nothing about the route.
        counters.possibly_stored_twice = upload.counters.possibly_stored_twice;
        counters.unknown = upload.counters.unknown;
        counters.breaks = upload.counters.breaks;
        counters.signed_url = upload.counters.signed_url;
    }
    // An expired URL invalidates its asset id: the next one comes with another.
    let expired = fault.kind == FaultKind::ExpiredUrl;
    let (mut after, effects) = match decision {
        RetryDecision::Fail => {
            // An error response to a direct upload may carry the id of what it stored.
            let given = fault.diagnostics.asset_id.clone();
            let asset = given.filter(|_| route == Route::Direct);
            let ids = upload.reserved_id.iter().chain(&asset);
            let effects = ids.map(record_abandoned).collect();
            new_attempt_without_url(upload, UploadState::Failed { fault, asset }, effects)
        }
        RetryDecision::Again => new_attempt(upload, UploadState::Queued, vec![]),
        RetryDecision::Wait(after) => {
            let mut effects = vec![Effect::ScheduleRetry {
                attempt: upload.attempt + 1,
                after,
            }];
            let state = UploadState::RetryScheduled { cause: fault };
            if expired {
                effects.extend(upload.reserved_id.as_ref().map(record_abandoned));
                new_attempt_without_url(upload, state, effects)
            } else {
                new_attempt(upload, state, effects)
            }
        }
    }?;
    after.counters = counters;
    Some((after, effects))
}

/// Counts the fault and decides what follows.
fn decide(
    counters: &mut RetryCounters,
    fault: &Fault,
    route: Route,
    jitter: f64,
    policy: &Policy,
) -> RetryDecision {
    let retry_after = match fault.recovery {
        Recovery::Transient { retry_after } => retry_after,
        Recovery::OutcomeUnknown => None,
        Recovery::NeedsUser(_) | Recovery::Permanent => return RetryDecision::Fail,
    };
    let backoff = policy.backoff(counters.failures, jitter);
    let wait = retry_after.unwrap_or(backoff);
    let unless = |over: bool, wait: Duration| {
        if over {
            RetryDecision::Fail
        } else {
            RetryDecision::Wait(wait)
        }
    };
    match fault.kind {
        FaultKind::Offline | FaultKind::Proxy | FaultKind::BrokenInBody | FaultKind::Stalled => {
            if fault.kind == FaultKind::BrokenInBody && route == Route::Direct {
                counters.count_break(policy);
            }
            counters.tries += 1;
            // Unlimited in the window, limited by the tries in `upload`.
            let limit = policy.network_tries;
            unless(limit.is_some_and(|tries| counters.tries >= tries), wait)
        }
        FaultKind::RateLimited => {
            // Even after a shorter `Retry-After`, the doubled spacing of all calls makes the wait
            // about as long as the backoff, up to the longest spacing.
            let least = backoff.min(MAX_SPACING);
            counters.rate_waited = counters.rate_waited.saturating_add(wait.max(least));
            if counters.rate_waited > policy.rate_grace {
                counters.tries += 1;
            }
            unless(counters.tries >= policy.tries, wait)
        }
        FaultKind::RateLimitedOrInvalid => {
            counters.limit_exceeded += 1;
            unless(counters.limit_exceeded >= policy.limit_exceeded_tries, wait)
        }
        FaultKind::Conflict => {
            counters.conflicts += 1;
            unless(counters.conflicts > 1, wait.max(policy.conflict_wait))
        }
        FaultKind::TooLargeForDirect if route == Route::Direct => {
            counters.signed_url = true;
            RetryDecision::Again
        }
        FaultKind::WrongProtocol => {
            counters.protocols += 1;
            if counters.protocols > MAX_PROTOCOLS {
                RetryDecision::Fail
            } else {
                RetryDecision::Again
            }
        }
        FaultKind::LostAnswer | FaultKind::NoAnswer => {
            counters.unknown += 1;
            counters.possibly_stored_twice = true;
            unless(counters.unknown > 1, wait)
        }
        FaultKind::BadAnswer
        | FaultKind::WebPage
        | FaultKind::AnswerTooLarge
        | FaultKind::Redirect => {
            counters.bad_answers += 1;
            // A redirect means that nothing was stored.
            counters.possibly_stored_twice |=
                route == Route::Direct && fault.kind != FaultKind::Redirect;
            unless(
                counters.bad_answers > policy.bad_answer_retries,
                wait.max(policy.bad_answer_wait),
            )
        }
        _ => {
            counters.tries += 1;
            unless(counters.tries >= policy.tries, wait)
        }
    }
}
