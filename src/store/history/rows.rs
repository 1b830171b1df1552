//! Rows of the database: how records are written and read.

use rusqlite::{Connection, Row, params};

use super::accounts;
use super::records::{AssetNote, AssetRecord, DamagedItem, HistoryChange, ItemRecord};
use crate::model::asset::{Account, AssetId, AssetStatus, ContentHash};
use crate::model::media::FileStamp;
use crate::model::snapshot::ItemId;
use crate::store::files::{path_from_bytes, path_to_bytes};
use crate::store::run_lock::RunId;

/// Separates the searched fields, so that no match spans two.
const SEPARATOR: char = '\u{1f}';

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
        HistoryChange::PutAsset(asset) => put_asset(connection, asset),
        HistoryChange::SetNote {
            base_url,
            asset_id,
            note,
        } => connection
            .prepare_cached("UPDATE assets SET note = ?3 WHERE base_url = ?1 AND asset_id = ?2")?
            .execute(params![
                base_url,
                asset_id.as_str(),
                note.map(AssetNote::as_str)
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
    connection
        .prepare_cached(
            "INSERT OR REPLACE INTO items (id, run, path, given, position, size, modified_ns,
                 state, added_at_ms, changed_at_ms, account, base_url)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
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
        ])
        .map(drop)
}

fn put_asset(connection: &Connection, asset: &AssetRecord) -> rusqlite::Result<()> {
    connection
        .prepare_cached(
            "INSERT INTO assets (base_url, asset_id, item, account, name, path, size, content,
                 upload_status, uploaded_at_ms, note, search)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)
             ON CONFLICT (base_url, asset_id) DO UPDATE SET
                 item = coalesce(excluded.item, item),
                 account = coalesce(nullif(excluded.account, ''), account),
                 name = coalesce(nullif(excluded.name, ''), name),
                 path = coalesce(nullif(excluded.path, x''), path),
                 size = coalesce(nullif(excluded.size, 0), size),
                 content = coalesce(excluded.content, content),
                 upload_status = coalesce(excluded.upload_status, upload_status),
                 note = coalesce(excluded.note, note),
                 search = iif(excluded.name = '', search, excluded.search)",
        )?
        .execute(params![
            asset.base_url,
            asset.asset_id.as_str(),
            asset.item.map(to_sql_id),
            asset.account.as_str(),
            asset.name,
            path_to_bytes(&asset.path),
            to_sql_size(asset.size),
            asset.content.map(ContentHash::to_hex),
            asset.status.map(AssetStatus::as_str),
            asset.uploaded_at_ms,
            asset.note.map(AssetNote::as_str),
            search_text(asset),
        ])
        .map(drop)
}

/// Builds the text that searches match.
fn search_text(asset: &AssetRecord) -> String {
    let path = asset.path.to_string_lossy();
    [&asset.name, path.as_ref(), asset.asset_id.as_str()]
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

/// Columns that [`read_item`] expects, in order.
pub(super) const ITEM_COLUMNS: &str = "id, run, path, given, position, size, modified_ns, state, \
     added_at_ms, changed_at_ms, account, base_url";

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
    })
}

/// Columns that [`read_asset`] expects, in order.
pub(super) const ASSET_COLUMNS: &str = "asset_id, item, account, base_url, name, path, size, \
     content, upload_status, uploaded_at_ms, note";

/// Returns `None` for a row with an invalid id, which is logged and skipped.
pub(super) fn read_asset(row: &Row<'_>) -> rusqlite::Result<Option<AssetRecord>> {
    let id: String = row.get(0)?;
    let Some(asset_id) = AssetId::new(&id) else {
        tracing::warn!(id, "a row of the history has an unusable asset id");
        return Ok(None);
    };
    Ok(Some(AssetRecord {
        asset_id,
        item: row.get::<_, Option<i64>>(1)?.map(from_sql_id),
        account: Account::from_fingerprint(row.get::<_, String>(2)?),
        base_url: row.get(3)?,
        name: row.get(4)?,
        path: path_from_bytes(row.get_ref(5)?.as_blob()?),
        size: from_sql_size(row.get(6)?),
        content: row
            .get::<_, Option<String>>(7)?
            .and_then(|hex| ContentHash::from_hex(&hex)),
        status: row
            .get::<_, Option<String>>(8)?
            .map(|word| AssetStatus::from_wire(&word)),
        uploaded_at_ms: row.get(9)?,
        note: row
            .get::<_, Option<String>>(10)?
            .and_then(|word| AssetNote::from_word(&word)),
    }))
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

pub(super) fn to_sql_size(size: u64) -> i64 {
    i64::try_from(size).unwrap_or(i64::MAX)
}

fn from_sql_size(size: i64) -> u64 {
    u64::try_from(size).unwrap_or_default()
}
