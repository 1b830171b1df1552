//! Rows of the database: how records are written and read.

use rusqlite::{Connection, Row, params};

use super::records::{DamagedItem, HistoryChange, ItemRecord};
use super::{accounts, assets, batches};
use crate::model::asset::{Account, AssetRemark};
use crate::model::batch::BatchId;
use crate::model::media::{FileStamp, MediaMetadata};
use crate::model::snapshot::ItemId;
use crate::store::files::{path_from_bytes, path_to_bytes};
use crate::store::run_lock::RunId;

/// Writes one change within the caller's transaction.
pub(super) fn apply(connection: &Connection, change: &HistoryChange) -> rusqlite::Result<()> {
    match change {
        HistoryChange::PutItem(item) => put_item(connection, item),
        HistoryChange::DropItem(id) => connection
            .prepare_cached("DELETE FROM items WHERE id = ?1")?
            .execute([to_sql_id(*id)])
            .map(drop),
        HistoryChange::SetAside { id, why } => {
            connection
                .prepare_cached(
                    "INSERT OR REPLACE INTO damaged_items (id, run, path, state, why)
                     SELECT id, run, path, state, ?2 FROM items WHERE id = ?1",
                )?
                .execute(params![to_sql_id(*id), why])?;
            apply(connection, &HistoryChange::DropItem(*id))
        }
        HistoryChange::PutAsset(asset) => assets::put(connection, asset),
        HistoryChange::SetNote {
            base_url,
            asset_id,
            note,
        } => assets::set_note(connection, base_url, asset_id, note.as_deref()),
        HistoryChange::RemoveAsset(asset) => connection
            .prepare_cached("DELETE FROM assets WHERE base_url = ?1 AND asset_id = ?2")?
            .execute([&asset.base_url, asset.asset_id.as_str()])
            .map(drop),
        HistoryChange::PutBatch(batch) => batches::put(connection, batch),
        HistoryChange::SetRemark {
            base_url,
            asset_id,
            remark,
        } => connection
            .prepare_cached("UPDATE assets SET remark = ?3 WHERE base_url = ?1 AND asset_id = ?2")?
            .execute(params![
                base_url,
                asset_id.as_str(),
                remark.map(AssetRemark::as_str)
            ])
            .map(drop),
        HistoryChange::KeyGood {
            account,
            last4,
            base_url,
            at_ms,
        } => {
            accounts::put(connection, base_url, account, last4)?;
            connection
                .prepare_cached(
                    "INSERT INTO good_keys (account, base_url, at_ms) VALUES (?1, ?2, ?3)
                     ON CONFLICT DO UPDATE SET at_ms = max(at_ms, excluded.at_ms)",
                )?
                .execute(params![account.as_str(), base_url, at_ms])
                .map(drop)
        }
        HistoryChange::JoinAccounts {
            base_url,
            one,
            other,
        } => accounts::join(connection, base_url, one, other),
        HistoryChange::NameAccount {
            base_url,
            account,
            name,
        } => accounts::name(connection, base_url, account, name.as_deref()),
        HistoryChange::KeyRefused { account, base_url } => connection
            .prepare_cached("DELETE FROM good_keys WHERE account = ?1 AND base_url = ?2")?
            .execute(params![account.as_str(), base_url])
            .map(drop),
        HistoryChange::PutProtocol(record) => connection
            .prepare_cached(
                "INSERT OR REPLACE INTO storage_protocols (host, kind, protocol)
                 VALUES (?1, ?2, ?3)",
            )?
            .execute(params![record.host, record.kind, record.protocol])
            .map(drop),
        HistoryChange::DropProtocol { host, kind } => connection
            .prepare_cached("DELETE FROM storage_protocols WHERE host = ?1 AND kind = ?2")?
            .execute(params![host, kind])
            .map(drop),
        HistoryChange::PutSession {
            base_url,
            asset_id,
            at_ms,
        } => connection
            .prepare_cached(
                "INSERT OR REPLACE INTO sessions (base_url, asset_id, at_ms) VALUES (?1, ?2, ?3)",
            )?
            .execute(params![base_url, asset_id.as_str(), at_ms])
            .map(drop),
        HistoryChange::DropSession { base_url, asset_id } => connection
            .prepare_cached("DELETE FROM sessions WHERE base_url = ?1 AND asset_id = ?2")?
            .execute(params![base_url, asset_id.as_str()])
            .map(drop),
    }
}

