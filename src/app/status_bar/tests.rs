use std::sync::Arc;
use std::time::{Duration, Instant};

use super::*;
use crate::app::rows::tests::row;
use crate::model::fault::{Fault, FaultKind, RequiredAction};
use crate::model::plan::tests::plan;
use crate::model::snapshot::{Status, Totals};
use crate::model::throughput::{Throughput, UnderWay};

fn said(statuses: Vec<Status>, change: impl FnOnce(&mut Snapshot)) -> (String, String) {
    let mut snapshot = Snapshot {
        totals: Totals {
            active: statuses.len(),
            started: 12,
            done: 7,
            sent: 1_400_000_000,
            bytes: 3_900_000_000,
            ..Totals::default()
        },
        ..Snapshot::default()
    };
    let rows = statuses.into_iter().zip(1..);
    snapshot.rows = Arc::new(rows.map(|(status, id)| Arc::new(row(id, status))).collect());
    change(&mut snapshot);
    let mut list = List::default();
    list.update(&snapshot);
    let plan = plan([], UnderWay::default(), Throughput::default());
    summary(&snapshot, &list, &plan, Backend::Service, Instant::now())
}

fn processing() -> Status {
    Status::Processing {
        since: Instant::now(),
        long: false,
    }
}

#[test]
fn what_only_the_service_has_to_do_is_not_estimated() {
    let (first, second) = said(vec![processing(); 5], |_| {});
    assert_eq!(first, "7 of 12 done · 5 processing at memories.ai");
    assert_eq!(second, "");
}

#[test]
fn while_bytes_move_speed_and_time_left_are_said() {
    let (first, second) = said(vec![Status::Uploading, processing()], |snapshot| {
        snapshot.totals.rate = Some(31_000_000.0);
        snapshot.totals.left = Some(Duration::from_secs(80));
        snapshot.totals.attention = 1;
    });
    assert_eq!(first, "7 of 12 done · 1.4 of 3.9 GB");
    assert_eq!(second, "31 MB/s · 1 min 20 s left · 1 needs attention");
    assert_eq!(said(vec![Status::Uploading], |_| {}).1, "estimating…");
}

#[test]
fn while_no_byte_moves_the_bar_says_what_is_waited_for() {
    let wait = || Status::Waiting {
        until: Instant::now(),
        cause: Arc::new(Fault::new(FaultKind::Offline)),
    };
    let of = |status, change: fn(&mut Snapshot)| said(vec![status], change).1;
    assert_eq!(of(Status::Queued, |_| {}), "starting…");
    assert_eq!(of(Status::Queued, |s| s.paused = true), "paused");
    assert_eq!(
        of(Status::Queued, |s| s.needs = Some(RequiredAction::Balance)),
        "held until the balance is topped up"
    );
    assert_eq!(of(wait(), |_| {}), "waiting before the next try");
    assert_eq!(of(wait(), |s| s.offline = true), "waiting for a connection");
    assert_eq!(of(Status::Finishing, |_| {}), "waiting for the answer");
    // The time left is not mistaken for the wait.
    let left = |s: &mut Snapshot| s.totals.left = Some(Duration::from_secs(210));
    assert_eq!(of(Status::Finishing, left), "waiting for the answer");
    assert_eq!(of(wait(), left), "waiting before the next try");
}

#[test]
fn small_files_that_wait_for_their_calls_have_a_time_left() {
    for other in [Status::Finishing, Status::Queued, processing()] {
        let (_, second) = said(vec![Status::Queued, other], |snapshot| {
            snapshot.totals.left = Some(Duration::from_secs(210));
        });
        assert_eq!(second, "3 min 30 s left");
    }
}

#[test]
fn what_can_be_done_follows_from_what_there_is() {
    let actions = |statuses: &[Status], paused| {
        let active = statuses.iter().filter(|s| **s == Status::Queued).count();
        let rows = statuses.iter().cloned().zip(1..);
        let snapshot = Snapshot {
            rows: Arc::new(rows.map(|(status, id)| Arc::new(row(id, status))).collect()),
            paused,
            totals: Totals {
                active,
                ..Totals::default()
            },
            ..Snapshot::default()
        };
        let mut list = List::default();
        list.update(&snapshot);
        super::actions(&snapshot, &list)
    };
    let failed = Status::Failed(Arc::new(Fault::new(FaultKind::Tls)));
    assert_eq!(actions(&[Status::ReadyToUpload], false), []);
    assert_eq!(
        actions(&[Status::Queued, failed], false),
        [UiCommand::RetryFailed, UiCommand::Pause]
    );
    assert_eq!(
        actions(&[Status::Queued, Status::Cancelled], true),
        [UiCommand::ClearFinished, UiCommand::Resume]
    );
    assert_eq!(actions(&[Status::Paused], false), [UiCommand::Resume]);
    assert_eq!(
        actions(&[Status::Paused, Status::Queued], false),
        [UiCommand::Resume, UiCommand::Pause]
    );
}

#[test]
fn what_ended_without_an_upload_is_counted_and_not_as_ready() {
    let duplicate = || Status::Duplicate { of: None };
    let of = |statuses: &[Status], active| {
        said(statuses.to_vec(), |snapshot| {
            snapshot.totals.active = active;
        })
    };
    let (first, second) = of(&[Status::Ready, duplicate(), Status::Cancelled], 0);
    assert_eq!(first, "1 file ready");
    assert_eq!(second, "1 duplicate · 1 cancelled");
    let (first, second) = of(&[duplicate(), duplicate()], 0);
    assert_eq!(first, "Nothing to upload");
    assert_eq!(second, "2 duplicates");
    let (first, _) = of(&[Status::Paused, Status::Paused, Status::Ready], 0);
    assert_eq!(first, "7 of 12 done · 2 paused");
    let (_, second) = of(&[Status::Queued, Status::Paused], 1);
    assert_eq!(second, "starting… · 1 paused");
    let (_, second) = of(&[Status::Queued, Status::Cancelled], 1);
    assert_eq!(second, "starting… · 1 cancelled");
}

#[test]
fn folders_that_are_walked_are_counted() {
    let (_, second) = said(vec![], |snapshot| snapshot.walking = Some(120));
    assert_eq!(second, "Looking for files: 120 found…");
}
