//! Crash safety: the program is killed (SIGKILL) at random moments over a queue of mixed
//! files and routes, started again, and loses nothing.
//!
//! The sandbox is a process of its own and outlives every kill. The program is the real one,
//! which keeps the contract's numbers and so takes few files; and this test binary again,
//! which runs the engine as the window and as `upload` do, by smaller numbers. Once
//! everything has ended, what the server holds and what it was asked is held against what
//! the history says.
//!
//! `MAVI_KILLS` is how many kills there are over all three, 20 without it. 200, with the
//! figures on standard error:
//!
//! ```text
//! MAVI_KILLS=200 cargo test --test it kill:: -- --nocapture
//! ```
//!
//! A failure names its seed; `MAVI_KILL_SEED` draws the same moments again.

mod child;
mod ledger;
mod program;
mod server;

use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use mavi_uploader::engine::FrontEnd;
use tempfile::TempDir;

use crate::cli::age;
use ledger::Ledger;
use program::Program;
use server::Server;

/// Set for a child: what it is.
const INSIDE: &str = "MAVI_KILL_TEST_INSIDE";
/// The files that the program is given.
const MEDIA: &str = "MAVI_KILL_TEST_MEDIA";
/// Largest file for the direct route.
const DIRECT_LIMIT: u64 = 100_000;
/// Longest that a run may take to its end; it takes about 2 s, the real program's 15 s.
const LIMIT: Duration = Duration::from_secs(200);
/// Most kills of one queue, so that there is a last start.
const KILLS_OF_ONE: usize = 4;
/// How soon after its start a program is killed when it is to be hit while it comes back.
const EARLY: Duration = Duration::from_millis(300);
/// How soon after a call, when it is to be hit within that.
const WITHIN: Duration = Duration::from_millis(80);
/// How late the server's answers are.
const LATE: [Duration; 3] = [
    Duration::from_millis(10),
    Duration::from_millis(40),
    Duration::from_millis(300),
];
/// Calls within which the program is killed; the first are of the direct route.
const CALLS: [&str; 7] = [
    "Upload",
    "Metadata",
    "SignedUrl",
    "StoragePut",
    "StorageForm",
    "SessionStart",
    "SessionPut",
];
const DIRECT_CALLS: usize = 2;

/// Name, fixture that it begins with, bytes.
type File = (&'static str, &'static str, usize);

/// The last two are equal in content.
const FILES: [File; 12] = [
    ("note.wav", "sound.wav", 20_000),
    ("session one.mov", "clip.mov", 280_000),
    ("scene.mp4", "clip.mp4", 60_000),
    ("put one.mp4", "clip.mp4", 120_000),
    ("photo.jpg", "picture.jpg", 95_000),
    ("put two.webm", "clip.webm", 200_000),
    ("form one.png", "picture.png", 150_000),
    ("tiny.png", "picture.png", 4_000),
    ("too-large put three.mp4", "clip.mp4", 70_000),
    ("session two.mkv", "clip.mkv", 400_000),
    ("twin one.png", "picture.png", 90_000),
    ("twin two.png", "picture.png", 90_000),
];
/// For the real program: the first two of equal content, and one of the others. What goes to
/// a signed URL may be asked about for a minute after a kill: only where `MAVI_KILLS` asks
/// for many.
const FEW_FILES: &[File] = &[
    ("twin one.wav", "sound.wav", 30_000),
    ("twin two.wav", "sound.wav", 30_000),
    ("scene.mp4", "clip.mp4", 60_000),
    ("too-large put.mp4", "clip.mp4", 120_000),
    ("too-large form.png", "picture.png", 150_000),
    ("too-large session.mov", "clip.mov", 280_000),
];

/// What is killed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Killed {
    /// The engine as the window has it.
    Window,
    /// The engine as `upload` has it.
    Upload,
    /// `mavi-uploader upload` itself.
    Binary,
}

