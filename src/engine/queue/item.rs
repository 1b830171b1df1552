//! A row of the queue as the engine holds it: its upload and its running task.

mod content;
mod row;
mod timing;
mod transfer;

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tokio::time::Instant;

use self::content::FileContent;
pub(in crate::engine) use self::timing::Starts;
use self::timing::Waits;
use self::transfer::RowTransfer;
use crate::engine::clock::now_ms;
use crate::engine::files::CanonicalPath;
use crate::engine::tasks::task::Task;
use crate::model::asset::{Account, AssetAnswer, AssetId};
use crate::model::batch::Batch;
use crate::model::fault::FaultKind;
use crate::model::media::{FileStamp, Kind, MediaMetadata};
use crate::model::retry::Policy;
use crate::model::snapshot::{DuplicateOf, ItemId};
use crate::model::upload::{Effect, Event, Original, PausedBy, Upload, UploadState, transition};
use crate::model::upload_facts::{SeenMetadata, UploadFacts};

/// Returns whether an upload needs nothing but the user, or the key that it was sent with.
pub(in crate::engine) fn is_over(upload: &Upload) -> bool {
    upload.has_ended() || matches!(upload.state, UploadState::OtherKey { .. })
}

fn name_of(path: &Path) -> String {
    let name = path.file_name().unwrap_or(path.as_os_str());
    name.to_string_lossy().into_owned()
}

fn from_the_root_on(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned())
}

/// Original of a duplicate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::engine) struct KnownDuplicate {
    pub original: Original,
    /// The original is a row that waits for the user, too.
    pub waits: bool,
}

/// Origin of an asset.
#[derive(Clone, Debug)]
pub(in crate::engine) struct Origin {
    pub item: ItemId,
    pub name: String,
    /// Absolute path.
    pub path: PathBuf,
    pub size: u64,
    /// Account of the key that sent it; empty if unknown.
    pub account: Account,
    pub batch: Option<Arc<Batch>>,
    pub kind: Option<Kind>,
    pub metadata: MediaMetadata,
    pub upload: UploadFacts,
}

/// One row of the queue.
#[derive(Debug)]
pub(in crate::engine) struct Item {
    pub id: ItemId,
    /// Path as it was added, for the front end.
    pub path: PathBuf,
    /// Absolute path, for reading and for the journal.
    pub file: PathBuf,
    pub name: String,
    /// Batch that it was added with.
    pub batch: Option<Arc<Batch>>,
    /// Its file, by which it is found when that is added again.
    identity: Option<CanonicalPath>,
    /// Position in the queue; smaller is earlier.
    position: i64,
    upload: Upload,
    /// Starts by itself once it is checked, if the settings say so.
    pub may_start: bool,
    /// Account it was last sent to.
    pub account: Option<Account>,
    /// Account of the key that last sent it or asked about it.
    pub last_asked_account: Option<Account>,
    pub content: FileContent,
    /// Likely original, as far as it is known before a comparison.
    pub known_duplicate: Option<KnownDuplicate>,
    /// Another account's upload of its content, while it is unstarted and no duplicate.
    pub of_other_account: Option<Arc<DuplicateOf>>,
    /// Worker, timer, poll, check or comparison: one at a time.
    pub running: Option<Task>,
    pub transfer: RowTransfer,
    pub starts: Starts,
    pub waits: Waits,
    /// The service reported it ready in this run.
    pub seen_ready: bool,
    /// Counted in the status bar's batch.
    pub in_busy_period: bool,
    /// Time at which it was added, in milliseconds since the Unix epoch.
    pub added_at_ms: i64,
    /// On the command line, until the current key has answered for another key's asset: the row id
    /// under which that asset stays behind if it is unknown.
    pub id_to_leave: Option<ItemId>,
}

