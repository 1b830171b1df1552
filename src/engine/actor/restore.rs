//! Restores the work of earlier runs.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use super::Actor;
use crate::api::Service;
use crate::engine::files::CanonicalPath;
use crate::engine::intake::FoundFile;
use crate::engine::journal::DatabaseLocked;
use crate::engine::journal::opening::OpenOutcome;
use crate::engine::outbox::Work;
use crate::engine::queue::item::{Item, Starts};
use crate::engine::storage_protocols::StorageProtocols;
use crate::engine::{FrontEnd, LifecycleEvent, Notice};
use crate::model::batch::{Batch, BatchId};
use crate::model::set_aside::SetAside;
use crate::model::snapshot::{ItemId, KeyState};
use crate::model::upload::{Effect, Event, Upload, UploadState};
use crate::store::{HistoryChange, ItemRecord, OpenError};

/// Returns an earlier run's upload in the state this run resumes it in.
fn resumed(upload: Upload) -> Upload {
    let upload = upload.after_restart();
    upload.asking_first().unwrap_or(upload)
}

/// Rank of an earlier run's row among those of its file, of which the first one is resumed.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum ResumeRank {
    /// The current key's account may have it.
    Sent,
    Unsent,
    /// Another key's account may have it, and the current key may be of that account.
    SentWithOtherKey,
}

/// Outcome of the search for an earlier run's row of a found file.
pub(super) enum Resumption {
    /// There is none to resume.
    NewFile,
    /// Resumed, and a row to check.
    Resumed(Option<ItemId>),
    /// Another program holds the database; or another key may have sent the file, and the keychain
    /// has not given the current one yet.
    Unknown,
}

impl<S: Service> Actor<S> {
    /// Opens the history on its own thread, if needed.
    pub(super) fn open_history(&mut self) {
        let brings_back = self.options.front_end == FrontEnd::Window && !self.journal.was_opened();
        let is_alive = brings_back.then_some(&self.options.is_alive);
        if let Some(task) = self.journal.next_open_task(is_alive) {
            self.tasks.open_history(task);
        }
    }

    /// Continues with the opened history, or notes why there is none.
    pub(super) fn history_opened(&mut self, outcome: Result<OpenOutcome, OpenError>) {
        let is_first = !self.journal.was_opened();
        if let Some((left, set_aside)) = self.journal.opened(outcome) {
            if is_first {
                self.storage_protocols = StorageProtocols::of(&self.journal.protocols());
                let saved = self.storage_protocols.saved();
                self.tasks.service().service().recall(saved);
                self.sessions.restore(self.journal.sessions());
                self.asset_deletions.set_left(self.journal.deletions());
                self.stage_queue(set_aside);
                self.restore(left);
            } else {
                self.write_anew(set_aside);
            }
        }
        self.take_in_buffered();
    }

    /// Stages everything for a history that took the place of another.
    pub(super) fn write_anew(&mut self, set_aside: Option<SetAside>) {
        self.storage_protocols = StorageProtocols::default();
        self.save_protocols();
        self.sessions.note_all();
        self.stage_queue(set_aside);
    }

    fn stage_queue(&mut self, set_aside: Option<SetAside>) {
        if let Some(set_aside) = set_aside {
            self.outbox.notify(Notice::HistorySetAside(set_aside));
        }
        self.recall_accounts();
        for batch in self.batches.shown() {
            let batch = HistoryChange::PutBatch(Arc::clone(batch));
            self.journal.stage(batch);
        }
        for item in self.queue.items().values() {
            self.journal.stage_anew(item);
        }
        self.restore_key_check();
        self.invalidate_all();
    }

    /// Restores the whole queue in the window: sent files are polled, checked ones checked again,
    /// the rest waits for the user. Rows of another service stay in the journal.
    fn restore(&mut self, left: Vec<(ItemRecord, Upload)>) {
        let started = self.replace_early_duplicates(&left);
        let (mut files, mut wanted, mut periods) = (vec![], vec![], HashMap::new());
        for (record, upload) in left {
            let (id, path, position) = (record.id, record.path.clone(), record.position);
            let upload = upload.after_restart();
            periods.insert(id, (upload.counters.busy_period, upload.is_unfinished()));
            files.push((id, path.clone()));
            if started.contains(&path) {
                wanted.push(id);
            }
            if self.insert_restored(record, path, upload, position) {
                self.outbox.start(Work::Upload(id, Effect::CheckFile));
            }
        }
        self.queue.continue_busy_period(&periods);
        self.each(&wanted, &Event::Resume);
        // An unresponsive drive delays only added files.
        if !files.is_empty() {
            self.intake.on_resolving_paths();
            self.outbox.start(Work::ResolvePaths(files));
        }
    }

    /// Replaces rows added before the history was open by the restored rows of their files. Returns
    /// the paths that the user has started.
    fn replace_early_duplicates(&mut self, left: &[(ItemRecord, Upload)]) -> HashSet<PathBuf> {
        let came: HashSet<&PathBuf> = left.iter().map(|(record, _)| &record.path).collect();
        let twice = |item: &&Item| item.starts.count() == 0 && came.contains(&item.file);
        let twice: Vec<&Item> = self.queue.items().values().filter(twice).collect();
        let started = twice
            .iter()
            .filter(|item| item.upload().state == UploadState::Queued)
            .map(|item| item.file.clone())
            .collect();
        let ids: Vec<ItemId> = twice.iter().map(|item| item.id).collect();
        if !ids.is_empty() {
            self.remove(&ids);
            self.forget_removed();
        }
        started
    }

