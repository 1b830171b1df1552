//! The commands, as scripts use them: the real program in processes of its own, against a
//! sandbox in the test.
//!
//! Each test has a home folder, a data directory and a sandbox of its own, and no keychain
//! answers. The program keeps its one request a second, so that a run takes seconds of
//! waiting; no test waits for a time of its own choosing.

mod again;
mod check;
mod delete;
mod files;
mod history;
mod import;
#[cfg(target_os = "linux")]
mod keys;
#[cfg(target_os = "linux")]
pub mod ordinary;
mod places;
mod sandbox;
mod stops;
#[cfg(target_os = "linux")]
mod surroundings;
mod uploads;
mod usage;
mod waits;

use std::fs::{self, File};
use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant, SystemTime};

use mavi_uploader::sandbox::{Call, FaultPlan, Sandbox, SandboxOptions, Timing};
use serde_json::Value;
use tempfile::TempDir;
use tokio::runtime::Runtime;

/// The key of the tests; nothing of it but its end may show up anywhere.
pub const KEY: &str = "sk-mavi-5ecret-0f-the-tests-0123cdef";
/// What would give the key away.
pub const KEY_BODY: &str = "5ecret-0f-the-tests";
/// Longest that a run may take; the longest takes about 10 s.
const LIMIT: Duration = Duration::from_secs(100);
const POLL: Duration = Duration::from_millis(5);

/// Home, data directory, media and the service of one test.
pub struct Stage {
    pub runtime: Runtime,
    sandbox: Option<Sandbox>,
    home: TempDir,
}

impl Stage {
    /// Statuses are SUCCESS at once, and nothing goes wrong.
    pub fn new() -> Self {
        Self::with_plan(FaultPlan::new())
    }

    /// Creates a stage with a sandbox of this fault plan.
    pub fn with_plan(plan: FaultPlan) -> Self {
        Self::with(SandboxOptions {
            plan,
            ..Self::options()
        })
    }

    /// The usual options. No interval: a machine that is late by 50 ms would see answers
    /// that it did not plan for.
    pub fn options() -> SandboxOptions {
        SandboxOptions {
            interval: Duration::ZERO,
            timing: Timing::AT_ONCE,
            ..SandboxOptions::default()
        }
    }

