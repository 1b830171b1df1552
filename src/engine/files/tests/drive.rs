//! Simulates unresponsive drives in tests: file calls on them block.

use std::path::{Path, PathBuf};
use std::sync::{Condvar, Mutex};

#[derive(Clone, Copy, PartialEq)]
enum Question {
    Presence,
    Check,
    Reading,
}

/// Paths that hang, each for one kind of call or, with `None`, for all.
static HUNG: Mutex<Vec<(PathBuf, Option<Question>)>> = Mutex::new(Vec::new());
static CHANGED: Condvar = Condvar::new();

/// A drive or file that hangs until this is dropped.
pub struct Hung(PathBuf);

impl Hung {
    /// Makes every call under this path hang.
    pub fn from_now_on(path: &Path) -> Self {
        Self::begin(path, None)
    }

    /// Makes checks under this path hang; files are still found.
    pub fn for_checks(path: &Path) -> Self {
        Self::begin(path, Some(Question::Check))
    }

    /// Makes reads under this path hang; files are still checked.
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

/// Waits until this path's drive answers a check.
pub fn answers_check(path: &Path) {
    wait(path, Question::Check);
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
