//! Texts for relocating a missing file.

use std::path::Path;

use crate::model::relocation::RelocationError;
use crate::text::messages::located as say;
use crate::text::{rejection, size};

/// Returns why the chosen file can't replace the missing one.
pub fn misfit(chosen: &Path, misfit: &RelocationError) -> String {
    let name = chosen.file_name().unwrap_or(chosen.as_os_str());
    let name = name.to_string_lossy();
    match misfit {
        RelocationError::Refused(why) => say::refused(&name, &rejection(why).line()),
        RelocationError::InTheList => say::in_the_list(&name),
        RelocationError::OtherSize { gone, chosen } => {
            let (was, is) = (size(*gone), size(*chosen));
            if was != is {
                say::other_size(&is, &was, &name)
            } else if chosen > gone {
                say::larger(chosen - gone, &name)
            } else {
                say::smaller(gone - chosen, &name)
            }
        }
        RelocationError::OtherContent => say::other_content(&name),
    }
}

#[cfg(test)]
mod tests;
