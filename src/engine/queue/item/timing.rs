//! Starts of a row, and its waits between calls.

use std::time::Duration;

use tokio::time::Instant;

use crate::engine::clock::now_ms;
use crate::model::fault::FaultKind;
use crate::model::media::Route;
use crate::model::upload::UploadState;
use crate::model::upload_facts::SeenMetadata;

/// Attempts that a row began in this run.
#[derive(Debug, Default)]
pub(in crate::engine) struct Starts {
    count: u32,
    first: Option<Instant>,
    last: Option<Instant>,
    /// Milliseconds since the Unix epoch.
    last_ms: Option<i64>,
    /// Route of the last one.
    route: Option<Route>,
}

impl Starts {
    /// Takes over a file that an earlier run sent: no attempt, but its time counts from now.
    pub fn of_earlier_run() -> Self {
        Self {
            first: Some(Instant::now()),
            ..Self::default()
        }
    }

    pub fn on_start(&mut self, route: Route, now: Instant) {
        self.route = Some(route);
        self.count += 1;
        self.first.get_or_insert(now);
        self.last = Some(now);
        self.last_ms = Some(now_ms());
    }

    pub fn count(&self) -> u32 {
        self.count
    }

    pub fn route(&self) -> Option<Route> {
        self.route
    }

    /// Returns when the last attempt began, in milliseconds since the Unix epoch.
    pub fn last_ms(&self) -> Option<i64> {
        self.last_ms
    }

    /// Returns when the last attempt began.
    pub fn last(&self) -> Option<Instant> {
        self.last
    }

    /// Returns the time since the first attempt.
    pub fn took(&self) -> Duration {
        let since = self.first.map(|first| first.elapsed());
        since.unwrap_or_default()
    }
}

/// Waits of a row for its next call, and what its polls found.
#[derive(Debug, Default)]
pub(in crate::engine) struct Waits {
    /// Time of the next retry or poll.
    until: Option<Instant>,
    /// Cause of the last poll's failure.
    poll_fault: Option<FaultKind>,
    /// Time of the first poll.
    polled_since: Option<Instant>,
    /// Time at which the service last knew the asset.
    found_at: Option<Instant>,
    /// The service's last answer about the asset.
    seen: Option<SeenMetadata>,
    /// A poll is postponed until there is a key and nothing holds the queue.
    is_parked: bool,
}

impl Waits {
    /// Takes note of a transition, after which the next call waits for `delay`; `poll_fault` is why
    /// a poll failed.
    pub fn on_transition(
        &mut self,
        before: &UploadState,
        after: &UploadState,
        delay: Duration,
        poll_fault: Option<FaultKind>,
    ) {
        self.poll_fault = poll_fault;
        let due = Instant::now() + delay;
        match after {
            UploadState::Processing { .. } => {
                if !matches!(before, UploadState::Processing { .. }) {
                    self.polled_since = Some(due);
                }
                self.until = Some(due);
            }
            UploadState::RetryScheduled { .. } => self.until = Some(due),
            UploadState::Sending { .. } => {
                self.polled_since = None;
                // It was of an earlier asset.
                self.seen = None;
            }
            _ => self.polled_since = None,
        }
    }

    /// Counts the time of its polls from now, as nobody polled before.
    pub fn restart_polls(&mut self) {
        self.polled_since = Some(Instant::now());
    }

    pub fn on_found(&mut self, metadata: SeenMetadata) {
        self.found_at = Some(Instant::now());
        self.seen = Some(metadata);
    }

    /// Returns the service's metadata as last seen.
    pub fn seen(&self) -> Option<&SeenMetadata> {
        self.seen.as_ref()
    }

    pub fn park(&mut self) {
        self.is_parked = true;
    }

    /// Takes a poll out of its postponement; true if it was postponed.
    pub fn unpark(&mut self) -> bool {
        std::mem::take(&mut self.is_parked)
    }

    pub fn is_parked(&self) -> bool {
        self.is_parked
    }

    pub fn until(&self) -> Option<Instant> {
        self.until
    }

    pub fn poll_fault(&self) -> Option<FaultKind> {
        self.poll_fault
    }

    pub fn polled_since(&self) -> Option<Instant> {
        self.polled_since
    }

    /// Returns since when the service has not known the asset, if it does not now.
    pub fn missing_since(&self) -> Option<Instant> {
        self.found_at.max(self.polled_since)
    }
}
