//! Where things around the program are not as they should be: no display, another user's data
//! directory, a home that cannot be written. It says so and leaves everything as it was.

use std::collections::BTreeMap;
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use mavi_uploader::sandbox::{Call, FaultPlan, PlannedFault};
use mavi_uploader::store::History;

use super::ordinary::{Ordinary, give, is_root};
use super::{Live, Outcome, Stage, run, text};

/// Environments in which no window can be opened.
const NO_DISPLAY: [&[(&str, &str)]; 4] = [
    &[],
    &[("DISPLAY", ":64321")],
    &[("DISPLAY", "no display")],
    &[("WAYLAND_DISPLAY", "wayland-64321")],
];

/// Every folder and file below one, with its rights and what is in it.
type Tree = BTreeMap<PathBuf, (u32, Option<Vec<u8>>)>;

fn tree(folder: &Path) -> Tree {
    let mut found = Tree::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        let mode = fs::metadata(&folder).unwrap().permissions().mode();
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            match path.is_dir() {
                true => folders.push(path),
                false => {
                    let mode = fs::metadata(&path).unwrap().permissions().mode();
                    let content = fs::read(&path).ok();
                    found.insert(path, (mode, content));
                }
            }
        }
        found.insert(folder, (mode, None));
    }
    found
}

/// Names of what is in a folder, sorted.
fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<_> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort_unstable();
    names
}

/// Ends with 1 and one sentence on standard error, which holds these words.
#[track_caller]
fn says_only(outcome: Outcome, words: &[&str]) {
    let outcome = outcome.exits(1);
    assert_eq!(outcome.text(), "");
    assert_eq!(outcome.err.lines().count(), 1, "{}", outcome.err);
    for words in words {
        assert!(outcome.err.contains(words), "{words}: {}", outcome.err);
    }
}

#[test]
fn without_a_display_the_way_without_a_window_is_named_and_nothing_is_left() {
    for display in NO_DISPLAY {
        let stage = Stage::new();
        stage.copy("clip.mp4", "clip.mp4");
        let folders = [("TMPDIR", "tmp"), ("XDG_RUNTIME_DIR", "run")]
            .map(|(variable, name)| (variable, stage.home().join(name)));
        let start = |arguments: &[&str]| {
            let mut command = stage.command(arguments);
            for (variable, folder) in &folders {
                fs::create_dir_all(folder).unwrap();
                command.env(variable, folder);
            }
            command.envs(display.iter().copied());
            run(command)
        };
        says_only(start(&["--sandbox"]), &["mavi-uploader upload"]);
        assert!(!stage.data().exists(), "the sandbox is not the user's");

        says_only(start(&["media/clip.mp4"]), &["mavi-uploader upload"]);
        for (_, folder) in &folders {
            assert_eq!(names(folder), [""; 0], "{display:?}: {}", folder.display());
        }
        let kept = ["history.db", "history.lock", "logs", "runs", "window.lock"];
        assert_eq!(names(&stage.data()), kept);
        assert_eq!(names(&stage.data().join("runs")), [""; 0]);
        let history = History::open(&stage.data()).unwrap().history;
        assert_eq!(history.items().unwrap(), [], "nothing waits in a queue");
        assert!(stage.sandbox().requests().is_empty());
    }
}

/// `history`, `upload` and the window each say these words, or that there is no display, and
/// leave everything as it was.
#[track_caller]
fn leaves_alone(stage: &Stage, folder: &Path, start: impl Fn(&[&str]) -> Command, words: &[&str]) {
    let before = tree(folder);
    says_only(run(start(&["history"])), words);
    let outcome = run(start(&["upload", "--json", "media/clip.mp4"])).exits(1);
    assert_eq!(text(&outcome.one("failed"), "reason"), "not_saved");
    for words in words {
        assert!(outcome.err.contains(words), "{words}: {}", outcome.err);
    }
    assert_eq!(stage.calls(Call::Upload), 0);
    says_only(run(start(&["media/clip.mp4"])), &["mavi-uploader upload"]);
    assert_eq!(tree(folder), before);
}

