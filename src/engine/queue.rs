//! The rows, their order, and the indexes that find them.
//!
//! [`Queue::apply`] is the only way in which an upload of the run moves.

mod busy_period;
pub(super) mod item;
mod order;
#[cfg(test)]
mod tests;

use std::collections::hash_map::Entry;
use std::collections::{BTreeSet, HashMap, HashSet};
use std::hash::Hash;
use std::sync::Arc;

use self::busy_period::BusyPeriod;
use self::item::Item;
use self::order::STEP;
use super::FinishedCounts;
use super::files::CanonicalPath;
use super::row_change::RowChange;
use crate::model::batch::Batch;
use crate::model::retry::Policy;
use crate::model::snapshot::ItemId;
use crate::model::upload::{Event, Original, Upload, UploadState};

/// A row and its position, smallest first.
type Place = (i64, ItemId);

/// All rows of the run.
#[derive(Debug, Default)]
pub(super) struct Queue {
    items: HashMap<ItemId, Item>,
    /// Order in which rows are shown and started.
    order: BTreeSet<Place>,
    queued: BTreeSet<Place>,
    active_transfers: BTreeSet<ItemId>,
    by_path: HashMap<CanonicalPath, ItemId>,
    by_size: HashMap<u64, BTreeSet<ItemId>>,
    /// Rows that share the outcome of another one, by that one.
    dependents: HashMap<ItemId, BTreeSet<ItemId>>,
    /// Rows of the last removal, for an undo.
    removed: Vec<Item>,
    busy_period: BusyPeriod,
}

