//! Small pictures of files on disk, which stay when a file is gone.
//!
//! A picture is named after its file's path and size, and has the file's modification time; its
//! access time says when it was last used. Everything here blocks.

use std::fs::{self, FileTimes};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use super::files;

/// Size limit of all pictures together, in bytes.
const LIMIT: u64 = 64 << 20;
/// Size left by a sweep, in bytes, so that not every picture sweeps.
const SWEPT: u64 = LIMIT / 4 * 3;
/// Size limit of one picture, in bytes.
const PICTURE: u64 = 256 << 10;

#[derive(Debug)]
enum CacheState {
    Unopened,
    /// Size of all pictures in bytes.
    Open(u64),
    Unusable,
}

/// A folder of small pictures, bounded in bytes: the least recently used go first.
#[derive(Debug)]
pub struct ThumbnailCache {
    dir: PathBuf,
    state: Mutex<CacheState>,
}

impl ThumbnailCache {
    /// Creates a cache in a folder of its own, which is created when first used.
    pub fn new(dir: PathBuf) -> Self {
        let state = Mutex::new(CacheState::Unopened);
        Self { dir, state }
    }

    /// Returns the picture of a file by its path and size in bytes, if there is one. `modified` is
    /// the file's modification time, which the picture must match; without it any picture does.
    pub fn read(&self, path: &Path, size: u64, modified: Option<SystemTime>) -> Option<Vec<u8>> {
        if !self.change(|_| Ok(0)) {
            return None;
        }
        let mut options = files::private_options();
        let file = options.read(true).write(true).open(self.place(path, size));
        let file = file.ok()?;
        let about = file.metadata().ok()?;
        let matches = |modified| {
            let made = about.modified().ok().map(whole_seconds);
            made == Some(whole_seconds(modified))
        };
        if !about.is_file() || about.len() > PICTURE || !modified.is_none_or(matches) {
            return None;
        }
        // Few systems note reading by themselves.
        let _ = file.set_times(FileTimes::new().set_accessed(SystemTime::now()));
        let mut picture = Vec::new();
        file.take(PICTURE).read_to_end(&mut picture).ok()?;
        Some(picture)
    }

    /// Keeps the picture of a file that was modified at this time, in place of an earlier one. The
    /// first failure ends the use of the cache, and is logged.
    pub fn write(&self, path: &Path, size: u64, modified: SystemTime, picture: &[u8]) {
        let place = self.place(path, size);
        let times = FileTimes::new().set_modified(modified);
        let times = times.set_accessed(SystemTime::now());
        self.change(|dir| {
            // `tempfile` creates files with mode 0600.
            let mut file = tempfile::NamedTempFile::new_in(dir)?;
            file.write_all(picture)?;
            file.as_file().set_times(times)?;
            file.persist(place)?;
            Ok(picture.len() as u64)
        });
    }

    /// Runs `work`, which adds this many bytes, in the opened folder, and sweeps if it is too large.
    /// Returns `false` if the cache is unusable.
    fn change(&self, work: impl FnOnce(&Path) -> io::Result<u64>) -> bool {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let bytes = match *state {
            CacheState::Unopened => {
                files::create_own_dir(&self.dir).and_then(|()| sweep(&self.dir))
            }
            CacheState::Open(bytes) => Ok(bytes),
            CacheState::Unusable => return false,
        };
        let changed = bytes.and_then(|before| {
            let bytes = before + work(&self.dir)?;
            let is_full = bytes > LIMIT;
            if is_full { sweep(&self.dir) } else { Ok(bytes) }
        });
        *state = match changed {
            Ok(bytes) => CacheState::Open(bytes),
            Err(error) => {
                tracing::warn!(dir = %self.dir.display(), %error, "thumbnails are not kept");
                CacheState::Unusable
            }
        };
        matches!(*state, CacheState::Open(_))
    }

    fn place(&self, path: &Path, size: u64) -> PathBuf {
        let mut name = blake3::Hasher::new();
        name.update(&files::path_to_bytes(path));
        name.update(&size.to_le_bytes());
        self.dir.join(name.finalize().to_hex().as_str())
    }
}

/// Removes the least recently used files of a folder that is too large, and returns the size that
/// is left, in bytes.
fn sweep(dir: &Path) -> io::Result<u64> {
    let mut found = Vec::new();
    for entry in fs::read_dir(dir)? {
        let entry = entry?;
        let about = entry.metadata()?;
        if about.is_file() {
            let used = about.accessed().or_else(|_| about.modified())?;
            found.push((used, about.len(), entry.path()));
        }
    }
    let mut bytes = found.iter().map(|(_, bytes, _)| bytes).sum();
    if bytes > LIMIT {
        found.sort_unstable();
        for (_, size, path) in found {
            if bytes <= SWEPT {
                break;
            }
            fs::remove_file(path)?;
            bytes -= size;
        }
    }
    Ok(bytes)
}

/// Returns seconds since the Unix epoch: some file systems keep no more.
fn whole_seconds(time: SystemTime) -> Option<u64> {
    time.duration_since(UNIX_EPOCH).ok().map(|it| it.as_secs())
}

#[cfg(test)]
mod tests;
