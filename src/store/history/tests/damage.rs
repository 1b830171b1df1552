//! Databases that are damaged, in the way, or gone.

use std::fs;

use proptest::prelude::*;

use super::*;

/// SQLite's default page size in bytes.
const PAGE: usize = 4096;

/// Creates a closed database of `count` assets and one row of the queue.
fn filled(dir: &Path, count: i64) -> PathBuf {
    let mut history = open(dir);
    let first = history.reserve_ids(40).unwrap();
    assert_eq!(first, ItemId(1));
    put(
        &mut history,
        (0..count)
            .map(|n| AssetRecord {
                status: Some(AssetStatus::Success),
                ..asset(
                    &format!("re_{n}"),
                    &format!("{n} {}.mp4", "x".repeat(50)),
                    n,
                )
            })
            .collect(),
    );
    history
        .commit(&[HistoryChange::PutItem(item(2, "/a.mp4"))])
        .unwrap();
    drop(history);
    assert!(!database_file::sibling(&dir.join(FILE_NAME), database_file::LOG).exists());
    dir.join(FILE_NAME)
}

/// Overwrites bytes, checks the invariants of a damaged database, and returns the number of assets
/// after the next start.
fn damaged(dir: &Path, from: usize, len: usize, byte: u8) -> usize {
    let file = dir.join(FILE_NAME);
    let mut bytes = fs::read(&file).unwrap();
    let end = (from + len).min(bytes.len());
    bytes[from..end].fill(byte);
    fs::write(&file, &bytes).unwrap();
    let opened = History::open(dir).unwrap();
    let aside = opened.set_aside.expect("it is said").path.unwrap();
    assert_eq!(fs::read(&aside).unwrap(), bytes, "nothing is lost of it");
    let mut history = opened.history;
    let left = count(&history);
    // It works and reuses no id.
    assert!(history.reserve_ids(1).unwrap() > ItemId(40));
    put(&mut history, vec![asset("re_new", "new.mp4", 1)]);
    drop(history);
    assert_eq!(count(&open(dir)), left + 1);
    left
}

#[test]
fn a_file_that_is_no_database_is_set_aside_and_never_overwrites_an_earlier_one() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join(FILE_NAME);
    let mut asides = std::collections::BTreeSet::new();
    for text in ["not a database, but long enough to be read as one", "x"] {
        fs::write(&file, text.repeat(100)).unwrap();
        let opened = History::open(dir.path()).unwrap();
        let aside = opened.set_aside.unwrap().path.unwrap();
        assert_eq!(fs::read_to_string(&aside).unwrap(), text.repeat(100));
        let name = aside.file_name().unwrap().to_string_lossy().into_owned();
        assert!(name.starts_with("history.damaged-"), "{name}");
        assert!(asides.insert(aside));
        assert_eq!(count(&opened.history), 0);
    }
}

#[test]
fn what_somebody_planted_in_a_history_does_nothing_and_is_set_aside() {
    for planted in [
        "CREATE TRIGGER away AFTER INSERT ON assets BEGIN DELETE FROM assets; END",
        "CREATE TRIGGER kept BEFORE DELETE ON items BEGIN SELECT raise(IGNORE); END",
        "CREATE VIEW more AS SELECT * FROM assets",
        "CREATE VIRTUAL TABLE pages USING dbstat",
        "ALTER TABLE assets RENAME TO others; CREATE VIEW assets AS SELECT * FROM others",
        // A trigger disguised as a table.
        "PRAGMA writable_schema = ON; INSERT INTO sqlite_schema VALUES ('table', 'x', 'assets', 0,
         'CREATE TRIGGER x AFTER INSERT ON assets BEGIN DELETE FROM assets; END')",
    ] {
        let dir = tempfile::tempdir().unwrap();
        let file = filled(dir.path(), 200);
        Connection::open(&file)
            .unwrap()
            .execute_batch(planted)
            .unwrap();
        let opened = History::open(dir.path()).unwrap();
        assert!(
            opened
                .set_aside
                .is_some_and(|aside| aside.path.unwrap().exists()),
            "{planted}"
        );
        let mut history = opened.history;
        put(&mut history, vec![asset("re_new", "new.mp4", 1)]);
        assert_eq!(count(&history), 201, "{planted}");
        // An unreadable schema takes the queue with it.
        let is_readable = !planted.contains("writable_schema");
        let queue = is_readable.then(|| item(2, "/a.mp4"));
        assert!(history.items().unwrap().into_iter().eq(queue), "{planted}");
        drop(history);
        let opened = History::open(dir.path()).unwrap();
        assert_eq!(opened.set_aside, None, "{planted}");
    }
}

