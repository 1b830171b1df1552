//! The program that the rows are tried on: `upload` as it is, by numbers that are smaller
//! than the contract's, in a process of its own; and the window's engine in this one.

use std::ffi::OsString;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, SystemTime};

use mavi_uploader::cli::{self, CliCommand as Job};
use mavi_uploader::engine::{self, FrontEnd};
use mavi_uploader::model::snapshot::{Row, Snapshot};
use mavi_uploader::sandbox::{Call, FaultPlan, Sandbox, SandboxOptions};
use mavi_uploader::setup::{AppContext, EngineConfig, Numbers, RunningEngine};
use mavi_uploader::store::{AssetRecord, History};
use serde_json::Value;

use crate::cli::{Live, Outcome, Stage, age, text};

/// Set for the program: its arguments, as a JSON list.
const ARGUMENTS: &str = "MAVI_FAULTS_TEST_ARGUMENTS";
/// Set for the program: calls need not be apart.
const UNPACED: &str = "MAVI_FAULTS_TEST_UNPACED";
/// Set for the program: every file takes the signed URL.
const SIGNED: &str = "MAVI_FAULTS_TEST_SIGNED";
/// How many times faster than the contract's numbers everything goes.
pub const FASTER: u32 = 40;
/// More than any of these takes.
const LIMIT: Duration = Duration::from_secs(60);
/// Bytes of the file that is uploaded, where a test says no other.
const SIZE: usize = 300_000;

/// The contract's numbers, smaller; the answer may take a second.
fn numbers(front_end: FrontEnd, signed: bool, unpaced: bool) -> Numbers {
    let mut numbers = Numbers::of(front_end);
    numbers.policy = numbers.policy.faster(FASTER);
    numbers.policy.answer_min = Duration::from_secs(1);
    if signed {
        numbers.policy.direct_limit = 0;
    }
    numbers.limiter = numbers.limiter.faster(if unpaced { 1_000 } else { FASTER });
    numbers
}

/// The program, where this process was started as it; otherwise one good upload by it.
#[test]
fn upload_by_smaller_numbers_is_upload() {
    let Some(arguments) = std::env::var_os(ARGUMENTS) else {
        Trial::new(FaultPlan::new()).run().finishes();
        return;
    };
    // Whatever the test harness wrote ends with its line.
    println!();
    let arguments: Vec<String> = serde_json::from_str(arguments.to_str().unwrap()).unwrap();
    let Some(Job::Upload(arguments)) =
        cli::parse(arguments.into_iter().map(OsString::from)).command
    else {
        panic!("only upload is run so");
    };
    let [signed, unpaced] = [SIGNED, UNPACED].map(|name| std::env::var_os(name).is_some());
    let code = cli::upload_by(arguments, numbers(FrontEnd::CommandLine, signed, unpaced));
    std::process::exit(code.into());
}

/// A row of the table, made to happen to one file.
pub struct Trial {
    pub options: SandboxOptions,
    pub signed: bool,
    pub size: usize,
    /// Calls need not be apart: for many files at once.
    pub unpaced: bool,
    /// The window finds the file as one that another program writes to.
    pub being_written: bool,
}

impl Trial {
    /// A direct upload in which this goes wrong.
    pub fn new(plan: FaultPlan) -> Self {
        Self {
            options: SandboxOptions {
                plan,
                ..Stage::options()
            },
            signed: false,
            size: SIZE,
            unpaced: false,
            being_written: false,
        }
    }

    /// Creates a trial of the route for large files: signed URL and storage.
    pub fn signed(plan: FaultPlan) -> Self {
        Self {
            signed: true,
            ..Self::new(plan)
        }
    }

    /// Creates a trial with a body that the system does not swallow before the server reads it.
    pub fn large(plan: FaultPlan) -> Self {
        let mut trial = Self::new(plan);
        trial.options.receive_buffer = Some(16 * 1024);
        trial.size = 8_000_000;
        trial
    }

