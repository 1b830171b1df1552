//! Commands on one row and on the selection.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Instant;

use super::App;
use crate::app::command::{BulkAction, ExportFormat, RowCommand, UiCommand};
use crate::app::dialog::{Dialog, StopRequest};
use crate::app::effect::WindowEffect;
use crate::app::export::{ClipboardText, CopiedFile, for_clipboard};
use crate::app::library::filters::LibraryFilter;
use crate::app::rows;
use crate::app::wording::selection as words;
use crate::engine::Command;
use crate::model::snapshot::{DuplicateStage, ItemId, KeyState, Row, Status};

/// Bytes whose loss is worth a question before pausing: half a minute at 13 Mbit/s.
const WORTH_ASKING: u64 = 50_000_000;

impl App {
    /// Applies the action to each of these rows that allows it.
    pub(super) fn each(&mut self, rows: &[Arc<Row>], many: BulkAction, now: Instant) {
        let fits =
            |row: &&Arc<Row>| rows::fits(row, many) || many == BulkAction::Upload && is_found(row);
        let ids: Vec<ItemId> = rows.iter().filter(fits).map(|row| row.id).collect();
        let left = rows.len() - ids.len();
        if ids.is_empty() {
            if many == BulkAction::Remove && !rows.is_empty() {
                self.feedback.say(words::not_removable(), None, now);
            }
            return;
        }
        match many {
            BulkAction::Upload => self.with_key(Command::StartItems(ids)),
            BulkAction::GetIds => self.with_key(Command::TakeIds(ids)),
            BulkAction::Pause => self.pause(Some(&ids)),
            BulkAction::Resume => self.engines.send(Command::ResumeItems(ids)),
            BulkAction::Retry => self.engines.send(Command::Retry(ids)),
            BulkAction::SendFirst => self.engines.send(Command::SendFirst(ids)),
            BulkAction::Cancel => self.cancel(&ids),
            BulkAction::Remove => self.remove(ids, left, now),
        }
    }

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
            RowCommand::ShowInLibrary => {
                if let Some(id) = self.row(id).and_then(rows::id_of).map(str::to_owned) {
                    self.show_in_library(LibraryFilter::Words(id), now);
                }
            }
            RowCommand::DeleteAsset => {
                let row = self.row(id).cloned();
                self.ask_to_delete(row.iter());
            }
            RowCommand::Details => self.dialog = Some(Dialog::Details(id)),
        }
    }

    /// Asks before the assets of these rows are deleted from the service.
    pub(super) fn ask_to_delete<'a>(&mut self, rows: impl IntoIterator<Item = &'a Row>) {
        let request = self.deletion_rules().sort_rows(rows);
        self.dialog = Some(Dialog::DeleteAssets(request.into()));
    }

    pub(super) fn copy_details(&mut self, id: ItemId) {
        let Some(row) = self.row(id) else { return };
        let text = rows::details_text(row, self.backend(), self.build());
        self.effects.push(WindowEffect::CopyText(text));
    }

    /// Removes these rows; `left` rows beside them stay in the list.
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

    /// Cancels these rows. Asks first if sent bytes would be lost or there are several, since
    /// cancelling can't be undone.
    pub(super) fn cancel(&mut self, ids: &[ItemId]) {
        let request = self.stop_request(Some(ids), rows::cancel_loses_work);
        if request.losing == 0 && ids.len() < 2 || !self.settings.values().confirmations {
            self.engines.send(Command::Cancel(ids.to_vec()));
            return;
        }
        let name = match ids {
            [one] => self.row(*one).map(|row| row.name.clone()),
            _ => None,
        };
        self.dialog = Some(Dialog::Cancel(StopRequest { name, ..request }));
    }

    /// Returns the request to stop these rows, or all, with what the rows that `loses` holds for
    /// have sent. Bytes sent by an earlier run are unknown.
    fn stop_request(&self, ids: Option<&[ItemId]>, loses: fn(&Row) -> bool) -> StopRequest {
        let wanted: Option<HashSet<ItemId>> = ids.map(|ids| ids.iter().copied().collect());
        let is_wanted = |row: &Row| wanted.as_ref().is_none_or(|ids| ids.contains(&row.id));
        let rows = self.snapshot().rows.iter();
        let losing: Vec<&Arc<Row>> = rows.filter(|row| is_wanted(row) && loses(row)).collect();
        let transfers = || losing.iter().filter_map(|row| row.transfer);
        StopRequest {
            ids: ids.map(Arc::from),
            name: match losing.as_slice() {
                [row] => Some(row.name.clone()),
                _ => None,
            },
            losing: losing.len(),
            sent: transfers().map(|transfer| transfer.sent).sum(),
            total: transfers().map(|transfer| transfer.total).sum(),
        }
    }

    /// Returns `true` if discarding interrupted uploads needs a question: there are several, or
    /// sent bytes would be lost.
    pub(super) fn asks_before_discarding(&self) -> bool {
        let mut rows = self.snapshot().rows.iter();
        self.settings.values().confirmations
            && (self.snapshot().interrupted > 1
                || rows.any(|row| row.interrupted && rows::cancel_loses_work(row)))
    }

    /// Pauses these rows, or all. Asks first if much was sent of uploads that restart from their
    /// first byte.
    pub(super) fn pause(&mut self, ids: Option<&[ItemId]>) {
        let request = self.stop_request(ids, rows::pause_loses_work);
        if request.sent >= WORTH_ASKING && self.settings.values().confirmations {
            self.dialog = Some(Dialog::Pause(request));
        } else {
            self.pause_now(ids);
        }
    }

    /// Pauses these rows, or all, without asking.
    pub(super) fn pause_now(&mut self, ids: Option<&[ItemId]>) {
        self.engines.send(match ids {
            Some(ids) => Command::PauseItems(ids.to_vec()),
            None => Command::Pause,
        });
    }

    /// Returns the selected rows in the list's order.
    pub(super) fn selected(&self) -> Vec<Arc<Row>> {
        self.list().selected_rows().cloned().collect()
    }

    /// Copies the IDs of these rows.
    pub(super) fn copy_ids(&mut self, rows: &[Arc<Row>], format: ExportFormat, now: Instant) {
        let files: Vec<_> = rows.iter().map(|row| CopiedFile::of_row(row)).collect();
        let full_paths = self.settings.values().full_paths;
        self.copy_text(for_clipboard(&files, format, full_paths), now);
    }

    /// Copies IDs and says so; `None` if nothing has one.
    pub(super) fn copy_text(&mut self, copied: Option<ClipboardText>, now: Instant) {
        match copied {
            Some(ClipboardText { text, said }) => {
                self.effects.push(WindowEffect::CopyText(text));
                self.feedback.say(said, None, now);
            }
            None => self.feedback.say(words::no_ids(), None, now),
        }
    }
}

/// Returns `true` for a duplicate that is not started; it gets its id along with the uploads.
fn is_found(row: &Row) -> bool {
    matches!(
        row.status,
        Status::FoundDuplicate(DuplicateStage::Before | DuplicateStage::Known)
    )
}
