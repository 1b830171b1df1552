//! Everything the window may see of the engine: one value, replaced as a whole.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use super::asset::{AssetId, ContentHash};
use super::fault::{Fault, FaultKind, RequiredAction};
use super::media::{Kind, Note, Rejection, Route};
use super::plan::Throughput;

/// A row of the queue, for the life of the data directory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ItemId(pub u64);

/// The proof that a file is at the service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// Its id there.
    pub asset_id: AssetId,
    /// BLAKE3 of the bytes that were sent.
    pub content: Option<ContentHash>,
}

/// Where a row is, as people are told.
#[derive(Clone, Debug, PartialEq)]
pub enum Status {
    /// Being looked at.
    Checking,
    /// Changed a moment ago: still being written by another program.
    Settling,
    /// Not one for the service.
    Rejected(Rejection),
    /// Fine; waits for the user.
    ReadyToUpload,
    /// Fine, and equal content is in another row or in the history: it is given that one's id,
    /// and is not sent.
    FoundDuplicate(DuplicateStage),
    /// Started; waits for its turn.
    Queued,
    /// Bytes move.
    Uploading,
    /// All bytes are handed over; the answer is not there yet.
    Finishing,
    /// Waits before the next try.
    Waiting {
        /// When the next try is.
        until: Instant,
        /// What went wrong.
        cause: Arc<Fault>,
    },
    /// The service has it and is not done.
    Processing {
        /// Since when it is polled.
        since: Instant,
        /// The wait is longer than usual: the row says so and offers "Check again".
        long: bool,
    },
    /// Sent with another API key, whose account is not the current one's: it is not polled.
    OtherKey {
        /// Last four characters of that key; empty where they are not known.
        last4: String,
    },
    /// The service said SUCCESS and holds all the bytes.
    Ready,
    /// Ended without success.
    Failed(Arc<Fault>),
    /// Held by the user.
    Paused,
    /// Given up by the user.
    Cancelled,
    /// Equal content has an asset already, or is being uploaded by another row.
    Duplicate {
        /// The asset, once there is one.
        of: Option<AssetId>,
    },
}

/// Where a duplicate is that has no id yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DuplicateStage {
    /// Not started, nor is the row that has the same content and goes before it.
    Before,
    /// Not started; the other one was sent, or is under way: its id can be had.
    Known,
    /// Started: its id comes, or what it is one of goes first.
    Asked,
}

/// How far a row's bytes are.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Transfer {
    /// Bytes handed over.
    pub sent: u64,
    /// Bytes in all.
    pub total: u64,
    /// Smoothed bytes a second; `None` while it is being estimated.
    pub rate: Option<f64>,
    /// Time left at that rate; `None` while it is being estimated.
    pub left: Option<Duration>,
}

impl Transfer {
    /// Whole percent that may be shown: at most 99 until the answer is there, for bytes
    /// that are sent are not yet received.
    pub fn percent(&self) -> u8 {
        percent(self.sent, self.total)
    }

    /// The same as a fraction between 0 and 0.99, for a bar.
    pub fn fraction(&self) -> f32 {
        fraction(self.sent, self.total)
    }
}

/// A file of equal content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DuplicateOf {
    /// Where it is, or was when it was uploaded.
    pub path: PathBuf,
    /// When it was uploaded, in milliseconds since the Unix epoch; `None` for one that is in
    /// the list.
    pub uploaded_at_ms: Option<i64>,
}

