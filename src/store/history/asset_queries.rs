//! Reads assets for the engine: one, those of a size, or page by page.

use super::assets;
use super::records::AssetRecord;
use super::rows::{self, first, from_sql_size, to_sql_size};
use super::{History, StoreError};
use crate::model::asset::{Account, AssetId, AssetRemark, AssetStatus};

impl History {
    /// Returns all assets, newest first.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn assets(&self) -> Result<Vec<AssetRecord>, StoreError> {
        let clause = "ORDER BY uploaded_at_ms DESC, id DESC";
        Ok(assets::select(&self.connection, clause, ())?)
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
        Ok(assets::find(&self.connection, base_url, asset_id)?)
    }

    /// Returns the assets of this size that can replace an upload of equal content: SUCCESS, with a
    /// known hash, neither gone, deleted nor of a wrong size.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn reusable_assets_of_size(
        &self,
        account: &Account,
        base_url: &str,
        size: u64,
    ) -> Result<Vec<AssetRecord>, StoreError> {
        Ok(assets::select(
            &self.connection,
            "WHERE base_url = ?1 AND account = ?2 AND size = ?3 AND upload_status = ?4
                 AND content IS NOT NULL AND coalesce(remark, '') NOT IN (?5, ?6)
                 AND deleted_at_ms IS NULL
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

    /// Returns the assets that are to be deleted from a service, in the order of the requests.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn deletions(&self, base_url: &str) -> Result<Vec<AssetId>, StoreError> {
        let select = "SELECT asset_id FROM deletions WHERE base_url = ?1 ORDER BY rowid";
        let ids = rows::all(&self.connection, select, [base_url], |row| {
            Ok(AssetId::new(&row.get::<_, String>(0)?))
        })?;
        Ok(ids.into_iter().flatten().collect())
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
        let select = "SELECT at_ms FROM good_keys WHERE account = ?1 AND base_url = ?2";
        let key = [account.as_str(), base_url];
        Ok(first(&self.connection, select, key, |row| row.get(0))?)
    }

    /// Returns at most `count` assets of a service in the order of their IDs, those after `after`.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn assets_after(
        &self,
        base_url: &str,
        after: Option<&AssetId>,
        count: usize,
    ) -> Result<Vec<AssetRecord>, StoreError> {
        let after = after.map_or("", AssetId::as_str);
        let count = i64::try_from(count).unwrap_or(i64::MAX);
        Ok(assets::select(
            &self.connection,
            "WHERE base_url = ?1 AND asset_id > ?2 ORDER BY asset_id LIMIT ?3",
            (base_url, after, count),
        )?)
    }

    /// Returns the number of a service's assets, with IDs under which nothing is stored.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn count_assets(&self, base_url: &str) -> Result<u64, StoreError> {
        let select = "SELECT count(*) FROM assets WHERE base_url = ?1";
        let count = first(&self.connection, select, [base_url], |row| row.get(0))?;
        Ok(count.map_or(0, from_sql_size))
    }
}
