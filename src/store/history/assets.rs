//! Rows of the table of assets.

use rusqlite::{Connection, Params, Row, params};

use super::records::AssetRecord;
use super::rows::{
    first, from_sql_batch, from_sql_id, from_sql_size, run, to_sql_batch, to_sql_id, to_sql_size,
};
use super::search::search_text;
use crate::model::asset::{Account, AssetId, AssetRemark, AssetStatus, ContentHash};
use crate::model::media::{Kind, MediaMetadata, Route};
use crate::model::upload_facts::{SeenMetadata, UploadFacts};
use crate::store::files::{path_from_bytes, path_to_bytes};

/// Adds an asset or updates it, as [`HistoryChange::PutAsset`](super::HistoryChange::PutAsset) says.
pub(super) fn put(connection: &Connection, asset: &AssetRecord) -> rusqlite::Result<()> {
    // The search text holds the note that stays.
    let note = match &asset.note {
        Some(note) => Some(note.clone()),
        None => note(connection, asset)?,
    };
    let metadata = &asset.metadata;
    let is_known = *metadata != MediaMetadata::default();
    let service = &asset.upload.service;
    let service = service.as_ref().map(serde_json::to_string);
    let service = service.transpose().unwrap_or_default();
    run(
        connection,
        "INSERT INTO assets (base_url, asset_id, item, account, name, path, size, content,
                 upload_status, uploaded_at_ms, remark, note, batch, kind, duration_ms, width,
                 height, captured_at, has_location, deleted_at_ms, route, tries, service,
                 search)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17,
                 ?18, ?19, ?20, ?21, ?22, ?23, ?24)
             ON CONFLICT (base_url, asset_id) DO UPDATE SET
                 item = coalesce(excluded.item, item),
                 account = coalesce(nullif(excluded.account, ''), account),
                 name = coalesce(nullif(excluded.name, ''), name),
                 path = coalesce(nullif(excluded.path, x''), path),
                 size = coalesce(nullif(excluded.size, 0), size),
                 content = coalesce(excluded.content, content),
                 upload_status = coalesce(excluded.upload_status, upload_status),
                 uploaded_at_ms = coalesce(uploaded_at_ms, excluded.uploaded_at_ms),
                 remark = coalesce(excluded.remark, remark),
                 note = coalesce(excluded.note, note),
                 batch = coalesce(excluded.batch, batch),
                 kind = coalesce(excluded.kind, kind),
                 duration_ms = coalesce(excluded.duration_ms, duration_ms),
                 width = coalesce(excluded.width, width),
                 height = coalesce(excluded.height, height),
                 captured_at = coalesce(excluded.captured_at, captured_at),
                 has_location = coalesce(excluded.has_location, has_location),
                 deleted_at_ms = coalesce(excluded.deleted_at_ms, deleted_at_ms),
                 route = coalesce(excluded.route, route),
                 tries = coalesce(excluded.tries, tries),
                 service = coalesce(excluded.service, service),
                 search = iif(excluded.name = '', search, excluded.search)",
        params![
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
            asset.remark.map(AssetRemark::as_str),
            asset.note,
            asset.batch.map(to_sql_batch),
            asset.kind.map(Kind::as_str),
            metadata.duration_ms.and_then(|ms| i64::try_from(ms).ok()),
            metadata.width,
            metadata.height,
            metadata.captured_at.map(|time| time.to_string()),
            is_known.then_some(metadata.has_location),
            asset.deleted_at_ms,
            asset.upload.route.map(Route::as_str),
            asset.upload.tries,
            service,
            search_text(asset, note.as_deref()),
        ],
    )
    .map(drop)
}

/// Returns the user's note of an asset.
fn note(connection: &Connection, asset: &AssetRecord) -> rusqlite::Result<Option<String>> {
    let select = "SELECT note FROM assets WHERE base_url = ?1 AND asset_id = ?2";
    let key = [&asset.base_url, asset.asset_id.as_str()];
    Ok(first(connection, select, key, |row| row.get(0))?.flatten())
}

/// Sets the user's note of an asset, and what searches match.
pub(super) fn set_note(
    connection: &Connection,
    base_url: &str,
    asset_id: &AssetId,
    note: Option<&str>,
) -> rusqlite::Result<()> {
    let Some(asset) = find(connection, base_url, asset_id)? else {
        return Ok(());
    };
    run(
        connection,
        "UPDATE assets SET note = ?3, search = ?4 WHERE base_url = ?1 AND asset_id = ?2",
        params![base_url, asset_id.as_str(), note, search_text(&asset, note)],
    )
    .map(drop)
}

