//! Lock files of runs: they tell which run owns a row of the queue, and if it is alive.

use std::fmt;
use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use super::files;

/// Folder of the lock files in the data directory.
const FOLDER: &str = "runs";

/// Name of one run of the program: the window, or one `upload`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RunId(String);

impl RunId {
    /// Takes a name read from the history.
    pub fn from_text(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// Returns the name; 16 hexadecimal digits if [`RunLock::begin`] made it.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns true if the name can be a lock file's.
    fn is_plain(&self) -> bool {
        !self.0.is_empty() && self.0.bytes().all(|byte| byte.is_ascii_alphanumeric())
    }
}

impl fmt::Display for RunId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// This process's run. The system releases its lock however the process ends, so a killed run is
/// never taken for a live one.
#[derive(Debug)]
pub struct RunLock {
    id: RunId,
    lock: PathBuf,
    _held: File,
}

impl RunLock {
    /// Starts a run in a data directory under a new name, and sweeps the locks of killed runs.
    ///
    /// # Errors
    /// The lock file cannot be created or locked.
    pub fn begin(dir: &Path) -> io::Result<Self> {
        // A link's target would be swept too.
        files::create_own_dir(&dir.join(FOLDER))?;
        sweep(dir);
        loop {
            let mut random = [0; 8];
            getrandom::fill(&mut random).map_err(|error| io::Error::other(error.to_string()))?;
            let id = RunId(random.iter().map(|byte| format!("{byte:02x}")).collect());
            let lock = lock_path(dir, &id);
            let held = files::open_lock_file(&lock)?;
            held.lock()?;
            // Another run may have swept it before it was locked.
            if lock.exists() {
                return Ok(Self {
                    id,
                    lock,
                    _held: held,
                });
            }
        }
    }

    /// Returns the run's name.
    pub fn id(&self) -> &RunId {
        &self.id
    }
}

impl Drop for RunLock {
    fn drop(&mut self) {
        // A leftover is merely an unlocked file.
        let _ = fs::remove_file(&self.lock);
    }
}

/// Returns true while a run is alive: its rows belong to it and were not interrupted.
///
/// # Errors
/// The lock file cannot be checked; treat the run as alive.
pub fn is_alive(dir: &Path, id: &RunId) -> io::Result<bool> {
    if !id.is_plain() {
        return Ok(false);
    }
    let lock = lock_path(dir, id);
    let file = match File::open(&lock) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
        Err(error) => return Err(error),
    };
    match file.try_lock_shared() {
        Ok(()) => {
            let _ = fs::remove_file(&lock);
            Ok(false)
        }
        Err(TryLockError::WouldBlock) => Ok(true),
        Err(TryLockError::Error(error)) => Err(error),
    }
}

/// Removes the locks of dead runs.
fn sweep(dir: &Path) {
    let entries = fs::read_dir(dir.join(FOLDER))
        .into_iter()
        .flatten()
        .flatten();
    for entry in entries {
        let name = entry.file_name();
        if let Some(id) = name.to_str().and_then(|name| name.strip_suffix(".lock")) {
            // The next run tries again.
            let _ = is_alive(dir, &RunId::from_text(id));
        }
    }
}

fn lock_path(dir: &Path, id: &RunId) -> PathBuf {
    dir.join(FOLDER).join(format!("{id}.lock"))
}

#[cfg(test)]
mod tests;
