//! The end of a turn: what may start starts, everything is written, shown, carried out.

use tokio::sync::oneshot;

use super::Actor;
use super::effects::note;
use super::sessions::Job;
use super::told::Told;
use crate::api::Service;
use crate::engine::item::{Item, Task};
use crate::engine::journal::Origin;
use crate::engine::lifecycle::{Lifecycle, Turn};
use crate::engine::{FrontEnd, Notice};
use crate::model::asset::{AssetId, AssetStatus, ContentHash};
use crate::model::fault::FaultKind;
use crate::model::snapshot::ItemId;
use crate::model::upload::{Effect, Event, Upload, UploadState};

/// Ids that are found out at a time: one is asked for while the next one is compared.
const CLAIMS: usize = 2;

/// What waits for the end of the turn's transaction.
#[derive(Default)]
pub(super) struct Pending {
    pub effects: Vec<(ItemId, Effect)>,
    pub turns: Vec<Lifecycle>,
    pub notices: Vec<Notice>,
    pub acknowledged: Vec<oneshot::Sender<()>>,
    pub released: Vec<ItemId>,
    /// Calls to the keychain, once it is on disk that they are made.
    pub keychain: Vec<Job>,
}

impl<S: Service> Actor<S> {
    /// Starts what may start, writes, shows, and carries out what follows.
    pub(super) fn finish_turn(&mut self) {
        while self.errands.try_join_next().is_some() {}
        // Effects may move uploads again at once (a poll that is parked, a queue that is
        // held); what they cause is journaled in a transaction of its own.
        while self.finish_once() {}
        self.watch_for_missing();
        if !self.journal.is_waiting() {
            self.end_batch();
        }
    }

    /// Says whether there is more to finish.
    fn finish_once(&mut self) -> bool {
        self.say_when_taken_in();
        self.start_what_may();
        self.claim_ids();
        let was_good = self.journal.is_good();
        let saved = self.write_down();
        if !saved || self.journal.is_ledger_behind() {
            self.try_again_later();
        }
        if self.journal.is_waiting() {
            self.hold_back();
            return false;
        }
        if !saved {
            self.journal_is_unwritable();
        }
        if self.journal.is_good() {
            self.foresee();
        }
        let came_back = !was_good && self.journal.is_good();
        self.say();
        let pending = std::mem::take(&mut self.pending);
        self.hand_to_keychain(pending.keychain);
        for ready in pending.acknowledged {
            let _ = ready.send(());
        }
        for id in pending.released {
            if let Some(meter) = self.items.get(&id).and_then(|item| item.meter.as_ref()) {
                meter.release();
            }
        }
        let any = !pending.effects.is_empty();
        let mut looks: (Vec<ItemId>, Vec<ItemId>) = (vec![], vec![]);
        for (id, effect) in pending.effects {
            match effect {
                // Many at once are one task.
                Effect::CheckFile => looks.0.push(id),
                Effect::RecheckFile => looks.1.push(id),
                effect => self.carry_out(id, effect),
            }
        }
        self.look(&looks.0, std::time::Duration::ZERO);
        self.look(&looks.1, self.options.policy.unchanged_for);
        any || came_back
    }

    /// Tells the front end what is written by now, or cannot be.
    pub(super) fn say(&mut self) {
        let turns = std::mem::take(&mut self.pending.turns);
        if let Some(follower) = &self.options.follower {
            for turn in turns {
                let _ = follower.send(turn);
            }
        }
        let notices = std::mem::take(&mut self.pending.notices);
        self.show(notices);
    }

    /// Another program holds the database, or it is being repaired: until what happened is
    /// on disk nothing is shown and nothing begins. What is to stop stops at once.
    fn hold_back(&mut self) {
        let effects = std::mem::take(&mut self.pending.effects);
        let (stops, rest) = effects
            .into_iter()
            .partition(|(_, effect)| matches!(effect, Effect::Abort));
        self.pending.effects = rest;
        for (id, stop) in stops {
            self.carry_out(id, stop);
        }
    }

    /// One transaction; false where it is not on disk.
    pub(super) fn write_down(&mut self) -> bool {
        let saved = self.journal.commit();
        if self.journal.is_lost() {
            self.open_history();
        }
        if self.journal.is_waiting() {
            return false;
        }
        let (missing, written) = self.journal.what_is_missing();
        for (id, asset) in missing {
            self.dirty.insert(id);
            if let Some(item) = self.items.get(&id) {
                let path = item.path.clone();
                self.follow(Some(id), path, Turn::NotSaved(asset));
            }
        }
        self.dirty.extend(written);
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
    fn start_what_may(&mut self) {
        if self.queued.is_empty() || self.paused || self.needs.is_some() || !self.may_start() {
            return;
        }
        let places = self.places_allowed();
        while self.holding.len() < places {
            let Some(&(position, id)) = self.queued.first() else {
                return;
            };
            let event = if self.has_rivals(id) {
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
    fn claim_ids(&mut self) {
        if self.claims.is_empty() || self.needs.is_some() || !self.may_start() {
            return;
        }
        while self.claiming.len() < CLAIMS {
            let Some(&(position, id)) = self.claims.first() else {
                return;
            };
            if !self.apply(id, Event::Compare) {
                self.claims.remove(&(position, id));
            }
        }
    }

    /// The journal cannot be written: nothing new starts; the command line ends, but for
    /// files that are still being looked at.
    fn journal_is_unwritable(&mut self) {
        let is_final = self.journal.has_answered() && !self.journal.is_held();
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
            let told = self.told.clone();
            self.save_again = Some(Task::spawn(async move {
                tokio::time::sleep(after).await;
                let _ = told.send(Told::SaveAgain);
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
            let asset = item.upload.issued.as_ref()?;
            Some((asset, item.origin_of_earlier()))
        }
    }
}

/// What the service last said of a row's asset, as far as the row knows; `None` for an ID that is
/// only reserved.
fn last_word(upload: &Upload) -> Option<AssetStatus> {
    upload.stored_asset()?;
    Some(match (&upload.state, upload.fault()) {
        (UploadState::Done { .. }, _) | (_, Some(FaultKind::SizeMismatch)) => AssetStatus::Success,
        (_, Some(FaultKind::ProcessingFailed)) => AssetStatus::Failed,
        _ => AssetStatus::Waiting,
    })
}
