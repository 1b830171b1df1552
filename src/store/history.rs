//! The history and the journal: one SQLite file for assets and the queue.

mod accounts;
mod asset_queries;
mod assets;
mod backup;
mod batches;
mod changes;
mod connect;
mod database_file;
mod error;
pub mod import;
mod ledger;
pub mod library;
mod open;
mod records;
mod restore;
mod rows;
mod salvage;
mod schema;
mod search;
mod swap;
#[cfg(test)]
mod tests;

use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, TransactionBehavior};

use crate::model::asset::AssetId;
use crate::model::set_aside::SetAside;
use crate::model::snapshot::ItemId;
use crate::store::files::path_to_bytes;
use crate::store::run_lock::RunId;

pub use crate::model::asset::AssetRemark;
pub use backup::{BACKUP_DIR, BackupCopy, back_up, list_copies, save_copy};
pub use database_file::FILE_NAME;
pub use error::{OpenError, StoreError};
pub use ledger::{AssetEvent, LEDGER_NAME, LedgerEvent, asset_events};
pub use records::{AssetRecord, DamagedItem, HistoryChange, ItemRecord, ProtocolRecord};
pub use restore::{CopyError, Restored, plan_restore, restore};

use changes::apply_all;
use database_file::{BUSY_LIMIT, DatabaseFile, Identity};
use ledger::Ledger;
use rows::{ITEM_COLUMNS, from_sql_id, read_damaged, read_item, to_sql_id};

/// The open database. It has one owner; other processes may have the file open too.
///
/// Every call blocks: reads for milliseconds, writes until they are on disk, both up to 5 s (or the
/// limit of [`History::wait_at_most`]) longer while another process holds a lock.
#[derive(Debug)]
pub struct History {
    connection: Connection,
    database_file: DatabaseFile,
    ledger: Ledger,
    limit: Duration,
}

/// A history, and the recovery that opening it required.
#[derive(Debug)]
pub struct OpenedDatabase {
    /// The open history.
    pub history: History,
    /// The damaged database that was replaced, or the missing one of which the ledger or a backup had
    /// something.
    pub set_aside: Option<SetAside>,
}

impl History {
    /// Opens the history of a data directory: creates it, migrates it, or sets a damaged one aside.
    /// Adds whatever only the ledger has.
    ///
    /// # Errors
    /// The database is of a newer program or locked, or its files cannot be used.
    pub fn open(dir: &Path) -> Result<OpenedDatabase, OpenError> {
        Self::open_within(dir, BUSY_LIMIT, None, Ledger::new(dir))
    }

    fn open_within(
        dir: &Path,
        limit: Duration,
        known_damaged: Option<Option<Identity>>,
        ledger: Ledger,
    ) -> Result<OpenedDatabase, OpenError> {
        let ready = open::open(dir, limit, known_damaged)?;
        let mut history = Self {
            connection: ready.connection,
            database_file: ready.database_file,
            ledger,
            limit,
        };
        if let Err(error) = history.apply_ledger() {
            // The next commit tries again.
            tracing::warn!(%error, "the ledger of asset IDs is not applied");
        }
        let connection = &history.connection;
        let was_replaced = ready.was_missing || ready.set_aside.is_some();
        let set_aside = was_replaced.then(|| swap::count(ready.set_aside, connection));
        let set_aside = set_aside.filter(|it| it.path.is_some() || it.assets > 0);
        Ok(OpenedDatabase { history, set_aside })
    }

    fn apply_ledger(&mut self) -> Result<(), StoreError> {
        if !self.ledger.is_applied(&self.connection)? {
            let limit = self.limit;
            self.write(|connection, ledger| ledger.catch_up(connection, limit))?;
        }
        Ok(())
    }

    /// Returns the database's path.
    pub fn path(&self) -> Option<&Path> {
        Some(&self.database_file.path)
    }

    /// Sets the lock timeout of every later call.
    ///
    /// # Errors
    /// SQLite does not accept the timeout.
    pub fn wait_at_most(&mut self, limit: Duration) -> Result<(), StoreError> {
        self.connection.busy_timeout(limit)?;
        self.limit = limit;
        Ok(())
    }

    /// Sets the database aside after [`StoreError::Damaged`] and opens a new one with the rows that
    /// could be read. Write the whole current state into it again.
    ///
    /// # Errors
    /// The new database cannot be built or opened.
    pub fn repair(self) -> Result<OpenedDatabase, OpenError> {
        // Closing must not checkpoint a damaged log into the file.
        let _ = connect::checkpoint_on_close(&self.connection, false);
        let known_damaged = self.database_file.identity();
        self.open_again(Some(known_damaged))
    }

    /// Opens the database that another process swapped in ([`StoreError::Replaced`]). Write the
    /// whole current state into it again.
    ///
    /// # Errors
    /// The new database cannot be opened.
    pub fn reopen(self) -> Result<OpenedDatabase, OpenError> {
        self.open_again(None)
    }

    /// Keeps the ledger's state.
    fn open_again(
        self,
        known_damaged: Option<Option<Identity>>,
    ) -> Result<OpenedDatabase, OpenError> {
        let Self {
            connection,
            database_file,
            ledger,
            ..
        } = self;
        drop(connection);
        Self::open_within(&database_file.dir, BUSY_LIMIT, known_damaged, ledger)
    }

