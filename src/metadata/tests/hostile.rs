//! Damaged and hostile files: whatever they say, reading them ends, within the limits.

use std::time::{Duration, Instant};

use super::*;

/// Asserts that facts are within the limits.
#[track_caller]
fn check(found: MediaMetadata, what: &str) {
    assert_eq!(found.width.is_some(), found.height.is_some(), "{what}");
    for side in [found.width, found.height].into_iter().flatten() {
        assert!((1..=65_535).contains(&side), "{what}: {side}");
    }
    if let Some(duration) = found.duration_ms {
        assert!(
            (1..=3_600_000_000).contains(&duration),
            "{what}: {duration}"
        );
    }
    if let Some(time) = found.captured_at {
        assert_eq!(time.to_string().parse(), Ok(time), "{what}");
        let instant = time.instant();
        assert!(instant > Timestamp::UNIX_EPOCH, "{what}: {time}");
        assert!(
            instant <= now() + jiff::SignedDuration::from_hours(24),
            "{what}: {time}"
        );
    }
}

/// Reads a hostile file, of which nothing may be believed, in short time.
#[track_caller]
fn expect_nothing(file: impl Read + Seek, extension: &str) {
    let start = Instant::now();
    let found = read_from(file, extension, now());
    assert_eq!(found, MediaMetadata::default());
    assert!(
        start.elapsed() < Duration::from_secs(20),
        "{:?}",
        start.elapsed()
    );
}

fn expect_nothing_in(bytes: &[u8], extension: &str) {
    expect_nothing(Cursor::new(bytes), extension);
}

/// Numbers that look like chance, the same in every run.
struct Chance(u64);

impl Chance {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % limit
    }
}

#[test]
fn files_that_end_early_give_less_and_never_too_much() {
    for (name, extension, bytes) in fixtures() {
        let step = bytes.len().div_ceil(150).max(1);
        for length in (0..bytes.len()).step_by(step) {
            check(
                read_bytes(&bytes[..length], extension),
                &format!("{name}, {length} bytes"),
            );
        }
    }
}

#[test]
fn files_with_damaged_bytes_give_nothing_beyond_the_limits() {
    let rounds = std::env::var("MAVI_DAMAGES").map_or(150, |rounds| rounds.parse().unwrap());
    let mut chance = Chance(13);
    for (name, extension, bytes) in fixtures() {
        // Damage hurts most near the facts.
        let near = bytes.len().min(700);
        for round in 0..rounds {
            let mut damaged = bytes.clone();
            for _ in 0..=round % 4 {
                let reach = if round % 2 == 0 { near } else { bytes.len() };
                let at = chance.below(reach);
                damaged[at] = match chance.below(4) {
                    0 => 0,
                    1 => 0xff,
                    2 => damaged[at] ^ 1 << chance.below(8),
                    _ => u8::try_from(chance.below(256)).unwrap(),
                };
            }
            check(
                read_bytes(&damaged, extension),
                &format!("{name}, round {round}"),
            );
        }
    }
}

#[test]
fn files_under_the_extension_of_another_format_do_no_harm() {
    for (name, own, bytes) in fixtures() {
        for format in media::formats() {
            let found = read_bytes(&bytes, format.extension);
            check(found, &format!("{name} ({own}) as {}", format.extension));
        }
    }
}

