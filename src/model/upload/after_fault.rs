//! What follows when an attempt fails: the rows of `docs/faults.md`, in one place.

use std::time::Duration;

use super::next::{abandon, anew, leave, looked_at_anew};
use super::polling::sent;
use super::{Effect, State, Tally, Upload};
use crate::model::asset::ContentHash;
use crate::model::fault::{Fault, FaultKind, Recovery};
use crate::model::media::Route;
use crate::model::retry::Policy;

/// Flavours of the storage step that may turn out wrong for one file before it fails:
/// more than there are.
const MAX_FLAVOURS: u32 = 8;

/// What is done after a fault.
enum Verdict {
    /// It ends here.
    Fail,
    /// Another try, at once.
    Again,
    /// Another try, after this long.
    Wait(Duration),
}

/// An attempt that was sending broke with `fault`; `content` is the hash of what was sent.
pub(super) fn after_fault(
    upload: &Upload,
    fault: Fault,
    content: Option<ContentHash>,
    jitter: f64,
    policy: &Policy,
) -> Option<(Upload, Vec<Effect>)> {
    let route = match upload.state {
        State::Sending { route, .. } => route,
        State::Comparing => Route::Direct,
        _ => return None,
    };
    if let Recovery::NeedsUser(fix) = fault.recovery {
        return anew(upload, State::Queued, vec![Effect::HoldQueue(fix, fault)]);
    }
    if upload.tally.only_id && fault.kind == FaultKind::FileChanged {
        // It may be a duplicate no more, and is not to be sent.
        return looked_at_anew(upload, false, vec![Effect::Look]);
    }
    // Where the id was known before the bytes, the service can be asked what became of them.
    // A redirect is an answer, and says that nothing was stored.
    if fault.recovery == Recovery::OutcomeUnknown
        && fault.kind != FaultKind::Redirect
        && route == Route::SignedUrl
        && let Some(asset) = upload.issued.clone()
    {
        return sent(upload, asset, content, Some(fault), policy);
    }
    let mut tally = upload.tally.clone();
    tally.failures += 1;
    let verdict = judge(&mut tally, &fault, route, jitter, policy);
    if upload.state == State::Comparing {
        // Only a question went out: it stored nothing, and says nothing of the route.
        tally.may_be_twice = upload.tally.may_be_twice;
        tally.unknown = upload.tally.unknown;
        tally.breaks = upload.tally.breaks;
        tally.signed_url = upload.tally.signed_url;
    }
    // A URL that is too old takes its asset id with it: the next one comes with another.
    let expired = fault.kind == FaultKind::ExpiredUrl;
    let (mut after, effects) = match verdict {
        Verdict::Fail => {
            // A failing answer to a direct upload may come with the ID of what it stored.
            let given = fault.diagnostics.asset_id.clone();
            let asset = given.filter(|_| route == Route::Direct);
            let left_behind = upload.issued.iter().chain(&asset);
            let effects = left_behind.map(abandon).collect();
            leave(upload, State::Failed { fault, asset }, effects)
        }
        Verdict::Again => anew(upload, State::Queued, vec![]),
        Verdict::Wait(after) => {
            let mut effects = vec![Effect::Wake {
                attempt: upload.attempt + 1,
                after,
            }];
            let state = State::Waiting { cause: fault };
            if expired {
                effects.extend(upload.issued.as_ref().map(abandon));
                leave(upload, state, effects)
            } else {
                anew(upload, state, effects)
            }
        }
    }?;
    after.tally = tally;
    Some((after, effects))
}

/// Counts the fault and says what follows.
fn judge(tally: &mut Tally, fault: &Fault, route: Route, jitter: f64, policy: &Policy) -> Verdict {
    let retry_after = match fault.recovery {
        Recovery::Transient { retry_after } => retry_after,
        Recovery::OutcomeUnknown => None,
        Recovery::NeedsUser(_) | Recovery::Permanent => return Verdict::Fail,
    };
    let backoff = policy.backoff(tally.failures, jitter);
    let wait = retry_after.unwrap_or(backoff);
    let unless = |over: bool, wait: Duration| {
        if over {
            Verdict::Fail
        } else {
            Verdict::Wait(wait)
        }
    };
    match fault.kind {
        FaultKind::Offline | FaultKind::Proxy => count_for_network(tally, policy, wait),
        FaultKind::BrokenInBody | FaultKind::Stalled => {
            if fault.kind == FaultKind::BrokenInBody && route == Route::Direct {
                tally.count_break(policy);
            }
            count_for_network(tally, policy, wait)
        }
        FaultKind::RateLimited => {
            // However short a wait the service asks for, the spacing of all calls has
            // doubled, so that at least this much passes.
            tally.rate_waited = tally.rate_waited.saturating_add(wait.max(backoff));
            if tally.rate_waited > policy.rate_grace {
                tally.tries += 1;
            }
            unless(tally.tries >= policy.tries, wait)
        }
        FaultKind::RateLimitedOrInvalid => {
            tally.limit400 += 1;
            unless(tally.limit400 >= policy.limit400_tries, wait)
        }
        FaultKind::Conflict => {
            tally.conflicts += 1;
            unless(tally.conflicts > 1, wait.max(policy.conflict_wait))
        }
        FaultKind::TooLargeForDirect if route == Route::Direct => {
            tally.signed_url = true;
            Verdict::Again
        }
        FaultKind::WrongFlavour => {
            tally.flavours += 1;
            if tally.flavours > MAX_FLAVOURS {
                Verdict::Fail
            } else {
                Verdict::Again
            }
        }
        FaultKind::LostAnswer | FaultKind::NoAnswer => {
            tally.unknown += 1;
            tally.may_be_twice = true;
            unless(tally.unknown > 1, wait)
        }
        FaultKind::BadAnswer | FaultKind::WebPage | FaultKind::AnswerTooLarge => {
            tally.bad_answers += 1;
            tally.may_be_twice |= route == Route::Direct;
            unless(
                tally.bad_answers > policy.bad_answer_retries,
                wait.max(policy.bad_answer_wait),
            )
        }
        FaultKind::Redirect => {
            tally.bad_answers += 1;
            unless(
                tally.bad_answers > policy.bad_answer_retries,
                wait.max(policy.bad_answer_wait),
            )
        }
        _ => {
            tally.tries += 1;
            unless(tally.tries >= policy.tries, wait)
        }
    }
}

/// A wait for the network: endless in the window, ended by the tries in `upload`.
fn count_for_network(tally: &mut Tally, policy: &Policy, wait: Duration) -> Verdict {
    tally.tries += 1;
    match policy.network_tries {
        Some(tries) if tally.tries >= tries => Verdict::Fail,
        _ => Verdict::Wait(wait),
    }
}
