//! Events of an upload, and the effects that the engine carries out.

use std::time::Duration;

use super::{Media, Original};
use crate::model::asset::{AssetAnswer, AssetId, AssetStatus, ContentHash};
use crate::model::fault::{Fault, RequiredAction};
use crate::model::media::{FileStamp, Rejection, Route};

/// An event of an upload.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// The check ended.
    Checked(Result<Media, Rejection>),
    /// The check found a file that changed a moment ago.
    StillChanging,
    /// The user starts it.
    Start,
    /// The user pauses it.
    Pause,
    /// The user resumes it.
    Resume,
    /// The user pauses the queue: transfers and scheduled retries return to their place in it.
    Hold,
    /// The user cancels it.
    Cancel,
    /// The user retries it.
    Retry,
    /// The user undoes its removal from the list.
    RemovalUndone,
    /// The file of an earlier run's upload was added again: it is checked, or sent if only another
    /// key knows its asset.
    Rediscovered,
    /// The missing file is back unchanged.
    FileReappeared,
    /// The user located the unreadable file.
    Located,
    /// The user wants a duplicate or unrecognised file uploaded.
    UploadAnyway,
    /// The service no longer has the equal content of an unstarted row.
    DuplicateNotConfirmed {
        /// Attempt number.
        attempt: u32,
    },
    /// The user wants the id of equal content, and nothing sent.
    ReuseAssetId,
    /// The user wants the service polled now.
    CheckAgain,
    /// A transfer slot is free, and the file may be a duplicate.
    Compare,
    /// A transfer slot is free.
    Begin,
    /// The comparison ended, or an asset with the content of an unstarted row was confirmed.
    HashCompared {
        /// Attempt number.
        attempt: u32,
        /// The original, if it is a duplicate.
        original: Option<Original>,
    },
    /// The original of this duplicate ended.
    OriginalEnded {
        /// Asset of the original, if it succeeded.
        asset: Option<AssetId>,
    },
    /// The service issued an id before the bytes.
    Issued {
        /// Attempt number.
        attempt: u32,
        /// Asset id.
        asset: AssetId,
    },
    /// The last byte is about to be sent.
    BodyOut {
        /// Attempt number.
        attempt: u32,
    },
    /// The service accepted the bytes.
    Sent {
        /// Attempt number.
        attempt: u32,
        /// Asset id.
        asset: AssetId,
        /// Hash of the bytes sent, if known.
        content: Option<ContentHash>,
    },
    /// The service accepted the bytes, but the file has changed since.
    SentButFileChanged {
        /// Attempt number.
        attempt: u32,
        /// Asset id.
        asset: AssetId,
        /// Hash of the bytes sent, if known.
        content: Option<ContentHash>,
        /// The change of the file.
        fault: Fault,
    },
    /// The attempt failed.
    AttemptFailed {
        /// Attempt number.
        attempt: u32,
        /// Fault that ended it.
        fault: Fault,
        /// Hash of the bytes sent, if known.
        content: Option<ContentHash>,
        /// Random part of the backoff, in 0..=1.
        jitter: f64,
    },
    /// The backoff is over.
    RetryDue {
        /// Attempt number.
        attempt: u32,
    },
    /// The service answered a poll.
    Polled {
        /// Attempt number.
        attempt: u32,
        /// Its answer.
        answer: AssetAnswer,
        /// Time since the first poll was due or, for an asset not found, since the service last
        /// knew it.
        elapsed: Duration,
    },
    /// The current key's account does not know the asset, which was sent with another key.
    OtherKey {
        /// Attempt number.
        attempt: u32,
        /// Last four characters of that key; empty if unknown.
        last4: String,
    },
    /// A poll failed.
    PollFailed {
        /// Attempt number.
        attempt: u32,
        /// Fault of the poll.
        fault: Fault,
    },
    /// The service answered the user's question about the row's asset, which no attempt asked.
    AskedAgain(AssetAnswer),
    /// The user had its asset deleted from the service.
    AssetDeleted,
    /// Nothing new may start since the journal cannot be written. `upload` ends the row.
    CannotSave,
}

/// An action that the engine carries out after a transition.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// Check the file.
    CheckFile,
    /// Check the file again after it had time to settle.
    RecheckFile,
    /// Compare its content with possible duplicates.
    Compare {
        /// Attempt number.
        attempt: u32,
    },
    /// Send the file.
    Send {
        /// Attempt number.
        attempt: u32,
        /// Upload route.
        route: Route,
        /// Stamp of the checked file.
        stamp: FileStamp,
    },
    /// Abort the running tasks.
    Abort,
    /// Raise [`Event::RetryDue`] after a wait.
    ScheduleRetry {
        /// Attempt number.
        attempt: u32,
        /// Length of the wait.
        after: Duration,
    },
    /// Poll the service after a wait.
    Poll {
        /// Attempt number.
        attempt: u32,
        /// Length of the wait.
        after: Duration,
    },
    /// Record an asset in the history.
    Record {
        /// Asset id.
        asset: AssetId,
        /// Hash of the bytes sent, if known.
        content: Option<ContentHash>,
        /// Last status from the service; `None` if it only reserved the id, or if the history knows
        /// it.
        status: Option<AssetStatus>,
        /// The id is abandoned: the file is uploaded under another one.
        abandoned: bool,
    },
    /// Discard the signed URL, which is of no use any more.
    DiscardUploadUrl,
    /// Block the queue until the user has acted.
    BlockQueue(RequiredAction, Fault),
}

impl Effect {
    /// Returns the wait before a retry or a poll.
    pub fn wait(&self) -> Option<Duration> {
        match self {
            Self::ScheduleRetry { after, .. } | Self::Poll { after, .. } => Some(*after),
            _ => None,
        }
    }
}

impl Event {
    /// Returns the attempt number of a worker, timer or poll event.
    pub fn attempt(&self) -> Option<u32> {
        match self {
            Self::HashCompared { attempt, .. }
            | Self::DuplicateNotConfirmed { attempt }
            | Self::Issued { attempt, .. }
            | Self::BodyOut { attempt }
            | Self::Sent { attempt, .. }
            | Self::SentButFileChanged { attempt, .. }
            | Self::AttemptFailed { attempt, .. }
            | Self::RetryDue { attempt }
            | Self::Polled { attempt, .. }
            | Self::OtherKey { attempt, .. }
            | Self::PollFailed { attempt, .. } => Some(*attempt),
            _ => None,
        }
    }
}