fn put_item(connection: &Connection, item: &ItemRecord) -> rusqlite::Result<()> {
    let is_known = item.metadata != MediaMetadata::default();
    let metadata = is_known.then(|| serde_json::to_string(&item.metadata).unwrap_or_default());
    connection
        .prepare_cached(
            "INSERT OR REPLACE INTO items (id, run, path, given, position, size, modified_ns,
                 state, added_at_ms, changed_at_ms, account, base_url, batch, metadata)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)",
        )?
        .execute(params![
            to_sql_id(item.id),
            item.run.as_str(),
            path_to_bytes(&item.path),
            item.given,
            item.position,
            item.stamp.map(|stamp| to_sql_size(stamp.size)),
            item.stamp.map(|stamp| stamp.modified_ns),
            item.state,
            item.added_at_ms,
            item.changed_at_ms,
            item.account.as_ref().map(Account::as_str),
            item.base_url,
            item.batch.map(to_sql_batch),
            metadata,
        ])
        .map(drop)
}

/// Columns that [`read_item`] expects, in order.
pub(super) const ITEM_COLUMNS: &str = "id, run, path, given, position, size, modified_ns, state, \
     added_at_ms, changed_at_ms, account, base_url, batch, metadata";

pub(super) fn read_item(row: &Row<'_>) -> rusqlite::Result<ItemRecord> {
    let size: Option<i64> = row.get(5)?;
    let modified_ns: Option<i64> = row.get(6)?;
    Ok(ItemRecord {
        id: from_sql_id(row.get(0)?),
        run: RunId::from_text(row.get::<_, String>(1)?),
        path: path_from_bytes(row.get_ref(2)?.as_blob()?),
        given: row.get(3)?,
        position: row.get(4)?,
        stamp: size.zip(modified_ns).map(|(size, modified_ns)| FileStamp {
            size: from_sql_size(size),
            modified_ns,
        }),
        state: row.get(7)?,
        added_at_ms: row.get(8)?,
        changed_at_ms: row.get(9)?,
        account: row
            .get::<_, Option<String>>(10)?
            .map(Account::from_fingerprint),
        base_url: row.get(11)?,
        batch: row.get::<_, Option<i64>>(12)?.map(from_sql_batch),
        metadata: row
            .get::<_, Option<String>>(13)?
            .and_then(|json| serde_json::from_str(&json).ok())
            .unwrap_or_default(),
    })
}

pub(super) fn read_damaged(row: &Row<'_>) -> rusqlite::Result<DamagedItem> {
    Ok(DamagedItem {
        id: from_sql_id(row.get(0)?),
        path: path_from_bytes(row.get_ref(1)?.as_blob()?),
        state: row.get(2)?,
        why: row.get(3)?,
    })
}

/// Converts an id; ids count from 1 and never reach the sign bit.
pub(super) fn to_sql_id(id: ItemId) -> i64 {
    i64::try_from(id.0).unwrap_or(i64::MAX)
}

pub(super) fn from_sql_id(id: i64) -> ItemId {
    ItemId(u64::try_from(id).unwrap_or_default())
}

pub(super) fn to_sql_batch(batch: BatchId) -> i64 {
    i64::try_from(batch.0).unwrap_or(i64::MAX)
}

pub(super) fn from_sql_batch(batch: i64) -> BatchId {
    BatchId(u64::try_from(batch).unwrap_or_default())
}

pub(super) fn to_sql_size(size: u64) -> i64 {
    i64::try_from(size).unwrap_or(i64::MAX)
}

pub(super) fn from_sql_size(size: i64) -> u64 {
    u64::try_from(size).unwrap_or_default()
}
