//! Accounts whose keys are in the keychain, which cannot be listed everywhere. Kept in the settings.

use serde::{Deserialize, Serialize};

use super::keychain::KeySlot;
use crate::model::asset::Account;

/// Accounts with a key in the keychain, and the one used last.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SavedKeys {
    /// Account of the first entry, once its key was read or saved.
    first: Option<Account>,
    /// Accounts with entries of their own.
    others: Vec<Account>,
    /// Account that was used last; `None` for that of the first entry.
    last: Option<Account>,
}

impl SavedKeys {
    /// Returns every account with a saved key.
    pub fn accounts(&self) -> impl Iterator<Item = &Account> {
        self.first.iter().chain(&self.others)
    }

    /// Returns the accounts with keychain entries of their own.
    pub fn others(&self) -> &[Account] {
        &self.others
    }

    /// Returns the entry of an account's key; that of the first one for any unknown account.
    pub fn slot(&self, account: &Account) -> KeySlot {
        match self.others.contains(account) {
            true => KeySlot::Of(account.clone()),
            false => KeySlot::First,
        }
    }

    /// Returns the entry for a new key, which may take the place of another one.
    pub fn slot_for(&self, new: &Account, replaced: Option<&Account>) -> KeySlot {
        let is_saved = self.accounts().any(|account| account == new);
        let has_own_entry = |account: &Account| self.others.contains(account);
        let is_first_taken = self.first.is_some() && self.first.as_ref() != replaced;
        match is_saved {
            true => self.slot(new),
            false if is_first_taken || replaced.is_some_and(has_own_entry) => {
                KeySlot::Of(new.clone())
            }
            false => KeySlot::First,
        }
    }

    /// Returns the account that was used last, if one was.
    pub fn last(&self) -> Option<&Account> {
        self.last.as_ref()
    }

    /// Returns the entry of the key that was used last.
    pub fn last_slot(&self) -> KeySlot {
        let last = self.last.as_ref();
        last.map_or(KeySlot::First, |last| self.slot(last))
    }

    /// Takes note that an entry holds the key of this account.
    pub fn on_saved(&mut self, slot: &KeySlot, account: &Account) {
        match slot {
            KeySlot::First => {
                self.others.retain(|other| other != account);
                self.first = Some(account.clone());
            }
            KeySlot::Of(_) => {
                if !self.others.contains(account) {
                    self.others.push(account.clone());
                }
            }
        }
    }

    /// Takes note that the keychain holds no key of this account.
    pub fn on_removed(&mut self, account: &Account) {
        self.first.take_if(|first| first == account);
        self.others.retain(|other| other != account);
    }

    /// Takes note which account is used.
    pub fn on_used(&mut self, account: &Account) {
        self.last = Some(account.clone());
    }
}

#[cfg(test)]
mod tests;
