//! One request a second, for all calls of the program: turns in their order.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use tokio::sync::Notify;
use tokio::time::Instant;

use super::shared_slots::{Refused, SharedSlots};
use crate::model::plan::SPACING;

/// Longest `Retry-After` that holds back all calls.
const LONGEST_DELAY: Duration = Duration::from_secs(15 * 60);
/// For how long the shared file may be held by another program, which takes it for a moment
/// only: from then on that one is stopped or broken, and this program goes on alone.
const BUSY_LIMIT: Duration = Duration::from_secs(2);

/// The numbers of a [`Limiter`] (contract, "Numbers").
#[derive(Clone, Debug, PartialEq)]
pub struct LimiterOptions {
    /// Least time between two calls; 1.05 s.
    pub spacing: Duration,
    /// Longest spacing that rate-limit answers lead to; 32 s.
    pub max_spacing: Duration,
    /// A poll that has waited this long goes before an upload, every second time at most; 10 s.
    pub patience: Duration,
}

impl Default for LimiterOptions {
    fn default() -> Self {
        Self {
            spacing: SPACING,
            max_spacing: Duration::from_secs(32),
            patience: Duration::from_secs(10),
        }
    }
}

impl LimiterOptions {
    /// Every duration divided by `factor`, for tests on real time.
    #[must_use]
    pub fn faster(self, factor: u32) -> Self {
        Self {
            spacing: self.spacing / factor,
            max_spacing: self.max_spacing / factor,
            patience: self.patience / factor,
        }
    }
}

/// What a slot is wanted for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Turn {
    /// Whatever brings bytes to the service: the check of a key, uploads, signed URLs, the
    /// storage step.
    Upload,
    /// Whatever asks what became of them.
    Poll,
}

/// Hands out the right to make a call.
///
/// Turns are in order within a class, uploads before polls, and a poll that waited long
/// goes before an upload once in a while. A wait is cancelled by dropping it. There is no
/// background task: whoever is first in line watches the clock.
#[derive(Debug)]
pub struct Limiter {
    options: LimiterOptions,
    state: Mutex<State>,
    /// The time of day, by which programs agree.
    wall: fn() -> SystemTime,
}

#[derive(Debug)]
struct State {
    /// The next slot is free from here on.
    next_free: Instant,
    spacing: Duration,
    uploads: VecDeque<Waiter>,
    polls: VecDeque<Waiter>,
    tickets: u64,
    /// The last slot went to a poll although an upload waited.
    upload_owed: bool,
    shared: Option<SharedSlots>,
    /// What was learned since the last look into the shared file: a factor on its spacing.
    factor: f64,
    /// When the first in line may look at the shared file again.
    look_again: Instant,
    /// Since when the shared file is held by another program.
    busy_since: Option<Instant>,
}

#[derive(Debug)]
struct Waiter {
    ticket: u64,
    since: Instant,
    wake: Arc<Notify>,
}

impl Limiter {
    /// A limiter whose first slot is free at once.
    pub fn new(options: LimiterOptions) -> Self {
        let now = Instant::now();
        Self {
            state: Mutex::new(State {
                next_free: now,
                spacing: options.spacing,
                uploads: VecDeque::new(),
                polls: VecDeque::new(),
                tickets: 0,
                upload_owed: false,
                shared: None,
                factor: 1.0,
                look_again: now,
                busy_since: None,
            }),
            options,
            wall: SystemTime::now,
        }
    }

    /// Shares the slots with other programs on this account from now on, or no longer.
    pub fn share(&self, slots: Option<SharedSlots>) {
        let mut state = self.lock();
        state.shared = slots;
        state.factor = 1.0;
        state.look_again = Instant::now();
        state.wake_first(self.options.patience);
    }

    /// Takes a place in the line at once, to be waited at by whoever is given it: who must do so
    /// soon, for all others wait behind it. So calls that are made side by side go out in the
    /// order in which they were decided on.
    pub fn line_up(self: &Arc<Self>, turn: Turn) -> InLine {
        let wake = Arc::new(Notify::new());
        let mut state = self.lock();
        state.tickets += 1;
        let ticket = state.tickets;
        let waiter = Waiter {
            ticket,
            since: Instant::now(),
            wake: Arc::clone(&wake),
        };
        match turn {
            Turn::Upload => state.uploads.push_back(waiter),
            Turn::Poll => state.polls.push_back(waiter),
        }
        drop(state);
        InLine {
            limiter: Arc::clone(self),
            turn,
            ticket,
            wake,
        }
    }

