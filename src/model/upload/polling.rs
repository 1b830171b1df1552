//! Polls the service until the outcome of an upload is known.

use std::time::Duration;

use super::attempt::{
    new_attempt, new_attempt_without_url, record, record_abandoned, same_attempt,
};
use super::{Effect, RetryCounters, Transition, Upload, UploadState};
use crate::model::asset::{AssetAnswer, AssetId, AssetStatus, ContentHash};
use crate::model::fault::{Fault, FaultKind};
use crate::model::retry::Policy;

impl UploadState {
    /// Returns the state of an upload that is polled from now on.
    pub(super) fn polling(
        asset: AssetId,
        content: Option<ContentHash>,
        doubt: Option<Fault>,
    ) -> Self {
        Self::Processing {
            asset,
            content,
            polls: 0,
            doubt,
        }
    }
}

/// Moves a sent upload to polling.
pub(super) fn sent(
    upload: &Upload,
    asset: AssetId,
    content: Option<ContentHash>,
    doubt: Option<Fault>,
    policy: &Policy,
) -> Transition {
    // A doubtful asset has no known bytes.
    let status = doubt.is_none().then_some(AssetStatus::Waiting);
    let effects = vec![
        record(&asset, content, status),
        Effect::Poll {
            attempt: upload.attempt,
            after: policy.poll_wait(0),
        },
    ];
    let mut after = upload.clone();
    after.counters.failures = 0;
    after.state = UploadState::polling(asset, content, doubt);
    Some((after, effects))
}

fn poll_now(attempt: u32) -> Effect {
    let after = Duration::ZERO;
    Effect::Poll { attempt, after }
}

/// Polls at once, at the user's request.
pub(super) fn check_again(upload: &Upload) -> Transition {
    let now = poll_now(upload.attempt + 1);
    match &upload.state {
        UploadState::Processing { .. } => {
            new_attempt(upload, upload.state.clone(), vec![Effect::Abort, now])
        }
        UploadState::OtherKey {
            asset,
            content,
            doubt,
            ..
        } => {
            let state = UploadState::polling(asset.clone(), *content, doubt.clone());
            new_attempt(upload, state, vec![now])
        }
        UploadState::Failed {
            asset: Some(asset), ..
        } => {
            let state = UploadState::polling(asset.clone(), None, None);
            new_attempt(upload, state, vec![now])
        }
        _ => None,
    }
}

impl Upload {
    /// Returns the upload with its missing asset to be polled before anything is sent again; `None`
    /// for any other upload.
    #[must_use]
    pub fn asking_first(&self) -> Option<Self> {
        match &self.state {
            UploadState::Failed {
                fault,
                asset: Some(asset),
            } if fault.kind == FaultKind::AssetMissing => Some(Self {
                attempt: self.attempt + 1,
                state: UploadState::polling(asset.clone(), None, Some(fault.clone())),
                counters: RetryCounters {
                    possibly_stored_twice: self.counters.possibly_stored_twice,
                    force_upload: self.counters.force_upload,
                    auto_start: true,
                    ..RetryCounters::default()
                },
                ..self.clone()
            }),
            _ => None,
        }
    }
}

/// Starts the retry of a missing asset with a poll.
pub(super) fn ask_first(upload: &Upload) -> Transition {
    let after = upload.asking_first()?;
    let now = poll_now(after.attempt);
    Some((after, vec![now]))
}

/// Stops polling until the key changes.
pub(super) fn other_key(upload: &Upload, last4: String) -> Transition {
    let UploadState::Processing {
        asset,
        content,
        doubt,
        ..
    } = &upload.state
    else {
        return None;
    };
    let state = UploadState::OtherKey {
        asset: asset.clone(),
        content: *content,
        doubt: doubt.clone(),
        last4,
    };
    same_attempt(upload, state, vec![])
}

