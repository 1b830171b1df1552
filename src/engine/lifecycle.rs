//! Lifecycle events of every file, for a front end that prints instead of drawing snapshots. Sent
//! after they are journaled, in order, without loss.

use std::path::PathBuf;
use std::time::Duration;

use super::row_change::RowChange;
use crate::model::asset::{AssetId, ContentHash};
use crate::model::asset_check::AssetCheckResult;
use crate::model::asset_deletion::AssetDeletionResult;
use crate::model::fault::{Fault, FaultKind};
use crate::model::media::{Kind, Note, Rejection, Route};
use crate::model::snapshot::ItemId;
use crate::model::upload::{Original, Upload, UploadState};

/// A lifecycle event and its row.
#[derive(Clone, Debug, PartialEq)]
pub struct LifecycleRecord {
    /// The row; `None` for events that concern no single one.
    pub item: Option<ItemId>,
    /// Path as it was added.
    pub path: PathBuf,
    /// The event.
    pub event: LifecycleEvent,
}

/// An event in the life of a file.
#[derive(Clone, Debug, PartialEq)]
pub enum LifecycleEvent {
    /// Checked and accepted.
    Accepted {
        /// Bytes.
        size: u64,
        /// Kind of media.
        kind: Kind,
        /// Route of its bytes.
        route: Route,
        /// Remark about the file.
        note: Option<Note>,
    },
    /// Checked and rejected.
    Rejected(Rejection),
    /// Files of other kinds in a walked folder, and folders not walked.
    Skipped {
        /// Number of files and folders.
        count: u64,
    },
    /// The service already has its content.
    AlreadyUploaded(AssetId),
    /// Sent by an earlier run and polled to its end. Has the ID if it is known to have bytes.
    Followed(Option<AssetId>),
    /// Sent by an earlier run with another key, and unknown to the current one.
    OtherKey {
        /// Last four characters of that key; empty if unknown.
        last4: String,
    },
    /// The service took the bytes.
    Uploaded(AssetId),
    /// An attempt failed, and a retry follows.
    Retrying {
        /// Number of the retry, from 2.
        attempt: u32,
        /// Time until the retry.
        delay: Duration,
        /// Cause.
        fault: Fault,
    },
    /// SUCCESS, with all bytes.
    Finished {
        /// Id of the asset.
        asset: AssetId,
        /// Bytes.
        size: u64,
        /// Hash of the bytes sent; `None` if an earlier run sent them.
        content: Option<ContentHash>,
        /// Time since the start.
        took: Duration,
    },
    /// Ended without success.
    Failed {
        /// Id of the asset, if any.
        asset: Option<AssetId>,
        /// Cause.
        fault: Fault,
    },
    /// The service was asked about an asset again.
    AssetChecked(AssetId, AssetCheckResult),
    /// The service was asked to delete an asset, or it was left alone.
    AssetDeleted(AssetId, AssetDeletionResult),
    /// An id that is not in the history (yet), and has to be copied.
    NotSaved(AssetId),
    /// All added paths are walked and checked.
    IntakeDone,
    /// The queue waits for the user.
    NeedsUser(Fault),
}

impl LifecycleEvent {
    /// Returns that an upload's file was accepted; `None` if it was not checked.
    pub(super) fn accepted(upload: &Upload, direct_limit: u64) -> Option<Self> {
        let media = upload.media?;
        Some(Self::Accepted {
            size: media.stamp.size,
            kind: media.kind,
            route: upload.route(direct_limit),
            note: media.note,
        })
    }
}

impl LifecycleRecord {
    /// Returns the record of a transition; `None` for one that is not to be reported.
    pub(super) fn of(change: &RowChange<'_>, direct_limit: u64) -> Option<Self> {
        Some(Self {
            item: Some(change.item.id),
            path: change.item.path.clone(),
            event: event(change, direct_limit)?,
        })
    }
}

fn event(change: &RowChange<'_>, direct_limit: u64) -> Option<LifecycleEvent> {
    let (before, item, delay) = (&change.before, change.item, change.delay());
    let after = item.upload();
    let next_start = item.starts.count() + 1;
    let checking =
        |state: &UploadState| matches!(state, UploadState::Checking | UploadState::StillChanging);
    Some(match (&before.state, &after.state) {
        (was, UploadState::Ready | UploadState::Queued) if checking(was) => {
            LifecycleEvent::accepted(after, direct_limit)?
        }
        (_, UploadState::Rejected(rejection)) => LifecycleEvent::Rejected(rejection.clone()),
        (
            UploadState::Sending { .. } | UploadState::Processing { doubt: Some(_), .. },
            UploadState::Processing {
                asset, doubt: None, ..
            },
        ) => LifecycleEvent::Uploaded(asset.clone()),
        (UploadState::Processing { doubt, .. }, UploadState::Queued) => LifecycleEvent::Retrying {
            attempt: next_start,
            delay,
            fault: doubt
                .clone()
                .unwrap_or_else(|| Fault::new(FaultKind::ProcessingFailed)),
        },
        (_, UploadState::OtherKey { last4, .. }) => LifecycleEvent::OtherKey {
            last4: last4.clone(),
        },
        (
            UploadState::Sending { .. } | UploadState::Hashing,
            UploadState::RetryScheduled { cause },
        ) => LifecycleEvent::Retrying {
            attempt: next_start,
            delay,
            fault: cause.clone(),
        },
        (_, UploadState::Done { asset, content }) => LifecycleEvent::Finished {
            asset: asset.clone(),
            size: after.size(),
            content: content.or(item.content.hash()),
            took: item.starts.took(),
        },
        (_, UploadState::Failed { fault, asset }) => LifecycleEvent::Failed {
            asset: asset.clone(),
            fault: fault.clone(),
        },
        (_, UploadState::Cancelled { asset }) => LifecycleEvent::Failed {
            asset: asset.clone(),
            fault: Fault::new(FaultKind::Cancelled),
        },
        (_, UploadState::Duplicate(Original::Asset(asset))) => {
            LifecycleEvent::AlreadyUploaded(asset.clone())
        }
        _ => return None,
    })
}
