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
use super::row_change::RowChange;
use super::saved_session::{self, LIFE, Purpose};
use crate::api::SignedUpload;
use crate::model::asset::AssetId;
use crate::model::snapshot::ResumeBehaviour;
use crate::model::upload::UploadState;
use crate::store::{KeychainWorker, SecretError};

/// Hash of a session URL.
type SessionHash = [u8; 32];

/// Sessions in the keychain, and the changes to them.
pub(super) struct UploadSessions {
    base_url: String,
    keychain: Arc<KeychainWorker>,
    /// Uploads of which the keychain has a session; with its hash if this run has seen it.
    saved: HashMap<AssetId, Option<SessionHash>>,
    notes: Vec<SessionNote>,
    calls: Vec<KeychainCall>,
    /// Calls whose outcome is not known yet.
    pending_calls: usize,
}

/// Note for the history since when the keychain may have an upload's session, in milliseconds since
/// the Unix epoch; 0 if it is to be deleted, `None` if it has none.
pub(super) type SessionNote = (AssetId, Option<i64>);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum SessionChange {
    New,
    Replaced,
    Removed,
}

/// A change of the keychain. It holds a secret, so that it has no `Debug`.
pub(super) struct KeychainCall {
    asset: AssetId,
    change: SessionChange,
    /// Empty for a removal.
    secret: Zeroizing<Vec<u8>>,
}

/// Outcome of a [`KeychainCall`].
pub(super) struct KeychainReply {
    asset: AssetId,
    change: SessionChange,
    outcome: Result<(), SecretError>,
}

impl UploadSessions {
    pub fn new(keychain: KeychainWorker, base_url: String) -> Self {
        Self {
            base_url,
            keychain: Arc::new(keychain),
            saved: HashMap::new(),
            notes: vec![],
            calls: vec![],
            pending_calls: 0,
        }
    }

    /// Returns the notes of the turn, to be staged in its transaction.
    pub fn take_notes(&mut self) -> Vec<SessionNote> {
        std::mem::take(&mut self.notes)
    }

    /// Returns the calls to make once the notes are on disk.
    pub fn take_calls(&mut self) -> Vec<KeychainCall> {
        std::mem::take(&mut self.calls)
    }

    fn note(&mut self, asset: &AssetId, at_ms: Option<i64>) {
        self.notes.push((asset.clone(), at_ms));
    }

    fn call(&mut self, asset: &AssetId, change: SessionChange, secret: Zeroizing<Vec<u8>>) {
        self.pending_calls += 1;
        self.calls.push(KeychainCall {
            asset: asset.clone(),
            change,
            secret,
        });
    }

    /// Learns which sessions earlier runs left; deletes those of ended uploads.
    pub fn restore(&mut self, sessions: Vec<(AssetId, i64)>) {
        let oldest = now_ms().saturating_sub(saved_session::millis(LIFE));
        for (asset, at_ms) in sessions {
            self.saved.insert(asset.clone(), None);
            if at_ms < oldest {
                self.forget(&asset);
            }
        }
    }

    /// Notes all sessions again, for a recreated history.
    pub fn note_all(&mut self) {
        let saved = self.saved.keys();
        let notes = saved.map(|asset| (asset.clone(), Some(now_ms())));
        self.notes.extend(notes);
    }

