//! Filtering, sorting, grouping and selection of the list.

mod counts;
mod entries;
mod folders;
mod groups;
mod order;
#[cfg(test)]
mod property_tests;
mod selection;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use super::command::{Column, EntryId, Filter, Pick};
use super::rows;
use super::selection::Selection;
use crate::model::batch::{Batch, BatchId};
use crate::model::plan::Plan;
use crate::model::snapshot::{ItemId, Row, RowDelta, Snapshot, changed_rows};
use crate::model::throughput::{Throughput, UnderWay};

use counts::ListTotals;
pub use counts::StatusCounts;
pub use entries::ListEntry;
use folders::Folders;
use groups::Groups;
pub use groups::{BatchGroup, BatchTotals};
pub use order::Sort;
use order::SortKeys;
pub use selection::SelectionActions;

/// The list with its filter, search, order and selection.
#[derive(Debug, Default)]
pub struct List {
    /// Rows of the latest snapshot.
    seen: Arc<Vec<Arc<Row>>>,
    filter: Filter,
    search: String,
    words: Vec<String>,
    sort: Sort,
    facts: SortKeys,
    sums: ListTotals,
    folders: Folders,
    groups: Groups,
    /// Indices of the shown rows, in order.
    shown: Vec<usize>,
    /// Selected rows; keys and ranges also start from headers.
    selection: Selection<EntryId>,
    fits: SelectionActions,
}

impl List {
    /// Returns the active filter chip.
    pub fn filter(&self) -> Filter {
        self.filter
    }

    /// Returns the number of rows under a chip.
    pub fn count(&self, filter: Filter) -> usize {
        self.sums.counts[filter as usize]
    }

    /// Returns row counts by status.
    pub fn tally(&self) -> &StatusCounts {
        &self.sums.tally
    }

