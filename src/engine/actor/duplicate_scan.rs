//! Finds duplicates before anything starts, by content, among the rows and in the history, without
//! a service call. The window can then say what "Upload" would do.
//!
//! Only files with a size in common are read, one at a time in the background, and callers share
//! one read. Nothing is claimed here: a started row is compared like any other.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::path::Path;

use super::Actor;
use super::duplicates::can_be_original;
use crate::api::Service;
use crate::engine::FrontEnd;
use crate::engine::pending_hash::{PendingHash, Unhashed};
use crate::engine::queue::item::{Item, KnownDuplicate};
use crate::engine::tasks::ReadAhead;
use crate::engine::tasks::task::Task;
use crate::engine::transition::Transition;
use crate::model::asset::{Account, ContentHash};
use crate::model::snapshot::ItemId;
use crate::model::upload::{Original, UploadState};

/// Most files read before their hashes are reported, so that 10,000 small files of one size are
/// grouped 40 times, not 10,000.
const MOST_FILES: usize = 256;
/// Most bytes read per report, a fraction of a second; a larger file is read alone.
const MOST_BYTES: u64 = 64_000_000;

/// Unresponsive files after which reading ahead stops, since each blocks a thread.
const MAX_UNRESPONSIVE: usize = 4;

#[derive(Default)]
pub(super) struct DuplicateScan {
    /// Sizes whose rows, or whose part of the history, have changed.
    stale_sizes: BTreeSet<u64>,
    /// Rows still to be read, by size, so that small files come first.
    unread: BTreeMap<u64, Vec<ItemId>>,
    /// Number of reads that stalled.
    silent: usize,
    /// Rows being read, and the task that reads them.
    reading: Option<(Vec<ItemId>, Task)>,
}

#[derive(Clone, Copy, PartialEq)]
enum DuplicateRole {
    /// Its bytes go up or went up, whatever the others are.
    Original,
    /// A duplicate if an equal row comes before it.
    Candidate,
    None,
}

impl DuplicateRole {
    fn of(item: &Item, own: &HashSet<Account>) -> Self {
        let counters = &item.upload().counters;
        match item.upload().state {
            UploadState::Ready | UploadState::Queued | UploadState::Hashing
                if counters.force_upload =>
            {
                Self::Original
            }
            UploadState::Queued if item.starts > 0 && !counters.reuse_only => Self::Original,
            UploadState::Ready | UploadState::Queued | UploadState::Hashing => Self::Candidate,
            _ if can_be_original(item, own) => Self::Original,
            _ => Self::None,
        }
    }
}

impl DuplicateScan {
    /// Marks the size that a row has or had for regrouping at the end of the turn.
    pub fn on_change(&mut self, change: &Transition<'_>) {
        if change.has_moved() {
            self.invalidate(change.item);
            let media = change.before.media.iter();
            self.stale_sizes.extend(media.map(|media| media.stamp.size));
        }
    }

    /// Marks the row's size for regrouping at the end of the turn.
    pub fn invalidate(&mut self, item: &Item) {
        if let Some(media) = item.upload().media {
            self.invalidate_size(media.stamp.size);
        }
    }

    /// Marks a size in bytes for regrouping at the end of the turn.
    pub fn invalidate_size(&mut self, size: u64) {
        self.stale_sizes.insert(size);
    }

    /// Returns the number of rows still to be read.
    pub fn unread(&self) -> usize {
        self.unread.values().map(Vec::len).sum()
    }

    #[cfg(test)]
    pub fn entries(&self) -> usize {
        self.stale_sizes.len() + self.unread.len() + usize::from(self.reading.is_some())
    }
}

impl<S: Service> Actor<S> {
    /// Marks all sizes, after a change of the history or the account.
    pub(super) fn invalidate_all(&mut self) {
        self.duplicate_scan.stale_sizes.extend(self.queue.sizes());
    }

    /// Finds duplicates among the rows that wait for the user, and reads files for it. The command
    /// line starts everything at once and skips this.
    pub(super) fn scan_for_duplicates(&mut self) {
        self.weigh_what_changed();
        self.read_ahead();
    }

    /// Regroups changed sizes without reading any file.
    pub(super) fn weigh_what_changed(&mut self) {
        if self.options.front_end != FrontEnd::Window {
            self.duplicate_scan.stale_sizes.clear();
        } else if self.journal.is_good() {
            for size in std::mem::take(&mut self.duplicate_scan.stale_sizes) {
                self.group_by_content(size);
            }
        }
    }

    /// Forgets assets not found, as another account may have them.
    pub(super) fn forget_unconfirmed(&mut self) {
        for id in self.queue.forget_unconfirmed() {
            if let Some(item) = self.queue.get(id) {
                self.journal.stage_item(item);
                self.publisher.on_change(id);
            }
        }
    }

