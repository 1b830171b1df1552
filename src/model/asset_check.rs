//! Assets that the service is asked about again, at the user's request.

use super::asset::{AssetId, AssetStatus};
use super::fault::Fault;

/// Assets to ask about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AssetsToCheck {
    /// Named ones, which the history need not have.
    These(Vec<AssetId>),
    /// Every asset of the history at this service.
    All,
}

/// Progress of a check, and its outcome at the end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AssetCheckProgress {
    /// Assets that are done, in whatever way.
    pub done: u64,
    /// Assets to be checked; more than `done` at the end of a check that was stopped.
    pub total: u64,
    /// Assets that the service does not know under this key.
    pub unknown: u64,
    /// Assets that got no usable answer.
    pub failed: u64,
    /// Assets of other accounts than the key's, which were not asked about.
    pub passed_over: u64,
}

/// Outcome for one asset.
#[derive(Clone, Debug, PartialEq)]
pub enum AssetCheckResult {
    /// The service knows it.
    Known {
        /// Its status.
        status: AssetStatus,
        /// The service holds another number of bytes than were sent.
        is_other_size: bool,
    },
    /// The service does not know it under this key.
    Unknown,
    /// It belongs to another account than the key's.
    OtherAccount {
        /// Last four characters of that account's key; empty if unknown.
        last4: String,
    },
    /// There was no usable answer.
    Failed(Fault),
}
