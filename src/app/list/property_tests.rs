//! Incremental updates of a list equal a rebuild from all rows.

use std::sync::Arc;

use proptest::prelude::*;

use super::*;
use crate::app::command::{CursorMove, Pick};
use crate::app::rows::tests::row;
use crate::model::asset::AssetId;
use crate::model::batch::{SkippedFile, SkippedKind};
use crate::model::fault::{Fault, FaultKind};
use crate::model::media::{Rejection, Route};
use crate::model::snapshot::{DuplicateStage, ResumeBehaviour, Status};

/// A change of the list or its rows; rows are named by any number, modulo their count.
#[derive(Clone, Debug)]
enum Turn {
    /// Replaces these rows in one snapshot.
    Become(Vec<(usize, Row)>),
    Come(Box<Row>),
    Leave(usize),
    Show(Filter),
    Find(&'static str),
    SortBy(Column),
    Pick(usize, Pick),
    SelectAll,
    /// Folds or unfolds a batch of any number, modulo those that there may be.
    Fold(u64, bool),
    SelectBatch(u64),
    Step(CursorMove, bool),
    /// The snapshot has so many batches, in the last of which a file was skipped or not.
    Batches(u64, bool),
}

/// Batches that rows may be of; some of them are not in the snapshot.
const BATCHES: u64 = 4;

fn batches(count: u64, skipped: bool) -> Arc<Vec<Arc<Batch>>> {
    let file = SkippedFile {
        path: "/card-0/a.R3D".into(),
        kind: SkippedKind::CameraOriginal,
    };
    let batch = |id: u64| {
        Arc::new(Batch {
            id: BatchId(id),
            label: format!("Shoot {id}"),
            note: None,
            created_at_ms: 0,
            skipped: Arc::new(vec![file.clone(); usize::from(skipped && id + 1 == count)].into()),
        })
    };
    Arc::new((0..count).map(batch).collect())
}

fn any_batch(number: u64) -> Option<BatchId> {
    (number < BATCHES).then_some(BatchId(number))
}

fn any_status() -> impl Strategy<Value = Status> {
    prop_oneof![
        Just(Status::Checking),
        Just(Status::Rejected(Rejection::Empty)),
        Just(Status::Rejected(Rejection::NotFound)),
        Just(Status::ReadyToUpload),
        Just(Status::FoundDuplicate(DuplicateStage::Known)),
        Just(Status::Queued),
        Just(Status::Uploading),
        Just(Status::Finishing),
        Just(Status::Ready),
        Just(Status::Paused),
        Just(Status::Cancelled),
        Just(Status::Failed(Arc::new(Fault::new(FaultKind::ServerError)))),
        Just(Status::Duplicate { of: None }),
        Just(Status::Duplicate {
            of: AssetId::new("re_7")
        }),
    ]
}

/// A row without its final id.
fn any_row() -> impl Strategy<Value = Row> {
    let name = prop::sample::select(vec!["a.mp4", "Day 2.mov", "day 10.mov", "b.png"]);
    let later = prop::sample::select(vec![
        None,
        Some(ResumeBehaviour::Restarts),
        Some(ResumeBehaviour::ResumesAfterRestart),
    ]);
    let route = prop::sample::select(vec![None, Some(Route::Direct), Some(Route::SignedUrl)]);
    let asset = prop::sample::select(vec![None, Some("re_1")]);
    (
        any_status(),
        name,
        0..4_u64,
        later,
        route,
        asset,
        any::<bool>(),
        0..=BATCHES,
    )
        .prop_map(
            |(status, name, size, later, route, asset, saved, batch)| Row {
                batch: any_batch(batch),
                name: name.to_owned(),
                path: format!("/card-{}/{name}", size % 2).into(),
                size,
                later,
                route,
                asset_id: asset.and_then(AssetId::new),
                saved,
                ..row(0, status)
            },
        )
}

fn any_turn() -> impl Strategy<Value = Turn> {
    let becomes = prop::collection::vec((any::<usize>(), any_row()), 1..4);
    let pick = prop::sample::select(vec![Pick::Only, Pick::Toggle, Pick::Range]);
    let step = prop::sample::select(Vec::from(CursorMove::EACH));
    prop_oneof![
        8 => becomes.prop_map(Turn::Become),
        2 => any_row().prop_map(|row| Turn::Come(Box::new(row))),
        1 => any::<usize>().prop_map(Turn::Leave),
        1 => prop::sample::select(Vec::from(Filter::EACH)).prop_map(Turn::Show),
        1 => prop::sample::select(vec!["", "day", "re_"]).prop_map(Turn::Find),
        1 => prop::sample::select(Vec::from(Column::EACH)).prop_map(Turn::SortBy),
        2 => (any::<usize>(), pick).prop_map(|(row, pick)| Turn::Pick(row, pick)),
        1 => Just(Turn::SelectAll),
        2 => (0..=BATCHES, any::<bool>()).prop_map(|(batch, fold)| Turn::Fold(batch, fold)),
        1 => (0..=BATCHES).prop_map(Turn::SelectBatch),
        1 => (step, any::<bool>()).prop_map(|(step, extend)| Turn::Step(step, extend)),
        1 => (0..BATCHES, any::<bool>()).prop_map(|(batches, some)| Turn::Batches(batches, some)),
    ]
}

/// Applies a change.
fn happen(list: &mut List, snapshot: &mut Snapshot, turn: Turn, id: u64) {
    let rows = Arc::make_mut(&mut snapshot.rows);
    let place = |number: usize| number.checked_rem(rows.len());
    match turn {
        Turn::Become(others) => {
            for (number, other) in others {
                if let Some(place) = number.checked_rem(rows.len()) {
                    let (id, batch) = (rows[place].id, rows[place].batch);
                    // A row hardly ever changes its batch.
                    let batch = if number % 8 == 0 { other.batch } else { batch };
                    rows[place] = Arc::new(Row { id, batch, ..other });
                }
            }
            list.update(snapshot);
        }
        Turn::Come(new) => {
            let id = ItemId(id);
            rows.push(Arc::new(Row { id, ..*new }));
            list.update(snapshot);
        }
        Turn::Leave(number) => {
            place(number).map(|place| rows.remove(place));
            list.update(snapshot);
        }
        Turn::Show(filter) => list.show(filter),
        Turn::Find(words) => list.find(words.to_owned()),
        Turn::SortBy(column) => list.sort_by(column),
        Turn::Pick(number, pick) => {
            if let Some(place) = place(number) {
                let id = rows[place].id;
                list.pick(id, pick);
            }
        }
        Turn::SelectAll => list.select_all(),
        Turn::Fold(batch, fold) => list.fold(any_batch(batch), fold),
        Turn::SelectBatch(batch) => list.select_batch(any_batch(batch)),
        Turn::Step(step, extend) => {
            list.step(step, extend, None, 2);
        }
        Turn::Batches(count, skipped) => {
            snapshot.batches = batches(count, skipped);
            list.update(snapshot);
        }
    }
}

/// Returns a list with the user's choices only.
fn chosen(list: &List) -> List {
    List {
        filter: list.filter,
        search: list.search.clone(),
        words: list.words.clone(),
        sort: list.sort,
        selected: list.selected.clone(),
        groups: list.groups.folded_alike(),
        ..List::default()
    }
}

/// Checks that places and entries say the same, and that only shown rows are selected.
fn check_entries(list: &List) -> Result<(), TestCaseError> {
    let entries: Vec<EntryId> = (0..list.entries())
        .filter_map(|place| list.entry_id(place))
        .collect();
    prop_assert_eq!(entries.len(), list.entries());
    let mut rows = 0;
    for (place, entry) in entries.iter().enumerate() {
        prop_assert_eq!(list.place(*entry), Some(place));
        rows += usize::from(matches!(entry, EntryId::Row(_)));
    }
    prop_assert_eq!(rows, list.shown.len());
    let shown = |id: &ItemId| entries.contains(&EntryId::Row(*id));
    prop_assert!(list.selected.iter().all(shown));
    Ok(())
}

proptest! {
    #[test]
    fn a_list_that_follows_its_rows_is_one_that_looks_at_all_of_them(
        turns in prop::collection::vec(any_turn(), 1..60),
    ) {
        let mut snapshot = Snapshot::default();
        let mut list = List::default();
        for (turn, id) in turns.into_iter().zip(1..) {
            let of_rows = matches!(
                turn,
                Turn::Become(_) | Turn::Come(_) | Turn::Leave(_) | Turn::Batches(..)
            );
            let before = chosen(&list);
            happen(&mut list, &mut snapshot, turn, id);
            let mut anew = if of_rows { before } else { chosen(&list) };
            anew.seen = Arc::clone(&snapshot.rows);
            anew.groups.take_in(&snapshot.batches);
            anew.rebuild();
            prop_assert_eq!(&list.sums, &anew.sums);
            prop_assert_eq!(&list.folders, &anew.folders);
            prop_assert_eq!(&list.shown, &anew.shown);
            prop_assert_eq!(&list.selected, &anew.selected);
            prop_assert_eq!(list.fits, anew.fits);
            prop_assert_eq!(list.filter, anew.filter);
            prop_assert_eq!(&list.groups, &anew.groups);
            check_entries(&list)?;
        }
    }
}
