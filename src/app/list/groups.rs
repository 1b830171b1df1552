//! Rows of the list by batch: sums of each batch, folding, and where its rows stand in the list.

use std::collections::{HashMap, HashSet};
use std::ops::Range;
use std::sync::Arc;

use crate::app::{deletion, rows};
use crate::model::batch::{Batch, BatchId};
use crate::model::snapshot::{DuplicateStage, Row, RowDelta, Status, Transfer};

/// A batch in the list, as far as its rows are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BatchGroup {
    /// The batch; `None` for rows without a known one.
    pub batch: Option<BatchId>,
    /// Number of groups before it.
    pub place: usize,
    /// Number of rows shown before it.
    pub first: usize,
    /// Number of its rows that are shown: none while it is folded.
    pub rows: usize,
    /// Its rows are hidden.
    pub is_folded: bool,
}

impl BatchGroup {
    /// Returns the place of its header among headers and rows.
    pub fn header(&self) -> usize {
        self.place + self.first
    }

    pub(super) fn range(&self) -> Range<usize> {
        self.first..self.first + self.rows
    }
}

/// Sums over the rows of a batch, shown or hidden.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BatchTotals {
    /// All rows.
    pub rows: usize,
    /// Rows whose asset is ready.
    pub ready: usize,
    /// Refused and failed rows.
    pub attention: usize,
    /// Rows that were started and have not ended.
    pub active: usize,
    /// Ready rows that share the asset of another file.
    pub duplicates: usize,
    /// Rows that have ended.
    pub ended: usize,
    /// Size of all files in bytes.
    pub size: u64,
    /// Bytes that memories.ai stores for these rows.
    pub stored: u64,
    /// Bytes sent of `started`.
    pub sent: u64,
    /// Bytes of rows that were started and neither cancelled nor failed.
    pub started: u64,
}

impl BatchTotals {
    fn count(&mut self, row: &Row, change: RowDelta) {
        change.count(&mut self.rows);
        if rows::is_ready(row) {
            change.count(&mut self.ready);
        }
        if matches!(row.status, Status::Duplicate { .. }) {
            change.count(&mut self.duplicates);
        }
        if matches!(
            row.status,
            Status::Ready
                | Status::Duplicate { .. }
                | Status::Rejected(_)
                | Status::Failed(_)
                | Status::Cancelled
        ) {
            change.count(&mut self.ended);
        }
        match &row.status {
            Status::Rejected(_) | Status::Failed(_) => change.count(&mut self.attention),
            Status::Queued
            | Status::Uploading
            | Status::Finishing
            | Status::Waiting { .. }
            | Status::Processing { .. }
            | Status::FoundDuplicate(DuplicateStage::Asked) => change.count(&mut self.active),
            _ => {}
        }
        let (sent, started) = match (&row.status, row.transfer) {
            (Status::Ready | Status::Processing { .. } | Status::Finishing, _) => {
                (row.size, row.size)
            }
            (
                Status::Queued | Status::Uploading | Status::Waiting { .. } | Status::Paused,
                transfer,
            ) => (transfer.map_or(0, |it| it.sent), row.size),
            _ => (0, 0),
        };
        for (sum, bytes) in [
            (&mut self.size, row.size),
            (&mut self.stored, deletion::stored_bytes(row)),
            (&mut self.sent, sent),
            (&mut self.started, started),
        ] {
            match change {
                RowDelta::Added => *sum += bytes,
                RowDelta::Removed => *sum -= bytes,
            }
        }
    }

    /// Returns `true` if all rows have ended, and at least one has an asset to hand on.
    pub fn is_done(&self) -> bool {
        self.ready > 0 && self.ended == self.rows
    }

    /// Returns the progress in bytes; `None` if nothing was started, or all has ended.
    pub fn progress(&self) -> Option<Transfer> {
        let is_open = self.started > 0 && (self.active > 0 || self.sent < self.started);
        is_open.then_some(Transfer {
            sent: self.sent,
            total: self.started,
            rate: None,
            left: None,
        })
    }
}

/// All batches of the list, oldest first. Rows without a known batch come before them.
#[derive(Debug, PartialEq)]
pub(super) struct Groups {
    batches: Arc<Vec<Arc<Batch>>>,
    /// Place of each batch in `batches`.
    places: HashMap<BatchId, usize>,
    /// Sums of the rows without a known batch, then those of each batch.
    totals: Vec<BatchTotals>,
    folded: HashSet<Option<BatchId>>,
    /// Groups that were folded when the search began.
    folded_before_search: Option<HashSet<Option<BatchId>>>,
    /// Groups have headers.
    pub has_headers: bool,
    /// Groups with rows to show, or without any but with skipped files to tell of.
    pub shown: Vec<BatchGroup>,
}

impl Default for Groups {
    fn default() -> Self {
        Self {
            batches: Arc::default(),
            places: HashMap::new(),
            totals: vec![BatchTotals::default()],
            folded: HashSet::new(),
            folded_before_search: None,
            has_headers: false,
            shown: Vec::new(),
        }
    }
}