    pub(super) fn paths_resolved(&mut self, identities: Vec<(ItemId, CanonicalPath)>) {
        self.intake.on_paths_resolved();
        for (id, identity) in identities {
            self.queue.set_identity(id, identity);
        }
        self.take_in_buffered();
    }

    /// Resumes an unfinished row of this path on the command line; `unused` is a row id that is free.
    pub(super) fn resume_from_earlier_run(
        &mut self,
        found: &FoundFile,
        unused: ItemId,
        position: i64,
    ) -> Resumption {
        if self.options.front_end != FrontEnd::CommandLine || found.rejection.is_some() {
            return Resumption::NewFile;
        }
        let (Some(stamp), Ok(file)) = (found.stamp, std::path::absolute(&found.path)) else {
            return Resumption::NewFile;
        };
        let (own, asks) = (self.keys.accounts(), self.options.ask_history);
        let key_is_awaited = self.keys.state() == KeyState::Loading;
        let rank = |record: &ItemRecord, upload: &Upload| {
            let is_polled = matches!(
                resumed(upload.clone()).state,
                UploadState::Processing { .. }
            );
            // Killed before it was checked, perhaps twice. Left behind, its note that the file may
            // be stored already would be lost.
            let was_checking = matches!(
                upload.state,
                UploadState::Checking | UploadState::StillChanging
            );
            let unfinished = upload.is_active() || was_checking || upload.must_survive_cli_run();
            let is_unchecked = record.stamp.is_none() && was_checking;
            let is_this = record.stamp == Some(stamp) && unfinished || is_unchecked;
            if !is_this {
                None
            } else if !is_polled {
                Some(ResumeRank::Unsent)
            } else if !asks {
                // It is left to a run that may ask.
                None
            } else if record.account.as_ref().is_none_or(|it| own.contains(it)) {
                Some(ResumeRank::Sent)
            } else {
                Some(ResumeRank::SentWithOtherKey)
            }
        };
        let is_alive = &*self.options.is_alive;
        let mut ranks = BTreeSet::new();
        let rank_all = |record: &ItemRecord, upload: &Upload| {
            ranks.extend(rank(record, upload));
            false
        };
        let read = self.journal.find_unfinished(&file, is_alive, rank_all);
        if read.is_err() {
            return Resumption::Unknown;
        }
        if ranks.contains(&ResumeRank::SentWithOtherKey) && key_is_awaited {
            // Sent before the keychain answers, the file would be stored twice.
            return Resumption::Unknown;
        }
        let Some(best) = ranks.pop_first() else {
            return Resumption::NewFile;
        };
        let is_other_keys = best == ResumeRank::SentWithOtherKey;
        if is_other_keys && self.keys.key().is_none() {
            return Resumption::NewFile;
        }
        let is_best = |record: &ItemRecord, upload: &Upload| rank(record, upload) == Some(best);
        let (record, upload) = match self.journal.find_unfinished(&file, is_alive, is_best) {
            Ok(Some(left)) => left,
            Ok(None) => return Resumption::NewFile,
            Err(DatabaseLocked) => return Resumption::Unknown,
        };
        let id = record.id;
        let upload = resumed(upload);
        let follows = matches!(upload.state, UploadState::Processing { .. });
        let path = found.path.clone();
        self.insert_restored(record, path.clone(), upload, position);
        self.queue.set_identity(id, found.identity.clone());
        if !follows {
            // Counters stay, above all that the file may be stored already.
            self.apply(id, Event::Rediscovered);
            return Resumption::Resumed(Some(id));
        }
        let Some(item) = self.queue.get_mut(id) else {
            return Resumption::Resumed(None);
        };
        item.id_to_leave = is_other_keys.then_some(unused);
        // An asset of another key counts as stored only once the current key has polled it.
        let stored = item.undoubted_asset().filter(|_| !is_other_keys).cloned();
        let direct_limit = self.options.policy.direct_limit;
        if let Some(accepted) = LifecycleEvent::accepted(item.upload(), direct_limit) {
            self.follow(Some(id), path.clone(), accepted);
        }
        self.follow(Some(id), path, LifecycleEvent::Followed(stored));
        Resumption::Resumed(None)
    }

    /// Returns a batch of the list, or of the history.
    pub(super) fn recall_batch(&mut self, id: BatchId) -> Option<Arc<Batch>> {
        if let Some(known) = self.batches.get(id) {
            return Some(Arc::clone(known));
        }
        let batch = Arc::new(self.journal.batch(id)?);
        self.batches.put(Arc::clone(&batch));
        Some(batch)
    }

    /// Makes a record a row of this run; true if it has to be checked.
    fn insert_restored(
        &mut self,
        record: ItemRecord,
        path: PathBuf,
        upload: Upload,
        position: i64,
    ) -> bool {
        let id = record.id;
        let mut item = Item::new(id, path, position, upload);
        item.file = record.path;
        // In the window restored rows never start by themselves.
        item.may_start = self.options.front_end == FrontEnd::CommandLine;
        item.batch = record.batch.and_then(|id| self.recall_batch(id));
        item.account = record.account;
        item.added_at_ms = record.added_at_ms;
        item.content.set_metadata(record.metadata);
        if let Some(asset) = item.upload().asset() {
            self.journal.knows(asset);
        }
        let checking = item.upload().state == UploadState::Checking;
        if matches!(item.upload().state, UploadState::Processing { .. }) {
            item.in_busy_period = true;
            item.starts = Starts::of_earlier_run();
            item.waits.restart_polls();
            let poll = Effect::Poll {
                attempt: item.upload().attempt,
                after: Duration::ZERO,
            };
            self.outbox.start(Work::Upload(id, poll));
        }
        self.insert(item);
        checking
    }
}