    /// Returns the keychain and its entry to resume a session of an earlier run.
    pub fn to_recall(&self, item: &Item) -> Option<(Arc<KeychainWorker>, Purpose)> {
        let asset = item.upload().reserved_id.as_ref()?;
        let is_saved = self.saved.contains_key(asset) && self.keychain.is_available();
        if item.transfer.ticket().is_some() || !is_saved {
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
        let hash = hash(ticket);
        if let Some(saved) = self.saved.get_mut(&ticket.asset_id)
            && hash.is_some()
        {
            *saved = hash;
        }
    }

    /// Saves a row's session if it is new or replaced.
    pub fn save(&mut self, item: &Item) {
        let Some((ticket, since)) = item.transfer.ticket() else {
            return;
        };
        let (asset, hash) = (&ticket.asset_id, hash(ticket));
        if !self.keychain.is_available() || self.saved.get(asset) == Some(&hash) {
            return;
        }
        let purpose = self.purpose(asset, item);
        let secret = purpose.and_then(|purpose| saved_session::write(ticket, *since, &purpose));
        if let Some(secret) = secret {
            let change = match self.saved.insert(asset.clone(), hash) {
                None => SessionChange::New,
                Some(_) => SessionChange::Replaced,
            };
            self.note(asset, Some(now_ms()));
            self.call(asset, change, secret);
        }
    }

    /// Marks the session of a removed row for deletion at the next start, as an undo may need it;
    /// unmarks that of a row that was put back.
    pub fn set_removed(&mut self, asset: &AssetId, is_removed: bool) {
        if self.saved.contains_key(asset) {
            self.note(asset, Some(if is_removed { 0 } else { now_ms() }));
        }
    }

    /// Deletes the session of an id that a transition has made useless.
    pub fn on_change(&mut self, change: &RowChange<'_>) {
        if let Some(asset) = change.unused_reservation() {
            self.forget(asset);
        }
    }

    /// Deletes a session whose upload has ended or got another id.
    pub fn forget(&mut self, asset: &AssetId) {
        if self.saved.remove(asset).is_none() {
            return;
        }
        // Until the keychain has deleted it, every start tries again.
        self.note(asset, Some(0));
        if self.keychain.is_available() {
            self.call(asset, SessionChange::Removed, Zeroizing::default());
        }
    }

    /// Hands a call to the keychain; `then` gets its outcome, perhaps on another thread.
    pub fn make(&self, call: KeychainCall, then: impl FnOnce(KeychainReply) + Send + 'static) {
        let KeychainCall {
            asset,
            change,
            secret,
        } = call;
        let of = asset.clone();
        self.keychain.in_turn(
            move |keychain| match change {
                SessionChange::Removed => keychain.remove_session(&of).map(drop),
                _ => keychain.save_session(&of, &secret),
            },
            move |outcome| {
                then(KeychainReply {
                    asset,
                    change,
                    outcome,
                });
            },
        );
    }

    /// Takes note of a call's outcome; returns the asset if its session could not be saved.
    pub fn on_reply(&mut self, reply: KeychainReply) -> Option<AssetId> {
        self.pending_calls = self.pending_calls.saturating_sub(1);
        let asset = reply.asset;
        match (reply.change, reply.outcome) {
            // A new session of this upload may have been started meanwhile.
            (SessionChange::Removed, Ok(())) if !self.saved.contains_key(&asset) => {
                self.note(&asset, None);
            }
            (_, Ok(())) => {}
            (SessionChange::Removed, Err(error)) => {
                tracing::warn!(%error, "a session stays in the keychain for now");
            }
            (change, Err(error)) => {
                tracing::warn!(%error, "sessions are not kept: after a restart their files start again");
                if self.saved.remove(&asset).is_some() {
                    // The keychain may still hold the previous session, which is useless.
                    self.note(&asset, (change == SessionChange::Replaced).then_some(0));
                }
                return Some(asset);
            }
        }
        None
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
        let is_interrupted = item.is_interrupted();
        let stops = match state {
            UploadState::Sending { .. } | UploadState::RetryScheduled { .. } => true,
            // Held before its first byte, it has sent nothing.
            UploadState::Queued | UploadState::Paused { .. } => {
                is_interrupted || item.starts.count() > 0 || item.upload().reserved_id.is_some()
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
        let ticket = item.transfer.ticket();
        if ticket.is_some_and(|(ticket, _)| ticket.session.url().is_some()) {
            return Some(ResumeBehaviour::Resumes);
        }
        // Bytes that an earlier run sent under an id are unknown.
        let of_earlier = is_interrupted || item.starts.count() == 0;
        (of_earlier || item.transfer.has_sent(item.upload())).then_some(ResumeBehaviour::Restarts)
    }
}

/// Returns the hash of a ticket's session; `None` without one.
fn hash(ticket: &SignedUpload) -> Option<SessionHash> {
    let session = ticket.session.url()?;
    Some(*blake3::hash(session.0.as_bytes()).as_bytes())
}
