//! Uploads equal content once: compares files by hash, within the run and with the history.
//!
//! A file is read for comparison only when something of its size may be equal.

use std::collections::{HashMap, HashSet};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio::sync::OnceCell;

use super::Actor;
use super::message::ActorMessage;
use crate::api::Service;
use crate::engine::blocking_io::{for_each_file_with_timeout, join_unless_stalled};
use crate::engine::files::{Reading, hash, is_in_cloud};
use crate::engine::item::{Item, Task};
use crate::engine::journal::Journal;
use crate::model::asset::{Account, AssetAnswer, AssetId, AssetStatus, ContentHash};
use crate::model::fault::{Diagnostics, Fault, FaultKind};
use crate::model::media::FileStamp;
use crate::model::snapshot::{DuplicateOf, ItemId};
use crate::model::upload::{Event, Original, UploadState};
use crate::source_file::{NO_ANSWER, check};

/// Cancels a blocking read when dropped.
struct CancelOnDrop(Arc<Reading>);

impl Drop for CancelOnDrop {
    fn drop(&mut self) {
        self.0.is_unwanted.store(true, Ordering::Relaxed);
    }
}

/// A file to hash, once for all callers.
pub(super) struct PendingHash {
    path: PathBuf,
    stamp: FileStamp,
    cell: Arc<OnceCell<ContentHash>>,
}

impl PendingHash {
    /// Takes the file of a checked row.
    pub fn of(item: &Item) -> Option<Self> {
        Some(Self {
            path: item.file.clone(),
            stamp: item.upload.media?.stamp,
            cell: Arc::clone(&item.reading),
        })
    }

    /// Takes a file without a row, with its stamp from the check.
    pub fn at(path: PathBuf, stamp: FileStamp) -> Self {
        Self {
            path,
            stamp,
            cell: Arc::default(),
        }
    }

    /// Returns the hash of the unchanged file, sharing a read that is running; if that one is
    /// cancelled, the next caller reads. A read without data for `stall` is abandoned with its
    /// thread.
    ///
    /// # Errors
    ///
    /// If the file is unreadable, changed, or on an unresponsive drive.
    pub async fn fingerprint(self, stall: Duration) -> Result<ContentHash, Unhashed> {
        let Self { path, stamp, cell } = self;
        let read = || async move {
            let reading = Arc::new(Reading::default());
            let _guard = CancelOnDrop(Arc::clone(&reading));
            let progress = Arc::clone(&reading);
            let hash = tokio::task::spawn_blocking(move || hash(&path, stamp, &reading));
            let read = || progress.read.load(Ordering::Relaxed);
            match join_unless_stalled(hash, stall, read).await {
                Some(Ok(outcome)) => outcome.map_err(Unhashed::Fault),
                // The runtime is shutting down.
                Some(Err(_)) => Err(Unhashed::Fault(Fault::new(FaultKind::Unreadable))),
                None => Err(Unhashed::Silent),
            }
        };
        cell.get_or_try_init(read).await.copied()
    }

    /// Returns whether reading would download the file; `None` if the drive stalls.
    pub async fn is_in_cloud(&self, stall: Duration) -> Option<bool> {
        let files = vec![((), self.path.clone())];
        let answers = for_each_file_with_timeout(files, stall, is_in_cloud).await;
        answers.into_iter().next()?.1
    }

    /// Returns the fault if the file changed since the check; `None` if the drive stalls, too.
    pub async fn changed(self, stall: Duration) -> Option<Fault> {
        let files = vec![(self.stamp, self.path)];
        let stamp = self.stamp;
        let answers =
            for_each_file_with_timeout(files, stall, move |path| check(path, stamp)).await;
        let (_, answer) = answers.into_iter().next()?;
        answer?.err()
    }
}

/// Hashes of files, with the stamps they were read at.
pub(in crate::engine) type Contents = Vec<(ItemId, FileStamp, ContentHash)>;

/// Hashes `of` and its candidates; a candidate that cannot be read is skipped.
///
/// # Errors
///
/// If `of` itself cannot be hashed.
async fn read_unread(
    of: ItemId,
    mut known: Contents,
    unread: Vec<(ItemId, PendingHash)>,
    stall: Duration,
) -> Result<Contents, Fault> {
    for (id, file) in unread {
        let stamp = file.stamp;
        match file.fingerprint(stall).await {
            Ok(content) => known.push((id, stamp, content)),
            Err(error) if id == of => return Err(error.into()),
            Err(_) => {}
        }
    }
    Ok(known)
}

/// Returns whether a started row may be an original; `own` are the current key's accounts.
pub(super) fn can_be_original(item: &Item, own: &HashSet<Account>) -> bool {
    match item.upload.state {
        // An id-only row sends nothing that another could duplicate.
        _ if item.upload.counters.reuse_only => false,
        UploadState::Hashing
        | UploadState::Sending { .. }
        | UploadState::RetryScheduled { .. }
        | UploadState::Processing { .. } => true,
        // The history does not have it until the turn is committed.
        UploadState::Done { .. } => item.seen_ready && item.is_of(own),
        UploadState::Queued => item.starts > 0 || item.upload.counters.force_upload,
        _ => false,
    }
}

