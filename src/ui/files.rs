//! The system's file dialogs, through rfd.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use rfd::{AsyncFileDialog, FileHandle};

use crate::app::command::ExportFormat;
use crate::app::environment::{DialogResult, FileDialogKind, FileDialogs};
use crate::app::library::import::IMPORTED;
use crate::app::pending::{Pending, Wake};
use crate::text::messages::{backups, import, window as words};

/// A dialog that closes faster than this never opened: without portal and zenity, rfd returns
/// within milliseconds.
const NEVER_OPENED: Duration = Duration::from_millis(250);

/// The desktop's file dialogs.
pub struct SystemDialogs {
    extensions: Vec<&'static str>,
}

impl SystemDialogs {
    /// Creates dialogs that filter by these extensions: without dots, in lower case.
    pub fn new(extensions: Vec<&'static str>) -> Self {
        Self { extensions }
    }
}

impl FileDialogs for SystemDialogs {
    fn choose(&self, wanted: FileDialogKind, wake: Wake) -> Pending<DialogResult> {
        let opened = Instant::now();
        let close = move |handles: Option<Vec<FileHandle>>| {
            Some(outcome(
                handles.map(|handles| handles.iter().map(|file| file.path().to_owned()).collect()),
                opened.elapsed(),
            ))
        };
        let dialog = AsyncFileDialog::new();
        match wanted {
            FileDialogKind::Files => {
                // Some desktops compare extensions case-sensitively.
                let mut extensions: Vec<String> =
                    self.extensions.iter().map(ToString::to_string).collect();
                extensions.extend(self.extensions.iter().map(|e| e.to_uppercase()));
                let chosen = dialog
                    .set_title(words::choose_files())
                    .add_filter(words::media_files(), &extensions)
                    .add_filter(words::all_files(), &["*"])
                    .pick_files();
                Pending::wait_for("file dialog", wake, async move { close(chosen.await) })
            }
            FileDialogKind::Located => {
                let chosen = dialog.set_title(words::locate()).pick_file();
                let one = async move { close(chosen.await.map(|file| vec![file])) };
                Pending::wait_for("file dialog", wake, one)
            }
            FileDialogKind::Import => {
                let chosen = dialog
                    .set_title(import::choose())
                    .add_filter(import::lists(), &IMPORTED)
                    .add_filter(words::all_files(), &["*"])
                    .pick_file();
                let one = async move { close(chosen.await.map(|file| vec![file])) };
                Pending::wait_for("file dialog", wake, one)
            }
            FileDialogKind::Save(format) => {
                let (kind, extension) = match format {
                    ExportFormat::Json => ("JSON", "json"),
                    _ => ("CSV", "csv"),
                };
                let chosen = dialog
                    .set_title(words::save_ids())
                    .add_filter(kind, &[extension])
                    .set_file_name(format!("asset-ids.{extension}"))
                    .save_file();
                let one = async move { close(chosen.await.map(|file| vec![file])) };
                Pending::wait_for("file dialog", wake, one)
            }
            FileDialogKind::SaveCopy => {
                let day = jiff::Zoned::now().date();
                let chosen = dialog
                    .set_title(backups::save().0)
                    .add_filter(backups::copies(), &["db"])
                    .set_file_name(format!("mavi-library-{day}.db"))
                    .save_file();
                let one = async move { close(chosen.await.map(|file| vec![file])) };
                Pending::wait_for("file dialog", wake, one)
            }
            FileDialogKind::Report(name) => {
                let chosen = dialog
                    .set_title(words::save_report())
                    .add_filter("HTML", &["html"])
                    .set_file_name(name)
                    .save_file();
                let one = async move { close(chosen.await.map(|file| vec![file])) };
                Pending::wait_for("file dialog", wake, one)
            }
            FileDialogKind::OpenCopy => {
                let chosen = dialog
                    .set_title(backups::choose().0)
                    .add_filter(backups::copies(), &["db"])
                    .add_filter(words::all_files(), &["*"])
                    .pick_file();
                let one = async move { close(chosen.await.map(|file| vec![file])) };
                Pending::wait_for("file dialog", wake, one)
            }
            FileDialogKind::BackupFolder => {
                let chosen = dialog
                    .set_title(words::choose_backup_folder())
                    .pick_folder();
                let one = async move { close(chosen.await.map(|folder| vec![folder])) };
                Pending::wait_for("file dialog", wake, one)
            }
            FileDialogKind::Folders => {
                let chosen = dialog.set_title(words::choose_folders()).pick_folders();
                Pending::wait_for("file dialog", wake, async move { close(chosen.await) })
            }
        }
    }
}

fn outcome(paths: Option<Vec<PathBuf>>, after: Duration) -> DialogResult {
    match paths {
        Some(paths) if !paths.is_empty() => DialogResult::Chosen(paths),
        Some(_) => DialogResult::Cancelled,
        None if after < NEVER_OPENED => DialogResult::Unavailable,
        None => DialogResult::Cancelled,
    }
}

#[cfg(test)]
mod tests;
