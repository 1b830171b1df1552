//! Rate limit across programs: a small file per account and host with the next free slot, the
//! current hold, the last holder and a waiter.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use serde::{Deserialize, Serialize};

use super::spacing::Slowdown;
use crate::model::asset::Account;

/// Longest plausible time ahead; anything later is ignored.
const MAX_FUTURE: Duration = Duration::from_secs(15 * 60);
/// Fairness delay: the program that took the last slot waits this much longer while another is
/// waiting.
const FAIRNESS_DELAY: Duration = Duration::from_millis(50);
/// Wait before retrying while another program holds the lock.
const BUSY: Duration = Duration::from_millis(5);
/// Longest content to read, in bytes.
const MAX_LEN: u64 = 512;

/// Slots of one account at one host, shared through a file. If the file fails, the limit applies
/// within this program alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SharedRateLimit {
    path: PathBuf,
    /// Number that identifies this program to the others.
    program: u64,
}

/// Content of the file; times in milliseconds since the Unix epoch, negative for a clock that is
/// not set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct SlotRecord {
    next_free_ms: i64,
    /// Spacing after `limited_ms`, reduced by good responses.
    spacing_ms: u64,
    /// Writer's clock.
    written_ms: i64,
    /// Program that took the last slot.
    last: u64,
    /// Program that found the slot taken since then; 0 for none.
    waiting: u64,
    /// End of the hold after a rate-limit response.
    held_ms: i64,
    /// Time of the last rate-limit response.
    limited_ms: i64,
}

impl SlotRecord {
    fn fresh(now_ms: i64) -> Self {
        Self {
            next_free_ms: now_ms,
            spacing_ms: 0,
            written_ms: now_ms,
            last: NOBODY,
            waiting: NOBODY,
            held_ms: now_ms,
            limited_ms: now_ms,
        }
    }

    /// Adjusts the record to the current time. If the clock was set back since it was written, the
    /// remaining times start now.
    fn at(self, now_ms: i64) -> Self {
        if self.written_ms <= now_ms {
            return self;
        }
        let moved = |at_ms| now_ms.saturating_add_unsigned(ms_until(at_ms, self.written_ms));
        Self {
            next_free_ms: moved(self.next_free_ms),
            held_ms: moved(self.held_ms),
            limited_ms: now_ms.saturating_sub_unsigned(ms_until(self.written_ms, self.limited_ms)),
            written_ms: now_ms,
            ..self
        }
    }

    /// Returns why this program may not take the next slot; `tests` ignores the hold.
    fn refuses(&self, now_ms: i64, program: u64, tests: bool) -> Option<SlotRefusal> {
        let others_turn = self.last == program && self.waiting != NOBODY && self.waiting != program;
        let head_start = if others_turn {
            whole_ms(FAIRNESS_DELAY)
        } else {
            0
        };
        let free = left(
            self.next_free_ms.saturating_add_unsigned(head_start),
            now_ms,
        );
        let held = left(self.held_ms, now_ms);
        if held > free && !tests {
            return Some(SlotRefusal::Held(held));
        }
        (!free.is_zero()).then_some(SlotRefusal::For(free))
    }

    fn slowdown(&self, now_ms: i64, most: Duration) -> Slowdown {
        Slowdown {
            spacing: Duration::from_millis(self.spacing_ms).min(most),
            calm: Duration::from_millis(ms_until(now_ms, self.limited_ms)),
        }
    }
}

const NOBODY: u64 = 0;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SlotRefusal {
    /// The next slot is free after this time.
    For(Duration),
    /// A rate-limit response holds all calls for this time.
    Held(Duration),
    Busy,
}

