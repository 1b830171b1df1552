//! Assets that are called about one at a time, and the waits after calls that failed.

use std::collections::VecDeque;
use std::time::Duration;

use tokio::time::Instant;

use crate::model::asset::AssetId;
use crate::model::fault::{Fault, FaultKind};
use crate::model::retry::Policy;

/// The assets of a check or a deletion; the first one is called about.
#[derive(Debug, Default)]
pub(super) struct AssetCalls {
    assets: VecDeque<AssetId>,
    retry: Option<CallRetry>,
    /// An outage that outlasted the tries: no other asset is called about.
    outage: Option<Fault>,
}

/// Wait after a call that failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct CallRetry {
    failures: u32,
    kind: FaultKind,
    until: Instant,
}

impl AssetCalls {
    pub fn is_empty(&self) -> bool {
        self.assets.is_empty()
    }

    pub fn assets(&self) -> impl Iterator<Item = &AssetId> {
        self.assets.iter()
    }

    pub fn first(&self) -> Option<&AssetId> {
        self.assets.front()
    }

    pub fn add(&mut self, assets: impl IntoIterator<Item = AssetId>) {
        self.assets.extend(assets);
    }

    /// Takes out all assets, with the wait before them.
    pub fn take(&mut self) -> VecDeque<AssetId> {
        self.retry = None;
        std::mem::take(&mut self.assets)
    }

    /// Ends the calls about the first asset.
    pub fn pop(&mut self) -> Option<AssetId> {
        self.retry = None;
        self.assets.pop_front()
    }

    /// Returns what failed and when that is tried again, during the wait.
    pub fn wait(&self, now: Instant) -> Option<(Instant, FaultKind)> {
        let retry = self.retry.filter(|retry| retry.until > now)?;
        Some((retry.until, retry.kind))
    }

    /// Returns the time until the next call.
    pub fn due(&self, now: Instant) -> Duration {
        let due = self.retry.map_or(now, |retry| retry.until);
        due.saturating_duration_since(now)
    }

    /// Ends the wait; false if there is none.
    pub fn end_wait(&mut self) -> bool {
        self.retry.take().is_some()
    }

    /// Schedules the next try after a fault, as polls do; false if no more tries are of use. The
    /// window waits for the end of an outage; the command line gives up.
    pub fn on_fault(&mut self, fault: &Fault, now: Instant, policy: &Policy) -> bool {
        let failures = self.retry.map_or(0, |retry| retry.failures) + 1;
        let tries = match fault.kind {
            kind if is_outage(kind) => policy.network_tries,
            FaultKind::RateLimited | FaultKind::NotSaved => None,
            // The service has said no to this call.
            FaultKind::BadRequest => Some(1),
            _ => Some(policy.limit_exceeded_tries),
        };
        let goes_on = tries.is_none_or(|tries| failures < tries);
        if !goes_on && is_outage(fault.kind) {
            self.outage = Some(fault.clone());
        }
        if goes_on {
            self.retry = Some(CallRetry {
                failures,
                kind: fault.kind,
                until: now + policy.poll_wait(failures),
            });
        }
        goes_on
    }

    /// Returns the next asset that an outage leaves without an answer, and the fault.
    pub fn next_unanswered(&self) -> Option<(AssetId, Fault)> {
        self.first().cloned().zip(self.outage.clone())
    }
}

/// Returns whether a fault means that the service does not answer any call.
fn is_outage(kind: FaultKind) -> bool {
    matches!(
        kind,
        FaultKind::Offline
            | FaultKind::Proxy
            | FaultKind::Stalled
            | FaultKind::ServerError
            | FaultKind::Blocked
    )
}
