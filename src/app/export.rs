//! Exports a selection: its IDs as text for the clipboard, or everything known in a file.

use std::collections::HashSet;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tempfile::NamedTempFile;

use super::command::ExportFormat;
use super::library::rows::LibraryRows;
use super::{report, rows, wording};
use crate::model::asset::{AssetId, AssetState};
use crate::model::batch::Batch;
use crate::model::cell_escaping::{inert_cell, markdown_cell, spreadsheet_field};
use crate::model::export_record::ExportRecord;
use crate::model::media::Rejection;
use crate::model::snapshot::{Row, Status};
use crate::store::AssetRecord;
use crate::store::history::library::Library;
use crate::text::Backend;
use crate::text::report::ReportFile;

/// A file whose ID is copied.
#[derive(Debug)]
pub struct CopiedFile<'a> {
    /// `None` if it may not be copied, as while no bytes are stored under it.
    asset_id: Option<&'a str>,
    name: &'a str,
    path: &'a Path,
    /// The asset is ready.
    is_ready: bool,
}

impl<'a> CopiedFile<'a> {
    /// Returns the file of a row.
    pub fn of_row(row: &'a Row) -> Self {
        Self {
            asset_id: rows::id_to_copy_along(row),
            name: &row.name,
            path: &row.path,
            is_ready: rows::is_ready(row),
        }
    }

    /// Returns the file of an asset.
    pub fn of_asset(asset: &'a AssetRecord) -> Self {
        Self {
            asset_id: Some(asset.asset_id.as_str()),
            name: &asset.name,
            path: &asset.path,
            is_ready: asset.state() == AssetState::Ready,
        }
    }
}

/// Text for the clipboard, and the words that say what was copied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClipboardText {
    /// The text.
    pub text: String,
    /// The words.
    pub said: String,
}

/// Returns a path without what is above the file's folder, which is nobody's business but the
/// user's.
fn short_path(path: &Path) -> String {
    let names = [path.parent().and_then(Path::file_name), path.file_name()];
    let names = names.into_iter().flatten().map(|it| it.to_string_lossy());
    names.collect::<Vec<_>>().join("/")
}

/// Returns the IDs of these files for the clipboard, in tables with `full_paths` or the names of
/// their folders; `None` if no file has an ID.
pub fn for_clipboard(
    files: &[CopiedFile<'_>],
    format: ExportFormat,
    full_paths: bool,
) -> Option<ClipboardText> {
    let place = |file: &CopiedFile<'_>| match full_paths {
        true => file.path.to_string_lossy().into_owned(),
        false => {
            let folder = file.path.parent().and_then(Path::file_name);
            folder.unwrap_or_default().to_string_lossy().into_owned()
        }
    };
    let with_id = || files.iter().filter_map(|file| Some((file.asset_id?, file)));
    let mut seen = HashSet::new();
    let distinct: Vec<_> = with_id().filter(|(id, _)| seen.insert(*id)).collect();
    if distinct.is_empty() {
        return None;
    }
    let ids: Vec<&str> = distinct.iter().map(|(id, _)| *id).collect();
    let text = match format {
        ExportFormat::Lines => ids.join("\n"),
        ExportFormat::Commas => ids.join(", "),
        ExportFormat::NameAndId => {
            let line = |(id, file): (&str, &CopiedFile<'_>)| {
                let name = file.name.replace(char::is_control, " ");
                format!("{}\t{id}", inert_cell(&name))
            };
            with_id().map(line).collect::<Vec<_>>().join("\n")
        }
        ExportFormat::Json => serde_json::to_string(&ids).unwrap_or_default(),
        ExportFormat::AssetIds => serde_json::json!({ "asset_ids": ids }).to_string(),
        ExportFormat::Csv => {
            let column = if full_paths { "path" } else { "folder" };
            let mut text = format!("asset_id,name,{column}\n");
            for (id, file) in with_id() {
                let fields = [id, file.name, &place(file)].map(spreadsheet_field);
                text.push_str(&format!("{}\n", fields.join(",")));
            }
            text
        }
        ExportFormat::Markdown => {
            let head = match full_paths {
                true => wording::selection::markdown_head(),
                false => wording::selection::markdown_head_with_folder(),
            };
            let mut text = format!("{head}\n| --- | --- | --- |\n");
            for (id, file) in with_id() {
                let (name, path) = (markdown_cell(file.name), markdown_cell(&place(file)));
                text.push_str(&format!("| `{id}` | {name} | {path} |\n"));
            }
            text
        }
    };
    let not_ready = distinct.iter().filter(|(_, file)| !file.is_ready).count();
    let without = files.iter().filter(|file| file.asset_id.is_none()).count();
    let sharing = files.len() - without - ids.len();
    Some(ClipboardText {
        text,
        said: wording::selection::copied(ids.len(), not_ready, sharing, without),
    })
}

/// Rows of the queue to export, as they were at the time of the request.
pub struct QueueExport {
    /// The rows.
    pub rows: Vec<Arc<Row>>,
    /// Their batches.
    pub batches: Arc<Vec<Arc<Batch>>>,
    /// Data directory, whose history knows more about their assets.
    pub data_dir: Option<PathBuf>,
    /// Service that holds the assets.
    pub base_url: String,
}

impl QueueExport {
    fn for_each(
        &self,
        mut each: impl FnMut(&Row, Option<&AssetRecord>, ExportRecord) -> io::Result<()>,
    ) -> io::Result<()> {
        let dir = self.data_dir.as_deref();
        let history = dir.and_then(|dir| Library::open(dir).ok().flatten());
        for row in &self.rows {
            let id = rows::id_to_list(row).and_then(AssetId::new);
            let asset = id.as_ref().zip(history.as_ref());
            let asset = asset.and_then(|(id, history)| history.asset(&self.base_url, id).ok()?);
            let batch = self.batches.iter().find(|it| Some(it.id) == row.batch);
            let label = batch.map(|batch| batch.label.as_str());
            let asset = asset.as_ref();
            each(row, asset, record(row, id, asset, label))?;
        }
        Ok(())
    }
}

