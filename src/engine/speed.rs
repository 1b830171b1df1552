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

    /// Whether nothing was sampled for so long that what was learned says nothing of now.
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

#[cfg(test)]
mod tests {
    use super::*;

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
