//! The end of the program, whatever it is at: within 2 s, with everything written down, and with
//! nothing left behind.

use std::fs;
use std::io::Write;
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use mavi_uploader::sandbox::{Call, FaultPlan, OfferedProtocol, PlannedFault, SandboxOptions};
use mavi_uploader::store::{AssetRecord, History, ItemRecord};

use crate::cli::{Live, Outcome, Stage, text};
use crate::faults::program::{Seen, Trial};

/// Longest that the end may take.
const SOON: Duration = Duration::from_secs(2);
/// What a machine with other things to do may take besides, to start `kill` and to look.
const SLACK: Duration = Duration::from_secs(1);

/// Folders that the system gives a program, each of them the test's own.
fn with_folders(stage: &Stage, command: &mut Command) {
    for (variable, name) in [("TMPDIR", "tmp"), ("XDG_RUNTIME_DIR", "run")] {
        let folder = stage.home().join(name);
        fs::create_dir_all(&folder).unwrap();
        command.env(variable, folder);
    }
}

fn start(stage: &Stage, paths: &[&Path]) -> Live {
    let mut command = stage.upload_command(&[], paths);
    with_folders(stage, &mut command);
    Live::start(command)
}

/// Ends the program, and checks that it took not long.
#[track_caller]
fn end(live: Live, what: &str) -> Outcome {
    let asked = Instant::now();
    live.signal("TERM");
    let outcome = live.end();
    let took = asked.elapsed();
    let _ = writeln!(std::io::stderr(), "{what}: {} ms", took.as_millis());
    assert!(took < SOON + SLACK, "{what}: {took:?}");
    assert_eq!(outcome.code(), Some(130), "{}", outcome.err);
    assert!(!outcome.err.contains("panicked"), "{}", outcome.err);
    outcome
}

/// Nothing is left but what is kept; gives what that is.
#[track_caller]
fn kept(stage: &Stage) -> (Vec<ItemRecord>, Vec<AssetRecord>) {
    let names = |folder: &Path| -> Vec<String> {
        let entries = fs::read_dir(folder).into_iter().flatten();
        entries
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect()
    };
    let data = stage.data();
    let is_kept = |name: &str| {
        matches!(
            name,
            "asset-ids.csv" | "backups" | "history.db" | "history.lock" | "logs" | "runs"
        ) || name.starts_with("slots-")
    };
    let mut left = names(&data);
    left.retain(|name| !is_kept(name));
    assert_eq!(left, [""; 0]);
    for folder in [
        data.join("runs"),
        stage.home().join("tmp"),
        stage.home().join("run"),
    ] {
        assert_eq!(names(&folder), [""; 0], "{}", folder.display());
    }
    let opened = History::open(&data).unwrap();
    assert_eq!(opened.set_aside, None);
    let history = opened.history;
    (history.items().unwrap(), history.assets().unwrap())
}

/// A stage on which an upload of this file stays in mid-body.
fn stalled() -> (Stage, PathBuf) {
    let stall = PlannedFault::Stall {
        after: 100_000,
        lasting: None,
    };
    let stage = Stage::with(SandboxOptions {
        receive_buffer: Some(16 * 1024),
        plan: FaultPlan::new().on(Call::Upload).then(stall),
        ..Stage::options()
    });
    let path = stage.large("clip.mp4", 8_000_000);
    (stage, path)
}

#[test]
fn a_transfer_that_stands_still_is_cut_off_and_gone_on_with_by_the_next_run() {
    let (stage, path) = stalled();
    let live = start(&stage, &[&path]);
    stage.until_called(Call::Upload, 1);
    let outcome = end(live, "a transfer that stands still");
    assert_eq!(text(&outcome.one("failed"), "reason"), "cancelled");
    let (items, assets) = kept(&stage);
    assert_eq!((items.len(), assets.len()), (1, 0));
    assert!(items[0].state.contains("sending"), "{}", items[0].state);
    start(&stage, &[&path]).end().exits(0);
    let (items, assets) = kept(&stage);
    assert_eq!((items.len(), assets.len()), (0, 1));
    assert_eq!(assets[0].note, None, "its body was never out");
}

#[test]
fn a_service_that_never_answers_holds_up_no_end() {
    for call in [Call::KeyCheck, Call::Upload, Call::Metadata] {
        let never = PlannedFault::DelayAnswer(Duration::from_secs(3600));
        let stage = Stage::with_plan(FaultPlan::new().on(call).then(never));
        let path = stage.copy("picture.png", "one.png");
        let live = start(&stage, &[&path]);
        stage.until_called(call, 1);
        end(live, &format!("no answer to {call:?}"));
        let (items, _) = kept(&stage);
        assert_eq!(items.len(), usize::from(call != Call::KeyCheck), "{call:?}");
    }
}

/// A bus that takes every connection and says nothing, as a keychain that waits for the user.
fn silent_bus(stage: &Stage) -> (UnixListener, String) {
    let path = stage.home().join("bus");
    let address = format!("unix:path={}", path.display());
    (UnixListener::bind(path).unwrap(), address)
}

#[test]
fn a_keychain_that_waits_for_the_user_holds_up_no_end() {
    let stage = Stage::new();
    let path = stage.copy("picture.png", "one.png");
    let (bus, address) = silent_bus(&stage);
    let mut command = stage.upload_command(&[], &[&path]);
    with_folders(&stage, &mut command);
    command.env_remove("MEMORIES_API_KEY");
    command.env("DBUS_SESSION_BUS_ADDRESS", address);
    let mut live = Live::start(command);
    let asking = bus.accept().unwrap();
    live.event("accepted");
    let outcome = end(live, "a question of the keychain for the key");
    drop(asking);
    assert_eq!(text(&outcome.one("failed"), "reason"), "cancelled");
    assert_eq!(kept(&stage).0.len(), 0, "it was never started");
    assert!(stage.sandbox().requests().is_empty());
}

