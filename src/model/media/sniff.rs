//! What a file's first bytes say that it is.
//!
//! Signatures come from the crate `file-format`. It also knows signatures of two or three
//! bytes, which chance fulfils; so only formats listed here count as certain, and what the
//! crate tells too little about (containers, streams of frames, text) is looked at here.

use file_format::FileFormat;

use super::{frames, signatures};

/// Formats that share a container, or are told apart by nothing that matters here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Family {
    /// ISO base media and QuickTime: mp4, mov, m4a.
    IsoMedia,
    /// mkv and webm.
    Matroska,
    /// MPEG-1 and MPEG-2 as program, transport or elementary stream.
    Mpeg,
    /// Windows Media.
    Asf,
    Avi,
    Flv,
    /// MPEG audio of any layer, with or without tags.
    MpegAudio,
    Wav,
    Aac,
    Flac,
    /// Ogg with anything in it.
    Ogg,
    Jpeg,
    Png,
    Gif,
    Webp,
    Bmp,
    /// TIFF of either byte order, BigTIFF, and camera formats built on it.
    Tiff,
    /// An ID3 tag, and what comes after it is out of sight: MP3, AAC or FLAC.
    Tagged,
}

impl Family {
    /// Tells whether every file of it begins with a signature, and not with whatever frame
    /// comes first.
    pub fn has_signature(self) -> bool {
        !matches!(self, Self::Mpeg | Self::MpegAudio | Self::Aac)
    }

    /// Whether content of this family is right for an extension of the family `named`.
    pub fn agrees_with(self, named: Self) -> bool {
        self == named
            || (self == Self::Tagged && matches!(named, Self::MpegAudio | Self::Aac | Self::Flac))
    }
}

/// What content was recognised as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Content {
    /// The family of the service's formats that it belongs to; `None` for others.
    pub family: Option<Family>,
    /// What it is, in plain words.
    pub looks_like: &'static str,
    /// The extension that is right for it, where the service takes it.
    pub rename_to: Option<&'static str>,
    /// Whether the signature is strong enough to refuse a file for it.
    pub certain: bool,
}

const fn ours(family: Family, looks_like: &'static str, extension: &'static str) -> Content {
    Content {
        family: Some(family),
        looks_like,
        rename_to: Some(extension),
        certain: true,
    }
}

const fn foreign(looks_like: &'static str) -> Content {
    Content {
        family: None,
        looks_like,
        rename_to: None,
        certain: true,
    }
}

const MP3: Content = ours(Family::MpegAudio, "MP3 sound", "mp3");
const AAC: Content = ours(Family::Aac, "AAC sound", "aac");
const TRANSPORT_STREAM: Content = ours(Family::Mpeg, "MPEG transport stream", "mpg");
const BMP: Content = ours(Family::Bmp, "BMP picture", "bmp");

/// Recognises content by its first bytes; `size` is that of the whole file. `None` where they
/// say nothing.
pub(super) fn sniff(head: &[u8], size: u64) -> Option<Content> {
    let by_structure = tagged(head, size)
        .or_else(|| iso_media(head, size))
        .or_else(|| own_signature(head))
        .or_else(|| frames::is_transport_stream(head).then_some(TRANSPORT_STREAM))
        .or_else(|| frames::is_mpeg_audio(head, size).then_some(MP3))
        .or_else(|| frames::is_adts(head, size).then_some(AAC))
        .or_else(|| text(head));
    by_structure
        .or_else(|| signatures::content(FileFormat::from_bytes(head), head))
        .or_else(|| {
            let likely = |content: Content| Content {
                certain: false,
                ..content
            };
            if frames::may_be_mpeg_audio(head) {
                Some(likely(MP3))
            } else {
                frames::may_be_adts(head).then_some(likely(AAC))
            }
        })
        .or_else(|| is_prose(head).then_some(foreign("plain text")))
}

/// An ID3v2 tag is put before MP3, AAC and FLAC: what comes after it decides. Where that is out
/// of sight, as with a picture of the cover in the tag, MP3 is by far the most likely.
fn tagged(head: &[u8], size: u64) -> Option<Content> {
    let header = head.first_chunk::<10>()?;
    let [b'I', b'D', b'3', 2..=4, revision, flags, length @ ..] = header else {
        return None;
    };
    if *revision == 0xFF || flags & 0x0F != 0 || length.iter().any(|byte| byte & 0x80 != 0) {
        return None;
    }
    let length = length
        .iter()
        .fold(0, |sum, byte| sum << 7 | usize::from(*byte));
    let footer = if flags & 0x10 == 0 { 0 } else { 10 };
    let tag = header.len() + length + footer;
    let rest = head.get(tag..).unwrap_or_default();
    let rest_size = u64::try_from(tag).map_or(0, |tag| size.saturating_sub(tag));
    // Sync words right after a tag are still a guess. A second tag changes nothing.
    let inner = (!rest.starts_with(b"ID3"))
        .then(|| sniff(rest, rest_size))
        .flatten()
        .filter(|content| content.certain);
    Some(inner.unwrap_or(ours(
        Family::Tagged,
        "sound with an ID3 tag, usually MP3",
        "mp3",
    )))
}

/// Boxes of ISO base media and QuickTime: by brand where the file says it, by its first box
/// where it is older than brands or a fragment.
fn iso_media(head: &[u8], size: u64) -> Option<Content> {
    let [length, kind] = [head.get(..4)?, head.get(4..8)?];
    let length = u32::from_be_bytes(length.try_into().ok()?);
    if kind == b"ftyp" {
        return Some(by_brand(head.get(8..12)?, head));
    }
    // 0 is "to the end of the file", 1 "the length follows in 64 bits".
    let fits = length <= 1 || (length >= 8 && u64::from(length) <= size);
    let first_boxes: [&[u8]; 11] = [
        b"moov", b"mdat", b"free", b"skip", b"wide", b"pnot", b"styp", b"moof", b"sidx", b"uuid",
        b"junk",
    ];
    (fits && first_boxes.contains(&kind)).then_some(ours(
        Family::IsoMedia,
        "QuickTime or MP4 file",
        "mov",
    ))
}

