//! How far apart calls stay after rate-limit answers.

use std::time::Duration;

/// Time without a rate-limit answer in which the spacing halves.
const HALF_LIFE: Duration = Duration::from_secs(60);
/// So many of these leave nothing of it.
const HALVINGS: u32 = 10;

/// A spacing that rate-limit answers made longer, and that wears off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Slowdown {
    /// Spacing right after the last rate-limit answer, less what good answers took off.
    pub(crate) spacing: Duration,
    /// Time since the last rate-limit answer.
    pub(crate) calm: Duration,
}

impl Slowdown {
    /// The spacing of now, never less than `least`: halved for each minute of calm.
    pub(crate) fn spacing_now(self, least: Duration) -> Duration {
        let halvings = self.calm.as_secs() / HALF_LIFE.as_secs();
        match u32::try_from(halvings) {
            Ok(halvings) if halvings < HALVINGS => (self.spacing / (1 << halvings)).max(least),
            _ => least,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_spacing_halves_each_minute_and_after_ten_nothing_is_left() {
        let least = Duration::from_millis(1050);
        let after = |spacing, calm| {
            let (spacing, calm) = (Duration::from_secs(spacing), Duration::from_secs(calm));
            Slowdown { spacing, calm }.spacing_now(least)
        };
        let seconds = [0, 59, 60, 120, 180, 240].map(|calm| after(32, calm).as_secs());
        assert_eq!(seconds, [32, 32, 16, 8, 4, 2]);
        assert_eq!(after(32, 300), least);
        assert!(after(100_000, 599) > least);
        assert_eq!(after(100_000, 600), least);
        assert_eq!(after(32, u64::MAX), least);
    }
}
