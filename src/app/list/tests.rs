//! Tests of the list without drawing.

use std::sync::Arc;

use super::*;
use crate::app::command::{BulkAction, CursorMove};
use crate::app::rows::tests::row;
use crate::model::asset::AssetId;
use crate::model::batch::{SkippedFile, SkippedKind};
use crate::model::media::Rejection;
use crate::model::snapshot::Status;

fn snapshot() -> Snapshot {
    let statuses = [
        Status::Ready,
        Status::Uploading,
        Status::Rejected(Rejection::Empty),
        Status::Queued,
        Status::Cancelled,
    ];
    let rows = statuses
        .into_iter()
        .zip(1..)
        .map(|(status, id)| Arc::new(row(id, status)))
        .collect();
    Snapshot {
        rows: Arc::new(rows),
        ..Snapshot::default()
    }
}

fn ids(list: &List) -> Vec<u64> {
    let mut ids: Vec<u64> = list.selected().iter().map(|id| id.0).collect();
    ids.sort_unstable();
    ids
}

#[test]
fn chips_count_and_show_their_rows() {
    let snapshot = snapshot();
    let mut list = List::default();
    list.update(&snapshot);
    let counts = Filter::EACH.map(|filter| list.count(filter));
    assert_eq!(counts, [5, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0]);
    list.show(Filter::Attention);
    assert_eq!(list.shown, [2]);
    list.select_all();
    assert_eq!(ids(&list), [3]);
}

#[test]
fn a_chip_shows_the_rows_that_say_where_they_were_taken_whatever_their_status() {
    let mut snapshot = snapshot();
    for place in [1, 4] {
        let row = &mut Arc::make_mut(&mut snapshot.rows)[place];
        Arc::make_mut(row).metadata.has_location = true;
    }
    let mut list = List::default();
    list.update(&snapshot);
    assert_eq!(list.count(Filter::WithLocation), 2);
    list.show(Filter::WithLocation);
    assert_eq!(list.shown, [1, 4]);
}

#[test]
fn what_the_user_holds_does_not_stand_with_what_goes_on_by_itself() {
    assert_eq!(Filter::of(&Status::Queued), Filter::Waiting);
    assert_eq!(Filter::of(&Status::Paused), Filter::Paused);
}

#[test]
fn a_duplicate_is_counted_as_one_with_an_id_and_without() {
    for of in [None, AssetId::new("re_1")] {
        assert_eq!(Filter::of(&Status::Duplicate { of }), Filter::Duplicate);
    }
}

#[test]
fn a_row_that_is_gone_is_no_longer_selected() {
    let mut list = List::default();
    list.update(&snapshot());
    list.select_all();
    let mut fewer = snapshot();
    Arc::make_mut(&mut fewer.rows).remove(0);
    list.update(&fewer);
    assert_eq!(ids(&list), [2, 3, 4, 5]);
    let tally = StatusCounts {
        uploading: 1,
        finished: 1,
        ..StatusCounts::default()
    };
    assert_eq!(*list.tally(), tally);
}

/// Returns the snapshot with another status of the row at `place`.
fn became(snapshot: &Snapshot, place: usize, status: Status) -> Snapshot {
    let mut rows = snapshot.rows.to_vec();
    rows[place] = Arc::new(row(rows[place].id.0, status));
    Snapshot {
        rows: Arc::new(rows),
        ..Snapshot::default()
    }
}

#[test]
fn what_is_selected_stays_so_where_its_chip_gives_way_to_all() {
    let before = snapshot();
    let mut list = List::default();
    list.update(&before);
    list.show(Filter::Attention);
    list.select_all();
    list.update(&became(&before, 2, Status::ReadyToUpload));
    assert_eq!(list.filter(), Filter::All);
    assert_eq!(ids(&list), [3]);
}

#[test]
fn a_row_that_is_not_shown_any_more_is_not_selected() {
    let before = snapshot();
    let mut list = List::default();
    list.update(&before);
    list.show(Filter::Uploading);
    for pick in [Pick::Only, Pick::Toggle, Pick::Range] {
        list.pick(ItemId(4), pick);
        assert_eq!(ids(&list), [0; 0], "{pick:?}");
    }
    // A deselected row stays out of the selection counts when it changes.
    list.update(&became(&before, 3, Status::Paused));
    assert_eq!(*list.fits(), SelectionActions::default());
}

#[test]
fn a_chip_whose_rows_are_gone_gives_way_to_all() {
    let mut list = List::default();
    list.update(&snapshot());
    list.show(Filter::Attention);
    list.select_all();
    list.update(&Snapshot::default());
    assert_eq!(list.filter(), Filter::All);
    assert!(list.selected().is_empty());
}

