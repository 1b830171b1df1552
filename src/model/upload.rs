//! The upload state machine: states with their data, events and effects. [`transition`] is the only
//! way from one state to another.

mod after_fault;
mod asked_again;
mod attempt;
mod event;
mod polling;
mod restart;
#[cfg(test)]
mod tests;
mod transition;

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::asset::{Account, AssetId, ContentHash};
use super::fault::{Fault, FaultKind};
use super::media::{FileStamp, Kind, Note, Rejection, Route};
use super::retry::Policy;
use super::snapshot::ItemId;

pub use event::{Effect, Event};
pub use transition::transition;

/// The upload after an event, and what the engine is to do; `None` if the event is stale.
pub type Transition = Option<(Upload, Vec<Effect>)>;

/// One file's upload.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Upload {
    /// Rises with every start and every command of the user; worker and timer messages with an
    /// older number are stale.
    pub attempt: u32,
    /// Current state.
    pub state: UploadState,
    /// Result of the check; `None` before it, and for rejected files.
    pub media: Option<Media>,
    /// Id reserved by the service before the bytes are sent. After an end without stored bytes it
    /// is kept for the details.
    #[serde(default)]
    pub reserved_id: Option<AssetId>,
    /// Counters and flags over all attempts.
    #[serde(default)]
    pub counters: RetryCounters,
}

/// A file that passed the check.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Media {
    /// Size and modification time at the check.
    pub stamp: FileStamp,
    /// Media kind.
    pub kind: Kind,
    /// Remark for the user.
    pub note: Option<Note>,
}

/// State of an upload.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UploadState {
    /// Being checked.
    #[default]
    Checking,
    /// Changed a moment ago: checked again until it stays unchanged.
    StillChanging,
    /// Not accepted by the service.
    Rejected(Rejection),
    /// Accepted; waits for the user's start.
    Ready,
    /// Started; waits for a transfer slot.
    Queued,
    /// Being hashed, to compare it with possible duplicates.
    Hashing,
    /// Equal content is in the history, or another row of this run is uploading it.
    Duplicate(Original),
    /// Bytes are being sent, or are about to be.
    Sending {
        /// Upload route.
        route: Route,
        /// The last byte may be sent: from here on the outcome may be unknown.
        body_out: bool,
    },
    /// An attempt failed; a retry is scheduled.
    RetryScheduled {
        /// Fault of the failed attempt.
        cause: Fault,
    },
    /// The service has the file, or may have it, and is polled for the outcome.
    Processing {
        /// Asset id.
        asset: AssetId,
        /// Hash of the bytes sent.
        content: Option<ContentHash>,
        /// Polls so far.
        polls: u32,
        /// Fault that makes the arrival of the bytes uncertain.
        doubt: Option<Fault>,
    },
    /// Sent with another key, and unknown to the current key's account: polled again when the key
    /// changes.
    OtherKey {
        /// Asset id.
        asset: AssetId,
        /// Hash of the bytes sent.
        content: Option<ContentHash>,
        /// Fault that makes the arrival of the bytes uncertain.
        doubt: Option<Fault>,
        /// Last four characters of that key; empty if unknown.
        last4: String,
    },
    /// SUCCESS, with all bytes.
    Done {
        /// Asset id.
        asset: AssetId,
        /// Hash of the bytes sent.
        content: Option<ContentHash>,
    },
    /// Ended without success.
    Failed {
        /// Fault that ended it.
        fault: Fault,
        /// Id under which bytes are stored, if any.
        asset: Option<AssetId>,
    },
    /// Paused.
    Paused {
        /// Cause of the pause.
        by: PausedBy,
    },
    /// Cancelled by the user.
    Cancelled {
        /// Id under which bytes are stored, if any.
        asset: Option<AssetId>,
    },
}

/// The original of a duplicate.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Original {
    /// An asset that is ready.
    Asset(AssetId),
    /// Another row, whose outcome it shares.
    Row(ItemId),
}

