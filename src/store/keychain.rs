//! The API key and upload sessions in the system's keychain, never in a file.

mod sessions;

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use keyring::{Entry, Error};
use zeroize::Zeroizing;

use crate::model::asset::Account;
use crate::model::key::ApiKey;

pub use sessions::KeychainWorker;

/// Service name in the keychain (`docs/contract.md`).
pub const SERVICE: &str = "mavi-uploader";
/// Account name of the first key (`docs/contract.md`).
pub const ACCOUNT: &str = "default";
/// Label shown in the user's keychain program.
const KEY_LABEL: &str = "Mavi Uploader API key";

/// Error of the keychain. No text of it contains the key.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SecretError {
    /// There is no session bus, no keychain program, or no keychain in it.
    #[error(
        "This system has no keychain that answers ({0}). The key can be kept for this session only."
    )]
    NoKeychain(String),
    /// It is locked: it cannot prompt the user, or the user dismissed the prompt.
    #[error(
        "The keychain is locked. Unlock it and try again, or use the key for this session only."
    )]
    Locked,
    /// The system or the user denied access.
    #[error("The keychain did not allow access to the key ({0}).")]
    Denied(String),
    /// The stored value is not an API key.
    #[error("What the keychain holds as the API key is none. Set the key again.")]
    NotAKey,
    /// Any other error, in the keychain's words.
    #[error("The keychain failed ({0}).")]
    Other(String),
}

/// Keychain entry of an API key.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub enum KeySlot {
    /// The entry of the first key, which the command line uses.
    #[default]
    First,
    /// The entry of another account's key.
    Of(Account),
}

impl KeySlot {
    /// Returns the account name of the entry (`docs/contract.md`).
    fn name(&self) -> String {
        match self {
            Self::First => ACCOUNT.to_owned(),
            Self::Of(account) => format!("key-{}", account.as_str()),
        }
    }
}

/// Storage of the API keys and the upload sessions.
///
/// **Calls block**, without a timeout while the keychain prompts the user. Never call them on the
/// window's or the engine's thread.
#[derive(Clone)]
pub struct Keychain {
    backend: KeychainBackend,
    slot: KeySlot,
}

#[derive(Clone)]
enum KeychainBackend {
    System,
    Memory(Arc<Mutex<Memory>>),
    Absent,
}

#[derive(Default)]
struct Memory {
    keys: HashMap<KeySlot, ApiKey>,
    sessions: BTreeMap<String, Zeroizing<Vec<u8>>>,
    /// Locked, and the user dismisses the prompt.
    #[cfg(test)]
    is_locked: bool,
    /// Number of prompts.
    #[cfg(test)]
    questions: u32,
}

impl fmt::Debug for Keychain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.backend {
            KeychainBackend::System => "Keychain(system)",
            KeychainBackend::Memory(_) => "Keychain(memory)",
            KeychainBackend::Absent => "Keychain(absent)",
        })
    }
}

impl Keychain {
    fn new(backend: KeychainBackend) -> Self {
        let slot = KeySlot::First;
        Self { backend, slot }
    }

    /// Returns this keychain with the key calls on another entry.
    #[must_use]
    pub fn at(&self, slot: &KeySlot) -> Self {
        let (backend, slot) = (self.backend.clone(), slot.clone());
        Self { backend, slot }
    }

    /// Returns the system's keychain. Every call connects anew, so a keychain that starts later is
    /// found.
    pub fn system() -> Self {
        Self::new(KeychainBackend::System)
    }

    /// Returns a keychain in memory, dropped with its last clone, for tests.
    pub fn in_memory() -> Self {
        Self::new(KeychainBackend::Memory(Arc::default()))
    }

    /// Returns a missing keychain: `--sandbox` saves no secret.
    pub fn absent() -> Self {
        Self::new(KeychainBackend::Absent)
    }

    /// Returns the key, or `None` if none was saved. Blocks.
    ///
    /// # Errors
    /// The keychain cannot be read, or holds no API key.
    pub fn load(&self) -> Result<Option<ApiKey>, SecretError> {
        match &self.backend {
            KeychainBackend::System => {
                let entry = entry(&self.slot.name(), KEY_LABEL)?;
                let found = match entry.get_password() {
                    Ok(text) => Zeroizing::new(text),
                    Err(Error::NoEntry) => return Ok(None),
                    // Another program saved under the same name: use the first entry.
                    Err(Error::Ambiguous(entries)) => match entries.first() {
                        Some(first) => {
                            Zeroizing::new(first.get_password().map_err(map_keyring_error)?)
                        }
                        None => return Ok(None),
                    },
                    Err(error) => return Err(map_keyring_error(error)),
                };
                match ApiKey::from_pasted(&found) {
                    Ok(key) => Ok(Some(key)),
                    Err(_) => Err(SecretError::NotAKey),
                }
            }
            KeychainBackend::Memory(memory) => Ok(lock(memory).keys.get(&self.slot).cloned()),
            KeychainBackend::Absent => Err(absent()),
        }
    }

