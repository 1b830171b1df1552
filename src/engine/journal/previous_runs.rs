//! Reads and takes over what earlier runs wrote, and tidies up for the next one.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::Path;

use super::{DatabaseLocked, Journal, logged};
use crate::engine::queue::item::Item;
use crate::model::accounts::AccountInfo;
use crate::model::asset::{Account, AssetId, ContentHash};
use crate::model::batch::{Batch, BatchId};
use crate::model::snapshot::ItemId;
use crate::model::upload::Upload;
use crate::store::{
    AssetRecord, History, HistoryChange, ItemRecord, ProtocolRecord, RunId, StoreError,
};

/// Rows of earlier runs.
pub(in crate::engine) type RestoredRows = Vec<(ItemRecord, Upload)>;

#[derive(Default)]
pub(super) struct RestoredItems {
    /// Rows that now belong to this run.
    pub rows: RestoredRows,
    /// Unreadable records.
    pub unreadable: Vec<HistoryChange>,
}

/// Takes over the `wanted` rows of runs that are over for `run`; with a path in `of`, the first one
/// only. Rows of another service are left alone.
///
/// # Errors
///
/// If the history cannot be read or written.
pub(super) fn previous_runs(
    history: &mut History,
    run: &RunId,
    base_url: &str,
    is_alive: &dyn Fn(&RunId) -> bool,
    of: Option<&Path>,
    mut wanted: impl FnMut(&ItemRecord, &Upload) -> bool,
) -> Result<RestoredItems, StoreError> {
    let records = match of {
        Some(path) => history.items_by_path(path),
        None => history.items(),
    }?;
    let mut alive: HashMap<RunId, bool> = HashMap::new();
    let mut left = RestoredItems::default();
    let mut by_run: BTreeMap<RunId, Vec<ItemId>> = BTreeMap::new();
    for record in records {
        let lives = *alive
            .entry(record.run.clone())
            .or_insert_with(|| record.run == *run || is_alive(&record.run));
        let is_elsewhere = record.base_url.as_ref().is_some_and(|it| it != base_url);
        if lives || is_elsewhere {
            continue;
        }
        match serde_json::from_str(&record.state) {
            Ok(_) if of.is_some() && !left.rows.is_empty() => {}
            Ok(upload) if wanted(&record, &upload) => {
                let ids = by_run.entry(record.run.clone()).or_default();
                ids.push(record.id);
                left.rows.push((record, upload));
            }
            Ok(_) => {}
            Err(error) => {
                tracing::error!(item = record.id.0, %error, "a damaged record is set aside");
                left.unreadable.push(HistoryChange::SetAside {
                    id: record.id,
                    why: error.to_string(),
                });
            }
        }
    }
    // If two programs find a row, one gets it.
    let mut won = HashSet::new();
    for (former, ids) in by_run {
        won.extend(history.claim(&ids, &former, run)?);
    }
    left.rows.retain(|(record, _)| won.contains(&record.id));
    Ok(left)
}

impl Journal {
    /// Reads the history; `None` if it is not open or cannot be read now.
    pub(super) fn read<T>(&self, ask: impl FnOnce(&History) -> Result<T, StoreError>) -> Option<T> {
        logged(ask(self.history.as_ref()?))
    }

    /// Returns when this account's key was last valid, in milliseconds since the epoch.
    pub fn key_good_at(&self, account: &Account) -> Option<i64> {
        self.read(|history| history.key_good_at(account, &self.base_url))?
    }

    /// Returns the storage protocols that earlier runs learned.
    pub fn protocols(&self) -> Vec<ProtocolRecord> {
        self.read(History::protocols).unwrap_or_default()
    }

    /// Returns uploads to this service whose session the keychain may have.
    pub fn sessions(&self) -> Vec<(AssetId, i64)> {
        let sessions = self.read(|history| history.sessions(&self.base_url));
        sessions.unwrap_or_default()
    }

    /// Returns what earlier runs were to delete from this service.
    pub fn deletions(&self) -> Vec<AssetId> {
        let deletions = self.read(|history| history.deletions(&self.base_url));
        deletions.unwrap_or_default()
    }

