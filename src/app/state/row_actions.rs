//! Commands on rows, and removing them.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Instant;

use super::App;
use crate::app::command::{RowCommand, UiCommand};
use crate::app::dialog::Dialog;
use crate::app::effect::WindowEffect;
use crate::app::rows;
use crate::app::wording::selection as words;
use crate::engine::Command;
use crate::model::snapshot::{ItemId, KeyState, Row};

impl App {
    /// Sends the command to the engine; asks for a key first if there is none.
    pub(super) fn with_key(&mut self, command: Command) {
        match self.snapshot().key {
            KeyState::Missing if !self.sandbox() => self.open_key_dialog(Some(command)),
            _ => self.engines.send(command),
        }
    }

    pub(super) fn row_command(&mut self, command: RowCommand, id: ItemId, now: Instant) {
        let ids = vec![id];
        match command {
            RowCommand::Upload => self.with_key(Command::StartItems(ids)),
            RowCommand::GetId => self.with_key(Command::TakeIds(ids)),
            RowCommand::Pause => self.pause(Some(&ids)),
            RowCommand::Resume => self.engines.send(Command::ResumeItems(ids)),
            RowCommand::Cancel => self.cancel(&ids),
            RowCommand::Retry | RowCommand::UploadAgain => self.engines.send(Command::Retry(ids)),
            RowCommand::TryNow => self.engines.send(Command::TryNow(ids)),
            RowCommand::Locate => self.locate(id),
            RowCommand::Remove => self.remove(ids, 0, now),
            RowCommand::Copy => {
                if let Some(text) = self.row(id).and_then(rows::id_to_copy).map(str::to_owned) {
                    self.effects.push(WindowEffect::CopyText(text));
                    self.feedback.copied(id, now);
                }
            }
            RowCommand::UploadAnyway => self.with_key(Command::UploadAnyway(ids)),
            RowCommand::CheckAgain => self.engines.send(Command::CheckAgain(ids)),
            RowCommand::SendFirst => self.engines.send(Command::SendFirst(ids)),
            RowCommand::ShowFile => {
                if let Some(path) = self.row(id).map(|row| row.path.clone()) {
                    self.reveal(path);
                }
            }
            RowCommand::Details => self.dialog = Some(Dialog::Details(id)),
        }
    }

    pub(super) fn copy_details(&mut self, id: ItemId) {
        let Some(row) = self.row(id) else { return };
        let text = rows::details_text(row, self.backend(), self.build());
        self.effects.push(WindowEffect::CopyText(text));
    }

    /// Removes these rows; `left` rows of the selection stay in the list.
    pub(super) fn remove(&mut self, ids: Vec<ItemId>, left: usize, now: Instant) {
        if ids.is_empty() {
            return;
        }
        let wanted: HashSet<ItemId> = ids.iter().copied().collect();
        // A sandbox has no lasting history.
        let keeps = !self.sandbox();
        let has_id = |row: &&Arc<Row>| keeps && wanted.contains(&row.id) && row.asset_id.is_some();
        let kept = self.snapshot().rows.iter().filter(has_id).count();
        let text = words::removed(ids.len(), kept, left);
        self.engines.send(Command::Remove(ids));
        self.can_be_undone(text, now);
    }

    pub(super) fn can_be_undone(&mut self, text: String, now: Instant) {
        self.list.removed();
        self.feedback.say(text, Some(UiCommand::UndoRemove), now);
    }

    /// Asks for the new location of the row's file.
    fn locate(&mut self, id: ItemId) {
        if self.pickers.locate(id) {
            self.dialog
                .take_if(|dialog| matches!(dialog, Dialog::Details(_)));
        }
    }
}
