//! In which order rows are shown, and which of them a search finds.

use std::cmp::Ordering;
use std::sync::Arc;

use super::filter::Filter;
use crate::app::rows;
use crate::model::snapshot::{Row, Snapshot};

/// What the list is sorted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub enum Column {
    /// As the queue has it: in which order files were added and are sent.
    #[default]
    Queue,
    /// Their names, numbers in them as numbers.
    Name,
    /// Their sizes.
    Size,
    /// Where they are, what needs attention first.
    Status,
}

impl Column {
    /// In the order of the menu.
    pub const EACH: [Self; 4] = [Self::Queue, Self::Name, Self::Size, Self::Status];
}

/// What the list is sorted by, and which way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Sort {
    /// By what.
    pub column: Column,
    /// The other way round.
    pub reversed: bool,
}

impl Sort {
    /// As it is after its entry in the menu was chosen: chosen again it turns around.
    pub(super) fn chosen(self, column: Column) -> Self {
        Self {
            column,
            reversed: self.column == column && !self.reversed,
        }
    }

    /// Returns whether a row has another place after it became another.
    pub(super) fn moves(self, before: &Row, after: &Row) -> bool {
        match self.column {
            Column::Queue => false,
            Column::Name => before.name != after.name,
            Column::Size => before.size != after.size,
            Column::Status => rank(before) != rank(after),
        }
    }
}

/// What was found out about a row, kept as long as the row does not change.
#[derive(Debug)]
struct Fact {
    row: Arc<Row>,
    /// In lower case.
    name: Box<str>,
    /// Whether the search finds it.
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

/// Names and what is found, by the rows' positions: only rows that changed are looked at
/// anew.
#[derive(Debug, Default)]
pub(super) struct SortKeys {
    each: Vec<Fact>,
    /// Another search: everything has to be looked at.
    search_anew: bool,
}

impl SortKeys {
    /// Something else is searched for.
    pub fn search_anew(&mut self) {
        self.search_anew = true;
    }

    /// Nothing is searched for and names do not matter.
    pub fn forget(&mut self) {
        *self = Self::default();
    }

    /// Learns of all rows.
    pub fn learn(&mut self, snapshot: &Snapshot, words: &[String]) {
        let search_anew = std::mem::take(&mut self.search_anew);
        self.each.truncate(snapshot.rows.len());
        for (position, row) in snapshot.rows.iter().enumerate() {
            match self.each.get_mut(position) {
                Some(fact) if Arc::ptr_eq(&fact.row, row) && !search_anew => {}
                Some(fact) => *fact = Fact::of(row, words),
                None => self.each.push(Fact::of(row, words)),
            }
        }
    }

    /// Learns that the row at this position changed, where anything is known of it.
    pub fn learn_one(&mut self, position: usize, row: &Arc<Row>, words: &[String]) {
        if let Some(fact) = self.each.get_mut(position) {
            *fact = Fact::of(row, words);
        }
    }

    /// Returns whether the search finds the row at this position.
    pub fn found(&self, position: usize) -> bool {
        self.each.get(position).is_none_or(|fact| fact.found)
    }

    /// Sorts positions of rows. What is equal stays in the queue's order.
    pub fn sort(&self, places: &mut [usize], sort: Sort, snapshot: &Snapshot) {
        let compare = |one: usize, other: usize| match sort.column {
            Column::Queue => Ordering::Equal,
            Column::Name => alphanumeric_sort::compare_str(self.name(one), self.name(other)),
            Column::Size | Column::Status => {
                match (snapshot.rows.get(one), snapshot.rows.get(other)) {
                    (Some(one), Some(other)) if sort.column == Column::Size => {
                        one.size.cmp(&other.size)
                    }
                    (Some(one), Some(other)) => rank(one).cmp(&rank(other)),
                    _ => Ordering::Equal,
                }
            }
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

/// Returns whether every word is in the row's name or id.
fn finds(words: &[String], name: &str, row: &Row) -> bool {
    words.iter().all(|word| {
        name.contains(word.as_str())
            || rows::id_of(row).is_some_and(|id| id.to_lowercase().contains(word.as_str()))
    })
}

fn rank(row: &Row) -> usize {
    Filter::of(&row.status) as usize
}
