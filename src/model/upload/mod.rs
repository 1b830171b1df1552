//! The life of an upload: states that carry their data, what may happen to them, what
//! follows. [`next`] is the only way from one state to another.

mod after_fault;
mod event;
mod next;
mod polling;
#[cfg(test)]
mod tests;

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::asset::{AssetId, ContentHash};
use super::fault::{Fault, FaultKind};
use super::media::{FileStamp, Kind, Note, Rejection, Route};
use super::retry::Policy;
use super::snapshot::ItemId;

pub use event::{Effect, Event};
pub use next::next;

/// One file on its way.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Upload {
    /// Rises with every start and every word of the user; a message of a worker or a
    /// timer that carries an older one is stale.
    pub attempt: u32,
    /// Where it is.
    pub state: UploadState,
    /// What the check found; `None` before it, and for what was refused.
    pub media: Option<Media>,
    /// The ID that the service reserved before the bytes, as long as they may go there; after an
    /// end without stored bytes it is kept for the details.
    #[serde(default)]
    pub issued: Option<AssetId>,
    /// What was counted on the way.
    #[serde(default)]
    pub counters: RetryCounters,
}

/// A file that was checked and found good.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Media {
    /// Size and time when it was checked.
    pub stamp: FileStamp,
    /// What it is.
    pub kind: Kind,
    /// Something to say about it.
    pub note: Option<Note>,
}

/// Where an upload is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UploadState {
    /// Being looked at.
    Checking,
    /// Changed a moment ago: looked at again until it is still.
    StillChanging,
    /// Not one for the service.
    Rejected(Rejection),
    /// Good; waits for the user's start.
    Ready,
    /// Started; waits for a place.
    Queued,
    /// Its content is compared with what may be equal to it.
    Hashing,
    /// Equal content is in the history, or goes up as another row of this run.
    Duplicate(Original),
    /// Bytes move, or are about to.
    Sending {
        /// The way they go.
        route: Route,
        /// The last byte may be out: from here on the outcome may be unknown.
        body_out: bool,
    },
    /// A try failed; the next one comes by itself.
    RetryScheduled {
        /// Why.
        cause: Fault,
    },
    /// The service has it, or may have it, and is asked until it says how it ended.
    Processing {
        /// Its id.
        asset: AssetId,
        /// Hash of what was sent.
        content: Option<ContentHash>,
        /// Polls so far.
        polls: u32,
        /// Why it is not certain that the bytes arrived.
        doubt: Option<Fault>,
    },
    /// Sent with another API key, and unknown to the account of the current one: polled again
    /// when the key changes.
    OtherKey {
        /// Its id.
        asset: AssetId,
        /// Hash of what was sent.
        content: Option<ContentHash>,
        /// Why it is not certain that the bytes arrived.
        doubt: Option<Fault>,
        /// Last four characters of the key that it was sent with; empty where they are not
        /// known.
        last4: String,
    },
    /// SUCCESS, with all bytes.
    Done {
        /// Its id.
        asset: AssetId,
        /// Hash of what was sent.
        content: Option<ContentHash>,
    },
    /// Ended without success.
    Failed {
        /// Why.
        fault: Fault,
        /// The ID under which bytes are stored; `None` where there are none.
        asset: Option<AssetId>,
    },
    /// Held.
    Paused {
        /// By whom.
        by: PausedBy,
    },
    /// Given up by the user.
    Cancelled {
        /// The ID under which bytes are stored; `None` where there are none.
        asset: Option<AssetId>,
    },
}

/// What a duplicate is a duplicate of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Original {
    /// An asset that is ready.
    Asset(AssetId),
    /// Another row, whose end it shares.
    Row(ItemId),
}

/// Who holds a paused upload.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PausedBy {
    /// The user pressed Pause.
    User,
    /// The program ended in the midst of it.
    Restart,
}

