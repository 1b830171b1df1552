//! Handling of user commands.

use std::collections::HashSet;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::command::{
    BulkAction, Dismissible, ExportFormat, Filter, Pick, RowCommand, Setting, UiCommand,
};
use super::environment::FileDialogKind;
use super::paste::Pasting;
use super::pending::Pending;
use super::rows;
use super::state::{App, Dialog, Toast, WindowEffect};
use super::wording::{screens, selection as words};
use crate::engine::Command;
use crate::model::snapshot::{ItemId, KeySource, KeyState, Row, Status};
use crate::text::CONSOLE;

/// Time that "Copied" is shown.
const COPIED_FOR: Duration = Duration::from_millis(1600);
/// Time that a toast is shown.
const TOAST_FOR: Duration = Duration::from_secs(8);

impl App {
    pub(super) fn say(&mut self, text: impl Into<String>, action: Option<UiCommand>, now: Instant) {
        let text = text.into();
        self.announcer.message(&text);
        self.toast = Some(Toast {
            text,
            action,
            until: now + TOAST_FOR,
        });
    }

    pub(super) fn add(&mut self, paths: Vec<PathBuf>) {
        if !paths.is_empty() {
            self.begin_intake();
            self.engine.send(Command::Add(paths));
        }
    }

    fn choose(&mut self, wanted: FileDialogKind) {
        if self.choosing.is_none() {
            let wake = Arc::clone(&self.outside.wake);
            self.choosing = Some(self.outside.dialogs.choose(wanted, wake));
        }
    }

    pub(super) fn ids(&self, wanted: impl Fn(&Row) -> bool) -> Vec<ItemId> {
        let rows = self.snapshot.rows.iter();
        rows.filter(|row| wanted(row)).map(|row| row.id).collect()
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
        let kept = self.snapshot.rows.iter().filter(has_id).count();
        let text = words::removed(ids.len(), kept, left);
        self.engine.send(Command::Remove(ids));
        self.can_be_undone(text, now);
    }

    fn can_be_undone(&mut self, text: String, now: Instant) {
        self.undo = true;
        self.say(text, Some(UiCommand::UndoRemove), now);
    }

