//! The report of a batch, a selection or the Library.

use std::sync::Arc;

use super::App;
use crate::app::command::ReportScope;
use crate::app::export::{ExportSource, QueueExport};
use crate::app::report::ReportJob;
use crate::model::snapshot::Row;
use crate::text::messages::report as words;
use crate::text::report::ReportHeading;

impl App {
    /// Asks for a file to save a report to.
    pub(super) fn save_report(&mut self, scope: ReportScope) {
        let is_library = self.library.is_shown();
        let (files, batch, title) = match scope {
            ReportScope::Batch(batch) => {
                let rows = self.list().batch_rows(batch);
                let batch = self.list().batch(batch).cloned();
                (self.export_of_rows(rows), batch, words::files())
            }
            ReportScope::Selection if is_library => {
                let rows = ExportSource::Assets(self.library.selected_rows());
                (rows, None, words::selection())
            }
            ReportScope::Selection => {
                let rows = self.export_of_rows(self.selected());
                (rows, None, words::selection())
            }
            ReportScope::Library => {
                let rows = ExportSource::Assets(self.library.listed_rows());
                (rows, None, words::library())
            }
        };
        if files.files() == 0 && batch.is_none() {
            return;
        }
        let heading = match &batch {
            Some(batch) => ReportHeading {
                title: batch.label.clone(),
                note: batch.note.clone(),
                added_at_ms: Some(batch.created_at_ms),
                ..ReportHeading::default()
            },
            None => ReportHeading {
                title: title.to_owned(),
                ..ReportHeading::default()
            },
        };
        let heading = ReportHeading {
            place: self.backend(),
            full_paths: self.settings.values().full_paths,
            ..heading
        };
        self.pickers.save_report(ReportJob {
            heading,
            files,
            batch,
        });
    }

    /// Returns these rows of the queue with what their export needs.
    pub(super) fn export_of_rows(&self, rows: Vec<Arc<Row>>) -> ExportSource {
        ExportSource::Rows(QueueExport {
            rows,
            batches: Arc::clone(&self.snapshot().batches),
            data_dir: self.engines.data_dir(),
            base_url: self.engines.base_url().to_owned(),
        })
    }
}
