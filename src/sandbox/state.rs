//! The server's state: assets, signed URLs, sessions and past requests.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};
use tokio::sync::watch;

use super::answer::EnvelopeStyle;
use super::plan::{Call, FaultPlan, PlannedFault};
use super::session::StorageSession;
use super::ticket::{self, OfferedProtocol, Ticket};
use super::{RequestRecord, SandboxOptions, StoredCopy, Timing, Via};

/// Digits of the first asset id in the service's documentation.
const FIRST_ID: u64 = 660_727_003_963_174_912;

/// Epoch of clock-based ids: 2026-01-01, in milliseconds since the Unix epoch.
const ID_EPOCH_MS: u64 = 1_767_225_600_000;

struct Asset {
    id: String,
    account: String,
    name: String,
    created_ms: u128,
    statuses: Vec<String>,
    not_found: u32,
    size_by: i64,
    polls: usize,
    held: Option<HeldRequest>,
}

struct HeldRequest {
    at: Instant,
    at_ms: u128,
    size: u64,
    blake3: String,
    content_type: Option<String>,
    via: Via,
    writes: u32,
}

/// Metadata of received bytes.
pub(super) struct Bytes {
    pub(super) size: u64,
    pub(super) blake3: String,
    pub(super) content_type: Option<String>,
    pub(super) via: Via,
}

struct ServerInner {
    plan: FaultPlan,
    next_id: u64,
    sessions_given: u64,
    assets: Vec<Asset>,
    tickets: HashMap<String, Ticket>,
    sessions: HashMap<String, Arc<StorageSession>>,
    accepted: HashMap<String, Instant>,
    requests: Vec<Noted>,
}

struct Noted {
    record: RequestRecord,
    /// Bytes of its body received so far.
    coming: Arc<AtomicU64>,
}

