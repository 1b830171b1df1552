//! Counts hash passes per file.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{LazyLock, Mutex};

static PASSES: LazyLock<Mutex<HashMap<PathBuf, u32>>> = LazyLock::new(Mutex::default);

pub(in crate::engine::files) fn note(path: &Path) {
    *PASSES.lock().unwrap().entry(path.to_owned()).or_default() += 1;
}

/// Returns the passes over this file so far.
pub fn over(path: &Path) -> u32 {
    PASSES.lock().unwrap().get(path).copied().unwrap_or(0)
}
