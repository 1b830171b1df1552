//! Calls to the keychain on background threads. Writes run one after the other, so that a removal
//! and a save that overlap leave what was asked for last.

use std::sync::Arc;
use std::sync::mpsc;

use super::environment::{KeyVault, VaultError};
use super::pending::{Pending, Wake};
use crate::model::asset::Account;
use crate::model::key::ApiKey;
use crate::store::KeySlot;

/// Answer of the keychain: a key, and the entry that holds it.
pub type KeychainAnswer = Result<Option<(KeySlot, ApiKey)>, VaultError>;

/// The keychain behind threads.
pub struct KeychainCalls {
    vault: Arc<dyn KeyVault>,
    /// Disconnects when the last write is done.
    last_write: Option<mpsc::Receiver<()>>,
    wake: Wake,
}

impl KeychainCalls {
    pub fn new(vault: Arc<dyn KeyVault>, wake: Wake) -> Self {
        Self {
            vault,
            last_write: None,
            wake,
        }
    }

    /// Reads the key of the first of these entries that has one.
    pub fn load(&self, slots: Vec<KeySlot>) -> Pending<KeychainAnswer> {
        let vault = Arc::clone(&self.vault);
        Pending::spawn("keychain", Arc::clone(&self.wake), move || {
            for slot in slots {
                if let Some(key) = vault.load(&slot)? {
                    return Ok(Some((slot, key)));
                }
            }
            Ok(None)
        })
    }

    /// Reads the keys of these entries; one that cannot be read is left out.
    pub fn load_all(&self, slots: Vec<KeySlot>) -> Pending<Vec<ApiKey>> {
        let vault = Arc::clone(&self.vault);
        Pending::spawn("keychain", Arc::clone(&self.wake), move || {
            let keys = slots
                .iter()
                .filter_map(|slot| vault.load(slot).ok().flatten());
            keys.collect()
        })
    }

    /// Saves a key and removes the one whose place it takes; answers with its entry. With
    /// `keeps_others` the entry is another one if it turns out to hold another account's key.
    pub fn save(
        &mut self,
        key: ApiKey,
        slot: KeySlot,
        obsolete: Option<KeySlot>,
        keeps_others: bool,
    ) -> Pending<Result<KeySlot, VaultError>> {
        self.write(move |vault| {
            let mut slot = slot;
            if keeps_others
                && let Some(held) = vault.load(&slot).ok().flatten()
                && held.account() != key.account()
            {
                slot = KeySlot::Of(key.account());
            }
            vault.save(&slot, &key)?;
            if let Some(obsolete) = obsolete.filter(|obsolete| *obsolete != slot)
                && let Err(error) = vault.remove(&obsolete)
            {
                tracing::warn!(%error, "a replaced key stays in the keychain");
            }
            Ok(slot)
        })
    }

    /// Removes the key of an account. One of another account that has taken its entry stays.
    pub fn remove(&mut self, slot: KeySlot, account: Account) -> Pending<Result<(), VaultError>> {
        self.write(move |vault| match vault.load(&slot) {
            Ok(Some(key)) if key.account() != account => Ok(()),
            _ => vault.remove(&slot),
        })
    }

    fn write<T: Send + 'static>(
        &mut self,
        call: impl FnOnce(&dyn KeyVault) -> T + Send + 'static,
    ) -> Pending<T> {
        let (done, end) = mpsc::channel::<()>();
        let before = self.last_write.replace(end);
        let vault = Arc::clone(&self.vault);
        Pending::spawn("keychain", Arc::clone(&self.wake), move || {
            if let Some(before) = before {
                let _ = before.recv();
            }
            let answer = call(&*vault);
            drop(done);
            answer
        })
    }
}