/// State shared by both ports.
pub(super) struct State {
    inner: Mutex<ServerInner>,
    changes: watch::Sender<u64>,
    interval: Duration,
    timing: Timing,
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
        // Ids must not repeat when a server restarts beside a kept history.
        let next_id = options.first_id.unwrap_or_else(|| {
            let ms = u64::try_from(now_ms()).unwrap_or(u64::MAX);
            FIRST_ID + (ms.saturating_sub(ID_EPOCH_MS) << 16)
        });
        Self {
            inner: Mutex::new(ServerInner {
                plan: options.plan,
                next_id,
                sessions_given: 0,
                assets: Vec::new(),
                tickets: HashMap::new(),
                sessions: HashMap::new(),
                accepted: HashMap::new(),
                requests: Vec::new(),
            }),
            changes: watch::Sender::new(0),
            interval: options.interval,
            timing: options.timing,
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
        inner.requests.push(Noted { record, coming });
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
        let now = |noted: &Noted| {
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
        let mut inner = self.lock();
        let id = format!("re_{}", inner.next_id);
        inner.next_id += 1;
        let mut asset = Asset {
            id: id.clone(),
            account: account.to_owned(),
            name: name.to_owned(),
            created_ms: now_ms(),
            statuses: Vec::new(),
            not_found: 0,
            size_by: 0,
            polls: 0,
            held: None,
        };
        match fault {
            Some(PlannedFault::Statuses(statuses)) => asset.statuses.clone_from(statuses),
            Some(PlannedFault::NotFoundAtFirst { polls }) => asset.not_found = *polls,
            Some(PlannedFault::SizeDiffers { by }) => asset.size_by = *by,
            _ => {}
        }
        inner.assets.push(asset);
        id
    }

    /// Stores an asset's bytes, replacing any.
    pub(super) fn store(&self, asset_id: &str, bytes: Bytes) {
        let mut inner = self.lock();
        if let Some(asset) = inner.assets.iter_mut().find(|asset| asset.id == asset_id) {
            let writes = asset.held.as_ref().map_or(0, |held| held.writes) + 1;
            asset.held = Some(HeldRequest {
                at: Instant::now(),
                at_ms: now_ms(),
                size: bytes.size,
                blake3: bytes.blake3,
                content_type: bytes.content_type,
                via: bytes.via,
                writes,
            });
        }
        drop(inner);
        self.changed();
    }

    /// Returns `data` for a signed URL request.
    pub(super) fn issue(&self, account: &str, name: &str, fault: Option<&PlannedFault>) -> Value {
        let asset_id = self.create(account, name, fault);
        let (protocol, good_for) = match fault {
            Some(PlannedFault::OfferedProtocol(protocol)) => (*protocol, None),
            Some(PlannedFault::UrlExpires(after)) => (self.protocol, Some(*after)),
            _ => (self.protocol, None),
        };
        let target = ticket::sign(&asset_id, name, protocol);
        let mut inner = self.lock();
        match Ticket::new(&asset_id, name, protocol, good_for) {
            Some(ticket) => {
                inner.tickets.insert(target.clone(), ticket);
            }
            None => {
                let session = StorageSession::new(&asset_id, protocol);
                inner.sessions.insert(target.clone(), Arc::new(session));
            }
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
        let inner = self.lock();
        let asset = inner.assets.iter().find(|asset| asset.id == asset_id)?;
        Some(asset.name.clone())
    }

    /// Returns `data` for a poll of an asset; `None` if the account has no such id.
    pub(super) fn metadata(&self, account: &str, asset_id: &str) -> Option<Value> {
        let mut inner = self.lock();
        let asset = inner.owned(account, asset_id)?;
        if asset.not_found > 0 {
            asset.not_found -= 1;
            return None;
        }
        let status = asset.status(self.timing);
        if asset.held.is_some() {
            asset.polls += 1;
        }
        let (stem, extension) = asset.name.rsplit_once('.').unwrap_or((&asset.name, ""));
        let modified = asset
            .held
            .as_ref()
            .map_or(asset.created_ms, |held| held.at_ms);
        let mut resource = json!({
            "extension": extension,
            "asset_id": asset.id,
            "original_filename": stem,
            "upload_status": status,
            "create_time": asset.created_ms.to_string(),
            "modify_time": modified.to_string(),
        });
        if let Some(held) = &asset.held {
            let size = held.size.saturating_add_signed(asset.size_by);
            resource["file_size"] = json!(size.to_string());
        }
        Some(json!({ "total": 1, "resource": [resource] }))
    }

    /// Deletes an asset; returns false if the account has no such id.
    pub(super) fn delete(&self, account: &str, asset_id: &str) -> bool {
        let mut inner = self.lock();
        let known = inner.owned(account, asset_id).is_some();
        if known {
            inner.assets.retain(|asset| asset.id != asset_id);
        }
        drop(inner);
        self.changed();
        known
    }

    pub(super) fn stored(&self) -> Vec<StoredCopy> {
        let inner = self.lock();
        inner
            .assets
            .iter()
            .filter_map(|asset| {
                let held = asset.held.as_ref()?;
                Some(StoredCopy {
                    asset_id: asset.id.clone(),
                    file_name: asset.name.clone(),
                    size: held.size,
                    blake3: held.blake3.clone(),
                    content_type: held.content_type.clone(),
                    via: held.via,
                    status: asset.status(self.timing),
                    writes: held.writes,
                })
            })
            .collect()
    }
}

impl ServerInner {
    fn owned(&mut self, account: &str, asset_id: &str) -> Option<&mut Asset> {
        self.assets
            .iter_mut()
            .find(|asset| asset.id == asset_id && asset.account == account)
    }
}

impl Asset {
    fn status(&self, timing: Timing) -> String {
        let Some(held) = &self.held else {
            return "WAITING".to_owned();
        };
        if let Some(last) = self.statuses.last() {
            return self.statuses.get(self.polls).unwrap_or(last).clone();
        }
        timing.status(held.at.elapsed()).to_owned()
    }
}

fn now_ms() -> u128 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| since.as_millis())
}

#[cfg(test)]
mod tests;
