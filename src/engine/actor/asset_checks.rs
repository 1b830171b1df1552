//! Asks about assets, for rows that were uploaded before and at the user's request, and takes the
//! answers into history and queue.

use std::path::PathBuf;
use std::time::Duration;

use tokio::time::Instant;

use super::Actor;
use crate::api::Service;
use crate::engine::asset_checks::{AnsweredCheck, AssetPage, CheckStep, ListedAsset, PAGE};
use crate::engine::gate::QueueStep;
use crate::engine::outbox::Work;
use crate::engine::tasks::LookupOutcome;
use crate::engine::tasks::task::Task;
use crate::engine::{LifecycleEvent, Notice};
use crate::model::asset::{Account, AssetAnswer, AssetId};
use crate::model::asset_check::{AssetCheckResult, AssetsToCheck};
use crate::model::fault::{Fault, FaultKind};
use crate::model::key::ApiKey;
use crate::model::snapshot::ItemId;
use crate::model::upload::{Effect, Event, Original};
use crate::store::AssetRecord;

impl<S: Service> Actor<S> {
    pub(super) fn check_assets(&mut self, assets: AssetsToCheck) {
        self.asset_checks.begin(assets);
        self.end_asset_check();
    }

    pub(super) fn stop_checking(&mut self) {
        if let Some(progress) = self.asset_checks.stop() {
            self.outbox.notify(Notice::AssetsChecked(progress));
        }
    }

    fn end_asset_check(&mut self) {
        if let Some(progress) = self.asset_checks.take_finished() {
            self.outbox.notify(Notice::AssetsChecked(progress));
        }
    }

    /// Asks for the key that the user's check or deletion lacks. Rows that were uploaded before ask for none.
    pub(super) fn ask_for_key_of_check(&mut self) {
        let is_wanted =
            self.asset_checks.progress().is_some() || self.asset_deletions.progress().is_some();
        if is_wanted && self.journal.is_good() {
            self.may_begin(QueueStep::Poll);
        }
    }

    /// Begins the next step if nothing holds it up. Every answer must be saved, unlike those of
    /// polls, which are asked for again.
    pub(super) fn begin_check_step(&mut self) {
        let may_begin = self.journal.is_good() && self.obstacle(QueueStep::Poll).is_none();
        let Some(key) = self.keys.key().filter(|_| may_begin).cloned() else {
            return;
        };
        let Some((step, after)) = self.asset_checks.next_step(&self.queue, Instant::now()) else {
            return;
        };
        let task = match &step {
            CheckStep::Row(id) => self.ask_for_row(*id, key, after),
            CheckStep::LookUp => Some(self.tasks.list_assets(after)),
            CheckStep::Ask(asset) => Some(self.tasks.check_asset(asset.clone(), key, after)),
        };
        if let Some(task) = task {
            self.asset_checks.on_begun(step, task);
        }
    }

    /// Asks about the assets that may have the content of an unstarted row.
    fn ask_for_row(&mut self, id: ItemId, key: ApiKey, after: Duration) -> Option<Task> {
        let item = self.queue.get(id)?;
        let mut candidates: Vec<AssetId> = item.unconfirmed_asset().cloned().into_iter().collect();
        for (asset, of) in self.known_assets(item) {
            if Some(of) == item.content.hash() && !candidates.contains(&asset) {
                candidates.push(asset);
            }
        }
        let item = self.queue.get_mut(id)?;
        item.last_asked_account = Some(key.account());
        Some(self.tasks.look_up(item, key, candidates, after))
    }

    /// Takes in the answer on an unstarted row.
    pub(super) fn looked_up(&mut self, id: ItemId, attempt: u32, outcome: LookupOutcome) {
        if !self.asset_checks.on_ended(&CheckStep::Row(id)) {
            return;
        }
        let event = match outcome {
            LookupOutcome::FileChanged => {
                if self.apply(id, Event::Rediscovered) {
                    self.outbox.start(Work::Upload(id, Effect::CheckFile));
                }
                return;
            }
            LookupOutcome::Answered(Err(fault)) => {
                if self.is_given_up(&fault) {
                    self.asset_checks.pass_over(id);
                }
                return;
            }
            LookupOutcome::Answered(Ok(Some(asset))) => Event::HashCompared {
                attempt,
                original: Some(Original::Asset(asset)),
            },
            LookupOutcome::Answered(Ok(None)) => Event::DuplicateNotConfirmed { attempt },
        };
        self.asset_checks.on_row_answered();
        self.key_is_good();
        self.apply(id, event);
    }

