//! Checks files on a thread, in bounded time.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use crate::engine::blocking_io::{for_each_file_with_timeout, no_answer};
use crate::engine::files::{self, CheckedFile};
use crate::engine::intake::CheckResult;
use crate::model::media::{FileStamp, Rejection};
use crate::model::snapshot::ItemId;

/// A row's file to be checked.
pub(in crate::engine) struct FileToCheck {
    pub item: ItemId,
    pub path: PathBuf,
    /// Unrecognised content is taken for the format of the file's name.
    pub as_named: bool,
}

/// Checks files; those of an unresponsive drive are rejected after `stall`.
pub(super) async fn check(to_check: Vec<FileToCheck>, stall: Duration) -> Vec<CheckResult> {
    let as_named = to_check.iter().filter(|file| file.as_named);
    let as_named: HashSet<PathBuf> = as_named.map(|file| file.path.clone()).collect();
    let check = move |path: &Path| {
        let outcome = match as_named.contains(path) {
            true => files::check_as_named(path),
            false => files::check(path),
        };
        let stamp = stamp(path, &outcome);
        (outcome, stamp, SystemTime::now())
    };
    let paths = to_check.into_iter().map(|file| (file.item, file.path));
    let answers = for_each_file_with_timeout(paths.collect(), stall, check).await;
    let results = answers.into_iter().map(|(item, answer)| {
        let no_answer = || (Err(no_answer()), None, SystemTime::now());
        let (outcome, stamp, at) = answer.unwrap_or_else(no_answer);
        CheckResult {
            item,
            outcome,
            stamp,
            at,
        }
    });
    results.collect()
}

/// Returns the stamp of the checked file. A file still being written may be empty or lack its
/// header, so its rejection depends on it.
fn stamp(path: &Path, outcome: &Result<CheckedFile, Rejection>) -> Option<FileStamp> {
    match outcome {
        Ok(checked) => Some(checked.stamp),
        Err(
            Rejection::Empty | Rejection::ContentMismatch { .. } | Rejection::NotRecognised { .. },
        ) => files::stamp_now(path),
        Err(_) => None,
    }
}
