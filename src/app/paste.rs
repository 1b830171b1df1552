//! Paths in a pasted text: one per line, plain or as `file://` URLs.

use std::path::{Component, Path, PathBuf};

use url::Url;

/// Returns the absolute paths in a text, in order; other lines are skipped.
pub fn paths_in(text: &str) -> Vec<PathBuf> {
    text.lines().filter_map(path_in).collect()
}

fn path_in(line: &str) -> Option<PathBuf> {
    let line = line.trim().trim_matches(['"', '\'']);
    let path = absolute(line)?;
    // No system allows NUL in a file name.
    let could_be = !path.as_os_str().as_encoded_bytes().contains(&0);
    (could_be && names_something(&path)).then_some(path)
}

/// Returns `true` if the path contains a name or drive. A line `/` or `//` must not add the whole
/// computer.
fn names_something(path: &Path) -> bool {
    path.components()
        .any(|part| matches!(part, Component::Normal(_) | Component::Prefix(_)))
}

fn absolute(line: &str) -> Option<PathBuf> {
    // The slash is required: `file: clip.mp4` is text, not a URL of `/ clip.mp4`.
    if line
        .get(..6)
        .is_some_and(|start| start.eq_ignore_ascii_case("file:/"))
    {
        return Url::parse(line).ok()?.to_file_path().ok();
    }
    let path = Path::new(line);
    path.is_absolute().then(|| path.to_path_buf())
}

#[cfg(test)]
#[cfg(unix)]
mod tests;
