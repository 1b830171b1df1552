//! Reads the assets of a service page by page, without holding all of them.

use super::records::AssetRecord;
use super::search::select;
use super::{History, StoreError};
use crate::model::asset::AssetId;

impl History {
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
        Ok(select(
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
        let count: i64 = self
            .connection
            .prepare_cached("SELECT count(*) FROM assets WHERE base_url = ?1")?
            .query_row([base_url], |row| row.get(0))?;
        Ok(u64::try_from(count).unwrap_or_default())
    }
}
