//! Taking in what was named: found on one thread, looked at on others, shown as it comes.

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
use crate::engine::intake::{self, CanonicalPath, CheckedFile};
use crate::engine::item::{Item, Task};
use crate::engine::journal::DatabaseLocked;
use crate::model::media::{FileStamp, Rejection};
use crate::model::snapshot::ItemId;
use crate::model::upload::{Event, Media, Upload, UploadState};

/// For how long a look waits for the one before it, so that files are told of in the order
/// in which they were found; longer, and a drive that does not answer would hold up all.
const LOOK_PATIENCE: Duration = Duration::from_secs(5);

/// How long what was found waits while another program holds the database.
const POSTPONED: Duration = Duration::from_millis(80);

/// Something that a walk came upon.
pub(in crate::engine) struct FoundFile {
    pub(super) path: PathBuf,
    pub(super) identity: CanonicalPath,
    /// What it is now, for whoever knew it before.
    pub(super) stamp: Option<FileStamp>,
    /// Why it is refused without a look.
    pub(super) rejection: Option<Rejection>,
    /// Whoever named it is here, and may wish that it starts by itself.
    pub(super) may_start: bool,
}

/// What a file that was found is to the queue.
enum QueueMembership {
    /// It is not in it, or was another file then.
    New,
    /// It is in it.
    Queued,
    /// It was refused, and may have been mended.
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

/// What a look found.
pub(in crate::engine) struct CheckResult {
    item: ItemId,
    outcome: Result<CheckedFile, Rejection>,
    /// What the file was, where what was found depends on its content.
    stamp: Option<FileStamp>,
    /// When that was, and so how old the file's last change is.
    at: SystemTime,
}

/// Returns what the file was that this was found of. A file that has just been made may be empty,
/// or begin with nothing, because it is being written.
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
    /// Takes in what was found, unless it is not known yet what the queue holds.
    pub(super) fn take_in_early(&mut self) {
        if !self.intake_waits() {
            let found = std::mem::take(&mut self.buffered_files);
            self.take_in(found);
        }
    }

    /// Returns whether what is found waits.
    pub(super) fn intake_waits(&self) -> bool {
        self.resolving_paths || self.intake_retry.is_some() || !self.journal.has_answered()
    }

    /// Another program holds the database: without a look at it files would be sent again.
    fn postpone(&mut self, found: impl IntoIterator<Item = FoundFile>) {
        self.buffered_files.extend(found);
        let messages = self.messages.clone();
        self.intake_retry = Some(Task::spawn(async move {
            tokio::time::sleep(POSTPONED).await;
            let _ = messages.send(ActorMessage::TakeIn);
        }));
    }

    /// Adds rows for what was found, except for files that stand in the queue already.
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
            let position = self.order.last().map_or(0, |(last, _)| last + STEP);
            match self.continue_left_behind(&found, position) {
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
            self.by_path.insert(found.identity, id);
            self.journal.stage_item(&item);
            self.put_back(item);
            match found.rejection {
                Some(rejection) => {
                    self.apply(id, Event::Checked(Err(rejection)));
                }
                None => to_look_at.push(id),
            }
        }
        self.look(&to_look_at, Duration::ZERO);
    }

    /// A file that stands in the queue and has not left it is not queued twice. In the
    /// window a row that ended stands for the file as it was then.
    fn standing(&self, found: &FoundFile) -> QueueMembership {
        let row = self.by_path.get(&found.identity);
        let Some(item) = row.and_then(|id| self.items.get(id)) else {
            return QueueMembership::New;
        };
        match item.upload.state {
            _ if self.options.front_end == FrontEnd::CommandLine => QueueMembership::Queued,
            UploadState::Rejected(_) if !found.is_rejected() => QueueMembership::Refused(item.id),
            _ if item.has_changed_since(found.stamp) => QueueMembership::New,
            _ => QueueMembership::Queued,
        }
    }

    /// Puts a row where its position says.
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

    /// A row that is of this size no longer.
    pub(super) fn forget_size(&mut self, id: ItemId, size: u64) {
        self.duplicate_scan.invalidate_size(size);
        if let Some(rows) = self.by_size.get_mut(&size) {
            rows.remove(&id);
            if rows.is_empty() {
                self.by_size.remove(&size);
            }
        }
    }

    /// Looks at files after a while, on a thread for that; those whose drive does not answer
    /// are refused.
    pub(super) fn look(&mut self, ids: &[ItemId], after: Duration) {
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
        self.looks += 1;
        let (messages, blocking_io) = (self.messages.clone(), self.options.policy.stall);
        let turn = after.is_zero().then(|| {
            let (done, end) = oneshot::channel::<()>();
            (done, self.last_look.replace(end))
        });
        self.background_tasks.spawn(async move {
            tokio::time::sleep(after).await;
            // Its sender is held until this look has told; the next one waits for that.
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

    /// Tells whether a file is taken for what its name says where its content is not
    /// recognised.
    pub(super) fn goes_as_named(&self, item: &Item) -> bool {
        self.options.force || item.upload.counters.as_named
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
            let Some(item) = self.items.get_mut(&id) else {
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

    /// Takes note of what a look found: who looks for files of its size finds the row, and
    /// what was read of another file is forgotten.
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
