//! The data directory: home of the database, the settings and the logs.

use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};

use etcetera::BaseStrategy;

use super::files;

/// Environment variable that overrides the data directory.
pub const DATA_DIR_VARIABLE: &str = "MAVI_UPLOADER_DATA_DIR";

/// Folder name under the system's data directory.
const FOLDER: &str = "mavi-uploader";

/// An existing data directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DataDir(PathBuf);

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

impl DataDir {
    /// Finds the data directory, and creates it with access for its owner only:
    /// `MAVI_UPLOADER_DATA_DIR`, or `~/.local/share/mavi-uploader` (under `XDG_DATA_HOME` if that
    /// is set), `~/Library/Application Support/mavi-uploader`, `%APPDATA%\mavi-uploader`.
    ///
    /// # Errors
    /// There is no home folder, or the folder cannot be created.
    pub fn resolve() -> Result<Self, DataDirError> {
        let usual = etcetera::base_strategy::choose_native_strategy()
            .map(|base| base.data_dir())
            .ok();
        Self::choose(std::env::var_os(DATA_DIR_VARIABLE), usual)
    }

    /// Uses this folder, created if missing. An existing one keeps its permissions, since other
    /// programs may use it too.
    ///
    /// # Errors
    /// The folder cannot be created or made absolute.
    pub fn at(path: &Path) -> Result<Self, DataDirError> {
        let unusable = |cause| DataDirError::Unusable {
            path: path.to_owned(),
            cause,
        };
        // Stays valid after a change of the working directory.
        let path = std::path::absolute(path).map_err(unusable)?;
        files::create_private_dir(&path).map_err(unusable)?;
        Ok(Self(path))
    }

    fn choose(given: Option<OsString>, usual: Option<PathBuf>) -> Result<Self, DataDirError> {
        if let Some(given) = given.filter(|given| !given.is_empty()) {
            return Self::at(Path::new(&given));
        }
        Self::at(&usual.ok_or(DataDirError::NoHome)?.join(FOLDER))
    }

    /// Returns the absolute path.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// Returns the folder of the logs, created with the first one.
    pub fn logs(&self) -> PathBuf {
        self.0.join("logs")
    }
}

#[cfg(test)]
mod tests;
