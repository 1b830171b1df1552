//! Begins what a turn asked for, once that is on disk.

use std::time::Duration;

use super::Actor;
use crate::api::Service;
use crate::engine::FrontEnd;
use crate::engine::gate::QueueStep;
use crate::engine::outbox::Work;
use crate::model::media::{FileStamp, Route};
use crate::model::snapshot::ItemId;
use crate::model::upload::{Effect, Event, UploadState};

impl<S: Service> Actor<S> {
    /// Begins work; reads files ahead and watches for missing ones.
    pub(super) fn carry_out(&mut self, work: Vec<Work>) {
        // Many checks at once are one task.
        let (mut checks, mut rechecks) = (vec![], vec![]);
        for work in work {
            match work {
                Work::Upload(id, Effect::CheckFile) => checks.extend(self.file_to_check(id)),
                Work::Upload(id, Effect::RecheckFile) => rechecks.extend(self.file_to_check(id)),
                Work::Upload(id, effect) => self.carry_out_effect(id, effect),
                Work::Acknowledge(ready) => {
                    let _ = ready.send(());
                }
                Work::Release(id) => {
                    let item = self.queue.get(id);
                    if let Some(meter) = item.and_then(|item| item.transfer.meter()) {
                        meter.release();
                    }
                }
                Work::Walk(added) => self.tasks.walk(added),
                Work::ResolvePaths(files) => self.tasks.resolve_paths(files),
                Work::RetryIntake => self.tasks.retry_intake(),
                Work::Locate(id, file) => self.tasks.locate(id, file),
                Work::ConfirmAsset {
                    item,
                    attempt,
                    candidates,
                } => self.confirm_asset(item, attempt, candidates),
                Work::CheckKey { is_probe } => {
                    if let Some(key) = self.keys.key().cloned() {
                        self.keys.keep(self.tasks.check_key(key, is_probe));
                    }
                }
                Work::TestKey(key, answer) => self.tasks.test_key(key, answer),
            }
        }
        self.tasks.check(checks, Duration::ZERO);
        self.tasks
            .check(rechecks, self.options.policy.unchanged_for);
        if self.journal.is_good() {
            let tasks = &self.tasks;
            self.duplicates
                .read_ahead(&self.queue, |files| tasks.read_ahead(files));
        }
        self.begin_check_step();
        self.begin_deletion();
        self.watch_missing_files();
    }

    fn carry_out_effect(&mut self, id: ItemId, effect: Effect) {
        match effect {
            Effect::Compare { attempt } => self.compare(id, attempt),
            Effect::Send {
                attempt,
                route,
                stamp,
            } => self.send(id, attempt, route, stamp),
            Effect::Abort => self.abort(id),
            Effect::ScheduleRetry { attempt, after } => {
                // It may have been stopped while the journal was locked.
                if let Some(item) = self.queue.get_mut_at(id, attempt) {
                    let due = Event::RetryDue { attempt };
                    item.running = Some(self.tasks.event_after(after, id, due));
                }
            }
            Effect::Poll { attempt, after } => self.poll(id, attempt, after),
            Effect::DiscardUploadUrl => {
                if let Some(item) = self.queue.get_mut(id) {
                    item.transfer.discard_ticket();
                }
            }
            Effect::BlockQueue(fix, fault) => {
                if self.was_asked_with_this_key(id) {
                    self.hold_queue(fix, fault);
                } else {
                    // It says nothing about the current key.
                    self.former_key_refused(id);
                }
            }
            // Checks are batched by the turn, and the outbox takes no records.
            Effect::CheckFile | Effect::RecheckFile | Effect::Record { .. } => {}
        }
    }

    /// Stops what runs for a row.
    pub(super) fn abort(&mut self, id: ItemId) {
        if let Some(item) = self.queue.get_mut(id) {
            item.stop();
            item.waits.unpark();
        }
    }

    fn send(&mut self, id: ItemId, attempt: u32, route: Route, stamp: FileStamp) {
        let may_send = self.obstacle(QueueStep::ContinueUpload).is_none();
        let meant_for = self.queue.get(id).and_then(|item| item.meant_for());
        if meant_for.is_some_and(|account| !self.keys.holds(account)) {
            // It goes to no other account.
            self.apply(id, Event::Pause);
            return;
        }
        let key = self.keys.key_for(meant_for).filter(|_| may_send);
        let Some(key) = key.cloned() else {
            // The journal could not record the start, or this turn put the queue on hold.
            self.apply(id, Event::Hold);
            return;
        };
        let Some(item) = self.queue.get_mut_at(id, attempt) else {
            // It was stopped while the journal was locked.
            return;
        };
        let account = Some(key.account());
        // A ticket of another account is useless here.
        let same_account = item.account == account;
        if same_account {
            item.transfer.discard_expired_ticket();
        } else {
            item.transfer.discard_ticket();
        }
        item.account.clone_from(&account);
        item.last_asked_account = account;
        let recall = self.sessions.to_recall(item).filter(|_| same_account);
        let (task, meter) = self.tasks.send(item, stamp, key, route, recall);
        item.transfer.begin(meter);
        item.running = Some(task);
    }

    /// Polls an asset after a delay; parked while there is no key or the queue is on hold.
    fn poll(&mut self, id: ItemId, attempt: u32, after: Duration) {
        let may_poll = self.obstacle(QueueStep::Poll).is_none();
        let owner = self.queue.get(id).and_then(|item| item.account.as_ref());
        let key = self.keys.key_for(owner).filter(|_| may_poll).cloned();
        let Some(item) = self.queue.get_mut(id) else {
            return;
        };
        let UploadState::Processing { asset, .. } = &item.upload().state else {
            return;
        };
        let asset = asset.clone();
        let Some(key) = key else {
            item.waits.park();
            return;
        };
        item.waits.unpark();
        item.last_asked_account = Some(key.account());
        item.running = Some(self.tasks.poll(item, asset, attempt, key, after));
    }

    /// Waits for missing files to be back; `upload` tells of them and ends.
    fn watch_missing_files(&mut self) {
        if self.options.front_end != FrontEnd::Window {
            return;
        }
        let after = self.options.policy.missing_file_interval;
        self.missing_files.update_watches(|folder, rows| {
            let files = rows.iter().filter_map(|id| {
                let item = self.queue.get(*id)?;
                Some((*id, item.file.clone(), item.upload().media?.stamp))
            });
            self.tasks
                .watch_folder(folder.to_owned(), files.collect(), after)
        });
    }
}
