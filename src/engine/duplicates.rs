//! Finds duplicates before anything starts, by content, among the rows and in the history, without
//! a service call. The window can then say what "Upload" would do.
//!
//! Only files with a size in common are read, a few at a time in the background, and callers share
//! one read. Nothing is claimed here: a started row is compared like any other.

pub(super) mod comparison;
mod grouping;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet, HashSet};

use self::grouping::SizeGroup;
use super::pending_hash::{PendingHash, Unhashed};
use super::queue::Queue;
use super::queue::item::{Item, KnownDuplicate};
use super::row_change::RowChange;
use super::tasks::ReadAhead;
use super::tasks::task::Task;
use crate::model::asset::{Account, AssetId, ContentHash};
use crate::model::snapshot::ItemId;
use crate::model::upload::Upload;

/// Most files read before their hashes are reported, so that 10,000 small files of one size are
/// grouped 40 times, not 10,000.
const MOST_FILES: usize = 256;
/// Most bytes read per report, a fraction of a second; a larger file is read alone, and small ones
/// do not wait for it.
const MOST_BYTES: u64 = 64_000_000;

/// Unresponsive files after which reading ahead stops, since each blocks a thread.
const MAX_UNRESPONSIVE: usize = 4;

/// Sizes that more than one row may have, and the files to be read for them.
#[derive(Debug)]
pub(super) struct Duplicates<T = Task> {
    /// Sizes whose rows, or whose part of the history, have changed.
    stale_sizes: BTreeSet<u64>,
    /// Rows still to be read, by size, so that small files come first.
    unread: BTreeMap<u64, Vec<ItemId>>,
    /// Number of reads that stalled.
    unresponsive: usize,
    /// Rows being read, and the tasks that read them: small files, and beside them a large one.
    reading: [Option<(Vec<ItemId>, T)>; 2],
}

impl<T> Duplicates<T> {
    pub fn new() -> Self {
        Self {
            stale_sizes: BTreeSet::new(),
            unread: BTreeMap::new(),
            unresponsive: 0,
            reading: [None, None],
        }
    }

    /// Takes note of a row's former and current size where its state changed, or an asset was not
    /// confirmed.
    pub fn on_change(&mut self, change: &RowChange<'_>) {
        let unconfirmed = |upload: &Upload| upload.counters.duplicate_unconfirmed;
        let was_unconfirmed = unconfirmed(&change.before);
        if change.has_moved() || unconfirmed(change.item.upload()) != was_unconfirmed {
            self.invalidate(change.item);
            let before = change.before.media.iter();
            self.invalidate_sizes(before.map(|media| media.stamp.size));
        }
    }

    /// Marks the row's size for regrouping at the end of the turn.
    pub fn invalidate(&mut self, item: &Item) {
        let media = item.upload().media.iter();
        self.invalidate_sizes(media.map(|media| media.stamp.size));
    }

    /// Marks sizes in bytes for regrouping at the end of the turn.
    pub fn invalidate_sizes(&mut self, sizes: impl IntoIterator<Item = u64>) {
        self.stale_sizes.extend(sizes);
    }

    /// Forgets which sizes have changed.
    pub fn discard(&mut self) {
        self.stale_sizes.clear();
    }

    /// Returns the number of rows still to be read.
    pub fn unread(&self) -> usize {
        self.unread.values().map(Vec::len).sum()
    }

