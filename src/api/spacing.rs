//! Spacing of calls after rate-limit responses.

use std::time::Duration;

/// Time without a rate-limit response in which the spacing halves.
const HALF_LIFE: Duration = Duration::from_secs(60);
/// Halvings after which the slowdown is over.
const HALVINGS: u32 = 10;

/// A longer spacing after rate-limit responses, which wears off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Slowdown {
    /// Spacing after the last rate-limit response, reduced by good responses.
    pub(crate) spacing: Duration,
    /// Time since the last rate-limit response.
    pub(crate) calm: Duration,
}

impl Slowdown {
    /// Returns the current spacing, halved per minute of calm, at least `least`.
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
