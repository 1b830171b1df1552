//! The database's files: opening, the lock between processes, setting aside.

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use rusqlite::config::DbConfig;
use rusqlite::{Connection, MAIN_DB, OpenFlags};

use super::error::{OpenError, StoreError};
use super::{schema, swap};
use crate::store::files;

/// Name of the database in the data directory.
pub const FILE_NAME: &str = "history.db";
/// Name suffix of SQLite's write-ahead log.
pub(super) const LOG: &str = "-wal";
/// Suffixes of all files that SQLite puts beside a database.
pub(super) const SIBLINGS: &[&str] = &[LOG, "-shm", "-journal"];

/// Lock timeout. A transaction takes milliseconds, recovering a large database seconds.
pub(super) const BUSY_LIMIT: Duration = Duration::from_secs(5);
/// Time between attempts to take a lock.
const LOCK_PAUSE: Duration = Duration::from_millis(5);

/// Path of a history, and the lock that guards it.
#[derive(Debug)]
pub(super) struct DatabaseFile {
    pub(super) dir: PathBuf,
    pub(super) path: PathBuf,
    lock: File,
    identity: Option<Identity>,
}

/// Device and inode of the database file; a replacement has others.
pub(super) type Identity = (u64, u64);

/// Lock held while the database is written (shared) or replaced (exclusive).
#[derive(Debug)]
pub(super) struct DatabaseLockGuard<'a>(&'a File);

impl Drop for DatabaseLockGuard<'_> {
    fn drop(&mut self) {
        let _ = self.0.unlock();
    }
}

pub(super) enum OpenFailure {
    Damaged(String),
    Other(OpenError),
}

/// A database that is ready for use.
pub(super) struct Ready {
    pub(super) connection: Connection,
    pub(super) database_file: DatabaseFile,
    pub(super) set_aside: Option<PathBuf>,
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
    let mut set_aside;
    let connection = {
        let _held = hold(&lock, true, limit).map_err(|e| OpenError::from_store(&path, &e))?;
        set_aside =
            swap::resume_interrupted_swap(dir, &path).map_err(|e| OpenError::io(&path, &e))?;
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
    let identity = identify(&path);
    Ok(Ready {
        connection,
        database_file: DatabaseFile {
            dir: dir.to_owned(),
            path,
            lock,
            identity,
        },
        set_aside,
    })
}

impl DatabaseFile {
    /// Takes the shared lock, so that no process can replace the database meanwhile.
    pub(super) fn hold(&self, limit: Duration) -> Result<DatabaseLockGuard<'_>, StoreError> {
        hold(&self.lock, false, limit)
    }

    /// Returns true if the file at this path is still the one that was opened.
    pub(super) fn is_same_file(&self) -> bool {
        identify(&self.path) == self.identity
    }

    pub(super) fn identity(&self) -> Option<Identity> {
        self.identity
    }
}

/// Waits for a file lock, up to a timeout.
///
/// # Errors
/// [`StoreError::Busy`] if another process holds it for longer.
pub(super) fn hold(
    lock: &File,
    exclusive: bool,
    limit: Duration,
) -> Result<DatabaseLockGuard<'_>, StoreError> {
    let start = Instant::now();
    loop {
        let tried = if exclusive {
            lock.try_lock()
        } else {
            lock.try_lock_shared()
        };
        match tried {
            Ok(()) => return Ok(DatabaseLockGuard(lock)),
            Err(TryLockError::WouldBlock) if start.elapsed() >= limit => {
                return Err(StoreError::Busy);
            }
            Err(TryLockError::WouldBlock) => std::thread::sleep(LOCK_PAUSE),
            // A file system without locks: SQLite's own have to do.
            Err(TryLockError::Error(error)) if error.kind() == io::ErrorKind::Unsupported => {
                return Ok(DatabaseLockGuard(lock));
            }
            Err(TryLockError::Error(error)) => return Err(StoreError::NotSaved(error.to_string())),
        }
    }
}

#[cfg(unix)]
pub(super) fn identify(path: &Path) -> Option<Identity> {
    use std::os::unix::fs::MetadataExt;
    let metadata = fs::metadata(path).ok()?;
    Some((metadata.dev(), metadata.ino()))
}

/// Returns `None`: off Unix, an open database cannot be moved away.
#[cfg(not(unix))]
pub(super) fn identify(path: &Path) -> Option<Identity> {
    fs::metadata(path).ok().map(|_| (0, 0))
}

/// Opens a database, created if missing, and migrates it to the newest version.
pub(super) fn connect(path: &Path, limit: Duration) -> Result<Connection, OpenFailure> {
    prepare_file(path)?;
    match try_connect(path, limit) {
        Ok(Ok(connection)) => Ok(connection),
        Ok(Err(trouble)) => Err(trouble),
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
    trust_no_schema(&connection)?;
    connection.busy_timeout(limit)?;
    // Until the database is known to be sound and ours, no failure may checkpoint or delete its
    // log.
    keep_log(&connection, true)?;
    let version = schema::version(&connection)?;
    if version > schema::newest() {
        // Files created only for reading are removed again; a log that was there stays.
        keep_log(&connection, had_log)?;
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
    schema::verify(&connection)?;
    keep_log(&connection, false)?;
    for file in with_siblings(path) {
        if let Err(error) = files::restrict_file(&file) {
            // Owned by another user, who has to protect it.
            tracing::warn!(%error, "the history's rights cannot be set");
        }
    }
    Ok(Ok(connection))
}

/// Hardens a connection against a hostile database: triggers and views are off, unsafe functions
/// are blocked, internal tables are read-only. Call it before the first statement.
pub(super) fn trust_no_schema(connection: &Connection) -> rusqlite::Result<()> {
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

/// Sets whether closing the last connection keeps the log, instead of checkpointing and deleting
/// it.
pub(super) fn keep_log(connection: &Connection, keep: bool) -> rusqlite::Result<()> {
    connection
        .set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, keep)
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

/// Returns the file with this suffix beside a database.
pub(super) fn sibling(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    PathBuf::from(name)
}

/// Returns a database and every file that SQLite may put beside it.
pub(super) fn with_siblings(path: &Path) -> impl Iterator<Item = PathBuf> {
    std::iter::once("")
        .chain(SIBLINGS.iter().copied())
        .map(move |ending| sibling(path, ending))
}
