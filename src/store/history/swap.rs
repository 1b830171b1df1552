//! A new database in a damaged or missing one's place: at every moment the next start finds one
//! of the two, and nothing is deleted of the damaged one.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::Connection;

use super::database_file::{OpenFailure, SIBLINGS, connect, sibling, with_siblings};
use super::error::{OpenError, StoreError};
use super::ledger::Ledger;
use super::{backup, recovery};
use crate::store::files;

/// The new one while it is filled: worth nothing until it is whole.
const REBUILDING: &str = "history.rebuilding.db";
/// What the new one is called when it is whole, until it has its place: this after the name
/// under which the damaged one is kept.
const REBUILT: &str = ".rebuilt";

/// Builds a new database from the newest sound backup, the ledger, and what the damaged one
/// gives, then lets them change places. Until the new one is whole, nothing is moved.
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
    let filled = recovery::recovery(path, ledger, limit, &mut fresh).and_then(|rows| {
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

/// Puts the newest sound backup in the place of a database that is missing.
pub(super) fn restore_missing(dir: &Path, path: &Path, limit: Duration) -> Result<(), OpenError> {
    if with_siblings(path).any(|file| fs::symlink_metadata(file).is_ok()) {
        return Ok(());
    }
    let new = dir.join(REBUILDING);
    if let Some(restored) = from_backup(dir, &new, limit)? {
        close(restored).map_err(|error| OpenError::from_store(&new, &error))?;
        fs::rename(&new, path).map_err(|error| OpenError::io(path, &error))?;
        files::sync_dir(dir);
        tracing::warn!("the history was missing and is restored from a backup");
    }
    Ok(())
}

/// A copy of the newest sound backup; `None` where there is none.
fn from_backup(dir: &Path, new: &Path, limit: Duration) -> Result<Option<Connection>, OpenError> {
    remove(new);
    for backup in backup::copies(&dir.join(backup::BACKUP_DIR)) {
        fs::copy(&backup, new).map_err(|error| OpenError::io(new, &error))?;
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

/// Opens a database that was made a moment ago.
fn connect_sound(path: &Path, limit: Duration) -> Result<Connection, OpenError> {
    connect(path, limit).map_err(|trouble| match trouble {
        OpenFailure::Other(error) => error,
        OpenFailure::Damaged(cause) => OpenError::from_store(path, &StoreError::Damaged(cause)),
    })
}

/// Closes a database, with nothing left beside it.
fn close(connection: Connection) -> Result<(), StoreError> {
    connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
    connection.close().map_err(|(_, error)| error)?;
    Ok(())
}

/// Removes a copy with everything that SQLite puts beside it.
fn remove(copy: &Path) {
    for file in with_siblings(copy) {
        let _ = fs::remove_file(file);
    }
}

/// The database first: a log without one is known for what it is at the next start.
fn move_aside(path: &Path, aside: &Path) -> io::Result<()> {
    for (from, to) in with_siblings(path).zip(with_siblings(aside)) {
        match fs::rename(from, to) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    Ok(())
}

/// Names the new one whole, moves the old one away, and puts the new one there.
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

/// Goes on where a program ended while databases changed places, and removes what is of no
/// use any more. Gives where the damaged one is kept. Only for who holds the lock alone.
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
            // The damaged one is where it was, and gives the same again.
            fs::remove_file(sibling(&aside, REBUILT))?;
        } else {
            put_whole(dir, path, &aside)?;
            tracing::warn!("the history was salvaged by a program that ended over it");
            finished = Some(aside);
        }
    }
    Ok(finished)
}
