//! Batches of the rows in the list, as the window shows them.

#[cfg(test)]
mod tests;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::queue::item::Item;
use crate::model::batch::{Batch, BatchId};
use crate::model::snapshot::ItemId;

/// Batches that have rows in the list, and those of skipped files alone.
#[derive(Debug, Default)]
pub(super) struct Batches {
    known: HashMap<BatchId, Arc<Batch>>,
    /// Batches of skipped files alone, until the user removes them.
    without_rows: HashSet<BatchId>,
    /// Oldest first.
    shown: Arc<Vec<Arc<Batch>>>,
    is_changed: bool,
}

impl Batches {
    pub fn get(&self, id: BatchId) -> Option<&Arc<Batch>> {
        self.known.get(&id)
    }

    /// Adds a batch or replaces it.
    pub fn put(&mut self, batch: Arc<Batch>) {
        self.known.insert(batch.id, batch);
        self.is_changed = true;
    }

    /// Keeps a batch that has no rows yet.
    pub fn keep_without_rows(&mut self, id: BatchId) {
        self.without_rows.insert(id);
    }

    /// Notes that the user removed a batch.
    pub fn dismiss(&mut self, id: BatchId) {
        self.without_rows.remove(&id);
        self.is_changed = true;
    }

    /// Notes that a row has come.
    pub fn on_inserted(&mut self, item: &Item) {
        if let Some(batch) = &item.batch {
            self.without_rows.remove(&batch.id);
            self.put(Arc::clone(batch));
        }
    }

    /// Notes that a row has gone.
    pub fn on_removed(&mut self) {
        self.is_changed = true;
    }

    /// Returns the batches of these rows and those kept without rows, oldest first; forgets all
    /// others.
    pub fn update(&mut self, items: &HashMap<ItemId, Item>) -> Arc<Vec<Arc<Batch>>> {
        if std::mem::take(&mut self.is_changed) {
            let rows = items.values();
            let used: HashSet<BatchId> = rows
                .filter_map(|item| Some(item.batch.as_ref()?.id))
                .collect();
            let kept = &self.without_rows;
            self.known
                .retain(|id, _| used.contains(id) || kept.contains(id));
            let mut shown: Vec<Arc<Batch>> = self.known.values().cloned().collect();
            shown.sort_unstable_by_key(|batch| (batch.created_at_ms, batch.id));
            if shown != *self.shown {
                self.shown = Arc::new(shown);
            }
        }
        Arc::clone(&self.shown)
    }

    /// Returns the batches that were shown last.
    pub fn shown(&self) -> &[Arc<Batch>] {
        &self.shown
    }
}
