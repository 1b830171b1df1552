use std::sync::Arc;

use super::*;
use crate::app::command::{Filter, Pick};
use crate::app::rows::tests::row;
use crate::model::snapshot::Status;

fn snapshot(rows: u64) -> Snapshot {
    let rows = (1..=rows).map(|id| Arc::new(row(id, Status::ReadyToUpload)));
    Snapshot {
        rows: Arc::new(rows.collect()),
        ..Snapshot::default()
    }
}

/// Two rows, and an intake that began after them.
fn adding() -> ListState {
    let mut state = ListState::default();
    state.list_mut().update(&snapshot(2));
    state.begin_intake(&snapshot(2));
    assert_eq!(state.take_added(&snapshot(2)), None);
    state
}

#[test]
fn added_files_are_shown_once() {
    let mut state = adding();
    let mut more = snapshot(4);
    more.walking = Some(2);
    state.list_mut().update(&more);
    assert_eq!(
        state.take_added(&more),
        Some(AddedFiles::Shown(ItemId(3))),
        "although more are coming"
    );
    assert_eq!(state.take_added(&snapshot(5)), None);
}

#[test]
fn files_added_after_an_outage_are_news_although_their_ids_are_smaller() {
    let rows = |ids: &[u64]| {
        let rows = ids
            .iter()
            .map(|id| Arc::new(row(*id, Status::ReadyToUpload)));
        Snapshot {
            rows: Arc::new(rows.collect()),
            ..Snapshot::default()
        }
    };
    // Given without a database.
    let own = 1 << 62;
    let mut state = ListState::default();
    state.begin_intake(&rows(&[1, own]));
    assert_eq!(state.take_added(&rows(&[1, own])), None);
    let more = rows(&[1, own, own + 1, 2]);
    state.list_mut().update(&more);
    assert_eq!(
        state.take_added(&more),
        Some(AddedFiles::Shown(ItemId(own + 1)))
    );
    state.begin_intake(&more);
    let more = rows(&[1, own, own + 1, 2, 3, 4]);
    state.list_mut().update(&more);
    state.list_mut().pick(ItemId(1), Pick::Only);
    assert_eq!(
        state.take_added(&more),
        Some(AddedFiles::Counted(2, ItemId(3)))
    );
}

#[test]
fn added_files_do_not_take_the_view_from_a_selection() {
    let mut state = adding();
    state.list_mut().pick(ItemId(1), Pick::Only);
    let mut more = snapshot(4);
    more.walking = Some(2);
    state.list_mut().update(&more);
    assert_eq!(state.take_added(&more), None, "not all are there");
    more.walking = None;
    assert_eq!(
        state.take_added(&more),
        Some(AddedFiles::Counted(2, ItemId(3)))
    );
}

#[test]
fn an_intake_without_files_ends() {
    let mut state = adding();
    state.end_intake();
    state.list_mut().update(&snapshot(3));
    assert_eq!(state.take_added(&snapshot(3)), None);
}

#[test]
fn another_list_keeps_the_height_of_the_view_alone() {
    let mut state = adding();
    state.set_page(1);
    state.removed();
    state.list_mut().show(Filter::ToUpload);
    assert!(!state.fits_in_view());
    state.replace(&snapshot(2));
    assert!(!state.fits_in_view());
    assert!(!state.can_undo());
    assert_eq!(state.list().filter(), Filter::All);
    assert_eq!(
        state.plan(&snapshot(2)).files,
        state.list().count(Filter::ToUpload)
    );
}

#[test]
fn a_removal_is_undone_once() {
    let mut state = ListState::default();
    assert!(!state.take_undo());
    state.removed();
    assert!(state.can_undo() && state.take_undo() && !state.take_undo());
}
