//! State transitions. Pure: random and measured values arrive in the event.

use super::UploadState::{
    Cancelled, Checking, Done, Duplicate, Failed, Hashing, OtherKey, Paused, Processing, Queued,
    Ready, Rejected, RetryScheduled, Sending, StillChanging,
};
use super::after_fault::after_fault;
use super::asked_again::{asked_again, asset_deleted};
use super::attempt::{
    new_attempt, new_attempt_without_url, recheck, record, record_abandoned, same_attempt,
};
use super::polling::{ask_first, check_again, other_key, poll_failed, polled, sent};
use super::{Effect, Event, Media, Original, PausedBy, RetryCounters, Transition, Upload};
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
    match (event, &upload.state) {
        (Event::Checked(outcome), Checking | StillChanging) => checked(upload, outcome),
        (Event::StillChanging, Checking | StillChanging) => {
            same_attempt(upload, StillChanging, vec![Effect::RecheckFile])
        }
        (Event::Start, Ready) => same_attempt(upload, Queued, vec![]),
        (Event::ReuseAssetId, Ready) => {
            let (mut after, effects) = compare(upload)?;
            after.counters.reuse_only = true;
            Some((after, effects))
        }
        // It takes but a moment, and sends nothing.
        (Event::Pause, Hashing) if upload.counters.reuse_only => None,
        (
            Event::Pause,
            Queued
            | Hashing
            | RetryScheduled { .. }
            | Sending {
                body_out: false, ..
            },
        ) => {
            let by = PausedBy::User;
            new_attempt(upload, Paused { by }, vec![Effect::Abort])
        }
        (Event::Resume, Paused { .. }) => new_attempt(upload, Queued, vec![]),
        (Event::Hold, Hashing) if upload.counters.reuse_only => {
            back_to_ready(upload, vec![Effect::Abort])
        }
        (
            Event::Hold,
            Hashing
            | RetryScheduled { .. }
            | Sending {
                body_out: false, ..
            },
        ) => new_attempt(upload, Queued, vec![Effect::Abort]),
        (Event::Cancel, _) => cancel(upload),
        (Event::Retry, _) => retry(upload),
        (Event::RemovalUndone, Checking) => same_attempt(upload, Checking, vec![Effect::CheckFile]),
        (Event::RemovalUndone, Paused { .. }) => {
            let by = PausedBy::User;
            same_attempt(upload, Paused { by }, vec![])
        }
        (Event::RemovalUndone, Processing { .. }) => check_again(upload),
        (Event::Rediscovered, Checking | Ready | Paused { .. }) => {
            same_attempt(upload, Checking, vec![])
        }
        (Event::Rediscovered, Failed { .. }) => recheck(upload, false, vec![]),
        (Event::Rediscovered, OtherKey { .. }) => {
            let (mut after, effects) = new_attempt_without_url(upload, Queued, vec![])?;
            // Those so far are of another account.
            after.counters = RetryCounters::default();
            Some((after, effects))
        }
        (Event::FileReappeared, Failed { fault, .. }) if fault.kind == FaultKind::FileGone => {
            retry(upload)
        }
        (Event::Located, state) if may_be_elsewhere(state) => retry(upload),
        // An unstarted file may already be known as a duplicate.
        (Event::UploadAnyway, Ready | Duplicate(_)) => {
            let (mut after, effects) = new_attempt(upload, Queued, vec![])?;
            after.counters.force_upload = true;
            after.counters.reuse_only = false;
            Some((after, effects))
        }
        (Event::UploadAnyway, Rejected(Rejection::NotRecognised { .. })) => {
            let (mut after, effects) = new_attempt(upload, Checking, vec![Effect::CheckFile])?;
            after.counters.as_named = true;
            after.counters.auto_start = true;
            Some((after, effects))
        }
        (Event::CheckAgain, _) => check_again(upload),
        (Event::Compare, Queued) => compare(upload),
        (Event::Begin, Queued) => begin(upload, policy),
        (Event::HashCompared { original: None, .. }, Hashing) if upload.counters.reuse_only => {
            back_to_ready(upload, vec![])
        }
        (Event::HashCompared { original: None, .. }, Hashing) => begin(upload, policy),
        (
            Event::HashCompared {
                original: Some(original),
                ..
            },
            Hashing | Ready,
        ) => same_attempt(upload, Duplicate(original), vec![]),
        (Event::DuplicateNotConfirmed { .. }, Ready) => {
            let (mut after, effects) = back_to_ready(upload, vec![])?;
            after.counters.duplicate_unconfirmed = true;
            Some((after, effects))
        }
        (Event::OriginalEnded { asset: Some(asset) }, Duplicate(Original::Row(_))) => {
            new_attempt(upload, Duplicate(Original::Asset(asset)), vec![])
        }
        (Event::OriginalEnded { asset: None }, Duplicate(Original::Row(_))) => {
            match upload.counters.reuse_only {
                true => back_to_ready(upload, vec![]),
                false => new_attempt(upload, Queued, vec![]),
            }
        }
        (Event::Issued { asset, .. }, Sending { .. }) => reserved_id(upload, asset),
        (
            Event::BodyOut { .. },
            Sending {
                route,
                body_out: false,
            },
        ) => {
            let (route, body_out) = (*route, true);
            same_attempt(upload, Sending { route, body_out }, vec![])
        }
        (Event::Sent { asset, content, .. }, Sending { route, body_out }) => {
            // A service that responds to a partial file may hold a part of it. (A storage session
            // of an earlier attempt may be complete without a byte of this one.)
            let is_partial = *route == Route::Direct && !body_out;
            let doubt = is_partial.then(|| Fault::new(FaultKind::BrokenInBody));
            sent(upload, asset, content, doubt, policy)
        }
        (
            Event::SentButFileChanged {
                asset,
                content,
                fault,
                ..
            },
            Sending { .. },
        ) => outdated(upload, asset, content, fault),
        (
            Event::AttemptFailed {
                fault,
                content,
                jitter,
                ..
            },
            _,
        ) => after_fault(upload, fault, content, jitter, policy),
        (Event::RetryDue { .. }, RetryScheduled { .. }) => same_attempt(upload, Queued, vec![]),
        (
            Event::Polled {
                answer, elapsed, ..
            },
            _,
        ) => polled(upload, &answer, elapsed, policy),
        (Event::OtherKey { last4, .. }, _) => other_key(upload, last4),
        (Event::PollFailed { fault, .. }, _) => poll_failed(upload, &fault, policy),
        (Event::AskedAgain(answer), _) => asked_again(upload, &answer),
        (Event::AssetDeleted, _) => asset_deleted(upload),
        (
            Event::CannotSave,
            Checking
            | StillChanging
            | Ready
            | Queued
            | Hashing
            | RetryScheduled { .. }
            | Paused { .. }
            | Duplicate(Original::Row(_)),
        ) => {
            let fault = Fault::new(FaultKind::NotSaved);
            let state = Failed { fault, asset: None };
            new_attempt(upload, state, vec![Effect::Abort])
        }
        _ => None,
    }
}

