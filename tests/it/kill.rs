//! Crash safety: the program is killed (SIGKILL) at random moments over a queue of mixed
//! files and routes, started again, and loses nothing.
//!
//! The sandbox is in the test's process and outlives every kill. The program is this test
//! binary again: it runs the engine as the program does, by numbers that are smaller than
//! the contract's. Once everything has ended, what the server holds and what it was asked
//! is held against what the history says.
//!
//! `MAVI_KILLS` is how many kills there are over both front ends, 20 without it. 200, with
//! the figures on standard error:
//!
//! ```text
//! MAVI_KILLS=200 cargo test --test it kill:: -- --nocapture
//! ```
//!
//! A failure names its seed; `MAVI_KILL_SEED` draws the same moments again.

mod child;
mod ledger;

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use mavi_uploader::engine::FrontEnd;
use mavi_uploader::sandbox::{Call, Fault, FaultPlan, Flavour, Sandbox, SandboxOptions, Timing};
use tempfile::TempDir;
use tokio::runtime::Runtime;

use crate::cli::{KEY, age};
use ledger::Ledger;

/// Set for the program: for which front end it works.
const INSIDE: &str = "MAVI_KILL_TEST_INSIDE";
/// The files that the program is given.
const MEDIA: &str = "MAVI_KILL_TEST_MEDIA";
/// Largest file for the direct route.
const DIRECT_LIMIT: u64 = 100_000;
/// Longest that a run may take to its end; it takes about 2 s.
const LIMIT: Duration = Duration::from_secs(60);
/// Most kills of one queue, so that there is a last start.
const KILLS_OF_ONE: usize = 4;

/// Name, fixture that it begins with, bytes. The last two are equal in content.
const FILES: [(&str, &str, usize); 10] = [
    ("note.wav", "sound.wav", 20_000),
    ("session one.mov", "clip.mov", 280_000),
    ("scene.mp4", "clip.mp4", 60_000),
    ("put one.mp4", "clip.mp4", 120_000),
    ("photo.jpg", "picture.jpg", 95_000),
    ("put two.webm", "clip.webm", 200_000),
    ("tiny.png", "picture.png", 4_000),
    ("session two.mkv", "clip.mkv", 400_000),
    ("twin one.png", "picture.png", 90_000),
    ("twin two.png", "picture.png", 90_000),
];

#[test]
fn however_often_the_window_is_killed_nothing_is_lost_and_no_double_is_hidden() {
    kill_and_look(
        "kill::however_often_the_window_is_killed_nothing_is_lost_and_no_double_is_hidden",
        FrontEnd::Window,
    );
}

#[test]
fn however_often_upload_is_killed_nothing_is_lost_and_no_double_is_hidden() {
    kill_and_look(
        "kill::however_often_upload_is_killed_nothing_is_lost_and_no_double_is_hidden",
        FrontEnd::CommandLine,
    );
}

fn kill_and_look(name: &str, front_end: FrontEnd) {
    if std::env::var_os(INSIDE).is_some() {
        return child::run(front_end);
    }
    let wanted = number("MAVI_KILLS").unwrap_or(20).div_ceil(2);
    let seed =
        number("MAVI_KILL_SEED").unwrap_or_else(|| u64::from(getrandom::u32().unwrap_or_default()));
    let mut moments = Moments(seed);
    let mut figures = Figures::default();
    let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        // How long it takes when nobody disturbs it.
        let mut undisturbed = Queue::new();
        let start = Instant::now();
        undisturbed.run_to_its_end(name);
        let length = start.elapsed();
        undisturbed.look(&mut figures);
        while figures.kills < wanted {
            let mut queue = Queue::new();
            for _ in 0..KILLS_OF_ONE {
                if figures.kills == wanted || queue.run(name, Some(moments.below(length))) {
                    break;
                }
                figures.kills += 1;
                queue.ledger.count_phases(&mut figures);
            }
            queue.run_to_its_end(name);
            queue.look(&mut figures);
        }
    }));
    let _ = writeln!(std::io::stderr(), "{front_end:?}, seed {seed}: {figures:?}");
    if let Err(failure) = outcome {
        std::panic::resume_unwind(failure);
    }
}

fn number(variable: &str) -> Option<u64> {
    let text = std::env::var(variable).ok()?;
    Some(
        text.parse()
            .unwrap_or_else(|_| panic!("{variable} is a number")),
    )
}

/// What was seen over all queues.
#[derive(Debug, Default)]
struct Figures {
    kills: u64,
    queues: u64,
    /// How many kills hit at least one file in this state, as the journal has it.
    phases: BTreeMap<String, u64>,
    doubles_announced: u64,
    announced_without_double: u64,
    ids_in_flight: u64,
}

/// Draws moments (splitmix64).
struct Moments(u64);

impl Moments {
    fn below(&mut self, limit: Duration) -> Duration {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^= mixed >> 31;
        limit.mul_f64(f64::from(u32::try_from(mixed >> 32).unwrap()) / f64::from(u32::MAX))
    }
}

/// One queue of files with its service and its data directory, over all kills.
struct Queue {
    ledger: Ledger,
    runtime: Runtime,
    sandbox: Option<Sandbox>,
    home: TempDir,
}

impl Queue {
    fn new() -> Self {
        let home = tempfile::tempdir().unwrap();
        let media = home.path().join("media");
        std::fs::create_dir(&media).unwrap();
        let files = FILES
            .map(|(name, fixture, size)| file(&media, name, fixture, size))
            .to_vec();
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .unwrap();
        let sandbox = runtime.block_on(async { Sandbox::start(options()).unwrap() });
        Self {
            ledger: Ledger::new(home.path().join("data"), files),
            runtime,
            sandbox: Some(sandbox),
            home,
        }
    }

