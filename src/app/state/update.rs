//! Handling of user commands.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use super::App;
use crate::app::command::{
    BulkAction, Dismissible, EntryId, ExportFormat, Filter, Page, Pick, Setting, UiCommand,
};
use crate::app::dialog::{Dialog, StopRequest};
use crate::app::effect::WindowEffect;
use crate::app::environment::FileDialogKind;
use crate::app::open_external::OpenFailed;
use crate::app::rows;
use crate::app::wording::selection as words;
use crate::engine::Command;
use crate::model::snapshot::{ItemId, KeyState, Row, Status};
use crate::text::CONSOLE;
use crate::text::messages::window;

impl App {
    pub(super) fn add(&mut self, paths: Vec<PathBuf>) {
        if !paths.is_empty() {
            self.show_page(Page::Uploads, self.now());
            self.begin_intake();
            self.engines.send(Command::Add(paths));
        }
    }

    /// Starts a new intake: the notes about earlier ones are cleared.
    pub(super) fn begin_intake(&mut self) {
        let snapshot = self.engines.snapshot();
        let refused = self.list().refused_files();
        self.notices.begin_intake(refused);
        self.list.begin_intake(snapshot);
    }

    pub(super) fn ids(&self, wanted: impl Fn(&Row) -> bool) -> Vec<ItemId> {
        let rows = self.snapshot().rows.iter();
        rows.filter(|row| wanted(row)).map(|row| row.id).collect()
    }

