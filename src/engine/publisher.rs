//! Output to front ends: keeps rows and totals up to date by what changed, and publishes a snapshot
//! when something did.

#[cfg(test)]
mod tests;

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use tokio::sync::{mpsc, watch};

use super::command::Notice;
use super::queue::item::Item;
use super::queue_totals::{QueueTotals, RowTotals};
use super::row_change::RowChange;
use crate::model::snapshot::{ItemId, Row, Snapshot};

/// The snapshot that is shown, and what has changed since.
pub(super) struct Publisher {
    snapshot: watch::Sender<Arc<Snapshot>>,
    notices: mpsc::UnboundedSender<Notice>,
    revision: u64,
    dirty: BTreeSet<ItemId>,
    order_changed: bool,
    rows: Arc<Vec<Arc<Row>>>,
    /// The rows that were shown before, kept so that 10,000 of them are dropped on this thread and
    /// not within a frame of the window.
    retired_rows: Arc<Vec<Arc<Row>>>,
    index: HashMap<ItemId, usize>,
    queue_totals: QueueTotals,
}

impl Publisher {
    pub fn new(
        snapshot: watch::Sender<Arc<Snapshot>>,
        notices: mpsc::UnboundedSender<Notice>,
    ) -> Self {
        Self {
            snapshot,
            notices,
            revision: 0,
            dirty: BTreeSet::new(),
            order_changed: false,
            rows: Arc::default(),
            retired_rows: Arc::default(),
            index: HashMap::new(),
            queue_totals: QueueTotals::default(),
        }
    }

    /// Marks a row that was added, changed or removed, for the next snapshot.
    pub fn on_change(&mut self, id: ItemId) {
        self.dirty.insert(id);
    }

    /// Marks the row of a transition, and the rows that left the batch by it.
    pub fn on_transition(&mut self, change: &RowChange<'_>) {
        self.dirty.insert(change.item.id);
        self.dirty.extend(&change.left_busy_period);
    }

    /// Marks the order of the rows as changed.
    pub fn on_order_change(&mut self) {
        self.order_changed = true;
    }

    /// Hands out a notice. A front end that is gone needs none.
    pub fn notify(&self, notice: Notice) {
        let _ = self.notices.send(notice);
    }

    /// Counts the rows that changed, and the active ones: meters go on between one sample and the
    /// next.
    pub fn count(
        &mut self,
        items: &HashMap<ItemId, Item>,
        active: &BTreeSet<ItemId>,
        direct_limit: u64,
    ) {
        for id in self.dirty.iter().chain(active) {
            self.queue_totals.count(*id, items.get(id), direct_limit);
        }
        #[cfg(test)]
        tests::check(&self.queue_totals, items, direct_limit);
    }

    /// Replaces the rows that changed by what `row` says of them, in this order.
    pub fn update_rows(
        &mut self,
        order: &BTreeSet<(i64, ItemId)>,
        row: impl Fn(&ItemId) -> Option<Arc<Row>>,
    ) {
        if self.order_changed {
            let mut rows: Vec<Arc<Row>> = Vec::with_capacity(order.len());
            self.index.clear();
            let shown = self.rows.iter().map(|row| (row.id, row));
            let shown: HashMap<ItemId, &Arc<Row>> = shown.collect();
            for (_, id) in order {
                let unchanged = shown.get(id).filter(|_| !self.dirty.contains(id));
                if let Some(row) = unchanged.copied().cloned().or_else(|| row(id)) {
                    self.index.insert(*id, rows.len());
                    rows.push(row);
                }
            }
            self.retired_rows = std::mem::replace(&mut self.rows, Arc::new(rows));
            self.order_changed = false;
        } else {
            let rows = self.dirty.iter();
            let changed: Vec<(usize, Arc<Row>)> = rows
                .filter_map(|id| Some((*self.index.get(id)?, row(id)?)))
                .filter(|(index, row)| self.rows.get(*index) != Some(row))
                .collect();
            if !changed.is_empty() {
                self.retired_rows = Arc::clone(&self.rows);
                let rows = Arc::make_mut(&mut self.rows);
                for (index, row) in changed {
                    rows[index] = row;
                }
            }
        }
        self.dirty.clear();
    }

    /// Publishes a snapshot with the rows and its revision, if it shows anything new; returns
    /// whether it did.
    pub fn publish(&mut self, snapshot: Snapshot) -> bool {
        let rows = Arc::clone(&self.rows);
        let snapshot = Snapshot { rows, ..snapshot };
        self.snapshot.send_if_modified(|shown| {
            // Rows are told apart by their address, since there may be many.
            let rest = |snapshot: &Snapshot| Snapshot {
                rows: Arc::default(),
                revision: 0,
                ..snapshot.clone()
            };
            let is_same =
                Arc::ptr_eq(&shown.rows, &snapshot.rows) && rest(shown) == rest(&snapshot);
            if !is_same {
                self.revision += 1;
                *shown = Arc::new(Snapshot {
                    revision: self.revision,
                    ..snapshot
                });
            }
            !is_same
        })
    }

    pub fn row(&self, id: ItemId) -> Option<&Row> {
        self.rows.get(*self.index.get(&id)?).map(Arc::as_ref)
    }

    pub fn totals(&self) -> &RowTotals {
        self.queue_totals.all()
    }
}
