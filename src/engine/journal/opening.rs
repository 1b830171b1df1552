//! Opens the history on its own thread; it may be damaged, large, locked or stalled.

use std::path::Path;
use std::sync::Arc;

use super::previous_runs::{RestoredItems, RestoredRows, previous_runs};
use super::{Journal, LOCK_TIMEOUT};
use crate::model::set_aside::SetAside;
use crate::model::snapshot::{JournalState, UnwritableCause};
use crate::store::{History, OpenError, RunId, RunLock, StoreError};

/// Opens the history of this run. May block; called again until it works.
pub type OpenHistory = Arc<dyn Fn() -> Result<OpenedHistory, OpenError> + Send + Sync>;

/// Tells whether another run of the program is still alive and keeps its rows.
pub type IsAlive = Arc<dyn Fn(&RunId) -> bool + Send + Sync>;

/// A history that was opened.
#[derive(Debug)]
pub struct OpenedHistory {
    /// Ready for use.
    pub history: History,
    /// A damaged one that was set aside.
    pub set_aside: Option<SetAside>,
    /// Id of this run, as written to the journal.
    pub run: RunId,
    /// Marks this run as alive while held.
    pub lock: Option<RunLock>,
}

/// A history that was opened, and what earlier runs left in it.
pub(in crate::engine) struct OpenOutcome {
    pub(super) opened: OpenedHistory,
    pub(super) left: RestoredItems,
}

/// Opens the history; with `restore`, takes over all rows of runs that are over.
pub(in crate::engine) struct OpenTask {
    open: OpenHistory,
    base_url: String,
    restore: Option<IsAlive>,
}

impl OpenTask {
    /// Runs the task; blocks. Damage found only now is repaired; a lock is reported, to retry.
    ///
    /// # Errors
    ///
    /// If the history cannot be opened, repaired or read.
    pub fn run(self) -> Result<OpenOutcome, OpenError> {
        let mut opened = (self.open)()?;
        let mut left = RestoredItems::default();
        let Some(is_alive) = self.restore else {
            return Ok(OpenOutcome { opened, left });
        };
        for _ in 0..3 {
            let (history, run) = (&mut opened.history, &opened.run);
            let found = previous_runs(history, run, &self.base_url, &*is_alive, None, |_, _| true);
            let error = match found {
                Ok(found) => {
                    left = found;
                    break;
                }
                Err(error) => error,
            };
            let path = history.path().map(Path::to_owned).unwrap_or_default();
            let anew = match error {
                StoreError::Damaged(why) => {
                    tracing::error!(%why, "the history is damaged");
                    opened.history.repair()?
                }
                StoreError::Replaced => opened.history.reopen()?,
                StoreError::Busy => return Err(OpenError::Busy { path }),
                StoreError::NotSaved(_) => {
                    let cause = error.to_string();
                    return Err(OpenError::Io { path, cause });
                }
            };
            opened.history = anew.history;
            opened.set_aside = anew.set_aside.or(opened.set_aside);
        }
        Ok(OpenOutcome { opened, left })
    }
}

impl Journal {
    /// Returns the next task for the history's thread, once; its outcome goes to
    /// [`Journal::opened`]. With `restore`, all rows of runs that are over are taken over.
    pub fn next_open_task(&mut self, restore: Option<&IsAlive>) -> Option<OpenTask> {
        if self.away || self.history.is_some() || self.state == JournalState::Newer {
            return None;
        }
        self.away = true;
        Some(OpenTask {
            open: OpenHistory::clone(&self.open),
            base_url: self.base_url.clone(),
            restore: restore.cloned(),
        })
    }

    /// Returns whether a task has the history.
    pub fn is_away(&self) -> bool {
        self.away
    }

    /// Returns whether the history was open before in this run, and its rows are restored.
    pub fn was_opened(&self) -> bool {
        self.was_opened
    }

    /// Takes back the history. Returns rows of earlier runs and a damaged history;
    /// everything known before is staged again.
    pub fn opened(
        &mut self,
        outcome: Result<OpenOutcome, OpenError>,
    ) -> Option<(RestoredRows, Option<SetAside>)> {
        self.away = false;
        let OpenOutcome { opened, left } = match outcome {
            Ok(outcome) => outcome,
            Err(error) => {
                self.cannot_open(&error);
                return None;
            }
        };
        if self.state != JournalState::Opening {
            tracing::info!("the history is open");
        }
        self.use_history(opened.history);
        if self.lock.is_none() {
            self.run = opened.run;
            self.lock = opened.lock;
        }
        self.was_opened = true;
        self.has_answered = true;
        self.state = JournalState::Good;
        self.is_locked = false;
        self.staged.extend(left.unreadable);
        Some((left.rows, opened.set_aside))
    }

    /// Uses a history that was opened; from here on the actor waits for it.
    pub(super) fn use_history(&mut self, history: History) {
        self.history = Some(history);
        self.set_lock_timeout(LOCK_TIMEOUT);
        self.revision += 1;
        self.are_accounts_stale = true;
    }

    /// Takes note that there is no history for now.
    pub(super) fn cannot_open(&mut self, error: &OpenError) {
        if self.state == JournalState::Opening || self.is_good() {
            tracing::error!(%error, "the history cannot be opened");
        }
        self.state = match error {
            OpenError::Newer { .. } => JournalState::Newer,
            error => JournalState::Unwritable(UnwritableCause::NotOpened(error.to_string())),
        };
        self.is_locked = matches!(error, OpenError::Busy { .. });
        self.has_answered |= !self.is_locked;
    }
}
