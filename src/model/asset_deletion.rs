//! Assets that are deleted from the service, at the user's request.

/// Progress of a deletion, and its outcome at the end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AssetDeletionProgress {
    /// Assets to be deleted; more than `done` at the end of a deletion that was stopped.
    pub total: u64,
    /// Assets that are done, in whatever way.
    pub done: u64,
    /// Assets whose deletion the service confirmed.
    pub deleted: u64,
    /// Assets that the service did not know under their own key, and which so are gone.
    pub not_found: u64,
    /// Assets that got no usable answer.
    pub failed: u64,
    /// Assets that are being uploaded or belong to another account.
    pub passed_over: u64,
}
