//! Replaces a damaged or missing database. The next start finds the old or the new one at every
//! moment, and nothing of the damaged one is deleted.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::Connection;

use super::connect::{OpenFailure, connect};
use super::database_file::{SIBLINGS, sibling, with_siblings};
use super::error::{OpenError, StoreError};
use super::ledger::Ledger;
use super::{backup, recovery};
use crate::store::files;

/// The new database while it is filled; discarded if incomplete.
const REBUILDING: &str = "history.rebuilding.db";
/// Suffix of the completed new database until it is in place, after the name of the damaged one.
const REBUILT: &str = ".rebuilt";

/// Builds a new database from the newest sound backup, the ledger and the damaged one, then swaps
/// them. Nothing is moved until the new one is complete.
pub(super) fn replace(
    dir: &Path,
    path: &Path,
    limit: Duration,
    cause: &str,
) -> Result<(Connection, PathBuf), OpenError> {
    tracing::warn!(cause, "the history is damaged and is set aside");
    let new = dir.join(REBUILDING);
    let mut fresh = match from_backup(dir, &new, limit)? {
        Some(fresh) => fresh,
        None => connect_sound(&new, limit)?,
    };
    let ledger = Ledger::new(dir);
    let filled = recovery::recover_rows(path, ledger, limit, &mut fresh).and_then(|rows| {
        close(fresh)?;
        Ok(rows)
    });
    let rows = match filled {
        Ok(rows) => rows,
        Err(error) => {
            remove(&new);
            return Err(OpenError::from_store(&new, &error));
        }
    };
    let aside = files::aside_name(path, SIBLINGS);
    swap_in(dir, &new, path, &aside).map_err(|error| OpenError::io(path, &error))?;
    tracing::warn!(
        rows,
        "what could be read of the damaged history is in a new one"
    );
    Ok((connect_sound(path, limit)?, aside))
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
    let new = dir.join(REBUILDING);
    if let Some(restored) = from_backup(dir, &new, limit)? {
        recovery::bump_id_counter(&restored, false)
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

/// Opens a newly created database.
fn connect_sound(path: &Path, limit: Duration) -> Result<Connection, OpenError> {
    connect(path, limit).map_err(|failure| match failure {
        OpenFailure::Other(error) => error,
        OpenFailure::Damaged(cause) => OpenError::from_store(path, &StoreError::Damaged(cause)),
    })
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

/// Marks the new database as complete, moves the old one away, and puts the new one in place.
fn swap_in(dir: &Path, new: &Path, path: &Path, aside: &Path) -> io::Result<()> {
    fs::rename(new, sibling(aside, REBUILT))?;
    files::sync_dir(dir);
    put_whole(dir, path, aside)
}

fn put_whole(dir: &Path, path: &Path, aside: &Path) -> io::Result<()> {
    move_aside(path, aside)?;
    fs::rename(sibling(aside, REBUILT), path)?;
    files::sync_dir(dir);
    Ok(())
}

/// Completes an interrupted swap and removes leftovers. Returns the path of the damaged database;
/// the caller holds the exclusive lock.
pub(super) fn resume_interrupted_swap(dir: &Path, path: &Path) -> io::Result<Option<PathBuf>> {
    remove(&dir.join(REBUILDING));
    let mut finished = None;
    for name in fs::read_dir(dir)?.flatten().map(|entry| entry.file_name()) {
        let name = name.to_string_lossy();
        let ours = name.starts_with("history.damaged-");
        let aside = name.strip_suffix(REBUILT).filter(|_| ours);
        let Some(aside) = aside.map(|aside| dir.join(aside)) else {
            continue;
        };
        if fs::symlink_metadata(path).is_ok() {
            // The damaged one is still in place and can be recovered again.
            fs::remove_file(sibling(&aside, REBUILT))?;
        } else {
            put_whole(dir, path, &aside)?;
            tracing::warn!(
                "the history was rebuilt by a program that ended before it was in place"
            );
            finished = Some(aside);
        }
    }
    Ok(finished)
}