fn by_brand(brand: &[u8], head: &[u8]) -> Content {
    let others = &head[12..head.len().min(64)];
    match brand {
        b"avif" | b"avis" => foreign("AVIF picture"),
        b"mif1" | b"msf1" | b"miaf" if contains(others, b"avif") => foreign("AVIF picture"),
        b"heic" | b"heix" | b"heim" | b"heis" | b"hevc" | b"hevx" | b"hevm" | b"hevs" | b"mif1"
        | b"msf1" | b"miaf" | b"avci" | b"avcs" => foreign("HEIC picture"),
        b"crx " => foreign("camera raw picture"),
        b"jp2 " | b"jpx " | b"jpm " | b"mjp2" => foreign("JPEG 2000 picture"),
        b"qt  " => ours(Family::IsoMedia, "QuickTime video", "mov"),
        b"M4A " | b"M4B " | b"M4P " | b"F4A " | b"F4B " => {
            ours(Family::IsoMedia, "M4A sound", "m4a")
        }
        _ => ours(Family::IsoMedia, "MP4 video", "mp4"),
    }
}

/// Strong signatures that the crate does not know, or knows by fewer bytes than there are.
fn own_signature(head: &[u8]) -> Option<Content> {
    let at = |offset: usize, magic: &[u8]| {
        head.get(offset..)
            .is_some_and(|rest| rest.starts_with(magic))
    };
    if (at(0, b"RF64") || at(0, b"BW64") || at(0, b"RIFX")) && at(8, b"WAVE") {
        return Some(ours(Family::Wav, "WAV sound", "wav"));
    }
    if at(0, b"caff\x00\x01") {
        return Some(foreign("Core Audio file"));
    }
    // Method deflate, no reserved flag, a system that RFC 1952 lists.
    if let Some([0x1F, 0x8B, 8, 0..=0x1F, _, _, _, _, 0 | 2 | 4, 0..=13 | 255]) = head.first_chunk()
    {
        return Some(foreign("gzip archive"));
    }
    // The digits of pi open the first block.
    if at(0, b"BZh") && at(4, b"\x31\x41\x59\x26\x53\x59") {
        return Some(foreign("bzip2 archive"));
    }
    // What macOS leaves beside files on drives of other systems, as `._film.mp4`.
    if at(0, b"\x00\x05\x16\x07\x00\x02\x00\x00") {
        return Some(foreign("macOS side file without the content"));
    }
    if at(0, b"bplist00") {
        return Some(foreign("property list"));
    }
    // "MZ" alone is two letters; the header behind its pointer is certain.
    if at(0, b"MZ") {
        let pointer = head.get(0x3C..0x40)?.try_into().ok()?;
        let header = usize::try_from(u32::from_le_bytes(pointer)).ok()?;
        return at(header, b"PE\0\0").then_some(foreign("Windows program"));
    }
    // Sizes of the headers that follow the file header in BMP, OS/2 and Windows.
    if at(0, b"BM")
        && let Some([12 | 16 | 40 | 52 | 56 | 64 | 108 | 124, 0, 0, 0]) = head.get(14..18)
    {
        return Some(BMP);
    }
    None
}

/// Text that is certainly not media: web pages, playlists, drawings in XML.
fn text(head: &[u8]) -> Option<Content> {
    let text = head.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(head);
    let text = text.trim_ascii_start();
    let starts = |prefix: &[u8]| {
        text.get(..prefix.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(prefix))
    };
    let pages: [&[u8]; 5] = [b"<!doctype html", b"<html", b"<head>", b"<body", b"<script"];
    if pages.into_iter().any(starts) {
        return Some(foreign("web page"));
    }
    if starts(b"<svg") || (starts(b"<?xml") && contains(text, b"<svg")) {
        return Some(foreign("SVG drawing"));
    }
    if starts(b"<?xml") {
        return Some(
            if contains(text, b"<html") || contains(text, b"<!DOCTYPE html") {
                foreign("web page")
            } else {
                foreign("XML document")
            },
        );
    }
    starts(b"#EXTM3U").then_some(foreign("playlist"))
}

/// How many bytes of text it takes to be sure that nothing else begins so.
const SURELY_TEXT: usize = 64;

/// Whether this is written text, which no media file begins with: UTF-8 of at least
/// [`SURELY_TEXT`] bytes in words and lines, without a control character.
fn is_prose(head: &[u8]) -> bool {
    let text = match std::str::from_utf8(head) {
        Ok(text) => text,
        // The last character may be cut off where the head ends.
        Err(error) if error.error_len().is_none() => {
            std::str::from_utf8(&head[..error.valid_up_to()]).unwrap_or_default()
        }
        Err(_) => return false,
    };
    let unlike_text = |it: char| it.is_control() && !matches!(it, '\n' | '\r' | '\t' | '\u{c}');
    text.len() >= SURELY_TEXT
        && text.contains('\n')
        && text.contains(' ')
        && text.contains(char::is_alphabetic)
        && !text.contains(unlike_text)
}

/// Whether `needle` is anywhere in `head`.
pub(super) fn contains(head: &[u8], needle: &[u8]) -> bool {
    head.windows(needle.len()).any(|window| window == needle)
}
