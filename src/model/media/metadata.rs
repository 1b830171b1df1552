//! Facts about a media file, as the file itself states them.

use std::fmt;
use std::str::FromStr;

use jiff::civil::DateTime;
use jiff::fmt::temporal::{DateTimeParser, PiecesOffset};
use jiff::tz::Offset;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

#[cfg(test)]
mod tests;

/// Longest believable duration, in milliseconds: 1,000 hours.
const MAX_DURATION_MS: u64 = 3_600_000_000;
/// Largest believable width or height, in pixels.
const MAX_SIDE: u32 = 65_535;
/// Slack for clocks and time zones in the limits of capture times.
const DAY: SignedDuration = SignedDuration::from_hours(24);

/// Facts that a media file states about itself; `None` where it states nothing believable.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct MediaMetadata {
    /// Playing time in milliseconds.
    pub duration_ms: Option<u64>,
    /// Width in pixels as shown, after rotation; there with the height or not at all.
    pub width: Option<u32>,
    /// Height in pixels as shown, after rotation.
    pub height: Option<u32>,
    /// Time of the recording.
    pub captured_at: Option<CaptureTime>,
    /// The file states where it was taken. The place itself is never kept.
    pub has_location: bool,
}

impl MediaMetadata {
    /// Drops what cannot be: clocks that were never set say 1904, 1970, or the future.
    #[must_use]
    pub fn believable(self, now: Timestamp) -> Self {
        let is_side = |side: Option<u32>| side.is_some_and(|side| (1..=MAX_SIDE).contains(&side));
        let is_size = is_side(self.width) && is_side(self.height);
        let is_duration = |duration: &u64| (1..=MAX_DURATION_MS).contains(duration);
        let is_capture_time = |time: &CaptureTime| {
            let instant = time.instant();
            instant > Timestamp::UNIX_EPOCH + DAY && instant - DAY <= now
        };
        Self {
            duration_ms: self.duration_ms.filter(is_duration),
            width: self.width.filter(|_| is_size),
            height: self.height.filter(|_| is_size),
            captured_at: self.captured_at.filter(is_capture_time),
            has_location: self.has_location,
        }
    }
}

/// Date and time on the clock of the place of recording, with the clock's offset from UTC where
/// the file states it.
///
/// Written as RFC 3339, without an offset if there is none: `2026-11-28T16:04:05+08:00`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct CaptureTime {
    local: DateTime,
    offset: Option<Offset>,
}

impl CaptureTime {
    /// Takes a clock's time, and its offset from UTC if that is known.
    pub fn new(local: DateTime, offset: Option<Offset>) -> Self {
        Self { local, offset }
    }

    /// Takes an instant from a file that states UTC.
    pub fn utc(instant: Timestamp) -> Self {
        Self::new(Offset::UTC.to_datetime(instant), Some(Offset::UTC))
    }

    /// Returns the clock's date and time.
    pub fn local(self) -> DateTime {
        self.local
    }

    /// Returns the clock's offset from UTC, if the file states it.
    pub fn offset(self) -> Option<Offset> {
        self.offset
    }

    /// Returns the instant, for sorting and limits; an unknown offset counts as none.
    pub fn instant(self) -> Timestamp {
        let offset = self.offset.unwrap_or(Offset::UTC);
        offset.to_timestamp(self.local).unwrap_or(Timestamp::MIN)
    }
}

impl fmt::Display for CaptureTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.local)?;
        match self.offset {
            None => Ok(()),
            Some(Offset::UTC) => f.write_str("Z"),
            Some(offset) => {
                let minutes = offset.seconds().div_euclid(60);
                let sign = if minutes < 0 { '-' } else { '+' };
                let minutes = minutes.abs();
                write!(f, "{sign}{:02}:{:02}", minutes / 60, minutes % 60)
            }
        }
    }
}

/// Error for text that is not a date with a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a date with a time")]
pub struct NotACaptureTime;

impl FromStr for CaptureTime {
    type Err = NotACaptureTime;

    /// Reads RFC 3339 and its relatives in ISO 8601, with or without an offset.
    fn from_str(text: &str) -> Result<Self, NotACaptureTime> {
        let pieces = DateTimeParser::new()
            .parse_pieces(text.trim())
            .map_err(|_| NotACaptureTime)?;
        let time = pieces.time().ok_or(NotACaptureTime)?;
        let offset = pieces.offset().map(|offset| match offset {
            PiecesOffset::Numeric(numeric) => numeric.offset(),
            _ => Offset::UTC,
        });
        Ok(Self::new(pieces.date().to_datetime(time), offset))
    }
}

impl TryFrom<String> for CaptureTime {
    type Error = NotACaptureTime;

    fn try_from(text: String) -> Result<Self, NotACaptureTime> {
        text.parse()
    }
}

impl From<CaptureTime> for String {
    fn from(time: CaptureTime) -> Self {
        time.to_string()
    }
}
