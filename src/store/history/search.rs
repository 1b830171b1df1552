//! Reads assets for the engine, and makes the text in which the Library searches.

use rusqlite::{Connection, OptionalExtension, Params};

use super::assets;
use super::records::{AssetRecord, AssetRemark};
use super::rows::{to_sql_batch, to_sql_size};
use super::{History, StoreError};
use crate::model::asset::{Account, AssetId, AssetStatus};
use crate::model::batch::BatchId;

/// Separates the searched fields, so that no match spans two.
pub(super) const SEPARATOR: char = '\u{1f}';

/// Builds the text that searches match.
pub(super) fn search_text(asset: &AssetRecord, note: Option<&str>) -> String {
    let path = asset.path.to_string_lossy();
    let note = note.unwrap_or_default();
    [&asset.name, path.as_ref(), asset.asset_id.as_str(), note]
        .map(casefold)
        .join(&SEPARATOR.to_string())
}

/// Folds case in every script, one character at a time: a letter folds the same everywhere, so that
/// parts of words match.
pub(super) fn casefold(text: &str) -> String {
    text.chars()
        .flat_map(char::to_lowercase)
        .map(|c| if c == 'ς' { 'σ' } else { c })
        .collect()
}

impl History {
    /// Returns all assets, newest first.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn assets(&self) -> Result<Vec<AssetRecord>, StoreError> {
        let clause = "ORDER BY uploaded_at_ms DESC, id DESC";
        Ok(select(&self.connection, clause, ())?)
    }

    /// Returns the assets of a batch, oldest first.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn assets_of_batch(&self, batch: BatchId) -> Result<Vec<AssetRecord>, StoreError> {
        let clause = "WHERE batch = ?1 ORDER BY id";
        Ok(select(&self.connection, clause, [to_sql_batch(batch)])?)
    }

    /// Returns one asset.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn asset(
        &self,
        base_url: &str,
        asset_id: &AssetId,
    ) -> Result<Option<AssetRecord>, StoreError> {
        Ok(find(&self.connection, base_url, asset_id)?)
    }

    /// Returns the assets of this size that can replace an upload of equal content: SUCCESS, with a
    /// known hash, neither gone nor of a wrong size.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn reusable_assets_of_size(
        &self,
        account: &Account,
        base_url: &str,
        size: u64,
    ) -> Result<Vec<AssetRecord>, StoreError> {
        Ok(select(
            &self.connection,
            "WHERE base_url = ?1 AND account = ?2 AND size = ?3 AND upload_status = ?4
                 AND content IS NOT NULL AND coalesce(remark, '') NOT IN (?5, ?6)
             ORDER BY uploaded_at_ms DESC, id DESC",
            (
                base_url,
                account.as_str(),
                to_sql_size(size),
                AssetStatus::Success.as_str(),
                AssetRemark::SizeMismatch.as_str(),
                AssetRemark::Gone.as_str(),
            ),
        )?)
    }

    /// Returns when the service last accepted this account's key, in milliseconds since the Unix
    /// epoch.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn key_good_at(
        &self,
        account: &Account,
        base_url: &str,
    ) -> Result<Option<i64>, StoreError> {
        Ok(self
            .connection
            .prepare_cached("SELECT at_ms FROM good_keys WHERE account = ?1 AND base_url = ?2")?
            .query_row([account.as_str(), base_url], |row| row.get(0))
            .optional()?)
    }
}

/// Returns one asset.
pub(super) fn find(
    connection: &Connection,
    base_url: &str,
    asset_id: &AssetId,
) -> rusqlite::Result<Option<AssetRecord>> {
    let clause = "WHERE base_url = ?1 AND asset_id = ?2";
    Ok(select(connection, clause, [base_url, asset_id.as_str()])?.pop())
}

/// Returns the last reported status of an asset.
pub(super) fn status(
    connection: &Connection,
    base_url: &str,
    asset_id: &AssetId,
) -> rusqlite::Result<Option<AssetStatus>> {
    let word: Option<Option<String>> = connection
        .prepare_cached("SELECT upload_status FROM assets WHERE base_url = ?1 AND asset_id = ?2")?
        .query_row([base_url, asset_id.as_str()], |row| row.get(0))
        .optional()?;
    Ok(word.flatten().map(|word| AssetStatus::from_wire(&word)))
}

/// Returns the assets that an SQL clause selects, except those with unusable IDs.
pub(super) fn select(
    connection: &Connection,
    clause: &str,
    values: impl Params,
) -> rusqlite::Result<Vec<AssetRecord>> {
    let mut statement =
        connection.prepare_cached(&format!("SELECT {} FROM assets {clause}", assets::COLUMNS))?;
    let found = statement.query_map(values, assets::read)?;
    found.filter_map(Result::transpose).collect()
}
