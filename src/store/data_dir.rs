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
mod tests {
    use super::*;

    #[cfg(unix)]
    fn mode(path: &Path) -> u32 {
        use std::os::unix::fs::PermissionsExt;
        std::fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn the_variable_wins_over_the_usual_place_and_an_empty_one_does_not() {
        let temp = tempfile::tempdir().unwrap();
        let usual = temp.path().join("share");
        let given = temp.path().join("given/deep");
        let dir = DataDir::choose(Some(given.clone().into()), Some(usual.clone())).unwrap();
        assert_eq!(dir.path(), given);
        assert!(given.is_dir());
        let dir = DataDir::choose(Some(OsString::new()), Some(usual.clone())).unwrap();
        assert_eq!(dir.path(), usual.join("mavi-uploader"));
        assert_eq!(dir.logs(), usual.join("mavi-uploader/logs"));
    }

    #[cfg(unix)]
    #[test]
    fn a_folder_that_it_makes_is_closed_to_others_and_one_that_is_there_is_left_alone() {
        use std::os::unix::fs::PermissionsExt;
        let temp = tempfile::tempdir().unwrap();
        let own = temp.path().join("mavi-uploader");
        DataDir::choose(None, Some(temp.path().to_owned())).unwrap();
        assert_eq!(mode(&own), 0o700);
        std::fs::set_permissions(&own, std::fs::Permissions::from_mode(0o755)).unwrap();
        DataDir::choose(None, Some(temp.path().to_owned())).unwrap();
        assert_eq!(mode(&own), 0o755);

        let shared = temp.path().join("shared");
        std::fs::create_dir(&shared).unwrap();
        std::fs::set_permissions(&shared, std::fs::Permissions::from_mode(0o755)).unwrap();
        DataDir::choose(Some(shared.clone().into()), None).unwrap();
        assert_eq!(mode(&shared), 0o755);
        let made = shared.join("made");
        DataDir::choose(Some(made.clone().into()), None).unwrap();
        assert_eq!(mode(&made), 0o700);
    }

    #[test]
    fn a_place_that_cannot_be_used_is_named_with_what_to_do() {
        let temp = tempfile::tempdir().unwrap();
        let file = temp.path().join("file");
        std::fs::write(&file, "x").unwrap();
        for place in [file.clone(), file.join("below")] {
            let error = DataDir::choose(Some(place.clone().into()), None).unwrap_err();
            let words = error.to_string();
            assert!(words.contains(&place.display().to_string()), "{words}");
            assert!(words.contains(DATA_DIR_VARIABLE), "{words}");
        }
        assert!(matches!(
            DataDir::choose(None, None),
            Err(DataDirError::NoHome)
        ));
    }
}
