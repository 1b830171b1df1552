//! Opens and repairs the history on its own thread; it may be damaged, large, locked or stalled.

use std::path::Path;
use std::sync::Arc;

use tokio::time::Instant;

use super::previous_runs::{RestoredItems, RestoredRows, previous_runs};
use super::{Journal, LockWait, SAVE_AGAIN, TRY};
use crate::model::set_aside::SetAside;
use crate::model::snapshot::{JournalState, UnwritableCause};
use crate::store::{History, OpenError, OpenedDatabase, RunId, RunLock, StoreError};

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

/// A history that was opened or repaired, and what earlier runs left in it.
pub(in crate::engine) struct OpenOutcome {
    database: OpenedDatabase,
    /// Id and lock of this run; `None` if already known.
    run: Option<(RunId, Option<RunLock>)>,
    left: RestoredItems,
}

impl From<OpenedDatabase> for OpenOutcome {
    /// Takes a history that replaces the one used so far.
    fn from(database: OpenedDatabase) -> Self {
        Self {
            database,
            run: None,
            left: RestoredItems::default(),
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
                let opened = open()?;
                let database = OpenedDatabase {
                    history: opened.history,
                    set_aside: opened.set_aside,
                };
                let run = &opened.run;
                let (database, left) = match restore {
                    Some(is_alive) => restored(database, |history| {
                        previous_runs(history, run, &base_url, &*is_alive, None, |_, _| true)
                    })?,
                    None => (database, RestoredItems::default()),
                };
                Ok(OpenOutcome {
                    database,
                    run: Some((opened.run, opened.lock)),
                    left,
                })
            }
            Self::Repair(history) => history.repair().map(OpenOutcome::from),
            Self::Reopen(history) => history.reopen().map(OpenOutcome::from),
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
        let open = || OpenTask::Open {
            open: OpenHistory::clone(&self.open),
            base_url: self.base_url.clone(),
            restore: restore.cloned(),
        };
        Some(self.lost.take().unwrap_or_else(open))
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

    /// Takes back the history. Returns rows of earlier runs and a damaged history;
    /// everything known before is staged again.
    pub fn opened(
        &mut self,
        outcome: Result<OpenOutcome, OpenError>,
    ) -> Option<(RestoredRows, Option<SetAside>)> {
        self.away = false;
        let OpenOutcome {
            mut database,
            run,
            left,
        } = match outcome {
            Ok(opened) => opened,
            Err(error) => {
                self.cannot_open(&error);
                return None;
            }
        };
        // From here on the actor waits for it.
        if let Err(error) = database.history.wait_at_most(TRY) {
            tracing::warn!(%error, "the history may keep the program waiting");
        }
        if self.state != JournalState::Opening {
            tracing::info!("the history is open");
        }
        self.history = Some(database.history);
        if let (Some((run, lock)), None) = (run, &self.lock) {
            self.run = run;
            self.lock = lock;
        }
        self.was_opened = true;
        self.revision += 1;
        self.are_accounts_stale = true;
        self.has_answered = true;
        self.state = JournalState::Good;
        self.held = None;
        self.staged.extend(left.unreadable);
        Some((left.rows, database.set_aside))
    }

    fn cannot_open(&mut self, error: &OpenError) {
        if self.state == JournalState::Opening || self.is_good() || self.is_waiting() {
            tracing::error!(%error, "the history cannot be opened");
        }
        self.held = None;
        self.state = match error {
            OpenError::Newer { .. } => JournalState::Newer,
            error => JournalState::Unwritable(UnwritableCause::NotOpened(error.to_string())),
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
fn restored(
    mut database: OpenedDatabase,
    find: impl Fn(&mut History) -> Result<RestoredItems, StoreError>,
) -> Result<(OpenedDatabase, RestoredItems), OpenError> {
    for _ in 0..3 {
        let error = match find(&mut database.history) {
            Ok(left) => return Ok((database, left)),
            Err(error) => error,
        };
        let history = database.history;
        let path = history.path().map(Path::to_owned).unwrap_or_default();
        let anew = match error {
            StoreError::Damaged(why) => {
                tracing::error!(%why, "the history is damaged");
                history.repair()?
            }
            StoreError::Replaced => history.reopen()?,
            StoreError::Busy => return Err(OpenError::Busy { path }),
            StoreError::NotSaved(_) => {
                let cause = error.to_string();
                return Err(OpenError::Io { path, cause });
            }
        };
        database = OpenedDatabase {
            history: anew.history,
            set_aside: anew.set_aside.or(database.set_aside),
        };
    }
    Ok((database, RestoredItems::default()))
}
