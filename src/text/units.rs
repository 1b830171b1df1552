//! Formats sizes, speeds, durations and counts.

use std::fmt::Display;
use std::time::Duration;

use humansize::{DECIMAL, FormatSizeOptions, format_size};
use jiff::Timestamp;
use jiff::tz::{Offset, TimeZone};

use super::messages::units as say;
use crate::model::calendar::{day_and_minute, local_time};
use crate::model::cost::StorageCost;
use crate::model::media::CaptureTime;

/// Least amount of dollars that is told exactly.
const CENT: f64 = 0.01;

fn options(bytes: u64) -> FormatSizeOptions {
    let mut unit = 1;
    while bytes / unit >= 1000 {
        unit *= 1000;
    }
    // "30 MB", not "30.0 MB".
    let has_tenths =
        |unit: u64| !(bytes.saturating_add(unit / 20) / (unit / 10)).is_multiple_of(10);
    let places = usize::from(unit > 1 && bytes / unit < 100 && has_tenths(unit));
    FormatSizeOptions::from(DECIMAL)
        .decimal_places(places)
        .decimal_zeroes(0)
}

/// Formats bytes in decimal units: "412 MB", "1.2 GB".
pub fn size(bytes: u64) -> String {
    format_size(bytes, options(bytes))
}

/// Formats two sizes, sharing the unit if equal: "1.4 of 3.9 GB".
pub fn size_of(part: u64, whole: u64) -> String {
    let (part, whole) = (size(part), size(whole));
    match (part.split_once(' '), whole.split_once(' ')) {
        (Some((number, unit)), Some((_, whole_unit))) if unit == whole_unit => {
            say::size_of(number, &whole)
        }
        _ => say::size_of(&part, &whole),
    }
}

/// Formats bytes per second: "12.4 MB/s".
pub fn rate(bytes_per_second: f64) -> String {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "the cast saturates, and a rate is shown to three digits"
    )]
    let whole = bytes_per_second.max(0.0) as u64;
    say::rate(&size(whole))
}

/// Formats bytes per second as MB without the unit: "0.5", "20".
pub fn megabytes(rate: u64) -> String {
    let whole = number(rate / 1_000_000);
    let decimals = format!("{:06}", rate % 1_000_000);
    match decimals.trim_end_matches('0') {
        "" => whole,
        decimals => format!("{whole}.{decimals}"),
    }
}

/// Formats a duration: "14 s", "1 min 20 s", "2 h 5 min". Never less than "1 s".
pub fn duration(duration: Duration) -> String {
    let seconds = duration.as_secs() + u64::from(duration.subsec_millis() >= 500);
    let (hours, minutes, rest) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    match (hours, minutes, rest) {
        (0, 0, rest) => say::seconds(rest.max(1)),
        (0, minutes @ 1..=9, rest @ 1..) => say::minutes_seconds(minutes, rest),
        (0, minutes, _) => say::minutes(minutes),
        (hours, 0, _) => say::hours(hours),
        (hours, minutes, _) => say::hours_minutes(hours, minutes),
    }
}

/// Rounds a wait up to whole seconds, so that what is said of it is never too short.
pub fn whole_seconds(wait: Duration) -> Duration {
    Duration::from_secs(wait.as_secs() + u64::from(wait.subsec_nanos() > 0))
}

/// Formats the time left: "14 s left", or "estimating…" if unknown.
pub fn left(left: Option<Duration>) -> String {
    match left {
        Some(left) => say::left(&duration(left)),
        None => say::estimating().to_owned(),
    }
}

/// Formats a playing time as players show it: "0:07", "1:24", "1:02:03".
pub fn playing_time(ms: u64) -> String {
    let seconds = (ms.saturating_add(500) / 1000).max(1);
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    match hours {
        0 => format!("{minutes}:{seconds:02}"),
        _ => format!("{hours}:{minutes:02}:{seconds:02}"),
    }
}

/// Formats the size of a picture in pixels: "1920 × 1080".
pub fn picture_size(width: u32, height: u32) -> String {
    say::picture_size(&height.to_string(), &width.to_string())
}

/// Formats a capture time, on the clock of its place: "2026-11-28 16:04 (UTC+08:00)".
pub fn capture_time(time: CaptureTime) -> String {
    let local = day_and_minute(time.local());
    match time.offset() {
        None => local,
        Some(offset) => at_offset(&local, offset),
    }
}

/// Formats a moment by the local clock: "2026-11-28 16:04 (UTC+08:00)".
pub fn moment(at: Timestamp) -> String {
    let zone = TimeZone::system();
    at_offset(&day_and_minute(zone.to_datetime(at)), zone.to_offset(at))
}

fn at_offset(local: &str, offset: Offset) -> String {
    let minutes = offset.seconds() / 60;
    let sign = if minutes < 0 { "−" } else { "+" };
    let (hours, minutes) = (minutes.abs() / 60, minutes.abs() % 60);
    say::time_at_offset(&format!("{sign}{hours:02}:{minutes:02}"), local)
}

/// Formats an integer with thousands separators: "12", "10,000".
pub fn number(number: impl Display) -> String {
    let digits = number.to_string();
    let mut apart = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            apart.push(',');
        }
        apart.push(digit);
    }
    apart
}

/// Formats what storing bytes costs a month: "≈ $0.12 a month".
pub fn monthly_cost(bytes: u64) -> String {
    match StorageCost::of(bytes).month {
        _ if bytes == 0 => say::monthly_cost_none().to_owned(),
        low if low < CENT => say::monthly_cost_low().to_owned(),
        month => say::monthly_cost(&dollars(month)),
    }
}

/// Formats what storing bytes costs a day: "≈ $0.21 a day".
pub fn daily_cost(bytes: u64) -> String {
    match StorageCost::of(bytes).day {
        _ if bytes == 0 => say::daily_cost_none().to_owned(),
        low if low < CENT => say::daily_cost_low().to_owned(),
        day => say::daily_cost(&dollars(day)),
    }
}

/// Formats an amount of dollars without their sign: "0.12", "5,992.79".
fn dollars(amount: f64) -> String {
    let amount = format!("{amount:.2}");
    match amount.split_once('.') {
        Some((whole, cents)) => [&number(whole), ".", cents].concat(),
        None => amount,
    }
}

/// Formats the local day of a Unix time in milliseconds: "28 November", with the year unless it is
/// this one; `None` beyond the calendar's range.
pub fn day(ms: i64) -> Option<String> {
    let zone = TimeZone::system();
    let this_year = zone.to_datetime(Timestamp::now()).year();
    let at = local_time(ms, &zone)?;
    let month = say::month(at.month());
    Some(match at.year() {
        year if year == this_year => say::day(at.day(), &month),
        year => say::day_and_year(at.day(), &month, &year.to_string()),
    })
}

/// Formats the local day of a Unix time in milliseconds with its year: "28 November 2026"; `None`
/// beyond the calendar's range.
pub fn whole_day(ms: i64) -> Option<String> {
    let at = local_time(ms, &TimeZone::system())?;
    let month = say::month(at.month());
    Some(say::day_and_year(at.day(), &month, &at.year().to_string()))
}

#[cfg(test)]
mod tests;
