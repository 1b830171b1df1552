//! A busy period of the queue: from the first start until everything that was started has ended.

#[cfg(test)]
mod tests;

use super::item::Item;
use crate::engine::FinishedCounts;
use crate::engine::clock::now_ms;
use crate::model::upload::{Original, UploadState};

/// The busy period that is under way, or the last one.
#[derive(Debug, Default)]
pub(super) struct BusyPeriod {
    /// Milliseconds since the Unix epoch.
    began_ms: i64,
    /// Its end was not said yet.
    is_open: bool,
}

impl BusyPeriod {
    /// Begins another period, unless one is under way; returns whether it did.
    pub fn begin(&mut self) -> bool {
        if self.is_open {
            return false;
        }
        *self = Self {
            began_ms: now_ms(),
            is_open: true,
        };
        true
    }

    /// Milliseconds since the Unix epoch.
    pub fn began_ms(&self) -> i64 {
        self.began_ms
    }

    /// Goes on with a period that had ended, or that an earlier run did not finish.
    pub fn reopen(&mut self, began_ms: i64) {
        self.began_ms = self.began_ms.max(began_ms);
        self.is_open = true;
    }

    /// Ends it; not announced.
    pub fn close(&mut self) {
        self.is_open = false;
    }

    /// Ends it if all of its rows have ended, and returns how, where that is to be said. `moved` is
    /// how many bytes were moved since it began.
    pub fn end<'a>(
        &mut self,
        items: impl Iterator<Item = &'a Item>,
        moved: u64,
    ) -> Option<FinishedCounts> {
        if !self.is_open {
            return None;
        }
        let mut end = FinishedCounts {
            nothing_sent: moved == 0,
            ..FinishedCounts::default()
        };
        for item in items.filter(|item| item.in_busy_period) {
            match &item.upload().state {
                UploadState::Done { .. } => end.ready += 1,
                UploadState::Duplicate(Original::Asset(_)) => end.duplicates += 1,
                UploadState::Failed { .. } => end.failed += 1,
                UploadState::Cancelled { .. } => end.cancelled += 1,
                _ if item.upload().is_unfinished() => return None,
                _ => {}
            }
            // Bytes sent since the meters were last read are not counted yet, but the start is.
            end.nothing_sent &= item.starts.count() == 0;
        }
        self.is_open = false;
        (end.ready + end.duplicates + end.failed > 0).then_some(end)
    }
}
