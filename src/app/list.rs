//! Filtering, sorting and selection of the list.

mod counts;
mod folders;
mod order;
#[cfg(test)]
mod property_tests;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use super::command::{BulkAction, Column, CursorMove, Filter, Pick};
use super::{rows, wording};
use crate::model::plan::{Plan, PlanTotals};
use crate::model::snapshot::{ItemId, Row, RowDelta, Snapshot, Status, changed_rows};
use crate::model::throughput::{Throughput, UnderWay};

pub use counts::StatusCounts;
use folders::Folders;
pub use order::Sort;
use order::SortKeys;

/// Number of selected rows that allow each command.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct SelectionActions {
    /// Rows with an id to copy.
    pub ids: usize,
    many: [usize; BulkAction::EACH.len()],
}

impl SelectionActions {
    fn count(&mut self, row: &Row, change: RowDelta) {
        if rows::id_to_copy(row).is_some() {
            change.count(&mut self.ids);
        }
        for (number, fits) in self.many.iter_mut().zip(rows::fits_each(row)) {
            if fits {
                change.count(number);
            }
        }
    }

    /// Returns the number of selected rows that allow the command.
    pub fn of(&self, many: BulkAction) -> usize {
        let at = BulkAction::EACH.iter().position(|one| *one == many);
        at.map_or(0, |at| self.many[at])
    }
}

/// Totals over all rows, shown or hidden.
#[derive(Debug, Default, PartialEq)]
struct ListTotals {
    tally: StatusCounts,
    counts: [usize; Filter::EACH.len()],
    refused: BTreeMap<&'static str, usize>,
    plan: PlanTotals,
}

