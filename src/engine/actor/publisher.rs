//! The snapshot: built from what changed, published when something did.

use std::sync::Arc;

use tokio::time::Instant;

use super::Actor;
use super::duplicates::duplicate_of;
#[cfg(test)]
use super::queue_totals::QueueTotals;
use super::sessions::later;
use crate::api::Service;
use crate::engine::Notice;
use crate::model::plan::{Throughput, UnderWay};
use crate::model::snapshot::{ItemId, Row, Snapshot, Totals};

impl<S: Service> Actor<S> {
    /// Publishes the state after a turn, and hands out its notices.
    pub(super) fn show(&mut self, notices: Vec<Notice>) {
        let woken = !notices.is_empty();
        for notice in notices {
            // A front end that is gone needs none.
            let _ = self.notices.send(notice);
        }
        let snapshot = self.build();
        let changed = self.snapshot.send_if_modified(|shown| {
            if same(shown, &snapshot) {
                return false;
            }
            self.revision += 1;
            *shown = Arc::new(Snapshot {
                revision: self.revision,
                ..snapshot
            });
            true
        });
        if changed || woken {
            (self.options.wake)();
        }
    }

    fn build(&mut self) -> Snapshot {
        let now = Instant::now();
        let row = |id: &ItemId| {
            let item = self.items.get(id)?;
            let saved = item
                .upload
                .stored_asset()
                .is_none_or(|asset| self.journal.is_saved(asset));
            let later = later(item, &self.saved_sessions);
            let policy = &self.options.policy;
            let duplicate_of = duplicate_of(item, &self.items, &self.journal);
            let row = item.row(
                now,
                policy,
                saved,
                later,
                duplicate_of,
                self.offline.is_some(),
            );
            Some(Arc::new(row))
        };
        // Meters go on between one sample and the next.
        for id in self.dirty.iter().chain(&self.active_transfers) {
            let limit = self.options.policy.direct_limit;
            self.queue_totals.count(*id, self.items.get(id), limit);
        }
        #[cfg(test)]
        self.check_sums();
        if self.order_changed {
            let mut rows: Vec<Arc<Row>> = Vec::with_capacity(self.order.len());
            self.index.clear();
            let old: std::collections::HashMap<ItemId, Arc<Row>> = self
                .rows
                .iter()
                .map(|row| (row.id, Arc::clone(row)))
                .collect();
            for (_, id) in &self.order {
                let saved_sessions = old.get(id).filter(|_| !self.dirty.contains(id)).cloned();
                if let Some(row) = saved_sessions.or_else(|| row(id)) {
                    self.index.insert(*id, rows.len());
                    rows.push(row);
                }
            }
            self.retired_rows = std::mem::replace(&mut self.rows, Arc::new(rows));
            self.order_changed = false;
            self.dirty.clear();
        } else if !self.dirty.is_empty() {
            let changed: Vec<(usize, Arc<Row>)> = self
                .dirty
                .iter()
                .filter_map(|id| Some((*self.index.get(id)?, row(id)?)))
                .filter(|(index, row)| self.rows.get(*index) != Some(row))
                .collect();
            self.dirty.clear();
            if !changed.is_empty() {
                self.retired_rows = Arc::clone(&self.rows);
                let rows = Arc::make_mut(&mut self.rows);
                for (index, row) in changed {
                    rows[index] = row;
                }
            }
        }
        let totals = self.totals();
        Snapshot {
            revision: self.revision,
            rows: Arc::clone(&self.rows),
            waiting: self.queue_wait(totals.active, now),
            totals,
            paused: self.paused,
            needs: self.needs,
            offline: self.offline.is_some(),
            journal: self.journal.state().clone(),
            key: self.key_state(),
            walking: (self.walks > 0).then_some(self.walking),
            passed_over: self.passed_over,
            already_listed: self.already_listed,
            comparing: self.duplicate_scan.unread(),
            interrupted: self.queue_totals.all().interrupted,
        }
    }

    fn totals(&self) -> Totals {
        let queue_totals = self.queue_totals.all();
        let mut totals = queue_totals.totals;
        if totals.batch == 0 {
            (totals.done, totals.batch) = queue_totals.duplicates;
        }
        totals.rate = self.throughput.rate().filter(|_| queue_totals.sending > 0);
        totals.line = Throughput {
            measured: self.throughput.line(),
            limit: self.options.bandwidth.get(),
        };
        let held = self.paused || self.needs.is_some();
        if queue_totals.under_way > 0 && !held {
            totals.left = self.time_left(&totals);
        }
        totals
    }

    /// What is kept row by row is what counting all of them gives.
    #[cfg(test)]
    fn check_sums(&self) {
        let mut anew = QueueTotals::default();
        for (id, item) in &self.items {
            anew.count(*id, Some(item), self.options.policy.direct_limit);
        }
        assert_eq!(self.queue_totals.all(), anew.all());
    }

    /// The longest of what the bytes take on this line, what the calls take at one slot
    /// each, and what a row says: no row ends after all of them.
    fn time_left(&self, totals: &Totals) -> Option<std::time::Duration> {
        let under_way = UnderWay {
            bytes: totals.remaining,
            calls: totals.calls,
        };
        let spacing = self.service.limiter().spacing();
        let left = totals.line.left(under_way, spacing)?;
        let active_transfers = self
            .active_transfers
            .iter()
            .filter_map(|id| self.index.get(id));
        let rows = active_transfers.filter_map(|at| self.rows.get(*at)?.transfer?.left);
        rows.chain([left]).max()
    }
}

/// Returns whether two snapshots show the same.
fn same(one: &Snapshot, other: &Snapshot) -> bool {
    Arc::ptr_eq(&one.rows, &other.rows)
        && one.totals == other.totals
        && one.paused == other.paused
        && one.needs == other.needs
        && one.offline == other.offline
        && one.waiting == other.waiting
        && one.journal == other.journal
        && one.key == other.key
        && one.walking == other.walking
        && one.passed_over == other.passed_over
        && one.already_listed == other.already_listed
        && one.comparing == other.comparing
        && one.interrupted == other.interrupted
}
