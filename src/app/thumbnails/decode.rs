//! One picture made small, within limits of bytes, pixels, memory and time.

use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::path::Path;
use std::time::Instant;

use image::imageops::FilterType;
use image::{DynamicImage, ImageDecoder, ImageReader, Limits};

/// Pixels along a side: what a thumbnail takes on a screen of three pixels a point.
const SIDE: u32 = 120;
/// Longest file that is looked at, in bytes.
const BYTES: u64 = 64 << 20;
/// Most pixels of a picture; a large camera's are fewer.
const PIXELS: u64 = 64_000_000;
/// Longest side of a picture, in pixels.
const LONGEST: u32 = 30_000;
/// Most memory that decoding may take, in bytes.
const MEMORY: u64 = 256 << 20;
/// How many times longer than wide a picture may be before it is cut.
const SLIM: u32 = 4;

/// A square of pixels: red, green, blue, opacity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pixels {
    /// Pixels along a side.
    pub side: u32,
    /// Four bytes a pixel, line by line; not multiplied with the opacity.
    pub rgba: Vec<u8>,
}

/// The middle of a picture, upright. `None` where it is too large, takes longer than until
/// `end`, or is no picture.
pub fn thumbnail(path: &Path, end: Instant) -> Option<Pixels> {
    decode(path, end)
        .inspect_err(|error| tracing::debug!(%error, "no thumbnail"))
        .ok()
}

fn decode(path: &Path, end: Instant) -> Result<Pixels, Box<dyn std::error::Error>> {
    // A pipe or a device would keep whoever opens it waiting.
    let about = path.metadata()?;
    if !about.is_file() || about.len() > BYTES {
        return Err("not a file, or too long".into());
    }
    let file = BufReader::new(Clocked {
        file: File::open(path)?,
        end,
    });
    let mut reader = ImageReader::new(file).with_guessed_format()?;
    let mut limits = Limits::default();
    limits.max_image_width = Some(LONGEST);
    limits.max_image_height = Some(LONGEST);
    limits.max_alloc = Some(MEMORY);
    reader.limits(limits);
    let mut decoder = reader.into_decoder()?;
    let (width, height) = decoder.dimensions();
    if u64::from(width) * u64::from(height) > PIXELS || decoder.total_bytes() > MEMORY {
        return Err("too many pixels".into());
    }
    let orientation = decoder.orientation()?;
    let mut small = square(&DynamicImage::from_decoder(decoder)?);
    small.apply_orientation(orientation);
    let side = small.width();
    let rgba = small.into_rgba8().into_raw();
    Ok(Pixels { side, rgba })
}

/// The middle of a picture as a square of at most [`SIDE`].
fn square(picture: &DynamicImage) -> DynamicImage {
    let (width, height) = (picture.width().max(1), picture.height().max(1));
    let short = width.min(height);
    let side = short.min(SIDE);
    // A strip would be a long one still when it is as thin as a thumbnail.
    let longest = short.saturating_mul(SLIM);
    let cut = (width > longest || height > longest).then(|| {
        let (w, h) = (width.min(longest), height.min(longest));
        picture.crop_imm((width - w) / 2, (height - h) / 2, w, h)
    });
    let picture = cut.as_ref().unwrap_or(picture);
    let scaled = |length: u32| {
        let length = u64::from(length) * u64::from(side) / u64::from(short);
        u32::try_from(length).unwrap_or(side).max(side)
    };
    let (w, h) = (scaled(picture.width()), scaled(picture.height()));
    let small = if short == side {
        picture.resize_exact(w, h, FilterType::Nearest)
    } else {
        picture.thumbnail_exact(w, h)
    };
    small.crop_imm((w - side) / 2, (h - side) / 2, side, side)
}

/// A file that is read until a point in time.
struct Clocked {
    file: File,
    end: Instant,
}

impl Read for Clocked {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if Instant::now() >= self.end {
            return Err(io::ErrorKind::TimedOut.into());
        }
        self.file.read(buffer)
    }
}

impl Seek for Clocked {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.file.seek(to)
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;
    use std::time::Duration;

    use image::{Rgb, RgbImage};

    use super::*;

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

        // The same, held by the camera upside down.
        let turned = turned_jpeg(&flag(300, 300), 3);
        let path = dir.path().join("turned.jpg");
        std::fs::write(&path, turned).unwrap();
        let pixels = thumbnail(&path, soon()).unwrap();
        assert!(near(at(&pixels, 60, 10), BLUE) && near(at(&pixels, 60, 110), RED));
    }

    /// A JPEG with an Exif block that says how it was held.
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

    /// A picture that claims to be far larger than its few bytes.
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
}
