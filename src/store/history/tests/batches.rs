//! Batches: stored with their assets, and rebuilt with them.

use std::fs;
use std::sync::Arc;

use super::*;
use crate::model::batch::{Batch, BatchId, SkippedFile, SkippedFiles, SkippedKind};
use crate::model::media::Kind;

fn batch(id: u64, label: &str) -> Batch {
    Batch {
        id: BatchId(id),
        label: label.to_owned(),
        note: Some(format!("note of {id}")),
        created_at_ms: 5,
        skipped: Arc::new(SkippedFiles {
            named: vec![SkippedFile {
                path: format!("/media/{id}.R3D").into(),
                kind: SkippedKind::CameraOriginal,
            }],
            unnamed: [(SkippedKind::Photo, 12_345)].into(),
            other_files: 2,
        }),
    }
}

/// Returns a ready asset of a batch.
fn ready(id: &str, batch: &Batch) -> AssetRecord {
    AssetRecord {
        status: Some(AssetStatus::Success),
        batch: Some(batch.id),
        label: Some(batch.label.clone()),
        kind: Some(Kind::Video),
        metadata: MediaMetadata {
            duration_ms: Some(84_000),
            ..MediaMetadata::default()
        },
        ..asset(id, &format!("{id}.mp4"), 7)
    }
}

fn put_batch(history: &mut History, batch: &Batch) {
    let change = HistoryChange::PutBatch(Arc::new(batch.clone()));
    history.commit(&[change]).unwrap();
}

/// Writes two batches of one label with an asset each, and a third.
fn filled(dir: &Path) -> [Batch; 3] {
    let mut history = open(dir);
    let first = history.reserve_ids(3).unwrap().0;
    let batches = [(0, "Shoot"), (1, "Shoot"), (2, "Other")];
    let batches = batches.map(|(n, label)| batch(first + n, label));
    for (n, batch) in batches.iter().enumerate() {
        put_batch(&mut history, batch);
        put(&mut history, vec![ready(&format!("re_{n}"), batch)]);
    }
    batches
}

fn found(history: &History, id: &str) -> AssetRecord {
    let asset = history.asset(URL, &AssetId::new(id).unwrap());
    asset.unwrap().unwrap()
}

fn label(history: &History, id: &str) -> Option<String> {
    found(history, id).label
}

/// Returns the batch of an asset.
fn batch_of(history: &History, id: &str) -> Batch {
    let batch = found(history, id).batch.unwrap();
    history.batch(batch).unwrap().unwrap()
}

/// Renames a batch as the engine does.
fn rename(history: &mut History, batch: &Batch, label: &str) -> Batch {
    let batch = Batch {
        label: label.to_owned(),
        ..batch.clone()
    };
    let change = HistoryChange::EditBatch {
        batch: batch.id,
        label: label.to_owned(),
        note: batch.note.clone(),
        renamed_at_ms: Some(9),
    };
    history.commit(&[change]).unwrap();
    batch
}

fn count_batches(history: &History) -> i64 {
    history
        .connection
        .query_row("SELECT count(*) FROM batches", (), |row| row.get(0))
        .unwrap()
}

#[test]
fn batches_of_one_label_stay_apart_and_a_rename_moves_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let batches = filled(dir.path());
    let mut history = open(dir.path());
    for (n, batch) in batches.iter().enumerate() {
        assert_eq!(batch_of(&history, &format!("re_{n}")), *batch);
    }
    let renamed = rename(&mut history, &batches[1], "Day 2");
    drop(history);
    let history = open(dir.path());
    assert_eq!(batch_of(&history, "re_0"), batches[0]);
    assert_eq!(batch_of(&history, "re_1"), renamed);
    assert_eq!(count_batches(&history), 3, "none was made by the way");
}

