//! The database's tables and migrations.

use rusqlite::{Connection, TransactionBehavior};

/// One migration per version, in order. Released ones never change.
pub(super) const MIGRATIONS: &[&str] = &[include_str!("v1.sql")];

/// Returns the database's version; 0 for a new one.
pub(super) fn version(connection: &Connection) -> rusqlite::Result<i64> {
    connection.query_row("PRAGMA user_version", [], |row| row.get(0))
}

/// Returns the version that this program writes.
pub(super) fn newest() -> i64 {
    version_after(MIGRATIONS)
}

fn version_after(migrations: &[&str]) -> i64 {
    i64::try_from(migrations.len()).unwrap_or(i64::MAX)
}

/// Migrates a database to the newest version, or leaves it unchanged.
pub(super) fn migrate(connection: &mut Connection) -> rusqlite::Result<()> {
    migrate_with(connection, MIGRATIONS)
}

pub(super) fn migrate_with(
    connection: &mut Connection,
    migrations: &[&str],
) -> rusqlite::Result<()> {
    if version(connection)? >= version_after(migrations) {
        return Ok(());
    }
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    // Read again under the lock: another process may have migrated it.
    let mut at = version(&transaction)?;
    for step in migrations
        .iter()
        .skip(usize::try_from(at).unwrap_or_default())
    {
        transaction.execute_batch(step)?;
        at += 1;
        transaction.pragma_update(None, "user_version", at)?;
    }
    transaction.commit()
}

/// Finds triggers, views and virtual tables, which the program never creates. Judges by the SQL
/// text as SQLite does, since the schema row's other columns can lie.
pub(super) fn planted(connection: &Connection) -> rusqlite::Result<Option<String>> {
    let mut found = connection.prepare(
        "SELECT name FROM sqlite_schema WHERE sql NOT LIKE 'CREATE TABLE %'
         AND sql NOT LIKE 'CREATE INDEX %' AND sql NOT LIKE 'CREATE UNIQUE INDEX %'",
    )?;
    let mut names = found.query_map((), |row| row.get::<_, Option<String>>(0))?;
    let name = names.next().transpose()?;
    Ok(name.map(|name| {
        let name = name.unwrap_or_default();
        format!("it holds something that is not of this program: {name:?}")
    }))
}

/// Checks the file's structure and every index: a row missing from an index would be uploaded
/// again. Takes 30 ms for 10,000 assets.
pub(super) fn damage(connection: &Connection) -> rusqlite::Result<Option<String>> {
    let found: String = connection.query_row("PRAGMA integrity_check(1)", [], |row| row.get(0))?;
    if found != "ok" {
        return Ok(Some(found));
    }
    Ok(None)
}
