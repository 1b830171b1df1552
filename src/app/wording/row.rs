//! What a row of the list says.

use std::borrow::Cow;
use std::path::Path;
use std::time::Duration;

use super::duration;
use crate::app::rows::Hold;
use crate::model::fault::RequiredAction;
use crate::model::media::Note;
use crate::model::snapshot::{ResumeBehaviour, Status};

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
        Status::OtherKey { .. } => "Other key",
        Status::Ready => "Ready",
        Status::Failed(_) => "Failed",
        Status::Paused => "Paused",
        Status::Cancelled => "Cancelled",
        Status::FoundDuplicate(_) | Status::Duplicate { .. } => "Duplicate",
    }
}

/// Something to say of a file that is taken.
pub fn note(note: Note) -> &'static str {
    match note {
        Note::UnknownContent => "content not recognised; the file is taken for what its name says",
        Note::MayBeTooLarge => "above 5 GB: memories.ai may refuse it",
        Note::InCloud => "in the cloud only: uploading fetches it first",
    }
}

/// What "Upload anyway" does with a file whose content is not recognised.
pub const UPLOAD_UNRECOGNISED: &str = "Upload this file although its content isn’t recognised";
/// Another program writes to the file.
pub const SETTLING: &str =
    "another program is writing to this file; the upload goes on when that is done";
/// All bytes are out.
pub const FINISHING: &str = "waiting for memories.ai";
/// The service works on it.
pub const PROCESSING: &str = "at memories.ai";
/// It was sent with another key, whose last four characters are known or empty.
pub fn other_key(last4: &str) -> String {
    match last4 {
        "" => "Uploaded with another API key".to_owned(),
        _ => format!("Uploaded with another API key (…{last4})"),
    }
}

/// It does so for longer than usual.
pub const SLOW: &str = "taking longer than usual";
/// The next try begins.
pub const TRYING_AGAIN: &str = "trying again";
/// Equal content is in another file, which is in the list.
pub fn duplicate_of(file: &str) -> String {
    format!("same content as {file}")
}

/// The same of one that was uploaded on a day, in UTC.
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
/// The same where it is this very file.
pub fn uploaded_itself(day: Option<&str>) -> String {
    match day {
        Some(day) => format!("uploaded on {day}"),
        None => "uploaded before".to_owned(),
    }
}

/// What becomes of a duplicate of a file that is not started yet, either.
pub const NOT_SENT_TWICE: &str = "not sent twice";
/// What becomes of a duplicate that is not started yet.
pub const NOT_SENT: &str = "not sent again";
/// A duplicate was started; memories.ai is asked about the file that it is one of, or that goes first.
pub const GETS_ID: &str = "gets its id";
/// The file that it is one of is under way.
pub const WAITS_FOR_ID: &str = "waits for its id";
/// It was taken for a duplicate, and is none.
pub const UNCONFIRMED: &str = "memories.ai does not have the same content any more";
/// It waits for its turn in a queue that is paused.
pub const QUEUE_PAUSED: &str = "all uploads are paused";
/// It waits for its turn in a queue that waits for the user.
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
/// Said of a file that the service may hold twice.
pub const MAY_BE_TWICE: &str = "may be stored twice: an answer was lost";
/// What becomes of a file that waits.
pub const BY_ITSELF: &str = "The upload is retried automatically.";
/// Said of an id that is not on disk.
pub const NOT_SAVED: &str = "not saved yet: copy it";
/// On "Copy" for a moment after it was pressed.
pub const COPIED: &str = "Copied";

/// When the next try is.
pub fn next_try_in(wait: Duration) -> String {
    format!("next try in {}", duration(wait))
}

/// Returns how far it is.
pub fn percent(percent: u8) -> String {
    format!("{percent} %")
}

/// The ID of an upload that failed or was cancelled.
pub fn idle_id(id: &str) -> String {
    format!("id not used: {id}")
}

/// An ID under which nothing is known to be stored, in details.
pub const RESERVED_ID: &str = "Reserved ID";

/// Returns what becomes of what was sent of a row that stopped.
pub fn later(later: ResumeBehaviour) -> &'static str {
    match later {
        ResumeBehaviour::Restarts => "starts again from the beginning",
        ResumeBehaviour::Resumes | ResumeBehaviour::ResumesAfterRestart => "goes on where it was",
    }
}

/// The same of a row that the end of the program broke off, with what to press.
pub fn interrupted(later: ResumeBehaviour) -> &'static str {
    match later {
        ResumeBehaviour::Restarts => "interrupted; Resume sends it from the beginning",
        ResumeBehaviour::Resumes | ResumeBehaviour::ResumesAfterRestart => {
            "interrupted; Resume goes on where it was"
        }
    }
}

/// Returns what pausing means for an upload of which bytes were sent.
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

/// What cancelling means for such an upload, after what the button does.
pub const CANCEL_LOSES: &str = "what was sent is lost";

/// What uploading one file means while everything is paused, after what the button does.
pub const ENDS_PAUSE: &str = "the paused uploads go on too";

/// Returns what tells a file from all others of the list, in the names of what is done with it.
pub fn called<'a>(name: &'a str, folder: Option<&str>) -> Cow<'a, str> {
    match folder {
        Some(folder) => format!("{name}, {}", in_folder(folder)).into(),
        None => name.into(),
    }
}

/// Returns what a screen reader calls a row's button.
pub fn button(label: &str, file: &str) -> String {
    format!("{label}: {file}")
}

/// What a screen reader calls a row's bar, before the file's name.
pub const PROGRESS: &str = "Progress";

/// Returns what a screen reader calls the box that selects a row.
pub fn select(file: &str) -> String {
    format!("Select {file}")
}

/// In which folder a file is, after its name, where another file has the same name.
pub fn in_folder(folder: &str) -> String {
    format!("in {folder}")
}

/// The file's place, in details.
pub fn file(path: &Path) -> String {
    format!("File: {}", path.display())
}

/// The asset's id, in details.
pub fn asset_id(id: &str) -> String {
    format!("Asset id: {id}")
}

/// Which program this is, in details.
pub const PROGRAM: &str = "Program";

/// A name and its value, in details.
pub fn named(name: &str, value: &str) -> String {
    format!("{name}: {value}")
}