    pub fn with(options: SandboxOptions) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .unwrap();
        let sandbox = runtime.block_on(async { Sandbox::start(options).unwrap() });
        let home = tempfile::tempdir().unwrap();
        fs::create_dir(home.path().join("media")).unwrap();
        Self {
            runtime,
            sandbox: Some(sandbox),
            home,
        }
    }

    pub fn sandbox(&self) -> &Sandbox {
        self.sandbox.as_ref().unwrap()
    }

    pub fn home(&self) -> &Path {
        self.home.path()
    }

    /// The data directory; made by the program.
    pub fn data(&self) -> PathBuf {
        self.home.path().join("data")
    }

    pub fn media(&self, name: &str) -> PathBuf {
        self.home.path().join("media").join(name)
    }

    /// A copy of `tests/fixtures/media/good/FIXTURE`, as old as a file that nothing writes to.
    pub fn copy(&self, fixture: &str, name: &str) -> PathBuf {
        let from = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("tests/fixtures/media/good")
            .join(fixture);
        self.file(name, &fs::read(from).unwrap())
    }

    /// A file that was written an hour ago.
    pub fn file(&self, name: &str, content: &[u8]) -> PathBuf {
        let path = self.media(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, content).unwrap();
        age(&path);
        path
    }

    /// An MP4 of this many bytes that takes no place on the disk.
    pub fn large(&self, name: &str, size: u64) -> PathBuf {
        let path = self.copy("clip.mp4", name);
        File::options()
            .write(true)
            .open(&path)
            .unwrap()
            .set_len(size)
            .unwrap();
        age(&path);
        path
    }

    /// The program with these arguments, this test's home, key and service, and nothing
    /// else of the environment.
    pub fn command<I: AsRef<std::ffi::OsStr>>(&self, arguments: &[I]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_mavi-uploader"));
        let nowhere = self.home().join("nowhere");
        command
            .args(arguments)
            .current_dir(self.home())
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", self.home())
            .env("XDG_RUNTIME_DIR", &nowhere)
            .env(
                "DBUS_SESSION_BUS_ADDRESS",
                format!("unix:path={}", nowhere.display()),
            )
            .env("MAVI_UPLOADER_DATA_DIR", self.data())
            .env("MEMORIES_API_KEY", KEY)
            .env("MEMORIES_V2_BASE_URL", self.sandbox().base_url())
            .stdin(Stdio::null());
        command
    }

    /// Runs the program to its end.
    pub fn run<I: AsRef<std::ffi::OsStr>>(&self, arguments: &[I]) -> Outcome {
        run(self.command(arguments))
    }

    /// Runs `upload --json` with more options and these paths.
    pub fn upload(&self, options: &[&str], paths: &[&Path]) -> Outcome {
        run(self.upload_command(options, paths))
    }

    pub fn upload_command(&self, options: &[&str], paths: &[&Path]) -> Command {
        let mut command = self.command(&["upload", "--json"]);
        command.args(options).args(paths);
        command
    }

    /// Waits until the service has had this many of these calls.
    pub fn until_called(&self, call: Call, times: usize) {
        self.until(|| self.calls(call) >= times);
    }

    /// Waits until this holds of the sandbox.
    pub fn until(&self, reached: impl Fn() -> bool) {
        self.runtime.block_on(async {
            let reached = self.sandbox().wait_until(|_| reached());
            tokio::time::timeout(LIMIT, reached)
                .await
                .unwrap_or_else(|_| panic!("it never came: {:#?}", self.sandbox().requests()));
        });
    }

    /// Returns how often the service was called so.
    pub fn calls(&self, call: Call) -> usize {
        let requests = self.sandbox().requests();
        requests.iter().filter(|r| r.call == Some(call)).count()
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        // The sandbox is left within the runtime that it lives on.
        let _entered = self.runtime.enter();
        self.sandbox = None;
    }
}

/// Lets a file look as if it had been written an hour ago.
pub fn age(path: &Path) {
    let then = SystemTime::now() - Duration::from_secs(3600);
    File::options()
        .write(true)
        .open(path)
        .unwrap()
        .set_modified(then)
        .unwrap();
}

/// How a run of the program ended.
#[derive(Debug)]
pub struct Outcome {
    pub status: ExitStatus,
    pub out: Vec<u8>,
    pub err: String,
}

impl Outcome {
    pub fn code(&self) -> Option<i32> {
        self.status.code()
    }

    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.out).expect("UTF-8 on standard output")
    }

    /// Checks the exit status.
    #[track_caller]
    pub fn exits(self, code: i32) -> Self {
        assert_eq!(
            self.code(),
            Some(code),
            "{}\n{}",
            String::from_utf8_lossy(&self.out),
            self.err
        );
        assert!(!self.err.contains("panicked"), "{}", self.err);
        for text in [&self.err, &*String::from_utf8_lossy(&self.out)] {
            assert!(!text.contains(KEY_BODY), "the key shows: {text}");
        }
        self
    }

    /// All events, each line an object.
    pub fn events(&self) -> Vec<Value> {
        let lines = self.text().lines();
        lines
            .map(|line| serde_json::from_str(line).unwrap_or_else(|e| panic!("{e}: {line}")))
            .collect()
    }

    /// The events of this name.
    pub fn only(&self, name: &str) -> Vec<Value> {
        let mut events = self.events();
        events.retain(|event| event["event"] == name);
        events
    }

    /// The one event of this name.
    #[track_caller]
    pub fn one(&self, name: &str) -> Value {
        let found = self.only(name);
        assert_eq!(found.len(), 1, "{name}: {:#?}", self.events());
        found[0].clone()
    }

    /// The names of the events, in order.
    pub fn names(&self) -> Vec<String> {
        let name = |event: &Value| event["event"].as_str().unwrap_or("?").to_owned();
        self.events().iter().map(name).collect()
    }

    /// The summary, which is the last event, as
    /// `[total, success, already_uploaded, failed, rejected, skipped]`.
    #[track_caller]
    pub fn summary(&self) -> [u64; 6] {
        let events = self.events();
        let last = events.last().expect("a summary");
        assert_eq!(last["event"], "summary", "{events:#?}");
        assert!(last["seconds"].is_f64(), "{last}");
        [
            "total",
            "success",
            "already_uploaded",
            "failed",
            "rejected",
            "skipped",
        ]
        .map(|name| {
            last[name]
                .as_u64()
                .unwrap_or_else(|| panic!("{name}: {last}"))
        })
    }
}

