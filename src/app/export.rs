//! Exports a selection as text, for the clipboard or a file.

use std::collections::HashSet;
use std::io;
use std::path::Path;
use std::sync::Arc;

use serde::Serialize;

use super::command::ExportFormat;
use super::{rows, wording};
use crate::model::cell_escaping::{markdown_cell, spreadsheet_field};
use crate::model::media::{CaptureTime, Rejection};
use crate::model::snapshot::{Row, Status};
use crate::text;

/// An exported row.
#[derive(Debug, Serialize)]
struct ExportRow<'a> {
    asset_id: &'a str,
    name: &'a str,
    path: std::borrow::Cow<'a, str>,
    /// Bytes; `None` for an unchecked file.
    size: Option<u64>,
    status: &'static str,
    duration_ms: Option<u64>,
    /// Pixels, as shown.
    width: Option<u32>,
    height: Option<u32>,
    captured_at: Option<CaptureTime>,
}

fn lines<'a>(rows: &'a [Arc<Row>]) -> impl Iterator<Item = ExportRow<'a>> {
    rows.iter().map(|row| ExportRow {
        asset_id: rows::id_of(row).unwrap_or_default(),
        name: &row.name,
        path: row.path.to_string_lossy(),
        size: size(row),
        status: text::status_word(&row.status),
        duration_ms: row.metadata.duration_ms,
        width: row.metadata.width,
        height: row.metadata.height,
        captured_at: row.metadata.captured_at,
    })
}

fn size(row: &Row) -> Option<u64> {
    match &row.status {
        Status::Rejected(Rejection::TooLarge { size }) => Some(*size),
        Status::Rejected(Rejection::Empty) => Some(0),
        _ => Some(row.size).filter(|size| *size > 0),
    }
}

/// Returns the distinct ids of these rows, each with `true` if its asset is ready.
pub fn ids(rows: &[Arc<Row>]) -> Vec<(&str, bool)> {
    let mut seen = HashSet::new();
    let ids = rows
        .iter()
        .filter_map(|row| Some((rows::id_to_copy(row)?, rows::is_ready(row))));
    ids.filter(|(id, _)| seen.insert(*id)).collect()
}

/// Returns these rows as clipboard text. Rows without a usable id are skipped.
pub fn copied(rows: &[Arc<Row>], format: ExportFormat) -> String {
    let with_id: Vec<Arc<Row>> = rows
        .iter()
        .filter(|row| rows::id_to_copy(row).is_some())
        .cloned()
        .collect();
    let ids: Vec<&str> = ids(rows).into_iter().map(|(id, _)| id).collect();
    match format {
        ExportFormat::Lines => ids.join("\n"),
        ExportFormat::Commas => ids.join(", "),
        ExportFormat::Json => serde_json::to_string(&ids).unwrap_or_default(),
        ExportFormat::Csv => {
            let mut text = "asset_id,name,path\n".to_owned();
            for line in lines(&with_id) {
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
            for line in lines(&with_id) {
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

/// Returns these rows as file contents, including rows without an id.
pub fn file(rows: &[Arc<Row>], format: ExportFormat) -> String {
    if format == ExportFormat::Json {
        let lines: Vec<ExportRow<'_>> = lines(rows).collect();
        return serde_json::to_string_pretty(&lines).unwrap_or_default() + "\n";
    }
    // Byte order mark: without it, Excel does not read UTF-8.
    let mut text =
        "\u{feff}asset_id,name,path,size,status,duration_ms,width,height,captured_at\r\n"
            .to_owned();
    for line in lines(rows) {
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

/// Writes these rows to a file atomically.
///
/// # Errors
/// Any I/O error of writing or replacing the file.
pub fn write(path: &Path, rows: &[Arc<Row>], format: ExportFormat) -> io::Result<()> {
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
