//! A batch: all that is started until everything that was started has ended.

#[cfg(test)]
mod tests;

use super::Actor;
use crate::api::Service;
use crate::engine::clock::now_ms;
use crate::engine::item::Item;
use crate::engine::{BatchEnd, Notice};
use crate::model::upload::{Original, UploadState};

/// The batch that is under way, or the last one.
#[derive(Debug, Default)]
pub(super) struct Batch {
    /// Milliseconds since the Unix epoch.
    began_ms: i64,
    /// Its end was not said yet.
    is_open: bool,
    /// Bytes that the run had moved when it began.
    moved_before: u64,
}

impl Batch {
    /// Begins another batch, unless one is under way; returns whether it did. `moved` is how many
    /// bytes this run has moved.
    pub fn begin(&mut self, moved: u64) -> bool {
        if self.is_open {
            return false;
        }
        *self = Self {
            began_ms: now_ms(),
            is_open: true,
            moved_before: moved,
        };
        true
    }

    /// Milliseconds since the Unix epoch.
    pub fn began_ms(&self) -> i64 {
        self.began_ms
    }

    /// Goes on with a batch that had ended, or that an earlier run did not finish.
    pub fn reopen(&mut self, began_ms: i64) {
        self.began_ms = self.began_ms.max(began_ms);
        self.is_open = true;
    }

    /// Ends it without a word.
    pub fn close(&mut self) {
        self.is_open = false;
    }

    /// Ends it if all of its rows have ended, and returns how, where that is to be said.
    pub fn end<'a>(
        &mut self,
        items: impl Iterator<Item = &'a Item>,
        moved: u64,
    ) -> Option<BatchEnd> {
        if !self.is_open {
            return None;
        }
        let mut end = BatchEnd {
            nothing_sent: moved == self.moved_before,
            ..BatchEnd::default()
        };
        for item in items.filter(|item| item.in_batch) {
            match &item.upload.state {
                UploadState::Done { .. } => end.ready += 1,
                UploadState::Duplicate(Original::Asset(_)) => end.duplicates += 1,
                UploadState::Failed { .. } => end.failed += 1,
                UploadState::Cancelled { .. } => end.cancelled += 1,
                _ if item.upload.is_unfinished() => return None,
                _ => {}
            }
            // What went out since the meters were read last was not seen.
            end.nothing_sent &= item.starts == 0;
        }
        self.is_open = false;
        (end.ready + end.duplicates + end.failed > 0).then_some(end)
    }
}

impl<S: Service> Actor<S> {
    /// A new batch is counted from here on.
    pub(super) fn begin_batch(&mut self) {
        for item in self.items.values_mut() {
            item.in_batch = item.upload.is_active();
            self.publisher.on_change(item.id);
        }
    }

    /// Says once that everything that was started has ended.
    pub(super) fn end_batch(&mut self) {
        if self.publisher.totals().totals.active > 0 {
            return;
        }
        let moved = self.throughput.moved();
        if let Some(end) = self.batch.end(self.items.values(), moved) {
            self.publisher.notify(Notice::BatchFinished(end));
            (self.options.wake)();
        }
    }
}
