//! Opens the history of a folder, whatever state its files are in.

use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::Connection;

use super::connect::{OpenFailure, connect};
use super::database_file::{DatabaseFile, FILE_NAME, Identity, hold, identify};
use super::error::OpenError;
use super::swap;
use crate::store::files;

/// A database that is ready for use.
pub(super) struct Ready {
    pub(super) connection: Connection,
    pub(super) database_file: DatabaseFile,
    pub(super) set_aside: Option<PathBuf>,
    /// Nothing or an empty file was in its place.
    pub(super) was_missing: bool,
}

/// Opens the history of a folder: creates it, migrates it, or sets a damaged one aside. The
/// database with the identity `known_damaged` is always set aside.
pub(super) fn open(
    dir: &Path,
    limit: Duration,
    known_damaged: Option<Option<Identity>>,
) -> Result<Ready, OpenError> {
    files::create_private_dir(dir).map_err(|error| OpenError::io(dir, &error))?;
    let path = dir.join(FILE_NAME);
    let lock = files::open_lock_file(&dir.join("history.lock"))
        .map_err(|error| OpenError::io(&path, &error))?;
    let mut set_aside = None;
    let was_missing;
    let connection = {
        let _held = hold(&lock, true, limit).map_err(|e| OpenError::from_store(&path, &e))?;
        was_missing = !std::fs::metadata(&path).is_ok_and(|found| found.len() > 0);
        let opened = match known_damaged {
            Some(identity) if identity == identify(&path) => {
                Err(OpenFailure::Damaged("damage was found in use".to_owned()))
            }
            _ => {
                swap::restore_missing(dir, &path, limit)?;
                connect(&path, limit)
            }
        };
        match opened {
            Ok(connection) => connection,
            Err(OpenFailure::Other(error)) => return Err(error),
            Err(OpenFailure::Damaged(cause)) => {
                let (connection, aside) = swap::replace(dir, &path, limit, &cause)?;
                set_aside = Some(aside);
                connection
            }
        }
    };
    Ok(Ready {
        connection,
        database_file: DatabaseFile::new(dir, path, lock),
        was_missing: was_missing && set_aside.is_none(),
        set_aside,
    })
}
