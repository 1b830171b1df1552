//! State transitions. Pure: random and measured values arrive in the event.

use super::after_fault::after_fault;
use super::asked_again::asked_again;
use super::attempt::{
    new_attempt, new_attempt_without_url, recheck, record_abandoned, same_attempt,
};
use super::polling::{ask_first, check_again, other_key, poll_failed, polled, sent};
use super::{Effect, Event, Original, PausedBy, RetryCounters, Transition, Upload, UploadState};
use crate::model::asset::{AssetId, AssetStatus, ContentHash};
use crate::model::fault::{Fault, FaultKind};
use crate::model::media::{Rejection, Route};
use crate::model::relocation::may_be_elsewhere;
use crate::model::retry::Policy;

/// Applies an event to an upload; `None` if it is stale or does not fit.
pub fn transition(upload: &Upload, event: Event, policy: &Policy) -> Transition {
    if let Some(attempt) = event.attempt()
        && attempt != upload.attempt
    {
        return None;
    }
    match event {
        Event::Checked(outcome) => {
            if !matches!(
                upload.state,
                UploadState::Checking | UploadState::StillChanging
            ) {
                return None;
            }
            let mut after = upload.clone();
            // It was accepted and started before: its drive may come back.
            if outcome == Err(Rejection::NotFound)
                && upload.counters.auto_start
                && upload.media.is_some()
            {
                let fault = Fault::new(FaultKind::FileGone);
                return new_attempt_without_url(
                    upload,
                    UploadState::Failed { fault, asset: None },
                    vec![],
                );
            }
            after.media = outcome.as_ref().ok().copied();
            after.state = match outcome {
                Ok(_) if upload.counters.auto_start => UploadState::Queued,
                Ok(_) => UploadState::Ready,
                Err(rejection) => UploadState::Rejected(rejection),
            };
            Some((after, vec![]))
        }
        Event::StillChanging => match upload.state {
            UploadState::Checking | UploadState::StillChanging => same_attempt(
                upload,
                UploadState::StillChanging,
                vec![Effect::RecheckFile],
            ),
            _ => None,
        },
        Event::Start if upload.state == UploadState::Ready => {
            same_attempt(upload, UploadState::Queued, vec![])
        }
        Event::ReuseAssetId if upload.state == UploadState::Ready => {
            let (mut after, effects) = same_attempt(upload, UploadState::Queued, vec![])?;
            after.counters.reuse_only = true;
            Some((after, effects))
        }
        Event::Pause => pause(upload),
        Event::Resume => match upload.state {
            UploadState::Paused { .. } => new_attempt(upload, UploadState::Queued, vec![]),
            _ => None,
        },
        Event::Hold => match upload.state {
            UploadState::Hashing
            | UploadState::RetryScheduled { .. }
            | UploadState::Sending {
                body_out: false, ..
            } => new_attempt(upload, UploadState::Queued, vec![Effect::Abort]),
            _ => None,
        },
        Event::Cancel => cancel(upload),
        Event::Retry => retry(upload),
        Event::RemovalUndone => match &upload.state {
            UploadState::Checking => {
                same_attempt(upload, UploadState::Checking, vec![Effect::CheckFile])
            }
            UploadState::Paused { .. } => {
                same_attempt(upload, UploadState::Paused { by: PausedBy::User }, vec![])
            }
            UploadState::Processing { .. } => check_again(upload),
            _ => None,
        },
        Event::Rediscovered => match upload.state {
            UploadState::Checking | UploadState::Ready | UploadState::Paused { .. } => {
                same_attempt(upload, UploadState::Checking, vec![])
            }
            UploadState::Failed { .. } => recheck(upload, false, vec![]),
            // The counters are of another account.
            UploadState::OtherKey { .. } => {
                let (mut after, effects) =
                    new_attempt_without_url(upload, UploadState::Queued, vec![])?;
                after.counters = RetryCounters::default();
                Some((after, effects))
            }
            _ => None,
        },
        Event::FileReappeared => match &upload.state {
            UploadState::Failed { fault, .. } if fault.kind == FaultKind::FileGone => retry(upload),
            _ => None,
        },
        Event::Located if may_be_elsewhere(&upload.state) => retry(upload),
        Event::UploadAnyway => match upload.state {
            // An unstarted file may already be known as a duplicate.
            UploadState::Ready | UploadState::Duplicate(_) => {
                let (mut after, effects) = new_attempt(upload, UploadState::Queued, vec![])?;
                after.counters.force_upload = true;
                after.counters.reuse_only = false;
                Some((after, effects))
            }
            UploadState::Rejected(Rejection::NotRecognised { .. }) => {
                let (mut after, effects) =
                    new_attempt(upload, UploadState::Checking, vec![Effect::CheckFile])?;
                after.counters.as_named = true;
                after.counters.auto_start = true;
                Some((after, effects))
            }
            _ => None,
        },
        Event::CheckAgain => check_again(upload),
        Event::Compare if upload.state == UploadState::Queued => {
            let attempt = upload.attempt + 1;
            let compare = vec![Effect::Compare { attempt }];
            new_attempt(upload, UploadState::Hashing, compare)
        }
        Event::Begin if upload.state == UploadState::Queued && !upload.counters.reuse_only => {
            begin(upload, policy)
        }
        Event::HashCompared { original, .. } => match (&upload.state, original) {
            (UploadState::Hashing, None) if upload.counters.reuse_only => back_to_ready(upload),
            (UploadState::Hashing, None) => begin(upload, policy),
            (UploadState::Hashing | UploadState::Ready, Some(original)) => {
                same_attempt(upload, UploadState::Duplicate(original), vec![])
            }
            _ => None,
        },
        Event::DuplicateNotConfirmed { .. } => match upload.state {
            UploadState::Hashing | UploadState::Ready => {
                let (mut after, effects) = back_to_ready(upload)?;
                after.counters.duplicate_unconfirmed = true;
                Some((after, effects))
            }
            _ => None,
        },
        Event::OriginalEnded { asset } => match upload.state {
            UploadState::Duplicate(Original::Row(_))
                if asset.is_none() && upload.counters.reuse_only =>
            {
                back_to_ready(upload)
            }
            UploadState::Duplicate(Original::Row(_)) => {
                let state = asset.map_or(UploadState::Queued, |asset| {
                    UploadState::Duplicate(Original::Asset(asset))
                });
                new_attempt(upload, state, vec![])
            }
            _ => None,
        },
        Event::Issued { asset, .. } => reserved_id(upload, asset),
        Event::BodyOut { .. } => match upload.state {
            UploadState::Sending {
                route,
                body_out: false,
            } => same_attempt(
                upload,
                UploadState::Sending {
                    route,
                    body_out: true,
                },
                vec![],
            ),
            _ => None,
        },
        Event::Sent { asset, content, .. } => match upload.state {
            // A service that responds to a partial file may hold a part of it. (A storage session
            // of an earlier attempt may be complete without a byte of this one.)
            UploadState::Sending {
                route: Route::Direct,
                body_out: false,
            } => {
                let doubt = Some(Fault::new(FaultKind::BrokenInBody));
                sent(upload, asset, content, doubt, policy)
            }
            UploadState::Sending { .. } => sent(upload, asset, content, None, policy),
            _ => None,
        },
        Event::SentButFileChanged {
            asset,
            content,
            fault,
            ..
        } => match upload.state {
            UploadState::Sending { .. } => outdated(upload, asset, content, fault),
            _ => None,
        },
        Event::AttemptFailed {
            fault,
            content,
            jitter,
            ..
        } => after_fault(upload, fault, content, jitter, policy),
        Event::RetryDue { .. } => match upload.state {
            UploadState::RetryScheduled { .. } => same_attempt(upload, UploadState::Queued, vec![]),
            _ => None,
        },
        Event::Polled {
            answer, elapsed, ..
        } => polled(upload, &answer, elapsed, policy),
        Event::OtherKey { last4, .. } => other_key(upload, last4),
        Event::PollFailed { fault, .. } => poll_failed(upload, &fault, policy),
        Event::AskedAgain(answer) => asked_again(upload, &answer),
        Event::CannotSave => match upload.state {
            UploadState::Checking
            | UploadState::StillChanging
            | UploadState::Ready
            | UploadState::Queued
            | UploadState::Hashing
            | UploadState::RetryScheduled { .. }
            | UploadState::Paused { .. }
            | UploadState::Duplicate(Original::Row(_)) => {
                let fault = Fault::new(FaultKind::NotSaved);
                let state = UploadState::Failed { fault, asset: None };
                new_attempt(upload, state, vec![Effect::Abort])
            }
            _ => None,
        },
        // Another state.
        Event::Start | Event::ReuseAssetId | Event::Compare | Event::Begin | Event::Located => None,
    }
}