impl Item {
    pub fn new(id: ItemId, path: PathBuf, position: i64, upload: Upload) -> Self {
        let (name, file) = (name_of(&path), from_the_root_on(&path));
        let content = match &upload.state {
            UploadState::Processing { content, .. } | UploadState::Done { content, .. } => *content,
            _ => None,
        };
        Self {
            id,
            path,
            file,
            name,
            batch: None,
            identity: None,
            position,
            upload,
            may_start: false,
            account: None,
            last_asked_account: None,
            content: FileContent::of(content),
            known_duplicate: None,
            of_other_account: None,
            running: None,
            transfer: RowTransfer::default(),
            starts: Starts::default(),
            waits: Waits::default(),
            seen_ready: false,
            in_busy_period: false,
            added_at_ms: now_ms(),
            id_to_leave: None,
        }
    }

    pub fn upload(&self) -> &Upload {
        &self.upload
    }

    /// Returns its position, and its id for rows of one position.
    pub fn place(&self) -> (i64, ItemId) {
        (self.position, self.id)
    }

    pub fn identity(&self) -> Option<&CanonicalPath> {
        self.identity.as_ref()
    }

    pub(super) fn set_identity(&mut self, identity: Option<CanonicalPath>) {
        self.identity = identity;
    }

    pub(super) fn set_position(&mut self, position: i64) {
        self.position = position;
    }

    /// Moves its upload by an event. Returns the upload as it was and what follows; `None` if the
    /// event is stale or does not fit.
    pub(super) fn apply(&mut self, event: Event, policy: &Policy) -> Option<(Upload, Vec<Effect>)> {
        let poll_fault = match &event {
            Event::PollFailed { fault, .. } => Some(fault.kind),
            _ => None,
        };
        let found = match &event {
            Event::Polled {
                answer: AssetAnswer::Known(metadata),
                ..
            }
            | Event::AskedAgain(AssetAnswer::Known(metadata)) => {
                Some(SeenMetadata::new(metadata, now_ms()))
            }
            _ => None,
        };
        let is_started = matches!(event, Event::Start | Event::Retry | Event::UploadAnyway);
        let (after, effects) = transition(&self.upload, event, policy)?;
        let before = std::mem::replace(&mut self.upload, after);
        if is_started {
            self.upload.counters.meant_for = None;
        }
        self.transfer.on_stopped(&before.state);
        if self.upload.has_ended() {
            self.transfer.on_result();
        }
        self.note_content(&before);
        let is_done = |state: &UploadState| matches!(state, UploadState::Done { .. });
        self.seen_ready |= is_done(&self.upload.state) && !is_done(&before.state);
        let route = effects.iter().find_map(|effect| match effect {
            Effect::Send { route, .. } => Some(*route),
            _ => None,
        });
        if let Some(route) = route {
            self.starts.on_start(route, Instant::now());
        }
        self.upload
            .stamp_fault_times(self.starts.last_ms(), now_ms(), self.starts.count());
        if let Some(metadata) = found {
            self.waits.on_found(metadata);
        }
        let delay = effects.iter().find_map(Effect::wait).unwrap_or_default();
        self.waits
            .on_transition(&before.state, &self.upload.state, delay, poll_fault);
        if is_over(&self.upload) && !effects.contains(&Effect::Abort) {
            // Its task has reported and is over; a handle that is kept keeps its memory.
            self.stop();
        }
        Some((before, effects))
    }

    /// Ends what runs for the row.
    pub fn stop(&mut self) {
        self.running = None;
        self.transfer.end();
    }

    /// Keeps the hash of what was sent, and drops that of a file that has changed.
    fn note_content(&mut self, before: &Upload) {
        let stamp = |upload: &Upload| upload.media.map(|media| media.stamp);
        if stamp(before) != stamp(&self.upload) {
            self.content.on_changed();
        }
        if let UploadState::Processing {
            content: content @ Some(_),
            ..
        } = &self.upload.state
        {
            self.content.on_read(*content);
        }
    }

    /// Counts an active row to the busy period that began then.
    pub(super) fn join_busy_period(&mut self, began_ms: i64) {
        self.upload.counters.busy_period = began_ms;
        self.in_busy_period = true;
    }

    /// Stops the row as the end of the program would, so that an undo can resume it.
    pub(super) fn on_removed(&mut self) {
        self.transfer.on_stopped(&self.upload.state);
        self.stop();
        self.waits.unpark();
        self.upload = self.upload.clone().after_restart();
    }

