//! Journals every transition and asset id before it is shown.
//!
//! Changes are staged during a turn and committed in one transaction at its end, after the ledger
//! has their assets. A failed commit is kept and retried.

pub(super) mod opening;
mod previous_runs;
mod staging;
#[cfg(test)]
mod tests;

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use tokio::time::Instant;

use self::opening::OpenHistory;
use crate::model::asset::AssetId;
use crate::model::set_aside::SetAside;
use crate::model::snapshot::{ItemId, JournalState, UnwritableCause};
use crate::store::{History, HistoryChange, RunId, RunLock, StoreError};

use super::clock::now_ms;

/// First id used while the database can give none.
const OWN_IDS: u64 = 1 << 62;

/// Staged changes, about a kilobyte each, after which a turn is committed.
const TURNS_WORTH: usize = 1024;
/// Lock timeout of a call, which blocks the actor. A transaction of another run takes milliseconds.
const LOCK_TIMEOUT: Duration = Duration::from_secs(1);
/// Lock timeout once a call was in vain, until a commit works.
const SHORT_LOCK_TIMEOUT: Duration = Duration::from_millis(20);
/// Retry delay of a failed commit or a failed opening of the history.
const SAVE_AGAIN: Duration = Duration::from_secs(2);

/// The journal of one run.
pub(super) struct Journal {
    open: OpenHistory,
    history: Option<History>,
    away: bool,
    /// It was open before in this run.
    was_opened: bool,
    /// The damaged database, if any, of a history that was replaced and is to be written again.
    replaced: Option<Option<SetAside>>,
    /// It is known what the history holds, or that it cannot be known now.
    has_answered: bool,
    state: JournalState,
    /// Another program holds the database.
    is_locked: bool,
    base_url: String,
    run: RunId,
    /// Marks this run as alive.
    lock: Option<RunLock>,
    staged: Vec<HistoryChange>,
    /// Assets on disk in any form, in the database or its ledger.
    written: HashSet<AssetId>,
    /// Assets reported as not on disk, with their rows.
    missing: HashMap<AssetId, ItemId>,
    /// Next row id while the database can give none.
    next_id: u64,
    /// Ids given out but not used.
    unused_ids: Vec<ItemId>,
    /// Highest row id that the database gave; a replaced database might give it again.
    highest: u64,
    /// The accounts on disk may be others than those that were read last.
    are_accounts_stale: bool,
    /// Time from which a locked database, or a ledger that is behind, is tried again.
    retry_at: Instant,
    /// Commits so far that concern assets or batches, and openings.
    revision: u64,
}

/// Another program holds the database; a later retry works.
#[derive(Clone, Copy, Debug)]
pub(super) struct DatabaseLocked;

impl Journal {
    pub fn new(open: OpenHistory, base_url: String) -> Self {
        // No two runs give these ids, and the database counts from 1.
        let since_epoch = u64::try_from(now_ms()).unwrap_or_default();
        Self {
            open,
            history: None,
            away: false,
            was_opened: false,
            replaced: None,
            has_answered: false,
            state: JournalState::Opening,
            is_locked: false,
            base_url,
            run: RunId::from_text(""),
            lock: None,
            staged: vec![],
            written: HashSet::new(),
            missing: HashMap::new(),
            next_id: OWN_IDS | (since_epoch << 16),
            unused_ids: vec![],
            highest: 0,
            are_accounts_stale: false,
            retry_at: Instant::now(),
            revision: 0,
        }
    }

    pub fn state(&self) -> &JournalState {
        &self.state
    }

    /// Returns whether everything so far is on disk.
    pub fn is_good(&self) -> bool {
        self.state == JournalState::Good
    }

    /// Returns whether a lock prevents writing, so that waiting helps.
    pub fn is_locked(&self) -> bool {
        self.is_locked
    }

    /// Returns whether the ledger could not be written, although the database could.
    pub fn is_ledger_behind(&self) -> bool {
        let history = self.history.as_ref();
        history.is_some_and(History::is_ledger_behind)
    }

    /// Returns why the ledger cannot be used, although the database can.
    pub fn ledger_problem(&self) -> Option<&str> {
        self.history.as_ref()?.ledger_problem()
    }

    /// Returns whether it is known what earlier runs left, or that it cannot be known now.
    pub fn has_answered(&self) -> bool {
        self.has_answered
    }

    /// Returns the delay until the next retry; `None` if that is of no use, or under way.
    pub fn try_again_in(&self) -> Option<Duration> {
        let is_useless = self.away || self.state == JournalState::Newer;
        (!is_useless).then_some(SAVE_AGAIN)
    }

    /// Returns ids for `count` new rows.
    pub fn new_ids(&mut self, count: usize) -> Vec<ItemId> {
        if let Some(others) = self.unused_ids.len().checked_sub(count) {
            return self.unused_ids.split_off(others);
        }
        let count = u32::try_from(count).unwrap_or(u32::MAX);
        let first = self.reserve(count).unwrap_or_else(|| {
            let first = self.next_id;
            self.next_id += u64::from(count);
            first
        });
        (first..first + u64::from(count)).map(ItemId).collect()
    }

    /// Takes back ids that no row got, for the next call of [`Journal::new_ids`].
    pub fn return_ids(&mut self, ids: impl IntoIterator<Item = ItemId>) {
        self.unused_ids.extend(ids);
    }

    fn reserve(&mut self, count: u32) -> Option<u64> {
        let ItemId(first) = match self.history.as_mut()?.reserve_ids(count) {
            Ok(first) => first,
            Err(error) => {
                self.on_failed(error);
                return None;
            }
        };
        let is_new = first > self.highest;
        self.highest = self.highest.max(first + u64::from(count) - 1);
        is_new.then_some(first)
    }