fn begin(upload: &Upload, policy: &Policy) -> Transition {
    let Some(media) = upload.media else {
        // Only a damaged record has no result of the check.
        return recheck(upload, true, vec![Effect::CheckFile]);
    };
    let route = upload.route(policy.direct_limit);
    let attempt = upload.attempt + 1;
    let state = UploadState::Sending {
        route,
        body_out: false,
    };
    let (mut after, mut effects) = new_attempt(
        upload,
        state,
        vec![Effect::Send {
            attempt,
            route,
            stamp: media.stamp,
        }],
    )?;
    if route == Route::Direct {
        // Each direct upload gets an id of its own.
        effects.extend(after.reserved_id.take().as_ref().map(record_abandoned));
    }
    Some((after, effects))
}

/// Returns the upload to Ready because there is no id to reuse; the user decides what follows.
fn back_to_ready(upload: &Upload) -> Transition {
    let (mut after, effects) = new_attempt(upload, UploadState::Ready, vec![])?;
    after.counters.reuse_only = false;
    Some((after, effects))
}

/// Stores the id issued before the bytes; an earlier one that it replaces is recorded as abandoned.
fn reserved_id(upload: &Upload, new: AssetId) -> Transition {
    if !matches!(upload.state, UploadState::Sending { .. }) {
        return None;
    }
    let mut effects = vec![];
    if let Some(old) = &upload.reserved_id
        && *old != new
    {
        effects.push(record_abandoned(old));
    }
    effects.push(Effect::Record {
        asset: new.clone(),
        content: None,
        status: None,
        abandoned: false,
    });
    let after = Upload {
        reserved_id: Some(new),
        ..upload.clone()
    };
    Some((after, effects))
}

