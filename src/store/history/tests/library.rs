//! Queries of the Library, on a connection of its own.

use proptest::prelude::*;

use super::*;
use crate::model::asset::AssetRemark;
use crate::model::batch::{Batch, BatchId};
use crate::model::media::Kind;
use crate::store::history::library::{
    Library, LibraryColumn, LibraryQuery, LibrarySort, StatusFilter,
};

fn stored(id: &str, path: &str, at: i64) -> AssetRecord {
    let name = Path::new(path).file_name().unwrap().to_str().unwrap();
    AssetRecord {
        path: PathBuf::from(path),
        status: Some(AssetStatus::Success),
        ..asset(id, name, at)
    }
}

fn batch(id: u64, label: &str) -> HistoryChange {
    HistoryChange::PutBatch(std::sync::Arc::new(Batch {
        id: BatchId(id),
        label: label.to_owned(),
        note: None,
        created_at_ms: 1,
        skipped: std::sync::Arc::default(),
    }))
}

fn library(dir: &Path) -> Library {
    Library::open(dir).unwrap().unwrap()
}

/// Returns the IDs that a query finds, without their `re_`.
fn found(library: &mut Library, query: &LibraryQuery) -> String {
    let ids = library.find(query).unwrap().ids;
    let records = library.records(&ids).unwrap();
    let id =
        |record: &Option<AssetRecord>| record.as_ref().unwrap().asset_id.as_str()[3..].to_owned();
    records.iter().map(id).collect::<Vec<_>>().join(" ")
}

fn words(words: &str) -> LibraryQuery {
    LibraryQuery {
        words: words.to_owned(),
        ..LibraryQuery::default()
    }
}

#[test]
fn each_word_is_part_of_name_folder_id_note_or_label_in_any_script() {
    let dir = tempfile::tempdir().unwrap();
    let mut history = open(dir.path());
    history
        .commit(&[batch(1, "Größe_2026"), batch(2, "假期")])
        .unwrap();
    put(
        &mut history,
        vec![
            AssetRecord {
                batch: Some(BatchId(1)),
                ..stored("re_1", "/shoot/ÄÖÜ one.mp4", 1)
            },
            AssetRecord {
                batch: Some(BatchId(2)),
                note: Some("For the Trailer".to_owned()),
                ..stored("re_2", "/shoot/two.mp4", 2)
            },
            stored("re_30", "/ΟΔΥΣΣΕΥΣ/100%_three.mp4", 3),
            asset("re_40", "reserved.mp4", 4),
        ],
    );
    let mut library = library(dir.path());
    let mut found = |text: &str| found(&mut library, &words(text));
    assert_eq!(found(""), "30 2 1");
    assert_eq!(found("äö"), "1");
    assert_eq!(found("SHOOT"), "2 1");
    assert_eq!(found("gröSSE"), "1");
    assert_eq!(found("gro\u{308}ße"), "1");
    assert_eq!(found("o\u{308}u\u{308}"), "1");
    assert_eq!(found("GRÖß"), "1");
    assert_eq!(found("期"), "2");
    assert_eq!(found("trail"), "2");
    assert_eq!(found("δυσσευς %_"), "30");
    assert_eq!(found("re_3"), "30");
    assert_eq!(found("  two  SHOOT 假 "), "2");
    assert_eq!(found("two größe"), "");
    assert_eq!(found("reserved"), "");
}

