//! File dialogs and pastes, and the export that follows a dialog.

use std::io;
use std::mem::discriminant;
use std::path::PathBuf;

use super::command::{ExportFormat, Setting};
use super::environment::{DialogResult, FileDialogKind, FileDialogs};
use super::export::ExportSource;
use super::paste;
use super::pending::{Outcome, Pending, Wake};
use super::report::ReportJob;
use super::wording::selection as words;
use crate::model::snapshot::ItemId;
use crate::text::messages::{import, located, settings, window};

/// Use of what the user chooses in an open dialog.
enum DialogPurpose {
    /// Add the chosen files or folders.
    Add,
    /// Copy the history to the chosen folder too.
    BackupFolder,
    /// Bring in the assets of the chosen file.
    Import,
    /// Save a copy of the history.
    SaveCopy,
    /// Restore from the chosen copy.
    OpenCopy,
    /// Relocate the missing file of this row.
    Locate(ItemId),
    /// Write these files to the chosen one.
    Export {
        rows: ExportSource,
        format: ExportFormat,
        full_paths: bool,
    },
    /// Write this report to the chosen file.
    Report(ReportJob),
}

/// Answer of a dialog or of the clipboard.
#[derive(Debug, PartialEq)]
pub enum Picked {
    /// Add these files and folders.
    Add(Vec<PathBuf>),
    /// Continue the row with this file.
    Locate(ItemId, PathBuf),
    /// Read this list of assets.
    Import(PathBuf),
    /// Save a copy of the history to this file.
    SaveCopy(PathBuf),
    /// Restore from this copy.
    OpenCopy(PathBuf),
    /// Apply this setting.
    Set(Setting),
    /// Tell the user in the settings screen, which would hide a toast.
    NotSet(&'static str),
    /// Tell the user.
    Say(String),
}

/// Dialogs that are open, at most one for each purpose, and what follows them.
pub struct Pickers {
    dialogs: Box<dyn FileDialogs>,
    open: Vec<(DialogPurpose, Pending<DialogResult>)>,
    writing: Option<Pending<io::Result<()>>>,
    /// Path and number of rows of the export.
    export: Option<(PathBuf, usize)>,
    /// Clipboard text; for copied files, some systems give bare names.
    pasted_text: String,
    pasted_files: Option<Pending<Vec<PathBuf>>>,
    wake: Wake,
}

impl Pickers {
    /// Uses these dialogs; `wake` is called when one closes.
    pub fn new(dialogs: Box<dyn FileDialogs>, wake: Wake) -> Self {
        Self {
            dialogs,
            open: Vec::new(),
            writing: None,
            export: None,
            pasted_text: String::new(),
            pasted_files: None,
            wake,
        }
    }

    /// Asks for files or folders to add.
    pub fn choose(&mut self, kind: FileDialogKind) {
        self.ask(DialogPurpose::Add, kind);
    }

    /// Asks for the folder of a second copy of the history.
    pub fn choose_backup_folder(&mut self) {
        self.ask(DialogPurpose::BackupFolder, FileDialogKind::BackupFolder);
    }

    /// Asks for a list of assets.
    pub fn choose_import(&mut self) {
        self.ask(DialogPurpose::Import, FileDialogKind::Import);
    }

    /// Asks for a file to save a copy of the history to.
    pub fn save_copy(&mut self) {
        self.ask(DialogPurpose::SaveCopy, FileDialogKind::SaveCopy);
    }

    /// Asks for a copy of the history.
    pub fn open_copy(&mut self) {
        self.ask(DialogPurpose::OpenCopy, FileDialogKind::OpenCopy);
    }

    /// Asks for the new location of the row's file; `false` if that is being asked already.
    pub fn locate(&mut self, id: ItemId) -> bool {
        self.ask(DialogPurpose::Locate(id), FileDialogKind::Located)
    }

    /// Asks for a file to write these files' lines to.
    pub fn export(&mut self, rows: ExportSource, format: ExportFormat, full_paths: bool) {
        if self.writing.is_none() {
            self.ask(
                DialogPurpose::Export {
                    rows,
                    format,
                    full_paths,
                },
                FileDialogKind::Save(format),
            );
        }
    }

    /// Asks for a file to write this report to.
    pub fn save_report(&mut self, report: ReportJob) {
        if self.writing.is_none() {
            let name = report.file_name();
            let kind = FileDialogKind::Report(name);
            self.ask(DialogPurpose::Report(report), kind);
        }
    }

