//! Words for what is done with several rows at once.

use std::io;
use std::path::Path;

use super::units::{count, number, size_of};

/// Nothing can be copied.
pub const NO_IDS: &str = "None of the selected files has an asset id yet.";

/// None of the selected rows can be taken out.
pub const NOT_REMOVABLE: &str = "Files under way can’t be removed: cancel them first.";

/// What is in the search field before there is a word in it.
pub const SEARCH: &str = "Search by name or id";

/// There is nothing that a search finds under this chip, or, for that of `all`, anywhere.
pub fn nothing_found(chip: &str, all: bool) -> String {
    if all {
        "No file here has this in its name or id.".to_owned()
    } else {
        format!("No file under “{chip}” has this in its name or id.")
    }
}

/// On the button that searches under every chip.
pub const SEARCH_EVERYWHERE: &str = "Search all files";

/// Above the list of shortcuts, for what it does not list one by one.
pub const SHORTCUTS: &str =
    "With Shift, the arrows and the other keys of the list select everything on their way.";

/// Above a table of ids, names and paths.
pub const MARKDOWN_HEAD: &str = "| Asset id | Name | Path |";

/// Returns how many rows are selected.
pub fn selected(files: usize) -> String {
    format!("{} selected", number(files))
}

/// Returns how many ids were copied: of how many of them the file is not ready, and how many files had
/// none.
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

/// Rows were taken out of the list: how many of them with an id, and how many of the selection
/// stay in it because they are under way.
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

/// Files were added.
pub fn added(files: usize) -> String {
    format!("{} added.", count(files, "file"))
}

/// A folder that was added has nothing in it.
pub const NOTHING_FOUND: &str = "Nothing in that folder can be uploaded.";

/// Asks before interrupted uploads are taken out of the list: the question, and what it means.
pub fn discard(uploads: usize) -> (String, &'static str) {
    (
        format!("Discard {}?", count(uploads, "interrupted upload")),
        "The uploads are taken out of the list, and what was sent of them is lost. Your files stay where they are.",
    )
}

/// Interrupted uploads were taken out of the list.
pub fn discarded(uploads: usize) -> String {
    format!("{} discarded.", count(uploads, "interrupted upload"))
}

/// A selection was written to a file.
pub fn saved(rows: usize, path: &Path) -> String {
    let name = path
        .file_name()
        .unwrap_or(path.as_os_str())
        .to_string_lossy();
    format!("{} saved to {name}.", count(rows, "row"))
}

/// It could not be written.
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

/// There is no dialog to choose a place in.
pub const NO_SAVE_DIALOG: &str = "This desktop has no file dialog that the program can open. Copy the ids as CSV or JSON instead.";

/// Returns what a file of a selection is called at first.
pub fn export_name(json: bool) -> String {
    format!("asset-ids.{}", if json { "json" } else { "csv" })
}

/// Returns what is asked before uploads are cancelled: of how many what was sent is lost, and how many
/// bytes of how many, where that is known.
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

/// On the button that cancels them.
pub fn confirm_cancel(uploads: usize) -> String {
    match uploads {
        1 => "Cancel upload".to_owned(),
        _ => format!("Cancel {}", count(uploads, "upload")),
    }
}

/// Returns what is asked before uploads are paused of which so many start again: how many bytes of how
/// many of those were sent. `uploads` is `None` for all that are under way.
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
mod tests {
    use super::*;

    #[test]
    fn a_file_that_is_not_written_says_why_and_what_to_do() {
        for kind in [
            io::ErrorKind::PermissionDenied,
            io::ErrorKind::StorageFull,
            io::ErrorKind::NotFound,
            io::ErrorKind::Other,
        ] {
            let words = not_exported(Path::new("/a/ids.csv"), &kind.into());
            assert!(words.starts_with("ids.csv was not saved: "), "{words}");
            assert!(words.ends_with("copy the ids instead."), "{words}");
        }
    }

    #[test]
    fn what_a_selection_left_out_is_said() {
        assert_eq!(removed(1, 0, 0), "1 file removed from the list.");
        assert_eq!(
            removed(18, 13, 1982),
            "18 files removed from the list; the ids stay in the history. 1,982 are queued or under way: cancel them first."
        );
        assert_eq!(copied(2, 0, 0), "2 asset ids copied.");
        assert_eq!(
            copied(13, 5, 1982),
            "13 asset ids copied, 5 of them not ready yet; 1,982 files have none."
        );
    }

    #[test]
    fn pausing_says_what_is_sent_again() {
        let (title, body) = pause(Some("a.mp4"), Some(1), 1, 73_000_000, 734_000_000);
        assert_eq!(title, "Pause this upload?");
        assert_eq!(
            body,
            "73 of 734 MB of a.mp4 were sent. The file starts again from the beginning when you resume."
        );
        let (title, body) = pause(None, None, 2, 73_000_000, 734_000_000);
        assert_eq!(title, "Pause all uploads?");
        assert_eq!(
            body,
            "73 of 734 MB of 2 files were sent. The files start again from the beginning when you resume."
        );
        let (title, _) = pause(Some("a.mp4"), Some(3), 1, 73_000_000, 734_000_000);
        assert_eq!(title, "Pause 3 uploads?");
    }

    #[test]
    fn cancelling_names_one_file_and_counts_several() {
        let (title, body) = cancel(Some("a.mp4"), 1, 1, 260_000_000, 412_000_000);
        assert_eq!(title, "Cancel this upload?");
        assert!(body.starts_with("a.mp4 is under way. 260 of 412 MB"));
        assert_eq!(confirm_cancel(1), "Cancel upload");
        assert_eq!(confirm_cancel(3), "Cancel 3 uploads");
        assert_eq!(cancel(None, 3, 1, 1, 2).0, "Cancel 3 uploads?");
        assert_eq!(cancel(None, 3, 1, 0, 0).1, "What was sent is lost.");
    }
}
