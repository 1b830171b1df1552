//! Changes of the history, as statements.

use rusqlite::{Connection, params};

use super::records::HistoryChange;
use super::rows::{put_item, run, to_sql_id};
use super::{accounts, assets, batches};

/// Writes changes within the caller's transaction.
pub(super) fn apply_all(
    connection: &Connection,
    changes: &[HistoryChange],
) -> rusqlite::Result<()> {
    changes
        .iter()
        .try_for_each(|change| apply(connection, change))
}

/// Writes one change within the caller's transaction.
pub(super) fn apply(connection: &Connection, change: &HistoryChange) -> rusqlite::Result<()> {
    match change {
        HistoryChange::PutItem(item) => return put_item(connection, item),
        HistoryChange::DropItem(id) => {
            let id = to_sql_id(*id);
            run(connection, "DELETE FROM items WHERE id = ?1", [id])
        }
        HistoryChange::SetAside { id, why } => {
            run(
                connection,
                "INSERT OR REPLACE INTO damaged_items (id, run, path, state, why)
                 SELECT id, run, path, state, ?2 FROM items WHERE id = ?1",
                params![to_sql_id(*id), why],
            )?;
            return apply(connection, &HistoryChange::DropItem(*id));
        }
        HistoryChange::PutAsset(asset) | HistoryChange::ImportAsset(asset, _) => {
            return assets::put(connection, asset);
        }
        HistoryChange::SetNote {
            base_url,
            asset_id,
            note,
        } => return assets::set_note(connection, base_url, asset_id, note.as_deref()),
        HistoryChange::SetSeen {
            base_url,
            asset_id,
            metadata,
        } => return assets::set_seen(connection, base_url, asset_id, metadata),
        HistoryChange::ClearRemark(asset) => run(
            connection,
            "UPDATE assets SET remark = NULL WHERE base_url = ?1 AND asset_id = ?2",
            [&asset.base_url, asset.asset_id.as_str()],
        ),
        HistoryChange::RemoveAsset(asset) => run(
            connection,
            "DELETE FROM assets WHERE base_url = ?1 AND asset_id = ?2",
            [&asset.base_url, asset.asset_id.as_str()],
        ),
        HistoryChange::PutBatch(batch) => return batches::put(connection, batch),
        HistoryChange::EditBatch {
            batch, label, note, ..
        } => return batches::edit(connection, *batch, label, note.as_deref()),
        HistoryChange::KeyGood {
            account,
            last4,
            base_url,
            at_ms,
        } => {
            accounts::put(connection, base_url, account, last4)?;
            run(
                connection,
                "INSERT INTO good_keys (account, base_url, at_ms) VALUES (?1, ?2, ?3)
                 ON CONFLICT DO UPDATE SET at_ms = max(at_ms, excluded.at_ms)",
                params![account.as_str(), base_url, at_ms],
            )
        }
        HistoryChange::JoinAccounts {
            base_url,
            one,
            other,
        } => return accounts::join(connection, base_url, one, other),
        HistoryChange::NameAccount {
            base_url,
            account,
            name,
        } => return accounts::name(connection, base_url, account, name.as_deref()),
        HistoryChange::KeyRefused { account, base_url } => run(
            connection,
            "DELETE FROM good_keys WHERE account = ?1 AND base_url = ?2",
            [account.as_str(), base_url],
        ),
        HistoryChange::PutProtocol(record) => run(
            connection,
            "INSERT OR REPLACE INTO storage_protocols (host, kind, protocol) VALUES (?1, ?2, ?3)",
            [&record.host, &record.kind, &record.protocol],
        ),
        HistoryChange::DropProtocol { host, kind } => run(
            connection,
            "DELETE FROM storage_protocols WHERE host = ?1 AND kind = ?2",
            [host, kind],
        ),
        HistoryChange::PutSession {
            base_url,
            asset_id,
            at_ms,
        } => run(
            connection,
            "INSERT OR REPLACE INTO sessions (base_url, asset_id, at_ms) VALUES (?1, ?2, ?3)",
            params![base_url, asset_id.as_str(), at_ms],
        ),
        HistoryChange::PutDeletion {
            base_url,
            asset_id,
            at_ms,
        } => run(
            connection,
            "INSERT OR IGNORE INTO deletions (base_url, asset_id, at_ms) VALUES (?1, ?2, ?3)",
            params![base_url, asset_id.as_str(), at_ms],
        ),
        HistoryChange::DropDeletion { base_url, asset_id } => run(
            connection,
            "DELETE FROM deletions WHERE base_url = ?1 AND asset_id = ?2",
            [base_url, asset_id.as_str()],
        ),
        HistoryChange::DropSession { base_url, asset_id } => run(
            connection,
            "DELETE FROM sessions WHERE base_url = ?1 AND asset_id = ?2",
            [base_url, asset_id.as_str()],
        ),
    }
    .map(drop)
}