    /// Returns the number of refused rows by reason.
    pub fn refused(&self) -> &BTreeMap<&'static str, usize> {
        &self.sums.refused
    }

    /// Returns the number of refused rows.
    pub fn refused_files(&self) -> usize {
        self.sums.refused.values().sum()
    }

    /// Returns as many of the row's last folders as tell it from rows of the same name; `None` for
    /// a unique name.
    pub fn folder(&self, id: ItemId) -> Option<&str> {
        self.folders.get(id)
    }

    /// Returns the effect of pressing "Upload".
    pub fn plan(&self, under_way: UnderWay, line: Throughput) -> Plan {
        self.sums.plan.plan(under_way, line)
    }

    /// Returns the search text as typed.
    pub fn search(&self) -> &str {
        &self.search
    }

    /// Returns the sort order.
    pub fn sort(&self) -> Sort {
        self.sort
    }

    /// Returns the selected rows, all of which are shown.
    pub fn selected(&self) -> &Selection<EntryId> {
        &self.selection
    }

    /// Returns the number of selected rows for each command.
    pub fn fits(&self) -> &SelectionActions {
        &self.fits
    }

    /// Returns `true` if the row is selected.
    pub fn is_selected(&self, id: ItemId) -> bool {
        self.selection.contains(EntryId::Row(id))
    }

    /// Returns `true` if every shown row is selected.
    pub fn all_selected(&self) -> bool {
        !self.shown.is_empty() && self.selection.len() == self.shown.len()
    }

    /// Activates a filter chip.
    pub fn show(&mut self, filter: Filter) {
        self.filter = filter;
        self.rebuild();
    }

    /// Shows only rows with all these words in their name or id; an empty search shows all.
    pub fn find(&mut self, search: String) {
        let words = search.split_whitespace().map(str::to_lowercase);
        self.words = words.collect();
        self.search = search;
        self.groups.set_searching(!self.words.is_empty());
        self.facts.search_anew();
        self.rebuild();
    }

    /// Sorts by this column, or reverses the order if already sorted by it.
    pub fn sort_by(&mut self, column: Column) {
        self.sort = self.sort.chosen(column);
        self.rebuild();
    }

    /// Applies a new snapshot to counts, shown rows and selection. Only changed rows are examined,
    /// unless rows came or went.
    pub fn update(&mut self, snapshot: &Snapshot) {
        let before = Arc::clone(&self.seen);
        self.seen = Arc::clone(&snapshot.rows);
        let has_other_groups = self.groups.take_in(&snapshot.batches);
        match changed_rows(&before, &self.seen) {
            Some(places) if !has_other_groups => self.follow(&places, &before),
            Some(_) | None => self.rebuild(),
        }
    }

    /// Applies changes of the rows at `places`.
    fn follow(&mut self, places: &[usize], before: &[Arc<Row>]) {
        let after = Arc::clone(&self.seen);
        let changed = || {
            let rows = |place| Some((place, before.get(place)?, after.get(place)?));
            places.iter().copied().filter_map(rows)
        };
        for (_, old, new) in changed() {
            self.sums.count(old, RowDelta::Removed);
            self.sums.count(new, RowDelta::Added);
            self.groups.count(old, RowDelta::Removed);
            self.groups.count(new, RowDelta::Added);
        }
        if changed().any(|(_, old, new)| Folders::changes(old, new)) {
            self.folders = Folders::of(&self.seen);
        }
        let is_moved = changed().any(|(_, old, new)| old.batch != new.batch);
        if is_moved || self.filter != Filter::All && self.count(self.filter) == 0 {
            self.rebuild();
            return;
        }
        let (mut other_rows, mut other_order) = (false, false);
        for (place, old, new) in changed() {
            let was_shown = self.shows(place, old);
            self.facts.learn_one(place, new, &self.words);
            let is_shown = self.shows(place, new);
            other_rows |= was_shown != is_shown;
            other_order |= is_shown && self.sort.moves(old, new);
            if self.is_selected(new.id) {
                self.fits.count(old, RowDelta::Removed);
                if is_shown {
                    self.fits.count(new, RowDelta::Added);
                } else {
                    // Hidden rows are deselected, since commands must not act on them.
                    self.selection.deselect(EntryId::Row(new.id));
                }
            }
        }
        if other_rows {
            self.gather();
        } else if other_order {
            for group in &self.groups.shown {
                // Already nearly sorted, so this is fast.
                let rows = &mut self.shown[group.range()];
                self.facts.sort(rows, self.sort, &self.seen);
            }
        }
    }

    /// Recomputes everything from all rows.
    fn rebuild(&mut self) {
        if self.words.is_empty() && self.sort.column != Column::Name {
            self.facts.forget();
        } else {
            self.facts.learn(&self.seen, &self.words);
        }
        self.folders = Folders::of(&self.seen);
        self.sums = ListTotals::default();
        self.groups.reset_totals();
        for row in self.seen.iter() {
            self.sums.count(row, RowDelta::Added);
            self.groups.count(row, RowDelta::Added);
        }
        if self.filter != Filter::All && self.count(self.filter) == 0 {
            self.filter = Filter::All;
        }
        self.gather();
        self.deselect_hidden();
    }

    /// Deselects hidden rows, since commands must not act on them.
    fn deselect_hidden(&mut self) {
        let kept: Vec<EntryId> = self.selected_rows().map(|it| EntryId::Row(it.id)).collect();
        self.selection.select(kept);
        self.look_at_selection();
    }

    /// Returns `true` if the row matches filter and search.
    fn shows(&self, place: usize, row: &Row) -> bool {
        Filter::each_of(row).any(|filter| filter == self.filter) && self.facts.found(place)
    }

    /// Collects the shown rows in order.
    fn gather(&mut self) {
        let rows = self.seen.iter().enumerate();
        let found = rows
            .filter(|(place, row)| self.shows(*place, row))
            .map(|(place, row)| (place, row.as_ref()));
        let mut groups = self.groups.sort_in(found);
        if self.sort != Sort::default() {
            for rows in &mut groups {
                self.facts.sort(rows, self.sort, &self.seen);
            }
        }
        let is_whole = self.filter == Filter::All && self.words.is_empty();
        self.shown = self.groups.lay_out(groups, is_whole);
    }

    fn look_at_selection(&mut self) {
        let mut fits = SelectionActions::default();
        self.selected_rows()
            .for_each(|row| fits.count(row, RowDelta::Added));
        self.fits = fits;
    }

    /// Selects every shown row.
    pub fn select_all(&mut self) {
        self.select_rows(|_| true);
    }

    /// Selects these rows, as far as they are shown, and returns the first.
    pub fn select(&mut self, ids: &HashSet<ItemId>) -> Option<ItemId> {
        ids.iter().for_each(|id| self.unfold_row(*id));
        self.select_rows(|row| ids.contains(&row.id));
        let first = self.selected_rows().next().map(|row| row.id);
        self.selection.go_to(first.map(EntryId::Row));
        first
    }

    /// Selects the shown rows that `wanted` holds for.
    fn select_rows(&mut self, wanted: impl Fn(&Row) -> bool) {
        let rows = self.rows().filter(|row| wanted(row));
        let rows: Vec<EntryId> = rows.map(|row| EntryId::Row(row.id)).collect();
        self.selection.select(rows);
        self.look_at_selection();
    }

    /// Clears the selection.
    pub fn select_none(&mut self) {
        self.selection.clear();
        self.look_at_selection();
    }

    /// Applies a click or key to a row; ignored if the row is not shown any more.
    pub fn pick(&mut self, id: ItemId, pick: Pick) {
        let entries = self.entry_ids();
        self.selection.pick(&entries, EntryId::Row(id), pick);
        self.settle_selection();
    }

    /// Folds or unfolds the rows of a batch.
    pub fn fold(&mut self, batch: Option<BatchId>, fold: bool) {
        if self.groups.fold(batch, fold) {
            self.gather();
            self.deselect_hidden();
        }
    }

    /// Unfolds the group of this row.
    pub fn unfold_row(&mut self, id: ItemId) {
        if let Some(row) = self.seen.iter().find(|row| row.id == id) {
            self.fold(self.groups.group_of(row), false);
        }
    }

    /// Selects the rows of a batch, as far as filter and search show them.
    pub fn select_batch(&mut self, batch: Option<BatchId>) {
        self.fold(batch, false);
        let rows = self.rows().filter(|row| self.groups.holds(batch, row));
        let rows: HashSet<ItemId> = rows.map(|row| row.id).collect();
        self.select_rows(|row| rows.contains(&row.id));
    }

    /// Returns the batch, as last seen.
    pub fn batch(&self, batch: Option<BatchId>) -> Option<&Arc<Batch>> {
        self.groups.batch(batch)
    }

    /// Returns the sums over the rows of a batch, shown or hidden.
    pub fn batch_totals(&self, batch: Option<BatchId>) -> BatchTotals {
        self.groups.totals(batch)
    }

    /// Returns all batches, and `None` for the rows without one.
    pub fn batches(&self) -> impl Iterator<Item = Option<BatchId>> {
        self.groups.ids()
    }

    /// Returns the number of different IDs that a batch that is done has.
    pub fn batch_ids(&self, batch: Option<BatchId>) -> usize {
        let totals = self.batch_totals(batch);
        if totals.duplicates == 0 {
            return totals.ready;
        }
        let rows = self.seen.iter().filter(|row| self.groups.holds(batch, row));
        let ids: HashSet<&str> = rows.filter_map(|row| rows::id_to_copy_along(row)).collect();
        ids.len()
    }

    /// Returns the rows of a batch, shown or hidden, in the list's order.
    pub fn batch_rows(&self, batch: Option<BatchId>) -> Vec<Arc<Row>> {
        let rows = self.seen.iter().enumerate();
        let of_batch = rows.filter(|(_, row)| self.groups.holds(batch, row));
        let mut places: Vec<usize> = of_batch.map(|(place, _)| place).collect();
        self.facts.sort(&mut places, self.sort, &self.seen);
        let rows = places.iter().filter_map(|place| self.seen.get(*place));
        rows.cloned().collect()
    }

    /// Iterates over the shown rows.
    pub fn rows(&self) -> impl Iterator<Item = &Row> {
        self.those().map(AsRef::as_ref)
    }

    /// Iterates over the selected rows in list order.
    pub fn selected_rows(&self) -> impl Iterator<Item = &Arc<Row>> {
        // Most often there is nothing selected, and every change asks.
        let places: &[usize] = match self.selection.is_empty() {
            true => &[],
            false => &self.shown,
        };
        let rows = places.iter().filter_map(|place| self.seen.get(*place));
        rows.filter(|row| self.is_selected(row.id))
    }

    fn those(&self) -> impl Iterator<Item = &Arc<Row>> {
        self.shown
            .iter()
            .filter_map(|position| self.seen.get(*position))
    }
}
