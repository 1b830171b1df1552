//! Salvage of the rows of a damaged database that `SELECT` can still read.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use rusqlite::types::Value;
use rusqlite::{Connection, params_from_iter};

use super::connect::open_to_read;
use super::error::StoreError;
use super::ledger::{Ledger, forget_applied};
use super::rows::all;

/// More than any id that was ever given, and far from where adding to it would overflow.
pub(super) const MAX_ID: i64 = 1 << 53;

/// Rows of a table by rowid.
type Rows = BTreeMap<i64, Vec<Value>>;

/// Takes from a damaged page's asset what the ledger does not have; its other values are trusted
/// from the ledger or a backup. One flipped bit turns NULL into 0, which none of these columns holds.
const ON_CONFLICT: &str = "ON CONFLICT (base_url, asset_id) DO UPDATE SET
    item = coalesce(nullif(excluded.item, 0), item),
    upload_status = coalesce(nullif(excluded.upload_status, '0'), upload_status),
    remark = coalesce(nullif(excluded.remark, '0'), remark),
    note = coalesce(nullif(excluded.note, '0'), note),
    search = iif(nullif(excluded.note, '0') IS NULL, search, excluded.search),
    batch = coalesce((SELECT id FROM batches WHERE id = excluded.batch), batch),
    kind = coalesce(kind, nullif(excluded.kind, '0')),
    duration_ms = coalesce(duration_ms, nullif(excluded.duration_ms, 0)),
    width = coalesce(width, nullif(excluded.width, 0)),
    height = coalesce(height, nullif(excluded.height, 0)),
    captured_at = coalesce(captured_at, nullif(excluded.captured_at, '0')),
    has_location = coalesce(has_location, excluded.has_location),
    deleted_at_ms = coalesce(deleted_at_ms, nullif(excluded.deleted_at_ms, 0)),
    route = coalesce(route, nullif(excluded.route, '0')),
    tries = coalesce(tries, nullif(excluded.tries, 0)),
    service = coalesce(service, nullif(excluded.service, '0'))";

/// Adds rows of the ledger and of the damaged database at `path` to the fresh one, which may hold a
/// backup's. The next open reconciles the ledger.
///
/// # Errors
/// The fresh database cannot be written, usually because the disk is full.
pub(super) fn salvage(
    path: &Path,
    mut ledger: Ledger,
    limit: Duration,
    fresh: &mut Connection,
) -> Result<(), StoreError> {
    let transaction = fresh.transaction()?;
    // SQLite deletes the log of an empty database even when only reading.
    let is_empty = std::fs::metadata(path).is_ok_and(|found| found.len() == 0);
    let source = open_to_read(path).ok().filter(|_| !is_empty);
    forget_applied(&transaction)?;
    if let Some(source) = &source {
        // A new label is in the ledger, which is applied to these.
        for table in all(&transaction, TABLES, (), |row| row.get::<_, String>(0))? {
            let columns = columns(&transaction, &table)?;
            let (rows, is_whole) = read_table(source, &table, &columns);
            if is_whole {
                transaction.execute(&format!("DELETE FROM {table}"), [])?;
            }
            insert(
                &transaction,
                &table,
                &columns,
                rows.values(),
                "OR REPLACE",
                "",
            )?;
        }
    }
    ledger.catch_up(&transaction, limit)?;
    if let Some(source) = &source {
        // An asset gets a new `id`: one from a damaged page may be another asset's.
        let mut columns = columns(&transaction, "assets")?;
        columns.retain(|column| column != "id");
        let (mut rows, _) = read_table(source, "assets", &columns);
        // An ID that a ledger that is whole does not have is one that damage made up.
        if ledger.has_all_of(source) {
            let known = "SELECT 1 FROM assets WHERE base_url IS ?1 AND asset_id IS ?2";
            let mut known = transaction.prepare(known)?;
            let mut is_known =
                |row: &mut Vec<Value>| known.exists(params_from_iter(row.iter().take(2)));
            rows.retain(|_, row| is_known(row).unwrap_or(false));
        }
        insert(
            &transaction,
            "assets",
            &columns,
            rows.values(),
            "",
            ON_CONFLICT,
        )?;
        // The ledger lacks some of these, or knows better.
        forget_applied(&transaction)?;
    }
    Ok(transaction.commit()?)
}

/// Names of the tables whose rows are taken as they are; the counters are continued with a gap.
const TABLES: &str = "SELECT name FROM sqlite_schema WHERE type = 'table'
     AND name NOT LIKE 'sqlite_%' AND name NOT IN ('assets', 'counters')";

fn columns(connection: &Connection, table: &str) -> rusqlite::Result<Vec<String>> {
    let names = "SELECT name FROM pragma_table_info(?1)";
    all(connection, names, [table], |row| row.get(0))
}

/// Reads a table forward until an error, then backward from its last row. Returns true if there was
/// no error. Columns that a database of an earlier version lacks are NULL.
fn read_table(source: &Connection, table: &str, names: &[String]) -> (Rows, bool) {
    let mut rows = Rows::new();
    let there = columns(source, table).unwrap_or_default();
    let known = |name: &String| match there.contains(name) {
        true => name.clone(),
        false => "NULL".to_owned(),
    };
    let list = names.iter().map(known).collect::<Vec<_>>().join(", ");
    let select = format!("SELECT rowid, {list} FROM {table} NOT INDEXED ORDER BY rowid");
    let is_whole = read(source, &select, &mut rows).unwrap_or(false);
    if !is_whole {
        let _ = read(source, &format!("{select} DESC"), &mut rows);
    }
    (rows, is_whole)
}

/// Returns true if it read every row; one with an impossible id, or with text that is no longer UTF-8,
/// is passed over. A row seen
/// before ends the reading, since damaged pages may form a cycle.
fn read(source: &Connection, select: &str, into: &mut Rows) -> rusqlite::Result<bool> {
    let mut statement = source.prepare(select)?;
    let width = statement.column_count();
    let mut rows = statement.query([])?;
    let mut is_whole = true;
    while let Some(row) = rows.next()? {
        let values: rusqlite::Result<_> = (1..width).map(|column| row.get(column)).collect();
        let rowid: i64 = row.get(0)?;
        let (Ok(values), 0..=MAX_ID) = (values, rowid) else {
            is_whole = false;
            continue;
        };
        if into.insert(rowid, values).is_some() {
            return Ok(false);
        }
    }
    Ok(is_whole)
}

/// Inserts rows; those with values that the table does not take are skipped.
fn insert<'a>(
    fresh: &Connection,
    table: &str,
    columns: &[String],
    rows: impl Iterator<Item = &'a Vec<Value>>,
    or: &str,
    on_conflict: &str,
) -> Result<(), StoreError> {
    let places = vec!["?"; columns.len()].join(", ");
    let columns = columns.join(", ");
    let mut insert = fresh.prepare(&format!(
        "INSERT {or} INTO {table} ({columns}) VALUES ({places}) {on_conflict}"
    ))?;
    for row in rows {
        match insert
            .execute(params_from_iter(row))
            .map_err(StoreError::from)
        {
            Ok(_) | Err(StoreError::Damaged(_)) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}
