//! Which rows are shown, in which order, and which of them are selected.

mod filter;
mod order;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use super::command::{Many, Pick, Step};
use super::{rows, wording};
use crate::model::snapshot::{ItemId, Row, Snapshot, Status};

pub use filter::{Filter, Tally};
use order::Facts;
pub use order::{Column, Sort};

/// What the selection can be asked to do: how many of its rows each command fits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Fits {
    /// Rows with an id that can be copied.
    pub ids: usize,
    many: [usize; Many::EACH.len()],
}

impl Fits {
    fn count(&mut self, row: &Row) {
        self.ids += usize::from(rows::id_to_copy(row).is_some());
        for (number, fits) in self.many.iter_mut().zip(rows::fits_each(row)) {
            *number += usize::from(fits);
        }
    }

    /// How many of the selected rows the command fits.
    pub fn of(&self, many: Many) -> usize {
        let at = Many::EACH.iter().position(|one| *one == many);
        at.map_or(0, |at| self.many[at])
    }
}

/// The list as it is looked at.
#[derive(Debug, Default)]
pub struct List {
    filter: Filter,
    search: String,
    words: Vec<String>,
    sort: Sort,
    /// The order that `shown` has.
    sorted: Sort,
    facts: Facts,
    tally: Tally,
    counts: [usize; Filter::EACH.len()],
    refused: BTreeMap<&'static str, usize>,
    /// What is shown, in the queue's order.
    in_queue: Vec<usize>,
    shown: Vec<usize>,
    selected: HashSet<ItemId>,
    fits: Fits,
    anchor: Option<ItemId>,
    cursor: Option<ItemId>,
}

impl List {
    /// The chip that is on.
    pub fn filter(&self) -> Filter {
        self.filter
    }

    /// How many rows stand under a chip.
    pub fn count(&self, filter: Filter) -> usize {
        self.counts[filter as usize]
    }

    /// How many rows are in which state.
    pub fn tally(&self) -> &Tally {
        &self.tally
    }

