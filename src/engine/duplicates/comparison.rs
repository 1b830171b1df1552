//! Compares a started row with others by content, so that equal content is uploaded once.
//!
//! A file is read for comparison only when something of its size may be equal.

use std::collections::HashSet;

use crate::engine::pending_hash::PendingHash;
use crate::engine::queue::Queue;
use crate::engine::queue::item::Item;
use crate::engine::tasks::FilesToCompare;
use crate::model::asset::{Account, ContentHash};
use crate::model::upload::{Original, UploadState};

/// Returns whether a started row may be an original; `own` are the current key's accounts.
pub(in crate::engine) fn can_be_original(item: &Item, own: &HashSet<Account>) -> bool {
    match item.upload().state {
        // An id-only row sends nothing that another could duplicate.
        _ if item.upload().counters.reuse_only => false,
        UploadState::Hashing
        | UploadState::Sending { .. }
        | UploadState::RetryScheduled { .. }
        | UploadState::Processing { .. } => true,
        // The history does not have it until the turn is committed.
        UploadState::Done { .. } => item.seen_ready && item.is_of(own),
        UploadState::Queued => item.starts.count() > 0 || item.upload().counters.force_upload,
        _ => false,
    }
}

/// Returns started rows of the same size that may be this row's original. Rows of other accounts
/// never are, and earlier runs are covered by the history.
pub(in crate::engine) fn candidates<'a>(
    queue: &'a Queue,
    row: &Item,
    own: &HashSet<Account>,
) -> impl Iterator<Item = &'a Item> {
    // An id-only row never becomes an original; it waits for queued rows of its size.
    let (id, reuse_only) = (row.id, row.upload().counters.reuse_only);
    let is_to_be_sent = |other: &Item| other.upload().state == UploadState::Queued;
    let others = queue.of_size(row.upload().size());
    others.filter(move |other| {
        other.id != id && (can_be_original(other, own) || reuse_only && is_to_be_sent(other))
    })
}

/// Returns a row's file and those of its candidates, hashed or to be hashed.
pub(in crate::engine) fn files_to_compare(
    queue: &Queue,
    row: &Item,
    own: &HashSet<Account>,
) -> FilesToCompare {
    let (mut known, mut unread) = (vec![], vec![]);
    for item in std::iter::once(row).chain(candidates(queue, row, own)) {
        let file = PendingHash::of(item);
        match (file, item.content.hash()) {
            (Some(file), Some(content)) => known.push((item.id, file.stamp(), content)),
            (Some(file), None) => unread.push((item.id, file)),
            (None, _) => {}
        }
    }
    FilesToCompare {
        item: row.id,
        hashed_before: PendingHash::of(row).filter(|_| row.content.hash().is_some()),
        known,
        unread,
    }
}

/// Returns the original of this content in the run; among rows compared at once, the first.
pub(in crate::engine) fn original_in_run(
    queue: &Queue,
    row: &Item,
    content: ContentHash,
    own: &HashSet<Account>,
) -> Option<Original> {
    let goes_before = |other: &Item| {
        row.upload().counters.reuse_only
            || other.upload().state != UploadState::Hashing
            || other.place() < row.place()
    };
    let mut equal = candidates(queue, row, own)
        .filter(|other| other.content.hash() == Some(content) && goes_before(other));
    let original = equal.next()?;
    Some(match &original.upload().state {
        UploadState::Done { asset, .. } => Original::Asset(asset.clone()),
        _ => Original::Row(original.id),
    })
}
