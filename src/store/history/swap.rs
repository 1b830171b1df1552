//! Replaces a damaged or missing database. Nothing of the damaged one is deleted, and a program that
//! ends meanwhile leaves the damaged one or none, which the next start replaces.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::Connection;

use super::backup;
use super::connect::{OpenFailure, connect};
use super::database_file::{SIBLINGS, sibling, with_siblings};
use super::error::{OpenError, StoreError};
use super::ledger::Ledger;
use super::salvage::{MAX_ID, salvage};
use crate::model::set_aside::SetAside;
use crate::store::files;

/// The new database while it is filled; discarded if that does not end.
const RESTORING: &str = "history.restoring.db";
/// Gap added to the counter of a backup or of an empty database: more ids than any queue can have
/// used since.
const ID_GAP: i64 = 1_000_000;

/// Fills a new database from the newest sound backup, the ledger and the damaged one, and then moves
/// the damaged one aside.
pub(super) fn replace(
    dir: &Path,
    path: &Path,
    limit: Duration,
    cause: &str,
) -> Result<(Connection, PathBuf), OpenError> {
    tracing::warn!(cause, "the history is damaged and is set aside");
    let new = dir.join(RESTORING);
    let mut fresh = match from_backup(dir, &new, limit)? {
        Some(fresh) => fresh,
        None => connect_sound(&new, limit)?,
    };
    let filled = salvage(path, Ledger::new(dir), limit, &mut fresh);
    filled
        .and_then(|()| Ok(skip_ids(&fresh)?))
        .and_then(|()| close(fresh))
        .map_err(|error| OpenError::from_store(&new, &error))?;
    let aside = files::aside_name(path, SIBLINGS);
    move_aside(path, &aside)
        .and_then(|()| fs::rename(&new, path))
        .map_err(|error| OpenError::io(path, &error))?;
    files::sync_dir(dir);
    Ok((connect_sound(path, limit)?, aside))
}

/// Opens a newly created database.
fn connect_sound(path: &Path, limit: Duration) -> Result<Connection, OpenError> {
    connect(path, limit).map_err(|failure| match failure {
        OpenFailure::Other(error) => error,
        OpenFailure::Damaged(cause) => OpenError::from_store(path, &StoreError::Damaged(cause)),
    })
}

/// Advances the counter so that no id is given twice.
fn skip_ids(fresh: &Connection) -> rusqlite::Result<()> {
    let skip = "UPDATE counters SET value = ?1 + min(?2, max(value,
             (SELECT coalesce(max(id), 0) FROM items),
             (SELECT coalesce(max(item), 0) FROM assets),
             (SELECT coalesce(max(id), 0) FROM batches),
             (SELECT coalesce(max(id), 0) FROM damaged_items)))
         WHERE name = 'next_item'";
    fresh.execute(skip, [ID_GAP, MAX_ID]).map(drop)
}

/// Counts what is in the database that replaces a damaged or missing one; what cannot be counted is
/// 0.
pub(super) fn count(path: Option<PathBuf>, fresh: &Connection) -> SetAside {
    let count = |sql: &str| {
        let count = fresh.query_row(sql, (), |row| row.get::<_, i64>(0));
        usize::try_from(count.unwrap_or_default()).unwrap_or_default()
    };
    SetAside {
        path,
        assets: count("SELECT count(upload_status) FROM assets"),
        batches: count("SELECT count(*) FROM batches"),
        notes: count("SELECT (SELECT count(note) FROM assets) + (SELECT count(note) FROM batches)"),
    }
}

/// Restores a missing database from the newest sound backup.
pub(super) fn restore_missing(dir: &Path, path: &Path, limit: Duration) -> Result<(), OpenError> {
    // An empty log, as a program that only read may leave it, has lost nothing.
    let is_index = |file: &Path| *file == sibling(path, "-shm");
    let is_leftover =
        |file: &Path, it: &fs::Metadata| it.is_file() && (it.len() == 0 || is_index(file));
    let mut others = with_siblings(path).skip(1);
    if fs::symlink_metadata(path).is_ok()
        || others.any(|file| fs::symlink_metadata(&file).is_ok_and(|it| !is_leftover(&file, &it)))
    {
        return Ok(());
    }
    remove(path);
    let new = dir.join(RESTORING);
    if let Some(restored) = from_backup(dir, &new, limit)? {
        skip_ids(&restored)
            .map_err(StoreError::from)
            .and_then(|()| close(restored))
            .map_err(|error| OpenError::from_store(&new, &error))?;
        fs::rename(&new, path).map_err(|error| OpenError::io(path, &error))?;
        files::sync_dir(dir);
        tracing::warn!("the history was missing and is restored from a backup");
    }
    Ok(())
}

/// Copies the newest sound backup; `None` if there is none.
fn from_backup(dir: &Path, new: &Path, limit: Duration) -> Result<Option<Connection>, OpenError> {
    remove(new);
    for backup in backup::copies(&dir.join(backup::BACKUP_DIR)) {
        let bytes = match fs::read(&backup) {
            Ok(bytes) => bytes,
            Err(error) => {
                tracing::warn!(?backup, %error, "a backup cannot be read");
                continue;
            }
        };
        write_private(new, &bytes).map_err(|error| OpenError::io(new, &error))?;
        match connect(new, limit) {
            Ok(restored) => return Ok(Some(restored)),
            Err(OpenFailure::Damaged(cause)) => {
                tracing::warn!(?backup, cause, "a backup is damaged");
            }
            Err(OpenFailure::Other(error)) => tracing::warn!(?backup, %error, "a backup is no use"),
        }
        remove(new);
    }
    Ok(None)
}

fn write_private(new: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut options = files::private_options();
    options
        .write(true)
        .create_new(true)
        .open(new)?
        .write_all(bytes)
}

/// Closes a database, leaving no files beside it.
fn close(connection: Connection) -> Result<(), StoreError> {
    connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
    connection.close().map_err(|(_, error)| error)?;
    Ok(())
}

/// Removes a copy and the files beside it.
fn remove(copy: &Path) {
    for file in with_siblings(copy) {
        let _ = fs::remove_file(file);
    }
}

/// Moves the database before its log: the next start recognises a log without a database.
fn move_aside(path: &Path, aside: &Path) -> io::Result<()> {
    for (from, to) in with_siblings(path).zip(with_siblings(aside)) {
        match fs::rename(from, to) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    Ok(())
}
