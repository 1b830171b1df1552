use std::path::{Path, PathBuf};
use std::time::Duration;

use super::Queue;
use super::item::Item;
use crate::engine::files::CanonicalPath;
use crate::model::asset::{AssetAnswer, AssetId, AssetMetadata, AssetStatus, ContentHash};
use crate::model::fault::{Fault, FaultKind};
use crate::model::media::{FileStamp, Kind, Rejection};
use crate::model::retry::Policy;
use crate::model::snapshot::ItemId;
use crate::model::upload::{Event, Media, Original, Upload, UploadState};

impl Queue {
    /// Returns the number of entries of all indexes.
    pub fn entries(&self) -> usize {
        self.order.len()
            + self.queued.len()
            + self.by_path.len()
            + self.by_size.len()
            + self.dependents.len()
    }
}

const ONE: ItemId = ItemId(1);
const TWO: ItemId = ItemId(2);
const THREE: ItemId = ItemId(3);

fn checked(size: u64) -> Event {
    let modified_ns = 1;
    Event::Checked(Ok(Media {
        stamp: FileStamp { size, modified_ns },
        kind: Kind::Audio,
        note: None,
    }))
}

/// A queue of these many rows of 9 bytes, in the order of their ids.
fn queue(rows: u64) -> Queue {
    let mut queue = Queue::default();
    for id in 1..=rows {
        add(&mut queue, ItemId(id));
    }
    queue
}

fn add(queue: &mut Queue, id: ItemId) {
    let path = PathBuf::from(format!("/a/{}.mp3", id.0));
    let row = Item::new(id, path, queue.next_position(), Upload::new());
    queue.insert(row);
    apply(queue, id, checked(9));
}

/// Applies an event; true if it moved the upload.
fn apply(queue: &mut Queue, id: ItemId, event: Event) -> bool {
    let has_moved = queue.apply(id, event, &Policy::default()).is_some();
    check(queue);
    has_moved
}

fn attempt(queue: &Queue, id: ItemId) -> u32 {
    queue.get(id).unwrap().upload().attempt
}

/// Finds that a row has the content of another one.
fn follow(queue: &mut Queue, id: ItemId, original: ItemId) {
    apply(queue, id, Event::Start);
    apply(queue, id, Event::Compare);
    let compared = Event::HashCompared {
        attempt: attempt(queue, id),
        original: Some(Original::Row(original)),
    };
    assert!(apply(queue, id, compared));
}

/// Holds the indexes to what the uploads say.
fn check(queue: &Queue) {
    let ids_where = |which: &dyn Fn(&Upload) -> bool| -> Vec<ItemId> {
        let items = queue.items().values();
        let mut ids: Vec<ItemId> = items
            .filter(|item| which(item.upload()))
            .map(|item| item.id)
            .collect();
        ids.sort_unstable_by_key(|id| queue.get(*id).unwrap().place());
        ids
    };
    let ids = |line: &std::collections::BTreeSet<(i64, ItemId)>| -> Vec<ItemId> {
        line.iter().map(|(_, id)| *id).collect()
    };
    let is_queued = |upload: &Upload| upload.state == UploadState::Queued;
    assert_eq!(ids(&queue.order), ids_where(&|_| true));
    assert_eq!(ids(&queue.queued), ids_where(&is_queued));
    let transfers = ids_where(&|it| it.uses_transfer_slot());
    assert_eq!(queue.active_transfers, transfers.into_iter().collect());
    for item in queue.items().values() {
        let size = item.upload().media.map(|media| media.stamp.size);
        let is_found = |size| queue.of_size(size).any(|other| other.id == item.id);
        assert!(size.is_none_or(is_found));
        if let UploadState::Duplicate(Original::Row(original)) = item.upload().state
            && let Some(dependents) = queue.dependents.get(&original)
        {
            assert!(dependents.contains(&item.id));
        }
    }
    let sized: usize = queue
        .by_size
        .values()
        .map(std::collections::BTreeSet::len)
        .sum();
    let checked = ids_where(&|it| it.media.is_some());
    assert_eq!(sized, checked.len());
}