impl SlotRefusal {
    pub(crate) fn wait(self) -> Duration {
        match self {
            Self::For(wait) | Self::Held(wait) => wait,
            Self::Busy => BUSY,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Claimed {
    /// Slowdown for the spacing after this slot.
    pub(crate) slowdown: Slowdown,
    /// It was taken despite a hold.
    pub(crate) is_held: bool,
}

enum LockAttempt {
    Locked(File),
    Busy,
    Unusable,
}

impl SharedRateLimit {
    /// Uses the slots of an account at a base URL, in an existing directory.
    pub fn new(directory: &Path, account: &Account, base_url: &str) -> Self {
        let name: String = account
            .as_str()
            .chars()
            .filter(char::is_ascii_alphanumeric)
            .collect();
        let host = &blake3::hash(base_url.as_bytes()).to_hex()[..16];
        // Without randomness, fairness between programs is lost, but not the limit.
        let program = getrandom::u64().unwrap_or(1).max(1);
        Self {
            path: directory.join(format!("slots-{name}-{host}")),
            program,
        }
    }

    /// Takes the next slot. Waiting programs take turns.
    ///
    /// `own` is this program's slowdown, `factor` its change of spacing since the last claim, and
    /// `bounds` the least and longest spacing; `tests` ignores a hold.
    pub(crate) fn claim(
        &self,
        now: SystemTime,
        own: Slowdown,
        factor: f64,
        bounds: (Duration, Duration),
        tests: bool,
    ) -> Result<Claimed, SlotRefusal> {
        let mut file = match self.open() {
            LockAttempt::Locked(file) => file,
            LockAttempt::Busy => return Err(SlotRefusal::Busy),
            LockAttempt::Unusable => {
                return Ok(Claimed {
                    slowdown: own,
                    is_held: false,
                });
            }
        };
        let now_ms = millis(now);
        let found = read(&mut file);
        let entry = found.map(|entry| entry.at(now_ms));
        if let Some(mut entry) = entry
            && let Some(refused) = entry.refuses(now_ms, self.program, tests)
        {
            if entry.last != self.program {
                entry.waiting = self.program;
            }
            if found != Some(entry) {
                let _ = write(&mut file, entry);
            }
            return Err(refused);
        }
        let mut slowdown = entry.map_or(own, |entry| entry.slowdown(now_ms, bounds.1));
        if entry.is_some() {
            let learned = slowdown.spacing.mul_f64(factor.clamp(1e-6, 1e6));
            slowdown.spacing = learned.clamp(bounds.0, bounds.1);
        }
        let held = entry.filter(|entry| !left(entry.held_ms, now_ms).is_zero());
        let spacing = slowdown.spacing_now(bounds.0);
        let next = SlotRecord {
            next_free_ms: now_ms.saturating_add_unsigned(whole_ms(spacing)),
            spacing_ms: whole_ms(slowdown.spacing),
            written_ms: now_ms,
            last: self.program,
            waiting: NOBODY,
            held_ms: held.map_or(now_ms, |entry| entry.held_ms),
            limited_ms: now_ms.saturating_sub_unsigned(whole_ms(slowdown.calm)),
        };
        // If writing fails, the slot still counts within this program.
        let _ = write(&mut file, next);
        Ok(Claimed {
            slowdown,
            is_held: held.is_some(),
        })
    }

    /// Shares a rate-limit response with other programs. Returns whether it was written.
    pub(crate) fn slow_down(
        &self,
        now: SystemTime,
        wait: Duration,
        spacing: Duration,
        bounds: (Duration, Duration),
    ) -> bool {
        let LockAttempt::Locked(mut file) = self.open() else {
            return false;
        };
        let now_ms = millis(now);
        let before = read(&mut file).map_or(SlotRecord::fresh(now_ms), |entry| entry.at(now_ms));
        let held = whole_ms(wait.min(MAX_FUTURE).max(left(before.held_ms, now_ms)));
        let known = before.slowdown(now_ms, bounds.1).spacing_now(bounds.0);
        let entry = SlotRecord {
            spacing_ms: whole_ms(spacing.max(known).min(bounds.1)),
            written_ms: now_ms,
            held_ms: now_ms.saturating_add_unsigned(held),
            limited_ms: now_ms,
            ..before
        };
        write(&mut file, entry).is_ok()
    }

    /// Ends the hold for all programs. Waiters may still sleep until its former end.
    pub(crate) fn end_hold(&self, now: SystemTime) {
        self.update(|entry| entry.held_ms = entry.written_ms.min(millis(now)));
    }

    /// Ends the gap before the next slot for all programs, but for `least`.
    pub(crate) fn end_gap(&self, now: SystemTime, least: Duration) {
        let soon_ms = millis(now).saturating_add_unsigned(whole_ms(least));
        self.update(|entry| entry.next_free_ms = entry.next_free_ms.min(soon_ms));
    }

    fn update(&self, change: impl FnOnce(&mut SlotRecord)) {
        if let LockAttempt::Locked(mut file) = self.open()
            && let Some(mut entry) = read(&mut file)
        {
            change(&mut entry);
            let _ = write(&mut file, entry);
        }
    }

    /// Opens and locks the file until it is dropped; never waits.
    fn open(&self) -> LockAttempt {
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false);
        #[cfg(unix)]
        {
            use std::os::unix::fs::OpenOptionsExt;
            options.mode(0o600);
            options.custom_flags(rustix::fs::OFlags::NOFOLLOW.bits().cast_signed());
        }
        let opened = options.open(&self.path);
        // Reading a pipe in its place would block forever.
        let is_file = |file: &File| file.metadata().is_ok_and(|found| found.is_file());
        let Some(file) = opened.ok().filter(is_file) else {
            return LockAttempt::Unusable;
        };
        match file.try_lock() {
            Ok(()) => LockAttempt::Locked(file),
            Err(TryLockError::WouldBlock) => LockAttempt::Busy,
            Err(TryLockError::Error(_)) => LockAttempt::Unusable,
        }
    }
}

/// Reads the record; `None` for a new or damaged file.
fn read(file: &mut File) -> Option<SlotRecord> {
    serde_json::from_reader(file.take(MAX_LEN)).ok()
}

fn write(file: &mut File, entry: SlotRecord) -> io::Result<()> {
    let text = serde_json::to_vec(&entry)?;
    file.seek(SeekFrom::Start(0))?;
    file.write_all(&text)?;
    file.set_len(text.len() as u64)
}

fn millis(time: SystemTime) -> i64 {
    match time.duration_since(SystemTime::UNIX_EPOCH) {
        Ok(after) => 0_i64.saturating_add_unsigned(whole_ms(after)),
        Err(error) => 0_i64.saturating_sub_unsigned(whole_ms(error.duration())),
    }
}

/// Returns the milliseconds until `later`; 0 if it has passed.
fn ms_until(later: i64, now_ms: i64) -> u64 {
    u64::try_from(later.saturating_sub(now_ms)).unwrap_or(0)
}

/// Returns the time until `at_ms`; zero if it is implausibly far ahead.
fn left(at_ms: i64, now_ms: i64) -> Duration {
    let left = Duration::from_millis(ms_until(at_ms, now_ms));
    if left > MAX_FUTURE {
        Duration::ZERO
    } else {
        left
    }
}

/// Rounds up to whole milliseconds, so that no wait is too short.
fn whole_ms(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos().div_ceil(1_000_000)).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests;
