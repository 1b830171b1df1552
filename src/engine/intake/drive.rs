//! Drives that do not answer, for tests: whoever asks for a file there waits.

use std::path::{Path, PathBuf};
use std::sync::{Condvar, Mutex};

static HUNG: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());
static CHANGED: Condvar = Condvar::new();

/// A drive, or one file, that does not answer until this is dropped.
pub struct Hung(PathBuf);

impl Hung {
    /// From now on nothing under this path answers.
    pub fn from_now_on(path: &Path) -> Self {
        HUNG.lock().unwrap().push(path.to_owned());
        Self(path.to_owned())
    }
}

impl Drop for Hung {
    fn drop(&mut self) {
        HUNG.lock().unwrap().retain(|path| *path != self.0);
        CHANGED.notify_all();
    }
}

/// Waits until this path's drive answers.
pub fn answers(path: &Path) {
    let hung = HUNG.lock().unwrap();
    let is_hung = |hung: &mut Vec<PathBuf>| hung.iter().any(|under| path.starts_with(under));
    drop(CHANGED.wait_while(hung, is_hung).unwrap());
}
