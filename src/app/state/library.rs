//! The Library's page: its commands and what follows from its jobs.

use std::path::PathBuf;
use std::time::Instant;

use super::App;
use crate::app::command::{BulkAction, ExportFormat, Page, UiCommand};
use crate::app::deletion::DeletionRules;
use crate::app::dialog::Dialog;
use crate::app::effect::WindowEffect;
use crate::app::export::ExportSource;
use crate::app::library::command::{AssetCommand, LibraryCommand};
use crate::app::library::filters::LibraryFilter;
use crate::app::library::import::{BroughtIn, dropped_list};
use crate::app::library::{LibraryEvent, LibraryRows, LibraryState};
use crate::app::wording::library as words;
use crate::engine::Command;
use crate::model::asset_check::AssetsToCheck;
use crate::model::snapshot::{JournalState, KeyState};
use crate::text::messages::import;

/// Assets removed from the history with one command.
const REMOVED_AT_ONCE: usize = 256;

impl App {
    /// Returns the Library.
    pub fn library(&self) -> &LibraryState {
        &self.library
    }

    /// Returns the page that is shown.
    pub fn page(&self) -> Page {
        match self.library.is_shown() {
            true => Page::Library,
            false => Page::Uploads,
        }
    }

    /// Sets the rows of the Library in view, whose records are needed.
    pub fn look_at_assets(&mut self, rows: std::ops::Range<usize>) {
        self.library.look_at(rows);
    }

    /// Carries out a command of the Library, and on its page those on the list and the selection;
    /// gives back any other.
    pub(super) fn act_in_library(&mut self, command: UiCommand, now: Instant) -> Option<UiCommand> {
        match command {
            UiCommand::ShowPage(page) => self.show_page(page, now),
            UiCommand::FindInLibrary => {
                let search = self.list().search().to_owned();
                self.show_in_library(LibraryFilter::Words(search), now);
            }
            UiCommand::Library(command) => {
                if let Some(command) = self.library.act(command, now) {
                    self.library_command(command, now);
                }
            }
            command if !self.library.is_shown() => return Some(command),
            UiCommand::Add(paths) => match dropped_list(&paths) {
                Some(path) => self.read_import(path.to_owned()),
                None => return Some(UiCommand::Add(paths)),
            },
            UiCommand::SelectAll => self.library.select_all(),
            UiCommand::SelectNone => self.library.select_none(),
            UiCommand::CopySelected => self.copy_assets(ExportFormat::Lines),
            UiCommand::CopyAs(format) => self.copy_assets(format),
            UiCommand::Export(format) => {
                let rows = self.library.selected_rows();
                if !rows.is_empty() {
                    let full_paths = self.settings.values().full_paths;
                    let source = ExportSource::Assets(rows);
                    self.pickers.export(source, format, full_paths);
                }
            }
            UiCommand::Selected(BulkAction::Remove) => {
                self.ask_to_remove(self.library.selected_rows());
            }
            UiCommand::Search(text) => self.filter_library(LibraryFilter::Words(text), now),
            other => return Some(other),
        }
        None
    }

    pub(super) fn show_page(&mut self, page: Page, now: Instant) {
        self.library.set_shown(page == Page::Library, now);
    }

    /// Opens the Library with this filter alone.
    pub(super) fn show_in_library(&mut self, choice: LibraryFilter, now: Instant) {
        self.filter_library(LibraryFilter::Nothing, now);
        self.filter_library(choice, now);
        self.show_page(Page::Library, now);
    }

    fn filter_library(&mut self, choice: LibraryFilter, now: Instant) {
        self.library.act(LibraryCommand::Filter(choice), now);
    }

    fn copy_assets(&mut self, format: ExportFormat) {
        let rows = self.library.selected_rows();
        if !rows.is_empty() {
            let full_paths = self.settings.values().full_paths;
            self.library.jobs().copy(rows, format, full_paths);
        }
    }

