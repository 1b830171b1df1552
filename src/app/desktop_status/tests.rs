use std::sync::Arc;

use super::*;
use crate::app::rows::tests::row;
use crate::model::snapshot::Totals;

fn snapshot(statuses: &[Status]) -> Snapshot {
    let rows = statuses.iter().cloned().zip(1..);
    Snapshot {
        rows: Arc::new(rows.map(|(status, id)| Arc::new(row(id, status))).collect()),
        totals: Totals {
            active: statuses.len(),
            started: 12,
            done: 3,
            sent: 374_000_000,
            bytes: 1_000_000_000,
            ..Totals::default()
        },
        ..Snapshot::default()
    }
}

#[test]
fn the_computer_stays_awake_for_bytes_alone() {
    assert!(bytes_move(&snapshot(&[Status::Queued, Status::Uploading])));
    assert!(bytes_move(&snapshot(&[Status::Finishing])));
    let processing = Status::Processing {
        since: std::time::Instant::now(),
        long: false,
    };
    for status in [processing, Status::Queued, Status::Paused, Status::Ready] {
        assert!(
            !bytes_move(&snapshot(std::slice::from_ref(&status))),
            "{status:?}"
        );
    }
}

#[test]
fn the_title_says_how_far_a_batch_is_and_never_more_than_is_true() {
    let mut running = snapshot(&[Status::Uploading]);
    assert_eq!(title(&running), "37 % · 3 of 12 – Mavi Uploader");
    running.totals.sent = running.totals.bytes;
    assert_eq!(title(&running), "99 % · 3 of 12 – Mavi Uploader");
    // Matches the status bar, which counts bytes; for many small files the title counts files.
    running.totals.sent = 6_300_000;
    running.totals.bytes = 36_400_000;
    running.totals.started = 400;
    running.totals.done = 200;
    assert_eq!(title(&running), "17 % · 200 of 400 – Mavi Uploader");
    // Everything left is paused.
    running.totals.active = 0;
    assert_eq!(title(&running), "17 % · 200 of 400 – Mavi Uploader");
    running.totals.sent = running.totals.bytes;
    assert_eq!(title(&running), "Mavi Uploader");
}

#[test]
fn the_desktop_is_told_of_changes_alone() {
    let mut desktop = DesktopStatus::default();
    assert_eq!(desktop.poll(false, None), []);
    assert_eq!(
        desktop.poll(true, Some(1)),
        [
            DesktopEvent::StayAwake(true),
            DesktopEvent::Progress(Some(1))
        ]
    );
    assert_eq!(desktop.poll(true, Some(1)), []);
    assert_eq!(
        desktop.poll(true, Some(2)),
        [DesktopEvent::Progress(Some(2))]
    );
    assert_eq!(
        desktop.poll(false, None),
        [DesktopEvent::StayAwake(false), DesktopEvent::Progress(None)]
    );
}

#[test]
fn a_click_on_the_notification_raises_the_window_once() {
    let mut desktop = DesktopStatus::default();
    let (woken, wakes) = std::sync::mpsc::channel();
    let click = desktop.on_click(Arc::new(move || woken.send(()).unwrap()));
    click();
    wakes.recv().unwrap();
    assert_eq!(desktop.poll(false, None), [DesktopEvent::Raise]);
    assert_eq!(desktop.poll(false, None), []);
}
