//! Files that are taken away, or change, while they are uploaded.

use std::fs::{self, File};
use std::io::Write;
use std::path::Path;
use std::time::SystemTime;

use mavi_uploader::model::snapshot::{Row, Status};
use mavi_uploader::sandbox::{Call, FaultPlan, PlannedFault};

use super::program::{Seen, Trial, content};
use crate::cli::{Live, age};

/// The first upload stands still in its midst, and is dropped.
fn stalled() -> Trial {
    Trial::large(FaultPlan::new().on(Call::Upload).then(PlannedFault::Stall {
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

/// Row: the file vanished, grew, shrank or changed its time; all of it has been read by then,
/// and goes out slowly.
#[test]
fn a_small_file_that_changes_while_it_goes_out_is_stopped_and_keeps_its_id() {
    let append = |path: &Path| {
        let mut file = File::options().append(true).open(path).unwrap();
        file.write_all(b"more").unwrap();
    };
    let truncate = |path: &Path| open(path).set_len(1_000).unwrap();
    let touch = |path: &Path| open(path).set_modified(SystemTime::now()).unwrap();
    let replace = |path: &Path| {
        let other = path.with_extension("new");
        fs::write(&other, content(200_000)).unwrap();
        fs::rename(other, path).unwrap();
    };
    let delete = |path: &Path| fs::remove_file(path).unwrap();
    type HistoryChange<'a> = &'a (dyn Fn(&Path) + Sync);
    let cases: [(&str, HistoryChange<'_>); 5] = [
        ("file_changed", &append),
        ("file_changed", &truncate),
        ("file_changed", &touch),
        ("file_changed", &replace),
        ("unreadable", &delete),
    ];
    std::thread::scope(|scope| {
        for (reason, act) in cases {
            scope.spawn(move || {
                let mut trial = Trial::new(FaultPlan::new());
                trial.size = 200_000;
                let (stage, path) = trial.stage();
                let usual = stage.upload_command(&["--limit-rate", "50k"], &[&path]);
                let live = Live::start(trial.command(&usual));
                stage.until_called(Call::Upload, 1);
                act(&path);
                let seen = Seen::new(stage, live.end());
                seen.fails(reason, 1);
                // The reading may have been slower than the hand of the test.
                let failed = seen.outcome.one("failed");
                let stored = seen.stage.sandbox().stored();
                let ids: Vec<&str> = stored.iter().map(|it| it.asset_id.as_str()).collect();
                assert_eq!(failed["asset_id"].as_str(), ids.first().copied());
                let history = seen.history();
                let kept: Vec<&str> = history.iter().map(|it| it.asset_id.as_str()).collect();
                assert_eq!(kept, ids);
            });
        }
    });
}

/// Row: the drive is gone. `upload` has nobody to put it back.
#[test]
fn a_drive_that_is_taken_away_ends_upload_with_words_of_the_drive() {
    let seen = in_the_midst(|path| {
        let drive = path.parent().unwrap();
        fs::rename(drive, drive.with_file_name("taken away")).unwrap();
    });
    let words = seen.fails("unreadable", 1);
    assert!(
        words.to_lowercase().contains("reconnect the drive"),
        "{words}"
    );
    assert_eq!((seen.calls(Call::Upload), seen.stored()), (1, 0));
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
