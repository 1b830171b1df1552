//! Messages for refused files.

use super::messages::rejection as say;
use super::{Backend, Message, NextStep, fault, size};
use crate::model::fault::{Fault, FaultKind};
use crate::model::media::Rejection;

/// Returns why a file is refused, and the next step.
pub fn rejection(rejection: &Rejection) -> Message {
    // A file to be added under another name leaves nothing to do with this row.
    let (again, remove) = (NextStep::Retry, NextStep::Remove);
    match rejection {
        Rejection::UnsupportedFormat {
            extension,
            suggested_format,
        } => {
            let cause = match extension.as_str() {
                "" => say::no_ending().to_owned(),
                extension => say::not_supported(&extension.to_uppercase()),
            };
            let next = match suggested_format {
                Some(format) => say::convert(&format.to_uppercase()),
                None => say::add_another().to_owned(),
            };
            Message::new((say::unsupported_format(), cause, next), remove)
        }
        Rejection::ContentMismatch {
            extension,
            looks_like,
            rename_to,
        } => {
            let format = extension.to_uppercase();
            let (title, cause) = say::content_mismatch(looks_like, extension, &format);
            let next = match rename_to {
                Some(right) => say::rename(right),
                None => say::export_again().to_owned(),
            };
            Message::new((title, cause, next), remove)
        }
        Rejection::NotRecognised { extension } => {
            let (title, cause, next, _) = say::not_recognised(extension, &extension.to_uppercase());
            Message::new((title, cause, next), NextStep::UploadAnyway)
        }
        Rejection::Empty => Message::new(say::empty(), again),
        Rejection::TooLarge { size: bytes } => Message::new(say::too_large(&size(*bytes)), remove),
        Rejection::Unreadable { cause } => Message {
            cause: say::unreadable(cause),
            ..fault(&Fault::new(FaultKind::Unreadable), Backend::Service)
        },
        Rejection::NotAFile => Message::new(say::not_a_file(), remove),
        Rejection::NotFound => Message::new(say::not_found(), again),
    }
}

/// Returns why a file is refused, and the next step, for `upload`.
pub fn rejection_line(refused: &Rejection) -> String {
    let mut message = rejection(refused);
    if let Rejection::NotRecognised { extension } = refused {
        let (.., next) = say::not_recognised(extension, &extension.to_uppercase());
        message.next = next.to_owned();
    }
    message.line()
}

#[cfg(test)]
mod tests;
