//! Adds to the history what a copy of it has and it lacks. A copy is only read.

#[cfg(test)]
mod tests;

use std::collections::{HashMap, HashSet};
use std::path::Path;
use std::sync::Arc;

use rusqlite::{Connection, OpenFlags};

use super::connect::{harden, open_to_read};
use super::database_file::FILE_NAME;
use super::records::{AssetRecord, HistoryChange};
use super::{History, OpenError, StoreError, assets, batches, schema};
use crate::model::asset::AssetId;
use crate::model::batch::{Batch, BatchId};

/// Changes written at once. Uploads go on between the parts.
const PART: usize = 256;

/// Reason why nothing can be added from a copy.
#[derive(Debug, thiserror::Error)]
pub enum CopyError {
    /// It cannot be read.
    #[error("the copy cannot be read: {0}")]
    Unreadable(String),
    /// It is no copy of the history.
    #[error("the file is no copy of the history")]
    Foreign,
    /// A newer program wrote it.
    #[error("a newer version wrote the copy")]
    Newer,
    /// The history itself cannot be read or written.
    #[error("{0}")]
    History(String),
}

impl From<OpenError> for CopyError {
    fn from(error: OpenError) -> Self {
        Self::History(error.to_string())
    }
}

impl From<StoreError> for CopyError {
    fn from(error: StoreError) -> Self {
        Self::History(error.to_string())
    }
}

/// Numbers of what a copy adds, or has added.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Restored {
    /// Assets, without those that the Library does not list.
    pub assets: usize,
    /// Batches.
    pub batches: usize,
    /// Only a part of the copy can be read.
    pub is_damaged: bool,
}

impl Restored {
    /// Returns `true` if there is nothing to add.
    pub fn is_empty(&self) -> bool {
        self.assets == 0 && self.batches == 0
    }
}

/// Contents of a copy that the history lacks.
#[derive(Default)]
struct Missing {
    assets: Vec<AssetRecord>,
    batches: Vec<Batch>,
    /// Ids of the copy's batches in the history. Both may have given one id to different batches.
    ours: HashMap<BatchId, BatchId>,
    is_damaged: bool,
}

/// Counts what a copy would add to the history of a data directory. Blocks.
///
/// # Errors
/// The copy is unreadable or foreign, or the history cannot be read.
pub fn plan_restore(dir: &Path, copy: &Path) -> Result<Restored, CopyError> {
    let copy = open_copy(copy)?;
    let database = dir.join(FILE_NAME);
    if !database.exists() {
        return Ok(missing(&copy, None)?.counts());
    }
    let ours = open_to_read(&database).map_err(StoreError::from)?;
    Ok(missing(&copy, Some(&ours))?.counts())
}

/// Adds what a copy has and the history of a data directory lacks, and overwrites nothing. Blocks.
///
/// # Errors
/// The copy is unreadable or foreign, or the history cannot be written; what was added stays, and
/// another call adds the rest.
pub fn restore(dir: &Path, copy: &Path) -> Result<Restored, CopyError> {
    let copy = open_copy(copy)?;
    let mut history = History::open(dir)?.history;
    let mut missing = missing(&copy, Some(&history.connection))?;
    let counts = missing.counts();
    let first = history.reserve_ids(u32::try_from(missing.batches.len()).unwrap_or(u32::MAX))?;
    for (batch, id) in missing.batches.iter_mut().zip(first.0..) {
        missing.ours.insert(batch.id, BatchId(id));
        batch.id = BatchId(id);
    }
    let now = jiff::Timestamp::now().as_millisecond();
    let batches = missing
        .batches
        .into_iter()
        .map(|batch| HistoryChange::PutBatch(Arc::new(batch)));
    let assets = missing.assets.into_iter().map(|asset| {
        let batch = asset.batch.and_then(|id| missing.ours.get(&id).copied());
        HistoryChange::ImportAsset(AssetRecord { batch, ..asset }, now)
    });
    let changes: Vec<_> = batches.chain(assets).collect();
    for part in changes.chunks(PART) {
        history.commit(part)?;
    }
    Ok(counts)
}