    fn sandbox(&self) -> &Sandbox {
        self.sandbox.as_ref().unwrap()
    }

    /// Starts the program, and kills it after this long, if it has not ended by then;
    /// says whether it had.
    fn run(&mut self, name: &str, moment: Option<Duration>) -> bool {
        let mut program = Program::start(self, name);
        let ended = program.listen(moment.unwrap_or(LIMIT));
        if !ended {
            program.kill();
        }
        let status = program.child.wait().unwrap();
        // What the system still holds of the connections is read by the server: then
        // nothing of this run comes any more.
        self.runtime.block_on(async {
            let over = |sandbox: &Sandbox| sandbox.requests().iter().all(|request| request.over);
            let silence = self.sandbox().wait_until(over);
            tokio::time::timeout(LIMIT, silence).await.unwrap();
        });
        let said = program.said();
        assert!(
            moment.is_some() || ended,
            "it does not end: {said:#?}\n{}",
            self.log()
        );
        assert!(
            !ended || status.success(),
            "it ended badly: {said:#?}\n{}",
            self.log()
        );
        let requests = self.sandbox().requests();
        self.ledger.run_is_over(&said, requests.len(), !ended);
        ended
    }

    fn run_to_its_end(&mut self, name: &str) {
        self.run(name, None);
    }

    /// Holds everything against everything else.
    fn look(&self, figures: &mut Figures) {
        let (requests, stored) = (self.sandbox().requests(), self.sandbox().stored());
        self.ledger
            .settle(&requests, &stored, figures)
            .unwrap_or_else(|wrong| panic!("{wrong}\n{}", self.log()));
        figures.queues += 1;
    }

    /// What the program wrote into its log.
    fn log(&self) -> String {
        let logs = self.home.path().join("data/logs");
        let files = std::fs::read_dir(logs).into_iter().flatten().flatten();
        files
            .map(|file| std::fs::read_to_string(file.path()).unwrap_or_default())
            .collect()
    }
}

impl Drop for Queue {
    fn drop(&mut self) {
        // The sandbox is left within the runtime that it lives on.
        let _entered = self.runtime.enter();
        self.sandbox = None;
    }
}

/// All answers that give something come a little late, so that kills come between what the
/// server did and what the program knows of it.
fn options() -> SandboxOptions {
    let late = |ms| Fault::DelayAnswer(Duration::from_millis(ms));
    let mut plan = FaultPlan::new();
    for (name, ..) in FILES
        .iter()
        .filter(|(name, ..)| name.starts_with("session"))
    {
        let session = Fault::Flavour(Flavour::ResumableStart);
        plan = plan.on(Call::SignedUrl).named(name).always().then(session);
    }
    for call in [Call::Upload, Call::SignedUrl, Call::StoragePut] {
        plan = plan.on(call).always().then(late(40));
    }
    SandboxOptions {
        interval: Duration::from_millis(5),
        timing: Timing::default().scaled(0.05),
        plan,
        ..SandboxOptions::default()
    }
}

/// A file that begins as a fixture and is unlike all others, but for the twins.
fn file(media: &Path, name: &str, fixture: &str, size: usize) -> PathBuf {
    let from = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/fixtures/media/good")
        .join(fixture);
    let mut content = std::fs::read(from).unwrap();
    let mut seed = u64::try_from(size).unwrap();
    while content.len() < size {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        content.extend_from_slice(&seed.to_be_bytes());
    }
    content.truncate(size);
    let path = media.join(name);
    std::fs::write(&path, content).unwrap();
    age(&path);
    path
}

/// The program while it runs; killed when the test fails.
struct Program {
    child: Child,
    lines: Receiver<String>,
    said: Vec<String>,
}

impl Program {
    fn start(queue: &Queue, name: &str) -> Self {
        let nowhere = queue.home.path().join("nowhere");
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", name, "--nocapture"])
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", queue.home.path())
            .env("XDG_RUNTIME_DIR", &nowhere)
            .env("MAVI_UPLOADER_DATA_DIR", &queue.ledger.data)
            .env("MEMORIES_API_KEY", KEY)
            .env("MEMORIES_V2_BASE_URL", queue.sandbox().base_url())
            .env(INSIDE, "1")
            .env(MEDIA, queue.home.path().join("media"))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let (sender, lines) = channel();
        let out = BufReader::new(child.stdout.take().unwrap());
        std::thread::spawn(move || {
            // A line that the kill cut off was not said.
            for line in out.split(b'\n').map_while(Result::ok) {
                let line = String::from_utf8_lossy(&line).into_owned();
                if sender.send(line).is_err() {
                    break;
                }
            }
        });
        Self {
            child,
            lines,
            said: vec![],
        }
    }

    /// Takes in what it says for this long; true when it has ended before.
    fn listen(&mut self, lasting: Duration) -> bool {
        let until = Instant::now() + lasting;
        loop {
            let left = until.saturating_duration_since(Instant::now());
            match self.lines.recv_timeout(left) {
                Ok(line) => self.said.push(line),
                Err(RecvTimeoutError::Timeout) => return false,
                Err(RecvTimeoutError::Disconnected) => return true,
            }
        }
    }

    /// SIGKILL.
    fn kill(&mut self) {
        self.child.kill().unwrap();
    }

    /// All that it said, once it has ended.
    fn said(&mut self) -> Vec<String> {
        self.said.extend(self.lines.iter());
        std::mem::take(&mut self.said)
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
