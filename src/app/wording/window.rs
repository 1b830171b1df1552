//! Texts of the window's dialogs, and instead of a window.

use std::path::PathBuf;

use crate::model::media::{self, Kind};
use crate::model::terminal::escape;
use crate::text::messages::{list, window as say};

/// Returns the formats by kind: its name and extensions.
pub fn formats() -> [(&'static str, String); 3] {
    [
        (Kind::Video, say::formats_video()),
        (Kind::Audio, say::formats_audio()),
        (Kind::Image, say::formats_image()),
    ]
    .map(|(kind, name)| {
        let formats = media::formats().iter().filter(|format| format.kind == kind);
        let extensions: Vec<_> = formats.map(|it| it.extension.to_uppercase()).collect();
        (name, extensions.join(list::items()))
    })
}

/// Reports paths that could not be forwarded to the unresponsive window on this data directory.
pub fn silent_window(paths: &[PathBuf]) -> String {
    if paths.is_empty() {
        return say::silent().to_owned();
    }
    let line = |path: &PathBuf| format!("\n{}", escape(&path.to_string_lossy()));
    say::silent_with_paths(&paths.iter().map(line).collect::<String>())
}

#[cfg(test)]
mod tests;
