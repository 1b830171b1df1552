//! Takes in added files: found on one thread, checked on others, shown as they come.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use tokio::sync::oneshot;

use super::Actor;
use super::message::ActorMessage;
use crate::api::Service;
use crate::engine::FrontEnd;
use crate::engine::blocking_io::{for_each_file_with_timeout, no_answer};
use crate::engine::intake::{self, CanonicalPath, CheckedFile};
use crate::engine::journal::DatabaseLocked;
use crate::engine::queue::item::Item;
use crate::engine::task::Task;
use crate::model::media::{FileStamp, Rejection};
use crate::model::snapshot::ItemId;
use crate::model::upload::{Event, Media, Upload, UploadState};

/// Longest wait of a check for the one before it, which keeps results in order. Beyond that an
/// unresponsive drive would hold up all of them.
const LOOK_PATIENCE: Duration = Duration::from_secs(5);

/// Delay before found files are tried again while the database is locked.
const POSTPONED: Duration = Duration::from_millis(80);

/// A file or folder that a walk found.
pub(in crate::engine) struct FoundFile {
    pub(super) path: PathBuf,
    pub(super) identity: CanonicalPath,
    /// Its current stamp, to compare with an earlier one.
    pub(super) stamp: Option<FileStamp>,
    /// Reason to reject it without a check.
    pub(super) rejection: Option<Rejection>,
    /// Added by the user in this window, so that it may start by itself.
    pub(super) may_start: bool,
}

enum QueueMembership {
    /// Not queued, or another file then.
    New,
    Queued,
    /// Rejected before, and possibly fixed since.
    Refused(ItemId),
}

impl FoundFile {
    pub fn path(&self) -> &Path {
        &self.path
    }

    pub fn identity(&self) -> &CanonicalPath {
        &self.identity
    }

    pub fn stamp(&self) -> Option<FileStamp> {
        self.stamp
    }

    pub fn is_rejected(&self) -> bool {
        self.rejection.is_some()
    }
}

pub(in crate::engine) struct CheckResult {
    item: ItemId,
    outcome: Result<CheckedFile, Rejection>,
    /// Stamp of the file, if the result depends on its content.
    stamp: Option<FileStamp>,
    /// Time of the stamp, to tell how old the last change is.
    at: SystemTime,
}

/// Returns the stamp of the checked file. A file still being written may be empty or lack its
/// header, so its rejection depends on it.
fn stamp(path: &Path, outcome: &Result<CheckedFile, Rejection>) -> Option<FileStamp> {
    match outcome {
        Ok(last_stamp) => Some(last_stamp.stamp),
        Err(
            Rejection::Empty | Rejection::ContentMismatch { .. } | Rejection::NotRecognised { .. },
        ) => intake::stamp_now(path),
        Err(_) => None,
    }
}

impl<S: Service> Actor<S> {
    /// Takes in buffered files once the queue is restored.
    pub(super) fn take_in_early(&mut self) {
        if !self.intake_waits() {
            let found = std::mem::take(&mut self.buffered_files);
            self.take_in(found);
        }
    }

    /// Returns whether found files are buffered.
    pub(super) fn intake_waits(&self) -> bool {
        self.resolving_paths || self.intake_retry.is_some() || !self.journal.has_answered()
    }

    /// Buffers files while the database is locked, since duplicates would go unnoticed.
    fn postpone(&mut self, found: impl IntoIterator<Item = FoundFile>) {
        self.buffered_files.extend(found);
        let messages = self.messages.clone();
        self.intake_retry = Some(Task::spawn(async move {
            tokio::time::sleep(POSTPONED).await;
            let _ = messages.send(ActorMessage::TakeIn);
        }));
    }

