//! Order of the queue: rows are shown and started by position.

use std::collections::HashSet;

use super::Queue;
use crate::model::snapshot::ItemId;

/// Gap between the positions of added rows, which leaves room to move others between them.
pub(super) const STEP: i64 = 1 << 20;

impl Queue {
    /// Moves rows that have not started before all other such rows, in the given order; returns
    /// the rows that moved.
    pub fn send_first(&mut self, ids: &[ItemId]) -> Vec<ItemId> {
        let waits = |id: &ItemId| {
            let row = self.get(*id);
            row.is_some_and(|row| !row.upload().has_begun())
        };
        let ids: Vec<ItemId> = ids.iter().copied().filter(waits).collect();
        let wanted: HashSet<ItemId> = ids.iter().copied().collect();
        let mut others = self.order.iter().filter(|(_, id)| !wanted.contains(id));
        let count = i64::try_from(ids.len()).unwrap_or(i64::MAX / 2);
        // In the end it may stand before a row that has begun: the order of the others counts.
        let start = match others.find(|(_, id)| waits(id)) {
            Some((first, _)) => first - count,
            None => self.next_position(),
        };
        for (offset, id) in (0..).zip(&ids) {
            self.move_to(*id, start + offset);
        }
        ids
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
