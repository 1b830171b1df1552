//! Queries for assets: by part of name, path or id, by size.

use rusqlite::{Connection, OptionalExtension, ToSql, params_from_iter};

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
    /// Returns at most `limit` assets from `offset` on whose name, path or id contains `query`,
    /// ignoring case, newest first. An empty query matches all.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn search(
        &self,
        query: &str,
        limit: u32,
        offset: u32,
    ) -> Result<Vec<AssetRecord>, StoreError> {
        let mut found = Vec::new();
        visit(
            &self.connection,
            "WHERE instr(search, ?1) > 0 ORDER BY uploaded_at_ms DESC, id DESC LIMIT ?2 OFFSET ?3",
            &[&casefold(query), &limit, &offset],
            |asset| {
                found.push(asset);
                Ok::<_, StoreError>(())
            },
        )?;
        Ok(found)
    }

    /// Passes every asset that matches `query` to `each`, newest first, without loading them all.
    ///
    /// # Errors
    /// The database cannot be read, or the first error of `each`.
    pub fn for_each_asset<E: From<StoreError>>(
        &self,
        query: &str,
        each: impl FnMut(AssetRecord) -> Result<(), E>,
    ) -> Result<(), E> {
        visit(
            &self.connection,
            "WHERE instr(search, ?1) > 0 ORDER BY uploaded_at_ms DESC, id DESC",
            &[&casefold(query)],
            each,
        )
    }

    /// Returns the assets of a batch, oldest first.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn assets_of_batch(&self, batch: BatchId) -> Result<Vec<AssetRecord>, StoreError> {
        let mut found = Vec::new();
        visit(
            &self.connection,
            "WHERE batch = ?1 ORDER BY id",
            &[&to_sql_batch(batch)],
            |asset| {
                found.push(asset);
                Ok::<_, StoreError>(())
            },
        )?;
        Ok(found)
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
        let mut found = None;
        visit(
            &self.connection,
            "WHERE base_url = ?1 AND asset_id = ?2",
            &[&base_url, &asset_id.as_str()],
            |asset| {
                found = Some(asset);
                Ok::<_, StoreError>(())
            },
        )?;
        Ok(found)
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
        let mut found = Vec::new();
        visit(
            &self.connection,
            "WHERE base_url = ?1 AND account = ?2 AND size = ?3 AND upload_status = ?4
                 AND content IS NOT NULL AND coalesce(remark, '') NOT IN (?5, ?6)
             ORDER BY uploaded_at_ms DESC, id DESC",
            &[
                &base_url,
                &account.as_str(),
                &to_sql_size(size),
                &AssetStatus::Success.as_str(),
                &AssetRemark::SizeMismatch.as_str(),
                &AssetRemark::Gone.as_str(),
            ],
            |asset| {
                found.push(asset);
                Ok::<_, StoreError>(())
            },
        )?;
        Ok(found)
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

/// Passes every asset to `each`, oldest first.
pub(super) fn for_each_asset(
    connection: &Connection,
    mut each: impl FnMut(AssetRecord),
) -> rusqlite::Result<()> {
    let mut statement = connection.prepare(&format!(
        "SELECT {} FROM assets ORDER BY id",
        assets::COLUMNS
    ))?;
    let mut rows = statement.query(())?;
    while let Some(row) = rows.next()? {
        assets::read(row)?.into_iter().for_each(&mut each);
    }
    Ok(())
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

pub(super) fn visit<E: From<StoreError>>(
    connection: &Connection,
    clause: &str,
    values: &[&dyn ToSql],
    mut each: impl FnMut(AssetRecord) -> Result<(), E>,
) -> Result<(), E> {
    let mut statement = connection
        .prepare_cached(&format!("SELECT {} FROM assets {clause}", assets::COLUMNS))
        .map_err(StoreError::from)?;
    let mut rows = statement
        .query(params_from_iter(values))
        .map_err(StoreError::from)?;
    while let Some(row) = rows.next().map_err(StoreError::from)? {
        if let Some(asset) = assets::read(row).map_err(StoreError::from)? {
            each(asset)?;
        }
    }
    Ok(())
}
