//! The one-request-a-second limit across programs: a small file per account that holds
//! when the next slot is free, who had the last one, and who waits.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use crate::model::asset::Account;

/// A time further ahead than this was written by nobody: it is ignored.
const FARTHEST: Duration = Duration::from_secs(15 * 60);
/// How much later than it might the program comes that had the last slot, where another one
/// waits: time enough for that one to wake up and take its turn.
const HEAD_START: Duration = Duration::from_millis(50);
/// Wait before another try for a file that another program holds at this moment.
const BUSY: Duration = Duration::from_millis(5);
/// Longest content that is read.
const MAX_LEN: u64 = 256;

/// The slots of one account, shared through a file. What goes wrong with the file is no
/// error: the limit then holds within this program alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SharedSlots {
    path: PathBuf,
    /// A number by which the others know this program.
    program: u64,
}

/// What the file holds; times in milliseconds since the Unix epoch, negative before it, for
/// a clock that is not set runs too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Entry {
    next_free_ms: i64,
    spacing_ms: u64,
    /// By which clock that is.
    written_ms: i64,
    /// Who had the last slot.
    last: u64,
    /// Who found it taken since then; 0 is nobody.
    waiting: u64,
}

impl Entry {
    /// The same at this time. Where it was written later than now, the clock was set back
    /// meanwhile: what was left then is left from now on.
    fn at(self, now_ms: i64) -> Self {
        if self.written_ms <= now_ms {
            return self;
        }
        let left = ms_until(self.next_free_ms, self.written_ms);
        Self {
            next_free_ms: now_ms.saturating_add_unsigned(left),
            written_ms: now_ms,
            ..self
        }
    }

    /// How long it is until this program may have the next slot.
    fn wait(&self, now_ms: i64, program: u64) -> Duration {
        let others_turn = self.last == program && self.waiting != NOBODY && self.waiting != program;
        let head_start = if others_turn { whole_ms(HEAD_START) } else { 0 };
        let left = ms_until(self.next_free_ms, now_ms);
        let free = self.next_free_ms.saturating_add_unsigned(head_start);
        if Duration::from_millis(left) > FARTHEST {
            return Duration::ZERO;
        }
        Duration::from_millis(ms_until(free, now_ms))
    }
}

/// No program has this number.
const NOBODY: u64 = 0;

/// Why a slot is not to be had now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refused {
    /// It is not free before this long.
    For(Duration),
    /// Another program holds the file at this moment.
    Busy,
}

impl Refused {
    /// How long to wait before asking again.
    pub(crate) fn wait(self) -> Duration {
        match self {
            Self::For(wait) => wait,
            Self::Busy => BUSY,
        }
    }
}

enum Opened {
    Locked(File),
    Busy,
    Unusable,
}

impl SharedSlots {
    /// The slots of this account in this directory, which is there or is made.
    pub fn new(directory: &Path, account: &Account) -> Self {
        let name: String = account
            .as_str()
            .chars()
            .filter(char::is_ascii_alphanumeric)
            .collect();
        // Without chance there is no order among programs but that of their luck.
        let program = getrandom::u64().unwrap_or(1).max(1);
        Self {
            path: directory.join(format!("slots-{name}")),
            program,
        }
    }

    /// Takes the next slot: `Ok` with the spacing that holds for the slot after it. Programs
    /// that wait take turns.
    ///
    /// `spacing` is the program's own, `factor` what it learned since the last claim and
    /// the file does not know, `bounds` the least and the longest spacing.
    pub(crate) fn claim(
        &self,
        now: SystemTime,
        spacing: Duration,
        factor: f64,
        bounds: (Duration, Duration),
    ) -> Result<Duration, Refused> {
        let mut file = match self.open() {
            Opened::Locked(file) => file,
            Opened::Busy => return Err(Refused::Busy),
            Opened::Unusable => return Ok(spacing),
        };
        let now_ms = millis(now);
        let found = read(&mut file);
        let entry = found.map(|entry| entry.at(now_ms));
        if let Some(mut entry) = entry
            && let wait = entry.wait(now_ms, self.program)
            && !wait.is_zero()
        {
            if entry.last != self.program {
                entry.waiting = self.program;
            }
            if found != Some(entry) {
                let _ = write(&mut file, entry);
            }
            return Err(Refused::For(wait));
        }
        let spacing = match entry {
            Some(entry) => Duration::from_millis(entry.spacing_ms)
                .min(bounds.1)
                .mul_f64(factor.clamp(1e-6, 1e6))
                .clamp(bounds.0, bounds.1),
            None => spacing,
        };
        let spacing_ms = whole_ms(spacing);
        let next = Entry {
            next_free_ms: now_ms.saturating_add_unsigned(spacing_ms),
            spacing_ms,
            written_ms: now_ms,
            last: self.program,
            waiting: NOBODY,
        };
        // What cannot be written holds for this program all the same.
        let _ = write(&mut file, next);
        Ok(spacing)
    }