#[test]
fn shift_selects_from_the_last_pick_and_ctrl_adds() {
    let snapshot = snapshot();
    let mut list = List::default();
    list.update(&snapshot);
    list.pick(ItemId(4), Pick::Only);
    list.pick(ItemId(2), Pick::Range);
    assert_eq!(ids(&list), [2, 3, 4]);
    list.pick(ItemId(3), Pick::Toggle);
    list.pick(ItemId(1), Pick::Toggle);
    assert_eq!(ids(&list), [1, 2, 4]);
}

/// Waiting rows with these names.
fn named(names: &[&str]) -> Snapshot {
    let rows = names.iter().zip(1..).map(|(name, id)| {
        Arc::new(Row {
            name: (*name).to_owned(),
            size: 1000 - id,
            ..row(id, Status::Queued)
        })
    });
    Snapshot {
        rows: Arc::new(rows.collect()),
        ..Snapshot::default()
    }
}

fn shown(list: &List) -> Vec<u64> {
    list.rows().map(|row| row.id.0).collect()
}

#[test]
fn a_search_finds_words_of_names_and_ids_in_any_case_and_order() {
    let mut snapshot = named(&["Zürich Day 1.mp4", "day 2 ZÜRICH.mov", "片段.mp4"]);
    let ready = Row {
        asset_id: AssetId::new("re_6607"),
        ..row(4, Status::Ready)
    };
    Arc::make_mut(&mut snapshot.rows).push(Arc::new(ready));
    let mut list = List::default();
    list.update(&snapshot);
    let mut found = |words: &str| {
        list.find(words.to_owned());
        shown(&list)
    };
    assert_eq!(found("zürich day"), [1, 2]);
    assert_eq!(found("  RE_66 "), [4]);
    assert_eq!(found("片"), [3]);
    assert_eq!(found("zürich 3"), [0_u64; 0]);
    assert_eq!(found(""), [1, 2, 3, 4]);
}

#[test]
fn names_are_sorted_as_people_count_and_turned_around_by_the_second_choice() {
    let snapshot = named(&["clip-10.mp4", "Clip-2.mp4", "clip-1.mp4", "b.mp4"]);
    let mut list = List::default();
    list.update(&snapshot);
    list.sort_by(Column::Name);
    assert_eq!(shown(&list), [4, 3, 2, 1]);
    list.sort_by(Column::Name);
    assert_eq!(shown(&list), [1, 2, 3, 4]);
    list.sort_by(Column::Size);
    assert_eq!(shown(&list), [4, 3, 2, 1]);
    list.sort_by(Column::Queue);
    assert_eq!(shown(&list), [1, 2, 3, 4]);
    list.sort_by(Column::Queue);
    assert_eq!(shown(&list), [4, 3, 2, 1]);
}

#[test]
fn a_sorted_list_stays_sorted_while_rows_come_go_and_change() {
    let mut snapshot = named(&["c.mp4", "a.mp4", "b.mp4"]);
    let mut list = List::default();
    list.update(&snapshot);
    list.sort_by(Column::Name);
    Arc::make_mut(&mut snapshot.rows).remove(0);
    let late = Row {
        name: "aa.mp4".to_owned(),
        ..row(9, Status::Queued)
    };
    Arc::make_mut(&mut snapshot.rows).push(Arc::new(late));
    list.update(&snapshot);
    assert_eq!(shown(&list), [2, 9, 3]);
    list.sort_by(Column::Status);
    let trouble = row(3, Status::Rejected(Rejection::Empty));
    Arc::make_mut(&mut snapshot.rows)[1] = Arc::new(trouble);
    list.update(&snapshot);
    assert_eq!(shown(&list), [3, 2, 9]);
}

#[test]
fn what_is_no_longer_shown_is_no_longer_selected() {
    let snapshot = named(&["a.mp4", "b.mp4"]);
    let mut list = List::default();
    list.update(&snapshot);
    list.select_all();
    list.find("b".to_owned());
    assert_eq!(ids(&list), [2]);
    assert!(list.all_selected());
    list.find(String::new());
    assert_eq!(ids(&list), [2]);
    assert!(!list.all_selected());
}

