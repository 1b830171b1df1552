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
mod tests {
    use super::*;

    #[test]
    fn a_run_lives_until_it_ends() {
        let dir = tempfile::tempdir().unwrap();
        let run = RunLock::begin(dir.path()).unwrap();
        let other = RunLock::begin(dir.path()).unwrap();
        let id = run.id().clone();
        assert_ne!(&id, other.id());
        assert!(is_alive(dir.path(), &id).unwrap());
        drop(run);
        assert!(!is_alive(dir.path(), &id).unwrap());
        assert!(is_alive(dir.path(), other.id()).unwrap());
    }

    #[test]
    fn a_run_that_was_killed_is_not_alive_though_its_file_is_there() {
        let dir = tempfile::tempdir().unwrap();
        let run = RunLock::begin(dir.path()).unwrap();
        let id = run.id().clone();
        drop(run);
        fs::write(lock_path(dir.path(), &id), "").unwrap();
        assert!(!is_alive(dir.path(), &id).unwrap());
    }

    #[test]
    fn a_run_sweeps_away_the_locks_of_the_dead_and_no_others() {
        let dir = tempfile::tempdir().unwrap();
        let alive = RunLock::begin(dir.path()).unwrap();
        let dead = RunId::from_text("00ff00ff00ff00ff");
        fs::write(lock_path(dir.path(), &dead), "").unwrap();
        let other = dir.path().join(FOLDER).join("note.txt");
        fs::write(&other, "").unwrap();
        let next = RunLock::begin(dir.path()).unwrap();
        assert!(!lock_path(dir.path(), &dead).exists());
        assert!(other.exists());
        assert!(is_alive(dir.path(), alive.id()).unwrap());
        assert!(is_alive(dir.path(), next.id()).unwrap());
    }

    #[cfg(unix)]
    #[test]
    fn nothing_is_swept_behind_a_link() {
        let dir = tempfile::tempdir().unwrap();
        let project = dir.path().join("project");
        fs::create_dir(&project).unwrap();
        fs::write(project.join("Cargo.lock"), "").unwrap();
        std::os::unix::fs::symlink(&project, dir.path().join(FOLDER)).unwrap();
        RunLock::begin(dir.path()).unwrap_err();
        assert!(project.join("Cargo.lock").exists());
    }

    #[test]
    fn a_name_from_a_damaged_history_reaches_no_other_file() {
        let dir = tempfile::tempdir().unwrap();
        for name in ["", "../history", "a/b"] {
            assert!(!is_alive(dir.path(), &RunId::from_text(name)).unwrap());
        }
    }
}
