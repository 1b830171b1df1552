//! The question before assets are deleted from the service.

use std::collections::HashSet;
use std::sync::Arc;

use crate::model::accounts::Accounts;
use crate::model::asset::{Account, AssetId, AssetState};
use crate::model::fault::FaultKind;
use crate::model::snapshot::{Row, Snapshot, Status};
use crate::store::AssetRecord;

/// Most assets that are deleted without the count typed.
const UNTYPED: usize = 20;
/// Names that the question shows.
const NAMES: usize = 3;

/// Assets to delete, and those that were chosen with them but stay.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DeletionRequest {
    ids: Vec<AssetId>,
    names: Vec<String>,
    bytes: u64,
    uploading: usize,
    elsewhere: usize,
    gone: usize,
}

impl DeletionRequest {
    /// Returns the assets to delete.
    pub fn ids(&self) -> &[AssetId] {
        &self.ids
    }

    /// Returns the names of the first ones.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// Returns their bytes, which will no longer be paid for.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Returns the number of chosen assets that are being uploaded, that belong to another account,
    /// and that are already gone.
    pub fn left_out(&self) -> (usize, usize, usize) {
        (self.uploading, self.elsewhere, self.gone)
    }

    /// Returns `true` if the count must be typed, which no stray click does.
    pub fn needs_count(&self) -> bool {
        self.ids.len() > UNTYPED
    }

    /// Returns `true` if the typed text is the count.
    pub fn is_count(&self, typed: &str) -> bool {
        typed.trim().replace(',', "").parse() == Ok(self.ids.len())
    }

    fn add(&mut self, id: AssetId, name: &str, bytes: u64) {
        if self.names.len() < NAMES {
            self.names.push(name.to_owned());
        }
        self.bytes = self.bytes.saturating_add(bytes);
        self.ids.push(id);
    }
}

/// Decides which assets may be deleted now.
#[derive(Clone, Debug)]
pub struct DeletionRules {
    accounts: Arc<Accounts>,
    base_url: String,
    uploading: HashSet<AssetId>,
}

impl DeletionRules {
    /// Takes the account in use and what is being uploaded from the snapshot.
    pub fn of(snapshot: &Snapshot, base_url: &str) -> Self {
        let rows = snapshot.rows.iter().filter(|row| is_under_way(row));
        let ids = rows.filter_map(|row| row.asset_id.as_ref().or(row.reserved_id.as_ref()));
        Self {
            accounts: Arc::clone(&snapshot.accounts),
            base_url: base_url.to_owned(),
            uploading: ids.cloned().collect(),
        }
    }

    /// Sorts assets of the history.
    pub fn sort_assets(&self, assets: &[AssetRecord]) -> DeletionRequest {
        let mut request = DeletionRequest::default();
        for asset in assets {
            if matches!(asset.state(), AssetState::Gone | AssetState::Deleted) {
                request.gone += 1;
            } else if asset.base_url != self.base_url || self.is_other(&asset.account) {
                request.elsewhere += 1;
            } else if self.uploading.contains(&asset.asset_id) {
                request.uploading += 1;
            } else {
                request.add(asset.asset_id.clone(), &asset.name, asset.size);
            }
        }
        request
    }

    /// Returns whether an asset is known to be another account's; the service tells of the rest.
    fn is_other(&self, account: &Account) -> bool {
        !account.as_str().is_empty() && self.accounts.is_other(account)
    }

    /// Sorts rows of the queue, of which several may share an asset.
    pub fn sort_rows<'a>(&self, rows: impl IntoIterator<Item = &'a Row>) -> DeletionRequest {
        let mut request = DeletionRequest::default();
        let mut seen = HashSet::new();
        for row in rows {
            let Some(id) = stored_id(row).filter(|id| seen.insert(*id)) else {
                continue;
            };
            if row.account().is_some_and(|account| self.is_other(account)) {
                request.elsewhere += 1;
            } else if self.uploading.contains(id) {
                request.uploading += 1;
            } else {
                request.add(id.clone(), &row.name, row.size);
            }
        }
        request
    }
}

/// Returns the bytes that the service stores for the row itself.
pub(crate) fn stored_bytes(row: &Row) -> u64 {
    let own = row.asset_id.as_ref().and(stored_id(row));
    own.map_or(0, |_| row.size)
}

/// Returns `true` if the row offers to delete its asset.
pub(crate) fn is_offered(row: &Row) -> bool {
    stored_id(row).is_some() && !is_under_way(row)
}

/// Returns the row's asset, or that of the equal file, unless the user had it deleted.
fn stored_id(row: &Row) -> Option<&AssetId> {
    match (&row.asset_id, &row.status) {
        (_, Status::Failed(fault)) if fault.kind == FaultKind::AssetDeleted => None,
        (Some(id), _) | (None, Status::Duplicate { of: Some(id) }) => Some(id),
        (None, _) => None,
    }
}

fn is_under_way(row: &Row) -> bool {
    matches!(
        row.status,
        Status::Queued
            | Status::Uploading
            | Status::Finishing
            | Status::Waiting { .. }
            | Status::Paused
    )
}

#[cfg(test)]
mod tests;