#[test]
fn a_row_stands_in_the_line_of_its_state() {
    let mut queue = queue(2);
    assert_eq!(queue.next_queued(), None);
    assert!(apply(&mut queue, TWO, Event::Start));
    assert!(apply(&mut queue, ONE, Event::Start));
    assert_eq!(queue.next_queued(), Some(ONE));
    assert!(apply(&mut queue, ONE, Event::Begin));
    assert_eq!(queue.next_queued(), Some(TWO));
    assert!(queue.active_transfers().contains(&ONE));
    assert!(apply(&mut queue, ONE, Event::Cancel));
    assert!(queue.active_transfers().is_empty());
    queue.pass_over(TWO);
    assert_eq!(queue.next_queued(), None);
}

#[test]
fn a_row_that_only_wants_an_id_takes_no_place_of_a_transfer() {
    let mut queue = queue(1);
    assert!(apply(&mut queue, ONE, Event::ReuseAssetId));
    assert_eq!(queue.next_queued(), None);
    assert!(queue.active_transfers().is_empty());
}

#[test]
fn a_stale_event_moves_nothing() {
    let mut queue = queue(1);
    apply(&mut queue, ONE, Event::Start);
    apply(&mut queue, ONE, Event::Begin);
    let attempt = attempt(&queue, ONE);
    apply(&mut queue, ONE, Event::Pause);
    assert!(!apply(&mut queue, ONE, Event::BodyOut { attempt }));
    assert!(
        !apply(&mut queue, TWO, Event::Start),
        "there is no such row"
    );
}

#[test]
fn a_transition_says_what_others_have_to_know() {
    let mut queue = queue(1);
    let policy = Policy::default();
    let change = queue.apply(ONE, Event::Start, &policy).unwrap();
    assert!(change.begins_busy_period && change.has_moved() && !change.has_ended());
    assert_eq!(change.before.state, UploadState::Ready);
    apply(&mut queue, ONE, Event::Begin);
    let (attempt, asset) = (attempt(&queue, ONE), AssetId::new("re_1").unwrap());
    let event = Event::Issued {
        attempt,
        asset: asset.clone(),
    };
    let change = queue.apply(ONE, event, &policy).unwrap();
    assert!(!change.begins_busy_period && change.unused_reservation().is_none());
    let change = queue
        .apply(ONE, Event::BodyOut { attempt }, &policy)
        .unwrap();
    assert!(change.releases_body);
    let fault = Fault::new(FaultKind::FileGone);
    let event = Event::AttemptFailed {
        attempt,
        fault,
        content: None,
        jitter: 0.0,
    };
    let change = queue.apply(ONE, event, &policy).unwrap();
    assert!(change.has_moved());
    drop(change);
    let change = queue.apply(ONE, Event::Cancel, &policy);
    assert!(change.is_none_or(|change| change.unused_reservation() == Some(&asset)));
}

#[test]
fn rows_follow_their_original_until_it_ends_or_they_move() {
    let mut queue = queue(3);
    apply(&mut queue, ONE, Event::Start);
    apply(&mut queue, ONE, Event::Begin);
    follow(&mut queue, TWO, ONE);
    follow(&mut queue, THREE, ONE);
    assert!(apply(&mut queue, TWO, Event::Cancel));
    assert!(queue.take_dependents(ONE).into_iter().eq([THREE]));
    let ended = Event::OriginalEnded { asset: None };
    assert!(apply(&mut queue, THREE, ended));
    follow(&mut queue, THREE, ONE);
    queue.remove(THREE);
    assert!(queue.take_dependents(ONE).is_empty());
}

