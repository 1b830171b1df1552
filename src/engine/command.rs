//! Messages between a front end and the engine.

use std::path::PathBuf;
use std::sync::Arc;

use tokio::sync::{mpsc, oneshot, watch};

use crate::model::asset::{Account, AssetId};
use crate::model::asset_check::{AssetCheckProgress, AssetsToCheck};
use crate::model::asset_deletion::AssetDeletionProgress;
use crate::model::batch::BatchId;
use crate::model::fault::{Fault, RequiredAction};
use crate::model::key::ApiKey;
use crate::model::relocation::RelocationError;
use crate::model::set_aside::SetAside;
use crate::model::snapshot::{ItemId, KeySource, Snapshot};
use crate::store::AssetRecord;

/// Request of a front end. A command that does not fit a row's state is ignored.
#[derive(Debug)]
pub enum Command {
    /// Add files and folders; a file already queued is not added twice.
    Add(Vec<PathBuf>),
    /// Add files to upload them once more, although the history may have their content.
    AddAgain(Vec<PathBuf>),
    /// Add files and folders as a batch of this label.
    AddLabelled(Vec<PathBuf>, String),
    /// Add paths from outside the window, as a second start does; they never start by themselves.
    AddFromOutside(Vec<PathBuf>),
    /// Change the label and the note of a batch, also of one that has left the list. An empty label
    /// changes nothing.
    EditBatch {
        /// The batch.
        batch: BatchId,
        /// Its new label.
        label: String,
        /// Its new note; `None` for none.
        note: Option<String>,
    },
    /// Remove a batch without rows from the list.
    RemoveBatch(BatchId),
    /// Start every row that is ready.
    Start,
    /// Start these rows if they are ready.
    StartItems(Vec<ItemId>),
    /// Hold the queue: transfers stop, nothing new starts.
    Pause,
    /// Resume the queue.
    Resume,
    /// Pause these rows.
    PauseItems(Vec<ItemId>),
    /// Resume these rows.
    ResumeItems(Vec<ItemId>),
    /// Cancel these rows; their partial uploads are lost.
    Cancel(Vec<ItemId>),
    /// Retry these failed, rejected or cancelled rows.
    Retry(Vec<ItemId>),
    /// Continue a row with a missing file at this path, if it is the same file; otherwise
    /// [`Notice::NotLocated`] follows.
    Locate(ItemId, PathBuf),
    /// Remove these rows from the list; the history keeps their ids.
    Remove(Vec<ItemId>),
    /// Put back the rows of the last [`Command::Remove`].
    UndoRemove,
    /// Upload these duplicates all the same.
    UploadAnyway(Vec<ItemId>),
    /// Give these rows the ids of equal content; a row without a match stays as it is.
    TakeIds(Vec<ItemId>),
    /// Put these rows before all others that wait.
    SendFirst(Vec<ItemId>),
    /// Ask the service about these rows now.
    CheckAgain(Vec<ItemId>),
    /// Retry or poll these rows now instead of after their wait; if a rate limit holds all calls
    /// back, one call probes it.
    TryNow(Vec<ItemId>),
    /// Ask the service again about these assets, behind all other calls; those of a running check
    /// are added to it. [`Notice::AssetsChecked`] follows at the end.
    CheckAssets(AssetsToCheck),
    /// End the check of assets; what was answered stays.
    StopChecking,
    /// Delete these assets from the service for good, behind all other calls; those of a running
    /// deletion are added to it. [`Notice::AssetsDeleted`] follows at the end.
    DeleteAssets(Vec<AssetId>),
    /// End the deletion of assets; the rest stays at the service.
    StopDeleting,
    /// Delete what an earlier run was to delete.
    ResumeDeletions,
    /// Leave alone what an earlier run was to delete.
    ForgetDeletions,
    /// Continue what an earlier run left unfinished.
    ContinueInterrupted,
    /// Remove what an earlier run left unfinished.
    DiscardInterrupted,
    /// Set the user's note of an asset; `None` removes it.
    SetNote {
        /// Service that holds it.
        base_url: String,
        /// Asset id.
        asset_id: AssetId,
        /// The note.
        note: Option<String>,
    },
    /// Remove these assets from the history; the ledger keeps a line of each.
    RemoveAssets(Vec<AssetRecord>),
    /// Use this key from now on in place of the current one; lifts a pause for
    /// [`RequiredAction::Key`].
    SetKey(ApiKey, KeySource),
    /// Use another account's key from now on. What was started before goes on with its own key.
    SwitchKey(ApiKey, KeySource),
    /// Go on with what was started for another account, whose key this is.
    HoldKey(ApiKey),
    /// Forget the key of an account that was in use before.
    ForgetKey(Account),
    /// Name an account; `None` takes its name away.
    NameAccount(Account, Option<String>),
    /// The keys of these accounts are of one account.
    JoinAccounts(Account, Account),
    /// Neither the keychain nor the environment has a key.
    NoKey,
    /// Ask the service whether it accepts this key, within the rate limit.
    CheckKey(ApiKey, oneshot::Sender<Result<(), Fault>>),
    /// The user did what [`Snapshot::needs`](crate::model::snapshot::Snapshot::needs) asks for.
    FixDone,
    /// Apply these preferences from now on.
    Configure(Preferences),
    /// Journal everything and end.
    Shutdown,
    /// Report what the engine holds, for tests that look for leaks.
    #[cfg(test)]
    Count(oneshot::Sender<super::tests::EngineCounts>),
}

