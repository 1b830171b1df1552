//! Texts for relocating a missing file.

use std::path::Path;

use super::{count, rejection, size};
use crate::model::relocation::RelocationError;

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
mod tests {
    use super::*;
    use crate::model::media::Rejection;

    #[test]
    fn each_says_which_file_and_what_is_different() {
        let say = |it: &RelocationError| misfit(Path::new("/media/clip.mp4"), it);
        let sizes = |gone, chosen| RelocationError::OtherSize { gone, chosen };
        let added = "clip.mp4 is not the file that was added: ";
        assert_eq!(
            say(&sizes(412_000_000, 3_000_000)),
            format!("{added}it is 3 MB, not 412 MB.")
        );
        assert_eq!(
            say(&sizes(412_000_000, 412_000_001)),
            format!("{added}it is 1 byte larger.")
        );
        assert_eq!(
            say(&sizes(412_000_000, 411_998_800)),
            format!("{added}it is 1,200 bytes smaller.")
        );
        assert_eq!(
            say(&RelocationError::OtherContent),
            format!("{added}its content is another.")
        );
        assert!(say(&RelocationError::InTheList).starts_with("clip.mp4 is in the list already"));
        assert_eq!(
            say(&RelocationError::Refused(Rejection::Empty)),
            "clip.mp4 can’t be uploaded. The file holds no data at all. Export or copy the file again, then try again."
        );
    }
}
