use std::collections::HashSet;
use std::path::PathBuf;

use super::comparison::{candidates, files_to_compare, original_in_run};
use super::{Duplicates, MAX_UNRESPONSIVE, MOST_FILES};
use crate::engine::pending_hash::Unhashed;
use crate::engine::queue::Queue;
use crate::engine::queue::item::{Item, KnownDuplicate};
use crate::engine::tasks::ReadAhead;
use crate::model::asset::{Account, AssetId, ContentHash};
use crate::model::media::{FileStamp, Kind};
use crate::model::snapshot::ItemId;
use crate::model::upload::{Media, Original, RetryCounters, Upload, UploadState};

impl<T> Duplicates<T> {
    pub fn entries(&self) -> usize {
        self.stale_sizes.len() + self.unread.len() + self.reading.iter().flatten().count()
    }
}

const SENDING: UploadState = UploadState::Sending {
    route: crate::model::media::Route::Direct,
    body_out: false,
};

fn hash(of: u8) -> ContentHash {
    ContentHash::from_bytes([of; 32])
}

fn stamp(size: u64) -> FileStamp {
    FileStamp {
        size,
        modified_ns: 1,
    }
}

fn asset(of: u8) -> (AssetId, ContentHash) {
    (AssetId::new(&format!("re_{of}")).unwrap(), hash(of))
}

/// A row of this size and content; 0 for one that is unread.
fn row(id: u64, state: UploadState, size: u64, content: u8) -> Item {
    row_with(id, state, size, content, RetryCounters::default())
}

fn row_with(id: u64, state: UploadState, size: u64, content: u8, counters: RetryCounters) -> Item {
    let upload = Upload {
        state,
        media: Some(Media {
            stamp: stamp(size),
            kind: Kind::Audio,
            note: None,
        }),
        counters,
        ..Upload::new()
    };
    let position = i64::try_from(id).unwrap();
    let mut item = Item::new(
        ItemId(id),
        PathBuf::from(format!("/{size}/{id}.mp3")),
        position,
        upload,
    );
    if content > 0 {
        item.content.on_read(Some(hash(content)));
    }
    item
}

fn only_id() -> RetryCounters {
    RetryCounters {
        reuse_only: true,
        ..RetryCounters::default()
    }
}

fn queue(rows: impl IntoIterator<Item = Item>) -> Queue {
    let mut queue = Queue::default();
    rows.into_iter().for_each(|row| queue.insert(row));
    queue
}

/// Groups all rows; returns those that are duplicates.
fn regroup(
    duplicates: &mut Duplicates<()>,
    queue: &Queue,
    history: &[(AssetId, ContentHash)],
) -> Vec<(u64, KnownDuplicate)> {
    duplicates.invalidate_sizes(queue.sizes());
    let known = duplicates.regroup(
        queue,
        &HashSet::new(),
        |_| Some(history.to_vec()),
        |_| false,
    );
    let known = known.into_iter();
    known
        .filter_map(|(id, known)| Some((id.0, known?)))
        .collect()
}

fn of_row(id: u64, waits: bool) -> KnownDuplicate {
    let original = Original::Row(ItemId(id));
    KnownDuplicate { original, waits }
}

fn of_asset(of: u8) -> KnownDuplicate {
    let original = Original::Asset(asset(of).0);
    KnownDuplicate {
        original,
        waits: false,
    }
}

/// Begins the next read; returns its rows.
fn read_ahead(duplicates: &mut Duplicates<()>, queue: &Queue) -> Vec<u64> {
    let mut rows = vec![];
    duplicates.read_ahead(queue, |files| rows.extend(files.iter().map(|(id, _)| id.0)));
    rows
}

fn stalled(item: u64, size: u64) -> ReadAhead {
    ReadAhead {
        item: ItemId(item),
        stamp: stamp(size),
        outcome: Err(Unhashed::Silent),
    }
}

#[test]
fn of_equal_rows_the_first_one_is_the_original() {
    let ready = || UploadState::Ready;
    let queue = queue([
        row(1, ready(), 9, 7),
        row(2, ready(), 9, 8),
        row(3, ready(), 9, 7),
        row(4, ready(), 8, 7),
    ]);
    let known = regroup(&mut Duplicates::new(), &queue, &[]);
    assert_eq!(known, [(3, of_row(1, true))]);
}

