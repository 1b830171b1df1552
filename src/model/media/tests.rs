use std::path::PathBuf;

use super::*;

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/media")
}

/// Checks a fixture's bytes under another name.
fn check_as(name: &str, fixture: &str) -> Result<Accepted, Rejection> {
    let bytes = std::fs::read(fixtures().join(fixture)).expect(fixture);
    check_bytes(name, &bytes)
}

fn check_bytes(name: &str, bytes: &[u8]) -> Result<Accepted, Rejection> {
    let head = &bytes[..bytes.len().min(HEAD_LEN)];
    check(Path::new(name), bytes.len() as u64, head)
}

fn files_in(folder: &str) -> Vec<String> {
    let mut names: Vec<String> = std::fs::read_dir(fixtures().join(folder))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

/// Returns the description and the suggested extension of a content mismatch.
fn mismatch(name: &str, result: Result<Accepted, Rejection>) -> (String, Option<String>) {
    match result {
        Err(Rejection::ContentMismatch {
            looks_like,
            rename_to,
            ..
        }) => (looks_like, rename_to),
        other => panic!("{name}: {other:?}"),
    }
}

/// Asserts that content is unknown: rejected if the format has a signature, else accepted with a
/// note.
#[track_caller]
fn expect_unknown(name: &str, bytes: &[u8]) {
    let format = format_of(Path::new(name)).unwrap();
    let judged = check_bytes(name, bytes).map(|accepted| accepted.note);
    let expected = match format.extension {
        "mpeg" | "mpg" | "mp3" | "aac" => Ok(Some(Note::UnknownContent)),
        extension => Err(Rejection::NotRecognised {
            extension: extension.to_owned(),
        }),
    };
    let begin = &bytes[..bytes.len().min(16)];
    assert_eq!(judged, expected, "{name} {begin:02x?}");
}

#[test]
fn the_formats_are_the_contracts_with_their_content_types() {
    let table: Vec<(&str, Kind, &str)> = formats()
        .iter()
        .map(|format| (format.extension, format.kind, format.mime))
        .collect();
    assert_eq!(
        table,
        [
            ("mp4", Kind::Video, "video/mp4"),
            ("mov", Kind::Video, "video/quicktime"),
            ("avi", Kind::Video, "video/x-msvideo"),
            ("webm", Kind::Video, "video/webm"),
            ("mkv", Kind::Video, "video/x-matroska"),
            ("flv", Kind::Video, "video/x-flv"),
            ("wmv", Kind::Video, "video/x-ms-wmv"),
            ("mpeg", Kind::Video, "video/mpeg"),
            ("mpg", Kind::Video, "video/mpeg"),
            ("mp3", Kind::Audio, "audio/mpeg"),
            ("wav", Kind::Audio, "audio/wav"),
            ("aac", Kind::Audio, "audio/aac"),
            ("flac", Kind::Audio, "audio/flac"),
            ("ogg", Kind::Audio, "audio/ogg"),
            ("m4a", Kind::Audio, "audio/mp4"),
            ("jpg", Kind::Image, "image/jpeg"),
            ("jpeg", Kind::Image, "image/jpeg"),
            ("png", Kind::Image, "image/png"),
            ("gif", Kind::Image, "image/gif"),
            ("webp", Kind::Image, "image/webp"),
            ("bmp", Kind::Image, "image/bmp"),
            ("tiff", Kind::Image, "image/tiff"),
            ("tif", Kind::Image, "image/tiff"),
        ]
    );
}

#[test]
fn real_files_of_every_format_pass_without_a_note() {
    let names = files_in("good");
    for name in &names {
        let accepted = check_as(name, &format!("good/{name}"));
        let format = format_of(Path::new(name)).unwrap();
        let expected = Accepted {
            kind: format.kind,
            mime: format.mime,
            route: Route::Direct,
            note: None,
        };
        assert_eq!(accepted, Ok(expected), "{name}");
    }
    for format in formats() {
        assert!(
            names
                .iter()
                .any(|name| name.ends_with(&format!(".{}", format.extension))),
            "no fixture for {}",
            format.extension
        );
    }
}

#[test]
fn formats_that_share_a_container_may_swap_extensions() {
    for (name, fixture) in [
        ("a.mov", "good/clip.mp4"),
        ("a.m4a", "good/clip.mp4"),
        ("a.mp4", "good/clip.mov"),
        ("a.mp4", "good/sound.m4a"),
        ("a.mov", "good/brand-3gp.mp4"),
        ("a.webm", "good/clip.mkv"),
        ("a.mkv", "good/clip.webm"),
        ("a.mpg", "good/program-stream.mpeg"),
        ("a.mpeg", "good/transport-stream.mpg"),
        ("a.jpeg", "good/picture.jpg"),
        ("a.tif", "good/little-endian.tiff"),
        ("a.tiff", "good/big-endian.tif"),
    ] {
        assert_eq!(
            check_as(name, fixture).unwrap().note,
            None,
            "{name} {fixture}"
        );
    }
}

#[test]
fn one_format_under_the_extension_of_another_is_refused_with_the_right_name() {
    for (name, fixture, looks_like, rename_to) in [
        ("a.mp4", "good/picture.jpg", "JPEG picture", "jpg"),
        ("a.jpg", "good/picture.png", "PNG picture", "png"),
        ("a.png", "good/picture.webp", "WebP picture", "webp"),
        ("a.webp", "good/picture.gif", "GIF picture", "gif"),
        ("a.gif", "good/picture.bmp", "BMP picture", "bmp"),
        ("a.bmp", "good/big-tiff.tif", "TIFF picture", "tif"),
        ("a.png", "good/os2-header.bmp", "BMP picture", "bmp"),
        ("a.mp3", "good/sound.wav", "WAV sound", "wav"),
        ("a.mp3", "good/rf64.wav", "WAV sound", "wav"),
        (
            "a.wav",
            "good/id3v2.mp3",
            "sound with an ID3 tag, usually MP3",
            "mp3",
        ),
        ("a.wav", "good/no-tag.mp3", "MP3 sound", "mp3"),
        ("a.m4a", "good/mpeg1.mp3", "MP3 sound", "mp3"),
        ("a.mp3", "good/adts.aac", "AAC sound", "aac"),
        ("a.aac", "good/sound.m4a", "M4A sound", "m4a"),
        ("a.flac", "good/vorbis.ogg", "Ogg sound", "ogg"),
        ("a.wav", "good/sound.flac", "FLAC sound", "flac"),
        ("a.mp4", "good/theora.ogg", "Ogg video", "ogg"),
        ("a.avi", "good/clip.mp4", "MP4 video", "mp4"),
        ("a.avi", "good/clip.mov", "QuickTime video", "mov"),
        ("a.mp4", "good/clip.mkv", "Matroska video", "mkv"),
        ("a.mp4", "good/clip.webm", "WebM video", "webm"),
        ("a.mp4", "good/clip.avi", "AVI video", "avi"),
        ("a.mp4", "good/clip.wmv", "Windows Media video", "wmv"),
        ("a.mp4", "good/clip.flv", "FLV video", "flv"),
        ("a.mp4", "good/program-stream.mpeg", "MPEG video", "mpg"),
        ("a.mp4", "good/elementary-stream.mpg", "MPEG video", "mpg"),
        ("a.mp4", "good/transport-stream.mpg", "MPEG video", "mpg"),
        ("a.wav", "good/clip.avi", "AVI video", "avi"),
    ] {
        let found = mismatch(name, check_as(name, fixture));
        assert_eq!(
            found,
            (looks_like.to_owned(), Some(rename_to.to_owned())),
            "{name} {fixture}"
        );
    }
}

#[test]
fn what_the_service_does_not_take_is_refused_under_any_of_its_extensions() {
    let table = [
        ("archive.bz2", "BZ2 archive"),
        ("archive.tar", "TAR archive"),
        ("archive.xz", "XZ archive"),
        ("archive.zip", "ZIP archive"),
        ("clip.mxf", "MXF video"),
        ("clip.rm", "RM file"),
        ("document.docx", "ZIP archive"),
        ("document.pdf", "PDF document"),
        ("list.m3u8", "M3U playlist"),
        ("page.html", "web page"),
        ("picture.avif", "AVIF picture"),
        ("picture.eps", "EPS picture"),
        ("picture.heic", "HEIC picture"),
        ("picture.jp2", "JP2 picture"),
        ("picture.psd", "PSD picture"),
        ("picture.svg", "XML file"),
        ("program.elf", "ELF program"),
        ("script.sh", "Shell Script file"),
        ("sound.aiff", "AIFF sound"),
        ("sound.au", "Au sound"),
        ("sound.wma", "Windows Media sound"),
        ("sound.wv", "WV sound"),
    ];
    for (fixture, looks_like) in table {
        for format in formats() {
            if fixture == "sound.wma" && format.extension == "wmv" {
                continue;
            }
            let name = format!("a.{}", format.extension);
            let found = mismatch(&name, check_as(&name, &format!("other/{fixture}")));
            assert_eq!(found, (looks_like.to_owned(), None), "{fixture} as {name}");
        }
    }
    // Signatures too weak for a rejection, unknown ones, and inconclusive text.
    let unsure = [
        "answer.json",
        "archive.gz",
        "picture.ico",
        "sound.caf",
        "words.txt",
    ];
    for fixture in unsure {
        let bytes = std::fs::read(fixtures().join("other").join(fixture)).unwrap();
        expect_unknown("a.mp4", &bytes);
        expect_unknown("a.mpg", &bytes);
    }
    let known = table.map(|(fixture, _)| fixture).into_iter().chain(unsure);
    let mut known: Vec<&str> = known.collect();
    known.sort_unstable();
    assert_eq!(files_in("other"), known);
}

/// Pads a head with zeros to the length of a small file.
fn padded(head: &[u8]) -> Vec<u8> {
    let mut bytes = head.to_vec();
    bytes.resize(bytes.len().max(4096), 0);
    bytes
}

/// First bytes as real cameras, recorders, scanners and their programs write them, each under its
/// usual name.
#[test]
fn originals_of_cameras_and_recorders_pass_without_a_note() {
    let originals: [(&str, &str, &[u8]); 46] = [
        (
            "iPhone",
            "IMG_0001.MOV",
            b"\0\0\0\x14ftypqt  \0\0\0\0qt  \0\0\0\x08wide",
        ),
        (
            "Android",
            "20260101_120000.mp4",
            b"\0\0\0\x18ftypmp42\0\0\0\0isommp42",
        ),
        (
            "Pixel",
            "PXL_1.mp4",
            b"\0\0\0\x18ftypisom\0\0\x02\0isomiso2",
        ),
        (
            "GoPro",
            "GX010001.MP4",
            b"\0\0\0\x14ftypmp41 \x13\x10\x18mp41",
        ),
        (
            "DJI",
            "DJI_0001.MP4",
            b"\0\0\0\x1cftypavc1 \x14\x02\0avc1isom",
        ),
        (
            "Sony XAVC S",
            "C0001.MP4",
            b"\0\0\0\x1cftypXAVC\0\x01\x1f\xffXAVCmp42iso2",
        ),
        (
            "Sony PSP",
            "M4V00001.MP4",
            b"\0\0\0\x1cftypMSNV\x01\x29\0\x46MSNVmp42",
        ),
        (
            "Panasonic",
            "P1000001.MP4",
            b"\0\0\0\x1cftypmp42\0\0\0\x01mp42avc1",
        ),
        (
            "Canon",
            "MVI_0001.MOV",
            b"\0\0\0\x18ftypqt  \x20\x07\x09\0qt  CAEP",
        ),
        ("Canon XF", "A001.MP4", b"\0\0\0\x18ftypXAVC\0\0\0\0CAEP"),
        (
            "Nikon",
            "DSC_0001.MOV",
            b"\0\0\0\x18ftypqt  \x20\x05\x03\0qt  niko",
        ),
        ("ARRI", "A001.MOV", b"\0\0\0\x14ftypARRI\0\0\0\0qt  "),
        ("Blackmagic", "A001.mov", b"\0\0\0\x08wide\0\0\0\0mdat"),
        (
            "Final Cut",
            "cut.mov",
            b"\0\0\0\x14ftypqt  \x20\x05\x03\0qt  ",
        ),
        (
            "OBS, fragmented",
            "rec.mp4",
            b"\0\0\0\x1cftypiso5\0\0\x02\0iso5iso6mp41",
        ),
        (
            "HLS segment",
            "part.mp4",
            b"\0\0\0\x18stypmsdh\0\0\0\0msdhmsix",
        ),
        (
            "3GP phone",
            "video.mp4",
            b"\0\0\0\x1cftyp3gp4\0\0\x03\0isom3gp4",
        ),
        ("KDDI phone", "video.mp4", b"\0\0\0\x20ftypKDDI\0\0\0\0"),
        (
            "Voice Memos",
            "New Recording.m4a",
            b"\0\0\0\x1cftypM4A \0\0\0\0M4A mp42",
        ),
        (
            "Android recorder",
            "voice.m4a",
            b"\0\0\0\x18ftypmp42\0\0\0\0isommp42",
        ),
        ("Kodak, old", "100_0001.MOV", b"\0\0\x01\0skip\0\0\0\0"),
        ("Minolta, old", "PICT0001.MOV", b"\0\0\x08\0mdat\0\0\0\0"),
        ("QuickTime 2", "film.mov", b"\0\0\0\x14pnot\0\0\0\0"),
        (
            "streamable QuickTime",
            "film.mov",
            b"\0\0\x04\0moov\0\0\0\x6cmvhd",
        ),
        (
            "beyond 4 GiB",
            "film.mov",
            b"\0\0\0\x01mdat\0\0\0\x01\0\0\0\0",
        ),
        (
            "Canon PowerShot",
            "MVI_0001.AVI",
            b"RIFF\xff\xff\xff\x7fAVI LIST\x24\x01\0\0hdrl",
        ),
        (
            "Chrome recorder",
            "rec.webm",
            b"\x1aE\xdf\xa3\x9fB\x86\x81\x01B\xf7\x81\x01B\xf2\x81\x04B\xf3\x81\x08B\x82\x84webm",
        ),
        (
            "OBS",
            "rec.mkv",
            b"\x1aE\xdf\xa3\x01\0\0\0\0\0\0\x23B\x86\x81\x01B\x82\x88matroska",
        ),
        ("OBS", "rec.flv", b"FLV\x01\x05\0\0\0\x09\0\0\0\0"),
        (
            "DVD camcorder",
            "VTS.mpg",
            b"\0\0\x01\xba\x44\0\x04\0\x04\x01\x01\x89\xc3\xf8",
        ),
        (
            "bare MPEG video",
            "cut.mpeg",
            b"\0\0\x01\xb3\x2d\x02\x40\x33",
        ),
        (
            "Zoom recorder",
            "ZOOM0001.WAV",
            b"RIFF\x24\x08\0\0WAVEbext\x5a\x02\0\0",
        ),
        (
            "Tascam, long take",
            "TAKE.WAV",
            b"RF64\xff\xff\xff\xffWAVEds64\x1c\0\0\0",
        ),
        ("EBU", "take.wav", b"BW64\xff\xff\xff\xffWAVEds64\x1c\0\0\0"),
        (
            "Sound Devices",
            "take.wav",
            b"RIFF\x24\x08\0\0WAVEJUNK\x1c\0\0\0",
        ),
        (
            "other byte order",
            "take.wav",
            b"RIFX\0\0\x08\x24WAVEfmt \0\0\0\x10",
        ),
        ("LAME", "song.mp3", b"\xff\xfb\x90\x64\0\0\0\0"),
        ("dictaphone", "memo.mp3", b"\xff\xf3\x40\xc4\0\0\0\0"),
        ("iTunes", "song.mp3", b"ID3\x02\0\0\0\0\x0f\x76"),
        ("radio", "stream.aac", b"\xff\xf9\x50\x80\x2e\x7f\xfc"),
        ("Exif", "DSC00001.JPG", b"\xff\xd8\xff\xe1\x27\x10Exif\0\0"),
        ("without JFIF", "scan.jpg", b"\xff\xd8\xff\xdb\0\x43\0"),
        ("Photoshop", "photo.jpeg", b"\xff\xd8\xff\xee\0\x0eAdobe\0"),
        ("GIF87a", "old.gif", b"GIF87a\x10\0\x10\0"),
        (
            "Windows 11",
            "image.bmp",
            b"BM\x36\x10\0\0\0\0\0\0\x8a\0\0\0\x7c\0\0\0\x10\0\0\0\x10\0\0\0\x01\0\x20\0",
        ),
        (
            "Nikon",
            "DSC_0001.TIF",
            b"MM\0\x2a\0\0\0\x08\0\x1f\0\xfe\0\x04",
        ),
    ];
    for (maker, name, head) in originals {
        let judged = check_bytes(name, &padded(head)).map(|accepted| accepted.note);
        assert_eq!(judged, Ok(None), "{maker}: {name}");
    }
}

#[test]
fn every_other_way_to_begin_a_video_of_apples_or_isos_passes() {
    for first in [
        "moov", "mdat", "free", "skip", "wide", "pnot", "styp", "moof", "sidx", "uuid", "junk",
    ] {
        let mut bytes = vec![0, 0, 0, 16];
        bytes.extend(first.as_bytes());
        bytes.resize(64, 0);
        assert_eq!(check_bytes("a.mov", &bytes).unwrap().note, None, "{first}");
        assert_eq!(
            mismatch("a.avi", check_bytes("a.avi", &bytes)).1.as_deref(),
            Some("mov")
        );
    }
    for brand in [
        "isom", "iso9", "mp42", "avc1", "M4V ", "3gp5", "3g2a", "MSNV", "zzzz",
    ] {
        let bytes = [b"\0\0\0\x10ftyp", brand.as_bytes(), b"\0\0\0\0"].concat();
        assert_eq!(check_bytes("a.mp4", &bytes).unwrap().note, None, "{brand}");
    }
    for (brand, looks_like) in [
        ("mif1", "HEIF picture"),
        ("avis", "AVIFS picture"),
        ("crx ", "CR3 picture"),
    ] {
        let bytes = [b"\0\0\0\x10ftyp", brand.as_bytes(), b"\0\0\0\0"].concat();
        assert_eq!(
            mismatch("a.jpg", check_bytes("a.jpg", &bytes)).0,
            looks_like
        );
    }
}

#[test]
fn words_that_happen_to_be_where_a_signature_is_refuse_nothing() {
    for text in [
        "MZ",
        "BM, a company",
        "%! not really a drawing",
        "GG is a game, and this line goes on for longer than a packet of a transport stream",
    ] {
        for name in ["a.jpg", "a.mp3", "a.mp4", "a.wav"] {
            expect_unknown(name, text.as_bytes());
        }
    }
}

#[test]
fn written_text_under_the_name_of_a_video_is_refused_and_a_doubtful_one_is_not() {
    let prose = "Shopping list\nmilk, bread, two pears and – grüße – something for tea\n";
    for name in ["a.jpg", "a.mp3", "a.mp4", "a.wav"] {
        let found = mismatch(name, check_bytes(name, prose.as_bytes()));
        assert_eq!(found, ("plain text".to_owned(), None), "{name}");
    }
    // A character cut by the end of the head does not count as other content.
    let before = "a word or two\n".repeat(HEAD_LEN)[..HEAD_LEN - 1].to_owned();
    mismatch("a.mp4", check_bytes("a.mp4", (before + "ü").as_bytes()));
    for doubtful in [
        "short\nwords",
        &"0123456789".repeat(100),
        &format!("{prose}\0"),
        &format!("{prose}\u{1}"),
    ] {
        expect_unknown("a.mp4", doubtful.as_bytes());
    }
    expect_unknown("a.mp4", &[prose.as_bytes(), b"\xFC and more"].concat());
}

#[test]
fn bytes_of_chance_are_unknown_and_never_another_format() {
    // A fixed xorshift, reproducible in each run. Each two-byte signature of the sniffing crate is
    // put in front, too.
    let mut state = 0x9E37_79B9_7F4A_7C15_u64;
    let mut chance = |length: usize| -> Vec<u8> {
        (0..length)
            .map(|_| {
                state ^= state << 13;
                state ^= state >> 7;
                state ^= state << 17;
                state.to_le_bytes()[3]
            })
            .collect()
    };
    let weak: [&[u8]; 12] = [
        b"",
        b"\x1F\x8B",
        b"\x78\x01",
        b"\x0B\x77",
        b"\x00\x02",
        b"\x4C\x01",
        b"\x64\x86",
        b"\x30\x82",
        b"\xFF\n",
        b"\x01\xDA",
        b"\x1F\x9D",
        b"\xC7\x71",
    ];
    for round in 0..400 {
        let mut bytes = weak[round % weak.len()].to_vec();
        bytes.extend(chance(2000));
        for format in formats() {
            expect_unknown(&format!("a.{}", format.extension), &bytes);
        }
    }
}

#[test]
fn a_tag_longer_than_what_is_seen_passes_as_any_sound_that_has_tags() {
    // 100,000 bytes of tag, as with embedded cover art.
    let mut bytes = b"ID3\x03\0\0\0\x06\x0D\x20".to_vec();
    bytes.resize(100_100, 0);
    for name in ["a.mp3", "a.aac", "a.flac"] {
        assert_eq!(check_bytes(name, &bytes).unwrap().note, None, "{name}");
    }
    for name in ["a.wav", "a.mp4", "a.jpg"] {
        let found = mismatch(name, check_bytes(name, &bytes));
        assert_eq!(found.1.as_deref(), Some("mp3"), "{name}");
    }
}

#[test]
fn extensions_count_in_any_case_and_only_the_last_one() {
    for (name, taken) in [
        ("A.MP4", true),
        ("a.JpEg", true),
        ("海边日落.JPG", true),
        ("a.mp4.part", false),
        ("a.tar.mp4", true),
        (".mp4", false),
        ("mp4", false),
        ("a.", false),
        ("a.mp4 ", false),
        ("", false),
    ] {
        assert_eq!(format_of(Path::new(name)).is_ok(), taken, "{name:?}");
    }
}

#[test]
fn near_relatives_are_refused_with_what_to_convert_to() {
    for (extension, target) in [
        ("m4v", Some("MP4")),
        ("mpe", Some("MP4")),
        ("TS", Some("MP4")),
        ("mts", Some("MP4")),
        ("m2ts", Some("MP4")),
        ("3gp", Some("MP4")),
        ("ogv", Some("MP4")),
        ("oga", Some("OGG")),
        ("opus", Some("OGG")),
        ("wma", Some("MP3")),
        ("mka", Some("MP3")),
        ("aiff", Some("WAV")),
        ("m4b", Some("M4A")),
        ("jfif", Some("JPEG")),
        ("HEIC", Some("JPEG")),
        ("heif", Some("JPEG")),
        ("avif", Some("JPEG")),
        ("cr2", Some("JPEG")),
        ("dng", Some("JPEG")),
        ("psd", Some("PNG")),
        ("svg", Some("PNG")),
        ("txt", None),
        ("pdf", None),
        ("", None),
    ] {
        let name = format!("a.{extension}");
        let expected = Rejection::UnsupportedFormat {
            extension: extension.to_lowercase(),
            suggested_format: target.map(str::to_owned),
        };
        // The extension comes first, whatever the content and size.
        assert_eq!(check(Path::new(&name), 0, b"%PDF-1.7"), Err(expected));
    }
}

#[test]
fn no_extension_is_both_taken_and_a_relative() {
    for format in formats() {
        assert_eq!(conversion_hints::suggested_format(format.extension), None);
    }
}

#[test]
fn skipped_files_are_told_apart_by_extension() {
    use crate::model::batch::SkippedKind::{CameraOriginal, Document, OtherMedia, Photo};
    let cases = [
        (Some(CameraOriginal), "R3D braw MXF ari arx CRM cine insv"),
        (
            Some(Photo),
            "CR2 CR3 NEF ARW RAF ORF RW2 dng HEIC heif avif",
        ),
        (
            Some(OtherMedia),
            "m4v MTS m2ts ts 3gp wma aiff opus psd jfif",
        ),
        (Some(Document), "pdf TXT docx zip cube unknown"),
        (None, "ini DB xml XMP THM lrv srt log"),
    ];
    for (kind, extensions) in cases {
        for extension in extensions.split(' ') {
            let path = format!("card/A001.{extension}");
            assert_eq!(skipped_kind(Path::new(&path)), kind, "{path}");
        }
    }
    assert_eq!(skipped_kind(Path::new("README")), Some(Document));
}

#[test]
fn camera_originals_and_photos_come_with_a_format_to_convert_to() {
    for extension in "r3d braw mxf ari arx crm cine nev 360 heic cr3 gpr dng avif".split(' ') {
        let hint = conversion_hints::suggested_format(extension);
        assert!(matches!(hint, Some("MP4" | "JPEG")), "{extension}");
    }
}

#[test]
fn size_decides_route_note_and_refusal() {
    let judge = |size| check(Path::new("a.mp4"), size, b"\0\0\0\x10ftypisom\0\0\0\0");
    let taken = |route, note| {
        Ok(Accepted {
            kind: Kind::Video,
            mime: "video/mp4",
            route,
            note,
        })
    };
    let doubt = Some(Note::MayBeTooLarge);
    assert_eq!(judge(0), Err(Rejection::Empty));
    assert_eq!(judge(1), taken(Route::Direct, None));
    assert_eq!(judge(500_000_000), taken(Route::Direct, None));
    assert_eq!(judge(500_000_001), taken(Route::SignedUrl, None));
    assert_eq!(judge(5_000_000_000), taken(Route::SignedUrl, None));
    assert_eq!(judge(5_000_000_001), taken(Route::SignedUrl, doubt));
    assert_eq!(judge(5_368_709_120), taken(Route::SignedUrl, doubt));
    let size = 5_368_709_121;
    assert_eq!(judge(size), Err(Rejection::TooLarge { size }));
}

#[test]
fn size_is_judged_before_content_and_weighs_more_as_a_note() {
    let unknown = |size| check(Path::new("a.mp3"), size, b"who knows");
    assert_eq!(unknown(9).unwrap().note, Some(Note::UnknownContent));
    assert_eq!(
        unknown(5_000_000_001).unwrap().note,
        Some(Note::MayBeTooLarge)
    );
    let size = SIZE_LIMIT + 1;
    assert_eq!(
        check(Path::new("a.mp4"), size, b"%PDF-1.7"),
        Err(Rejection::TooLarge { size })
    );
}

#[test]
fn a_head_cut_anywhere_never_panics() {
    for folder in ["good", "other"] {
        for name in files_in(folder) {
            let bytes = std::fs::read(fixtures().join(folder).join(&name)).unwrap();
            for length in 0..bytes.len().min(300) {
                let _ = check(Path::new("a.mp4"), bytes.len() as u64, &bytes[..length]);
            }
        }
    }
}
