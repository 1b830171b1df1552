//! Reads from a media file what it is, by other crates: mp4-atom (mp4, mov, m4a), matroska-demuxer
//! (mkv, webm), lofty (other audio), image and kamadak-exif (pictures). Nothing is read of other
//! formats.
//!
//! Nothing is decoded, and coordinates are not kept. At most 8 MiB are read of a file, in 3 seconds.
//! A damaged or hostile file gives fewer facts; it never fails. Everything here blocks.

use std::fs::File;
use std::io::{Read, Seek};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use jiff::Timestamp;
use lofty::config::ParseOptions;
use lofty::file::AudioFile;
use lofty::probe::Probe;

use crate::model::media::{self, MediaMetadata};
use source::Source;

mod iso_media;
mod matroska;
mod picture;
mod source;
#[cfg(test)]
mod tests;

/// Reads the facts of a regular file, by the extension of its name.
///
/// This downloads a file that is in the cloud; callers leave those out.
pub fn read(path: &Path) -> MediaMetadata {
    match (media::format_of(path), File::open(path)) {
        (Ok(format), Ok(file)) => read_from(file, format.extension, Timestamp::now()),
        _ => MediaMetadata::default(),
    }
}

/// Reads the facts of an open file with this extension; capture times after `now` are not
/// believed.
pub fn read_from(file: impl Read + Seek, extension: &str, now: Timestamp) -> MediaMetadata {
    let mut found = MediaMetadata::default();
    let Ok(source) = Source::new(file) else {
        return found;
    };
    // Parsers may panic on damaged files. Facts found until then stay.
    let _ = catch_unwind(AssertUnwindSafe(|| match extension {
        "mp4" | "mov" | "m4a" => iso_media::read(source, &mut found),
        "mkv" | "webm" => matroska::read(source, &mut found),
        "mp3" | "wav" | "aac" | "flac" | "ogg" => read_audio(source, &mut found),
        "avi" | "flv" | "wmv" | "mpeg" | "mpg" => None,
        _ => picture::read(source, &mut found),
    }));
    found.believable(now)
}

/// Reads the duration. Dates in tags are those of releases, not of recordings.
fn read_audio(source: Source<impl Read + Seek>, found: &mut MediaMetadata) -> Option<()> {
    let options = ParseOptions::new().read_tags(false).read_cover_art(false);
    let probe = Probe::new(source).options(options).guess_file_type().ok()?;
    let duration = probe.read().ok()?.properties().duration();
    found.duration_ms = u64::try_from(duration.as_millis()).ok();
    Some(())
}

/// Returns whether coordinates as text are any but zero, which cameras without a fix write.
fn is_place(text: &[u8]) -> bool {
    text.iter().any(|byte| matches!(byte, b'1'..=b'9'))
}

/// Returns whether bytes hold XMP that states a place.
fn has_xmp_place(bytes: &[u8]) -> bool {
    bytes.windows(11).any(|part| part == b"GPSLatitude")
}
