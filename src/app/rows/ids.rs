//! IDs that rows show and hand out.

use super::is_unsaved;
use crate::model::asset::AssetId;
use crate::model::fault::FaultKind;
use crate::model::snapshot::{DuplicateStage, Row, Status};

/// Returns the row's ID, or that of the equal file.
pub(crate) fn id_of(row: &Row) -> Option<&str> {
    let id = match (&row.asset_id, &row.status) {
        (Some(id), _) | (None, Status::Duplicate { of: Some(id) }) => Some(id),
        (None, status) if may_be_uploaded_before(status) => {
            row.duplicate_of.as_ref()?.asset.as_ref()
        }
        _ => None,
    };
    id.map(AssetId::as_str)
}

/// Returns `true` if the asset of an unstarted row is one of the history.
fn may_be_uploaded_before(status: &Status) -> bool {
    matches!(
        status,
        Status::ReadyToUpload | Status::FoundDuplicate(DuplicateStage::Uploaded)
    )
}

/// Returns the id offered for copying: its upload must have arrived, or it exists nowhere else.
pub(crate) fn id_to_copy(row: &Row) -> Option<&str> {
    let arrived = match &row.status {
        Status::Ready
        | Status::Processing { .. }
        | Status::OtherKey { .. }
        | Status::Duplicate { .. } => true,
        Status::Failed(fault) => fault.kind == FaultKind::StillProcessing,
        status => may_be_uploaded_before(status),
    };
    id_of(row).filter(|_| arrived || is_unsaved(row))
}

/// Returns the row's ID for a list of several. That of a file that is ready to upload is another
/// account's.
pub(crate) fn id_to_list(row: &Row) -> Option<&str> {
    id_of(row).filter(|_| row.status != Status::ReadyToUpload)
}

/// Returns the ID that is copied along with those of other rows.
pub(crate) fn id_to_copy_along(row: &Row) -> Option<&str> {
    id_to_list(row).and_then(|_| id_to_copy(row))
}
