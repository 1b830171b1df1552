//! The API key in use: its accounts, and how far it is trusted.
//!
//! A key is checked before the first upload unless it was valid within the last hour, so that a
//! rejected key costs two requests at most.

#[cfg(test)]
mod tests;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use super::tasks::task::Task;
use crate::model::accounts::{AccountInfo, Accounts};
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

/// The current key and what is known of it.
#[derive(Debug)]
pub(super) struct Keys {
    key: Option<(ApiKey, KeySource)>,
    /// There is certainly no key.
    is_missing: bool,
    check: KeyCheck,
    is_probing: bool,
    /// Checks of the current key under way.
    tasks: Vec<Task>,
    /// Accounts of the current key: its own, and those that were joined with it.
    accounts: HashSet<Account>,
    /// Account of a key that passed a check before it came into use.
    prechecked_account: Option<Account>,
    /// Keys of other accounts that were in use before in this run: what was started with one of
    /// them goes on with it.
    former: HashMap<Account, ApiKey>,
    /// Accounts that the history knows.
    in_history: Vec<AccountInfo>,
    /// Those and the current one, for front ends.
    known: Arc<Accounts>,
}

impl Keys {
    pub fn new(key: Option<(ApiKey, KeySource)>) -> Self {
        Self {
            key,
            is_missing: false,
            check: KeyCheck::Unchecked,
            is_probing: false,
            tasks: vec![],
            accounts: HashSet::new(),
            prechecked_account: None,
            former: HashMap::new(),
            in_history: vec![],
            known: Arc::default(),
        }
    }

    pub fn key(&self) -> Option<&ApiKey> {
        self.key.as_ref().map(|(key, _)| key)
    }

    pub fn account(&self) -> Option<Account> {
        self.key().map(ApiKey::account)
    }

    /// Returns the key for a row of this account: that of another account while it is held, or
    /// else the current one.
    pub fn key_for(&self, account: Option<&Account>) -> Option<&ApiKey> {
        let others = account.filter(|account| !self.accounts.contains(account));
        let former = others.and_then(|account| self.former.get(account));
        former.or(self.key())
    }

    /// Returns whether a row of this account can go on.
    pub fn holds(&self, account: &Account) -> bool {
        self.accounts.contains(account) || self.holds_former(account)
    }

    /// Holds the key of another account than the current one, for what was started with it.
    pub fn hold_former(&mut self, key: ApiKey) {
        if self.account() != Some(key.account()) {
            self.former.insert(key.account(), key);
        }
    }

    /// Keeps the current key for what was started with it, unless the service rejected it.
    pub fn keep_for_started(&mut self) {
        let is_good = self.check != KeyCheck::Rejected;
        if let Some(key) = self.key().filter(|_| is_good).cloned() {
            self.former.insert(key.account(), key);
        }
    }

    /// Returns whether the key of this account is held, though another one is in use.
    pub fn holds_former(&self, account: &Account) -> bool {
        self.former.contains_key(account)
    }

    /// Forgets a key that was in use before.
    pub fn forget_former(&mut self, account: &Account) {
        self.former.remove(account);
    }

    /// Returns all known accounts and the current one.
    pub fn known(&self) -> &Arc<Accounts> {
        &self.known
    }

    /// Sets the accounts that the history knows.
    pub fn set_known(&mut self, accounts: Vec<AccountInfo>) {
        self.in_history = accounts;
        self.list_known();
    }

    /// Returns the accounts that the history knows, but for these.
    pub fn others(&self, own: &HashSet<Account>) -> HashSet<Account> {
        let known = self.in_history.iter().map(|info| &info.account);
        known.filter(|it| !own.contains(it)).cloned().collect()
    }

    fn list_known(&mut self) {
        let current = self.key().map(|key| (key.account(), key.last4()));
        self.known = Arc::new(Accounts::new(self.in_history.clone(), current));
    }

    /// Returns the current key's account and those joined with it.
    pub fn accounts(&self) -> &HashSet<Account> {
        &self.accounts
    }

    pub fn set_accounts(&mut self, accounts: HashSet<Account>) {
        self.accounts = accounts;
        self.list_known();
    }

    /// Adds the accounts of another key that turned out to be of one account with this one.
    pub fn add_accounts(&mut self, accounts: HashSet<Account>) {
        self.accounts.extend(accounts);
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
        self.former.remove(&key.account());
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

    /// Returns whether a check is to begin; none is needed where one is under way or was made.
    pub fn begin_check(&mut self) -> bool {
        let begins = self.key.is_some() && self.check == KeyCheck::Unchecked;
        if begins {
            self.check = KeyCheck::Checking;
        }
        begins
    }

    /// Returns whether a probe is to begin: a check in spite of a rate-limit hold, one at a time.
    pub fn begin_probe(&mut self) -> bool {
        let begins = self.key.is_some() && !self.is_probing;
        self.is_probing |= begins;
        begins
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
