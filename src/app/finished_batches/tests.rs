use std::sync::Arc;

use super::*;
use crate::app::rows::tests::row;
use crate::model::snapshot::{Snapshot, Status};

fn list(list: &mut List, statuses: Vec<Status>) {
    let rows = statuses.into_iter().zip(1..);
    let rows = rows.map(|(status, id)| Arc::new(row(id, status)));
    list.update(&Snapshot {
        rows: Arc::new(rows.collect()),
        ..Snapshot::default()
    });
}

#[test]
fn a_batch_ends_once_and_only_if_it_was_seen_under_way() {
    let (mut shown, mut finished) = (List::default(), FinishedBatches::default());
    list(&mut shown, vec![Status::Ready]);
    assert_eq!(finished.take_ended(&shown), [], "it had ended before");
    list(&mut shown, vec![Status::Ready, Status::Uploading]);
    assert_eq!(finished.take_ended(&shown), []);
    list(&mut shown, vec![Status::Ready, Status::Paused]);
    assert_eq!(finished.take_ended(&shown), [], "it can go on");
    list(&mut shown, vec![Status::Ready, Status::Cancelled]);
    assert_eq!(finished.take_ended(&shown), [None]);
    assert_eq!(finished.take_ended(&shown), [], "it is told once");
}
