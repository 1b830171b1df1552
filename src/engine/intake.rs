//! Files on their way into the queue: found by walks, kept until their rows can be made.

#[cfg(test)]
mod tests;

use std::collections::{HashMap, HashSet};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::SystemTime;

use super::clock::{local_minute, now_ms};
use super::files::{CanonicalPath, CheckedFile};
use crate::model::batch::{Batch, BatchId, SkippedFiles, clean_label};
use crate::model::media::{FileStamp, MediaMetadata, Rejection};
use crate::model::snapshot::ItemId;

/// Id of an `Add` command in this run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct AddId(u64);

/// A file or folder that a walk found.
#[derive(Clone, Debug)]
pub(super) struct FoundFile {
    /// Command that it was found for.
    pub add: AddId,
    pub path: PathBuf,
    pub identity: CanonicalPath,
    /// Its current stamp, to compare with an earlier one.
    pub stamp: Option<FileStamp>,
    /// Reason to reject it without a check.
    pub rejection: Option<Rejection>,
    /// Added by the user in this window, so that it may start by itself.
    pub may_start: bool,
}

/// Result of a file's check.
pub(super) struct CheckResult {
    pub item: ItemId,
    pub outcome: Result<CheckedFile, Rejection>,
    /// Facts that the file states about itself; `None` if it was not read.
    pub metadata: Option<MediaMetadata>,
    /// Stamp of the file, if the result depends on its content.
    pub stamp: Option<FileStamp>,
    /// Time of the stamp, to tell how old the last change is.
    pub at: SystemTime,
}

/// The batch that the files of one `Add` command join.
#[derive(Debug)]
struct Addition {
    label: String,
    at_ms: i64,
    skipped: SkippedFiles,
    /// Made with the first new row or named skipped file.
    batch: Option<Arc<Batch>>,
    /// Skipped files are not in the batch yet.
    is_behind: bool,
}

/// Walks under way, and what they found but the queue does not have yet.
#[derive(Debug, Default)]
pub(super) struct Intake {
    active_walks: usize,
    last_add: u64,
    /// Commands whose files are not all in the queue.
    additions: HashMap<AddId, Addition>,
    /// Files that the latest walk has found so far.
    found: u64,
    /// Found files without a row.
    buffered: Vec<FoundFile>,
    /// Canonical paths of restored rows are being resolved; until then a row might be added twice.
    resolving_paths: bool,
    /// The database was locked, and a timer runs.
    retry_pending: bool,
    /// Files were added since all were last reported as taken in.
    is_unreported: bool,
}

impl Intake {
    /// Notes an `Add` command, whose batch gets this label, or the day and time.
    pub fn on_walk_started(&mut self, label: Option<&str>) -> AddId {
        self.active_walks += 1;
        self.found = 0;
        self.is_unreported = true;
        self.last_add += 1;
        let (add, at_ms) = (AddId(self.last_add), now_ms());
        let addition = Addition {
            label: label
                .and_then(clean_label)
                .unwrap_or_else(|| local_minute(at_ms)),
            at_ms,
            skipped: SkippedFiles::default(),
            batch: None,
            is_behind: false,
        };
        self.additions.insert(add, addition);
        add
    }

    /// Labels the batch of a command after its only folder.
    pub fn on_folder_named(&mut self, add: AddId, name: &str) {
        if let (Some(addition), Some(label)) = (self.additions.get_mut(&add), clean_label(name)) {
            addition.label = label;
        }
    }

    /// Returns how many batches have to be made before all of these files can join theirs.
    pub fn lacking_batches(&self, found: &[FoundFile]) -> usize {
        let adds: HashSet<AddId> = found.iter().map(|found| found.add).collect();
        let lacks = |add: &&AddId| self.batch(**add).is_none();
        adds.iter().filter(lacks).count()
    }

    /// Returns the batch of a command, once there is one.
    pub fn batch(&self, add: AddId) -> Option<Arc<Batch>> {
        self.additions.get(&add)?.batch.clone()
    }

