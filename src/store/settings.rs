//! Preferences, in a JSON file that the user may edit.

use std::fs;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::files;
use super::saved_keys::SavedKeys;

/// Name of the file in the data directory.
pub const FILE_NAME: &str = "settings.json";

/// Most bytes read of the file; ours has less than 1 KiB.
const LIMIT: u64 = 1024 * 1024;
/// Name prefix of an unfinished file.
const UNFINISHED: &str = ".settings-";
/// Most characters shown of an invalid value.
const SHOWN: usize = 40;

/// Range of concurrent uploads (`docs/contract.md`, `--jobs`).
pub const JOBS: std::ops::RangeInclusive<u8> = 1..=8;
/// Default number of concurrent uploads.
pub const DEFAULT_JOBS: u8 = 3;

/// Theme of the window.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Theme {
    /// Follows the system.
    #[default]
    System,
    /// Dark on light.
    Light,
    /// Light on dark.
    Dark,
}

/// Start mode of queued files.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Start {
    /// On the user's command.
    #[default]
    ByHand,
    /// As soon as they are checked.
    AtOnce,
}

/// All preferences.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Settings {
    /// Theme of the window.
    pub theme: Theme,
    /// Concurrent uploads, within [`JOBS`].
    pub jobs: u8,
    /// Bandwidth limit over all transfers in bytes per second, at least 1; `None` for no limit.
    pub limit_rate: Option<u64>,
    /// Start mode of queued files.
    pub start: Start,
    /// Asks before an action that cannot be undone.
    pub confirmations: bool,
    /// Shows a desktop notification when a batch finishes.
    pub notifications: bool,
    /// Copies the IDs of a batch when it is done.
    pub copy_when_done: bool,
    /// Full local paths in what is copied and saved; otherwise name and folder only.
    pub full_paths: bool,
    /// Second folder for the daily copies of the history, e.g. on another disk; absolute.
    pub backup_folder: Option<PathBuf>,
    /// Accounts whose keys are in the keychain.
    pub keys: SavedKeys,
    /// Settings of a newer program; written back unchanged.
    #[serde(flatten)]
    other: Map<String, Value>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            theme: Theme::default(),
            jobs: DEFAULT_JOBS,
            limit_rate: None,
            start: Start::default(),
            confirmations: true,
            notifications: true,
            copy_when_done: false,
            full_paths: false,
            backup_folder: None,
            keys: SavedKeys::default(),
            other: Map::new(),
        }
    }
}

/// Settings and the warnings from reading them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Loaded {
    /// Effective settings.
    pub settings: Settings,
    /// Warnings about the file.
    pub warnings: Vec<SettingsWarning>,
}

/// Reason why settings have their defaults.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SettingsWarning {
    /// The file cannot be read.
    Unreadable {
        /// The file.
        path: PathBuf,
        /// The system's error.
        cause: String,
    },
    /// The file cannot be parsed.
    Damaged {
        /// The file.
        path: PathBuf,
        /// The parser's error.
        cause: String,
        /// New name of the file, or the system's error of renaming it.
        kept: Result<PathBuf, String>,
    },
    /// A setting has an invalid value.
    InvalidValue {
        /// Name of the setting.
        name: &'static str,
        /// Value in the file, shortened to one line.
        value: String,
    },
}

impl Settings {
    /// Reads the settings of a data directory, replacing each invalid value by its default; a
    /// foreign file is set aside. Removes leftovers of a killed save, so only the one window calls
    /// it.
    pub fn load(dir: &Path) -> Loaded {
        sweep(dir);
        let path = dir.join(FILE_NAME);
        let mut warnings = Vec::new();
        let settings = match read_file(&path) {
            Ok(bytes) => match Self::read(&bytes) {
                Ok(loaded) => return loaded,
                Err(error) => {
                    warnings.push(set_aside(path, &error));
                    Self::default()
                }
            },
            Err(error) => {
                if error.kind() != io::ErrorKind::NotFound {
                    let cause = error.to_string();
                    warnings.push(SettingsWarning::Unreadable { path, cause });
                }
                Self::default()
            }
        };
        Loaded { settings, warnings }
    }

    /// Reads the settings without touching the file; an unusable file yields the defaults.
    pub fn peek(dir: &Path) -> Self {
        let text = read_file(&dir.join(FILE_NAME)).unwrap_or_default();
        Self::read(&text).unwrap_or_default().settings
    }