/// Cause of a pause.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PausedBy {
    /// The user pressed Pause.
    User,
    /// The program ended during the upload.
    Restart,
}

/// Counters and flags over all attempts of one file.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct RetryCounters {
    /// Failed starts that count against the policy's tries.
    pub tries: u32,
    /// Failures in a row, for the length of the next backoff.
    pub failures: u32,
    /// Breaks in mid-body on the direct route.
    pub breaks: u32,
    /// Direct uploads whose whole body was sent without a response.
    pub unknown: u32,
    /// Unreadable responses.
    pub bad_answers: u32,
    /// 400 "Request has exceeded the limit.".
    pub limit_exceeded: u32,
    /// 409.
    pub conflicts: u32,
    /// Storage protocols that turned out wrong.
    pub protocols: u32,
    /// Time waited for the rate limit.
    pub rate_waited: Duration,
    /// The service said FAILED, and the file was uploaded again automatically.
    pub reuploaded: bool,
    /// The service may hold the file twice.
    pub possibly_stored_twice: bool,
    /// The direct route is abandoned for this file.
    pub signed_url: bool,
    /// It starts automatically after the check, since it was started before.
    pub auto_start: bool,
    /// The user wants it uploaded although it is a duplicate.
    pub force_upload: bool,
    /// The user wants it uploaded although its content is not recognised.
    pub as_named: bool,
    /// The user wants the id of equal content, and nothing sent if there is none.
    pub reuse_only: bool,
    /// The service did not confirm that it has equal content.
    pub duplicate_unconfirmed: bool,
    /// Start of its last busy period, in milliseconds since the Unix epoch; 0 before its first start.
    /// After a restart it assigns finished rows to the period of unfinished ones.
    pub busy_period: i64,
    /// Account that it was started for, once another one was in use: it goes to no other.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub meant_for: Option<Account>,
}

impl RetryCounters {
    /// Counts a direct upload that broke in mid-body; after a few the file switches to the signed
    /// URL.
    fn count_break(&mut self, policy: &Policy) {
        self.breaks += 1;
        self.signed_url |= self.breaks >= policy.breaks_before_signed_url;
    }
}

impl UploadState {
    /// Returns the state's name for logs.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Checking => "checking",
            Self::StillChanging => "settling",
            Self::Rejected(_) => "rejected",
            Self::Ready => "ready",
            Self::Queued => "queued",
            Self::Hashing => "comparing",
            Self::Duplicate(_) => "duplicate",
            Self::Sending { .. } => "sending",
            Self::RetryScheduled { .. } => "waiting",
            Self::Processing { .. } => "processing",
            Self::OtherKey { .. } => "other_key",
            Self::Done { .. } => "done",
            Self::Failed { .. } => "failed",
            Self::Paused { .. } => "paused",
            Self::Cancelled { .. } => "cancelled",
        }
    }
}

impl Upload {
    /// Creates the upload of a newly added file.
    pub fn new() -> Self {
        Self::default()
    }

    /// Returns the size in bytes; 0 before the check.
    pub fn size(&self) -> u64 {
        self.media.map_or(0, |media| media.stamp.size)
    }

    /// Returns the route of the next start.
    pub fn route(&self, direct_limit: u64) -> Route {
        if self.counters.signed_url || self.size() > direct_limit {
            Route::SignedUrl
        } else {
            Route::Direct
        }
    }

    /// Returns the asset id from the service, whatever became of it.
    pub fn asset(&self) -> Option<&AssetId> {
        self.stored_asset().or(match &self.state {
            UploadState::Processing { asset, .. } | UploadState::OtherKey { asset, .. } => {
                Some(asset)
            }
            _ => self.reserved_id.as_ref(),
        })
    }

