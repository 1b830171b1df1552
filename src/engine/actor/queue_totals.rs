//! Sums over all rows, kept row by row: what a turn costs depends on the rows that it changed, not
//! on how many there are.

use std::collections::HashMap;

use crate::engine::item::Item;
use crate::model::plan::calls;
use crate::model::snapshot::{ItemId, Totals};
use crate::model::upload::{PausedBy, UploadState};

/// What all rows add up to, and what each of them adds.
#[derive(Debug, Default)]
pub(super) struct QueueTotals {
    all: RowTotals,
    each: HashMap<ItemId, RowTotals>,
}

/// What one row, or all of them, adds.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct RowTotals {
    pub totals: Totals,
    /// Duplicates of the batch that have their id, and all of them.
    pub duplicates: (usize, usize),
    pub interrupted: usize,
    pub sending: usize,
    /// Rows that were started, and are not at the service.
    pub under_way: usize,
}

impl QueueTotals {
    /// Returns what all rows add up to.
    pub fn all(&self) -> &RowTotals {
        &self.all
    }

    /// What is kept row by row is what counting all of them gives.
    #[cfg(test)]
    pub fn check(&self, items: &HashMap<ItemId, Item>, direct_limit: u64) {
        let mut anew = Self::default();
        for (id, item) in items {
            anew.count(*id, Some(item), direct_limit);
        }
        assert_eq!(self.all, anew.all);
    }

    /// Counts a row anew; `None` for one that is gone.
    pub fn count(&mut self, id: ItemId, item: Option<&Item>, direct_limit: u64) {
        let now = item.map(|item| RowTotals::of(item, direct_limit));
        let before = match now {
            Some(now) => self.each.insert(id, now),
            None => self.each.remove(&id),
        };
        self.all
            .replace(&before.unwrap_or_default(), &now.unwrap_or_default());
    }
}

impl RowTotals {
    /// Returns what a row adds.
    pub fn of(item: &Item, direct_limit: u64) -> Self {
        let mut queue_totals = Self::default();
        let totals = &mut queue_totals.totals;
        let upload = &item.upload;
        match &upload.state {
            UploadState::Ready if item.known_duplicate.is_none() => {
                totals.startable += 1;
                totals.startable_bytes += upload.size();
            }
            UploadState::Rejected(_) | UploadState::Failed { .. } => totals.attention += 1,
            _ => {}
        }
        totals.active += usize::from(upload.is_active());
        let is_duplicate = matches!(upload.state, UploadState::Duplicate(_))
            || upload.counters.only_id
            || item.known_duplicate.is_some();
        totals.calls += match upload.state {
            UploadState::Queued | UploadState::RetryScheduled { .. } | UploadState::Hashing
                if is_duplicate =>
            {
                1
            }
            UploadState::Queued | UploadState::RetryScheduled { .. } | UploadState::Hashing => {
                calls(upload.route(direct_limit))
            }
            UploadState::Sending { .. } | UploadState::Processing { .. } => 1,
            _ => 0,
        };
        let is_counted = !matches!(
            upload.state,
            UploadState::Ready | UploadState::Cancelled { .. } | UploadState::OtherKey { .. }
        );
        if item.in_batch && is_counted {
            let sent = item.sent();
            totals.sent += sent;
            // Nothing is to be sent of a row that failed or has the content of another.
            if upload.is_unfinished() && !is_duplicate {
                totals.bytes += upload.size();
            } else {
                totals.bytes += sent;
            }
            if upload.is_active() && !is_duplicate {
                totals.remaining += upload.size().saturating_sub(sent);
            }
            let ended_well = matches!(upload.state, UploadState::Done { .. })
                || (matches!(upload.state, UploadState::Duplicate(_)) && upload.has_ended());
            let (done, batch) = if is_duplicate {
                (
                    &mut queue_totals.duplicates.0,
                    &mut queue_totals.duplicates.1,
                )
            } else {
                (&mut totals.done, &mut totals.batch)
            };
            *done += usize::from(ended_well);
            *batch += 1;
        }
        let by_interruption = UploadState::Paused {
            by: PausedBy::Restart,
        };
        queue_totals.interrupted = usize::from(upload.state == by_interruption);
        let processing = matches!(upload.state, UploadState::Processing { .. });
        queue_totals.under_way = usize::from(upload.is_active() && !processing);
        queue_totals.sending = usize::from(matches!(upload.state, UploadState::Sending { .. }));
        queue_totals
    }

    /// Takes what a row adds `now` in place of what it added `before`.
    fn replace(&mut self, before: &Self, now: &Self) {
        let (queue_totals, was, is) = (&mut self.totals, &before.totals, &now.totals);
        for (sum, was, is) in [
            (
                &mut queue_totals.startable_bytes,
                was.startable_bytes,
                is.startable_bytes,
            ),
            (&mut queue_totals.sent, was.sent, is.sent),
            (&mut queue_totals.bytes, was.bytes, is.bytes),
            (&mut queue_totals.remaining, was.remaining, is.remaining),
        ] {
            *sum = *sum - was + is;
        }
        queue_totals.calls = queue_totals.calls - was.calls + is.calls;
        for (sum, was, is) in [
            (&mut queue_totals.startable, was.startable, is.startable),
            (&mut queue_totals.active, was.active, is.active),
            (&mut queue_totals.attention, was.attention, is.attention),
            (&mut queue_totals.done, was.done, is.done),
            (&mut queue_totals.batch, was.batch, is.batch),
            (
                &mut self.duplicates.0,
                before.duplicates.0,
                now.duplicates.0,
            ),
            (
                &mut self.duplicates.1,
                before.duplicates.1,
                now.duplicates.1,
            ),
            (&mut self.interrupted, before.interrupted, now.interrupted),
            (&mut self.sending, before.sending, now.sending),
            (&mut self.under_way, before.under_way, now.under_way),
        ] {
            *sum = *sum - was + is;
        }
    }
}