    /// Returns these accounts' ready assets of a size; `None` if the history can't be read now.
    pub fn ready_assets(
        &self,
        accounts: &HashSet<Account>,
        size: u64,
    ) -> Option<Vec<(AssetId, ContentHash)>> {
        let found = self.reusable_assets(accounts, size)?.into_iter();
        let known = found.filter_map(|record| Some((record.asset_id, record.content?)));
        Some(known.collect())
    }

    /// Returns the records of these accounts' ready assets of a size in bytes whose content is
    /// known; `None` if they can't be read now.
    pub fn reusable_assets(
        &self,
        accounts: &HashSet<Account>,
        size: u64,
    ) -> Option<Vec<AssetRecord>> {
        let mut found = vec![];
        for account in accounts {
            let of_account =
                self.read(|history| history.reusable_assets_of_size(account, &self.base_url, size));
            found.extend(of_account?);
        }
        found.retain(|record| record.content.is_some());
        Some(found)
    }

    /// Returns this account and those joined with it, as far as the history can be read.
    pub fn joined(&self, account: &Account) -> HashSet<Account> {
        let joined = self.read(|history| history.joined(account, &self.base_url));
        let joined = joined.into_iter().flatten();
        joined.chain([account.clone()]).collect()
    }

    /// Returns the accounts of this service, if they changed on disk since the last call.
    pub fn take_accounts(&mut self) -> Option<Vec<AccountInfo>> {
        let is_stale = std::mem::take(&mut self.are_accounts_stale);
        let accounts = || self.read(|history| history.accounts(&self.base_url));
        is_stale.then(accounts).flatten()
    }

    /// Returns the last four characters of the account's key; empty if unknown.
    pub fn last4(&self, account: &Account) -> String {
        let last4 = self.read(|history| history.last4(account, &self.base_url));
        last4.flatten().unwrap_or_default()
    }

    /// Returns the record of an asset of this service.
    pub fn asset(&self, asset: &AssetId) -> Option<AssetRecord> {
        self.read(|history| history.asset(&self.base_url, asset))?
    }

    /// Returns at most `count` assets of this service in the order of their IDs, those after
    /// `after`; `None` if the history can't be read now.
    pub fn assets_after(&self, after: Option<&AssetId>, count: usize) -> Option<Vec<AssetRecord>> {
        self.read(|history| history.assets_after(&self.base_url, after, count))
    }

    /// Returns the number of this service's assets; `None` if the history can't be read now.
    pub fn count_assets(&self) -> Option<u64> {
        self.read(|history| history.count_assets(&self.base_url))
    }

    /// Returns a batch, also one without rows in the queue.
    pub fn batch(&self, id: BatchId) -> Option<Batch> {
        self.read(|history| history.batch(id))?
    }

    /// Takes over the first `wanted` row of this path from a run that is over; others, and rows of
    /// another service, stay.
    ///
    /// # Errors
    ///
    /// If another program holds the database; a later retry works.
    pub fn find_unfinished(
        &mut self,
        path: &Path,
        is_alive: &dyn Fn(&RunId) -> bool,
        wanted: impl FnMut(&ItemRecord, &Upload) -> bool,
    ) -> Result<Option<(ItemRecord, Upload)>, DatabaseLocked> {
        let Some(history) = &mut self.history else {
            return Ok(None);
        };
        let (run, base_url) = (&self.run, &self.base_url);
        match previous_runs(history, run, base_url, is_alive, Some(path), wanted) {
            Ok(left) => {
                self.staged.extend(left.unreadable);
                Ok(left.rows.into_iter().next())
            }
            Err(error) => {
                let is_brief = matches!(error, StoreError::Replaced | StoreError::Busy);
                self.on_failed(error);
                if is_brief {
                    Err(DatabaseLocked)
                } else {
                    Ok(None)
                }
            }
        }
    }

    /// Deletes ended rows at the end of a command-line run. Rows whose file the service has, or may
    /// have, stay for the next run.
    pub fn drop_ended(&mut self, items: &HashMap<ItemId, Item>) {
        for item in items.values() {
            if !item.upload().must_survive_cli_run() {
                self.drop_item(item.id);
            }
        }
    }
}
