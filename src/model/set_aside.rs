//! A damaged or missing history that was replaced.

use std::path::PathBuf;

/// A damaged or missing database, and the number of things in the one that replaces it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SetAside {
    /// Path of a damaged one; `None` if it was missing.
    pub path: Option<PathBuf>,
    /// Assets with stored bytes.
    pub assets: usize,
    /// Batches.
    pub batches: usize,
    /// Notes of assets and batches.
    pub notes: usize,
}