#[test]
fn a_file_that_has_changed_is_found_by_its_new_size_and_its_hash_is_forgotten() {
    let mut queue = queue(1);
    let hash = ContentHash::from_bytes([7; 32]);
    let content = &mut queue.get_mut(ONE).unwrap().content;
    content.on_read(Some(hash));
    // A missing file is looked at again when it is back.
    assert!(apply(&mut queue, ONE, Event::Start));
    assert!(apply(&mut queue, ONE, Event::Cancel));
    assert!(apply(&mut queue, ONE, Event::Retry));
    assert_eq!(
        queue.get(ONE).unwrap().upload().state,
        UploadState::Checking
    );
    assert_eq!(queue.of_size(9).count(), 1);
    assert!(apply(&mut queue, ONE, checked(8)));
    assert_eq!((queue.of_size(9).count(), queue.of_size(8).count()), (0, 1));
    assert_eq!(queue.sizes().collect::<Vec<_>>(), [8]);
    assert_eq!(queue.get(ONE).unwrap().content.hash(), None);
}

#[test]
fn a_row_is_found_by_its_file_until_another_one_takes_its_place() {
    let mut queue = queue(2);
    let path = CanonicalPath::unresolved(Path::new("/a/1.mp3"));
    let at = |queue: &Queue| queue.at_path(&path).map(|item| item.id);
    queue.set_identity(ONE, path.clone());
    assert_eq!(at(&queue), Some(ONE));
    queue.set_identity(TWO, path.clone());
    assert_eq!(at(&queue), Some(TWO));
    queue.remove(ONE);
    assert_eq!(at(&queue), Some(TWO), "it was no more the first one's");
    queue.remove(TWO);
    assert_eq!(at(&queue), None);
    for item in queue.take_removed() {
        queue.put_back(item);
    }
    assert_eq!(at(&queue), Some(TWO));
    check(&queue);
}

#[test]
fn nothing_is_left_of_a_row_that_is_removed() {
    let mut queue = queue(2);
    queue.set_identity(ONE, CanonicalPath::unresolved(Path::new("/a/1.mp3")));
    apply(&mut queue, ONE, Event::Start);
    apply(&mut queue, ONE, Event::Begin);
    follow(&mut queue, TWO, ONE);
    let removed = queue.remove(ONE).unwrap();
    assert!(matches!(removed.upload().state, UploadState::Paused { .. }));
    assert!(queue.remove(ONE).is_none());
    queue.remove(TWO);
    queue.take_dependents(ONE);
    assert_eq!(queue.entries(), 0);
    assert_eq!(queue.take_removed().len(), 2);
}

#[test]
fn the_first_start_after_all_have_ended_begins_a_batch_without_the_last_ones_rows() {
    let mut queue = queue(2);
    let policy = Policy::default();
    apply(&mut queue, ONE, Event::Start);
    apply(&mut queue, ONE, Event::Cancel);
    assert_eq!(
        queue.end_busy_period(0),
        None,
        "nothing is said of what was cancelled"
    );
    let change = queue.apply(TWO, Event::Start, &policy).unwrap();
    assert!(change.begins_busy_period);
    assert_eq!(change.left_busy_period, [ONE]);
    assert!(queue.get(TWO).unwrap().in_busy_period && !queue.get(ONE).unwrap().in_busy_period);
}

#[test]
fn rows_that_are_sent_first_go_before_all_that_have_not_begun() {
    let mut queue = queue(3);
    for id in [ONE, TWO, THREE] {
        apply(&mut queue, id, Event::Start);
    }
    apply(&mut queue, ONE, Event::Begin);
    assert_eq!(queue.send_first(&[THREE, ONE]), [THREE]);
    check(&queue);
    assert_eq!(queue.next_queued(), Some(THREE));
    let order: Vec<u64> = queue.order().iter().map(|(_, id)| id.0).collect();
    assert_eq!(order, [1, 3, 2]);
}

