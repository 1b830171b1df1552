//! The server's state: assets, signed URLs, sessions and past requests.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tokio::sync::watch;

use super::answer::EnvelopeStyle;
use super::assets::{Assets, StoredBytes};
use super::plan::{Call, FaultPlan, PlannedFault};
use super::session::StorageSession;
use super::ticket::{self, OfferedProtocol, Ticket};
use super::{RequestRecord, SandboxOptions, StoredCopy};

struct ServerInner {
    plan: FaultPlan,
    assets: Assets,
    sessions_given: u64,
    tickets: HashMap<String, Ticket>,
    sessions: HashMap<String, Arc<StorageSession>>,
    accepted: HashMap<String, Instant>,
    requests: Vec<TrackedRequest>,
}

struct TrackedRequest {
    record: RequestRecord,
    /// Bytes of its body received so far.
    coming: Arc<AtomicU64>,
}

/// State shared by both ports.
pub(super) struct State {
    inner: Mutex<ServerInner>,
    changes: watch::Sender<u64>,
    interval: Duration,
    protocol: OfferedProtocol,
    pub(super) direct_limit: u64,
    /// Scheme, host and port of the storage server.
    pub(super) storage_origin: String,
}

impl std::fmt::Debug for State {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // It holds keys and signed URLs.
        f.write_str("State(…)")
    }
}

impl State {
    pub(super) fn new(options: SandboxOptions, storage_origin: String) -> Self {
        Self {
            inner: Mutex::new(ServerInner {
                plan: options.plan,
                assets: Assets::new(options.timing),
                sessions_given: 0,
                tickets: HashMap::new(),
                sessions: HashMap::new(),
                accepted: HashMap::new(),
                requests: Vec::new(),
            }),
            changes: watch::Sender::new(0),
            interval: options.interval,
            protocol: options.protocol,
            direct_limit: options.direct_limit,
            storage_origin,
        }
    }

    fn lock(&self) -> MutexGuard<'_, ServerInner> {
        // No holder leaves the state half changed, so a panic does no harm.
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn changed(&self) {
        self.changes.send_modify(|version| *version += 1);
    }

    pub(super) fn changes(&self) -> watch::Receiver<u64> {
        self.changes.subscribe()
    }

    pub(super) fn set_plan(&self, plan: FaultPlan) {
        self.lock().plan = plan;
        self.changed();
    }

    pub(super) fn fault(&self, call: Call, name: Option<&str>) -> Option<PlannedFault> {
        self.lock().plan.take(call, name)
    }

    /// Returns true if the API's port must not listen.
    pub(super) fn refuses_connections(&self) -> bool {
        self.lock().plan.refuses_connections
    }

    /// Returns true if a new connection to the API is to be reset.
    pub(super) fn hangs_up(&self) -> bool {
        self.lock().plan.take_hang_up()
    }

    pub(super) fn style(&self) -> EnvelopeStyle {
        self.lock().plan.style
    }

    pub(super) fn refuses(&self, key: &str) -> bool {
        self.lock().plan.refuses(key)
    }

    pub(super) fn balance_empty(&self) -> bool {
        self.lock().plan.balance_empty
    }

    /// Returns true if the rate limit admits a request.
    ///
    /// The interval runs between the heads of accepted requests of one key; a rejected request does
    /// not restart it.
    pub(super) fn admit(&self, account: &str, now: Instant) -> bool {
        let mut inner = self.lock();
        let free = inner
            .accepted
            .get(account)
            .is_none_or(|last| now.duration_since(*last) >= self.interval);
        if free {
            inner.accepted.insert(account.to_owned(), now);
        }
        free
    }

    /// Records a request; `coming` counts the bytes of its body as they arrive.
    pub(super) fn note_request(&self, record: RequestRecord, coming: Arc<AtomicU64>) -> usize {
        let mut inner = self.lock();
        inner.requests.push(TrackedRequest { record, coming });
        let number = inner.requests.len() - 1;
        drop(inner);
        self.changed();
        number
    }

