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
mod tests;
