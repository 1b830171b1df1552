//! What the engine writes down: every transition and every asset id, before it is shown.
//!
//! Changes are staged while a turn is worked through and written in one transaction at its
//! end. What cannot be written is kept and written as soon as it works.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};

use super::item::Item;
use crate::model::asset::{Account, AssetId, AssetStatus, ContentHash};
use crate::model::fault::FaultKind;
use crate::model::media::FileStamp;
use crate::model::snapshot::{ItemId, JournalState};
use crate::model::upload::{State, Upload};
use crate::store::{AssetNote, AssetRecord, Change, History, ItemRecord, RunId, StoreError};

use super::clock::now_ms;

/// The journal of one run.
pub(super) struct Journal {
    history: Option<History>,
    state: JournalState,
    base_url: String,
    run: RunId,
    staged: Vec<Change>,
    /// Where a damaged database went, until it was said.
    set_aside: Option<PathBuf>,
    /// Ids for rows, given out when the database can give none.
    next_id: u64,
}

impl Journal {
    pub fn new(history: Result<History, JournalState>, base_url: String, run: RunId) -> Self {
        let (history, state) = match history {
            Ok(history) => (Some(history), JournalState::Good),
            Err(state) => (None, state),
        };
        Self {
            history,
            state,
            base_url,
            run,
            staged: vec![],
            set_aside: None,
            next_id: 1 << 48,
        }
    }

    pub fn state(&self) -> &JournalState {
        &self.state
    }

    /// Whether everything so far is on disk.
    pub fn is_good(&self) -> bool {
        self.state == JournalState::Good
    }

    /// Whether trying again may help.
    pub fn can_come_back(&self) -> bool {
        self.history.is_some()
    }

    pub fn take_set_aside(&mut self) -> Option<PathBuf> {
        self.set_aside.take()
    }

    /// Ids for `count` new rows.
    pub fn new_ids(&mut self, count: usize) -> Vec<ItemId> {
        if count == 0 {
            return vec![];
        }
        let count = u32::try_from(count).unwrap_or(u32::MAX);
        let reserved = self
            .history
            .as_mut()
            .map(|history| history.reserve_ids(count));
        let first = match reserved {
            Some(Ok(first)) => first.0,
            _ => {
                let first = self.next_id;
                self.next_id += u64::from(count);
                first
            }
        };
        (first..first + u64::from(count)).map(ItemId).collect()
    }

    /// Stages a row's place and state.
    pub fn stage_item(&mut self, item: &Item) {
        let state = match serde_json::to_string(&item.upload) {
            Ok(state) => state,
            Err(error) => {
                tracing::error!(%error, "an upload has no JSON");
                return;
            }
        };
        self.staged.push(Change::PutItem(ItemRecord {
            id: item.id,
            run: self.run.clone(),
            path: item.path.clone(),
            given: None,
            position: item.position,
            stamp: item.upload.media.map(|media| media.stamp),
            state,
            added_at_ms: item.added_at_ms,
            changed_at_ms: now_ms(),
            account: item.account.clone(),
            base_url: Some(self.base_url.clone()),
        }));
    }

