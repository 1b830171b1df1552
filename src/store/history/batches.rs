//! Rows of the tables of batches and of their skipped files.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use rusqlite::{Connection, OptionalExtension, params};

use super::records::AssetRecord;
use super::rows::{from_sql_batch, from_sql_size, to_sql_batch, to_sql_size};
use super::search::batch_text;
use super::{History, StoreError};
use crate::model::asset::AssetId;
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
            batch_text(&batch.label, batch.note.as_deref()),
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

/// Labels of assets, by service and asset ID, with the time of each asset.
pub(super) type Labels = HashMap<(String, AssetId), (String, i64)>;

/// Gives assets the labels that the ledger has of them. A batch whose assets all have another label
/// was renamed; any other asset joins a batch of its label.
pub(super) fn apply_labels(connection: &Connection, labels: Labels) -> rusqlite::Result<()> {
    let mut find = connection.prepare_cached(
        "SELECT assets.id, assets.batch, batches.label
         FROM assets LEFT JOIN batches ON batches.id = assets.batch
         WHERE base_url = ?1 AND asset_id = ?2",
    )?;
    let mut moved: BTreeMap<Option<i64>, Vec<(i64, i64, String)>> = BTreeMap::new();
    for ((base_url, asset_id), (label, at_ms)) in labels {
        let key = [&base_url, asset_id.as_str()];
        let found = find.query_row(key, |row| {
            let known: Option<String> = row.get(2)?;
            Ok((row.get(0)?, row.get(1)?, known))
        });
        let Some((asset, batch, known)) = found.optional()? else {
            continue;
        };
        if known.as_ref() != Some(&label) {
            moved.entry(batch).or_default().push((at_ms, asset, label));
        }
    }
    for (batch, mut assets) in moved {
        assets.sort();
        if let Some(batch) = batch
            && rename(connection, batch, &assets)?
        {
            continue;
        }
        for (at_ms, asset, label) in assets {
            let batch = labelled(connection, &label, at_ms)?;
            connection
                .prepare_cached("UPDATE assets SET batch = ?2 WHERE id = ?1")?
                .execute([asset, to_sql_batch(batch)])?;
        }
    }
    Ok(())
}

/// Renames a batch if these are all of its assets and have one label; returns whether it did.
fn rename(
    connection: &Connection,
    batch: i64,
    assets: &[(i64, i64, String)],
) -> rusqlite::Result<bool> {
    let all: i64 = connection
        .prepare_cached("SELECT count(*) FROM assets WHERE batch = ?1")?
        .query_row([batch], |row| row.get(0))?;
    let Some((_, _, label)) = assets.first() else {
        return Ok(false);
    };
    let is_one = assets.iter().all(|(_, _, other)| other == label);
    if !is_one || usize::try_from(all) != Ok(assets.len()) {
        return Ok(false);
    }
    let note: Option<Option<String>> = connection
        .prepare_cached("SELECT note FROM batches WHERE id = ?1")?
        .query_row([batch], |row| row.get(0))
        .optional()?;
    let text = batch_text(label, note.flatten().as_deref());
    let renamed = connection
        .prepare_cached("UPDATE batches SET label = ?2, search = ?3 WHERE id = ?1")?
        .execute(params![batch, label, text])?;
    Ok(renamed == 1)
}

/// Returns the batch that an asset joins by its label alone; `None` if its batch has that label.
pub(super) fn for_label(
    connection: &Connection,
    asset: &AssetRecord,
    label: &str,
) -> rusqlite::Result<Option<BatchId>> {
    let has_label = connection
        .prepare_cached(
            "SELECT 1 FROM assets JOIN batches ON batches.id = assets.batch
             WHERE base_url = ?1 AND asset_id = ?2 AND label = ?3",
        )?
        .exists(params![asset.base_url, asset.asset_id.as_str(), label])?;
    if has_label {
        return Ok(None);
    }
    labelled(connection, label, asset.uploaded_at_ms).map(Some)
}

/// Returns the newest batch of this label; without one, adds it.
fn labelled(connection: &Connection, label: &str, created_at_ms: i64) -> rusqlite::Result<BatchId> {
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
