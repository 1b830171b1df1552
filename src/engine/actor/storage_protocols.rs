//! What was learned of storage hosts, kept for the next run.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::Actor;
use crate::api::Service;
use crate::api::protocol::KnownProtocol;
use crate::store::{HistoryChange, ProtocolRecord};

impl<S: Service> Actor<S> {
    /// Teaches the service what earlier runs learned.
    pub(super) fn load_protocols(&mut self) {
        self.known_protocols = self.journal.protocols().iter().filter_map(read).collect();
        self.service.service().recall(&self.known_protocols);
    }

    /// Journals what was learned since the last look: what works now, and what works no
    /// more. Other programs' lessons stay.
    pub(super) fn save_protocols(&mut self) {
        let learned = self.service.service().learned();
        if learned == self.known_protocols {
            return;
        }
        let place = |one: &KnownProtocol| (one.host.clone(), one.kind);
        for old in &self.known_protocols {
            if !learned.iter().any(|new| place(new) == place(old)) {
                self.journal.stage(HistoryChange::DropProtocol {
                    host: old.host.clone(),
                    kind: word(&old.kind),
                });
            }
        }
        for new in learned
            .iter()
            .filter(|new| !self.known_protocols.contains(new))
        {
            self.journal
                .stage(HistoryChange::PutProtocol(ProtocolRecord {
                    host: new.host.clone(),
                    kind: word(&new.kind),
                    protocol: word(&new.protocol),
                }));
        }
        self.known_protocols = learned;
    }

    /// The same for a history that holds nothing of it.
    pub(super) fn keep_lessons_anew(&mut self) {
        self.known_protocols.clear();
        self.save_protocols();
    }
}

/// `None` for the words of a newer program.
fn read(record: &ProtocolRecord) -> Option<KnownProtocol> {
    Some(KnownProtocol {
        host: record.host.clone(),
        kind: meaning(&record.kind)?,
        protocol: meaning(&record.protocol)?,
    })
}

fn word(value: &impl Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(Value::String(word)) => word,
        _ => String::new(),
    }
}

fn meaning<T: DeserializeOwned>(word: &str) -> Option<T> {
    serde_json::from_value(Value::String(word.to_owned())).ok()
}
