//! Equal content in the list or in the history.

use std::path::PathBuf;

use crate::model::asset::{Account, AssetId};

/// Stage of a duplicate that has no confirmed ID yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DuplicateStage {
    /// Not started, and neither is its original.
    Before,
    /// Not started; its original is under way, so that its ID can be reused.
    Known,
    /// Uploaded before. The service is asked for confirmation without a start.
    Uploaded,
    /// Started: an ID lookup is pending, or its original goes first.
    Asked,
}

/// The original of a duplicate, or another account's upload of its content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DuplicateOf {
    /// Its path, now or at the time of its upload.
    pub path: PathBuf,
    /// Time of its upload, in milliseconds since the Unix epoch; `None` for a row of the queue.
    pub uploaded_at_ms: Option<i64>,
    /// Its asset, if it was uploaded.
    pub asset: Option<AssetId>,
    /// Last four characters of the other account's key, empty if unknown; `None` for an asset of
    /// the current account.
    pub other_key: Option<String>,
    /// Account of its asset; `None` for a row without one.
    pub account: Option<Account>,
}
