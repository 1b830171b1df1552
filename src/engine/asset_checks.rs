//! Assets to ask about, one call at a time and behind all others: those of unstarted rows whose
//! content was uploaded before, and those that the user wants to be asked about again.
//!
//! The user's are looked up in the history a few at a time, so that neither memory nor a turn grows
//! with the history.

mod learned;
#[cfg(test)]
mod tests;

use std::collections::{BTreeSet, HashSet, VecDeque};
use std::time::Duration;

use tokio::time::Instant;

use super::asset_calls::AssetCalls;
use super::queue::Queue;
use super::queue::item::Item;
use super::tasks::task::Task;
use crate::model::asset::{Account, AssetId};
use crate::model::asset_check::{AssetCheckProgress, AssetCheckResult, AssetsToCheck};
use crate::model::fault::{Fault, FaultKind};
use crate::model::retry::Policy;
use crate::model::snapshot::ItemId;

pub(super) use learned::AnsweredCheck;

/// Most assets that one turn looks up in the history.
pub(super) const PAGE: usize = 256;

/// Assets to look up in the history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum AssetPage {
    /// These ones.
    Named(Vec<AssetId>),
    /// The first ones by their IDs, or those after this one.
    After(Option<AssetId>),
}

/// An asset as the history has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ListedAsset {
    pub id: AssetId,
    /// `None` if the history does not have the asset.
    pub account: Option<Account>,
    /// Bytes are known to be stored under its ID, and were not deleted.
    pub is_stored: bool,
}

/// A step that is to be taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum CheckStep {
    /// Ask about the assets that may have a row's content.
    Row(ItemId),
    /// Look up the next assets of the user's check in the history.
    LookUp,
    /// Ask about an asset of the user's check.
    Ask(AssetId),
}

/// The rows and assets to ask about, from the request to the answer.
#[derive(Debug)]
pub(super) struct AssetChecks<T = Task> {
    /// Unstarted rows with an unconfirmed asset, in the order in which they were added.
    rows: BTreeSet<ItemId>,
    /// The last answer was a row's, so that the user's check has its turn.
    was_row: bool,
    /// Progress of the user's check.
    progress: Option<AssetCheckProgress>,
    /// Named assets, not looked up yet.
    named: VecDeque<AssetId>,
    /// Asset before the history's next page, if all of the history is to be checked.
    history: Option<Option<AssetId>>,
    /// Assets of the key's account.
    calls: AssetCalls,
    /// The step under way, with its wait.
    running: Option<(CheckStep, T)>,
}

impl<T> AssetChecks<T> {
    pub fn new() -> Self {
        Self {
            rows: BTreeSet::new(),
            was_row: false,
            progress: None,
            named: VecDeque::new(),
            history: None,
            calls: AssetCalls::default(),
            running: None,
        }
    }

    pub fn progress(&self) -> Option<AssetCheckProgress> {
        self.progress
    }

    /// Returns what failed and when that is tried again, while a check waits for it.
    pub fn wait(&self, now: Instant) -> Option<(Instant, FaultKind)> {
        self.progress.and_then(|_| self.calls.wait(now))
    }

    /// Takes note of a row that was compared with the history.
    pub fn on_compared(&mut self, item: &Item) {
        if item.unconfirmed_asset().is_some() {
            self.rows.insert(item.id);
        } else {
            self.rows.remove(&item.id);
        }
    }

    /// Adds assets to the check, or begins one.
    pub fn begin(&mut self, assets: AssetsToCheck) {
        let progress = self.progress.get_or_insert_default();
        match assets {
            AssetsToCheck::These(ids) => {
                let mut known: HashSet<AssetId> = self.named.iter().cloned().collect();
                known.extend(self.calls.assets().cloned());
                for id in ids {
                    if known.insert(id.clone()) {
                        progress.total += 1;
                        self.named.push_back(id);
                    }
                }
            }
            AssetsToCheck::All => {
                self.history.get_or_insert_default();
            }
        }
    }

    /// Ends the check; returns how far it came.
    pub fn stop(&mut self) -> Option<AssetCheckProgress> {
        self.running
            .take_if(|(step, _)| !matches!(step, CheckStep::Row(_)));
        self.named.clear();
        (self.history, self.calls) = (None, AssetCalls::default());
        self.progress.take()
    }

    /// Returns the outcome of a check that has come to its end, once.
    pub fn take_finished(&mut self) -> Option<AssetCheckProgress> {
        let is_over = self.named.is_empty() && self.history.is_none() && self.calls.is_empty();
        let progress = self.progress.as_mut().filter(|_| is_over)?;
        progress.total = progress.done;
        self.stop()
    }

