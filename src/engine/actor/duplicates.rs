//! Finds rows with the content of another row or of an asset in the history: reads files, compares
//! hashes, confirms assets with the service, and passes the outcome on to dependent rows.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::Actor;
use super::snapshot::uploaded;
use crate::api::Service;
use crate::engine::FrontEnd;
use crate::engine::duplicates::comparison::{candidates, files_to_compare, original_in_run};
use crate::engine::outbox::Work;
use crate::engine::queue::item::Item;
use crate::engine::tasks::{Contents, ReadAhead, not_compared};
use crate::model::asset::{Account, AssetId, ContentHash};
use crate::model::fault::Fault;
use crate::model::snapshot::ItemId;
use crate::model::upload::{Event, UploadState};
use crate::store::AssetRecord;

impl<S: Service> Actor<S> {
    /// Marks all sizes, after a change of the history or the account.
    pub(super) fn invalidate_all(&mut self) {
        self.duplicates.invalidate_sizes(self.queue.sizes());
    }

    /// Groups rows of changed sizes by content, without reading any file. The command line starts
    /// everything at once and skips this.
    pub(super) fn regroup(&mut self) {
        if self.options.front_end != FrontEnd::Window {
            self.duplicates.discard();
        }
        if !self.journal.is_good() {
            return;
        }
        let (journal, own) = (&self.journal, self.accounts_to_compare());
        let is_asked = self.options.ask_history;
        let history = |size| match is_asked {
            true => journal.ready_assets(&own, size),
            false => Some(vec![]),
        };
        let others = match is_asked {
            true => self.keys.others(&own),
            false => HashSet::new(),
        };
        let mut read: HashMap<u64, Vec<AssetRecord>> = HashMap::new();
        let mut of_others = |size, wanted: &dyn Fn(&AssetRecord) -> bool| {
            let assets = read
                .entry(size)
                .or_insert_with(|| journal.reusable_assets(&others, size).unwrap_or_default());
            assets.iter().find(|asset| wanted(asset)).cloned()
        };
        let has_of_others = |size| of_others(size, &|_| true).is_some();
        let found = self
            .duplicates
            .regroup(&self.queue, &own, history, has_of_others);
        for (id, known) in found {
            let Some(item) = self.queue.get_mut(id) else {
                continue;
            };
            let is_new = item.upload().state == UploadState::Ready && known.is_none();
            let content = item.content.hash().filter(|_| is_new);
            let of_other = content.and_then(|content| {
                let has_it = |asset: &AssetRecord| asset.content == Some(content);
                of_others(item.upload().size(), &has_it)
            });
            let of_other = of_other.map(|asset| Arc::new(uploaded(asset)));
            if item.known_duplicate != known || item.of_other_account != of_other {
                item.known_duplicate = known;
                item.of_other_account = of_other;
                self.publisher.on_change(id);
            }
            self.asset_checks.on_compared(item);
        }
    }

    /// Returns the current key's accounts. Without a key nobody knows whose the assets of the
    /// history are, and all of them count as unconfirmed.
    pub(super) fn accounts_to_compare(&self) -> HashSet<Account> {
        match self.keys.key() {
            Some(_) => self.keys.accounts().clone(),
            None => self.keys.others(&HashSet::new()),
        }
    }

    /// Takes in hashes of files that were read ahead.
    pub(super) fn has_read_ahead(&mut self, read: Vec<ReadAhead>) {
        for (id, hash) in self.duplicates.on_read(&self.queue, read) {
            if let Some(item) = self.queue.get_mut(id) {
                item.content.on_read(hash);
                self.publisher.on_change(id);
            }
        }
    }

    /// Forgets assets not found, as another account may have them.
    pub(super) fn forget_unconfirmed(&mut self) {
        for id in self.queue.forget_unconfirmed() {
            if let Some(item) = self.queue.get(id) {
                self.journal.stage_item(item);
                self.publisher.on_change(id);
            }
        }
    }

