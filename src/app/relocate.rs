//! Relocates the missing file of a row through a dialog.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use super::command::UiCommand;
use super::environment::{DialogResult, FileDialogKind};
use super::pending::{Outcome, Pending};
use super::state::{App, Dialog};
use super::wording;
use crate::engine::Command;
use crate::model::relocation::RelocationError;
use crate::model::snapshot::ItemId;
use crate::text::messages::located;

/// The row and its open dialog.
pub(super) type Locating = (ItemId, Pending<DialogResult>);

impl App {
    /// Asks for the new location of the row's file.
    pub(super) fn locate(&mut self, id: ItemId) {
        if self.locating.is_some() {
            return;
        }
        if matches!(self.dialog, Some(Dialog::Details(_))) {
            self.dialog = None;
        }
        let wake = Arc::clone(&self.outside.wake);
        let dialog = self.outside.dialogs.choose(FileDialogKind::Located, wake);
        self.locating = Some((id, dialog));
    }

    /// Handles the dialog's result.
    pub(super) fn located(&mut self, now: Instant) {
        let Some((id, dialog)) = self.locating.take() else {
            return;
        };
        match dialog.poll() {
            Ok(Outcome::Answer(DialogResult::Chosen(paths))) => {
                if let Some(path) = paths.into_iter().next() {
                    self.engine.send(Command::Locate(id, path));
                }
            }
            Ok(Outcome::Answer(DialogResult::Unavailable)) => {
                self.say(located::no_dialog(), None, now);
            }
            Ok(Outcome::Answer(DialogResult::Cancelled) | Outcome::Lost) => {}
            Err(dialog) => self.locating = Some((id, dialog)),
        }
    }

    /// Reports that the chosen file is a different one and offers to add it as new.
    pub(super) fn not_located(&mut self, path: PathBuf, misfit: &RelocationError, now: Instant) {
        let text = wording::misfit(&path, misfit);
        let is_new = matches!(
            misfit,
            RelocationError::OtherSize { .. } | RelocationError::OtherContent
        );
        self.say(text, is_new.then(|| UiCommand::Add(vec![path])), now);
    }
}