    /// Carries out a user command.
    pub(crate) fn act(&mut self, command: UiCommand, now: Instant) {
        let Some(command) = self.act_in_library(command, now) else {
            return;
        };
        match command {
            UiCommand::ChooseFiles => self.pickers.choose(FileDialogKind::Files),
            UiCommand::ChooseFolder => self.pickers.choose(FileDialogKind::Folders),
            UiCommand::Add(paths) => self.add(paths),
            UiCommand::Paste(text) => {
                let files = self.desktop.copied_files(self.wake.clone());
                self.pickers.paste(text, files);
            }
            UiCommand::Upload => self.upload(),
            UiCommand::Pause => self.pause(None),
            UiCommand::Resume if self.snapshot().paused => self.engines.send(Command::Resume),
            UiCommand::Resume => {
                let held = self.ids(|row| row.status == Status::Paused);
                self.engines.send(Command::ResumeItems(held));
            }
            UiCommand::RetryFailed => {
                let failed = self.ids(|row| matches!(row.status, Status::Failed(_)));
                self.engines.send(Command::Retry(failed));
            }
            UiCommand::ClearFinished => {
                let done = self.ids(rows::is_finished);
                self.remove(done, 0, now);
            }
            UiCommand::UndoRemove => {
                if self.list.take_undo() {
                    self.engines.send(Command::UndoRemove);
                    self.feedback.dismiss_toast();
                }
            }
            UiCommand::Click(id, pick) => {
                self.list.list_mut().pick(id, pick);
            }
            UiCommand::SelectAll => self.list.list_mut().select_all(),
            UiCommand::SelectNone => self.list.list_mut().select_none(),
            UiCommand::Move {
                step,
                extend,
                from,
                page,
            } => {
                let to = self.list.list_mut().step(step, extend, from, page);
                self.effects.extend(to.map(WindowEffect::Reveal));
            }
            UiCommand::RowMenu(id) => self.effects.push(WindowEffect::Menu(id)),
            UiCommand::Toggle(id) => {
                self.list.list_mut().pick(id, Pick::Toggle);
            }
            UiCommand::GoToHeader(row) => {
                let header = self.list.list_mut().go_to_header(row);
                self.effects.extend(header.map(WindowEffect::Reveal));
            }
            UiCommand::CopySelected => self.copy_ids(&self.selected(), ExportFormat::Lines, now),
            UiCommand::CopyAs(format) => self.copy_ids(&self.selected(), format, now),
            UiCommand::Export(format) => self.export(self.selected(), format),
            UiCommand::SaveReport(scope) => self.save_report(scope),
            UiCommand::Selected(many) => self.each(&self.selected(), many, now),
            UiCommand::Batch(command, batch) => self.batch_command(command, batch, now),
            UiCommand::EditBatch { batch, label, note } => self.edit_batch(batch, &label, &note),
            UiCommand::CopySkipped => self.copy_skipped(now),
            UiCommand::Find => self.effects.push(WindowEffect::FocusSearch),
            UiCommand::Search(text) => self.list.list_mut().find(text),
            UiCommand::SortBy(column) => {
                self.list.list_mut().sort_by(column);
            }
            UiCommand::Show(filter) => {
                self.list.list_mut().show(filter);
                if filter == Filter::Attention {
                    self.notices.forget_refused(self.list().refused_files());
                }
            }
            UiCommand::ShowAdded(first) => {
                self.feedback.dismiss_toast();
                self.uncover(&[first]);
                self.effects.push(WindowEffect::Scroll(first));
            }
            UiCommand::ShowListed(rows) => {
                self.uncover(&rows);
                let first = self.list.list_mut().select(&rows.into_iter().collect());
                let first = first.map(EntryId::Row);
                self.effects.extend(first.map(WindowEffect::Reveal));
            }
            UiCommand::Row(command, id) => self.row_command(command, id, now),
            UiCommand::ConfirmCancel => {
                if let Some(Dialog::Cancel(StopRequest { ids: Some(ids), .. })) = self.dialog.take()
                {
                    self.engines.send(Command::Cancel(ids.to_vec()));
                }
            }
            UiCommand::ConfirmPause => {
                if let Some(Dialog::Pause(pause)) = self.dialog.take() {
                    self.pause_now(pause.ids.as_deref());
                }
            }
            UiCommand::CopyDetails(id) => self.copy_details(id),
            UiCommand::EnterKey => self.open_key_dialog(None),
            UiCommand::AskKeychain => self.key.ask_keychain(now),
            UiCommand::UseKeyForSession => {
                let events = self.key.use_for_session(now);
                self.key_events(events, now);
            }
            UiCommand::SaveKey => {
                let check = self.key.submit();
                check.into_iter().for_each(|it| self.engines.send(it));
            }
            UiCommand::CloseDialog => {
                self.close_dialog();
                self.key.close();
            }
            UiCommand::GetKey | UiCommand::OpenConsole => self.browse(CONSOLE),
            UiCommand::CopyAddress(address) => {
                self.copy_unopened(address.to_owned(), window::address_copied(), now);
            }
            UiCommand::CopyPath(path) => {
                self.copy_unopened(path.display().to_string(), window::path_copied(), now);
            }
            UiCommand::FixDone => self.engines.send(Command::FixDone),
            UiCommand::TryNow => {
                let waiting = self.ids(|row| {
                    matches!(
                        row.status,
                        Status::Waiting { .. } | Status::Processing { .. }
                    )
                });
                self.engines.send(Command::TryNow(waiting));
            }
            UiCommand::TrySandbox if self.can_try_sandbox() => self.engines.start_sandbox(),
            UiCommand::TrySandbox => {}
            UiCommand::LeaveSandbox => self.ask_to_leave_sandbox(),
            UiCommand::ConfirmLeaveSandbox => self.leave_sandbox(),
            UiCommand::ContinueInterrupted => self.engines.send(Command::ContinueInterrupted),
            UiCommand::DiscardInterrupted if self.asks_before_discarding() => {
                self.dialog = Some(Dialog::Discard);
            }
            UiCommand::DiscardInterrupted | UiCommand::ConfirmDiscard => {
                self.dialog = None;
                self.engines.send(Command::DiscardInterrupted);
                self.can_be_undone(words::discarded(self.snapshot().interrupted), now);
            }
            UiCommand::Set(setting) => self.set(setting),
            UiCommand::OpenSettings => {
                self.dialog = Some(Dialog::Settings);
                self.settings.look_up_network();
            }
            UiCommand::ShowFolder => {
                if let Some(folder) = self.settings.folder() {
                    self.reveal(folder.to_owned());
                }
            }
            UiCommand::ChooseBackupFolder => self.pickers.choose_backup_folder(),
            UiCommand::AddKey
            | UiCommand::SwitchAccount(_)
            | UiCommand::RenameAccount(_)
            | UiCommand::SaveAccountName
            | UiCommand::JoinAccount(_)
            | UiCommand::ConfirmJoin(..)
            | UiCommand::RemoveKey(_)
            | UiCommand::ConfirmRemoveKey => self.act_on_account(command, now),
            UiCommand::Dismiss(banner) => self.put_away(banner),
            UiCommand::DismissToast => self.feedback.dismiss_toast(),
            UiCommand::ShowShortcuts => self.dialog = Some(Dialog::Shortcuts),
            UiCommand::ShowFormats => self.dialog = Some(Dialog::Formats),
            // Handled above.
            UiCommand::ShowPage(_) | UiCommand::Library(_) | UiCommand::FindInLibrary => {}
            UiCommand::AskQuit => self.ask_quit(),
            UiCommand::Quit => {
                self.closing = true;
                self.effects.push(WindowEffect::Close);
            }
        }
    }