    /// Adds rows for found files that are not queued.
    fn take_in(&mut self, found: Vec<FoundFile>) {
        let mut seen = HashSet::new();
        let mut new = vec![];
        for found in found {
            match self.standing(&found) {
                QueueMembership::New if seen.insert(found.identity.clone()) => new.push(found),
                QueueMembership::Refused(id) => {
                    if let Some(item) = self.queue.get_mut(id) {
                        item.may_start = found.may_start;
                    }
                    self.apply(id, Event::Retry);
                }
                QueueMembership::New | QueueMembership::Queued => self.already_listed += 1,
            }
        }
        let Ok(ids) = self.journal.new_ids(new.len()) else {
            self.postpone(new);
            return;
        };
        let mut to_look_at = vec![];
        let mut new = new.into_iter().zip(ids);
        while let Some((found, id)) = new.next() {
            let position = self.queue.next_position();
            match self.continue_left_behind(&found, id, position) {
                Ok(Some(id)) => {
                    to_look_at.extend(id);
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
            self.insert(item);
            self.queue.set_identity(id, found.identity);
            match found.rejection {
                Some(rejection) => {
                    self.apply(id, Event::Checked(Err(rejection)));
                }
                None => to_look_at.push(id),
            }
        }
        self.look(&to_look_at, Duration::ZERO);
    }

    /// Returns the queue membership. In the window an ended row stands for its file as it was.
    fn standing(&self, found: &FoundFile) -> QueueMembership {
        let Some(item) = self.queue.at_path(&found.identity) else {
            return QueueMembership::New;
        };
        match item.upload().state {
            _ if self.options.front_end == FrontEnd::CommandLine => QueueMembership::Queued,
            UploadState::Rejected(_) if !found.is_rejected() => QueueMembership::Refused(item.id),
            _ if item.has_changed_since(found.stamp) => QueueMembership::New,
            _ => QueueMembership::Queued,
        }
    }

    pub(super) fn insert(&mut self, item: Item) {
        let id = item.id;
        self.queue.insert(item);
        self.on_inserted(id);
    }

    /// Tells of a row that has come.
    pub(super) fn on_inserted(&mut self, id: ItemId) {
        if let Some(item) = self.queue.get(id) {
            self.journal.stage_item(item);
            self.duplicate_scan.invalidate(item);
        }
        self.publisher.on_change(id);
        self.publisher.on_order_change();
    }

    /// Checks files after a delay, on a thread; files of an unresponsive drive are rejected.
    pub(super) fn look(&mut self, ids: &[ItemId], after: Duration) {
        let paths: Vec<(ItemId, PathBuf)> = ids
            .iter()
            .filter_map(|id| Some((*id, self.queue.get(*id)?.file.clone())))
            .collect();
        if paths.is_empty() {
            return;
        }
        let as_named: HashSet<PathBuf> = ids
            .iter()
            .filter_map(|id| self.queue.get(*id))
            .filter(|item| self.goes_as_named(item))
            .map(|item| item.file.clone())
            .collect();
        self.looks += 1;
        let (messages, blocking_io) = (self.messages.clone(), self.options.policy.stall);
        let turn = after.is_zero().then(|| {
            let (done, end) = oneshot::channel::<()>();
            (done, self.last_look.replace(end))
        });
        self.background_tasks.spawn(async move {
            tokio::time::sleep(after).await;
            // Held until this check has reported, so that the next one waits.
            let mut turn = turn;
            if let Some((_, before)) = &mut turn
                && let Some(before) = before.take()
            {
                let _ = tokio::time::timeout(LOOK_PATIENCE, before).await;
            }
            let look = move |path: &Path| {
                let outcome = match as_named.contains(path) {
                    true => intake::look_as_named(path),
                    false => intake::look(path),
                };
                let stamp = stamp(path, &outcome);
                (outcome, stamp, SystemTime::now())
            };
            let last_stamp = for_each_file_with_timeout(paths, blocking_io, look)
                .await
                .into_iter();
            let last_stamp = last_stamp.map(|(item, answer)| {
                let (outcome, stamp, at) =
                    answer.unwrap_or_else(|| (Err(no_answer()), None, SystemTime::now()));
                CheckResult {
                    item,
                    outcome,
                    stamp,
                    at,
                }
            });
            let _ = messages.send(ActorMessage::CheckedFile(last_stamp.collect()));
            drop(turn);
        });
    }

    /// Returns whether unrecognised content is taken for the format of the file's name.
    pub(super) fn goes_as_named(&self, item: &Item) -> bool {
        self.options.force || item.upload().counters.as_named
    }

    pub(super) fn looked_at(&mut self, last_stamp: Vec<CheckResult>) {
        self.looks = self.looks.saturating_sub(1);
        for CheckResult {
            item: id,
            outcome,
            stamp,
            at,
        } in last_stamp
        {
            let Some(item) = self.queue.get_mut(id) else {
                continue;
            };
            item.is_cloud_placeholder = outcome
                .as_ref()
                .is_ok_and(|last_stamp| last_stamp.is_cloud_placeholder);
            item.hash_failed = false;
            let outcome = outcome.map(|last_stamp| Media {
                stamp: last_stamp.stamp,
                kind: last_stamp.accepted.kind,
                note: last_stamp.accepted.note,
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
            if !self.apply(id, Event::Checked(outcome)) {
                continue;
            }
            if self.options.start_at_once && self.queue.get(id).is_some_and(|item| item.may_start) {
                self.apply(id, Event::Start);
            }
        }
    }
}