#[test]
fn endless_boxes_end() {
    let header = |size: u32| [&size.to_be_bytes(), b"free".as_slice()].concat();
    // Small ones, up to the budget; one of size zero, to the end; ones too small to be.
    let many = header(8).repeat(2_000_000);
    expect_nothing_in(&many, "mp4");
    expect_nothing_in(&atom(b"moov", &many), "mp4");
    for size in [0, 1, 2, 7] {
        expect_nothing_in(&header(size).repeat(1000), "mp4");
    }
    let wide = |size: u64| [b"\0\0\0\x01moov".as_slice(), &size.to_be_bytes()].concat();
    for size in [0, 15, 16, 1 << 62, u64::MAX] {
        expect_nothing_in(&wide(size).repeat(1000), "mp4");
    }
    // Nothing is read deeper than the standard says.
    let deep = (0..20_000).fold(Vec::new(), |inner, _| {
        let size = u32::try_from(inner.len() + 8).unwrap();
        [
            inner,
            [b"vaom".map(|c| c).to_vec(), size.to_le_bytes().to_vec()].concat(),
        ]
        .concat()
    });
    let deep: Vec<u8> = deep.into_iter().rev().collect();
    assert_eq!(&deep[4..8], b"moav");
    expect_nothing_in(&atom(b"moov", &deep), "mp4");
    expect_nothing(Sparse::new(header(8), 1 << 40, Vec::new()), "mp4");
}

#[test]
fn lists_of_keys_that_lie_about_their_length_end() {
    let count = u32::MAX.to_be_bytes();
    let key = |name: &[u8]| atom(b"mdta", name);
    for keys in [
        Vec::new(),
        key(b"com.apple.quicktime.location.ISO6709"),
        key(b"x").repeat(300_000),
        [0; 64].to_vec(),
    ] {
        let keys = atom(b"keys", &[&[0; 4], count.as_slice(), &keys].concat());
        let huge = [
            &0x7fff_ffff_u32.to_be_bytes(),
            b"data".as_slice(),
            &[b'9'; 99],
        ]
        .concat();
        let value = atom(&1_u32.to_be_bytes(), &huge);
        let list = atom(b"ilst", &value.repeat(3));
        let meta = atom(b"meta", &[atom(b"hdlr", &[0; 24]), keys, list].concat());
        let found = read_bytes(&atom(b"moov", &meta), "mov");
        check(found, "keys");
        assert_eq!(found.captured_at, None);
    }
}

#[test]
fn endless_elements_end() {
    let start = [
        b"\x1a\x45\xdf\xa3\x80".as_slice(),
        b"\x18\x53\x80\x67\x01\xff\xff\xff\xff\xff\xff\xff",
    ]
    .concat();
    let file = |body: &[u8]| [start.as_slice(), body].concat();
    // Voids of no size, up to the budget; parts of unknown size within each other.
    expect_nothing_in(&file(&[0xec, 0x80].repeat(2_000_000)), "mkv");
    expect_nothing_in(&file(&b"\x16\x54\xae\x6b\xff".repeat(10_000)), "mkv");
    expect_nothing_in(&file(&b"\xae\xff\xe0\xff".repeat(10_000)), "mkv");
    expect_nothing_in(&b"\x18\x53\x80\x67\xff".repeat(10_000), "mkv");
    // An index that names itself, and one that names what is not there.
    let seek = |id: &[u8], at: &[u8]| {
        let body = [b"\x53\xab\x84", id, b"\x53\xac\x88", at].concat();
        [
            b"\x4d\xbb".as_slice(),
            &[0x80 | u8::try_from(body.len()).unwrap()],
            &body,
        ]
        .concat()
    };
    for id in [
        b"\x15\x49\xa9\x66",
        b"\x16\x54\xae\x6b",
        b"\x12\x54\xc3\x67",
    ] {
        for at in [0, 5, 1 << 40, u64::MAX - 1, u64::MAX] {
            let entries = seek(id, &at.to_be_bytes()).repeat(5000);
            let size = (0x0800_0000_0000_u64 >> 8 | entries.len() as u64).to_be_bytes();
            let head = [b"\x11\x4d\x9b\x74\x08", &size[4..], entries.as_slice()].concat();
            expect_nothing_in(&file(&head), "mkv");
        }
    }
    expect_nothing(Sparse::new(file(&[]), 1 << 40, Vec::new()), "mkv");
}

