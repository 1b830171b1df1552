//! Rows of the tables of batches and of their skipped files.

use std::collections::HashMap;
use std::sync::Arc;

use rusqlite::{Connection, OptionalExtension, params};

use super::rows::{from_sql_batch, from_sql_size, to_sql_batch, to_sql_size};
use super::search::casefold;
use super::{History, StoreError};
use crate::model::batch::{Batch, BatchId, SkippedFile, SkippedKind};
use crate::store::files::{path_from_bytes, path_to_bytes};

/// Adds a batch or replaces it, with its skipped files.
pub(super) fn put(connection: &Connection, batch: &Batch) -> rusqlite::Result<()> {
    connection
        .prepare_cached(
            "INSERT OR REPLACE INTO batches (id, label, note, created_at_ms, other_files, search)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )?
        .execute(params![
            to_sql_batch(batch.id),
            batch.label,
            batch.note,
            batch.created_at_ms,
            to_sql_size(batch.other_files),
            casefold(&batch.label),
        ])?;
    connection
        .prepare_cached("DELETE FROM skipped_files WHERE batch = ?1")?
        .execute([to_sql_batch(batch.id)])?;
    let mut skip = connection
        .prepare_cached("INSERT INTO skipped_files (batch, path, kind) VALUES (?1, ?2, ?3)")?;
    for file in batch.skipped.iter() {
        let path = path_to_bytes(&file.path);
        skip.execute(params![to_sql_batch(batch.id), path, file.kind.as_str()])?;
    }
    Ok(())
}

/// Returns the batch of this label; without one, adds it.
pub(super) fn labelled(
    connection: &Connection,
    label: &str,
    created_at_ms: i64,
) -> rusqlite::Result<BatchId> {
    let known: Option<i64> = connection
        .prepare_cached("SELECT id FROM batches WHERE label = ?1 ORDER BY id DESC LIMIT 1")?
        .query_row([label], |row| row.get(0))
        .optional()?;
    if let Some(id) = known {
        return Ok(from_sql_batch(id));
    }
    let id: i64 = connection.query_row(
        "UPDATE counters SET value = value + 1 WHERE name = 'next_item' RETURNING value - 1",
        (),
        |row| row.get(0),
    )?;
    let batch = Batch {
        id: from_sql_batch(id),
        label: label.to_owned(),
        note: None,
        created_at_ms,
        skipped: Arc::default(),
        other_files: 0,
    };
    put(connection, &batch)?;
    Ok(batch.id)
}

impl History {
    /// Returns the batches that have rows in the queue, oldest first.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn queued_batches(&self) -> Result<Vec<Batch>, StoreError> {
        let queued = "IN (SELECT batch FROM items WHERE batch IS NOT NULL)";
        let mut statement = self.connection.prepare_cached(&format!(
            "SELECT batch, path, kind FROM skipped_files WHERE batch {queued} ORDER BY id"
        ))?;
        let mut rows = statement.query(())?;
        let mut skipped: HashMap<i64, Vec<SkippedFile>> = HashMap::new();
        while let Some(row) = rows.next()? {
            skipped.entry(row.get(0)?).or_default().push(SkippedFile {
                path: path_from_bytes(row.get_ref(1)?.as_blob().map_err(rusqlite::Error::from)?),
                kind: SkippedKind::from_word(&row.get::<_, String>(2)?),
            });
        }
        let mut statement = self.connection.prepare_cached(&format!(
            "SELECT id, label, note, created_at_ms, other_files FROM batches
             WHERE id {queued} ORDER BY created_at_ms, id"
        ))?;
        let batches = statement.query_map((), |row| {
            let id = row.get(0)?;
            Ok(Batch {
                id: from_sql_batch(id),
                label: row.get(1)?,
                note: row.get(2)?,
                created_at_ms: row.get(3)?,
                skipped: Arc::new(skipped.remove(&id).unwrap_or_default()),
                other_files: from_sql_size(row.get(4)?),
            })
        })?;
        Ok(batches.collect::<rusqlite::Result<_>>()?)
    }
}
