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
    let names = loaded.warnings.iter().map(|warning| match warning {
        SettingsWarning::InvalidValue { name, .. } => *name,
        warning => panic!("{warning:?}"),
    });
    let expected = [
        "theme",
        "jobs",
        "limit_rate",
        "confirmations",
        "backup_folder",
    ];
    assert_eq!(names.collect::<Vec<_>>(), expected);
}

#[test]
fn what_a_newer_program_keeps_is_written_back() {
    let (loaded, dir) = load(r#"{"jobs":2,"shape":{"round":true},"x":18446744372036854775809}"#);
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
        let SettingsWarning::Damaged {
            kept: Ok(aside), ..
        } = &loaded.warnings[0]
        else {
            panic!("{:?}", loaded.warnings);
        };
        assert_eq!(aside, &kept[0]);
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
    let SettingsWarning::InvalidValue { value, .. } = &loaded.warnings[0] else {
        panic!("{:?}", loaded.warnings);
    };
    assert!(value.chars().count() <= SHOWN + 1, "{value}");
    assert!(!value.chars().any(char::is_control), "{value:?}");
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
    std::thread::spawn(move || {
        let _ = sender.send(Settings::load(&folder));
    });
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
