use std::path::PathBuf;
use std::time::Duration;

use image::{Rgb, RgbImage};

use super::*;

fn thumbnail(path: &Path, end: Instant) -> Option<Pixels> {
    super::thumbnail(path, end, &Arc::default())
}

fn soon() -> Instant {
    Instant::now() + Duration::from_secs(60)
}

fn at(pixels: &Pixels, x: u32, y: u32) -> [u8; 3] {
    let start = 4 * (y * pixels.side + x) as usize;
    [0, 1, 2].map(|part| pixels.rgba[start + part])
}

fn near(one: [u8; 3], other: [u8; 3]) -> bool {
    one.iter().zip(other).all(|(a, b)| a.abs_diff(b) < 40)
}

const RED: [u8; 3] = [230, 20, 20];
const BLUE: [u8; 3] = [20, 20, 230];

/// Red above blue.
fn flag(width: u32, height: u32) -> RgbImage {
    RgbImage::from_fn(width, height, |_, y| {
        Rgb(if y < height / 2 { RED } else { BLUE })
    })
}

#[test]
fn every_format_that_is_offered_gives_a_square() {
    let media = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/media/good");
    for name in [
        "picture.jpg",
        "picture.png",
        "picture.gif",
        "picture.webp",
        "picture.bmp",
        "os2-header.bmp",
        "progressive.jpeg",
        "animated.png",
        "little-endian.tiff",
        "big-endian.tif",
    ] {
        let pixels = thumbnail(&media.join(name), soon()).unwrap_or_else(|| panic!("{name}"));
        assert!(pixels.side <= SIDE, "{name}");
        let bytes = (4 * pixels.side * pixels.side) as usize;
        assert_eq!(pixels.rgba.len(), bytes, "{name}");
    }
}

#[test]
fn what_is_no_picture_gives_none_and_harms_nobody() {
    let media = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/media/other");
    let mut found = 0;
    for entry in std::fs::read_dir(media).unwrap() {
        let path = entry.unwrap().path();
        assert_eq!(thumbnail(&path, soon()), None, "{}", path.display());
        found += 1;
    }
    assert!(found > 10);
    assert_eq!(thumbnail(Path::new("/nowhere"), soon()), None);
    assert_eq!(thumbnail(Path::new("/"), soon()), None);
}

#[test]
fn the_middle_is_kept_and_stands_upright() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("wide.png");
    flag(900, 300).save(&path).unwrap();
    let pixels = thumbnail(&path, soon()).unwrap();
    assert_eq!(pixels.side, SIDE);
    assert!(near(at(&pixels, 60, 10), RED) && near(at(&pixels, 60, 110), BLUE));

    // Stored upside down, as Exif says.
    let turned = turned_jpeg(&flag(300, 300), 3);
    let path = dir.path().join("turned.jpg");
    std::fs::write(&path, turned).unwrap();
    let pixels = thumbnail(&path, soon()).unwrap();
    assert!(near(at(&pixels, 60, 10), BLUE) && near(at(&pixels, 60, 110), RED));
}

/// A JPEG with an Exif orientation.
fn turned_jpeg(picture: &RgbImage, orientation: u8) -> Vec<u8> {
    let mut jpeg = io::Cursor::new(Vec::new());
    picture
        .write_to(&mut jpeg, image::ImageFormat::Jpeg)
        .unwrap();
    let mut tiff = b"II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0".to_vec();
    tiff.extend([orientation, 0, 0, 0, 0, 0, 0, 0]);
    let mut exif = b"Exif\0\0".to_vec();
    exif.extend(tiff);
    let length = u16::try_from(exif.len() + 2).unwrap().to_be_bytes();
    let jpeg = jpeg.into_inner();
    [&jpeg[..2], b"\xff\xe1", &length, &exif, &jpeg[2..]].concat()
}

#[test]
fn a_strip_is_cut_and_a_small_picture_is_not_blown_up() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("strip.png");
    flag(20_000, 2).save(&path).unwrap();
    assert_eq!(thumbnail(&path, soon()).unwrap().side, 2);
    flag(7, 9).save(&path).unwrap();
    assert_eq!(thumbnail(&path, soon()).unwrap().side, 7);
}

/// A picture that claims a far larger size than its bytes hold.
fn bomb(dir: &Path, width: u32, height: u32) -> PathBuf {
    let path = dir.join("bomb.bmp");
    let mut bytes = b"BM\0\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0".to_vec();
    bytes.extend(width.to_le_bytes());
    bytes.extend(height.to_le_bytes());
    bytes.extend(b"\x01\0\x18\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0");
    bytes.extend([0; 64]);
    std::fs::write(&path, bytes).unwrap();
    path
}