    /// Takes note of a call that failed; replaces a damaged database, and opens the one that another
    /// program put in its place. Both are rare enough to block the actor.
    fn on_failed(&mut self, error: StoreError) {
        tracing::warn!(%error, "the history cannot be used");
        let opened = match (error, self.history.take()) {
            (StoreError::Damaged(_), Some(history)) => history.repair(),
            (StoreError::Replaced, Some(history)) => history.reopen(),
            (error, history) => {
                self.history = history;
                self.is_locked = error == StoreError::Busy;
                if self.is_locked {
                    self.set_lock_timeout(SHORT_LOCK_TIMEOUT);
                }
                return;
            }
        };
        match opened {
            Ok(opened) => {
                // The other database may give the same ids.
                self.unused_ids.clear();
                self.use_history(opened.history);
                self.replaced = Some(opened.set_aside);
            }
            Err(error) => self.cannot_open(&error),
        }
    }

    /// Returns the damaged database, if there was one, once after the history was replaced.
    pub fn take_replaced(&mut self) -> Option<Option<SetAside>> {
        self.replaced.take()
    }

    fn set_lock_timeout(&mut self, limit: Duration) {
        if let Some(history) = &mut self.history
            && let Err(error) = history.wait_at_most(limit)
        {
            tracing::warn!(%error, "the history may keep the program waiting");
        }
    }

    /// Has the next commit tried, and wait for a lock no longer than `limit`.
    pub fn try_at_once(&mut self, limit: Duration) {
        self.set_lock_timeout(limit);
        self.retry_at = Instant::now();
    }

    /// Commits what is staged in one transaction; false if it is not on disk.
    pub fn commit(&mut self) -> bool {
        let now = Instant::now();
        let is_early = now < self.retry_at;
        if self.staged.is_empty() && (is_early || !self.is_ledger_behind()) {
            return self.is_good();
        }
        // The reason why it is closed says more.
        let Some(history) = self
            .history
            .as_mut()
            .filter(|_| !(self.is_locked && is_early))
        else {
            self.coalesce();
            return false;
        };
        let committed = history.commit(&self.staged);
        self.written.extend(history.told_assets().cloned());
        if self.is_ledger_behind() {
            // A locked ledger blocks the actor as well.
            self.retry_at = now + SAVE_AGAIN;
        }
        match committed {
            Ok(()) => self.on_committed(),
            Err(error @ (StoreError::Damaged(_) | StoreError::Replaced)) => self.on_failed(error),
            Err(error) => {
                if self.is_good() {
                    tracing::error!(%error, "the history cannot be written");
                }
                self.is_locked = error == StoreError::Busy;
                if self.is_locked {
                    self.set_lock_timeout(SHORT_LOCK_TIMEOUT);
                }
                // The try itself may have taken a while.
                self.retry_at = Instant::now() + SAVE_AGAIN;
                self.state = JournalState::Unwritable(UnwritableCause::Error(match error {
                    // The state says already that the history cannot be written.
                    StoreError::NotSaved(why) => why,
                    error => error.to_string(),
                }));
            }
        }
        self.coalesce();
        self.staged.is_empty() && self.is_good()
    }

    fn on_committed(&mut self) {
        if !self.is_good() {
            tracing::info!("the history can be written again");
        }
        self.state = JournalState::Good;
        if std::mem::take(&mut self.is_locked) {
            self.set_lock_timeout(LOCK_TIMEOUT);
        }
        for change in std::mem::take(&mut self.staged) {
            self.revision += u64::from(change.concerns_assets());
            self.are_accounts_stale |= change.is_of_accounts();
            if let HistoryChange::PutAsset(record) = change {
                self.written.insert(record.asset_id);
            }
        }
    }

    /// Keeps only the last staged state of each row, and all that concerns assets.
    fn coalesce(&mut self) {
        let (mut seen, mut batches) = (HashSet::new(), HashSet::new());
        let mut kept: Vec<HistoryChange> = std::mem::take(&mut self.staged)
            .into_iter()
            .rev()
            .filter(|change| match change {
                HistoryChange::PutItem(record) => seen.insert(record.id),
                HistoryChange::DropItem(id) => seen.insert(*id),
                HistoryChange::PutBatch(batch) => batches.insert(batch.id),
                _ => true,
            })
            .collect();
        kept.reverse();
        self.staged = kept;
    }

    /// Notes an id that an earlier run wrote.
    pub fn knows(&mut self, asset: &AssetId) {
        self.written.insert(asset.clone());
    }

    /// Returns whether an id is on disk.
    pub fn is_saved(&self, asset: &AssetId) -> bool {
        !self.missing.contains_key(asset)
    }

    /// Returns news since the last call: ids no longer on disk, and rows whose ids are again.
    pub fn unsaved_ids(&mut self) -> (Vec<(ItemId, AssetId)>, Vec<ItemId>) {
        if self.staged.is_empty() && self.missing.is_empty() {
            return (vec![], vec![]);
        }
        let staged = self.staged.iter().filter_map(|change| match change {
            // A reserved ID need not be copied; once it stores bytes, that is staged as well.
            HistoryChange::PutAsset(record) => {
                let is_missing = !record.is_reserved() && !self.written.contains(&record.asset_id);
                Some((record.asset_id.clone(), record.item?)).filter(|_| is_missing)
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

/// Logs a failed read and returns `None`.
fn logged<T>(outcome: Result<T, StoreError>) -> Option<T> {
    outcome
        .inspect_err(|error| tracing::warn!(%error, "the history cannot be read"))
        .ok()
}
