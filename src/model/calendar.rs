//! Days and minutes as the user's clock shows them.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;

/// Formats day and minute: "2026-11-28 16:04".
pub fn day_and_minute(time: DateTime) -> String {
    time.strftime("%Y-%m-%d %H:%M").to_string()
}

/// Returns the clock's time in this zone at milliseconds since the Unix epoch; `None` beyond the
/// calendar's range.
pub fn local_time(ms: i64, zone: &TimeZone) -> Option<DateTime> {
    let time = Timestamp::from_millisecond(ms).ok()?;
    Some(zone.to_datetime(time))
}

/// Returns the start of a day in this zone in milliseconds since the Unix epoch; `None` beyond the
/// calendar's range.
pub fn start_of_day(day: Date, zone: &TimeZone) -> Option<i64> {
    let start = day.to_zoned(zone.clone()).ok()?;
    Some(start.timestamp().as_millisecond())
}
