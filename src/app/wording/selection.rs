//! Texts for commands on several rows.

use std::io;
use std::path::Path;

use crate::text::{count, number, size_of};

/// Nothing can be copied.
pub const NO_IDS: &str = "None of the selected files has an asset id yet.";

/// No selected row can be removed.
pub const NOT_REMOVABLE: &str = "Files under way can’t be removed: cancel them first.";

/// Placeholder of the search field.
pub const SEARCH: &str = "Search by name or id";

/// Reports no match under this chip, or in `all` files.
pub fn nothing_found(chip: &str, all: bool) -> String {
    if all {
        "No file here has this in its name or id.".to_owned()
    } else {
        format!("No file under “{chip}” has this in its name or id.")
    }
}

/// Button that searches all files.
pub const SEARCH_EVERYWHERE: &str = "Search all files";

/// Note above the shortcut list on keys it does not list.
pub const SHORTCUTS: &str =
    "With Shift, the arrows and the other keys of the list select everything on their way.";

/// Header of a Markdown table.
pub const MARKDOWN_HEAD: &str = "| Asset id | Name | Path |";

/// Returns the number of selected rows.
pub fn selected(files: usize) -> String {
    format!("{} selected", number(files))
}

/// Reports copied ids: the number not ready yet, and of files without one.
pub fn copied(ids: usize, not_ready: usize, without: usize) -> String {
    let mut said = format!("{} copied", count(ids, "asset id"));
    match (not_ready, ids) {
        (0, _) => {}
        (1, 1) => said.push_str(", not ready yet"),
        (not_ready, _) => said.push_str(&format!(", {} of them not ready yet", number(not_ready))),
    }
    match without {
        0 => {}
        1 => said.push_str("; 1 file has none"),
        files => said.push_str(&format!("; {} files have none", number(files))),
    }
    said.push('.');
    said
}

/// Reports removed rows: the number with an id, and of selected rows left because they are in
/// progress.
pub fn removed(files: usize, with_id: usize, left: usize) -> String {
    let mut said = format!("{} removed from the list", count(files, "file"));
    match with_id {
        0 => {}
        1 => said.push_str("; the id stays in the history"),
        _ => said.push_str("; the ids stay in the history"),
    }
    match left {
        0 => said.push('.'),
        1 => said.push_str(". 1 is queued or under way: cancel it first."),
        left => {
            let left = number(left);
            said.push_str(&format!(
                ". {left} are queued or under way: cancel them first."
            ));
        }
    }
    said
}

/// Reports added files.
pub fn added(files: usize) -> String {
    format!("{} added.", count(files, "file"))
}

/// An added folder had nothing to upload.
pub const NOTHING_FOUND: &str = "Nothing in that folder can be uploaded.";

/// Returns question and consequence of discarding interrupted uploads.
pub fn discard(uploads: usize) -> (String, &'static str) {
    (
        format!("Discard {}?", count(uploads, "interrupted upload")),
        "The uploads are taken out of the list, and what was sent of them is lost. Your files stay where they are.",
    )
}

/// Reports discarded uploads.
pub fn discarded(uploads: usize) -> String {
    format!("{} discarded.", count(uploads, "interrupted upload"))
}

/// Reports an exported selection.
pub fn saved(rows: usize, path: &Path) -> String {
    let name = path
        .file_name()
        .unwrap_or(path.as_os_str())
        .to_string_lossy();
    format!("{} saved to {name}.", count(rows, "row"))
}

/// Reports a failed export.
pub fn not_exported(path: &Path, error: &io::Error) -> String {
    let name = path
        .file_name()
        .unwrap_or(path.as_os_str())
        .to_string_lossy();
    let why = match error.kind() {
        io::ErrorKind::PermissionDenied => "this folder can’t be written to".to_owned(),
        io::ErrorKind::StorageFull => "the disk is full".to_owned(),
        io::ErrorKind::NotFound => "the folder is not there".to_owned(),
        io::ErrorKind::ReadOnlyFilesystem => "the disk can only be read".to_owned(),
        _ => error.to_string(),
    };
    format!("{name} was not saved: {why}. Choose another place, or copy the ids instead.")
}

/// No save dialog is available.
pub const NO_SAVE_DIALOG: &str = "This desktop has no file dialog that the program can open. Copy the ids as CSV or JSON instead.";

/// Returns the suggested file name of an export.
pub fn export_name(json: bool) -> String {
    format!("asset-ids.{}", if json { "json" } else { "csv" })
}

/// Returns the question before cancelling: the number of uploads that lose sent bytes, and the
/// bytes sent and in total, if known.
pub fn cancel(
    name: Option<&str>,
    uploads: usize,
    losing: usize,
    sent: u64,
    total: u64,
) -> (String, String) {
    let lost = match sent {
        0 if losing == 0 => "Nothing of these uploads was sent yet.".to_owned(),
        0 => "What was sent is lost.".to_owned(),
        _ => format!("{} were sent and are lost.", size_of(sent, total)),
    };
    match name {
        Some(name) => (
            "Cancel this upload?".to_owned(),
            format!("{name} is under way. {lost}"),
        ),
        None => (format!("Cancel {}?", count(uploads, "upload")), lost),
    }
}

/// Returns the label of the button that cancels.
pub fn confirm_cancel(uploads: usize) -> String {
    match uploads {
        1 => "Cancel upload".to_owned(),
        _ => format!("Cancel {}", count(uploads, "upload")),
    }
}

/// Returns the question before pausing uploads that restart: their number, bytes sent and in total.
/// `uploads` is `None` for all in progress.
pub fn pause(
    name: Option<&str>,
    uploads: Option<usize>,
    losing: usize,
    sent: u64,
    total: u64,
) -> (String, String) {
    let question = match uploads {
        None => "Pause all uploads?".to_owned(),
        Some(1) => "Pause this upload?".to_owned(),
        Some(uploads) => format!("Pause {}?", count(uploads, "upload")),
    };
    let sent = size_of(sent, total);
    let means = match name {
        Some(name) => format!(
            "{sent} of {name} were sent. The file starts again from the beginning when you resume."
        ),
        None => format!(
            "{sent} of {} were sent. The files start again from the beginning when you resume.",
            count(losing, "file")
        ),
    };
    (question, means)
}

#[cfg(test)]
mod tests;
