//! Messages of tasks to the actor.

use std::path::PathBuf;

use tokio::sync::oneshot;

use super::files::CanonicalPath;
use super::intake::{AddId, CheckResult, FoundFile};
use super::journal::opening::OpenOutcome;
use super::queue::item::Origin;
use super::tasks::{Contents, LocatedFile, LookupOutcome, ReadAhead};
use super::upload_sessions::KeychainReply;
use crate::api::SignedUpload;
use crate::model::asset::{Account, AssetAnswer, AssetId, AssetStatus, ContentHash};
use crate::model::asset_deletion::DeletionAnswer;
use crate::model::batch::SkippedFiles;
use crate::model::fault::Fault;
use crate::model::snapshot::ItemId;
use crate::model::upload::Event;
use crate::store::OpenError;

/// Message of a task to the actor.
pub(super) enum ActorMessage {
    /// An event of an upload.
    Upload(ItemId, Event),
    /// The service took a file, or named its id early: the id is saved even if the attempt is over.
    Stored(Origin, Event),
    /// A ticket was issued; the reply lets the transfer start.
    SignedUpload {
        attempt: u32,
        ticket: SignedUpload,
        origin: Origin,
        saved: oneshot::Sender<()>,
    },
    /// Files were found.
    FilesFound(Vec<FoundFile>),
    /// Files found so far in a folder walk.
    WalkProgress(u64),
    /// An added folder was walked.
    Skipped {
        add: AddId,
        folder: PathBuf,
        /// Files of other kinds, and folders that are never walked.
        count: u64,
        skipped: SkippedFiles,
    },
    /// The only path of one `Add` is a folder of this name.
    FolderNamed(AddId, String),
    /// All paths of one `Add` were walked; `is_empty` if they held nothing at all.
    WalkEnded { is_empty: bool },
    /// Files were checked.
    Checked(Vec<CheckResult>),
    /// Canonical paths of restored rows.
    PathsResolved(Vec<(ItemId, CanonicalPath)>),
    /// Files were hashed by the duplicate scan.
    ReadAhead(Vec<ReadAhead>),
    /// Files were hashed for comparison.
    Hashed {
        item: ItemId,
        attempt: u32,
        contents: Result<Contents, Fault>,
    },
    /// The service was asked about an unstarted row's assets.
    LookedUp {
        item: ItemId,
        attempt: u32,
        outcome: LookupOutcome,
    },
    /// An id in an otherwise useless response; the status is `None` if it was only reserved.
    Stray(Origin, AssetId, Option<AssetStatus>),
    /// The service no longer knows an asset that was ready.
    Gone(AssetId),
    /// An upload session was started or replaced.
    Session { item: ItemId, attempt: u32 },
    /// The keychain saved or deleted a session, or failed to.
    Keychain(KeychainReply),
    /// Hash of a file that arrived without a response.
    Fingerprint {
        item: ItemId,
        attempt: u32,
        asset: AssetId,
        content: ContentHash,
    },
    /// It is time to look up the next assets of a check.
    ListAssets,
    /// The service answered this account's question about an asset.
    AssetChecked(Account, AssetId, Result<AssetAnswer, Fault>),
    /// The service answered this account's request to delete an asset.
    DeletionAnswered(Account, AssetId, Result<DeletionAnswer, Fault>),
    /// The check of this account's key ended.
    KeyChecked(Account, Result<(), Fault>),
    /// Missing files that reappeared in a folder.
    FilesReappeared(PathBuf, Vec<ItemId>),
    /// The file chosen for a row was checked.
    Located(ItemId, LocatedFile),
    /// Retry a failed commit, or opening the history.
    RetryCommit,
    /// The history was opened, or cannot be.
    OpenOutcome(Box<Result<OpenOutcome, OpenError>>),
    /// Take in files that were buffered for a while.
    RetryIntake,
}