#[test]
fn the_indexes_say_what_the_uploads_say_whatever_happens() {
    let mut random = 1_u64;
    let mut number = |below: u64| {
        random = random
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        (random >> 33) % below
    };
    let mut queue = queue(5);
    let mut moved = 0;
    for _ in 0..4000 {
        let id = ItemId(1 + number(5));
        if !queue.contains(id) {
            let removed = queue.take_removed().pop();
            match removed.filter(|item| item.id == id) {
                Some(item) => queue.put_back(item),
                None => add(&mut queue, id),
            }
            check(&queue);
            continue;
        }
        let attempt = attempt(&queue, id);
        let event = match number(20) {
            0 => checked(1 + number(3)),
            1 => Event::Checked(Err(Rejection::NotFound)),
            2 | 3 => Event::Start,
            4 => Event::Pause,
            5 => Event::Resume,
            6 => Event::Retry,
            7 => Event::Cancel,
            8 => Event::ReuseAssetId,
            9 => Event::UploadAnyway,
            10 | 11 => Event::Compare,
            12 => Event::Begin,
            13 | 14 => Event::HashCompared {
                attempt,
                original: Some(Original::Row(ItemId(1 + number(5)))).filter(|_| number(2) == 0),
            },
            15 => Event::OriginalEnded { asset: None },
            16 => Event::Sent {
                attempt,
                asset: AssetId::new("re_1").unwrap(),
                content: None,
            },
            17 => Event::AttemptFailed {
                attempt,
                fault: Fault::new(FaultKind::Offline),
                content: None,
                jitter: 0.0,
            },
            18 => {
                queue.send_first(&[id]);
                check(&queue);
                continue;
            }
            _ => {
                queue.take_removed();
                queue.remove(id);
                queue.take_dependents(id);
                check(&queue);
                continue;
            }
        };
        moved += usize::from(apply(&mut queue, id, event));
    }
    assert!(moved > 300, "{moved}");
}

#[test]
fn a_wait_is_known_until_it_is_over() {
    let mut queue = queue(1);
    apply(&mut queue, ONE, Event::Start);
    apply(&mut queue, ONE, Event::Begin);
    let event = Event::AttemptFailed {
        attempt: attempt(&queue, ONE),
        fault: Fault::new(FaultKind::Offline),
        content: None,
        jitter: 0.0,
    };
    let change = queue.apply(ONE, event, &Policy::default()).unwrap();
    assert!(change.delay() > Duration::ZERO);
    let (_, kind) = change.item.wait().unwrap();
    assert_eq!((kind, change.item.starts.count()), (FaultKind::Offline, 1));
    apply(&mut queue, ONE, Event::Cancel);
    assert_eq!(queue.get(ONE).unwrap().wait(), None);
}

#[tokio::test(start_paused = true)]
async fn only_a_poll_of_the_current_attempt_says_when_the_asset_was_known() {
    let mut queue = queue(1);
    apply(&mut queue, ONE, Event::Start);
    apply(&mut queue, ONE, Event::Begin);
    let attempt = attempt(&queue, ONE);
    let asset = AssetId::new("re_1").unwrap();
    let sent = Event::Sent {
        attempt,
        asset,
        content: None,
    };
    assert!(apply(&mut queue, ONE, sent));
    let missing_since = |queue: &Queue| queue.get(ONE).unwrap().waits.missing_since();
    let since = missing_since(&queue);
    tokio::time::advance(Duration::from_secs(60)).await;
    let polled = |attempt| Event::Polled {
        attempt,
        answer: AssetAnswer::Known(AssetMetadata::new(AssetStatus::Uploading, None)),
        elapsed: Duration::ZERO,
    };
    assert!(!apply(&mut queue, ONE, polled(attempt - 1)));
    assert_eq!(missing_since(&queue), since);
    assert!(apply(&mut queue, ONE, polled(attempt)));
    assert_eq!(missing_since(&queue), Some(tokio::time::Instant::now()));
}
