//! Statements, and rows of the queue.

use rusqlite::{Connection, OptionalExtension, Params, Row, params};

use super::records::{DamagedItem, ItemRecord};
use crate::model::asset::Account;
use crate::model::batch::BatchId;
use crate::model::media::{FileStamp, MediaMetadata};
use crate::model::snapshot::ItemId;
use crate::store::files::{path_from_bytes, path_to_bytes};
use crate::store::run_lock::RunId;

/// Runs a statement.
pub(super) fn run(
    connection: &Connection,
    sql: &str,
    values: impl Params,
) -> rusqlite::Result<usize> {
    connection.prepare_cached(sql)?.execute(values)
}

/// Returns all rows of a query.
pub(super) fn all<T>(
    connection: &Connection,
    sql: &str,
    values: impl Params,
    read: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
) -> rusqlite::Result<Vec<T>> {
    connection
        .prepare_cached(sql)?
        .query_map(values, read)?
        .collect()
}

/// Returns the first row of a query, if it has one.
pub(super) fn first<T>(
    connection: &Connection,
    sql: &str,
    values: impl Params,
    read: impl FnOnce(&Row<'_>) -> rusqlite::Result<T>,
) -> rusqlite::Result<Option<T>> {
    connection
        .prepare_cached(sql)?
        .query_row(values, read)
        .optional()
}

/// Reserves numbers that are never given twice; returns the first.
pub(super) fn reserve(connection: &Connection, count: u32) -> rusqlite::Result<i64> {
    connection.query_row(
        "UPDATE counters SET value = value + ?1 WHERE name = 'next_item' RETURNING value - ?1",
        [count],
        |row| row.get(0),
    )
}

/// Adds or replaces a row of the queue.
pub(super) fn put_item(connection: &Connection, item: &ItemRecord) -> rusqlite::Result<()> {
    let is_known = item.metadata != MediaMetadata::default();
    let metadata = is_known.then(|| serde_json::to_string(&item.metadata).unwrap_or_default());
    run(
        connection,
        "INSERT OR REPLACE INTO items (id, run, path, given, position, size, modified_ns,
             state, added_at_ms, changed_at_ms, account, base_url, batch, metadata)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)",
        params![
            to_sql_id(item.id),
            item.run.as_str(),
            path_to_bytes(&item.path),
            item.given,
            item.position,
            item.stamp.map(|stamp| to_sql_size(stamp.size)),
            item.stamp.map(|stamp| stamp.modified_ns),
            item.state,
            item.added_at_ms,
            item.changed_at_ms,
            item.account.as_ref().map(Account::as_str),
            item.base_url,
            item.batch.map(to_sql_batch),
            metadata,
        ],
    )
    .map(drop)
}

/// Columns that [`read_item`] expects, in order.
pub(super) const ITEM_COLUMNS: &str = "id, run, path, given, position, size, modified_ns, state, \
     added_at_ms, changed_at_ms, account, base_url, batch, metadata";

pub(super) fn read_item(row: &Row<'_>) -> rusqlite::Result<ItemRecord> {
    let size: Option<i64> = row.get(5)?;
    let modified_ns: Option<i64> = row.get(6)?;
    Ok(ItemRecord {
        id: from_sql_id(row.get(0)?),
        run: RunId::from_text(row.get::<_, String>(1)?),
        path: path_from_bytes(row.get_ref(2)?.as_blob()?),
        given: row.get(3)?,
        position: row.get(4)?,
        stamp: size.zip(modified_ns).map(|(size, modified_ns)| FileStamp {
            size: from_sql_size(size),
            modified_ns,
        }),
        state: row.get(7)?,
        added_at_ms: row.get(8)?,
        changed_at_ms: row.get(9)?,
        account: row
            .get::<_, Option<String>>(10)?
            .map(Account::from_fingerprint),
        base_url: row.get(11)?,
        batch: row.get::<_, Option<i64>>(12)?.map(from_sql_batch),
        metadata: row
            .get::<_, Option<String>>(13)?
            .and_then(|json| serde_json::from_str(&json).ok())
            .unwrap_or_default(),
    })
}

pub(super) fn read_damaged(row: &Row<'_>) -> rusqlite::Result<DamagedItem> {
    Ok(DamagedItem {
        id: from_sql_id(row.get(0)?),
        path: path_from_bytes(row.get_ref(1)?.as_blob()?),
        state: row.get(2)?,
        why: row.get(3)?,
    })
}

/// Converts an id; ids count from 1 and never reach the sign bit.
pub(super) fn to_sql_id(id: ItemId) -> i64 {
    i64::try_from(id.0).unwrap_or(i64::MAX)
}

pub(super) fn from_sql_id(id: i64) -> ItemId {
    ItemId(u64::try_from(id).unwrap_or_default())
}

pub(super) fn to_sql_batch(batch: BatchId) -> i64 {
    i64::try_from(batch.0).unwrap_or(i64::MAX)
}

pub(super) fn from_sql_batch(batch: i64) -> BatchId {
    BatchId(u64::try_from(batch).unwrap_or_default())
}

pub(super) fn to_sql_size(size: u64) -> i64 {
    i64::try_from(size).unwrap_or(i64::MAX)
}

pub(super) fn from_sql_size(size: i64) -> u64 {
    u64::try_from(size).unwrap_or_default()
}