    pub(crate) fn read(text: &[u8]) -> Result<Loaded, serde_json::Error> {
        let fields = serde_json::from_slice::<Map<String, Value>>(text)?;
        let mut warnings = Vec::new();
        let settings = Self::from_fields(fields, &mut warnings);
        Ok(Loaded { settings, warnings })
    }

    fn from_fields(mut fields: Map<String, Value>, warnings: &mut Vec<SettingsWarning>) -> Self {
        let usual = Self::default();
        let mut take = Take {
            fields: &mut fields,
            warnings,
        };
        Self {
            theme: take.value("theme", usual.theme, |_| true),
            jobs: take.value("jobs", usual.jobs, |jobs| JOBS.contains(jobs)),
            limit_rate: take.value("limit_rate", usual.limit_rate, |rate| *rate != Some(0)),
            start: take.value("start", usual.start, |_| true),
            confirmations: take.value("confirmations", usual.confirmations, |_| true),
            notifications: take.value("notifications", usual.notifications, |_| true),
            copy_when_done: take.value("copy_when_done", usual.copy_when_done, |_| true),
            full_paths: take.value("full_paths", usual.full_paths, |_| true),
            backup_folder: take.value("backup_folder", usual.backup_folder, |folder| {
                folder.as_deref().is_none_or(Path::is_absolute)
            }),
            keys: take.value("keys", usual.keys, |_| true),
            other: fields,
        }
    }

    /// Writes the settings atomically, with access for their owner only.
    ///
    /// # Errors
    /// The file cannot be written or replaced; the old one stays.
    pub fn save(&self, dir: &Path) -> io::Result<()> {
        let text = serde_json::to_string_pretty(self)?;
        // `tempfile` creates files with mode 0600.
        let mut file = tempfile::Builder::new()
            .prefix(UNFINISHED)
            .tempfile_in(dir)?;
        writeln!(file, "{text}")?;
        file.as_file().sync_all()?;
        file.persist(dir.join(FILE_NAME))?;
        files::sync_dir(dir);
        Ok(())
    }
}

/// Removes leftovers of a killed save.
fn sweep(dir: &Path) {
    for entry in fs::read_dir(dir).into_iter().flatten().flatten() {
        if entry.file_name().to_string_lossy().starts_with(UNFINISHED) {
            let _ = fs::remove_file(entry.path());
        }
    }
}

/// Reads the file up to the limit; a longer one is cut and fails as JSON.
fn read_file(path: &Path) -> io::Result<Vec<u8>> {
    // Opening a pipe would block, and no window would open.
    if !fs::metadata(path)?.is_file() {
        return Err(io::Error::other("it is not a file"));
    }
    let mut text = Vec::new();
    fs::File::open(path)?.take(LIMIT).read_to_end(&mut text)?;
    Ok(text)
}

struct Take<'a> {
    fields: &'a mut Map<String, Value>,
    warnings: &'a mut Vec<SettingsWarning>,
}

impl Take<'_> {
    fn value<T: DeserializeOwned>(
        &mut self,
        name: &'static str,
        usual: T,
        allowed: impl Fn(&T) -> bool,
    ) -> T {
        let Some(found) = self.fields.remove(name) else {
            return usual;
        };
        match serde_json::from_value(found.clone()) {
            Ok(value) if allowed(&value) => value,
            _ => {
                let value = shown(&found);
                self.warnings
                    .push(SettingsWarning::InvalidValue { name, value });
                usual
            }
        }
    }
}

/// Formats a value for a sentence: short, on one line.
fn shown(value: &Value) -> String {
    let text = value.to_string();
    let mut shown: String = text
        .chars()
        .take(SHOWN)
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    if text.chars().nth(SHOWN).is_some() {
        shown.push('…');
    }
    shown
}

/// Moves an unreadable file aside and returns the warning.
fn set_aside(path: PathBuf, error: &serde_json::Error) -> SettingsWarning {
    let aside = files::aside_name(&path, &[]);
    let moved = fs::rename(&path, &aside);
    SettingsWarning::Damaged {
        path,
        cause: error.to_string(),
        kept: moved.map(|()| aside).map_err(|error| error.to_string()),
    }
}

#[cfg(test)]
mod tests;