/// Counts the assets of a copy, as the Library does; `None` if it is none or cannot be read.
pub(super) fn count(copy: &Path) -> Option<usize> {
    let copy = open_copy(copy).ok()?;
    let select = "SELECT count(*) FROM assets WHERE upload_status IS NOT NULL OR remark = 'gone'";
    let count = copy
        .query_row(select, (), |row| row.get::<_, i64>(0))
        .ok()?;
    usize::try_from(count).ok()
}

impl Missing {
    fn counts(&self) -> Restored {
        Restored {
            assets: self.assets.iter().filter(|it| !it.is_reserved()).count(),
            batches: self.batches.len(),
            is_damaged: self.is_damaged,
        }
    }
}

/// Opens a copy so that nothing is written beside it, even where the folder is writable.
fn open_copy(copy: &Path) -> Result<Connection, CopyError> {
    let found =
        std::fs::metadata(copy).map_err(|error| CopyError::Unreadable(error.to_string()))?;
    // Reading a pipe would wait for ever.
    let url = match found.is_file() {
        true => url::Url::from_file_path(copy).map_err(|()| CopyError::Foreign)?,
        false => return Err(CopyError::Foreign),
    };
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY
        | OpenFlags::SQLITE_OPEN_NO_MUTEX
        | OpenFlags::SQLITE_OPEN_URI;
    let opened = || {
        let opened = Connection::open_with_flags(format!("{url}?immutable=1"), flags)?;
        harden(&opened)?;
        let version = schema::version(&opened)?;
        let is_ours = opened
            .prepare(&format!("SELECT {} FROM assets", assets::COLUMNS))
            .is_ok();
        let is_foreign = !is_ours || schema::planted(&opened)?.is_some();
        Ok((opened, version, is_foreign))
    };
    match opened() {
        Ok((_, version, _)) if version > schema::newest() => Err(CopyError::Newer),
        Ok((opened, 1.., false)) => Ok(opened),
        Ok(_) => Err(CopyError::Foreign),
        Err(error) => Err(unreadable(&error)),
    }
}

fn unreadable(error: &rusqlite::Error) -> CopyError {
    match error.sqlite_error_code() {
        Some(rusqlite::ErrorCode::NotADatabase) => CopyError::Foreign,
        _ => CopyError::Unreadable(error.to_string()),
    }
}

fn missing(copy: &Connection, ours: Option<&Connection>) -> Result<Missing, CopyError> {
    let mut known = HashSet::new();
    let mut batches_by_time = HashMap::new();
    if let Some(ours) = ours {
        known = keys(ours).map_err(StoreError::from)?;
        let all = batches::all_of(ours).map_err(StoreError::from)?;
        batches_by_time = all
            .into_iter()
            .map(|it| (it.created_at_ms, it.id))
            .collect();
    }
    let mut missing = Missing::default();
    let mut needed = HashSet::new();
    let read = assets::for_each(copy, "ORDER BY id", (), |asset| {
        let is_known = known.contains(&(asset.base_url.clone(), asset.asset_id.clone()));
        let is_used = asset.status.is_some() || asset.remark.is_some();
        if !is_known && is_used {
            needed.extend(asset.batch);
            // Its row of the queue is another one's here.
            missing.assets.push(AssetRecord {
                item: None,
                ..asset
            });
        }
    });
    match read {
        Err(error) if missing.assets.is_empty() => return Err(unreadable(&error)),
        read => missing.is_damaged = read.is_err(),
    }
    let batches = batches::all_of(copy);
    missing.is_damaged |= batches.is_err();
    for batch in batches.unwrap_or_default() {
        match batches_by_time.get(&batch.created_at_ms) {
            Some(id) => drop(missing.ours.insert(batch.id, *id)),
            None if needed.contains(&batch.id) => missing.batches.push(batch),
            None => {}
        }
    }
    Ok(missing)
}

/// Returns services and IDs of all assets.
fn keys(connection: &Connection) -> rusqlite::Result<HashSet<(String, AssetId)>> {
    let mut keys = HashSet::new();
    assets::for_each(connection, "", (), |asset| {
        keys.insert((asset.base_url, asset.asset_id));
    })?;
    Ok(keys)
}
