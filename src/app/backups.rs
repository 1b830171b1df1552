//! Copies of the history: saving one, listing the daily ones, and adding from one what is missing.

use std::io;
use std::path::PathBuf;

use super::pending::{Outcome, Pending, Wake};
use super::wording::backups as words;
use crate::store::history::{
    BACKUP_DIR, BackupCopy, CopyError, Restored, list_copies, plan_restore, restore, save_copy,
};

/// Result of a job.
enum CopyAnswer {
    Saved(PathBuf, io::Result<()>),
    Listed(Vec<BackupCopy>),
    Planned(PathBuf, Result<Restored, CopyError>),
    Restored(Result<Restored, CopyError>),
}

/// Event for the window.
#[derive(Debug, PartialEq, Eq)]
pub enum BackupEvent {
    /// Tell the user.
    Say(String),
    /// The history has more assets than before; tell the user this.
    Added(String),
}

/// The copy that was chosen.
#[derive(Debug)]
pub struct ChosenCopy {
    /// The file.
    pub path: PathBuf,
    /// Numbers of what it adds, or why it adds nothing; `None` while it is read.
    pub adds: Option<Result<Restored, String>>,
}

/// Copies of the history, and what is done with them on threads of their own.
pub struct Backups {
    running: Vec<Pending<CopyAnswer>>,
    /// Daily copies; `None` until they are listed.
    listed: Option<Vec<BackupCopy>>,
    chosen: Option<ChosenCopy>,
    /// A copy is being saved, or added from.
    busy: Option<&'static str>,
    wake: Wake,
}

impl Backups {
    /// Starts without any; `wake` is called when a job ends.
    pub fn new(wake: Wake) -> Self {
        Self {
            running: Vec::new(),
            listed: None,
            chosen: None,
            busy: None,
            wake,
        }
    }

    /// Returns what is being done, for the foot of the page.
    pub fn busy(&self) -> Option<&'static str> {
        self.busy
    }

    /// Returns the daily copies; `None` until they are listed.
    pub fn listed(&self) -> Option<&[BackupCopy]> {
        self.listed.as_deref()
    }

    /// Returns the chosen copy.
    pub fn chosen(&self) -> Option<&ChosenCopy> {
        self.chosen.as_ref()
    }

    /// Lists the daily copies of a data directory and of the second folder.
    pub fn list(&mut self, dir: &std::path::Path, second: Option<PathBuf>) {
        self.chosen = None;
        let folders: Vec<_> = std::iter::once(dir.join(BACKUP_DIR))
            .chain(second)
            .collect();
        self.run(move || CopyAnswer::Listed(list_copies(&folders)));
    }

    /// Reads what a copy would add.
    pub fn choose(&mut self, dir: PathBuf, path: PathBuf) {
        self.chosen = Some(ChosenCopy {
            path: path.clone(),
            adds: None,
        });
        self.run(move || {
            let adds = plan_restore(&dir, &path);
            CopyAnswer::Planned(path, adds)
        });
    }

    /// Goes back to the list.
    pub fn choose_none(&mut self) {
        self.chosen = None;
    }

    /// Adds what the chosen copy has and the history lacks.
    pub fn restore(&mut self, dir: PathBuf) {
        let Some(chosen) = self.chosen.take().filter(|_| self.busy.is_none()) else {
            return;
        };
        self.busy = Some(words::adding());
        self.run(move || CopyAnswer::Restored(restore(&dir, &chosen.path)));
    }

    /// Saves a copy to this file.
    pub fn save(&mut self, dir: PathBuf, path: PathBuf) {
        if self.busy.is_none() {
            self.busy = Some(words::saving());
            self.run(move || {
                let saved = save_copy(&dir, &path);
                CopyAnswer::Saved(path, saved)
            });
        }
    }

    fn run(&mut self, work: impl FnOnce() -> CopyAnswer + Send + 'static) {
        self.running
            .push(Pending::spawn("backup", self.wake.clone(), work));
    }

    /// Handles the answers that have arrived.
    pub fn poll(&mut self) -> Vec<BackupEvent> {
        let mut events = Vec::new();
        for mut job in std::mem::take(&mut self.running) {
            match job.poll() {
                None => self.running.push(job),
                Some(Outcome::Lost) => self.busy = None,
                Some(Outcome::Answer(answer)) => events.extend(self.take(answer)),
            }
        }
        events
    }

    fn take(&mut self, answer: CopyAnswer) -> Option<BackupEvent> {
        match answer {
            CopyAnswer::Listed(copies) => self.listed = Some(copies),
            CopyAnswer::Planned(path, adds) => {
                if let Some(chosen) = self.chosen.as_mut().filter(|it| it.path == path) {
                    chosen.adds = Some(adds.map_err(|error| words::problem(&error)));
                }
            }
            CopyAnswer::Restored(added) => {
                self.busy = None;
                return Some(match added {
                    Ok(added) => BackupEvent::Added(words::added(added.assets, added.batches)),
                    // A part of it may be there.
                    Err(error) => BackupEvent::Added(words::problem(&error)),
                });
            }
            CopyAnswer::Saved(path, saved) => {
                self.busy = None;
                return Some(BackupEvent::Say(words::saved(&path, saved.as_ref().err())));
            }
        }
        None
    }
}
