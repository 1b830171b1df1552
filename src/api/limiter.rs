//! One request a second, for all calls of the program: turns in their order.

mod line;

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use tokio::sync::{Notify, watch};
use tokio::time::Instant;

use super::shared_rate_limit::{SharedRateLimit, SlotRefusal};
use super::spacing::Slowdown;
use crate::model::plan::SPACING;

pub use line::Permit;

/// Longest `Retry-After` that holds back all calls.
const LONGEST_DELAY: Duration = Duration::from_secs(15 * 60);
/// For how long the shared file may be held by another program, which takes it for a moment
/// only: from then on that one is stopped or broken, and this program goes on alone.
const BUSY_LIMIT: Duration = Duration::from_secs(2);
/// Longest hold that an earlier run left behind and that is obeyed untested.
const INHERITED_LIMIT: Duration = Duration::from_secs(60);

/// The numbers of a [`Limiter`] (`docs/contract.md`, "Numbers").
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
    fn no_slowdown(&self) -> Slowdown {
        Slowdown {
            spacing: self.spacing,
            calm: Duration::ZERO,
        }
    }

    fn bounds(&self) -> (Duration, Duration) {
        (self.spacing, self.max_spacing)
    }

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
pub enum Priority {
    /// Whatever brings bytes to the service: the check of a key, uploads, signed URLs, the
    /// storage step.
    Upload,
    /// Whatever asks what became of them.
    Poll,
    /// The check of a key that is made in spite of a hold, to find out whether that still stands.
    Probe,
}

/// A rate-limit answer that holds all calls back for longer than they are apart anyway.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RateHold {
    /// When the next call may be made.
    pub until: Instant,
    /// An earlier run left it behind, and it is long: [`Priority::Probe`] tells whether it still stands.
    pub is_untested: bool,
}

/// Hands out the right to make a call.
///
/// Turns are in order within a class, uploads before polls, and a poll that waited long
/// goes before an upload once in a while. A wait is cancelled by dropping it. There is no
/// background task: whoever is first in line watches the clock.
#[derive(Debug)]
pub struct Limiter {
    options: LimiterOptions,
    state: Mutex<LimiterState>,
    /// The time of day, by which programs agree.
    wall: fn() -> SystemTime,
    hold: watch::Sender<Option<RateHold>>,
}

