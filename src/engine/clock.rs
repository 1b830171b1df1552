//! Wall-clock time, for records only; waits use tokio's clock.

use std::time::{SystemTime, UNIX_EPOCH};

use jiff::Timestamp;
use jiff::tz::TimeZone;

pub(super) fn now_ms() -> i64 {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

/// Returns the local day and minute of a time in milliseconds since the Unix epoch, as
/// "2026-11-28 14:05".
pub(super) fn local_minute(ms: i64) -> String {
    let time = Timestamp::from_millisecond(ms).unwrap_or_default();
    let local = time.to_zoned(TimeZone::system());
    local.strftime("%Y-%m-%d %H:%M").to_string()
}
