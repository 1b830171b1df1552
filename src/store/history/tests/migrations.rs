//! Databases of older and newer programs.

use std::sync::Arc;

use super::*;
use crate::model::batch::{Batch, BatchId, SkippedFile, SkippedFiles, SkippedKind};
use crate::model::media::Kind;
use crate::store::history::schema;

/// Version 1, as its program wrote it: every table has a row.
const V1: &[u8] = include_bytes!("../../../../tests/fixtures/history/v1.db");

#[test]
fn the_first_released_database_is_opened_with_all_it_holds() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join(FILE_NAME), V1).unwrap();
    let mut history = open(dir.path());
    assert_eq!(
        schema::version(&history.connection).unwrap(),
        schema::newest()
    );
    let stored = AssetRecord {
        item: Some(ItemId(1)),
        content: Some(ContentHash::from_bytes([7; 32])),
        status: Some(AssetStatus::Success),
        remark: Some(AssetRemark::MayBeStoredTwice),
        note: Some("the good take".to_owned()),
        batch: Some(BatchId(3)),
        label: Some("Shoot 28".to_owned()),
        kind: Some(Kind::Video),
        metadata: MediaMetadata {
            duration_ms: Some(84_000),
            width: Some(1920),
            height: Some(1080),
            captured_at: Some("2026-11-28T16:04:05+08:00".parse().unwrap()),
            has_location: true,
        },
        batch_note: Some("first day".to_owned()),
        ..asset("re_1", "媒体.mp4", 3)
    };
    assert_eq!(history.assets().unwrap(), [stored]);
    let waiting = ItemRecord {
        given: Some("../b.mp4".to_owned()),
        position: 7,
        stamp: Some(FileStamp {
            size: 5_368_709_120,
            modified_ns: -5,
        }),
        account: Some(account()),
        base_url: Some(URL.to_owned()),
        batch: Some(BatchId(3)),
        metadata: MediaMetadata {
            duration_ms: Some(1000),
            ..MediaMetadata::default()
        },
        ..item(2, "/media/b.mp4")
    };
    assert_eq!(history.items().unwrap(), [waiting]);
    let batch = Batch {
        id: BatchId(3),
        label: "Shoot 28".to_owned(),
        note: Some("first day".to_owned()),
        created_at_ms: 2,
        skipped: Arc::new(SkippedFiles {
            named: vec![SkippedFile {
                path: "/media/c.R3D".into(),
                kind: SkippedKind::CameraOriginal,
            }],
            unnamed: [(SkippedKind::Document, 5)].into(),
            other_files: 1,
        }),
    };
    assert_eq!(history.batch(batch.id).unwrap(), Some(batch));
    let damaged = DamagedItem {
        id: ItemId(3),
        path: "/media/c.mp4".into(),
        state: "{".to_owned(),
        why: "EOF".to_owned(),
    };
    assert_eq!(history.damaged_items().unwrap(), [damaged]);
    assert_eq!(history.key_good_at(&account(), URL).unwrap(), Some(4));
    let last4 = history.last4(&account(), URL).unwrap();
    assert_eq!(last4.as_deref(), Some("wxyz"));
    let other = Account::from_fingerprint("fedcba9876543210");
    let joined = history.joined(&other, URL).unwrap();
    assert_eq!(joined, [account(), other]);
    let protocol = ProtocolRecord {
        host: "storage.example".to_owned(),
        kind: "v4".to_owned(),
        protocol: "resumable_start".to_owned(),
    };
    assert_eq!(history.protocols().unwrap(), [protocol]);
    let session = (AssetId::new("re_2").unwrap(), 5);
    assert_eq!(history.sessions(URL).unwrap(), [session]);
    assert_eq!(history.reserve_ids(1).unwrap(), ItemId(4));
}

#[test]
fn a_step_that_fails_leaves_the_older_version_as_it_was() {
    let mut connection = Connection::open_in_memory().unwrap();
    schema::migrate_with(&mut connection, &["CREATE TABLE one (a)"]).unwrap();
    let steps = [
        "CREATE TABLE one (a)",
        "ALTER TABLE one ADD b",
        "CREATE TABLE one (c)",
    ];
    assert!(schema::migrate_with(&mut connection, &steps).is_err());
    assert_eq!(schema::version(&connection).unwrap(), 1);
    assert!(connection.prepare("SELECT b FROM one").is_err());
    schema::migrate_with(&mut connection, &steps[..2]).unwrap();
    assert_eq!(schema::version(&connection).unwrap(), 2);
    connection.prepare("SELECT a, b FROM one").unwrap();
}

#[test]
fn a_newer_database_is_left_untouched_and_said_in_one_sentence() {
    let dir = tempfile::tempdir().unwrap();
    {
        let mut history = open(dir.path());
        put(&mut history, vec![asset("re_1", "a.mp4", 1)]);
        history
            .connection
            .pragma_update(None, "user_version", schema::newest() + 1)
            .unwrap();
    }
    let file = dir.path().join(FILE_NAME);
    let before = std::fs::read(&file).unwrap();
    let error = History::open(dir.path()).unwrap_err();
    assert!(
        matches!(error, OpenError::Newer { found, known, .. } if found == known + 1),
        "{error}"
    );
    assert!(error.to_string().contains("newer version"), "{error}");
    assert_eq!(std::fs::read(&file).unwrap(), before);
    let kept = ["history.db", "history.lock", LEDGER_NAME];
    let others: Vec<_> = std::fs::read_dir(dir.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| !kept.contains(&name.as_str()))
        .collect();
    assert!(others.is_empty(), "{others:?}");
}

#[test]
fn the_log_that_a_newer_program_left_is_left_too() {
    let (dir, left) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    drop(open(dir.path()));
    let newer = Connection::open(dir.path().join(FILE_NAME)).unwrap();
    newer.pragma_update(None, "user_version", 99).unwrap();
    let read = |dir: &Path| {
        let read = |name| std::fs::read(dir.join(name)).unwrap();
        ["history.db", "history.db-wal"].map(read)
    };
    let before = read(dir.path());
    assert!(!before[1].is_empty());
    for (name, bytes) in ["history.db", "history.db-wal"].iter().zip(&before) {
        std::fs::write(left.path().join(name), bytes).unwrap();
    }
    let error = History::open(left.path()).unwrap_err();
    assert!(matches!(error, OpenError::Newer { .. }), "{error}");
    assert_eq!(read(left.path()), before);
}
