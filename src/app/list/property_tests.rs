//! Incremental updates of a list equal a rebuild from all rows.

use std::sync::Arc;

use proptest::prelude::*;

use super::*;
use crate::app::command::Pick;
use crate::app::rows::tests::row;
use crate::model::asset::AssetId;
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
    )
        .prop_map(|(status, name, size, later, route, asset, saved)| Row {
            name: name.to_owned(),
            path: format!("/card-{}/{name}", size % 2).into(),
            size,
            later,
            route,
            asset_id: asset.and_then(AssetId::new),
            saved,
            ..row(0, status)
        })
}

fn any_turn() -> impl Strategy<Value = Turn> {
    let becomes = prop::collection::vec((any::<usize>(), any_row()), 1..4);
    let pick = prop::sample::select(vec![Pick::Only, Pick::Toggle, Pick::Range]);
    prop_oneof![
        8 => becomes.prop_map(Turn::Become),
        2 => any_row().prop_map(|row| Turn::Come(Box::new(row))),
        1 => any::<usize>().prop_map(Turn::Leave),
        1 => prop::sample::select(Vec::from(Filter::EACH)).prop_map(Turn::Show),
        1 => prop::sample::select(vec!["", "day", "re_"]).prop_map(Turn::Find),
        1 => prop::sample::select(Vec::from(Column::EACH)).prop_map(Turn::SortBy),
        2 => (any::<usize>(), pick).prop_map(|(row, pick)| Turn::Pick(row, pick)),
        1 => Just(Turn::SelectAll),
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
                    let id = rows[place].id;
                    rows[place] = Arc::new(Row { id, ..other });
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
        ..List::default()
    }
}

proptest! {
    #[test]
    fn a_list_that_follows_its_rows_is_one_that_looks_at_all_of_them(
        turns in prop::collection::vec(any_turn(), 1..60),
    ) {
        let mut snapshot = Snapshot::default();
        let mut list = List::default();
        for (turn, id) in turns.into_iter().zip(1..) {
            let of_rows = matches!(turn, Turn::Become(_) | Turn::Come(_) | Turn::Leave(_));
            let before = chosen(&list);
            happen(&mut list, &mut snapshot, turn, id);
            let mut anew = if of_rows { before } else { chosen(&list) };
            anew.seen = Arc::clone(&snapshot.rows);
            anew.rebuild();
            prop_assert_eq!(&list.sums, &anew.sums);
            prop_assert_eq!(&list.folders, &anew.folders);
            prop_assert_eq!(&list.shown, &anew.shown);
            prop_assert_eq!(&list.selected, &anew.selected);
            prop_assert_eq!(list.fits, anew.fits);
            prop_assert_eq!(list.filter, anew.filter);
        }
    }
}
