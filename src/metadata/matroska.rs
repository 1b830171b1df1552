//! Matroska and WebM files, through matroska-demuxer.

use std::io::{Read, Seek};

use jiff::{SignedDuration, Timestamp};
use matroska_demuxer::{MatroskaFile, Tag};

use super::source::Source;
use crate::model::media::{CaptureTime, MediaMetadata};

/// Seconds from 1970 to 2001, where Matroska's clock begins.
const TO_2001: i64 = 978_307_200;

/// Reads duration, size, time and place. A recording date goes before the date of writing.
pub(super) fn read(source: Source<impl Read + Seek>, found: &mut MediaMetadata) -> Option<()> {
    let file = MatroskaFile::open(source).ok()?;
    let info = file.info();
    let tick_ms = info.timestamp_scale().get() as f64 / 1e6;
    found.duration_ms = info.duration().map(|ticks| (ticks * tick_ms) as u64);
    if let Some(video) = file.tracks().iter().find_map(|track| track.video()) {
        found.width = u32::try_from(video.pixel_width().get()).ok();
        found.height = u32::try_from(video.pixel_height().get()).ok();
    }
    let tags = file.tags().unwrap_or_default().iter();
    for tag in tags.flat_map(Tag::simple_tags) {
        let name = tag.name().to_uppercase();
        let value = tag.string().unwrap_or_default();
        if name == "DATE_RECORDED" || name.ends_with("QUICKTIME.CREATIONDATE") {
            found.captured_at = value.parse().ok();
        }
        found.has_location |= name.contains("LOCATION") && !value.is_empty();
    }
    let since_2001 = SignedDuration::from_nanos(info.date_utc()?);
    let written = Timestamp::from_second(TO_2001)
        .ok()?
        .checked_add(since_2001);
    found.captured_at = found.captured_at.or(written.ok().map(CaptureTime::utc));
    Some(())
}
