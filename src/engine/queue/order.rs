//! Order of the queue: rows are shown and started by position.

use std::collections::HashSet;

use super::{Place, Queue};
use crate::model::snapshot::ItemId;

/// Gap between the positions of added rows, which leaves room to move others between them.
pub(super) const STEP: i64 = 1 << 20;

impl Queue {
    /// Moves rows that have not started before all other such rows, in the given order; returns
    /// all rows that moved.
    pub fn send_first(&mut self, ids: &[ItemId]) -> Vec<ItemId> {
        let waits = |id: &ItemId| {
            let row = self.get(*id);
            row.is_some_and(|row| !row.upload().has_begun())
        };
        let ids: Vec<ItemId> = ids.iter().copied().filter(waits).collect();
        let wanted: HashSet<ItemId> = ids.iter().copied().collect();
        let (mut before, mut first) = (None, None);
        let others = self.order.iter().filter(|(_, id)| !wanted.contains(id));
        for (position, id) in others {
            if waits(id) {
                first = Some((*position, *id));
                break;
            }
            before = Some(*position);
        }
        let count = i64::try_from(ids.len()).unwrap_or(i64::MAX / 2);
        let mut moved = vec![];
        let start = match (before, first) {
            (None, None) => 0,
            (Some(before), None) => before + STEP,
            (None, Some((first, _))) => first - count,
            (Some(before), Some((first, _))) if before < first - count => first - count,
            (Some(before), Some(first)) => {
                moved = self.move_down(first, count + STEP);
                before + 1
            }
        };
        for (offset, id) in (0..).zip(&ids) {
            self.move_to(*id, start + offset);
        }
        moved.extend(ids);
        moved
    }

    fn move_down(&mut self, from: Place, by: i64) -> Vec<ItemId> {
        let rows = self.order.split_off(&from);
        self.order.extend(&rows);
        for (position, id) in &rows {
            self.move_to(*id, position + by);
        }
        rows.into_iter().map(|(_, id)| id).collect()
    }

    fn move_to(&mut self, id: ItemId, position: i64) {
        let Some(item) = self.items.get_mut(&id) else {
            return;
        };
        let old = item.place();
        item.set_position(position);
        let new = item.place();
        for line in [&mut self.order, &mut self.queued] {
            if line.remove(&old) {
                line.insert(new);
            }
        }
    }
}
