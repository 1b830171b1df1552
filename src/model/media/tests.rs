use std::path::PathBuf;

use super::*;

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/media")
}

/// Judges a fixture's bytes under another name.
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

/// What `check` refuses content for: its words and the extension that it offers.
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

/// Checks that content is nothing known: refused where the format has a signature, and taken
/// with a note where it has none.
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
        ("a.wav", "good/id3v2.mp3", "MP3 sound", "mp3"),
        ("a.wav", "good/no-tag.mp3", "MP3 sound", "mp3"),
        ("a.m4a", "good/mpeg1.mp3", "MP3 sound", "mp3"),
        ("a.mp3", "good/adts.aac", "AAC sound", "aac"),
        ("a.mp3", "good/id3v2.aac", "AAC sound", "aac"),
        ("a.mp3", "good/id3v2.flac", "FLAC sound", "flac"),
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
        (
            "a.mp4",
            "good/transport-stream.mpg",
            "MPEG transport stream",
            "mpg",
        ),
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
        ("archive.bz2", "bzip2 archive"),
        ("archive.gz", "gzip archive"),
        ("archive.tar", "tar archive"),
        ("archive.xz", "xz archive"),
        ("archive.zip", "ZIP archive"),
        ("clip.mxf", "MXF video"),
        ("clip.rm", "RealMedia video"),
        ("document.docx", "Office document"),
        ("document.pdf", "PDF document"),
        ("list.m3u8", "playlist"),
        ("page.html", "web page"),
        ("picture.avif", "AVIF picture"),
        ("picture.eps", "EPS drawing"),
        ("picture.heic", "HEIC picture"),
        ("picture.jp2", "JPEG 2000 picture"),
        ("picture.psd", "Photoshop document"),
        ("picture.svg", "SVG drawing"),
        ("program.elf", "Linux program"),
        ("script.sh", "script"),
        ("sound.aiff", "AIFF sound"),
        ("sound.au", "AU sound"),
        ("sound.caf", "Core Audio file"),
        ("sound.wma", "Windows Media sound"),
        ("sound.wv", "WavPack sound"),
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
    // Signatures too weak to refuse for, and text that says nothing.
    let unsure = ["answer.json", "picture.ico", "words.txt"];
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

#[test]
fn a_windows_program_is_told_by_its_header_not_by_two_letters() {
    let mut program = vec![0; 0x200];
    program[..2].copy_from_slice(b"MZ");
    program[0x3C] = 0x80;
    program[0x80..0x84].copy_from_slice(b"PE\0\0");
    let found = mismatch("a.mp4", check_bytes("a.mp4", &program));
    assert_eq!(found, ("Windows program".to_owned(), None));
    expect_unknown("a.mp4", b"MZ and then some other bytes");
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
        ("mif1", "HEIC picture"),
        ("avis", "AVIF picture"),
        ("crx ", "camera raw picture"),
    ] {
        let bytes = [b"\0\0\0\x10ftyp", brand.as_bytes(), b"\0\0\0\0"].concat();
        assert_eq!(
            mismatch("a.jpg", check_bytes("a.jpg", &bytes)).0,
            looks_like
        );
    }
}

#[test]
fn a_wave_of_the_other_byte_order_passes() {
    let bytes = b"RIFX\0\0\0\x24WAVEfmt \0\0\0\x10";
    assert_eq!(check_bytes("a.wav", bytes).unwrap().note, None);
}

#[test]
fn words_that_happen_to_be_where_a_signature_is_refuse_nothing() {
    for text in [
        "Go! free beer, and more of it than a box of that length could hold",
        "MZ",
        "BM, a company",
        "%! not really a drawing",
        "P6 is a road",
        "FWS is a service",
        "BZh",
        "true story",
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
    // A character that the end of the head cuts through is no other content.
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
    // A fixed xorshift: chance that is the same in each run. Each signature of two bytes that
    // the sniffing crate has is put in front, too.
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
    let weak: [&[u8]; 16] = [
        b"",
        b"\xFF\xFB\x90\x44",
        b"\xFF\xF1\x50\x80",
        b"\xFF\xFD",
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
        b"\x47",
    ];
    for round in 0..400 {
        let mut bytes = weak[round % weak.len()].to_vec();
        bytes.extend(chance(2000));
        for format in formats() {
            let name = format!("a.{}", format.extension);
            match check_bytes(&name, &bytes) {
                // A frame by chance is one of the formats that have no signature.
                Ok(accepted) if !format.family.has_signature() => {
                    assert!(
                        accepted
                            .note
                            .is_none_or(|note| note == Note::UnknownContent)
                    );
                }
                _ => expect_unknown(&name, &bytes),
            }
        }
    }
}

#[test]
fn a_tag_longer_than_what_is_seen_passes_as_any_sound_that_has_tags() {
    // 100,000 bytes of tag, as with a picture of the cover.
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
            convert_to: target.map(str::to_owned),
        };
        // Whatever is in it, and however large it is: the extension comes first.
        assert_eq!(check(Path::new(&name), 0, b"%PDF-1.7"), Err(expected));
    }
}

#[test]
fn no_extension_is_both_taken_and_a_relative() {
    for format in formats() {
        assert_eq!(relatives::convert_to(format.extension), None);
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
