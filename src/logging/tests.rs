use super::*;

#[test]
fn what_is_asked_for_is_logged_and_what_is_not_understood_changes_nothing() {
    const API: &str = "mavi_uploader::api::client";
    for (asked, ours, others) in [
        (None, Level::INFO, Level::WARN),
        (Some("debug"), Level::DEBUG, Level::DEBUG),
        (
            Some("warn,mavi_uploader::api=trace"),
            Level::TRACE,
            Level::WARN,
        ),
        (Some("mavi_uploader=loud"), Level::INFO, Level::WARN),
    ] {
        let filter = filter(asked);
        for (target, level) in [(API, ours), ("hyper::client", others)] {
            assert!(filter.would_enable(target, &level), "{asked:?} {target}");
            let finer = [Level::WARN, Level::INFO, Level::DEBUG, Level::TRACE]
                .into_iter()
                .find(|finer| *finer > level);
            assert!(
                finer.is_none_or(|finer| !filter.would_enable(target, &finer)),
                "{asked:?} {target}"
            );
        }
    }
}

#[test]
fn a_new_day_has_a_new_file_and_the_oldest_goes() {
    let dir = tempfile::tempdir().unwrap();
    let at = |name: &str| dir.path().join(name);
    for day in 1..=KEPT {
        fs::write(at(&format!("mavi-uploader.2020-01-0{day}.log")), "old").unwrap();
    }
    fs::write(at("notes.log"), "mine").unwrap();
    let mut log = Daily {
        logs: dir.path().to_owned(),
        day: "2020-01-01".to_owned(),
        file: File::create(at("yesterday")).unwrap(),
    };
    log.write_all(b"one\n").unwrap();
    log.write_all(b"two\n").unwrap();
    let name = format!(
        "mavi-uploader.{}.log",
        jiff::Timestamp::now().strftime("%F")
    );
    assert_eq!(fs::read(at(&name)).unwrap(), b"one\ntwo\n");
    assert!(!at("mavi-uploader.2020-01-01.log").exists());
    assert!(at("mavi-uploader.2020-01-02.log").exists());
    assert!(at("notes.log").exists() && at("yesterday").exists());
}

#[cfg(unix)]
#[test]
fn what_is_not_the_logs_keeps_its_rights_and_no_link_is_followed() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    let dir = tempfile::tempdir().unwrap();
    let logs = dir.path().join("logs");
    let notes = logs.join("notes.log");
    fs::create_dir(&logs).unwrap();
    fs::write(&notes, "mine").unwrap();
    for (path, mode) in [(&logs, 0o755), (&notes, 0o644)] {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    }
    drop(Daily::open(logs.clone()).unwrap());
    assert_eq!((mode(&logs), mode(&notes)), (0o755, 0o644));
    let name = format!(
        "mavi-uploader.{}.log",
        jiff::Timestamp::now().strftime("%F")
    );
    let today = logs.join(name);
    assert_eq!(mode(&today), 0o600);
    fs::remove_file(&today).unwrap();
    symlink(&notes, &today).unwrap();
    assert!(Daily::open(logs).is_err());
    assert_eq!(fs::read(&notes).unwrap(), b"mine");
}

#[test]
fn nothing_that_is_logged_makes_a_line_of_its_own() {
    let mut out = Redacting(Vec::new());
    out.write_all("WARN msg=busy\nERROR item=1 \u{1b}[2J\u{202e}a\r\n\n".as_bytes())
        .unwrap();
    let line = String::from_utf8(out.0).unwrap();
    let expected = "WARN msg=busy\\nERROR item=1 \\u{1b}[2J\\u{202e}a\\r\n";
    assert_eq!(line, expected);
}

#[test]
fn no_line_of_the_log_holds_a_secret() {
    let mut out = Redacting(Vec::new());
    out.write_all(
        b"INFO sent Authorization: sk-mavi-0123456789abcdef to https://host/path?X-Goog-Signature=f00d&x=1\n",
    )
    .unwrap();
    let line = String::from_utf8(out.0).unwrap();
    assert!(line.contains("https://host/path"), "{line}");
    assert!(line.ends_with('\n') && line.starts_with("INFO sent"));
    for secret in ["0123456789", "f00d", "Signature"] {
        assert!(!line.contains(secret), "{line}");
    }
}
