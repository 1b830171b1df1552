use super::*;
use crate::app::banners::Tone;
use crate::app::command::Dismissible;
use crate::app::rows::tests::row;
use crate::model::batch::{Batch, BatchId, SkippedFile, SkippedKind};
use crate::model::fault::{Fault, FaultKind};
use crate::model::media::Rejection;
use crate::model::snapshot::Totals;

fn snapshot(statuses: &[Status], sent: u64) -> Snapshot {
    let active = |status: &&Status| matches!(status, Status::Uploading | Status::Queued);
    let rows = statuses.iter().cloned().zip(1..);
    Snapshot {
        rows: Arc::new(rows.map(|(status, id)| Arc::new(row(id, status))).collect()),
        totals: Totals {
            active: statuses.iter().filter(active).count(),
            started: 4,
            done: 1,
            sent: sent * 1_000_000_000,
            bytes: 100_000_000_000,
            ..Totals::default()
        },
        ..Snapshot::default()
    }
}

fn failed() -> Status {
    Status::Failed(Arc::new(Fault::new(FaultKind::ServerError)))
}

#[test]
fn ends_are_said_together_and_not_faster_than_one_can_listen() {
    let start = Instant::now();
    let mut announcer = Announcer::default();
    let uploading = snapshot(&[Status::Uploading, Status::Uploading, Status::Queued], 0);
    let one = snapshot(&[Status::Ready, Status::Uploading, Status::Queued], 10);
    announcer.compare(&uploading, &one);
    announcer.speak(start);
    assert_eq!(announcer.said(), "clip-1.mp4: Ready.");

    let more = snapshot(&[Status::Ready, Status::Ready, failed()], 20);
    announcer.compare(&one, &more);
    announcer.speak(start + Duration::from_secs(1));
    assert_eq!(announcer.said(), "clip-1.mp4: Ready.", "too soon");
    let wait = announcer.next_wakeup(start + Duration::from_secs(1));
    assert_eq!(wait, Some(Duration::from_secs(1)));
    announcer.speak(start + GAP);
    assert_eq!(announcer.said(), "clip-2.mp4: Ready. clip-3.mp4: Failed.");
    assert_eq!(announcer.next_wakeup(start + GAP), None);
    announcer.compare(&more, &more);
    announcer.speak(start + 2 * GAP);
    assert_eq!(announcer.said(), "clip-2.mp4: Ready. clip-3.mp4: Failed.");
}

#[test]
fn many_ends_are_counted() {
    let start = Instant::now();
    let mut announcer = Announcer::default();
    let before = snapshot(&vec![Status::Uploading; 9], 0);
    announcer.compare(&before, &snapshot(&vec![Status::Ready; 9], 100));
    announcer.speak(start);
    assert_eq!(announcer.said(), "9 files: Ready.");
}

#[test]
fn progress_is_said_by_quarters() {
    let mut announcer = Announcer::default();
    let mut now = Instant::now();
    let mut before = snapshot(&[Status::Uploading], 0);
    let mut said = Vec::new();
    for sent in 0..=100 {
        now += GAP;
        let after = snapshot(&[Status::Uploading], sent);
        announcer.compare(&before, &after);
        announcer.speak(now);
        if said.last().map(String::as_str) != Some(announcer.said()) {
            said.push(announcer.said().to_owned());
        }
        before = after;
    }
    assert_eq!(
        said,
        [
            "",
            "25 % uploaded, 1 of 4 done.",
            "50 % uploaded, 1 of 4 done.",
            "75 % uploaded, 1 of 4 done.",
        ]
    );
}

#[test]
fn a_batch_that_is_over_is_not_said_to_be_under_way() {
    let start = Instant::now();
    let mut announcer = Announcer::default();
    let all = snapshot(&vec![Status::Uploading; 4], 0);
    let one = snapshot(&[failed(), Status::Uploading, Status::Queued], 10);
    announcer.compare(&all, &one);
    announcer.speak(start);
    // The last files end within the gap: all bytes are sent.
    let nearly = snapshot(&[failed(), Status::Ready, Status::Uploading], 99);
    announcer.compare(&one, &nearly);
    announcer.speak(start + Duration::from_secs(1));
    announcer.compare(
        &nearly,
        &snapshot(&[failed(), Status::Ready, failed()], 100),
    );
    announcer.message("Done: 1 file ready, 2 need attention.");
    announcer.speak(start + GAP);
    assert_eq!(
        announcer.said(),
        "Done: 1 file ready, 2 need attention. clip-2.mp4: Ready. clip-3.mp4: Failed."
    );
}

