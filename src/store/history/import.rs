//! Brings assets into the history from a file: an export or a ledger of this program, another
//! program's table, or a list of IDs.

mod merge;
mod read;
mod record;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::fs::File;
use std::io::Read;
use std::path::Path;

use self::merge::fill;
use super::changes::apply_all;
use super::library::Library;
use super::records::{AssetRecord, HistoryChange};
use super::rows::{from_sql_batch, reserve};
use super::{History, StoreError, assets, batches};
use crate::model::asset::AssetId;
use crate::model::batch::BatchId;

/// Largest file, in bytes.
pub const MAX_BYTES: u64 = 256 << 20;
/// Most assets of a file, which are held in memory.
pub const MAX_ASSETS: usize = 500_000;
/// Longest line or record, in bytes.
pub const MAX_LINE: usize = 1 << 20;
/// Assets that the service is asked about at once.
pub const CHECKED_AT_ONCE: usize = 100;
/// Malformed lines that are named.
const NAMED_LINES: usize = 10;
/// Assets written in one transaction, between which the engine has its turns.
const WRITTEN_AT_ONCE: usize = 1_000;

/// Reason why nothing of a file can be brought in.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ImportError {
    /// The system's error.
    #[error("The file cannot be read: {0}.")]
    Unreadable(String),
    /// It has more than [`MAX_BYTES`].
    #[error("The file is larger than 256 MB. Split it into parts.")]
    TooLarge,
    /// It has more than [`MAX_ASSETS`].
    #[error("The file has more than 500,000 assets. Split it into parts.")]
    TooManyAssets,
    /// A line, or a record with an unclosed quote, has more than [`MAX_LINE`].
    #[error("Line {0} is longer than 1 MB, so the file is no list of assets.")]
    LongLine(u64),
    /// It has zero bytes.
    #[error(
        "The file is not plain text. Save it as CSV (UTF-8), as JSON, or as a list with one ID a line."
    )]
    NotText,
    /// No line has an ID.
    #[error(
        "There are no asset IDs in the file. A table needs a first line that names its columns, and one of them asset_id; a list has one ID a line."
    )]
    NoIds,
    /// The array ends in the wrong place.
    #[error("The file is not whole: its JSON is broken in line {0}.")]
    BrokenJson(u64),
}

/// Assets that a file tells of, each once.
#[derive(Debug, Default)]
pub struct ImportFile {
    assets: Vec<AssetRecord>,
    malformed: u64,
    malformed_lines: Vec<u64>,
}

/// Number of a file's assets that are new, and which of them to ask the service about.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ImportPlan {
    /// Assets that the history does not have.
    pub new: usize,
    /// Assets that it has.
    pub known: usize,
    /// First new ones at the service in use.
    pub first: Vec<AssetId>,
}

impl ImportFile {
    /// Reads a file. Assets without an address belong to the service `base_url`. Blocks.
    ///
    /// # Errors
    /// Nothing of it can be brought in.
    pub fn read(input: impl Read, base_url: &str) -> Result<Self, ImportError> {
        read::read(input, base_url)
    }

    /// Reads the file of this name, as [`Self::read`]. Blocks.
    ///
    /// # Errors
    /// Nothing of it can be brought in.
    pub fn open(path: &Path, base_url: &str) -> Result<Self, ImportError> {
        let unreadable = |error: std::io::Error| ImportError::Unreadable(error.to_string());
        // Opening a pipe would wait for ever.
        if !path.metadata().map_err(unreadable)?.is_file() {
            return Err(ImportError::Unreadable("it is not a file".to_owned()));
        }
        Self::read(File::open(path).map_err(unreadable)?, base_url)
    }

    /// Returns the number of lines without a usable ID.
    pub fn malformed(&self) -> u64 {
        self.malformed
    }

    /// Returns the first of them, by line, or by entry of a JSON array; both count from 1.
    pub fn named_lines(&self) -> String {
        let lines: Vec<String> = self.malformed_lines.iter().map(u64::to_string).collect();
        let more = self.malformed > self.malformed_lines.len() as u64;
        lines.join(", ") + if more { ", …" } else { "" }
    }

    /// Compares the assets with a history, `None` for one that does not exist yet. Blocks.
    ///
    /// # Errors
    /// The history cannot be read.
    pub fn plan(
        &self,
        library: Option<&Library>,
        base_url: &str,
    ) -> Result<ImportPlan, StoreError> {
        let mut plan = ImportPlan::default();
        for asset in &self.assets {
            let is_known = match library {
                Some(library) => library.asset(&asset.base_url, &asset.asset_id)?.is_some(),
                None => false,
            };
            if is_known {
                plan.known += 1;
                continue;
            }
            plan.new += 1;
            if plan.first.len() < CHECKED_AT_ONCE && asset.base_url == base_url {
                plan.first.push(asset.asset_id.clone());
            }
        }
        Ok(plan)
    }

    fn on_malformed(&mut self, line: u64) {
        self.malformed += 1;
        if self.malformed_lines.len() < NAMED_LINES {
            self.malformed_lines.push(line);
        }
    }
}

impl History {
    /// Adds a file's assets, and what is missing in known ones; nothing that is known changes.
    /// Assets without a batch get one for each label. The ledger has every line before the database.
    ///
    /// # Errors
    /// The history cannot be written; a part of the assets may be in it.
    pub fn import(&mut self, file: &ImportFile, at_ms: i64) -> Result<(), StoreError> {
        let limit = self.limit;
        let mut labels = HashMap::new();
        for part in file.assets.chunks(WRITTEN_AT_ONCE) {
            self.write(|connection, ledger| {
                ledger.catch_up(connection, limit)?;
                let mut changes = Vec::new();
                for imported in part {
                    let known = assets::find(connection, &imported.base_url, &imported.asset_id)?;
                    let mut after = known.clone().unwrap_or_else(|| imported.clone());
                    if known.is_some() && !fill(&mut after, imported) {
                        continue;
                    }
                    if let (None, Some(label)) = (after.batch, &after.label) {
                        after.batch = Some(batch(connection, &mut labels, label, at_ms)?);
                    }
                    // A row of an earlier run must not count as unsaved.
                    after.item = None;
                    changes.push(HistoryChange::ImportAsset(after, at_ms));
                }
                ledger.append_changes(&changes, limit);
                ledger.catch_up(connection, limit)?;
                apply_all(connection, &changes)
            })?;
            self.ledger.confirm();
        }
        Ok(())
    }
}

/// Returns the batch of this import with a label.
fn batch(
    connection: &rusqlite::Connection,
    labels: &mut HashMap<String, BatchId>,
    label: &str,
    at_ms: i64,
) -> rusqlite::Result<BatchId> {
    if let Some(batch) = labels.get(label) {
        return Ok(*batch);
    }
    let batch = from_sql_batch(reserve(connection, 1)?);
    batches::learn(connection, batch, label, at_ms)?;
    labels.insert(label.to_owned(), batch);
    Ok(batch)
}