#[test]
fn a_column_that_an_earlier_version_lacks_costs_no_rows() {
    let dir = tempfile::tempdir().unwrap();
    let record = AssetRecord {
        item: Some(ItemId(2)),
        ..asset("re_1", "a.mp4", 1)
    };
    put(&mut open(dir.path()), vec![record]);
    // A view that is not the program's has the database set aside.
    let planted = "ALTER TABLE assets DROP COLUMN remark; CREATE VIEW more AS SELECT * FROM assets";
    Connection::open(dir.path().join(FILE_NAME))
        .unwrap()
        .execute_batch(planted)
        .unwrap();
    let opened = History::open(dir.path()).unwrap();
    assert!(opened.set_aside.is_some());
    let found = opened.history.assets().unwrap();
    // The ledger has no rows: this one comes from the database.
    assert_eq!(found[0].item, Some(ItemId(2)));
}

#[test]
fn every_table_of_a_damaged_database_is_carried_over_and_an_impossible_id_is_not() {
    let dir = tempfile::tempdir().unwrap();
    let file = filled(dir.path(), 3);
    let rows = "INSERT INTO deletions VALUES ('url', 're_0', 5);
        INSERT INTO batches VALUES (3, 'Shoot', 'note', 5, 1, '{\"photo\":2}', 'shoot');
        INSERT INTO skipped_files VALUES (1, 3, x'61', 'photo');
        INSERT INTO good_keys VALUES ('account', 'url', 5);
        INSERT INTO accounts VALUES ('url', 'print', '1234', 'Team', 'account');
        INSERT INTO storage_protocols VALUES ('host', 'kind', 'put');
        INSERT INTO sessions VALUES ('url', 're_1', 5);
        UPDATE assets SET route = 'direct', tries = 2, service = '{}', item = 9223372036854775807
            WHERE asset_id = 're_0';
        INSERT INTO damaged_items VALUES (9, 'run', x'61', 'state', 'why');
        CREATE VIEW more AS SELECT * FROM assets";
    let planted = Connection::open(&file).unwrap();
    planted.execute_batch(rows).unwrap();
    let select = "SELECT (SELECT concat_ws(' ', base_url, asset_id, at_ms) FROM deletions),
        (SELECT concat_ws(' ', label, note, unnamed_files) FROM batches),
        (SELECT kind FROM skipped_files), (SELECT at_ms FROM good_keys),
        (SELECT name FROM accounts), (SELECT protocol FROM storage_protocols),
        (SELECT asset_id FROM sessions), (SELECT why FROM damaged_items),
        (SELECT concat_ws(' ', route, tries, service) FROM assets WHERE asset_id = 're_0')";
    let read = |from: &Connection| {
        from.query_row(select, [], |row| {
            (0..9)
                .map(|n| row.get(n))
                .collect::<Result<Vec<rusqlite::types::Value>, _>>()
        })
    };
    let before = read(&planted).unwrap();
    let far = "INSERT INTO items SELECT 9223372036854775807, run, path, given, position, size,
        modified_ns, state, added_at_ms, changed_at_ms, account, base_url, batch, metadata FROM items";
    planted.execute_batch(far).unwrap();
    drop(planted);
    let opened = History::open(dir.path()).unwrap();
    assert!(opened.set_aside.is_some());
    let mut history = opened.history;
    assert_eq!(read(&history.connection).unwrap(), before);
    assert_eq!(history.items().unwrap(), [item(2, "/a.mp4")]);
    let _ = history.reserve_ids(1).unwrap();
}

