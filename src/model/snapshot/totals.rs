//! Sums over the rows of a snapshot.

use std::time::Duration;

use crate::model::throughput::Throughput;

/// Sums over all rows.
#[derive(Clone, Copy, Debug, PartialEq, Default)]
pub struct Totals {
    /// Rows that "Upload N files" would start.
    pub startable: usize,
    /// Bytes of startable rows.
    pub startable_bytes: u64,
    /// Rows that were started and have not ended.
    pub active: usize,
    /// Rows of the busy period that succeeded.
    pub done: usize,
    /// Rows of the busy period, without duplicates unless there is nothing else.
    pub started: usize,
    /// Bytes of the busy period that were sent.
    pub sent: u64,
    /// Bytes of the busy period, without duplicates and rows that failed or were cancelled.
    pub bytes: u64,
    /// Bytes left to send of active rows, without paused ones.
    pub remaining: u64,
    /// Fewest API calls that the started rows still need.
    pub calls: u32,
    /// Bytes per second over all transfers; `None` while it is being estimated.
    pub rate: Option<f64>,
    /// Speed of the connection, as far as measured.
    pub line: Throughput,
    /// Time until the busy period is over, at least the longest of any row; `None` while it is being
    /// estimated or the queue is blocked.
    pub left: Option<Duration>,
    /// Rows that need attention: rejected and failed ones.
    pub attention: usize,
}

impl Totals {
    /// Returns the busy period's progress in bytes, between 0 and 1; `None` if none is running
    /// or paused.
    pub fn fraction(&self) -> Option<f32> {
        self.has_open_busy_period()
            .then(|| fraction(self.sent, self.bytes))
    }

    /// Returns [`Self::fraction`] in whole percent; never 100, since it would be over.
    pub fn percent(&self) -> Option<u8> {
        self.has_open_busy_period()
            .then(|| percent(self.sent, self.bytes))
    }

    /// Returns whether a busy period is running, or paused before its end.
    fn has_open_busy_period(&self) -> bool {
        self.bytes > 0 && (self.active > 0 || self.sent < self.bytes)
    }
}

pub(super) fn percent(sent: u64, total: u64) -> u8 {
    let percent = (u128::from(sent) * 100).checked_div(u128::from(total));
    u8::try_from(percent.unwrap_or(0).min(99)).unwrap_or(99)
}

pub(super) fn fraction(sent: u64, total: u64) -> f32 {
    if total == 0 {
        return 0.0;
    }
    #[expect(clippy::cast_possible_truncation, reason = "a bar needs no more")]
    let fraction = (sent as f64 / total as f64) as f32;
    fraction.clamp(0.0, 0.99)
}
