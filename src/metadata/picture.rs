//! Still pictures: the size through image, Exif through kamadak-exif.

use std::io::{BufRead, BufReader, Cursor, Read, Seek};

use exif::{Exif, In, Tag, Value};
use image::{ImageDecoder, ImageReader, Limits};

use super::has_xmp_place;
use super::source::Source;
use crate::model::media::{CaptureTime, MediaMetadata};

/// Number of bytes at either end in which XMP is looked for; at the start also the Exif of TIFF.
const END: u64 = 1 << 20;

/// Reads the size as shown, and time and place.
pub(super) fn read(mut source: Source<impl Read + Seek>, found: &mut MediaMetadata) -> Option<()> {
    let length = source.seek(std::io::SeekFrom::End(0)).ok()?;
    let head = source.bytes_at(0, END)?;
    let tail = source.bytes_at(length.saturating_sub(END).max(END), END)?;
    found.has_location = has_xmp_place(&head) || has_xmp_place(&tail);
    source.rewind().ok()?;
    let block = match head.get(..2)? {
        // Its decoder would take the whole file into memory.
        b"\xff\xd8" => size_and_exif(Cursor::new(&head), found),
        _ => size_and_exif(BufReader::new(source), found),
    };
    let mut reader = exif::Reader::new();
    reader.continue_on_error(true);
    let usable = |exif: Result<Exif, exif::Error>| {
        exif.or_else(|error| error.distill_partial_result(|_| {}))
            .ok()
    };
    let exif = usable(reader.read_from_container(&mut Cursor::new(&head)))
        .or_else(|| usable(reader.read_raw(block?)))?;
    let orientation = exif.get_field(Tag::Orientation, In::PRIMARY);
    if orientation.is_some_and(|field| matches!(field.value.get_uint(0), Some(5..=8))) {
        std::mem::swap(&mut found.width, &mut found.height);
    }
    found.has_location |= is_stated(&exif, Tag::GPSLatitude) || is_stated(&exif, Tag::GPSLongitude);
    found.captured_at = capture_time(&exif, Tag::DateTimeOriginal, Tag::OffsetTimeOriginal)
        .or_else(|| capture_time(&exif, Tag::DateTimeDigitized, Tag::OffsetTimeDigitized));
    Some(())
}

/// Reads the size as stored, and returns the block of Exif.
fn size_and_exif(reader: impl BufRead + Seek, found: &mut MediaMetadata) -> Option<Vec<u8>> {
    let mut reader = ImageReader::new(reader).with_guessed_format().ok()?;
    let mut limits = Limits::default();
    limits.max_alloc = Some(16 << 20);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().ok()?;
    (found.width, found.height) = (Some(decoder.dimensions().0), Some(decoder.dimensions().1));
    decoder.exif_metadata().ok()?
}

/// Returns whether a coordinate is there: cameras without a fix write 0/0, or zeros.
fn is_stated(exif: &Exif, tag: Tag) -> bool {
    let field = exif.get_field(tag, In::PRIMARY);
    field.is_some_and(|field| {
        matches!(&field.value, Value::Rational(parts)
            if parts.iter().any(|part| part.num != 0 && part.denom != 0))
    })
}

fn capture_time(exif: &Exif, time: Tag, offset: Tag) -> Option<CaptureTime> {
    let text = |tag| {
        Some(
            exif.get_field(tag, In::PRIMARY)?
                .display_value()
                .to_string(),
        )
    };
    let local = text(time)?;
    let offset = text(offset).unwrap_or_default();
    // Without one, or with blanks, the offset stays unknown.
    let with_offset = format!("{local}{}", offset.trim_matches(['"', ' ']));
    with_offset.parse().or_else(|_| local.parse()).ok()
}
