//! The API key: how far it is trusted, and what waits for it.
//!
//! A key is checked before the first upload unless it was valid within the last hour, so that a
//! rejected key costs two requests at most.

use std::time::Duration;

use tokio::time::Instant;

use super::Actor;
use super::waits::is_offline;
use crate::api::Service;
use crate::api::shared_rate_limit::SharedRateLimit;
use crate::engine::Notice;
use crate::engine::clock::now_ms;
use crate::engine::lifecycle::LifecycleEvent;
use crate::engine::queue::item::Item;
use crate::model::asset::{Account, AssetAnswer};
use crate::model::fault::{Fault, FaultKind, RequiredAction};
use crate::model::key::ApiKey;
use crate::model::snapshot::ItemId;
use crate::model::snapshot::{KeySource, KeyState};
use crate::model::upload::{Event, UploadState};

/// Time for which a successful check of a key counts.
const KEY_STAYS_GOOD: Duration = Duration::from_secs(3600);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum KeyCheck {
    Unchecked,
    Checking,
    /// The check had no answer: one transfer at a time until the service replies.
    Unverified,
    Valid,
    Rejected,
}

/// Returns whether a row waits for the key it was sent with.
pub(super) fn is_other_keys(state: &UploadState) -> bool {
    matches!(state, UploadState::OtherKey { .. })
}

impl<S: Service> Actor<S> {
    /// Returns whether journal and key let uploads start; checks an unchecked key.
    pub(super) fn may_start(&mut self) -> bool {
        if !self.journal.is_good() {
            return false;
        }
        let Some((key, _)) = self.key.clone() else {
            if self.no_key {
                self.hold_queue(RequiredAction::Key, Fault::new(FaultKind::Unauthorized));
            }
            return false;
        };
        match self.trust {
            KeyCheck::Valid | KeyCheck::Unverified => true,
            KeyCheck::Checking | KeyCheck::Rejected => false,
            KeyCheck::Unchecked => {
                self.trust = KeyCheck::Checking;
                self.key_check = Some(self.tasks.check_key(key));
                false
            }
        }
    }

    pub(super) fn max_transfers(&self) -> usize {
        if self.trust == KeyCheck::Valid {
            self.options.jobs.max(1)
        } else {
            1
        }
    }

    pub(super) fn key_checked(&mut self, account: &Account, outcome: Result<(), Fault>) {
        if self.account().as_ref() != Some(account) {
            self.prechecked_account = outcome.is_ok().then(|| account.clone());
            return;
        }
        self.key_check = None;
        self.probe = None;
        match outcome {
            Ok(()) => self.key_is_good(),
            Err(fault) => match fault.fix() {
                Some(fix) => {
                    // Checked again when the user reports the fix.
                    self.trust = KeyCheck::Unchecked;
                    self.hold_queue(fix, fault);
                }
                None if self.trust == KeyCheck::Checking => self.trust = KeyCheck::Unverified,
                None => {}
            },
        }
    }

    /// Notes a reply that only a valid key gets.
    pub(super) fn key_is_good(&mut self) {
        self.offline = None;
        if self.trust == KeyCheck::Valid {
            return;
        }
        self.trust = KeyCheck::Valid;
        if let Some((key, _)) = &self.key {
            self.journal.key_is_good(key);
        }
    }

    pub(super) fn account(&self) -> Option<Account> {
        self.key.as_ref().map(|(key, _)| key.account())
    }

