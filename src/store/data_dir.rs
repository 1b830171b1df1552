//! The data directory: home of the database, the settings and the logs.

use std::ffi::OsString;
use std::io;
use std::path::PathBuf;

use etcetera::BaseStrategy;

use super::files;

/// Environment variable that overrides the data directory.
pub const DATA_DIR_VARIABLE: &str = "MAVI_UPLOADER_DATA_DIR";

/// Folder name under the system's data and cache directories.
const FOLDER: &str = "mavi-uploader";

/// Folder name of the thumbnails.
const THUMBNAILS: &str = "thumbnails";

/// Error of finding or creating the data directory.
#[derive(Debug, thiserror::Error)]
pub enum DataDirError {
    /// The user has no home folder.
    #[error(
        "Nothing can be kept: the system names no home folder. Set {DATA_DIR_VARIABLE} to a folder for the program's data."
    )]
    NoHome,
    /// The folder could not be created or used.
    #[error(
        "The folder for the program's data, {}, cannot be used: {cause}. Make it accessible, or set {DATA_DIR_VARIABLE} to another folder.",
        path.display()
    )]
    Unusable {
        /// The folder.
        path: PathBuf,
        /// The system's error.
        #[source]
        cause: io::Error,
    },
}

/// Finds the data directory, and creates it with access for its owner only:
/// `MAVI_UPLOADER_DATA_DIR`, or `~/.local/share/mavi-uploader` (under `XDG_DATA_HOME` if that is
/// set), `~/Library/Application Support/mavi-uploader`, `%APPDATA%\mavi-uploader`. An existing one
/// keeps its permissions, since other programs may use it too.
///
/// # Errors
/// There is no home folder, or the folder cannot be created.
pub fn resolve() -> Result<PathBuf, DataDirError> {
    let usual = etcetera::base_strategy::choose_native_strategy()
        .map(|base| base.data_dir())
        .ok();
    choose(std::env::var_os(DATA_DIR_VARIABLE), usual)
}

/// Returns the folder for thumbnails, which need not exist: in the system's cache directory, or in
/// the data directory where [`DATA_DIR_VARIABLE`] names one.
pub fn thumbnails() -> Option<PathBuf> {
    choose_thumbnails(std::env::var_os(DATA_DIR_VARIABLE), system_cache())
}

fn choose_thumbnails(given: Option<OsString>, caches: Option<PathBuf>) -> Option<PathBuf> {
    let given = given.filter(|given| !given.is_empty()).map(PathBuf::from);
    let parent = given.or_else(|| Some(caches?.join(FOLDER)))?;
    std::path::absolute(parent.join(THUMBNAILS)).ok()
}

/// Returns the folder in which desktops keep the thumbnails of all programs, if they do: it is
/// defined by freedesktop.org.
pub fn shared_thumbnails() -> Option<PathBuf> {
    let is_desktop = cfg!(all(unix, not(target_os = "macos")));
    system_cache()
        .filter(|_| is_desktop)
        .map(|base| base.join(THUMBNAILS))
}

/// Returns the system's cache directory.
fn system_cache() -> Option<PathBuf> {
    let base = etcetera::base_strategy::choose_native_strategy();
    base.map(|base| base.cache_dir()).ok()
}

fn choose(given: Option<OsString>, usual: Option<PathBuf>) -> Result<PathBuf, DataDirError> {
    let path = match given.filter(|given| !given.is_empty()) {
        Some(given) => PathBuf::from(given),
        None => usual.ok_or(DataDirError::NoHome)?.join(FOLDER),
    };
    // Stays valid after a change of the working directory.
    let absolute = std::path::absolute(&path);
    absolute
        .and_then(|path| files::create_private_dir(&path).map(|()| path))
        .map_err(|cause| DataDirError::Unusable { path, cause })
}

#[cfg(test)]
mod tests;