    /// Returns whether the run or the history has another file of this size.
    pub(super) fn has_duplicate_candidates(&self, id: ItemId) -> bool {
        let Some(item) = self.queue.get(id) else {
            return false;
        };
        if item.meant_for().is_some() {
            // The history is asked for the account in use.
            return false;
        }
        let mut in_run = candidates(&self.queue, item, self.keys.accounts());
        !item.upload().counters.force_upload
            && (in_run.next().is_some() || !self.known_assets(item).is_empty())
    }

    /// Returns assets of the history that may be the row's original.
    pub(super) fn known_assets(&self, item: &Item) -> Vec<(AssetId, ContentHash)> {
        if !self.options.ask_history {
            return vec![];
        }
        let known = self
            .journal
            .ready_assets(self.keys.accounts(), item.upload().size());
        known.unwrap_or_default()
    }

    /// Hashes the row and its candidates as needed, and checks that hashed files are unchanged.
    pub(super) fn compare(&mut self, id: ItemId, attempt: u32) {
        // It may have been stopped while the journal was locked.
        let own = self.keys.accounts();
        let item = self.queue.get_at(id, attempt);
        let files = item.map(|item| files_to_compare(&self.queue, item, own));
        if let (Some(files), Some(item)) = (files, self.queue.get_mut(id)) {
            item.running = Some(self.tasks.compare(attempt, files));
        }
    }

    pub(super) fn hashed(&mut self, id: ItemId, attempt: u32, contents: Result<Contents, Fault>) {
        let contents = match contents {
            Ok(contents) => contents,
            Err(fault) => {
                self.apply(id, not_compared(attempt, fault));
                return;
            }
        };
        for (other, stamp, content) in contents {
            let is_still = |item: &&mut Item| {
                let media = item.upload().media;
                media.is_some_and(|media| media.stamp == stamp)
            };
            if let Some(item) = self.queue.get_mut(other).filter(is_still) {
                item.content.on_read(Some(content));
                self.duplicates.invalidate(item);
            }
        }
        let Some(item) = self.queue.get_at(id, attempt) else {
            return;
        };
        let Some(content) = item.content.hash() else {
            return;
        };
        let original = original_in_run(&self.queue, item, content, self.keys.accounts());
        if original.is_some() {
            self.apply(id, Event::HashCompared { attempt, original });
            return;
        }
        let known = self.known_assets(item).into_iter();
        let equal = known.filter(|(_, of)| *of == content);
        self.outbox.start(Work::ConfirmAsset {
            item: id,
            attempt,
            candidates: equal.map(|(asset, _)| asset).collect(),
        });
    }

    /// Notifies dependent rows that this one has ended or was removed.
    pub(super) fn notify_dependents(&mut self, id: ItemId, asset: Option<&AssetId>) {
        let done = self.queue.get(id).filter(|item| {
            let is_done = matches!(item.upload().state, UploadState::Done { .. });
            is_done && !item.is_of(self.keys.accounts())
        });
        let others = done.map(|item| item.account.clone());
        for dependent in self.queue.take_dependents(id) {
            // An asset of another account is not this row's.
            let goes_there = |others: &Option<Account>| {
                let item = self.queue.get(dependent);
                others.is_some() && item.is_some_and(|item| item.meant_for() == others.as_ref())
            };
            let is_own = others.as_ref().is_none_or(goes_there);
            let asset = asset.filter(|_| is_own).cloned();
            self.apply(dependent, Event::OriginalEnded { asset });
        }
    }

    /// Looks up a match from the history, which counts only if the service still has it.
    pub(super) fn confirm_asset(&mut self, id: ItemId, attempt: u32, candidates: Vec<AssetId>) {
        let Some(item) = self.queue.get_mut_at(id, attempt) else {
            return;
        };
        let (Some(key), false) = (self.keys.key().cloned(), candidates.is_empty()) else {
            let original = None;
            self.handle_upload_event(id, Event::HashCompared { attempt, original });
            return;
        };
        item.last_asked_account = Some(key.account());
        item.running = Some(self.tasks.confirm_asset(item, key, candidates));
    }
}
