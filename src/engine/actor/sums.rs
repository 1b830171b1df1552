//! Sums over all rows, kept row by row: what a turn costs depends on the rows that it changed, not
//! on how many there are.

use std::collections::HashMap;

use crate::engine::item::Item;
use crate::model::plan::calls;
use crate::model::snapshot::{ItemId, Totals};
use crate::model::upload::{Holder, State};

/// What all rows add up to, and what each of them adds.
#[derive(Debug, Default)]
pub(super) struct Sums {
    all: Addends,
    each: HashMap<ItemId, Addends>,
}

/// What one row, or all of them, adds.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Addends {
    pub totals: Totals,
    /// Duplicates of the batch that have their id, and all of them.
    pub duplicates: (usize, usize),
    pub interrupted: usize,
    pub sending: usize,
    /// Rows that were started, and are not at the service.
    pub under_way: usize,
}

impl Sums {
    /// What all rows add up to.
    pub fn all(&self) -> &Addends {
        &self.all
    }

    /// Counts a row anew; `None` for one that is gone.
    pub fn count(&mut self, id: ItemId, item: Option<&Item>, direct_limit: u64) {
        let now = item.map(|item| Addends::of(item, direct_limit));
        let before = match now {
            Some(now) => self.each.insert(id, now),
            None => self.each.remove(&id),
        };
        self.all.add(now.unwrap_or_default());
        self.all.subtract(before.unwrap_or_default());
    }
}

impl Addends {
    /// What a row adds.
    pub fn of(item: &Item, direct_limit: u64) -> Self {
        let mut sums = Self::default();
        let totals = &mut sums.totals;
        let upload = &item.upload;
        match &upload.state {
            State::Ready if item.foreseen.is_none() => {
                totals.startable += 1;
                totals.startable_bytes += upload.size();
            }
            State::Rejected(_) | State::Failed { .. } => totals.attention += 1,
            _ => {}
        }
        totals.active += usize::from(upload.is_active());
        let is_duplicate = matches!(upload.state, State::Duplicate(_))
            || upload.tally.only_id
            || item.foreseen.is_some();
        totals.calls += match upload.state {
            State::Queued | State::Waiting { .. } | State::Comparing if is_duplicate => 1,
            State::Queued | State::Waiting { .. } | State::Comparing => {
                calls(upload.route(direct_limit))
            }
            State::Sending { .. } | State::Processing { .. } => 1,
            _ => 0,
        };
        let is_counted = !matches!(
            upload.state,
            State::Ready | State::Cancelled { .. } | State::OtherKey { .. }
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
            let ended_well = matches!(upload.state, State::Done { .. })
                || (matches!(upload.state, State::Duplicate(_)) && upload.has_ended());
            let (done, batch) = if is_duplicate {
                (&mut sums.duplicates.0, &mut sums.duplicates.1)
            } else {
                (&mut totals.done, &mut totals.batch)
            };
            *done += usize::from(ended_well);
            *batch += 1;
        }
        let by_interruption = State::Paused {
            by: Holder::Interruption,
        };
        sums.interrupted = usize::from(upload.state == by_interruption);
        let processing = matches!(upload.state, State::Processing { .. });
        sums.under_way = usize::from(upload.is_active() && !processing);
        sums.sending = usize::from(matches!(upload.state, State::Sending { .. }));
        sums
    }

    fn add(&mut self, other: Self) {
        let add = (u64::wrapping_add, usize::wrapping_add, u32::wrapping_add);
        self.combine(other, add.0, add.1, add.2);
    }

    fn subtract(&mut self, other: Self) {
        let subtract = (u64::wrapping_sub, usize::wrapping_sub, u32::wrapping_sub);
        self.combine(other, subtract.0, subtract.1, subtract.2);
    }

    fn combine(
        &mut self,
        other: Self,
        bytes: fn(u64, u64) -> u64,
        count: fn(usize, usize) -> usize,
        calls: fn(u32, u32) -> u32,
    ) {
        let (mine, theirs) = (&mut self.totals, other.totals);
        for (sum, part) in [
            (&mut mine.startable_bytes, theirs.startable_bytes),
            (&mut mine.sent, theirs.sent),
            (&mut mine.bytes, theirs.bytes),
            (&mut mine.remaining, theirs.remaining),
        ] {
            *sum = bytes(*sum, part);
        }
        mine.calls = calls(mine.calls, theirs.calls);
        for (sum, part) in [
            (&mut mine.startable, theirs.startable),
            (&mut mine.active, theirs.active),
            (&mut mine.attention, theirs.attention),
            (&mut mine.done, theirs.done),
            (&mut mine.batch, theirs.batch),
            (&mut self.duplicates.0, other.duplicates.0),
            (&mut self.duplicates.1, other.duplicates.1),
            (&mut self.interrupted, other.interrupted),
            (&mut self.sending, other.sending),
            (&mut self.under_way, other.under_way),
        ] {
            *sum = count(*sum, part);
        }
    }
}