impl ListTotals {
    fn count(&mut self, row: &Row, change: RowDelta) {
        self.tally.count(row, change);
        self.plan.count(row, change);
        for filter in Filter::each_of(row) {
            change.count(&mut self.counts[filter as usize]);
        }
        if let Status::Rejected(rejection) = &row.status {
            let reason = wording::refusal(rejection);
            let rows = self.refused.entry(reason).or_default();
            change.count(rows);
            if *rows == 0 {
                self.refused.remove(reason);
            }
        }
    }
}

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
    /// Indices of the shown rows, in order.
    shown: Vec<usize>,
    selected: HashSet<ItemId>,
    fits: SelectionActions,
    anchor: Option<ItemId>,
    cursor: Option<ItemId>,
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

    /// Returns the snapshot indices of the shown rows.
    pub fn shown(&self) -> &[usize] {
        &self.shown
    }

    /// Returns the selected rows, all of which are shown.
    pub fn selected(&self) -> &HashSet<ItemId> {
        &self.selected
    }

    /// Returns the row clicked or moved to last.
    pub fn cursor(&self) -> Option<ItemId> {
        self.cursor
    }

    /// Returns the number of selected rows for each command.
    pub fn fits(&self) -> &SelectionActions {
        &self.fits
    }

    /// Returns `true` if the row is selected.
    pub fn is_selected(&self, id: ItemId) -> bool {
        self.selected.contains(&id)
    }

    /// Returns `true` if every shown row is selected.
    pub fn all_selected(&self) -> bool {
        !self.shown.is_empty() && self.selected.len() == self.shown.len()
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
        match changed_rows(&before, &self.seen) {
            Some(places) => self.follow(&places, &before),
            None => self.rebuild(),
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
        }
        if changed().any(|(_, old, new)| Folders::changes(old, new)) {
            self.folders = Folders::of(&self.seen);
        }
        if self.filter != Filter::All && self.count(self.filter) == 0 {
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
            if self.selected.contains(&new.id) {
                self.fits.count(old, RowDelta::Removed);
                if is_shown {
                    self.fits.count(new, RowDelta::Added);
                } else {
                    // Hidden rows are deselected, since commands must not act on them.
                    self.selected.remove(&new.id);
                }
            }
        }
        if other_rows {
            self.gather();
        } else if other_order {
            // Already nearly sorted, so this is fast.
            self.facts.sort(&mut self.shown, self.sort, &self.seen);
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
        for row in self.seen.iter() {
            self.sums.count(row, RowDelta::Added);
        }
        if self.filter != Filter::All && self.count(self.filter) == 0 {
            self.filter = Filter::All;
        }
        self.gather();
        if !self.selected.is_empty() {
            let shown: HashSet<ItemId> = self.rows().map(|row| row.id).collect();
            self.selected.retain(|id| shown.contains(id));
        }
        self.look_at_selection();
    }

    /// Returns `true` if the row matches filter and search.
    fn shows(&self, place: usize, row: &Row) -> bool {
        Filter::each_of(row).any(|filter| filter == self.filter) && self.facts.found(place)
    }

    /// Collects the shown rows in order.
    fn gather(&mut self) {
        let rows = self.seen.iter().enumerate();
        let mut shown: Vec<usize> = rows
            .filter(|(place, row)| self.shows(*place, row))
            .map(|(place, _)| place)
            .collect();
        if self.sort != Sort::default() {
            self.facts.sort(&mut shown, self.sort, &self.seen);
        }
        self.shown = shown;
    }

    fn look_at_selection(&mut self) {
        let mut fits = SelectionActions::default();
        if !self.selected.is_empty() {
            self.selected_rows()
                .for_each(|row| fits.count(row, RowDelta::Added));
        }
        self.fits = fits;
    }

    /// Selects every shown row.
    pub fn select_all(&mut self) {
        self.selected = self.rows().map(|row| row.id).collect();
        self.look_at_selection();
    }

    /// Clears the selection.
    pub fn select_none(&mut self) {
        self.selected.clear();
        self.fits = SelectionActions::default();
        self.anchor = None;
    }

    /// Applies a click or key to a row; ignored if the row is not shown any more.
    pub fn pick(&mut self, id: ItemId, pick: Pick) {
        if !self.rows().any(|row| row.id == id) {
            return;
        }
        match pick {
            Pick::Only => self.selected = HashSet::from([id]),
            Pick::Toggle => {
                if !self.selected.remove(&id) {
                    self.selected.insert(id);
                }
            }
            Pick::Range => self.extend_to(id),
        }
        if pick != Pick::Range || self.anchor.is_none() {
            self.anchor = Some(id);
        }
        self.cursor = Some(id);
        self.look_at_selection();
    }

    fn extend_to(&mut self, id: ItemId) {
        let ids: Vec<ItemId> = self.rows().map(|row| row.id).collect();
        let place = |wanted: ItemId| ids.iter().position(|id| *id == wanted);
        let Some(end) = place(id) else { return };
        let start = self.anchor.and_then(place).unwrap_or(end);
        let range = &ids[start.min(end)..=start.max(end)];
        self.selected = range.iter().copied().collect();
    }

    /// Moves from a row, or from the last position, and returns the new row. `page` is rows per
    /// page.
    pub fn step(
        &mut self,
        step: CursorMove,
        extend: bool,
        from: Option<ItemId>,
        page: usize,
    ) -> Option<ItemId> {
        let last = self.shown.len().checked_sub(1)?;
        let from = from.or(self.cursor);
        let at = from.and_then(|from| self.rows().position(|row| row.id == from));
        let id = self.rows().nth(step.target(at, last, page))?.id;
        if extend {
            self.anchor = self.anchor.or(from);
            self.pick(id, Pick::Range);
        } else {
            self.pick(id, Pick::Only);
        }
        Some(id)
    }

    /// Iterates over the shown rows.
    pub fn rows(&self) -> impl Iterator<Item = &Row> {
        self.those().map(AsRef::as_ref)
    }

    /// Iterates over the selected rows in list order.
    pub fn selected_rows(&self) -> impl Iterator<Item = &Arc<Row>> {
        self.those().filter(|row| self.selected.contains(&row.id))
    }

    fn those(&self) -> impl Iterator<Item = &Arc<Row>> {
        self.shown
            .iter()
            .filter_map(|position| self.seen.get(*position))
    }
}
