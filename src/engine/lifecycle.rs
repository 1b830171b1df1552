//! Every end and turn of every file, for a front end that prints them instead of drawing
//! a snapshot. Sent after it is journaled, in order, without loss.

use std::path::PathBuf;
use std::time::Duration;

use crate::model::asset::{AssetId, ContentHash};
use crate::model::fault::{Fault, FaultKind};
use crate::model::media::{Kind, Note, Rejection, Route};
use crate::model::snapshot::ItemId;
use crate::model::upload::{Original, Upload, UploadState};

/// What happened.
#[derive(Clone, Debug, PartialEq)]
pub struct LifecycleRecord {
    /// To which row; `None` for what concerns no single one.
    pub item: Option<ItemId>,
    /// Its path, as it was given.
    pub path: PathBuf,
    /// What.
    pub turn: LifecycleEvent,
}

/// A turn in the life of a file.
#[derive(Clone, Debug, PartialEq)]
pub enum LifecycleEvent {
    /// Checked and good.
    Accepted {
        /// Bytes.
        size: u64,
        /// What it is.
        kind: Kind,
        /// The way its bytes will go.
        route: Route,
        /// Something to say about it.
        note: Option<Note>,
    },
    /// Checked and refused.
    Rejected(Rejection),
    /// Files of other kinds in a folder that was walked, and folders that were not.
    Skipped {
        /// How many.
        count: u64,
    },
    /// Its content is at the service already.
    AlreadyUploaded(AssetId),
    /// An earlier run of the program sent it; it is asked about until it has ended. Its ID,
    /// where bytes are known to be stored under it.
    Followed(Option<AssetId>),
    /// The service took the bytes.
    Uploaded(AssetId),
    /// A try failed, another one comes.
    Retrying {
        /// The number of the try that comes, from 2.
        attempt: u32,
        /// Until it comes.
        delay: Duration,
        /// Why.
        fault: Fault,
    },
    /// SUCCESS, with all bytes.
    Finished {
        /// Its id.
        asset: AssetId,
        /// Bytes.
        size: u64,
        /// Hash of what was sent; `None` where an earlier program sent it.
        content: Option<ContentHash>,
        /// Since it was started.
        took: Duration,
    },
    /// Ended without success.
    Failed {
        /// Its id, where it has one.
        asset: Option<AssetId>,
        /// Why.
        fault: Fault,
    },
    /// An id could not be written into the history (yet): it has to be copied.
    NotSaved(AssetId),
    /// Everything that was named has been walked and checked.
    IntakeDone,
    /// The queue waits for the user.
    NeedsUser(Fault),
}

/// What the step from one state to the next means for whoever follows; `delay` is the wait
/// that comes with it, `starts` how often the file was started, `took` since when, `known`
/// the hash of its content where a comparison gave it.
pub(super) fn turn(
    before: &Upload,
    after: &Upload,
    starts: u32,
    delay: Duration,
    took: Duration,
    direct_limit: u64,
    known: Option<ContentHash>,
) -> Option<LifecycleEvent> {
    let checking =
        |state: &UploadState| matches!(state, UploadState::Checking | UploadState::StillChanging);
    match (&before.state, &after.state) {
        (was, UploadState::Ready | UploadState::Queued) if checking(was) => {
            let media = after.media?;
            Some(LifecycleEvent::Accepted {
                size: media.stamp.size,
                kind: media.kind,
                route: after.route(direct_limit),
                note: media.note,
            })
        }
        (_, UploadState::Rejected(rejection)) => Some(LifecycleEvent::Rejected(rejection.clone())),
        (
            UploadState::Sending { .. },
            UploadState::Processing {
                asset, doubt: None, ..
            },
        )
        | (
            UploadState::Processing { doubt: Some(_), .. },
            UploadState::Processing {
                asset, doubt: None, ..
            },
        ) => Some(LifecycleEvent::Uploaded(asset.clone())),
        (UploadState::Processing { doubt, .. }, UploadState::Queued) => {
            Some(LifecycleEvent::Retrying {
                attempt: starts + 1,
                delay,
                fault: doubt
                    .clone()
                    .unwrap_or_else(|| Fault::new(FaultKind::ProcessingFailed)),
            })
        }
        (
            UploadState::Sending { .. } | UploadState::Hashing,
            UploadState::RetryScheduled { cause },
        ) => Some(LifecycleEvent::Retrying {
            attempt: starts + 1,
            delay,
            fault: cause.clone(),
        }),
        (_, UploadState::Done { asset, content }) => Some(LifecycleEvent::Finished {
            asset: asset.clone(),
            size: after.size(),
            content: content.or(known),
            took,
        }),
        (_, UploadState::Failed { fault, asset }) => Some(LifecycleEvent::Failed {
            asset: asset.clone(),
            fault: fault.clone(),
        }),
        (_, UploadState::Cancelled { asset }) => Some(LifecycleEvent::Failed {
            asset: asset.clone(),
            fault: Fault::new(FaultKind::Cancelled),
        }),
        (_, UploadState::Duplicate(Original::Asset(asset))) => {
            Some(LifecycleEvent::AlreadyUploaded(asset.clone()))
        }
        _ => None,
    }
}
