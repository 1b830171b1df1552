//! Texts of a row.

use std::borrow::Cow;

use crate::app::queue::Hold;
use crate::model::fault::RequiredAction;
use crate::model::snapshot::ResumeBehaviour;
use crate::text::Backend;
use crate::text::messages::row as say;
pub(crate) use crate::text::messages::row::*;

/// Reports equal content in a file uploaded on a day.
pub fn same_as_uploaded(file: &str, day: Option<&str>) -> String {
    match day {
        Some(day) => say::same_as_uploaded(day, file),
        None => same_as_uploaded_before(file),
    }
}

/// Reports that this very file was uploaded before.
pub fn uploaded_itself(day: Option<&str>) -> String {
    match day {
        Some(day) => say::uploaded_itself(day),
        None => uploaded_itself_before().to_owned(),
    }
}

/// Reports an upload of the same content with another account's key; `last4` may be empty.
pub fn uploaded_elsewhere(day: Option<&str>, last4: &str) -> String {
    match (day, last4) {
        (Some(day), "") => say::uploaded_with_unknown_key(day),
        (Some(day), last4) => say::uploaded_with_other_key(day, last4),
        (None, _) => uploaded_before().to_owned(),
    }
}

/// Returns why a queued row waits for the user.
pub fn held(by: Hold, at: Backend) -> String {
    match by {
        Hold::NoKey => no_key().to_owned(),
        Hold::RequiredAction(RequiredAction::Key) => held_key().to_owned(),
        Hold::RequiredAction(RequiredAction::Balance) => held_balance().to_owned(),
        Hold::RequiredAction(RequiredAction::Account) => held_account(at),
        Hold::RequiredAction(RequiredAction::Program) => held_program(at),
    }
}

/// Returns what happens to the sent bytes of a stopped row.
pub fn later(later: ResumeBehaviour) -> &'static str {
    match later {
        ResumeBehaviour::Restarts => starts_again(),
        ResumeBehaviour::Resumes | ResumeBehaviour::ResumesAfterRestart => goes_on(),
    }
}

/// Returns what happens to a row interrupted by the program's end, and what to press.
pub fn interrupted(later: ResumeBehaviour) -> &'static str {
    match later {
        ResumeBehaviour::Restarts => interrupted_starts_again(),
        ResumeBehaviour::Resumes | ResumeBehaviour::ResumesAfterRestart => interrupted_goes_on(),
    }
}

/// Returns the effect of pausing a partly sent upload.
pub fn pause(later: ResumeBehaviour) -> &'static str {
    match later {
        ResumeBehaviour::Restarts => pause_starts_again(),
        ResumeBehaviour::Resumes => pause_goes_on(),
        ResumeBehaviour::ResumesAfterRestart => pause_goes_on_after_restart(),
    }
}

/// Returns the file's name, with its folder if ambiguous.
pub fn called<'a>(name: &'a str, folder: Option<&str>) -> Cow<'a, str> {
    match folder {
        Some(folder) => say::called(folder, name).into(),
        None => name.into(),
    }
}
