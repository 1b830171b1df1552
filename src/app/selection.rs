//! Selection in a list by clicks and keys, the same for the queue and the Library.

use std::collections::HashSet;
use std::hash::Hash;

use super::command::{CursorMove, Pick};

/// Selected lines of a list, the end of a range that stays, and the line last gone to.
#[derive(Clone, Debug)]
pub struct Selection<Id> {
    selected: HashSet<Id>,
    anchor: Option<Id>,
    cursor: Option<Id>,
}

impl<Id> Default for Selection<Id> {
    fn default() -> Self {
        Self {
            selected: HashSet::new(),
            anchor: None,
            cursor: None,
        }
    }
}

impl<Id: Copy + Eq + Hash> Selection<Id> {
    /// Returns the number of selected lines.
    pub fn len(&self) -> usize {
        self.selected.len()
    }

    /// Returns `true` if nothing is selected.
    pub fn is_empty(&self) -> bool {
        self.selected.is_empty()
    }

    /// Returns `true` if the line is selected.
    pub fn contains(&self, line: Id) -> bool {
        self.selected.contains(&line)
    }

    /// Returns the line clicked or moved to last.
    pub fn cursor(&self) -> Option<Id> {
        self.cursor
    }

    /// Selects these lines alone; the keyboard goes on from where it was.
    pub fn select(&mut self, lines: impl IntoIterator<Item = Id>) {
        self.selected = lines.into_iter().collect();
    }

    /// Clears the selection; the keyboard goes on from where it was.
    pub fn clear(&mut self) {
        self.selected.clear();
        self.anchor = None;
    }

    /// Deselects a line.
    pub fn deselect(&mut self, line: Id) {
        self.selected.remove(&line);
    }

    /// Deselects all lines but those that `keeps` holds for.
    pub fn retain(&mut self, keeps: impl Fn(Id) -> bool) {
        self.selected.retain(|line| keeps(*line));
    }

    /// Lets keys and ranges start from this line.
    pub fn go_to(&mut self, line: Option<Id>) {
        (self.anchor, self.cursor) = (line, line);
    }

    /// Applies a click or key to a line; ignored if the list does not show it any more.
    pub fn pick(&mut self, lines: &[Id], line: Id, pick: Pick) {
        let place = |wanted: Id| lines.iter().position(|it| *it == wanted);
        let Some(end) = place(line) else { return };
        match pick {
            Pick::Only => self.selected = HashSet::from([line]),
            Pick::Toggle => {
                if !self.selected.remove(&line) {
                    self.selected.insert(line);
                }
            }
            Pick::Range => {
                let start = self.anchor.and_then(place).unwrap_or(end);
                let range = &lines[start.min(end)..=start.max(end)];
                self.selected = range.iter().copied().collect();
            }
        }
        if pick != Pick::Range || self.anchor.is_none() {
            self.anchor = Some(line);
        }
        self.cursor = Some(line);
    }

    /// Moves from a line, or from the last one, and returns the new one. `page` is lines per page.
    pub fn step(
        &mut self,
        lines: &[Id],
        step: CursorMove,
        extend: bool,
        from: Option<Id>,
        page: usize,
    ) -> Option<Id> {
        let last = lines.len().checked_sub(1)?;
        let from = from.or(self.cursor);
        let at = from.and_then(|from| lines.iter().position(|line| *line == from));
        let to = *lines.get(step.target(at, last, page))?;
        if extend {
            self.anchor = self.anchor.or(from);
        }
        let pick = if extend { Pick::Range } else { Pick::Only };
        self.pick(lines, to, pick);
        Some(to)
    }
}

#[cfg(test)]
mod tests;
