//! Deletes assets from the service, and takes the answers into history and queue.

use std::path::PathBuf;

use tokio::time::Instant;

use super::Actor;
use crate::api::Service;
use crate::engine::clock::now_ms;
use crate::engine::gate::QueueStep;
use crate::engine::queue::item::Item;
use crate::engine::{LifecycleEvent, Notice};
use crate::model::asset::{Account, AssetId};
use crate::model::asset_deletion::{AssetDeletionResult, DeletionAnswer};
use crate::model::fault::Fault;
use crate::model::upload::Event;
use crate::store::{AssetRecord, HistoryChange};

impl<S: Service> Actor<S> {
    pub(super) fn delete_assets(&mut self, assets: Vec<AssetId>) {
        for asset in self.asset_deletions.begin(assets) {
            self.journal.stage_deletion(&asset, true);
        }
        self.end_asset_deletion();
    }

    pub(super) fn resume_deletions(&mut self) {
        self.asset_deletions.resume(self.keys.account());
        self.end_asset_deletion();
    }

    /// Leaves the rest alone, for good.
    pub(super) fn stop_deleting(&mut self) {
        if let Some((progress, rest)) = self.asset_deletions.stop() {
            self.forget_deletions(&rest);
            self.outbox.notify(Notice::AssetsDeleted(progress));
        }
    }

    /// Leaves alone what an earlier run was to delete.
    pub(super) fn forget_left_deletions(&mut self) {
        let left = self.asset_deletions.take_left();
        self.forget_deletions(&left);
    }

    fn forget_deletions(&mut self, assets: &[AssetId]) {
        for asset in assets {
            self.journal.stage_deletion(asset, false);
        }
    }

    fn end_asset_deletion(&mut self) {
        if let Some(progress) = self.asset_deletions.take_finished() {
            self.outbox.notify(Notice::AssetsDeleted(progress));
        }
    }

    /// Passes over what must not be deleted, until an asset is next that may be.
    pub(super) fn pass_over_deletions(&mut self) {
        while self.journal.is_good()
            && self.keys.key().is_some()
            && let Some((asset, _)) = self.asset_deletions.next_call(Instant::now())
            && let Some(result) = self.exemption(&asset)
        {
            self.end_of_deletion(&asset, result);
        }
    }

    /// Begins the next call if nothing holds it up.
    pub(super) fn begin_deletion(&mut self) {
        let may_begin = self.journal.is_good() && self.obstacle(QueueStep::Poll).is_none();
        let Some(key) = self.keys.key().filter(|_| may_begin).cloned() else {
            return;
        };
        let Some((asset, after)) = self.asset_deletions.next_call(Instant::now()) else {
            return;
        };
        let account = key.account();
        let asks_first = self.asset_deletions.is_in_doubt(&asset, &account);
        let task = self
            .tasks
            .delete_asset(asset.clone(), key, after, asks_first);
        self.asset_deletions.on_begun(asset, account, task);
    }

    /// Returns why an asset must be left alone, if it must.
    fn exemption(&self, asset: &AssetId) -> Option<AssetDeletionResult> {
        let is_sent = |item: &&Item| {
            let upload = item.upload();
            let is_its =
                upload.asset() == Some(asset) || upload.reserved_id.as_ref() == Some(asset);
            is_its && upload.is_unfinished()
        };
        if self.queue.items().values().any(|item| is_sent(&item)) {
            return Some(AssetDeletionResult::Uploading);
        }
        let account = self.journal.asset(asset)?.account;
        let is_own = account.as_str().is_empty() || self.keys.accounts().contains(&account);
        (!is_own).then(|| AssetDeletionResult::OtherAccount {
            last4: self.journal.last4(&account),
        })
    }

    /// Takes in the answer to the request to delete an asset.
    pub(super) fn deletion_answered(
        &mut self,
        account: &Account,
        asset: &AssetId,
        outcome: Result<DeletionAnswer, Fault>,
    ) {
        if !self.asset_deletions.on_ended(asset, account) {
            return;
        }
        match outcome {
            Ok(answer) => {
                self.key_is_good();
                let result = self.take_deletion(account, asset, answer);
                self.end_of_deletion(asset, result);
            }
            Err(fault) => {
                self.gate.on_fault(&fault);
                if let Some(fix) = fault.fix() {
                    self.hold_queue(fix, fault);
                    return;
                }
                let (now, policy) = (Instant::now(), &self.options.policy);
                let deletions = &mut self.asset_deletions;
                if deletions.on_fault(asset, account, &fault, now, policy) {
                    return;
                }
                self.end_of_deletion(asset, AssetDeletionResult::Failed(fault));
                while let Some((asset, fault)) = self.asset_deletions.next_unanswered() {
                    self.end_of_deletion(&asset, AssetDeletionResult::Failed(fault));
                }
            }
        }
    }

    fn end_of_deletion(&mut self, asset: &AssetId, result: AssetDeletionResult) {
        self.asset_deletions.on_result(&result);
        self.journal.stage_deletion(asset, false);
        let event = LifecycleEvent::AssetDeleted(asset.clone(), result);
        self.follow(None, PathBuf::new(), event);
        self.end_asset_deletion();
    }

    /// Takes an answer into the history and the rows of the asset.
    fn take_deletion(
        &mut self,
        account: &Account,
        asset: &AssetId,
        answer: DeletionAnswer,
    ) -> AssetDeletionResult {
        let now = now_ms();
        let record = self.journal.asset(asset);
        let size = record.as_ref().map(|record| record.size);
        // Another key may know an asset of which it is not known whose it is.
        let is_own = record
            .as_ref()
            .is_some_and(|record| self.keys.accounts().contains(&record.account));
        let is_deleted = answer == DeletionAnswer::Deleted;
        let change = match record {
            Some(record) if is_deleted => Some(AssetRecord {
                item: None,
                uploaded_at_ms: Some(now),
                deleted_at_ms: Some(now),
                ..record
            }),
            // The ledger tells of it, although the history knew nothing.
            None if is_deleted => Some(AssetRecord {
                deleted_at_ms: Some(now),
                ..AssetRecord::of_id(
                    asset.clone(),
                    account.clone(),
                    self.options.base_url.clone(),
                    now,
                )
            }),
            Some(record) if is_own && record.deleted_at_ms.is_none() => Some(record.into_gone(now)),
            _ => None,
        };
        if let Some(record) = change {
            self.journal.stage(HistoryChange::PutAsset(record));
        }
        self.duplicates.invalidate_sizes(size);
        if is_deleted || is_own {
            let rows = self
                .queue
                .ids_where(|item| item.upload().asset() == Some(asset));
            self.each(&rows, &Event::AssetDeleted);
        }
        match answer {
            DeletionAnswer::Deleted => AssetDeletionResult::Deleted,
            DeletionAnswer::NotFound => AssetDeletionResult::NotFound,
        }
    }
}
