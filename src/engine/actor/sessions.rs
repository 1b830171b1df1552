//! Resumable sessions over a restart, kept in the keychain only.
//!
//! The history records which uploads have one, without the secret, so that resumable uploads are
//! known and no entry is left behind in the keychain.

use std::collections::HashMap;

use tokio::sync::oneshot;

use super::Actor;
use super::message::ActorMessage;
use super::storage_protocols::StorageProtocols;
use crate::api::Service;
use crate::engine::clock::now_ms;
use crate::engine::queue::item::Item;
use crate::engine::sessions::{self, LIFE, Purpose};
use crate::engine::shutdown;
use crate::model::asset::AssetId;
use crate::model::snapshot::{ItemId, ResumeBehaviour};
use crate::model::upload::{PausedBy, UploadState};
use crate::store::{KeychainWorker, SecretError};

/// Knowledge of a session in the keychain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum SessionRecord {
    /// Saved by an earlier run.
    Earlier,
    /// Hash of a session URL that this run has seen.
    Known([u8; 32]),
}

/// Returns what becomes of the bytes sent if the row stops now.
pub(super) fn later(
    item: &Item,
    saved_sessions: &HashMap<AssetId, SessionRecord>,
) -> Option<ResumeBehaviour> {
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
    if reserved_id.is_some_and(|asset| saved_sessions.contains_key(asset)) {
        return Some(ResumeBehaviour::ResumesAfterRestart);
    }
    let ticket = item.ticket.as_ref();
    let here = ticket.is_some_and(|(ticket, _)| ticket.session.url().is_some());
    if here {
        return Some(ResumeBehaviour::Resumes);
    }
    // Bytes that an earlier run sent under an id are unknown.
    let of_earlier = is_interrupted || item.starts == 0;
    (of_earlier || item.has_sent()).then_some(ResumeBehaviour::Restarts)
}

pub(super) type Job = Box<dyn FnOnce(&KeychainWorker) + Send>;

impl<S: Service> Actor<S> {
    /// Reads which sessions earlier runs left; deletes those of ended uploads.
    pub(super) fn recall_sessions(&mut self) {
        let oldest = now_ms().saturating_sub(sessions::millis(LIFE));
        for (asset, at_ms) in self.journal.sessions() {
            self.saved_sessions
                .insert(asset.clone(), SessionRecord::Earlier);
            if at_ms < oldest {
                self.forget_session(&asset);
            }
        }
    }

    /// Returns the keychain entry to resume a session of an earlier run.
    pub(super) fn session_to_recall(&self, id: ItemId) -> Option<Purpose> {
        let item = self.queue.get(id)?;
        let asset = item.upload().reserved_id.as_ref()?;
        let is_kept = self.saved_sessions.contains_key(asset) && self.keychain.is_asked();
        if item.ticket.is_some() || !is_kept {
            return None;
        }
        Some(Purpose {
            base_url: self.options.base_url.clone(),
            asset: asset.clone(),
            stamp: item.upload().media?.stamp,
        })
    }

    /// Saves a new or replaced session in the keychain.
    pub(super) fn keep_session(&mut self, id: ItemId) {
        let Some(item) = self.queue.get(id) else {
            return;
        };
        self.publisher.on_change(id);
        let (Some((ticket, since)), Some(media)) = (&item.ticket, item.upload().media) else {
            return;
        };
        let Some(session) = ticket.session.url() else {
            return;
        };
        let known = SessionRecord::Known(*blake3::hash(session.0.as_bytes()).as_bytes());
        let asset = ticket.asset_id.clone();
        if !self.keychain.is_asked() || self.saved_sessions.get(&asset) == Some(&known) {
            return;
        }
        let purpose = Purpose {
            base_url: self.options.base_url.clone(),
            asset: asset.clone(),
            stamp: media.stamp,
        };
        let Some(secret) = sessions::write(ticket, *since, &purpose) else {
            return;
        };
        let is_first = self.saved_sessions.insert(asset.clone(), known).is_none();
        self.journal.stage_session(&asset, Some(now_ms()));
        let messages = self.messages.clone();
        self.call_keychain(move |keychain| {
            let of = asset.clone();
            keychain.in_turn(
                move |keychain| keychain.save_session(&of, &secret),
                move |outcome| {
                    let _ = messages.send(ActorMessage::SessionKept {
                        asset,
                        is_first,
                        outcome,
                    });
                },
            );
        });
    }