#[test]
fn a_picture_beyond_the_limits_is_left_alone() {
    let dir = tempfile::tempdir().unwrap();
    let start = Instant::now();
    for (width, height) in [(20_000, 20_000), (60_000, 1), (i32::MAX as u32, 8)] {
        let path = bomb(dir.path(), width, height);
        assert_eq!(thumbnail(&path, soon()), None);
    }
    let long = dir.path().join("long.png");
    flag(8, 8).save(&long).unwrap();
    File::options()
        .write(true)
        .open(&long)
        .unwrap()
        .set_len(BYTES + 1)
        .unwrap();
    assert_eq!(thumbnail(&long, soon()), None);
    assert!(start.elapsed() < Duration::from_secs(10));
}

#[test]
fn memory_that_is_taken_comes_back_and_what_finds_none_left_is_left_alone() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a.png");
    flag(1000, 1000).save(&path).unwrap();
    let budget = Arc::new(Budget(AtomicU64::new(30 << 20)));
    let mut late = Share::none_of(&budget);
    assert!(late.add(12 << 20));
    assert_eq!(super::thumbnail(&path, soon(), &budget), None);
    drop(late);
    for _ in 0..3 {
        assert!(super::thumbnail(&path, soon(), &budget).is_some());
    }
    assert_eq!(budget.0.load(Ordering::Acquire), 30 << 20);
}

/// Returns the extra peak memory of decoding, in bytes.
#[cfg(target_os = "linux")]
fn cost(decode: impl FnOnce()) -> u64 {
    let status = |name: &str| {
        let status = std::fs::read_to_string("/proc/self/status").unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix(name));
        let kibibytes: u64 = line.unwrap().trim_end_matches("kB").trim().parse().unwrap();
        kibibytes << 10
    };
    // Resets the peak measurement.
    std::fs::write("/proc/self/clear_refs", "5").unwrap();
    let before = status("VmRSS:");
    decode();
    status("VmHWM:").saturating_sub(before)
}

#[cfg(target_os = "linux")]
#[test]
fn no_format_takes_more_memory_than_it_is_given() {
    const GIVEN: u64 = 64 << 20;
    /// Memory of code, other tests and the allocator.
    const BESIDES: u64 = 16 << 20;
    let dir = tempfile::tempdir().unwrap();
    for ending in ["png", "jpg", "gif", "webp", "bmp", "tiff"] {
        let mut small = 0;
        for side in [1000, 2500, 5000] {
            let path = dir.path().join(format!("{side}.{ending}"));
            flag(side, side).save(&path).unwrap();
            let budget = Arc::new(Budget(AtomicU64::new(GIVEN)));
            let cost = cost(|| {
                let made = super::thumbnail(&path, soon(), &budget);
                small += usize::from(made.is_some());
            });
            assert!(cost <= GIVEN + BESIDES, "{ending} {side}: {cost}");
        }
        assert!((1..3).contains(&small), "{ending}: {small}");
    }
}

#[test]
fn a_jpeg_of_one_scan_is_told_from_one_whose_coefficients_are_kept() {
    let media = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/media/good");
    let is_row_by_row = |bytes: &[u8]| is_row_by_row_jpeg(&mut &*bytes).unwrap_or(false);
    let camera = turned_jpeg(&flag(300, 300), 3);
    assert!(is_row_by_row(&camera));
    let progressive = std::fs::read(media.join("progressive.jpeg")).unwrap();
    assert!(!is_row_by_row(&progressive));
    // The first scan has only one component.
    let mut scans = camera;
    let scan = scans
        .windows(2)
        .position(|two| two == [0xff, 0xda])
        .unwrap();
    scans[scan + 4] = 1;
    assert!(!is_row_by_row(&scans));
    assert!(!is_row_by_row(b"\x89PNG\r\n"));
}

#[test]
fn a_picture_whose_time_is_over_is_left_alone() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a.png");
    flag(8, 8).save(&path).unwrap();
    assert_eq!(thumbnail(&path, Instant::now()), None);
}

#[cfg(unix)]
#[test]
fn a_pipe_keeps_nobody_waiting() {
    let dir = tempfile::tempdir().unwrap();
    let pipe = dir.path().join("pipe.png");
    let made = std::process::Command::new("mkfifo").arg(&pipe).status();
    assert!(made.unwrap().success());
    assert_eq!(thumbnail(&pipe, soon()), None);
}