impl Groups {
    /// Takes in the batches of a snapshot; returns `true` if the list must be laid out anew.
    pub fn take_in(&mut self, batches: &Arc<Vec<Arc<Batch>>>) -> bool {
        let before = std::mem::replace(&mut self.batches, Arc::clone(batches));
        let key = |batch: &Arc<Batch>| (batch.id, batch.skipped.named.is_empty());
        if Arc::ptr_eq(&before, batches) || before.iter().map(key).eq(batches.iter().map(key)) {
            return false;
        }
        let ids = batches.iter().enumerate();
        self.places = ids.map(|(place, batch)| (batch.id, place)).collect();
        true
    }

    /// Forgets the sums, to be counted anew.
    pub fn reset_totals(&mut self) {
        self.totals = vec![BatchTotals::default(); self.batches.len() + 1];
    }

    /// Adds or removes a row.
    pub fn count(&mut self, row: &Row, change: RowDelta) {
        let slot = self.slot(row.batch);
        self.totals[slot].count(row, change);
    }

    /// Returns the place in `totals`: 0 for rows without a known batch.
    fn slot(&self, batch: Option<BatchId>) -> usize {
        let place = batch.and_then(|batch| self.places.get(&batch));
        place.map_or(0, |place| place + 1)
    }

    fn at(&self, slot: usize) -> Option<&Arc<Batch>> {
        self.batches.get(slot.checked_sub(1)?)
    }

    pub fn batch(&self, batch: Option<BatchId>) -> Option<&Arc<Batch>> {
        self.at(self.slot(batch))
    }

    pub fn totals(&self, batch: Option<BatchId>) -> BatchTotals {
        self.totals[self.slot(batch)]
    }

    /// Returns all groups, with rows or without.
    pub fn ids(&self) -> impl Iterator<Item = Option<BatchId>> {
        let batches = self.batches.iter().map(|batch| Some(batch.id));
        std::iter::once(None).chain(batches)
    }

    /// Returns `true` if the row is in this group.
    pub fn holds(&self, batch: Option<BatchId>, row: &Row) -> bool {
        self.slot(row.batch) == self.slot(batch)
    }

    /// Returns the group of a row.
    pub fn group_of(&self, row: &Row) -> Option<BatchId> {
        self.batch(row.batch).map(|batch| batch.id)
    }

    /// Returns `true` if the group's rows are hidden.
    pub fn is_folded(&self, batch: Option<BatchId>) -> bool {
        self.has_headers && self.folded.contains(&batch)
    }

    /// Folds or unfolds a group; returns `true` if that changes anything.
    pub fn fold(&mut self, batch: Option<BatchId>, fold: bool) -> bool {
        match fold {
            true => self.folded.insert(batch),
            false => self.folded.remove(&batch),
        }
    }

    /// Unfolds all groups while a search shows what it finds, and folds them again after it.
    pub fn set_searching(&mut self, is_searching: bool) {
        match (is_searching, self.folded_before_search.take()) {
            (true, None) => self.folded_before_search = Some(std::mem::take(&mut self.folded)),
            (true, kept) => self.folded_before_search = kept,
            (false, Some(folded)) => self.folded = folded,
            (false, None) => {}
        }
    }

    /// Sorts row indices into groups, each in the order given.
    pub fn sort_in<'a>(&self, found: impl Iterator<Item = (usize, &'a Row)>) -> Vec<Vec<usize>> {
        let mut groups = vec![Vec::new(); self.totals.len()];
        // Neighbours are usually of one batch.
        let mut last = (None, 0);
        for (place, row) in found {
            if row.batch != last.0 {
                last = (row.batch, self.slot(row.batch));
            }
            groups[last.1].push(place);
        }
        groups
    }

    /// Lays out the groups and returns the rows to show. `is_whole` if nothing is filtered out.
    pub fn lay_out(&mut self, found: Vec<Vec<usize>>, is_whole: bool) -> Vec<usize> {
        let skipped = |slot: usize| {
            self.at(slot)
                .is_some_and(|batch| !batch.skipped.named.is_empty())
        };
        let bare: Vec<bool> = (0..found.len())
            .map(|slot| self.totals[slot].rows == 0 && skipped(slot))
            .collect();
        let with_rows = self.totals.iter().filter(|totals| totals.rows > 0).count();
        self.has_headers = with_rows > 1 || (0..found.len()).any(skipped);
        self.shown.clear();
        let mut shown = Vec::new();
        for (slot, rows) in found.into_iter().enumerate() {
            if rows.is_empty() && !(bare[slot] && is_whole) {
                continue;
            }
            let batch = self.at(slot).map(|batch| batch.id);
            let is_folded = self.is_folded(batch);
            self.shown.push(BatchGroup {
                batch,
                place: self.shown.len(),
                first: shown.len(),
                rows: if is_folded { 0 } else { rows.len() },
                is_folded,
            });
            if !is_folded {
                shown.extend(rows);
            }
        }
        shown
    }
}

#[cfg(test)]
impl Groups {
    /// Returns groups without rows of which the same are folded.
    pub fn folded_alike(&self) -> Self {
        Self {
            folded: self.folded.clone(),
            folded_before_search: self.folded_before_search.clone(),
            ..Self::default()
        }
    }
}
