//! Recovery of the rows of a damaged database that `SELECT` can still read.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::types::{Value, ValueRef};
use rusqlite::{Connection, params_from_iter};

use super::StoreError;
use super::connect::open_to_read;
use super::ledger::{Ledger, forget_applied};
use super::schema::{TABLES, Table};
use crate::model::set_aside::SetAside;

/// Gap added to the counter, or the highest id, of a backup or of a damaged database whose counter
/// is unreadable: more ids than any queue can have used since.
const ID_GAP: i64 = 1_000_000;

/// Counts what is in the database that replaces a damaged one; what cannot be counted is 0.
pub(super) fn count(path: PathBuf, fresh: &Connection) -> SetAside {
    let count = |sql: &str| {
        let count = fresh.query_row(sql, (), |row| row.get::<_, i64>(0));
        usize::try_from(count.unwrap_or_default()).unwrap_or_default()
    };
    SetAside {
        path,
        assets: count("SELECT count(upload_status) FROM assets"),
        batches: count("SELECT count(*) FROM batches"),
        notes: count("SELECT (SELECT count(note) FROM assets) + (SELECT count(note) FROM batches)"),
    }
}

/// Rows of a table by rowid.
type Rows = BTreeMap<i64, Vec<Value>>;

/// Adds rows of the ledger and of the damaged database at `path` (opened read-only) to the fresh
/// database, which may hold a backup's. Returns the number of rows from the damaged one; the next
/// open reconciles the ledger.
///
/// # Errors
/// The fresh database cannot be written, usually because the disk is full.
pub(super) fn recover_rows(
    path: &Path,
    mut ledger: Ledger,
    limit: Duration,
    fresh: &mut Connection,
) -> Result<usize, StoreError> {
    let transaction = fresh.transaction()?;
    let mut saved = 0;
    let mut is_counted = false;
    // SQLite deletes the log of an empty database even when only reading.
    let is_empty = std::fs::metadata(path).is_ok_and(|found| found.len() == 0);
    let source = open_to_read(path).ok().filter(|_| !is_empty);
    let recover = |table: &Table, may_add: bool| -> Result<(usize, bool), StoreError> {
        let Some(source) = &source else {
            return Ok((0, false));
        };
        let (rows, is_whole) = read_table(source, table);
        if is_whole && table.name != "assets" {
            transaction.execute(&format!("DELETE FROM {}", table.name), [])?;
        }
        let count = insert_rows(&transaction, table, &rows, may_add)?;
        Ok((count, is_whole && !rows.is_empty()))
    };
    // The ledger's assets join batches by label, and a new batch must not get the id of another.
    let is_first = |table: &&Table| matches!(table.name, "batches" | "skipped_files" | "counters");
    for table in TABLES.iter().filter(is_first) {
        let (count, is_whole) = recover(table, true)?;
        saved += count;
        is_counted |= is_whole && table.name == "counters";
    }
    bump_id_counter(&transaction, is_counted)?;
    let was_applied = is_counted && ledger.was_applied(&transaction)?;
    forget_applied(&transaction)?;
    ledger.catch_up(&transaction, limit)?;
    // Otherwise an ID that the ledger does not have is one that damage made up.
    let may_add = !(was_applied && ledger.is_whole());
    for table in TABLES.iter().filter(|table| !is_first(table)) {
        let (count, _) = recover(table, may_add || table.name != "assets")?;
        saved += count;
        if count > 0 && table.name == "assets" {
            // The ledger lacks some of these, or knows better.
            forget_applied(&transaction)?;
        }
    }
    bump_id_counter(&transaction, is_counted)?;
    transaction.commit()?;
    Ok(saved)
}

/// Reads a table forward until an error, then backward from its last row. Returns true if there was
/// no error.
fn read_table(source: &Connection, table: &Table) -> (Rows, bool) {
    let mut rows = Rows::new();
    let Ok(columns) = columns_in(source, table) else {
        return (rows, false);
    };
    let select = format!(
        "SELECT rowid, {columns} FROM {} NOT INDEXED ORDER BY rowid",
        table.name
    );
    let is_whole = read(source, &select, &mut rows).unwrap_or(false);
    if !is_whole {
        let _ = read(source, &format!("{select} DESC"), &mut rows);
    }
    (rows, is_whole)
}

