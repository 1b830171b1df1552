//! Carries out the front end's commands.

use std::collections::{HashMap, HashSet};
use std::path::PathBuf;

use super::Actor;
use crate::api::Service;
use crate::engine::item::Item;
use crate::engine::{Command, LifecycleEvent, Preferences};
use crate::model::fault::RequiredAction;
use crate::model::snapshot::ItemId;
use crate::model::upload::{Event, Original, PausedBy, UploadState};
use crate::store::AssetNote;

impl<S: Service> Actor<S> {
    pub(super) fn handle_command(&mut self, command: Command) {
        match command {
            Command::Add(paths) => self.add(paths, true),
            Command::AddFromOutside(paths) => self.add(paths, false),
            Command::Start => {
                let ready = self.those(|state| *state == UploadState::Ready);
                self.start_or_claim(&ready);
            }
            Command::StartItems(ids) => {
                self.start_or_claim(&ids);
            }
            Command::Pause => {
                self.gate.set_paused(true);
                let moving = self.those(|state| {
                    matches!(
                        state,
                        UploadState::Sending {
                            body_out: false,
                            ..
                        } | UploadState::Hashing
                            | UploadState::RetryScheduled { .. }
                    )
                });
                let sends = |id: &ItemId| {
                    let item = self.items.get(id);
                    item.is_some_and(|item| !item.upload.counters.reuse_only)
                };
                let moving: Vec<ItemId> = moving.into_iter().filter(sends).collect();
                self.each(&moving, &Event::Hold);
            }
            Command::Resume => self.gate.set_paused(false),
            Command::PauseItems(ids) => {
                self.each(&ids, &Event::Pause);
            }
            Command::ResumeItems(ids) => {
                self.each(&ids, &Event::Resume);
            }
            Command::Cancel(ids) => {
                self.each(&ids, &Event::Cancel);
            }
            Command::Retry(ids) => {
                self.each(&ids, &Event::Retry);
            }
            Command::Locate(id, path) => self.locate(id, path),
            Command::Remove(ids) => self.remove(&ids),
            Command::UndoRemove => self.undo_remove(),
            Command::UploadAnyway(ids) => {
                self.each(&ids, &Event::UploadAnyway);
                self.say_that_a_key_is_missing();
            }
            Command::TakeIds(ids) => {
                self.weigh_what_changed();
                let known: Vec<ItemId> = ids.into_iter().filter(|id| self.is_known(*id)).collect();
                self.each(&known, &Event::ReuseAssetId);
                self.say_that_a_key_is_missing();
            }
            Command::SendFirst(ids) => self.send_first(&ids),
            Command::CheckAgain(ids) => {
                self.each(&ids, &Event::CheckAgain);
            }
            Command::TryNow(ids) => self.try_now(&ids),
            Command::ContinueInterrupted => {
                let interrupted = self.interrupted();
                self.start(&interrupted, &Event::Resume);
            }
            Command::DiscardInterrupted => {
                let interrupted = self.interrupted();
                self.remove(&interrupted);
                // No batch-finished notice here: it would replace the offer to undo.
                if !self.items.values().any(|item| item.upload.is_active()) {
                    self.batch.close();
                }
            }
            Command::SetKey(key, source) => self.set_key(key, source),
            Command::NoKey => {
                self.keys.clear();
                self.recall_accounts();
                self.invalidate_all();
            }
            Command::CheckKey(key, answer) => {
                self.keys.request_precheck(key, answer);
            }
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
            Command::Shutdown => self.stopped = true,
            #[cfg(test)]
            Command::Count(answer) => {
                let _ = answer.send(self.count());
            }
        }
    }

    /// Returns counts of held rows and running tasks.
    #[cfg(test)]
    fn count(&self) -> crate::engine::command::EngineCounts {
        let items = || self.items.values();
        crate::engine::command::EngineCounts {
            rows: self.items.len(),
            entries: self.order.len()
                + self.queued.len()
                + self.id_lookup_queue.len()
                + self.id_lookups_running.len()
                + self.by_path.len()
                + self.by_size.len()
                + self.dependents.len()
                + self.duplicate_scan.entries()
                + self.missing_files.entries()
                + self.publisher.entries(),
            running: items().filter(|item| item.running.is_some()).count(),
            meters: items().filter(|item| item.meter.is_some()).count(),
            tickets: items().filter(|item| item.ticket.is_some()).count(),
            places: self.active_transfers.len(),
        }
    }

    /// Applies `event` to each row; true if any of them moved.
    pub(super) fn each(&mut self, ids: &[ItemId], event: &Event) -> bool {
        let moved = ids.iter().filter(|id| self.apply(**id, event.clone()));
        moved.count() > 0
    }

    /// Starts rows and lifts a pause of the queue, since the user wants progress.
    fn start(&mut self, ids: &[ItemId], event: &Event) {
        if self.each(ids, event) {
            self.gate.set_paused(false);
        }
    }

