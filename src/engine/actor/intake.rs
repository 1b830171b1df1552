//! Takes in added files: found on one thread, checked on others, shown as they come. A file chosen
//! for a row whose own is missing is checked as well.

use std::collections::HashSet;
use std::path::PathBuf;
use std::sync::Arc;

use super::Actor;
use super::restore::Resumption;
use crate::api::Service;
use crate::engine::clock::now_ms;
use crate::engine::intake::{AddId, CheckResult, FoundFile};
use crate::engine::outbox::Work;
use crate::engine::queue::item::Item;
use crate::engine::tasks::{AddedPaths, FileToCheck, FileToLocate, LocatedFile};
use crate::engine::{FrontEnd, Notice};
use crate::model::batch::{Batch, BatchId, clean_label, clean_note};
use crate::model::relocation::{RelocationError, compare, may_be_elsewhere};
use crate::model::snapshot::ItemId;
use crate::model::upload::{Effect, Event, Upload, UploadState};
use crate::store::HistoryChange;

impl<S: Service> Actor<S> {
    /// Walks added paths; `may_start` if the user added them here. `label` is that of their batch,
    /// if the user gave one.
    pub(super) fn add(&mut self, paths: Vec<PathBuf>, may_start: bool, label: Option<&str>) {
        let add = self.intake.on_walk_started(label);
        self.outbox.start(Work::Walk(AddedPaths {
            add,
            paths,
            may_start,
            is_labelled: label.is_some(),
        }));
    }

    /// Takes in buffered files once the queue is restored.
    pub(super) fn take_in_buffered(&mut self) {
        if !self.intake.is_ready(self.journal.has_answered()) {
            return;
        }
        let found = self.intake.take_buffered();
        self.take_in(found);
        self.take_in_skipped();
        self.intake.forget_finished();
    }

    fn postpone(&mut self, found: impl IntoIterator<Item = FoundFile>) {
        self.intake.postpone(found);
        self.outbox.start(Work::RetryIntake);
    }

    /// Adds rows for found files that are not queued.
    fn take_in(&mut self, found: Vec<FoundFile>) {
        let mut seen = HashSet::new();
        let (mut new, mut listed) = (vec![], vec![]);
        for found in found {
            let is_window = self.options.front_end == FrontEnd::Window;
            let may_be_fixed = is_window && found.rejection.is_none();
            match self.queue.at_path(&found.identity) {
                Some(row)
                    if may_be_fixed && matches!(row.upload().state, UploadState::Rejected(_)) =>
                {
                    let id = row.id;
                    if let Some(item) = self.queue.get_mut(id) {
                        item.may_start = found.may_start;
                    }
                    self.apply(id, Event::Retry);
                }
                // In the window an ended row stands for its file as it was.
                Some(row) if !is_window || !row.has_changed_since(found.stamp) => {
                    listed.push(row.id);
                }
                _ if seen.insert(found.identity.clone()) => new.push(found),
                // It was dropped twice: both are the row that is to come.
                _ => {}
            }
        }
        if !listed.is_empty() {
            self.outbox.notify(Notice::AlreadyListed(listed));
        }
        let lacking = self.intake.lacking_batches(&new);
        let mut ids = self.journal.new_ids(new.len() + lacking);
        let mut batch_ids = ids.split_off(new.len());
        let mut to_check = vec![];
        let mut new = new.into_iter().zip(ids);
        while let Some((found, id)) = new.next() {
            let position = self.queue.next_position();
            match self.resume_from_earlier_run(&found, id, position) {
                Resumption::Resumed(id) => {
                    to_check.extend(id);
                    continue;
                }
                Resumption::NewFile => {}
                Resumption::Unknown => {
                    let (rest, unused): (Vec<_>, Vec<_>) = new.unzip();
                    self.journal.return_ids(std::iter::once(id).chain(unused));
                    self.postpone(std::iter::once(found).chain(rest));
                    break;
                }
            }
            let mut item = Item::new(id, found.path, position, Upload::new());
            item.may_start = found.may_start;
            item.batch = self.batch_of(found.add, &mut batch_ids);
            self.insert(item);
            self.queue.set_identity(id, found.identity);
            match found.rejection {
                Some(rejection) => {
                    self.apply(id, Event::Checked(Err(rejection)));
                }
                None => to_check.push(id),
            }
        }
        self.journal.return_ids(batch_ids);
        for id in to_check {
            self.outbox.start(Work::Upload(id, Effect::CheckFile));
        }
    }

    /// Returns the batch of a command, made with one of the `unused` ids if this is its first row.
    fn batch_of(&mut self, add: AddId, unused: &mut Vec<ItemId>) -> Option<Arc<Batch>> {
        self.intake.batch(add).or_else(|| {
            let id = BatchId(unused.pop()?.0);
            let batch = self.intake.make_batch(add, Some(id))?;
            self.put_batch(&batch);
            Some(batch)
        })
    }

