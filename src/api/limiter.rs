//! Rate limit of one request per second for all calls of the program, in order.

mod line;
mod permit;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use tokio::sync::watch;
use tokio::time::Instant;

use self::line::WaitingLine;
use super::shared_rate_limit::{SharedRateLimit, SlotRefusal};
use super::spacing::Slowdown;
use crate::model::plan::{MAX_SPACING, SPACING};

pub use line::Priority;
pub use permit::Permit;

/// Longest `Retry-After` that holds back all calls.
const LONGEST_DELAY: Duration = Duration::from_secs(15 * 60);
/// Lock timeout of the shared file, which is normally held for a moment. Then its holder counts as
/// stopped, and this program goes on alone.
const BUSY_LIMIT: Duration = Duration::from_secs(2);
/// Shortest gap between two calls that is told as a hold; no normal spacing is that long.
const LONG_GAP: Duration = Duration::from_secs(3);
/// Longest hold of an earlier run that is obeyed untested.
const INHERITED_LIMIT: Duration = Duration::from_secs(60);

/// Settings of a [`Limiter`] (`docs/contract.md`, "Numbers").
#[derive(Clone, Debug, PartialEq)]
pub struct LimiterOptions {
    /// Least time between two calls; 1.05 s.
    pub spacing: Duration,
    /// Longest spacing after rate-limit responses; 32 s.
    pub max_spacing: Duration,
    /// Wait after which a poll goes before an upload, every second time at most; 10 s.
    pub patience: Duration,
}

