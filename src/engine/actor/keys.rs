//! Sets and checks the key, follows assets of other keys, and holds the queue until the user acts.

use std::path::PathBuf;
use std::sync::Arc;

use super::Actor;
use crate::api::Service;
use crate::api::shared_rate_limit::SharedRateLimit;
use crate::engine::Notice;
use crate::engine::clock::now_ms;
use crate::engine::gate::{Obstacle, QueueStep};
use crate::engine::keys::KeyCheck;
use crate::engine::lifecycle::LifecycleEvent;
use crate::engine::outbox::Work;
use crate::engine::queue::item::Item;
use crate::model::asset::{Account, AssetAnswer};
use crate::model::fault::{Fault, FaultKind, RequiredAction};
use crate::model::key::ApiKey;
use crate::model::snapshot::{ItemId, KeySource, KeyState};
use crate::model::upload::{Event, UploadState};

/// Returns whether a row waits for the key it was sent with.
fn is_other_keys(item: &Item) -> bool {
    matches!(item.upload().state, UploadState::OtherKey { .. })
}

impl<S: Service> Actor<S> {
    pub(super) fn obstacle(&self, step: QueueStep) -> Option<Obstacle> {
        let is_saved = self.journal.is_good();
        self.gate.obstacle(step, &self.keys, is_saved)
    }

    /// Returns whether a step may be taken; asks for a key, or for its check, if that holds it up.
    pub(super) fn may_begin(&mut self, step: QueueStep) -> bool {
        match self.obstacle(step) {
            None => return true,
            Some(Obstacle::NoKey(KeyState::Missing)) => {
                self.hold_queue(RequiredAction::Key, Fault::new(FaultKind::Unauthorized));
            }
            Some(Obstacle::KeyCheck(KeyCheck::Unchecked)) => {
                if self.keys.begin_check() {
                    self.outbox.start(Work::CheckKey { is_probe: false });
                }
            }
            Some(_) => {}
        }
        false
    }

    pub(super) fn key_checked(&mut self, account: &Account, outcome: Result<(), Fault>) {
        if !self.keys.on_checked(account, &outcome) {
            return;
        }
        match outcome {
            Ok(()) => self.key_is_good(),
            Err(fault) => {
                if let Some(fix) = fault.fix() {
                    self.hold_queue(fix, fault);
                }
            }
        }
    }

    /// Notes a reply that only a valid key gets.
    pub(super) fn key_is_good(&mut self) {
        self.gate.on_reached();
        if let Some(key) = self.keys.on_valid() {
            self.journal.key_is_good(key);
        }
    }

    /// Returns whether the row was last sent or asked about with the current key.
    pub(super) fn was_asked_with_this_key(&self, id: ItemId) -> bool {
        let item = self.queue.get(id);
        let asked = item.and_then(|item| item.last_asked_account.as_ref());
        asked.is_some() && asked == self.keys.account().as_ref()
    }

    /// Handles a reply on an asset that another key sent, not known to share the account; false if
    /// `handle_upload_event` should go on as usual.
    pub(super) fn handle_other_key(&mut self, id: ItemId, event: &Event) -> bool {
        let Event::Polled {
            attempt, answer, ..
        } = event
        else {
            return false;
        };
        let Some(item) = self.queue.get_at(id, *attempt) else {
            return false;
        };
        let Some(owner) = item.account.clone() else {
            return false;
        };
        let asked = item.last_asked_account.as_ref();
        if asked.is_none_or(|asked| *asked == owner) {
            return false;
        }
        let is_current = self.was_asked_with_this_key(id);
        let is_own = is_current && self.keys.accounts().contains(&owner);
        match answer {
            AssetAnswer::Known(_) if is_current => {
                if !is_own && let Some(account) = self.keys.account() {
                    tracing::info!("two keys are of one account");
                    self.join(&account, &owner);
                }
                self.follow_joined(id);
                return false;
            }
            AssetAnswer::Known(_) => return false,
            AssetAnswer::NotFound if is_own => return false,
            AssetAnswer::NotFound if self.keys.holds_former(&owner) => {
                self.apply(id, Event::CheckAgain);
            }
            AssetAnswer::NotFound if is_current => {
                let (attempt, last4) = (*attempt, self.journal.last4(&owner));
                self.apply(id, Event::OtherKey { attempt, last4 });
                self.send_anew(id);
            }
            // The key was replaced meanwhile; the current one has not asked yet.
            AssetAnswer::NotFound => {
                self.apply(id, Event::CheckAgain);
            }
        }
        true
    }