    /// Returns the id under which the service has stored bytes, as its response confirmed. Only
    /// such an id is shown, copied and exported; any other is reserved.
    pub fn stored_asset(&self) -> Option<&AssetId> {
        match &self.state {
            UploadState::Failed { asset, .. } | UploadState::Cancelled { asset } => asset.as_ref(),
            UploadState::Processing { asset, doubt, .. }
            | UploadState::OtherKey { asset, doubt, .. } => {
                // The id of a missing asset was issued for bytes that were accepted.
                let is_given = |doubt: &Fault| doubt.kind == FaultKind::AssetMissing;
                doubt.as_ref().is_none_or(is_given).then_some(asset)
            }
            UploadState::Done { asset, .. } | UploadState::Duplicate(Original::Asset(asset)) => {
                Some(asset)
            }
            _ => None,
        }
    }

    /// Returns the reserved id, if no bytes are known to be stored under it.
    pub fn reserved_asset(&self) -> Option<&AssetId> {
        match self.stored_asset() {
            Some(_) => None,
            None => self.asset(),
        }
    }

    /// Returns the kind of the last fault, if any.
    pub fn fault(&self) -> Option<FaultKind> {
        match &self.state {
            UploadState::RetryScheduled { cause: fault } | UploadState::Failed { fault, .. } => {
                Some(fault.kind)
            }
            UploadState::Processing { doubt, .. } => doubt.as_ref().map(|fault| fault.kind),
            _ => None,
        }
    }

    /// Adds times and attempt number to the last fault if it has none yet, for diagnosis only.
    pub fn stamp_fault_times(&mut self, began_ms: Option<i64>, now_ms: i64, tries: u32) {
        let (UploadState::RetryScheduled { cause: fault } | UploadState::Failed { fault, .. }) =
            &mut self.state
        else {
            return;
        };
        let detail = &mut fault.diagnostics;
        if detail.failed_ms.is_none() {
            detail.began_ms = began_ms;
            detail.failed_ms = Some(now_ms);
            detail.tries = Some(tries);
        }
    }

    /// Returns whether nothing more happens without the user.
    pub fn has_ended(&self) -> bool {
        matches!(
            self.state,
            UploadState::Rejected(_)
                | UploadState::Done { .. }
                | UploadState::Failed { .. }
                | UploadState::Cancelled { .. }
                | UploadState::Duplicate(Original::Asset(_))
        )
    }

    /// Returns whether its turn in the queue is over: sending has begun, or it has ended.
    pub fn has_begun(&self) -> bool {
        self.has_ended()
            || matches!(
                self.state,
                UploadState::Sending { .. }
                    | UploadState::Processing { .. }
                    | UploadState::OtherKey { .. }
            )
    }

    /// Returns whether it was started, has not ended and is not paused.
    pub fn is_active(&self) -> bool {
        matches!(
            self.state,
            UploadState::Queued
                | UploadState::Hashing
                | UploadState::Sending { .. }
                | UploadState::RetryScheduled { .. }
                | UploadState::Processing { .. }
                | UploadState::Duplicate(Original::Row(_))
        )
    }

    /// Returns whether it was started and has not ended, paused or not.
    pub fn is_unfinished(&self) -> bool {
        self.is_active() || matches!(self.state, UploadState::Paused { .. })
    }

    /// Returns whether the next command-line run must restore it: it was under way, or the service
    /// may have it.
    pub fn must_survive_cli_run(&self) -> bool {
        match &self.state {
            UploadState::Processing { .. }
            | UploadState::OtherKey { .. }
            | UploadState::Sending { .. }
            | UploadState::RetryScheduled { .. }
            | UploadState::Paused { .. } => true,
            UploadState::Failed { fault, .. } => {
                self.counters.possibly_stored_twice || fault.kind == FaultKind::AssetMissing
            }
            _ => {
                let may_be_there =
                    self.counters.possibly_stored_twice || self.reserved_id.is_some();
                !self.has_ended() && may_be_there
            }
        }
    }

    /// Returns whether it uses a transfer slot.
    pub fn uses_transfer_slot(&self) -> bool {
        match self.state {
            UploadState::Hashing => !self.counters.reuse_only,
            UploadState::Sending { .. } => true,
            _ => false,
        }
    }
}
