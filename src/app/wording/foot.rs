//! What the bar at the window's foot says, and what stands for a moment above it.

use super::{count, number};

/// Between parts that stand side by side.
pub const AND: &str = " · ";

/// Nothing is in the list that could be uploaded.
pub const NOTHING: &str = "Nothing to upload";
/// The user paused it.
pub const PAUSED: &str = "paused";
/// All bytes are out.
pub const ANSWER: &str = "waiting for the answer";
/// Only ids of duplicates are asked for.
pub const GETTING_IDS: &str = "getting ids";
/// The service can't be reached.
pub const OFFLINE: &str = "waiting for a connection";
/// Something went wrong and is tried again.
pub const NEXT_TRY: &str = "waiting before the next try";
/// Nothing moves yet.
pub const STARTING: &str = "starting…";

/// Everything there is has ended well.
pub fn ready(files: usize) -> String {
    format!("{} ready", count(files, "file"))
}

/// Returns how many need attention.
pub fn attention(files: usize) -> String {
    if files == 1 {
        "1 needs attention".to_owned()
    } else {
        format!("{} need attention", number(files))
    }
}

/// Returns how many the user holds one by one while others go on.
pub fn held(files: usize) -> String {
    format!("{} paused", number(files))
}

/// Returns how many were given up.
pub fn cancelled(files: usize) -> String {
    format!("{} cancelled", number(files))
}

/// Returns how many have the content of another file.
pub fn duplicates(files: usize) -> String {
    count(files, "duplicate")
}

/// Returns how many of a batch are done.
pub fn done(done: usize, batch: usize) -> String {
    format!("{} of {} done", number(done), number(batch))
}

/// Only the service has something to do.
pub fn processing(files: usize) -> String {
    format!("{} processing at memories.ai", number(files))
}

/// On the button that starts everything that is ready, so many files and so many duplicates.
pub fn upload(files: usize, duplicates: usize) -> String {
    match (files, duplicates) {
        (0, 0) => "Upload".to_owned(),
        (0, ids) => format!("Get {}", count(ids, "id")),
        (files, _) => format!("Upload {}", count(files, "file")),
    }
}

/// What "Upload" does besides while everything is paused.
pub const UPLOAD_ENDS_PAUSE: &str = "The paused uploads go on too.";

/// What becomes of the ids of what "Clear finished" takes out of the list.
pub const IDS_STAY: &str = "their ids stay in the history";

/// Returns what pausing everything means for what is under way: how many start again.
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

/// The journal can't be written.
pub const BLOCKED_UNWRITABLE: &str = "Nothing can be saved on this disk at the moment";
/// The journal is being read.
pub const BLOCKED_OPENING: &str = "What was uploaded before is being read";
/// The journal is of a newer program.
pub const BLOCKED_NEWER: &str = "The history is of a newer version of this program";
/// There is no file to upload.
pub const BLOCKED_EMPTY: &str = "No file is ready to upload";

/// What was pasted is nothing to be added.
pub const NOTHING_PASTED: &str = "The clipboard holds no files and no file paths.";
/// There is no dialog to choose files in.
pub const NO_FILE_DIALOG: &str = "This desktop has no file dialog that the program can open. Drop files on the window or paste their paths instead.";

/// The sandbox did not start, for this reason where one is known.
pub fn no_sandbox(why: Option<&str>) -> String {
    match why {
        Some(why) => format!("The sandbox did not start: {why}."),
        None => "The sandbox did not start.".to_owned(),
    }
}