    /// Appends the changes' assets to the ledger, then writes all changes in one synced
    /// transaction.
    ///
    /// # Errors
    /// Nothing was written to the database; [`History::told_assets`] are in the ledger
    /// nevertheless.
    pub fn commit(&mut self, changes: &[HistoryChange]) -> Result<(), StoreError> {
        let limit = self.limit;
        self.ledger.append_changes(changes, limit);
        if changes.is_empty() {
            return Ok(());
        }
        self.write(|connection, ledger| {
            ledger.catch_up(connection, limit)?;
            apply_all(connection, changes)
        })?;
        self.ledger.confirm();
        Ok(())
    }

    /// Returns the assets in the ledger that no commit has confirmed yet; their IDs are saved.
    pub fn told_assets(&self) -> impl Iterator<Item = &AssetId> {
        self.ledger.unconfirmed()
    }

    /// Returns true while the ledger cannot be written; every commit, even an empty one, tries
    /// again.
    pub fn is_ledger_behind(&self) -> bool {
        self.ledger.is_behind()
    }

    /// Returns the error of the ledger's last use, if it failed; the database is not affected.
    pub fn ledger_problem(&self) -> Option<&str> {
        self.ledger.problem()
    }

    /// Reserves ids for `count` rows of the queue and returns the first. Ids are unique across
    /// processes and never reused.
    ///
    /// # Errors
    /// The database cannot be written.
    pub fn reserve_ids(&mut self, count: u32) -> Result<ItemId, StoreError> {
        self.write(|connection, _| rows::reserve(connection, count))
            .map(from_sql_id)
    }

    /// Moves rows from one run to another and returns those that moved: if two processes try, one
    /// gets each row.
    ///
    /// # Errors
    /// The database cannot be written.
    pub fn claim(
        &mut self,
        items: &[ItemId],
        from: &RunId,
        to: &RunId,
    ) -> Result<Vec<ItemId>, StoreError> {
        self.write(|connection, _| {
            let mut claim = connection
                .prepare_cached("UPDATE items SET run = ?3 WHERE id = ?1 AND run = ?2")?;
            let mut claimed = Vec::new();
            for &id in items {
                if claim.execute((to_sql_id(id), from.as_str(), to.as_str()))? == 1 {
                    claimed.push(id);
                }
            }
            Ok(claimed)
        })
    }

    fn write<T>(
        &mut self,
        work: impl FnOnce(&Connection, &mut Ledger) -> rusqlite::Result<T>,
    ) -> Result<T, StoreError> {
        let _held = self.database_file.hold(self.limit)?;
        if !self.database_file.is_same_file() {
            return Err(StoreError::Replaced);
        }
        let transaction = self
            .connection
            .transaction_with_behavior(TransactionBehavior::Immediate)?;
        let value = work(&transaction, &mut self.ledger)?;
        transaction.commit()?;
        Ok(value)
    }

    /// Returns the queue of all runs, in order.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn items(&self) -> Result<Vec<ItemRecord>, StoreError> {
        self.read_items("ORDER BY position, id", ())
    }

    /// Returns the rows of one file, by its exact path.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn items_by_path(&self, path: &Path) -> Result<Vec<ItemRecord>, StoreError> {
        self.read_items(
            "WHERE path = ?1 ORDER BY position, id",
            [path_to_bytes(path)],
        )
    }

    fn read_items(
        &self,
        clause: &str,
        values: impl rusqlite::Params,
    ) -> Result<Vec<ItemRecord>, StoreError> {
        let select = format!("SELECT {ITEM_COLUMNS} FROM items {clause}");
        Ok(rows::all(&self.connection, &select, values, read_item)?)
    }

    /// Returns the storage protocols that have worked.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn protocols(&self) -> Result<Vec<ProtocolRecord>, StoreError> {
        let select = "SELECT host, kind, protocol FROM storage_protocols ORDER BY host, kind";
        Ok(rows::all(&self.connection, select, (), |row| {
            Ok(ProtocolRecord {
                host: row.get(0)?,
                kind: row.get(1)?,
                protocol: row.get(2)?,
            })
        })?)
    }

    /// Returns the uploads to a service whose session the keychain may hold, with their start in
    /// milliseconds since the Unix epoch.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn sessions(&self, base_url: &str) -> Result<Vec<(AssetId, i64)>, StoreError> {
        let select = "SELECT asset_id, at_ms FROM sessions WHERE base_url = ?1 ORDER BY asset_id";
        let sessions = rows::all(&self.connection, select, [base_url], |row| {
            let id: String = row.get(0)?;
            Ok(AssetId::new(&id).zip(Some(row.get(1)?)))
        })?;
        Ok(sessions.into_iter().flatten().collect())
    }

    /// Returns the rows of the queue that were set aside.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn damaged_items(&self) -> Result<Vec<DamagedItem>, StoreError> {
        let select = "SELECT id, path, state, why FROM damaged_items ORDER BY id";
        Ok(rows::all(&self.connection, select, (), read_damaged)?)
    }
}
