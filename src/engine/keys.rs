//! The API key in use: its accounts, and how far it is trusted.
//!
//! A key is checked before the first upload unless it was valid within the last hour, so that a
//! rejected key costs two requests at most.

#[cfg(test)]
mod tests;

use std::collections::HashSet;
use std::time::Duration;

use tokio::sync::oneshot;

use super::item::Task;
use crate::model::asset::Account;
use crate::model::fault::Fault;
use crate::model::key::ApiKey;
use crate::model::snapshot::{KeySource, KeyState};

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

/// Purpose of a call that checks a key.
#[derive(Debug)]
pub(super) enum KeyCall {
    /// Checks the current key in its turn.
    Check,
    /// Checks the current key at once, in spite of a rate-limit hold.
    Probe,
    /// Checks a key before it comes into use, and answers the user.
    Precheck(oneshot::Sender<Result<(), Fault>>),
}

/// The current key and what is known of it.
#[derive(Debug)]
pub(super) struct Keys {
    key: Option<(ApiKey, KeySource)>,
    /// There is certainly no key.
    is_missing: bool,
    check: KeyCheck,
    is_probing: bool,
    /// Calls to make after the turn's commit.
    calls: Vec<(ApiKey, KeyCall)>,
    /// Checks of the current key under way.
    tasks: Vec<Task>,
    /// Accounts of the current key: its own, and those that were joined with it.
    accounts: HashSet<Account>,
    /// Account of a key that passed a check before it came into use.
    prechecked_account: Option<Account>,
}

impl Keys {
    pub fn new(key: Option<(ApiKey, KeySource)>) -> Self {
        Self {
            key,
            is_missing: false,
            check: KeyCheck::Unchecked,
            is_probing: false,
            calls: vec![],
            tasks: vec![],
            accounts: HashSet::new(),
            prechecked_account: None,
        }
    }

    pub fn key(&self) -> Option<&ApiKey> {
        self.key.as_ref().map(|(key, _)| key)
    }

    pub fn account(&self) -> Option<Account> {
        self.key().map(ApiKey::account)
    }

    /// Returns the current key's account and those joined with it.
    pub fn accounts(&self) -> &HashSet<Account> {
        &self.accounts
    }

    pub fn set_accounts(&mut self, accounts: HashSet<Account>) {
        self.accounts = accounts;
    }

    pub fn check(&self) -> KeyCheck {
        self.check
    }

    pub fn state(&self) -> KeyState {
        match &self.key {
            Some((key, source)) => KeyState::Present {
                source: *source,
                last4: key.last4(),
                refused: self.check == KeyCheck::Rejected,
                checked: self.check == KeyCheck::Valid,
            },
            None if self.is_missing => KeyState::Missing,
            None => KeyState::Loading,
        }
    }

    /// Returns how many transfers of `wanted` the trust in the key allows.
    pub fn max_transfers(&self, wanted: usize) -> usize {
        match self.check {
            KeyCheck::Valid => wanted.max(1),
            _ => 1,
        }
    }

    /// Replaces the key, whose checks end; true if the new one passed a check before.
    pub fn set(&mut self, key: ApiKey, source: KeySource) -> bool {
        self.key = Some((key, source));
        self.is_missing = false;
        self.check = KeyCheck::Unchecked;
        self.end_checks();
        self.prechecked_account.take() == self.account()
    }

    /// Takes note that the user has no key.
    pub fn clear(&mut self) {
        self.key = None;
        self.is_missing = true;
    }

    fn end_checks(&mut self) {
        self.is_probing = false;
        self.tasks.clear();
        self.calls
            .retain(|(_, call)| matches!(call, KeyCall::Precheck(_)));
    }

    /// Trusts an unchecked key that was valid at `good_at` if that is recent; times in milliseconds
    /// since the Unix epoch.
    pub fn restore_check(&mut self, good_at: Option<i64>, now: i64) {
        let limit = now - i64::try_from(KEY_STAYS_GOOD.as_millis()).unwrap_or(i64::MAX);
        let is_recent = good_at.is_some_and(|at| at > limit && at <= now);
        let is_sandbox = matches!(self.key, Some((_, KeySource::Sandbox)));
        if self.check == KeyCheck::Unchecked && (is_sandbox || is_recent) {
            self.check = KeyCheck::Valid;
        }
    }

    pub fn request_check(&mut self) {
        if let (KeyCheck::Unchecked, Some(key)) = (self.check, self.key()) {
            self.calls.push((key.clone(), KeyCall::Check));
            self.check = KeyCheck::Checking;
        }
    }

    /// Asks for a probe, one at a time.
    pub fn request_probe(&mut self) {
        if let (false, Some(key)) = (self.is_probing, self.key()) {
            self.calls.push((key.clone(), KeyCall::Probe));
            self.is_probing = true;
        }
    }

    pub fn request_precheck(&mut self, key: ApiKey, answer: oneshot::Sender<Result<(), Fault>>) {
        self.calls.push((key, KeyCall::Precheck(answer)));
    }

    /// Returns the calls to make now, each with its key.
    pub fn take_calls(&mut self) -> Vec<(ApiKey, KeyCall)> {
        std::mem::take(&mut self.calls)
    }

    /// Keeps the task of a check or probe until its key is replaced or has been checked.
    pub fn keep(&mut self, task: Task) {
        self.tasks.push(task);
    }

    /// Takes note of a check's outcome; false if it was of another key.
    pub fn on_checked(&mut self, account: &Account, outcome: &Result<(), Fault>) -> bool {
        if self.account().as_ref() != Some(account) {
            self.prechecked_account = outcome.is_ok().then(|| account.clone());
            return false;
        }
        self.end_checks();
        match outcome {
            // Checked again when the user reports the fix.
            Err(fault) if fault.fix().is_some() => self.check = KeyCheck::Unchecked,
            Err(_) if self.check == KeyCheck::Checking => self.check = KeyCheck::Unverified,
            _ => {}
        }
        true
    }

    /// Takes note of a reply that only a valid key gets; returns the key if that is news.
    pub fn on_valid(&mut self) -> Option<&ApiKey> {
        let before = std::mem::replace(&mut self.check, KeyCheck::Valid);
        self.key().filter(|_| before != KeyCheck::Valid)
    }

    /// Takes note that the service rejects the key.
    pub fn on_rejected(&mut self) {
        self.check = KeyCheck::Rejected;
    }

    /// Lets a rejected key be checked again, since the user says that it is good now.
    pub fn recheck_rejected(&mut self) {
        if self.check == KeyCheck::Rejected {
            self.check = KeyCheck::Unchecked;
        }
    }
}
