//! Upload sessions and storage protocols in the history, the keychain and the service.

use super::Actor;
use crate::api::Service;
use crate::engine::shutdown;
use crate::engine::storage_protocols::StorageProtocols;
use crate::engine::upload_sessions::{KeychainReply, SessionEffects};
use crate::model::asset::AssetId;
use crate::model::snapshot::ItemId;

impl<S: Service> Actor<S> {
    /// Stages the notes of a change, and queues its calls until these are on disk.
    pub(super) fn follow_sessions(&mut self, effects: SessionEffects) {
        for (asset, at_ms) in effects.notes {
            self.journal.stage_session(&asset, at_ms);
        }
        self.outbox.call_keychain(effects.calls);
    }

    /// Saves a new or replaced session in the keychain.
    pub(super) fn keep_session(&mut self, id: ItemId) {
        if let Some(item) = self.queue.get(id) {
            self.publisher.on_change(id);
            let effects = self.sessions.save(item);
            self.follow_sessions(effects);
        }
    }

    pub(super) fn forget_session(&mut self, asset: &AssetId) {
        let effects = self.sessions.forget(asset);
        self.follow_sessions(effects);
    }

    pub(super) fn keychain_replied(&mut self, reply: &KeychainReply) {
        let effects = self.sessions.on_reply(reply);
        self.follow_sessions(effects);
        let KeychainReply::Saved {
            asset,
            outcome: Err(_),
            ..
        } = reply
        else {
            return;
        };
        let rows = self.queue.items().values();
        let row = rows.filter(|item| item.upload().reserved_id.as_ref() == Some(asset));
        row.for_each(|item| self.publisher.on_change(item.id));
    }

    /// Teaches the service what earlier runs learned.
    pub(super) fn load_protocols(&mut self) {
        self.storage_protocols = StorageProtocols::of(&self.journal.protocols());
        let saved = self.storage_protocols.saved();
        self.tasks.service().service().recall(saved);
    }

    /// Journals which protocols were learned since the last call.
    pub(super) fn save_protocols(&mut self) {
        let learned = self.tasks.service().service().learned();
        for change in self.storage_protocols.update(learned) {
            self.journal.stage(change);
        }
    }

    /// Stages all known protocols and sessions, for a recreated history.
    pub(super) fn stage_lessons_and_sessions(&mut self) {
        self.storage_protocols = StorageProtocols::default();
        self.save_protocols();
        self.follow_sessions(self.sessions.note_all());
    }

    /// Makes the turn's keychain calls, once the history records them.
    pub(super) fn hand_to_keychain(&mut self) {
        if self.journal.is_good() {
            for call in self.outbox.take_keychain_calls() {
                self.sessions.make(call, self.tasks.keychain_reply());
            }
        }
    }

    /// Waits briefly for pending keychain calls and journals their results.
    pub(super) async fn drain_keychain(&mut self) {
        self.hand_to_keychain();
        if let Some(drained) = self.sessions.drained() {
            let _ = tokio::time::timeout(shutdown::KEYCHAIN, drained).await;
        }
        self.drain_inbox();
        self.commit_journal();
        self.say();
    }
}
