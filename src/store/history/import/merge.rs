//! Joins what two sources tell of one asset.

use crate::model::asset::AssetStatus;
use crate::store::history::ledger::LedgerEvent;
use crate::store::history::records::AssetRecord;

/// Adds what is missing in `known`; returns whether anything was.
pub(super) fn fill(known: &mut AssetRecord, other: &AssetRecord) -> bool {
    let before = known.clone();
    let is_named = |asset: &AssetRecord| !matches!(asset.name.as_str(), name if name.is_empty() || name == asset.asset_id.as_str());
    if known.account.as_str().is_empty() {
        known.account = other.account.clone();
    }
    if !is_named(known) && is_named(other) {
        known.name.clone_from(&other.name);
    }
    if known.path.as_os_str().is_empty() {
        known.path.clone_from(&other.path);
    }
    if known.size == 0 {
        known.size = other.size;
    }
    if !is_reported(known) {
        known.status = other.status.or(known.status);
        known.remark = known.remark.or(other.remark);
    }
    known.content = known.content.or(other.content);
    known.uploaded_at_ms = known.uploaded_at_ms.or(other.uploaded_at_ms);
    known.deleted_at_ms = known.deleted_at_ms.or(other.deleted_at_ms);
    known.kind = known.kind.or(other.kind);
    if known.note.is_none() {
        known.note.clone_from(&other.note);
    }
    if known.label.is_none() {
        known.label.clone_from(&other.label);
    }
    let (metadata, more) = (&mut known.metadata, &other.metadata);
    metadata.duration_ms = metadata.duration_ms.or(more.duration_ms);
    metadata.width = metadata.width.or(more.width);
    metadata.height = metadata.height.or(more.height);
    metadata.captured_at = metadata.captured_at.or(more.captured_at);
    metadata.has_location |= more.has_location;
    *known != before
}

/// Returns whether the service has told how the asset is.
fn is_reported(asset: &AssetRecord) -> bool {
    asset
        .status
        .is_some_and(|status| status != AssetStatus::Other)
        || asset.remark.is_some()
}

/// Takes in a later line of a ledger, as a replay of the ledger does.
pub(super) fn follow(known: &mut AssetRecord, event: Option<LedgerEvent>, mut later: AssetRecord) {
    later.status = later.status.filter(|_| match event {
        Some(LedgerEvent::Ready) => true,
        Some(LedgerEvent::Failed) => known.status != Some(AssetStatus::Success),
        _ => !is_reported(known),
    });
    let remark = match event {
        Some(LedgerEvent::Found) => None,
        _ => later.remark.or(known.remark),
    };
    let status = later.status.or(known.status);
    later.uploaded_at_ms = known.uploaded_at_ms.or(later.uploaded_at_ms);
    fill(&mut later, known);
    (later.status, later.remark) = (status, remark);
    *known = later;
}