#[test]
fn a_started_row_goes_before_one_that_waits_and_never_waits_for_it() {
    let queue = queue([
        row(1, UploadState::Ready, 9, 7),
        row(2, UploadState::Queued, 9, 7),
        row(3, SENDING, 9, 8),
        row(4, UploadState::Ready, 9, 8),
    ]);
    let known = regroup(&mut Duplicates::new(), &queue, &[]);
    assert_eq!(known, [(1, of_row(2, false)), (4, of_row(3, false))]);
}

#[test]
fn an_asset_counts_unless_the_service_did_not_confirm_it() {
    let unconfirmed = RetryCounters {
        duplicate_unconfirmed: true,
        ..RetryCounters::default()
    };
    let forced = RetryCounters {
        force_upload: true,
        ..RetryCounters::default()
    };
    let queue = queue([
        row(1, UploadState::Ready, 9, 7),
        row_with(2, UploadState::Ready, 9, 8, unconfirmed),
        row_with(3, UploadState::Ready, 9, 9, forced),
    ]);
    let history = [asset(7), asset(8), asset(9)];
    let known = regroup(&mut Duplicates::new(), &queue, &history);
    assert_eq!(known, [(1, of_asset(7))]);
}

#[test]
fn of_equal_assets_the_newest_one_counts() {
    let queue = queue([row(1, UploadState::Ready, 9, 7)]);
    let older = (AssetId::new("re_0").unwrap(), hash(7));
    let known = regroup(&mut Duplicates::new(), &queue, &[asset(7), older]);
    assert_eq!(known, [(1, of_asset(7))]);
}

#[test]
fn nothing_is_a_duplicate_of_a_row_that_only_wants_an_id() {
    let queue = queue([
        row_with(1, UploadState::Hashing, 9, 7, only_id()),
        row(2, UploadState::Ready, 9, 7),
    ]);
    assert!(regroup(&mut Duplicates::new(), &queue, &[]).is_empty());
}

#[test]
fn only_what_may_have_an_equal_and_waits_for_the_user_is_read_small_files_first() {
    let queue = queue([
        row(1, UploadState::Ready, 9, 0),
        row(2, UploadState::Ready, 9, 7),
        row(3, UploadState::Ready, 5, 0),
        row(4, SENDING, 5, 0),
        row(5, UploadState::Ready, 6, 0),
        row(6, UploadState::Queued, 7, 0),
        row(7, SENDING, 7, 0),
    ]);
    let mut duplicates = Duplicates::new();
    regroup(&mut duplicates, &queue, &[]);
    assert_eq!(duplicates.unread(), 3);
    assert_eq!(read_ahead(&mut duplicates, &queue), [4, 3, 1]);
    assert!(
        read_ahead(&mut duplicates, &queue).is_empty(),
        "one at a time"
    );
    regroup(&mut duplicates, &queue, &[asset(1)]);
    assert_eq!(duplicates.unread(), 4, "an asset has the size of the fifth");
}

#[test]
fn a_read_is_limited_and_a_large_file_is_read_alone_beside_it() {
    let small = (1..=300).map(|id| row(id, UploadState::Ready, 9, 0));
    let large = [301, 302].map(|id| row(id, UploadState::Ready, 100_000_000, 0));
    let queue = queue(small.chain(large));
    let mut duplicates = Duplicates::new();
    regroup(&mut duplicates, &queue, &[]);
    let begun = read_ahead(&mut duplicates, &queue);
    assert_eq!((begun.len(), begun.last()), (MOST_FILES + 1, Some(&301)));
    // Small files that come meanwhile do not wait for it.
    let read = ReadAhead {
        item: ItemId(1),
        stamp: stamp(9),
        outcome: Ok(hash(7)),
    };
    duplicates.on_read(&queue, vec![read]);
    let begun = read_ahead(&mut duplicates, &queue);
    assert!(!begun.is_empty() && begun.iter().all(|id| *id <= 300));
}

#[test]
fn a_hash_counts_only_while_the_file_is_as_it_was_read() {
    let queue = queue([
        row(1, UploadState::Ready, 9, 0),
        row(2, UploadState::Ready, 9, 0),
    ]);
    let mut duplicates = Duplicates::new();
    regroup(&mut duplicates, &queue, &[]);
    assert_eq!(read_ahead(&mut duplicates, &queue), [1, 2]);
    let read = |item, size| ReadAhead {
        item: ItemId(item),
        stamp: stamp(size),
        outcome: Ok(hash(7)),
    };
    let hashes = duplicates.on_read(&queue, vec![read(1, 9), read(2, 8), read(3, 9)]);
    assert_eq!(hashes, [(ItemId(1), Some(hash(7)))]);
    assert!(
        !read_ahead(&mut duplicates, &queue).is_empty(),
        "the read is over"
    );
}

