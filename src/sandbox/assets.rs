//! Assets of the service, and the bytes stored under them.

use std::time::{Instant, SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};

use super::plan::PlannedFault;
use super::{StoredCopy, Timing, Via};

/// Digits of the first asset id in the service's documentation.
const FIRST_ID: u64 = 660_727_003_963_174_912;

/// Epoch of clock-based ids: 2026-01-01, in milliseconds since the Unix epoch.
const ID_EPOCH_MS: u64 = 1_767_225_600_000;

/// All assets, in order of their ids.
pub(super) struct Assets {
    assets: Vec<Asset>,
    next_id: u64,
    timing: Timing,
}

struct Asset {
    id: String,
    account: String,
    name: String,
    created_ms: u128,
    statuses: Vec<String>,
    not_found: u32,
    size_by: i64,
    polls: usize,
    stored: Option<StoredObject>,
}

struct StoredObject {
    at: Instant,
    at_ms: u128,
    bytes: StoredBytes,
    writes: u32,
}

/// Metadata of received bytes.
pub(super) struct StoredBytes {
    pub(super) size: u64,
    pub(super) blake3: String,
    pub(super) content_type: Option<String>,
    pub(super) via: Via,
}

impl Assets {
    /// Starts without assets. The ids count from the clock, since they must not repeat when a
    /// server restarts beside a kept history.
    pub(super) fn new(timing: Timing) -> Self {
        let ms = u64::try_from(now_ms()).unwrap_or(u64::MAX);
        Self {
            assets: Vec::new(),
            next_id: FIRST_ID + (ms.saturating_sub(ID_EPOCH_MS) << 16),
            timing,
        }
    }

    /// Creates an empty asset; `fault` determines its later statuses.
    pub(super) fn create(
        &mut self,
        account: &str,
        name: &str,
        fault: Option<&PlannedFault>,
    ) -> String {
        let id = format!("re_{}", self.next_id);
        self.next_id += 1;
        let mut asset = Asset {
            id: id.clone(),
            account: account.to_owned(),
            name: name.to_owned(),
            created_ms: now_ms(),
            statuses: Vec::new(),
            not_found: 0,
            size_by: 0,
            polls: 0,
            stored: None,
        };
        match fault {
            Some(PlannedFault::Statuses(statuses)) => asset.statuses.clone_from(statuses),
            Some(PlannedFault::NotFoundAtFirst { polls }) => asset.not_found = *polls,
            Some(PlannedFault::SizeDiffers { by }) => asset.size_by = *by,
            _ => {}
        }
        self.assets.push(asset);
        id
    }

    /// Stores an asset's bytes, replacing any.
    pub(super) fn store(&mut self, asset_id: &str, bytes: StoredBytes) {
        if let Some(asset) = self.assets.iter_mut().find(|asset| asset.id == asset_id) {
            let writes = asset.stored.as_ref().map_or(0, |stored| stored.writes) + 1;
            asset.stored = Some(StoredObject {
                at: Instant::now(),
                at_ms: now_ms(),
                bytes,
                writes,
            });
        }
    }

    pub(super) fn name_of(&self, asset_id: &str) -> Option<String> {
        let asset = self.assets.iter().find(|asset| asset.id == asset_id)?;
        Some(asset.name.clone())
    }

    /// Returns `data` for a poll of an asset; `None` if the account has no such id.
    pub(super) fn metadata(&mut self, account: &str, asset_id: &str) -> Option<Value> {
        let timing = self.timing;
        let asset = self.owned(account, asset_id)?;
        if asset.not_found > 0 {
            asset.not_found -= 1;
            return None;
        }
        let status = asset.status(timing);
        if asset.stored.is_some() {
            asset.polls += 1;
        }
        let (stem, extension) = asset.name.rsplit_once('.').unwrap_or((&asset.name, ""));
        let stored = asset.stored.as_ref();
        let modified = stored.map_or(asset.created_ms, |stored| stored.at_ms);
        let mut resource = json!({
            "extension": extension,
            "asset_id": asset.id,
            "original_filename": stem,
            "upload_status": status,
            "create_time": asset.created_ms.to_string(),
            "modify_time": modified.to_string(),
        });
        if let Some(stored) = stored {
            let size = stored.bytes.size.saturating_add_signed(asset.size_by);
            resource["file_size"] = json!(size.to_string());
        }
        Some(json!({ "total": 1, "resource": [resource] }))
    }

    /// Deletes an asset; returns false if the account has no such id.
    pub(super) fn delete(&mut self, account: &str, asset_id: &str) -> bool {
        let known = self.owned(account, asset_id).is_some();
        if known {
            self.assets.retain(|asset| asset.id != asset_id);
        }
        known
    }

    pub(super) fn stored(&self) -> Vec<StoredCopy> {
        let copy = |asset: &Asset| {
            let stored = asset.stored.as_ref()?;
            Some(StoredCopy {
                asset_id: asset.id.clone(),
                file_name: asset.name.clone(),
                size: stored.bytes.size,
                blake3: stored.bytes.blake3.clone(),
                content_type: stored.bytes.content_type.clone(),
                via: stored.bytes.via,
                status: asset.status(self.timing),
                writes: stored.writes,
            })
        };
        self.assets.iter().filter_map(copy).collect()
    }

    fn owned(&mut self, account: &str, asset_id: &str) -> Option<&mut Asset> {
        self.assets
            .iter_mut()
            .find(|asset| asset.id == asset_id && asset.account == account)
    }
}

impl Asset {
    fn status(&self, timing: Timing) -> String {
        let Some(stored) = &self.stored else {
            return "WAITING".to_owned();
        };
        if let Some(last) = self.statuses.last() {
            return self.statuses.get(self.polls).unwrap_or(last).clone();
        }
        timing.status(stored.at.elapsed()).to_owned()
    }
}

fn now_ms() -> u128 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| since.as_millis())
}
