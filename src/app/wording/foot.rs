//! Texts of the status bar and of toasts.

use crate::text::{count, number};

/// Separator of parts on one line.
pub const AND: &str = " · ";

/// The list has nothing to upload.
pub const NOTHING: &str = "Nothing to upload";
/// Paused by the user.
pub const PAUSED: &str = "paused";
/// Everything is sent; awaiting the response.
pub const ANSWER: &str = "waiting for the answer";
/// Only ids of duplicates are requested.
pub const GETTING_IDS: &str = "getting ids";
/// The service can't be reached.
pub const OFFLINE: &str = "waiting for a connection";
/// A retry is scheduled.
pub const NEXT_TRY: &str = "waiting before the next try";
/// Nothing is being sent yet.
pub const STARTING: &str = "starting…";

/// Returns the number of ready files.
pub fn ready(files: usize) -> String {
    format!("{} ready", count(files, "file"))
}

/// Returns the number of files that need attention.
pub fn attention(files: usize) -> String {
    if files == 1 {
        "1 needs attention".to_owned()
    } else {
        format!("{} need attention", number(files))
    }
}

/// Returns the number of files paused one by one.
pub fn held(files: usize) -> String {
    format!("{} paused", number(files))
}

/// Returns the number of cancelled files.
pub fn cancelled(files: usize) -> String {
    format!("{} cancelled", number(files))
}

/// Returns the number of duplicates.
pub fn duplicates(files: usize) -> String {
    count(files, "duplicate")
}

/// Returns the number of finished files in a batch.
pub fn done(done: usize, batch: usize) -> String {
    format!("{} of {} done", number(done), number(batch))
}

/// Returns the number of files in processing.
pub fn processing(files: usize) -> String {
    format!("{} processing at memories.ai", number(files))
}

/// Returns the label of the button that starts all ready files and duplicates.
pub fn upload(files: usize, duplicates: usize) -> String {
    match (files, duplicates) {
        (0, 0) => "Upload".to_owned(),
        (0, ids) => format!("Get {}", count(ids, "id")),
        (files, _) => format!("Upload {}", count(files, "file")),
    }
}

/// Addition to "Upload" while everything is paused.
pub const UPLOAD_ENDS_PAUSE: &str = "The paused uploads go on too.";

/// Note on ids for "Clear finished".
pub const IDS_STAY: &str = "their ids stay in the history";

/// Returns the tooltip for pausing everything, with the number of uploads that restart.
pub fn pause_all(hint: &str, starts_again: usize) -> String {
    match starts_again {
        0 => hint.to_owned(),
        1 => format!("{hint}. 1 file starts again from the beginning when you resume."),
        many => {
            let many = number(many);
            format!("{hint}. {many} files start again from the beginning when you resume.")
        }
    }
}

/// The history can't be written.
pub const BLOCKED_UNWRITABLE: &str = "Nothing can be saved on this disk at the moment";
/// The history is being opened.
pub const BLOCKED_OPENING: &str = "What was uploaded before is being read";
/// The history is from a newer version.
pub const BLOCKED_NEWER: &str = "The history is of a newer version of this program";
/// No file is ready to upload.
pub const BLOCKED_EMPTY: &str = "No file is ready to upload";

/// The clipboard has nothing to add.
pub const NOTHING_PASTED: &str = "The clipboard holds no files and no file paths.";
/// No file dialog is available.
pub const NO_FILE_DIALOG: &str = "This desktop has no file dialog that the program can open. Drop files on the window or paste their paths instead.";

/// Reports that the sandbox did not start, with the reason if known.
pub fn no_sandbox(why: Option<&str>) -> String {
    match why {
        Some(why) => format!("The sandbox did not start: {why}."),
        None => "The sandbox did not start.".to_owned(),
    }
}