    /// Forgets that the service did not confirm an asset; true if it had not.
    pub(super) fn forget_unconfirmed(&mut self) -> bool {
        std::mem::take(&mut self.upload.counters.duplicate_unconfirmed)
    }

    /// Returns the asset that is polled and has its bytes without doubt.
    pub fn undoubted_asset(&self) -> Option<&AssetId> {
        match &self.upload.state {
            UploadState::Processing {
                asset, doubt: None, ..
            } => Some(asset),
            _ => None,
        }
    }

    /// Returns the asset that has its content, if it is not started and the service is to confirm
    /// it.
    pub fn unconfirmed_asset(&self) -> Option<&AssetId> {
        match (&self.upload.state, &self.known_duplicate) {
            (
                UploadState::Ready,
                Some(KnownDuplicate {
                    original: Original::Asset(asset),
                    ..
                }),
            ) => Some(asset),
            _ => None,
        }
    }

    /// Returns whether its file is being checked, or changes still.
    pub fn is_being_checked(&self) -> bool {
        let state = &self.upload.state;
        matches!(state, UploadState::Checking | UploadState::StillChanging)
    }

    /// Returns whether an earlier run left it unfinished and the user has not decided on it.
    pub fn is_interrupted(&self) -> bool {
        let by = PausedBy::Restart;
        self.upload.state == UploadState::Paused { by }
    }

    /// Moves the row to another path of its file.
    pub fn move_to(&mut self, path: PathBuf) {
        self.name = name_of(&path);
        self.file = from_the_root_on(&path);
        self.path = path;
    }

    /// Returns whether the row has ended and its file, now at stamp `now`, has changed since.
    pub fn has_changed_since(&self, now: Option<FileStamp>) -> bool {
        let then = self.upload.media.map(|media| media.stamp);
        self.upload.has_ended() && then.is_some() && now != then
    }

    /// Returns whether it was sent to one of these accounts.
    pub fn is_of(&self, accounts: &HashSet<Account>) -> bool {
        let account = self.account.as_ref();
        account.is_some_and(|account| accounts.contains(account))
    }

    /// Returns the account that it was started for, once another one was in use.
    pub fn meant_for(&self) -> Option<&Account> {
        self.upload.counters.meant_for.as_ref()
    }

    /// Sets the account that it was started for; `None` lets it go to the one in use.
    pub fn set_meant_for(&mut self, account: Option<Account>) {
        self.upload.counters.meant_for = account;
    }

    /// Returns the account of the stored asset, or the one that the row was started for.
    pub(super) fn shown_account(&self) -> Option<&Account> {
        let stored = self.upload.stored_asset().and(self.account.as_ref());
        stored.or(self.meant_for())
    }

    /// Returns the origin of assets of the current attempt.
    pub fn origin(&self) -> Origin {
        let nobody = || Account::from_fingerprint("");
        Origin {
            item: self.id,
            name: self.name.clone(),
            path: self.file.clone(),
            size: self.upload.size(),
            account: self.account.clone().unwrap_or_else(nobody),
            batch: self.batch.clone(),
            kind: self.upload.media.map(|media| media.kind),
            metadata: self.content.metadata(),
            upload: UploadFacts {
                route: self.starts.route(),
                tries: Some(self.starts.count()).filter(|count| *count > 0),
                service: self.waits.seen().cloned(),
            },
        }
    }

    /// Returns the origin of an asset of an earlier attempt. Its account and the facts of its upload
    /// are left empty, as only the history knows them.
    pub fn origin_of_earlier(&self) -> Origin {
        Origin {
            account: Account::from_fingerprint(""),
            upload: UploadFacts::default(),
            ..self.origin()
        }
    }

    /// Returns bytes that the service has of it, as far as this run knows.
    pub fn sent(&self) -> u64 {
        self.transfer.sent(&self.upload)
    }

    /// Returns the end and the cause of a wait after a fault.
    pub fn wait(&self) -> Option<(Instant, FaultKind)> {
        let kind = match &self.upload.state {
            UploadState::RetryScheduled { cause } => cause.kind,
            UploadState::Processing { .. } => self.waits.poll_fault()?,
            _ => return None,
        };
        Some((self.waits.until()?, kind))
    }
}