    /// Groups the rows of changed sizes by content, without reading any file, and returns what
    /// each of them is a duplicate of. `own` are the current key's accounts; `history` gives their
    /// ready assets of a size, `None` if they cannot be read now; `of_others` tells whether other
    /// accounts have one.
    pub fn regroup(
        &mut self,
        queue: &Queue,
        own: &HashSet<Account>,
        history: impl Fn(u64) -> Option<Vec<(AssetId, ContentHash)>>,
        mut of_others: impl FnMut(u64) -> bool,
    ) -> Vec<(ItemId, Option<KnownDuplicate>)> {
        let mut known = vec![];
        for size in std::mem::take(&mut self.stale_sizes) {
            self.unread.remove(&size);
            let group = SizeGroup::of(queue.of_size(size), own);
            known.extend(group.others().map(|id| (id, None)));
            if group.has_no_candidates() {
                continue;
            }
            let Some(assets) = history(size) else {
                self.stale_sizes.insert(size);
                continue;
            };
            known.extend(group.duplicates(&assets));
            let unread = group.unread(assets.is_empty() && !of_others(size));
            if !unread.is_empty() && self.unresponsive < MAX_UNRESPONSIVE {
                self.unread.insert(size, unread);
            }
        }
        known
    }

    /// Has `begin` read the next few small files and the next large one, unless such are read.
    pub fn read_ahead(
        &mut self,
        queue: &Queue,
        mut begin: impl FnMut(Vec<(ItemId, PendingHash)>) -> T,
    ) {
        let sizes = [0..=MOST_BYTES, MOST_BYTES + 1..=u64::MAX];
        for (reading, sizes) in self.reading.iter_mut().zip(sizes) {
            if let Some((rows, _)) = reading
                && rows.iter().any(|id| queue.contains(*id))
            {
                continue;
            }
            *reading = None;
            let (mut files, mut bytes) = (vec![], 0_u64);
            for id in self.unread.range(sizes).flat_map(|(_, rows)| rows) {
                let Some(file) = queue.get(*id).and_then(PendingHash::of) else {
                    continue;
                };
                bytes = bytes.saturating_add(file.stamp().size);
                if !files.is_empty() && (bytes > MOST_BYTES || files.len() == MOST_FILES) {
                    break;
                }
                files.push((*id, file));
            }
            if !files.is_empty() {
                let rows = files.iter().map(|(id, _)| *id).collect();
                *reading = Some((rows, begin(files)));
            }
        }
    }

    /// Takes in hashes, and returns those of files that have not changed meanwhile; `None` for a
    /// file that is not to be read.
    pub fn on_read(
        &mut self,
        queue: &Queue,
        read: Vec<ReadAhead>,
    ) -> Vec<(ItemId, Option<ContentHash>)> {
        let first = read.first().map(|read| read.item);
        for reading in &mut self.reading {
            reading.take_if(|(rows, _)| rows.first().copied() == first);
        }
        let mut hashes = vec![];
        for ReadAhead {
            item,
            stamp,
            outcome,
        } in read
        {
            let is_of = |item: &&Item| item.upload().media.is_some_and(|it| it.stamp == stamp);
            let Some(item) = queue.get(item).filter(is_of) else {
                continue;
            };
            self.invalidate(item);
            match outcome {
                Ok(content) => hashes.push((item.id, Some(content))),
                Err(Unhashed::Fault(_)) => hashes.push((item.id, None)),
                Err(Unhashed::Silent) => {
                    self.unresponsive += 1;
                    let rows = self.give_up_folder_of(item, queue);
                    hashes.extend(rows.into_iter().map(|id| (id, None)));
                }
            }
        }
        hashes
    }

    /// Stops reading ahead beside a stalled file; everywhere after `MAX_UNRESPONSIVE`. Returns the
    /// rows beside it.
    fn give_up_folder_of(&mut self, stalled: &Item, queue: &Queue) -> Vec<ItemId> {
        if self.unresponsive == MAX_UNRESPONSIVE {
            self.stale_sizes.extend(self.unread.keys());
        }
        let folder = stalled.file.parent();
        let mut beside = vec![];
        for (size, rows) in &self.unread {
            for id in rows {
                if queue.get(*id).is_some_and(|it| it.file.parent() == folder) {
                    beside.push(*id);
                    self.stale_sizes.insert(*size);
                }
            }
        }
        beside
    }
}
