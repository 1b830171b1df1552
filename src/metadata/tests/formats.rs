//! Facts of real files.

use super::*;

/// Facts in one line: duration, size, capture time, and `place` where one is stated.
fn told(found: MediaMetadata) -> String {
    let mut told = Vec::new();
    told.extend(
        found
            .duration_ms
            .map(|ms| format!("{} s", ms as f64 / 1000.0)),
    );
    if let (Some(width), Some(height)) = (found.width, found.height) {
        told.push(format!("{width}×{height}"));
    }
    told.extend(found.captured_at.map(|time| time.to_string()));
    told.extend(found.has_location.then(|| "place".to_owned()));
    told.join(" · ")
}

#[track_caller]
fn expect(folder: &str, table: &[(&str, &str)]) {
    let mut names: Vec<String> = fs::read_dir(fixture(folder))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    let read: Vec<(String, String)> = names
        .into_iter()
        .map(|name| {
            let facts = told(read_fixture(&format!("{folder}/{name}")));
            (name, facts)
        })
        .collect();
    let read: Vec<(&str, &str)> = read.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect();
    assert_eq!(read, table, "{read:#?}");
}

#[test]
fn files_of_every_format_tell_what_they_are() {
    expect(
        "good",
        &[
            ("adts.aac", "0.483 s"),
            ("animated.png", "64×48"),
            ("big-endian.tif", "24×16"),
            ("big-tiff.tif", ""),
            ("brand-3gp.mp4", "0.5 s · 128×96"),
            ("brand-dash.mp4", "0.5 s · 64×48"),
            ("brand-m4v.mp4", "0.5 s · 64×48"),
            ("brand-unknown.mp4", "0.5 s · 64×48"),
            ("clip.avi", ""),
            ("clip.flv", ""),
            ("clip.mkv", "0.507 s · 64×48"),
            ("clip.mov", "0.5 s · 64×48"),
            ("clip.mp4", "0.5 s · 64×48"),
            ("clip.webm", "0.5 s · 64×48"),
            ("clip.wmv", ""),
            ("elementary-stream.mpg", ""),
            ("fragmented.mp4", "64×48"),
            ("id3v2.aac", "0.486 s"),
            ("id3v2.flac", "0.4 s"),
            ("id3v2.mp3", "0.47 s"),
            ("layer2.mp3", "0.418 s"),
            ("little-endian.tiff", "24×16"),
            ("mpeg1.mp3", "0.444 s"),
            ("no-tag.mp3", "0.47 s"),
            ("opus.ogg", "0.4 s"),
            ("os2-header.bmp", "24×16"),
            ("picture.bmp", "24×16"),
            ("picture.gif", "24×16"),
            ("picture.jpg", "24×16"),
            ("picture.png", "24×16"),
            ("picture.webp", "24×16"),
            ("program-stream.mpeg", ""),
            ("progressive.jpeg", "24×16"),
            ("rf64.wav", ""),
            ("sound.flac", "0.4 s"),
            ("sound.m4a", "0.4 s"),
            ("sound.wav", "0.4 s"),
            ("theora.ogg", ""),
            ("transport-stream.mpg", ""),
            ("vorbis.ogg", "0.4 s"),
        ],
    );
}

#[test]
fn cameras_and_phones_tell_when_and_that_they_tell_where() {
    expect(
        "metadata",
        &[
            (
                "android.mp4",
                "0.5 s · 64×48 · 2026-11-28T08:04:05Z · place",
            ),
            ("camera.jpg", "16×24 · 2026-11-28T16:04:05+08:00 · place"),
            ("camera.png", "16×24 · 2026-11-28T16:04:05+08:00 · place"),
            ("camera.tif", "16×24 · 2026-11-28T16:04:05+08:00 · place"),
            ("camera.webp", "16×24 · 2026-11-28T16:04:05+08:00 · place"),
            ("cbr.mp3", "2.56 s"),
            ("live.webm", "64×48"),
            ("loci.mp4", "0.5 s · 64×48 · 2026-11-28T08:04:05Z · place"),
            ("no-offset.jpg", "24×16 · 2026-11-28T16:04:05"),
            (
                "phone.mov",
                "0.5 s · 48×64 · 2026-11-28T16:04:05+08:00 · place",
            ),
            ("place.mkv", "0.5 s · 64×48 · 2026-11-28T08:04:05Z · place"),
            ("turned.mkv", "0.5 s · 64×48 · place"),
            ("unset-clock.jpg", "24×16"),
            ("vbr.mp3", "2.56 s"),
            ("voice.m4a", "2.5 s · 2026-11-28T08:04:05Z"),
            ("xmp-place.jpg", "24×16 · place"),
            (
                "zero-place.mp4",
                "0.5 s · 85×48 · 2026-11-28T16:04:05+08:00",
            ),
        ],
    );
}