    /// Returns whether the row was last sent or asked about with the current key.
    pub(super) fn was_asked_with_this_key(&self, id: ItemId) -> bool {
        let asked = self
            .queue
            .get(id)
            .and_then(|item| item.last_asked_account.clone());
        asked.is_some() && asked == self.account()
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
        let item = self
            .queue
            .get(id)
            .filter(|item| item.upload().attempt == *attempt);
        let Some((owner, last_asked_account)) =
            item.and_then(|item| item.account.clone().zip(item.last_asked_account.clone()))
        else {
            return false;
        };
        let is_current = self.was_asked_with_this_key(id);
        let is_own = is_current && self.own.contains(&owner);
        if owner == last_asked_account {
            return false;
        }
        match answer {
            AssetAnswer::Known(_) => {
                if is_current && !is_own {
                    self.join(&owner);
                }
                if is_current {
                    self.follow_joined(id);
                }
                return false;
            }
            AssetAnswer::NotFound if is_own => return false,
            AssetAnswer::NotFound if is_current => {
                let last4 = self.journal.last4(&owner);
                let attempt = *attempt;
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

    /// Joins the accounts of two keys, since both know an asset.
    fn join(&mut self, owner: &Account) {
        let Some(account) = self.account() else {
            return;
        };
        tracing::info!("two keys are of one account");
        self.own.extend(self.journal.joined(owner));
        self.journal.join(&account, owner);
        self.invalidate_all();
        let sent_with_other = self.queue.ids_in(is_other_keys);
        let is_own = |id: &ItemId| {
            let item = self.queue.get(*id);
            item.is_some_and(|item| item.is_of(&self.own))
        };
        let now_own: Vec<ItemId> = sent_with_other.into_iter().filter(is_own).collect();
        self.each(&now_own, &Event::CheckAgain);
    }

    /// Reads the accounts that the current key is known to share.
    pub(super) fn recall_accounts(&mut self) {
        let joined = self.account().map(|account| self.journal.joined(&account));
        self.own = joined.unwrap_or_default();
    }

    /// Returns whether started uploads may go on to send.
    pub(super) fn may_keep_sending(&self) -> bool {
        self.journal.is_good() && self.needs.is_none() && !self.paused && self.key.is_some()
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
                if is_offline(fault.kind) {
                    self.offline.get_or_insert_with(Instant::now);
                } else if fault.diagnostics.http_status.is_some() {
                    self.offline = None;
                }
            }
            _ => {}
        }
    }

    /// Holds the queue until the user acts; announced once.
    pub(super) fn hold_queue(&mut self, fix: RequiredAction, fault: Fault) {
        if let (RequiredAction::Key, Some((key, _))) = (fix, &self.key) {
            self.trust = KeyCheck::Rejected;
            self.journal.key_is_refused(&key.account());
        }
        if self.needs.is_some() {
            return;
        }
        self.needs = Some(fix);
        self.hold_calls();
        self.outbox
            .notify(Notice::Needs(fix, std::sync::Arc::new(fault.clone())));
        self.follow(
            None,
            std::path::PathBuf::new(),
            LifecycleEvent::NeedsUser(fault),
        );
    }

    /// Parks calls not under way yet, as they would be rejected as well.
    fn hold_calls(&mut self) {
        let mut not_begun = vec![];
        for item in self.queue.items_mut() {
            match &item.upload().state {
                UploadState::Processing { .. } if item.running.is_some() => {
                    item.running = None;
                    item.parked_poll = true;
                }
                UploadState::Hashing => not_begun.push(item.id),
                UploadState::Sending { .. }
                    if item.meter.as_ref().is_none_or(|meter| !meter.started()) =>
                {
                    not_begun.push(item.id);
                }
                _ => {}
            }
        }
        for id in not_begun {
            self.apply(id, Event::Hold);
        }
    }

    pub(super) fn set_key(&mut self, key: ApiKey, source: KeySource) {
        let is_new = self.account().as_ref() != Some(&key.account());
        if is_new {
            self.forget_unconfirmed();
            // Another account has its own balance and limits.
            self.needs = None;
        }
        self.key = Some((key, source));
        self.no_key = false;
        self.recall_accounts();
        // Another account has other assets.
        self.invalidate_all();
        self.key_check = None;
        self.probe = None;
        self.trust = KeyCheck::Unchecked;
        self.share_limit();
        self.restore_key_check();
        if self.prechecked_account.take() == self.account() {
            self.key_is_good();
        }
        if self.needs == Some(RequiredAction::Key) {
            self.needs = None;
        }
        self.unpark();
        if is_new {
            let sent_with_other = self.queue.ids_in(is_other_keys);
            self.each(&sent_with_other, &Event::CheckAgain);
        }
    }

    /// Tries again after the user has fixed the cause.
    pub(super) fn fix_done(&mut self) {
        self.needs = None;
        if self.trust == KeyCheck::Rejected {
            self.trust = KeyCheck::Unchecked;
        }
        self.unpark();
    }

    /// Shares the account's rate limit with this computer's other processes.
    pub(super) fn share_limit(&self) {
        if let (Some(folder), Some((key, _))) = (&self.options.shared, &self.key) {
            let slots = SharedRateLimit::new(folder, &key.account(), &self.options.base_url);
            self.tasks.service().limiter().share(Some(slots));
        }
    }

    /// Resumes polls that were parked.
    pub(super) fn unpark(&mut self) {
        let parked: Vec<_> = self
            .queue
            .items_mut()
            .filter(|item| item.parked_poll)
            .map(|item| {
                item.parked_poll = false;
                // Nobody polled meanwhile, so the elapsed time proves nothing.
                item.polled_since = Some(tokio::time::Instant::now());
                item.id
            })
            .collect();
        for id in parked {
            self.apply(id, Event::CheckAgain);
        }
    }

    /// Marks the key valid if it was so recently, in this run or an earlier one.
    pub(super) fn restore_key_check(&mut self) {
        let Some((key, source)) = self
            .key
            .as_ref()
            .filter(|_| self.trust == KeyCheck::Unchecked)
        else {
            return;
        };
        let limit = now_ms() - i64::try_from(KEY_STAYS_GOOD.as_millis()).unwrap_or(i64::MAX);
        let good_at = self.journal.key_good_at(&key.account());
        if *source == KeySource::Sandbox || good_at.is_some_and(|at| at > limit && at <= now_ms()) {
            self.trust = KeyCheck::Valid;
        }
    }

    pub(super) fn key_state(&self) -> KeyState {
        match &self.key {
            Some((key, source)) => KeyState::Present {
                source: *source,
                last4: key.last4(),
                refused: self.trust == KeyCheck::Rejected,
                checked: self.trust == KeyCheck::Valid,
            },
            None if self.no_key => KeyState::Missing,
            None => KeyState::Loading,
        }
    }
}
