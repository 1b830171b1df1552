//! Drives that do not answer, for tests: whoever asks for a file there waits.

use std::path::{Path, PathBuf};
use std::sync::{Condvar, Mutex};

/// What hangs there: everything, or only looks.
static HUNG: Mutex<Vec<(PathBuf, bool)>> = Mutex::new(Vec::new());
static CHANGED: Condvar = Condvar::new();

/// A drive, or one file, that does not answer until this is dropped.
pub struct Hung(PathBuf);

impl Hung {
    /// From now on nothing under this path answers.
    pub fn from_now_on(path: &Path) -> Self {
        Self::begin(path, false)
    }

    /// From now on nothing under this path lets itself be looked at; it is found all the same.
    pub fn for_looks(path: &Path) -> Self {
        Self::begin(path, true)
    }

    fn begin(path: &Path, only_looks: bool) -> Self {
        HUNG.lock().unwrap().push((path.to_owned(), only_looks));
        Self(path.to_owned())
    }
}

impl Drop for Hung {
    fn drop(&mut self) {
        HUNG.lock().unwrap().retain(|(path, _)| *path != self.0);
        CHANGED.notify_all();
    }
}

/// Waits until this path's drive answers.
pub fn answers(path: &Path) {
    wait(path, false);
}

/// Waits until this path's drive answers a look.
pub fn answers_look(path: &Path) {
    wait(path, true);
}

fn wait(path: &Path, is_look: bool) {
    let hung = HUNG.lock().unwrap();
    let is_hung = |hung: &mut Vec<(PathBuf, bool)>| {
        hung.iter()
            .any(|(under, only_looks)| path.starts_with(under) && (is_look || !only_looks))
    };
    drop(CHANGED.wait_while(hung, is_hung).unwrap());
}
