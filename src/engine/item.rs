//! A row of the queue as the engine holds it: its upload and its running task.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tokio::sync::OnceCell;
use tokio::task::JoinHandle;
use tokio::time::Instant;

use super::clock::now_ms;
use super::journal::Origin;
use super::speed::Speed;
use crate::api::{SecretUrl, SignedUpload, TransferProgress};
use crate::model::asset::{Account, AssetId, ContentHash};
use crate::model::fault::FaultKind;
use crate::model::media::FileStamp;
use crate::model::retry::Policy;
use crate::model::snapshot::{
    DuplicateOf, DuplicateStage, ItemId, ResumeBehaviour, Row, Status, Transfer,
};
use crate::model::upload::{Original, PausedBy, Upload, UploadState};

/// A task that is aborted on drop.
#[derive(Debug)]
pub(super) struct Task(JoinHandle<()>);

impl Task {
    pub fn spawn(future: impl Future<Output = ()> + Send + 'static) -> Self {
        Self(tokio::spawn(future))
    }

    /// Aborts the task and waits for its end, so that a message it is sending arrives first.
    pub async fn end(mut self) {
        self.0.abort();
        // An error means that it was aborted.
        let _ = (&mut self.0).await;
    }
}

impl Drop for Task {
    fn drop(&mut self) {
        self.0.abort();
    }
}

fn name_of(path: &Path) -> String {
    let name = path.file_name().unwrap_or(path.as_os_str());
    name.to_string_lossy().into_owned()
}

fn from_the_root_on(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned())
}

/// Returns whether a row waits for the key it was sent with.
pub(super) fn is_other_keys(state: &UploadState) -> bool {
    matches!(state, UploadState::OtherKey { .. })
}

/// Original of a duplicate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct KnownDuplicate {
    pub original: Original,
    /// The original is a row that waits for the user, too.
    pub waits: bool,
}

/// One row of the queue.
#[derive(Debug)]
pub(super) struct Item {
    pub id: ItemId,
    /// Path as it was added, for the front end.
    pub path: PathBuf,
    /// Absolute path, for reading and for the journal.
    pub file: PathBuf,
    pub name: String,
    /// Position in the queue; smaller is earlier.
    pub position: i64,
    pub upload: Upload,
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
    pub fn note_resume_offset(&mut self, before: &UploadState) {
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

    /// Returns the status for the window. Offline, a row without a byte sent is not uploading.
    pub fn status(&self, now: Instant, policy: &Policy, offline: bool) -> Status {
        match &self.upload.state {
            UploadState::Checking => Status::Checking,
            UploadState::StillChanging => Status::Settling,
            UploadState::Rejected(rejection) => Status::Rejected(rejection.clone()),
            UploadState::Ready => match &self.known_duplicate {
                Some(KnownDuplicate { waits: true, .. }) => {
                    Status::FoundDuplicate(DuplicateStage::Before)
                }
                Some(_) => Status::FoundDuplicate(DuplicateStage::Known),
                None => Status::ReadyToUpload,
            },
            UploadState::Queued | UploadState::Hashing if self.known_duplicate.is_some() => {
                Status::FoundDuplicate(DuplicateStage::Asked)
            }
            UploadState::Queued => Status::Queued,
            UploadState::Hashing => Status::Checking,
            UploadState::Duplicate(Original::Asset(asset)) => Status::Duplicate {
                of: Some(asset.clone()),
            },
            UploadState::Duplicate(Original::Row(_)) => Status::Duplicate { of: None },
            // Past this point it can't be paused, however slow its last bytes are.
            UploadState::Sending { body_out: true, .. } => Status::Finishing,
            UploadState::Sending { .. } => match &self.meter {
                Some(meter) if meter.body_out() => Status::Finishing,
                Some(meter) if meter.started() && !(offline && meter.sent() == 0) => {
                    Status::Uploading
                }
                _ => Status::Queued,
            },
            UploadState::RetryScheduled { cause } => Status::Waiting {
                until: self.waits_until.unwrap_or(now).into_std(),
                cause: Arc::new(cause.clone()),
            },
            UploadState::Processing { .. } => {
                let since = self.polled_since.unwrap_or(now);
                Status::Processing {
                    since: since.into_std(),
                    long: now.saturating_duration_since(since) >= policy.slow_processing_after,
                }
            }
            UploadState::OtherKey { last4, .. } => Status::OtherKey {
                last4: last4.clone(),
            },
            UploadState::Done { .. } => Status::Ready,
            UploadState::Failed { fault, .. } => Status::Failed(Arc::new(fault.clone())),
            UploadState::Paused { .. } => Status::Paused,
            UploadState::Cancelled { .. } => Status::Cancelled,
        }
    }

    /// Builds the row for the snapshot. `saved` tells whether its id is on disk, `later` what
    /// becomes of the bytes sent, `offline` whether the service is unreachable.
    pub fn row(
        &self,
        now: Instant,
        policy: &Policy,
        saved: bool,
        later: Option<ResumeBehaviour>,
        duplicate_of: Option<DuplicateOf>,
        offline: bool,
    ) -> Row {
        let status = self.status(now, policy, offline);
        let total = self.upload.size();
        let moves = matches!(status, Status::Uploading | Status::Finishing);
        let stands = matches!(
            status,
            Status::Queued | Status::Waiting { .. } | Status::Paused
        );
        let sent = self.sent();
        let transfer = (moves || stands && sent > 0).then(|| Transfer {
            sent,
            total,
            rate: self.speed.rate().filter(|_| moves),
            left: self
                .speed
                .left(total.saturating_sub(sent))
                .filter(|_| moves),
        });
        let by_interruption = UploadState::Paused {
            by: PausedBy::Restart,
        };
        Row {
            id: self.id,
            name: self.name.clone(),
            path: self.path.clone(),
            size: total,
            kind: self.upload.media.map(|media| media.kind),
            route: self
                .upload
                .media
                .map(|_| self.upload.route(policy.direct_limit)),
            note: self.upload.media.and_then(|media| media.note),
            status,
            transfer,
            asset_id: self.upload.stored_asset().cloned(),
            reserved_id: self.upload.reserved_asset().cloned(),
            saved,
            possibly_stored_twice: self.upload.counters.possibly_stored_twice,
            duplicate_unconfirmed: self.upload.counters.duplicate_unconfirmed,
            duplicate_of: duplicate_of.map(Arc::new),
            later,
            interrupted: self.upload.state == by_interruption,
        }
    }
}