    /// The service and the file.
    pub fn stage(&self) -> (Stage, PathBuf) {
        let stage = Stage::with(self.options.clone());
        let path = stage.file("clip.mp4", &content(self.size));
        (stage, path)
    }

    /// Runs `upload --json` to its end.
    pub fn run(self) -> Seen {
        let (stage, path) = self.stage();
        let outcome = self.start(&stage, &[&path]).end();
        Seen::new(stage, outcome)
    }

    /// Starts `upload --json` on these.
    pub fn start(&self, stage: &Stage, paths: &[&Path]) -> Live {
        Live::start(self.command(&stage.upload_command(&[], paths)))
    }

    /// The program by the smaller numbers, as `usual` would be run by the usual ones.
    pub fn command(&self, usual: &Command) -> Command {
        let mut arguments = vec![String::from("mavi-uploader")];
        arguments.extend(usual.get_args().map(|it| it.to_str().unwrap().to_owned()));
        let mut command = Command::new(std::env::current_exe().unwrap());
        command
            .args(["--exact", "--nocapture"])
            .arg("faults::program::upload_by_smaller_numbers_is_upload")
            .current_dir(usual.get_current_dir().unwrap())
            .env_clear()
            .envs(
                usual
                    .get_envs()
                    .filter_map(|(name, value)| Some((name, value?))),
            )
            .env(ARGUMENTS, serde_json::to_string(&arguments).unwrap());
        for (set, name) in [(self.signed, SIGNED), (self.unpaced, UNPACED)] {
            if set {
                command.env(name, "1");
            }
        }
        command
    }

    /// The window's engine on the same, in this process.
    pub async fn window(self) -> Window {
        let world = AppContext::with_sandbox(self.options).unwrap();
        let numbers = numbers(FrontEnd::Window, self.signed, self.unpaced);
        let window = Window::open(world, numbers);
        fs::write(&window.path, content(self.size)).unwrap();
        if self.being_written {
            let file = File::options().write(true).open(&window.path).unwrap();
            let later = SystemTime::now() + Duration::from_secs(3600);
            file.set_modified(later).unwrap();
        } else {
            age(&window.path);
        }
        let add = engine::Command::Add(vec![window.path.clone()]);
        window.handle.send(add);
        window
    }
}

/// A video of this many bytes.
pub fn content(size: usize) -> Vec<u8> {
    let mut content = include_bytes!("../../fixtures/media/good/clip.mp4").to_vec();
    content.resize(size.max(content.len()), 7);
    content
}

/// How a trial ended.
pub struct Seen {
    pub stage: Stage,
    pub outcome: Outcome,
}

impl Seen {
    pub fn new(stage: Stage, mut outcome: Outcome) -> Self {
        // The harness of the tests writes there too.
        let out = String::from_utf8(outcome.out).unwrap();
        let events = out.lines().filter(|line| line.starts_with('{'));
        outcome.out = events
            .flat_map(|line| [line, "\n"])
            .collect::<String>()
            .into();
        Self { stage, outcome }
    }

    #[track_caller]
    fn exits(&self, code: i32) {
        let Outcome { status, out, err } = &self.outcome;
        let out = String::from_utf8_lossy(out);
        assert_eq!(status.code(), Some(code), "{out}\n{err}");
        assert!(!err.contains("panicked"), "{err}");
    }

    /// The file failed for this reason, with words; gives them.
    #[track_caller]
    pub fn fails(&self, reason: &str, code: i32) -> String {
        self.exits(code);
        let failed = self.outcome.one("failed");
        assert_eq!(text(&failed, "reason"), reason, "{failed}");
        assert_eq!(self.outcome.summary(), [1, 0, 0, 1, 0, 0]);
        let message = text(&failed, "message").to_owned();
        assert!(message.ends_with('.'), "{message}");
        assert!(self.outcome.err.contains(&message), "{}", self.outcome.err);
        message
    }