/// A TIFF file whose first directory has these entries: tag, type, count, value.
fn tiff(entries: &[(u16, u16, u32, u32)], next: u32) -> Vec<u8> {
    let mut file = b"II\x2a\0\x08\0\0\0".to_vec();
    file.extend(u16::try_from(entries.len()).unwrap().to_le_bytes());
    for (tag, kind, count, value) in entries {
        file.extend(tag.to_le_bytes());
        file.extend(kind.to_le_bytes());
        file.extend(count.to_le_bytes());
        file.extend(value.to_le_bytes());
    }
    file.extend(next.to_le_bytes());
    file
}

#[test]
fn exif_that_leads_back_to_itself_or_lies_ends() {
    const EXIF: u16 = 0x8769;
    const GPS: u16 = 0x8825;
    for file in [
        tiff(&[], 8),
        tiff(&[(EXIF, 4, 1, 8), (GPS, 4, 1, 8)], 8),
        tiff(&[(EXIF, 4, u32::MAX, 8); 1000], 8),
        tiff(&[(0x9003, 2, u32::MAX, 8), (0x0002, 5, u32::MAX, 8)], 0),
        tiff(&[(0x0112, 3, u32::MAX, 0)], u32::MAX),
        tiff(&[(EXIF, 4, 1, u32::MAX)], 0),
    ] {
        expect_nothing_in(&file, "tif");
        let segment = [b"Exif\0\0".as_slice(), &file].concat();
        let length = u16::try_from(segment.len() + 2).unwrap().to_be_bytes();
        let jpeg = [b"\xff\xd8\xff\xe1".as_slice(), &length, &segment].concat();
        expect_nothing_in(&jpeg, "jpg");
        let length = u32::try_from(file.len()).unwrap().to_be_bytes();
        let png = [b"\x89PNG\r\n\x1a\n", length.as_slice(), b"eXIf", &file];
        check(read_bytes(&png.concat(), "png"), "png");
    }
}

#[test]
fn pictures_that_lie_about_their_length_end() {
    expect_nothing_in(
        &[b"\xff\xd8".as_slice(), &b"\xff\xe1\0\x02".repeat(2_000_000)].concat(),
        "jpg",
    );
    expect_nothing_in(
        &[b"\xff\xd8".as_slice(), &[0xff; 9_000_000]].concat(),
        "jpg",
    );
    for kind in [b"eXIf", b"iTXt", b"IDAT"] {
        let chunk = [&u32::MAX.to_be_bytes(), kind.as_slice()].concat();
        let head = [b"\x89PNG\r\n\x1a\n".as_slice(), &chunk.repeat(3)].concat();
        check(
            read_from(Sparse::new(head, 1 << 34, Vec::new()), "png", now()),
            "png",
        );
    }
    for kind in [b"EXIF", b"XMP ", b"VP8 "] {
        let chunk = [kind.as_slice(), &u32::MAX.to_le_bytes()].concat();
        let head = [b"RIFF\xff\xff\xff\xffWEBP".as_slice(), &chunk.repeat(3)].concat();
        check(
            read_from(Sparse::new(head, 1 << 34, Vec::new()), "webp", now()),
            "webp",
        );
    }
}

#[test]
fn gigabytes_of_silence_end() {
    for format in media::formats() {
        for head in [
            b"".as_slice(),
            b"ID3\x04\0\0\x7f\x7f\x7f\x7f",
            b"ID3\x04\0\0\0\0\0\0",
            b"RIFF\xff\xff\xff\xffWAVEdata\0\0\0\0",
            b"fLaC\0\0\0\0",
            b"OggS\0\x02",
            b"\xff\xfb\x90\0",
            b"\xff\xf1\x50\x80",
        ] {
            let file = Sparse::new(head.to_vec(), 5_000_000_000, Vec::new());
            let start = Instant::now();
            check(read_from(file, format.extension, now()), format.extension);
            assert!(
                start.elapsed() < Duration::from_secs(20),
                "{format:?} {head:?}"
            );
        }
    }
}
