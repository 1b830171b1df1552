//! Entering and leaving the sandbox, and closing.

use std::path::PathBuf;

use super::App;
use crate::app::backups::Backups;
use crate::app::dialog::Dialog;
use crate::app::finished_batches::FinishedBatches;
use crate::app::settings::preferences;
use crate::app::wording::{self, Quit};
use crate::engine::{Command, EngineHandle};
use crate::model::snapshot::Status;
use crate::store::Settings;

impl App {
    /// Returns `true` if a sandbox can be started. Not while bytes are sent: its banner says that
    /// nothing leaves the computer.
    pub(crate) fn can_try_sandbox(&self) -> bool {
        self.engines.can_start_sandbox() && !self.list.moves_bytes(self.snapshot())
    }

    /// Shows the queue of another engine. Messages and dialogs belong to the one before.
    fn show_other_engine(&mut self) {
        self.list.replace(self.engines.snapshot());
        self.finished = FinishedBatches::default();
        self.library.replace(self.engines.data_dir());
        self.backups = Backups::new(self.wake.clone());
        let refused = self.list().refused_files();
        self.notices.replace(self.engines.snapshot(), refused);
        self.pickers.forget_rows();
        self.feedback.clear();
        self.dialog = None;
    }

    pub(super) fn enter_sandbox(&mut self, engine: EngineHandle) {
        let rows = self.snapshot().rows.iter();
        let dropped: Vec<PathBuf> = rows
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
        self.save_note();
        let wished = self.settings.preferences();
        if wished != preferences(&Settings::default()) {
            engine.send(Command::Configure(wished));
        }
        self.engines.enter_sandbox(engine);
        self.show_other_engine();
        self.add(dropped);
    }

    /// Leaves the sandbox; asks first if it has files.
    pub(super) fn ask_to_leave_sandbox(&mut self) {
        if self.snapshot().rows.is_empty() || !self.settings.values().confirmations {
            self.leave_sandbox();
        } else {
            self.dialog = Some(Dialog::LeaveSandbox);
        }
    }

    /// Stops the sandbox and returns to the account's queue.
    pub(super) fn leave_sandbox(&mut self) {
        self.save_note();
        if self.engines.leave_sandbox() {
            self.show_other_engine();
        }
    }

    /// Returns the question before closing the window.
    pub(crate) fn closing_question(&self) -> Quit {
        wording::quit(self.engines.stops())
    }

    /// Returns `true` if the window may close without a question.
    pub fn may_close(&self) -> bool {
        let stops = self.engines.stops();
        let asks = self.settings.values().confirmations && stops.sending + stops.in_sandbox > 0;
        self.closing || (!asks && stops.unsaved == 0)
    }
}
