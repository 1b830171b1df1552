//! Saves a selection to a file: dialog and write run off the UI thread.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use super::command::ExportFormat;
use super::environment::{DialogResult, FileDialogKind};
use super::export;
use super::pending::{Outcome, Pending};
use super::state::App;
use super::wording::selection as words;
use crate::model::snapshot::Row;

/// Result of a write.
pub(super) struct Written {
    path: PathBuf,
    rows: usize,
    outcome: io::Result<()>,
}

/// A save in progress.
#[derive(Default)]
pub(super) struct Exports {
    dialog: Option<Pending<DialogResult>>,
    /// Rows and format at the time of the request.
    what: Option<(Vec<Arc<Row>>, ExportFormat)>,
    writing: Option<Pending<Written>>,
}

impl App {
    /// Asks for a file to save the selected rows to.
    pub(super) fn export(&mut self, format: ExportFormat) {
        if self.exports.dialog.is_some() || self.exports.writing.is_some() {
            return;
        }
        let rows: Vec<Arc<Row>> = self.list.selected_rows(&self.snapshot).cloned().collect();
        if rows.is_empty() {
            return;
        }
        let wake = Arc::clone(&self.outside.wake);
        let wanted = FileDialogKind::Save(format);
        self.exports.dialog = Some(self.outside.dialogs.choose(wanted, wake));
        self.exports.what = Some((rows, format));
    }

    /// Advances the save in progress.
    pub(super) fn saved(&mut self, now: Instant) {
        match Pending::take_from(&mut self.exports.dialog) {
            Some(Outcome::Answer(DialogResult::Chosen(paths))) => {
                if let (Some(path), Some((rows, format))) =
                    (paths.into_iter().next(), self.exports.what.take())
                {
                    let wake = Arc::clone(&self.outside.wake);
                    let write = move || Written {
                        outcome: export::write(&path, &rows, format),
                        rows: rows.len(),
                        path,
                    };
                    self.exports.writing = Some(Pending::spawn("export", wake, write));
                }
            }
            Some(Outcome::Answer(DialogResult::Unavailable)) => {
                self.exports.what = None;
                self.say(words::no_save_dialog(), None, now);
            }
            Some(Outcome::Answer(DialogResult::Cancelled) | Outcome::Lost) => {
                self.exports.what = None;
            }
            None => {}
        }
        if let Some(Outcome::Answer(written)) = Pending::take_from(&mut self.exports.writing) {
            let said = match &written.outcome {
                Ok(()) => words::saved(written.rows, &written.path),
                Err(error) => words::not_exported(&written.path, error),
            };
            self.say(said, None, now);
        }
    }
}
