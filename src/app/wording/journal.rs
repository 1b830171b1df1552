//! What is said when the history cannot be used as it should.

use std::path::Path;

/// A damaged history was put aside.
pub fn set_aside(path: &Path) -> String {
    format!(
        "The history was damaged. The damaged file was kept as {}, and what could be read of it is in a new one. \
         Nothing was deleted.",
        path.display()
    )
}

/// A history of a newer program.
pub fn newer_history() -> &'static str {
    "The history is of a newer version of this program. That history is left as it is, and nothing can be \
     uploaded: use the newer version."
}

/// A history that cannot be written.
pub fn unwritable_history(cause: &str) -> String {
    const WHY: &str = "Nothing new is uploaded, for an id that is not written down can be lost.";
    if cause.ends_with('.') {
        // It says itself what is wrong and what to do.
        return format!("{cause} {WHY}");
    }
    format!(
        "The history cannot be written ({cause}). {WHY} Make room on the disk, or make the folder \
         writable."
    )
}