/// Returns a row's record. The file is the row's own, the asset perhaps that of an equal file.
fn record(
    row: &Row,
    asset_id: Option<AssetId>,
    asset: Option<&AssetRecord>,
    label: Option<&str>,
) -> ExportRecord {
    let known = asset.map(ExportRecord::from).unwrap_or_default();
    let file = ExportRecord::of_media(row.kind, &row.metadata);
    ExportRecord {
        asset_id,
        name: row.name.clone(),
        path: row.path.to_string_lossy().into_owned(),
        size: size(row),
        account: row.account().cloned().or(known.account),
        label: label.map(str::to_owned).or(known.label),
        kind: file.kind,
        duration_s: file.duration_s,
        width: file.width,
        height: file.height,
        captured_at: file.captured_at,
        has_location: file.has_location,
        status: row.status.as_str().to_owned(),
        reason: reason(&row.status),
        ..known
    }
}

fn size(row: &Row) -> Option<u64> {
    match &row.status {
        Status::Rejected(Rejection::TooLarge { size }) => Some(*size),
        Status::Rejected(Rejection::Empty) => Some(0),
        _ => Some(row.size).filter(|size| *size > 0),
    }
}

fn reason(status: &Status) -> Option<String> {
    match status {
        Status::Rejected(rejection) => Some(rejection.reason().to_owned()),
        Status::Failed(fault) | Status::Waiting { cause: fault, .. } => {
            let word = serde_json::to_value(fault.kind.reason()).ok()?;
            word.as_str().map(str::to_owned)
        }
        _ => None,
    }
}

/// Files that are written once the user has chosen where to.
pub enum ExportSource {
    /// Rows of the queue.
    Rows(QueueExport),
    /// Rows of the Library.
    Assets(LibraryRows),
}

impl ExportSource {
    /// Returns the number of files.
    pub fn files(&self) -> usize {
        match self {
            Self::Rows(queue) => queue.rows.len(),
            Self::Assets(rows) => rows.len(),
        }
    }

    /// Writes them to a file atomically, with `full_paths` or what [`short_path`] leaves. Blocks.
    ///
    /// # Errors
    /// Any I/O error of writing or replacing the file, or the history cannot be read.
    pub fn write(&self, path: &Path, format: ExportFormat, full_paths: bool) -> io::Result<()> {
        write_atomically(path, |out| self.write_to(out, format, full_paths))
    }

    /// Passes each file to `each` as a report describes it, without holding them all. Blocks.
    ///
    /// # Errors
    /// The history cannot be read; or the first error of `each`.
    pub fn for_each_reported(
        &self,
        place: Backend,
        mut each: impl FnMut(ReportFile) -> io::Result<()>,
    ) -> io::Result<()> {
        match self {
            Self::Rows(queue) => queue.for_each(|row, asset, record| {
                let is_size_confirmed = asset.is_some_and(AssetRecord::is_size_confirmed);
                each(report::of_row(row, record, is_size_confirmed, place))
            }),
            Self::Assets(rows) => rows.for_each(|asset| {
                let (record, state) = (ExportRecord::from(&asset), asset.state());
                let is_size_confirmed = asset.is_size_confirmed();
                let path = asset.path;
                each(ReportFile::of_asset(
                    record,
                    path,
                    state,
                    is_size_confirmed,
                    place,
                ))
            }),
        }
    }

    fn write_to(
        &self,
        out: &mut impl Write,
        format: ExportFormat,
        full_paths: bool,
    ) -> io::Result<()> {
        let is_json = format == ExportFormat::Json;
        if is_json {
            out.write_all(b"[")?;
        } else {
            // Byte order mark: without it, Excel does not read UTF-8.
            write!(out, "\u{feff}{}\r\n", ExportRecord::COLUMNS.join(","))?;
        }
        let mut separator = "\n";
        let mut each = |mut record: ExportRecord| {
            if !full_paths {
                record.path = short_path(Path::new(&record.path));
            }
            if is_json {
                out.write_all(std::mem::replace(&mut separator, ",\n").as_bytes())?;
                Ok(serde_json::to_writer(&mut *out, &record)?)
            } else {
                write!(out, "{}\r\n", record.csv_line(str::to_owned))
            }
        };
        match self {
            Self::Rows(queue) => queue.for_each(|_, _, record| each(record))?,
            Self::Assets(rows) => rows.for_each(|asset| each(ExportRecord::from(&asset)))?,
        }
        if is_json {
            out.write_all(b"\n]\n")?;
        }
        Ok(())
    }
}

/// Writes an ordinary file of the user's atomically. Blocks.
///
/// # Errors
/// Any I/O error of writing or replacing the file, or the error of `write`.
pub(super) fn write_atomically(
    path: &Path,
    write: impl FnOnce(&mut BufWriter<NamedTempFile>) -> io::Result<()>,
) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    #[cfg_attr(not(unix), expect(unused_mut, reason = "only Unix has modes"))]
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    {
        // An ordinary user file, not a secret.
        use std::os::unix::fs::PermissionsExt;
        builder.permissions(std::fs::Permissions::from_mode(0o666));
    }
    let written = builder.tempfile_in(folder)?;
    let mut out = BufWriter::new(written);
    write(&mut out)?;
    let written = out.into_inner()?;
    written.as_file().sync_all()?;
    written.persist(path)?;
    Ok(())
}

#[cfg(test)]
mod tests;
