//! Recognises a file by its first bytes.
//!
//! Signatures come from the crate `file-format`; this module adds the variants it misses that real
//! cameras, recorders and downloads write.

use file_format::{FileFormat, Kind};

/// Formats that share a container, or whose differences do not matter here.
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
    /// MPEG audio of any layer.
    MpegAudio,
    Wav,
    Aac,
    Flac,
    /// Ogg with any codec.
    Ogg,
    Jpeg,
    Png,
    Gif,
    Webp,
    Bmp,
    /// TIFF of either byte order, BigTIFF, and camera formats built on it.
    Tiff,
    /// An ID3 tag, which precedes MP3, AAC and FLAC.
    Tagged,
}

impl Family {
    /// Returns whether every file of the family begins with a signature rather than an arbitrary
    /// frame.
    pub fn has_signature(self) -> bool {
        !matches!(self, Self::Mpeg | Self::MpegAudio | Self::Aac)
    }

    /// Returns whether this content fits an extension of the family `named`.
    pub fn agrees_with(self, named: Self) -> bool {
        self == named
            || (self == Self::Tagged && matches!(named, Self::MpegAudio | Self::Aac | Self::Flac))
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Content {
    /// Family of supported formats; `None` for others.
    pub family: Option<Family>,
    /// Its name in plain words.
    pub looks_like: String,
    /// The matching extension, if the service supports it.
    pub rename_to: Option<&'static str>,
}

impl Content {
    fn ours(family: Family, looks_like: &str, extension: &'static str) -> Self {
        Self {
            family: Some(family),
            looks_like: looks_like.to_owned(),
            rename_to: Some(extension),
        }
    }

    fn foreign(looks_like: impl Into<String>) -> Self {
        Self {
            family: None,
            looks_like: looks_like.into(),
            rename_to: None,
        }
    }
}

/// Recognises content by its first bytes; `None` if they are inconclusive.
pub(super) fn sniff(head: &[u8]) -> Option<Content> {
    let format = FileFormat::from_bytes(head);
    iso_media(format, head)
        .or_else(|| media(format, head))
        .or_else(|| other(format, head))
        .or_else(|| text(head))
}

/// Recognises ISO base media and QuickTime by any brand, or by the first box in fragments and files
/// that predate brands.
fn iso_media(format: FileFormat, head: &[u8]) -> Option<Content> {
    const OLD: (&str, &str) = ("QuickTime or MP4 file", "mov");
    let [_, _, _, _, kind @ .., q, t, _, _] = head.first_chunk::<12>()?;
    let (looks_like, extension) = match (kind, format.kind()) {
        (b"ftyp", Kind::Image) => return None,
        (b"ftyp", Kind::Audio) => ("M4A sound", "m4a"),
        (b"ftyp", _) if [*q, *t] == *b"qt" => ("QuickTime video", "mov"),
        (b"ftyp", _) => ("MP4 video", "mp4"),
        (b"pnot" | b"styp" | b"moof" | b"sidx" | b"uuid" | b"junk", _) => OLD,
        _ if format == FileFormat::AppleQuicktime => OLD,
        _ => return None,
    };
    Some(Content::ours(Family::IsoMedia, looks_like, extension))
}

/// Recognises the other supported formats.
fn media(format: FileFormat, head: &[u8]) -> Option<Content> {
    use FileFormat as F;
    /// Object ID of video streams in an ASF header (ASF specification, 10.2).
    const ASF_VIDEO: &[u8] = b"\xC0\xEF\x19\xBC\x4D\x5B\xCF\x11\xA8\xFD\x00\x80\x5F\x5C\x44\x2B";

    // WAVE beyond 4 GiB, and of the other byte order.
    let is_wave = matches!(head.first_chunk(), Some(b"RF64" | b"BW64" | b"RIFX"))
        && head.get(8..12) == Some(b"WAVE");
    // OS/2 bitmaps have a shorter header than Windows ones.
    let is_os2_bitmap = head.starts_with(b"BM") && head.get(14..18) == Some(b"\x0C\0\0\0");
    let (family, looks_like, extension) = match format {
        _ if is_wave => (Family::Wav, "WAV sound", "wav"),
        _ if is_os2_bitmap => (Family::Bmp, "BMP picture", "bmp"),
        F::WaveformAudio => (Family::Wav, "WAV sound", "wav"),
        // The document type is in the header, which ends within these bytes.
        F::ExtensibleBinaryMetaLanguage if contains(&head[..head.len().min(80)], b"webm") => {
            (Family::Matroska, "WebM video", "webm")
        }
        F::ExtensibleBinaryMetaLanguage => (Family::Matroska, "Matroska video", "mkv"),
        F::Mpeg12Video | F::Mpeg2TransportStream | F::BdavMpeg2TransportStream => {
            (Family::Mpeg, "MPEG video", "mpg")
        }
        F::AdvancedSystemsFormat if contains(head, ASF_VIDEO) => {
            (Family::Asf, "Windows Media video", "wmv")
        }
        F::AdvancedSystemsFormat => {
            return Some(Content {
                family: Some(Family::Asf),
                ..Content::foreign("Windows Media sound")
            });
        }
        F::AudioVideoInterleave => (Family::Avi, "AVI video", "avi"),
        F::FlashVideo => (Family::Flv, "FLV video", "flv"),
        F::Mpeg12AudioLayer2 | F::Mpeg12AudioLayer3 => (Family::MpegAudio, "MP3 sound", "mp3"),
        F::AdvancedAudioCoding => (Family::Aac, "AAC sound", "aac"),
        F::Id3v2 => (Family::Tagged, "sound with an ID3 tag, usually MP3", "mp3"),
        F::FreeLosslessAudioCodec => (Family::Flac, "FLAC sound", "flac"),
        F::OggTheora | F::OggMedia => (Family::Ogg, "Ogg video", "ogg"),
        F::OggFlac | F::OggMultiplexedMedia | F::OggOpus | F::OggSpeex | F::OggVorbis => {
            (Family::Ogg, "Ogg sound", "ogg")
        }
        F::JointPhotographicExpertsGroup => (Family::Jpeg, "JPEG picture", "jpg"),
        F::AnimatedPortableNetworkGraphics | F::PortableNetworkGraphics => {
            (Family::Png, "PNG picture", "png")
        }
        F::GraphicsInterchangeFormat => (Family::Gif, "GIF picture", "gif"),
        F::Webp => (Family::Webp, "WebP picture", "webp"),
        F::WindowsBitmap => (Family::Bmp, "BMP picture", "bmp"),
        // The crate guesses raw formats by the number of TIFF directory entries.
        F::TagImageFileFormat | F::CanonRaw2 | F::NikonElectronicFile | F::SonyAlphaRaw => {
            (Family::Tiff, "TIFF picture", "tif")
        }
        _ => return None,
    };
    Some(Content::ours(family, looks_like, extension))
}

/// Recognises everything else with a signature of more than two bytes: two may occur by chance.
fn other(format: FileFormat, head: &[u8]) -> Option<Content> {
    let is_weak = format == FileFormat::from_bytes(&head[..head.len().min(2)])
        // A picture in bare MPEG video begins alike.
        || matches!(format, FileFormat::WindowsIcon);
    if is_weak || format == FileFormat::ArbitraryBinaryData {
        return None;
    }
    let noun = match format.kind() {
        Kind::Archive | Kind::Compressed => "archive",
        Kind::Audio => "sound",
        Kind::Database => "database",
        Kind::Diagram | Kind::Document | Kind::Presentation | Kind::Spreadsheet => "document",
        Kind::Disk => "disk image",
        Kind::Ebook => "e-book",
        Kind::Executable => "program",
        Kind::Font => "font",
        Kind::Image => "picture",
        Kind::Package => "package",
        Kind::Playlist => "playlist",
        Kind::Video => "video",
        _ => "file",
    };
    let name = format.short_name().unwrap_or(format.name());
    Some(Content::foreign(format!("{name} {noun}")))
}

/// Bytes of text needed to rule out other formats.
const SURELY_TEXT: usize = 64;

/// Recognises plain text, which no media file begins with: UTF-8 of at least [`SURELY_TEXT`] bytes
/// in words and lines, without control characters.
fn text(head: &[u8]) -> Option<Content> {
    let text = match std::str::from_utf8(head) {
        Ok(text) => text,
        // The head may cut off the last character.
        Err(error) if error.error_len().is_none() => {
            std::str::from_utf8(&head[..error.valid_up_to()]).unwrap_or_default()
        }
        Err(_) => return None,
    };
    let unlike_text = |it: char| it.is_control() && !matches!(it, '\n' | '\r' | '\t' | '\u{c}');
    let is_prose = text.len() >= SURELY_TEXT
        && text.contains('\n')
        && text.contains(' ')
        && text.contains(char::is_alphabetic)
        && !text.contains(unlike_text);
    let is_page = || text.to_ascii_lowercase().contains("<html");
    is_prose.then(|| Content::foreign(if is_page() { "web page" } else { "plain text" }))
}

fn contains(head: &[u8], needle: &[u8]) -> bool {
    head.windows(needle.len()).any(|window| window == needle)
}
