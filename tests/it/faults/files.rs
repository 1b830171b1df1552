//! Files that are taken away, or change, while they are uploaded.

use std::fs::{self, File};
use std::io::Write;
use std::path::Path;
use std::time::SystemTime;

use mavi_uploader::model::fault::FaultKind;
use mavi_uploader::model::snapshot::{Row, Status};
use mavi_uploader::sandbox::{Call, Fault, FaultPlan};

use super::program::{Seen, Trial, content};
use crate::cli::age;

/// The first upload stands still in its midst, and is dropped.
fn stalled() -> Trial {
    Trial::large(FaultPlan::new().on(Call::Upload).then(Fault::Stall {
        after: 100_000,
        lasting: None,
    }))
}

/// Does something to the file in the midst of its upload.
fn in_the_midst(act: impl FnOnce(&Path)) -> Seen {
    let trial = stalled();
    let (stage, path) = trial.stage();
    let live = trial.start(&stage, &[&path]);
    stage.until_called(Call::Upload, 1);
    act(&path);
    let outcome = live.end();
    Seen::new(stage, outcome)
}

fn open(path: &Path) -> File {
    File::options().write(true).open(path).unwrap()
}

/// Row: the file vanished, grew, shrank or changed its time.
#[test]
fn a_file_that_grows_shrinks_or_is_written_to_is_stopped() {
    let grow = |path: &Path| {
        let mut file = File::options().append(true).open(path).unwrap();
        file.write_all(b"more").unwrap();
    };
    let shrink = |path: &Path| open(path).set_len(1_000_000).unwrap();
    let touch = |path: &Path| open(path).set_modified(SystemTime::now()).unwrap();
    let replace = |path: &Path| {
        let other = path.with_extension("new");
        fs::write(&other, content(8_000_001)).unwrap();
        fs::rename(other, path).unwrap();
    };
    for act in [&grow as &dyn Fn(&Path), &shrink, &touch, &replace] {
        let seen = in_the_midst(act);
        let words = seen.fails("file_changed", 1);
        assert!(words.contains("changed"), "{words}");
        assert_eq!((seen.calls(Call::Upload), seen.stored()), (1, 0));
        assert!(seen.history().is_empty());
    }
}

/// Row: the file vanished.
#[test]
fn a_file_that_vanishes_is_stopped() {
    let seen = in_the_midst(|path| fs::remove_file(path).unwrap());
    seen.fails("unreadable", 1);
    assert_eq!((seen.calls(Call::Upload), seen.stored()), (1, 0));
}

/// Row: the drive is gone.
#[test]
fn a_drive_that_is_taken_away_has_six_tries_in_upload() {
    let seen = in_the_midst(|path| {
        let drive = path.parent().unwrap();
        fs::rename(drive, drive.with_file_name("taken away")).unwrap();
    });
    let words = seen.fails("unreadable", 1);
    assert!(words.contains("Reconnect the drive"), "{words}");
    let retries = seen.retries();
    assert_eq!(retries.last().unwrap(), "unreadable");
    assert_eq!(retries.len(), 5, "{retries:?}");
    assert_eq!(
        seen.calls(Call::Upload),
        1,
        "nothing is sent without a file"
    );
}

/// Row: the drive is gone; it goes on when it is back.
#[test]
fn a_drive_that_comes_back_is_gone_on_with() {
    let trial = stalled();
    let (stage, path) = trial.stage();
    let mut live = trial.start(&stage, &[&path]);
    stage.until_called(Call::Upload, 1);
    let drive = path.parent().unwrap();
    let away = drive.with_file_name("taken away");
    fs::rename(drive, &away).unwrap();
    loop {
        let line = live.line();
        if line.contains("\"retrying\"") && line.contains("\"unreadable\"") {
            break;
        }
    }
    fs::rename(&away, drive).unwrap();
    let seen = Seen::new(stage, live.end());
    seen.finishes();
    assert_eq!(seen.stored(), 1);
}

/// Row: the drive is gone; in the window.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_window_waits_for_the_drive_and_goes_on_when_it_is_back() {
    let mut window = stalled().window().await;
    let sandbox = window.sandbox();
    sandbox.wait_until(|it| !it.requests().is_empty()).await;
    let drive = window.path.parent().unwrap().to_owned();
    let away = window.elsewhere();
    fs::rename(&drive, &away).unwrap();
    let waits = |row: &Row| {
        matches!(&row.status, Status::Waiting { cause, .. }
            if cause.kind == FaultKind::DriveGone)
    };
    window.until_row("the wait for the drive", waits).await;
    fs::rename(&away, &drive).unwrap();
    window
        .until_row("the end", |row| row.status == Status::Ready)
        .await;
    assert_eq!(window.sandbox().stored().len(), 1);
    window.close().await;
}

/// Row: a file is still being written.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_that_is_being_written_waits_with_a_word_and_is_uploaded_whole() {
    let mut trial = Trial::new(FaultPlan::new());
    trial.being_written = true;
    let mut window = trial.window().await;
    let settling = |row: &Row| row.status == Status::Settling;
    window.until_row("the word", settling).await;
    fs::write(&window.path, content(400_000)).unwrap();
    age(&window.path);
    window
        .until_row("the end", |row| row.status == Status::Ready)
        .await;
    let stored = window.sandbox().stored();
    assert_eq!(stored.len(), 1);
    let whole = blake3::hash(&content(400_000)).to_hex();
    assert_eq!(stored[0].blake3, whole.as_str());
    window.close().await;
}
