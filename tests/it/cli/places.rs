//! The data directory: what is in it, who may read it, and what happens where it cannot be
//! used.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use mavi_uploader::sandbox::{Call, FaultPlan, PlannedFault, SandboxOptions};

use super::{KEY_BODY, Live, Stage, run, text};

/// Everything under a folder, folders included.
fn below(folder: &Path) -> Vec<PathBuf> {
    let mut found = vec![];
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(below(&path));
        }
        found.push(path);
    }
    found
}

/// Nobody but the owner reads anything.
#[track_caller]
fn is_private(data: &Path) {
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(data), 0o700);
    for path in below(data) {
        let right = if path.is_dir() { 0o700 } else { 0o600 };
        assert_eq!(mode(&path), right, "{}", path.display());
    }
}

#[test]
fn the_data_directory_is_the_owners_alone_while_it_runs_and_after() {
    let stage = Stage::new();
    let clip = stage.copy("clip.mp4", "clip.mp4");
    // A program that lets all others read, unless it is told otherwise.
    let program = env!("CARGO_BIN_EXE_mavi-uploader");
    let mut shell = stage.command::<&str>(&[]);
    shell = {
        let mut command = std::process::Command::new("sh");
        command.args(["-c", "umask 0; exec \"$0\" \"$@\"", program]);
        command.args(["upload", "--json"]).arg(&clip);
        command.env_clear().current_dir(stage.home());
        for (name, value) in shell.get_envs() {
            if let Some(value) = value {
                command.env(name, value);
            }
        }
        command
    };
    let mut live = Live::start(shell);
    live.event("uploaded");
    let data = stage.data();
    for name in ["history.db", "history.db-wal", "logs"] {
        assert!(data.join(name).exists(), "{name}");
    }
    is_private(&data);
    live.end().exits(0);
    is_private(&data);
    assert_eq!(below(&data.join("logs")).len(), 1);
}

#[test]
fn by_default_the_data_is_in_the_systems_usual_place() {
    let stage = Stage::new();
    let mut command = stage.command(&["history"]);
    command.env_remove("MAVI_UPLOADER_DATA_DIR");
    run(command).exits(0);
    let place = if cfg!(target_os = "macos") {
        "Library/Application Support/mavi-uploader"
    } else {
        ".local/share/mavi-uploader"
    };
    assert!(stage.home().join(place).join("history.db").is_file());
    is_private(&stage.home().join(place));
}

#[test]
fn neither_the_key_nor_a_signed_url_is_ever_written_down() {
    let plan = FaultPlan::new()
        .on(Call::Upload)
        .then(PlannedFault::status(413))
        .on(Call::SignedUrl)
        .then(PlannedFault::status(503))
        .on(Call::StoragePut)
        .then(PlannedFault::ResetAfter { bytes: 100_000 })
        .on(Call::Metadata)
        .then(PlannedFault::status(500));
    let stage = Stage::with(SandboxOptions {
        receive_buffer: Some(8192),
        plan,
        ..Stage::options()
    });
    let mut content = fs::read(stage.copy("clip.mp4", "x.mp4")).unwrap();
    content.resize(8_000_000, 1);
    let clip = stage.file("clip.mp4", &content);
    let mut command = stage.upload_command(&[], &[&clip]);
    command.env("MAVI_UPLOADER_LOG", "trace");
    let outcome = run(command).exits(0);
    assert!(!outcome.only("retrying").is_empty());
    let logs = below(&stage.data().join("logs"));
    let log = fs::read_to_string(&logs[0]).unwrap();
    assert!(log.contains("retry") || log.contains("waiting"), "{log}");
    let mut texts = vec![outcome.out.clone(), outcome.err.clone().into_bytes()];
    for path in below(&stage.data()) {
        texts.push(path.to_string_lossy().into_owned().into_bytes());
        if path.is_file() {
            texts.push(fs::read(path).unwrap());
        }
    }
    for text in &texts {
        let text = String::from_utf8_lossy(text);
        for secret in [KEY_BODY, "X-Goog-Signature=", "X-Goog-Credential="] {
            let at = text.find(secret);
            let around = at.map(|at| {
                let line = text[..at].rfind('\n').map_or(0, |end| end + 1);
                text[line..].lines().next().unwrap_or_default().to_owned()
            });
            assert_eq!(around, None, "{secret} shows");
        }
    }
}