/// A field of an event as text.
#[track_caller]
pub fn text<'a>(event: &'a Value, field: &str) -> &'a str {
    event[field]
        .as_str()
        .unwrap_or_else(|| panic!("{field} of {event}"))
}

/// The names of an event's fields, sorted.
pub fn fields(event: &Value) -> Vec<&str> {
    let mut names: Vec<&str> = event
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect();
    names.sort_unstable();
    names
}

/// Runs a command to its end.
pub fn run(command: Command) -> Outcome {
    Live::start(command).end()
}

/// A program that runs; killed when the test fails.
pub struct Live {
    child: Child,
    lines: Receiver<String>,
    seen: Vec<u8>,
    err: Option<JoinHandle<String>>,
}

impl Live {
    pub fn start(mut command: Command) -> Self {
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let (sender, lines) = channel();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        std::thread::spawn(move || {
            let mut line = String::new();
            while out.read_line(&mut line).is_ok_and(|read| read > 0) {
                if sender.send(std::mem::take(&mut line)).is_err() {
                    break;
                }
            }
        });
        let mut stderr = child.stderr.take().unwrap();
        let err = std::thread::spawn(move || {
            let mut text = Vec::new();
            let _ = stderr.read_to_end(&mut text);
            String::from_utf8_lossy(&text).into_owned()
        });
        Self {
            child,
            lines,
            seen: vec![],
            err: Some(err),
        }
    }

    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// The next line of standard output, without its end.
    pub fn line(&mut self) -> String {
        let line = self.lines.recv_timeout(LIMIT).unwrap_or_else(|error| {
            let seen = String::from_utf8_lossy(&self.seen);
            panic!("no other line ({error}) after:\n{seen}")
        });
        self.seen.extend_from_slice(line.as_bytes());
        line.trim_end_matches('\n').to_owned()
    }

    /// Waits for an event.
    pub fn event(&mut self, name: &str) -> Value {
        let [event] = self.each_of([name]);
        event
    }

    /// Waits for the first event of each name, in whatever order they come.
    pub fn each_of<const N: usize>(&mut self, names: [&str; N]) -> [Value; N] {
        let mut found: [Option<Value>; N] = [const { None }; N];
        while found.iter().any(Option::is_none) {
            let event: Value = serde_json::from_str(&self.line()).unwrap();
            let place = names.iter().position(|name| event["event"] == *name);
            if let Some(place) = place {
                found[place].get_or_insert(event);
            }
        }
        found.map(Option::unwrap)
    }

    /// Sends a signal, as `INT`.
    pub fn signal(&self, name: &str) {
        let sent = Command::new("kill")
            .args(["-s", name, &self.id().to_string()])
            .status()
            .unwrap();
        assert!(sent.success());
    }

    /// Writes to its standard input and closes it.
    pub fn input(&mut self, text: &str) {
        let mut stdin = self.child.stdin.take().unwrap();
        // It may have ended without reading.
        let _ = stdin.write_all(text.as_bytes());
    }

    /// Waits for its end; standard output has also what was read before.
    pub fn end(mut self) -> Outcome {
        let start = Instant::now();
        let status = loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                break status;
            }
            assert!(start.elapsed() < LIMIT, "it does not end");
            std::thread::sleep(POLL);
        };
        let mut out = std::mem::take(&mut self.seen);
        while let Ok(line) = self.lines.recv_timeout(LIMIT) {
            out.extend_from_slice(line.as_bytes());
        }
        Outcome {
            status,
            out,
            err: self.err.take().unwrap().join().unwrap(),
        }
    }
}

impl Drop for Live {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
