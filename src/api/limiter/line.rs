//! The line of calls that wait for a slot.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::Instant;

/// Purpose of a slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Priority {
    /// Calls that lead to stored bytes: key checks, uploads, signed URLs, the storage step.
    Upload,
    /// Calls that ask for the outcome.
    Poll,
    /// Calls that nobody waits for: only when no other call waits.
    Lookup,
    /// A key check despite a hold, to find out whether the hold still stands.
    Probe,
}

/// Calls that wait, in order within their class.
#[derive(Debug, Default)]
pub(super) struct WaitingLine {
    waiters: VecDeque<Waiter>,
    tickets: u64,
    /// The last slot went to a poll although an upload waited.
    upload_goes_next: bool,
}

#[derive(Debug)]
struct Waiter {
    turn: Priority,
    ticket: u64,
    since: Instant,
    wake: Arc<Notify>,
}

impl WaitingLine {
    /// Adds a call; returns its ticket, and what wakes it.
    pub(super) fn enqueue(&mut self, turn: Priority) -> (u64, Arc<Notify>) {
        let wake = Arc::new(Notify::new());
        self.tickets += 1;
        self.waiters.push_back(Waiter {
            turn,
            ticket: self.tickets,
            since: Instant::now(),
            wake: Arc::clone(&wake),
        });
        (self.tickets, wake)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.waiters.is_empty()
    }

    /// Returns the ticket of the call that is next.
    pub(super) fn first(&self, patience: Duration, now: Instant) -> Option<u64> {
        self.first_waiter(patience, now).map(|first| first.ticket)
    }

    fn first_waiter(&self, patience: Duration, now: Instant) -> Option<&Waiter> {
        let first = |turn| self.waiters.iter().find(|waiter| waiter.turn == turn);
        let (upload, poll) = (first(Priority::Upload), first(Priority::Poll));
        let aged = poll.filter(|poll| {
            !self.upload_goes_next && now.saturating_duration_since(poll.since) >= patience
        });
        let asked = aged.or(upload).or(poll);
        let probe = first(Priority::Probe);
        probe.or(asked).or_else(|| first(Priority::Lookup))
    }

    /// Wakes the next waiter to watch the clock.
    pub(super) fn wake_first(&self, patience: Duration) {
        if let Some(first) = self.first_waiter(patience, Instant::now()) {
            first.wake.notify_one();
        }
    }

    /// Removes a call that got its slot.
    pub(super) fn serve(&mut self, ticket: u64, turn: Priority) {
        let is_upload = |waiter: &Waiter| waiter.turn == Priority::Upload;
        self.upload_goes_next = turn == Priority::Poll && self.waiters.iter().any(is_upload);
        self.leave(ticket);
    }

    /// Removes a call that waits no longer.
    pub(super) fn leave(&mut self, ticket: u64) {
        self.waiters.retain(|waiter| waiter.ticket != ticket);
    }
}