    /// Adds skipped files to their batches, also where those have no rows.
    fn take_in_skipped(&mut self) {
        let has_answered = self.journal.has_answered();
        while self.intake.is_ready(has_answered)
            && let Some(add) = self.intake.behind()
        {
            let unused = match self.intake.batch(add) {
                Some(_) => None,
                None => self.journal.new_ids(1).pop().map(|id| BatchId(id.0)),
            };
            let Some(batch) = self.intake.make_batch(add, unused) else {
                return;
            };
            if unused.is_some() {
                self.batches.keep_without_rows(batch.id);
            }
            self.put_batch(&batch);
        }
    }

    /// Journals a new or changed batch, and hands it to its rows.
    fn put_batch(&mut self, batch: &Arc<Batch>) {
        self.queue.set_batch(batch);
        self.batches.put(Arc::clone(batch));
        self.journal
            .stage(HistoryChange::PutBatch(Arc::clone(batch)));
    }

    /// Changes label and note of a batch, also of one without rows in the list.
    pub(super) fn edit_batch(&mut self, id: BatchId, label: &str, note: Option<&str>) {
        let (Some(label), Some(batch)) = (clean_label(label), self.recall_batch(id)) else {
            return;
        };
        let renamed_at_ms = (label != batch.label).then(now_ms);
        let batch = Arc::new(Batch {
            label,
            note: note.and_then(clean_note),
            ..(*batch).clone()
        });
        self.intake.on_batch_edited(&batch);
        self.queue.set_batch(&batch);
        self.batches.put(Arc::clone(&batch));
        self.journal.stage(HistoryChange::EditBatch {
            batch: id,
            label: batch.label.clone(),
            note: batch.note.clone(),
            renamed_at_ms,
        });
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
            self.batches.on_inserted(item);
        }
        self.publisher.on_change(id);
        self.publisher.on_order_change();
    }

    /// Returns the file of a row that is to be checked.
    pub(super) fn file_to_check(&self, id: ItemId) -> Option<FileToCheck> {
        let item = self.queue.get(id)?;
        let as_named = self.goes_as_named(item);
        Some(((id, as_named), item.file.clone()))
    }

    /// Returns whether unrecognised content is taken for the format of the file's name.
    fn goes_as_named(&self, item: &Item) -> bool {
        self.options.force || item.upload().counters.as_named
    }

    pub(super) fn on_checked(&mut self, checked: Vec<CheckResult>) {
        for CheckResult {
            item: id,
            outcome,
            metadata,
            stamp,
            at,
        } in checked
        {
            let Some(item) = self.queue.get_mut(id) else {
                continue;
            };
            let is_placeholder = outcome.as_ref().is_ok_and(|file| file.is_cloud_placeholder);
            item.content.on_checked(is_placeholder, metadata);
            let starts = self.options.start_at_once && item.may_start;
            let is_still = stamp.is_none_or(|stamp| {
                item.content.has_stamp_of_last_check(stamp)
                    || stamp.is_older_than(self.options.policy.unchanged_for, at)
            });
            if !is_still {
                self.apply(id, Event::StillChanging);
            } else if self.apply(id, Event::Checked(outcome.map(|file| file.media()))) && starts {
                self.apply(id, Event::Start);
            }
        }
    }

    /// Has the chosen file checked, and hashed if only its content identifies it.
    pub(super) fn locate(&mut self, id: ItemId, path: PathBuf) {
        let Some(item) = self.queue.get(id) else {
            return;
        };
        if may_be_elsewhere(&item.upload().state) {
            let file = FileToLocate {
                path,
                hash_if_size: item.content.hash().map(|_| item.upload().size()),
                as_named: self.goes_as_named(item),
            };
            self.outbox.start(Work::Locate(id, file));
        }
    }

    /// Goes on with the chosen file, or reports why not; journals its path with the new state.
    pub(super) fn on_located(&mut self, id: ItemId, located: LocatedFile) {
        let item = self.queue.get(id);
        // The row may have gone on meanwhile.
        let Some(item) = item.filter(|item| may_be_elsewhere(&item.upload().state)) else {
            return;
        };
        let identity = located.identity.as_ref();
        let row = identity.and_then(|identity| self.queue.at_path(identity));
        let verdict = match located.outcome {
            _ if row.is_some_and(|row| row.id != id) => Err(RelocationError::InTheList),
            Err(rejection) => Err(RelocationError::Refused(rejection)),
            Ok((media, content)) => {
                compare(item.upload().media, item.content.hash(), media, content)
            }
        };
        if let Err(misfit) = verdict {
            tracing::info!(item = id.0, ?misfit, "the file that was chosen is another");
            let notice = Notice::NotLocated(located.path, misfit);
            self.outbox.notify(notice);
            return;
        }
        if let Some(item) = self.queue.get_mut(id) {
            item.move_to(located.path);
        }
        self.queue.set_identity(id, located.identity);
        self.apply(id, Event::Located);
    }
}
