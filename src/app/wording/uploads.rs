//! Texts about the end of all uploads.

use crate::engine::FinishedCounts;
use crate::text::Backend;
use crate::text::messages::{foot, list, uploads as say};

/// Returns the non-zero results: "3 files ready, 1 duplicate".
fn ends(end: &FinishedCounts, ready: impl Fn(usize) -> String) -> String {
    let parts = [
        (end.ready > 0).then(|| ready(end.ready)),
        (end.duplicates > 0).then(|| foot::duplicates(end.duplicates)),
        (end.failed > 0).then(|| foot::attention(end.failed)),
        (end.cancelled > 0).then(|| foot::cancelled(end.cancelled)),
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    parts.join(list::items())
}

/// Returns the toast at the end of all uploads.
pub fn uploads_done(end: &FinishedCounts) -> String {
    let ends = ends(end, foot::ready);
    match end.nothing_sent && end.ready == 0 {
        true => say::done_without_sending(&ends),
        false => say::done(&ends),
    }
}

/// Returns title and text of the notification at the end of all uploads.
pub fn uploads_ended(end: &FinishedCounts, place: Backend) -> (String, String) {
    let title = say::ended(end.failed, end.ready + end.duplicates);
    let line = say::ends(&ends(end, |files| say::ready_at(files, place)));
    (title, line)
}

/// Adds to the end of all uploads what was copied by itself, if anything.
pub fn and_copied(ends: String, copied: Option<&str>) -> String {
    match copied {
        Some(copied) => say::and_copied(copied, &ends),
        None => ends,
    }
}

/// Announces files with the same result; a single one by name.
pub fn ended(names: &[String], status: &str) -> Option<String> {
    match names {
        [] => None,
        [name] => Some(say::file(name, status)),
        _ => Some(say::files(names.len(), status)),
    }
}

#[cfg(test)]
mod tests;