/// Settings that the user can change while the engine works.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Preferences {
    /// Transfers at a time; a lower number does not stop running ones.
    pub jobs: usize,
    /// Bytes per second for all transfers together, running ones included.
    pub bandwidth: Option<u64>,
    /// Files added in the window start as soon as they are checked.
    pub start_at_once: bool,
}

/// Outcome of a busy period.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct FinishedCounts {
    /// Rows whose asset is ready.
    pub ready: usize,
    /// Rows not sent because equal content has an asset.
    pub duplicates: usize,
    /// Failed rows.
    pub failed: usize,
    /// Rows cancelled by the user.
    pub cancelled: usize,
    /// No byte of any row was sent.
    pub nothing_sent: bool,
}

/// Rare event that must not be lost, unlike snapshots.
#[derive(Clone, Debug)]
pub enum Notice {
    /// Everything that was started has ended.
    QueueFinished(FinishedCounts),
    /// The queue waits for the user.
    Needs(RequiredAction, Arc<Fault>),
    /// The service rejects the key of an account that is not in use; what waits for it is paused.
    OtherKeyRejected(Account),
    /// The file chosen for a row is not the missing one.
    NotLocated(PathBuf, RelocationError),
    /// Added files that are in the list already, and so were not added again.
    AlreadyListed(Vec<ItemId>),
    /// The added paths hold neither files to upload nor skipped ones.
    NothingFound,
    /// The check of assets is over, or was stopped.
    AssetsChecked(AssetCheckProgress),
    /// The deletion of assets is over, or was stopped.
    AssetsDeleted(AssetDeletionProgress),
    /// The database was damaged and set aside.
    HistorySetAside(SetAside),
}

/// A front end's connection to the engine.
#[derive(Debug)]
pub struct EngineHandle {
    /// Commands, handled in order.
    pub commands: mpsc::UnboundedSender<Command>,
    /// The latest state of everything.
    pub snapshot: watch::Receiver<Arc<Snapshot>>,
    /// Notices, none of which may be lost.
    pub notices: mpsc::UnboundedReceiver<Notice>,
    /// Data directory whose history it keeps, if there is one.
    pub data_dir: Option<PathBuf>,
    /// Base URL of its service.
    pub base_url: String,
}

impl EngineHandle {
    /// Sends a command; does nothing if the engine has ended.
    pub fn send(&self, command: Command) {
        let _ = self.commands.send(command);
    }
}
