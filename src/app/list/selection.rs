//! Commands that the selection allows.

use crate::app::command::BulkAction;
use crate::app::rows;
use crate::model::snapshot::{Row, RowDelta};

/// Number of selected rows that allow each command.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct SelectionActions {
    /// Rows with an id to copy.
    pub ids: usize,
    many: [usize; BulkAction::EACH.len()],
}

impl SelectionActions {
    pub(super) fn count(&mut self, row: &Row, change: RowDelta) {
        if rows::id_to_copy_along(row).is_some() {
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
