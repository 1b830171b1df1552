//! Wall-clock time, for records only; waits use tokio's clock.

use std::time::{SystemTime, UNIX_EPOCH};

use jiff::tz::TimeZone;

use crate::model::calendar::{day_and_minute, local_time};

pub(super) fn now_ms() -> i64 {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

/// Returns the local day and minute of a time in milliseconds since the Unix epoch, as
/// "2026-11-28 14:05".
pub(super) fn local_minute(ms: i64) -> String {
    let time = local_time(ms, &TimeZone::system()).unwrap_or_default();
    day_and_minute(time)
}
