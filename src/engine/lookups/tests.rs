use std::path::PathBuf;

use super::*;
use crate::engine::queue::item::KnownDuplicate;
use crate::model::asset::AssetId;
use crate::model::upload::{Original, Upload, UploadState};

/// An unstarted row whose content an asset of the history has.
fn uploaded(id: u64) -> Item {
    let upload = Upload {
        state: UploadState::Ready,
        ..Upload::new()
    };
    let mut item = Item::new(ItemId(id), PathBuf::from("/a.mp3"), 0, upload);
    item.known_duplicate = Some(KnownDuplicate {
        original: Original::Asset(AssetId::new("re_1").unwrap()),
        waits: false,
    });
    item
}

fn rows(ids: impl IntoIterator<Item = u64>) -> (Queue, Lookups<()>) {
    let (mut queue, mut lookups) = (Queue::default(), Lookups::new());
    for id in ids {
        let item = uploaded(id);
        lookups.on_compared(&item);
        queue.insert(item);
    }
    (queue, lookups)
}

fn next(lookups: &mut Lookups<()>, queue: &Queue) -> Option<u64> {
    lookups.next(queue).map(|item| item.id.0)
}

#[test]
fn one_row_is_asked_about_at_a_time_in_the_order_they_came() {
    let (mut queue, mut lookups) = rows([2, 1]);
    assert_eq!(next(&mut lookups, &queue), Some(1));
    lookups.on_begun(ItemId(1), ());
    assert_eq!(next(&mut lookups, &queue), None);
    assert!(!lookups.on_answer(ItemId(2), false), "of another key");
    assert!(lookups.on_answer(ItemId(1), false));
    let one = queue.get_mut(ItemId(1)).unwrap();
    one.known_duplicate = None;
    lookups.on_compared(one);
    assert_eq!(next(&mut lookups, &queue), Some(2));
}

#[test]
fn a_row_that_is_gone_makes_way_for_the_next() {
    let (mut queue, mut lookups) = rows([1, 2]);
    lookups.on_begun(ItemId(1), ());
    queue.remove(ItemId(1));
    assert_eq!(next(&mut lookups, &queue), Some(2));
    queue.remove(ItemId(2));
    assert_eq!(next(&mut lookups, &queue), None);
    assert!(lookups.waiting.is_empty());
}

#[test]
fn failures_in_a_row_are_counted_until_an_answer_or_another_key() {
    let (_, mut lookups) = rows([1]);
    for failures in 1..=2 {
        lookups.on_begun(ItemId(1), ());
        assert!(lookups.on_answer(ItemId(1), true));
        assert_eq!(lookups.failures(), failures);
    }
    lookups.restart();
    assert_eq!(lookups.failures(), 0);
}