    /// Compares the rows of one size with each other and with the history.
    fn group_by_content(&mut self, size: u64) {
        self.duplicate_scan.unread.remove(&size);
        let (mut originals, mut candidates, mut any_waits) = (vec![], vec![], false);
        let ids: Vec<ItemId> = self.queue.of_size(size).map(|item| item.id).collect();
        for id in &ids {
            let Some(item) = self.queue.get_mut(*id) else {
                continue;
            };
            let waits = item.upload().state == UploadState::Ready;
            let part = DuplicateRole::of(item, &self.own);
            match part {
                // Started rows come before unstarted ones.
                DuplicateRole::Candidate => candidates.push((waits, item.place().0, *id)),
                DuplicateRole::Original => originals.push(*id),
                DuplicateRole::None => {}
            }
            if part != DuplicateRole::Candidate && item.known_duplicate.take().is_some() {
                self.publisher.on_change(*id);
            }
            any_waits |= waits;
        }
        if candidates.is_empty() {
            return;
        }
        candidates.sort_unstable();
        let Some(history) = self.known_of_size(size) else {
            self.duplicate_scan.stale_sizes.insert(size);
            return;
        };
        let mut in_list: HashMap<ContentHash, KnownDuplicate> = HashMap::new();
        let mut uploaded: HashMap<ContentHash, KnownDuplicate> = HashMap::new();
        for (asset, content) in &history {
            let newest = uploaded.entry(*content);
            newest.or_insert_with(|| KnownDuplicate {
                original: Original::Asset(asset.clone()),
                waits: false,
            });
        }
        let alone = history.is_empty() && originals.len() + candidates.len() < 2;
        let mut unread = vec![];
        let first = originals.iter().map(|id| (*id, false));
        for (id, may_be_duplicate) in first.chain(candidates.iter().map(|(.., id)| (*id, true))) {
            let Some(item) = self.queue.get_mut(id) else {
                continue;
            };
            let is_read = item.content.is_some() || item.is_cloud_placeholder || item.hash_failed;
            if any_waits && !alone && !is_read && self.duplicate_scan.silent < MAX_UNRESPONSIVE {
                unread.push(id);
            }
            // Unconfirmed assets are looked up only when the file is sent.
            let uploaded = |content| {
                uploaded
                    .get(content)
                    .filter(|_| !item.upload().counters.duplicate_unconfirmed)
            };
            let content = item.content.as_ref();
            let found = content.and_then(|it| in_list.get(it).or_else(|| uploaded(it)));
            // A started row does not wait for an unstarted one.
            let waits = item.upload().state == UploadState::Ready;
            let found = found.filter(|found| may_be_duplicate && (waits || !found.waits));
            let found = found.cloned();
            if let (Some(content), None, false) =
                (item.content, &found, item.upload().counters.reuse_only)
            {
                let original = match &item.upload().state {
                    UploadState::Done { asset, .. } => Original::Asset(asset.clone()),
                    _ => Original::Row(id),
                };
                in_list.insert(content, KnownDuplicate { original, waits });
            }
            if item.known_duplicate != found {
                item.known_duplicate = found;
                self.publisher.on_change(id);
            }
        }
        if !unread.is_empty() {
            self.duplicate_scan.unread.insert(size, unread);
        }
    }

    /// Reads the next few files, unless a read is running.
    fn read_ahead(&mut self) {
        if let Some((rows, _)) = &self.duplicate_scan.reading
            && rows.iter().any(|id| self.queue.contains(*id))
        {
            return;
        }
        self.duplicate_scan.reading = None;
        let (mut files, mut bytes) = (vec![], 0_u64);
        for id in self.duplicate_scan.unread.values().flatten() {
            let Some(item) = self.queue.get(*id) else {
                continue;
            };
            let (Some(media), Some(file)) = (item.upload().media, PendingHash::of(item)) else {
                continue;
            };
            let is_full =
                bytes.saturating_add(media.stamp.size) > MOST_BYTES || files.len() == MOST_FILES;
            if is_full && !files.is_empty() {
                break;
            }
            bytes = bytes.saturating_add(media.stamp.size);
            files.push((*id, file));
        }
        if files.is_empty() {
            return;
        }
        let rows = files.iter().map(|(id, ..)| *id).collect();
        let task = self.tasks.read_ahead(files);
        self.duplicate_scan.reading = Some((rows, task));
    }

    /// Takes in hashes; a file that changed meanwhile is read again.
    pub(super) fn has_read_ahead(&mut self, read: Vec<ReadAhead>) {
        let is_running = |rows: &[ItemId]| rows.first() == read.first().map(|read| &read.item);
        if (self.duplicate_scan.reading.as_ref()).is_some_and(|(rows, _)| is_running(rows)) {
            self.duplicate_scan.reading = None;
        }
        for ReadAhead {
            item,
            stamp,
            outcome,
        } in read
        {
            let item = self.queue.get_mut(item);
            let Some(item) = item.filter(|item| {
                let media = item.upload().media;
                media.is_some_and(|media| media.stamp == stamp)
            }) else {
                continue;
            };
            self.duplicate_scan.invalidate(item);
            match outcome {
                Ok(content) => item.content = Some(content),
                Err(Unhashed::Silent) => {
                    let folder = item.file.parent().map(Path::to_owned);
                    self.duplicate_scan.silent += 1;
                    self.give_up_folder(folder.as_deref());
                }
                Err(_) => item.hash_failed = true,
            }
        }
    }

    /// Stops reading ahead beside a stalled file; everywhere after `MAX_UNRESPONSIVE`.
    fn give_up_folder(&mut self, folder: Option<&Path>) {
        if self.duplicate_scan.silent == MAX_UNRESPONSIVE {
            let sizes = self.duplicate_scan.unread.keys();
            self.duplicate_scan.stale_sizes.extend(sizes);
        }
        for (size, rows) in &self.duplicate_scan.unread {
            for id in rows {
                let item = self.queue.get_mut(*id);
                if let Some(item) = item.filter(|item| item.file.parent() == folder) {
                    item.hash_failed = true;
                    self.duplicate_scan.stale_sizes.insert(*size);
                }
            }
        }
    }
}
