//! Uploads equal content once: compares files by hash, within the run and with the history.
//!
//! A file is read for comparison only when something of its size may be equal.

use std::collections::{HashMap, HashSet};

use super::Actor;
use crate::api::Service;
use crate::engine::journal::Journal;
use crate::engine::outbox::Work;
use crate::engine::pending_hash::PendingHash;
use crate::engine::queue::item::Item;
use crate::engine::tasks::{Contents, FilesToCompare};
use crate::model::asset::{Account, AssetId, ContentHash};
use crate::model::fault::Fault;
use crate::model::snapshot::{DuplicateOf, ItemId};
use crate::model::upload::{Event, Original, UploadState};

/// Returns whether a started row may be an original; `own` are the current key's accounts.
pub(super) fn can_be_original(item: &Item, own: &HashSet<Account>) -> bool {
    match item.upload().state {
        // An id-only row sends nothing that another could duplicate.
        _ if item.upload().counters.reuse_only => false,
        UploadState::Hashing
        | UploadState::Sending { .. }
        | UploadState::RetryScheduled { .. }
        | UploadState::Processing { .. } => true,
        // The history does not have it until the turn is committed.
        UploadState::Done { .. } => item.seen_ready && item.is_of(own),
        UploadState::Queued => item.starts > 0 || item.upload().counters.force_upload,
        _ => false,
    }
}

impl<S: Service> Actor<S> {
    /// Returns whether the run or the history has another file of this size.
    pub(super) fn has_duplicate_candidates(&self, id: ItemId) -> bool {
        let Some(item) = self.queue.get(id) else {
            return false;
        };
        if item.upload().counters.force_upload {
            return false;
        }
        !self.duplicate_candidates(id).is_empty() || !self.known_assets(id).is_empty()
    }

    /// Returns started rows of the same size that may be this row's original. Rows of other
    /// accounts never are, and earlier runs are covered by the history.
    fn duplicate_candidates(&self, id: ItemId) -> Vec<ItemId> {
        let asker = self.queue.get(id);
        let size = asker.map_or(0, |item| item.upload().size());
        // An id-only row never becomes an original; it waits for queued rows of its size.
        let reuse_only = asker.is_some_and(|item| item.upload().counters.reuse_only);
        let is_to_be_sent = |other: &Item| {
            other.upload().state == UploadState::Queued && !other.upload().counters.reuse_only
        };
        let others = self.queue.of_size(size);
        others
            .filter(|other| other.id != id)
            .filter(|other| can_be_original(other, &self.own) || reuse_only && is_to_be_sent(other))
            .map(|other| other.id)
            .collect()
    }

    /// Returns assets of the history that may be the row's original.
    fn known_assets(&self, id: ItemId) -> Vec<(AssetId, ContentHash)> {
        let item = self.queue.get(id);
        let known = item.and_then(|item| self.known_of_size(item.upload().size()));
        known.unwrap_or_default()
    }

    /// Returns ready assets of this size, account and service; empty if the history is not to be
    /// used, `None` if it cannot be read now.
    pub(super) fn known_of_size(&self, size: u64) -> Option<Vec<(AssetId, ContentHash)>> {
        if self.options.ask_history {
            self.journal.ready_assets(&self.own, size)
        } else {
            Some(vec![])
        }
    }

    /// Hashes the row and its candidates as needed, and checks that hashed files are unchanged.
    pub(super) fn compare(&mut self, id: ItemId, attempt: u32) {
        if !self.queue.is_at(id, attempt) {
            // It was stopped while the journal was locked.
            return;
        }
        let mut wanted = vec![id];
        wanted.extend(self.duplicate_candidates(id));
        let mut known = vec![];
        let mut unread = vec![];
        for id in wanted {
            let item = self.queue.get(id);
            let Some((item, media)) = item.and_then(|item| Some((item, item.upload().media?)))
            else {
                continue;
            };
            match item.content {
                Some(content) => known.push((id, media.stamp, content)),
                None => unread.extend(PendingHash::of(item).map(|unread| (id, unread))),
            }
        }
        let Some(item) = self.queue.get_mut(id) else {
            return;
        };
        let files = FilesToCompare {
            item: id,
            hashed_before: PendingHash::of(item).filter(|_| item.content.is_some()),
            known,
            unread,
        };
        item.running = Some(self.tasks.compare(attempt, files));
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
            let item = self.queue.get_mut(other);
            let is_still = |item: &&mut Item| {
                let media = item.upload().media;
                media.is_some_and(|media| media.stamp == stamp)
            };
            if let Some(item) = item.filter(is_still) {
                item.content = Some(content);
                self.duplicate_scan.invalidate(item);
            }
        }
        let current = self
            .queue
            .get(id)
            .filter(|item| item.upload().attempt == attempt);
        let Some(content) = current.and_then(|item| item.content) else {
            return;
        };
        if let Some(original) = self.original_in_run(id, content) {
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
        self.outbox.start(Work::ConfirmAsset {
            item: id,
            attempt,
            candidates: candidates.collect(),
        });
    }

    /// Returns the original of this content in the run; among rows compared at once, the first.
    fn original_in_run(&self, id: ItemId, content: ContentHash) -> Option<Original> {
        let asker = self.queue.get(id);
        let place = asker.map(Item::place);
        let reuse_only = asker.is_some_and(|item| item.upload().counters.reuse_only);
        let equal = |other: &ItemId| {
            self.queue.get(*other).is_some_and(|other| {
                let goes_before = reuse_only
                    || other.upload().state != UploadState::Hashing
                    || Some(other.place()) < place;
                other.content == Some(content) && goes_before
            })
        };
        let row = self.duplicate_candidates(id).into_iter().find(equal)?;
        match &self.queue.get(row)?.upload().state {
            UploadState::Done { asset, .. } => Some(Original::Asset(asset.clone())),
            _ => Some(Original::Row(row)),
        }
    }

    /// Notifies dependent rows that this one has ended or was removed.
    pub(super) fn notify_dependents(&mut self, id: ItemId, asset: Option<&AssetId>) {
        // An asset of another account is not this row's.
        let is_others = self.queue.get(id).is_some_and(|item| {
            matches!(item.upload().state, UploadState::Done { .. }) && !item.is_of(&self.own)
        });
        let asset = asset.filter(|_| !is_others);
        for twin in self.queue.take_dependents(id) {
            let asset = asset.cloned();
            self.apply(twin, Event::OriginalEnded { asset });
        }
    }

    /// Looks up a match from the history, which counts only if the service still has it.
    pub(super) fn confirm_asset(&mut self, id: ItemId, attempt: u32, candidates: Vec<AssetId>) {
        let current = self.queue.get_mut(id);
        let Some(item) = current.filter(|item| item.upload().attempt == attempt) else {
            return;
        };
        let (Some((key, _)), false) = (self.key.clone(), candidates.is_empty()) else {
            let original = None;
            self.handle_upload_event(id, Event::HashCompared { attempt, original });
            return;
        };
        item.last_asked_account = Some(key.account());
        item.running = Some(self.tasks.confirm_asset(item, key, candidates));
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
    let original = match &item.upload().state {
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
