use std::path::PathBuf;

use tokio::time::Instant;

use super::BusyPeriod;
use crate::engine::queue::item::Item;
use crate::model::fault::{Fault, FaultKind};
use crate::model::media::Route;
use crate::model::snapshot::ItemId;
use crate::model::upload::{Upload, UploadState};

fn item(state: UploadState, starts: u32) -> Item {
    let upload = Upload {
        state,
        ..Upload::new()
    };
    let mut item = Item::new(ItemId(1), PathBuf::from("/a/1.mp3"), 0, upload);
    item.in_busy_period = true;
    for _ in 0..starts {
        item.starts.on_start(Route::Direct, Instant::now());
    }
    item
}

fn failed() -> UploadState {
    UploadState::Failed {
        fault: Fault::new(FaultKind::FileGone),
        asset: None,
    }
}

#[test]
fn its_end_is_said_once_and_only_when_all_of_it_has_ended() {
    let mut batch = BusyPeriod::default();
    assert!(batch.begin() && !batch.begin());
    let under_way = [item(failed(), 1), item(UploadState::Queued, 0)];
    assert_eq!(batch.end(under_way.iter(), 0), None);
    let ended = [
        item(failed(), 1),
        item(UploadState::Cancelled { asset: None }, 1),
    ];
    let end = batch.end(ended.iter(), 0).unwrap();
    assert_eq!((end.failed, end.cancelled, end.ready), (1, 1, 0));
    assert_eq!(batch.end(ended.iter(), 0), None);
    assert!(batch.begin());
}

#[test]
fn a_batch_of_which_everything_was_cancelled_ends_without_a_word() {
    let mut batch = BusyPeriod::default();
    batch.begin();
    let cancelled = item(UploadState::Cancelled { asset: None }, 1);
    assert_eq!(batch.end([&cancelled].into_iter(), 0), None);
    assert!(batch.begin(), "it has ended");
}

#[test]
fn nothing_was_sent_where_no_byte_moved_and_no_row_was_started() {
    for (starts, moved, nothing_sent) in [(0, 0, true), (0, 1, false), (1, 0, false)] {
        let mut batch = BusyPeriod::default();
        batch.begin();
        let end = batch.end([&item(failed(), starts)].into_iter(), moved);
        assert_eq!(end.unwrap().nothing_sent, nothing_sent);
    }
}

#[test]
fn a_batch_that_is_reopened_keeps_its_beginning() {
    let mut batch = BusyPeriod::default();
    batch.reopen(5);
    assert!(!batch.begin());
    assert_eq!(batch.began_ms(), 5);
    batch.reopen(3);
    assert_eq!(batch.began_ms(), 5);
    batch.close();
    assert!(batch.begin() && batch.began_ms() > 5);
}