#[test]
fn the_keyboard_goes_through_what_is_shown_and_shift_takes_everything_on_the_way() {
    let snapshot = named(&["a1.mp4", "b.mp4", "a2.mp4", "a3.mp4", "a4.mp4"]);
    let mut list = List::default();
    list.update(&snapshot);
    list.find("a".to_owned());
    let mut go = |step, extend| {
        let to = list.step(step, extend, None, 2);
        let row = to.map(|to| match to {
            EntryId::Row(id) => id.0,
            EntryId::Header(_) => panic!("one batch has no header"),
        });
        (row, ids(&list))
    };
    assert_eq!(go(CursorMove::Down, false), (Some(1), vec![1]));
    assert_eq!(go(CursorMove::Down, false), (Some(3), vec![3]));
    assert_eq!(go(CursorMove::Down, true), (Some(4), vec![3, 4]));
    assert_eq!(go(CursorMove::Up, true), (Some(3), vec![3]));
    assert_eq!(go(CursorMove::PageDown, true), (Some(5), vec![3, 4, 5]));
    assert_eq!(go(CursorMove::Home, false), (Some(1), vec![1]));
    assert_eq!(go(CursorMove::End, true), (Some(5), vec![1, 3, 4, 5]));
    assert_eq!(go(CursorMove::PageUp, false), (Some(3), vec![3]));
    let none = List::default().step(CursorMove::Down, false, None, 2);
    assert_eq!(none, None);
}

#[test]
fn a_selection_knows_what_fits_how_many_of_its_rows() {
    let snapshot = snapshot();
    let mut list = List::default();
    list.update(&snapshot);
    assert_eq!(list.fits(), &SelectionActions::default());
    list.select_all();
    let fits = BulkAction::EACH.map(|many| (many, list.fits().of(many)));
    assert_eq!(
        fits,
        [
            (BulkAction::Upload, 0),
            (BulkAction::GetIds, 0),
            (BulkAction::Resume, 0),
            (BulkAction::Pause, 2),
            (BulkAction::Retry, 2),
            (BulkAction::SendFirst, 1),
            (BulkAction::Cancel, 2),
            (BulkAction::Remove, 3),
        ]
    );
}

fn batch(id: u64, skipped: usize) -> Arc<Batch> {
    let file = SkippedFile {
        path: "/card/A001.R3D".into(),
        kind: SkippedKind::CameraOriginal,
    };
    Arc::new(Batch {
        id: BatchId(id),
        label: format!("Shoot {id}"),
        note: None,
        created_at_ms: 0,
        skipped: Arc::new(vec![file; skipped].into()),
    })
}

/// Waiting rows of these names and batches.
fn of_batches(rows: &[(&str, u64)]) -> Snapshot {
    let names: Vec<&str> = rows.iter().map(|(name, _)| *name).collect();
    let mut snapshot = named(&names);
    for (row, (_, batch)) in Arc::make_mut(&mut snapshot.rows).iter_mut().zip(rows) {
        Arc::make_mut(row).batch = Some(BatchId(*batch));
    }
    snapshot.batches = Arc::new(vec![batch(1, 0), batch(2, 0)]);
    snapshot
}

/// Headers as negative numbers of their batches, and rows, in order.
fn entries(list: &List) -> Vec<i64> {
    let entries = (0..list.entries()).filter_map(|place| list.entry_id(place));
    let number = |entry| match entry {
        EntryId::Row(ItemId(id)) => i64::try_from(id).unwrap(),
        EntryId::Header(batch) => -i64::try_from(batch.map_or(0, |it| it.0)).unwrap(),
    };
    entries.map(number).collect()
}

fn header(batch: u64) -> EntryId {
    EntryId::Header(Some(BatchId(batch)))
}

#[test]
fn rows_stand_under_the_header_of_their_batch_and_are_sorted_within() {
    let snapshot = of_batches(&[("b.mp4", 2), ("c.mp4", 1), ("a.mp4", 2), ("d.mp4", 1)]);
    let mut list = List::default();
    list.update(&snapshot);
    assert_eq!(entries(&list), [-1, 2, 4, -2, 1, 3]);
    list.sort_by(Column::Name);
    assert_eq!(entries(&list), [-1, 2, 4, -2, 3, 1]);
    list.sort_by(Column::Name);
    assert_eq!(entries(&list), [-1, 4, 2, -2, 1, 3]);
}

#[test]
fn a_header_stands_only_where_there_is_something_to_say() {
    let mut snapshot = of_batches(&[("a.mp4", 1), ("b.mp4", 1)]);
    let mut list = List::default();
    list.update(&snapshot);
    assert_eq!(entries(&list), [1, 2], "one batch alone has none");
    snapshot.batches = Arc::new(vec![batch(1, 3)]);
    list.update(&snapshot);
    assert_eq!(entries(&list), [-1, 1, 2], "unless files were skipped");
    snapshot.batches = Arc::new(vec![batch(1, 0), batch(2, 3)]);
    list.update(&snapshot);
    assert_eq!(entries(&list), [-1, 1, 2, -2], "or all of them were");
    list.find("a".to_owned());
    assert_eq!(entries(&list), [-1, 1]);
    snapshot.batches = Arc::default();
    list.find(String::new());
    list.update(&snapshot);
    assert_eq!(entries(&list), [1, 2], "a batch that is not known");
}

