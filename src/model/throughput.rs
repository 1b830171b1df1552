//! Speed of the connection, and the time that work takes at it.

use std::time::Duration;

/// Work that is under way already, and goes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct UnderWay {
    /// Bytes not sent yet.
    pub bytes: u64,
    /// Fewest calls still needed.
    pub calls: u32,
}

/// Most bytes that a call is assumed to carry without taking longer. On slower connections
/// transfers overlap, and the speed gets measured.
const BYTES_PER_CALL_ESTIMATE: u64 = 1_000_000;

/// Speed of the connection.
#[derive(Clone, Copy, Debug, PartialEq, Default)]
pub struct Throughput {
    /// Bytes per second, measured while bytes were the bottleneck and kept afterwards; `None` if
    /// that never was the case.
    pub measured: Option<f64>,
    /// The user's limit in bytes per second.
    pub limit: Option<u64>,
}

impl Throughput {
    /// Returns the time for `bytes` bytes, a lower bound if no speed was measured; `None` if
    /// unknown.
    pub(super) fn time_for(self, bytes: u64) -> Option<Eta> {
        let limit = self.limit.map(|limit| limit as f64);
        let measured = self.measured.filter(|rate| *rate >= 1.0);
        let rate = match (measured, limit) {
            (Some(measured), Some(limit)) => measured.min(limit),
            (rate, None) | (None, rate) => rate?,
        };
        let time = Duration::try_from_secs_f64(bytes as f64 / rate).ok()?;
        Some(match measured {
            Some(_) => Eta::Estimated(time),
            None => Eta::AtLeast(time),
        })
    }

    /// Returns the time for the work under way, with calls `spacing` apart; `None` while it is
    /// being estimated. With few bytes per call, the calls alone determine it.
    pub fn left(self, under_way: UnderWay, spacing: Duration) -> Option<Duration> {
        let by_calls = spacing.saturating_mul(under_way.calls);
        match self.time_for(under_way.bytes) {
            Some(Eta::Estimated(time)) => Some(time.max(by_calls)),
            by_limit => {
                let with_calls = u64::from(under_way.calls).saturating_mul(BYTES_PER_CALL_ESTIMATE);
                let by_limit = by_limit.map_or(Duration::ZERO, Eta::time);
                (under_way.bytes <= with_calls).then(|| by_calls.max(by_limit))
            }
        }
    }
}

/// Estimated duration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Eta {
    /// At the measured speed.
    Estimated(Duration),
    /// No speed was measured yet: the minimum under the rate limit and the user's speed limit.
    AtLeast(Duration),
}

impl Eta {
    /// Returns the time, however certain.
    pub fn time(self) -> Duration {
        match self {
            Self::Estimated(time) | Self::AtLeast(time) => time,
        }
    }
}
