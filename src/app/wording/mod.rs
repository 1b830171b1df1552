//! The program's words for people, all in one place: plain, and always with a next step.

mod fault;
mod journal;
mod rejection;
mod terminal;
mod units;

pub use fault::{details, fault};
pub use journal::{newer_history, set_aside, unwritable_history};
pub use rejection::rejection;
pub use terminal::{CONSOLE, WITHOUT_KEY, bad_environment_key, interrupted, not_saved, stopped};
pub use units::{count, duration, left, rate, size, size_of, storage_cost};

use super::command::RowCommand;
use super::outside::VaultError;
use crate::model::fault::Fix;
use crate::model::key::NotAKey;
use crate::model::media::Note;
use crate::model::snapshot::Status;

/// A button that does the next step of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// One of the row's own.
    Row(RowCommand),
    /// Enter another key.
    UpdateKey,
    /// Open the service's console.
    OpenConsole,
}

/// What happened, why, and what to do next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// What happened, in a few words without a full stop.
    pub title: String,
    /// Why, in a sentence.
    pub cause: String,
    /// What to do next, in a sentence.
    pub next: String,
    /// The button that does it.
    pub step: Option<Step>,
}

impl Message {
    fn new(title: &str, cause: &str, next: &str, step: Option<Step>) -> Self {
        Self {
            title: title.to_owned(),
            cause: cause.to_owned(),
            next: next.to_owned(),
            step,
        }
    }

    /// Cause and next step on one line.
    pub fn line(&self) -> String {
        format!("{} {}", self.cause, self.next)
    }
}

/// The one word, or few, for where a row is.
pub fn status_word(status: &Status) -> &'static str {
    match status {
        Status::Checking => "Checking",
        Status::Settling => "Still being written",
        Status::Rejected(_) => "Can’t upload",
        Status::ReadyToUpload => "Ready to upload",
        Status::Queued => "Queued",
        Status::Uploading => "Uploading",
        Status::Finishing => "Finishing…",
        Status::Waiting { .. } => "Waiting",
        Status::Processing { .. } => "Processing",
        Status::Ready => "Ready",
        Status::Failed(_) => "Failed",
        Status::Paused => "Paused",
        Status::Cancelled => "Cancelled",
        Status::Duplicate { .. } => "Duplicate",
    }
}

/// Something to say of a file that is taken.
pub fn note(note: Note) -> &'static str {
    match note {
        Note::UnknownContent => "content not recognised; its name is believed",
        Note::MayBeTooLarge => "above 5 GB: memories.ai may refuse it",
        Note::InCloud => "in the cloud only: uploading fetches it first",
    }
}

/// Said of a file that the service may hold twice.
pub const MAY_BE_TWICE: &str = "may be stored twice: an answer was lost";

/// Said of an id that is not on disk.
pub const NOT_SAVED: &str = "not saved yet: copy it";

/// Why a text is not taken as a key, and what to do.
pub fn not_a_key(why: NotAKey) -> &'static str {
    match why {
        NotAKey::Empty => "There is no key in the field. Paste the one from the console.",
        NotAKey::Characters => {
            "This is no API key: it holds characters that a key can’t have. Copy the key alone, and paste it again."
        }
    }
}

/// What the queue waits for the person to do: the banner's words.
pub fn needs(fix: Fix) -> Message {
    match fix {
        Fix::Key => Message::new(
            "memories.ai doesn’t accept the API key",
            "Uploads are paused; no file has failed.",
            "Enter another key to go on.",
            Some(Step::UpdateKey),
        ),
        Fix::Balance => Message::new(
            "The balance at memories.ai is used up",
            "Uploads are paused; no file has failed.",
            "Top it up in the console, then go on.",
            Some(Step::OpenConsole),
        ),
        Fix::Account => Message::new(
            "memories.ai refuses this account or this network address",
            "Uploads are paused; no file has failed.",
            "See to it in the console, then go on.",
            Some(Step::OpenConsole),
        ),
    }
}

/// Why a key is kept for this session only.
pub fn vault(error: &VaultError) -> String {
    match error {
        VaultError::Absent => "No keychain answers on this computer.".to_owned(),
        VaultError::Locked => "The keychain is locked.".to_owned(),
        VaultError::Other(text) => format!("The keychain could not be used: {text}."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_needs_the_person_has_a_button_that_fixes_it() {
        for fix in [Fix::Key, Fix::Balance, Fix::Account] {
            let message = needs(fix);
            assert!(message.step.is_some(), "{fix:?}");
            assert!(message.next.ends_with('.'), "{fix:?}");
        }
    }
}
