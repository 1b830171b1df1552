//! The engine in use, and the account's engine behind a sandbox.

use std::path::PathBuf;
use std::sync::Arc;

use super::desktop_status::bytes_move;
use super::environment::StartSandbox;
use super::pending::{Outcome, Pending, Wake};
use super::rows;
use super::wording::Stops;
use crate::engine::{Command, EngineHandle, Notice, Preferences};
use crate::model::snapshot::{Row, Snapshot, Status};
use crate::text::Backend;

/// Engines of the window, and the snapshot that it shows.
pub struct Engines {
    /// Engine in use.
    current: EngineHandle,
    /// The account's engine during a sandbox.
    parked: Option<EngineHandle>,
    snapshot: Arc<Snapshot>,
    /// The program was started on a sandbox.
    is_only_sandbox: bool,
    /// Starts a sandbox; `None` if the program runs on one.
    start_sandbox: Option<StartSandbox>,
    starting: Option<Pending<Result<EngineHandle, String>>>,
    wake: Wake,
}

impl Engines {
    /// Takes the program's engine.
    pub fn new(
        engine: EngineHandle,
        is_only_sandbox: bool,
        start_sandbox: Option<StartSandbox>,
        wake: Wake,
    ) -> Self {
        let snapshot = engine.snapshot.borrow().clone();
        Self {
            current: engine,
            parked: None,
            snapshot,
            is_only_sandbox,
            start_sandbox,
            starting: None,
            wake,
        }
    }

    pub fn send(&self, command: Command) {
        self.current.send(command);
    }

    /// Returns the account's engine, which may be behind a sandbox.
    pub fn account(&self) -> &EngineHandle {
        self.parked.as_ref().unwrap_or(&self.current)
    }

    /// Has all engines apply these preferences.
    pub fn configure(&self, preferences: Preferences) {
        for engine in std::iter::once(&self.current).chain(&self.parked) {
            engine.send(Command::Configure(preferences));
        }
    }

    /// Stops all engines, without waiting.
    pub fn shut_down(&self) {
        for engine in std::iter::once(&self.current).chain(&self.parked) {
            engine.send(Command::Shutdown);
        }
    }

    /// Returns the data directory of the engine in use, if it has one.
    pub fn data_dir(&self) -> Option<PathBuf> {
        self.current.data_dir.clone()
    }

    pub fn base_url(&self) -> &str {
        &self.current.base_url
    }

    pub fn snapshot(&self) -> &Snapshot {
        &self.snapshot
    }

    /// Takes a new snapshot, if there is one, and returns the one before.
    pub fn poll_snapshot(&mut self) -> Option<Arc<Snapshot>> {
        let changed = self.current.snapshot.has_changed().unwrap_or(false);
        changed.then(|| self.take_snapshot())
    }

    fn take_snapshot(&mut self) -> Arc<Snapshot> {
        let snapshot = Arc::clone(&self.current.snapshot.borrow_and_update());
        std::mem::replace(&mut self.snapshot, snapshot)
    }

    /// Returns the next notice of the engine in use.
    pub fn next_notice(&mut self) -> Option<Notice> {
        self.current.notices.try_recv().ok()
    }

    pub fn is_sandbox(&self) -> bool {
        self.is_only_sandbox || self.parked.is_some()
    }

    pub fn backend(&self) -> Backend {
        match self.is_sandbox() {
            true => Backend::Sandbox,
            false => Backend::Service,
        }
    }

    /// Returns the number of files in the account's queue behind the sandbox, if there is one.
    pub fn waiting_outside(&self) -> Option<usize> {
        let account = self.parked.as_ref()?;
        Some(account.snapshot.borrow().rows.len())
    }

    /// Returns `true` if the account's engine sends bytes behind a sandbox.
    pub fn moves_bytes_outside(&self) -> bool {
        let account = self.parked.as_ref();
        account.is_some_and(|account| bytes_move(&account.snapshot.borrow()))
    }

    /// Returns `true` if a sandbox can be started: the program has one, and none runs or starts.
    pub fn can_start_sandbox(&self) -> bool {
        self.start_sandbox.is_some() && !self.is_sandbox() && self.starting.is_none()
    }

    pub fn start_sandbox(&mut self) {
        if let Some(start) = self.start_sandbox.clone() {
            self.starting = Some(Pending::spawn("sandbox", self.wake.clone(), move || {
                start()
            }));
        }
    }

    /// Returns the engine of a sandbox that was starting, or why there is none, if known.
    pub fn poll_sandbox(&mut self) -> Option<Result<EngineHandle, Option<String>>> {
        Some(match Pending::take_from(&mut self.starting)? {
            Outcome::Answer(started) => started.map_err(Some),
            Outcome::Lost => Err(None),
        })
    }

    /// Uses this sandbox's engine, and keeps the account's.
    pub fn enter_sandbox(&mut self, sandbox: EngineHandle) {
        self.parked = Some(std::mem::replace(&mut self.current, sandbox));
        self.take_snapshot();
    }

    /// Stops the sandbox and returns to the account's engine; `false` if there is none.
    pub fn leave_sandbox(&mut self) -> bool {
        let Some(account) = self.parked.take() else {
            return false;
        };
        std::mem::replace(&mut self.current, account).send(Command::Shutdown);
        self.take_snapshot();
        true
    }

    /// Returns what closing would stop, both here and in the queue behind a sandbox.
    pub fn stops(&self) -> Stops {
        let uploads = match (&self.parked, self.is_only_sandbox) {
            (Some(account), _) => Arc::clone(&account.snapshot.borrow()),
            (None, false) => Arc::clone(&self.snapshot),
            (None, true) => Arc::default(),
        };
        let count = |counts: fn(&Row) -> bool| uploads.rows.iter().filter(|it| counts(it)).count();
        Stops {
            sending: stopped_by_closing(&uploads),
            anew: count(rows::ends_with_us),
            unsaved: count(rows::is_unsaved),
            in_sandbox: match self.is_sandbox() {
                true => stopped_by_closing(&self.snapshot),
                false => 0,
            },
        }
    }
}

/// Counts uploads that closing would stop. Processing goes on at the service, and a paused queue is
/// already stopped.
fn stopped_by_closing(snapshot: &Snapshot) -> usize {
    let count = |counts: fn(&Status) -> bool| {
        let rows = snapshot.rows.iter();
        rows.filter(|row| counts(&row.status)).count()
    };
    if snapshot.paused {
        return count(|status| matches!(status, Status::Uploading | Status::Finishing));
    }
    // The status does not tell a first check from hashing.
    let processing = count(|status| matches!(status, Status::Processing { .. }));
    snapshot.totals.active.saturating_sub(processing)
}

#[cfg(test)]
mod tests;
