//! Writes the report of a batch, a selection or the Library.

use std::io;
use std::path::Path;
use std::sync::Arc;

use jiff::Zoned;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use super::export::{ExportSource, write_atomically};
use super::wording::skipped;
use crate::model::batch::{Batch, SkippedKind};
use crate::model::calendar::local_time;
use crate::model::export_record::ExportRecord;
use crate::model::snapshot::{Row, Status};
use crate::store::{ThumbnailCache, data_dir};
use crate::text::messages::{report as words, skipped as messages};
use crate::text::report::{ReportFile, ReportHeading, ReportTotals, ReportWriter};
use crate::text::{self, Backend};

/// Longest part of a file name that is made of a label, in characters.
const MAX_NAME: usize = 80;

/// A report that is written once the user has chosen where to.
pub struct ReportJob {
    /// Its subject.
    pub heading: ReportHeading,
    /// Its files.
    pub files: ExportSource,
    /// Batch whose skipped files it lists.
    pub batch: Option<Arc<Batch>>,
}

impl ReportJob {
    /// Returns a name for the file: the label and the day.
    pub fn file_name(&self) -> String {
        let zone = TimeZone::system();
        let added = self.heading.added_at_ms;
        let added = added.and_then(|ms| local_time(ms, &zone));
        let day = added.map_or_else(|| Zoned::now().date(), DateTime::date);
        let reserved = ['/', '\\', ':', '*', '?', '"', '<', '>', '|'];
        let is_bad = |c: char| c.is_control() || reserved.contains(&c);
        let label = self.heading.title.replace(is_bad, "_");
        let label: String = label.chars().take(MAX_NAME).collect();
        let label = label.trim_matches(|c: char| c == '.' || c.is_whitespace());
        format!("{label} {day}.html")
    }

    /// Writes the report to a file atomically. Blocks.
    ///
    /// # Errors
    /// Any I/O error of writing or replacing the file, or the history cannot be read.
    pub fn write(&self, path: &Path) -> io::Result<()> {
        write_atomically(path, |out| {
            let mut totals = ReportTotals::default();
            let place = self.heading.place;
            self.files.for_each_reported(place, |file| {
                totals.add(&file, &self.heading);
                Ok(())
            })?;
            if let Some(batch) = &self.batch {
                self.skip(batch, &mut totals);
            }
            let pictures = data_dir::thumbnails().map(ThumbnailCache::new);
            let mut report = ReportWriter::begin(out, self.heading.clone(), totals)?;
            self.files.for_each_reported(place, |file| {
                let cached = pictures.as_ref().zip(file.record.size);
                let picture = cached.and_then(|(it, size)| it.read(&file.path, size, None));
                report.file(&file, picture.as_deref())
            })?;
            report.finish().map(drop)
        })
    }

    fn skip(&self, batch: &Batch, totals: &mut ReportTotals) {
        let advice = |kind: SkippedKind| skipped::kind(kind, 1, "").1;
        for file in &batch.skipped.named {
            totals.skip(&file.path, 1, advice(file.kind), &self.heading);
        }
        for (kind, count) in &batch.skipped.unnamed {
            totals.skip_named(&messages::unnamed(*count), *count, advice(*kind));
        }
        let others = batch.skipped.other_files;
        if others > 0 {
            // They are told of, but nobody misses them.
            totals.skip_named(&messages::other_files(others), 0, words::ignored());
        }
    }
}

/// Describes a row of the queue.
pub(super) fn of_row(
    row: &Row,
    record: ExportRecord,
    is_size_confirmed: bool,
    place: Backend,
) -> ReportFile {
    let problem = match &row.status {
        Status::Rejected(rejection) => Some(text::rejection_line(rejection)),
        Status::Failed(fault) => Some(text::fault(fault, place).line()),
        _ => None,
    };
    ReportFile {
        record,
        path: row.path.clone(),
        status: text::status_word(&row.status).to_owned(),
        problem,
        is_size_confirmed,
    }
}

#[cfg(test)]
mod tests;