/// Sets what the service last said of an asset.
pub(super) fn set_seen(
    connection: &Connection,
    base_url: &str,
    asset_id: &AssetId,
    metadata: &SeenMetadata,
) -> rusqlite::Result<()> {
    let json = serde_json::to_string(metadata).ok();
    run(
        connection,
        "UPDATE assets SET service = ?3 WHERE base_url = ?1 AND asset_id = ?2",
        params![base_url, asset_id.as_str(), json],
    )
    .map(drop)
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
    let select = "SELECT upload_status FROM assets WHERE base_url = ?1 AND asset_id = ?2";
    let word = first(connection, select, [base_url, asset_id.as_str()], |row| {
        row.get::<_, Option<String>>(0)
    })?;
    Ok(word.flatten().map(|word| AssetStatus::from_wire(&word)))
}

/// Returns the assets that an SQL clause selects, except those with unusable IDs.
pub(super) fn select(
    connection: &Connection,
    clause: &str,
    values: impl Params,
) -> rusqlite::Result<Vec<AssetRecord>> {
    let mut found = Vec::new();
    for_each(connection, clause, values, |asset| found.push(asset))?;
    Ok(found)
}

/// Passes the assets that an SQL clause selects to `each`, except those with unusable IDs.
pub(super) fn for_each(
    connection: &Connection,
    clause: &str,
    values: impl Params,
    mut each: impl FnMut(AssetRecord),
) -> rusqlite::Result<()> {
    let mut statement =
        connection.prepare_cached(&format!("SELECT {COLUMNS} FROM assets {clause}"))?;
    let mut rows = statement.query(values)?;
    while let Some(row) = rows.next()? {
        read(row)?.into_iter().for_each(&mut each);
    }
    Ok(())
}

/// Columns that [`read`] expects, by name.
pub(super) const COLUMNS: &str = "asset_id, item, account, base_url, name, path, size, content, \
     upload_status, uploaded_at_ms, remark, note, batch, kind, duration_ms, width, height, \
     captured_at, has_location, deleted_at_ms, route, tries, service, \
     (SELECT label FROM batches WHERE batches.id = assets.batch) AS label, \
     (SELECT note FROM batches WHERE batches.id = assets.batch) AS batch_note";

/// Returns `None` for a row with an invalid id, which is logged and skipped.
pub(super) fn read(row: &Row<'_>) -> rusqlite::Result<Option<AssetRecord>> {
    let id: String = row.get("asset_id")?;
    let Some(asset_id) = AssetId::new(&id) else {
        tracing::warn!(id, "a row of the history has an unusable asset id");
        return Ok(None);
    };
    let text = |column| row.get::<_, Option<String>>(column);
    let number = |column| row.get::<_, Option<i64>>(column);
    let duration_ms = number("duration_ms")?.and_then(|ms| u64::try_from(ms).ok());
    let side =
        |column| Ok::<_, rusqlite::Error>(number(column)?.and_then(|n| u32::try_from(n).ok()));
    Ok(Some(AssetRecord {
        asset_id,
        item: number("item")?.map(from_sql_id),
        account: Account::from_fingerprint(row.get::<_, String>("account")?),
        base_url: row.get("base_url")?,
        name: row.get("name")?,
        path: path_from_bytes(row.get_ref("path")?.as_blob()?),
        size: from_sql_size(row.get("size")?),
        content: text("content")?.and_then(|hex| ContentHash::from_hex(&hex)),
        status: text("upload_status")?.map(|word| AssetStatus::from_wire(&word)),
        uploaded_at_ms: row.get("uploaded_at_ms")?,
        remark: text("remark")?.and_then(|word| AssetRemark::from_word(&word)),
        note: text("note")?,
        batch: number("batch")?.map(from_sql_batch),
        label: text("label")?,
        kind: text("kind")?.and_then(|word| Kind::from_word(&word)),
        metadata: MediaMetadata {
            duration_ms,
            width: side("width")?,
            height: side("height")?,
            captured_at: text("captured_at")?.and_then(|time| time.parse().ok()),
            has_location: number("has_location")? == Some(1),
        },
        deleted_at_ms: number("deleted_at_ms")?,
        upload: UploadFacts {
            route: text("route")?.and_then(|word| Route::from_word(&word)),
            tries: side("tries")?,
            service: text("service")?.and_then(|json| serde_json::from_str(&json).ok()),
        },
        batch_note: text("batch_note")?,
    }))
}
