//! Holds on the queue: may this start now, and if not, why?

#[cfg(test)]
mod tests;

use tokio::sync::watch;
use tokio::time::{Instant, sleep_until};

use super::keys::{KeyCheck, Keys};
use crate::api::limiter::RateHold;
use crate::model::fault::{Fault, FaultKind, RequiredAction};
use crate::model::snapshot::KeyState;

/// Step of the queue that the gate may hold back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum QueueStep {
    /// A file is sent or compared first.
    StartUpload,
    /// A started file goes on to send.
    ContinueUpload,
    /// An asset is polled.
    Poll,
}

/// Reason why a step may not be taken now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Obstacle {
    /// Not everything so far is on disk.
    Unsaved,
    ActionRequired(RequiredAction),
    Paused,
    /// It is loading or missing.
    NoKey(KeyState),
    KeyCheck(KeyCheck),
}

/// All that holds the queue up, but for the key and the journal.
#[derive(Debug)]
pub(super) struct Gate {
    required_action: Option<RequiredAction>,
    is_paused: bool,
    /// Since when the service can't be reached, as far as is known.
    offline_since: Option<Instant>,
    /// A rate-limit answer that holds all calls back.
    hold: watch::Receiver<Option<RateHold>>,
}

impl Gate {
    pub fn new(hold: watch::Receiver<Option<RateHold>>) -> Self {
        Self {
            required_action: None,
            is_paused: false,
            offline_since: None,
            hold,
        }
    }

    /// Returns why `step` may not begin, if so. `is_saved`: all that happened so far is on disk.
    pub fn obstacle(&self, step: QueueStep, keys: &Keys, is_saved: bool) -> Option<Obstacle> {
        let sends = step != QueueStep::Poll;
        if let Some(action) = self.required_action {
            return Some(Obstacle::ActionRequired(action));
        }
        if self.is_paused && sends {
            return Some(Obstacle::Paused);
        }
        if !is_saved && sends {
            return Some(Obstacle::Unsaved);
        }
        if keys.key().is_none() {
            return Some(Obstacle::NoKey(keys.state()));
        }
        match keys.check() {
            KeyCheck::Valid | KeyCheck::Unverified => None,
            check => (step == QueueStep::StartUpload).then_some(Obstacle::KeyCheck(check)),
        }
    }

    pub fn required_action(&self) -> Option<RequiredAction> {
        self.required_action
    }

    /// Holds the queue until the user has acted; false if it is held already.
    pub fn require(&mut self, action: RequiredAction) -> bool {
        let is_first = self.required_action.is_none();
        self.required_action.get_or_insert(action);
        is_first
    }

    /// Lifts the hold, whatever action it was for.
    pub fn lift(&mut self) {
        self.required_action = None;
    }

    /// Lifts a hold for this action.
    pub fn lift_if(&mut self, action: RequiredAction) {
        self.required_action.take_if(|required| *required == action);
    }

    pub fn is_paused(&self) -> bool {
        self.is_paused
    }

    pub fn set_paused(&mut self, is_paused: bool) {
        self.is_paused = is_paused;
    }

    pub fn is_offline(&self) -> bool {
        self.offline_since.is_some()
    }

    /// Takes note that the service was reached.
    pub fn on_reached(&mut self) {
        self.offline_since = None;
    }

    /// Takes note of a failed call, which says whether the service can be reached.
    pub fn on_fault(&mut self, fault: &Fault) {
        if is_offline(fault.kind) {
            self.offline_since.get_or_insert_with(Instant::now);
        } else if fault.diagnostics.http_status.is_some() {
            self.on_reached();
        }
    }

    /// Takes note that bytes of an attempt move. Of one that began before the outage they may only
    /// have gone as far as the system's buffers.
    pub fn on_bytes_moved(&mut self, attempt_began: Option<Instant>) {
        if attempt_began > self.offline_since {
            self.on_reached();
        }
    }

    /// Returns the rate-limit answer that holds all calls back.
    pub fn rate_hold(&self, now: Instant) -> Option<RateHold> {
        self.hold.borrow().filter(|hold| hold.until > now)
    }

    /// Waits until a hold begins, changes or ends; true for one of an earlier run, which is probed
    /// before it is obeyed.
    pub async fn hold_changed(&mut self) -> bool {
        let hold = self.rate_hold(Instant::now());
        let end = async {
            match hold {
                Some(hold) => sleep_until(hold.until).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            Ok(()) = self.hold.changed() => {
                self.hold.borrow().is_some_and(|hold| hold.is_untested)
            }
            () = end => false,
        }
    }
}

/// Returns whether the service is unreachable.
pub(super) fn is_offline(kind: FaultKind) -> bool {
    matches!(kind, FaultKind::Offline | FaultKind::Proxy)
}