    /// Stages what is known of an asset.
    pub fn stage_asset(
        &mut self,
        item: &Item,
        asset: &AssetId,
        content: Option<ContentHash>,
        status: AssetStatus,
        abandoned: bool,
    ) {
        let Some(account) = item.account.clone() else {
            tracing::error!(asset = asset.as_str(), "an asset of no account");
            return;
        };
        let mismatch = item.upload.fault() == Some(FaultKind::SizeMismatch)
            && item.upload.asset() == Some(asset);
        let note = if abandoned {
            Some(AssetNote::Abandoned)
        } else if mismatch {
            Some(AssetNote::SizeMismatch)
        } else if item.upload.tally.may_be_twice {
            Some(AssetNote::MayBeStoredTwice)
        } else {
            None
        };
        self.staged.push(Change::PutAsset(AssetRecord {
            asset_id: asset.clone(),
            item: Some(item.id),
            account,
            base_url: self.base_url.clone(),
            name: item.name.clone(),
            path: absolute(&item.path),
            size: item.upload.size(),
            content,
            status: Some(status),
            uploaded_at_ms: now_ms(),
            note,
        }));
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
        match self.write() {
            Ok(()) => {
                if !self.is_good() {
                    tracing::info!("the history can be written again");
                }
                self.state = JournalState::Good;
                self.staged.clear();
                true
            }
            Err(error) => {
                if self.is_good() {
                    tracing::error!(%error, "the history cannot be written");
                }
                if !matches!(self.state, JournalState::Newer) {
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
        let Some(mut history) = self.history.take() else {
            return Err("the history is not open".to_owned());
        };
        let mut outcome = history.commit(&self.staged);
        if let Err(StoreError::Damaged(why)) = &outcome {
            tracing::error!(%why, "the history is damaged");
            let opened = history.repair().map_err(|error| error.to_string())?;
            self.set_aside = opened.set_aside;
            history = opened.history;
            outcome = history.commit(&self.staged);
        } else if outcome == Err(StoreError::Replaced) {
            outcome = history.commit(&self.staged);
        }
        self.history = Some(history);
        outcome.map_err(|error| error.to_string())
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

    /// Ids of assets that are not on disk yet.
    pub fn unsaved(&self) -> HashSet<AssetId> {
        let assets = self.staged.iter().filter_map(|change| match change {
            Change::PutAsset(record) => Some(record.asset_id.clone()),
            _ => None,
        });
        assets.collect()
    }

    /// When the service last took this account's key, in milliseconds since the epoch.
    pub fn key_good_at(&self, account: &Account) -> Option<i64> {
        let history = self.history.as_ref()?;
        logged(history.key_good_at(account, &self.base_url)).flatten()
    }

    /// Assets that are ready, of this account and service, of a size.
    pub fn ready_assets(&self, account: &Account, size: u64) -> Vec<(AssetId, ContentHash)> {
        let found = self
            .history
            .as_ref()
            .and_then(|history| logged(history.same_size(account, &self.base_url, size)));
        let known = found.unwrap_or_default().into_iter();
        known
            .filter_map(|record| Some((record.asset_id, record.content?)))
            .collect()
    }

    /// The rows of runs that are over, by `of` this path where one is given. A record that
    /// cannot be understood is set aside.
    pub fn left_behind(
        &mut self,
        of: Option<&Path>,
        is_alive: impl Fn(&RunId) -> bool,
    ) -> Vec<(ItemRecord, Upload)> {
        let Some(history) = &mut self.history else {
            return vec![];
        };
        let records = match of {
            Some(path) => logged(history.items_by_path(path)),
            None => logged(history.items()),
        };
        let mut alive: HashMap<RunId, bool> = HashMap::new();
        let mut left = vec![];
        for record in records.unwrap_or_default() {
            let lives = *alive
                .entry(record.run.clone())
                .or_insert_with(|| record.run == self.run || is_alive(&record.run));
            // Of two programs that find it, one gets it.
            let run = &record.run;
            if lives
                || logged(history.claim(&[record.id], run, &self.run))
                    .is_none_or(|won| won.is_empty())
            {
                continue;
            }
            match serde_json::from_str(&record.state) {
                Ok(upload) => left.push((record, upload)),
                Err(error) => {
                    tracing::error!(item = record.id.0, %error, "a damaged record is set aside");
                    self.staged.push(Change::SetAside {
                        id: record.id,
                        why: error.to_string(),
                    });
                }
            }
        }
        left
    }

    /// Takes rows that are over out of the journal when a run of the command line ends.
    pub fn drop_ended(&mut self, items: &HashMap<ItemId, Item>) {
        for item in items.values() {
            let lives_on = matches!(
                item.upload.state,
                State::Processing { .. }
                    | State::Sending { .. }
                    | State::Waiting { .. }
                    | State::Paused { .. }
            );
            if !lives_on {
                self.drop_item(item.id);
            }
        }
    }
}

/// Whether a file is what it was when a record of it was written.
pub(super) fn same_file(record: &ItemRecord, now: FileStamp) -> bool {
    record.stamp == Some(now)
}

fn absolute(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned())
}

/// Trouble with reading is logged, and nothing is known then.
fn logged<T>(outcome: Result<T, StoreError>) -> Option<T> {
    outcome
        .inspect_err(|error| tracing::warn!(%error, "the history cannot be read"))
        .ok()
}
