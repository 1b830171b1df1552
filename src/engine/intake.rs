//! Files on their way into the queue: found by walks, kept until their rows can be made.

#[cfg(test)]
mod tests;

use std::path::PathBuf;
use std::time::SystemTime;

use super::files::{CanonicalPath, CheckedFile};
use crate::model::media::{FileStamp, Rejection};
use crate::model::snapshot::ItemId;

/// A file or folder that a walk found.
#[derive(Clone, Debug)]
pub(super) struct FoundFile {
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
    /// Stamp of the file, if the result depends on its content.
    pub stamp: Option<FileStamp>,
    /// Time of the stamp, to tell how old the last change is.
    pub at: SystemTime,
}

/// Walks under way, and what they found but the queue does not have yet.
#[derive(Debug, Default)]
pub(super) struct Intake {
    active_walks: usize,
    /// Files that the latest walk has found so far.
    found: u64,
    skipped: u64,
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
    pub fn on_walk_started(&mut self) {
        self.active_walks += 1;
        self.found = 0;
        self.is_unreported = true;
    }

    pub fn on_progress(&mut self, found: u64) {
        self.found = found;
    }

    /// Counts files of other kinds, which a walk leaves out.
    pub fn on_skipped(&mut self, count: u64) {
        self.skipped += count;
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

    /// Buffers files until [`take_ready`](Self::take_ready).
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

    /// Returns the buffered files, once all that was restored is known.
    pub fn take_ready(&mut self, history_has_answered: bool) -> Vec<FoundFile> {
        if history_has_answered && !self.resolving_paths && !self.retry_pending {
            std::mem::take(&mut self.buffered)
        } else {
            vec![]
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

    pub fn skipped(&self) -> u64 {
        self.skipped
    }
}
