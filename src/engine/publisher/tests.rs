use std::collections::{BTreeSet, HashMap};
use std::path::PathBuf;
use std::sync::Arc;

use tokio::sync::{mpsc, watch};
use tokio::time::Instant;

use super::Publisher;
use crate::engine::queue::Queue;
use crate::engine::queue::item::Item;
use crate::engine::queue_totals::QueueTotals;
use crate::model::retry::Policy;
use crate::model::snapshot::{ItemId, Snapshot};
use crate::model::upload::{Event, Upload};

/// Panics unless the totals equal a recount of all rows.
pub(super) fn check(totals: &QueueTotals, items: &HashMap<ItemId, Item>, direct_limit: u64) {
    let mut anew = QueueTotals::default();
    for (id, item) in items {
        anew.count(*id, Some(item), direct_limit);
    }
    assert_eq!(totals.all(), anew.all());
}

impl Publisher {
    pub fn entries(&self) -> usize {
        self.index.len() + self.dirty.len()
    }
}

const LIMIT: u64 = 20_000_000;

/// A queue, and what is shown of it.
struct Shown {
    publisher: Publisher,
    snapshot: watch::Receiver<Arc<Snapshot>>,
    queue: Queue,
}

impl Shown {
    fn of(ids: &[u64]) -> Self {
        let (sender, snapshot) = watch::channel(Arc::default());
        let publisher = Publisher::new(sender, mpsc::unbounded_channel().0);
        let mut shown = Self {
            publisher,
            snapshot,
            queue: Queue::default(),
        };
        for id in ids {
            let path = PathBuf::from(format!("/a/{id}.mp3"));
            let position = i64::try_from(*id).unwrap();
            let item = Item::new(ItemId(*id), path, position, Upload::new());
            shown.queue.insert(item);
            shown.publisher.on_change(ItemId(*id));
        }
        shown.publisher.on_order_change();
        shown.publish();
        shown
    }

    /// Returns whether there was anything new, and how many rows were made for it.
    fn publish(&mut self) -> (bool, usize) {
        let items = self.queue.items();
        let made = std::cell::Cell::new(0);
        self.publisher.count(items, &BTreeSet::new(), LIMIT);
        self.publisher.update_rows(self.queue.order(), |id| {
            made.set(made.get() + 1);
            let row =
                |item: &Item| item.row(Instant::now(), &Policy::default(), true, None, None, false);
            items.get(id).map(row).map(Arc::new)
        });
        (self.publisher.publish(Snapshot::default()), made.get())
    }

    fn rows(&self) -> Vec<u64> {
        let snapshot = self.snapshot.borrow();
        snapshot.rows.iter().map(|row| row.id.0).collect()
    }

    fn revision(&self) -> u64 {
        self.snapshot.borrow().revision
    }
}

#[test]
fn only_what_changed_is_made_anew_and_published() {
    let mut shown = Shown::of(&[1, 2, 3]);
    assert_eq!((shown.rows(), shown.revision()), (vec![1, 2, 3], 1));
    assert_eq!(shown.publish(), (false, 0));
    shown.publisher.on_change(ItemId(2));
    assert_eq!(shown.publish(), (false, 1), "it is as it was");
    let before = shown.snapshot.borrow().clone();
    let change = shown
        .queue
        .apply(ItemId(2), Event::StillChanging, &Policy::default());
    shown.publisher.on_transition(&change.unwrap());
    assert_eq!((shown.publish(), shown.revision()), ((true, 1), 2));
    let now = shown.snapshot.borrow().clone();
    let is_shared = |at: usize| Arc::ptr_eq(&before.rows[at], &now.rows[at]);
    assert!(is_shared(0) && !is_shared(1) && is_shared(2));
}

#[test]
fn another_order_makes_no_row_anew() {
    let mut shown = Shown::of(&[1, 2, 3]);
    shown.queue.send_first(&[ItemId(3)]);
    shown.publisher.on_order_change();
    assert_eq!(shown.publish(), (true, 0));
    assert_eq!(shown.rows(), [3, 1, 2]);
    assert_eq!(shown.publisher.row(ItemId(1)).unwrap().id, ItemId(1));
}

#[test]
fn nothing_is_kept_of_a_row_that_is_gone() {
    let mut shown = Shown::of(&[1, 2]);
    shown.queue.remove(ItemId(1));
    shown.publisher.on_change(ItemId(1));
    shown.publisher.on_order_change();
    assert_eq!(shown.publish(), (true, 0));
    assert_eq!((shown.rows(), shown.publisher.entries()), (vec![2], 1));
    assert!(shown.publisher.row(ItemId(1)).is_none());
}
