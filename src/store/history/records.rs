//! The history's records and their conversion to and from rows.

use std::path::PathBuf;

use rusqlite::{Connection, Row, params};
use serde::{Deserialize, Serialize};

use super::accounts;
use crate::model::asset::{Account, AssetId, AssetStatus, ContentHash};
use crate::model::media::FileStamp;
use crate::model::snapshot::ItemId;
use crate::store::files::{path_from_bytes, path_to_bytes};
use crate::store::run_lock::RunId;

/// A row of the queue, as it is saved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ItemRecord {
    /// Row id, from [`History::reserve_ids`](super::History::reserve_ids).
    pub id: ItemId,
    /// Run that owns the row.
    pub run: RunId,
    /// Path of the file, byte for byte.
    pub path: PathBuf,
    /// Path as given on the command line.
    pub given: Option<String>,
    /// Queue position, ascending; ties are ordered by id.
    pub position: i64,
    /// Stamp of the file when it was checked.
    pub stamp: Option<FileStamp>,
    /// The engine's state as JSON.
    pub state: String,
    /// Time of adding, in milliseconds since the Unix epoch.
    pub added_at_ms: i64,
    /// Time of the last state change, in milliseconds since the Unix epoch.
    pub changed_at_ms: i64,
    /// Account of the upload, once started.
    pub account: Option<Account>,
    /// Service of the upload, once started.
    pub base_url: Option<String>,
}

/// A row of the queue that could not be parsed and was set aside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DamagedItem {
    /// Row id.
    pub id: ItemId,
    /// The file.
    pub path: PathBuf,
    /// The state that could not be parsed.
    pub state: String,
    /// Reason for the failure.
    pub why: String,
}

/// Knowledge about an asset beyond its status.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AssetNote {
    /// All bytes were sent again after a lost response.
    MayBeStoredTwice,
    /// Its upload was abandoned: the service may hold an asset without its bytes.
    Abandoned,
    /// The service holds another number of bytes than were sent.
    SizeMismatch,
    /// The service no longer knows the id.
    Gone,
}

impl AssetNote {
    /// Returns the word used in the database and in `history --json`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::MayBeStoredTwice => "may_be_stored_twice",
            Self::Abandoned => "abandoned",
            Self::SizeMismatch => "size_mismatch",
            Self::Gone => "gone",
        }
    }

    fn from_word(word: &str) -> Option<Self> {
        [
            Self::MayBeStoredTwice,
            Self::Abandoned,
            Self::SizeMismatch,
            Self::Gone,
        ]
        .into_iter()
        .find(|note| note.as_str() == word)
    }
}

/// An asset of the service, unique by (`base_url`, `asset_id`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AssetRecord {
    /// Asset id.
    pub asset_id: AssetId,
    /// Row of the queue that it was made for.
    pub item: Option<ItemId>,
    /// Account that holds it.
    pub account: Account,
    /// Service that holds it.
    pub base_url: String,
    /// File name, lossy if it is not UTF-8.
    pub name: String,
    /// Path of the file, byte for byte.
    pub path: PathBuf,
    /// File size in bytes.
    pub size: u64,
    /// BLAKE3 of the sent bytes, once all were sent.
    pub content: Option<ContentHash>,
    /// Last reported status; `None` before bytes are stored.
    pub status: Option<AssetStatus>,
    /// Time the id was assigned, in milliseconds since the Unix epoch.
    pub uploaded_at_ms: i64,
    /// Further knowledge.
    pub note: Option<AssetNote>,
}

impl AssetRecord {
    /// Returns true for an ID that was reserved for a queue row and has no bytes stored as far as
    /// is known. Such an ID is neither listed nor exported.
    pub fn is_reserved(&self) -> bool {
        self.item.is_some() && self.status.is_none()
    }
}

/// A change of the history; each commit is one transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HistoryChange {
    /// Adds or replaces a row of the queue.
    PutItem(ItemRecord),
    /// Removes a row of the queue; its assets stay.
    DropItem(ItemId),
    /// Moves an unreadable row to the damaged ones.
    SetAside {
        /// Row id.
        id: ItemId,
        /// Reason.
        why: String,
    },
    /// Adds or updates an asset. `None`, empty and 0 leave existing values, and the first upload
    /// time stays.
    PutAsset(AssetRecord),
    /// Sets the note of an asset, if it exists.
    SetNote {
        /// Service that holds it.
        base_url: String,
        /// Asset id.
        asset_id: AssetId,
        /// The note.
        note: AssetNote,
    },
    /// The service accepted a key.
    KeyGood {
        /// The key's account.
        account: Account,
        /// Last four characters of the key; empty if they would reveal too much of a short key.
        last4: String,
        /// The service.
        base_url: String,
        /// Time in milliseconds since the Unix epoch.
        at_ms: i64,
    },
    /// The service rejected a key, which must be checked before the next upload.
    KeyRefused {
        /// The key's account.
        account: Account,
        /// The service.
        base_url: String,
    },
    /// Two keys belong to one account: the service knows an asset under both.
    JoinAccounts {
        /// The service.
        base_url: String,
        /// The account by the first key.
        one: Account,
        /// The account by the second key.
        other: Account,
    },
    /// A storage protocol worked.
    PutProtocol(ProtocolRecord),
    /// The protocol of this host and kind of URL no longer works.
    DropProtocol {
        /// Storage host.
        host: String,
        /// Kind of its signed URLs.
        kind: String,
    },
    /// The keychain gets an upload's session, or may still hold it.
    PutSession {
        /// The service.
        base_url: String,
        /// Asset of the upload.
        asset_id: AssetId,
        /// Start in milliseconds since the Unix epoch; 0 for a session to be removed.
        at_ms: i64,
    },
    /// The keychain no longer holds it.
    DropSession {
        /// The service.
        base_url: String,
        /// Asset of the upload.
        asset_id: AssetId,
    },
}

/// A storage protocol that worked, in the client's words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProtocolRecord {
    /// Storage host.
    pub host: String,
    /// Kind of its signed URLs.
    pub kind: String,
    /// Protocol that they accept.
    pub protocol: String,
}

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
            .execute(params![base_url, asset_id.as_str(), note.as_str()])
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
                "INSERT OR REPLACE INTO flavours (host, kind, flavour) VALUES (?1, ?2, ?3)",
            )?
            .execute(params![record.host, record.kind, record.protocol])
            .map(drop),
        HistoryChange::DropProtocol { host, kind } => connection
            .prepare_cached("DELETE FROM flavours WHERE host = ?1 AND kind = ?2")?
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
            super::search::search_text(asset),
        ])
        .map(drop)
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
