//! Waits that hold up the whole queue, and retries before their time.

use tokio::time::{Instant, sleep_until};

use super::Actor;
use crate::api::Service;
use crate::api::limiter::RateHold;
use crate::model::fault::FaultKind;
use crate::model::snapshot::{ItemId, QueueWait};
use crate::model::upload::{Event, Original, UploadState};

impl<S: Service> Actor<S> {
    /// Returns what all `active` rows wait for: the rate limit, the network, or their retries.
    /// `None` if one of them moves or the user holds the queue.
    pub(super) fn queue_wait(&self, active: usize, now: Instant) -> Option<QueueWait> {
        if active == 0 || self.needs.is_some() {
            return None;
        }
        let is_obeyed = |hold: &RateHold| hold.until > now && !hold.is_untested;
        if let Some(hold) = self.hold.borrow().filter(is_obeyed) {
            return Some(QueueWait {
                kind: FaultKind::RateLimited,
                until: hold.until.into_std(),
            });
        }
        let offline = self.offline.is_some();
        let goes_on = !self.queue.active_transfers().is_empty()
            || self.queue.next_queued().is_some()
            || self.queue.next_id_lookup().is_some();
        if goes_on && !offline {
            return None;
        }
        let mut first: Option<(Instant, FaultKind)> = None;
        for item in self.queue.items().values() {
            let follows = matches!(
                item.upload().state,
                UploadState::Duplicate(Original::Row(_))
            );
            if !item.upload().is_active() || follows || item.parked_poll {
                continue;
            }
            match item.waits() {
                // Being offline holds up the other rows as well.
                Some((_, kind)) if offline && !is_offline(kind) => {}
                Some(wait) if first.is_none_or(|first| wait.0 < first.0) => first = Some(wait),
                Some(_) => {}
                None if offline => {}
                None => return None,
            }
        }
        first.map(|(until, kind)| QueueWait {
            kind,
            until: until.into_std(),
        })
    }

    /// Ends the waits of these rows, or of all if one of these is held up by the others, and the
    /// gap of a slowdown; probes a rate hold.
    pub(super) fn try_now(&mut self, ids: &[ItemId]) {
        let is_limited = self
            .hold
            .borrow()
            .is_some_and(|hold| hold.until > Instant::now());
        let is_held = self.tasks.service().limiter().try_now();
        let held_up = |id: &ItemId| {
            let item = self.queue.get(*id);
            item.is_some_and(|item| item.waits().is_none())
        };
        let ids = if !is_limited && ids.iter().any(held_up) {
            self.queue.ids_where(|item| item.waits().is_some())
        } else {
            ids.to_vec()
        };
        for id in &ids {
            let Some(item) = self.queue.get(*id) else {
                continue;
            };
            if item.waits().is_some() {
                let event = match item.upload().state {
                    UploadState::Processing { .. } => Event::CheckAgain,
                    _ => Event::RetryDue {
                        attempt: item.upload().attempt,
                    },
                };
                self.apply(*id, event);
            }
        }
        if is_held {
            self.probe();
        }
    }

    /// Probes a rate hold of an earlier run before obeying it.
    pub(super) fn test_hold(&mut self) {
        if self.hold.borrow().is_some_and(|hold| hold.is_untested) {
            self.probe();
        }
    }

    /// Checks the key despite a hold, one check at a time.
    fn probe(&mut self) {
        let Some((key, _)) = self.key.clone() else {
            return;
        };
        if self.probe.is_some() || self.needs.is_some() {
            return;
        }
        self.probe = Some(self.tasks.probe_key(key));
    }
}

/// Returns whether the service is unreachable.
pub(super) fn is_offline(kind: FaultKind) -> bool {
    matches!(kind, FaultKind::Offline | FaultKind::Proxy)
}

/// Waits for the end of a hold; forever if it has ended.
pub(super) async fn end(hold: Option<RateHold>) {
    match hold {
        Some(hold) if hold.until > Instant::now() => sleep_until(hold.until).await,
        _ => std::future::pending().await,
    }
}