    /// How many rows are refused, by the words for why.
    pub fn refused(&self) -> &BTreeMap<&'static str, usize> {
        &self.refused
    }

    /// What is searched for, as it was typed.
    pub fn search(&self) -> &str {
        &self.search
    }

    /// What the list is sorted by.
    pub fn sort(&self) -> Sort {
        self.sort
    }

    /// The rows that are shown, as positions in the snapshot.
    pub fn shown(&self) -> &[usize] {
        &self.shown
    }

    /// The rows that are selected; all of them are shown.
    pub fn selected(&self) -> &HashSet<ItemId> {
        &self.selected
    }

    /// The row that was clicked or come to last.
    pub fn cursor(&self) -> Option<ItemId> {
        self.cursor
    }

    /// What the selection can be asked to do.
    pub fn fits(&self) -> &Fits {
        &self.fits
    }

    /// Whether a row is selected.
    pub fn is_selected(&self, id: ItemId) -> bool {
        self.selected.contains(&id)
    }

    /// Whether everything that is shown is selected.
    pub fn all_selected(&self) -> bool {
        !self.shown.is_empty() && self.selected.len() == self.shown.len()
    }

    /// Turns a chip on.
    pub fn show(&mut self, filter: Filter, snapshot: &Snapshot) {
        self.filter = filter;
        self.update(snapshot);
    }

    /// Shows only rows with these words in their name or id; all for none.
    pub fn find(&mut self, search: String, snapshot: &Snapshot) {
        let words = search.split_whitespace().map(str::to_lowercase);
        self.words = words.collect();
        self.search = search;
        self.facts.search_anew();
        self.update(snapshot);
    }

    /// Sorts by this, or turns the order around where it is sorted by it already.
    pub fn sort_by(&mut self, column: Column, snapshot: &Snapshot) {
        self.sort = self.sort.chosen(column);
        self.update(snapshot);
    }

    /// Takes a new snapshot in: counts, what is shown, and what of the selection is left.
    pub fn update(&mut self, snapshot: &Snapshot) {
        let as_before = if self.words.is_empty() && self.sort.column != Column::Name {
            self.facts.forget();
            true
        } else {
            self.facts.learn(snapshot, &self.words)
        };
        self.counts = [0; Filter::EACH.len()];
        self.tally = Tally::default();
        self.refused.clear();
        self.fits = Fits::default();
        let mut still_selected = 0;
        let before = std::mem::take(&mut self.in_queue);
        for (position, row) in snapshot.rows.iter().enumerate() {
            let under = Filter::of(&row.status);
            self.tally.count(row);
            self.counts[Filter::All as usize] += 1;
            self.counts[under as usize] += 1;
            if let Status::Rejected(rejection) = &row.status {
                *self.refused.entry(wording::refusal(rejection)).or_default() += 1;
            }
            let under_chip = self.filter == Filter::All || under == self.filter;
            if under_chip && self.facts.found(position) {
                self.in_queue.push(position);
                if self.selected.contains(&row.id) {
                    still_selected += 1;
                    self.fits.count(row);
                }
            }
        }
        if self.filter != Filter::All && self.count(self.filter) == 0 {
            self.show(Filter::All, snapshot);
            return;
        }
        let same_rows = self.in_queue == before && as_before;
        self.put_in_order(same_rows, snapshot);
        if still_selected < self.selected.len() {
            // Nobody acts on what cannot be seen.
            let shown: HashSet<ItemId> = self.rows(snapshot).map(|row| row.id).collect();
            self.selected.retain(|id| shown.contains(id));
        }
    }

    fn put_in_order(&mut self, same_rows: bool, snapshot: &Snapshot) {
        // Names do not change; sizes and statuses do.
        let in_order = same_rows && self.sorted == self.sort;
        if in_order && matches!(self.sort.column, Column::Name | Column::Queue) {
            return;
        }
        // What was in order before is nearly in order now, which is fast to sort.
        if !in_order {
            self.shown.clone_from(&self.in_queue);
        }
        if self.sort != Sort::default() {
            self.facts.sort(&mut self.shown, self.sort, snapshot);
        }
        self.sorted = self.sort;
    }

    fn look_at_selection(&mut self, snapshot: &Snapshot) {
        let mut fits = Fits::default();
        if !self.selected.is_empty() {
            self.selected_rows(snapshot).for_each(|row| fits.count(row));
        }
        self.fits = fits;
    }

    /// Selects everything that is shown.
    pub fn select_all(&mut self, snapshot: &Snapshot) {
        self.selected = self.rows(snapshot).map(|row| row.id).collect();
        self.look_at_selection(snapshot);
    }

    /// Selects nothing.
    pub fn select_none(&mut self) {
        self.selected.clear();
        self.fits = Fits::default();
        self.anchor = None;
    }

    /// A click on a row.
    pub fn pick(&mut self, id: ItemId, pick: Pick, snapshot: &Snapshot) {
        match pick {
            Pick::Only => self.selected = HashSet::from([id]),
            Pick::Toggle => {
                if !self.selected.remove(&id) {
                    self.selected.insert(id);
                }
            }
            Pick::Range => self.extend_to(id, snapshot),
        }
        if pick != Pick::Range || self.anchor.is_none() {
            self.anchor = Some(id);
        }
        self.cursor = Some(id);
        self.look_at_selection(snapshot);
    }

    fn extend_to(&mut self, id: ItemId, snapshot: &Snapshot) {
        let ids: Vec<ItemId> = self.rows(snapshot).map(|row| row.id).collect();
        let place = |wanted: ItemId| ids.iter().position(|id| *id == wanted);
        let Some(end) = place(id) else { return };
        let start = self.anchor.and_then(place).unwrap_or(end);
        let range = &ids[start.min(end)..=start.max(end)];
        self.selected = range.iter().copied().collect();
    }

    /// Goes on from a row, or from where the last step or click ended; gives the row that is
    /// come to. `page` is how many rows a page has.
    pub fn step(
        &mut self,
        step: Step,
        extend: bool,
        from: Option<ItemId>,
        page: usize,
        snapshot: &Snapshot,
    ) -> Option<ItemId> {
        let last = self.shown.len().checked_sub(1)?;
        let from = from.or(self.cursor);
        let at = from.and_then(|from| self.rows(snapshot).position(|row| row.id == from));
        let page = page.max(1);
        let to = match (step, at) {
            (Step::Home, _) | (Step::Down | Step::PageDown, None) => 0,
            (Step::End, _) | (Step::Up | Step::PageUp, None) => last,
            (Step::Up, Some(at)) => at.saturating_sub(1),
            (Step::Down, Some(at)) => (at + 1).min(last),
            (Step::PageUp, Some(at)) => at.saturating_sub(page),
            (Step::PageDown, Some(at)) => (at + page).min(last),
        };
        let id = self.rows(snapshot).nth(to)?.id;
        if extend {
            self.anchor = self.anchor.or(from);
            self.pick(id, Pick::Range, snapshot);
        } else {
            self.pick(id, Pick::Only, snapshot);
        }
        Some(id)
    }

    /// The rows that are shown.
    pub fn rows<'a>(&'a self, snapshot: &'a Snapshot) -> impl Iterator<Item = &'a Row> {
        self.those(snapshot).map(AsRef::as_ref)
    }

    /// The selected rows, as they are shown.
    pub fn selected_rows<'a>(
        &'a self,
        snapshot: &'a Snapshot,
    ) -> impl Iterator<Item = &'a Arc<Row>> {
        self.those(snapshot)
            .filter(|row| self.selected.contains(&row.id))
    }

    fn those<'a>(&'a self, snapshot: &'a Snapshot) -> impl Iterator<Item = &'a Arc<Row>> {
        self.shown
            .iter()
            .filter_map(|position| snapshot.rows.get(*position))
    }
}