    /// Marks a removed row's session for deletion at the next start, as an undo may need it.
    pub(super) fn mark_session_removable(&mut self, asset: &AssetId) {
        if self.saved_sessions.contains_key(asset) {
            self.journal.stage_session(asset, Some(0));
        }
    }

    /// Keeps the session of a row that was put back.
    pub(super) fn unmark_session_removable(&mut self, asset: &AssetId) {
        if self.saved_sessions.contains_key(asset) {
            self.journal.stage_session(asset, Some(now_ms()));
        }
    }

    /// Deletes a session whose upload has ended or got another id.
    pub(super) fn forget_session(&mut self, asset: &AssetId) {
        if self.saved_sessions.remove(asset).is_none() {
            return;
        }
        // Until the keychain has deleted it, every start tries again.
        self.journal.stage_session(asset, Some(0));
        if !self.keychain.is_asked() {
            return;
        }
        let (asset, messages) = (asset.clone(), self.messages.clone());
        self.call_keychain(move |keychain| {
            let of = asset.clone();
            keychain.in_turn(
                move |keychain| keychain.remove_session(&of).map(drop),
                move |outcome| {
                    let _ = messages.send(ActorMessage::SessionForgotten(asset, outcome));
                },
            );
        });
    }

    /// Queues a keychain call until the note that it may hold the session is on disk.
    fn call_keychain(&mut self, job: impl FnOnce(&KeychainWorker) + Send + 'static) {
        self.pending_keychain_calls += 1;
        self.outbox.keychain.push(Box::new(job));
    }

    pub(super) fn session_kept(
        &mut self,
        asset: &AssetId,
        is_first: bool,
        outcome: Result<(), SecretError>,
    ) {
        self.pending_keychain_calls = self.pending_keychain_calls.saturating_sub(1);
        let Err(error) = outcome else {
            return;
        };
        tracing::warn!(%error, "sessions are not kept: after a restart their files start again");
        if self.saved_sessions.remove(asset).is_some() {
            // The keychain may still hold the previous session, which is useless.
            let at_ms = (!is_first).then_some(0);
            self.journal.stage_session(asset, at_ms);
        }
        let rows = self.queue.items().values();
        let row = rows.filter(|item| item.upload().reserved_id.as_ref() == Some(asset));
        row.for_each(|item| self.publisher.on_change(item.id));
    }

    pub(super) fn session_forgotten(&mut self, asset: &AssetId, outcome: Result<(), SecretError>) {
        self.pending_keychain_calls = self.pending_keychain_calls.saturating_sub(1);
        match outcome {
            // A new session of this upload may have been started meanwhile.
            Ok(()) if !self.saved_sessions.contains_key(asset) => {
                self.journal.stage_session(asset, None);
            }
            Ok(()) => {}
            Err(error) => tracing::warn!(%error, "a session stays in the keychain for now"),
        }
    }

    /// Stages all known protocols and sessions, for a recreated history.
    pub(super) fn stage_lessons_and_sessions(&mut self) {
        self.storage_protocols = StorageProtocols::default();
        self.save_protocols();
        for asset in self.saved_sessions.keys() {
            self.journal.stage_session(asset, Some(now_ms()));
        }
    }

    /// Runs the turn's keychain calls, once the history records them.
    pub(super) fn hand_to_keychain(&mut self, jobs: Vec<Job>) {
        if !self.journal.is_good() {
            self.outbox.keychain.splice(0..0, jobs);
            return;
        }
        for job in jobs {
            job(&self.keychain);
        }
    }

    /// Waits briefly for pending keychain calls and journals their results.
    pub(super) async fn drain_keychain(&mut self) {
        let jobs = std::mem::take(&mut self.outbox.keychain);
        self.hand_to_keychain(jobs);
        if self.pending_keychain_calls > 0 {
            let (done, all_done) = oneshot::channel();
            let all = move |_| {
                let _ = done.send(());
            };
            self.keychain.in_turn(|_| Ok(()), all);
            let _ = tokio::time::timeout(shutdown::KEYCHAIN, all_done).await;
        }
        self.hear_last_words();
        self.commit_journal();
        self.say();
    }
}
