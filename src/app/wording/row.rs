//! Texts of a row.

use std::borrow::Cow;
use std::path::Path;
use std::time::Duration;

use crate::app::queue::Hold;
use crate::model::fault::RequiredAction;
use crate::model::media::Note;
use crate::model::snapshot::{ResumeBehaviour, Status};
use crate::text::duration;

/// Returns the status word.
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
        Status::OtherKey { .. } => "Other key",
        Status::Ready => "Ready",
        Status::Failed(_) => "Failed",
        Status::Paused => "Paused",
        Status::Cancelled => "Cancelled",
        Status::FoundDuplicate(_) | Status::Duplicate { .. } => "Duplicate",
    }
}

/// Returns the note on an accepted file.
pub fn note(note: Note) -> &'static str {
    match note {
        Note::UnknownContent => "content not recognised; the file is taken for what its name says",
        Note::MayBeTooLarge => "above 5 GB: memories.ai may refuse it",
        Note::InCloud => "in the cloud only: uploading fetches it first",
    }
}

/// Tooltip of "Upload anyway" for unrecognised content.
pub const UPLOAD_UNRECOGNISED: &str = "Upload this file although its content isn’t recognised";
/// Another program is writing to the file.
pub const SETTLING: &str =
    "another program is writing to this file; the upload goes on when that is done";
/// Everything is sent; awaiting the response.
pub const FINISHING: &str = "waiting for memories.ai";
/// The service processes it.
pub const PROCESSING: &str = "at memories.ai";
/// Reports that it was sent with another key; `last4` may be empty.
pub fn other_key(last4: &str) -> String {
    match last4 {
        "" => "Uploaded with another API key".to_owned(),
        _ => format!("Uploaded with another API key (…{last4})"),
    }
}

/// Processing takes longer than usual.
pub const SLOW: &str = "taking longer than usual";
/// A retry begins.
pub const TRYING_AGAIN: &str = "trying again";
/// Reports equal content in another listed file.
pub fn duplicate_of(file: &str) -> String {
    format!("same content as {file}")
}

/// Reports equal content in a file uploaded on a day, in UTC.
pub fn same_as_uploaded(file: &str, day: Option<&str>) -> String {
    match day {
        Some(day) => format!("same content as {file}, uploaded on {day}"),
        None => format!("same content as {file}, uploaded before"),
    }
}

/// Equal content has an asset.
pub const UPLOADED_BEFORE: &str = "the same content was uploaded before";
/// Equal content is in another row.
pub const LISTED_TWICE: &str = "the same content is in this list";
/// Reports that this very file was uploaded before.
pub fn uploaded_itself(day: Option<&str>) -> String {
    match day {
        Some(day) => format!("uploaded on {day}"),
        None => "uploaded before".to_owned(),
    }
}

/// Outcome of a duplicate whose original is not started either.
pub const NOT_SENT_TWICE: &str = "not sent twice";
/// Outcome of a duplicate that is not started.
pub const NOT_SENT: &str = "not sent again";
/// The id of a started duplicate is being requested.
pub const GETS_ID: &str = "gets its id";
/// The original of a duplicate is being uploaded.
pub const WAITS_FOR_ID: &str = "waits for its id";
/// A duplicate turned out not to be one.
pub const UNCONFIRMED: &str = "memories.ai does not have the same content any more";
/// Queued while the queue is paused.
pub const QUEUE_PAUSED: &str = "all uploads are paused";
/// Returns why a queued row waits for the user.
pub fn held(by: Hold) -> &'static str {
    match by {
        Hold::NoKey => "waits for an API key",
        Hold::RequiredAction(RequiredAction::Key) => "held until the API key is updated",
        Hold::RequiredAction(RequiredAction::Balance) => "held until the balance is topped up",
        Hold::RequiredAction(RequiredAction::Account) => {
            "held until memories.ai accepts the account"
        }
        Hold::RequiredAction(RequiredAction::Program) => {
            "held: memories.ai has retired this way of uploading"
        }
    }
}
/// Warning that the service may store the file twice.
pub const MAY_BE_TWICE: &str = "may be stored twice: an answer was lost";
/// Outcome of a scheduled retry.
pub const BY_ITSELF: &str = "The upload is retried automatically.";
/// Warning that an id is not on disk.
pub const NOT_SAVED: &str = "not saved yet: copy it";
/// Label of "Copy" just after it was pressed.
pub const COPIED: &str = "Copied";

/// Returns the time until the next try.
pub fn next_try_in(wait: Duration) -> String {
    format!("next try in {}", duration(wait))
}

/// Returns a percentage.
pub fn percent(percent: u8) -> String {
    format!("{percent} %")
}

/// Labels the id of a failed or cancelled upload.
pub fn idle_id(id: &str) -> String {
    format!("id not used: {id}")
}

/// Label of an id without a known upload, in details.
pub const RESERVED_ID: &str = "Reserved ID";

/// Returns what happens to the sent bytes of a stopped row.
pub fn later(later: ResumeBehaviour) -> &'static str {
    match later {
        ResumeBehaviour::Restarts => "starts again from the beginning",
        ResumeBehaviour::Resumes | ResumeBehaviour::ResumesAfterRestart => "goes on where it was",
    }
}

/// Returns what happens to a row interrupted by the program's end, and what to press.
pub fn interrupted(later: ResumeBehaviour) -> &'static str {
    match later {
        ResumeBehaviour::Restarts => "interrupted; Resume sends it from the beginning",
        ResumeBehaviour::Resumes | ResumeBehaviour::ResumesAfterRestart => {
            "interrupted; Resume goes on where it was"
        }
    }
}

/// Returns the effect of pausing a partly sent upload.
pub fn pause(later: ResumeBehaviour) -> &'static str {
    match later {
        ResumeBehaviour::Restarts => "The file starts again from the beginning when you resume",
        ResumeBehaviour::Resumes => {
            "The upload goes on where it was, as long as the program stays open"
        }
        ResumeBehaviour::ResumesAfterRestart => {
            "The upload goes on where it was, also after the program was closed"
        }
    }
}

/// Addition to the cancel tooltip of a partly sent upload.
pub const CANCEL_LOSES: &str = "what was sent is lost";

/// Addition to a row's upload tooltip while everything is paused.
pub const ENDS_PAUSE: &str = "the paused uploads go on too";

/// Returns the file's name, with its folder if ambiguous.
pub fn called<'a>(name: &'a str, folder: Option<&str>) -> Cow<'a, str> {
    match folder {
        Some(folder) => format!("{name}, {}", in_folder(folder)).into(),
        None => name.into(),
    }
}

/// Returns the screen reader name of a row's button.
pub fn button(label: &str, file: &str) -> String {
    format!("{label}: {file}")
}

/// Screen reader name of the progress bar, before the file name.
pub const PROGRESS: &str = "Progress";

/// Returns the screen reader name of a row's checkbox.
pub fn select(file: &str) -> String {
    format!("Select {file}")
}

/// Returns the folder as appended to an ambiguous name.
pub fn in_folder(folder: &str) -> String {
    format!("in {folder}")
}

/// Returns the file's path, for details.
pub fn file(path: &Path) -> String {
    format!("File: {}", path.display())
}

/// Returns the asset id, for details.
pub fn asset_id(id: &str) -> String {
    format!("Asset id: {id}")
}

/// Label of the program's version, in details.
pub const PROGRAM: &str = "Program";

/// Returns a name and its value, for details.
pub fn named(name: &str, value: &str) -> String {
    format!("{name}: {value}")
}
