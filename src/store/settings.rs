//! Preferences, in a JSON file that the user may edit.

use std::fs;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::files;

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
    /// Second folder for the daily copies of the history, e.g. on another disk; absolute.
    pub backup_folder: Option<PathBuf>,
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
            backup_folder: None,
            other: Map::new(),
        }
    }
}

/// Settings and the warnings from reading them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Loaded {
    /// Effective settings.
    pub settings: Settings,
    /// Warnings about the file, one sentence each.
    pub warnings: Vec<String>,
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
                    warnings.push(set_aside(&path, &error));
                    Self::default()
                }
            },
            Err(error) => {
                if error.kind() != io::ErrorKind::NotFound {
                    warnings.push(format!(
                        "The settings in {} cannot be read: {error}. The defaults apply.",
                        path.display()
                    ));
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

    fn from_fields(mut fields: Map<String, Value>, warnings: &mut Vec<String>) -> Self {
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
            backup_folder: take.value("backup_folder", usual.backup_folder, |folder| {
                folder.as_deref().is_none_or(Path::is_absolute)
            }),
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
    warnings: &'a mut Vec<String>,
}

impl Take<'_> {
    fn value<T: DeserializeOwned>(
        &mut self,
        name: &str,
        usual: T,
        allowed: impl Fn(&T) -> bool,
    ) -> T {
        let Some(found) = self.fields.remove(name) else {
            return usual;
        };
        match serde_json::from_value(found.clone()) {
            Ok(value) if allowed(&value) => value,
            _ => {
                self.warnings.push(format!(
                    "The setting \"{name}\" cannot be {}; its default applies.",
                    shown(&found)
                ));
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
fn set_aside(path: &Path, error: &serde_json::Error) -> String {
    let aside: PathBuf = files::aside_name(path, &[]);
    match fs::rename(path, &aside) {
        Ok(()) => format!(
            "The settings in {} cannot be understood ({error}). The defaults apply; the file was kept as {}.",
            path.display(),
            aside.display()
        ),
        Err(moving) => format!(
            "The settings in {} cannot be understood ({error}), nor set aside ({moving}). The defaults apply.",
            path.display()
        ),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn load(text: &str) -> (Loaded, tempfile::TempDir) {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join(FILE_NAME), text).unwrap();
        (Settings::load(dir.path()), dir)
    }

    #[test]
    fn without_a_file_the_defaults_apply_silently() {
        let dir = tempfile::tempdir().unwrap();
        let loaded = Settings::load(dir.path());
        assert_eq!(loaded.settings, Settings::default());
        assert!(loaded.warnings.is_empty());
        assert_eq!(loaded.settings.jobs, 3);
    }

    #[test]
    fn what_is_saved_is_read_back_and_closed_to_others() {
        let dir = tempfile::tempdir().unwrap();
        let settings = Settings {
            theme: Theme::Dark,
            jobs: 8,
            limit_rate: Some(5_000_000),
            start: Start::AtOnce,
            confirmations: false,
            notifications: false,
            backup_folder: Some(dir.path().join("copies")),
            ..Settings::default()
        };
        Settings::default().save(dir.path()).unwrap();
        settings.save(dir.path()).unwrap();
        let loaded = Settings::load(dir.path());
        assert_eq!(loaded.settings, settings);
        assert!(loaded.warnings.is_empty());
        assert_eq!(Settings::peek(dir.path()), settings);
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = fs::metadata(dir.path().join(FILE_NAME))
                .unwrap()
                .permissions()
                .mode();
            assert_eq!(mode & 0o777, 0o600);
        }
    }

    #[test]
    fn a_wrong_value_falls_back_alone_and_is_named() {
        let (loaded, _dir) = load(
            r#"{"theme":"pink","jobs":9,"limit_rate":0,"start":"at_once","confirmations":"yes","notifications":false,"backup_folder":"here"}"#,
        );
        assert_eq!(
            loaded.settings,
            Settings {
                start: Start::AtOnce,
                notifications: false,
                ..Settings::default()
            }
        );
        let said = loaded.warnings.join("\n");
        assert_eq!(loaded.warnings.len(), 5, "{said}");
        for name in [
            "theme",
            "jobs",
            "limit_rate",
            "confirmations",
            "backup_folder",
        ] {
            assert!(said.contains(&format!("\"{name}\"")), "{said}");
        }
    }

    #[test]
    fn what_a_newer_program_keeps_is_written_back() {
        let (loaded, dir) =
            load(r#"{"jobs":2,"shape":{"round":true},"x":18446744372036854775809}"#);
        assert!(loaded.warnings.is_empty());
        loaded.settings.save(dir.path()).unwrap();
        let text = fs::read_to_string(dir.path().join(FILE_NAME)).unwrap();
        let value: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(value["shape"]["round"], true);
        assert_eq!(value["jobs"], 2);
        let again = Settings::load(dir.path()).settings;
        assert_eq!(again, loaded.settings, "to the last digit of a number");
    }

    #[test]
    fn what_a_killed_window_left_of_its_saving_is_removed() {
        let (_, dir) = load("{\"jobs\":2}");
        fs::write(dir.path().join(".settings-x7Gh2k"), "{\"jobs\":").unwrap();
        fs::write(dir.path().join("history.db"), "").unwrap();
        assert_eq!(Settings::load(dir.path()).settings.jobs, 2);
        let mut left: Vec<_> = fs::read_dir(dir.path())
            .unwrap()
            .map(|entry| entry.unwrap().file_name())
            .collect();
        left.sort();
        assert_eq!(left, ["history.db", FILE_NAME]);
    }

    #[test]
    fn a_damaged_file_is_set_aside_whole() {
        for text in ["", "{\"jobs\":", "[1]", "\u{0}\u{0}"] {
            let (loaded, dir) = load(text);
            assert_eq!(loaded.settings, Settings::default());
            assert_eq!(loaded.warnings.len(), 1);
            let kept: Vec<_> = fs::read_dir(dir.path())
                .unwrap()
                .map(|entry| entry.unwrap().path())
                .collect();
            assert_eq!(kept.len(), 1);
            assert_eq!(fs::read_to_string(&kept[0]).unwrap(), text);
            assert!(loaded.warnings[0].contains(&kept[0].display().to_string()));
            assert!(
                Settings::load(dir.path()).warnings.is_empty(),
                "it is said once"
            );
        }
    }

    #[test]
    fn a_wrong_value_of_any_length_makes_one_short_line() {
        let long = "a\u{9b}31m".repeat(1000);
        let (loaded, _dir) = load(&format!(r#"{{"theme":"{long}"}}"#));
        assert_eq!(loaded.warnings.len(), 1);
        let said = &loaded.warnings[0];
        assert!(said.chars().count() < 120, "{said}");
        assert!(!said.chars().any(char::is_control), "{said:?}");
    }

    #[test]
    fn a_file_without_end_is_not_read_to_its_end() {
        let padding = " ".repeat(usize::try_from(LIMIT).unwrap());
        let (loaded, dir) = load(&format!("{{{padding}\"jobs\":2}}"));
        assert_eq!(loaded.settings, Settings::default());
        assert_eq!(loaded.warnings.len(), 1);
        assert!(!dir.path().join(FILE_NAME).exists(), "it was set aside");
    }

    #[test]
    fn a_file_that_cannot_be_read_is_said_and_left() {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir(dir.path().join(FILE_NAME)).unwrap();
        let loaded = Settings::load(dir.path());
        assert_eq!(loaded.settings, Settings::default());
        assert_eq!(loaded.warnings.len(), 1);
        assert!(dir.path().join(FILE_NAME).is_dir());
        assert!(loaded.settings.save(dir.path()).is_err());
    }

    #[cfg(unix)]
    #[test]
    fn a_pipe_keeps_the_window_from_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let pipe = dir.path().join(FILE_NAME);
        let made = std::process::Command::new("mkfifo").arg(&pipe).status();
        assert!(made.unwrap().success());
        let (sender, loaded) = std::sync::mpsc::channel();
        let folder = dir.path().to_owned();
        std::thread::spawn(move || sender.send(Settings::load(&folder)));
        let patience = std::time::Duration::from_secs(20);
        let loaded = loaded
            .recv_timeout(patience)
            .expect("it waits for a writer");
        assert_eq!(loaded.warnings.len(), 1);
        loaded.settings.save(dir.path()).unwrap();
        assert!(Settings::load(dir.path()).warnings.is_empty());
    }

    proptest! {
        #[test]
        fn no_file_gives_settings_out_of_range(
            jobs in any::<i64>(),
            rate in any::<i64>(),
            junk in "[ -~]{0,60}",
        ) {
            let (loaded, _dir) = load(&format!("{{\"jobs\":{jobs},\"limit_rate\":{rate}}}"));
            prop_assert!(JOBS.contains(&loaded.settings.jobs));
            prop_assert_ne!(loaded.settings.limit_rate, Some(0));
            let (loaded, _dir) = load(&junk);
            prop_assert!(JOBS.contains(&loaded.settings.jobs));
        }
    }
}
