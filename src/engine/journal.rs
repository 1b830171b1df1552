//! What the engine writes down: every transition and every asset id, before it is shown.
//!
//! Changes are staged while a turn is worked through and written in one transaction at its
//! end. What cannot be written is kept and written as soon as it works.

mod earlier;

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};

use super::item::Item;
use crate::model::asset::{Account, AssetId, AssetStatus, ContentHash};
use crate::model::snapshot::{ItemId, JournalState};
use crate::store::{AssetNote, AssetRecord, Change, History, ItemRecord, RunId, StoreError};

use super::clock::now_ms;

/// From here on are the ids that the database did not give.
const OWN_IDS: u64 = 1 << 62;

/// The journal of one run.
pub(super) struct Journal {
    history: Option<History>,
    /// Where the history is, to open it again after a repair that failed.
    folder: Option<PathBuf>,
    state: JournalState,
    /// Another program holds the database: a matter of waiting.
    busy: bool,
    base_url: String,
    run: RunId,
    staged: Vec<Change>,
    /// Assets that are on disk in any form.
    written: HashSet<AssetId>,
    /// Assets of which it was said that they are not on disk, with their rows.
    missing: HashMap<AssetId, ItemId>,
    renewed: Option<Renewed>,
    /// Ids for rows, given out when the database can give none.
    next_id: u64,
    /// The highest id of a row that the database gave: one that is put in its place might
    /// give it again.
    highest: u64,
}

/// Another database is in the place of the one that was written so far: everything that
/// is known has to be written again.
pub(super) struct Renewed {
    /// Where a damaged database went.
    pub set_aside: Option<PathBuf>,
}

/// For which file an asset was given.
#[derive(Clone, Debug)]
pub(super) struct Origin {
    pub item: ItemId,
    pub name: String,
    /// From the root on.
    pub path: PathBuf,
    pub size: u64,
    /// Whose key it was sent with; an empty one where that is not known.
    pub account: Account,
}

impl Journal {
    pub fn new(history: Result<History, JournalState>, base_url: String, run: RunId) -> Self {
        let (history, state) = match history {
            Ok(history) => (Some(history), JournalState::Good),
            Err(state) => (None, state),
        };
        let folder = history
            .as_ref()
            .and_then(History::path)
            .and_then(Path::parent)
            .map(Path::to_owned);
        // No run gives these ids twice, and the database counts from 1.
        let since_epoch = u64::try_from(now_ms()).unwrap_or_default();
        Self {
            history,
            folder,
            state,
            busy: false,
            base_url,
            run,
            staged: vec![],
            written: HashSet::new(),
            missing: HashMap::new(),
            renewed: None,
            next_id: OWN_IDS | (since_epoch << 16),
            highest: 0,
        }
    }

    pub fn state(&self) -> &JournalState {
        &self.state
    }

    /// Whether everything so far is on disk.
    pub fn is_good(&self) -> bool {
        self.state == JournalState::Good
    }

    /// Whether another program keeps it from being written, so that waiting helps.
    pub fn is_busy(&self) -> bool {
        self.busy
    }

    /// Whether trying again may help.
    pub fn can_come_back(&self) -> bool {
        self.history.is_some() || self.folder.is_some()
    }

    /// Says once that another database is in use now.
    pub fn take_renewed(&mut self) -> Option<Renewed> {
        self.renewed.take()
    }

    /// Ids for `count` new rows.
    pub fn new_ids(&mut self, count: usize) -> Vec<ItemId> {
        if count == 0 {
            return vec![];
        }
        let count = u32::try_from(count).unwrap_or(u32::MAX);
        let first = self.reserve(count).unwrap_or_else(|| {
            let first = self.next_id;
            self.next_id += u64::from(count);
            first
        });
        (first..first + u64::from(count)).map(ItemId).collect()
    }

    fn reserve(&mut self, count: u32) -> Option<u64> {
        let history = self.history.as_mut()?;
        let mut reserved = history.reserve_ids(count);
        if reserved == Err(StoreError::Replaced) {
            self.renewed = Some(Renewed { set_aside: None });
            reserved = history.reserve_ids(count);
        }
        let first = logged(reserved)?.0;
        let is_new = first > self.highest;
        self.highest = self.highest.max(first + u64::from(count) - 1);
        is_new.then_some(first)
    }

    /// Stages a row's place and state.
    pub fn stage_item(&mut self, item: &Item) {
        if item.id.0 < OWN_IDS {
            self.highest = self.highest.max(item.id.0);
        }
        let state = match serde_json::to_string(&item.upload) {
            Ok(state) => state,
            Err(error) => {
                tracing::error!(%error, "an upload has no JSON");
                return;
            }
        };
        let given = (item.path != item.file).then(|| item.path.to_string_lossy().into_owned());
        self.staged.push(Change::PutItem(ItemRecord {
            id: item.id,
            run: self.run.clone(),
            path: item.file.clone(),
            given,
            position: item.position,
            stamp: item.upload.media.map(|media| media.stamp),
            state,
            added_at_ms: item.added_at_ms,
            changed_at_ms: now_ms(),
            account: item.account.clone(),
            // A row that went to no service yet is any service's.
            base_url: item.account.as_ref().map(|_| self.base_url.clone()),
        }));
    }

    /// Stages what is known of an asset.
    pub fn stage_asset(
        &mut self,
        origin: &Origin,
        asset: &AssetId,
        content: Option<ContentHash>,
        status: AssetStatus,
        note: Option<AssetNote>,
    ) {
        self.staged.push(Change::PutAsset(AssetRecord {
            asset_id: asset.clone(),
            item: Some(origin.item),
            account: origin.account.clone(),
            base_url: self.base_url.clone(),
            name: origin.name.clone(),
            path: origin.path.clone(),
            size: origin.size,
            content,
            status: Some(status),
            uploaded_at_ms: now_ms(),
            note,
        }));
    }