impl Default for LimiterOptions {
    fn default() -> Self {
        Self {
            spacing: SPACING,
            max_spacing: MAX_SPACING,
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

    /// Divides every duration by `factor`, for tests on real time.
    #[must_use]
    pub fn faster(self, factor: u32) -> Self {
        Self {
            spacing: self.spacing / factor,
            max_spacing: self.max_spacing / factor,
            patience: self.patience / factor,
        }
    }
}

/// A hold on all calls after rate-limit responses: one that they asked for, longer than the normal
/// spacing, or the gap of a slowdown, if it is long and a call waits for its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RateHold {
    /// Time of the next call.
    pub until: Instant,
    /// It is long and from an earlier run: [`Priority::Probe`] tests whether it still stands.
    pub is_untested: bool,
}

/// Grants permits for calls.
///
/// Permits are granted in order within a class, uploads before polls, with an aged poll before an
/// upload once in a while, and lookups last. Dropping a wait cancels it. There is no background task: the first
/// waiter watches the clock.
#[derive(Debug)]
pub struct Limiter {
    options: LimiterOptions,
    state: Mutex<LimiterState>,
    /// Wall clock, by which programs coordinate.
    wall: fn() -> SystemTime,
    hold: watch::Sender<Option<RateHold>>,
}

#[derive(Debug)]
struct LimiterState {
    /// Time from which the next slot is free.
    next_free: Instant,
    /// End of the hold on all calls but probes.
    held_until: Instant,
    /// No call was granted or rejected yet, so that a hold in the shared file is from an earlier
    /// run.
    inherits: bool,
    /// Slowdown as of `slowdown_at`.
    slowdown: Slowdown,
    slowdown_at: Instant,
    line: WaitingLine,
    shared: Option<SharedRateLimit>,
    /// Factor on the shared spacing, from responses since the shared file was last read.
    factor: f64,
    /// Time at which the first waiter may read the shared file again.
    look_again: Instant,
    /// Time since which another program holds the shared file.
    busy_since: Option<Instant>,
}

impl Limiter {
    /// Creates a limiter whose first slot is free at once.
    pub fn new(options: LimiterOptions) -> Self {
        let now = Instant::now();
        Self {
            state: Mutex::new(LimiterState {
                next_free: now,
                held_until: now,
                inherits: false,
                slowdown: options.no_slowdown(),
                slowdown_at: now,
                line: WaitingLine::default(),
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

    /// Shares the slots with other programs on this account, or stops sharing. Hold and spacing of
    /// the old slots end.
    pub fn share(&self, slots: Option<SharedRateLimit>) {
        let now = Instant::now();
        let mut state = self.lock();
        state.shared = slots;
        state.factor = 1.0;
        state.set_slowdown(self.options.no_slowdown(), now);
        state.held_until = now;
        state.inherits = true;
        state.look_again = now;
        state.line.wake_first(self.options.patience);
        self.tell_hold(&state, now);
    }

    /// Returns the current hold, with updates; an expired one may still be there.
    pub fn hold(&self) -> watch::Receiver<Option<RateHold>> {
        self.hold.subscribe()
    }

    /// Takes a place in the line at once, so that concurrent calls go out in the order of their
    /// decision. The caller must soon wait on it, since all others wait behind it.
    pub fn enqueue(self: &Arc<Self>, turn: Priority) -> Permit {
        let mut state = self.lock();
        let (ticket, wake) = state.line.enqueue(turn);
        if turn == Priority::Probe {
            // The waiter that watches the clock may sleep until the end of a hold.
            state.line.wake_first(self.options.patience);
        }
        self.tell_hold(&state, Instant::now());
        drop(state);
        Permit::new(Arc::clone(self), turn, ticket, wake)
    }

    /// Records a rate-limit response: doubles the spacing, and holds the next call for the
    /// requested time.
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
        state.line.wake_first(self.options.patience);
        self.tell_hold(&state, now);
    }

    /// Records a good response: the spacing shrinks by a tenth.
    pub fn on_success(&self) {
        let now = Instant::now();
        let mut state = self.lock();
        let Slowdown { spacing, calm } = state.slowdown(now);
        let spacing = spacing.mul_f64(0.9).max(self.options.spacing);
        state.set_slowdown(Slowdown { spacing, calm }, now);
        state.factor *= 0.9;
    }

    /// Records the end of a probe; `is_over` ends the hold, which its response replaces.
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
        state.line.wake_first(self.options.patience);
        self.tell_hold(&state, now);
    }

    /// Ends the gap before the next call, which follows at the normal spacing. Returns whether a
    /// hold stands, which takes a probe.
    pub fn try_now(&self) -> bool {
        let now = Instant::now();
        let mut state = self.lock();
        state.next_free = state.next_free.min(now + self.options.spacing);
        state.look_again = now;
        if let Some(shared) = &state.shared {
            shared.end_gap((self.wall)(), self.options.spacing);
        }
        state.line.wake_first(self.options.patience);
        self.tell_hold(&state, now);
        state.held_until > now
    }

    /// Returns the current spacing.
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
        let gap_end = state.next_free.max(state.look_again);
        let is_after_hold = !state.line.is_empty() && gap_end > state.held_until;
        self.hold.send_if_modified(|told| {
            // A told gap stays told to its end.
            let is_told = gap_end > now && told.is_some_and(|told| told.until == gap_end);
            let is_long = gap_end.saturating_duration_since(now) >= LONG_GAP;
            let gap = (is_after_hold && (is_long || is_told)).then_some(RateHold {
                until: gap_end,
                is_untested: false,
            });
            let hold = gap.or(hold);
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
        if state.line.first(patience, now) != Some(ticket) {
            // An aged poll may have overtaken the upload that watched the clock.
            state.line.wake_first(patience);
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
        state.line.serve(ticket, turn);
        state.line.wake_first(patience);
        self.tell_hold(&state, now);
        SlotRequest::Granted { is_held }
    }

    /// Claims the slot in the shared file too. Returns whether a hold applies, or when to try
    /// again.
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
                self.tell_hold(state, now);
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
}

enum SlotRequest {
    Granted { is_held: bool },
    NotFirst,
    At(Instant),
}

#[cfg(test)]
mod tests;
