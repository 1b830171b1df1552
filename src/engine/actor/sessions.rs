//! Upload sessions and storage protocols in the history, the keychain and the service.

use super::Actor;
use crate::api::Service;
use crate::engine::storage_protocols::StorageProtocols;
use crate::engine::upload_sessions::KeychainReply;
use crate::model::snapshot::ItemId;

impl<S: Service> Actor<S> {
    /// Saves a new or replaced session in the keychain.
    pub(super) fn keep_session(&mut self, id: ItemId) {
        if let Some(item) = self.queue.get(id) {
            self.publisher.on_change(id);
            self.sessions.save(item);
        }
    }

    pub(super) fn keychain_replied(&mut self, reply: KeychainReply) {
        if let Some(unsaved) = self.sessions.on_reply(reply) {
            let rows = self.queue.items().values();
            let row = rows.filter(|item| item.upload().reserved_id.as_ref() == Some(&unsaved));
            row.for_each(|item| self.publisher.on_change(item.id));
        }
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
        self.sessions.note_all();
    }

    /// Makes the turn's keychain calls, once the history records them.
    pub(super) fn hand_to_keychain(&mut self) {
        if self.journal.is_good() {
            for call in self.sessions.take_calls() {
                self.sessions.make(call, self.tasks.keychain_reply());
            }
        }
    }
}