#[test]
fn a_trigger_that_is_planted_while_a_history_is_in_use_does_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let file = filled(dir.path(), 3);
    let mut history = open(dir.path());
    let trigger = "CREATE TRIGGER away AFTER INSERT ON assets BEGIN DELETE FROM assets; END";
    Connection::open(&file)
        .unwrap()
        .execute_batch(trigger)
        .unwrap();
    put(&mut history, vec![asset("re_new", "new.mp4", 1)]);
    assert_eq!(count(&history), 4);
}

#[test]
fn without_the_ledger_a_damaged_page_costs_its_own_rows_and_no_others() {
    let dir = tempfile::tempdir().unwrap();
    let file = filled(dir.path(), 2000);
    fs::remove_file(dir.path().join(LEDGER_NAME)).unwrap();
    let pages = fs::metadata(&file).unwrap().len() / PAGE as u64;
    assert!(pages > 100, "{pages}");
    // A leaf of the assets table, with rows as they were written.
    let bytes = fs::read(&file).unwrap();
    let page = bytes
        .chunks(PAGE)
        .position(|page| page[0] == 0x0d && page.windows(8).any(|part| part == b"1000 xxx"))
        .unwrap();
    let left = damaged(dir.path(), page * PAGE, PAGE, 0xa5);
    assert!((1950..2000).contains(&left), "{left}");
    let history = open(dir.path());
    assert_eq!(history.items().unwrap().len(), 1);
    for id in ["re_0", "re_900", "re_1100", "re_1999"] {
        let asset = history.asset(URL, &AssetId::new(id).unwrap()).unwrap();
        assert!(asset.is_some(), "{id}");
    }
}

#[test]
fn wherever_a_database_is_destroyed_the_ledger_has_every_asset() {
    for (from, len, byte) in [(0, PAGE, 0), (100, 1000, b'?'), (PAGE, 1 << 30, 0xa5)] {
        let dir = tempfile::tempdir().unwrap();
        filled(dir.path(), 500);
        assert_eq!(damaged(dir.path(), from, len, byte), 500);
    }
}

#[test]
fn what_only_the_database_had_is_rebuilt_from_the_newest_sound_backup() {
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join(BACKUP_DIR);
    filled(dir.path(), 3);
    let note = HistoryChange::SetNote {
        base_url: URL.to_owned(),
        asset_id: AssetId::new("re_0").unwrap(),
        note: Some("the good take".to_owned()),
    };
    let mut history = open(dir.path());
    history.commit(&[note]).unwrap();
    back_up(dir.path(), &folder).unwrap();
    put(&mut history, vec![asset("re_later", "later.mp4", 9)]);
    let taken = history.reserve_ids(5).unwrap();
    drop(history);
    // A copy dated in the future is ignored.
    fs::write(folder.join("history-2999-01-01.db"), "words").unwrap();
    let check = |mut history: History| {
        let found = history.asset(URL, &AssetId::new("re_0").unwrap()).unwrap();
        assert_eq!(found.unwrap().note.as_deref(), Some("the good take"));
        assert_eq!(history.items().unwrap(), [item(2, "/a.mp4")]);
        assert_eq!(count(&history), 4, "the ledger has the newest");
        let _ = history.reserve_ids(1).unwrap();
        history
    };
    fs::remove_file(dir.path().join(FILE_NAME)).unwrap();
    let opened = History::open(dir.path()).unwrap();
    let said = opened
        .set_aside
        .map(|said| (said.path, said.assets, said.notes));
    assert_eq!(said, Some((None, 3, 1)));
    drop(check(opened.history));
    fs::write(dir.path().join(FILE_NAME), "x".repeat(5000)).unwrap();
    let opened = History::open(dir.path()).unwrap();
    assert!(opened.set_aside.is_some());
    let mut history = check(opened.history);
    assert!(history.reserve_ids(1).unwrap() > ItemId(taken.0 + 5));
}

