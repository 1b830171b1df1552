//! Drives that do not answer, for tests: whoever asks for a file there waits.

use std::path::{Path, PathBuf};
use std::sync::{Condvar, Mutex};

/// What is asked of a drive.
#[derive(Clone, Copy, PartialEq)]
enum Question {
    /// Whether a file is there.
    Presence,
    /// What it is.
    Look,
    /// What is in it.
    Reading,
}

/// What hangs where: everything, for `None`.
static HUNG: Mutex<Vec<(PathBuf, Option<Question>)>> = Mutex::new(Vec::new());
static CHANGED: Condvar = Condvar::new();

/// A drive, or one file, that does not answer until this is dropped.
pub struct Hung(PathBuf);

impl Hung {
    /// From now on nothing under this path answers.
    pub fn from_now_on(path: &Path) -> Self {
        Self::begin(path, None)
    }

    /// From now on nothing under this path lets itself be looked at; it is found all the same.
    pub fn for_looks(path: &Path) -> Self {
        Self::begin(path, Some(Question::Look))
    }

    /// From now on nothing under this path lets itself be read; it is looked at all the same.
    pub fn for_readings(path: &Path) -> Self {
        Self::begin(path, Some(Question::Reading))
    }

    fn begin(path: &Path, question: Option<Question>) -> Self {
        HUNG.lock().unwrap().push((path.to_owned(), question));
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
    wait(path, Question::Presence);
}

/// Waits until this path's drive answers a look.
pub fn answers_look(path: &Path) {
    wait(path, Question::Look);
}

/// Waits until this path's drive can be read.
pub fn answers_reading(path: &Path) {
    wait(path, Question::Reading);
}

fn wait(path: &Path, question: Question) {
    let hung = HUNG.lock().unwrap();
    let is_hung = |hung: &mut Vec<(PathBuf, Option<Question>)>| {
        hung.iter().any(|(under, hangs)| {
            path.starts_with(under) && hangs.is_none_or(|hangs| hangs == question)
        })
    };
    drop(CHANGED.wait_while(hung, is_hung).unwrap());
}