/// One file, as the window sees it.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// Which row.
    pub id: ItemId,
    /// File name, lossy where it is not UTF-8.
    pub name: String,
    /// Where it is.
    pub path: PathBuf,
    /// Bytes; 0 until it was looked at.
    pub size: u64,
    /// What it is, once known.
    pub kind: Option<Kind>,
    /// The way its bytes go, once known.
    pub route: Option<Route>,
    /// Something to say about it.
    pub note: Option<Note>,
    /// Where it is.
    pub status: Status,
    /// How far its bytes are, while they move, and where they stand in a session while it is
    /// held or waits.
    pub transfer: Option<Transfer>,
    /// Its ID at the service, once bytes are stored under it.
    pub asset_id: Option<AssetId>,
    /// An ID that the service reserved, under which no bytes are known to be stored: for details.
    pub reserved_id: Option<AssetId>,
    /// Whether that id is on disk; `false` is said to the user: "not saved yet: copy it".
    pub saved: bool,
    /// An answer was lost after all bytes were out: the service may hold the file twice.
    pub may_be_twice: bool,
    /// The file that a duplicate is one of, where that is known.
    pub duplicate_of: Option<Arc<DuplicateOf>>,
    /// What becomes of the bytes that were sent, where the row stops now; `None` where none
    /// were, or they are through.
    pub later: Option<ResumeBehaviour>,
    /// It was taken for a duplicate, and memories.ai did not confirm that it has the content.
    pub unconfirmed: bool,
    /// An earlier run of the program left it in the midst; the user says how it goes on.
    pub interrupted: bool,
}

/// What becomes of what was sent of a file when its transfer is paused or breaks off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ResumeBehaviour {
    /// The file starts again from its first byte.
    Restarts,
    /// It goes on where the storage has it, as long as this program runs.
    Resumes,
    /// The same, also after the program was closed.
    ResumesAfterRestart,
}

/// Whether the engine can keep what it does.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub enum JournalState {
    /// Everything is on disk.
    #[default]
    Good,
    /// What earlier runs left is being read; nothing starts yet.
    Opening,
    /// Writing fails; the text says why. Nothing new starts.
    Unwritable(String),
    /// The database is of a newer program; nothing is written, nothing uploads.
    Newer,
}

/// Where the engine's API key is from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum KeySource {
    /// The environment variable `MEMORIES_API_KEY`.
    Environment,
    /// The keychain of the system.
    Keychain,
    /// Entered for this session only.
    Session,
    /// The sandbox's own.
    Sandbox,
}

/// What is known of the API key.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub enum KeyState {
    /// The keychain is being asked.
    #[default]
    Loading,
    /// There is none.
    Missing,
    /// There is one.
    Present {
        /// From where.
        source: KeySource,
        /// Its last four characters: all that is ever shown of it. Empty for one so short
        /// that they would give it away.
        last4: String,
        /// The service refused it.
        refused: bool,
        /// The service took it, in this run or not long before.
        checked: bool,
    },
}

impl KeyState {
    /// Returns whether it is known that there is none.
    pub fn is_missing(&self) -> bool {
        matches!(self, Self::Missing)
    }
}

/// Sums over all rows.
#[derive(Clone, Copy, Debug, PartialEq, Default)]
pub struct Totals {
    /// Rows ready to be started by "Upload N files".
    pub startable: usize,
    /// Their bytes.
    pub startable_bytes: u64,
    /// Rows that were started and have not ended.
    pub active: usize,
    /// Rows of the running batch that ended well.
    pub done: usize,
    /// Rows of the running batch: without duplicates, unless there is nothing else.
    pub batch: usize,
    /// Bytes of the running batch that are handed over.
    pub sent: u64,
    /// Bytes of the running batch, sent or not: not those of duplicates, nor of rows that failed
    /// or were cancelled.
    pub bytes: u64,
    /// Bytes that are still to be sent of rows under way: not those of rows that are paused.
    pub remaining: u64,
    /// Calls of the service that what was started still takes at least.
    pub calls: u32,
    /// Bytes a second over all transfers; `None` while it is being estimated.
    pub rate: Option<f64>,
    /// How fast the line is, where that was found out.
    pub line: Throughput,
    /// Time until the batch is through, never less than the longest that a row says; `None`
    /// while it is being estimated, and while the queue is held.
    pub left: Option<Duration>,
    /// Rows that need attention: refused and failed ones.
    pub attention: usize,
}