/// Every file fails with `not_saved`, and nothing is sent.
#[track_caller]
fn is_not_saved(stage: &Stage, said: &str) {
    let one = stage.copy("clip.mp4", "1.mp4");
    let two = stage.copy("picture.png", "2.png");
    let outcome = stage.upload(&[], &[&one, &two]).exits(1);
    let failed = outcome.only("failed");
    assert_eq!(failed.len(), 2, "{:#?}", outcome.events());
    for event in &failed {
        assert_eq!(text(event, "reason"), "not_saved");
    }
    assert_eq!(outcome.summary(), [2, 0, 0, 2, 0, 0]);
    assert_eq!(stage.calls(Call::Upload), 0);
    assert!(outcome.err.contains(said), "{}", outcome.err);
    stage.run(&["history"]).exits(1);
}

#[test]
fn a_history_of_a_newer_program_is_left_as_it_is() {
    let stage = Stage::new();
    stage.run(&["history"]).exits(0);
    let path = stage.data().join("history.db");
    let database = rusqlite::Connection::open(&path).unwrap();
    database.pragma_update(None, "user_version", 99).unwrap();
    drop(database);
    let before = fs::read(&path).unwrap();
    is_not_saved(&stage, "newer version");
    assert_eq!(fs::read(&path).unwrap(), before);
    let beside = below(&stage.data());
    let is_beside = |path: &PathBuf| path.to_string_lossy().contains("history.");
    let mut beside: Vec<_> = beside.iter().filter(|path| is_beside(path)).collect();
    beside.sort();
    assert_eq!(beside, [&path, &stage.data().join("history.lock")]);
}

#[test]
fn without_a_usable_data_directory_nothing_is_sent() {
    let stage = Stage::new();
    fs::write(stage.data(), "a file in its place").unwrap();
    is_not_saved(&stage, "MAVI_UPLOADER_DATA_DIR");
    assert_eq!(fs::read(stage.data()).unwrap(), b"a file in its place");
}

#[test]
fn where_the_history_cannot_be_written_nothing_is_sent() {
    let stage = Stage::new();
    // A folder in its place is as good as a read-only disk, for the superuser too.
    fs::create_dir_all(stage.data().join("history.db")).unwrap();
    is_not_saved(&stage, "history.db");
}

#[test]
fn a_damaged_history_is_set_aside_and_said() {
    let stage = Stage::new();
    let clip = stage.copy("clip.mp4", "clip.mp4");
    fs::create_dir(stage.data()).unwrap();
    fs::write(stage.data().join("history.db"), vec![0x55; 20_000]).unwrap();
    let outcome = stage.upload(&["--no-wait"], &[&clip]).exits(0);
    assert!(outcome.err.contains("history.damaged-"), "{}", outcome.err);
    assert_eq!(outcome.summary(), [1, 1, 0, 0, 0, 0]);
}

#[cfg(target_os = "linux")]
#[test]
fn an_id_that_cannot_be_saved_any_more_is_printed_and_said() {
    let plan = FaultPlan::new()
        .on(Call::Upload)
        .then(PlannedFault::DelayAnswer(std::time::Duration::from_secs(3)));
    let stage = Stage::with_plan(plan);
    let clip = stage.copy("clip.mp4", "clip.mp4");
    let mut shell = std::process::Command::new("sh");
    let usual = stage.command::<&str>(&[]);
    shell
        .args(["-c", "trap '' XFSZ; exec \"$0\" \"$@\""])
        .arg(env!("CARGO_BIN_EXE_mavi-uploader"))
        .args(["upload", "--json"])
        .arg(&clip)
        .env_clear()
        .current_dir(stage.home());
    for (name, value) in usual.get_envs() {
        if let Some(value) = value {
            shell.env(name, value);
        }
    }
    let live = Live::start(shell);
    stage.until_called(Call::Upload, 1);
    // All that is left is to write its answer down.
    stage.runtime.block_on(
        stage
            .sandbox()
            .wait_until(|sandbox| !sandbox.stored().is_empty()),
    );
    let full = std::process::Command::new("prlimit")
        .args(["--pid", &live.id().to_string(), "--fsize=1:1"])
        .status()
        .unwrap();
    assert!(full.success());
    let outcome = live.end().exits(0);
    let id = stage.sandbox().stored()[0].asset_id.clone();
    assert_eq!(text(&outcome.one("finished"), "asset_id"), id);
    assert!(
        outcome
            .err
            .contains(&format!("{id} is not saved yet: copy it")),
        "{}",
        outcome.err
    );
}
