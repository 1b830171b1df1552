//! One row of the queue as the engine holds it: its life, and what runs for it.

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
use crate::model::asset::{Account, ContentHash};
use crate::model::fault::FaultKind;
use crate::model::media::FileStamp;
use crate::model::retry::Policy;
use crate::model::snapshot::{
    DuplicateOf, DuplicateStage, ItemId, ResumeBehaviour, Row, Status, Transfer,
};
use crate::model::upload::{Original, PausedBy, Upload, UploadState};

/// A task that ends with its row.
#[derive(Debug)]
pub(super) struct Task(JoinHandle<()>);

impl Task {
    pub fn spawn(future: impl Future<Output = ()> + Send + 'static) -> Self {
        Self(tokio::spawn(future))
    }

    /// Ends it, and waits until it does nothing any more: what it is in the midst of saying
    /// is said then.
    pub async fn end(mut self) {
        self.0.abort();
        // An error means that it was cut off.
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

/// What a row is a duplicate of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct KnownDuplicate {
    pub original: Original,
    /// That is a row that waits for the user, too.
    pub waits: bool,
}

/// One row.
#[derive(Debug)]
pub(super) struct Item {
    pub id: ItemId,
    /// As it was given, for the front end.
    pub path: PathBuf,
    /// The same from the root on, for reading and for the journal.
    pub file: PathBuf,
    pub name: String,
    /// Where it stands in the queue; smaller is earlier.
    pub position: i64,
    pub upload: Upload,
    /// It starts by itself when it is found good, where that is wished for.
    pub may_start: bool,
    /// The account that it was last sent to.
    pub account: Option<Account>,
    /// The account with whose key the service was last asked about it or sent it.
    pub last_asked_account: Option<Account>,
    /// Hash of its content, once something had to know it.
    pub content: Option<ContentHash>,
    /// Where whoever needs that hash before it is sent reads it, once for all of them.
    pub reading: Arc<OnceCell<ContentHash>>,
    /// What it is a duplicate of, as far as can be known before it is compared.
    pub known_duplicate: Option<KnownDuplicate>,
    /// Its content lives in the cloud: nobody reads it who was not asked to.
    pub is_cloud_placeholder: bool,
    /// Its content can't be read, for now.
    pub hash_failed: bool,
    /// The place in storage that was issued for it. A secret: never written down.
    pub ticket: Option<(SignedUpload, Instant)>,
    /// Worker, timer, poll, look or comparison: there is one at a time.
    pub running: Option<Task>,
    pub meter: Option<Arc<TransferProgress>>,
    /// Bytes of it went out in this run, and it has not ended since.
    pub has_sent_bytes: bool,
    /// How far into the file the last attempt was when it stopped, and in which session.
    pub resume_offset: Option<(SecretUrl, u64)>,
    pub speed: Speed,
    /// The stamp of the last look, for a file that is still being written.
    pub last_stamp: Option<FileStamp>,
    /// Starts in this run of the program.
    pub starts: u32,
    pub started_at: Option<Instant>,
    /// When its last try began, in milliseconds since the Unix epoch.
    pub began_ms: Option<i64>,
    /// The same on the clock that does not jump.
    pub began: Option<Instant>,
    /// When its next try or its next poll is due.
    pub waits_until: Option<Instant>,
    /// Why its last poll had no answer.
    pub poll_trouble: Option<FaultKind>,
    /// When its first poll was due.
    pub polled_since: Option<Instant>,
    /// When the service last knew its asset.
    pub found_at: Option<Instant>,
    /// A poll that is due as soon as there is a key and nothing holds the queue.
    pub parked_poll: bool,
    /// The service said in this run that it is ready.
    pub seen_ready: bool,
    /// Part of the batch that is counted in the status bar.
    pub in_batch: bool,
    /// When it was taken in, in milliseconds since the Unix epoch.
    pub added_at_ms: i64,
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
        }
    }

    /// Its file is at this path from now on.
    pub fn move_to(&mut self, path: PathBuf) {
        self.name = name_of(&path);
        self.file = from_the_root_on(&path);
        self.path = path;
    }

    /// Returns whether the row has ended, and the file is not what it was then; `now` is what it
    /// is found to be.
    pub fn has_changed_since(&self, now: Option<FileStamp>) -> bool {
        let then = self.upload.media.map(|media| media.stamp);
        self.upload.has_ended() && then.is_some() && now != then
    }

    /// Returns whether it was sent to one of these accounts.
    pub fn is_of(&self, accounts: &HashSet<Account>) -> bool {
        let account = self.account.as_ref();
        account.is_some_and(|account| accounts.contains(account))
    }

    /// Returns what an asset of this row is an asset of.
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

    /// The same for an id of an earlier attempt: whose key that was sent with is in the
    /// history, and need not be the key that it is sent with now.
    pub fn origin_of_earlier(&self) -> Origin {
        Origin {
            account: Account::from_fingerprint(""),
            ..self.origin()
        }
    }

    /// Bytes handed over in the running attempt, those that an earlier one left in a session
    /// where none runs, or all of them once the service has them.
    pub fn sent(&self) -> u64 {
        match self.upload.state {
            // Until the session has said how much it has, what is known is what was sent.
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

    /// Bytes that the next attempt need not send again, as far as this run knows.
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

    /// Keeps how far a transfer was that stopped, where its session may go on.
    pub fn note_resume_offset(&mut self, before: &UploadState) {
        let sent = self.meter.as_ref().map_or(0, |meter| meter.sent());
        if matches!(before, UploadState::Sending { .. }) && sent > 0 {
            self.has_sent_bytes = true;
            self.resume_offset = self.session().map(|session| (session, sent));
        }
    }

    /// Returns whether bytes of it went out in this run that nothing has come of yet.
    pub fn has_sent(&self) -> bool {
        let moves = matches!(self.upload.state, UploadState::Sending { .. });
        let meter = self.meter.as_ref().filter(|_| moves);
        self.has_sent_bytes || meter.is_some_and(|meter| meter.sent() > 0)
    }

    /// Returns what it waits for, and until when, where something went wrong.
    pub fn waits(&self) -> Option<(Instant, FaultKind)> {
        let kind = match &self.upload.state {
            UploadState::RetryScheduled { cause } => cause.kind,
            UploadState::Processing { .. } => self.poll_trouble?,
            _ => return None,
        };
        Some((self.waits_until?, kind))
    }

    /// Returns what the window is told. While the service can't be reached, what has not moved a byte
    /// is not uploading.
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
            // From here on it can't be held any more, however slowly its last bytes go.
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

    /// Its row for the window; `saved` is whether its id is on disk, `later` what becomes of
    /// what was sent, `duplicate_of` the file that a duplicate is one of, `offline` whether the service
    /// can't be reached.
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
            may_be_twice: self.upload.counters.may_be_twice,
            unconfirmed: self.upload.counters.unconfirmed,
            duplicate_of: duplicate_of.map(Arc::new),
            later,
            interrupted: self.upload.state == by_interruption,
        }
    }
}