    /// Ends whatever hides these rows: search, filter, folded batches.
    fn uncover(&mut self, rows: &[ItemId]) {
        let list = self.list.list_mut();
        list.find(String::new());
        list.show(Filter::All);
        rows.iter().for_each(|id| list.unfold_row(*id));
    }

    fn ask_quit(&mut self) {
        if self.may_close() {
            self.effects.push(WindowEffect::Close);
        } else {
            self.dialog = Some(Dialog::Quit);
        }
    }

    /// Opens an address in the browser without blocking.
    fn browse(&mut self, address: &'static str) {
        let opened = self.desktop.browse(address, self.wake.clone());
        let failed = OpenFailed::address(address);
        self.opener.open(failed, self.dialog.clone(), opened);
    }

    /// Shows a path in the file manager without blocking.
    pub(super) fn reveal(&mut self, path: PathBuf) {
        let opened = self.desktop.reveal(&path, self.wake.clone());
        let failed = OpenFailed::path(path);
        self.opener.open(failed, self.dialog.clone(), opened);
    }

    /// Copies an address or path that did not open; `said` is the toast if no dialog shows it.
    fn copy_unopened(&mut self, text: String, said: &'static str, now: Instant) {
        self.effects.push(WindowEffect::CopyText(text));
        if !self.opener.mark_copied() {
            self.feedback.say(said, None, now);
        }
    }

    fn put_away(&mut self, banner: Dismissible) {
        match banner {
            Dismissible::SessionKey => self.key.dismiss_session_only(),
            Dismissible::Settings => self.settings.dismiss_warnings(),
            banner => {
                let refused = self.list().refused_files();
                self.notices.dismiss(banner, refused);
            }
        }
    }

    /// Applies and saves a setting.
    pub(super) fn set(&mut self, setting: Setting) {
        let (before, theme) = (self.settings.preferences(), self.theme());
        self.settings.set(setting);
        if self.theme() != theme {
            self.effects.push(WindowEffect::Theme(self.theme()));
        }
        let after = self.settings.preferences();
        if before != after {
            self.engines.configure(after);
        }
    }

    /// Asks for a key; a sandbox has its own.
    pub(super) fn open_key_dialog(&mut self, then: Option<Command>) {
        if !self.sandbox() {
            self.key.open(then);
            self.dialog = Some(Dialog::Key);
        }
    }

    /// Asks for a file to save these rows to.
    pub(super) fn export(&mut self, rows: Vec<Arc<Row>>, format: ExportFormat) {
        if !rows.is_empty() {
            let full_paths = self.settings.values().full_paths;
            self.pickers
                .export(self.export_of_rows(rows), format, full_paths);
        }
    }

    fn upload(&mut self) {
        if self.upload_blocked().is_some() {
            return;
        }
        let command = match self.plan().files {
            0 => Command::TakeIds(self.ids(|row| rows::fits(row, BulkAction::GetIds))),
            _ => Command::Start,
        };
        match self.snapshot().key {
            KeyState::Missing | KeyState::Loading if !self.sandbox() => {
                self.open_key_dialog(Some(command));
            }
            KeyState::Present { refused: true, .. } => self.open_key_dialog(Some(command)),
            _ => self.engines.send(command),
        }
    }
}
