//! Rows of the tables of batches and of their skipped files.

use std::sync::Arc;

use rusqlite::{Connection, params};

use super::rows::{all, first, from_sql_batch, from_sql_size, run, to_sql_batch, to_sql_size};
use super::search::batch_text;
use super::{History, StoreError};
use crate::model::batch::{Batch, BatchId, SkippedFile, SkippedFiles, SkippedKind};
use crate::store::files::{path_from_bytes, path_to_bytes};

/// Adds a batch or replaces it, with its skipped files.
pub(super) fn put(connection: &Connection, batch: &Batch) -> rusqlite::Result<()> {
    let (id, skipped) = (to_sql_batch(batch.id), &batch.skipped);
    let has_more = !skipped.unnamed.is_empty();
    let unnamed = has_more.then(|| serde_json::to_string(&skipped.unnamed).unwrap_or_default());
    run(
        connection,
        "INSERT OR REPLACE INTO batches (id, label, note, created_at_ms, other_files,
             unnamed_files, search)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        params![
            id,
            batch.label,
            batch.note,
            batch.created_at_ms,
            to_sql_size(skipped.other_files),
            unnamed,
            batch_text(&batch.label, batch.note.as_deref()),
        ],
    )?;
    run(
        connection,
        "DELETE FROM skipped_files WHERE batch = ?1",
        [id],
    )?;
    let mut skip = connection
        .prepare_cached("INSERT INTO skipped_files (batch, path, kind) VALUES (?1, ?2, ?3)")?;
    for file in &skipped.named {
        skip.execute(params![id, path_to_bytes(&file.path), file.kind.as_str()])?;
    }
    Ok(())
}

/// Changes label and note of a batch.
pub(super) fn edit(
    connection: &Connection,
    batch: BatchId,
    label: &str,
    note: Option<&str>,
) -> rusqlite::Result<()> {
    run(
        connection,
        "UPDATE batches SET label = ?2, note = ?3, search = ?4 WHERE id = ?1",
        params![to_sql_batch(batch), label, note, batch_text(label, note)],
    )
    .map(drop)
}

/// Gives a batch the label that the ledger has of it. Its note stays.
pub(super) fn rename(connection: &Connection, batch: BatchId, label: &str) -> rusqlite::Result<()> {
    let select = "SELECT note FROM batches WHERE id = ?1";
    let note = first(connection, select, [to_sql_batch(batch)], |row| {
        row.get::<_, Option<String>>(0)
    })?;
    edit(connection, batch, label, note.flatten().as_deref())
}

/// Adds a batch of which only the ledger knows, and sees that no other gets its id.
pub(super) fn learn(
    connection: &Connection,
    batch: BatchId,
    label: &str,
    created_at_ms: i64,
) -> rusqlite::Result<()> {
    let id = to_sql_batch(batch);
    let added = run(
        connection,
        "INSERT OR IGNORE INTO batches (id, label, created_at_ms, other_files, search)
         VALUES (?1, ?2, ?3, 0, ?4)",
        params![id, label, created_at_ms, batch_text(label, None)],
    )?;
    if added > 0 {
        let skip = "UPDATE counters SET value = max(value, ?1 + 1) WHERE name = 'next_item'";
        run(connection, skip, [id])?;
    }
    Ok(())
}

/// Returns all batches.
pub(super) fn all_of(connection: &Connection) -> rusqlite::Result<Vec<Batch>> {
    let ids = all(
        connection,
        "SELECT id FROM batches ORDER BY id",
        (),
        |row| row.get(0).map(from_sql_batch),
    )?;
    let read = |id| read(connection, id).transpose();
    ids.into_iter().filter_map(read).collect()
}

fn read(connection: &Connection, id: BatchId) -> rusqlite::Result<Option<Batch>> {
    let key = [to_sql_batch(id)];
    let select = "SELECT path, kind FROM skipped_files WHERE batch = ?1 ORDER BY id";
    let named = all(connection, select, key, |row| {
        Ok(SkippedFile {
            path: path_from_bytes(row.get_ref(0)?.as_blob()?),
            kind: SkippedKind::from_word(&row.get::<_, String>(1)?),
        })
    })?;
    let select = "SELECT label, note, created_at_ms, other_files, unnamed_files FROM batches
                  WHERE id = ?1";
    first(connection, select, key, |row| {
        let unnamed: Option<String> = row.get(4)?;
        Ok(Batch {
            id,
            label: row.get(0)?,
            note: row.get(1)?,
            created_at_ms: row.get(2)?,
            skipped: Arc::new(SkippedFiles {
                named,
                unnamed: unnamed
                    .and_then(|json| serde_json::from_str(&json).ok())
                    .unwrap_or_default(),
                other_files: from_sql_size(row.get(3)?),
            }),
        })
    })
}

impl History {
    /// Returns a batch.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn batch(&self, id: BatchId) -> Result<Option<Batch>, StoreError> {
        Ok(read(&self.connection, id)?)
    }
}