fn checked(upload: &Upload, outcome: Result<Media, Rejection>) -> Transition {
    // It was accepted and started before: its drive may come back.
    let is_started = upload.counters.auto_start;
    if outcome == Err(Rejection::NotFound) && is_started && upload.media.is_some() {
        let fault = Fault::new(FaultKind::FileGone);
        return new_attempt_without_url(upload, Failed { fault, asset: None }, vec![]);
    }
    let media = outcome.as_ref().ok().copied();
    let state = match outcome {
        Ok(_) if is_started => Queued,
        Ok(_) => Ready,
        Err(rejection) => Rejected(rejection),
    };
    let (mut after, effects) = same_attempt(upload, state, vec![])?;
    after.media = media;
    Some((after, effects))
}

fn compare(upload: &Upload) -> Transition {
    let attempt = upload.attempt + 1;
    new_attempt(upload, Hashing, vec![Effect::Compare { attempt }])
}

fn begin(upload: &Upload, policy: &Policy) -> Transition {
    let Some(media) = upload.media else {
        // Only a damaged record has no result of the check.
        return recheck(upload, true, vec![Effect::CheckFile]);
    };
    let route = upload.route(policy.direct_limit);
    let attempt = upload.attempt + 1;
    let state = Sending {
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
pub(super) fn back_to_ready(upload: &Upload, effects: Vec<Effect>) -> Transition {
    let (mut after, effects) = new_attempt(upload, Ready, effects)?;
    after.counters.reuse_only = false;
    Some((after, effects))
}

/// Stores the id issued before the bytes; an earlier one that it replaces is recorded as abandoned.
fn reserved_id(upload: &Upload, new: AssetId) -> Transition {
    let mut effects = vec![];
    if let Some(old) = &upload.reserved_id
        && *old != new
    {
        effects.push(record_abandoned(old));
    }
    effects.push(record(&new, None, None));
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
    let effects = vec![record(&asset, content, Some(AssetStatus::Waiting))];
    let asset = Some(asset);
    let (mut after, effects) = new_attempt_without_url(upload, Failed { fault, asset }, effects)?;
    after.counters.possibly_stored_twice |= is_gone;
    Some((after, effects))
}

fn cancel(upload: &Upload) -> Transition {
    match &upload.state {
        Processing { .. } | OtherKey { .. } => cancel_keeping_id(upload),
        Sending { body_out: true, .. } => {
            // The service may have all bytes: under the issued id, if there is one.
            let (mut after, effects) = cancel_keeping_id(upload)?;
            after.counters.possibly_stored_twice = true;
            Some((after, effects))
        }
        Sending {
            body_out: false, ..
        }
        | Checking
        | StillChanging
        | Ready
        | Queued
        | Hashing
        | RetryScheduled { .. }
        | Paused { .. }
        | Duplicate(Original::Row(_)) => cancel_abandoning_id(upload),
        Rejected(_)
        | Duplicate(Original::Asset(_))
        | Done { .. }
        | Failed { .. }
        | Cancelled { .. } => None,
    }
}

/// Cancels an upload that the service has or may have; its id is kept.
fn cancel_keeping_id(upload: &Upload) -> Transition {
    let state = Cancelled {
        asset: upload.stored_asset().cloned(),
    };
    new_attempt_without_url(upload, state, vec![Effect::Abort])
}

/// Cancels an upload that the service does not have; an issued id will stay without a file.
fn cancel_abandoning_id(upload: &Upload) -> Transition {
    let mut effects = vec![Effect::Abort];
    effects.extend(upload.reserved_id.as_ref().map(record_abandoned));
    new_attempt_without_url(upload, Cancelled { asset: None }, effects)
}

fn retry(upload: &Upload) -> Transition {
    match upload.state {
        Rejected(_) => new_attempt(upload, Checking, vec![Effect::CheckFile]),
        Failed { .. } | Cancelled { .. } => {
            ask_first(upload).or_else(|| recheck(upload, true, vec![Effect::CheckFile]))
        }
        _ => None,
    }
}
