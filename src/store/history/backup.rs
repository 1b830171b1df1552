//! Daily copies of the database, from which a damaged one is rebuilt.

#[cfg(test)]
mod tests;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use jiff::Timestamp;
use rusqlite::{Connection, backup::Backup};

use super::connect::open_to_read;
use super::database_file::FILE_NAME;
use super::restore;
use crate::store::files;

/// Folder of the copies in the data directory.
pub const BACKUP_DIR: &str = "backups";

/// Age up to which today's copy is left alone; a first copy may have been made before the uploads.
const FRESH: Duration = Duration::from_secs(50 * 60);
/// Copies kept in a folder.
const KEPT: usize = 7;
/// Pages copied per step; other connections may write between steps.
const STEP: std::ffi::c_int = 256;
/// Name prefix of an unfinished copy.
const UNFINISHED: &str = ".history-";
/// Age after which an unfinished copy is abandoned.
const GIVEN_UP: Duration = Duration::from_secs(3600);

/// Copies the history into a folder, whose parent exists, unless today's (UTC) copy was made just now, and keeps those of
/// the newest seven days. Blocks; the database stays writable meanwhile.
///
/// # Errors
/// The database cannot be read, or the folder cannot be written. Existing copies stay.
pub fn back_up(dir: &Path, folder: &Path) -> io::Result<()> {
    back_up_at(dir, folder, Timestamp::now())
}

fn back_up_at(dir: &Path, folder: &Path, now: Timestamp) -> io::Result<()> {
    let copy = folder.join(now.strftime("history-%Y-%m-%d.db").to_string());
    let database = dir.join(FILE_NAME);
    let age = fs::metadata(&copy).and_then(|it| it.modified());
    let is_fresh = age.is_ok_and(|made| made.elapsed().is_ok_and(|age| age < FRESH));
    if is_fresh && copy.is_file() || !database.exists() {
        return Ok(());
    }
    // Of an unplugged drive not even the mount point is made.
    if !folder.parent().is_some_and(Path::is_dir) {
        return Err(io::Error::from(io::ErrorKind::NotFound));
    }
    files::create_own_dir(folder)?;
    sweep(folder);
    write_copy(&database, &copy, folder)?;
    for old in copies(folder).into_iter().skip(KEPT) {
        fs::remove_file(old)?;
    }
    Ok(())
}

/// Copies the history into a file that the user chose, which is whole or as before. Blocks.
///
/// # Errors
/// There is no history, it cannot be read, or the file cannot be written.
pub fn save_copy(dir: &Path, copy: &Path) -> io::Result<()> {
    let folder = copy.parent().unwrap_or(Path::new("."));
    if folder.canonicalize()? == dir.canonicalize()? {
        // It could take the place of the history itself.
        return Err(io::Error::from(io::ErrorKind::AlreadyExists));
    }
    write_copy(&dir.join(FILE_NAME), copy, folder)
}

/// Writes a copy under a temporary name and gives it its own once it is on disk.
fn write_copy(database: &Path, copy: &Path, folder: &Path) -> io::Result<()> {
    // `tempfile` creates files with mode 0600.
    let unfinished = tempfile::Builder::new()
        .prefix(UNFINISHED)
        .tempfile_in(folder)?;
    copy_database(database, unfinished.path()).map_err(io::Error::other)?;
    unfinished.as_file().sync_all()?;
    unfinished.persist(copy)?;
    files::sync_dir(folder);
    Ok(())
}

/// A daily copy of the history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BackupCopy {
    /// The file.
    pub path: PathBuf,
    /// Day (UTC) of the copy.
    pub day: jiff::civil::Date,
    /// Size in bytes.
    pub bytes: u64,
    /// Assets in it; `None` if it cannot be read.
    pub assets: Option<usize>,
}

/// Lists the daily copies in these folders, newest first. Blocks.
pub fn list_copies(folders: &[PathBuf]) -> Vec<BackupCopy> {
    let paths = folders.iter().flat_map(|folder| copies(folder));
    let facts = |path: PathBuf| {
        Some(BackupCopy {
            day: day_of(&path)?,
            bytes: fs::metadata(&path).ok()?.len(),
            assets: restore::count(&path),
            path,
        })
    };
    let mut found: Vec<_> = paths.filter_map(facts).collect();
    found.sort_by_key(|copy| std::cmp::Reverse(copy.day));
    found
}

fn day_of(path: &Path) -> Option<jiff::civil::Date> {
    let name = path.file_name()?.to_str()?;
    let day = name.strip_prefix("history-")?.strip_suffix(".db")?;
    day.parse().ok()
}

fn copy_database(from: &Path, to: &Path) -> rusqlite::Result<()> {
    let source = open_to_read(from)?;
    // Reads one state of the database: otherwise every commit of another connection would begin the
    // copy anew, and that of a large history would never end.
    source.execute_batch("BEGIN; SELECT 1 FROM sqlite_schema")?;
    let mut target = Connection::open(to)?;
    // The whole file is synced before it gets its name.
    target.pragma_update(None, "synchronous", "OFF")?;
    Backup::new(&source, &mut target)?.run_to_completion(STEP, Duration::from_millis(5), None)?;
    target.close().map_err(|(_, error)| error)
}

/// Removes unfinished copies of a killed program.
fn sweep(folder: &Path) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let is_old = |modified: SystemTime| modified.elapsed().is_ok_and(|age| age > GIVEN_UP);
        if entry.file_name().to_string_lossy().starts_with(UNFINISHED)
            && entry
                .metadata()
                .and_then(|it| it.modified())
                .is_ok_and(is_old)
        {
            let _ = fs::remove_file(entry.path());
        }
    }
}

/// Returns the copies in a folder, newest first; other files are ignored.
pub(super) fn copies(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    // Reading a pipe of this name would wait for ever.
    let is_copy = |path: &PathBuf| day_of(path).is_some() && path.is_file();
    let mut copies: Vec<_> = entries.map(|entry| entry.path()).filter(is_copy).collect();
    copies.sort();
    copies.reverse();
    copies
}