impl Queue {
    /// Moves an upload by an event; `None` if the event is stale or does not fit.
    pub fn apply(&mut self, id: ItemId, event: Event, policy: &Policy) -> Option<RowChange<'_>> {
        let releases_body = matches!(event, Event::BodyOut { .. });
        let item = self.items.get_mut(&id)?;
        let Some((before, effects)) = item.apply(event, policy) else {
            tracing::debug!(item = id.0, "stale event");
            return None;
        };
        let is_active = item.upload().is_active();
        let begins_busy_period = is_active && self.busy_period.begin();
        if is_active {
            item.join_busy_period(self.busy_period.began_ms());
        }
        let left_busy_period = match begins_busy_period {
            true => self.empty_busy_period(),
            false => vec![],
        };
        self.index(id, Some(&before));
        let transition = RowChange {
            item: self.items.get(&id)?,
            before,
            effects,
            releases_body,
            begins_busy_period,
            left_busy_period,
        };
        transition.log();
        Some(transition)
    }

    pub fn get(&self, id: ItemId) -> Option<&Item> {
        self.items.get(&id)
    }

    /// Returns a row to note something about it. Its upload and its place stay as they are.
    pub fn get_mut(&mut self, id: ItemId) -> Option<&mut Item> {
        self.items.get_mut(&id)
    }

    pub fn items(&self) -> &HashMap<ItemId, Item> {
        &self.items
    }

    pub fn items_mut(&mut self) -> impl Iterator<Item = &mut Item> {
        self.items.values_mut()
    }

    pub fn contains(&self, id: ItemId) -> bool {
        self.items.contains_key(&id)
    }

    /// Returns a row if it is at this attempt, so that a message of it is not stale.
    pub fn get_at(&self, id: ItemId, attempt: u32) -> Option<&Item> {
        let item = self.get(id);
        item.filter(|item| item.upload().attempt == attempt)
    }

    /// Returns a row at this attempt to note something about it.
    pub fn get_mut_at(&mut self, id: ItemId, attempt: u32) -> Option<&mut Item> {
        let item = self.get_mut(id);
        item.filter(|item| item.upload().attempt == attempt)
    }

    pub fn order(&self) -> &BTreeSet<Place> {
        &self.order
    }

    /// Returns the rows that `which` holds for, in their order.
    pub fn ids_where(&self, which: impl Fn(&Item) -> bool) -> Vec<ItemId> {
        let ids = self.order.iter().map(|(_, id)| *id);
        ids.filter(|id| self.get(*id).is_some_and(&which)).collect()
    }

    /// Returns the row of a file.
    pub fn at_path(&self, path: &CanonicalPath) -> Option<&Item> {
        self.get(*self.by_path.get(path)?)
    }

    /// Returns the rows of checked files of this size.
    pub fn of_size(&self, size: u64) -> impl Iterator<Item = &Item> {
        let ids = self.by_size.get(&size).into_iter().flatten();
        ids.filter_map(|id| self.get(*id))
    }

    pub fn sizes(&self) -> impl Iterator<Item = u64> {
        self.by_size.keys().copied()
    }

    pub fn active_transfers(&self) -> &BTreeSet<ItemId> {
        &self.active_transfers
    }

    pub fn next_queued(&self) -> Option<ItemId> {
        self.queued.first().map(|(_, id)| *id)
    }

    /// Removes a row that cannot start from the queue, so that it does not block those behind it.
    pub fn pass_over(&mut self, id: ItemId) {
        if let Some(item) = self.items.get(&id) {
            self.queued.remove(&item.place());
        }
    }

    /// Returns the position behind all rows.
    pub fn next_position(&self) -> i64 {
        self.order.last().map_or(0, |(last, _)| last + STEP)
    }

    /// Adds a row.
    pub fn insert(&mut self, item: Item) {
        let id = item.id;
        self.order.insert(item.place());
        self.items.insert(id, item);
        self.index(id, None);
    }

    /// Notes the file of a row: a file that is added again is found by it.
    pub fn set_identity(&mut self, id: ItemId, path: impl Into<Option<CanonicalPath>>) {
        self.free_path(id);
        if let Some(item) = self.items.get_mut(&id) {
            let path = path.into();
            item.set_identity(path.clone());
            self.by_path.extend(path.map(|path| (path, id)));
        }
    }

    /// Takes a row off the list, until the next removal for an undo.
    pub fn remove(&mut self, id: ItemId) -> Option<&Item> {
        self.free_path(id);
        let mut item = self.items.remove(&id)?;
        self.order.remove(&item.place());
        self.queued.remove(&item.place());
        self.active_transfers.remove(&id);
        reindex(&mut self.by_size, id, size_of(item.upload()), None);
        reindex(&mut self.dependents, id, original_of(item.upload()), None);
        item.on_removed();
        self.removed.push(item);
        self.removed.last()
    }

    /// Returns the rows of the last removal, and forgets them.
    pub fn take_removed(&mut self) -> Vec<Item> {
        std::mem::take(&mut self.removed)
    }

    /// Puts back a removed row, which continues its busy period if it is unfinished.
    pub fn put_back(&mut self, mut item: Item) {
        if item.in_busy_period && item.upload().is_unfinished() {
            self.busy_period.reopen(item.upload().counters.busy_period);
        }
        if let Some(path) = item.identity() {
            self.by_path.entry(path.clone()).or_insert(item.id);
        }
        item.waits.restart_polls();
        self.insert(item);
    }

    /// Replaces the batch of its rows, also of removed ones.
    pub fn set_batch(&mut self, batch: &Arc<Batch>) {
        for item in self.items.values_mut().chain(&mut self.removed) {
            if let Some(own) = item.batch.as_mut().filter(|own| own.id == batch.id) {
                own.clone_from(batch);
            }
        }
    }

    /// Returns the rows that wait for the outcome of a row, and forgets that they do.
    pub fn take_dependents(&mut self, id: ItemId) -> BTreeSet<ItemId> {
        self.dependents.remove(&id).unwrap_or_default()
    }

    /// Forgets assets not found, as another account may have them; returns the rows concerned.
    pub fn forget_unconfirmed(&mut self) -> Vec<ItemId> {
        let items = self.items.values_mut();
        let ids = items.filter_map(|item| item.forget_unconfirmed().then_some(item.id));
        ids.collect()
    }

    /// Continues the unfinished busy period of an earlier run, with the rows it already finished.
    /// `periods` holds when that of each row began, and whether the row is unfinished.
    pub fn continue_busy_period(&mut self, periods: &HashMap<ItemId, (i64, bool)>) {
        let unfinished = periods.values().filter(|(_, unfinished)| *unfinished);
        let open: HashSet<i64> = unfinished.map(|(began, _)| *began).collect();
        let Some(latest) = open.iter().max() else {
            return;
        };
        self.busy_period.reopen(*latest);
        for (id, (began, _)) in periods {
            if let Some(item) = self.items.get_mut(id) {
                item.in_busy_period = open.contains(began);
            }
        }
    }

    /// Ends the busy period if none of its rows is active; not announced.
    pub fn close_busy_period(&mut self) {
        if !self.items.values().any(|item| item.upload().is_active()) {
            self.busy_period.close();
        }
    }

    /// Ends the busy period if all of its rows have ended, and returns how, where that is to be said.
    /// `moved` is how many bytes were moved since it began.
    pub fn end_busy_period(&mut self, moved: u64) -> Option<FinishedCounts> {
        self.busy_period.end(self.items.values(), moved)
    }

    /// Takes the rows of the last busy period out of it, and returns them.
    fn empty_busy_period(&mut self) -> Vec<ItemId> {
        let is_left = |item: &&mut Item| item.in_busy_period && !item.upload().is_active();
        let left = self.items.values_mut().filter(is_left).map(|item| {
            item.in_busy_period = false;
            item.id
        });
        left.collect()
    }

    /// Brings the indexes up to date with a row's upload.
    fn index(&mut self, id: ItemId, before: Option<&Upload>) {
        let Some(item) = self.items.get(&id) else {
            return;
        };
        let (place, upload) = (item.place(), item.upload());
        let is_queued = upload.state == UploadState::Queued;
        let uses_slot = upload.uses_transfer_slot();
        let (size, original) = (size_of(upload), original_of(upload));
        set(&mut self.queued, place, is_queued);
        set(&mut self.active_transfers, id, uses_slot);
        reindex(&mut self.by_size, id, before.and_then(size_of), size);
        reindex(
            &mut self.dependents,
            id,
            before.and_then(original_of),
            original,
        );
    }

    /// Frees a row's path. A row whose path another one has by now keeps none.
    fn free_path(&mut self, id: ItemId) {
        let Some(item) = self.items.get_mut(&id) else {
            return;
        };
        match item.identity() {
            Some(path) if self.by_path.get(path) == Some(&id) => {
                self.by_path.remove(path);
            }
            _ => item.set_identity(None),
        }
    }
}

fn size_of(upload: &Upload) -> Option<u64> {
    upload.media.map(|media| media.stamp.size)
}

fn original_of(upload: &Upload) -> Option<ItemId> {
    match upload.state {
        UploadState::Duplicate(Original::Row(original)) => Some(original),
        _ => None,
    }
}

/// Puts an entry into a set, or takes it out.
fn set<T: Ord>(entries: &mut BTreeSet<T>, entry: T, is_in: bool) {
    if is_in {
        entries.insert(entry);
    } else {
        entries.remove(&entry);
    }
}

/// Moves a row from one key of an index to another.
fn reindex<K: Eq + Hash>(
    index: &mut HashMap<K, BTreeSet<ItemId>>,
    id: ItemId,
    before: Option<K>,
    now: Option<K>,
) {
    if before == now {
        return;
    }
    if let Some(Entry::Occupied(mut rows)) = before.map(|key| index.entry(key)) {
        rows.get_mut().remove(&id);
        if rows.get().is_empty() {
            rows.remove();
        }
    }
    if let Some(key) = now {
        index.entry(key).or_default().insert(id);
    }
}
