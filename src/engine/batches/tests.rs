use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;

use super::Batches;
use crate::engine::queue::item::Item;
use crate::model::batch::{Batch, BatchId};
use crate::model::snapshot::ItemId;
use crate::model::upload::Upload;

fn batch(id: u64, created_at_ms: i64) -> Arc<Batch> {
    Arc::new(Batch {
        id: BatchId(id),
        label: format!("batch {id}"),
        note: None,
        created_at_ms,
        skipped: Arc::default(),
    })
}

fn item(id: u64, batch: &Arc<Batch>) -> (ItemId, Item) {
    let mut item = Item::new(ItemId(id), PathBuf::from("/a.mp3"), 0, Upload::new());
    item.batch = Some(Arc::clone(batch));
    (item.id, item)
}

#[test]
fn the_batches_of_the_rows_are_shown_oldest_first_as_long_as_there_is_one() {
    let (new, old) = (batch(1, 20), batch(2, 10));
    let mut items = HashMap::from([item(5, &new), item(6, &old), item(7, &new)]);
    let mut batches = Batches::default();
    items.values().for_each(|item| batches.on_inserted(item));
    assert_eq!(
        *batches.update(&items),
        [Arc::clone(&old), Arc::clone(&new)]
    );
    items.remove(&ItemId(5));
    batches.on_removed();
    assert_eq!(batches.update(&items).len(), 2);
    items.remove(&ItemId(7));
    batches.on_removed();
    assert_eq!(*batches.update(&items), [old]);
    assert!(batches.get(BatchId(1)).is_none());
}

#[test]
fn batches_keep_their_address_until_one_changes() {
    let (one, other) = (batch(1, 1), batch(2, 2));
    let items = HashMap::from([item(5, &one), item(6, &other)]);
    let mut batches = Batches::default();
    items.values().for_each(|item| batches.on_inserted(item));
    let before = batches.update(&items);
    batches.on_removed();
    assert!(Arc::ptr_eq(&before, &batches.update(&items)));
    let renamed = Batch {
        label: "renamed".to_owned(),
        ..(*other).clone()
    };
    batches.put(Arc::new(renamed));
    let after = batches.update(&items);
    assert_eq!(after[1].label, "renamed");
    assert!(Arc::ptr_eq(&before[0], &after[0]));
}

#[test]
fn a_batch_of_skipped_files_alone_stays_until_it_is_dismissed_or_gets_rows() {
    let (one, other) = (batch(1, 1), batch(2, 2));
    let mut items = HashMap::new();
    let mut batches = Batches::default();
    for batch in [&one, &other] {
        batches.keep_without_rows(batch.id);
        batches.put(Arc::clone(batch));
    }
    assert_eq!(batches.update(&items).len(), 2);
    batches.dismiss(one.id);
    assert_eq!(*batches.update(&items), [Arc::clone(&other)]);
    items.extend([item(5, &other)]);
    batches.on_inserted(&items[&ItemId(5)]);
    items.clear();
    batches.on_removed();
    assert_eq!(batches.update(&items).len(), 0);
}