    /// Carries out a user command.
    pub fn act(&mut self, command: UiCommand, now: Instant) {
        match command {
            UiCommand::ChooseFiles => self.choose(FileDialogKind::Files),
            UiCommand::ChooseFolder => self.choose(FileDialogKind::Folders),
            UiCommand::Add(paths) => self.add(paths),
            UiCommand::Paste(text) => {
                let wake = Arc::clone(&self.outside.wake);
                let files = self.outside.desktop.copied_files(wake);
                self.pasting = Some(Pasting { text, files });
            }
            UiCommand::Upload => self.upload(),
            UiCommand::Pause => self.pause(None),
            UiCommand::Resume if self.snapshot.paused => self.engine.send(Command::Resume),
            UiCommand::Resume => {
                let held = self.ids(|row| row.status == Status::Paused);
                self.engine.send(Command::ResumeItems(held));
            }
            UiCommand::RetryFailed => {
                let failed = self.ids(|row| matches!(row.status, Status::Failed(_)));
                self.engine.send(Command::Retry(failed));
            }
            UiCommand::ClearFinished => {
                let done = self.ids(rows::is_finished);
                self.remove(done, 0, now);
            }
            UiCommand::UndoRemove => {
                if std::mem::take(&mut self.undo) {
                    self.engine.send(Command::UndoRemove);
                    self.toast = None;
                }
            }
            UiCommand::Click(id, pick) => self.list.pick(id, pick, &self.snapshot),
            UiCommand::SelectAll => self.list.select_all(&self.snapshot),
            UiCommand::SelectNone => self.list.select_none(),
            UiCommand::Move {
                step,
                extend,
                from,
                page,
            } => {
                let to = self.list.step(step, extend, from, page, &self.snapshot);
                self.effects.extend(to.map(WindowEffect::Reveal));
            }
            UiCommand::RowMenu(id) => self.effects.push(WindowEffect::Menu(id)),
            UiCommand::Toggle(id) => self.list.pick(id, Pick::Toggle, &self.snapshot),
            UiCommand::CopySelected => self.copy_selected(ExportFormat::Lines, now),
            UiCommand::CopyAs(format) => self.copy_selected(format, now),
            UiCommand::Export(format) => self.export(format),
            UiCommand::Selected(many) => self.selected(many, now),
            UiCommand::Find => self.effects.push(WindowEffect::FocusSearch),
            UiCommand::Search(text) => self.list.find(text, &self.snapshot),
            UiCommand::SortBy(column) => self.list.sort_by(column, &self.snapshot),
            UiCommand::Show(filter) => {
                self.list.show(filter, &self.snapshot);
                if filter == Filter::Attention {
                    self.forget_refused();
                }
            }
            UiCommand::ShowAdded(first) => {
                self.toast = None;
                self.list.find(String::new(), &self.snapshot);
                self.list.show(Filter::All, &self.snapshot);
                self.effects.push(WindowEffect::Scroll(first));
            }
            UiCommand::Row(command, id) => self.row_command(command, id, now),
            UiCommand::ConfirmCancel => {
                if let Some(Dialog::Cancel(cancel)) = self.dialog.take() {
                    self.engine.send(Command::Cancel(cancel.ids.to_vec()));
                }
            }
            UiCommand::ConfirmPause => {
                if let Some(Dialog::Pause(pause)) = self.dialog.take() {
                    self.pause_now(&pause);
                }
            }
            UiCommand::CopyDetails(id) => self.copy_details(id),
            UiCommand::EnterKey => self.open_key_dialog(None),
            UiCommand::AskKeychain => self.ask_keychain(),
            UiCommand::UseKeyForSession => self.use_key_for_session(now),
            UiCommand::SaveKey => {
                let wake = Arc::clone(&self.outside.wake);
                self.key.submit(&self.engine, wake);
            }
            UiCommand::CloseDialog => {
                self.dialog = None;
                self.key.close();
                self.after_key = None;
            }
            UiCommand::GetKey | UiCommand::OpenConsole => {
                self.browse(CONSOLE);
            }
            UiCommand::CopyAddress(address) => {
                self.copy_unopened(address.to_owned(), screens::ADDRESS_COPIED, now);
            }
            UiCommand::CopyPath(path) => {
                self.copy_unopened(path.display().to_string(), screens::PATH_COPIED, now);
            }
            UiCommand::FixDone => self.engine.send(Command::FixDone),
            UiCommand::TryNow => {
                let waiting = self.ids(|row| {
                    matches!(
                        row.status,
                        Status::Waiting { .. } | Status::Processing { .. }
                    )
                });
                self.engine.send(Command::TryNow(waiting));
            }
            UiCommand::TrySandbox => self.try_sandbox(),
            UiCommand::LeaveSandbox => self.ask_to_leave_sandbox(),
            UiCommand::ConfirmLeaveSandbox => self.leave_sandbox(),
            UiCommand::ContinueInterrupted => self.engine.send(Command::ContinueInterrupted),
            UiCommand::DiscardInterrupted if self.asks_before_discarding() => {
                self.dialog = Some(Dialog::Discard);
            }
            UiCommand::DiscardInterrupted | UiCommand::ConfirmDiscard => {
                self.dialog = None;
                self.engine.send(Command::DiscardInterrupted);
                self.can_be_undone(words::discarded(self.snapshot.interrupted), now);
            }
            UiCommand::Theme(theme) => self.set(Setting::Theme(theme)),
            UiCommand::Set(setting) => self.set(setting),
            UiCommand::OpenSettings => self.open_settings(),
            UiCommand::ShowFolder => {
                if let Some(folder) = self.outside.folder.clone() {
                    self.reveal(folder);
                }
            }
            UiCommand::RemoveKey => self.dialog = Some(Dialog::RemoveKey),
            UiCommand::ConfirmRemoveKey => self.remove_key(),
            UiCommand::Dismiss(banner) => self.put_away(banner),
            UiCommand::DismissToast => self.toast = None,
            UiCommand::ShowShortcuts => self.dialog = Some(Dialog::Shortcuts),
            UiCommand::ShowFormats => self.dialog = Some(Dialog::Formats),
            UiCommand::AskQuit => self.ask_quit(),
            UiCommand::Quit => {
                self.closing = true;
                self.effects.push(WindowEffect::Close);
            }
        }
    }

    fn ask_quit(&mut self) {
        if self.may_close() {
            self.effects.push(WindowEffect::Close);
        } else {
            self.dialog = Some(Dialog::Quit);
        }
    }

    fn put_away(&mut self, banner: Dismissible) {
        match banner {
            Dismissible::SessionKey => self.session_only = None,
            Dismissible::SetAside => self.set_aside = None,
            Dismissible::PassedOver => self.forget_left_out(),
            Dismissible::Settings => self.kept.warnings.clear(),
            Dismissible::Refused => {
                self.forget_refused();
                // Dismissed together.
                self.forget_left_out();
            }
            Dismissible::NoDrop | Dismissible::EnvironmentKey => {
                self.put_away.insert(banner);
            }
        }
    }