#[test]
fn however_often_the_window_is_killed_nothing_is_lost_and_no_double_is_hidden() {
    kill_and_look(
        "kill::however_often_the_window_is_killed_nothing_is_lost_and_no_double_is_hidden",
        Killed::Window,
    );
}

#[test]
fn however_often_upload_is_killed_nothing_is_lost_and_no_double_is_hidden() {
    kill_and_look(
        "kill::however_often_upload_is_killed_nothing_is_lost_and_no_double_is_hidden",
        Killed::Upload,
    );
}

#[test]
fn however_often_the_real_program_is_killed_nothing_is_lost_and_no_double_is_hidden() {
    kill_and_look(
        "kill::however_often_the_real_program_is_killed_nothing_is_lost_and_no_double_is_hidden",
        Killed::Binary,
    );
}

fn kill_and_look(name: &str, killed: Killed) {
    match std::env::var(INSIDE).as_deref() {
        Ok("server") => return server::run(),
        Ok("window") => return child::run(FrontEnd::Window),
        Ok("upload") => return child::run(FrontEnd::CommandLine),
        _ => {}
    }
    let asked = number("MAVI_KILLS");
    let all = asked.unwrap_or(20);
    let is_short = killed == Killed::Binary && asked.is_none();
    let (choice, calls) = match is_short {
        true => (1, &CALLS[..DIRECT_CALLS]),
        false => (FEW_FILES.len() - 2, &CALLS[..]),
    };
    let of_binary = all / 5;
    let wanted = match killed {
        Killed::Binary => of_binary,
        Killed::Upload => (all - of_binary) / 2,
        Killed::Window => (all - of_binary).div_ceil(2),
    };
    let seed =
        number("MAVI_KILL_SEED").unwrap_or_else(|| u64::from(getrandom::u32().unwrap_or_default()));
    let mut moments = Moments(seed);
    let mut figures = Figures::default();
    let begun = Instant::now();
    let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        let length = match killed {
            // By the contract's numbers: a slot a second, and a poll after 2 s.
            Killed::Binary => Duration::from_secs(5),
            Killed::Window | Killed::Upload => undisturbed(name, killed, &mut figures),
        };
        while figures.kills < wanted {
            let late = LATE[moments.number(LATE.len())];
            let mut queue = Queue::new(name, killed, late, moments.number(choice));
            for _ in 0..KILLS_OF_ONE {
                let moment = moments.draw(length, calls);
                if figures.kills == wanted || queue.run(Some(moment)) {
                    break;
                }
                figures.kills += 1;
                *figures.moments.entry(moment.name()).or_default() += 1;
                queue.ledger.count_phases(&mut figures);
            }
            queue.run(None);
            queue.look(&mut figures);
        }
    }));
    let took = begun.elapsed().as_secs();
    let _ = writeln!(
        std::io::stderr(),
        "{killed:?}, seed {seed}, {took} s: {figures:?}"
    );
    if let Err(failure) = outcome {
        std::panic::resume_unwind(failure);
    }
    assert_eq!(figures.kills, wanted);
}

/// Returns how long it takes when nobody disturbs it.
fn undisturbed(name: &str, killed: Killed, figures: &mut Figures) -> Duration {
    let mut queue = Queue::new(name, killed, LATE[1], 0);
    let start = Instant::now();
    queue.run(None);
    let length = start.elapsed();
    queue.look(figures);
    length
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
    /// How the moments of the kills were drawn.
    moments: BTreeMap<&'static str, u64>,
    /// How many kills hit at least one file in this state, as the journal has it.
    phases: BTreeMap<String, u64>,
    doubles_announced: u64,
    announced_without_double: u64,
    ids_in_flight: u64,
}

