//! A place in the line for the next slot.

use std::sync::Arc;

use tokio::sync::Notify;
use tokio::time::Instant;

use super::{Limiter, Priority, SlotRequest};

/// Ticket number of a granted place, which no waiter has.
const GRANTED: u64 = 0;

/// A place in the line; leaves it when dropped.
#[derive(Debug)]
pub struct Permit {
    limiter: Arc<Limiter>,
    turn: Priority,
    ticket: u64,
    wake: Arc<Notify>,
}

impl Permit {
    pub(super) fn new(
        limiter: Arc<Limiter>,
        turn: Priority,
        ticket: u64,
        wake: Arc<Notify>,
    ) -> Self {
        Self {
            limiter,
            turn,
            ticket,
            wake,
        }
    }

    /// Waits for the slot, after which the call may be made. Returns whether this is a probe
    /// despite a hold, which its response then replaces.
    pub async fn acquired(mut self) -> bool {
        loop {
            let until = match self.limiter.try_grant(self.ticket, self.turn) {
                SlotRequest::Granted { is_held } => {
                    self.ticket = GRANTED;
                    return is_held;
                }
                SlotRequest::NotFirst => None,
                SlotRequest::At(instant) => Some(instant),
            };
            // `Notify` keeps a wake-up that came in between.
            match until {
                None => self.wake.notified().await,
                Some(instant) => tokio::select! {
                    () = self.wake.notified() => {}
                    () = tokio::time::sleep_until(instant) => {}
                },
            }
        }
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        if self.ticket != GRANTED {
            let mut state = self.limiter.lock();
            state.line.leave(self.ticket);
            // The next waiter may have relied on the one that left.
            state.line.wake_first(self.limiter.options.patience);
            self.limiter.tell_hold(&state, Instant::now());
        }
    }
}
