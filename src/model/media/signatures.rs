//! Which of the formats that the crate `file-format` recognises count as certain, and what
//! they are called for people.

use file_format::FileFormat;

use super::sniff::{Content, Family, contains};

/// The object ids that an ASF header holds for each stream (ASF specification, 10.2).
const ASF_VIDEO: &[u8] = b"\xC0\xEF\x19\xBC\x4D\x5B\xCF\x11\xA8\xFD\x00\x80\x5F\x5C\x44\x2B";
const ASF_AUDIO: &[u8] = b"\x40\x9E\x69\xF8\x4D\x5B\xCF\x11\xA8\xFD\x00\x80\x5F\x5C\x44\x2B";

/// What a format of the crate is here; `None` for one whose signature is too weak, or of no
/// interest. `head` is looked at where a container holds one thing or another.
pub(super) fn content(format: FileFormat, head: &[u8]) -> Option<Content> {
    let (family, looks_like, extension) = match media(format, head) {
        Some((family, looks_like, extension)) => (Some(family), looks_like, extension),
        None => (None, other(format, head)?, None),
    };
    Some(Content {
        family,
        looks_like,
        rename_to: extension,
        certain: true,
    })
}

/// The families of the service's formats.
fn media(format: FileFormat, head: &[u8]) -> Option<(Family, &'static str, Option<&'static str>)> {
    use FileFormat as F;
    Some(match format {
        // The document type is in the header, which ends within these bytes.
        F::ExtensibleBinaryMetaLanguage if contains(&head[..head.len().min(80)], b"webm") => {
            (Family::Matroska, "WebM video", Some("webm"))
        }
        F::ExtensibleBinaryMetaLanguage => (Family::Matroska, "Matroska video", Some("mkv")),
        F::Mpeg12Video => (Family::Mpeg, "MPEG video", Some("mpg")),
        F::AdvancedSystemsFormat if contains(head, ASF_AUDIO) && !contains(head, ASF_VIDEO) => {
            (Family::Asf, "Windows Media sound", None)
        }
        F::AdvancedSystemsFormat => (Family::Asf, "Windows Media video", Some("wmv")),
        F::AudioVideoInterleave => (Family::Avi, "AVI video", Some("avi")),
        F::FlashVideo => (Family::Flv, "FLV video", Some("flv")),
        F::WaveformAudio => (Family::Wav, "WAV sound", Some("wav")),
        F::FreeLosslessAudioCodec => (Family::Flac, "FLAC sound", Some("flac")),
        F::OggTheora | F::OggMedia => (Family::Ogg, "Ogg video", Some("ogg")),
        F::OggFlac | F::OggMultiplexedMedia | F::OggOpus | F::OggSpeex | F::OggVorbis => {
            (Family::Ogg, "Ogg sound", Some("ogg"))
        }
        F::JointPhotographicExpertsGroup => (Family::Jpeg, "JPEG picture", Some("jpg")),
        F::AnimatedPortableNetworkGraphics | F::PortableNetworkGraphics => {
            (Family::Png, "PNG picture", Some("png"))
        }
        F::GraphicsInterchangeFormat => (Family::Gif, "GIF picture", Some("gif")),
        F::Webp => (Family::Webp, "WebP picture", Some("webp")),
        F::WindowsBitmap => (Family::Bmp, "BMP picture", Some("bmp")),
        F::TagImageFileFormat => (Family::Tiff, "TIFF picture", Some("tif")),
        F::CanonRaw2 | F::NikonElectronicFile | F::SonyAlphaRaw => {
            // The last two are guesses by how many entries a TIFF's directory has.
            (Family::Tiff, "TIFF or camera raw picture", None)
        }
        _ => return None,
    })
}