#[test]
fn what_a_damaged_database_still_reads_has_its_batches() {
    let dir = tempfile::tempdir().unwrap();
    let batches = filled(dir.path());
    let file = dir.path().join(FILE_NAME);
    let planted = "CREATE TRIGGER away AFTER INSERT ON assets BEGIN DELETE FROM assets; END";
    rusqlite::Connection::open(&file)
        .unwrap()
        .execute_batch(planted)
        .unwrap();
    let opened = History::open(dir.path()).unwrap();
    assert!(opened.set_aside.is_some());
    let history = opened.history;
    for (n, batch) in batches.iter().enumerate() {
        let id = format!("re_{n}");
        assert_eq!(batch_of(&history, &id), *batch);
        let asset = found(&history, &id);
        assert_eq!(asset.kind, Some(Kind::Video));
        assert_eq!(asset.metadata.duration_ms, Some(84_000));
    }
    assert_eq!(count_batches(&history), 3);
}

#[test]
fn a_backup_gives_notes_and_skipped_files_and_the_ledger_the_newest_labels() {
    let dir = tempfile::tempdir().unwrap();
    let batches = filled(dir.path());
    back_up(dir.path(), &dir.path().join(BACKUP_DIR)).unwrap();
    let mut history = open(dir.path());
    let renamed = rename(&mut history, &batches[1], "Day 2");
    let later = batch(history.reserve_ids(1).unwrap().0, "Later");
    put_batch(&mut history, &later);
    put(&mut history, vec![ready("re_later", &later)]);
    drop(history);
    fs::write(dir.path().join(FILE_NAME), "x".repeat(5000)).unwrap();
    for _ in 0..2 {
        let history = History::open(dir.path()).unwrap().history;
        assert_eq!(batch_of(&history, "re_0"), batches[0]);
        assert_eq!(batch_of(&history, "re_1"), renamed);
        assert_eq!(batch_of(&history, "re_2"), batches[2]);
        assert_eq!(found(&history, "re_0").kind, Some(Kind::Video));
        let known_by_the_ledger = batch_of(&history, "re_later");
        assert_eq!(known_by_the_ledger.label, "Later");
        assert_eq!(known_by_the_ledger.note, None);
        assert_eq!(count_batches(&history), 4);
    }
}

#[test]
fn the_ledger_alone_gives_every_label_and_no_batch_the_number_of_another() {
    let dir = tempfile::tempdir().unwrap();
    let batches = filled(dir.path());
    let mut history = open(dir.path());
    rename(&mut history, &batches[2], "Day 2");
    rename(&mut history, &batches[1], "Day 1");
    let rename_again = rename(&mut history, &batches[2], "Day 3");
    put(&mut history, vec![ready("re_3", &rename_again)]);
    drop(history);
    let lines = fs::read_to_string(dir.path().join(LEDGER_NAME)).unwrap();
    let renamed = lines.lines().filter(|line| line.contains("\"renamed\""));
    assert_eq!(
        renamed.count(),
        3,
        "one each, whatever the number of assets"
    );
    for file in [FILE_NAME, "history.db-wal"] {
        let _ = fs::remove_file(dir.path().join(file));
    }
    let mut history = open(dir.path());
    let labels = ["re_0", "re_1", "re_2", "re_3"].map(|id| label(&history, id).unwrap());
    assert_eq!(labels, ["Shoot", "Day 1", "Day 3", "Day 3"]);
    assert_eq!(count_batches(&history), 3);
    assert!(history.reserve_ids(1).unwrap().0 > batches[2].id.0);
}

#[test]
fn hostile_labels_survive_everything() {
    let labels = [
        "one\ntwo\r\nthree",
        "\"quoted\", 'and' \\n not",
        "=HYPERLINK(\"http://x\")",
        "'=1+1",
        "\u{202e}abc\u{200f}",
        &"🎬".repeat(200),
        "' OR 1=1; DROP TABLE batches; --",
        "a\0b",
    ];
    let dir = tempfile::tempdir().unwrap();
    let mut history = open(dir.path());
    for (n, label) in labels.iter().enumerate() {
        let batch = batch(1000 + n as u64, label);
        put_batch(&mut history, &batch);
        put(&mut history, vec![ready(&format!("re_{n}"), &batch)]);
    }
    let check = |history: &History| {
        for (n, known) in labels.iter().enumerate() {
            assert_eq!(label(history, &format!("re_{n}")).as_deref(), Some(*known));
        }
    };
    check(&history);
    drop(history);
    fs::remove_file(dir.path().join(FILE_NAME)).unwrap();
    check(&open(dir.path()));
}