#[test]
fn refused_files_are_said_once_whether_they_were_looked_at_or_not() {
    let refused = || Status::Rejected(Rejection::Empty);
    let mut announcer = Announcer::default();
    let start = Instant::now();
    let looked_at = snapshot(&[Status::Checking], 0);
    let one = snapshot(&[refused()], 0);
    announcer.compare(&looked_at, &one);
    announcer.speak(start);
    assert_eq!(announcer.said(), "clip-1.mp4: Can’t upload.");
    let more = snapshot(&[refused(), refused(), refused()], 0);
    announcer.compare(&one, &more);
    announcer.speak(start + GAP);
    assert_eq!(announcer.said(), "2 files: Can’t upload.");
}

#[test]
fn a_banner_is_said_when_it_comes_and_not_with_each_number() {
    let banner = |text: &str, dismiss| Banner {
        tone: Tone::Notice,
        text: text.to_owned(),
        told: Some(text.to_owned()),
        actions: Vec::new(),
        dismiss,
    };
    let listed = |text| banner(text, Some(Dismissible::AlreadyListed));
    let mut announcer = Announcer::default();
    let mut now = Instant::now();
    let mut said = |banners: &[Banner]| {
        announcer.look_at(banners);
        now += GAP;
        announcer.speak(now);
        announcer.said().to_owned()
    };
    let offline = banner("Offline.", None);
    assert_eq!(said(&[listed("1 file.")]), "1 file.");
    assert_eq!(said(&[listed("2 files.")]), "1 file.");
    let both = [offline.clone(), listed("3 files.")];
    assert_eq!(said(&both), "Offline.");
    let mut refused = banner("9 are empty.", Some(Dismissible::Refused));
    refused.told = None;
    assert_eq!(
        said(std::slice::from_ref(&refused)),
        "Offline.",
        "they are said by name"
    );
    refused.told = Some("4 files of other kinds.".to_owned());
    assert_eq!(
        said(&[refused]),
        "4 files of other kinds.",
        "it came with it"
    );
    assert_eq!(said(&[listed("1 file.")]), "1 file.");
    assert_eq!(said(&[offline]), "Offline.", "it came again");
}

#[test]
fn what_moves_to_another_banner_is_said_once() {
    let listed = |dismiss| Banner {
        tone: Tone::Notice,
        text: "6 files were in the list.".to_owned(),
        told: Some("6 files were in the list.".to_owned()),
        actions: Vec::new(),
        dismiss: Some(dismiss),
    };
    let mut announcer = Announcer::default();
    announcer.look_at(&[listed(Dismissible::AlreadyListed)]);
    announcer.look_at(&[listed(Dismissible::Refused)]);
    announcer.speak(Instant::now());
    assert_eq!(announcer.said(), "6 files were in the list.");
}

#[test]
fn files_that_come_to_the_list_hide_no_end() {
    let mut announcer = Announcer::default();
    let before = snapshot(&[Status::Uploading], 0);
    let after = snapshot(&[Status::Ready, Status::Checking], 0);
    announcer.compare(&before, &after);
    announcer.speak(Instant::now());
    assert_eq!(announcer.said(), "clip-1.mp4: Ready.");
}

#[test]
fn skipped_files_are_counted_once_the_folders_are_walked() {
    let with = |skipped: usize, walking| {
        let file = SkippedFile {
            path: "/card/A001.R3D".into(),
            kind: SkippedKind::CameraOriginal,
        };
        let batch = Batch {
            id: BatchId(1),
            label: "Shoot".to_owned(),
            note: None,
            created_at_ms: 0,
            skipped: Arc::new(vec![file; skipped].into()),
        };
        Snapshot {
            batches: Arc::new(vec![Arc::new(batch)]),
            walking,
            ..Snapshot::default()
        }
    };
    let start = Instant::now();
    let mut announcer = Announcer::default();
    let opening = Snapshot {
        journal: JournalState::Opening,
        ..Snapshot::default()
    };
    let restored = with(2, None);
    announcer.compare(&opening, &restored);
    announcer.speak(start);
    assert_eq!(announcer.said(), "", "they were skipped by an earlier run");
    let walking = with(4, Some(9));
    announcer.compare(&restored, &walking);
    announcer.speak(start);
    assert_eq!(announcer.said(), "");
    announcer.compare(&walking, &with(5, None));
    announcer.speak(start);
    assert_eq!(announcer.said(), "3 files were skipped.");
}