#[test]
fn beside_a_stalled_file_nothing_is_read_and_after_a_few_nothing_at_all() {
    let sizes = 1..=6_u64;
    let rows = sizes
        .flat_map(|size| [2 * size, 2 * size + 1].map(|id| row(id, UploadState::Ready, size, 0)));
    let queue = queue(rows);
    let mut duplicates = Duplicates::new();
    regroup(&mut duplicates, &queue, &[]);
    assert_eq!(duplicates.unread(), 12);
    let given_up = duplicates.on_read(&queue, vec![stalled(2, 1)]);
    assert_eq!(given_up, [(ItemId(2), None), (ItemId(3), None)]);
    for size in 2..=u64::try_from(MAX_UNRESPONSIVE).unwrap() {
        duplicates.on_read(&queue, vec![stalled(2 * size, size)]);
    }
    duplicates.regroup(&queue, &HashSet::new(), |_| Some(vec![]), |_| false);
    assert_eq!(duplicates.unread(), 0);
}

#[test]
fn a_size_whose_assets_cannot_be_read_is_grouped_later() {
    let queue = queue([row(1, UploadState::Ready, 9, 7)]);
    let mut duplicates = Duplicates::<()>::new();
    duplicates.invalidate(queue.get(ItemId(1)).unwrap());
    let (own, others) = (HashSet::new(), |_| false);
    let unread = duplicates.regroup(&queue, &own, |_| None, others);
    assert!(unread.is_empty());
    let known = duplicates.regroup(&queue, &own, |_| Some(vec![asset(7)]), others);
    assert_eq!(known, [(ItemId(1), Some(of_asset(7)))]);
    let again = duplicates.regroup(&queue, &own, |_| panic!("nothing has changed"), others);
    assert!(again.is_empty());
}

#[test]
fn a_file_of_a_size_that_another_account_uploaded_is_read() {
    let queue = queue([row(1, UploadState::Ready, 9, 0)]);
    let mut duplicates = Duplicates::<()>::new();
    for (is_uploaded, unread) in [(false, 0), (true, 1)] {
        duplicates.invalidate(queue.get(ItemId(1)).unwrap());
        duplicates.regroup(&queue, &HashSet::new(), |_| Some(vec![]), |_| is_uploaded);
        assert_eq!(duplicates.unread(), unread);
    }
}

#[test]
fn among_rows_that_are_compared_at_once_the_first_one_is_the_original() {
    let own = HashSet::new();
    let hashing = || UploadState::Hashing;
    let queue = queue([row(1, hashing(), 9, 7), row(2, hashing(), 9, 7)]);
    let original = |id| original_in_run(&queue, queue.get(ItemId(id)).unwrap(), hash(7), &own);
    assert_eq!(original(1), None);
    assert_eq!(original(2), Some(Original::Row(ItemId(1))));
}

#[test]
fn a_row_that_only_wants_an_id_waits_for_rows_in_the_queue() {
    let own = HashSet::new();
    let queue = queue([
        row(1, UploadState::Queued, 9, 0),
        row(2, UploadState::Hashing, 9, 7),
        row_with(3, UploadState::Hashing, 9, 7, only_id()),
    ]);
    let ids = |id| {
        let row = queue.get(ItemId(id)).unwrap();
        candidates(&queue, row, &own)
            .map(|it| it.id.0)
            .collect::<Vec<_>>()
    };
    assert_eq!((ids(2), ids(3)), (vec![], vec![1, 2]));
    let files = files_to_compare(&queue, queue.get(ItemId(3)).unwrap(), &own);
    assert!(files.hashed_before.is_some());
    assert_eq!((files.known.len(), files.unread.len()), (2, 1));
}

#[test]
fn an_asset_of_another_account_is_no_original() {
    let (id, _) = asset(7);
    let content = Some(hash(7));
    let mut done = row(
        1,
        UploadState::Done {
            asset: id.clone(),
            content,
        },
        9,
        7,
    );
    done.seen_ready = true;
    done.account = Some(Account::from_fingerprint("one"));
    let queue = queue([done, row(2, UploadState::Hashing, 9, 7)]);
    let second = queue.get(ItemId(2)).unwrap();
    let of = |account: &str| {
        let own = HashSet::from([Account::from_fingerprint(account)]);
        original_in_run(&queue, second, hash(7), &own)
    };
    assert_eq!((of("one"), of("other")), (Some(Original::Asset(id)), None));
}
