//! Sums over all rows, updated row by row, so that the cost of a turn depends on the number of
//! changed rows only.

use std::collections::HashMap;
use std::ops::{Add, Sub};

use super::queue::item::Item;
use crate::model::plan::calls;
use crate::model::snapshot::{ItemId, Totals};
use crate::model::upload::UploadState;

/// Sum over all rows, and the share of each.
#[derive(Debug, Default)]
pub(super) struct QueueTotals {
    all: RowTotals,
    each: HashMap<ItemId, RowTotals>,
}

/// Share of one row, or the sum of all.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct RowTotals {
    pub totals: Totals,
    /// Duplicates of the busy period that have their id, and all of them.
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
        let mut row = Self::default();
        let totals = &mut row.totals;
        let upload = item.upload();
        match &upload.state {
            UploadState::Ready if item.known_duplicate.is_none() => {
                totals.startable += 1;
                totals.startable_bytes += upload.size();
            }
            UploadState::Rejected(_) | UploadState::Failed { .. } => totals.attention += 1,
            _ => {}
        }
        totals.active += usize::from(upload.is_active());
        let is_duplicate =
            matches!(upload.state, UploadState::Duplicate(_)) || item.known_duplicate.is_some();
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
        if item.in_busy_period && is_counted {
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
            let (done, started) = if is_duplicate {
                (&mut row.duplicates.0, &mut row.duplicates.1)
            } else {
                (&mut totals.done, &mut totals.started)
            };
            *done += usize::from(ended_well);
            *started += 1;
        }
        row.interrupted = usize::from(item.is_interrupted());
        let processing = matches!(upload.state, UploadState::Processing { .. });
        row.under_way = usize::from(upload.is_active() && !processing);
        row.sending = usize::from(matches!(upload.state, UploadState::Sending { .. }));
        row
    }

    /// Takes what a row adds `now` in place of what it added `before`.
    fn replace(&mut self, before: &Self, now: &Self) {
        let (all, was, is) = (&mut self.totals, &before.totals, &now.totals);
        replace(
            &mut all.startable_bytes,
            was.startable_bytes,
            is.startable_bytes,
        );
        replace(&mut all.sent, was.sent, is.sent);
        replace(&mut all.bytes, was.bytes, is.bytes);
        replace(&mut all.remaining, was.remaining, is.remaining);
        replace(&mut all.calls, was.calls, is.calls);
        replace(&mut all.startable, was.startable, is.startable);
        replace(&mut all.active, was.active, is.active);
        replace(&mut all.attention, was.attention, is.attention);
        replace(&mut all.done, was.done, is.done);
        replace(&mut all.started, was.started, is.started);
        replace(
            &mut self.duplicates.0,
            before.duplicates.0,
            now.duplicates.0,
        );
        replace(
            &mut self.duplicates.1,
            before.duplicates.1,
            now.duplicates.1,
        );
        replace(&mut self.interrupted, before.interrupted, now.interrupted);
        replace(&mut self.sending, before.sending, now.sending);
        replace(&mut self.under_way, before.under_way, now.under_way);
    }
}

fn replace<T: Copy + Add<Output = T> + Sub<Output = T>>(sum: &mut T, was: T, is: T) {
    *sum = *sum - was + is;
}