    fn library_command(&mut self, command: LibraryCommand, now: Instant) {
        match command {
            LibraryCommand::Move {
                step,
                extend,
                from,
                page,
            } => {
                let to = self.library.step(step, extend, from, page);
                self.effects.extend(to.map(WindowEffect::RevealAsset));
            }
            LibraryCommand::Menu(row) => self.effects.push(WindowEffect::AssetMenu(row)),
            LibraryCommand::Row(command, row) => self.asset_command(command, row, now),
            LibraryCommand::Selected(AssetCommand::CheckAgain) => {
                self.check_again(self.library.selected_rows());
            }
            LibraryCommand::CheckAll => {
                self.with_key(Command::CheckAssets(AssetsToCheck::All));
            }
            LibraryCommand::BringIn => self.pickers.choose_import(),
            LibraryCommand::ReadImport(path) => self.read_import(path),
            LibraryCommand::ConfirmBringIn => {
                self.dialog = None;
                self.library.jobs().bring_in();
            }
            LibraryCommand::StopChecking => self.engines.send(Command::StopChecking),
            LibraryCommand::Selected(AssetCommand::UploadAgain) => {
                let rows = self.library.selected_rows();
                self.library.jobs().find_files(rows);
            }
            LibraryCommand::Selected(AssetCommand::Remove) => {
                self.ask_to_remove(self.library.selected_rows());
            }
            LibraryCommand::ConfirmRemove => {
                if let Some(Dialog::RemoveAssets(rows)) = self.dialog.take() {
                    self.library.jobs().remove(rows);
                }
            }
            LibraryCommand::Backup(command) => self.backup_command(command),
            LibraryCommand::Selected(AssetCommand::Delete) => {
                self.sort_deletion(self.library.selected_rows());
            }
            LibraryCommand::ConfirmDelete => {
                if let Some(Dialog::DeleteAssets(request)) = self.dialog.take() {
                    self.with_key(Command::DeleteAssets(request.ids().to_vec()));
                }
            }
            LibraryCommand::StopDeleting => self.engines.send(Command::StopDeleting),
            LibraryCommand::ResumeDeletions => self.with_key(Command::ResumeDeletions),
            LibraryCommand::ForgetDeletions => self.engines.send(Command::ForgetDeletions),
            LibraryCommand::EditNote(note) => {
                if let Some(details) = self.library.details_mut() {
                    details.edit_note(&note);
                }
            }
            LibraryCommand::CopyDetails(format) => {
                if let Some(details) = self.library.details() {
                    let text = details.copied(format);
                    self.effects.push(WindowEffect::CopyText(text));
                    self.feedback.announcer().message(words::details_copied());
                }
            }
            LibraryCommand::Filter(_) | LibraryCommand::Click(..) | LibraryCommand::Selected(_) => {
            }
        }
    }

    fn asset_command(&mut self, command: AssetCommand, row: i64, now: Instant) {
        match command {
            AssetCommand::Copy => {
                if let Some(asset) = self.library.record(row) {
                    let id = asset.asset_id.to_string();
                    self.effects.push(WindowEffect::CopyText(id));
                    self.feedback.copied(row, now);
                }
            }
            AssetCommand::Details => {
                self.save_note();
                if self
                    .library
                    .open_details(row, &self.engines.snapshot().accounts)
                {
                    self.dialog = Some(Dialog::Asset(row));
                }
            }
            AssetCommand::ShowFile => {
                if let Some(path) = self.library.record(row).map(|asset| asset.path.clone()) {
                    self.reveal(path);
                }
            }
            AssetCommand::CheckAgain => {
                self.check_again(self.library.one_row(row));
            }
            AssetCommand::UploadAgain => {
                self.close_dialog();
                let rows = self.library.one_row(row);
                self.library.jobs().find_files(rows);
            }
            AssetCommand::Remove => {
                self.close_dialog();
                self.ask_to_remove(self.library.one_row(row));
            }
            AssetCommand::Delete => {
                self.close_dialog();
                self.sort_deletion(self.library.one_row(row));
            }
        }
    }

    fn check_again(&mut self, rows: LibraryRows) {
        let base_url = self.engines.base_url().to_owned();
        self.library.jobs().check(rows, base_url);
    }

    pub(super) fn read_import(&mut self, path: PathBuf) {
        let base_url = self.engines.base_url().to_owned();
        self.library.jobs().read_import(path, base_url);
    }

