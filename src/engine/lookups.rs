//! Unstarted rows whose content was uploaded before: the service is asked about one after the other,
//! so that each gets its confirmed ID without a start.

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use super::queue::Queue;
use super::queue::item::Item;
use super::tasks::task::Task;
use crate::model::snapshot::ItemId;

/// Rows to ask about, and the one that is asked about now.
#[derive(Debug)]
pub(super) struct Lookups<T = Task> {
    /// Rows that were found to have an unconfirmed asset, in the order in which they were added.
    waiting: BTreeSet<ItemId>,
    running: Option<(ItemId, T)>,
    /// Calls that failed in a row.
    failures: u32,
}

impl<T> Lookups<T> {
    pub fn new() -> Self {
        Self {
            waiting: BTreeSet::new(),
            running: None,
            failures: 0,
        }
    }

    /// Takes note of a row that was compared with the history.
    pub fn on_compared(&mut self, item: &Item) {
        if item.unconfirmed_asset().is_some() {
            self.waiting.insert(item.id);
        } else {
            self.waiting.remove(&item.id);
        }
    }

    /// Returns the row to ask about next, unless one is asked about. A row that was started or
    /// removed meanwhile is not.
    pub fn next<'a>(&mut self, queue: &'a Queue) -> Option<&'a Item> {
        let unconfirmed = |id: ItemId| {
            let item = queue.get(id);
            item.filter(|item| item.unconfirmed_asset().is_some())
        };
        self.running
            .take_if(|(asked, _)| unconfirmed(*asked).is_none());
        if self.running.is_some() {
            return None;
        }
        while let Some(first) = self.waiting.first().copied() {
            if let Some(item) = unconfirmed(first) {
                return Some(item);
            }
            self.waiting.remove(&first);
        }
        None
    }

    /// Returns the number of failures in a row, after which the next call waits.
    pub fn failures(&self) -> u32 {
        self.failures
    }

    /// Keeps the task that asks about a row.
    pub fn on_begun(&mut self, id: ItemId, task: T) {
        self.running = Some((id, task));
    }

    /// Takes note of an answer; false for one that nothing waits for any more.
    pub fn on_answer(&mut self, id: ItemId, has_failed: bool) -> bool {
        let is_expected = self.running.take_if(|(asked, _)| *asked == id).is_some();
        if is_expected {
            self.failures = if has_failed { self.failures + 1 } else { 0 };
        }
        is_expected
    }

    /// Forgets the question under way, which was asked with another key.
    pub fn restart(&mut self) {
        self.running = None;
        self.failures = 0;
    }
}
