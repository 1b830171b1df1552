//! Hashes files, to find equal content.

use std::time::Duration;

use crate::engine::pending_hash::{PendingHash, Unhashed};
use crate::model::asset::ContentHash;
use crate::model::fault::{Fault, FaultKind};
use crate::model::media::FileStamp;
use crate::model::snapshot::ItemId;
use crate::model::upload::Event;

/// Hashes of files, with the stamps they were read at.
pub(in crate::engine) type Contents = Vec<(ItemId, FileStamp, ContentHash)>;

/// A row's file and those that may have equal content.
pub(in crate::engine) struct FilesToCompare {
    pub item: ItemId,
    /// The row's file, if it was hashed before and may have changed since.
    pub hashed_before: Option<PendingHash>,
    pub known: Contents,
    pub unread: Vec<(ItemId, PendingHash)>,
}

/// Returns that a comparison failed, of which nothing was sent.
pub(in crate::engine) fn not_compared(attempt: u32, fault: Fault) -> Event {
    Event::AttemptFailed {
        attempt,
        fault,
        content: None,
        jitter: 0.0,
    }
}

/// Hashes the row's file and its candidates; a candidate that cannot be read is skipped.
///
/// # Errors
///
/// If the row's own file changed, or cannot be hashed.
pub(super) async fn compare(files: FilesToCompare, stall: Duration) -> Result<Contents, Fault> {
    let mut known = files.known;
    if let Some(file) = files.hashed_before
        && let Some(fault) = file.changed(stall).await
    {
        return Err(fault);
    }
    for (id, file) in files.unread {
        let stamp = file.stamp();
        match file.fingerprint(stall).await {
            Ok(content) => known.push((id, stamp, content)),
            Err(error) if id == files.item => return Err(error.into()),
            Err(_) => {}
        }
    }
    Ok(known)
}

/// Outcome of hashing a file before it is started.
pub(in crate::engine) struct ReadAhead {
    pub item: ItemId,
    pub stamp: FileStamp,
    pub outcome: Result<ContentHash, Unhashed>,
}

/// Hashes files in their order, up to one whose drive does not answer.
pub(super) async fn read_ahead(
    files: Vec<(ItemId, PendingHash)>,
    stall: Duration,
) -> Vec<ReadAhead> {
    let mut read = vec![];
    for (item, file) in files {
        let stamp = file.stamp();
        // It may have been evicted to the cloud since the check.
        let outcome = match file.is_in_cloud(stall).await {
            Some(false) => file.fingerprint(stall).await,
            Some(true) => Err(Unhashed::Fault(Fault::new(FaultKind::Unreadable))),
            None => Err(Unhashed::Silent),
        };
        let hangs = matches!(outcome, Err(Unhashed::Silent));
        read.push(ReadAhead {
            item,
            stamp,
            outcome,
        });
        if hangs {
            break;
        }
    }
    read
}
