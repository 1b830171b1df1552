//! Exports a selection as text, for the clipboard or a file.

use std::collections::HashSet;
use std::io;
use std::path::Path;
use std::sync::Arc;

use serde::Serialize;

use super::command::ExportFormat;
use super::{rows, wording};
use crate::model::cell_escaping::{markdown_cell, spreadsheet_field};
use crate::model::media::Rejection;
use crate::model::snapshot::{Row, Status};

/// An exported row.
#[derive(Debug, Serialize)]
struct ExportRow<'a> {
    asset_id: &'a str,
    name: &'a str,
    path: std::borrow::Cow<'a, str>,
    /// Bytes; `None` for an unchecked file.
    size: Option<u64>,
    status: &'static str,
}

fn lines<'a>(rows: &'a [Arc<Row>]) -> impl Iterator<Item = ExportRow<'a>> {
    rows.iter().map(|row| ExportRow {
        asset_id: rows::id_of(row).unwrap_or_default(),
        name: &row.name,
        path: row.path.to_string_lossy(),
        size: size(row),
        status: wording::status_word(&row.status),
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
                wording::selection::MARKDOWN_HEAD
            );
            for line in lines(&with_id) {
                let (name, path) = (markdown_cell(line.name), markdown_cell(&line.path));
                text.push_str(&format!("| `{}` | {name} | {path} |\n", line.asset_id));
            }
            text
        }
    }
}

/// Returns these rows as file contents, including rows without an id.
pub fn file(rows: &[Arc<Row>], format: ExportFormat) -> String {
    if format == ExportFormat::Json {
        let lines: Vec<ExportRow<'_>> = lines(rows).collect();
        return serde_json::to_string_pretty(&lines).unwrap_or_default() + "\n";
    }
    // Byte order mark: without it, Excel does not read UTF-8.
    let mut text = "\u{feff}asset_id,name,path,size,status\r\n".to_owned();
    for line in lines(rows) {
        let size = line.size.map(|size| size.to_string()).unwrap_or_default();
        let fields = [line.asset_id, line.name, &line.path, &size, line.status];
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
mod tests {
    use super::*;
    use crate::app::rows::tests::row;
    use crate::model::asset::AssetId;

    fn rows() -> Vec<Arc<Row>> {
        let mut ready = row(1, Status::Ready);
        ready.asset_id = AssetId::new("re_1");
        let mut formula = row(2, Status::Ready);
        formula.asset_id = AssetId::new("re_2");
        formula.name = "=cmd|'/c calc'!A1, \"x\".mp4".to_owned();
        let sending = row(3, Status::Uploading);
        [ready, formula, sending].map(Arc::new).to_vec()
    }

    #[test]
    fn ids_are_copied_as_they_are_asked_for() {
        assert_eq!(copied(&rows(), ExportFormat::Lines), "re_1\nre_2");
        assert_eq!(copied(&rows(), ExportFormat::Commas), "re_1, re_2");
        assert_eq!(copied(&rows(), ExportFormat::Json), r#"["re_1","re_2"]"#);
    }

    #[test]
    fn names_in_tables_stay_in_their_cells_and_do_nothing() {
        assert_eq!(
            copied(&rows(), ExportFormat::Csv),
            "asset_id,name,path\nre_1,clip-1.mp4,/media/clip-1.mp4\nre_2,\"'=cmd|'/c calc'!A1, \"\"x\"\".mp4\",/media/clip-2.mp4\n"
        );
        let table = copied(&rows(), ExportFormat::Markdown);
        assert!(
            table.ends_with("| `re_2` | =cmd\\|'/c calc'!A1, \"x\".mp4 | /media/clip-2.mp4 |\n"),
            "{table}"
        );
    }

    #[test]
    fn a_file_holds_every_row_whole_or_is_not_there() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ids.csv");
        write(&path, &rows(), ExportFormat::Csv).unwrap();
        let text = std::fs::read_to_string(&path).unwrap();
        assert_eq!(text.lines().count(), 4);
        assert!(text.starts_with('\u{feff}'));
        assert!(text.ends_with(",clip-3.mp4,/media/clip-3.mp4,412000000,Uploading\r\n"));
        let json: serde_json::Value =
            serde_json::from_str(&file(&rows(), ExportFormat::Json)).unwrap();
        assert_eq!(json[1]["asset_id"], "re_2");
        assert_eq!(json[2]["status"], "Uploading");
        let nowhere = folder.path().join("missing").join("ids.csv");
        assert!(write(&nowhere, &rows(), ExportFormat::Csv).is_err());
        assert!(!nowhere.exists());
    }

    #[test]
    fn an_id_that_several_files_have_is_copied_once() {
        let mut rows = rows();
        let twin = Status::Duplicate {
            of: AssetId::new("re_1"),
        };
        rows.push(Arc::new(row(4, twin)));
        assert_eq!(copied(&rows, ExportFormat::Lines), "re_1\nre_2");
        assert_eq!(copied(&rows, ExportFormat::Commas), "re_1, re_2");
        assert_eq!(copied(&rows, ExportFormat::Json), r#"["re_1","re_2"]"#);
        // Tables have a line for every file.
        assert_eq!(copied(&rows, ExportFormat::Csv).lines().count(), 4);
    }

    #[test]
    fn a_size_that_is_not_known_is_left_open() {
        let of = |rejection| {
            let mut row = row(1, Status::Rejected(rejection));
            row.size = 0;
            file(&[Arc::new(row)], ExportFormat::Csv)
        };
        let size = 6_400_000_000;
        let too_large = of(Rejection::TooLarge { size });
        assert!(too_large.contains(",6400000000,"), "{too_large}");
        let unread = of(Rejection::NotFound);
        assert!(unread.contains("clip-1.mp4,,"), "{unread}");
        assert!(of(Rejection::Empty).contains("clip-1.mp4,0,"));
    }
}
