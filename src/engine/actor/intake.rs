//! Takes in added files: found on one thread, checked on others, shown as they come.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use tokio::sync::oneshot;

use super::Actor;
use super::message::ActorMessage;
use super::order::STEP;
use crate::api::Service;
use crate::engine::FrontEnd;
use crate::engine::blocking_io::{for_each_file_with_timeout, no_answer};
use crate::engine::files::{self, CheckedFile};
use crate::engine::intake::{CheckResult, FoundFile};
use crate::engine::item::Item;
use crate::engine::journal::DatabaseLocked;
use crate::model::media::{FileStamp, Rejection};
use crate::model::snapshot::ItemId;
use crate::model::upload::{Effect, Event, Media, Upload, UploadState};

/// Longest wait of a check for the one before it, which keeps results in order. Beyond that an
/// unresponsive drive would hold up all of them.
const CHECK_ORDER_TIMEOUT: Duration = Duration::from_secs(5);

/// Delay before found files are tried again while the database is locked.
const RETRY_DELAY: Duration = Duration::from_millis(80);

enum QueueMembership {
    /// Not queued, or another file then.
    New,
    Queued,
    /// Rejected before, and possibly fixed since.
    Refused(ItemId),
}

/// Returns the stamp of the checked file. A file still being written may be empty or lack its
/// header, so its rejection depends on it.
fn stamp(path: &Path, outcome: &Result<CheckedFile, Rejection>) -> Option<FileStamp> {
    match outcome {
        Ok(checked) => Some(checked.stamp),
        Err(
            Rejection::Empty | Rejection::ContentMismatch { .. } | Rejection::NotRecognised { .. },
        ) => files::stamp_now(path),
        Err(_) => None,
    }
}

impl<S: Service> Actor<S> {
    /// Takes in buffered files once the queue is restored.
    pub(super) fn take_in_buffered(&mut self) {
        let found = self.intake.take_ready(self.journal.has_answered());
        self.take_in(found);
    }

    fn postpone(&mut self, found: impl IntoIterator<Item = FoundFile>) {
        self.intake.postpone(found);
        let messages = self.messages.clone();
        self.background_tasks.spawn(async move {
            tokio::time::sleep(RETRY_DELAY).await;
            let _ = messages.send(ActorMessage::TakeIn);
        });
    }

    /// Adds rows for found files that are not queued.
    fn take_in(&mut self, found: Vec<FoundFile>) {
        let mut seen = HashSet::new();
        let mut new = vec![];
        for found in found {
            match self.standing(&found) {
                QueueMembership::New if seen.insert(found.identity.clone()) => new.push(found),
                QueueMembership::Refused(id) => {
                    if let Some(item) = self.items.get_mut(&id) {
                        item.may_start = found.may_start;
                    }
                    self.apply(id, Event::Retry);
                }
                QueueMembership::New | QueueMembership::Queued => self.intake.on_already_queued(),
            }
        }
        let Ok(ids) = self.journal.new_ids(new.len()) else {
            self.postpone(new);
            return;
        };
        let mut to_check = vec![];
        let mut new = new.into_iter().zip(ids);
        while let Some((found, id)) = new.next() {
            let position = self.order.last().map_or(0, |(last, _)| last + STEP);
            match self.continue_left_behind(&found, id, position) {
                Ok(Some(id)) => {
                    to_check.extend(id);
                    continue;
                }
                Ok(None) => {}
                Err(DatabaseLocked) => {
                    let rest = new.map(|(found, _)| found);
                    self.postpone(std::iter::once(found).chain(rest));
                    break;
                }
            }
            let mut item = Item::new(id, found.path, position, Upload::new());
            item.may_start = found.may_start;
            self.by_path.insert(found.identity, id);
            self.journal.stage_item(&item);
            self.put_back(item);
            match found.rejection {
                Some(rejection) => {
                    self.apply(id, Event::Checked(Err(rejection)));
                }
                None => to_check.push(id),
            }
        }
        self.request_checks(to_check);
    }

    /// Returns the queue membership. In the window an ended row stands for its file as it was.
    fn standing(&self, found: &FoundFile) -> QueueMembership {
        let row = self.by_path.get(&found.identity);
        let Some(item) = row.and_then(|id| self.items.get(id)) else {
            return QueueMembership::New;
        };
        match item.upload.state {
            _ if self.options.front_end == FrontEnd::CommandLine => QueueMembership::Queued,
            UploadState::Rejected(_) if found.rejection.is_none() => {
                QueueMembership::Refused(item.id)
            }
            _ if item.has_changed_since(found.stamp) => QueueMembership::New,
            _ => QueueMembership::Queued,
        }
    }

    pub(super) fn put_back(&mut self, item: Item) {
        let id = item.id;
        self.order.insert((item.position, id));
        if let Some(media) = item.upload.media {
            self.by_size.entry(media.stamp.size).or_default().insert(id);
            self.duplicate_scan.invalidate(&item);
        }
        self.items.insert(id, item);
        self.publisher.on_change(id);
        self.publisher.on_order_change();
    }