impl Totals {
    /// Returns how far the bytes of a batch are, between 0 and 1: [`Self::sent`] of [`Self::bytes`], as
    /// the words beside it say; `None` where no batch is under way or held.
    pub fn fraction(&self) -> Option<f32> {
        self.has_open_batch()
            .then(|| fraction(self.sent, self.bytes))
    }

    /// [`Self::fraction`] in whole percent: never 100, for then the batch is over.
    pub fn percent(&self) -> Option<u8> {
        self.has_open_batch()
            .then(|| percent(self.sent, self.bytes))
    }

    /// Returns whether a batch is under way, or paused before its end.
    fn has_open_batch(&self) -> bool {
        self.bytes > 0 && (self.active > 0 || self.sent < self.bytes)
    }
}

/// Whole percent, 99 at most.
fn percent(sent: u64, total: u64) -> u8 {
    let percent = (u128::from(sent) * 100).checked_div(u128::from(total));
    u8::try_from(percent.unwrap_or(0).min(99)).unwrap_or(99)
}

/// The same between 0 and 0.99.
fn fraction(sent: u64, total: u64) -> f32 {
    if total == 0 {
        return 0.0;
    }
    #[expect(clippy::cast_possible_truncation, reason = "a bar needs no more")]
    let fraction = (sent as f64 / total as f64) as f32;
    fraction.clamp(0.0, 0.99)
}

/// What the window draws from.
#[derive(Clone, Debug, Default)]
pub struct Snapshot {
    /// Rises with every change.
    pub revision: u64,
    /// The queue in its order. Rows that did not change are the same `Arc`.
    pub rows: Arc<Vec<Arc<Row>>>,
    /// Sums over them.
    pub totals: Totals,
    /// The user paused the queue.
    pub paused: bool,
    /// The queue waits for the user to do this.
    pub needs: Option<RequiredAction>,
    /// The service cannot be reached; it goes on by itself.
    pub offline: bool,
    /// All that is under way waits for this.
    pub waiting: Option<QueueWait>,
    /// Whether the journal can be written.
    pub journal: JournalState,
    /// The API key.
    pub key: KeyState,
    /// Files found so far while folders are walked; `None` when nothing is walked.
    pub walking: Option<u64>,
    /// Files of other formats, and folders, that walks passed over.
    pub passed_over: u64,
    /// Files that were named or found again while they stood in the list: they were not
    /// added. Only ever rises.
    pub already_listed: u64,
    /// Rows that are to be read, to find out whether they are duplicates.
    pub comparing: usize,
    /// Rows that an earlier run of the program left unfinished and that wait for
    /// "Continue" or "Discard".
    pub interrupted: usize,
}

/// A wait that holds up the whole queue, until it goes on by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct QueueWait {
    /// Its cause.
    pub kind: FaultKind,
    /// When the next call is made.
    pub until: Instant,
}

impl QueueWait {
    /// Time until the next call.
    pub fn left(&self, now: Instant) -> Duration {
        self.until.saturating_duration_since(now)
    }
}

impl Snapshot {
    /// Time until the batch is through, what the whole queue waits for included; `None` while it
    /// is being estimated.
    pub fn time_left(&self, now: Instant) -> Option<Duration> {
        let wait = self.waiting.map_or(Duration::ZERO, |wait| wait.left(now));
        Some(self.totals.left? + wait)
    }
}

/// What becomes of a row in a sum that is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RowDelta {
    /// It belongs to it from now on, as it is.
    Added,
    /// It does no longer, as it was.
    Removed,
}

impl RowDelta {
    /// Counts one more, or one less.
    pub fn count(self, number: &mut usize) {
        match self {
            Self::Added => *number += 1,
            Self::Removed => *number -= 1,
        }
    }
}

/// The places of the rows that changed from one snapshot to a later one; `None` where rows
/// came, went or changed places. Rows that did not change are not looked into.
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