    fn ask(&mut self, purpose: DialogPurpose, kind: FileDialogKind) -> bool {
        let is_same = |open: &DialogPurpose| discriminant(open) == discriminant(&purpose);
        if self.open.iter().any(|(open, _)| is_same(open)) {
            return false;
        }
        let dialog = self.dialogs.choose(kind, self.wake.clone());
        self.open.push((purpose, dialog));
        true
    }

    /// Waits for the clipboard's files; without any, paths are looked for in its text.
    pub fn paste(&mut self, text: String, files: Pending<Vec<PathBuf>>) {
        (self.pasted_text, self.pasted_files) = (text, Some(files));
    }

    /// Lets go of what concerns the rows of an engine that is not in use any more.
    pub fn forget_rows(&mut self) {
        self.open.retain(|(purpose, _)| {
            matches!(purpose, DialogPurpose::Add | DialogPurpose::BackupFolder)
        });
        self.writing = None;
    }

    /// Handles the answers that have arrived.
    pub fn poll(&mut self) -> Vec<Picked> {
        let mut picked = Vec::new();
        for (purpose, mut dialog) in std::mem::take(&mut self.open) {
            match dialog.poll() {
                None => self.open.push((purpose, dialog)),
                Some(Outcome::Answer(DialogResult::Chosen(paths))) => {
                    picked.extend(self.chosen(purpose, paths));
                }
                Some(Outcome::Answer(DialogResult::Unavailable)) => {
                    picked.push(unavailable(&purpose));
                }
                Some(Outcome::Answer(DialogResult::Cancelled) | Outcome::Lost) => {}
            }
        }
        picked.extend(self.written());
        picked.extend(self.pasted());
        picked
    }

    fn chosen(&mut self, purpose: DialogPurpose, paths: Vec<PathBuf>) -> Option<Picked> {
        match purpose {
            DialogPurpose::Add => Some(Picked::Add(paths)),
            DialogPurpose::BackupFolder => {
                let folder = paths.into_iter().next();
                Some(Picked::Set(Setting::BackupFolder(folder)))
            }
            DialogPurpose::Import => Some(Picked::Import(paths.into_iter().next()?)),
            DialogPurpose::SaveCopy => paths.into_iter().next().map(Picked::SaveCopy),
            DialogPurpose::OpenCopy => paths.into_iter().next().map(Picked::OpenCopy),
            DialogPurpose::Locate(id) => Some(Picked::Locate(id, paths.into_iter().next()?)),
            DialogPurpose::Export {
                rows,
                format,
                full_paths,
            } => {
                let path = paths.into_iter().next()?;
                self.export = Some((path.clone(), rows.files()));
                self.write(move || rows.write(&path, format, full_paths))
            }
            DialogPurpose::Report(report) => {
                let path = paths.into_iter().next()?;
                self.export = Some((path.clone(), report.files.files()));
                self.write(move || report.write(&path))
            }
        }
    }

    fn write(&mut self, write: impl FnOnce() -> io::Result<()> + Send + 'static) -> Option<Picked> {
        self.writing = Some(Pending::spawn("export", self.wake.clone(), write));
        None
    }

    fn written(&mut self) -> Option<Picked> {
        let outcome = Pending::take_from(&mut self.writing)?;
        let (path, rows) = self.export.take()?;
        let written = outcome.or(Err(io::Error::other(settings::no_thread())));
        Some(Picked::Say(match written {
            Ok(()) => words::saved(rows, &path),
            Err(error) => words::not_exported(&path, &error),
        }))
    }

    fn pasted(&mut self) -> Option<Picked> {
        let outcome = Pending::take_from(&mut self.pasted_files)?;
        let text = std::mem::take(&mut self.pasted_text);
        let mut paths = outcome.or(Vec::new());
        if paths.is_empty() {
            paths = paste::paths_in(&text);
        }
        Some(match paths.is_empty() {
            true => Picked::Say(window::nothing_pasted().to_owned()),
            false => Picked::Add(paths),
        })
    }
}

/// Returns the message where the desktop has no dialog.
fn unavailable(purpose: &DialogPurpose) -> Picked {
    let said = match purpose {
        DialogPurpose::BackupFolder => return Picked::NotSet(settings::no_copy_dialog()),
        DialogPurpose::Add | DialogPurpose::OpenCopy => window::no_file_dialog(),
        DialogPurpose::Import => import::no_dialog(),
        DialogPurpose::SaveCopy => words::no_save_dialog(),
        DialogPurpose::Locate(_) => located::no_dialog(),
        DialogPurpose::Export { .. } | DialogPurpose::Report(_) => words::no_save_dialog(),
    };
    Picked::Say(said.to_owned())
}

#[cfg(test)]
mod tests;