    /// Tells the others of a rate-limit answer. Says whether they will know.
    pub(crate) fn slow_down(
        &self,
        now: SystemTime,
        wait: Duration,
        spacing: Duration,
        max: Duration,
    ) -> bool {
        let Opened::Locked(mut file) = self.open() else {
            return false;
        };
        let now_ms = millis(now);
        let before = read(&mut file).map(|entry| entry.at(now_ms));
        let until = now_ms.saturating_add_unsigned(whole_ms(wait.min(FARTHEST)));
        let known = before.map(|entry| entry.next_free_ms);
        let known = known.filter(|at| ms_until(*at, now_ms) <= whole_ms(FARTHEST));
        let entry = Entry {
            next_free_ms: known.map_or(until, |at| at.max(until)),
            spacing_ms: whole_ms(spacing)
                .max(before.map_or(0, |entry| entry.spacing_ms))
                .min(whole_ms(max)),
            written_ms: now_ms,
            last: before.map_or(NOBODY, |entry| entry.last),
            waiting: before.map_or(NOBODY, |entry| entry.waiting),
        };
        write(&mut file, entry).is_ok()
    }

    /// The file, locked until it is dropped; never waits.
    fn open(&self) -> Opened {
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false);
        #[cfg(unix)]
        {
            use std::os::unix::fs::OpenOptionsExt;
            options.mode(0o600);
        }
        let opened = options.open(&self.path).or_else(|error| {
            let directory = self.path.parent();
            match (error.kind(), directory) {
                (io::ErrorKind::NotFound, Some(directory)) => {
                    fs::create_dir_all(directory)?;
                    options.open(&self.path)
                }
                _ => Err(error),
            }
        });
        let Ok(file) = opened else {
            return Opened::Unusable;
        };
        match file.try_lock() {
            Ok(()) => Opened::Locked(file),
            Err(TryLockError::WouldBlock) => Opened::Busy,
            Err(TryLockError::Error(_)) => Opened::Unusable,
        }
    }
}

/// `None` for a new or damaged file.
fn read(file: &mut File) -> Option<Entry> {
    let mut text = String::new();
    file.take(MAX_LEN).read_to_string(&mut text).ok()?;
    let mut numbers = text.strip_suffix('\n')?.split(' ');
    let entry = Entry {
        next_free_ms: numbers.next()?.parse().ok()?,
        spacing_ms: numbers.next()?.parse().ok()?,
        written_ms: numbers.next()?.parse().ok()?,
        last: numbers.next()?.parse().ok()?,
        waiting: numbers.next()?.parse().ok()?,
    };
    numbers.next().is_none().then_some(entry)
}

fn write(file: &mut File, entry: Entry) -> io::Result<()> {
    let Entry {
        next_free_ms,
        spacing_ms,
        written_ms,
        last,
        waiting,
    } = entry;
    let text = format!("{next_free_ms} {spacing_ms} {written_ms} {last} {waiting}\n");
    file.seek(SeekFrom::Start(0))?;
    file.write_all(text.as_bytes())?;
    file.set_len(text.len() as u64)
}

fn millis(time: SystemTime) -> i64 {
    match time.duration_since(SystemTime::UNIX_EPOCH) {
        Ok(after) => 0_i64.saturating_add_unsigned(whole_ms(after)),
        Err(error) => 0_i64.saturating_sub_unsigned(whole_ms(error.duration())),
    }
}

/// From one time to a later one; 0 where it is none.
fn ms_until(later: i64, now_ms: i64) -> u64 {
    u64::try_from(later.saturating_sub(now_ms)).unwrap_or(0)
}

