//! Opens and checks one database file.

use std::fs::{self, File};
use std::io;
use std::path::Path;
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, MAIN_DB, OpenFlags};

use super::database_file::{LOG, sibling, with_siblings};
use super::error::{OpenError, StoreError};
use super::schema;
use crate::store::files;

/// Failure of opening a database.
pub(super) enum OpenFailure {
    Damaged(String),
    Other(OpenError),
}

/// Opens a database, created if missing, and migrates it to the newest version.
pub(super) fn connect(path: &Path, limit: Duration) -> Result<Connection, OpenFailure> {
    prepare_file(path)?;
    match try_connect(path, limit) {
        Ok(Ok(connection)) => Ok(connection),
        Ok(Err(failure)) => Err(failure),
        Err(error) => Err(match StoreError::from(error) {
            StoreError::Damaged(cause) => OpenFailure::Damaged(cause),
            error => OpenFailure::Other(OpenError::from_store(path, &error)),
        }),
    }
}

/// Creates a missing file with access for its owner only: SQLite gives the files beside a database
/// the same permissions.
fn prepare_file(path: &Path) -> Result<(), OpenFailure> {
    let io = |error: &io::Error| OpenFailure::Other(OpenError::io(path, error));
    let is_link = |file: &Path| fs::symlink_metadata(file).is_ok_and(|found| found.is_symlink());
    if with_siblings(path).any(|file| is_link(&file)) {
        // SQLite would write to the link's target.
        return Err(io(&io::Error::other(
            "it is a link, and links are not followed",
        )));
    }
    let length = match fs::metadata(path) {
        Ok(metadata) => metadata.len(),
        Err(error) if error.kind() == io::ErrorKind::NotFound => 0,
        Err(error) => return Err(io(&error)),
    };
    let log = fs::metadata(sibling(path, LOG)).map_or(0, |metadata| metadata.len());
    if length == 0 && log > 0 {
        // SQLite would take the log for a stale one and delete it.
        return Err(OpenFailure::Damaged(
            "the file is empty, but its log is not".to_owned(),
        ));
    }
    match files::private_options()
        .write(true)
        .create_new(true)
        .open(path)
    {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(io(&error)),
    }
}

fn try_connect(path: &Path, limit: Duration) -> rusqlite::Result<Result<Connection, OpenFailure>> {
    let had_log = fs::metadata(sibling(path, LOG)).is_ok_and(|log| log.len() > 0);
    let mut connection = Connection::open_with_flags(
        path,
        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX,
    )?;
    harden(&connection)?;
    connection.busy_timeout(limit)?;
    // Until the database is known to be sound and ours, no failure may checkpoint or delete its
    // log.
    checkpoint_on_close(&connection, false)?;
    let version = schema::version(&connection)?;
    if version > schema::newest() {
        // Files created only for reading are removed again; a log that was there stays.
        checkpoint_on_close(&connection, !had_log)?;
        return Ok(Err(OpenFailure::Other(OpenError::Newer {
            path: path.to_owned(),
            found: version,
            known: schema::newest(),
        })));
    }
    if version < 0 {
        return Ok(Err(OpenFailure::Damaged(format!(
            "its version is {version}"
        ))));
    }
    if connection.is_readonly(MAIN_DB)? {
        return Ok(Err(read_only(path, connection)));
    }
    if let Some(cause) = schema::planted(&connection)? {
        return Ok(Err(OpenFailure::Damaged(cause)));
    }
    if version > 0
        && let Some(cause) = schema::damage(&connection)?
    {
        return Ok(Err(OpenFailure::Damaged(cause)));
    }
    connection.pragma_update_and_check(None, "journal_mode", "WAL", |_| Ok(()))?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "temp_store", "MEMORY")?;
    schema::migrate(&mut connection)?;
    checkpoint_on_close(&connection, true)?;
    for file in with_siblings(path) {
        if let Err(error) = files::restrict_file(&file) {
            // Owned by another user, who has to protect it.
            tracing::warn!(%error, "the history's rights cannot be set");
        }
    }
    Ok(Ok(connection))
}

/// Opens a possibly damaged database read-only.
pub(super) fn open_to_read(path: &Path) -> rusqlite::Result<Connection> {
    let source = Connection::open_with_flags(
        path,
        OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX,
    )?;
    harden(&source)?;
    checkpoint_on_close(&source, false)?;
    Ok(source)
}

/// Hardens a connection against a hostile database: triggers and views are off, unsafe functions
/// are blocked, internal tables are read-only. Call it before the first statement.
pub(super) fn harden(connection: &Connection) -> rusqlite::Result<()> {
    for (setting, on) in [
        (DbConfig::SQLITE_DBCONFIG_ENABLE_TRIGGER, false),
        (DbConfig::SQLITE_DBCONFIG_ENABLE_VIEW, false),
        (DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false),
        (DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true),
    ] {
        connection.set_db_config(setting, on)?;
    }
    Ok(())
}

/// Sets whether closing the last connection checkpoints and deletes the log, instead of keeping it.
pub(super) fn checkpoint_on_close(connection: &Connection, is_on: bool) -> rusqlite::Result<()> {
    connection
        .set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, !is_on)
        .map(drop)
}

/// Classifies a database that SQLite opened read-only: the file is write-protected, or its header
/// asks for a newer SQLite, which is damage since none exists.
fn read_only(path: &Path, connection: Connection) -> OpenFailure {
    drop(connection);
    let mut header = [0; 19];
    let read = File::open(path).and_then(|mut file| io::Read::read_exact(&mut file, &mut header));
    match read {
        Ok(()) if !matches!(header[18], 1 | 2) => {
            OpenFailure::Damaged("its header is not one that SQLite writes".to_owned())
        }
        _ => OpenFailure::Other(OpenError::Io {
            path: path.to_owned(),
            cause: "it is read-only".to_owned(),
        }),
    }
}
