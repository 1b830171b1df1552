//! Asking the service what becomes of what it was sent, until that is known.

use std::time::Duration;

use super::next::{abandon, anew, leave, to};
use super::{Effect, State, Upload};
use crate::model::asset::{AssetAnswer, AssetId, AssetStatus, ContentHash};
use crate::model::fault::{Fault, FaultKind};
use crate::model::retry::Policy;

/// From here on the service is asked how it ends.
pub(super) fn sent(
    upload: &Upload,
    asset: AssetId,
    content: Option<ContentHash>,
    doubt: Option<Fault>,
    policy: &Policy,
) -> Option<(Upload, Vec<Effect>)> {
    let effects = vec![
        Effect::Record {
            asset: asset.clone(),
            content,
            // Nothing is known to be stored under a doubtful one.
            status: doubt.is_none().then_some(AssetStatus::Waiting),
            abandoned: false,
        },
        Effect::Poll {
            attempt: upload.attempt,
            after: policy.poll_wait(0),
        },
    ];
    let mut after = upload.clone();
    after.tally.failures = 0;
    after.state = State::Processing {
        asset,
        content,
        polls: 0,
        doubt,
    };
    Some((after, effects))
}

/// The person wants the service asked now.
pub(super) fn check_again(upload: &Upload) -> Option<(Upload, Vec<Effect>)> {
    let attempt = upload.attempt + 1;
    let now = Effect::Poll {
        attempt,
        after: Duration::ZERO,
    };
    match &upload.state {
        State::Processing { .. } => anew(upload, upload.state.clone(), vec![Effect::Abort, now]),
        State::Failed {
            asset: Some(asset), ..
        } => {
            let state = State::Processing {
                asset: asset.clone(),
                content: None,
                polls: 0,
                doubt: None,
            };
            anew(upload, state, vec![now])
        }
        _ => None,
    }
}

/// The service said where the asset is.
pub(super) fn polled(
    upload: &Upload,
    answer: &AssetAnswer,
    elapsed: Duration,
    policy: &Policy,
) -> Option<(Upload, Vec<Effect>)> {
    let State::Processing {
        asset,
        content,
        polls,
        doubt,
    } = &upload.state
    else {
        return None;
    };
    let record = |status| Effect::Record {
        asset: asset.clone(),
        content: *content,
        status: Some(status),
        abandoned: false,
    };
    let fail = |kind, status| {
        let state = State::Failed {
            fault: Fault::new(kind),
            asset: Some(asset.clone()),
        };
        leave(upload, state, vec![record(status)])
    };
    let (status, file_size) = match answer {
        AssetAnswer::Known(metadata) => (metadata.status, metadata.file_size),
        AssetAnswer::NotFound if elapsed < policy.doubt => (AssetStatus::Waiting, None),
        AssetAnswer::NotFound => {
            return match doubt {
                Some(doubt) => resend(upload, asset, doubt, true, policy),
                None => fail(FaultKind::AssetMissing, AssetStatus::Waiting),
            };
        }
    };
    match status {
        AssetStatus::Success if file_size.is_some_and(|size| size != upload.size()) => {
            fail(FaultKind::SizeMismatch, status)
        }
        AssetStatus::Success => {
            let state = State::Done {
                asset: asset.clone(),
                content: *content,
            };
            leave(upload, state, vec![record(status)])
        }
        AssetStatus::Failed if upload.tally.reuploaded => fail(FaultKind::ProcessingFailed, status),
        AssetStatus::Failed => {
            let (mut after, effects) =
                leave(upload, State::Queued, vec![record(status), abandon(asset)])?;
            after.tally.reuploaded = true;
            Some((after, effects))
        }
        AssetStatus::Waiting
            if let Some(doubt) = doubt
                && file_size.is_none()
                && elapsed >= policy.doubt =>
        {
            resend(upload, asset, doubt, false, policy)
        }
        AssetStatus::Waiting | AssetStatus::Uploading | AssetStatus::Other => {
            let arrived = matches!(answer, AssetAnswer::Known(metadata) if metadata.arrived());
            let polls = polls.saturating_add(1);
            let state = State::Processing {
                asset: asset.clone(),
                content: *content,
                polls,
                doubt: doubt.clone().filter(|_| !arrived),
            };
            let mut effects = vec![Effect::Poll {
                attempt: upload.attempt,
                after: policy.poll_wait(polls),
            }];
            if arrived && doubt.is_some() {
                effects.push(record(status));
            }
            to(upload, state, effects)
        }
    }
}

/// The bytes did not arrive: send them again, to the same place where that is still good,
/// as often as the policy has it.
fn resend(
    upload: &Upload,
    asset: &AssetId,
    doubt: &Fault,
    lost_place: bool,
    policy: &Policy,
) -> Option<(Upload, Vec<Effect>)> {
    let tries = upload.tally.tries + 1;
    let (mut after, effects) = if tries >= policy.tries {
        let state = State::Failed {
            fault: doubt.clone(),
            asset: None,
        };
        leave(upload, state, vec![abandon(asset)])?
    } else if lost_place {
        leave(upload, State::Queued, vec![abandon(asset)])?
    } else {
        anew(upload, State::Queued, vec![])?
    };
    after.tally.tries = tries;
    Some((after, effects))
}

/// Polling never fails a file: the asset is there.
pub(super) fn poll_broke(
    upload: &Upload,
    fault: &Fault,
    policy: &Policy,
) -> Option<(Upload, Vec<Effect>)> {
    let State::Processing { polls, .. } = &upload.state else {
        return None;
    };
    // The queue is held first, so that the next poll waits for the person too.
    let mut effects: Vec<Effect> = fault
        .fix()
        .map(|fix| Effect::HoldQueue(fix, fault.clone()))
        .into_iter()
        .collect();
    effects.push(Effect::Poll {
        attempt: upload.attempt,
        after: policy.poll_wait(*polls).max(policy.backoff_first),
    });
    to(upload, upload.state.clone(), effects)
}
