//! What may happen to an upload, and what the engine has to do because of it.

use std::time::Duration;

use super::{Media, Original};
use crate::model::asset::{AssetAnswer, AssetId, AssetStatus, ContentHash};
use crate::model::fault::{Fault, RequiredAction};
use crate::model::media::{Rejection, Route};

/// What happens to an upload.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// The check ended.
    Checked(Result<Media, Rejection>),
    /// The check found a file that changed a moment ago.
    StillChanging,
    /// The user starts it.
    Start,
    /// The user holds it.
    Pause,
    /// The user lets it go on.
    Resume,
    /// The user holds the queue: a transfer, and what waits for its next try, goes back to
    /// its place in it.
    Hold,
    /// The user gives it up.
    Cancel,
    /// The user wants it tried again.
    Retry,
    /// The user takes it back into the list that it was taken out of.
    RemovalUndone,
    /// An earlier run left it behind, and its file was named anew: it is looked at.
    Rediscovered,
    /// The file that was gone is there again, and is what it was.
    FileReappeared,
    /// The user showed where the file is that could not be read.
    Located,
    /// The user wants a duplicate uploaded, or a file whose content is not recognised.
    UploadAnyway,
    /// The service was asked about equal content and does not have it any more; said of what
    /// wants its id alone.
    DuplicateNotConfirmed {
        /// In which attempt.
        attempt: u32,
    },
    /// The user wants the id of equal content, and nothing sent.
    ReuseAssetId,
    /// The user wants the service asked now.
    CheckAgain,
    /// There is a place, and a file that may be equal.
    Compare,
    /// There is a place.
    Begin,
    /// The comparison ended.
    HashCompared {
        /// Of which attempt.
        attempt: u32,
        /// What it is equal to.
        original: Option<Original>,
    },
    /// The row that this one is a duplicate of ended.
    OriginalEnded {
        /// Its asset, where it ended well.
        asset: Option<AssetId>,
    },
    /// The service gave the id before the bytes.
    Issued {
        /// In which attempt.
        attempt: u32,
        /// The id.
        asset: AssetId,
    },
    /// The last byte is about to go out.
    BodyOut {
        /// In which attempt.
        attempt: u32,
    },
    /// The service took the bytes.
    Sent {
        /// In which attempt.
        attempt: u32,
        /// The id.
        asset: AssetId,
        /// Hash of what was sent, where it is known.
        content: Option<ContentHash>,
    },
    /// The service took the bytes, and the file is not the one any more that they are of.
    SentButFileChanged {
        /// In which attempt.
        attempt: u32,
        /// The id.
        asset: AssetId,
        /// Hash of what was sent, where it is known.
        content: Option<ContentHash>,
        /// What became of the file.
        fault: Fault,
    },
    /// The attempt failed.
    AttemptFailed {
        /// Which.
        attempt: u32,
        /// Why.
        fault: Fault,
        /// Hash of what was sent, where it is known.
        content: Option<ContentHash>,
        /// In 0..=1, for the length of the wait.
        jitter: f64,
    },
    /// The wait is over.
    RetryDue {
        /// Which.
        attempt: u32,
    },
    /// The service said where the asset is.
    Polled {
        /// Of which attempt.
        attempt: u32,
        /// What it said.
        answer: AssetAnswer,
        /// Since the first poll was due; of an asset that is not found, since the service last
        /// knew it.
        elapsed: Duration,
    },
    /// The current key's account does not know the asset, which was sent with another key.
    OtherKey {
        /// Of which attempt.
        attempt: u32,
        /// Last four characters of that key; empty where they are not known.
        last4: String,
    },
    /// The service could not be asked.
    PollFailed {
        /// Of which attempt.
        attempt: u32,
        /// Why.
        fault: Fault,
    },
    /// Nothing new may start: the journal cannot be written. `upload` ends the row.
    CannotSave,
}

/// What the engine has to do because of a transition.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// Look at the file.
    CheckFile,
    /// Look at it again when it had time to become still.
    RecheckFile,
    /// Compare its content with what may be equal.
    Compare {
        /// For this attempt.
        attempt: u32,
    },
    /// Send it.
    Send {
        /// As this attempt.
        attempt: u32,
        /// On this way.
        route: Route,
    },
    /// Stop whatever runs for it.
    Abort,
    /// Say [`Event::RetryDue`] after a while.
    ScheduleRetry {
        /// For this attempt.
        attempt: u32,
        /// How long.
        after: Duration,
    },
    /// Ask the service after a while.
    Poll {
        /// For this attempt.
        attempt: u32,
        /// How long.
        after: Duration,
    },
    /// Write into the history what is known of an asset.
    Record {
        /// Which.
        asset: AssetId,
        /// Hash of what was sent, where it is known.
        content: Option<ContentHash>,
        /// What the service said of it last; `None` where it only reserved the ID, or where
        /// the history knows it.
        status: Option<AssetStatus>,
        /// The id is left behind: the file goes up under another one.
        abandoned: bool,
    },
    /// The ticket for its storage step is of no use any more.
    DiscardUploadUrl,
    /// Hold the queue until the user did this.
    BlockQueue(RequiredAction, Fault),
}

impl Event {
    /// The attempt that a worker, a timer or a poll speaks of.
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
