//! Carries out the front end's commands.

use std::collections::HashSet;
use std::path::PathBuf;

use super::Actor;
use crate::api::Service;
use crate::engine::clock::now_ms;
use crate::engine::outbox::Work;
use crate::engine::queue::item::{Item, KnownDuplicate};
use crate::engine::{Command, LifecycleEvent, Preferences};
use crate::model::fault::RequiredAction;
use crate::model::snapshot::ItemId;
use crate::model::upload::{Event, Original, UploadState};
use crate::store::{AssetRecord, AssetRemark, HistoryChange};

impl<S: Service> Actor<S> {
    pub(super) fn handle_command(&mut self, command: Command) {
        match command {
            Command::Add(paths) => {
                self.add(paths, true, None);
            }
            Command::AddAgain(paths) => {
                let add = self.add(paths, true, None);
                self.intake.set_again(add);
            }
            Command::AddLabelled(paths, label) => {
                self.add(paths, true, Some(&label));
            }
            Command::AddFromOutside(paths) => {
                self.add(paths, false, None);
            }
            Command::EditBatch { batch, label, note } => {
                self.edit_batch(batch, &label, note.as_deref());
            }
            Command::RemoveBatch(batch) => {
                let is_in = |item: &Item| item.batch.as_ref().is_some_and(|own| own.id == batch);
                // A file may have been added to it since this was offered.
                if self.queue.ids_where(is_in).is_empty() {
                    self.batches.dismiss(batch);
                }
            }
            Command::Start => {
                let ready = self
                    .queue
                    .ids_where(|item| item.upload().state == UploadState::Ready);
                self.start_or_claim(&ready);
            }
            Command::StartItems(ids) => self.start_or_claim(&ids),
            Command::Pause => {
                self.gate.set_paused(true);
                let active = self.queue.ids_where(|item| item.upload().is_active());
                self.each(&active, &Event::Hold);
            }
            Command::Resume => self.gate.set_paused(false),
            Command::PauseItems(ids) => self.each(&ids, &Event::Pause),
            Command::ResumeItems(ids) => self.each(&ids, &Event::Resume),
            Command::Cancel(ids) => self.each(&ids, &Event::Cancel),
            Command::Retry(ids) => self.each(&ids, &Event::Retry),
            Command::Locate(id, path) => self.locate(id, path),
            Command::Remove(ids) => self.remove(&ids),
            Command::UndoRemove => self.undo_remove(),
            Command::UploadAnyway(ids) => {
                self.each(&ids, &Event::UploadAnyway);
                self.say_that_a_key_is_missing();
            }
            Command::TakeIds(ids) => {
                self.regroup();
                let is_under_way = |known: &KnownDuplicate| {
                    !known.waits && matches!(known.original, Original::Row(_))
                };
                for id in ids {
                    if self.known_duplicate(id).is_some_and(is_under_way) {
                        self.apply(id, Event::ReuseAssetId);
                    }
                }
                self.say_that_a_key_is_missing();
            }
            Command::SendFirst(ids) => self.send_first(&ids),
            Command::CheckAgain(ids) => self.each(&ids, &Event::CheckAgain),
            Command::TryNow(ids) => self.try_now(&ids),
            Command::CheckAssets(assets) => self.check_assets(assets),
            Command::StopChecking => self.stop_checking(),
            Command::DeleteAssets(assets) => self.delete_assets(assets),
            Command::StopDeleting => self.stop_deleting(),
            Command::ResumeDeletions => self.resume_deletions(),
            Command::ForgetDeletions => self.forget_left_deletions(),
            Command::ContinueInterrupted => {
                let interrupted = self.queue.ids_where(Item::is_interrupted);
                self.start_rows(&interrupted, &Event::Resume);
            }
            Command::DiscardInterrupted => {
                let interrupted = self.queue.ids_where(Item::is_interrupted);
                self.remove(&interrupted);
                // No notice of the end here: it would replace the offer to undo.
                self.queue.close_busy_period();
            }
            Command::SetKey(key, source) => self.replace_key(key, source),
            Command::SwitchKey(key, source) => self.switch_key(key, source),
            Command::HoldKey(key) => self.hold_key(key),
            Command::ForgetKey(account) => self.forget_key(&account),
            Command::NameAccount(account, name) => self.journal.name_account(&account, name),
            Command::JoinAccounts(one, other) => self.join(&one, &other),
            Command::NoKey => {
                self.keys.clear();
                self.asset_checks.on_key_changed();
                self.asset_deletions.on_key_changed();
                self.recall_accounts();
                self.invalidate_all();
            }
            Command::CheckKey(key, answer) => self.outbox.start(Work::TestKey(key, answer)),
            Command::FixDone => self.fix_done(),
            Command::Configure(Preferences {
                jobs,
                bandwidth,
                start_at_once,
            }) => {
                self.options.jobs = jobs;
                let before = self.options.bandwidth.get();
                self.options.bandwidth.set(bandwidth);
                if self.options.bandwidth.get() != before {
                    self.throughput.on_limit_changed();
                }
                self.options.start_at_once = start_at_once;
            }
            Command::SetNote {
                base_url,
                asset_id,
                note,
            } => self.journal.stage(HistoryChange::SetNote {
                base_url,
                asset_id,
                note,
            }),
            Command::RemoveAssets(assets) => {
                for asset in assets {
                    // The time of its line in the ledger.
                    let uploaded_at_ms = Some(now_ms());
                    let asset = AssetRecord {
                        uploaded_at_ms,
                        ..asset
                    };
                    self.journal.stage(HistoryChange::RemoveAsset(asset));
                }
            }
            Command::Shutdown => self.stopped = true,
            #[cfg(test)]
            Command::Count(answer) => {
                let _ = answer.send(self.count());
            }
        }
    }

