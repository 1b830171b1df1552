//! Messages for refused files.

use super::{Message, NextStep, fault, size};
use crate::app::command::RowCommand;
use crate::model::fault::{Fault, FaultKind};
use crate::model::media::Rejection;

/// Returns why a file is refused, and the next step.
pub fn rejection(rejection: &Rejection) -> Message {
    let again = Some(NextStep::Row(RowCommand::Retry));
    // A file to be added under another name leaves nothing to do with this row.
    let remove = Some(NextStep::Row(RowCommand::Remove));
    match rejection {
        Rejection::UnsupportedFormat {
            extension,
            suggested_format,
        } => {
            let cause = if extension.is_empty() {
                "The file’s name has no ending that tells its format.".to_owned()
            } else {
                format!("{} files are not supported.", extension.to_uppercase())
            };
            let next = match suggested_format {
                Some(format) => {
                    format!(
                        "Convert the file to {} and add it again.",
                        format.to_uppercase()
                    )
                }
                None => "Add a video, a sound or an image instead.".to_owned(),
            };
            Message {
                title: "Not a supported format".to_owned(),
                cause,
                next,
                step: remove,
            }
        }
        Rejection::ContentMismatch {
            extension,
            looks_like,
            rename_to,
        } => Message {
            title: format!("This is no {} file", extension.to_uppercase()),
            cause: format!(
                "The file’s name ends in .{extension}, but its content is: {looks_like}."
            ),
            next: match rename_to {
                Some(right) => format!("Rename the file to end in .{right} and add it again."),
                None => "Export the file again as a video, a sound or an image.".to_owned(),
            },
            step: remove,
        },
        Rejection::NotRecognised { extension } => Message {
            title: "The content isn’t recognised".to_owned(),
            cause: unlike(extension),
            next: "Check that the file opens on this computer, or upload it anyway.".to_owned(),
            step: Some(NextStep::Row(RowCommand::UploadAnyway)),
        },
        Rejection::Empty => Message::new(
            "The file is empty",
            "The file holds no data at all.",
            "Export or copy the file again, then try again.",
            again,
        ),
        Rejection::TooLarge { size: bytes } => Message {
            title: "The file is too large".to_owned(),
            cause: format!(
                "This file is {}. The service takes files up to 5 GB.",
                size(*bytes)
            ),
            next: "Split or compress the file.".to_owned(),
            step: remove,
        },
        Rejection::Unreadable { cause } => Message {
            cause: format!("The system says: {cause}."),
            ..fault(&Fault::new(FaultKind::Unreadable))
        },
        Rejection::NotAFile => Message::new(
            "This is not a regular file",
            "This is a pipe, a device or a link to one, and has no content of its own.",
            "Add the media file itself.",
            remove,
        ),
        Rejection::NotFound => Message::new(
            "The file is not there",
            "The file was moved, renamed or deleted, or its drive is not connected.",
            "Bring the file back or reconnect the drive, then try again.",
            again,
        ),
    }
}

/// Reports that the content does not match the extension.
fn unlike(extension: &str) -> String {
    format!(
        "The file’s name ends in .{extension}, but its content isn’t recognised as {}.",
        extension.to_uppercase()
    )
}

/// Returns why a file is refused, and the next step, for `upload`.
pub fn rejection_line(refused: &Rejection) -> String {
    match refused {
        Rejection::NotRecognised { extension } => format!(
            "{} Check that the file opens on this computer, or upload it anyway with --force.",
            unlike(extension)
        ),
        _ => rejection(refused).line(),
    }
}

#[cfg(test)]
mod tests;