    /// Asks for a key; a sandbox has its own.
    fn open_key_dialog(&mut self, then: Option<Command>) {
        if self.sandbox() {
            return;
        }
        self.after_key = then;
        self.key.make_room();
        self.dialog = Some(Dialog::Key);
    }

    /// Returns the number of files that start once a key is entered.
    pub fn starts_with_key(&self) -> usize {
        match &self.after_key {
            Some(Command::Start) => self.plan.files,
            Some(Command::StartItems(ids) | Command::UploadAnyway(ids)) => ids.len(),
            _ => 0,
        }
    }

    /// Removes the key, from the keychain too unless it is for this session only.
    fn remove_key(&mut self) {
        self.dialog = None;
        let KeyState::Present { source, .. } = self.snapshot.key else {
            return;
        };
        let wake = Arc::clone(&self.outside.wake);
        match (source, self.outside.vault.clone()) {
            (KeySource::Keychain, Some(vault)) if self.removing_key.is_none() => {
                let removing = Pending::spawn("keychain", wake, move || vault.remove());
                self.removing_key = Some(removing);
            }
            (KeySource::Session, _) => {
                self.session_only = None;
                self.engine.send(Command::NoKey);
            }
            _ => {}
        }
    }

    fn upload(&mut self) {
        if self.upload_blocked().is_some() {
            return;
        }
        let command = match self.plan.files {
            0 => Command::TakeIds(self.ids(|row| rows::fits(row, BulkAction::GetIds))),
            _ => Command::Start,
        };
        match self.snapshot.key {
            KeyState::Missing | KeyState::Loading if !self.sandbox() => {
                self.open_key_dialog(Some(command));
            }
            KeyState::Present { refused: true, .. } => self.open_key_dialog(Some(command)),
            _ => self.engine.send(command),
        }
    }

    /// Starts these rows; asks for a key first if there is none.
    pub(super) fn start(&mut self, ids: Vec<ItemId>) {
        self.with_key(Command::StartItems(ids));
    }

    /// Requests the ids of these duplicates.
    pub(super) fn take_ids(&mut self, ids: Vec<ItemId>) {
        self.with_key(Command::TakeIds(ids));
    }

    /// Sends the command to the engine; asks for a key first if there is none.
    fn with_key(&mut self, command: Command) {
        match self.snapshot.key {
            KeyState::Missing if !self.sandbox() => self.open_key_dialog(Some(command)),
            _ => self.engine.send(command),
        }
    }

    fn row_command(&mut self, command: RowCommand, id: ItemId, now: Instant) {
        let ids = vec![id];
        match command {
            RowCommand::Upload => self.start(ids),
            RowCommand::GetId => self.take_ids(ids),
            RowCommand::Pause => self.pause(Some(&ids)),
            RowCommand::Resume => self.engine.send(Command::ResumeItems(ids)),
            RowCommand::Cancel => self.cancel(&ids),
            RowCommand::Retry | RowCommand::UploadAgain => self.engine.send(Command::Retry(ids)),
            RowCommand::TryNow => self.engine.send(Command::TryNow(ids)),
            RowCommand::Locate => self.locate(id),
            RowCommand::Remove => self.remove(ids, 0, now),
            RowCommand::Copy => {
                if let Some(text) = self.row(id).and_then(rows::id_to_copy).map(str::to_owned) {
                    self.effects.push(WindowEffect::CopyText(text));
                    self.copied = Some((id, now + COPIED_FOR));
                }
            }
            RowCommand::UploadAnyway => self.with_key(Command::UploadAnyway(ids)),
            RowCommand::CheckAgain => self.engine.send(Command::CheckAgain(ids)),
            RowCommand::SendFirst => self.engine.send(Command::SendFirst(ids)),
            RowCommand::ShowFile => {
                if let Some(path) = self.row(id).map(|row| row.path.clone()) {
                    self.reveal(path);
                }
            }
            RowCommand::Details => self.dialog = Some(Dialog::Details(id)),
        }
    }

    fn copy_details(&mut self, id: ItemId) {
        let Some(row) = self.row(id) else { return };
        let text = rows::details_text(row, self.place(), self.build());
        self.effects.push(WindowEffect::CopyText(text));
    }
}
