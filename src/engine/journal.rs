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

use self::opening::{OpenHistory, OpenTask};
use crate::model::asset::AssetId;
use crate::model::snapshot::{ItemId, JournalState, UnwritableCause};
use crate::store::{History, HistoryChange, RunId, RunLock, StoreError};

use super::clock::now_ms;

/// First id used while the database can give none.
const OWN_IDS: u64 = 1 << 62;

/// Staged changes, about a kilobyte each, after which a turn is committed.
const TURNS_WORTH: usize = 1024;
/// Lock timeout of one try, which blocks the actor.
const TRY: Duration = Duration::from_millis(20);
/// Pause between such tries.
const BETWEEN_TRIES: Duration = Duration::from_millis(80);
/// Longest time that a turn waits for a lock or a repair before it goes on without the disk.
const PATIENCE: Duration = Duration::from_secs(5);
/// Retry delay of a failed commit or a failed opening of the history.
const SAVE_AGAIN: Duration = Duration::from_secs(2);

/// The journal of one run.
pub(super) struct Journal {
    open: OpenHistory,
    history: Option<History>,
    away: bool,
    /// It was open before in this run.
    was_opened: bool,
    /// Repairs or reopens an unusable history.
    lost: Option<OpenTask>,
    /// It is known what the history holds, or that it cannot be known now.
    has_answered: bool,
    state: JournalState,
    held: Option<LockWait>,
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
    /// Highest row id that the database gave; a replaced database might give it again.
    highest: u64,
    /// Ids given out but not used.
    unused_ids: Vec<ItemId>,
    /// The accounts on disk may be others than those that were read last.
    are_accounts_stale: bool,
    /// Time from which an unwritable ledger is tried again on its own.
    ledger_due: Instant,
    /// Commits so far that concern assets or batches, and openings.
    revision: u64,
}

#[derive(Clone, Copy, Debug)]
struct LockWait {
    since: Instant,
    again: Instant,
}

/// The database is locked or under repair; a later retry works.
#[derive(Clone, Copy, Debug)]
pub(super) struct DatabaseLocked;

enum CommitError {
    Locked(UnwritableCause),
    Unwritable(UnwritableCause),
}

fn error_cause(error: &StoreError) -> UnwritableCause {
    UnwritableCause::Error(error.to_string())
}

impl Journal {
    pub fn new(open: OpenHistory, base_url: String) -> Self {
        // No two runs give these ids, and the database counts from 1.
        let since_epoch = u64::try_from(now_ms()).unwrap_or_default();
        Self {
            open,
            history: None,
            away: false,
            was_opened: false,
            lost: None,
            has_answered: false,
            state: JournalState::Opening,
            held: None,
            base_url,
            run: RunId::from_text(""),
            lock: None,
            staged: vec![],
            written: HashSet::new(),
            missing: HashMap::new(),
            next_id: OWN_IDS | (since_epoch << 16),
            highest: 0,
            unused_ids: vec![],
            are_accounts_stale: false,
            ledger_due: Instant::now(),
            revision: 0,
        }
    }

    pub fn state(&self) -> &JournalState {
        &self.state
    }

    /// Returns whether everything so far is on disk.
    pub fn is_good(&self) -> bool {
        self.state == JournalState::Good && self.held.is_none()
    }