#[test]
fn what_select_still_reads_is_newer_than_the_backup() {
    let dir = tempfile::tempdir().unwrap();
    let file = filled(dir.path(), 300);
    back_up(dir.path(), &dir.path().join(BACKUP_DIR)).unwrap();
    let mut history = open(dir.path());
    let changes = [
        HistoryChange::DropItem(ItemId(2)),
        HistoryChange::PutItem(item(3, "/b.mp4")),
        HistoryChange::SetNote {
            base_url: URL.to_owned(),
            asset_id: AssetId::new("re_299").unwrap(),
            note: Some("the good take".to_owned()),
        },
    ];
    history.commit(&changes).unwrap();
    drop(history);
    let bytes = fs::read(&file).unwrap();
    let page = bytes
        .chunks(PAGE)
        .position(|page| page[0] == 0x0d && page.windows(7).any(|part| part == b"150 xxx"))
        .unwrap();
    assert_eq!(damaged(dir.path(), page * PAGE, PAGE, 0xa5), 300);
    let history = open(dir.path());
    assert_eq!(history.items().unwrap(), [item(3, "/b.mp4")]);
    let id = AssetId::new("re_299").unwrap();
    let note = history.asset(URL, &id).unwrap().unwrap().note;
    assert_eq!(note.as_deref(), Some("the good take"));
}

#[test]
fn a_log_that_lost_its_database_is_set_aside_and_not_deleted() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join(FILE_NAME);
    let kept = tempfile::tempdir().unwrap();
    let mut history = open(dir.path());
    put(&mut history, vec![asset("re_1", "a.mp4", 1)]);
    let log = database_file::sibling(&file, database_file::LOG);
    let lost = kept.path().join("history.db-wal");
    fs::copy(&log, &lost).unwrap();
    drop(history);

    let opened = History::open(kept.path()).unwrap();
    let aside =
        database_file::sibling(&opened.set_aside.unwrap().path.unwrap(), database_file::LOG);
    assert!(fs::metadata(aside).unwrap().len() > 0);
}

#[cfg(unix)]
#[test]
fn damage_that_shows_in_use_is_repaired_and_a_second_owner_follows() {
    let dir = tempfile::tempdir().unwrap();
    let file = filled(dir.path(), 300);
    let mut window = open(dir.path());
    let mut upload = open(dir.path());
    upload.limit = Duration::from_secs(30);
    let bytes = fs::read(&file).unwrap();
    let page = bytes
        .chunks(PAGE)
        .position(|page| page[0] == 0x0d && page.windows(7).any(|part| part == b"250 xxx"))
        .unwrap();
    {
        use std::os::unix::fs::FileExt;
        let handle = fs::OpenOptions::new().write(true).open(&file).unwrap();
        handle
            .write_all_at(&[0xa5; PAGE], (page * PAGE) as u64)
            .unwrap();
    }
    // Pages cached in memory are not damaged.
    window.connection.release_memory().unwrap();
    assert!(matches!(window.assets(), Err(StoreError::Damaged(_))));
    let repaired = window.repair().unwrap();
    assert!(repaired.set_aside.is_some());
    window = repaired.history;
    assert_eq!(count(&window), 300);
    put(&mut window, vec![asset("re_window", "w.mp4", 1)]);

    let change = [HistoryChange::PutAsset(asset("re_upload", "u.mp4", 1))];
    assert_eq!(upload.commit(&change), Err(StoreError::Replaced));
    let told: Vec<_> = upload.told_assets().map(AssetId::as_str).collect();
    assert_eq!(told, ["re_upload"], "the ledger has it");
    upload = upload.reopen().unwrap().history;
    assert!(ids(&upload.assets().unwrap()).contains(&"re_upload"));
    upload.commit(&change).unwrap();
    assert!(ids(&window.assets().unwrap()).contains(&"re_upload"));
    assert!(ids(&upload.assets().unwrap()).contains(&"re_window"));
    let ledger = fs::read_to_string(dir.path().join(LEDGER_NAME)).unwrap();
    assert_eq!(ledger.matches("\"re_upload\"").count(), 1);
    assert_eq!(upload.told_assets().count(), 0);
}

#[cfg(unix)]
#[test]
fn of_two_owners_that_find_the_same_damage_one_sets_aside_and_one_follows() {
    let dir = tempfile::tempdir().unwrap();
    filled(dir.path(), 10);
    let (one, two) = (open(dir.path()), open(dir.path()));
    let first = one.repair().unwrap();
    assert!(first.set_aside.is_some());
    let second = two.repair().unwrap();
    assert_eq!(second.set_aside, None);
    assert_eq!(count(&second.history), 10);
}

