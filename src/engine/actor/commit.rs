//! The end of a turn: what may start starts, everything is written, shown, carried out.

use tokio::sync::oneshot;

use super::Actor;
use super::effects::note;
use super::message::ActorMessage;
use crate::api::Service;
use crate::engine::gate::Work;
use crate::engine::item::{Item, Task};
use crate::engine::journal::Origin;
use crate::engine::lifecycle::{LifecycleEvent, LifecycleRecord};
use crate::engine::{FrontEnd, Notice};
use crate::model::asset::{AssetId, AssetStatus, ContentHash};
use crate::model::fault::FaultKind;
use crate::model::snapshot::ItemId;
use crate::model::upload::{Effect, Event, Upload, UploadState};

/// Ids that are found out at a time: one is asked for while the next one is compared.
const MAX_ID_LOOKUPS: usize = 2;

/// What waits for the end of the turn's transaction.
#[derive(Default)]
pub(super) struct Outbox {
    pub effects: Vec<(ItemId, Effect)>,
    pub turns: Vec<LifecycleRecord>,
    pub notices: Vec<Notice>,
    pub acknowledged: Vec<oneshot::Sender<()>>,
    pub released: Vec<ItemId>,
}

impl<S: Service> Actor<S> {
    /// Starts what may start, writes, shows, and carries out what follows.
    pub(super) fn commit_and_publish(&mut self) {
        while self.background_tasks.try_join_next().is_some() {}
        // Effects may move uploads again at once (a poll that is parked, a queue that is
        // held); what they cause is journaled in a transaction of its own.
        while self.commit_once() {}
        self.watch_missing();
        if !self.journal.is_waiting() {
            self.end_batch();
        }
    }

    /// Says whether there is more to finish.
    fn commit_once(&mut self) -> bool {
        self.report_intake();
        self.start_uploads();
        self.start_id_lookups();
        let was_good = self.journal.is_good();
        let saved = self.commit_journal();
        if !saved || self.journal.is_ledger_behind() {
            self.try_again_later();
        }
        if self.journal.is_waiting() {
            self.defer_until_saved();
            return false;
        }
        if !saved {
            self.journal_is_unwritable();
        }
        if self.journal.is_good() {
            self.scan_for_duplicates();
        }
        let came_back = !was_good && self.journal.is_good();
        self.say();
        let outbox = std::mem::take(&mut self.outbox);
        self.hand_to_keychain();
        self.check_keys();
        for ready in outbox.acknowledged {
            let _ = ready.send(());
        }
        for id in outbox.released {
            if let Some(meter) = self.items.get(&id).and_then(|item| item.meter.as_ref()) {
                meter.release();
            }
        }
        let any = !outbox.effects.is_empty();
        let mut checks: (Vec<ItemId>, Vec<ItemId>) = (vec![], vec![]);
        for (id, effect) in outbox.effects {
            match effect {
                // Many at once are one task.
                Effect::CheckFile => checks.0.push(id),
                Effect::RecheckFile => checks.1.push(id),
                effect => self.carry_out(id, effect),
            }
        }
        self.check(&checks.0, std::time::Duration::ZERO);
        self.check(&checks.1, self.options.policy.unchanged_for);
        any || came_back
    }

    /// Tells the front end what is written by now, or cannot be.
    pub(super) fn say(&mut self) {
        let turns = std::mem::take(&mut self.outbox.turns);
        if let Some(follower) = &self.options.follower {
            for turn in turns {
                let _ = follower.send(turn);
            }
        }
        let notices = std::mem::take(&mut self.outbox.notices);
        self.show(notices);
    }

    /// Another program holds the database, or it is being repaired: until what happened is
    /// on disk nothing is shown and nothing begins. What is to stop stops at once.
    fn defer_until_saved(&mut self) {
        let effects = std::mem::take(&mut self.outbox.effects);
        let (stops, rest) = effects
            .into_iter()
            .partition(|(_, effect)| matches!(effect, Effect::Abort));
        self.outbox.effects = rest;
        for (id, stop) in stops {
            self.carry_out(id, stop);
        }
    }

