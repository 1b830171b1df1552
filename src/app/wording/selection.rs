//! Texts for commands on several rows.

use std::io;
use std::path::Path;

use crate::text::messages::selection as say;
pub(crate) use crate::text::messages::selection::*;
use crate::text::size_of;

/// Reports an exported selection.
pub fn saved(rows: usize, path: &Path) -> String {
    say::saved(&name_of(path), rows)
}

/// Reports a failed export.
pub fn not_exported(path: &Path, error: &io::Error) -> String {
    let why = match error.kind() {
        io::ErrorKind::PermissionDenied => no_permission().to_owned(),
        io::ErrorKind::StorageFull => disk_full().to_owned(),
        io::ErrorKind::NotFound => no_folder().to_owned(),
        io::ErrorKind::ReadOnlyFilesystem => read_only().to_owned(),
        _ => error.to_string(),
    };
    not_saved(&name_of(path), &why)
}

fn name_of(path: &Path) -> String {
    let name = path.file_name().unwrap_or(path.as_os_str());
    name.to_string_lossy().into_owned()
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
        0 if losing == 0 => nothing_lost().to_owned(),
        0 => lost().to_owned(),
        _ => bytes_lost(&size_of(sent, total)),
    };
    match name {
        Some(name) => {
            let (question, means) = cancel_one(&lost, name);
            (question.to_owned(), means)
        }
        None => (say::cancel(uploads), lost),
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
        None => pause_all().to_owned(),
        Some(uploads) => say::pause(uploads),
    };
    let sent = size_of(sent, total);
    let means = match name {
        Some(name) => pause_one_means(name, &sent),
        None => pause_means(losing, &sent),
    };
    (question, means)
}

#[cfg(test)]
mod tests;
