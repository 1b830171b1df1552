use super::Actor;
use crate::api::Service;
use crate::engine::tests::EngineCounts;

impl<S: Service> Actor<S> {
    /// Returns counts of held rows and running tasks.
    pub(super) fn count(&self) -> EngineCounts {
        let items = || self.queue.items().values();
        EngineCounts {
            rows: self.queue.items().len(),
            entries: self.queue.entries()
                + self.duplicates.entries()
                + self.missing_files.entries()
                + self.publisher.entries(),
            running: items().filter(|item| item.running.is_some()).count(),
            meters: items()
                .filter(|item| item.transfer.meter().is_some())
                .count(),
            tickets: items()
                .filter(|item| item.transfer.ticket().is_some())
                .count(),
            places: self.queue.active_transfers().len(),
        }
    }
}
