//! Resumable sessions over a restart, kept in the keychain only.
//!
//! The history records which uploads have one, without the secret, so that resumable uploads are
//! known and no entry is left behind in the keychain.

#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::sync::Arc;

use tokio::sync::oneshot;
use zeroize::Zeroizing;

use super::clock::now_ms;
use super::queue::item::Item;
use super::saved_session::{self, LIFE, Purpose};
use crate::api::SignedUpload;
use crate::model::asset::AssetId;
use crate::model::snapshot::ResumeBehaviour;
use crate::model::upload::{PausedBy, UploadState};
use crate::store::{KeychainWorker, SecretError};

/// Hash of a session URL.
type SessionHash = [u8; 32];

/// Sessions in the keychain, and the calls that change them.
pub(super) struct UploadSessions {
    base_url: String,
    keychain: Arc<KeychainWorker>,
    /// Uploads of which the keychain has a session; with its hash if this run has seen it.
    saved: HashMap<AssetId, Option<SessionHash>>,
    /// Calls whose outcome is not known yet.
    pending_calls: usize,
}

/// A change of the keychain. It holds a secret, so that it has no `Debug` outside tests.
#[cfg_attr(test, derive(Debug, PartialEq))]
pub(super) enum KeychainCall {
    Save {
        asset: AssetId,
        secret: Zeroizing<Vec<u8>>,
        /// The keychain has no session of this upload yet.
        is_first: bool,
    },
    Remove(AssetId),
}

/// Outcome of a [`KeychainCall`].
#[derive(Debug)]
pub(super) enum KeychainReply {
    Saved {
        asset: AssetId,
        is_first: bool,
        outcome: Result<(), SecretError>,
    },
    Removed(AssetId, Result<(), SecretError>),
}

/// Consequences of a change: notes for the history, and calls once these are on disk.
#[derive(Default)]
#[cfg_attr(test, derive(Debug, PartialEq))]
#[must_use]
pub(super) struct SessionEffects {
    /// Since when the keychain may have an upload's session, in milliseconds since the Unix epoch
    /// (0: to be deleted); `None` if it has none.
    pub notes: Vec<(AssetId, Option<i64>)>,
    pub calls: Vec<KeychainCall>,
}

impl SessionEffects {
    fn note(asset: &AssetId, at_ms: Option<i64>) -> Self {
        Self {
            notes: vec![(asset.clone(), at_ms)],
            calls: vec![],
        }
    }
}

impl UploadSessions {
    pub fn new(keychain: KeychainWorker, base_url: String) -> Self {
        Self {
            base_url,
            keychain: Arc::new(keychain),
            saved: HashMap::new(),
            pending_calls: 0,
        }
    }

    /// Learns which sessions earlier runs left; deletes those of ended uploads.
    pub fn restore(&mut self, sessions: Vec<(AssetId, i64)>) -> SessionEffects {
        let oldest = now_ms().saturating_sub(saved_session::millis(LIFE));
        let mut effects = SessionEffects::default();
        for (asset, at_ms) in sessions {
            self.saved.insert(asset.clone(), None);
            if at_ms < oldest {
                let forgotten = self.forget(&asset);
                effects.notes.extend(forgotten.notes);
                effects.calls.extend(forgotten.calls);
            }
        }
        effects
    }

    /// Notes all sessions again, for a recreated history.
    pub fn note_all(&self) -> SessionEffects {
        let saved = self.saved.keys();
        SessionEffects {
            notes: saved.map(|it| (it.clone(), Some(now_ms()))).collect(),
            calls: vec![],
        }
    }

    /// Returns the keychain and its entry to resume a session of an earlier run.
    pub fn to_recall(&self, item: &Item) -> Option<(Arc<KeychainWorker>, Purpose)> {
        let asset = item.upload().reserved_id.as_ref()?;
        let is_saved = self.saved.contains_key(asset) && self.keychain.is_asked();
        if item.ticket.is_some() || !is_saved {
            return None;
        }
        Some((Arc::clone(&self.keychain), self.purpose(asset, item)?))
    }

    fn purpose(&self, asset: &AssetId, item: &Item) -> Option<Purpose> {
        Some(Purpose {
            base_url: self.base_url.clone(),
            asset: asset.clone(),
            stamp: item.upload().media?.stamp,
        })
    }

    /// Takes note of a ticket in use, whose session may have come from the keychain.
    pub fn on_ticket(&mut self, ticket: &SignedUpload) {
        if let (Some(saved), Some(hash)) = (self.saved.get_mut(&ticket.asset_id), hash(ticket)) {
            *saved = Some(hash);
        }
    }

    /// Saves a row's session if it is new or replaced.
    pub fn save(&mut self, item: &Item) -> SessionEffects {
        self.write(item).unwrap_or_default()
    }

    fn write(&mut self, item: &Item) -> Option<SessionEffects> {
        let (ticket, since) = item.ticket.as_ref()?;
        let (asset, hash) = (&ticket.asset_id, hash(ticket)?);
        if !self.keychain.is_asked() || self.saved.get(asset) == Some(&Some(hash)) {
            return None;
        }
        let secret = saved_session::write(ticket, *since, &self.purpose(asset, item)?)?;
        let is_first = self.saved.insert(asset.clone(), Some(hash)).is_none();
        let mut effects = SessionEffects::note(asset, Some(now_ms()));
        self.pending_calls += 1;
        effects.calls.push(KeychainCall::Save {
            asset: asset.clone(),
            secret,
            is_first,
        });
        Some(effects)
    }