#[test]
fn ten_thousand_labels_are_rebuilt_in_good_time() {
    let dir = tempfile::tempdir().unwrap();
    let mut history = open(dir.path());
    let (mut batches, mut assets) = (vec![], vec![]);
    for n in 0..10_000 {
        let batch = batch(1000 + n, &format!("Shoot {n}"));
        assets.push(HistoryChange::PutAsset(ready(&format!("re_{n}"), &batch)));
        batches.push(HistoryChange::PutBatch(Arc::new(batch)));
    }
    history.commit(&batches).unwrap();
    for assets in assets.chunks(500) {
        history.commit(assets).unwrap();
    }
    drop(history);
    fs::remove_file(dir.path().join(FILE_NAME)).unwrap();
    let started = std::time::Instant::now();
    let history = open(dir.path());
    // Quadratic code takes minutes.
    assert!(started.elapsed() < std::time::Duration::from_secs(30));
    assert_eq!(count_batches(&history), 10_000);
    assert_eq!(label(&history, "re_9999").as_deref(), Some("Shoot 9999"));
}

#[test]
fn a_grown_catalogue_is_rebuilt_with_all_that_ledger_and_backup_have_and_says_so() {
    const ASSETS: u64 = 300;
    let dir = tempfile::tempdir().unwrap();
    let mut history = open(dir.path());
    let first = history.reserve_ids(6).unwrap().0;
    let mut assets = Vec::new();
    for n in 0..6 {
        let batch = batch(first + n, &format!("Shoot {n}"));
        put_batch(&mut history, &batch);
        let part = (n * ASSETS / 6)..((n + 1) * ASSETS / 6);
        assets.extend(part.map(|number| AssetRecord {
            size: 1000 + number,
            content: Some(ContentHash::from_bytes([number as u8; 32])),
            ..ready(&format!("re_{number}"), &batch)
        }));
    }
    put(&mut history, assets.clone());
    let note = HistoryChange::SetNote {
        base_url: URL.to_owned(),
        asset_id: assets[7].asset_id.clone(),
        note: Some("the good one".to_owned()),
    };
    history.commit(&[note]).unwrap();
    let remove = |asset: &AssetRecord| HistoryChange::RemoveAsset(asset.clone());
    history.commit(&[remove(&assets[1])]).unwrap();
    back_up(dir.path(), &dir.path().join(BACKUP_DIR)).unwrap();
    history.commit(&[remove(&assets[2])]).unwrap();
    drop(history);

    let rebuilt = || {
        fs::write(dir.path().join(FILE_NAME), "x".repeat(5000)).unwrap();
        let opened = History::open(dir.path()).unwrap();
        for (number, asset) in assets.iter().enumerate() {
            let found = opened.history.asset(URL, &asset.asset_id).unwrap();
            let Some(found) = found else {
                assert!([1, 2].contains(&number), "{number} is lost");
                continue;
            };
            let parts = |asset: &AssetRecord| {
                let AssetRecord {
                    name,
                    path,
                    size,
                    content,
                    label,
                    status,
                    ..
                } = asset.clone();
                (name, path, size, content, label, status)
            };
            assert_eq!(parts(&found), parts(asset), "{number}");
        }
        assert_eq!(count(&opened.history), 298, "what was removed stays so");
        let set_aside = opened.set_aside.expect("it is said");
        let counts = (set_aside.assets, set_aside.batches, set_aside.notes);
        (opened.history, counts)
    };
    let (history, counts) = rebuilt();
    assert_eq!(counts, (298, 6, 7));
    let with_note = found(&history, "re_7");
    assert_eq!(with_note.note.as_deref(), Some("the good one"));
    assert_eq!(with_note.metadata.duration_ms, Some(84_000));
    assert_eq!(batch_of(&history, "re_7").skipped.count(), 12_346);
    drop(history);

    fs::remove_dir_all(dir.path().join(BACKUP_DIR)).unwrap();
    let (history, counts) = rebuilt();
    assert_eq!(counts, (298, 6, 0));
    assert_eq!(found(&history, "re_7").note, None);
}
