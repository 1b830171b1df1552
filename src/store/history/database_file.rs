//! The database's files, and the lock between processes.

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::error::StoreError;

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

impl DatabaseFile {
    /// Identifies the file that is at `path` now; `lock` is the lock of its folder.
    pub(super) fn new(dir: &Path, path: PathBuf, lock: File) -> Self {
        Self {
            dir: dir.to_owned(),
            identity: identify(&path),
            path,
            lock,
        }
    }

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
