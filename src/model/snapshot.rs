//! Engine state as the window sees it: one immutable value, replaced as a whole.

mod duplicate;
mod totals;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use super::accounts::Accounts;
use super::asset::{Account, AssetId};
use super::asset_check::AssetCheckProgress;
use super::asset_deletion::AssetDeletionProgress;
use super::batch::{Batch, BatchId};
use super::fault::{Fault, FaultKind, RequiredAction};
use super::media::{Kind, MediaMetadata, Note, Rejection, Route};

pub use duplicate::{DuplicateOf, DuplicateStage};
pub use totals::Totals;
use totals::{fraction, percent};

/// Id of a queue row, unique for the life of the data directory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ItemId(pub u64);

/// Status of a row, as the user sees it.
#[derive(Clone, Debug, PartialEq)]
pub enum Status {
    /// Being checked.
    Checking,
    /// Changed a moment ago: another program is still writing it.
    Settling,
    /// Not accepted by the service.
    Rejected(Rejection),
    /// Accepted; waits for the user.
    ReadyToUpload,
    /// Accepted, but equal content is in another row or in the history: it reuses that id and is
    /// not sent.
    FoundDuplicate(DuplicateStage),
    /// Started; waits for its turn.
    Queued,
    /// Bytes are being sent.
    Uploading,
    /// All bytes are sent; the response is pending.
    Finishing,
    /// Waits before the next retry.
    Waiting {
        /// Time of the next retry.
        until: Instant,
        /// Fault that caused the retry.
        cause: Arc<Fault>,
    },
    /// The service has the file and is processing it.
    Processing {
        /// Start of polling.
        since: Instant,
        /// Processing takes unusually long: the row says so and offers "Check again".
        long: bool,
    },
    /// Sent with a key of another account than the current one: it is not polled.
    OtherKey {
        /// Last four characters of that key; empty if unknown.
        last4: String,
    },
    /// The service reported SUCCESS and holds all the bytes.
    Ready,
    /// Ended without success.
    Failed(Arc<Fault>),
    /// Paused by the user.
    Paused,
    /// Cancelled by the user.
    Cancelled,
    /// Equal content has an asset already, or another row is uploading it.
    Duplicate {
        /// The asset, once there is one.
        of: Option<AssetId>,
    },
}

impl Status {
    /// Returns the word used in exports.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Checking => "checking",
            Self::Settling => "settling",
            Self::Rejected(_) => "rejected",
            Self::ReadyToUpload => "ready_to_upload",
            Self::Queued => "queued",
            Self::Uploading => "uploading",
            Self::Finishing => "finishing",
            Self::Waiting { .. } => "waiting",
            Self::Processing { .. } => "processing",
            Self::OtherKey { .. } => "other_key",
            Self::Ready => "ready",
            Self::Failed(_) => "failed",
            Self::Paused => "paused",
            Self::Cancelled => "cancelled",
            Self::FoundDuplicate(DuplicateStage::Uploaded) => "uploaded_before",
            Self::FoundDuplicate(_) | Self::Duplicate { .. } => "duplicate",
        }
    }
}

/// Upload progress of a row.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Transfer {
    /// Bytes sent.
    pub sent: u64,
    /// Bytes in total.
    pub total: u64,
    /// Smoothed bytes per second; `None` while it is being estimated.
    pub rate: Option<f64>,
    /// Time left at that rate; `None` while it is being estimated.
    pub left: Option<Duration>,
}

impl Transfer {
    /// Returns whole percent, at most 99 until the response is there: bytes sent are not yet
    /// received.
    pub fn percent(&self) -> u8 {
        percent(self.sent, self.total)
    }

    /// Returns the progress for a bar, between 0 and 0.99.
    pub fn fraction(&self) -> f32 {
        fraction(self.sent, self.total)
    }
}

/// One file of the queue, as the window sees it.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// Id of the row.
    pub id: ItemId,
    /// File name, lossy where it is not UTF-8.
    pub name: String,
    /// Path of the file.
    pub path: PathBuf,
    /// Size in bytes; 0 until it was checked.
    pub size: u64,
    /// Video, audio or image, once known.
    pub kind: Option<Kind>,
    /// Upload route, once known.
    pub route: Option<Route>,
    /// Remark for the user.
    pub note: Option<Note>,
    /// Current status.
    pub status: Status,
    /// Progress while bytes are being sent, or the resume position of a paused or waiting session.
    pub transfer: Option<Transfer>,
    /// Asset id, once bytes are stored under it.
    pub asset_id: Option<AssetId>,
    /// Account that holds the asset, or that the file was started for.
    pub account: Option<Account>,
    /// Id reserved by the service, without known bytes: shown in details only.
    pub reserved_id: Option<AssetId>,
    /// `asset_id` is on disk; if not, the user is told "not saved yet: copy it".
    pub saved: bool,
    /// A response was lost after all bytes were sent: the service may hold the file twice.
    pub possibly_stored_twice: bool,
    /// The original of a duplicate, or another account's upload of its content, if known.
    pub duplicate_of: Option<Arc<DuplicateOf>>,
    /// Fate of the bytes already sent if the row stops now; `None` if there are none, or all are
    /// sent.
    pub later: Option<ResumeBehaviour>,
    /// It was taken for a duplicate, but memories.ai did not confirm its content.
    pub duplicate_unconfirmed: bool,
    /// An earlier run left it unfinished; the user decides how it continues.
    pub interrupted: bool,
    /// Batch that it was added with.
    pub batch: Option<BatchId>,
    /// Facts that the file states about itself.
    pub metadata: MediaMetadata,
}