#[derive(Debug)]
struct LimiterState {
    /// The next slot is free from here on.
    next_free: Instant,
    /// Rate-limit answers hold all calls but probes back until then.
    held_until: Instant,
    /// No call was granted or refused yet, so that a hold in the shared file is of an earlier run.
    inherits: bool,
    /// As it was at `slowdown_at`.
    slowdown: Slowdown,
    slowdown_at: Instant,
    probes: VecDeque<Waiter>,
    uploads: VecDeque<Waiter>,
    polls: VecDeque<Waiter>,
    tickets: u64,
    /// The last slot went to a poll although an upload waited.
    upload_goes_next: bool,
    shared: Option<SharedRateLimit>,
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
            state: Mutex::new(LimiterState {
                next_free: now,
                held_until: now,
                inherits: false,
                slowdown: options.no_slowdown(),
                slowdown_at: now,
                probes: VecDeque::new(),
                uploads: VecDeque::new(),
                polls: VecDeque::new(),
                tickets: 0,
                upload_goes_next: false,
                shared: None,
                factor: 1.0,
                look_again: now,
                busy_since: None,
            }),
            options,
            wall: SystemTime::now,
            hold: watch::Sender::new(None),
        }
    }

    /// Shares the slots with other programs on this account from now on, or no longer. A hold and
    /// a spacing of other slots end.
    pub fn share(&self, slots: Option<SharedRateLimit>) {
        let now = Instant::now();
        let mut state = self.lock();
        state.shared = slots;
        state.factor = 1.0;
        state.set_slowdown(self.options.no_slowdown(), now);
        state.held_until = now;
        state.inherits = true;
        state.look_again = now;
        state.wake_first(self.options.patience);
        self.tell_hold(&state, now);
    }

    /// The hold of now, as it begins, changes and ends; one whose time has passed may still be there.
    pub fn hold(&self) -> watch::Receiver<Option<RateHold>> {
        self.hold.subscribe()
    }

    /// Takes a place in the line at once, to be waited at by whoever is given it: who must do so
    /// soon, for all others wait behind it. So calls that are made side by side go out in the
    /// order in which they were decided on.
    pub fn enqueue(self: &Arc<Self>, turn: Priority) -> Permit {
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
            Priority::Upload => state.uploads.push_back(waiter),
            Priority::Poll => state.polls.push_back(waiter),
            Priority::Probe => {
                state.probes.push_back(waiter);
                // The waiter that watches the clock may sleep until the end of a hold.
                state.wake_first(self.options.patience);
            }
        }
        drop(state);
        Permit::new(Arc::clone(self), turn, ticket, wake)
    }

    /// A call was refused for its rate: all calls are spaced twice as far, and the next
    /// one waits as long as the answer said.
    pub fn rate_limited(&self, retry_after: Option<Duration>) {
        let now = Instant::now();
        let mut state = self.lock();
        let before = state.slowdown(now).spacing_now(self.options.spacing);
        let spacing = (before * 2).min(self.options.max_spacing);
        let calm = Duration::ZERO;
        state.set_slowdown(Slowdown { spacing, calm }, now);
        state.factor *= 2.0;
        state.inherits = false;
        let wait = retry_after.unwrap_or(spacing).min(LONGEST_DELAY);
        state.held_until = state.held_until.max(now + wait);
        if let Some(shared) = &state.shared
            && shared.slow_down((self.wall)(), wait, spacing, self.options.bounds())
        {
            state.factor = 1.0;
        }
        state.wake_first(self.options.patience);
        self.tell_hold(&state, now);
    }

    /// A call was answered well: the spacing comes back by a tenth.
    pub fn on_success(&self) {
        let now = Instant::now();
        let mut state = self.lock();
        let Slowdown { spacing, calm } = state.slowdown(now);
        let spacing = spacing.mul_f64(0.9).max(self.options.spacing);
        state.set_slowdown(Slowdown { spacing, calm }, now);
        state.factor *= 0.9;
    }

    /// A call that was made in spite of a hold ended; `is_over` says that the service's answer
    /// takes the place of the hold.
    pub fn tested(&self, is_over: bool) {
        let now = Instant::now();
        let mut state = self.lock();
        state.inherits = false;
        if is_over {
            state.held_until = now;
            if let Some(shared) = &state.shared {
                shared.end_hold((self.wall)());
            }
        }
        state.wake_first(self.options.patience);
        self.tell_hold(&state, now);
    }

    /// The spacing of now.
    pub fn spacing(&self) -> Duration {
        let slowdown = self.lock().slowdown(Instant::now());
        slowdown.spacing_now(self.options.spacing)
    }

    fn tell_hold(&self, state: &LimiterState, now: Instant) {
        let left = state.held_until.saturating_duration_since(now);
        let hold = (left > self.options.spacing).then(|| RateHold {
            until: state.held_until,
            is_untested: state.inherits && left > INHERITED_LIMIT,
        });
        self.hold.send_if_modified(|told| {
            let is_news = *told != hold;
            *told = hold;
            is_news
        });
    }

    fn lock(&self) -> MutexGuard<'_, LimiterState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn try_grant(&self, ticket: u64, turn: Priority) -> SlotRequest {
        let now = Instant::now();
        let mut state = self.lock();
        let patience = self.options.patience;
        if state.first(patience, now).map(|first| first.ticket) != Some(ticket) {
            // An aged poll may have come before the upload that watched the clock.
            state.wake_first(patience);
            return SlotRequest::NotFirst;
        }
        let is_probe = turn == Priority::Probe;
        let mut due = state.next_free.max(state.look_again);
        if !is_probe {
            due = due.max(state.held_until);
        }
        if now < due {
            return SlotRequest::At(due);
        }
        let mut is_held = state.held_until > now;
        match self.claim_shared(&mut state, now, is_probe) {
            Ok(held_by_others) => is_held |= held_by_others,
            Err(again) => return SlotRequest::At(again),
        }
        state.inherits &= is_probe;
        state.next_free = now + state.slowdown(now).spacing_now(self.options.spacing);
        state.upload_goes_next = turn == Priority::Poll && !state.uploads.is_empty();
        state.leave(ticket);
        state.wake_first(patience);
        self.tell_hold(&state, now);
        SlotRequest::Granted { is_held }
    }

    /// Takes the slot in the shared file too, and says whether that holds calls back; or says when
    /// to ask again.
    fn claim_shared(
        &self,
        state: &mut LimiterState,
        now: Instant,
        is_probe: bool,
    ) -> Result<bool, Instant> {
        let Some(shared) = &state.shared else {
            return Ok(false);
        };
        let (own, bounds) = (state.slowdown(now), self.options.bounds());
        let claimed = shared.claim((self.wall)(), own, state.factor, bounds, is_probe);
        if claimed == Err(SlotRefusal::Busy) {
            let since = *state.busy_since.get_or_insert(now);
            if now.saturating_duration_since(since) >= BUSY_LIMIT {
                return Ok(false);
            }
        } else {
            state.busy_since = None;
        }
        match claimed {
            Ok(claimed) => {
                state.set_slowdown(claimed.slowdown, now);
                state.factor = 1.0;
                Ok(claimed.is_held)
            }
            Err(SlotRefusal::Held(wait)) => {
                state.held_until = now + wait;
                self.tell_hold(state, now);
                Err(state.held_until)
            }
            Err(refused) => {
                state.look_again = now + refused.wait();
                Err(state.look_again)
            }
        }
    }
}

impl LimiterState {
    fn slowdown(&self, now: Instant) -> Slowdown {
        let since = now.saturating_duration_since(self.slowdown_at);
        Slowdown {
            calm: self.slowdown.calm.saturating_add(since),
            ..self.slowdown
        }
    }

    fn set_slowdown(&mut self, slowdown: Slowdown, now: Instant) {
        (self.slowdown, self.slowdown_at) = (slowdown, now);
    }

    /// Returns who is to go next.
    fn first(&self, patience: Duration, now: Instant) -> Option<&Waiter> {
        let (upload, poll) = (self.uploads.front(), self.polls.front());
        let aged = poll.filter(|poll| {
            !self.upload_goes_next && now.saturating_duration_since(poll.since) >= patience
        });
        self.probes.front().or(aged).or(upload).or(poll)
    }

    /// Tells whoever is to go next to watch the clock.
    fn wake_first(&self, patience: Duration) {
        if let Some(first) = self.first(patience, Instant::now()) {
            first.wake.notify_one();
        }
    }

    fn leave(&mut self, ticket: u64) {
        self.probes.retain(|waiter| waiter.ticket != ticket);
        self.uploads.retain(|waiter| waiter.ticket != ticket);
        self.polls.retain(|waiter| waiter.ticket != ticket);
    }
}

enum SlotRequest {
    Granted { is_held: bool },
    NotFirst,
    At(Instant),
}

#[cfg(test)]
mod tests;