#[test]
fn what_nobody_may_need_is_failed_abandoned_or_a_further_copy_in_one_account() {
    let dir = tempfile::tempdir().unwrap();
    let mut history = open(dir.path());
    let copy = |id: &str, content: u8, at| AssetRecord {
        content: Some(ContentHash::from_bytes([content; 32])),
        ..stored(id, "/a.mp4", at)
    };
    let of = |account: &str| Account::from_fingerprint(account);
    put(
        &mut history,
        vec![
            // Still processing when a second copy was ready.
            AssetRecord {
                status: Some(AssetStatus::Waiting),
                ..copy("re_10", 1, 1)
            },
            copy("re_11", 1, 2),
            copy("re_12", 1, 3),
            // Gone copies count neither as copies nor as what is paid for.
            AssetRecord {
                deleted_at_ms: Some(9),
                ..copy("re_20", 2, 4)
            },
            AssetRecord {
                remark: Some(AssetRemark::Gone),
                ..copy("re_21", 2, 5)
            },
            copy("re_22", 2, 6),
            // Another account, another service, and an unknown account.
            AssetRecord {
                account: of("other"),
                ..copy("re_30", 1, 7)
            },
            AssetRecord {
                base_url: "https://other.example".to_owned(),
                ..copy("re_31", 1, 8)
            },
            AssetRecord {
                account: of(""),
                ..copy("re_32", 3, 9)
            },
            AssetRecord {
                account: of(""),
                ..copy("re_33", 3, 10)
            },
            // An abandoned copy is not the one to keep, and needs no other.
            AssetRecord {
                remark: Some(AssetRemark::Abandoned),
                ..copy("re_40", 4, 11)
            },
            copy("re_41", 4, 12),
            AssetRecord {
                status: Some(AssetStatus::Failed),
                ..stored("re_50", "/b.mp4", 13)
            },
            AssetRecord {
                status: None,
                remark: Some(AssetRemark::Abandoned),
                ..asset("re_51", "reserved.mp4", 14)
            },
            stored("re_52", "/c.mp4", 15),
        ],
    );
    let unneeded = LibraryQuery {
        status: Some(StatusFilter::Unneeded),
        ..LibraryQuery::default()
    };
    let mut library = library(dir.path());
    assert_eq!(found(&mut library, &unneeded), "50 40 12 10");
    let counted = library.count_unneeded().unwrap();
    assert_eq!(counted.map(|facets| facets.unneeded), Some(4));
    assert_eq!(library.find(&unneeded).unwrap().facets.unneeded, 4);
    assert_eq!(library.count_unneeded().unwrap(), None);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn every_part_of_a_name_finds_it(name in "\\PC{1,12}", from in 0_usize..12, len in 1_usize..12) {
        let dir = tempfile::tempdir().unwrap();
        let mut history = open(dir.path());
        let named = AssetRecord { name: name.clone(), ..stored("re_1", "/a.mp4", 1) };
        put(&mut history, vec![named]);
        let part: String = name.chars().skip(from).take(len).collect();
        prop_assert_eq!(found(&mut library(dir.path()), &words(&part)), "1");
    }
}

#[test]
fn of_too_many_words_the_first_count_and_repeated_ones_count_once() {
    let dir = tempfile::tempdir().unwrap();
    let mut history = open(dir.path());
    put(
        &mut history,
        vec![stored("re_1", "/a.mp4", 1), stored("re_2", "/b.mp4", 2)],
    );
    let mut library = library(dir.path());
    let repeated = "A.mp4 ".repeat(5000);
    assert_eq!(found(&mut library, &words(&repeated)), "1");
    let many: String = (0..5000).map(|n| format!("no{n} ")).collect();
    assert_eq!(found(&mut library, &words(&many)), "");
    assert_eq!(found(&mut library, &words(&format!("{repeated} b"))), "");
}

#[test]
fn a_statement_that_is_too_large_is_no_damage() {
    let connection = rusqlite::Connection::open_in_memory().unwrap();
    let sql = format!("SELECT 1{}", " + 1".repeat(2000));
    let error = StoreError::from(connection.prepare(&sql).unwrap_err());
    assert!(matches!(error, StoreError::NotSaved(_)), "{error:?}");
}