    /// Marks a removed row's session for deletion at the next start, as an undo may need it.
    pub fn mark_removable(&self, asset: &AssetId) -> SessionEffects {
        self.note_saved(asset, 0)
    }

    /// Keeps the session of a row that was put back.
    pub fn unmark_removable(&self, asset: &AssetId) -> SessionEffects {
        self.note_saved(asset, now_ms())
    }

    fn note_saved(&self, asset: &AssetId, at_ms: i64) -> SessionEffects {
        match self.saved.get(asset) {
            Some(_) => SessionEffects::note(asset, Some(at_ms)),
            None => SessionEffects::default(),
        }
    }

    /// Deletes a session whose upload has ended or got another id.
    pub fn forget(&mut self, asset: &AssetId) -> SessionEffects {
        if self.saved.remove(asset).is_none() {
            return SessionEffects::default();
        }
        // Until the keychain has deleted it, every start tries again.
        let mut effects = SessionEffects::note(asset, Some(0));
        if self.keychain.is_asked() {
            self.pending_calls += 1;
            effects.calls.push(KeychainCall::Remove(asset.clone()));
        }
        effects
    }

    /// Hands a call to the keychain; `then` gets its outcome, perhaps on another thread.
    pub fn make(&self, call: KeychainCall, then: impl FnOnce(KeychainReply) + Send + 'static) {
        match call {
            KeychainCall::Save {
                asset,
                secret,
                is_first,
            } => {
                let of = asset.clone();
                self.keychain.in_turn(
                    move |keychain| keychain.save_session(&of, &secret),
                    move |outcome| {
                        then(KeychainReply::Saved {
                            asset,
                            is_first,
                            outcome,
                        });
                    },
                );
            }
            KeychainCall::Remove(asset) => {
                let of = asset.clone();
                self.keychain.in_turn(
                    move |keychain| keychain.remove_session(&of).map(drop),
                    move |outcome| then(KeychainReply::Removed(asset, outcome)),
                );
            }
        }
    }

    /// Takes note of a call's outcome.
    pub fn on_reply(&mut self, reply: &KeychainReply) -> SessionEffects {
        self.pending_calls = self.pending_calls.saturating_sub(1);
        match reply {
            KeychainReply::Saved {
                asset,
                is_first,
                outcome: Err(error),
            } => {
                tracing::warn!(%error, "sessions are not kept: after a restart their files start again");
                if self.saved.remove(asset).is_some() {
                    // The keychain may still hold the previous session, which is useless.
                    return SessionEffects::note(asset, (!is_first).then_some(0));
                }
            }
            // A new session of this upload may have been started meanwhile.
            KeychainReply::Removed(asset, Ok(())) if !self.saved.contains_key(asset) => {
                return SessionEffects::note(asset, None);
            }
            KeychainReply::Removed(_, Err(error)) => {
                tracing::warn!(%error, "a session stays in the keychain for now");
            }
            KeychainReply::Saved { .. } | KeychainReply::Removed(..) => {}
        }
        SessionEffects::default()
    }

    /// Returns a receiver that resolves once all pending calls are over; `None` if none is pending.
    pub fn drained(&self) -> Option<oneshot::Receiver<()>> {
        let (done, all_done) = oneshot::channel();
        let all = move |_| {
            let _ = done.send(());
        };
        (self.pending_calls > 0).then(|| {
            self.keychain.in_turn(|_| Ok(()), all);
            all_done
        })
    }

    /// Returns what becomes of the bytes sent if the row stops now.
    pub fn resume_behaviour(&self, item: &Item) -> Option<ResumeBehaviour> {
        let state = &item.upload().state;
        let is_interrupted = matches!(
            state,
            UploadState::Paused {
                by: PausedBy::Restart
            }
        );
        let stops = match state {
            UploadState::Sending { .. } | UploadState::RetryScheduled { .. } => true,
            // Held before its first byte, it has sent nothing.
            UploadState::Queued | UploadState::Paused { .. } => {
                is_interrupted || item.starts > 0 || item.upload().reserved_id.is_some()
            }
            _ => false,
        };
        if !stops {
            return None;
        }
        let reserved_id = item.upload().reserved_id.as_ref();
        if reserved_id.is_some_and(|asset| self.saved.contains_key(asset)) {
            return Some(ResumeBehaviour::ResumesAfterRestart);
        }
        let ticket = item.ticket.as_ref();
        if ticket.is_some_and(|(ticket, _)| ticket.session.url().is_some()) {
            return Some(ResumeBehaviour::Resumes);
        }
        // Bytes that an earlier run sent under an id are unknown.
        let of_earlier = is_interrupted || item.starts == 0;
        (of_earlier || item.has_sent()).then_some(ResumeBehaviour::Restarts)
    }
}

/// Returns the hash of a ticket's session; `None` without one.
fn hash(ticket: &SignedUpload) -> Option<SessionHash> {
    let session = ticket.session.url()?;
    Some(*blake3::hash(session.0.as_bytes()).as_bytes())
}
