//! Messages about history problems.

use std::path::Path;

/// Reports that a damaged history was set aside.
pub fn set_aside(path: &Path) -> String {
    format!(
        "The history was damaged. The damaged file was kept as {}, and what could be read of it is in a new one. \
         Nothing was deleted.",
        path.display()
    )
}

/// Returns the message for a history from a newer version.
pub fn newer_history() -> &'static str {
    "The history is of a newer version of this program. That history is left as it is, and nothing can be \
     uploaded: use the newer version."
}

/// Returns the message for a history that can't be written.
pub fn unwritable_history(cause: &str) -> String {
    const WHY: &str = "Nothing new is uploaded, for an id that is not written down can be lost.";
    if cause.ends_with('.') {
        // This cause already names the problem and the fix.
        return format!("{cause} {WHY}");
    }
    format!(
        "The history cannot be written ({cause}). {WHY} Make room on the disk, or make the folder \
         writable."
    )
}