#[test]
fn the_note_of_a_batch_is_searched_even_after_the_ledger_renamed_it() {
    let dir = tempfile::tempdir().unwrap();
    let mut history = open(dir.path());
    let HistoryChange::PutBatch(noted) = batch(1, "Day One") else {
        unreachable!()
    };
    let noted = Batch {
        note: Some("For the Trailer".to_owned()),
        ..Batch::clone(&noted)
    };
    history
        .commit(&[HistoryChange::PutBatch(std::sync::Arc::new(noted))])
        .unwrap();
    let of_batch = AssetRecord {
        batch: Some(BatchId(1)),
        ..stored("re_1", "/a.mp4", 1)
    };
    put(&mut history, vec![of_batch]);
    let mut library = library(dir.path());
    assert_eq!(found(&mut library, &words("trailer")), "1");
    let renamed = HistoryChange::EditBatch {
        batch: BatchId(1),
        label: "Day Two".to_owned(),
        note: None,
        renamed_at_ms: Some(2),
    };
    Ledger::new(dir.path()).append_changes(&[renamed], BUSY_LIMIT);
    put(&mut history, vec![stored("re_2", "/b.mp4", 2)]);
    assert_eq!(found(&mut library, &words("trailer two")), "1");
    let labelled = LibraryQuery {
        label: Some("DAY two".to_owned()),
        ..LibraryQuery::default()
    };
    assert_eq!(found(&mut library, &labelled), "1");
}

#[test]
fn filters_narrow_by_kind_time_status_batch_label_and_account() {
    let dir = tempfile::tempdir().unwrap();
    let mut history = open(dir.path());
    history
        .commit(&[batch(1, "Day One"), batch(2, "Day Two")])
        .unwrap();
    put(
        &mut history,
        vec![
            AssetRecord {
                kind: Some(Kind::Video),
                batch: Some(BatchId(1)),
                ..stored("re_1", "/a.mp4", 10)
            },
            AssetRecord {
                kind: Some(Kind::Audio),
                status: Some(AssetStatus::Waiting),
                batch: Some(BatchId(2)),
                ..stored("re_2", "/b.mp3", 20)
            },
            AssetRecord {
                status: Some(AssetStatus::Failed),
                account: Account::from_fingerprint("other"),
                ..stored("re_3", "/c.mp4", 30)
            },
            AssetRecord {
                deleted_at_ms: Some(99),
                ..stored("re_4", "/d.mp4", 40)
            },
            AssetRecord {
                remark: Some(AssetRemark::Gone),
                ..stored("re_5", "/e.mp4", 50)
            },
            AssetRecord {
                remark: Some(AssetRemark::SizeMismatch),
                ..stored("re_6", "/f.mp4", 60)
            },
        ],
    );
    let mut library = library(dir.path());
    let mut is = |change: fn(&mut LibraryQuery), ids: &str| {
        let mut query = LibraryQuery::default();
        change(&mut query);
        assert_eq!(found(&mut library, &query), ids, "{query:?}");
    };
    is(|query| query.kind = Some(Kind::Audio), "2");
    is(|query| query.since_ms = Some(50), "6 5");
    is(|query| query.until_ms = Some(20), "1");
    is(|query| query.status = Some(StatusFilter::Ready), "1");
    is(|query| query.status = Some(StatusFilter::Processing), "2");
    is(|query| query.status = Some(StatusFilter::Failed), "6 3");
    is(|query| query.status = Some(StatusFilter::Deleted), "4");
    is(|query| query.status = Some(StatusFilter::Gone), "5");
    let success = |query: &mut LibraryQuery| {
        query.status = Some(StatusFilter::Reported(AssetStatus::Success));
    };
    is(success, "6 5 4 1");
    is(|query| query.batch = Some(BatchId(2)), "2");
    is(|query| query.label = Some("DAY one".to_owned()), "1");
    is(|query| query.label = Some("day".to_owned()), "");
    is(
        |query| query.accounts = vec![Account::from_fingerprint("other")],
        "3",
    );
    let stored_bytes = library.find(&LibraryQuery::default()).unwrap().bytes;
    assert_eq!(stored_bytes, 400, "four of six are still stored");
}