    /// A call was refused for its rate: all calls are spaced twice as far, and the next
    /// one waits as long as the answer said.
    pub fn rate_limited(&self, retry_after: Option<Duration>) {
        let now = Instant::now();
        let mut state = self.lock();
        state.spacing = (state.spacing * 2).min(self.options.max_spacing);
        state.factor *= 2.0;
        let wait = retry_after.unwrap_or(state.spacing).min(LONGEST_DELAY);
        state.next_free = state.next_free.max(now + wait);
        let (spacing, max) = (state.spacing, self.options.max_spacing);
        if let Some(shared) = &state.shared
            && shared.slow_down((self.wall)(), wait, spacing, max)
        {
            state.factor = 1.0;
        }
        state.wake_first(self.options.patience);
    }

    /// A call was answered well: the spacing comes back by a tenth.
    pub fn good(&self) {
        let mut state = self.lock();
        state.spacing = state.spacing.mul_f64(0.9).max(self.options.spacing);
        state.factor *= 0.9;
    }

    /// The spacing of now.
    pub fn spacing(&self) -> Duration {
        self.lock().spacing
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn try_grant(&self, ticket: u64, turn: Turn) -> Attempt {
        let now = Instant::now();
        let mut state = self.lock();
        let patience = self.options.patience;
        if state.first(patience, now).map(|first| first.ticket) != Some(ticket) {
            // An aged poll may have come before the upload that watched the clock.
            state.wake_first(patience);
            return Attempt::NotFirst;
        }
        let due = state.next_free.max(state.look_again);
        if now < due {
            return Attempt::At(due);
        }
        if let Some(wait) = self.claim_shared(&mut state, now) {
            state.look_again = now + wait;
            return Attempt::At(state.look_again);
        }
        state.next_free = now + state.spacing;
        state.upload_owed = turn == Turn::Poll && !state.uploads.is_empty();
        state.leave(ticket);
        state.wake_first(patience);
        Attempt::Granted
    }

    /// Takes the slot in the shared file too, or says how long to wait.
    fn claim_shared(&self, state: &mut State, now: Instant) -> Option<Duration> {
        let shared = state.shared.as_ref()?;
        let bounds = (self.options.spacing, self.options.max_spacing);
        let claimed = shared.claim((self.wall)(), state.spacing, state.factor, bounds);
        if claimed == Err(Refused::Busy) {
            let since = *state.busy_since.get_or_insert(now);
            if now.saturating_duration_since(since) >= BUSY_LIMIT {
                return None;
            }
        } else {
            state.busy_since = None;
        }
        match claimed {
            Ok(spacing) => {
                state.spacing = spacing;
                state.factor = 1.0;
                None
            }
            Err(refused) => Some(refused.wait()),
        }
    }
}

impl State {
    /// Who is to go next.
    fn first(&self, patience: Duration, now: Instant) -> Option<&Waiter> {
        let (upload, poll) = (self.uploads.front(), self.polls.front());
        let aged = poll.filter(|poll| {
            !self.upload_owed && now.saturating_duration_since(poll.since) >= patience
        });
        aged.or(upload).or(poll)
    }

    /// Tells whoever is to go next to watch the clock.
    fn wake_first(&self, patience: Duration) {
        if let Some(first) = self.first(patience, Instant::now()) {
            first.wake.notify_one();
        }
    }

    fn leave(&mut self, ticket: u64) {
        self.uploads.retain(|waiter| waiter.ticket != ticket);
        self.polls.retain(|waiter| waiter.ticket != ticket);
    }
}

enum Attempt {
    Granted,
    NotFirst,
    At(Instant),
}

/// Ticket of a place whose slot was granted: nobody has it.
const GRANTED: u64 = 0;

/// A place in the line; leaves it when dropped.
#[derive(Debug)]
pub struct InLine {
    limiter: Arc<Limiter>,
    turn: Turn,
    ticket: u64,
    wake: Arc<Notify>,
}

impl InLine {
    /// Waits for its slot; when this returns, the call may be made.
    pub async fn granted(mut self) {
        loop {
            let until = match self.limiter.try_grant(self.ticket, self.turn) {
                Attempt::Granted => {
                    self.ticket = GRANTED;
                    return;
                }
                Attempt::NotFirst => None,
                Attempt::At(instant) => Some(instant),
            };
            // A wake-up that came in between is kept by `Notify`.
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

impl Drop for InLine {
    fn drop(&mut self) {
        if self.ticket != GRANTED {
            let mut state = self.limiter.lock();
            state.leave(self.ticket);
            // Whoever is first now may have slept for the one that left.
            state.wake_first(self.limiter.options.patience);
        }
    }
}

#[cfg(test)]
#[path = "limiter_tests.rs"]
mod tests;
