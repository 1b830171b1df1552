//! Takes in added files: found on one thread, checked on others, shown as they come.

use std::collections::HashSet;
use std::path::PathBuf;

use super::Actor;
use super::restore::Resumption;
use crate::api::Service;
use crate::engine::FrontEnd;
use crate::engine::intake::{CheckResult, FoundFile};
use crate::engine::journal::DatabaseLocked;
use crate::engine::outbox::Work;
use crate::engine::queue::item::Item;
use crate::engine::tasks::FileToCheck;
use crate::model::snapshot::ItemId;
use crate::model::upload::{Effect, Event, Upload, UploadState};

enum QueueMembership {
    /// Not queued, or another file then.
    New,
    Queued,
    /// Rejected before, and possibly fixed since.
    Refused(ItemId),
}

impl<S: Service> Actor<S> {
    /// Walks added paths; `may_start` if the user added them here.
    pub(super) fn add(&mut self, paths: Vec<PathBuf>, may_start: bool) {
        self.intake.on_walk_started();
        self.outbox.start(Work::Walk { paths, may_start });
    }

    /// Takes in buffered files once the queue is restored.
    pub(super) fn take_in_buffered(&mut self) {
        let found = self.intake.take_ready(self.journal.has_answered());
        self.take_in(found);
    }

    fn postpone(&mut self, found: impl IntoIterator<Item = FoundFile>) {
        self.intake.postpone(found);
        self.outbox.start(Work::RetryIntake);
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
            let position = self.queue.next_position();
            match self.resume_from_earlier_run(&found, id, position) {
                Ok(Resumption::Resumed(id)) => {
                    to_check.extend(id);
                    continue;
                }
                Ok(Resumption::NewFile) => {}
                Ok(Resumption::AwaitsKey) | Err(DatabaseLocked) => {
                    let (rest, unused): (Vec<_>, Vec<_>) = new.unzip();
                    self.journal.return_ids(std::iter::once(id).chain(unused));
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
                None => to_check.push(id),
            }
        }
        for id in to_check {
            self.outbox.start(Work::Upload(id, Effect::CheckFile));
        }
    }

    /// Returns the queue membership. In the window an ended row stands for its file as it was.
    fn standing(&self, found: &FoundFile) -> QueueMembership {
        let Some(item) = self.queue.at_path(&found.identity) else {
            return QueueMembership::New;
        };
        match item.upload().state {
            _ if self.options.front_end == FrontEnd::CommandLine => QueueMembership::Queued,
            UploadState::Rejected(_) if found.rejection.is_none() => {
                QueueMembership::Refused(item.id)
            }
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
            self.duplicates.invalidate(item);
        }
        self.publisher.on_change(id);
        self.publisher.on_order_change();
    }

    /// Returns the file of a row that is to be checked.
    pub(super) fn file_to_check(&self, id: ItemId) -> Option<FileToCheck> {
        let item = self.queue.get(id)?;
        Some(FileToCheck {
            item: id,
            path: item.file.clone(),
            as_named: self.goes_as_named(item),
        })
    }

    /// Returns whether unrecognised content is taken for the format of the file's name.
    pub(super) fn goes_as_named(&self, item: &Item) -> bool {
        self.options.force || item.upload().counters.as_named
    }

    pub(super) fn on_checked(&mut self, checked: Vec<CheckResult>) {
        for CheckResult {
            item: id,
            outcome,
            stamp,
            at,
        } in checked
        {
            let Some(item) = self.queue.get_mut(id) else {
                continue;
            };
            let checked = outcome.as_ref();
            item.content
                .on_checked(checked.is_ok_and(|checked| checked.is_cloud_placeholder));
            let outcome = outcome.map(|checked| checked.media());
            if let Some(stamp) = stamp {
                let still = item.content.has_stamp_of_last_check(stamp)
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