#[test]
fn every_column_sorts_and_assets_without_a_value_come_last() {
    let dir = tempfile::tempdir().unwrap();
    let mut history = open(dir.path());
    history
        .commit(&[batch(1, "Day 10"), batch(2, "Day 9")])
        .unwrap();
    let length = |ms| MediaMetadata {
        duration_ms: Some(ms),
        ..MediaMetadata::default()
    };
    put(
        &mut history,
        vec![
            AssetRecord {
                size: 300,
                kind: Some(Kind::Video),
                metadata: length(9),
                batch: Some(BatchId(1)),
                ..stored("re_1", "/b/clip-10.mp4", 30)
            },
            AssetRecord {
                size: 100,
                kind: Some(Kind::Audio),
                batch: Some(BatchId(2)),
                ..stored("re_2", "/a/x/Clip-2.mp4", 20)
            },
            AssetRecord {
                size: 200,
                status: Some(AssetStatus::Failed),
                metadata: length(10),
                ..stored("re_3", "/a/apple.bin", 10)
            },
        ],
    );
    let mut library = library(dir.path());
    let mut sorted = |column, descending| {
        let sort = LibrarySort { column, descending };
        let query = LibraryQuery {
            sort,
            ..LibraryQuery::default()
        };
        found(&mut library, &query)
    };
    for (column, up, down) in [
        (LibraryColumn::Name, "3 2 1", "1 2 3"),
        (LibraryColumn::Folder, "3 2 1", "1 2 3"),
        (LibraryColumn::Uploaded, "3 2 1", "1 2 3"),
        (LibraryColumn::Size, "2 3 1", "1 3 2"),
        (LibraryColumn::Duration, "1 3 2", "3 1 2"),
        (LibraryColumn::Kind, "2 1 3", "1 2 3"),
        (LibraryColumn::Status, "2 1 3", "3 2 1"),
        (LibraryColumn::Batch, "2 1 3", "1 2 3"),
    ] {
        assert_eq!(sorted(column, false), up, "{column:?}");
        assert_eq!(sorted(column, true), down, "{column:?}");
    }
}

#[test]
fn later_commits_are_seen_and_removed_records_are_none() {
    let dir = tempfile::tempdir().unwrap();
    assert!(Library::open(dir.path()).unwrap().is_none());
    let mut history = open(dir.path());
    put(&mut history, vec![stored("re_1", "/a.mp4", 1)]);
    let mut library = library(dir.path());
    assert_eq!(found(&mut library, &words("")), "1");
    put(&mut history, vec![stored("re_2", "/b.mp4", 2)]);
    assert_eq!(found(&mut library, &words("")), "2 1");
    assert_eq!(library.records(&[77]).unwrap(), [None]);
    let mut names = vec![];
    library
        .for_each::<StoreError>(&words(""), |asset| {
            names.push(asset.name);
            Ok(())
        })
        .unwrap();
    assert_eq!(names, ["b.mp4", "a.mp4"]);
}

#[test]
fn the_row_of_a_removed_asset_is_never_that_of_another() {
    let dir = tempfile::tempdir().unwrap();
    let mut history = open(dir.path());
    put(&mut history, vec![stored("re_1", "/a.mp4", 1)]);
    let mut library = library(dir.path());
    let held = library.find(&words("")).unwrap().ids;
    let removed = HistoryChange::RemoveAsset(stored("re_1", "/a.mp4", 9));
    history.commit(&[removed]).unwrap();
    put(&mut history, vec![stored("re_2", "/b.mp4", 2)]);
    assert_eq!(found(&mut library, &words("")), "2");
    assert_eq!(library.records(&held).unwrap(), [None]);
}

#[test]
fn a_database_that_is_swapped_in_is_noticed() {
    let dir = tempfile::tempdir().unwrap();
    let mut history = open(dir.path());
    put(&mut history, vec![stored("re_1", "/a.mp4", 1)]);
    let library = library(dir.path());
    assert!(library.is_current());
    let _repaired = history.repair().unwrap();
    assert_eq!(library.is_current(), cfg!(not(unix)));
}