/// What is counted over the tries of one file.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct RetryCounters {
    /// Failed starts that count against the policy's tries.
    pub tries: u32,
    /// Failures in a row, for the length of the next wait.
    pub failures: u32,
    /// Breaks in mid-body on the direct route.
    pub breaks: u32,
    /// Times that all bytes of a direct upload were out and no answer came.
    pub unknown: u32,
    /// Answers that could not be read.
    pub bad_answers: u32,
    /// 400 "Request has exceeded the limit.".
    pub limit_exceeded: u32,
    /// 409.
    pub conflicts: u32,
    /// Flavours of the storage step that turned out wrong.
    pub protocols: u32,
    /// Time waited for the rate limit.
    pub rate_waited: Duration,
    /// The service said FAILED, and it was uploaded again by itself.
    pub reuploaded: bool,
    /// The service may hold the file twice.
    pub may_be_twice: bool,
    /// The direct route is given up.
    pub signed_url: bool,
    /// It starts by itself once it is found good: it was started before.
    pub started: bool,
    /// The user wants it uploaded although it is a duplicate.
    pub anyway: bool,
    /// The user wants it uploaded although its content is not recognised.
    pub as_named: bool,
    /// The user wants the id of equal content, and nothing sent where there is none.
    pub only_id: bool,
    /// The service did not confirm that it has equal content.
    pub unconfirmed: bool,
    /// When the batch began that it was last started in, in milliseconds since the Unix epoch; 0
    /// before its first start. After a restart it tells which rows that are done belong to those
    /// that are not.
    pub batch: i64,
}

impl RetryCounters {
    /// Counts a direct upload that ended in mid-body; after a few the file takes the signed URL.
    fn count_break(&mut self, policy: &Policy) {
        self.breaks += 1;
        self.signed_url |= self.breaks >= policy.breaks_before_signed_url;
    }
}

impl UploadState {
    /// A word for logs.
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
    /// A file that has just been named.
    pub fn new() -> Self {
        Self {
            attempt: 0,
            state: UploadState::Checking,
            media: None,
            issued: None,
            counters: RetryCounters::default(),
        }
    }

    /// Bytes; 0 before the check.
    pub fn size(&self) -> u64 {
        self.media.map_or(0, |media| media.stamp.size)
    }

    /// The way its bytes go at the next start.
    pub fn route(&self, direct_limit: u64) -> Route {
        if self.counters.signed_url || self.size() > direct_limit {
            Route::SignedUrl
        } else {
            Route::Direct
        }
    }

    /// The ID that the service gave, whatever became of it.
    pub fn asset(&self) -> Option<&AssetId> {
        self.stored_asset().or(match &self.state {
            UploadState::Processing { asset, .. } | UploadState::OtherKey { asset, .. } => {
                Some(asset)
            }
            _ => self.issued.as_ref(),
        })
    }

    /// The ID under which the service has stored bytes: it answered the direct call, or its storage
    /// answered well. Only such an ID is shown, copied and exported; another one is reserved.
    pub fn stored_asset(&self) -> Option<&AssetId> {
        match &self.state {
            UploadState::Failed { asset, .. } | UploadState::Cancelled { asset } => asset.as_ref(),
            UploadState::Processing { asset, doubt, .. }
            | UploadState::OtherKey { asset, doubt, .. } => {
                // A missing asset was given for bytes that were taken.
                let is_given = |doubt: &Fault| doubt.kind == FaultKind::AssetMissing;
                doubt.as_ref().is_none_or(is_given).then_some(asset)
            }
            UploadState::Done { asset, .. } | UploadState::Duplicate(Original::Asset(asset)) => {
                Some(asset)
            }
            _ => None,
        }
    }

    /// The ID that the service reserved, where no bytes are known to be stored under it.
    pub fn reserved_asset(&self) -> Option<&AssetId> {
        match self.stored_asset() {
            Some(_) => None,
            None => self.asset(),
        }
    }

