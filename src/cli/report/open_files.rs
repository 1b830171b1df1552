//! Files of an `upload` that have not ended, with the deadlines of their processing.

use std::collections::{BTreeMap, HashSet};
use std::path::PathBuf;
use std::time::Duration;

use tokio::time::Instant;

use crate::model::asset::AssetId;
use crate::model::snapshot::ItemId;

/// Files that have not ended, and the ids of those that have.
#[derive(Default)]
pub(super) struct OpenFiles {
    open: BTreeMap<ItemId, OpenFile>,
    ended: HashSet<ItemId>,
}

/// A file that has not ended.
#[derive(Default)]
pub(super) struct OpenFile {
    pub path: PathBuf,
    pub asset: Option<AssetId>,
    /// Deadline for processing; `None` before the upload is complete, or without a limit.
    until: Option<Instant>,
}

impl OpenFiles {
    pub fn is_empty(&self) -> bool {
        self.open.is_empty()
    }

    /// Adds a file, unless it is there or has ended.
    pub fn add(&mut self, item: ItemId, path: PathBuf) {
        if !self.ended.contains(&item) {
            self.open.entry(item).or_insert_with(|| OpenFile {
                path,
                ..OpenFile::default()
            });
        }
    }

    /// Marks a file as ended; returns false if it already was.
    pub fn close(&mut self, item: Option<ItemId>) -> bool {
        item.is_none_or(|item| {
            self.open.remove(&item);
            self.ended.insert(item)
        })
    }

    /// Starts the deadline of a file that the service has, or may have.
    pub fn wait_for(&mut self, item: Option<ItemId>, asset: Option<AssetId>, limit: Duration) {
        // A deadline beyond the clock's range is none.
        let until = Instant::now().checked_add(limit);
        self.set(item, asset, until);
    }

    /// Ends the deadline of a file that is sent first, which has no limit.
    pub fn lift_limit(&mut self, item: Option<ItemId>) {
        self.set(item, None, None);
    }

    fn set(&mut self, item: Option<ItemId>, asset: Option<AssetId>, until: Option<Instant>) {
        if let Some(open) = item.and_then(|item| self.open.get_mut(&item)) {
            (open.asset, open.until) = (asset, until);
        }
    }

    /// Returns the earliest deadline for processing.
    pub fn next_limit(&self) -> Option<Instant> {
        self.open.values().filter_map(|open| open.until).min()
    }

    /// Ends the files whose deadline has passed.
    pub fn take_late(&mut self) -> Vec<OpenFile> {
        let now = Instant::now();
        self.take(|open| open.until.is_some_and(|until| until <= now))
    }

    /// Ends all files.
    pub fn take_all(&mut self) -> Vec<OpenFile> {
        self.take(|_| true)
    }

    fn take(&mut self, ends: impl Fn(&OpenFile) -> bool) -> Vec<OpenFile> {
        let ended: BTreeMap<_, _> = self.open.extract_if(.., |_, open| ends(open)).collect();
        self.ended.extend(ended.keys());
        ended.into_values().collect()
    }
}
