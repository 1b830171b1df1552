//! Status words, and notes on a file.

use super::Backend;
use super::messages::{library, status as say};
use crate::model::asset::AssetState;
use crate::model::fault::FaultKind;
use crate::model::media::Note;
use crate::model::snapshot::Status;

/// Returns the status word.
pub fn status_word(status: &Status) -> &'static str {
    match status {
        Status::Checking => say::checking(),
        Status::Settling => say::settling(),
        Status::Rejected(_) => say::rejected(),
        Status::ReadyToUpload => say::ready_to_upload(),
        Status::Queued => say::queued(),
        Status::Uploading => say::uploading(),
        Status::Finishing => say::finishing(),
        Status::Waiting { .. } => say::waiting(),
        Status::Processing { .. } => say::processing(),
        Status::OtherKey { .. } => say::other_key(),
        Status::Ready => say::ready(),
        Status::Failed(fault) if fault.kind == FaultKind::AssetDeleted => say::deleted(),
        Status::Failed(_) => say::failed(),
        Status::Paused => say::paused(),
        Status::Cancelled => say::cancelled(),
        Status::FoundDuplicate(_) | Status::Duplicate { .. } => say::duplicate(),
    }
}

/// Returns the word of an asset's state.
pub fn asset_word(state: AssetState) -> &'static str {
    match state {
        AssetState::Ready => library::ready(),
        AssetState::Processing => library::processing(),
        AssetState::Failed => library::failed(),
        AssetState::WrongSize => library::wrong_size(),
        AssetState::Gone => library::gone(),
        AssetState::Deleted => library::deleted(),
    }
}

/// Returns the note on an accepted file.
pub fn note(note: Note, at: Backend) -> String {
    match note {
        Note::UnknownContent => say::unknown_content().to_owned(),
        Note::MayBeTooLarge => say::may_be_too_large(at),
        Note::InCloud => say::in_cloud().to_owned(),
    }
}

/// Reports that the file was sent with another key; `last4` may be empty.
pub fn other_key(last4: &str) -> String {
    match last4 {
        "" => say::other_key_unknown().to_owned(),
        _ => say::other_key_in_full(last4),
    }
}