/// Whole milliseconds, rounded up, so that no wait comes out shorter.
fn whole_ms(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos().div_ceil(1_000_000)).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOUNDS: (Duration, Duration) = (Duration::from_millis(1050), Duration::from_secs(32));
    const SPACING: Duration = BOUNDS.0;

    fn slots(directory: &Path) -> SharedSlots {
        SharedSlots::new(directory, &Account::from_fingerprint("0123abcd"))
    }

    fn at(ms: u64) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_millis(1_700_000_000_000 + ms)
    }

    fn claim(slots: &SharedSlots, ms: u64) -> Result<Duration, Refused> {
        slots.claim(at(ms), SPACING, 1.0, BOUNDS)
    }

    fn not_for(ms: u64) -> Result<Duration, Refused> {
        Err(Refused::For(Duration::from_millis(ms)))
    }

    #[test]
    fn two_programs_take_turns() {
        let dir = tempfile::tempdir().unwrap();
        let (one, two) = (slots(dir.path()), slots(dir.path()));
        assert_eq!(claim(&one, 0), Ok(SPACING));
        assert_eq!(claim(&two, 50), not_for(1000));
        assert_eq!(claim(&two, 1050), Ok(SPACING));
        assert_eq!(claim(&one, 1051), not_for(1049));
        let other = SharedSlots::new(dir.path(), &Account::from_fingerprint("ffff"));
        assert_eq!(claim(&other, 1051), Ok(SPACING), "accounts are apart");
    }

    #[test]
    fn one_program_learns_of_the_others_rate_limit() {
        let dir = tempfile::tempdir().unwrap();
        let (one, two) = (slots(dir.path()), slots(dir.path()));
        claim(&one, 0).unwrap();
        let double = SPACING * 2;
        assert!(one.slow_down(at(0), Duration::from_secs(9), double, BOUNDS.1));
        assert_eq!(claim(&two, 0), not_for(9000));
        assert_eq!(claim(&two, 9000), Ok(double));
        // What it learned itself is brought into the file with its next claim.
        assert_eq!(
            one.claim(at(20_000), double, 0.9, BOUNDS),
            Ok(double.mul_f64(0.9))
        );
        assert_eq!(claim(&two, 30_000), Ok(double.mul_f64(0.9)));
    }

    #[test]
    fn a_clock_that_jumped_stops_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let slots = slots(dir.path());
        let other = self::slots(dir.path());
        for (then, back) in [
            (20_000_000, 10_000_000),
            (40_000_000, 60_000),
            (60_000_000, 1000),
        ] {
            claim(&slots, then).unwrap();
            let now = then - back;
            // What is left of the last slot is waited for, and no more than that.
            assert_eq!(claim(&other, now), not_for(1050), "set back by {back} ms");
            assert_eq!(claim(&other, now + 1000), not_for(50));
            assert_eq!(claim(&other, now + 1050), Ok(SPACING));
            assert_eq!(claim(&slots, then + 1_000_000), Ok(SPACING), "set ahead");
        }
        // A wait that the service asked for holds over it, too.
        assert!(slots.slow_down(at(90_000_000), Duration::from_secs(700), SPACING, BOUNDS.1));
        assert_eq!(claim(&other, 0), not_for(700_000));
        assert_eq!(claim(&other, 700_000), Ok(SPACING));
        // Longer ones hold back their own program alone.
        assert!(slots.slow_down(at(0), Duration::from_secs(9999), SPACING, BOUNDS.1));
        assert_eq!(claim(&other, 0), Err(Refused::For(FARTHEST)),);
    }

    #[test]
    fn a_clock_before_1970_stops_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let (one, two) = (slots(dir.path()), slots(dir.path()));
        let at = |ms: u64| {
            // Ten years before, then on over the epoch.
            let before = Duration::from_secs(315_360_000);
            SystemTime::UNIX_EPOCH + Duration::from_millis(ms) - before
        };
        let claim = |slots: &SharedSlots, ms| slots.claim(at(ms), SPACING, 1.0, BOUNDS);
        assert_eq!(claim(&one, 0), Ok(SPACING));
        assert_eq!(claim(&two, 1000), not_for(50));
        assert_eq!(claim(&two, 1050), Ok(SPACING));
        let epoch = 315_360_000_000;
        assert_eq!(claim(&two, epoch - 50), Ok(SPACING));
        assert_eq!(claim(&one, epoch), not_for(1000));
        assert_eq!(claim(&one, epoch + 1000), Ok(SPACING));
        // Set back to then from today: no more than the spacing is left.
        self::claim(&one, 0).unwrap();
        assert_eq!(claim(&two, 0), not_for(1050));
        assert_eq!(claim(&two, 1050), Ok(SPACING));
    }

    #[test]
    fn a_damaged_file_is_written_anew() {
        let dir = tempfile::tempdir().unwrap();
        let slots = slots(dir.path());
        for content in [
            &b"rubbish\n"[..],
            b"\xff\xff",
            b"1700000009999 1050",
            b"1700000009999 1050\n",
            b"1700000009999 1050 1700000000000 1 2 3\n",
            &[b'9'; 999],
        ] {
            fs::write(&slots.path, content).unwrap();
            assert_eq!(claim(&slots, 0), Ok(SPACING), "{content:?}");
            assert!(claim(&slots, 1).is_err());
        }
        fs::write(&slots.path, "99999999999999 1050 0 1 2\n").unwrap();
        assert_eq!(claim(&slots, 0), Ok(SPACING), "in a thousand years");
        fs::write(&slots.path, "0 99999999999999999 0 0 0\n").unwrap();
        assert_eq!(claim(&slots, 0), Ok(BOUNDS.1), "within the bounds");
    }

    #[test]
    fn without_a_usable_file_the_program_goes_on_alone() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("file");
        fs::write(&file, "").unwrap();
        let slots = slots(&file.join("below a file"));
        assert_eq!(claim(&slots, 0), Ok(SPACING));
        assert_eq!(claim(&slots, 0), Ok(SPACING));
        assert!(!slots.slow_down(at(0), SPACING, SPACING, BOUNDS.1));
        // A missing directory is made.
        let made = self::slots(&dir.path().join("a/b"));
        claim(&made, 0).unwrap();
        assert!(claim(&made, 0).is_err());
    }

    #[test]
    fn a_file_that_another_program_holds_is_waited_for_shortly() {
        let dir = tempfile::tempdir().unwrap();
        let slots = slots(dir.path());
        let Opened::Locked(held) = slots.open() else {
            panic!("free");
        };
        assert_eq!(claim(&slots, 0), Err(Refused::Busy));
        drop(held);
        assert_eq!(claim(&slots, 0), Ok(SPACING));
    }

    #[test]
    fn a_program_that_waits_has_its_turn_before_the_one_that_had_the_last() {
        let dir = tempfile::tempdir().unwrap();
        let (one, two) = (slots(dir.path()), slots(dir.path()));
        claim(&one, 0).unwrap();
        assert_eq!(claim(&two, 10), not_for(1040));
        // It is the first to ask when the slot is free, and comes a little later all the same.
        assert_eq!(claim(&one, 1050), not_for(50));
        assert_eq!(claim(&two, 1051), Ok(SPACING));
        assert_eq!(claim(&one, 1100), not_for(1001));
        assert_eq!(claim(&two, 2101), not_for(50));
        assert_eq!(claim(&one, 2102), Ok(SPACING));
        // One that waits no longer, or was killed, costs that little once.
        assert_eq!(claim(&two, 2200), not_for(952));
        assert_eq!(claim(&one, 3152), not_for(50));
        assert_eq!(claim(&one, 3202), Ok(SPACING));
        assert_eq!(claim(&one, 4252), Ok(SPACING));
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_program_that_was_killed_while_it_held_the_file_stops_nobody() {
        let dir = tempfile::tempdir().unwrap();
        let slots = slots(dir.path());
        claim(&slots, 0).unwrap();
        // `flock` holds the lock that the program takes, for as long as its command lives.
        let mut holder = std::process::Command::new("flock")
            .arg("--no-fork")
            .arg(&slots.path)
            .args(["sleep", "600"])
            .spawn()
            .unwrap();
        let until = std::time::Instant::now() + Duration::from_secs(30);
        while claim(&slots, 5000) != Err(Refused::Busy) {
            // Whoever asks now may have the file for a moment, and then `flock` has it.
            assert!(std::time::Instant::now() < until, "it never holds the file");
            std::thread::sleep(Duration::from_millis(5));
        }
        assert_eq!(claim(&slots, 9000), Err(Refused::Busy));
        holder.kill().unwrap();
        holder.wait().unwrap();
        assert_eq!(claim(&slots, 99_000), Ok(SPACING));
    }
}