    pub(super) fn each(&mut self, ids: &[ItemId], event: &Event) {
        for id in ids {
            self.apply(*id, event.clone());
        }
    }

    /// Starts rows and lifts a pause of the queue, since the user wants progress.
    fn start_rows(&mut self, ids: &[ItemId], event: &Event) {
        let started = ids.iter().filter(|id| self.apply(**id, event.clone()));
        if started.count() > 0 {
            self.gate.set_paused(false);
        }
    }

    /// Starts files, but for duplicates of the history, which are looked up anyway: one whose
    /// asset is gone is never re-sent without asking.
    fn start_or_claim(&mut self, ids: &[ItemId]) {
        self.regroup();
        let wanted: HashSet<ItemId> = ids.iter().copied().collect();
        let mut rest = vec![];
        for id in ids {
            let known = self.known_duplicate(*id);
            match known.map(|known| (&known.original, known.waits)) {
                Some((Original::Asset(_), _)) => {}
                // Its original is not started, so neither is this row.
                Some((Original::Row(row), true)) if !wanted.contains(row) => {}
                _ => rest.push(*id),
            }
        }
        self.start_rows(&rest, &Event::Start);
        self.say_that_a_key_is_missing();
    }

    fn known_duplicate(&self, id: ItemId) -> Option<&KnownDuplicate> {
        self.queue.get(id)?.known_duplicate.as_ref()
    }

    /// Asks for a key, again on every start without one.
    fn say_that_a_key_is_missing(&mut self) {
        if self.keys.state().is_missing() {
            self.gate.lift_if(RequiredAction::Key);
        }
    }

    /// Removes rows from the list. Their tasks stop as on exit, so that an undo can resume them.
    pub(super) fn remove(&mut self, ids: &[ItemId]) {
        if !ids.iter().any(|id| self.queue.contains(*id)) {
            return;
        }
        self.forget_removed();
        for id in ids {
            let Some(item) = self.queue.remove(*id) else {
                continue;
            };
            self.duplicates.invalidate(item);
            self.missing_files.remove(*id);
            self.publisher.on_change(*id);
            self.publisher.on_order_change();
            self.batches.on_removed();
            self.journal.drop_item(*id);
            if let Some(asset) = item.upload().reserved_id.clone() {
                self.sessions.set_removed(&asset, true);
            }
            self.notify_dependents(*id, None);
        }
    }

    /// Makes the last removal final and drops its sessions.
    pub(super) fn forget_removed(&mut self) {
        for item in self.queue.take_removed() {
            let Some(asset) = &item.upload().reserved_id else {
                continue;
            };
            if let UploadState::Paused { .. } = item.upload().state {
                let remark = Some(AssetRemark::Abandoned);
                self.journal
                    .stage_asset(&item.origin_of_earlier(), asset, None, None, remark);
            }
            self.sessions.forget(asset);
        }
    }

    fn undo_remove(&mut self) {
        for item in self.queue.take_removed() {
            let id = item.id;
            if let Some(asset) = &item.upload().reserved_id {
                self.sessions.set_removed(asset, false);
            }
            self.missing_files.on_change(&item);
            self.queue.put_back(item);
            self.on_inserted(id);
            self.apply(id, Event::RemovalUndone);
        }
    }

    /// Moves rows that have not started before all other such rows, in the given order.
    fn send_first(&mut self, ids: &[ItemId]) {
        for id in self.queue.send_first(ids) {
            if let Some(item) = self.queue.get(id) {
                self.duplicates.invalidate(item);
                self.journal.stage_item(item);
                self.publisher.on_order_change();
            }
        }
    }

    /// Reports once that everything added has been found and checked.
    pub(super) fn report_intake(&mut self) {
        let items = self.queue.items();
        let is_checking = || items.values().any(Item::is_being_checked);
        if self.intake.report_done(is_checking) {
            self.follow(None, PathBuf::new(), LifecycleEvent::IntakeDone);
        }
    }
}
