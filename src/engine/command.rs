//! What is said to the engine and what it says back.

use std::path::PathBuf;
use std::sync::Arc;

use tokio::sync::{mpsc, oneshot, watch};

use crate::model::fault::{Fault, RequiredAction};
use crate::model::key::ApiKey;
use crate::model::relocation::RelocationError;
use crate::model::snapshot::{ItemId, KeySource, Snapshot};

/// What a front end may ask of the engine. A command that does not fit the row's state
/// is ignored.
#[derive(Debug)]
pub enum Command {
    /// Take in files and folders; a file that is in the queue already is not added twice.
    Add(Vec<PathBuf>),
    /// The same from outside of the window, as from another start of the program: nothing
    /// of it starts by itself.
    AddFromOutside(Vec<PathBuf>),
    /// Start every row that is ready.
    Start,
    /// Start these rows as far as they are ready.
    StartItems(Vec<ItemId>),
    /// Hold the queue: transfers stop, nothing new starts.
    Pause,
    /// Go on.
    Resume,
    /// Hold these rows.
    PauseItems(Vec<ItemId>),
    /// Go on with these rows.
    ResumeItems(Vec<ItemId>),
    /// Give these rows up; what was sent of them is lost.
    Cancel(Vec<ItemId>),
    /// Try these failed, refused or cancelled rows again.
    Retry(Vec<ItemId>),
    /// This row's file, which could not be read where it was, is here: go on with it, if it is
    /// the same file. Answered by [`Notice::NotLocated`] where it is not.
    Locate(ItemId, PathBuf),
    /// Take these rows out of the list; the history keeps their ids.
    Remove(Vec<ItemId>),
    /// Put back what the last [`Command::Remove`] took out.
    UndoRemove,
    /// Upload these duplicates all the same.
    UploadAnyway(Vec<ItemId>),
    /// Gives these rows the ids of equal content; what has none stays as it is.
    TakeIds(Vec<ItemId>),
    /// Put these rows before all others that wait.
    SendFirst(Vec<ItemId>),
    /// Ask the service about these rows now.
    CheckAgain(Vec<ItemId>),
    /// Try these rows, or ask about them, now instead of after their wait; where a rate-limit answer holds all calls
    /// back, one call finds out whether it still stands.
    TryNow(Vec<ItemId>),
    /// Go on with what an earlier run left unfinished.
    ContinueInterrupted,
    /// Take what an earlier run left unfinished out of the list.
    DiscardInterrupted,
    /// Use this key from now on; lifts a pause for [`RequiredAction::Key`].
    SetKey(ApiKey, KeySource),
    /// There is no key in the keychain or the environment.
    NoKey,
    /// Ask the service whether it takes this key, in its turn of the rate limit.
    CheckKey(ApiKey, oneshot::Sender<Result<(), Fault>>),
    /// The user did what [`Snapshot::needs`](crate::model::snapshot::Snapshot::needs) asked for: go on.
    FixDone,
    /// Work by these preferences from now on.
    Configure(Preferences),
    /// Journal where everything stands and end.
    Shutdown,
    /// Say what is held, for tests that look for what is left behind.
    #[cfg(test)]
    Count(oneshot::Sender<EngineCounts>),
}

/// What the engine holds for rows.
#[cfg(test)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct EngineCounts {
    /// Rows.
    pub rows: usize,
    /// Entries of whatever finds rows.
    pub entries: usize,
    /// Workers, timers, polls and comparisons.
    pub running: usize,
    /// Meters of transfers.
    pub meters: usize,
    /// Places in storage.
    pub tickets: usize,
    /// Places for transfers that are taken.
    pub places: usize,
}

/// What the user can change while the engine works.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Preferences {
    /// Transfers at a time; those beyond it end by themselves.
    pub jobs: usize,
    /// Bytes a second for all transfers together, also for those under way.
    pub bandwidth: Option<u64>,
    /// Files that the user adds in the window start by themselves when they are found
    /// good.
    pub start_at_once: bool,
}

/// How the files of a batch ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct BatchEnd {
    /// Rows whose upload is ready.
    pub ready: usize,
    /// Rows that were not sent, as equal content has an asset.
    pub duplicates: usize,
    /// Rows that failed.
    pub failed: usize,
    /// Rows that the user cancelled.
    pub cancelled: usize,
    /// No byte of any row went out.
    pub nothing_sent: bool,
}

/// Something rare that must not be lost.
#[derive(Clone, Debug)]
pub enum Notice {
    /// Everything that was started has ended.
    BatchFinished(BatchEnd),
    /// The queue waits for the user.
    Needs(RequiredAction, Arc<Fault>),
    /// The file that was chosen for a row is not the one that is gone.
    NotLocated(PathBuf, RelocationError),
    /// In what was added there is nothing: no file that can be uploaded, and none that was
    /// passed over.
    NothingFound,
    /// The database was damaged and set aside under this path.
    HistorySetAside(PathBuf),
}

/// A front end's end of the engine.
#[derive(Debug)]
pub struct EngineHandle {
    /// Commands, carried out in order.
    pub commands: mpsc::UnboundedSender<Command>,
    /// The latest state of everything.
    pub snapshot: watch::Receiver<Arc<Snapshot>>,
    /// What must not be lost.
    pub notices: mpsc::UnboundedReceiver<Notice>,
}

impl EngineHandle {
    /// Says something to the engine; nothing happens when it has ended.
    pub fn send(&self, command: Command) {
        let _ = self.commands.send(command);
    }
}
