//! Selected assets.

use std::collections::HashSet;
use std::sync::Arc;

use crate::app::command::{CursorMove, Pick};

/// Selected rows, all of which are in the list.
#[derive(Debug, Default)]
pub struct AssetSelection {
    selected: HashSet<i64>,
    /// End of a range that stays.
    anchor: Option<i64>,
    /// Row clicked or moved to last.
    cursor: Option<i64>,
}

impl AssetSelection {
    /// Returns the number of selected rows.
    pub fn len(&self) -> usize {
        self.selected.len()
    }

    /// Returns `true` if nothing is selected.
    pub fn is_empty(&self) -> bool {
        self.selected.is_empty()
    }

    /// Returns `true` if the row is selected.
    pub fn contains(&self, row: i64) -> bool {
        self.selected.contains(&row)
    }

    /// Returns the row clicked or moved to last.
    pub fn cursor(&self) -> Option<i64> {
        self.cursor
    }

    /// Returns the selected rows in the list's order.
    pub(super) fn in_order(&self, rows: &[i64]) -> Arc<[i64]> {
        let selected = rows.iter().copied();
        selected.filter(|row| self.contains(*row)).collect()
    }

    pub(super) fn select_all(&mut self, rows: &[i64]) {
        self.selected = rows.iter().copied().collect();
    }

    pub(super) fn clear(&mut self) {
        self.selected.clear();
        self.anchor = None;
    }

    /// Deselects rows that are not in the list any more, since commands must not act on them.
    pub(super) fn keep(&mut self, rows: &[i64]) {
        if !self.selected.is_empty() {
            let left = rows.iter().copied();
            self.selected = left.filter(|row| self.selected.contains(row)).collect();
        }
    }

    /// Applies a click or key to a row.
    pub(super) fn pick(&mut self, rows: &[i64], row: i64, pick: Pick) {
        match pick {
            Pick::Only => self.selected = HashSet::from([row]),
            Pick::Toggle => {
                if !self.selected.remove(&row) {
                    self.selected.insert(row);
                }
            }
            Pick::Range => self.extend_to(rows, row),
        }
        if pick != Pick::Range || self.anchor.is_none() {
            self.anchor = Some(row);
        }
        self.cursor = Some(row);
    }

    fn extend_to(&mut self, rows: &[i64], row: i64) {
        let place = |wanted: i64| rows.iter().position(|row| *row == wanted);
        let Some(end) = place(row) else { return };
        let start = self.anchor.and_then(place).unwrap_or(end);
        let range = &rows[start.min(end)..=start.max(end)];
        self.selected = range.iter().copied().collect();
    }

    /// Moves from a row, or from the last position, and returns the new row.
    pub(super) fn step(
        &mut self,
        rows: &[i64],
        step: CursorMove,
        extend: bool,
        from: Option<i64>,
        page: usize,
    ) -> Option<i64> {
        let last = rows.len().checked_sub(1)?;
        let from = from.or(self.cursor);
        let at = from.and_then(|from| rows.iter().position(|row| *row == from));
        let row = *rows.get(step.target(at, last, page))?;
        if extend {
            self.anchor = self.anchor.or(from);
            self.pick(rows, row, Pick::Range);
        } else {
            self.pick(rows, row, Pick::Only);
        }
        Some(row)
    }
}