    /// Removes a row from the index of its former size.
    pub(super) fn forget_size(&mut self, id: ItemId, size: u64) {
        self.duplicate_scan.invalidate_size(size);
        if let Some(rows) = self.by_size.get_mut(&size) {
            rows.remove(&id);
            if rows.is_empty() {
                self.by_size.remove(&size);
            }
        }
    }

    /// Has files checked at the end of the turn, together.
    pub(super) fn request_checks(&mut self, ids: Vec<ItemId>) {
        let effects = ids.into_iter().map(|id| (id, Effect::CheckFile));
        self.outbox.effects.extend(effects);
    }

    /// Checks files after a delay, on a thread; files of an unresponsive drive are rejected.
    pub(super) fn check(&mut self, ids: &[ItemId], after: Duration) {
        let paths: Vec<(ItemId, PathBuf)> = ids
            .iter()
            .filter_map(|id| Some((*id, self.items.get(id)?.file.clone())))
            .collect();
        if paths.is_empty() {
            return;
        }
        let as_named: HashSet<PathBuf> = ids
            .iter()
            .filter_map(|id| self.items.get(id))
            .filter(|item| self.goes_as_named(item))
            .map(|item| item.file.clone())
            .collect();
        let (messages, blocking_io) = (self.messages.clone(), self.options.policy.stall);
        let turn = after.is_zero().then(|| {
            let (done, end) = oneshot::channel::<()>();
            (done, self.last_check.replace(end))
        });
        self.background_tasks.spawn(async move {
            tokio::time::sleep(after).await;
            // Held until this check has reported, so that the next one waits.
            let mut turn = turn;
            if let Some((_, before)) = &mut turn
                && let Some(before) = before.take()
            {
                let _ = tokio::time::timeout(CHECK_ORDER_TIMEOUT, before).await;
            }
            let check = move |path: &Path| {
                let outcome = match as_named.contains(path) {
                    true => files::check_as_named(path),
                    false => files::check(path),
                };
                let stamp = stamp(path, &outcome);
                (outcome, stamp, SystemTime::now())
            };
            let checked = for_each_file_with_timeout(paths, blocking_io, check)
                .await
                .into_iter();
            let checked = checked.map(|(item, answer)| {
                let (outcome, stamp, at) =
                    answer.unwrap_or_else(|| (Err(no_answer()), None, SystemTime::now()));
                CheckResult {
                    item,
                    outcome,
                    stamp,
                    at,
                }
            });
            let _ = messages.send(ActorMessage::Checked(checked.collect()));
            drop(turn);
        });
    }

    /// Returns whether unrecognised content is taken for the format of the file's name.
    pub(super) fn goes_as_named(&self, item: &Item) -> bool {
        self.options.force || item.upload.counters.as_named
    }

    pub(super) fn on_checked(&mut self, checked: Vec<CheckResult>) {
        for CheckResult {
            item: id,
            outcome,
            stamp,
            at,
        } in checked
        {
            let Some(item) = self.items.get_mut(&id) else {
                continue;
            };
            item.is_cloud_placeholder = outcome
                .as_ref()
                .is_ok_and(|checked| checked.is_cloud_placeholder);
            item.hash_failed = false;
            let outcome = outcome.map(|checked| Media {
                stamp: checked.stamp,
                kind: checked.accepted.kind,
                note: checked.accepted.note,
            });
            if let Some(stamp) = stamp {
                let before = item.last_stamp.replace(stamp);
                let still = before == Some(stamp)
                    || stamp.is_older_than(self.options.policy.unchanged_for, at);
                if !still {
                    self.apply(id, Event::StillChanging);
                    continue;
                }
            }
            let size = outcome.as_ref().ok().map(|media| media.stamp.size);
            let before = item.upload.media.map(|media| media.stamp);
            if !self.apply(id, Event::Checked(outcome)) {
                continue;
            }
            self.is_of_size(id, size, before);
            if self.options.start_at_once && self.items.get(&id).is_some_and(|item| item.may_start)
            {
                self.apply(id, Event::Start);
            }
        }
    }

    /// Indexes a row under its checked size, and drops what was read of a changed file.
    fn is_of_size(&mut self, id: ItemId, size: Option<u64>, before: Option<FileStamp>) {
        if let Some(before) = before {
            self.forget_size(id, before.size);
        }
        let Some(item) = self.items.get_mut(&id) else {
            return;
        };
        if item.upload.media.map(|media| media.stamp) != before {
            item.content = None;
            item.reading = Arc::default();
        }
        if let Some(size) = size {
            self.by_size.entry(size).or_default().insert(id);
            self.duplicate_scan.invalidate_size(size);
        }
    }
}
