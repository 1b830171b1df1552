//! Checks files on a thread, in bounded time: added ones, and one chosen for a missing one.

use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use tokio::task::spawn_blocking;

use crate::engine::blocking_io::{for_each_file_with_timeout, no_answer};
use crate::engine::files::{self, CanonicalPath, CheckedFile};
use crate::engine::intake::CheckResult;
use crate::engine::pending_hash::{PendingHash, Unhashed};
use crate::metadata;
use crate::model::asset::ContentHash;
use crate::model::media::{FileStamp, MediaMetadata, Rejection};
use crate::model::snapshot::ItemId;
use crate::model::upload::Media;

#[cfg(test)]
mod tests;

/// Cause reported when a file changes while it is compared.
const CHANGED: &str = "it changed while it was read";

/// A row, whether unrecognised content is taken for the format of its file's name, and the file.
pub(in crate::engine) type FileToCheck = ((ItemId, bool), PathBuf);

/// Checks files; those of an unresponsive drive are rejected after `stall`.
pub(super) async fn check(to_check: Vec<FileToCheck>, stall: Duration) -> Vec<CheckResult> {
    let check = |(_, as_named): &(ItemId, bool), path: &Path| {
        let outcome = files::check(path, *as_named);
        let stamp = stamp(path, &outcome);
        let at = SystemTime::now();
        let metadata = read_metadata(path, &outcome);
        (outcome, metadata, stamp, at)
    };
    let answers = for_each_file_with_timeout(to_check, stall, check).await;
    let results = answers.into_iter().map(|((item, _), answer)| {
        let no_answer = || (Err(no_answer()), None, None, SystemTime::now());
        let (outcome, metadata, stamp, at) = answer.unwrap_or_else(no_answer);
        CheckResult {
            item,
            outcome,
            metadata,
            stamp,
            at,
        }
    });
    results.collect()
}

/// Reads what an accepted file states about itself, unless this would download it.
fn read_metadata(path: &Path, outcome: &Result<CheckedFile, Rejection>) -> Option<MediaMetadata> {
    let is_here = |file: &CheckedFile| !file.is_cloud_placeholder;
    outcome
        .as_ref()
        .is_ok_and(is_here)
        .then(|| metadata::read(path))
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

/// A file that was chosen, and what is needed to tell whether it is the missing one.
pub(in crate::engine) struct FileToLocate {
    pub path: PathBuf,
    /// Size at which its content has to be hashed, in bytes; `None` if stamp and size tell enough.
    pub hash_if_size: Option<u64>,
    /// Unrecognised content is taken for the format of the file's name.
    pub as_named: bool,
}

/// Outcome of the check of a chosen file.
pub(in crate::engine) struct LocatedFile {
    pub path: PathBuf,
    /// Its canonical path, if it could be resolved.
    pub identity: Option<CanonicalPath>,
    pub outcome: Result<(Media, Option<ContentHash>), Rejection>,
}

/// Checks a chosen file, and hashes it if only its content identifies it; `None` while the runtime
/// shuts down.
pub(super) async fn locate(file: FileToLocate, stall: Duration) -> Option<LocatedFile> {
    let to_check = file.path.clone();
    let check = spawn_blocking(move || {
        let outcome = files::check(&to_check, file.as_named);
        (files::identity(&to_check), outcome)
    });
    // The thread of an unresponsive drive is abandoned.
    let (identity, outcome) = match tokio::time::timeout(stall, check).await {
        Ok(Ok((identity, Ok(checked)))) => {
            let is_hashed = file.hash_if_size == Some(checked.stamp.size);
            let outcome = media(file.path.clone(), checked, is_hashed, stall).await;
            (Some(identity), outcome)
        }
        Ok(Ok((_, Err(rejection)))) => (None, Err(rejection)),
        Ok(Err(_)) => return None,
        Err(_) => (None, Err(no_answer())),
    };
    Some(LocatedFile {
        path: file.path,
        identity,
        outcome,
    })
}

/// Returns what is known of a checked file, with its hash if required.
async fn media(
    path: PathBuf,
    checked: CheckedFile,
    is_hashed: bool,
    stall: Duration,
) -> Result<(Media, Option<ContentHash>), Rejection> {
    let media = checked.media();
    if !is_hashed {
        return Ok((media, None));
    }
    match PendingHash::at(path, media.stamp).fingerprint(stall).await {
        Ok(content) => Ok((media, Some(content))),
        Err(Unhashed::Silent) => Err(no_answer()),
        Err(Unhashed::Fault(fault)) => {
            let cause = fault.diagnostics.causes.into_iter().next();
            Err(Rejection::Unreadable {
                cause: cause.unwrap_or_else(|| CHANGED.to_owned()),
            })
        }
    }
}