pub(super) enum Unhashed {
    /// The drive gave no data within the stall timeout.
    Silent,
    Fault(Fault),
}

impl From<Unhashed> for Fault {
    fn from(error: Unhashed) -> Self {
        match error {
            Unhashed::Silent => Fault::new(FaultKind::Unreadable).with_diagnostics(Diagnostics {
                causes: vec![NO_ANSWER.to_owned()],
                ..Diagnostics::default()
            }),
            Unhashed::Fault(fault) => fault,
        }
    }
}

impl<S: Service> Actor<S> {
    /// Returns whether the run or the history has another file of this size.
    pub(super) fn has_duplicate_candidates(&self, id: ItemId) -> bool {
        let Some(item) = self.items.get(&id) else {
            return false;
        };
        if item.upload.counters.force_upload {
            return false;
        }
        !self.duplicate_candidates(id).is_empty() || !self.known_assets(id).is_empty()
    }

    /// Returns started rows of the same size that may be this row's original. Rows of other
    /// accounts never are, and earlier runs are covered by the history.
    fn duplicate_candidates(&self, id: ItemId) -> Vec<ItemId> {
        let asker = self.items.get(&id);
        let size = asker.map_or(0, |item| item.upload.size());
        // An id-only row never becomes an original; it waits for queued rows of its size.
        let reuse_only = asker.is_some_and(|item| item.upload.counters.reuse_only);
        let is_to_be_sent = |other: &Item| {
            other.upload.state == UploadState::Queued && !other.upload.counters.reuse_only
        };
        let others = self.by_size.get(&size).into_iter().flatten();
        others
            .copied()
            .filter(|other| *other != id)
            .filter(|other| {
                self.items.get(other).is_some_and(|other| {
                    (can_be_original(other, self.keys.accounts())
                        || reuse_only && is_to_be_sent(other))
                        && other.upload.size() == size
                })
            })
            .collect()
    }

    /// Returns assets of the history that may be the row's original.
    fn known_assets(&self, id: ItemId) -> Vec<(AssetId, ContentHash)> {
        let item = self.items.get(&id);
        let known = item.and_then(|item| self.known_of_size(item.upload.size()));
        known.unwrap_or_default()
    }

    /// Returns ready assets of this size, account and service; empty if the history is not to be
    /// used, `None` if it cannot be read now.
    pub(super) fn known_of_size(&self, size: u64) -> Option<Vec<(AssetId, ContentHash)>> {
        if self.options.ask_history {
            self.journal.ready_assets(self.keys.accounts(), size)
        } else {
            Some(vec![])
        }
    }

    /// Hashes the row and its candidates as needed, and checks that hashed files are unchanged.
    pub(super) fn compare(&mut self, id: ItemId, attempt: u32) {
        if !self.is_at(id, attempt) {
            // It was stopped while the journal was locked.
            return;
        }
        let mut wanted = vec![id];
        wanted.extend(self.duplicate_candidates(id));
        let mut known = vec![];
        let mut unread = vec![];
        for id in wanted {
            let item = self.items.get(&id);
            let Some((item, media)) = item.and_then(|item| Some((item, item.upload.media?))) else {
                continue;
            };
            match item.content {
                Some(content) => known.push((id, media.stamp, content)),
                None => unread.extend(PendingHash::of(item).map(|unread| (id, unread))),
            }
        }
        let (messages, stall) = (self.messages.clone(), self.options.policy.stall);
        let Some(item) = self.items.get_mut(&id) else {
            return;
        };
        let read_before = PendingHash::of(item).filter(|_| item.content.is_some());
        item.running = Some(Task::spawn(async move {
            let changed = match read_before {
                Some(file) => file.changed(stall).await,
                None => None,
            };
            let contents = match changed {
                Some(fault) => Err(fault),
                None => read_unread(id, known, unread, stall).await,
            };
            let _ = messages.send(ActorMessage::Hashed {
                item: id,
                attempt,
                contents,
            });
        }));
    }

    pub(super) fn hashed(&mut self, id: ItemId, attempt: u32, contents: Result<Contents, Fault>) {
        let contents = match contents {
            Ok(contents) => contents,
            Err(fault) => {
                self.apply(
                    id,
                    Event::AttemptFailed {
                        attempt,
                        fault,
                        content: None,
                        jitter: 0.0,
                    },
                );
                return;
            }
        };
        for (other, stamp, content) in contents {
            let item = self.items.get_mut(&other);
            let is_still = |item: &&mut Item| {
                let media = item.upload.media;
                media.is_some_and(|media| media.stamp == stamp)
            };
            if let Some(item) = item.filter(is_still) {
                item.content = Some(content);
                self.duplicate_scan.invalidate(item);
            }
        }
        let current = self
            .items
            .get(&id)
            .filter(|item| item.upload.attempt == attempt);
        let Some(content) = current.and_then(|item| item.content) else {
            return;
        };
        if let Some(original) = self.original_in_run(id, content) {
            if let Original::Row(row) = original {
                self.dependents.entry(row).or_default().push(id);
            }
            self.apply(
                id,
                Event::HashCompared {
                    attempt,
                    original: Some(original),
                },
            );
            return;
        }
        let known = self.known_assets(id).into_iter();
        let candidates = known
            .filter(|(_, of)| *of == content)
            .map(|(asset, _)| asset);
        self.confirm_asset_exists(id, attempt, candidates.collect());
    }

