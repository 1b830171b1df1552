//! What a snapshot says, put together after a turn.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use super::Actor;
use super::duplicates::duplicate_of;
use crate::api::Service;
use crate::model::snapshot::{ItemId, Snapshot, Totals};
use crate::model::throughput::{Throughput, UnderWay};

impl<S: Service> Actor<S> {
    /// Publishes the state after a turn, and hands out its notices.
    pub(super) fn show(&mut self) {
        let notices = self.outbox.take_notices();
        let woken = !notices.is_empty();
        for notice in notices {
            self.publisher.notify(notice);
        }
        let snapshot = self.build();
        if self.publisher.publish(snapshot) || woken {
            (self.options.wake)();
        }
    }

    fn build(&mut self) -> Snapshot {
        let (now, offline) = (Instant::now(), self.offline.is_some());
        let row = |id: &ItemId| {
            let item = self.queue.get(*id)?;
            let asset = item.upload().stored_asset();
            let saved = asset.is_none_or(|asset| self.journal.is_saved(asset));
            let later = self.sessions.resume_behaviour(item);
            let policy = &self.options.policy;
            let duplicate_of = duplicate_of(item, self.queue.items(), &self.journal);
            let row = item.row(now, policy, saved, later, duplicate_of, offline);
            Some(Arc::new(row))
        };
        let (items, active) = (self.queue.items(), self.queue.active_transfers());
        self.publisher
            .count(items, active, self.options.policy.direct_limit);
        self.publisher.update_rows(self.queue.order(), row);
        let totals = self.totals();
        Snapshot {
            waiting: self.queue_wait(totals.active, now),
            totals,
            paused: self.paused,
            needs: self.needs,
            offline,
            journal: self.journal.state().clone(),
            key: self.key_state(),
            walking: self.intake.walking(),
            passed_over: self.intake.skipped(),
            already_listed: self.intake.already_queued(),
            comparing: self.duplicate_scan.unread(),
            interrupted: self.publisher.totals().interrupted,
            ..Snapshot::default()
        }
    }

    fn totals(&self) -> Totals {
        let queue_totals = self.publisher.totals();
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

    /// The longest of what the bytes take on this line, what the calls take at one slot
    /// each, and what a row says: no row ends after all of them.
    fn time_left(&self, totals: &Totals) -> Option<Duration> {
        let under_way = UnderWay {
            bytes: totals.remaining,
            calls: totals.calls,
        };
        let spacing = self.tasks.service().limiter().spacing();
        let left = totals.line.left(under_way, spacing)?;
        let rows = self.queue.active_transfers().iter();
        let rows = rows.filter_map(|id| self.publisher.row(*id)?.transfer?.left);
        rows.chain([left]).max()
    }
}
