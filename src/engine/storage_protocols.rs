//! Protocols that storage hosts were found to take, kept for the next run.

#[cfg(test)]
mod tests;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::api::protocol::KnownProtocol;
use crate::store::{HistoryChange, ProtocolRecord};

/// Protocols of storage hosts, as the history holds them.
#[derive(Debug, Default)]
pub(super) struct StorageProtocols {
    saved: Vec<KnownProtocol>,
}

impl StorageProtocols {
    pub fn of(records: &[ProtocolRecord]) -> Self {
        let saved = records.iter().filter_map(read).collect();
        Self { saved }
    }

    pub fn saved(&self) -> &[KnownProtocol] {
        &self.saved
    }

    /// Returns what to write: what works now, and what works no more. What other programs
    /// learned stays.
    pub fn update(&mut self, learned: Vec<KnownProtocol>) -> Vec<HistoryChange> {
        let place = |one: &KnownProtocol| (one.host.clone(), one.kind);
        let mut changes = vec![];
        for old in &self.saved {
            if !learned.iter().any(|new| place(new) == place(old)) {
                changes.push(HistoryChange::DropProtocol {
                    host: old.host.clone(),
                    kind: word(&old.kind),
                });
            }
        }
        for new in learned.iter().filter(|new| !self.saved.contains(new)) {
            changes.push(HistoryChange::PutProtocol(ProtocolRecord {
                host: new.host.clone(),
                kind: word(&new.kind),
                protocol: word(&new.protocol),
            }));
        }
        self.saved = learned;
        changes
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
