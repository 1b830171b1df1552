//! Checks the file that the user chose for a row whose file is missing.

use std::path::PathBuf;
use std::time::Duration;

use tokio::task::spawn_blocking;

use crate::engine::blocking_io::no_answer;
use crate::engine::files::{self, CanonicalPath, CheckedFile};
use crate::engine::pending_hash::{PendingHash, Unhashed};
use crate::model::asset::ContentHash;
use crate::model::media::Rejection;
use crate::model::upload::Media;

/// Cause reported when a file changes while it is compared.
const CHANGED: &str = "it changed while it was read";

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
    let FileToLocate {
        path,
        hash_if_size,
        as_named,
    } = file;
    let to_check = path.clone();
    let check = spawn_blocking(move || {
        let outcome = files::check(&to_check, as_named);
        (files::identity(&to_check), outcome)
    });
    // The thread of an unresponsive drive is abandoned.
    let (identity, outcome) = match tokio::time::timeout(stall, check).await {
        Ok(Ok((identity, Ok(checked)))) => {
            let is_hashed = hash_if_size == Some(checked.stamp.size);
            let outcome = media(path.clone(), checked, is_hashed, stall).await;
            (Some(identity), outcome)
        }
        Ok(Ok((_, Err(rejection)))) => (None, Err(rejection)),
        Ok(Err(_)) => return None,
        Err(_) => (None, Err(no_answer())),
    };
    Some(LocatedFile {
        path,
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
