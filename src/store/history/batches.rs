//! Rows of the tables of batches and of their skipped files.

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
    /// Returns a batch.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn batch(&self, id: BatchId) -> Result<Option<Batch>, StoreError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT label, note, created_at_ms, other_files FROM batches WHERE id = ?1",
        )?;
        let batch = statement.query_row([to_sql_batch(id)], |row| {
            Ok(Batch {
                id,
                label: row.get(0)?,
                note: row.get(1)?,
                created_at_ms: row.get(2)?,
                skipped: Arc::default(),
                other_files: from_sql_size(row.get(3)?),
            })
        });
        let Some(mut batch) = batch.optional()? else {
            return Ok(None);
        };
        let mut statement = self
            .connection
            .prepare_cached("SELECT path, kind FROM skipped_files WHERE batch = ?1 ORDER BY id")?;
        let skipped = statement.query_map([to_sql_batch(id)], |row| {
            Ok(SkippedFile {
                path: path_from_bytes(row.get_ref(0)?.as_blob()?),
                kind: SkippedKind::from_word(&row.get::<_, String>(1)?),
            })
        })?;
        batch.skipped = Arc::new(skipped.collect::<rusqlite::Result<_>>()?);
        Ok(Some(batch))
    }
}
