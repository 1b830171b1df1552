//! Texts for relocating a missing file.

use std::path::Path;

use crate::model::relocation::RelocationError;
use crate::text::{count, rejection, size};

/// No file dialog is available.
pub const NO_FILE_TO_LOCATE: &str = "This desktop has no file dialog that the program can open. Bring the file back to where it was, or drop it on the window as a new one.";

/// Returns why the chosen file can't replace the missing one.
pub fn misfit(chosen: &Path, misfit: &RelocationError) -> String {
    let name = chosen.file_name().unwrap_or(chosen.as_os_str());
    let name = name.to_string_lossy();
    match misfit {
        RelocationError::Refused(why) => {
            format!("{name} can’t be uploaded. {}", rejection(why).line())
        }
        RelocationError::InTheList => {
            format!("{name} is in the list already, as a file of its own.")
        }
        RelocationError::OtherSize { gone, chosen } => {
            let is = if size(*gone) == size(*chosen) {
                let bytes = usize::try_from(gone.abs_diff(*chosen)).unwrap_or(usize::MAX);
                let than = if chosen > gone { "larger" } else { "smaller" };
                format!("it is {} {than}", count(bytes, "byte"))
            } else {
                format!("it is {}, not {}", size(*chosen), size(*gone))
            };
            format!("{name} is not the file that was added: {is}.")
        }
        RelocationError::OtherContent => {
            format!("{name} is not the file that was added: its content is another.")
        }
    }
}

#[cfg(test)]
mod tests;