/// When the program is killed.
#[derive(Clone, Copy, Debug)]
enum Moment {
    /// This long after its start.
    After(Duration, &'static str),
    /// This long after the server was called so.
    Within(&'static str, Duration),
}

impl Moment {
    fn name(&self) -> &'static str {
        match self {
            Self::After(_, name) | Self::Within(name, _) => name,
        }
    }
}

/// Draws moments (splitmix64).
struct Moments(u64);

impl Moments {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn number(&mut self, below: usize) -> usize {
        usize::try_from(self.next() % u64::try_from(below).unwrap()).unwrap()
    }

    fn below(&mut self, limit: Duration) -> Duration {
        let part = u32::try_from(self.next() >> 32).unwrap();
        limit.mul_f64(f64::from(part) / f64::from(u32::MAX))
    }

    fn draw(&mut self, length: Duration, calls: &[&'static str]) -> Moment {
        match self.number(8) {
            0 => Moment::After(self.below(EARLY), "early"),
            1..=3 => Moment::Within(calls[self.number(calls.len())], self.below(WITHIN)),
            _ => Moment::After(self.below(length), "any time"),
        }
    }
}

/// One queue of files with its service and its data directory, over all kills.
struct Queue {
    killed: Killed,
    name: &'static str,
    ledger: Ledger,
    server: Server,
    home: TempDir,
}

impl Queue {
    /// `late` are the server's answers; `which` of the larger files the real program has.
    fn new(name: &str, killed: Killed, late: Duration, which: usize) -> Self {
        let home = tempfile::tempdir().unwrap();
        for folder in ["media", "tmp"] {
            std::fs::create_dir(home.path().join(folder)).unwrap();
        }
        let chosen: Vec<File> = match killed {
            Killed::Binary => FEW_FILES[..2]
                .iter()
                .chain([&FEW_FILES[2 + which]])
                .copied()
                .collect(),
            Killed::Window | Killed::Upload => FILES.to_vec(),
        };
        let files = chosen
            .into_iter()
            .map(|(name, fixture, size)| file(&home.path().join("media"), name, fixture, size))
            .collect();
        Self {
            killed,
            name: name.to_owned().leak(),
            ledger: Ledger::new(home.path().join("data"), files),
            server: Server::start(name, late),
            home,
        }
    }

    /// Starts the program, and kills it at that moment, if it has not ended by then; says
    /// whether it had.
    fn run(&mut self, moment: Option<Moment>) -> bool {
        self.server.forget();
        let mut program = Program::start(self);
        let ended = match moment {
            Some(Moment::After(after, _)) => program.listen(after),
            Some(Moment::Within(call, after)) => {
                program
                    .listen_until(|within| self.server.next_call(within).as_deref() == Some(call))
                    || program.listen(after)
            }
            None => program.listen(LIMIT),
        };
        if !ended {
            program.kill();
        }
        let (status, said) = program.end();
        let (requests, _) = self.server.look();
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
        self.ledger.run_is_over(&said, requests.len(), !ended);
        ended
    }

    /// Holds everything against everything else.
    fn look(&mut self, figures: &mut Figures) {
        let (requests, stored) = self.server.look();
        let left: Vec<_> = std::fs::read_dir(self.home.path().join("tmp"))
            .unwrap()
            .collect();
        assert!(left.is_empty(), "temporary files: {left:?}");
        self.ledger
            .settle(&requests, &stored, figures)
            .unwrap_or_else(|wrong| panic!("{wrong}\n{}", self.log()));
        figures.queues += 1;
    }

    /// Returns what the program wrote into its log.
    fn log(&self) -> String {
        let logs = self.home.path().join("data/logs");
        let files = std::fs::read_dir(logs).into_iter().flatten().flatten();
        files
            .map(|file| std::fs::read_to_string(file.path()).unwrap_or_default())
            .collect()
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

/// Says a line at once and whole, so that a kill does not take back what was said; on a line
/// of its own, whatever the test harness wrote before.
fn tell(line: &str) {
    let mut out = std::io::stdout().lock();
    out.write_all(format!("\n{line}\n").as_bytes()).unwrap();
    out.flush().unwrap();
}