#[cfg(unix)]
#[test]
fn a_data_directory_that_is_taken_away_in_use_is_made_again() {
    let temp = tempfile::tempdir().unwrap();
    let dir = temp.path().join("data");
    let mut history = open(&dir);
    fs::rename(&dir, temp.path().join("elsewhere")).unwrap();
    let change = [HistoryChange::PutAsset(asset("re_1", "a.mp4", 1))];
    for _ in 0..2 {
        assert_eq!(history.commit(&change), Err(StoreError::Replaced));
    }
    assert_eq!(history.reserve_ids(1), Err(StoreError::Replaced));
    assert!(
        !dir.exists(),
        "opening it takes time: only who says so has it"
    );
    history = history.reopen().unwrap().history;
    history.commit(&change).unwrap();
    drop(history);
    assert_eq!(count(&open(&dir)), 1);
}

#[test]
fn what_cannot_be_opened_is_named_with_its_cause() {
    let temp = tempfile::tempdir().unwrap();
    let file = temp.path().join("file");
    fs::write(&file, "x").unwrap();
    let error = History::open(&file).unwrap_err();
    assert!(matches!(error, OpenError::Io { .. }), "{error}");
    assert!(error.to_string().contains(&file.display().to_string()));

    let dir = temp.path().join("data");
    fs::create_dir_all(dir.join(FILE_NAME)).unwrap();
    let error = History::open(&dir).unwrap_err();
    assert!(matches!(error, OpenError::Io { .. }), "{error}");
    assert!(dir.join(FILE_NAME).is_dir(), "it is left alone");
}