/// Fails an upload whose file changed while sending, keeping the id of the bytes sent. A missing
/// file may come back unchanged.
fn outdated(
    upload: &Upload,
    asset: AssetId,
    content: Option<ContentHash>,
    fault: Fault,
) -> Transition {
    let is_gone = fault.kind == FaultKind::FileGone;
    let record = Effect::Record {
        asset: asset.clone(),
        content,
        status: Some(AssetStatus::Waiting),
        abandoned: false,
    };
    let asset = Some(asset);
    let (mut after, effects) =
        new_attempt_without_url(upload, UploadState::Failed { fault, asset }, vec![record])?;
    after.counters.possibly_stored_twice |= is_gone;
    Some((after, effects))
}

fn pause(upload: &Upload) -> Transition {
    match upload.state {
        UploadState::Queued
        | UploadState::Hashing
        | UploadState::RetryScheduled { .. }
        | UploadState::Sending {
            body_out: false, ..
        } => new_attempt(
            upload,
            UploadState::Paused { by: PausedBy::User },
            vec![Effect::Abort],
        ),
        _ => None,
    }
}

fn cancel(upload: &Upload) -> Transition {
    match &upload.state {
        UploadState::Processing { .. } | UploadState::OtherKey { .. } => cancel_keeping_id(upload),
        UploadState::Sending { body_out: true, .. } => {
            // The service may have all bytes: under the issued id, if there is one.
            let (mut after, effects) = cancel_keeping_id(upload)?;
            after.counters.possibly_stored_twice = true;
            Some((after, effects))
        }
        UploadState::Sending {
            body_out: false, ..
        }
        | UploadState::Checking
        | UploadState::StillChanging
        | UploadState::Ready
        | UploadState::Queued
        | UploadState::Hashing
        | UploadState::RetryScheduled { .. }
        | UploadState::Paused { .. }
        | UploadState::Duplicate(Original::Row(_)) => cancel_abandoning_id(upload),
        UploadState::Rejected(_)
        | UploadState::Duplicate(Original::Asset(_))
        | UploadState::Done { .. }
        | UploadState::Failed { .. }
        | UploadState::Cancelled { .. } => None,
    }
}

/// Cancels an upload that the service has or may have; its id is kept.
fn cancel_keeping_id(upload: &Upload) -> Transition {
    let state = UploadState::Cancelled {
        asset: upload.stored_asset().cloned(),
    };
    new_attempt_without_url(upload, state, vec![Effect::Abort])
}

/// Cancels an upload that the service does not have; an issued id will stay without a file.
fn cancel_abandoning_id(upload: &Upload) -> Transition {
    let mut effects = vec![Effect::Abort];
    effects.extend(upload.reserved_id.as_ref().map(record_abandoned));
    new_attempt_without_url(upload, UploadState::Cancelled { asset: None }, effects)
}

fn retry(upload: &Upload) -> Transition {
    match upload.state {
        UploadState::Rejected(_) => {
            new_attempt(upload, UploadState::Checking, vec![Effect::CheckFile])
        }
        UploadState::Failed { .. } | UploadState::Cancelled { .. } => {
            ask_first(upload).or_else(|| recheck(upload, true, vec![Effect::CheckFile]))
        }
        _ => None,
    }
}
