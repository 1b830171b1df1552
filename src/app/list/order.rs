//! Sorting and searching of rows.

use std::cmp::Ordering;
use std::sync::Arc;

use crate::app::command::{Column, Filter};
use crate::app::rows;
use crate::model::snapshot::Row;

/// Sort key and direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Sort {
    /// Sort key.
    pub column: Column,
    /// Reverses the order.
    pub reversed: bool,
}

impl Sort {
    /// Returns the order after `column` was chosen in the menu: choosing it again reverses it.
    pub(super) fn chosen(self, column: Column) -> Self {
        Self {
            column,
            reversed: self.column == column && !self.reversed,
        }
    }

    /// Returns `true` if this change of a row may move it.
    pub(super) fn moves(self, before: &Row, after: &Row) -> bool {
        match self.column {
            Column::Queue => false,
            Column::Name => before.name != after.name,
            Column::Size => before.size != after.size,
            Column::Status => rank(before) != rank(after),
        }
    }
}

/// Cached keys of a row, valid until the row changes.
#[derive(Debug)]
struct Fact {
    row: Arc<Row>,
    /// Name in lower case.
    name: Box<str>,
    /// Matches the search.
    found: bool,
}

impl Fact {
    fn of(row: &Arc<Row>, words: &[String]) -> Self {
        let name = row.name.to_lowercase().into_boxed_str();
        Self {
            found: finds(words, &name, row),
            name,
            row: Arc::clone(row),
        }
    }
}

/// Cached sort keys and search results by row index; only changed rows are recomputed.
#[derive(Debug, Default)]
pub(super) struct SortKeys {
    each: Vec<Fact>,
    /// The search changed, so every row is stale.
    search_anew: bool,
}

impl SortKeys {
    /// Marks every search result as stale.
    pub fn search_anew(&mut self) {
        self.search_anew = true;
    }

    /// Drops the cache: no search is active and names are not needed.
    pub fn forget(&mut self) {
        *self = Self::default();
    }

    /// Computes the keys of all rows.
    pub fn learn(&mut self, rows: &[Arc<Row>], words: &[String]) {
        let search_anew = std::mem::take(&mut self.search_anew);
        self.each.truncate(rows.len());
        for (position, row) in rows.iter().enumerate() {
            match self.each.get_mut(position) {
                Some(fact) if Arc::ptr_eq(&fact.row, row) && !search_anew => {}
                Some(fact) => *fact = Fact::of(row, words),
                None => self.each.push(Fact::of(row, words)),
            }
        }
    }

    /// Updates the keys of a changed row, if cached.
    pub fn learn_one(&mut self, position: usize, row: &Arc<Row>, words: &[String]) {
        if let Some(fact) = self.each.get_mut(position) {
            *fact = Fact::of(row, words);
        }
    }

    /// Returns `true` if the row at `position` matches the search.
    pub fn found(&self, position: usize) -> bool {
        self.each.get(position).is_none_or(|fact| fact.found)
    }

    /// Sorts row indices. Equal rows stay in queue order.
    pub fn sort(&self, places: &mut [usize], sort: Sort, rows: &[Arc<Row>]) {
        let compare = |one: usize, other: usize| match sort.column {
            Column::Queue => Ordering::Equal,
            Column::Name => alphanumeric_sort::compare_str(self.name(one), self.name(other)),
            Column::Size | Column::Status => match (rows.get(one), rows.get(other)) {
                (Some(one), Some(other)) if sort.column == Column::Size => {
                    one.size.cmp(&other.size)
                }
                (Some(one), Some(other)) => rank(one).cmp(&rank(other)),
                _ => Ordering::Equal,
            },
        };
        places.sort_by(|one, other| {
            let ordering = compare(*one, *other).then(one.cmp(other));
            if sort.reversed {
                ordering.reverse()
            } else {
                ordering
            }
        });
    }

    fn name(&self, position: usize) -> &str {
        self.each
            .get(position)
            .map_or("", |fact| fact.name.as_ref())
    }
}

/// Returns `true` if every word is in the row's name or id.
fn finds(words: &[String], name: &str, row: &Row) -> bool {
    words.iter().all(|word| {
        name.contains(word.as_str())
            || rows::id_of(row).is_some_and(|id| id.to_lowercase().contains(word.as_str()))
    })
}

fn rank(row: &Row) -> usize {
    Filter::of(&row.status) as usize
}