    /// Tells the command line that an earlier run's asset turned out to be the current key's.
    fn follow_joined(&mut self, id: ItemId) {
        let Some(item) = self.queue.get_mut(id) else {
            return;
        };
        if item.id_to_leave.take().is_some()
            && let Some(asset) = item.undoubted_asset().cloned()
        {
            let path = item.path.clone();
            self.follow(Some(id), path, LifecycleEvent::Followed(Some(asset)));
        }
    }

    /// Sends a file of the command line whose asset only another key knows. The asset stays behind
    /// in a record of its own, for a run with that key.
    fn send_anew(&mut self, id: ItemId) {
        let Some(item) = self.queue.get_mut(id) else {
            return;
        };
        let Some(id_to_leave) = item.id_to_leave.take() else {
            return;
        };
        let (path, upload) = (item.path.clone(), item.upload().clone());
        let mut left = Item::new(id_to_leave, path, item.place().0, upload);
        left.file.clone_from(&item.file);
        left.added_at_ms = item.added_at_ms;
        left.account = item.account.take();
        self.journal.stage_item(&left);
        self.apply(id, Event::Rediscovered);
    }

    /// Joins the accounts of two keys, since both know an asset, or since the user says so.
    pub(super) fn join(&mut self, one: &Account, other: &Account) {
        self.journal.join(one, other);
        let mut joined = self.journal.joined(one);
        joined.extend(self.journal.joined(other));
        let current = self.keys.account();
        if !current.is_some_and(|account| joined.contains(&account)) {
            return;
        }
        self.keys.add_accounts(joined);
        self.invalidate_all();
        let own = self.keys.accounts();
        let now_own = |item: &Item| is_other_keys(item) && item.is_of(own);
        let now_own = self.queue.ids_where(now_own);
        self.each(&now_own, &Event::CheckAgain);
    }

    /// Reads the accounts that the current key is known to share.
    pub(super) fn recall_accounts(&mut self) {
        let account = self.keys.account();
        let joined = account.map(|account| self.journal.joined(&account));
        self.keys.set_accounts(joined.unwrap_or_default());
    }

    /// Updates the key check and the network state from an upload's event.
    pub(super) fn note_service_reply(&mut self, id: ItemId, event: &Event) {
        match event {
            Event::Sent { .. } | Event::SentButFileChanged { .. } | Event::Polled { .. }
                if self.was_asked_with_this_key(id) =>
            {
                self.key_is_good();
            }
            Event::AttemptFailed { fault, .. } | Event::PollFailed { fault, .. } => {
                self.gate.on_fault(fault);
            }
            _ => {}
        }
    }

    /// Holds the queue until the user acts; announced once.
    pub(super) fn hold_queue(&mut self, fix: RequiredAction, fault: Fault) {
        if fix == RequiredAction::Key
            && let Some(account) = self.keys.account()
        {
            self.keys.on_rejected();
            self.journal.key_is_refused(&account);
        }
        if !self.gate.require(fix) {
            return;
        }
        self.hold_calls();
        let notice = Notice::Needs(fix, Arc::new(fault.clone()));
        self.outbox.notify(notice);
        self.follow(None, PathBuf::new(), LifecycleEvent::NeedsUser(fault));
    }

    /// Parks calls not under way yet, as they would be rejected as well.
    fn hold_calls(&mut self) {
        self.asset_checks.hold();
        self.asset_deletions.hold();
        let mut not_begun = vec![];
        for item in self.queue.items_mut() {
            match &item.upload().state {
                UploadState::Processing { .. } if item.running.is_some() => {
                    item.running = None;
                    item.waits.park();
                }
                UploadState::Hashing => not_begun.push(item.id),
                UploadState::Sending { .. } if !item.transfer.has_started() => {
                    not_begun.push(item.id);
                }
                _ => {}
            }
        }
        self.each(&not_begun, &Event::Hold);
    }

    /// Replaces the key; what was started and is not under way takes the new one.
    pub(super) fn replace_key(&mut self, key: ApiKey, source: KeySource) {
        if let Some(before) = self.keys.account() {
            self.set_meant_for(None, |item| item.meant_for() == Some(&before));
        }
        self.set_key(key, source);
    }