/// Returns the table's columns, with `NULL` for those that a database of an earlier version lacks.
fn columns_in(source: &Connection, table: &Table) -> rusqlite::Result<String> {
    let mut names = source.prepare("SELECT name FROM pragma_table_info(?1)")?;
    let names = names.query_map([table.name], |row| row.get(0))?;
    let names: Vec<String> = names.collect::<rusqlite::Result<_>>()?;
    let known = |column: &&str| names.iter().any(|name| name == column);
    let columns = table.columns.split(',').map(str::trim);
    let columns = columns.map(|column| Some(column).filter(known).unwrap_or("NULL"));
    Ok(columns.collect::<Vec<_>>().join(", "))
}

/// Returns true if it reached the end. A row seen before ends the reading, since damaged pages may
/// form a cycle.
fn read(source: &Connection, select: &str, into: &mut Rows) -> rusqlite::Result<bool> {
    let mut statement = source.prepare(select)?;
    let width = statement.column_count();
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let values: rusqlite::Result<_> = (1..width)
            .map(|column| row.get_ref(column).map(to_value))
            .collect();
        if into.insert(row.get(0)?, values?).is_some() {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Converts text that is no longer UTF-8 lossily.
fn to_value(value: ValueRef<'_>) -> Value {
    match value {
        ValueRef::Null => Value::Null,
        ValueRef::Integer(number) => Value::Integer(number),
        ValueRef::Real(number) => Value::Real(number),
        ValueRef::Text(text) => Value::Text(String::from_utf8_lossy(text).into_owned()),
        ValueRef::Blob(bytes) => Value::Blob(bytes.to_vec()),
    }
}

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
    deleted_at_ms = coalesce(deleted_at_ms, nullif(excluded.deleted_at_ms, 0))";

/// Inserts rows, replacing those of equal key; rows with values of a wrong type are skipped, and
/// assets that are not there yet unless they may be added.
fn insert_rows(
    fresh: &Connection,
    table: &Table,
    rows: &Rows,
    may_add: bool,
) -> Result<usize, StoreError> {
    // An asset gets a new `id`: one from a damaged page may be another asset's.
    let (verb, on_conflict) = match table.name {
        "assets" => ("INSERT", ON_CONFLICT),
        _ => ("INSERT OR REPLACE", ""),
    };
    let places: Vec<_> = table.columns.split(',').map(|_| "?").collect();
    let insert = format!(
        "{verb} INTO {} ({}) VALUES ({}) {on_conflict}",
        table.name,
        table.columns,
        places.join(", ")
    );
    let mut insert = fresh.prepare(&insert)?;
    let mut kept = 0;
    let mut known =
        fresh.prepare("SELECT 1 FROM assets WHERE base_url IS ?1 AND asset_id IS ?2")?;
    for row in rows.values() {
        if !may_add && !known.exists(params_from_iter(row.iter().take(2)))? {
            tracing::warn!(id = ?row.get(1), "an asset ID that the ledger does not have is damage");
            continue;
        }
        match insert.execute(params_from_iter(row)) {
            Ok(count) => kept += count,
            Err(error) => match StoreError::from(error) {
                StoreError::Damaged(_) => {}
                error => return Err(error),
            },
        }
    }
    Ok(kept)
}

/// Advances the id counter so that no id is assigned twice; `is_counted` if it is the newest.
pub(super) fn bump_id_counter(fresh: &Connection, is_counted: bool) -> Result<(), StoreError> {
    let gap = if is_counted { 0 } else { ID_GAP };
    fresh.execute(
        "INSERT INTO counters (name, value)
         SELECT 'next_item', ?1 + max(
             (SELECT coalesce(max(value), 1) FROM counters WHERE name = 'next_item'),
             (SELECT coalesce(max(id), 0) + 1 FROM items),
             (SELECT coalesce(max(item), 0) + 1 FROM assets),
             (SELECT coalesce(max(id), 0) + 1 FROM batches),
             (SELECT coalesce(max(id), 0) + 1 FROM damaged_items))
         WHERE true
         ON CONFLICT DO UPDATE SET value = excluded.value",
        [gap],
    )?;
    Ok(())
}