    /// Returns the next step and the wait before it; `None` if there is none, or one is under way.
    /// A row that was started or removed meanwhile is not asked about.
    pub fn next_step(&mut self, queue: &Queue, now: Instant) -> Option<(CheckStep, Duration)> {
        let waits = |id: &ItemId| {
            let item = queue.get(*id);
            item.is_some_and(|item| item.unconfirmed_asset().is_some())
        };
        while self.rows.first().is_some_and(|id| !waits(id)) {
            self.rows.pop_first();
        }
        self.running
            .take_if(|(step, _)| matches!(step, CheckStep::Row(id) if !waits(id)));
        if self.running.is_some() {
            return None;
        }
        let row = || self.rows.first().copied().map(CheckStep::Row);
        let step = match self.was_row {
            true => self.step_of_check().or_else(row),
            false => row().or_else(|| self.step_of_check()),
        };
        Some((step?, self.calls.due(now)))
    }

    fn step_of_check(&self) -> Option<CheckStep> {
        let to_look_up = !self.named.is_empty() || self.history.is_some();
        let ask = self.calls.first().cloned().map(CheckStep::Ask);
        ask.or(to_look_up.then_some(CheckStep::LookUp))
    }

    /// Keeps the task of the step that was begun.
    pub fn on_begun(&mut self, step: CheckStep, task: T) {
        self.running = Some((step, task));
    }

    /// Ends a step; false for one that nothing waits for any more.
    pub fn on_ended(&mut self, step: &CheckStep) -> bool {
        self.running.take_if(|(begun, _)| begun == step).is_some()
    }

    /// Stops the step under way, to be begun again.
    pub fn hold(&mut self) {
        self.running = None;
    }

    /// Has everything looked up again, since another key asks about other accounts' assets.
    pub fn on_key_changed(&mut self) {
        self.running = None;
        let mut assets = self.calls.take();
        assets.append(&mut self.named);
        self.named = assets;
    }

    /// Begins the step that waits at once, since the user wants no wait.
    pub fn try_now(&mut self) {
        if self.calls.end_wait() {
            self.hold();
        }
    }

    /// Returns the assets to look up next.
    pub fn page(&self) -> Option<AssetPage> {
        let named: Vec<AssetId> = self.named.iter().take(PAGE).cloned().collect();
        match &self.history {
            _ if !named.is_empty() => Some(AssetPage::Named(named)),
            Some(after) => Some(AssetPage::After(after.clone())),
            None => None,
        }
    }

    /// Takes in a page; an empty one ends the history. Returns the assets of other accounts than
    /// `own`, which are passed over. Those of the history that are not stored are left out.
    pub fn on_page(
        &mut self,
        page: AssetPage,
        listed: Vec<ListedAsset>,
        own: &HashSet<Account>,
    ) -> Vec<ListedAsset> {
        self.calls.end_wait();
        let Some(progress) = &mut self.progress else {
            return vec![];
        };
        let mut listed = listed;
        match page {
            AssetPage::Named(ids) => drop(self.named.drain(..ids.len().min(self.named.len()))),
            AssetPage::After(_) => {
                self.history = listed.last().map(|last| Some(last.id.clone()));
                let all = listed.len();
                listed.retain(|listed| listed.is_stored);
                let left_out = u64::try_from(all - listed.len()).unwrap_or_default();
                progress.total = progress.total.saturating_sub(left_out);
            }
        }
        let is_own = |listed: &ListedAsset| {
            let account = listed.account.as_ref();
            account.is_none_or(|account| account.as_str().is_empty() || own.contains(account))
        };
        let (own, others): (Vec<_>, Vec<_>) = listed.into_iter().partition(is_own);
        self.calls.add(own.into_iter().map(|listed| listed.id));
        let passed_over = u64::try_from(others.len()).unwrap_or(u64::MAX);
        progress.done += passed_over;
        progress.passed_over += passed_over;
        progress.total = progress.total.max(progress.done);
        others
    }

    /// Adds the number of the history's assets to the total.
    pub fn on_counted(&mut self, assets: u64) {
        if let Some(progress) = &mut self.progress {
            progress.total += assets;
        }
    }

    /// Takes note that a row was asked about.
    pub fn on_row_answered(&mut self) {
        self.was_row = true;
        self.calls.end_wait();
    }

    /// Asks about a row no more until it is compared again.
    pub fn pass_over(&mut self, row: ItemId) {
        self.rows.remove(&row);
        self.on_row_answered();
    }

    /// Takes in the outcome for the asset that is asked about.
    pub fn on_result(&mut self, result: &AssetCheckResult) {
        let (Some(progress), Some(_)) = (&mut self.progress, self.calls.pop()) else {
            return;
        };
        progress.done += 1;
        progress.total = progress.total.max(progress.done);
        match result {
            AssetCheckResult::Known { .. } => {}
            AssetCheckResult::Unknown => progress.unknown += 1,
            // Passed over before it is asked about.
            AssetCheckResult::OtherAccount { .. } => {}
            AssetCheckResult::Failed(_) => progress.failed += 1,
        }
        self.was_row = false;
    }

    /// Schedules the next try after a fault; false if no more tries are of use.
    pub fn on_fault(&mut self, fault: &Fault, now: Instant, policy: &Policy) -> bool {
        self.calls.on_fault(fault, now, policy)
    }

    /// Returns the next asset that an outage leaves without an answer, and the fault.
    pub fn next_unanswered(&self) -> Option<(AssetId, Fault)> {
        self.calls.next_unanswered()
    }
}