#[test]
fn a_movie_of_wide_numbers_has_its_playing_time() {
    let header = |ticks: u64| {
        let zero = [0; 80];
        let times = 3_900_000_000_u64.to_be_bytes();
        let content = [
            &[1, 0, 0, 0],
            times.as_slice(),
            &times,
            &600_u32.to_be_bytes(),
            &ticks.to_be_bytes(),
            &zero,
        ];
        atom(b"mvhd", &content.concat())
    };
    let whole = |header: Vec<u8>| atom(b"moov", &header);
    let told = |bytes: Vec<u8>| told(read_bytes(&bytes, "mp4"));
    let when = "2027-08-01T21:20:00Z";
    let later = |bytes: &[u8]| read_from(Cursor::new(bytes), "mp4", Timestamp::MAX);
    let plain = whole(header(600 * 7200));
    assert_eq!(told(plain.clone()), "7200 s", "the future is not believed");
    assert_eq!(
        later(&plain).captured_at.map(|time| time.to_string()),
        Some(when.into())
    );
    assert_eq!(told(whole(header(u64::MAX))), "");
}

#[test]
fn a_movie_header_behind_gigabytes_is_found_at_once() {
    let phone = fs::read(fixture("metadata/phone.mov")).unwrap();
    let movie = phone.windows(4).position(|part| part == b"moov").unwrap() - 4;
    let hole = 5_000_000_000_u64;
    let mut head = atom(b"ftyp", b"qt  \0\0\0\0");
    head.extend(1_u32.to_be_bytes());
    head.extend(b"mdat");
    head.extend((hole + 16).to_be_bytes());
    let mut file = Sparse::new(head, hole, phone[movie..].to_vec());
    assert_eq!(
        read_from(&mut file, "mov", now()),
        read_bytes(&phone, "mov")
    );
    assert!(file.given < 100_000, "{}", file.given);
}

#[test]
fn a_playing_time_at_the_end_of_gigabytes_of_sound_is_found() {
    let sound = fs::read(fixture("good/opus.ogg")).unwrap();
    let last = sound.windows(4).rposition(|part| part == b"OggS").unwrap();
    let (head, tail) = sound.split_at(last);
    let mut file = Sparse::new(head.to_vec(), 3_000_000_000, tail.to_vec());
    assert_eq!(read_from(&mut file, "ogg", now()).duration_ms, Some(400));
    assert!(file.given < 1_000_000, "{}", file.given);
}

#[test]
fn a_path_is_read_by_its_extension_and_only_if_it_is_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("CLIP.MP4");
    assert_eq!(read(&path), MediaMetadata::default(), "nothing is there");
    fs::copy(fixture("good/clip.mp4"), &path).unwrap();
    assert_eq!(read(&path).width, Some(64));
    let other = folder.path().join("clip.txt");
    fs::copy(&path, &other).unwrap();
    assert_eq!(read(&other), MediaMetadata::default());
    fs::create_dir(folder.path().join("folder.mp4")).unwrap();
    assert_eq!(
        read(&folder.path().join("folder.mp4")),
        MediaMetadata::default()
    );
}

#[test]
fn a_damaged_block_does_not_hide_what_stands_beside_it() {
    let place = atom(b"\xa9xyz", b"\0\x08\0\0+31+121/");
    let user_data =
        |first: Vec<u8>| atom(b"moov", &atom(b"udta", &[first, place.clone()].concat()));
    for first in [
        atom(b"\xa9xyz", b""),
        atom(b"\xa9day", b"\0\x04\x00\x002001"),
        atom(b"loci", b"\0\0\0\0en"),
        atom(b"meta", b""),
    ] {
        assert_eq!(told(read_bytes(&user_data(first), "mov")), "place");
    }
    let camera = fs::read(fixture("metadata/camera.jpg")).unwrap();
    let scan = camera
        .windows(2)
        .position(|part| part == b"\xff\xdb")
        .unwrap();
    let cut = [&camera[..scan], b"\xff\xe1\xff\xff"].concat();
    assert_eq!(
        told(read_bytes(&cut, "jpg")),
        "2026-11-28T16:04:05+08:00 · place"
    );
}
