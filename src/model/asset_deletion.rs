//! Assets that the user wants deleted from the service.

use super::fault::Fault;

/// Progress of a deletion, and its outcome at the end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AssetDeletionProgress {
    /// Assets to be deleted; more than `done` at the end of a deletion that was stopped.
    pub total: u64,
    /// Assets that are done, in whatever way.
    pub done: u64,
    /// Assets that the service confirmed to be deleted.
    pub deleted: u64,
    /// Assets that the service did not know under this key.
    pub not_found: u64,
    /// Assets that the service did not delete.
    pub failed: u64,
    /// Assets of other accounts, and those that are being uploaded.
    pub passed_over: u64,
}

impl AssetDeletionProgress {
    /// Counts the outcome for an asset.
    pub fn count(&mut self, result: &AssetDeletionResult) {
        self.done += 1;
        *match result {
            AssetDeletionResult::Deleted => &mut self.deleted,
            AssetDeletionResult::NotFound => &mut self.not_found,
            AssetDeletionResult::OtherAccount { .. } | AssetDeletionResult::Uploading => {
                &mut self.passed_over
            }
            AssetDeletionResult::Failed(_) => &mut self.failed,
        } += 1;
    }
}

/// Answer of the service to the request to delete an asset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeletionAnswer {
    /// It is deleted.
    Deleted,
    /// The service does not know it under this key.
    NotFound,
}

/// Outcome for one asset.
#[derive(Clone, Debug, PartialEq)]
pub enum AssetDeletionResult {
    /// The service deleted it.
    Deleted,
    /// The service does not know it under this key.
    NotFound,
    /// It belongs to another account than the key's, and was left alone.
    OtherAccount {
        /// Last four characters of that account's key; empty if unknown.
        last4: String,
    },
    /// It is being uploaded, and was left alone.
    Uploading,
    /// The service did not delete it.
    Failed(Fault),
}