impl Row {
    /// Returns the account of the ID that the row shows, or that it was started for.
    pub fn account(&self) -> Option<&Account> {
        let original = || self.duplicate_of.as_ref()?.account.as_ref();
        self.account.as_ref().or_else(original)
    }
}

/// Fate of the bytes already sent when a transfer is paused or breaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ResumeBehaviour {
    /// The file restarts from its first byte.
    Restarts,
    /// It resumes at the storage's position, as long as this program runs.
    Resumes,
    /// It resumes at the storage's position, even after the program was closed.
    ResumesAfterRestart,
}

/// State of the journal on disk.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub enum JournalState {
    /// Everything is on disk.
    #[default]
    Good,
    /// Earlier runs are being loaded; nothing starts yet.
    Opening,
    /// Writing fails. Nothing new starts.
    Unwritable(UnwritableCause),
    /// The database belongs to a newer version; nothing is written or uploaded.
    Newer,
}

/// Why the journal can't be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UnwritableCause {
    /// The error, as part of a sentence.
    Error(String),
    /// The history can't be opened: a sentence with the problem and the fix.
    NotOpened(String),
}

/// Source of the engine's API key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum KeySource {
    /// The environment variable `MEMORIES_API_KEY`.
    Environment,
    /// The system's keychain.
    Keychain,
    /// Entered for this session only.
    Session,
    /// The sandbox's own.
    Sandbox,
}

/// State of the API key.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub enum KeyState {
    /// The keychain is being asked.
    #[default]
    Loading,
    /// No key.
    Missing,
    /// A key is set.
    Present {
        /// Its source.
        source: KeySource,
        /// Its last four characters, or empty for a key so short that they would give it away.
        last4: String,
        /// The service rejected it.
        refused: bool,
        /// The service accepted it, in this run or recently.
        checked: bool,
    },
}

impl KeyState {
    /// Returns whether there is certainly no key.
    pub fn is_missing(&self) -> bool {
        matches!(self, Self::Missing)
    }
}

/// State that the window draws.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Snapshot {
    /// Rises with every change.
    pub revision: u64,
    /// The queue in order. Unchanged rows keep their `Arc`.
    pub rows: Arc<Vec<Arc<Row>>>,
    /// Batches of the rows, oldest first.
    pub batches: Arc<Vec<Arc<Batch>>>,
    /// Sums over the rows.
    pub totals: Totals,
    /// The user paused the queue.
    pub paused: bool,
    /// Action of the user that the queue waits for.
    pub needs: Option<RequiredAction>,
    /// The service cannot be reached; the queue resumes by itself.
    pub offline: bool,
    /// Wait that holds up the whole queue.
    pub waiting: Option<QueueWait>,
    /// State of the journal.
    pub journal: JournalState,
    /// Rises with every commit that concerns assets or batches.
    pub history_revision: u64,
    /// Why the ledger `asset-ids.csv` cannot be written; the database still can.
    pub ledger_problem: Option<String>,
    /// State of the API key.
    pub key: KeyState,
    /// The accounts of all keys that the service has accepted, and the one in use.
    pub accounts: Arc<Accounts>,
    /// Files found so far in folder walks; `None` if none is running.
    pub walking: Option<u64>,
    /// Rows still to be hashed for duplicate detection.
    pub comparing: usize,
    /// Rows that an earlier run left unfinished, waiting for "Continue" or "Discard".
    pub interrupted: usize,
    /// Assets that are being asked about again.
    pub asset_check: Option<AssetCheckProgress>,
    /// Assets that are being deleted from the service.
    pub asset_deletion: Option<AssetDeletionProgress>,
    /// Assets that an earlier run was to delete, without an answer so far.
    pub deletions_left: u64,
}

/// A wait that holds up the whole queue, until it resumes by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct QueueWait {
    /// Fault that caused it.
    pub kind: FaultKind,
    /// Time of the next call.
    pub until: Instant,
}

impl QueueWait {
    /// Returns the time until the next call.
    pub fn left(&self, now: Instant) -> Duration {
        self.until.saturating_duration_since(now)
    }
}

impl Snapshot {
    /// Returns the time until the busy period is over, including the queue's wait; `None` while it is
    /// being estimated.
    pub fn time_left(&self, now: Instant) -> Option<Duration> {
        let wait = self.waiting.map_or(Duration::ZERO, |wait| wait.left(now));
        Some(self.totals.left? + wait)
    }
}

/// Change of a row in a running sum.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RowDelta {
    /// The row enters the sum, with its current values.
    Added,
    /// The row leaves the sum, with its former values.
    Removed,
}

impl RowDelta {
    /// Increments or decrements `number`.
    pub fn count(self, number: &mut usize) {
        match self {
            Self::Added => *number += 1,
            Self::Removed => *number -= 1,
        }
    }
}

/// Returns the indices of rows that changed between two snapshots; `None` if rows came, went or
/// moved. Contents are not compared.
pub fn changed_rows(before: &Arc<Vec<Arc<Row>>>, after: &Arc<Vec<Arc<Row>>>) -> Option<Vec<usize>> {
    if Arc::ptr_eq(before, after) {
        return Some(Vec::new());
    }
    if before.len() != after.len() {
        return None;
    }
    let mut places = Vec::new();
    for (place, (one, other)) in before.iter().zip(after.iter()).enumerate() {
        if Arc::ptr_eq(one, other) {
            continue;
        }
        if one.id != other.id {
            return None;
        }
        places.push(place);
    }
    Some(places)
}
