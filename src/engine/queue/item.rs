//! A row of the queue as the engine holds it: its upload and its running task.

mod row;

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tokio::sync::OnceCell;
use tokio::time::Instant;

use crate::api::{SecretUrl, SignedUpload, TransferProgress};
use crate::engine::clock::now_ms;
use crate::engine::files::CanonicalPath;
use crate::engine::speed::Speed;
use crate::engine::tasks::task::Task;
use crate::model::asset::{Account, AssetId, ContentHash};
use crate::model::fault::FaultKind;
use crate::model::media::FileStamp;
use crate::model::retry::Policy;
use crate::model::snapshot::ItemId;
use crate::model::upload::{Effect, Event, Original, Upload, UploadState, transition};

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
    /// Hash of its content, once it had to be known.
    pub content: Option<ContentHash>,
    /// Shared hash computation: concurrent callers await one read of the file.
    pub reading: Arc<OnceCell<ContentHash>>,
    /// Likely original, as far as it is known before a comparison.
    pub known_duplicate: Option<KnownDuplicate>,
    /// Its content is in the cloud: never read unless the user starts it.
    pub is_cloud_placeholder: bool,
    /// Hashing failed, for now.
    pub hash_failed: bool,
    /// Ticket issued for it, with its time. A secret: never written to the journal.
    pub ticket: Option<(SignedUpload, Instant)>,
    /// Worker, timer, poll, check or comparison: one at a time.
    pub running: Option<Task>,
    pub meter: Option<Arc<TransferProgress>>,
    /// Bytes were sent in this run, and it has not ended since.
    pub has_sent_bytes: bool,
    /// Session and offset in bytes at which the last attempt stopped.
    pub resume_offset: Option<(SecretUrl, u64)>,
    pub speed: Speed,
    /// Stamp of the last check, for a file still being written.
    pub last_stamp: Option<FileStamp>,
    /// Starts in this run.
    pub starts: u32,
    pub started_at: Option<Instant>,
    /// Begin of the last attempt, in milliseconds since the Unix epoch.
    pub began_ms: Option<i64>,
    /// Begin of the last attempt on the monotonic clock.
    pub began: Option<Instant>,
    /// Time of its next retry or poll.
    pub waits_until: Option<Instant>,
    /// Cause of the last poll's failure.
    pub poll_trouble: Option<FaultKind>,
    /// Time of its first poll.
    pub polled_since: Option<Instant>,
    /// Time at which the service last knew its asset.
    pub found_at: Option<Instant>,
    /// A poll postponed until there is a key and nothing holds the queue.
    pub parked_poll: bool,
    /// The service reported it ready in this run.
    pub seen_ready: bool,
    /// Counted in the status bar's batch.
    pub in_batch: bool,
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
            identity: None,
            position,
            upload,
            may_start: false,
            account: None,
            last_asked_account: None,
            content,
            reading: Arc::default(),
            known_duplicate: None,
            is_cloud_placeholder: false,
            hash_failed: false,
            ticket: None,
            running: None,
            meter: None,
            has_sent_bytes: false,
            resume_offset: None,
            speed: Speed::default(),
            last_stamp: None,
            starts: 0,
            started_at: None,
            began_ms: None,
            began: None,
            waits_until: None,
            poll_trouble: None,
            polled_since: None,
            found_at: None,
            parked_poll: false,
            seen_ready: false,
            in_batch: false,
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
        let poll_trouble = match &event {
            Event::PollFailed { fault, .. } => Some(fault.kind),
            _ => None,
        };
        let (after, effects) = transition(&self.upload, event, policy)?;
        let before = std::mem::replace(&mut self.upload, after);
        self.poll_trouble = poll_trouble;
        self.note_resume_offset(&before.state);
        self.has_sent_bytes &= !self.upload.has_ended();
        self.note_content(&before);
        let is_done = |state: &UploadState| matches!(state, UploadState::Done { .. });
        self.seen_ready |= is_done(&self.upload.state) && !is_done(&before.state);
        self.note_times(&before, &effects);
        if is_over(&self.upload) && !effects.contains(&Effect::Abort) {
            // Its task has reported and is over; a handle that is kept keeps its memory.
            self.running = None;
            self.meter = None;
        }
        Some((before, effects))
    }

    /// Keeps the hash of what was sent, and drops that of a file that has changed.
    fn note_content(&mut self, before: &Upload) {
        let stamp = |upload: &Upload| upload.media.map(|media| media.stamp);
        if stamp(before) != stamp(&self.upload) {
            self.content = None;
            self.reading = Arc::default();
        }
        if let UploadState::Processing {
            content: Some(content),
            ..
        } = &self.upload.state
        {
            self.content = Some(*content);
        }
    }

    fn note_times(&mut self, before: &Upload, effects: &[Effect]) {
        let now = Instant::now();
        if effects
            .iter()
            .any(|effect| matches!(effect, Effect::Send { .. }))
        {
            self.starts += 1;
            self.began_ms = Some(now_ms());
            self.began = Some(now);
            self.started_at.get_or_insert(now);
        }
        self.upload
            .stamp_fault_times(self.began_ms, now_ms(), self.starts);
        let delay = effects.iter().find_map(Effect::wait).unwrap_or_default();
        match &self.upload.state {
            UploadState::Processing { .. } => {
                if !matches!(before.state, UploadState::Processing { .. }) {
                    self.polled_since = Some(now + delay);
                }
                self.waits_until = Some(now + delay);
            }
            UploadState::RetryScheduled { .. } => self.waits_until = Some(now + delay),
            _ => self.polled_since = None,
        }
    }

    /// Counts an active row to the batch that began then.
    pub(super) fn join_batch(&mut self, began_ms: i64) {
        self.upload.counters.batch = began_ms;
        self.in_batch = true;
    }

    /// Stops the row as the end of the program would, so that an undo can resume it.
    pub(super) fn on_removed(&mut self) {
        self.running = None;
        self.note_resume_offset(&self.upload.state.clone());
        self.meter = None;
        self.parked_poll = false;
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

    /// Returns the origin of assets of the current attempt.
    pub fn origin(&self) -> Origin {
        let nobody = || Account::from_fingerprint("");
        Origin {
            item: self.id,
            name: self.name.clone(),
            path: self.file.clone(),
            size: self.upload.size(),
            account: self.account.clone().unwrap_or_else(nobody),
        }
    }

    /// Returns the origin of an asset of an earlier attempt. Its account is left empty, as only the
    /// history knows which key sent it.
    pub fn origin_of_earlier(&self) -> Origin {
        Origin {
            account: Account::from_fingerprint(""),
            ..self.origin()
        }
    }

    /// Returns bytes sent in the running attempt or, while none runs, kept in a session; the whole
    /// size once the service has it.
    pub fn sent(&self) -> u64 {
        match self.upload.state {
            // Until the session reports its offset, the last known one counts.
            UploadState::Sending { .. } => {
                match self.meter.as_ref().map_or(0, |meter| meter.sent()) {
                    0 => self.in_session(),
                    sent => sent,
                }
            }
            UploadState::Queued
            | UploadState::RetryScheduled { .. }
            | UploadState::Paused { .. } => self.in_session(),
            UploadState::Processing { .. } | UploadState::Done { .. } => self.upload.size(),
            _ => 0,
        }
    }

    /// Returns bytes that the next attempt need not send again, as far as this run knows.
    fn in_session(&self) -> u64 {
        match &self.resume_offset {
            Some((session, sent)) if self.session().as_ref() == Some(session) => *sent,
            _ => 0,
        }
    }

    fn session(&self) -> Option<SecretUrl> {
        let (ticket, _) = self.ticket.as_ref()?;
        ticket.session.url()
    }

    /// Remembers the offset of a stopped transfer whose session may resume.
    fn note_resume_offset(&mut self, before: &UploadState) {
        let sent = self.meter.as_ref().map_or(0, |meter| meter.sent());
        if matches!(before, UploadState::Sending { .. }) && sent > 0 {
            self.has_sent_bytes = true;
            self.resume_offset = self.session().map(|session| (session, sent));
        }
    }

    /// Returns whether bytes were sent in this run without a result so far.
    pub fn has_sent(&self) -> bool {
        let moves = matches!(self.upload.state, UploadState::Sending { .. });
        let meter = self.meter.as_ref().filter(|_| moves);
        self.has_sent_bytes || meter.is_some_and(|meter| meter.sent() > 0)
    }

    /// Returns the end and the cause of a wait after a fault.
    pub fn waits(&self) -> Option<(Instant, FaultKind)> {
        let kind = match &self.upload.state {
            UploadState::RetryScheduled { cause } => cause.kind,
            UploadState::Processing { .. } => self.poll_trouble?,
            _ => return None,
        };
        Some((self.waits_until?, kind))
    }
}
