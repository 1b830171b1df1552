//! Assets to delete from the service, one call at a time and behind all others, from the request to
//! the service's word.

use std::collections::HashSet;
use std::time::Duration;

use tokio::time::Instant;

use super::asset_calls::AssetCalls;
use super::tasks::task::Task;
use crate::model::asset::{Account, AssetId};
use crate::model::asset_deletion::{AssetDeletionProgress, AssetDeletionResult};
use crate::model::fault::{Fault, FaultKind};
use crate::model::retry::Policy;

/// The assets to delete.
#[derive(Debug)]
pub(super) struct AssetDeletions<T = Task> {
    progress: Option<AssetDeletionProgress>,
    calls: AssetCalls,
    /// The call under way, with its wait, and the account that makes it.
    running: Option<(AssetId, Account, T)>,
    /// An asset that may be deleted by now, since the answer to this account was lost: the service
    /// is asked about it first.
    doubt: Option<(AssetId, Account)>,
    /// Assets that an earlier run was to delete, oldest first. Nothing happens to them unasked.
    left: Vec<AssetId>,
}

impl<T> AssetDeletions<T> {
    pub fn new() -> Self {
        Self {
            progress: None,
            calls: AssetCalls::default(),
            running: None,
            doubt: None,
            left: vec![],
        }
    }

    pub fn progress(&self) -> Option<AssetDeletionProgress> {
        self.progress
    }

    /// Returns how many assets an earlier run left.
    pub fn left(&self) -> u64 {
        u64::try_from(self.left.len()).unwrap_or(u64::MAX)
    }

    pub fn set_left(&mut self, left: Vec<AssetId>) {
        self.left = left;
    }

    pub fn take_left(&mut self) -> Vec<AssetId> {
        std::mem::take(&mut self.left)
    }

    /// Returns what failed and when that is tried again, while a deletion waits for it.
    pub fn wait(&self, now: Instant) -> Option<(Instant, FaultKind)> {
        self.progress.and_then(|_| self.calls.wait(now))
    }

    /// Adds assets, or begins a deletion; returns those that were not in it.
    pub fn begin(&mut self, assets: Vec<AssetId>) -> Vec<AssetId> {
        let progress = self.progress.get_or_insert_default();
        let mut known: HashSet<AssetId> = self.calls.assets().cloned().collect();
        let new: Vec<AssetId> = assets
            .into_iter()
            .filter(|asset| known.insert(asset.clone()))
            .collect();
        self.left.retain(|asset| !known.contains(asset));
        progress.total += u64::try_from(new.len()).unwrap_or(u64::MAX);
        self.calls.add(new.iter().cloned());
        new
    }

    /// Begins what an earlier run left. It may have ended within its first call.
    pub fn resume(&mut self, account: Option<Account>) -> Vec<AssetId> {
        let left = self.take_left();
        if self.progress.is_none() {
            self.doubt = left.first().cloned().zip(account);
        }
        self.begin(left)
    }

    /// Ends the deletion; returns how far it came, and the assets that remain.
    pub fn stop(&mut self) -> Option<(AssetDeletionProgress, Vec<AssetId>)> {
        (self.running, self.doubt) = (None, None);
        let rest = std::mem::take(&mut self.calls).take();
        Some((self.progress.take()?, rest.into()))
    }

    /// Returns the outcome of a deletion that has come to its end, once.
    pub fn take_finished(&mut self) -> Option<AssetDeletionProgress> {
        if !self.calls.is_empty() {
            return None;
        }
        self.stop().map(|(progress, _)| progress)
    }

    /// Returns the next asset and the wait before its call; `None` if there is none, or a call is
    /// under way.
    pub fn next_call(&self, now: Instant) -> Option<(AssetId, Duration)> {
        let next = self.calls.first().filter(|_| self.running.is_none())?;
        Some((next.clone(), self.calls.due(now)))
    }

    /// Returns whether this account's lost answer may have been that the asset is deleted.
    pub fn is_in_doubt(&self, asset: &AssetId, account: &Account) -> bool {
        let doubt = self.doubt.as_ref();
        doubt.is_some_and(|(id, asked)| id == asset && asked == account)
    }

    /// Keeps the task of the call that was begun.
    pub fn on_begun(&mut self, asset: AssetId, account: Account, task: T) {
        self.running = Some((asset, account, task));
    }

    /// Ends a call; false for one that nothing waits for any more.
    pub fn on_ended(&mut self, asset: &AssetId, account: &Account) -> bool {
        let ended = |(id, asked, _): &mut (AssetId, Account, T)| id == asset && asked == account;
        self.running.take_if(ended).is_some()
    }

    /// Stops the call under way, to be begun again. It may have arrived.
    pub fn hold(&mut self) {
        if let Some((asset, account, _)) = self.running.take() {
            self.doubt = Some((asset, account));
        }
    }

    /// Stops the call of a replaced key.
    pub fn on_key_changed(&mut self) {
        self.hold();
        self.calls.end_wait();
    }

    /// Begins the call that waits at once, since the user wants no wait.
    pub fn try_now(&mut self) {
        if self.calls.end_wait() {
            // It has not begun, and leaves the doubt that there was.
            self.running = None;
        }
    }

    /// Takes in the outcome for the first asset.
    pub fn on_result(&mut self, result: &AssetDeletionResult) {
        if let (Some(progress), Some(_)) = (&mut self.progress, self.calls.pop()) {
            progress.count(result);
            self.doubt = None;
        }
    }

    /// Schedules the next try after a failed call; false if no more tries are of use.
    pub fn on_fault(
        &mut self,
        asset: &AssetId,
        account: &Account,
        fault: &Fault,
        now: Instant,
        policy: &Policy,
    ) -> bool {
        self.note_doubt(asset, account, fault);
        self.calls.on_fault(fault, now, policy)
    }

    /// Takes note of a call whose outcome is not known: only a refusal is certain.
    pub fn note_doubt(&mut self, asset: &AssetId, account: &Account, fault: &Fault) {
        let is_refused = fault.fix().is_some()
            || matches!(
                fault.kind,
                FaultKind::RateLimited | FaultKind::RateLimitedOrInvalid | FaultKind::BadRequest
            );
        if !is_refused {
            self.doubt = Some((asset.clone(), account.clone()));
        }
    }

    /// Returns the next asset that an outage leaves without an answer, and the fault.
    pub fn next_unanswered(&self) -> Option<(AssetId, Fault)> {
        self.calls.next_unanswered()
    }
}
