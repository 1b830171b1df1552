//! Times at which a history that keeps changing is read again.

use std::time::{Duration, Instant};

/// Shortest time between two readings.
pub(super) const BETWEEN_READINGS: Duration = Duration::from_secs(1);
/// Shortest time between two readings while the page is hidden and only its count shows.
pub(super) const BETWEEN_COUNTS: Duration = Duration::from_secs(10);

/// The last reading, and changes since then.
#[derive(Debug, Default)]
pub(super) struct ReadingSchedule {
    /// Revision of the history that is known.
    revision: Option<u64>,
    read_at: Option<Instant>,
    is_stale: bool,
}

impl ReadingSchedule {
    /// Notes the history's revision.
    pub fn follow(&mut self, revision: u64) {
        self.is_stale |= self.revision.replace(revision) != Some(revision);
    }

    /// Notes that the history has changed.
    pub fn on_changed(&mut self) {
        self.is_stale = true;
    }

    /// Notes that the history is read.
    pub fn on_read(&mut self, now: Instant) {
        (self.read_at, self.is_stale) = (Some(now), false);
    }

    /// Returns the time until the next reading; `None` if nothing has changed.
    pub fn due_in(&self, is_shown: bool, now: Instant) -> Option<Duration> {
        let between = match is_shown {
            true => BETWEEN_READINGS,
            false => BETWEEN_COUNTS,
        };
        let wait = |at: Instant| (at + between).saturating_duration_since(now);
        let wait = self.read_at.map_or(Duration::ZERO, wait);
        self.is_stale.then_some(wait)
    }
}
