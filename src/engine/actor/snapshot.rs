//! Builds the snapshot after a turn.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use super::Actor;
use crate::api::Service;
use crate::engine::journal::Journal;
use crate::engine::queue::Queue;
use crate::engine::queue::item::Item;
use crate::model::snapshot::{DuplicateOf, ItemId, Snapshot, Totals};
use crate::model::throughput::{Throughput, UnderWay};
use crate::model::upload::{Original, UploadState};
use crate::store::AssetRecord;

impl<S: Service> Actor<S> {
    /// Publishes what is written by now, or cannot be.
    pub(super) fn publish(&mut self) {
        let records = self.outbox.take_lifecycle();
        if let Some(follower) = &self.options.follower {
            for record in records {
                let _ = follower.send(record);
            }
        }
        let notices = self.outbox.take_notices();
        let woken = !notices.is_empty();
        for notice in notices {
            self.publisher.notify(notice);
        }
        let snapshot = self.build_snapshot();
        if self.publisher.publish(snapshot) || woken {
            (self.options.wake)();
        }
    }

    fn build_snapshot(&mut self) -> Snapshot {
        let (now, offline) = (Instant::now(), self.gate.is_offline());
        let row = |id: &ItemId| {
            let item = self.queue.get(*id)?;
            let asset = item.upload().stored_asset();
            let saved = asset.is_none_or(|asset| self.journal.is_saved(asset));
            let later = self.sessions.resume_behaviour(item);
            let policy = &self.options.policy;
            let duplicate_of = duplicate_of(item, &self.queue, &self.journal)
                .map(Arc::new)
                .or_else(|| of_other_account(item));
            let row = item.row(now, policy, saved, later, duplicate_of, offline);
            Some(Arc::new(row))
        };
        let (items, active) = (self.queue.items(), self.queue.active_transfers());
        self.publisher
            .count(items, active, self.options.policy.direct_limit);
        self.publisher.update_rows(self.queue.order(), row);
        let batches = self.batches.update(self.queue.items());
        let totals = self.totals();
        Snapshot {
            batches,
            waiting: self.queue_wait(totals.active, now),
            totals,
            paused: self.gate.is_paused(),
            needs: self.gate.required_action(),
            offline,
            journal: self.journal.state().clone(),
            history_revision: self.journal.revision(),
            ledger_problem: self.journal.ledger_problem().map(str::to_owned),
            key: self.keys.state(),
            accounts: Arc::clone(self.keys.known()),
            walking: self.intake.walking(),
            comparing: self.duplicates.unread(),
            interrupted: self.publisher.totals().interrupted,
            asset_check: self.asset_checks.progress(),
            asset_deletion: self.asset_deletions.progress(),
            deletions_left: self.asset_deletions.left(),
            ..Snapshot::default()
        }
    }

    fn totals(&self) -> Totals {
        let queue_totals = self.publisher.totals();
        let mut totals = queue_totals.totals;
        if totals.started == 0 {
            (totals.done, totals.started) = queue_totals.duplicates;
        }
        totals.rate = self.throughput.rate().filter(|_| queue_totals.sending > 0);
        totals.line = Throughput {
            measured: self.throughput.line(),
            limit: self.options.bandwidth.get(),
        };
        let held = self.gate.is_paused() || self.gate.required_action().is_some();
        if queue_totals.under_way > 0 && !held {
            totals.left = self.time_left(&totals);
        }
        totals
    }

    /// Returns the estimated time until all rows have ended: the maximum of the time for all bytes,
    /// of the time for all calls at one slot each, and of every row's own estimate.
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

/// Returns the original of a known or likely duplicate: a row or an asset of the history.
fn duplicate_of(item: &Item, queue: &Queue, journal: &Journal) -> Option<DuplicateOf> {
    let in_list = |id: ItemId| {
        let row = queue.get(id)?;
        Some(DuplicateOf {
            path: row.path.clone(),
            uploaded_at_ms: None,
            asset: row.upload().stored_asset().cloned(),
            account: None,
        })
    };
    let original = match &item.upload().state {
        UploadState::Duplicate(original) => original,
        UploadState::Ready | UploadState::Queued | UploadState::Hashing => {
            &item.known_duplicate.as_ref()?.original
        }
        _ => return None,
    };
    match original {
        Original::Row(id) => in_list(*id),
        Original::Asset(asset) => {
            let record = journal.asset(asset)?;
            let row = record.item.filter(|id| *id != item.id);
            let account = Some(record.account.clone());
            let known = row.and_then(in_list);
            let known = known.unwrap_or_else(|| uploaded(record));
            Some(DuplicateOf { account, ..known })
        }
    }
}

/// Returns another account's asset with the content of an unstarted row.
fn of_other_account(item: &Item) -> Option<Arc<DuplicateOf>> {
    let is_ready = item.upload().state == UploadState::Ready;
    item.of_other_account.clone().filter(|_| is_ready)
}

/// Returns an asset of the history as the original of a duplicate.
pub(super) fn uploaded(record: AssetRecord) -> DuplicateOf {
    DuplicateOf {
        path: record.path,
        uploaded_at_ms: record.uploaded_at_ms,
        asset: Some(record.asset_id),
        account: Some(record.account),
    }
}