    /// Starts new files and queues known duplicates for an id lookup. A duplicate whose asset is
    /// gone is never re-sent without asking.
    fn start_or_claim(&mut self, ids: &[ItemId]) {
        self.weigh_what_changed();
        let wanted: HashSet<ItemId> = ids.iter().copied().collect();
        let (mut uploaded, mut rest) = (vec![], vec![]);
        for id in ids {
            let known_duplicate = self
                .items
                .get(id)
                .and_then(|item| item.known_duplicate.as_ref());
            match known_duplicate
                .map(|known_duplicate| (&known_duplicate.original, known_duplicate.waits))
            {
                Some((Original::Asset(_), _)) => uploaded.push(*id),
                // Its original is not started, so neither is this row.
                Some((Original::Row(row), true)) if !wanted.contains(row) => {}
                _ => rest.push(*id),
            }
        }
        self.each(&uploaded, &Event::ReuseAssetId);
        self.start(&rest, &Event::Start);
        self.say_that_a_key_is_missing();
    }

    /// Returns whether a row duplicates one that was sent or is under way.
    fn is_known(&self, id: ItemId) -> bool {
        let known_duplicate = self
            .items
            .get(&id)
            .and_then(|item| item.known_duplicate.as_ref());
        known_duplicate.is_some_and(|known_duplicate| !known_duplicate.waits)
    }

    pub(super) fn those(&self, which: impl Fn(&UploadState) -> bool) -> Vec<ItemId> {
        let in_order = self.order.iter().map(|(_, id)| *id);
        in_order
            .filter(|id| {
                self.items
                    .get(id)
                    .is_some_and(|item| which(&item.upload.state))
            })
            .collect()
    }

    fn interrupted(&self) -> Vec<ItemId> {
        self.those(|state| {
            matches!(
                state,
                UploadState::Paused {
                    by: PausedBy::Restart
                }
            )
        })
    }

    /// Asks for a key, again on every start without one.
    fn say_that_a_key_is_missing(&mut self) {
        if self.keys.state().is_missing() {
            self.gate.lift_if(RequiredAction::Key);
        }
    }

    /// Removes rows from the list. Their tasks stop as on exit, so that an undo can resume them.
    pub(super) fn remove(&mut self, ids: &[ItemId]) {
        let gone: HashSet<ItemId> = ids
            .iter()
            .copied()
            .filter(|id| self.items.contains_key(id))
            .collect();
        if gone.is_empty() {
            return;
        }
        let mut identities: HashMap<ItemId, _> = self
            .by_path
            .extract_if(|_, row| gone.contains(row))
            .map(|(identity, row)| (row, identity))
            .collect();
        self.forget_removed();
        for id in ids {
            let Some(mut item) = self.items.remove(id) else {
                continue;
            };
            let place = (item.position, *id);
            self.order.remove(&place);
            self.queued.remove(&place);
            self.id_lookup_queue.remove(&place);
            self.id_lookups_running.remove(id);
            self.missing_files.remove(*id);
            self.active_transfers.remove(id);
            self.publisher.on_change(*id);
            self.forget_size(*id, item.upload.size());
            if let UploadState::Duplicate(Original::Row(original)) = item.upload.state {
                self.remove_dependent(*id, original);
            }
            item.running = None;
            item.note_resume_offset(&item.upload.state.clone());
            item.meter = None;
            item.parked_poll = false;
            item.upload = item.upload.after_restart();
            if let Some(asset) = &item.upload.reserved_id {
                self.sessions.mark_removable(asset);
            }
            self.journal.drop_item(*id);
            self.publisher.on_order_change();
            self.notify_dependents(*id, None);
            let identity = identities.remove(id);
            self.removed.push((item, identity));
        }
    }

    /// Makes the last removal final and drops its sessions.
    pub(super) fn forget_removed(&mut self) {
        for (item, _) in std::mem::take(&mut self.removed) {
            let Some(asset) = &item.upload.reserved_id else {
                continue;
            };
            if let UploadState::Paused { .. } = item.upload.state {
                let note = Some(AssetNote::Abandoned);
                self.journal
                    .stage_asset(&item.origin_of_earlier(), asset, None, None, note);
            }
            self.sessions.forget(asset);
        }
    }

    fn undo_remove(&mut self) {
        for (mut item, identity) in std::mem::take(&mut self.removed) {
            let id = item.id;
            item.polled_since = Some(tokio::time::Instant::now());
            if let Some(identity) = identity {
                self.by_path.entry(identity).or_insert(id);
            }
            if let Some(asset) = &item.upload.reserved_id {
                self.sessions.unmark_removable(asset);
            }
            self.journal.stage_item(&item);
            // An undo that restores unfinished rows continues the batch.
            if item.in_batch && item.upload.is_unfinished() {
                self.batch.reopen(item.upload.counters.batch);
            }
            self.missing_files.on_change(&item);
            self.put_back(item);
            self.apply(id, Event::RemovalUndone);
        }
    }

    /// Reports once that everything added has been found and checked.
    pub(super) fn report_intake(&mut self) {
        let is_unchecked = |item: &Item| {
            let state = &item.upload.state;
            matches!(state, UploadState::Checking | UploadState::StillChanging)
        };
        if self
            .intake
            .report_done(|| self.items.values().any(is_unchecked))
        {
            self.follow(None, PathBuf::new(), LifecycleEvent::IntakeDone);
        }
    }
}
