//! In which order rows are shown, and which of them a search finds.

use std::cmp::Ordering;
use std::collections::HashMap;

use super::filter::Filter;
use crate::app::rows;
use crate::model::snapshot::{ItemId, Row, Snapshot};

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

    /// In the menu.
    pub fn label(self) -> &'static str {
        match self {
            Self::Queue => "Upload order",
            Self::Name => "Name",
            Self::Size => "Size",
            Self::Status => "Status",
        }
    }
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
}

/// Names in lower case, kept as long as something needs them.
#[derive(Debug, Default)]
pub(super) struct Names(HashMap<ItemId, Box<str>>);

impl Names {
    /// Learns the names that it does not know yet, and forgets those that are gone.
    pub fn learn(&mut self, snapshot: &Snapshot) {
        for row in snapshot.rows.iter() {
            self.0
                .entry(row.id)
                .or_insert_with(|| row.name.to_lowercase().into_boxed_str());
        }
        if self.0.len() > 2 * snapshot.rows.len() {
            let there: std::collections::HashSet<ItemId> =
                snapshot.rows.iter().map(|row| row.id).collect();
            self.0.retain(|id, _| there.contains(id));
        }
    }

    pub fn forget(&mut self) {
        self.0 = HashMap::new();
    }

    fn of<'a>(&'a self, row: &'a Row) -> &'a str {
        self.0.get(&row.id).map_or(row.name.as_str(), AsRef::as_ref)
    }

    /// Whether every word of a search is in the row's name or id.
    pub fn found(&self, words: &[String], row: &Row) -> bool {
        let name = self.of(row);
        words.iter().all(|word| {
            name.contains(word.as_str())
                || rows::id_of(row).is_some_and(|id| id.to_lowercase().contains(word.as_str()))
        })
    }

    /// Sorts positions of rows. What is equal stays in the queue's order.
    pub fn sort(&self, places: &mut [usize], sort: Sort, snapshot: &Snapshot) {
        places.sort_by(|one, other| {
            let by_column = match (snapshot.rows.get(*one), snapshot.rows.get(*other)) {
                (Some(one), Some(other)) => self.compare(sort.column, one, other),
                _ => Ordering::Equal,
            };
            let ordering = by_column.then(one.cmp(other));
            if sort.reversed {
                ordering.reverse()
            } else {
                ordering
            }
        });
    }

    fn compare(&self, column: Column, one: &Row, other: &Row) -> Ordering {
        match column {
            Column::Queue => Ordering::Equal,
            Column::Name => alphanumeric_sort::compare_str(self.of(one), self.of(other)),
            Column::Size => one.size.cmp(&other.size),
            Column::Status => rank(one).cmp(&rank(other)),
        }
    }
}

fn rank(row: &Row) -> usize {
    Filter::of(&row.status).map_or(Filter::EACH.len(), |filter| filter as usize)
}