/// Everything else with a signature of four bytes or more that chance and text do not give.
fn other(format: FileFormat, head: &[u8]) -> Option<&'static str> {
    use FileFormat as F;
    Some(match format {
        F::PortableDocumentFormat => "PDF document",
        F::Zip => zip(head),
        F::CompoundFileBinary => "older Office document",
        F::RichTextFormat => "RTF document",
        F::EncapsulatedPostscript => "EPS drawing",
        F::Djvu => "DjVu document",
        F::Mobipocket => "e-book",
        F::ExecutableAndLinkableFormat | F::Appimage => "Linux program",
        F::MachO => "macOS program",
        F::JavaClass | F::DalvikExecutable | F::WebassemblyBinary => "program",
        F::ClojureScript
        | F::LuaScript
        | F::MsDosBatch
        | F::PerlScript
        | F::PythonScript
        | F::RubyScript
        | F::ShellScript
        | F::ToolCommandLanguageScript => "script",
        F::HypertextMarkupLanguage => "web page",
        F::SevenZip => "7-Zip archive",
        F::RoshalArchive => "RAR archive",
        F::TapeArchive => "tar archive",
        F::Xz => "xz archive",
        F::Zstandard => "Zstandard archive",
        F::Lz4 | F::Lzip | F::Lzop | F::ExtensibleArchive | F::StuffitX => "archive",
        F::Cabinet => "cabinet archive",
        F::DebianPackage | F::RedHatPackageManager | F::GoogleChromeExtension => "software package",
        F::UnixArchiver => "archive",
        F::MicrosoftVirtualHardDisk
        | F::MicrosoftVirtualHardDisk2
        | F::QemuCopyOnWrite
        | F::VirtualMachineDisk
        | F::VirtualboxVirtualDiskImage => "disk image",
        F::AdobePhotoshopDocument => "Photoshop document",
        F::ExperimentalComputingFacility => "GIMP picture",
        F::Jpeg2000Codestream
        | F::Jpeg2000Part1
        | F::Jpeg2000Part2
        | F::Jpeg2000Part3
        | F::Jpeg2000Part6 => "JPEG 2000 picture",
        // The bare codestream of JPEG XL is two bytes: only the container counts.
        F::JpegXl if head.starts_with(b"\0\0\0\x0C") => "JPEG XL picture",
        F::JpegLs => "JPEG-LS picture",
        F::JpegNetworkGraphics | F::MultipleImageNetworkGraphics => "MNG animation",
        F::CanonRaw | F::FujifilmRaw | F::OlympusRawFormat | F::PanasonicRaw => {
            "camera raw picture"
        }
        F::Openexr => "OpenEXR picture",
        F::MicrosoftDirectdrawSurface => "DDS picture",
        F::BetterPortableGraphics => "BPG picture",
        F::QuiteOkImage => "QOI picture",
        F::AppleIconImage => "macOS icon",
        F::WindowsAnimatedCursor => "animated cursor",
        F::FlexibleImageTransportSystem => "FITS picture",
        F::DigitalImagingAndCommunicationsInMedicine => "DICOM picture",
        F::AudioInterchangeFileFormat => "AIFF sound",
        F::AdaptiveMultiRate => "AMR sound",
        F::Au => "AU sound",
        F::MonkeysAudio => "Monkey's Audio sound",
        F::Musepack if head.starts_with(b"MPCK") => "Musepack sound",
        F::MusicalInstrumentDigitalInterface => "MIDI file",
        F::Realaudio => "RealAudio sound",
        F::SonyDsdStreamFile => "DSD sound",
        F::Wavpack => "WavPack sound",
        F::CdAudio => "link to a CD track",
        F::Soundfont2 => "sound font",
        F::Realmedia => "RealMedia video",
        F::MaterialExchangeFormat => "MXF video",
        F::WindowsRecordedTvShow => "Windows recorded TV show",
        F::ActionsMediaVideo => "AMV video",
        F::Sqlite3 => "SQLite database",
        F::MicrosoftAccess2007Database | F::MicrosoftAccessDatabase => "Access database",
        F::PersonalStorageTable => "Outlook mailbox",
        F::Opentype | F::TruetypeCollection | F::WebOpenFontFormat | F::WebOpenFontFormat2 => {
            "font"
        }
        F::Bittorrent => "torrent file",
        F::WindowsShortcut | F::MacosAlias => "shortcut to another file",
        F::SubripText | F::WebVideoTextTracks | F::TimedTextMarkupLanguage => "subtitles",
        F::WindowsMediaPlaylist | F::ShoutcastPlaylist | F::XmlShareablePlaylistFormat => {
            "playlist"
        }
        F::PemPrivateKey | F::PgpPrivateKeyBlock => "private key",
        F::AgeEncryption | F::PgpMessage => "encrypted file",
        F::Icalendar | F::Vcalendar => "calendar",
        F::Vcard => "address card",
        _ => return None,
    })
}

/// What a ZIP holds, by its first entry.
fn zip(head: &[u8]) -> &'static str {
    if contains(head, b"[Content_Types].xml") {
        "Office document"
    } else if contains(head, b"mimetypeapplication/epub+zip") {
        "e-book"
    } else if contains(head, b"mimetypeapplication/vnd.oasis.opendocument") {
        "OpenDocument file"
    } else {
        "ZIP archive"
    }
}