/// A data directory with a history in it, of whoever runs the tests.
fn used() -> (Stage, Ordinary) {
    let stage = Stage::new();
    stage.run(&["history"]).exits(0);
    give(&stage.copy("clip.mp4", "clip.mp4"));
    let ordinary = Ordinary::on(&stage);
    (stage, ordinary)
}

#[test]
fn another_users_data_directory_is_left_as_it_is() {
    // Without another user at hand there is one's own folder, closed.
    let modes: &[u32] = if is_root() { &[0o700, 0o755] } else { &[0o555] };
    for &mode in modes {
        let (stage, ordinary) = used();
        let data = stage.data();
        if !is_root() {
            for path in tree(&data).into_keys().filter(|path| path.is_file()) {
                fs::set_permissions(path, Permissions::from_mode(0o000)).unwrap();
            }
        }
        fs::set_permissions(&data, Permissions::from_mode(mode)).unwrap();
        let start = |arguments: &[&str]| ordinary.command(&stage.command(arguments));
        let named = data.to_string_lossy();
        leaves_alone(&stage, &data, start, &[&named, "MAVI_UPLOADER_DATA_DIR"]);
    }
}

#[test]
fn a_home_that_cannot_be_written_is_told_of_and_nothing_is_sent() {
    let stage = Stage::new();
    give(&stage.copy("clip.mp4", "clip.mp4"));
    let ordinary = Ordinary::on(&stage);
    let home = stage.home().join("sealed");
    fs::create_dir(&home).unwrap();
    give(&home);
    fs::set_permissions(&home, Permissions::from_mode(0o555)).unwrap();
    let start = |arguments: &[&str]| {
        let mut command = ordinary.command(&stage.command(arguments));
        command.env("HOME", &home);
        command.env_remove("MAVI_UPLOADER_DATA_DIR");
        command
    };
    let named = home.join(".local/share/mavi-uploader");
    let named = named.to_string_lossy();
    leaves_alone(&stage, &home, start, &[&named, "MAVI_UPLOADER_DATA_DIR"]);
}

/// `upload` of one file after this line of a shell.
fn after(line: &str, stage: &Stage) -> Command {
    let upload = stage.upload_command(&[], &[&stage.copy("clip.mp4", "clip.mp4")]);
    let mut shell = Command::new("sh");
    shell
        .arg("-c")
        .arg(format!("{line} && exec \"$0\" \"$@\""))
        .arg(upload.get_program())
        .args(upload.get_args())
        .current_dir(stage.home())
        .env_clear();
    for (name, value) in upload.get_envs() {
        shell.env(name, value.unwrap_or_default());
    }
    shell
}

#[test]
fn a_quota_that_is_full_is_an_error_with_words() {
    let stage = Stage::new();
    // No byte may be written to any file.
    let outcome = run(after("ulimit -f 0", &stage)).exits(1);
    let failed = outcome.one("failed");
    assert_eq!(text(&failed, "reason"), "not_saved", "{failed}");
    assert_eq!(stage.calls(Call::Upload), 0);

    // The history is there, and neither it nor its log may grow beyond 4 KiB.
    let stage = Stage::new();
    stage.run(&["history"]).exits(0);
    let outcome = run(after("ulimit -f 8", &stage)).exits(1);
    let failed = outcome.one("failed");
    assert_eq!(text(&failed, "reason"), "not_saved", "{failed}");
}

#[test]
fn a_crash_leaves_no_core_file_with_the_key() {
    let stall = PlannedFault::Stall {
        after: 0,
        lasting: None,
    };
    let plan = FaultPlan::new().on(Call::Upload).then(stall);
    let stage = Stage::with_plan(plan);
    let live = Live::start(after("ulimit -c unlimited || true", &stage));
    stage.until_called(Call::Upload, 1);
    let limits = fs::read_to_string(format!("/proc/{}/limits", live.id())).unwrap();
    let core = limits
        .lines()
        .find(|line| line.starts_with("Max core file size"));
    let numbers: Vec<_> = core.unwrap().split_whitespace().skip(4).collect();
    assert_eq!(numbers, ["0", "0", "bytes"]);
}