#[test]
fn a_folded_batch_is_neither_shown_nor_selected_but_a_search_looks_into_it() {
    let snapshot = of_batches(&[("a.mp4", 1), ("b.mp4", 2), ("aa.mp4", 2)]);
    let mut list = List::default();
    list.update(&snapshot);
    list.select_all();
    list.fold(Some(BatchId(2)), true);
    assert_eq!(entries(&list), [-1, 1, -2]);
    assert_eq!(ids(&list), [1]);
    list.select_all();
    assert_eq!(ids(&list), [1]);
    assert_eq!(list.folded_over(EntryId::Row(ItemId(2))), Some(header(2)));
    list.find("a".to_owned());
    assert_eq!(entries(&list), [-1, 1, -2, 3]);
    list.find("aa".to_owned());
    assert_eq!(entries(&list), [-2, 3], "nothing else is in the first");
    list.find(String::new());
    assert_eq!(entries(&list), [-1, 1, -2], "it is folded as before");
    list.select_batch(Some(BatchId(2)));
    assert_eq!(entries(&list), [-1, 1, -2, 2, 3]);
    assert_eq!(ids(&list), [2, 3]);
}

#[test]
fn what_is_folded_stays_so_while_its_rows_go_on() {
    let before = of_batches(&[("a.mp4", 1), ("b.mp4", 2)]);
    let mut list = List::default();
    list.update(&before);
    list.fold(Some(BatchId(2)), true);
    let mut after = before.clone();
    Arc::make_mut(&mut Arc::make_mut(&mut after.rows)[1]).status = Status::Ready;
    list.update(&after);
    assert_eq!(entries(&list), [-1, 1, -2]);
    assert_eq!(list.batch_totals(Some(BatchId(2))).ready, 1);
    list.unfold_row(ItemId(2));
    assert_eq!(entries(&list), [-1, 1, -2, 2]);
}

#[test]
fn the_keyboard_stops_at_headers_and_selects_no_row_there() {
    let snapshot = of_batches(&[("a.mp4", 1), ("b.mp4", 1), ("c.mp4", 2)]);
    let mut list = List::default();
    list.update(&snapshot);
    let mut go = |step, extend| {
        let to = list.step(step, extend, None, 2);
        (to, ids(&list))
    };
    let row = |id| Some(EntryId::Row(ItemId(id)));
    assert_eq!(go(CursorMove::Down, false), (Some(header(1)), vec![]));
    assert_eq!(go(CursorMove::Down, true), (row(1), vec![1]));
    assert_eq!(go(CursorMove::Down, false), (row(2), vec![2]));
    assert_eq!(go(CursorMove::Down, true), (Some(header(2)), vec![2]));
    assert_eq!(go(CursorMove::Down, true), (row(3), vec![2, 3]));
    assert_eq!(go(CursorMove::Up, false), (Some(header(2)), vec![]));
    list.step(CursorMove::End, false, None, 2);
    list.fold(Some(BatchId(2)), true);
    let to = list.step(CursorMove::Up, false, None, 2);
    assert_eq!(to, row(2), "from the header that hides the last row");
}

#[test]
fn the_sums_of_a_batch_are_those_of_its_rows() {
    let mut snapshot = of_batches(&[("a.mp4", 1), ("b.mp4", 1), ("c.mp4", 1), ("d.mp4", 2)]);
    let rows = Arc::make_mut(&mut snapshot.rows);
    Arc::make_mut(&mut rows[0]).status = Status::Ready;
    Arc::make_mut(&mut rows[1]).status = Status::Rejected(Rejection::Empty);
    for row in rows.iter_mut() {
        Arc::make_mut(row).size = 100;
    }
    let mut list = List::default();
    list.update(&snapshot);
    let totals = list.batch_totals(Some(BatchId(1)));
    assert_eq!((totals.rows, totals.ready, totals.attention), (3, 1, 1));
    assert_eq!((totals.active, totals.size), (1, 300));
    let progress = totals.progress().unwrap();
    assert_eq!((progress.sent, progress.total), (100, 200));
    let names = list.batch_rows(Some(BatchId(1)));
    assert_eq!(names.len(), 3);
}