    /// Takes note of a failed call; true if no more tries are of use.
    fn is_given_up(&mut self, fault: &Fault) -> bool {
        self.gate.on_fault(fault);
        if let Some(fix) = fault.fix() {
            self.hold_queue(fix, fault.clone());
            return false;
        }
        let (now, policy) = (Instant::now(), &self.options.policy);
        !self.asset_checks.on_fault(fault, now, policy)
    }

    /// Looks up the next assets of the check in the history.
    pub(super) fn list_assets(&mut self) {
        if !self.asset_checks.on_ended(&CheckStep::LookUp) {
            return;
        }
        let Some(page) = self.asset_checks.page() else {
            return;
        };
        let Some(listed) = self.read_page(&page) else {
            let fault = Fault::new(FaultKind::NotSaved);
            let (now, policy) = (Instant::now(), &self.options.policy);
            self.asset_checks.on_fault(&fault, now, policy);
            return;
        };
        let own = self.keys.accounts();
        for other in self.asset_checks.on_page(page, listed, own) {
            let last4 = other.account.map(|account| self.journal.last4(&account));
            let last4 = last4.unwrap_or_default();
            self.tell_checked(other.id, AssetCheckResult::OtherAccount { last4 });
        }
        self.give_up_unanswered();
        self.end_asset_check();
    }

    /// Reads a page of the history; `None` if it cannot be read now.
    fn read_page(&mut self, page: &AssetPage) -> Option<Vec<ListedAsset>> {
        let listed = |record: AssetRecord| ListedAsset {
            is_stored: !record.is_reserved() && record.deleted_at_ms.is_none(),
            id: record.asset_id,
            account: Some(record.account),
        };
        match page {
            AssetPage::Named(ids) => {
                let of = |id: &AssetId| {
                    let unlisted = ListedAsset {
                        id: id.clone(),
                        account: None,
                        is_stored: false,
                    };
                    self.journal.asset(id).map_or(unlisted, listed)
                };
                Some(ids.iter().map(of).collect())
            }
            AssetPage::After(after) => {
                let page = self.journal.assets_after(after.as_ref(), PAGE)?;
                if after.is_none() {
                    self.asset_checks.on_counted(self.journal.count_assets()?);
                }
                Some(page.into_iter().map(listed).collect())
            }
        }
    }

    /// Takes in the answer on an asset.
    pub(super) fn asset_checked(
        &mut self,
        account: &Account,
        asset: &AssetId,
        outcome: Result<AssetAnswer, Fault>,
    ) {
        // The answer to a replaced key says nothing about the current one.
        if self.keys.account().as_ref() != Some(account)
            || !self.asset_checks.on_ended(&CheckStep::Ask(asset.clone()))
        {
            return;
        }
        match outcome {
            Ok(answer) => {
                self.key_is_good();
                let result = self.take_answer(account, asset, &answer);
                self.end_of_question(asset, result);
            }
            Err(fault) => {
                if self.is_given_up(&fault) {
                    self.end_of_question(asset, AssetCheckResult::Failed(fault));
                    self.give_up_unanswered();
                }
            }
        }
    }

    /// Ends what an outage leaves without an answer.
    fn give_up_unanswered(&mut self) {
        while let Some((asset, fault)) = self.asset_checks.next_unanswered() {
            self.end_of_question(&asset, AssetCheckResult::Failed(fault));
        }
    }

    fn end_of_question(&mut self, asset: &AssetId, result: AssetCheckResult) {
        self.asset_checks.on_result(&result);
        self.tell_checked(asset.clone(), result);
        self.end_asset_check();
    }

    fn tell_checked(&mut self, asset: AssetId, result: AssetCheckResult) {
        let event = LifecycleEvent::AssetChecked(asset, result);
        self.follow(None, PathBuf::new(), event);
    }

    /// Takes an answer into the history and the rows of the asset.
    fn take_answer(
        &mut self,
        account: &Account,
        asset: &AssetId,
        answer: &AssetAnswer,
    ) -> AssetCheckResult {
        let record = self.journal.asset(asset);
        let base_url = &self.options.base_url;
        let answered = AnsweredCheck {
            asset,
            answer,
            account,
            base_url,
        };
        for change in answered.changes(record.as_ref()) {
            self.journal.stage(change);
        }
        let result = answered.result(record.as_ref());
        self.duplicates
            .invalidate_sizes(record.map(|record| record.size));
        let rows = self
            .queue
            .ids_where(|item| item.upload().asset() == Some(asset));
        self.each(&rows, &Event::AskedAgain(answer.clone()));
        result
    }
}