    /// Saves the key, replacing an older one. Blocks.
    ///
    /// # Errors
    /// The keychain cannot be written.
    pub fn save(&self, key: &ApiKey) -> Result<(), SecretError> {
        match &self.backend {
            KeychainBackend::System => {
                let entry = entry(&self.slot.name(), KEY_LABEL)?;
                match entry.set_password(key.expose()) {
                    Err(Error::Ambiguous(entries)) => entries
                        .iter()
                        .try_for_each(|entry| entry.set_password(key.expose()))
                        .map_err(map_keyring_error),
                    result => result.map_err(map_keyring_error),
                }
            }
            KeychainBackend::Memory(memory) => {
                lock(memory).keys.insert(self.slot.clone(), key.clone());
                Ok(())
            }
            KeychainBackend::Absent => Err(absent()),
        }
    }

    /// Removes the key; returns true if there was one. Blocks.
    ///
    /// # Errors
    /// The keychain cannot be written.
    pub fn remove(&self) -> Result<bool, SecretError> {
        match &self.backend {
            KeychainBackend::System => remove(&entry(&self.slot.name(), KEY_LABEL)?),
            KeychainBackend::Memory(memory) => Ok(lock(memory).keys.remove(&self.slot).is_some()),
            KeychainBackend::Absent => Err(absent()),
        }
    }
}

fn lock(memory: &Mutex<Memory>) -> std::sync::MutexGuard<'_, Memory> {
    memory.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Returns the sessions in memory, unless locked.
fn sessions(memory: &Mutex<Memory>) -> Result<std::sync::MutexGuard<'_, Memory>, SecretError> {
    let opened = lock(memory);
    #[cfg(test)]
    if opened.is_locked {
        let mut locked = opened;
        locked.questions += 1;
        return Err(SecretError::Locked);
    }
    Ok(opened)
}

/// Removes all entries of this name, even those of another program.
fn remove(entry: &Entry) -> Result<bool, SecretError> {
    match entry.delete_credential() {
        Ok(()) => Ok(true),
        Err(Error::NoEntry) => Ok(false),
        Err(Error::Ambiguous(entries)) => {
            for entry in &entries {
                entry.delete_credential().map_err(map_keyring_error)?;
            }
            Ok(true)
        }
        Err(error) => Err(map_keyring_error(error)),
    }
}

fn absent() -> SecretError {
    SecretError::NoKeychain("none is used".to_owned())
}

/// Finds an entry over a new Secret Service connection: a failed start is not cached, and a call
/// that waits for the user blocks no other.
#[cfg(all(unix, not(target_os = "macos")))]
fn entry(account: &str, label: &str) -> Result<Entry, SecretError> {
    use keyring_core::api::CredentialStoreApi;

    // A failure here is the bus or the service, not the entry.
    let store = zbus_secret_service_keyring_store::Store::new()
        .map_err(|error| SecretError::NoKeychain(causes(&error)))?;
    let label = std::collections::HashMap::from([("label", label)]);
    let inner = store
        .build(SERVICE, account, Some(&label))
        .map_err(map_keyring_error)?;
    Ok(Entry { inner })
}

/// Finds an entry. The macOS Keychain and the Windows Credential Manager need no connection.
#[cfg(not(all(unix, not(target_os = "macos"))))]
fn entry(account: &str, _label: &str) -> Result<Entry, SecretError> {
    if let Err(error) = Entry::store_status() {
        return Err(SecretError::NoKeychain(causes(error)));
    }
    Entry::new(SERVICE, account).map_err(map_keyring_error)
}

/// Converts the keychain's errors, dropping any stored value they carry.
fn map_keyring_error(error: Error) -> SecretError {
    match error {
        Error::NoStorageAccess(cause) => no_access(cause.as_ref()),
        Error::NoDefaultStore => SecretError::NoKeychain("it did not start".to_owned()),
        Error::BadEncoding(bytes) | Error::BadDataFormat(bytes, _) => {
            drop(Zeroizing::new(bytes));
            SecretError::NotAKey
        }
        Error::PlatformFailure(cause) if was_denied(&format!("{cause:?}")) => {
            SecretError::Denied(cause.to_string())
        }
        error => SecretError::Other(causes(&error)),
    }
}

/// Tells a missing keychain from a locked one: without a default, Secret Service reports no result.
#[cfg(all(unix, not(target_os = "macos")))]
fn no_access(cause: &(dyn std::error::Error + 'static)) -> SecretError {
    match cause.downcast_ref() {
        Some(secret_service::Error::NoResult) => {
            SecretError::NoKeychain("it has no default keyring".to_owned())
        }
        _ => SecretError::Locked,
    }
}

/// Handles a missing or read-only keychain on macOS, or no logon session on Windows.
#[cfg(not(all(unix, not(target_os = "macos"))))]
fn no_access(cause: &(dyn std::error::Error + 'static)) -> SecretError {
    SecretError::NoKeychain(cause.to_string())
}

/// Recognises macOS codes for denied access: cancelled by the user (-128), authentication failed
/// (-25293), no way to prompt (-25308). `keyring` passes them through.
fn was_denied(debug: &str) -> bool {
    cfg!(target_os = "macos")
        && debug
            .split(|c: char| !c.is_ascii_digit() && c != '-')
            .any(|word| matches!(word, "-128" | "-25293" | "-25308"))
}

/// Joins an error with its causes, without repetitions.
fn causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        let words = cause.to_string();
        if !text.contains(&words) {
            text.push_str(": ");
            text.push_str(&words);
        }
        next = cause.source();
    }
    text
}

#[cfg(test)]
mod tests;
