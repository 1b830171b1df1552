//! Checks files on a thread, in bounded time.

use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use crate::engine::blocking_io::{for_each_file_with_timeout, no_answer};
use crate::engine::files::{self, CheckedFile};
use crate::engine::intake::CheckResult;
use crate::model::media::{FileStamp, Rejection};
use crate::model::snapshot::ItemId;

/// A row, whether unrecognised content is taken for the format of its file's name, and the file.
pub(in crate::engine) type FileToCheck = ((ItemId, bool), PathBuf);

/// Checks files; those of an unresponsive drive are rejected after `stall`.
pub(super) async fn check(to_check: Vec<FileToCheck>, stall: Duration) -> Vec<CheckResult> {
    let check = |(_, as_named): &(ItemId, bool), path: &Path| {
        let outcome = files::check(path, *as_named);
        let stamp = stamp(path, &outcome);
        (outcome, stamp, SystemTime::now())
    };
    let answers = for_each_file_with_timeout(to_check, stall, check).await;
    let results = answers.into_iter().map(|((item, _), answer)| {
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
