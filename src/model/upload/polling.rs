//! Asking the service what becomes of what it was sent, until that is known.

use std::time::Duration;

use super::next::{abandon, anew, leave, to};
use super::{Effect, State, Tally, Upload};
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
        State::OtherKey {
            asset,
            content,
            doubt,
            ..
        } => {
            let state = State::Processing {
                asset: asset.clone(),
                content: *content,
                polls: 0,
                doubt: doubt.clone(),
            };
            anew(upload, state, vec![now])
        }
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

impl Upload {
    /// Returns the upload as its next try begins where the service did not find the asset that it
    /// had given: the asset is asked about before anything is sent. `None` for any other upload.
    #[must_use]
    pub fn asking_first(&self) -> Option<Self> {
        match &self.state {
            State::Failed {
                fault,
                asset: Some(asset),
            } if fault.kind == FaultKind::AssetMissing => Some(Self {
                attempt: self.attempt + 1,
                state: State::Processing {
                    asset: asset.clone(),
                    content: None,
                    polls: 0,
                    doubt: Some(fault.clone()),
                },
                tally: Tally {
                    may_be_twice: self.tally.may_be_twice,
                    anyway: self.tally.anyway,
                    started: true,
                    ..Tally::default()
                },
                ..self.clone()
            }),
            _ => None,
        }
    }
}

/// Begins the next try of a missing asset with the question about it.
pub(super) fn ask_first(upload: &Upload) -> Option<(Upload, Vec<Effect>)> {
    let after = upload.asking_first()?;
    let now = Effect::Poll {
        attempt: after.attempt,
        after: Duration::ZERO,
    };
    Some((after, vec![now]))
}

/// Polling ends until the key changes.
pub(super) fn other_key(upload: &Upload, last4: String) -> Option<(Upload, Vec<Effect>)> {
    let State::Processing {
        asset,
        content,
        doubt,
        ..
    } = &upload.state
    else {
        return None;
    };
    let state = State::OtherKey {
        asset: asset.clone(),
        content: *content,
        doubt: doubt.clone(),
        last4,
    };
    to(upload, state, vec![])
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
    let was_missing = doubt
        .as_ref()
        .is_some_and(|doubt| doubt.kind == FaultKind::AssetMissing);
    let (status, file_size) = match answer {
        AssetAnswer::Known(metadata) => (metadata.status, metadata.file_size),
        AssetAnswer::NotFound if was_missing => {
            // The missing asset may still turn up after the file was sent again.
            let (mut after, effects) =
                leave(upload, State::Queued, vec![record(AssetStatus::Waiting)])?;
            after.tally.may_be_twice = true;
            return Some((after, effects));
        }
        AssetAnswer::NotFound if elapsed < policy.doubt => (AssetStatus::Waiting, None),
        AssetAnswer::NotFound => {
            return match doubt {
                Some(doubt) => resend(upload, asset, doubt, true, policy),
                None => fail(FaultKind::AssetMissing, AssetStatus::Waiting),
            };
        }
    };
    // An asset that is known is missing no more, and its bytes were taken.
    let doubt = doubt.as_ref().filter(|_| !was_missing);
    match status {
        AssetStatus::Success if file_size.is_some_and(|size| size != upload.size()) => {
            fail(FaultKind::SizeMismatch, status)
        }
        AssetStatus::Success
            if let Some(doubt) = doubt
                && is_of_a_part(doubt)
                && file_size.is_none() =>
        {
            resend(upload, asset, doubt, true, policy)
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
            let arrived = match (answer, doubt) {
                (AssetAnswer::NotFound, _) => false,
                (_, Some(doubt)) if is_of_a_part(doubt) => file_size == Some(upload.size()),
                (AssetAnswer::Known(metadata), _) => metadata.arrived(),
            };
            let polls = polls.saturating_add(1);
            let state = State::Processing {
                asset: asset.clone(),
                content: *content,
                polls,
                doubt: doubt.filter(|_| !arrived).cloned(),
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

/// Whether the service answered before it was given all of the file: only its size proves then
/// that all of it is there.
fn is_of_a_part(doubt: &Fault) -> bool {
    doubt.kind == FaultKind::BrokenInBody
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
    if is_of_a_part(doubt) {
        after.tally.count_break(policy);
    }
    Some((after, effects))
}

/// Polling never fails a file: the asset is there.
pub(super) fn poll_broke(
    upload: &Upload,
    fault: &Fault,
    policy: &Policy,
) -> Option<(Upload, Vec<Effect>)> {
    let mut state = upload.state.clone();
    let State::Processing { polls, .. } = &mut state else {
        return None;
    };
    *polls = polls.saturating_add(1);
    let after = policy.poll_wait(*polls);
    // The queue is held first, so that the next poll waits for the person too.
    let mut effects: Vec<Effect> = fault
        .fix()
        .map(|fix| Effect::HoldQueue(fix, fault.clone()))
        .into_iter()
        .collect();
    effects.push(Effect::Poll {
        attempt: upload.attempt,
        after,
    });
    to(upload, state, effects)
}
