//! Batches that end while the window watches, and what was copied of them by itself.

use std::collections::HashSet;

use super::list::List;
use crate::model::batch::BatchId;

/// Batches under way, and the news of those that have ended.
#[derive(Debug, Default)]
pub struct FinishedBatches {
    /// Batches with uploads under way; `None` for files without one.
    running: HashSet<Option<BatchId>>,
    /// Words on what was copied since the last end of all uploads.
    copied: Option<String>,
}

impl FinishedBatches {
    /// Returns the batches that have ended since the last call. Those that had ended before the
    /// program began are not among them.
    pub fn take_ended(&mut self, list: &List) -> Vec<Option<BatchId>> {
        let is_running = |batch: &Option<BatchId>| list.batch_totals(*batch).active > 0;
        self.running.extend(list.batches().filter(is_running));
        let is_done = |batch: &Option<BatchId>| list.batch_totals(*batch).is_done();
        let mut ended: Vec<_> = self.running.extract_if(|batch| is_done(batch)).collect();
        ended.sort_unstable();
        ended
    }

    /// Notes what was copied.
    pub fn note_copied(&mut self, said: String) {
        self.copied = Some(said);
    }

    /// Returns what was copied, once.
    pub fn take_copied(&mut self) -> Option<String> {
        self.copied.take()
    }
}

#[cfg(test)]
mod tests;
