//! A damaged history that was replaced.

use std::path::PathBuf;

/// A damaged database that was set aside, and the number of things in the one that replaces it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SetAside {
    /// Its new path.
    pub path: PathBuf,
    /// Assets with stored bytes.
    pub assets: usize,
    /// Batches.
    pub batches: usize,
    /// Notes of assets and batches.
    pub notes: usize,
}
