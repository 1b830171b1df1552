//! Computes what the whole queue waits for, and ends waits early at the user's request.

use tokio::time::Instant;

use super::Actor;
use crate::api::Service;
use crate::engine::gate::is_offline;
use crate::engine::outbox::Work;
use crate::model::fault::FaultKind;
use crate::model::snapshot::{ItemId, QueueWait};
use crate::model::upload::{Event, Original, UploadState};

impl<S: Service> Actor<S> {
    /// Returns what all `active` rows, or a check or deletion of assets, wait for: the rate limit, the network,
    /// or their retries. `None` if one of them moves or the user holds the queue.
    pub(super) fn queue_wait(&self, active: usize, now: Instant) -> Option<QueueWait> {
        let is_checking =
            self.asset_checks.progress().is_some() || self.asset_deletions.progress().is_some();
        if (active == 0 && !is_checking) || self.gate.required_action().is_some() {
            return None;
        }
        if let Some(hold) = self.gate.rate_hold(now).filter(|hold| !hold.is_untested) {
            return Some(QueueWait {
                kind: FaultKind::RateLimited,
                until: hold.until.into_std(),
            });
        }
        let offline = self.gate.is_offline();
        let goes_on =
            !self.queue.active_transfers().is_empty() || self.queue.next_queued().is_some();
        if goes_on && !offline {
            return None;
        }
        let waits = [self.asset_checks.wait(now), self.asset_deletions.wait(now)];
        let mut first = waits.into_iter().flatten().min_by_key(|wait| wait.0);
        for item in self.queue.items().values() {
            let follows = matches!(
                item.upload().state,
                UploadState::Duplicate(Original::Row(_))
            );
            if !item.upload().is_active() || follows || item.waits.is_parked() {
                continue;
            }
            match item.wait() {
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
        self.asset_checks.try_now();
        self.asset_deletions.try_now();
        let is_limited = self.gate.rate_hold(Instant::now()).is_some();
        let is_held = self.tasks.service().limiter().try_now();
        let held_up = |id: &ItemId| {
            let item = self.queue.get(*id);
            item.is_some_and(|item| item.wait().is_none())
        };
        let ids = if !is_limited && ids.iter().any(held_up) {
            self.queue.ids_where(|item| item.wait().is_some())
        } else {
            ids.to_vec()
        };
        for id in &ids {
            let Some(item) = self.queue.get(*id) else {
                continue;
            };
            if item.wait().is_some() {
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

    /// Checks the key in spite of a rate-limit hold.
    pub(super) fn probe(&mut self) {
        if self.gate.required_action().is_none() && self.keys.begin_probe() {
            self.outbox.start(Work::CheckKey { is_probe: true });
        }
    }
}
