//! Throughput of transfers, smoothed so that the estimated time left does not jump.

#[cfg(test)]
mod tests;

use std::time::Duration;

use tokio::time::Instant;

/// Time constant of the smoothing: a change of speed is seen after about this long.
const SMOOTHING: Duration = Duration::from_secs(4);
/// Nothing is said before so much was seen.
const FIRST_WORD: Duration = Duration::from_secs(2);

/// A smoothed rate.
#[derive(Clone, Debug, Default)]
pub(super) struct Speed {
    first: Option<Instant>,
    last: Option<(Instant, u64)>,
    rate: f64,
    /// Share of the smoothing window that the samples cover; corrects the start.
    weight: f64,
}

impl Speed {
    /// Takes note that `total` bytes were moved by `now`, a count that never goes back; gives
    /// how many of them are new.
    pub fn sample(&mut self, now: Instant, total: u64) -> u64 {
        let Some((before, had)) = self.last else {
            self.first = Some(now);
            self.last = Some((now, total));
            return total;
        };
        let passed = now.saturating_duration_since(before).as_secs_f64();
        if passed <= 0.0 {
            return 0;
        }
        let keep = (-passed / SMOOTHING.as_secs_f64()).exp();
        let new = total.saturating_sub(had);
        let current = new as f64 / passed;
        self.rate = self.rate * keep + current * (1.0 - keep);
        self.weight = self.weight * keep + (1.0 - keep);
        self.last = Some((now, total));
        new
    }

    /// Returns whether nothing was sampled for so long that what was learned says nothing of now.
    fn is_old(&self, now: Instant) -> bool {
        self.last
            .is_some_and(|(last, _)| now.saturating_duration_since(last) > SMOOTHING)
    }

    /// Bytes a second; `None` while it is being estimated.
    pub fn rate(&self) -> Option<f64> {
        let (first, (last, _)) = (self.first?, self.last?);
        (last.saturating_duration_since(first) >= FIRST_WORD && self.weight > 0.0)
            .then(|| self.rate / self.weight)
    }

    /// Returns the time for `bytes` more; `None` while it is being estimated or nothing moves.
    pub fn left(&self, bytes: u64) -> Option<Duration> {
        let rate = self.rate().filter(|rate| *rate >= 1.0)?;
        Duration::try_from_secs_f64(bytes as f64 / rate).ok()
    }
}

/// Bytes from which a transfer shorter than [`FIRST_WORD`] is measured as well …
const ENOUGH: u64 = 8_000_000;
/// … if it took at least this long.
const MOMENT: Duration = Duration::from_millis(500);

/// Throughput of the line, measured only while bytes move without a break: the duration of a tiny
/// file is that of its calls.
#[derive(Clone, Debug, Default)]
struct ThroughputEstimator {
    speed: Speed,
    /// When bytes began to move without a break, and the count then.
    began: Option<(Instant, u64)>,
    measured: Option<f64>,
}

impl ThroughputEstimator {
    /// Takes note of the count of all bytes that were moved, and whether any transfer has
    /// begun and is not out yet.
    fn sample(&mut self, now: Instant, total: u64, moving: bool) {
        if !moving {
            self.speed = Speed::default();
            self.began = None;
            return;
        }
        let (began, had) = *self.began.get_or_insert((now, total));
        // A transfer that hangs does not make the line slow.
        if self.speed.sample(now, total) == 0 {
            return;
        }
        let (passed, bytes) = (now.saturating_duration_since(began), total - had);
        let enough = passed >= MOMENT && bytes >= ENOUGH;
        let so_far = enough.then(|| bytes as f64 / passed.as_secs_f64());
        self.measured = self.speed.rate().or(so_far).or(self.measured);
    }
}

/// Interval at which the displayed rate is updated; with every sample it would be unreadable.
const RATE_INTERVAL: Duration = Duration::from_secs(1);

/// The bytes of all transfers of this run, and how fast they move.
#[derive(Debug, Default)]
pub(super) struct ThroughputMeter {
    moved: u64,
    moved_before_busy_period: u64,
    /// Of all transfers together: a file that ends and one that begins do not shake it.
    speed: Speed,
    /// The rate to show, and since when.
    shown: Option<(Instant, Option<f64>)>,
    line: ThroughputEstimator,
}

impl ThroughputMeter {
    /// Takes note of the bytes that moved since the last sample, and whether any transfer has
    /// begun and is not out yet.
    pub fn sample(&mut self, now: Instant, bytes: u64, moving: bool) {
        self.moved += bytes;
        self.line.sample(now, self.moved, moving);
        if self.speed.is_old(now) {
            self.speed = Speed::default();
        }
        self.speed.sample(now, self.moved);
        if (self.shown).is_none_or(|(since, _)| now - since >= RATE_INTERVAL) {
            self.shown = Some((now, self.speed.rate()));
        }
    }

    /// Forgets how fast the line is: what one limit allowed says nothing of what it can do.
    pub fn on_limit_changed(&mut self) {
        self.line = ThroughputEstimator::default();
    }

    pub fn on_busy_period_begun(&mut self) {
        self.moved_before_busy_period = self.moved;
    }

    /// Bytes that were moved since the busy period began.
    pub fn moved_in_busy_period(&self) -> u64 {
        self.moved - self.moved_before_busy_period
    }

    /// Bytes a second of all transfers, to be shown.
    pub fn rate(&self) -> Option<f64> {
        self.shown?.1
    }

    /// Bytes a second of the line, as they were measured last.
    pub fn line(&self) -> Option<f64> {
        self.line.measured
    }
}
