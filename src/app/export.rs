//! Exports a selection as text, for the clipboard or a file.

use std::borrow::Cow;
use std::collections::HashSet;
use std::io;
use std::path::Path;
use std::sync::Arc;

use serde::Serialize;

use super::command::ExportFormat;
use super::library::{AssetState, LibraryRows};
use super::{rows, wording};
use crate::model::cell_escaping::{markdown_cell, spreadsheet_field};
use crate::model::media::{CaptureTime, Rejection};
use crate::model::snapshot::{Row, Status};
use crate::store::AssetRecord;
use crate::text;

/// A file in an export.
#[derive(Debug, Serialize)]
pub struct ExportRow<'a> {
    asset_id: &'a str,
    name: &'a str,
    path: Cow<'a, str>,
    /// Bytes; `None` for an unchecked file.
    size: Option<u64>,
    status: &'static str,
    duration_ms: Option<u64>,
    /// Pixels, as shown.
    width: Option<u32>,
    height: Option<u32>,
    captured_at: Option<CaptureTime>,
    /// The asset is ready.
    #[serde(skip)]
    is_ready: bool,
    /// The ID may be copied: bytes are stored under it.
    #[serde(skip)]
    has_id: bool,
}

/// Returns the files of these rows.
pub fn of_rows(rows: &[Arc<Row>]) -> Vec<ExportRow<'_>> {
    rows.iter().map(of_row).collect()
}

fn of_row(row: &Arc<Row>) -> ExportRow<'_> {
    ExportRow {
        asset_id: rows::id_to_list(row).unwrap_or_default(),
        name: &row.name,
        path: row.path.to_string_lossy(),
        size: size(row),
        status: text::status_word(&row.status),
        duration_ms: row.metadata.duration_ms,
        width: row.metadata.width,
        height: row.metadata.height,
        captured_at: row.metadata.captured_at,
        is_ready: rows::is_ready(row),
        has_id: rows::id_to_copy_along(row).is_some(),
    }
}

/// Returns the files of these assets.
pub fn of_assets(assets: &[AssetRecord]) -> Vec<ExportRow<'_>> {
    assets.iter().map(of_asset).collect()
}

fn of_asset(asset: &AssetRecord) -> ExportRow<'_> {
    ExportRow {
        asset_id: asset.asset_id.as_str(),
        name: &asset.name,
        path: asset.path.to_string_lossy(),
        size: Some(asset.size),
        status: AssetState::of(asset).word(),
        is_ready: AssetState::of(asset) == AssetState::Ready,
        duration_ms: asset.metadata.duration_ms,
        width: asset.metadata.width,
        height: asset.metadata.height,
        captured_at: asset.metadata.captured_at,
        has_id: true,
    }
}

fn size(row: &Row) -> Option<u64> {
    match &row.status {
        Status::Rejected(Rejection::TooLarge { size }) => Some(*size),
        Status::Rejected(Rejection::Empty) => Some(0),
        _ => Some(row.size).filter(|size| *size > 0),
    }
}

/// Returns the distinct IDs of these files, each with `true` if its asset is ready.
pub fn ids<'a>(rows: &[ExportRow<'a>]) -> Vec<(&'a str, bool)> {
    let mut seen = HashSet::new();
    let ids = rows.iter().filter(|row| row.has_id);
    ids.filter(|row| seen.insert(row.asset_id))
        .map(|row| (row.asset_id, row.is_ready))
        .collect()
}

/// Text for the clipboard, and the words that say what was copied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClipboardText {
    /// The text.
    pub text: String,
    /// The words.
    pub said: String,
}

