//! Databases of older and newer programs.

use super::*;
use crate::store::history::schema;

/// Creates a database of a program that knew the first `known` versions.
fn older(dir: &Path, known: usize) -> Connection {
    let mut connection = Connection::open(dir.join(FILE_NAME)).unwrap();
    schema::migrate_with(&mut connection, &schema::MIGRATIONS[..known]).unwrap();
    connection
}

#[test]
fn a_database_of_each_older_version_becomes_one_of_the_newest_with_all_it_held() {
    for known in 0..=schema::MIGRATIONS.len() {
        let dir = tempfile::tempdir().unwrap();
        let connection = older(dir.path(), known);
        if known >= 1 {
            connection
                .execute_batch(
                    "INSERT INTO assets (base_url, asset_id, account, name, path, size,
                         uploaded_at_ms, search)
                     VALUES ('https://x', 're_1', 'f', 'a.mp4', x'2f61', 3, 5, 'a.mp4');
                     INSERT INTO items (id, run, path, position, state, added_at_ms,
                         changed_at_ms)
                     VALUES (8, 'window', x'2f61', 0, '{}', 1, 1);",
                )
                .unwrap();
        }
        drop(connection);
        let history = open(dir.path());
        assert_eq!(
            schema::version(&history.connection).unwrap(),
            schema::newest()
        );
        schema::verify(&history.connection).unwrap();
        let rows = usize::from(known >= 1);
        assert_eq!(history.search("", 9, 0).unwrap().len(), rows);
        assert_eq!(history.items().unwrap().len(), rows);
    }
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
fn every_column_is_carried_over_from_a_damaged_database() {
    let mut connection = Connection::open_in_memory().unwrap();
    schema::migrate(&mut connection).unwrap();
    let tables: i64 = connection
        .query_row(
            "SELECT count(*) FROM sqlite_schema WHERE type = 'table'",
            [],
            |row| row.get(0),
        )
        .unwrap();
    assert_eq!(usize::try_from(tables).unwrap(), schema::TABLES.len());
    for table in schema::TABLES {
        let names: Vec<String> = connection
            .prepare(&format!(
                "SELECT name FROM pragma_table_info('{}')",
                table.name
            ))
            .unwrap()
            .query_map([], |row| row.get(0))
            .unwrap()
            .collect::<Result<_, _>>()
            .unwrap();
        // A recovered asset gets a new id.
        let from = usize::from(table.name == "assets");
        assert_eq!(names[from..].join(", "), table.columns, "{}", table.name);
    }
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
