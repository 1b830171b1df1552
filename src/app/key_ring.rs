//! The API keys at hand: the one in use, those that no keychain holds, and which ones it does.

#[cfg(test)]
mod tests;

use super::key_entry::KeyPurpose;
use crate::engine::Command;
use crate::model::asset::Account;
use crate::model::key::ApiKey;
use crate::model::snapshot::KeySource;
use crate::store::{KeySlot, SavedKeys};

/// The API keys at hand.
#[derive(Debug, Default)]
pub struct KeyRing {
    /// Key that the account's engine was told last; its snapshot may lag.
    in_use: Option<(Account, KeySource)>,
    /// Keys that no keychain holds, to be switched back to.
    unsaved: Vec<(ApiKey, KeySource)>,
    /// Accounts whose keys the keychain holds.
    saved: SavedKeys,
}

impl KeyRing {
    /// Takes the accounts whose keys the keychain holds.
    pub fn new(saved: SavedKeys) -> Self {
        Self {
            saved,
            ..Self::default()
        }
    }

    pub fn saved(&self) -> &SavedKeys {
        &self.saved
    }

    /// Returns the account of the key in use.
    pub fn account(&self) -> Option<&Account> {
        self.in_use.as_ref().map(|(account, _)| account)
    }

    /// Returns all accounts with a key, the one in use first.
    pub fn accounts(&self) -> Vec<Account> {
        let unsaved = self.unsaved.iter().map(|(key, _)| key.account());
        let others = unsaved.chain(self.saved.accounts().cloned());
        let mut all: Vec<Account> = Vec::new();
        for account in self.account().cloned().into_iter().chain(others) {
            if !all.contains(&account) {
                all.push(account);
            }
        }
        all
    }

    /// Returns the key of an account that no keychain holds.
    pub fn unsaved(&self, account: &Account) -> Option<&(ApiKey, KeySource)> {
        self.unsaved
            .iter()
            .find(|(key, _)| key.account() == *account)
    }

    /// Returns whether this account's key can be removed: that of the environment cannot.
    pub fn can_remove(&self, account: &Account) -> bool {
        let unsaved = self.unsaved(account);
        self.accounts().contains(account)
            && unsaved.is_none_or(|(_, source)| *source != KeySource::Environment)
    }

    /// Returns the place that an entered key takes.
    pub fn purpose(&self, new: &Account, is_adding: bool) -> KeyPurpose {
        // A saved key that is pasted again is switched to.
        if is_adding || self.saved.accounts().any(|saved| saved == new) {
            return KeyPurpose::Add;
        }
        KeyPurpose::Replace(match &self.in_use {
            Some((account, KeySource::Keychain)) => Some(account.clone()),
            _ => None,
        })
    }

    /// Uses a key that no keychain holds; `is_other` if it does not replace the one in use.
    pub fn use_unsaved(&mut self, key: ApiKey, source: KeySource, is_other: bool) -> Command {
        self.drop_unsaved(&key.account());
        self.unsaved.push((key.clone(), source));
        self.use_key(key, source, is_other)
    }

    /// Uses a key of the keychain; `is_other` if it does not replace the one in use.
    pub fn use_saved(&mut self, slot: &KeySlot, key: ApiKey, is_other: bool) -> Command {
        let account = key.account();
        self.drop_unsaved(&account);
        self.saved.on_saved(slot, &account);
        self.saved.on_used(&account);
        self.use_key(key, KeySource::Keychain, is_other)
    }

    fn use_key(&mut self, key: ApiKey, source: KeySource, is_other: bool) -> Command {
        let account = key.account();
        let before = self.in_use.replace((account.clone(), source));
        match before {
            Some((before, _)) if is_other && before != account => Command::SwitchKey(key, source),
            _ => Command::SetKey(key, source),
        }
    }

    pub fn use_none(&mut self) -> Command {
        self.in_use = None;
        Command::NoKey
    }

    /// Takes note that an entered key takes the place of the one in use. The environment's key stays
    /// available.
    pub fn on_replaced(&mut self) {
        self.unsaved
            .retain(|(_, source)| *source == KeySource::Environment);
    }

    /// Takes note that an entry of the keychain turned out to hold another account's key.
    pub fn on_found(&mut self, slot: &KeySlot, account: &Account) {
        // An account's own entry is found by its name alone.
        if *slot == KeySlot::First {
            self.saved.on_saved(slot, account);
        }
    }

    /// Takes note that the keychain has no key of this account.
    pub fn on_removed(&mut self, account: &Account) {
        self.saved.on_removed(account);
    }

    /// Drops the key of an account that no keychain holds; true if there was one.
    pub fn drop_unsaved(&mut self, account: &Account) -> bool {
        let before = self.unsaved.len();
        self.unsaved.retain(|(key, _)| key.account() != *account);
        self.unsaved.len() < before
    }

    pub fn forget(&mut self, account: &Account) -> Command {
        match self.account() == Some(account) {
            true => self.use_none(),
            false => Command::ForgetKey(account.clone()),
        }
    }
}
