//! The key of the keychain, which may ask the user first.

use tokio::task::JoinHandle;

use super::wording;
use crate::engine::Command;
use crate::model::key::ApiKey;
use crate::model::snapshot::KeySource;
use crate::store::{Keychain, SecretError};

/// A lookup of the key, if one is needed.
#[derive(Default)]
pub struct KeychainLookup {
    /// The keychain's pending reply.
    pending: Option<JoinHandle<Result<Option<ApiKey>, SecretError>>>,
    /// The keychain's error.
    trouble: Option<SecretError>,
}

impl KeychainLookup {
    /// Begins a lookup on a thread of its own.
    pub fn begin() -> Self {
        Self {
            pending: Some(tokio::task::spawn_blocking(|| Keychain::system().load())),
            trouble: None,
        }
    }

    /// Waits for the reply, and returns the command that tells the engine; waits forever if none is
    /// pending. Cancel safe.
    pub async fn answered(&mut self) -> Command {
        let found = match &mut self.pending {
            // An error means that no thread could be started.
            Some(asked) => asked.await.unwrap_or_else(|_| {
                Err(SecretError::Other(wording::keychain_not_asked().to_owned()))
            }),
            None => std::future::pending().await,
        };
        self.pending = None;
        match found {
            Ok(Some(key)) => Command::SetKey(key, KeySource::Keychain),
            Ok(None) => Command::NoKey,
            Err(error) => {
                tracing::warn!(%error, "the keychain gave no key");
                self.trouble = Some(error);
                Command::NoKey
            }
        }
    }

    /// Returns why the keychain gave no key, for the user.
    pub fn trouble(&self) -> Option<String> {
        self.trouble.as_ref().map(super::keychain_words)
    }
}