#[test]
fn what_the_system_keeps_from_this_user_is_told_as_such() {
    let path = std::path::Path::new("/home/other/history.db");
    let refused = std::io::Error::from(std::io::ErrorKind::PermissionDenied);
    let said = OpenError::io(path, &refused).to_string();
    for part in [
        "/home/other/history.db",
        "another user",
        "MAVI_UPLOADER_DATA_DIR",
    ] {
        assert!(said.contains(part), "{said}");
    }
    let full = std::io::Error::from(std::io::ErrorKind::StorageFull);
    let said = OpenError::io(path, &full).to_string();
    assert!(!said.contains("another user"), "{said}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Any damage: the next start works, or reports a newer program's file; nothing panics, hangs,
    /// or deletes the file.
    #[test]
    fn no_damage_keeps_the_program_from_starting(
        spots in prop::collection::vec((0.0_f64..1.0, 1_usize..600, any::<u8>()), 1..6),
        head in prop::option::of((0_usize..4096, any::<u8>())),
    ) {
        let dir = tempfile::tempdir().unwrap();
        let file = filled(dir.path(), 60);
        let mut bytes = fs::read(&file).unwrap();
        for (at, len, byte) in spots {
            let from = (at * bytes.len() as f64) as usize;
            let end = (from + len).min(bytes.len());
            bytes[from..end].fill(byte);
        }
        if let Some((at, byte)) = head {
            bytes[at] = byte;
        }
        fs::write(&file, &bytes).unwrap();
        match History::open(dir.path()) {
            Ok(OpenedDatabase { mut history, set_aside }) => {
                if let Some(aside) = set_aside {
                    prop_assert_eq!(fs::read(aside.path.unwrap()).unwrap(), bytes);
                }
                let used = history
                    .assets()
                    .and_then(|_| history.items().map(drop))
                    .and_then(|()| history.commit(&[HistoryChange::PutAsset(asset("re_x", "x", 1))]));
                match used {
                    Ok(()) => {}
                    Err(StoreError::Damaged(_)) => {
                        history = history.repair().unwrap().history;
                        history.items().unwrap();
                        put(&mut history, vec![asset("re_x", "x", 1)]);
                    }
                    Err(error) => prop_assert!(false, "{}", error),
                }
                for id in (0..60).map(|n| format!("re_{n}")).chain(["re_x".to_owned()]) {
                    let found = history.asset(URL, &AssetId::new(&id).unwrap());
                    prop_assert!(found.unwrap().is_some(), "{} is lost", id);
                }
            }
            Err(OpenError::Newer { .. }) => prop_assert_eq!(fs::read(&file).unwrap(), bytes),
            Err(error) => prop_assert!(false, "{}", error),
        }
    }
}

#[test]
fn a_backup_that_cannot_be_read_gives_way_to_an_older_one() {
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join(BACKUP_DIR);
    let file = filled(dir.path(), 3);
    let history = open(dir.path());
    back_up(dir.path(), &folder).unwrap();
    drop(history);
    fs::create_dir(folder.join("history-2999-01-01.db")).unwrap();
    #[cfg(target_os = "linux")]
    for (name, target) in [("02", "/proc/self/mem"), ("03", "nowhere")] {
        let link = folder.join(format!("history-2999-01-{name}.db"));
        std::os::unix::fs::symlink(target, link).unwrap();
    }
    fs::remove_file(&file).unwrap();
    assert_eq!(open(dir.path()).items().unwrap(), [item(2, "/a.mp4")]);
    fs::write(&file, "words").unwrap();
    let opened = History::open(dir.path()).unwrap();
    assert_eq!(opened.history.items().unwrap(), [item(2, "/a.mp4")]);
}

#[test]
fn a_missing_history_is_restored_although_an_empty_log_is_left() {
    let dir = tempfile::tempdir().unwrap();
    let file = filled(dir.path(), 3);
    back_up(dir.path(), &dir.path().join(BACKUP_DIR)).unwrap();
    fs::remove_file(&file).unwrap();
    fs::remove_file(dir.path().join(LEDGER_NAME)).unwrap();
    fs::write(dir.path().join("history.db-wal"), "").unwrap();
    fs::write(dir.path().join("history.db-shm"), [0; 32 << 10]).unwrap();
    assert_eq!(count(&open(dir.path())), 3);
}

#[test]
fn ids_that_were_given_after_the_backup_are_not_given_again() {
    for damage in [None, Some("words")] {
        let dir = tempfile::tempdir().unwrap();
        let file = filled(dir.path(), 3);
        let mut history = open(dir.path());
        // More than the rows that are left tell.
        history.reserve_ids(2_000_000).unwrap();
        back_up(dir.path(), &dir.path().join(BACKUP_DIR)).unwrap();
        let last = history.reserve_ids(5).unwrap();
        drop(history);
        fs::remove_file(&file).unwrap();
        if let Some(damage) = damage {
            fs::write(&file, damage).unwrap();
        }
        let mut history = History::open(dir.path()).unwrap().history;
        let next = history.reserve_ids(1).unwrap();
        assert!(next.0 >= last.0 + 5, "{damage:?}: {next:?}");
    }
}

#[test]
fn a_rebuilt_catalogue_knows_which_assets_the_service_lost_and_found_again() {
    let dir = tempfile::tempdir().unwrap();
    let stored = |id: &str| AssetRecord {
        status: Some(AssetStatus::Success),
        ..asset(id, "a.mp4", 1)
    };
    let (lost, found) = (stored("re_lost"), stored("re_found"));
    let mut history = open(dir.path());
    put(&mut history, vec![lost.clone(), found.clone()]);
    let gone = |asset: &AssetRecord| asset.clone().into_gone(2);
    put(&mut history, vec![gone(&lost), gone(&found)]);
    let again = HistoryChange::ClearRemark(found);
    history.commit(&[again]).unwrap();
    drop(history);
    let remarks = |history: &History| {
        let found = history.assets().unwrap().into_iter();
        let mut remarks: Vec<_> = found
            .map(|it| (it.asset_id.to_string(), it.status, it.remark))
            .collect();
        remarks.sort_by(|one, other| one.0.cmp(&other.0));
        remarks
    };
    let before = remarks(&open(dir.path()));
    fs::remove_file(dir.path().join(FILE_NAME)).unwrap();
    let history = open(dir.path());
    assert_eq!(remarks(&history), before);
    let (success, gone) = (Some(AssetStatus::Success), Some(AssetRemark::Gone));
    assert_eq!(
        before,
        [
            ("re_found".to_owned(), success, None),
            ("re_lost".to_owned(), success, gone)
        ]
    );
}
