//! ISO base media and QuickTime files. Their boxes are walked here, because whole movies hold an
//! index of all samples; mp4-atom decodes what the boxes say.

use std::io::{Read, Seek, SeekFrom};

use jiff::Timestamp;
use mp4_atom::{Atom, Hdlr, Header, Keys, Mvhd, ReadFrom, Tkhd};

use super::source::Source;
use super::{has_xmp_place, is_place};
use crate::model::media::{CaptureTime, MediaMetadata};

/// Seconds from 1904, where QuickTime's clock begins, to 1970.
const FROM_1904: i64 = 2_082_844_800;
/// Largest number of bytes of a box that is looked at.
const LARGEST_BOX: u64 = 1 << 17;

/// Facts in one box that another needs.
#[derive(Default)]
struct Movie {
    track_size: (u16, u16),
    keys: Keys,
}

/// Reads duration, size as shown, time and place.
pub(super) fn read(mut source: Source<impl Read + Seek>, found: &mut MediaMetadata) -> Option<()> {
    let mut movie = Movie::default();
    let mut at = 0;
    loop {
        source.seek(SeekFrom::Start(at)).ok()?;
        let header = Header::read_from(&mut source).ok()?;
        let start = source.stream_position().ok()?;
        let kind = <[u8; 4]>::from(header.kind);
        let Some(size) = header.size else {
            // Zero ends a list of QuickTime's; a last box may have no size.
            at += if &kind == b"mdat" { return None } else { 4 };
            continue;
        };
        at = match &kind {
            b"moov" | b"trak" | b"mdia" | b"udta" | b"ilst" => start,
            // In MP4 a version stands before the boxes, in QuickTime none.
            b"meta" if source.bytes_at(start, 8)?.ends_with(b"hdlr") => start,
            b"meta" if source.bytes_at(start, 12)?.ends_with(b"hdlr") => start + 4,
            b"mdat" | b"moof" | b"minf" | b"free" => start.checked_add(size as u64)?,
            _ => {
                let body = source.bytes_at(start, LARGEST_BOX.min(size as u64))?;
                // A box that lacks something is passed over.
                let _ = movie.read_box(kind, &body, found);
                start.checked_add(size as u64)?
            }
        };
    }
}

impl Movie {
    fn read_box(&mut self, kind: [u8; 4], body: &[u8], found: &mut MediaMetadata) -> Option<()> {
        let mut rest = body;
        match &kind {
            b"mvhd" => {
                let header = Mvhd::decode_body(&mut rest).ok()?;
                // All bits set mean unknown.
                let ticks = Some(header.duration).filter(|ticks| *ticks != u64::from(u32::MAX));
                let milliseconds = ticks.and_then(|ticks| ticks.checked_mul(1000));
                found.duration_ms = milliseconds?.checked_div(u64::from(header.timescale));
                // UTC by the standard; many cameras write their clock's time.
                let since_1904 = i64::try_from(header.creation_time).ok()?;
                let created = Timestamp::from_second(since_1904.checked_sub(FROM_1904)?).ok()?;
                found.captured_at = found.captured_at.or(Some(CaptureTime::utc(created)));
            }
            b"tkhd" => {
                let track = Tkhd::decode_body(&mut rest).ok()?;
                self.track_size = (track.width.integer(), track.height.integer());
                if track.matrix.a.unsigned_abs() < track.matrix.b.unsigned_abs() {
                    self.track_size = (self.track_size.1, self.track_size.0);
                }
            }
            b"hdlr" if Hdlr::decode_body(&mut rest).ok()?.handler == b"vide".into() => {
                found.width.get_or_insert(u32::from(self.track_size.0));
                found.height.get_or_insert(u32::from(self.track_size.1));
            }
            b"keys" => self.keys = Keys::decode_body(&mut rest).ok()?,
            // After a length and a language.
            b"\xa9xyz" => found.has_location |= is_place(body.get(4..)?),
            b"loci" => found.has_location |= is_3gpp_place(body)?,
            b"uuid" | b"XMP_" => found.has_location |= has_xmp_place(body),
            // Apple's values have the number of their key for a type, and a header.
            _ => {
                let index = usize::try_from(u32::from_be_bytes(kind).checked_sub(1)?).ok()?;
                let value = body.get(16..)?;
                match self.keys.entries.get(index)?.key_value.as_str() {
                    "com.apple.quicktime.location.ISO6709" => found.has_location |= is_place(value),
                    "com.apple.quicktime.creationdate" => {
                        found.captured_at = Some(str::from_utf8(value).ok()?.parse().ok()?);
                    }
                    _ => {}
                }
            }
        }
        Some(())
    }
}

/// Returns whether the coordinates of 3GPP are any but zero. Before them stand a version, a
/// language, a name that ends with zero, and a role.
fn is_3gpp_place(place: &[u8]) -> Option<bool> {
    let name = place.get(6..)?.split(|byte| *byte == 0).next()?.len();
    let coordinates = place.get(name + 8..name + 16)?;
    Some(coordinates.iter().any(|byte| *byte != 0))
}