    /// One transaction; false where it is not on disk.
    pub(super) fn commit_journal(&mut self) -> bool {
        for (asset, at_ms) in self.sessions.take_notes() {
            self.journal.stage_session(&asset, at_ms);
        }
        let saved = self.journal.commit();
        if self.journal.needs_reopen() {
            self.open_history();
        }
        if self.journal.is_waiting() {
            return false;
        }
        let (missing, written) = self.journal.unsaved_ids();
        for (id, asset) in missing {
            self.publisher.on_change(id);
            if let Some(item) = self.items.get(&id) {
                let path = item.path.clone();
                self.follow(Some(id), path, LifecycleEvent::NotSaved(asset));
            }
        }
        for id in written {
            self.publisher.on_change(id);
        }
        saved
    }

    /// Everything that is known, for a history that had to be made anew.
    pub(super) fn stage_all(&mut self) {
        for item in self.items.values() {
            self.journal.stage_item(item);
            if let Some((asset, origin)) = own_asset(item) {
                let status = last_word(&item.upload);
                let note = note(item, asset, false);
                self.journal
                    .stage_asset(&origin, asset, stored_content(item), status, note);
            }
        }
    }

    /// Fills the free places from the queue, in its order.
    fn start_uploads(&mut self) {
        if self.queued.is_empty() || !self.may_begin(Work::StartUpload) {
            return;
        }
        let places = self.keys.max_transfers(self.options.jobs);
        while self.active_transfers.len() < places {
            let Some(&(position, id)) = self.queued.first() else {
                return;
            };
            let event = if self.has_duplicate_candidates(id) {
                Event::Compare
            } else {
                Event::Begin
            };
            if !self.apply(id, event) {
                self.queued.remove(&(position, id));
            }
        }
    }

    /// Finds out the ids that are wanted, a few at a time and whatever is being sent: a pause is
    /// one of bytes, and an id needs none.
    fn start_id_lookups(&mut self) {
        if self.id_lookup_queue.is_empty() || !self.may_begin(Work::LookUpId) {
            return;
        }
        while self.id_lookups_running.len() < MAX_ID_LOOKUPS {
            let Some(&(position, id)) = self.id_lookup_queue.first() else {
                return;
            };
            if !self.apply(id, Event::Compare) {
                self.id_lookup_queue.remove(&(position, id));
            }
        }
    }

    /// The journal cannot be written: nothing new starts; the command line ends, but for
    /// files that are still being looked at.
    fn journal_is_unwritable(&mut self) {
        let is_final = self.journal.has_answered() && !self.journal.is_locked();
        if self.options.front_end == FrontEnd::CommandLine && is_final {
            let known = |state: &UploadState| {
                !matches!(state, UploadState::Checking | UploadState::StillChanging)
            };
            for id in self.those(known) {
                self.apply(id, Event::CannotSave);
            }
        }
    }

    fn try_again_later(&mut self) {
        if self.save_again.is_none()
            && let Some(after) = self.journal.try_again_in()
        {
            let messages = self.messages.clone();
            self.save_again = Some(Task::spawn(async move {
                tokio::time::sleep(after).await;
                let _ = messages.send(ActorMessage::SaveAgain);
            }));
        }
    }
}

/// The hash of what is stored for a row. One that is known before is that of the file alone.
pub(super) fn stored_content(item: &Item) -> Option<ContentHash> {
    let is_stored = matches!(
        item.upload.state,
        UploadState::Processing { .. }
            | UploadState::Done { .. }
            | UploadState::Failed { .. }
            | UploadState::Cancelled { .. }
    );
    item.content.filter(|_| is_stored)
}

/// The asset that was made for a row, and for whom: that of which it is a duplicate is
/// another row's, or an earlier run's.
fn own_asset(item: &Item) -> Option<(&AssetId, Origin)> {
    match &item.upload.state {
        UploadState::Processing { .. }
        | UploadState::OtherKey { .. }
        | UploadState::Done { .. }
        | UploadState::Failed { .. }
        | UploadState::Cancelled { .. } => Some((item.upload.asset()?, item.origin())),
        _ => {
            let asset = item.upload.reserved_id.as_ref()?;
            Some((asset, item.origin_of_earlier()))
        }
    }
}

/// Returns what the service last said of a row's asset, as far as the row knows; `None` for an ID that is
/// only reserved.
fn last_word(upload: &Upload) -> Option<AssetStatus> {
    upload.stored_asset()?;
    Some(match (&upload.state, upload.fault()) {
        (UploadState::Done { .. }, _) | (_, Some(FaultKind::SizeMismatch)) => AssetStatus::Success,
        (_, Some(FaultKind::ProcessingFailed)) => AssetStatus::Failed,
        _ => AssetStatus::Waiting,
    })
}
