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

/// Longest believable duration, in seconds: 1,000 hours.
const MAX_DURATION_S: f64 = 3_600_000.0;
/// Largest believable width or height, in pixels.
const MAX_SIDE: u64 = 65_535;
/// Slack for clocks and time zones in the capture time's limits.
const DAY: SignedDuration = SignedDuration::from_hours(24);

/// Facts that a media file states about itself; `None` where it states nothing believable.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct MediaMetadata {
    /// Playing time in milliseconds.
    pub duration_ms: Option<u64>,
    /// Width in pixels as shown, after rotation.
    pub width: Option<u32>,
    /// Height in pixels as shown, after rotation.
    pub height: Option<u32>,
    /// Time of the recording.
    pub captured_at: Option<CaptureTime>,
    /// The file states where it was taken. The place itself is never kept.
    pub has_location: bool,
}

impl MediaMetadata {
    /// Sets the duration, unless a believable one is there or this one is not believable.
    pub fn offer_duration(&mut self, seconds: f64) {
        let ms = (seconds * 1000.0).round();
        if self.duration_ms.is_none() && ms >= 1.0 && seconds <= MAX_DURATION_S {
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "in range"
            )]
            let ms = ms as u64;
            self.duration_ms = Some(ms);
        }
    }

    /// Sets the size as shown, unless a believable one is there or this one is not believable.
    pub fn offer_size(&mut self, width: u64, height: u64) {
        let side = |pixels: u64| u32::try_from(pixels).ok().filter(|_| is_side(pixels));
        if let (None, Some(width), Some(height)) = (self.width, side(width), side(height)) {
            self.width = Some(width);
            self.height = Some(height);
        }
    }

    /// Swaps width and height, for a picture that is shown turned by a quarter.
    pub fn turn(&mut self) {
        std::mem::swap(&mut self.width, &mut self.height);
    }

    /// Sets the capture time, unless a believable one is there or this one is not believable:
    /// clocks that were never set say 1904, 1970, or the future.
    pub fn offer_capture_time(&mut self, time: CaptureTime, now: Timestamp) {
        let instant = time.instant();
        let earliest = Timestamp::UNIX_EPOCH + DAY;
        if self.captured_at.is_none() && instant > earliest && instant - DAY <= now {
            self.captured_at = Some(time);
        }
    }
}

fn is_side(pixels: u64) -> bool {
    (1..=MAX_SIDE).contains(&pixels)
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
