//! The one-request-a-second limit across programs: a small file per account that holds
//! when the next slot is free.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use crate::model::asset::Account;

/// A time further ahead than this was written by a clock that has since been set back, or
/// by nobody: it is ignored.
const FARTHEST: Duration = Duration::from_secs(64);
/// Wait before another try for a file that another program holds at this moment.
const BUSY: Duration = Duration::from_millis(5);
/// Longest content that is read.
const MAX_LEN: u64 = 256;

/// The slots of one account, shared through a file. What goes wrong with the file is no
/// error: the limit then holds within this program alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SharedSlots {
    path: PathBuf,
}

/// What the file holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Entry {
    /// Milliseconds since the Unix epoch.
    next_free_ms: u64,
    spacing_ms: u64,
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
        Self {
            path: directory.join(format!("slots-{name}")),
        }
    }

    /// Takes the next slot: `Ok` with the spacing that holds for the slot after it, `Err`
    /// with how long to wait before asking again.
    ///
    /// `spacing` is the program's own, `factor` what it learned since the last claim and
    /// the file does not know, `bounds` the least and the longest spacing.
    pub(crate) fn claim(
        &self,
        now: SystemTime,
        spacing: Duration,
        factor: f64,
        bounds: (Duration, Duration),
    ) -> Result<Duration, Duration> {
        let mut file = match self.open() {
            Opened::Locked(file) => file,
            Opened::Busy => return Err(BUSY),
            Opened::Unusable => return Ok(spacing),
        };
        let now_ms = millis(now);
        let entry = read(&mut file);
        if let Some(entry) = entry
            && entry.next_free_ms > now_ms
        {
            let wait = Duration::from_millis(entry.next_free_ms - now_ms);
            if wait <= FARTHEST {
                return Err(wait);
            }
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
            next_free_ms: now_ms.saturating_add(spacing_ms),
            spacing_ms,
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
        let before = read(&mut file);
        let until = now_ms.saturating_add(whole_ms(wait.min(FARTHEST)));
        let known = before.map_or(0, |entry| entry.next_free_ms);
        let known = Some(known).filter(|at| at.saturating_sub(now_ms) <= whole_ms(FARTHEST));
        let entry = Entry {
            next_free_ms: known.unwrap_or(0).max(until),
            spacing_ms: whole_ms(spacing)
                .max(before.map_or(0, |entry| entry.spacing_ms))
                .min(whole_ms(max)),
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
    let (next_free, spacing) = text.strip_suffix('\n')?.split_once(' ')?;
    Some(Entry {
        next_free_ms: next_free.parse().ok()?,
        spacing_ms: spacing.parse().ok()?,
    })
}

fn write(file: &mut File, entry: Entry) -> io::Result<()> {
    let text = format!("{} {}\n", entry.next_free_ms, entry.spacing_ms);
    file.seek(SeekFrom::Start(0))?;
    file.write_all(text.as_bytes())?;
    file.set_len(text.len() as u64)
}

fn millis(time: SystemTime) -> u64 {
    time.duration_since(SystemTime::UNIX_EPOCH)
        .map_or(0, whole_ms)
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

    fn claim(slots: &SharedSlots, ms: u64) -> Result<Duration, Duration> {
        slots.claim(at(ms), SPACING, 1.0, BOUNDS)
    }

    #[test]
    fn two_programs_take_turns() {
        let dir = tempfile::tempdir().unwrap();
        let (one, two) = (slots(dir.path()), slots(dir.path()));
        assert_eq!(claim(&one, 0), Ok(SPACING));
        assert_eq!(claim(&two, 50), Err(Duration::from_millis(1000)));
        assert_eq!(claim(&two, 1050), Ok(SPACING));
        assert_eq!(claim(&one, 1051), Err(Duration::from_millis(1049)));
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
        assert_eq!(claim(&two, 0), Err(Duration::from_secs(9)));
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
        claim(&slots, 10_000_000).unwrap();
        assert_eq!(claim(&slots, 0), Ok(SPACING), "set back by hours");
        assert_eq!(claim(&slots, 1050), Ok(SPACING));
        assert_eq!(claim(&slots, 99_000_000), Ok(SPACING), "set ahead");
        assert!(slots.slow_down(at(0), Duration::from_secs(900), SPACING, BOUNDS.1));
        assert_eq!(claim(&slots, 0), Err(FARTHEST));
    }

    #[test]
    fn a_damaged_file_is_written_anew() {
        let dir = tempfile::tempdir().unwrap();
        let slots = slots(dir.path());
        for content in [
            &b"rubbish\n"[..],
            b"\xff\xff",
            b"1700000009999 1050",
            &[b'9'; 999],
        ] {
            fs::write(&slots.path, content).unwrap();
            assert_eq!(claim(&slots, 0), Ok(SPACING), "{content:?}");
            assert!(claim(&slots, 1).is_err());
        }
        fs::write(&slots.path, "0 99999999999999999\n").unwrap();
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
        assert_eq!(claim(&slots, 0), Err(BUSY));
        drop(held);
        assert_eq!(claim(&slots, 0), Ok(SPACING));
    }
}
