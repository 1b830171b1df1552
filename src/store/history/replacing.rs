//! A new database in a damaged one's place: at every moment the next start finds one of
//! the two, and nothing is deleted of the damaged one.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::Connection;

use super::error::{OpenError, StoreError};
use super::place::{SIBLINGS, Trouble, connect, sibling, with_siblings};
use super::salvage;
use crate::store::files;

/// The new one while it is filled: worth nothing until it is whole.
const REBUILDING: &str = "history.rebuilding.db";
/// What the new one is called when it is whole, until it has its place: this after the name
/// under which the damaged one is kept.
const REBUILT: &str = ".rebuilt";
/// A copy of the damaged one that is read through another first page.
const SCRATCH: &str = "history.salvage.db";

/// Builds a new database from what the damaged one gives, then lets them change places.
/// Until the new one is whole, nothing is moved.
pub(super) fn replace(
    dir: &Path,
    path: &Path,
    limit: Duration,
    cause: &str,
) -> Result<(Connection, PathBuf), OpenError> {
    tracing::warn!(cause, "the history is damaged and is set aside");
    let new = dir.join(REBUILDING);
    salvage::remove(&new);
    let mut fresh = match connect(&new, limit) {
        Ok(fresh) => fresh,
        Err(Trouble::Other(error)) => return Err(error),
        Err(Trouble::Damaged(cause)) => {
            return Err(OpenError::from_store(&new, &StoreError::Damaged(cause)));
        }
    };
    let filled = salvage::salvage(path, &dir.join(SCRATCH), &mut fresh).and_then(|saved| {
        fresh.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
        fresh.close().map_err(|(_, error)| error)?;
        Ok(saved)
    });
    let saved = match filled {
        Ok(saved) => saved,
        Err(error) => {
            salvage::remove(&new);
            return Err(OpenError::from_store(&new, &error));
        }
    };
    let aside = files::aside_name(path, SIBLINGS);
    change_places(dir, &new, path, &aside).map_err(|error| OpenError::io(path, &error))?;
    tracing::warn!(
        rows = saved.rows,
        lost = saved.lost,
        "the history was salvaged"
    );
    match connect(path, limit) {
        Ok(connection) => Ok((connection, aside)),
        Err(Trouble::Other(error)) => Err(error),
        Err(Trouble::Damaged(cause)) => {
            Err(OpenError::from_store(path, &StoreError::Damaged(cause)))
        }
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
fn change_places(dir: &Path, new: &Path, path: &Path, aside: &Path) -> io::Result<()> {
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
pub(super) fn finish(dir: &Path, path: &Path) -> io::Result<Option<PathBuf>> {
    salvage::remove(&dir.join(REBUILDING));
    salvage::remove(&dir.join(SCRATCH));
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