    /// The file is ready.
    #[track_caller]
    pub fn finishes(&self) -> Value {
        self.exits(0);
        assert_eq!(self.outcome.summary(), [1, 1, 0, 0, 0, 0]);
        self.outcome.one("finished")
    }

    /// Why it was tried again, in order.
    pub fn retries(&self) -> Vec<String> {
        let retrying = self.outcome.only("retrying");
        let reasons = retrying
            .iter()
            .map(|event| text(event, "reason").to_owned());
        reasons.collect()
    }

    /// The waits before those, in the contract's seconds.
    pub fn waits(&self) -> Vec<f64> {
        let retrying = self.outcome.only("retrying");
        let waits = retrying
            .iter()
            .map(|event| event["delay_ms"].as_f64().unwrap() * f64::from(FASTER) / 1000.0);
        waits.collect()
    }

    pub fn calls(&self, call: Call) -> usize {
        self.stage.calls(call)
    }

    /// The calls that the service told apart, in order.
    pub fn all_calls(&self) -> Vec<Call> {
        let requests = self.stage.sandbox().requests();
        requests
            .into_iter()
            .filter_map(|request| request.call)
            .collect()
    }

    pub fn stored(&self) -> usize {
        self.stage.sandbox().stored().len()
    }

    pub fn history(&self) -> Vec<AssetRecord> {
        history(&self.stage.data())
    }
}

/// Everything that the history in this data directory knows.
pub fn history(data: &Path) -> Vec<AssetRecord> {
    let history = History::open(data).unwrap().history;
    history.assets().unwrap()
}

/// The window's engine over the wire, with one file that was started.
pub struct Window {
    pub handle: engine::EngineHandle,
    task: tokio::task::JoinHandle<()>,
    pub path: PathBuf,
    files: tempfile::TempDir,
    world: AppContext,
}

impl Window {
    fn open(world: AppContext, numbers: Numbers) -> Self {
        let files = tempfile::tempdir().unwrap();
        let path = files.path().join("media/clip.mp4");
        fs::create_dir(path.parent().unwrap()).unwrap();
        let RunningEngine { handle, task, .. } = world.start(EngineConfig {
            numbers,
            start_at_once: true,
            ..EngineConfig::new(FrontEnd::Window)
        });
        Self {
            handle,
            task,
            path,
            files,
            world,
        }
    }

    pub fn sandbox(&self) -> &Sandbox {
        self.world.sandbox.as_ref().unwrap()
    }

    /// Returns where the engine keeps what it writes.
    pub fn folder(&self) -> &Path {
        self.world.folder().unwrap()
    }

    /// Beside the folder of the file.
    pub fn elsewhere(&self) -> PathBuf {
        self.files.path().join("elsewhere")
    }

    /// Waits until the snapshot is as wanted.
    pub async fn until(&mut self, what: &str, wanted: impl Fn(&Snapshot) -> bool) -> Snapshot {
        let reached = self.handle.snapshot.wait_for(|it| wanted(it));
        let reached = tokio::time::timeout(LIMIT, reached).await;
        let reached = reached.map(|it| it.unwrap().as_ref().clone());
        reached.unwrap_or_else(|_| panic!("{what} never came: {:#?}", self.handle.snapshot))
    }

    /// Waits until the file's row is as wanted.
    pub async fn until_row(&mut self, what: &str, wanted: impl Fn(&Row) -> bool) -> Row {
        let snapshot = self
            .until(what, |it| it.rows.first().is_some_and(|row| wanted(row)))
            .await;
        snapshot.rows[0].as_ref().clone()
    }

    pub async fn close(self) {
        self.handle.send(engine::Command::Shutdown);
        let ended = tokio::time::timeout(LIMIT, self.task).await;
        ended.expect("the engine ends").unwrap();
    }
}
