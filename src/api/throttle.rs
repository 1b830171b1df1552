//! Bandwidth limit of all transfers together.

use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::time::{Instant, Sleep};

/// Lowest rate, in bytes per second: less would look like a stalled transfer.
const SLOWEST: u64 = 1024;
/// Longest sleep before the rate is read again, so that a change takes effect soon.
const LONGEST_SLEEP: Duration = Duration::from_millis(250);
/// Largest burst, in seconds of the rate.
const BURST_SECONDS: f64 = 0.25;

/// Shared token bucket of all bodies. Without a rate it costs one uncontended lock per buffer.
#[derive(Debug, Default)]
pub struct RateLimit {
    bucket: Mutex<Bucket>,
}

#[derive(Debug, Default)]
struct Bucket {
    /// Bytes per second.
    rate: Option<u64>,
    /// Bytes that may be sent; negative after a piece larger than the balance.
    balance: f64,
    /// Time of the last balance update.
    at: Option<Instant>,
}

impl RateLimit {
    /// Creates a limit in bytes per second, at least 1024; `None` for unlimited.
    pub fn new(bytes_per_second: Option<u64>) -> Arc<Self> {
        let limit = Self::default();
        limit.set(bytes_per_second);
        Arc::new(limit)
    }

    /// Changes the limit, also for running transfers (within 250 ms).
    pub fn set(&self, bytes_per_second: Option<u64>) {
        let mut bucket = self.lock();
        bucket.rate = bytes_per_second.map(|rate| rate.max(SLOWEST));
        bucket.balance = 0.0;
        bucket.at = None;
    }

    /// Returns the limit in bytes per second.
    pub fn get(&self) -> Option<u64> {
        self.lock().rate
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Bucket> {
        self.bucket.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes 1 to `wanted` bytes, or returns the time to wait.
    fn take(&self, wanted: usize, now: Instant) -> Result<usize, Duration> {
        let mut bucket = self.lock();
        let Some(rate) = bucket.rate else {
            return Ok(wanted);
        };
        let rate_f = rate as f64;
        let passed = bucket
            .at
            .map_or(Duration::ZERO, |at| now.saturating_duration_since(at));
        bucket.at = Some(now);
        bucket.balance =
            (bucket.balance + passed.as_secs_f64() * rate_f).min(rate_f * BURST_SECONDS);
        if bucket.balance < 0.0 {
            let wait = Duration::from_secs_f64(-bucket.balance / rate_f);
            return Err(wait.clamp(Duration::from_millis(1), LONGEST_SLEEP));
        }
        let piece = usize::try_from(rate / 8).unwrap_or(usize::MAX).max(1);
        let taken = wanted.min(piece);
        bucket.balance -= taken as f64;
        Ok(taken)
    }
}

/// One transfer's share of a [`RateLimit`].
#[derive(Debug)]
pub(crate) struct Throttle {
    limit: Arc<RateLimit>,
    sleep: Option<Pin<Box<Sleep>>>,
}

impl Throttle {
    pub(crate) fn new(limit: Arc<RateLimit>) -> Self {
        Self { limit, sleep: None }
    }

    /// Polls for up to `wanted` bytes that may be sent now.
    pub(crate) fn poll_take(&mut self, cx: &mut Context<'_>, wanted: usize) -> Poll<usize> {
        loop {
            if let Some(sleep) = &mut self.sleep {
                std::task::ready!(sleep.as_mut().poll(cx));
                self.sleep = None;
            }
            match self.limit.take(wanted, Instant::now()) {
                Ok(taken) => return Poll::Ready(taken),
                Err(wait) => self.sleep = Some(Box::pin(tokio::time::sleep(wait))),
            }
        }
    }
}

#[cfg(test)]
mod tests;