    /// Returns what went wrong last, where something did.
    pub fn fault(&self) -> Option<FaultKind> {
        match &self.state {
            UploadState::RetryScheduled { cause: fault } | UploadState::Failed { fault, .. } => {
                Some(fault.kind)
            }
            UploadState::Processing { doubt, .. } => doubt.as_ref().map(|fault| fault.kind),
            _ => None,
        }
    }

    /// Notes when what went wrong last began and came, and at which try, where that was not
    /// noted yet. Detail for diagnosis: nothing is decided by it.
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

    /// Returns whether nothing happens to it any more without the user.
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

    /// Returns whether its bytes go or went, or nothing comes of it: its turn is over.
    pub fn has_begun(&self) -> bool {
        self.has_ended()
            || matches!(
                self.state,
                UploadState::Sending { .. }
                    | UploadState::Processing { .. }
                    | UploadState::OtherKey { .. }
            )
    }

    /// Returns whether it was started and has not ended.
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

    /// Returns whether the next run of the command line has to know of it: the service has it, or may
    /// have it, or it was under way.
    pub fn must_survive_cli_run(&self) -> bool {
        match &self.state {
            UploadState::Processing { .. }
            | UploadState::OtherKey { .. }
            | UploadState::Sending { .. }
            | UploadState::RetryScheduled { .. }
            | UploadState::Paused { .. } => true,
            UploadState::Failed { fault, .. } => {
                self.counters.may_be_twice || fault.kind == FaultKind::AssetMissing
            }
            _ => !self.has_ended() && self.may_be_there(),
        }
    }

    /// Returns whether the service may hold something of it.
    pub fn may_be_there(&self) -> bool {
        self.counters.may_be_twice || self.issued.is_some()
    }

    /// Returns whether it holds one of the places for transfers.
    pub fn uses_transfer_slot(&self) -> bool {
        match self.state {
            UploadState::Hashing => !self.counters.only_id,
            UploadState::Sending { .. } => true,
            _ => false,
        }
    }

    /// Returns how it comes back after the program ended in the midst of it: what was sent
    /// completely is asked about or marked as possibly stored, the rest waits for the
    /// person.
    #[must_use]
    pub fn after_restart(mut self) -> Self {
        self.attempt += 1;
        if self.counters.only_id
            && matches!(
                self.state,
                UploadState::Queued
                    | UploadState::Hashing
                    | UploadState::RetryScheduled { .. }
                    | UploadState::Paused { .. }
                    | UploadState::Duplicate(Original::Row(_))
            )
        {
            // Nothing was to be sent, so that nothing was interrupted.
            self.state = UploadState::Ready;
            self.counters.only_id = false;
        }
        let held = UploadState::Paused {
            by: PausedBy::Restart,
        };
        if matches!(
            self.state,
            UploadState::Checking | UploadState::StillChanging
        ) {
            // Whoever wanted it started is not there any more.
            self.counters.started = false;
        }
        self.state = match self.state {
            UploadState::StillChanging => UploadState::Checking,
            UploadState::Sending { body_out: true, .. } => match &self.issued {
                Some(asset) => UploadState::Processing {
                    asset: asset.clone(),
                    content: None,
                    polls: 0,
                    doubt: Some(Fault::new(FaultKind::LostAnswer)),
                },
                None => {
                    self.counters.unknown += 1;
                    self.counters.may_be_twice = true;
                    held
                }
            },
            UploadState::Sending { .. }
            | UploadState::RetryScheduled { .. }
            | UploadState::Queued
            | UploadState::Hashing
            | UploadState::Duplicate(Original::Row(_)) => held,
            UploadState::Processing {
                asset,
                content,
                doubt,
                ..
            }
            | UploadState::OtherKey {
                asset,
                content,
                doubt,
                ..
            } => UploadState::Processing {
                asset,
                content,
                polls: 0,
                doubt,
            },
            other => other,
        };
        self
    }
}

impl Default for Upload {
    fn default() -> Self {
        Self::new()
    }
}