    fn ask_to_remove(&mut self, rows: LibraryRows) {
        if !rows.is_empty() {
            self.dialog = Some(Dialog::RemoveAssets(rows));
        }
    }

    fn sort_deletion(&mut self, rows: LibraryRows) {
        if !rows.is_empty() {
            let rules = self.deletion_rules();
            self.library.jobs().sort_deletion(rows, rules);
        }
    }

    /// Returns which assets may be deleted from the service now.
    pub(super) fn deletion_rules(&self) -> DeletionRules {
        DeletionRules::of(self.snapshot(), self.engines.base_url())
    }

    /// Closes the dialog. A note that was changed in it is saved.
    pub(super) fn close_dialog(&mut self) {
        self.dialog = None;
        self.save_note();
    }

    /// Forgets the details of an asset, and saves its note if it was changed.
    pub(super) fn save_note(&mut self) {
        if let Some((asset, note)) = self.library.close_details() {
            self.engines.send(Command::SetNote {
                base_url: asset.base_url,
                asset_id: asset.asset_id,
                note,
            });
        }
    }

    /// Follows the history, and handles what the Library has read.
    pub(super) fn poll_library(&mut self, now: Instant) {
        if !matches!(self.dialog, Some(Dialog::Asset(_))) {
            // Another dialog may have taken the place of the details.
            self.save_note();
        }
        let snapshot = self.engines.snapshot();
        let is_opening = snapshot.journal == JournalState::Opening;
        // On Windows, a damaged history could not be moved while the Library has it open.
        if !is_opening || cfg!(not(windows)) {
            let revision = snapshot.history_revision;
            self.library.follow(revision, is_opening, now);
        }
        let list = self.list.list();
        let is_found = list.search().trim().is_empty() || list.entries() > 0;
        self.library.peek((!is_found).then(|| list.search()));
        for event in self.library.poll() {
            match event {
                LibraryEvent::Copied(copied) => self.copy_text(copied, now),
                LibraryEvent::Check(ids, elsewhere) => {
                    if elsewhere > 0 {
                        self.feedback.say(words::left_out(elsewhere), None, now);
                    }
                    if !ids.is_empty() {
                        self.with_key(Command::CheckAssets(AssetsToCheck::These(ids)));
                    }
                }
                LibraryEvent::Remove(assets) => {
                    let said = words::removed(assets.len());
                    // Uploads go on between the parts.
                    for part in assets.chunks(REMOVED_AT_ONCE) {
                        self.engines.send(Command::RemoveAssets(part.to_vec()));
                    }
                    self.feedback.say(said, None, now);
                }
                LibraryEvent::AskToDelete(request) => {
                    self.dialog = Some(Dialog::DeleteAssets(request.into()));
                }
                LibraryEvent::Add(paths, gone) => self.upload_again(paths, gone, now),
                LibraryEvent::ImportRead(import) => {
                    self.library.jobs().keep_import(*import);
                    self.dialog = Some(Dialog::BringIn);
                }
                LibraryEvent::BroughtIn(BroughtIn { new, first }) => {
                    self.feedback.say(import::done(new), None, now);
                    // The list is read again, with what came in.
                    self.filter_library(LibraryFilter::Nothing, now);
                    let has_key = self.engines.snapshot().key != KeyState::Missing;
                    if has_key && !first.is_empty() {
                        let first = AssetsToCheck::These(first);
                        self.engines.send(Command::CheckAssets(first));
                    }
                }
                LibraryEvent::Say(text) => self.feedback.say(text, None, now),
                LibraryEvent::Replaced => {
                    let is_of_rows =
                        |it: &Dialog| matches!(it, Dialog::Asset(_) | Dialog::RemoveAssets(_));
                    if self.dialog.as_ref().is_some_and(is_of_rows) {
                        self.close_dialog();
                    }
                }
                LibraryEvent::Facts(_) => {}
            }
        }
    }

    fn upload_again(&mut self, paths: Vec<PathBuf>, gone: usize, now: Instant) {
        if gone > 0 {
            self.feedback.say(words::files_gone(gone), None, now);
        }
        if !paths.is_empty() {
            self.show_page(Page::Uploads, now);
            self.begin_intake();
            self.engines.send(Command::AddAgain(paths));
        }
    }
}