    /// Changes to another account. What was started goes on with the key it was started with.
    pub(super) fn switch_key(&mut self, key: ApiKey, source: KeySource) {
        let before = self.keys.account();
        let before = before.filter(|before| *before != key.account());
        if let Some(before) = &before {
            self.set_meant_for(Some(before), |item| {
                item.upload().is_unfinished() && item.meant_for().is_none()
            });
            self.keys.keep_for_started();
        }
        self.set_key(key, source);
        if let Some(before) = before.filter(|before| !self.keys.holds(before)) {
            self.forget_key(&before);
        }
    }

    /// Sets the account that the wanted rows are meant for.
    fn set_meant_for(&mut self, account: Option<&Account>, wanted: impl Fn(&Item) -> bool) {
        for id in self.queue.ids_where(wanted) {
            if let Some(item) = self.queue.get_mut(id) {
                item.set_meant_for(account.cloned());
                self.journal.stage_item(item);
                self.publisher.on_change(id);
            }
        }
    }

    /// Goes on with what was started for another account.
    pub(super) fn hold_key(&mut self, key: ApiKey) {
        let account = key.account();
        self.keys.hold_former(key);
        let is_its = |item: &Item| is_other_keys(item) && item.account.as_ref() == Some(&account);
        let its = self.queue.ids_where(is_its);
        self.each(&its, &Event::CheckAgain);
    }

    /// Forgets the key of another account. Files that were started with it stop: they go to no
    /// other account.
    pub(super) fn forget_key(&mut self, account: &Account) {
        self.keys.forget_former(account);
        if !self.keys.holds(account) {
            let is_left = |item: &Item| item.meant_for() == Some(account);
            let left = self.queue.ids_where(is_left);
            self.each(&left, &Event::Pause);
        }
    }

    /// Forgets a key that was in use before and that the service now rejects for a row.
    pub(super) fn former_key_refused(&mut self, id: ItemId) {
        let asked = self
            .queue
            .get(id)
            .and_then(|item| item.last_asked_account.clone());
        if let Some(account) = asked.filter(|account| self.keys.holds_former(account)) {
            tracing::info!("the service rejects the key of another account");
            self.forget_key(&account);
            self.outbox.notify(Notice::OtherKeyRejected(account));
        }
    }

    fn set_key(&mut self, key: ApiKey, source: KeySource) {
        let is_new = self.keys.account() != Some(key.account());
        if is_new {
            self.forget_unconfirmed();
            // Another account has its own balance and limits.
            self.gate.lift();
        }
        self.asset_checks.on_key_changed();
        self.asset_deletions.on_key_changed();
        let is_prechecked = self.keys.set(key, source);
        self.recall_accounts();
        // Another account has other assets.
        self.invalidate_all();
        self.share_limit();
        self.restore_key_check();
        if is_prechecked {
            self.key_is_good();
        }
        self.gate.lift_if(RequiredAction::Key);
        self.unpark();
        if is_new {
            let sent_with_other = self.queue.ids_where(is_other_keys);
            self.each(&sent_with_other, &Event::CheckAgain);
        }
    }

    /// Tries again after the user has fixed the cause.
    pub(super) fn fix_done(&mut self) {
        self.gate.lift();
        self.keys.recheck_rejected();
        self.unpark();
    }

    /// Shares the account's rate limit with this computer's other processes.
    pub(super) fn share_limit(&self) {
        if let (Some(folder), Some(account)) = (&self.options.shared, self.keys.account()) {
            let slots = SharedRateLimit::new(folder, &account, &self.options.base_url);
            self.tasks.service().limiter().share(Some(slots));
        }
    }

    /// Resumes polls that were parked.
    pub(super) fn unpark(&mut self) {
        let rows = self.queue.items_mut().filter_map(|item| {
            item.waits.unpark().then(|| {
                // Nobody polled meanwhile, so the elapsed time proves nothing.
                item.waits.restart_polls();
                item.id
            })
        });
        let parked: Vec<ItemId> = rows.collect();
        self.each(&parked, &Event::CheckAgain);
    }

    /// Marks the key valid if it was so recently, in this run or an earlier one.
    pub(super) fn restore_key_check(&mut self) {
        let account = self.keys.account();
        let good_at = account.and_then(|account| self.journal.key_good_at(&account));
        self.keys.restore_check(good_at, now_ms());
    }
}