#[cfg(unix)]
#[test]
fn a_library_on_a_read_only_disk_opens() {
    use std::os::unix::fs::PermissionsExt;
    let dir = tempfile::Builder::new()
        .prefix("read only?#%")
        .tempdir()
        .unwrap();
    let mut history = open(dir.path());
    put(&mut history, vec![stored("re_1", "/a.mp4", 1)]);
    drop(history);
    let set = |mode| {
        std::fs::set_permissions(dir.path(), std::fs::Permissions::from_mode(mode)).unwrap();
    };
    set(0o500);
    let opened = Library::open(dir.path());
    set(0o700);
    assert_eq!(found(&mut opened.unwrap().unwrap(), &words("a")), "1");
}

#[test]
fn a_newer_or_damaged_database_says_why_it_does_not_open() {
    let dir = tempfile::tempdir().unwrap();
    drop(open(dir.path()));
    let connection = rusqlite::Connection::open(dir.path().join(FILE_NAME)).unwrap();
    connection.pragma_update(None, "user_version", 99).unwrap();
    drop(connection);
    let newer = Library::open(dir.path()).unwrap_err();
    assert!(matches!(newer, OpenError::Newer { found: 99, .. }));
    std::fs::write(dir.path().join(FILE_NAME), [7; 4096]).unwrap();
    let damaged = Library::open(dir.path()).unwrap_err();
    assert!(matches!(damaged, OpenError::Io { .. }), "{damaged:?}");
}

#[test]
fn a_note_is_searched_at_once_and_stays_when_the_asset_is_written_again() {
    let dir = tempfile::tempdir().unwrap();
    let mut history = open(dir.path());
    put(&mut history, vec![stored("re_1", "/a.mp4", 1)]);
    let note = |note: Option<&str>| HistoryChange::SetNote {
        base_url: URL.to_owned(),
        asset_id: AssetId::new("re_1").unwrap(),
        note: note.map(str::to_owned),
    };
    history.commit(&[note(Some("Für Ana"))]).unwrap();
    let mut library = library(dir.path());
    assert_eq!(found(&mut library, &words("für")), "1");
    put(&mut history, vec![stored("re_1", "/a.mp4", 1)]);
    assert_eq!(found(&mut library, &words("ana")), "1");
    history.commit(&[note(None)]).unwrap();
    assert_eq!(found(&mut library, &words("ana")), "");
    assert_eq!(found(&mut library, &words("a.mp4")), "1");
    let id = AssetId::new("re_1").unwrap();
    assert_eq!(history.asset(URL, &id).unwrap().unwrap().note, None);
}

#[test]
fn a_removed_asset_stays_removed_when_the_ledger_is_read_anew_until_a_later_line() {
    let dir = tempfile::tempdir().unwrap();
    let mut history = open(dir.path());
    put(
        &mut history,
        vec![stored("re_1", "/a.mp4", 1), stored("re_2", "/b.mp4", 2)],
    );
    let removed = HistoryChange::RemoveAsset(stored("re_1", "/a.mp4", 9));
    history.commit(&[removed]).unwrap();
    let listed = |dir: &Path| found(&mut library(dir), &words(""));
    assert_eq!(listed(dir.path()), "2");
    let events = asset_events(dir.path(), &stored("re_1", "/a.mp4", 1)).unwrap();
    let events: Vec<_> = events.iter().filter_map(|event| event.event).collect();
    assert_eq!(events, [LedgerEvent::Ready, LedgerEvent::Removed]);

    let rebuild = || {
        for ending in ["", "-wal", "-shm"] {
            let _ = std::fs::remove_file(dir.path().join(FILE_NAME.to_owned() + ending));
        }
        open(dir.path())
    };
    drop(history);
    let mut history = rebuild();
    assert_eq!(listed(dir.path()), "2");
    put(&mut history, vec![stored("re_1", "/a.mp4", 10)]);
    drop(history);
    drop(rebuild());
    assert_eq!(listed(dir.path()), "1 2");
}
