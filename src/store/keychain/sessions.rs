//! Upload sessions: one secret per upload, beside the API key.

use std::sync::{Arc, OnceLock, mpsc};

use zeroize::Zeroizing;

use super::{
    Error, Keychain, KeychainBackend, SecretError, absent, entry, map_keyring_error, remove,
    sessions,
};
use crate::model::asset::AssetId;

/// Label shown in the user's keychain program.
const LABEL: &str = "Mavi Uploader upload";

/// Returns the account name of an upload's session.
fn account(asset: &AssetId) -> String {
    format!("upload-{asset}")
}

impl Keychain {
    /// Largest secret in bytes that every system's keychain accepts (Windows: 2560).
    pub const MAX_SECRET: usize = 2560;

    /// Returns the session of an upload; `None` if none was saved. Blocks.
    ///
    /// # Errors
    /// The keychain cannot be read.
    pub fn load_session(&self, asset: &AssetId) -> Result<Option<Zeroizing<Vec<u8>>>, SecretError> {
        match &self.backend {
            KeychainBackend::System => match entry(&account(asset), LABEL)?.get_secret() {
                Ok(secret) => Ok(Some(Zeroizing::new(secret))),
                // Of several entries none is known to be ours.
                Err(Error::NoEntry | Error::Ambiguous(_)) => Ok(None),
                Err(error) => Err(map_keyring_error(error)),
            },
            KeychainBackend::Memory(memory) => {
                Ok(sessions(memory)?.sessions.get(&account(asset)).cloned())
            }
            KeychainBackend::Absent => Err(absent()),
        }
    }

    /// Saves the session of an upload, replacing an older one. Blocks.
    ///
    /// # Errors
    /// The secret is too long, or the keychain cannot be written.
    pub fn save_session(&self, asset: &AssetId, secret: &[u8]) -> Result<(), SecretError> {
        match &self.backend {
            KeychainBackend::System => {
                let entry = entry(&account(asset), LABEL)?;
                entry.set_secret(secret).map_err(map_keyring_error)
            }
            KeychainBackend::Memory(memory) => {
                let secret = Zeroizing::new(secret.to_vec());
                sessions(memory)?.sessions.insert(account(asset), secret);
                Ok(())
            }
            KeychainBackend::Absent => Err(absent()),
        }
    }

    /// Removes the session of an upload; returns true if there was one. Blocks.
    ///
    /// # Errors
    /// The keychain cannot be written.
    pub fn remove_session(&self, asset: &AssetId) -> Result<bool, SecretError> {
        match &self.backend {
            KeychainBackend::System => remove(&entry(&account(asset), LABEL)?),
            KeychainBackend::Memory(memory) => {
                Ok(sessions(memory)?.sessions.remove(&account(asset)).is_some())
            }
            KeychainBackend::Absent => Err(absent()),
        }
    }

    /// Locks or unlocks a keychain in memory; returns its prompts so far and resets the count.
    #[cfg(test)]
    pub fn lock(&self, is_locked: bool) -> u32 {
        let KeychainBackend::Memory(memory) = &self.backend else {
            return 0;
        };
        let mut memory = super::lock(memory);
        memory.is_locked = is_locked;
        std::mem::take(&mut memory.questions)
    }

    fn blocks(&self) -> bool {
        matches!(self.backend, KeychainBackend::System)
    }
}

type SessionJob = Box<dyn FnOnce(&Keychain) + Send>;

/// A keychain with a queue: calls run in order on one thread, so callers never block. It stops at
/// the first error, so that a user who dismissed a prompt is not prompted for each file.
pub struct KeychainWorker {
    keychain: Keychain,
    jobs: OnceLock<Option<mpsc::Sender<SessionJob>>>,
    refusal: Arc<OnceLock<SecretError>>,
}

impl std::fmt::Debug for KeychainWorker {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("KeychainWorker")
            .field(&self.keychain)
            .finish()
    }
}

impl KeychainWorker {
    /// Puts a keychain behind a queue.
    pub fn new(keychain: Keychain) -> Self {
        Self {
            keychain,
            jobs: OnceLock::new(),
            refusal: Arc::default(),
        }
    }

    /// Returns true until the keychain has failed.
    pub fn is_available(&self) -> bool {
        self.refusal.get().is_none()
    }

    /// Makes every later call fail with this error.
    pub fn give_up(&self, why: SecretError) {
        let _ = self.refusal.set(why);
    }

    /// Queues a call and passes its result to `then`; runs it at once if the keychain never blocks.
    /// After a failure `then` gets that error; both are dropped if no thread can be started.
    pub fn in_turn<T: 'static>(
        &self,
        call: impl FnOnce(&Keychain) -> Result<T, SecretError> + Send + 'static,
        then: impl FnOnce(Result<T, SecretError>) + Send + 'static,
    ) {
        let refusal = Arc::clone(&self.refusal);
        let job = move |keychain: &Keychain| {
            then(match refusal.get() {
                Some(why) => Err(why.clone()),
                None => call(keychain).inspect_err(|error| {
                    let _ = refusal.set(error.clone());
                }),
            });
        };
        if !self.keychain.blocks() {
            return job(&self.keychain);
        }
        if let Some(jobs) = self.jobs.get_or_init(|| self.spawn()) {
            // The thread lives as long as its sender.
            let _ = jobs.send(Box::new(job));
        }
    }

    fn spawn(&self) -> Option<mpsc::Sender<SessionJob>> {
        let (sender, jobs) = mpsc::channel::<SessionJob>();
        let keychain = self.keychain.clone();
        std::thread::Builder::new()
            .name("keychain".to_owned())
            .spawn(move || jobs.into_iter().for_each(|job| job(&keychain)))
            .inspect_err(|error| tracing::warn!(%error, "no thread for the keychain"))
            .ok()?;
        Some(sender)
    }
}

#[cfg(test)]
mod tests;