    pub(super) fn note(&self, number: usize, update: impl FnOnce(&mut RequestRecord)) {
        if let Some(noted) = self.lock().requests.get_mut(number) {
            update(&mut noted.record);
        }
        self.changed();
    }

    pub(super) fn secret_targets(&self) -> Vec<String> {
        let inner = self.lock();
        let tickets = inner.tickets.keys();
        tickets.chain(inner.sessions.keys()).cloned().collect()
    }

    pub(super) fn requests(&self) -> Vec<RequestRecord> {
        let inner = self.lock();
        let now = |noted: &TrackedRequest| {
            let mut record = noted.record.clone();
            if !record.over {
                record.body = noted.coming.load(Ordering::Relaxed);
            }
            record
        };
        inner.requests.iter().map(now).collect()
    }

    /// Creates an empty asset; `fault` determines its later statuses.
    pub(super) fn create(&self, account: &str, name: &str, fault: Option<&PlannedFault>) -> String {
        self.lock().assets.create(account, name, fault)
    }

    /// Stores an asset's bytes, replacing any.
    pub(super) fn store(&self, asset_id: &str, bytes: StoredBytes) {
        self.lock().assets.store(asset_id, bytes);
        self.changed();
    }

    /// Returns `data` for a signed URL request.
    pub(super) fn issue(&self, account: &str, name: &str, fault: Option<&PlannedFault>) -> Value {
        let asset_id = self.create(account, name, fault);
        let protocol = match fault {
            Some(PlannedFault::OfferedProtocol(protocol)) => *protocol,
            _ => self.protocol,
        };
        let target = ticket::sign(&asset_id, name, protocol);
        let mut inner = self.lock();
        if protocol == OfferedProtocol::Session {
            let session = StorageSession::new(&asset_id, protocol);
            inner.sessions.insert(target.clone(), Arc::new(session));
        } else {
            let asset_id = asset_id.clone();
            let ticket = Ticket { asset_id, protocol };
            inner.tickets.insert(target.clone(), ticket);
        }
        json!({
            "asset_id": asset_id,
            "signed_url": format!("{}{target}", self.storage_origin),
            "expires_in": ticket::EXPIRES_IN,
        })
    }

    pub(super) fn ticket(&self, target: &str) -> Option<Ticket> {
        self.lock().tickets.get(target).cloned()
    }

    pub(super) fn session(&self, target: &str) -> Option<Arc<StorageSession>> {
        self.lock().sessions.get(target).cloned()
    }

    /// Starts a session for a ticket; returns its whole URL.
    pub(super) fn start_session(&self, ticket: &Ticket) -> String {
        let mut inner = self.lock();
        inner.sessions_given += 1;
        let target = ticket::session_path(&ticket.asset_id, inner.sessions_given);
        let session = StorageSession::new(&ticket.asset_id, ticket.protocol);
        inner.sessions.insert(target.clone(), Arc::new(session));
        format!("{}{target}", self.storage_origin)
    }

    pub(super) fn forget_session(&self, target: &str) {
        self.lock().sessions.remove(target);
    }

    pub(super) fn name_of(&self, asset_id: &str) -> Option<String> {
        self.lock().assets.name_of(asset_id)
    }

    /// Returns `data` for a poll of an asset; `None` if the account has no such id.
    pub(super) fn metadata(&self, account: &str, asset_id: &str) -> Option<Value> {
        self.lock().assets.metadata(account, asset_id)
    }

    /// Deletes an asset; returns false if the account has no such id.
    pub(super) fn delete(&self, account: &str, asset_id: &str) -> bool {
        let known = self.lock().assets.delete(account, asset_id);
        self.changed();
        known
    }

    pub(super) fn stored(&self) -> Vec<StoredCopy> {
        self.lock().assets.stored()
    }
}

#[cfg(test)]
mod tests;
