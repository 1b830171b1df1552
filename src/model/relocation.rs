//! Choosing a replacement for a missing file.

use super::asset::ContentHash;
use super::fault::FaultKind;
use super::media::Rejection;
use super::upload::{Media, UploadState};

/// Reason why a chosen file cannot replace the missing one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RelocationError {
    /// It is not supported, or cannot be read.
    Refused(Rejection),
    /// Another row has it.
    InTheList,
    /// Its size differs.
    OtherSize {
        /// Bytes of the missing file.
        gone: u64,
        /// Bytes of the chosen file.
        chosen: u64,
    },
    /// Its size is equal, its content differs.
    OtherContent,
}

/// Returns whether the upload's file may have moved, so that the user may choose it again.
pub fn may_be_elsewhere(state: &UploadState) -> bool {
    match state {
        UploadState::Failed { fault, .. } => fault_allows_relocation(fault.kind),
        UploadState::Rejected(rejection) => rejection_allows_relocation(rejection),
        _ => false,
    }
}

/// Returns whether this fault means that the file may have moved.
pub fn fault_allows_relocation(kind: FaultKind) -> bool {
    matches!(kind, FaultKind::FileGone | FaultKind::Unreadable)
}

/// Returns whether this rejection means that the file may have moved.
pub fn rejection_allows_relocation(rejection: &Rejection) -> bool {
    matches!(
        rejection,
        Rejection::NotFound | Rejection::Unreadable { .. }
    )
}

/// Compares the missing file with the chosen one: size, kind, and content if both are known. A
/// missing file that was never accepted may be replaced by any.
///
/// # Errors
///
/// The difference between the files.
pub fn compare(
    gone: Option<Media>,
    content: Option<ContentHash>,
    chosen: Media,
    chosen_content: Option<ContentHash>,
) -> Result<(), RelocationError> {
    let Some(gone) = gone else {
        return Ok(());
    };
    if gone.stamp.size != chosen.stamp.size {
        return Err(RelocationError::OtherSize {
            gone: gone.stamp.size,
            chosen: chosen.stamp.size,
        });
    }
    let differs = content
        .zip(chosen_content)
        .is_some_and(|(gone, chosen)| gone != chosen);
    if differs || gone.kind != chosen.kind {
        return Err(RelocationError::OtherContent);
    }
    Ok(())
}

#[cfg(test)]
mod tests;
