//! Entering and leaving the sandbox.

use std::path::PathBuf;
use std::sync::Arc;

use super::exporting::Exports;
use super::list::List;
use super::pending::Pending;
use super::rows;
use super::settings::preferences;
use super::state::{App, Dialog};
use super::wording::{self, Quit, Stops};
use crate::engine::{Command, EngineHandle};
use crate::model::snapshot::{Row, Snapshot, Status};
use crate::store::Settings;

impl App {
    pub(super) fn try_sandbox(&mut self) {
        if let (true, Some(start)) = (self.can_try_sandbox(), self.outside.start_sandbox.clone()) {
            let wake = Arc::clone(&self.outside.wake);
            self.starting_sandbox = Some(Pending::spawn("sandbox", wake, move || start()));
        }
    }

    fn use_engine(&mut self, engine: EngineHandle) -> EngineHandle {
        let before = std::mem::replace(&mut self.engine, engine);
        self.snapshot = self.engine.snapshot.borrow_and_update().clone();
        self.list = List::default();
        // Messages and dialogs belong to the other engine.
        self.undo = false;
        self.exports = Exports::default();
        self.take_in();
        self.forget_left_out();
        self.added_after = None;
        self.needs = None;
        self.dialog = None;
        self.toast = None;
        self.copied = None;
        self.locating = None;
        before
    }

    pub(super) fn enter_sandbox(&mut self, engine: EngineHandle) {
        let dropped: Vec<PathBuf> = self
            .snapshot
            .rows
            .iter()
            .filter(|row| {
                matches!(
                    row.status,
                    Status::ReadyToUpload
                        | Status::FoundDuplicate(_)
                        | Status::Checking
                        | Status::Settling
                )
            })
            .map(|row| row.path.clone())
            .collect();
        self.key.close();
        self.after_key = None;
        let wished = preferences(self.settings());
        if wished != preferences(&Settings::default()) {
            engine.send(Command::Configure(wished));
        }
        self.parked = Some(self.use_engine(engine));
        self.add(dropped);
    }

    /// Leaves the sandbox; asks first if it has files.
    pub(super) fn ask_to_leave_sandbox(&mut self) {
        if self.snapshot.rows.is_empty() || !self.settings().confirmations {
            self.leave_sandbox();
        } else {
            self.dialog = Some(Dialog::LeaveSandbox);
        }
    }

    /// Stops the sandbox and returns to the account's queue.
    pub(super) fn leave_sandbox(&mut self) {
        if let Some(account) = self.parked.take() {
            self.use_engine(account).send(Command::Shutdown);
        }
    }

    /// Returns the number of files in the account's queue behind the sandbox.
    pub(super) fn waiting_outside(&self) -> usize {
        let account = self.parked.as_ref();
        account.map_or(0, |account| account.snapshot.borrow().rows.len())
    }

    /// Returns the question before leaving the sandbox.
    pub fn leaving_question(&self) -> Quit {
        wording::leave_sandbox(self.snapshot.totals.active)
    }

    /// Returns what closing would stop, both here and in the queue behind a sandbox.
    fn stops(&self) -> Stops {
        let in_sandbox = match self.sandbox() {
            true => stopped_by_closing(&self.snapshot),
            false => 0,
        };
        if self.outside.sandbox {
            return Stops {
                in_sandbox,
                ..Stops::default()
            };
        }
        let uploads = match &self.parked {
            Some(account) => Arc::clone(&account.snapshot.borrow()),
            None => Arc::clone(&self.snapshot),
        };
        let count = |counts: fn(&Row) -> bool| uploads.rows.iter().filter(|it| counts(it)).count();
        Stops {
            sending: stopped_by_closing(&uploads),
            anew: count(rows::ends_with_us),
            unsaved: count(rows::is_unsaved),
            in_sandbox,
        }
    }

    /// Returns the question before closing the window.
    pub fn closing_question(&self) -> Quit {
        wording::quit(self.stops())
    }

    /// Returns `true` if the window may close without a question.
    pub fn may_close(&self) -> bool {
        let stops = self.stops();
        let asks = self.settings().confirmations && stops.sending + stops.in_sandbox > 0;
        self.closing || (!asks && stops.unsaved == 0)
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
