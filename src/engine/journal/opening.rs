//! Opening and repairing the history, on a thread where it may take its time: it may be
//! damaged, large, held by another program, or on a disk that does not answer.

use std::path::PathBuf;
use std::sync::Arc;

use tokio::time::Instant;

use super::previous_runs::{PreviousRuns, RestoredItems, Rows};
use super::{Journal, LockWait, LostHistory, SAVE_AGAIN, TRY};
use crate::model::snapshot::JournalState;
use crate::store::{self, History, HistoryChange, OpenError, RunId, RunLock, StoreError};

/// Opens the history of this run. Called where it may block, and again until it works.
pub type OpenHistory = Arc<dyn Fn() -> Result<OpenedHistory, OpenError> + Send + Sync>;

/// Whether another run of the program still lives; its rows are left to it.
pub type IsAlive = Arc<dyn Fn(&RunId) -> bool + Send + Sync>;

/// A history that was opened.
#[derive(Debug)]
pub struct OpenedHistory {
    /// Ready for use.
    pub history: History,
    /// Where a damaged one was put.
    pub set_aside: Option<PathBuf>,
    /// Which run of the program this is, as it is written into the journal.
    pub run: RunId,
    /// Says that this run lives, as long as it is kept.
    pub lock: Option<RunLock>,
}

/// What the thread gives back.
pub(in crate::engine) struct OpenOutcome {
    pub history: History,
    pub set_aside: Option<PathBuf>,
    /// Which run this is; `None` where that is known.
    pub run: Option<(RunId, Option<RunLock>)>,
    /// What earlier runs left, where that was asked for.
    pub left: Rows,
    /// Records that cannot be understood.
    pub unreadable: Vec<HistoryChange>,
}

impl OpenOutcome {
    /// A history in the place of the one that this run used so far.
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

/// What is to be done on the thread.
pub(in crate::engine) enum OpenTask {
    /// Open it; with `restore` all rows of runs that are over become this run's.
    Open {
        open: OpenHistory,
        base_url: String,
        restore: Option<IsAlive>,
    },
    /// Set this one aside.
    Repair(Box<History>),
    /// Open what another program has put in this one's place.
    Reopen(Box<History>),
}

impl OpenTask {
    /// Does it; blocks.
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
    /// Returns what is to be done on a thread for that, once; the outcome goes to
    /// [`Journal::opened`]. With `restore` all rows of runs that are over are brought back.
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

    /// Returns whether an errand is under way.
    pub fn is_away(&self) -> bool {
        self.away
    }

    /// Returns whether there is an errand that cannot wait.
    pub fn needs_reopen(&self) -> bool {
        self.lost.is_some()
    }

    /// Takes in what came of an errand. Gives what earlier runs left, and where a damaged
    /// history was put; everything that was known before has to be written again.
    pub fn opened(
        &mut self,
        outcome: Result<OpenOutcome, OpenError>,
    ) -> Option<(Rows, Option<PathBuf>)> {
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

/// Reads what earlier runs left. Damage that only shows now is repaired; what another
/// program holds is a matter of waiting, for whoever opens again.
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
