//! Opens and repairs the history on its own thread; it may be damaged, large, locked or stalled.

use std::path::PathBuf;
use std::sync::Arc;

use tokio::time::Instant;

use super::previous_runs::{PreviousRuns, RestoredItems, RestoredRows};
use super::{Journal, LockWait, LostHistory, SAVE_AGAIN, TRY};
use crate::model::snapshot::JournalState;
use crate::store::{self, History, HistoryChange, OpenError, RunId, RunLock, StoreError};

/// Opens the history of this run. May block; called again until it works.
pub type OpenHistory = Arc<dyn Fn() -> Result<OpenedHistory, OpenError> + Send + Sync>;

/// Tells whether another run of the program is still alive and keeps its rows.
pub type IsAlive = Arc<dyn Fn(&RunId) -> bool + Send + Sync>;

/// A history that was opened.
#[derive(Debug)]
pub struct OpenedHistory {
    /// Ready for use.
    pub history: History,
    /// Path of a damaged one that was set aside.
    pub set_aside: Option<PathBuf>,
    /// Id of this run, as written to the journal.
    pub run: RunId,
    /// Marks this run as alive while held.
    pub lock: Option<RunLock>,
}

pub(in crate::engine) struct OpenOutcome {
    pub history: History,
    pub set_aside: Option<PathBuf>,
    /// Id and lock of this run; `None` if already known.
    pub run: Option<(RunId, Option<RunLock>)>,
    /// Rows of earlier runs, if requested.
    pub left: RestoredRows,
    /// Unreadable records.
    pub unreadable: Vec<HistoryChange>,
}

impl OpenOutcome {
    /// Wraps a history that replaces the one used so far.
    fn anew(opened: store::OpenedDatabase) -> Self {
        Self {
            history: opened.history,
            set_aside: opened.set_aside,
            run: None,
            left: vec![],
            unreadable: vec![],
        }
    }
}

pub(in crate::engine) enum OpenTask {
    /// Open it; with `restore`, take over all rows of runs that are over.
    Open {
        open: OpenHistory,
        base_url: String,
        restore: Option<IsAlive>,
    },
    /// Set it aside and recreate it.
    Repair(Box<History>),
    /// Open the database that another program put in its place.
    Reopen(Box<History>),
}

impl OpenTask {
    /// Runs the task; blocks.
    ///
    /// # Errors
    ///
    /// If the history cannot be opened, repaired or read.
    pub fn run(self) -> Result<OpenOutcome, OpenError> {
        match self {
            Self::Open {
                open,
                base_url,
                restore,
            } => {
                let OpenedHistory {
                    history,
                    set_aside,
                    run,
                    lock,
                } = open()?;
                let mut opened = OpenOutcome {
                    history,
                    set_aside,
                    run: None,
                    left: vec![],
                    unreadable: vec![],
                };
                if let Some(is_alive) = restore {
                    let seeker = PreviousRuns {
                        run: &run,
                        base_url: &base_url,
                        is_alive: &*is_alive,
                    };
                    opened = restored(opened, &seeker)?;
                }
                opened.run = Some((run, lock));
                Ok(opened)
            }
            Self::Repair(history) => history.repair().map(OpenOutcome::anew),
            Self::Reopen(history) => history.reopen().map(OpenOutcome::anew),
        }
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
        Some(match self.lost.take() {
            Some(LostHistory::Damaged(history)) => OpenTask::Repair(history),
            Some(LostHistory::Replaced(history)) => OpenTask::Reopen(history),
            None => OpenTask::Open {
                open: OpenHistory::clone(&self.open),
                base_url: self.base_url.clone(),
                restore: restore.cloned(),
            },
        })
    }

    /// Returns whether a task has the history.
    pub fn is_away(&self) -> bool {
        self.away
    }

    /// Returns whether a task cannot wait.
    pub fn needs_reopen(&self) -> bool {
        self.lost.is_some()
    }

    /// Returns whether the history was open before in this run, and its rows are restored.
    pub fn was_opened(&self) -> bool {
        self.was_opened
    }

    /// Takes back the history. Returns rows of earlier runs and the path of a damaged history;
    /// everything known before is staged again.
    pub fn opened(
        &mut self,
        outcome: Result<OpenOutcome, OpenError>,
    ) -> Option<(RestoredRows, Option<PathBuf>)> {
        self.away = false;
        let mut opened = match outcome {
            Ok(opened) => opened,
            Err(error) => {
                self.cannot_open(&error);
                return None;
            }
        };
        // From here on the actor waits for it.
        if let Err(error) = opened.history.wait_at_most(TRY) {
            tracing::warn!(%error, "the history may keep the program waiting");
        }
        if self.state != JournalState::Opening {
            tracing::info!("the history is open");
        }
        self.history = Some(opened.history);
        if let (Some((run, lock)), None) = (opened.run, &self.lock) {
            self.run = run;
            self.lock = lock;
        }
        self.was_opened = true;
        self.has_answered = true;
        self.state = JournalState::Good;
        self.held = None;
        self.staged.extend(opened.unreadable);
        Some((opened.left, opened.set_aside))
    }

    fn cannot_open(&mut self, error: &OpenError) {
        if self.state == JournalState::Opening || self.is_good() || self.is_waiting() {
            tracing::error!(%error, "the history cannot be opened");
        }
        self.held = None;
        self.state = match error {
            OpenError::Newer { .. } => JournalState::Newer,
            error => JournalState::Unwritable(error.to_string()),
        };
        if matches!(error, OpenError::Busy { .. }) {
            let now = Instant::now();
            self.held = Some(LockWait {
                since: now,
                again: now + SAVE_AGAIN,
            });
        } else {
            self.has_answered = true;
        }
    }
}

/// Reads what earlier runs left. Damage found only now is repaired; a lock is reported, to retry.
fn restored(mut opened: OpenOutcome, seeker: &PreviousRuns<'_>) -> Result<OpenOutcome, OpenError> {
    for _ in 0..3 {
        match seeker.find(&mut opened.history, None, |_, _| true) {
            Ok(RestoredItems { rows, unreadable }) => {
                opened.left = rows;
                opened.unreadable = unreadable;
                return Ok(opened);
            }
            Err(StoreError::Damaged(why)) => {
                tracing::error!(%why, "the history is damaged");
                let repaired = opened.history.repair()?;
                opened.history = repaired.history;
                opened.set_aside = repaired.set_aside.or(opened.set_aside);
            }
            Err(StoreError::Replaced) => {
                let reopened = opened.history.reopen()?;
                opened.history = reopened.history;
                opened.set_aside = reopened.set_aside.or(opened.set_aside);
            }
            Err(StoreError::Busy) => {
                let path = opened.history.path().map(PathBuf::from);
                return Err(OpenError::Busy {
                    path: path.unwrap_or_default(),
                });
            }
            Err(error @ StoreError::NotSaved(_)) => {
                let path = opened.history.path().map(PathBuf::from);
                return Err(OpenError::Io {
                    path: path.unwrap_or_default(),
                    cause: error.to_string(),
                });
            }
        }
    }
    Ok(opened)
}