    /// Returns the original of this content in the run; among rows compared at once, the first.
    fn original_in_run(&self, id: ItemId, content: ContentHash) -> Option<Original> {
        let asker = self.items.get(&id);
        let place = asker.map(|item| (item.position, item.id));
        let reuse_only = asker.is_some_and(|item| item.upload.counters.reuse_only);
        let equal = |other: &ItemId| {
            self.items.get(other).is_some_and(|other| {
                let goes_before = reuse_only
                    || other.upload.state != UploadState::Hashing
                    || Some((other.position, other.id)) < place;
                other.content == Some(content) && goes_before
            })
        };
        let row = self.duplicate_candidates(id).into_iter().find(equal)?;
        match &self.items.get(&row)?.upload.state {
            UploadState::Done { asset, .. } => Some(Original::Asset(asset.clone())),
            _ => Some(Original::Row(row)),
        }
    }

    /// Notifies dependent rows that this one has ended or was removed.
    pub(super) fn notify_dependents(&mut self, id: ItemId, asset: Option<&AssetId>) {
        // An asset of another account is not this row's.
        let is_others = self.items.get(&id).is_some_and(|item| {
            matches!(item.upload.state, UploadState::Done { .. })
                && !item.is_of(self.keys.accounts())
        });
        let asset = asset.filter(|_| !is_others);
        for twin in self.dependents.remove(&id).unwrap_or_default() {
            let asset = asset.cloned();
            self.apply(twin, Event::OriginalEnded { asset });
        }
    }

    /// Removes a row that no longer waits for `original`.
    pub(super) fn remove_dependent(&mut self, id: ItemId, original: ItemId) {
        if let Some(dependents) = self.dependents.get_mut(&original) {
            dependents.retain(|twin| *twin != id);
            if dependents.is_empty() {
                self.dependents.remove(&original);
            }
        }
    }

    /// Looks up a match from the history, which counts only if the service still has it.
    fn confirm_asset_exists(&mut self, id: ItemId, attempt: u32, candidates: Vec<AssetId>) {
        let (Some(key), false) = (self.keys.key().cloned(), candidates.is_empty()) else {
            // Sent as a message, since whatever forbids a start is checked there.
            let original = None;
            let _ = self.messages.send(ActorMessage::Upload(
                id,
                Event::HashCompared { attempt, original },
            ));
            return;
        };
        let (service, messages) = (self.service.clone(), self.messages.clone());
        let Some(item) = self.items.get_mut(&id) else {
            return;
        };
        item.last_asked_account = Some(key.account());
        let reuse_only = item.upload.counters.reuse_only;
        let size = item.upload.size();
        item.running = Some(Task::spawn(async move {
            let mut original = None;
            for asset in candidates {
                match service.metadata(&key, &asset, || ()).await {
                    Ok(AssetAnswer::Known(metadata))
                        if metadata.status == AssetStatus::Success
                            && metadata.file_size.is_none_or(|held| held == size) =>
                    {
                        original = Some(Original::Asset(asset));
                        break;
                    }
                    Ok(AssetAnswer::NotFound) => {
                        // Spares the next file of this content the lookup.
                        let _ = messages.send(ActorMessage::Gone(asset));
                    }
                    Ok(_) => {}
                    Err(fault) => {
                        let event = Event::AttemptFailed {
                            attempt,
                            fault,
                            content: None,
                            jitter: 0.0,
                        };
                        let _ = messages.send(ActorMessage::Upload(id, event));
                        return;
                    }
                }
            }
            let event = match original {
                None if reuse_only => Event::DuplicateNotConfirmed { attempt },
                original => Event::HashCompared { attempt, original },
            };
            let _ = messages.send(ActorMessage::Upload(id, event));
        }));
    }
}

/// Returns the original of a known or likely duplicate: a row or an asset of the history.
pub(super) fn duplicate_of(
    item: &Item,
    items: &HashMap<ItemId, Item>,
    journal: &Journal,
) -> Option<DuplicateOf> {
    let in_list = |id: ItemId| {
        Some(DuplicateOf {
            path: items.get(&id)?.path.clone(),
            uploaded_at_ms: None,
        })
    };
    let original = match &item.upload.state {
        UploadState::Duplicate(original) => original,
        UploadState::Ready | UploadState::Queued | UploadState::Hashing => {
            &item.known_duplicate.as_ref()?.original
        }
        _ => return None,
    };
    match original {
        Original::Row(id) => in_list(*id),
        Original::Asset(asset) => {
            let record = journal.asset(asset)?;
            let row = record.item.filter(|id| *id != item.id);
            row.and_then(in_list).or(Some(DuplicateOf {
                path: record.path,
                uploaded_at_ms: Some(record.uploaded_at_ms),
            }))
        }
    }
}