    /// Stages a change that concerns neither a row nor an asset.
    pub fn stage(&mut self, change: Change) {
        self.staged.push(change);
    }

    /// Stages since when the keychain may have the session of an upload; `None` is not.
    pub fn stage_session(&mut self, asset: &AssetId, at_ms: Option<i64>) {
        let (base_url, asset_id) = (self.base_url.clone(), asset.clone());
        self.staged.push(match at_ms {
            Some(at_ms) => Change::PutSession {
                base_url,
                asset_id,
                at_ms,
            },
            None => Change::DropSession { base_url, asset_id },
        });
    }

    pub fn drop_item(&mut self, id: ItemId) {
        self.staged.push(Change::DropItem(id));
    }

    pub fn key_is_good(&mut self, account: &Account) {
        let (account, base_url) = (account.clone(), self.base_url.clone());
        self.staged.push(Change::KeyGood {
            account,
            base_url,
            at_ms: now_ms(),
        });
    }

    pub fn key_is_refused(&mut self, account: &Account) {
        let (account, base_url) = (account.clone(), self.base_url.clone());
        self.staged.push(Change::KeyRefused { account, base_url });
    }

    /// Writes what is staged; false when it is not on disk.
    pub fn commit(&mut self) -> bool {
        if self.staged.is_empty() {
            return self.is_good();
        }
        self.busy = false;
        match self.write() {
            Ok(()) => {
                if !self.is_good() {
                    tracing::info!("the history can be written again");
                }
                self.state = JournalState::Good;
                for change in std::mem::take(&mut self.staged) {
                    if let Change::PutAsset(record) = change {
                        self.written.insert(record.asset_id);
                    }
                }
                true
            }
            Err(error) => {
                if self.is_good() {
                    tracing::error!(%error, "the history cannot be written");
                }
                // Why it was never opened says more than that it is not open.
                if self.can_come_back() || self.is_good() {
                    self.state = JournalState::Unwritable(error);
                }
                self.coalesce();
                false
            }
        }
    }

    /// One transaction with all that is staged; a damaged database is set aside first, and
    /// one that another program replaced is written anew.
    fn write(&mut self) -> Result<(), String> {
        let mut history = self.take_history()?;
        let mut outcome = history.commit(&self.staged);
        match &outcome {
            Err(StoreError::Damaged(why)) => {
                tracing::error!(%why, "the history is damaged");
                let opened = history.repair().map_err(|error| error.to_string())?;
                self.renewed = Some(Renewed {
                    set_aside: opened.set_aside,
                });
                history = opened.history;
                outcome = history.commit(&self.staged);
            }
            Err(StoreError::Replaced) => {
                self.renewed = Some(Renewed { set_aside: None });
                outcome = history.commit(&self.staged);
            }
            _ => {}
        }
        self.history = Some(history);
        self.busy = outcome == Err(StoreError::Busy);
        outcome.map_err(|error| error.to_string())
    }

    /// The history, opened again where a repair failed before.
    fn take_history(&mut self) -> Result<History, String> {
        if let Some(history) = self.history.take() {
            return Ok(history);
        }
        let folder = self.folder.as_deref().ok_or("the history is not open")?;
        let opened = History::open(folder).map_err(|error| error.to_string())?;
        self.renewed = Some(Renewed {
            set_aside: opened.set_aside,
        });
        Ok(opened.history)
    }

    /// Of what could not be written only the last word on each row is kept; nothing that
    /// was said of an asset is dropped.
    fn coalesce(&mut self) {
        let mut seen = HashSet::new();
        let mut kept: Vec<Change> = std::mem::take(&mut self.staged)
            .into_iter()
            .rev()
            .filter(|change| match change {
                Change::PutItem(record) => seen.insert(record.id),
                Change::DropItem(id) => seen.insert(*id),
                _ => true,
            })
            .collect();
        kept.reverse();
        self.staged = kept;
    }

    /// An earlier run wrote this id.
    pub fn knows(&mut self, asset: &AssetId) {
        self.written.insert(asset.clone());
    }

    /// Whether an id is on disk.
    pub fn is_saved(&self, asset: &AssetId) -> bool {
        !self.missing.contains_key(asset)
    }

    /// Looks which ids are not on disk now, and gives those of which that is news: the
    /// ones that are missing from now on, and the rows of those that are no longer.
    pub fn what_is_missing(&mut self) -> (Vec<(ItemId, AssetId)>, Vec<ItemId>) {
        if self.staged.is_empty() && self.missing.is_empty() {
            return (vec![], vec![]);
        }
        let staged = self.staged.iter().filter_map(|change| match change {
            Change::PutAsset(record) if !self.written.contains(&record.asset_id) => {
                Some((record.asset_id.clone(), record.item?))
            }
            _ => None,
        });
        let now: HashMap<AssetId, ItemId> = staged.collect();
        let found = now
            .iter()
            .filter(|(asset, _)| !self.missing.contains_key(*asset))
            .map(|(asset, item)| (*item, asset.clone()))
            .collect();
        let written = self
            .missing
            .iter()
            .filter(|(asset, _)| !now.contains_key(*asset))
            .map(|(_, item)| *item)
            .collect();
        self.missing = now;
        (found, written)
    }
}

/// Trouble with reading is logged, and nothing is known then.
fn logged<T>(outcome: Result<T, StoreError>) -> Option<T> {
    outcome
        .inspect_err(|error| tracing::warn!(%error, "the history cannot be read"))
        .ok()
}
