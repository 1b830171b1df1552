//! Moves from one state to another, within an attempt or with a new one.

use super::{Effect, RetryCounters, Transition, Upload, UploadState};
use crate::model::asset::{AssetId, AssetStatus, ContentHash};

/// Moves to `state` within the same attempt.
pub(super) fn same_attempt(
    upload: &Upload,
    state: UploadState,
    effects: Vec<Effect>,
) -> Transition {
    Some((
        Upload {
            state,
            ..upload.clone()
        },
        effects,
    ))
}

/// Moves to `state` with a new attempt number, so that messages of the old attempt are ignored.
pub(super) fn new_attempt(upload: &Upload, state: UploadState, effects: Vec<Effect>) -> Transition {
    let attempt = upload.attempt + 1;
    Some((
        Upload {
            attempt,
            state,
            ..upload.clone()
        },
        effects,
    ))
}

/// Moves to `state` with a new attempt number and discards the signed URL.
pub(super) fn new_attempt_without_url(
    upload: &Upload,
    state: UploadState,
    mut effects: Vec<Effect>,
) -> Transition {
    effects.push(Effect::DiscardUploadUrl);
    let (mut after, effects) = new_attempt(upload, state, effects)?;
    if !after.has_ended() || after.stored_asset().is_some() {
        after.reserved_id = None;
    }
    Some((after, effects))
}

/// Starts over with a check. Only possible storage and the user's choices are kept from the
/// counters.
pub(super) fn recheck(upload: &Upload, started: bool, effects: Vec<Effect>) -> Transition {
    // The file may have been repaired meanwhile, so it is checked like a new one.
    let (mut after, effects) = new_attempt_without_url(upload, UploadState::Checking, effects)?;
    after.counters = RetryCounters {
        possibly_stored_twice: upload.counters.possibly_stored_twice,
        force_upload: upload.counters.force_upload,
        as_named: upload.counters.as_named,
        // A row that only wanted an ID was not started.
        auto_start: started && !upload.counters.reuse_only,
        meant_for: upload.counters.meant_for.clone(),
        ..RetryCounters::default()
    };
    Some((after, effects))
}

/// Records an asset with what the service last said of it; `None` if it only reserved the id.
pub(super) fn record(
    asset: &AssetId,
    content: Option<ContentHash>,
    status: Option<AssetStatus>,
) -> Effect {
    Effect::Record {
        asset: asset.clone(),
        content,
        status,
        abandoned: false,
    }
}

/// Records an id under which nothing will be stored.
pub(super) fn record_abandoned(asset: &AssetId) -> Effect {
    Effect::Record {
        asset: asset.clone(),
        content: None,
        status: None,
        abandoned: true,
    }
}