#[test]
fn a_keychain_that_does_not_take_a_session_holds_up_no_end() {
    let stall = PlannedFault::Stall {
        after: 100_000,
        lasting: None,
    };
    let mut trial = Trial::signed(FaultPlan::new().on(Call::SessionPut).then(stall));
    trial.options.protocol = OfferedProtocol::ResumableStart;
    trial.options.receive_buffer = Some(16 * 1024);
    trial.size = 8_000_000;
    let (stage, path) = trial.stage();
    let (bus, address) = silent_bus(&stage);
    let mut command = trial.command(&stage.upload_command(&[], &[&path]));
    with_folders(&stage, &mut command);
    command.env("DBUS_SESSION_BUS_ADDRESS", address);
    let live = Live::start(command);
    let asking = bus.accept().unwrap();
    stage.until_called(Call::SessionPut, 1);
    let outcome = end(live, "a session that the keychain does not take");
    drop(asking);
    let seen = Seen::new(stage, outcome);
    let (items, _) = kept(&seen.stage);
    assert_eq!(items.len(), 1);
}

#[test]
fn a_database_that_another_program_holds_is_waited_for_no_longer() {
    let (stage, path) = stalled();
    let live = start(&stage, &[&path]);
    stage.until_called(Call::Upload, 1);
    let other = rusqlite::Connection::open(stage.data().join("history.db")).unwrap();
    // The program may write at this moment.
    other.busy_timeout(Duration::from_secs(10)).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let outcome = end(live, "a database that another program holds");
    assert_eq!(text(&outcome.one("failed"), "reason"), "cancelled");
    other.execute_batch("ROLLBACK").unwrap();
    drop(other);
    let (items, _) = kept(&stage);
    assert_eq!(items.len(), 1, "as it was written last");
}

#[test]
fn a_walk_through_a_huge_folder_is_not_walked_to_its_end() {
    const FILES: usize = 20_000;
    let stage = Stage::new();
    let first = stage.copy("picture.png", "huge/0.png");
    let folder = first.parent().unwrap();
    for number in 1..FILES {
        fs::hard_link(&first, folder.join(format!("{number}.png"))).unwrap();
    }
    let mut command = stage.upload_command(&[], &[folder]);
    with_folders(&stage, &mut command);
    // The limit of the walk: it has hardly begun.
    let live = Live::start(command);
    let logs = stage.data().join("logs");
    let began = Instant::now();
    while !logs.exists() {
        assert!(
            began.elapsed() < Duration::from_secs(60),
            "it does not start"
        );
        std::thread::sleep(Duration::from_millis(1));
    }
    let outcome = end(live, "a walk through a huge folder");
    assert!(outcome.only("accepted").len() < FILES);
    kept(&stage);
}

#[test]
fn an_output_that_nobody_takes_holds_up_no_end() {
    let stage = Stage::new();
    let path = stage.copy("picture.png", "one.png");
    let (reader, mut writer) = std::io::pipe().unwrap();
    // As much as a pipe takes: not a byte goes in any more.
    writer.write_all(&vec![b'\n'; 64 * 1024]).unwrap();
    let mut command = stage.upload_command(&[], &[&path]);
    with_folders(&stage, &mut command);
    let mut child = command
        .stdout(writer)
        .stderr(std::process::Stdio::null())
        .spawn()
        .unwrap();
    // It has been accepted by then, and it cannot be said.
    stage.until_called(Call::Metadata, 1);
    let asked = Instant::now();
    let id = child.id().to_string();
    let sent = Command::new("kill").args(["-s", "TERM", &id]).status();
    assert!(sent.unwrap().success());
    let status = loop {
        match child.try_wait().unwrap() {
            Some(status) => break status,
            None if asked.elapsed() < 5 * SOON => std::thread::sleep(Duration::from_millis(2)),
            None => {
                child.kill().unwrap();
                panic!("it does not end");
            }
        }
    };
    let took = asked.elapsed();
    let _ = writeln!(
        std::io::stderr(),
        "an output that nobody takes: {} ms",
        took.as_millis()
    );
    assert!(took < SOON + SLACK, "{took:?}");
    assert_eq!(status.code(), Some(130));
    drop(reader);
    let opened = History::open(&stage.data()).unwrap();
    assert_eq!(opened.set_aside, None);
    assert_eq!(opened.history.assets().unwrap().len(), 1);
}

#[test]
fn a_signal_that_the_starter_ignores_ends_nothing() {
    let late = PlannedFault::DelayAnswer(Duration::from_secs(1));
    let stage = Stage::with_plan(FaultPlan::new().on(Call::Upload).then(late));
    let path = stage.copy("picture.png", "one.png");
    let usual = stage.upload_command(&[], &[&path]);
    let mut command = Command::new("nohup");
    command.arg(usual.get_program()).args(usual.get_args());
    command.current_dir(stage.home()).env_clear();
    let set = |(name, value): (_, Option<_>)| Some((name, value?));
    command.envs(usual.get_envs().filter_map(set));
    let live = Live::start(command);
    stage.until_called(Call::Upload, 1);
    live.signal("HUP");
    live.end().exits(0);
}
