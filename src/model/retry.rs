//! Retry limits, backoff and timeouts: the numbers of `docs/faults.md`.

use std::time::Duration;

/// Limits and timeouts of an upload. Tests scale the durations; other numbers stay as in
/// `docs/contract.md`.
#[derive(Clone, Debug, PartialEq)]
pub struct Policy {
    /// Starts of one file per run, unless `docs/faults.md` names another number.
    pub tries: u32,
    /// Tries while offline: limited for `upload`, unlimited (`None`) in the window.
    pub network_tries: Option<u32>,
    /// First backoff after a failure; it doubles.
    pub backoff_first: Duration,
    /// Longest backoff.
    pub backoff_max: Duration,
    /// Time during which waits for the rate limit do not count as tries.
    pub rate_grace: Duration,
    /// Starts allowed for 400 "Request has exceeded the limit.".
    pub limit_exceeded_tries: u32,
    /// Wait before the single retry after a 409.
    pub conflict_wait: Duration,
    /// Retries after an unreadable response.
    pub bad_answer_retries: u32,
    /// Least wait before retrying after an unreadable response.
    pub bad_answer_wait: Duration,
    /// Breaks in mid-body before a direct upload switches to the signed URL.
    pub breaks_before_signed_url: u32,
    /// Time until "not found" for an issued id, or an empty asset in doubt, is believed.
    pub not_found_grace: Duration,
    /// Waits between polls; the last one repeats.
    pub polls: Vec<Duration>,
    /// Polling time after which the row says that processing is slow.
    pub slow_processing_after: Duration,
    /// Age that a file's last change needs; younger files are checked again after this time.
    pub unchanged_for: Duration,
    /// Interval between checks for a file whose drive is gone.
    pub missing_file_interval: Duration,
    /// Stall timeout: the connection is dropped after this time without a byte of the body.
    pub stall: Duration,
    /// Least timeout for the response once the body is sent.
    pub answer_min: Duration,
    /// Response timeout per 100 MB of body, if that is more.
    pub answer_per_100mb: Duration,
    /// Largest file for the direct route, in bytes.
    pub direct_limit: u64,
}

impl Default for Policy {
    fn default() -> Self {
        let seconds = Duration::from_secs;
        Self {
            tries: 6,
            network_tries: None,
            backoff_first: seconds(1),
            backoff_max: seconds(32),
            rate_grace: seconds(15 * 60),
            limit_exceeded_tries: 3,
            conflict_wait: seconds(8),
            bad_answer_retries: 2,
            bad_answer_wait: seconds(8),
            breaks_before_signed_url: 2,
            not_found_grace: seconds(60),
            polls: [2, 4, 8, 16, 32].map(seconds).to_vec(),
            slow_processing_after: seconds(30 * 60),
            unchanged_for: seconds(2),
            missing_file_interval: seconds(3),
            stall: seconds(30),
            answer_min: seconds(5 * 60),
            answer_per_100mb: seconds(10),
            direct_limit: super::media::DIRECT_LIMIT,
        }
    }
}

impl Policy {
    /// Returns the policy of `upload`, which does not wait for the network forever.
    pub fn for_command_line() -> Self {
        let policy = Self::default();
        Self {
            network_tries: Some(policy.tries),
            ..policy
        }
    }

    /// Divides every duration by `factor`, for tests on real time.
    #[must_use]
    pub fn faster(mut self, factor: u32) -> Self {
        for duration in [
            &mut self.backoff_first,
            &mut self.backoff_max,
            &mut self.rate_grace,
            &mut self.conflict_wait,
            &mut self.bad_answer_wait,
            &mut self.not_found_grace,
            &mut self.slow_processing_after,
            &mut self.unchanged_for,
            &mut self.missing_file_interval,
            &mut self.stall,
            &mut self.answer_min,
            &mut self.answer_per_100mb,
        ] {
            *duration /= factor;
        }
        for poll in &mut self.polls {
            *poll /= factor;
        }
        self
    }

    /// Returns the backoff after the `failures`-th failure in a row (from 1). `jitter` (0..=1) adds
    /// up to a quarter, so that clients that failed together do not retry together.
    pub fn backoff(&self, failures: u32, jitter: f64) -> Duration {
        let doublings = failures.saturating_sub(1).min(16);
        let full = self
            .backoff_first
            .saturating_mul(1 << doublings)
            .min(self.backoff_max);
        full.mul_f64(1.0 + 0.25 * jitter.clamp(0.0, 1.0))
            .min(self.backoff_max)
    }

    /// Returns the wait before a poll (from 0).
    pub fn poll_wait(&self, poll: u32) -> Duration {
        let index = usize::try_from(poll).unwrap_or(usize::MAX);
        self.polls
            .get(index)
            .or(self.polls.last())
            .copied()
            .unwrap_or(Duration::from_secs(32))
    }

    /// Returns the response timeout after a body of `size` bytes.
    pub fn answer_limit(&self, size: u64) -> Duration {
        let hundreds = u32::try_from(size / 100_000_000).unwrap_or(u32::MAX);
        self.answer_min
            .max(self.answer_per_100mb.saturating_mul(hundreds))
    }
}

#[cfg(test)]
mod tests;
