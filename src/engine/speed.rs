//! How fast bytes move: smoothed, so that a time left can be read.

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
    /// How much of the smoothing window the samples cover; corrects the start.
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
    pub fn is_old(&self, now: Instant) -> bool {
        self.last
            .is_some_and(|(last, _)| now.saturating_duration_since(last) > SMOOTHING)
    }

    /// Bytes a second; `None` while it is being estimated.
    pub fn rate(&self) -> Option<f64> {
        let (first, (last, _)) = (self.first?, self.last?);
        (last.saturating_duration_since(first) >= FIRST_WORD && self.weight > 0.0)
            .then(|| self.rate / self.weight)
    }

    /// Time for `bytes` more; `None` while it is being estimated or nothing moves.
    pub fn left(&self, bytes: u64) -> Option<Duration> {
        let rate = self.rate().filter(|rate| *rate >= 1.0)?;
        Duration::try_from_secs_f64(bytes as f64 / rate).ok()
    }
}

/// Bytes that tell how fast the line is although they were through before [`FIRST_WORD`] …
const ENOUGH: u64 = 8_000_000;
/// … where they took at least this long.
const MOMENT: Duration = Duration::from_millis(500);

/// How fast the line is: measured only while bytes move without a break, for files that are
/// through at once take the time of their calls, which says nothing of how long others take.
#[derive(Clone, Debug, Default)]
pub(super) struct ThroughputEstimator {
    speed: Speed,
    /// When bytes began to move without a break, and the count then.
    began: Option<(Instant, u64)>,
    measured: Option<f64>,
}

impl ThroughputEstimator {
    /// Takes note of the count of all bytes that were moved, and whether any transfer has
    /// begun and is not out yet.
    pub fn sample(&mut self, now: Instant, total: u64, moving: bool) {
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

    /// Bytes a second as they were measured last.
    pub fn measured(&self) -> Option<f64> {
        self.measured
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns what is known of the line after these tenths of a second: bytes of each, 0 for none
    /// under way.
    fn line(tenths: impl IntoIterator<Item = u64>) -> Option<f64> {
        let start = Instant::now();
        let (mut line, mut total) = (ThroughputEstimator::default(), 0);
        for (tenth, bytes) in (0..).zip(tenths) {
            total += bytes;
            line.sample(start + Duration::from_millis(100) * tenth, total, bytes > 0);
        }
        line.measured()
    }

    #[test]
    fn small_files_that_their_calls_hold_up_say_nothing_of_the_line() {
        let small = (0..600).map(|tenth| if tenth % 10 < 3 { 20_000 } else { 0 });
        assert_eq!(line(small), None);
    }

    #[test]
    fn what_was_measured_of_large_files_is_not_spoilt_by_small_ones() {
        let tenths = |bytes, count| std::iter::repeat_n(bytes, count);
        let small = (0..600).map(|tenth| if tenth % 10 < 3 { 20_000 } else { 0 });
        for (before, rate) in [(tenths(100_000, 40), 1e6), (tenths(3_000_000, 10), 3e7)] {
            let measured = line(before.chain([0]).chain(small.clone())).unwrap();
            assert!((measured / rate - 1.0).abs() < 0.01, "{measured} {rate}");
        }
    }

    #[test]
    fn a_transfer_that_hangs_does_not_make_the_line_slow() {
        let start = Instant::now();
        let mut line = ThroughputEstimator::default();
        for tenth in 0..600_u32 {
            let total = 100_000 * u64::from(tenth.min(50));
            line.sample(start + Duration::from_millis(100) * tenth, total, true);
        }
        assert!((line.measured().unwrap() / 1e6 - 1.0).abs() < 0.01);
    }

    fn series(rates: &[u64]) -> (Speed, Vec<Option<f64>>) {
        let start = Instant::now();
        let mut speed = Speed::default();
        let mut total = 0;
        let mut said = vec![];
        for (tenth, rate) in rates.iter().enumerate() {
            let now = start + Duration::from_millis(100) * u32::try_from(tenth).unwrap();
            speed.sample(now, total);
            said.push(speed.rate());
            total += rate / 10;
        }
        (speed, said)
    }

    #[test]
    fn it_says_nothing_for_two_seconds_and_then_the_truth() {
        let (speed, said) = series(&[1_000_000; 60]);
        assert!(said[..20].iter().all(Option::is_none));
        assert!(
            said[20..]
                .iter()
                .all(|rate| (rate.unwrap() - 1_000_000.0).abs() < 1.0)
        );
        assert_eq!(
            speed.left(10_000_000).unwrap().as_secs_f64().round() as u64,
            10
        );
    }

    #[test]
    fn bursts_do_not_shake_the_time_left() {
        let bursts: Vec<u64> = (0..300)
            .map(|n| if n % 5 == 0 { 5_000_000 } else { 0 })
            .collect();
        let (_, said) = series(&bursts);
        for pair in said[60..].windows(10) {
            let (a, b) = (pair[0].unwrap(), pair[9].unwrap());
            assert!((a / b - 1.0).abs() < 0.25, "{a} {b}");
        }
    }

    #[test]
    fn at_constant_speed_the_time_left_goes_down_second_by_second() {
        // The meter counts in pieces of 256 kB, which come less than twice a second.
        let (size, rate, piece) = (60_000_000_u64, 450_000, 256_000);
        let start = Instant::now();
        let mut speed = Speed::default();
        let mut said: Vec<f64> = vec![];
        for tenth in 0..1300_u64 {
            let sent = rate * tenth / 10 / piece * piece;
            speed.sample(start + Duration::from_millis(100 * tenth), sent);
            if tenth % 10 == 0 && sent + 5 * rate < size {
                said.extend(speed.left(size - sent).map(|left| left.as_secs_f64()));
            }
        }
        assert!(said.len() > 100, "{}", said.len());
        for pair in said.windows(2) {
            assert!((pair[1] / pair[0] - 1.0).abs() <= 0.25, "{pair:?}");
        }
    }
}