    /// Returns the batch of a command with all that was skipped so far; makes it with this id if
    /// there is none yet.
    pub fn make_batch(&mut self, add: AddId, unused: Option<BatchId>) -> Option<Arc<Batch>> {
        let addition = self.additions.get_mut(&add)?;
        let (id, label, note) = match &addition.batch {
            Some(batch) => (batch.id, batch.label.clone(), batch.note.clone()),
            None => (unused?, addition.label.clone(), None),
        };
        addition.is_behind = false;
        let batch = addition.batch.insert(Arc::new(Batch {
            id,
            label,
            note,
            created_at_ms: addition.at_ms,
            skipped: Arc::new(addition.skipped.clone()),
        }));
        Some(Arc::clone(batch))
    }

    /// Returns a command whose batch lacks skipped files.
    pub fn behind(&self) -> Option<AddId> {
        let behind = self.additions.iter().find(|(_, addition)| {
            let is_shown = addition.batch.is_some() || !addition.skipped.named.is_empty();
            addition.is_behind && is_shown
        });
        behind.map(|(add, _)| *add)
    }

    /// Notes a batch that the user edited.
    pub fn on_batch_edited(&mut self, batch: &Arc<Batch>) {
        for addition in self.additions.values_mut() {
            let own = addition.batch.as_mut();
            if let Some(own) = own.filter(|own| own.id == batch.id) {
                own.clone_from(batch);
            }
        }
    }

    pub fn on_progress(&mut self, found: u64) {
        self.found = found;
    }

    /// Notes files of other kinds, which a walk leaves out.
    pub fn on_skipped(&mut self, add: AddId, skipped: SkippedFiles) {
        if let Some(addition) = self.additions.get_mut(&add) {
            addition.is_behind |= skipped != SkippedFiles::default();
            addition.skipped.append(skipped);
        }
    }

    pub fn on_walk_ended(&mut self) {
        self.active_walks = self.active_walks.saturating_sub(1);
    }

    pub fn on_resolving_paths(&mut self) {
        self.resolving_paths = true;
    }

    pub fn on_paths_resolved(&mut self) {
        self.resolving_paths = false;
    }

    /// Buffers files until [`take_buffered`](Self::take_buffered).
    pub fn buffer(&mut self, found: impl IntoIterator<Item = FoundFile>) {
        self.buffered.extend(found);
    }

    /// Buffers files until [`on_retry_due`](Self::on_retry_due): with the database locked,
    /// duplicates would go unnoticed.
    pub fn postpone(&mut self, found: impl IntoIterator<Item = FoundFile>) {
        self.buffer(found);
        self.retry_pending = true;
    }

    pub fn on_retry_due(&mut self) {
        self.retry_pending = false;
    }

    /// Returns whether all that was restored is known, so that rows can be made.
    pub fn is_ready(&self, history_has_answered: bool) -> bool {
        history_has_answered && !self.resolving_paths && !self.retry_pending
    }

    pub fn take_buffered(&mut self) -> Vec<FoundFile> {
        std::mem::take(&mut self.buffered)
    }

    /// Forgets commands whose files are all in the queue.
    pub fn forget_finished(&mut self) {
        if self.active_walks == 0 && self.buffered.is_empty() && self.behind().is_none() {
            self.additions.clear();
        }
    }

    /// Drops buffered files when the engine ends.
    pub fn discard(&mut self) {
        self.buffered.clear();
    }

    /// Returns true once after everything added has been found, has a row, and is checked.
    pub fn report_done(&mut self, is_checking: impl FnOnce() -> bool) -> bool {
        let is_done = self.active_walks == 0 && self.buffered.is_empty();
        if !self.is_unreported || !is_done || is_checking() {
            return false;
        }
        self.is_unreported = false;
        true
    }

    /// Returns how many files the latest walk has found; `None` while nothing is walked.
    pub fn walking(&self) -> Option<u64> {
        (self.active_walks > 0).then_some(self.found)
    }
}
