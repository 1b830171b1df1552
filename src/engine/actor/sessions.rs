//! Carries out what follows for upload sessions in the history and the keychain.

use super::Actor;
use super::message::ActorMessage;
use super::storage_protocols::StorageProtocols;
use crate::api::Service;
use crate::engine::shutdown;
use crate::engine::upload_sessions::{KeychainCall, KeychainReply, SessionEffects};
use crate::model::asset::AssetId;
use crate::model::snapshot::ItemId;

impl<S: Service> Actor<S> {
    /// Stages the notes of a change, and queues its calls until these are on disk.
    pub(super) fn follow_sessions(&mut self, effects: SessionEffects) {
        for (asset, at_ms) in effects.notes {
            self.journal.stage_session(&asset, at_ms);
        }
        self.outbox.keychain.extend(effects.calls);
    }

    /// Saves a new or replaced session in the keychain.
    pub(super) fn keep_session(&mut self, id: ItemId) {
        if let Some(item) = self.items.get(&id) {
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
        let rows = self.items.values();
        let row = rows.filter(|item| item.upload.reserved_id.as_ref() == Some(asset));
        row.for_each(|item| self.publisher.on_change(item.id));
    }

    /// Stages all known protocols and sessions, for a recreated history.
    pub(super) fn stage_lessons_and_sessions(&mut self) {
        self.storage_protocols = StorageProtocols::default();
        self.save_protocols();
        self.follow_sessions(self.sessions.note_all());
    }

    /// Makes the turn's keychain calls, once the history records them.
    pub(super) fn hand_to_keychain(&mut self, calls: Vec<KeychainCall>) {
        if !self.journal.is_good() {
            self.outbox.keychain.splice(0..0, calls);
            return;
        }
        for call in calls {
            let messages = self.messages.clone();
            self.sessions.make(call, move |reply| {
                let _ = messages.send(ActorMessage::Keychain(reply));
            });
        }
    }

    /// Waits briefly for pending keychain calls and journals their results.
    pub(super) async fn drain_keychain(&mut self) {
        let calls = std::mem::take(&mut self.outbox.keychain);
        self.hand_to_keychain(calls);
        if let Some(drained) = self.sessions.drained() {
            let _ = tokio::time::timeout(shutdown::KEYCHAIN, drained).await;
        }
        self.drain_inbox();
        self.commit_journal();
        self.say();
    }
}