    /// Returns whether a lock or a repair prevents writing, so that waiting helps.
    pub fn is_locked(&self) -> bool {
        self.held.is_some()
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

    /// Returns whether the turn has to wait for its commit: locked, within the time limit.
    pub fn is_waiting(&self) -> bool {
        self.held.is_some() && self.state == JournalState::Good
    }

    /// Ends the wait for the lock; the journal counts as unwritable.
    pub fn stop_waiting(&mut self) {
        if self.is_waiting() {
            let held = error_cause(&StoreError::Busy);
            self.state = JournalState::Unwritable(held);
        }
    }

    /// Returns whether it is known what earlier runs left, or that it cannot be known now.
    pub fn has_answered(&self) -> bool {
        self.has_answered
    }

    /// Returns the delay until the next retry; `None` if that is of no use, or under way.
    pub fn try_again_in(&self) -> Option<Duration> {
        match (&self.state, self.held) {
            (JournalState::Newer, _) => None,
            (_, Some(held)) if !self.away || self.is_waiting() => {
                Some(held.again.saturating_duration_since(Instant::now()))
            }
            _ if self.away => None,
            _ => Some(SAVE_AGAIN),
        }
    }

    /// Returns ids for `count` new rows.
    ///
    /// # Errors
    ///
    /// If another program holds the database.
    pub fn new_ids(&mut self, count: usize) -> Result<Vec<ItemId>, DatabaseLocked> {
        if let Some(others) = self.unused_ids.len().checked_sub(count) {
            return Ok(self.unused_ids.split_off(others));
        }
        let count = u32::try_from(count).unwrap_or(u32::MAX);
        let first = self.reserve(count)?.unwrap_or_else(|| {
            let first = self.next_id;
            self.next_id += u64::from(count);
            first
        });
        Ok((first..first + u64::from(count)).map(ItemId).collect())
    }

    /// Takes back ids that no row got, for the next call of [`Journal::new_ids`].
    pub fn return_ids(&mut self, ids: impl IntoIterator<Item = ItemId>) {
        self.unused_ids.extend(ids);
    }

    fn reserve(&mut self, count: u32) -> Result<Option<u64>, DatabaseLocked> {
        let Some(history) = self.history.as_mut() else {
            return self.without_history();
        };
        let reserved = history.reserve_ids(count);
        if reserved == Err(StoreError::Replaced) {
            self.is_replaced();
        }
        if matches!(reserved, Err(StoreError::Replaced | StoreError::Busy)) {
            return Err(DatabaseLocked);
        }
        let Some(ItemId(first)) = logged(reserved) else {
            return Ok(None);
        };
        let is_new = first > self.highest;
        self.highest = self.highest.max(first + u64::from(count) - 1);
        Ok(is_new.then_some(first))
    }

    /// Returns `None` without a history, or an error if there will soon be one.
    fn without_history<T>(&self) -> Result<Option<T>, DatabaseLocked> {
        if self.is_waiting() {
            Err(DatabaseLocked)
        } else {
            Ok(None)
        }
    }

    /// Marks the history as replaced by another program, to be reopened.
    fn is_replaced(&mut self) {
        tracing::warn!("another program has replaced the history");
        self.unused_ids.clear();
        self.lost = self.history.take().map(Box::new).map(OpenTask::Reopen);
        let now = Instant::now();
        self.held.get_or_insert(LockWait {
            since: now,
            again: now + BETWEEN_TRIES,
        });
    }

    /// Commits what is staged; false if it is not on disk.
    pub fn commit(&mut self) -> bool {
        let now = Instant::now();
        if self.staged.is_empty() {
            if self.history.is_none() && self.held.is_some_and(|held| now >= held.again) {
                // Reads have to wait for it as well, and no longer.
                self.hold(UnwritableCause::Repair);
            }
            if self.is_ledger_behind() && now >= self.ledger_due {
                // A locked ledger blocks the actor for as long as [`TRY`].
                self.ledger_due = now + SAVE_AGAIN;
                let _ = self.write();
            }
            return self.is_good();
        }
        let is_early = self.held.is_some_and(|held| now < held.again);
        // The reason why it is closed says more.
        let is_closed = self.history.is_none() && self.state != JournalState::Good;
        if is_early || is_closed {
            self.coalesce();
            return false;
        }
        match self.write() {
            Ok(()) => {
                if !self.is_good() {
                    tracing::info!("the history can be written again");
                }
                self.state = JournalState::Good;
                self.held = None;
                for change in std::mem::take(&mut self.staged) {
                    self.revision += u64::from(change.concerns_assets());
                    self.are_accounts_stale |= change.is_of_accounts();
                    if let HistoryChange::PutAsset(record) = change {
                        self.written.insert(record.asset_id);
                    }
                }
                return true;
            }
            Err(CommitError::Locked(why)) => self.hold(why),
            Err(CommitError::Unwritable(why)) => {
                if self.state == JournalState::Good {
                    tracing::error!(?why, "the history cannot be written");
                }
                self.held = None;
                self.state = JournalState::Unwritable(why);
            }
        }
        self.coalesce();
        false
    }

    /// Schedules a retry; after a while things go on without the disk.
    fn hold(&mut self, why: UnwritableCause) {
        let now = Instant::now();
        let since = self.held.map_or(now, |held| held.since);
        let is_long = now.saturating_duration_since(since) >= PATIENCE;
        if is_long && self.is_waiting() {
            tracing::error!(?why, "the history cannot be written");
            self.state = JournalState::Unwritable(why);
        }
        let pause = if is_long { SAVE_AGAIN } else { BETWEEN_TRIES };
        // The try itself may have taken a while.
        let again = Instant::now() + pause;
        self.held = Some(LockWait { since, again });
    }

    /// Commits all that is staged in one transaction; gives up a damaged or replaced database.
    fn write(&mut self) -> Result<(), CommitError> {
        let Some(history) = &mut self.history else {
            return Err(CommitError::Locked(UnwritableCause::Repair));
        };
        let committed = history.commit(&self.staged);
        self.written.extend(history.told_assets().cloned());
        match committed {
            Ok(()) => Ok(()),
            Err(StoreError::Damaged(why)) => {
                tracing::error!(%why, "the history is damaged");
                self.lost = self.history.take().map(Box::new).map(OpenTask::Repair);
                Err(CommitError::Locked(error_cause(&StoreError::Damaged(why))))
            }
            Err(error @ StoreError::Replaced) => {
                self.is_replaced();
                Err(CommitError::Locked(error_cause(&error)))
            }
            Err(error @ StoreError::Busy) => Err(CommitError::Locked(error_cause(&error))),
            // The state says already that the history cannot be written.
            Err(StoreError::NotSaved(why)) => {
                Err(CommitError::Unwritable(UnwritableCause::Error(why)))
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