pub(super) fn polled(
    upload: &Upload,
    answer: &AssetAnswer,
    elapsed: Duration,
    policy: &Policy,
) -> Transition {
    let UploadState::Processing {
        asset,
        content,
        polls,
        doubt,
    } = &upload.state
    else {
        return None;
    };
    let record = |status| record(asset, *content, Some(status));
    let fail = |kind, status| {
        let state = UploadState::Failed {
            fault: Fault::new(kind),
            asset: Some(asset.clone()),
        };
        new_attempt_without_url(upload, state, vec![record(status)])
    };
    let was_missing = doubt
        .as_ref()
        .is_some_and(|doubt| doubt.kind == FaultKind::AssetMissing);
    let (status, file_size) = match answer {
        AssetAnswer::Known(metadata) => (metadata.status, metadata.file_size),
        AssetAnswer::NotFound if was_missing => {
            // The missing asset may still turn up after the file is sent again.
            let (mut after, effects) = new_attempt_without_url(
                upload,
                UploadState::Queued,
                vec![record(AssetStatus::Waiting)],
            )?;
            after.counters.possibly_stored_twice = true;
            return Some((after, effects));
        }
        AssetAnswer::NotFound if elapsed < policy.not_found_grace => (AssetStatus::Waiting, None),
        AssetAnswer::NotFound => {
            return match doubt {
                Some(doubt) => resend(upload, asset, doubt, true, policy),
                None => fail(FaultKind::AssetMissing, AssetStatus::Waiting),
            };
        }
    };
    // A known asset is no longer missing, and its bytes were accepted.
    let doubt = doubt.as_ref().filter(|_| !was_missing);
    match status {
        AssetStatus::Success if file_size.is_some_and(|size| size != upload.size()) => {
            fail(FaultKind::SizeMismatch, status)
        }
        AssetStatus::Success
            if let Some(doubt) = doubt
                && is_partial(doubt)
                && file_size.is_none() =>
        {
            resend(upload, asset, doubt, true, policy)
        }
        AssetStatus::Success => {
            let state = UploadState::Done {
                asset: asset.clone(),
                content: *content,
            };
            new_attempt_without_url(upload, state, vec![record(status)])
        }
        AssetStatus::Failed if upload.counters.reuploaded => {
            fail(FaultKind::ProcessingFailed, status)
        }
        AssetStatus::Failed => {
            let (mut after, effects) = new_attempt_without_url(
                upload,
                UploadState::Queued,
                vec![record(status), record_abandoned(asset)],
            )?;
            after.counters.reuploaded = true;
            Some((after, effects))
        }
        AssetStatus::Waiting
            if let Some(doubt) = doubt
                && file_size.is_none()
                && elapsed >= policy.not_found_grace =>
        {
            resend(upload, asset, doubt, false, policy)
        }
        AssetStatus::Waiting | AssetStatus::Uploading | AssetStatus::Other => {
            let arrived = match (answer, doubt) {
                (AssetAnswer::NotFound, _) => false,
                (_, Some(doubt)) if is_partial(doubt) => file_size == Some(upload.size()),
                (AssetAnswer::Known(metadata), _) => metadata.arrived(),
            };
            let polls = polls.saturating_add(1);
            let state = UploadState::Processing {
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
            same_attempt(upload, state, effects)
        }
    }
}

/// Returns whether the service responded to a partial file: then only the asset's size proves that
/// all of it is there.
fn is_partial(doubt: &Fault) -> bool {
    doubt.kind == FaultKind::BrokenInBody
}

/// Sends bytes that did not arrive again, to the same URL if it is still valid, as often as the
/// policy allows.
fn resend(
    upload: &Upload,
    asset: &AssetId,
    doubt: &Fault,
    url_is_void: bool,
    policy: &Policy,
) -> Transition {
    let tries = upload.counters.tries + 1;
    let (mut after, effects) = if tries >= policy.tries {
        let state = UploadState::Failed {
            fault: doubt.clone(),
            asset: None,
        };
        new_attempt_without_url(upload, state, vec![record_abandoned(asset)])?
    } else if url_is_void {
        new_attempt_without_url(upload, UploadState::Queued, vec![record_abandoned(asset)])?
    } else {
        new_attempt(upload, UploadState::Queued, vec![])?
    };
    after.counters.tries = tries;
    if is_partial(doubt) {
        after.counters.count_break(policy);
    }
    Some((after, effects))
}

/// Schedules the next poll after a failed one. Polling never fails a file: the asset is there.
pub(super) fn poll_failed(upload: &Upload, fault: &Fault, policy: &Policy) -> Transition {
    let mut state = upload.state.clone();
    let UploadState::Processing { polls, .. } = &mut state else {
        return None;
    };
    *polls = polls.saturating_add(1);
    let after = policy.poll_wait(*polls);
    // The queue is blocked first, so that the next poll waits for the user too.
    let mut effects: Vec<Effect> = fault
        .fix()
        .map(|fix| Effect::BlockQueue(fix, fault.clone()))
        .into_iter()
        .collect();
    effects.push(Effect::Poll {
        attempt: upload.attempt,
        after,
    });
    same_attempt(upload, state, effects)
}
