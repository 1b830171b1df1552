//! Asks about assets again at the user's request, and takes the answers into history and queue.

use std::path::PathBuf;

use tokio::time::Instant;

use super::Actor;
use crate::api::Service;
use crate::engine::asset_checks::{AnsweredCheck, AssetPage, CheckStep, ListedAsset, PAGE};
use crate::engine::gate::QueueStep;
use crate::engine::outbox::Work;
use crate::engine::{LifecycleEvent, Notice};
use crate::model::asset::{Account, AssetAnswer, AssetId};
use crate::model::asset_check::{AssetCheckResult, AssetsToCheck};
use crate::model::fault::{Fault, FaultKind};
use crate::model::upload::Event;
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

    /// Lets the check take its next step if nothing holds it up. Every answer must be saved, unlike
    /// those of polls, which are asked for again.
    pub(super) fn start_asset_check(&mut self) {
        if self.asset_checks.next_step(Instant::now()).is_some()
            && self.journal.is_good()
            && self.may_begin(QueueStep::Poll)
        {
            self.outbox.start(Work::CheckAssets);
        }
    }

    /// Begins the next step.
    pub(super) fn begin_check_step(&mut self) {
        let (Some((step, after)), Some(key)) = (
            self.asset_checks.next_step(Instant::now()),
            self.keys.key().cloned(),
        ) else {
            return;
        };
        let task = match step {
            CheckStep::LookUp => self.tasks.list_assets(after),
            CheckStep::Ask(asset) => self.tasks.check_asset(asset, key, after),
        };
        self.asset_checks.on_begun(task);
    }

    /// Looks up the next assets of the check in the history.
    pub(super) fn list_assets(&mut self) {
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
        if self.keys.account().as_ref() != Some(account) {
            self.asset_checks.hold();
            return;
        }
        if !self.asset_checks.is_asking(asset) {
            return;
        }
        match outcome {
            Ok(answer) => {
                self.key_is_good();
                let result = self.take_answer(account, asset, &answer);
                self.end_of_question(asset, result);
            }
            Err(fault) => {
                self.gate.on_fault(&fault);
                let (now, policy) = (Instant::now(), &self.options.policy);
                if let Some(fix) = fault.fix() {
                    self.asset_checks.hold();
                    self.hold_queue(fix, fault);
                } else if !self.asset_checks.on_fault(&fault, now, policy) {
                    self.end_of_question(asset, AssetCheckResult::Failed(fault));
                }
            }
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
