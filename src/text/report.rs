//! The report: one HTML file that stands alone, written piece by piece.
//!
//! The templates are in `assets/report`. Everything is escaped, and control characters are shown as
//! they are in a terminal, so that the page is well-formed XML too.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use askama::Template;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;

use super::messages::report as words;
use super::{Backend, units};
use crate::model::asset::{AssetState, ContentHash};
use crate::model::export_record::ExportRecord;
use crate::model::media::Kind;
use crate::model::terminal::is_unsafe;

/// Subject of a report.
#[derive(Clone, Debug, Default)]
pub struct ReportHeading {
    /// Label of the batch, or another title.
    pub title: String,
    /// The user's own note.
    pub note: Option<String>,
    /// Time at which the batch was added, in milliseconds since the Unix epoch.
    pub added_at_ms: Option<i64>,
    /// Shows full local paths instead of the folders' names.
    pub full_paths: bool,
    /// Service that holds the assets.
    pub place: Backend,
}

/// A file in a report.
#[derive(Debug)]
pub struct ReportFile {
    /// Facts about the file and its asset.
    pub record: ExportRecord,
    /// Path of the file, byte for byte.
    pub path: PathBuf,
    /// Status for users.
    pub status: String,
    /// Why it was refused or failed.
    pub problem: Option<String>,
    /// The service reported its size.
    pub is_size_confirmed: bool,
}

impl ReportFile {
    /// Describes the file of an asset.
    pub fn of_asset(
        record: ExportRecord,
        path: PathBuf,
        state: AssetState,
        is_size_confirmed: bool,
        place: Backend,
    ) -> Self {
        let problem = match state {
            AssetState::Failed => Some(words::processing_failed(place)),
            AssetState::WrongSize => Some(words::wrong_size(place)),
            AssetState::Gone => Some(words::gone(place)),
            AssetState::Ready | AssetState::Processing | AssetState::Deleted => None,
        };
        Self {
            record,
            path,
            status: super::asset_word(state).to_owned(),
            problem,
            is_size_confirmed,
        }
    }

    /// Returns `false` for a file that only stands among the problems: it has no ID.
    fn is_listed(&self) -> bool {
        self.record.asset_id.is_some() || self.problem.is_none()
    }

    fn is_ready(&self) -> bool {
        self.record.status == AssetState::Ready.as_str()
    }
}

/// A skipped or failed file.
#[derive(Debug)]
pub struct ReportProblem {
    name: String,
    folder: String,
    why: String,
}

/// Numbers at the head of a report, and its problems; they are known before the first file is
/// written.
#[derive(Debug, Default)]
pub struct ReportTotals {
    files: usize,
    ready: usize,
    bytes: u64,
    problems: Vec<ReportProblem>,
    skipped: usize,
}

impl ReportTotals {
    /// Counts a file.
    pub fn add(&mut self, file: &ReportFile, heading: &ReportHeading) {
        self.files += 1;
        self.ready += usize::from(file.is_ready());
        self.bytes = self.bytes.saturating_add(file.record.size.unwrap_or(0));
        if let Some(why) = &file.problem {
            self.skip(&file.path, 1, why, heading);
        }
    }

    /// Counts a file that was not taken, and says why.
    pub fn skip(&mut self, path: &Path, files: usize, why: &str, heading: &ReportHeading) {
        let name = path.file_name().map(|name| name.to_string_lossy());
        self.skip_named(&name.unwrap_or_default(), files, why);
        if let Some(problem) = self.problems.last_mut() {
            problem.folder = folder(path, heading.full_paths);
        }
    }

    /// Counts files that were not taken under one name.
    pub fn skip_named(&mut self, name: &str, files: usize, why: &str) {
        self.skipped += files;
        self.problems.push(ReportProblem {
            name: printable(name),
            folder: String::new(),
            why: printable(why),
        });
    }
}

/// A report that is being written.
pub struct ReportWriter<W> {
    out: W,
    heading: ReportHeading,
    problems: Vec<ReportProblem>,
}

impl<W: Write> ReportWriter<W> {
    /// Writes the head.
    ///
    /// # Errors
    /// Any I/O error of writing.
    pub fn begin(mut out: W, heading: ReportHeading, totals: ReportTotals) -> io::Result<Self> {
        let size = units::size(totals.bytes);
        let head = Head {
            title: printable(&heading.title),
            summary: words::summary(totals.files, totals.skipped, totals.ready, &size),
            added: heading
                .added_at_ms
                .and_then(units::whole_day)
                .map(|day| words::added(&day)),
            note: heading.note.as_deref().map(printable_lines),
        };
        head.write_into(&mut out)?;
        Ok(Self {
            out,
            heading,
            problems: totals.problems,
        })
    }

