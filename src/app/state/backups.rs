//! Copies of the Library: the commands, and what follows from them.

use std::path::PathBuf;
use std::time::Instant;

use super::App;
use crate::app::backups::{BackupEvent, Backups};
use crate::app::dialog::Dialog;
use crate::app::library::command::BackupCommand;

impl App {
    /// Returns the copies of the Library.
    pub(crate) fn backups(&self) -> &Backups {
        &self.backups
    }

    pub(super) fn backup_command(&mut self, command: BackupCommand) {
        let Some(dir) = self.engines.data_dir() else {
            return;
        };
        match command {
            BackupCommand::Save => self.pickers.save_copy(),
            BackupCommand::Choose => self.pickers.open_copy(),
            BackupCommand::Open => {
                let second = self.settings.values().backup_folder.clone();
                // The sandbox has no copies elsewhere.
                let second = second.filter(|_| !self.sandbox());
                self.backups.list(&dir, second);
                self.dialog = Some(Dialog::Backups);
            }
            BackupCommand::Preview(path) => self.backups.choose(dir, path),
            BackupCommand::Back => self.backups.choose_none(),
            BackupCommand::Restore => {
                self.close_dialog();
                self.backups.restore(dir);
            }
        }
    }

    pub(super) fn save_copy(&mut self, path: PathBuf) {
        if let Some(dir) = self.engines.data_dir() {
            self.backups.save(dir, path);
        }
    }

    /// Shows what a copy adds, in the dialog if that is still open.
    pub(super) fn choose_copy(&mut self, path: PathBuf) {
        if let (Some(dir), Some(Dialog::Backups)) = (self.engines.data_dir(), &self.dialog) {
            self.backups.choose(dir, path);
        }
    }

    pub(super) fn poll_backups(&mut self, now: Instant) {
        for event in self.backups.poll() {
            let said = match event {
                BackupEvent::Say(said) => said,
                BackupEvent::Added(said) => {
                    self.library.refresh();
                    said
                }
            };
            self.feedback.say(said, None, now);
        }
    }
}