/// Returns the IDs of these files for the clipboard; `None` if no file has one.
pub fn for_clipboard(rows: &[ExportRow<'_>], format: ExportFormat) -> Option<ClipboardText> {
    let ids = ids(rows);
    if ids.is_empty() {
        return None;
    }
    let not_ready = ids.iter().filter(|(_, is_ready)| !is_ready).count();
    let without = rows.iter().filter(|row| !row.has_id).count();
    Some(ClipboardText {
        text: copied(rows, format),
        said: wording::selection::copied(ids.len(), not_ready, without),
    })
}

/// Returns these files as clipboard text. Those without a usable ID are skipped.
pub fn copied(rows: &[ExportRow<'_>], format: ExportFormat) -> String {
    let with_id = || rows.iter().filter(|row| row.has_id);
    let ids: Vec<&str> = ids(rows).into_iter().map(|(id, _)| id).collect();
    match format {
        ExportFormat::Lines => ids.join("\n"),
        ExportFormat::Commas => ids.join(", "),
        ExportFormat::Json => serde_json::to_string(&ids).unwrap_or_default(),
        ExportFormat::Csv => {
            let mut text = "asset_id,name,path\n".to_owned();
            for line in with_id() {
                let fields = [line.asset_id, line.name, &line.path].map(spreadsheet_field);
                text.push_str(&format!("{}\n", fields.join(",")));
            }
            text
        }
        ExportFormat::Markdown => {
            let mut text = format!(
                "{}\n| --- | --- | --- |\n",
                wording::selection::markdown_head()
            );
            for line in with_id() {
                let (name, path) = (markdown_cell(line.name), markdown_cell(&line.path));
                text.push_str(&format!("| `{}` | {name} | {path} |\n", line.asset_id));
            }
            text
        }
    }
}

fn cell(value: Option<impl ToString>) -> String {
    value.map(|value| value.to_string()).unwrap_or_default()
}

/// Returns these files as file contents, including those without an ID.
pub fn file(rows: &[ExportRow<'_>], format: ExportFormat) -> String {
    if format == ExportFormat::Json {
        return serde_json::to_string_pretty(&rows).unwrap_or_default() + "\n";
    }
    // Byte order mark: without it, Excel does not read UTF-8.
    let mut text =
        "\u{feff}asset_id,name,path,size,status,duration_ms,width,height,captured_at\r\n"
            .to_owned();
    for line in rows {
        let fields = [
            line.asset_id,
            line.name,
            &line.path,
            &cell(line.size),
            line.status,
            &cell(line.duration_ms),
            &cell(line.width),
            &cell(line.height),
            &cell(line.captured_at),
        ];
        text.push_str(&fields.map(spreadsheet_field).join(","));
        text.push_str("\r\n");
    }
    text
}

/// Files that are written once the user has chosen where to.
pub enum ExportSource {
    /// Rows of the queue, as they were at the time of the request.
    Rows(Vec<Arc<Row>>),
    /// Rows of the Library.
    Assets(LibraryRows),
}

impl ExportSource {
    /// Returns the number of files.
    pub fn files(&self) -> usize {
        match self {
            Self::Rows(rows) => rows.len(),
            Self::Assets(rows) => rows.len(),
        }
    }

    /// Writes them to a file atomically. Blocks.
    ///
    /// # Errors
    /// Any I/O error of writing or replacing the file, or the history cannot be read.
    pub fn write(&self, path: &Path, format: ExportFormat) -> io::Result<()> {
        match self {
            Self::Rows(rows) => write(path, &of_rows(rows), format),
            Self::Assets(rows) => {
                let assets = rows.read().map_err(io::Error::other)?;
                write(path, &of_assets(&assets), format)
            }
        }
    }
}

/// Writes these files to a file atomically.
///
/// # Errors
/// Any I/O error of writing or replacing the file.
fn write(path: &Path, rows: &[ExportRow<'_>], format: ExportFormat) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    #[cfg_attr(not(unix), expect(unused_mut, reason = "only Unix has modes"))]
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    {
        // An ordinary user file, not a secret.
        use std::os::unix::fs::PermissionsExt;
        builder.permissions(std::fs::Permissions::from_mode(0o666));
    }
    let mut written = builder.tempfile_in(folder)?;
    io::Write::write_all(&mut written, file(rows, format).as_bytes())?;
    written.as_file().sync_all()?;
    written.persist(path)?;
    Ok(())
}

#[cfg(test)]
mod tests;
