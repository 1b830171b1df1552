//! Commands on a batch.

use std::sync::Arc;
use std::time::Instant;

use super::App;
use crate::app::command::{BatchCommand, ExportFormat};
use crate::app::dialog::Dialog;
use crate::app::effect::WindowEffect;
use crate::app::library::filters::LibraryFilter;
use crate::app::skipped::SkippedReport;
use crate::engine::Command;
use crate::model::batch::BatchId;
use crate::text::messages::skipped as words;

impl App {
    /// Carries out a command on a batch, with all its rows, shown or hidden.
    pub(super) fn batch_command(
        &mut self,
        command: BatchCommand,
        batch: Option<BatchId>,
        now: Instant,
    ) {
        let rows = || self.list().batch_rows(batch);
        match command {
            BatchCommand::Fold => self.list.list_mut().fold(batch, true),
            BatchCommand::Unfold => self.list.list_mut().fold(batch, false),
            BatchCommand::CopyIds => self.copy_ids(&rows(), ExportFormat::Lines, now),
            BatchCommand::CopyAs(format) => self.copy_ids(&rows(), format, now),
            BatchCommand::Export(format) => self.export(rows(), format),
            BatchCommand::Each(many) => self.each(&rows(), many, now),
            BatchCommand::RemoveSkipped => {
                let remove = batch.map(Command::RemoveBatch);
                remove.into_iter().for_each(|it| self.engines.send(it));
            }
            BatchCommand::Select => self.list.list_mut().select_batch(batch),
            BatchCommand::ShowInLibrary => {
                self.show_in_library(LibraryFilter::Batch(batch), now);
            }
            BatchCommand::DeleteAssets => {
                let rows = rows();
                self.ask_to_delete(rows.iter().map(AsRef::as_ref));
            }
            BatchCommand::Rename => self.dialog = batch.map(Dialog::EditBatch),
            BatchCommand::ShowSkipped => {
                let report = self.list().batch(batch).map(|it| SkippedReport::of(it));
                self.dialog = report.map(|report| Dialog::Skipped(Arc::new(report)));
            }
        }
    }

    pub(super) fn edit_batch(&mut self, batch: BatchId, label: &str, note: &str) {
        self.dialog = None;
        let note = note.trim();
        self.engines.send(Command::EditBatch {
            batch,
            label: label.trim().to_owned(),
            note: (!note.is_empty()).then(|| note.to_owned()),
        });
    }

    pub(super) fn copy_skipped(&mut self, now: Instant) {
        if let Some(Dialog::Skipped(report)) = &self.dialog {
            self.effects.push(WindowEffect::CopyText(report.text()));
            self.feedback.say(words::copied(), None, now);
        }
    }
}