    /// Writes a file with its picture, a PNG or JPEG.
    ///
    /// # Errors
    /// Any I/O error of writing.
    pub fn file(&mut self, file: &ReportFile, picture: Option<&[u8]>) -> io::Result<()> {
        if !file.is_listed() {
            return Ok(());
        }
        let record = &file.record;
        let full_paths = self.heading.full_paths;
        let where_word = match full_paths {
            true => words::path(),
            false => words::folder(),
        };
        let duration = record
            .duration_s
            .map(|s| units::playing_time((s * 1000.0) as u64));
        let heading = &self.heading.title;
        let label = record.label.as_ref().filter(|label| *label != heading);
        let facts = [
            (where_word, Some(folder(&file.path, full_paths))),
            (words::size(), record.size.map(units::size)),
            (words::duration(), duration),
            (words::uploaded(), record.uploaded_at.map(units::moment)),
            (words::label(), label.map(|label| printable(label))),
            (words::note(), record.note.as_deref().map(printable)),
        ];
        let id = record.asset_id.as_ref().map(|id| printable(id.as_str()));
        let codes = [
            (words::id(), id),
            (words::blake3(), record.blake3.map(ContentHash::to_hex)),
        ];
        let status = match file.is_ready() && file.is_size_confirmed {
            true => words::ready(self.heading.place),
            false => file.status.clone(),
        };
        let tone = match (file.is_ready(), &file.problem) {
            (true, _) => "ready",
            (false, Some(_)) => "problem",
            (false, None) => "",
        };
        let html = FileItem {
            name: printable(&record.name),
            status,
            tone,
            kind: record.kind,
            picture: picture.and_then(data_url),
            facts: known(facts),
            codes: known(codes),
        };
        html.write_into(&mut self.out)
    }

    /// Writes the problems and the end, and returns what it was written to.
    ///
    /// # Errors
    /// Any I/O error of writing.
    pub fn finish(mut self) -> io::Result<W> {
        let tail = Tail {
            problems: &self.problems,
            made: units::moment(Timestamp::now()),
            meaning: words::meaning(self.heading.place),
        };
        tail.write_into(&mut self.out)?;
        self.out.flush()?;
        Ok(self.out)
    }
}

type Facts = Vec<(&'static str, String)>;

#[derive(Template)]
#[template(path = "head.html")]
struct Head {
    title: String,
    summary: String,
    added: Option<String>,
    note: Option<String>,
}

#[derive(Template)]
#[template(path = "file.html")]
struct FileItem {
    name: String,
    status: String,
    /// Class of the status.
    tone: &'static str,
    kind: Option<Kind>,
    picture: Option<String>,
    facts: Facts,
    codes: Facts,
}

#[derive(Template)]
#[template(path = "tail.html")]
struct Tail<'a> {
    problems: &'a [ReportProblem],
    made: String,
    meaning: String,
}

/// Returns the facts that are known.
fn known<const N: usize>(facts: [(&'static str, Option<String>); N]) -> Facts {
    let known = facts.into_iter();
    let known = known.filter_map(|(name, value)| Some((name, value.filter(|it| !it.is_empty())?)));
    known.collect()
}

/// Returns the whole path, or the name of the file's folder.
fn folder(path: &Path, is_full: bool) -> String {
    let text = match is_full {
        true => Some(path.to_string_lossy()),
        false => path
            .parent()
            .and_then(Path::file_name)
            .map(|name| name.to_string_lossy()),
    };
    text.map(|text| printable(&text)).unwrap_or_default()
}

/// Returns a picture as an address that holds it; `None` if it is neither PNG nor JPEG.
fn data_url(picture: &[u8]) -> Option<String> {
    let kind = match picture {
        [0x89, b'P', b'N', b'G', ..] => "png",
        [0xff, 0xd8, 0xff, ..] => "jpeg",
        _ => return None,
    };
    let mut url = format!("data:image/{kind};base64,");
    STANDARD.encode_string(picture, &mut url);
    Some(url)
}

/// Escapes what would act as a command or turn the direction of writing.
fn printable(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            // XML has no place for them.
            '\u{fffe}' | '\u{ffff}' => shown.push(char::REPLACEMENT_CHARACTER),
            letter if is_unsafe(letter) => shown.extend(letter.escape_default()),
            letter => shown.push(letter),
        }
    }
    shown
}

fn printable_lines(text: &str) -> String {
    let lines: Vec<String> = text.lines().map(printable).collect();
    lines.join("\n")
}

#[cfg(test)]
mod tests;
