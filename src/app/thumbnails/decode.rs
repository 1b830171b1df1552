//! Decodes one thumbnail within limits of bytes, pixels, memory and time, and encodes it for keeping.

use std::fs::File;
use std::io::{self, BufReader, Cursor, Read, Seek, SeekFrom};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use image::codecs::jpeg::JpegEncoder;
use image::imageops::thumbnail as scale;
use image::{
    DynamicImage, GenericImageView, ImageDecoder, ImageFormat, ImageReader, Limits, RgbaImage,
};

/// Thumbnail side in pixels: 40 points at 3 pixels per point.
const SIDE: u32 = 120;
/// Largest file, in bytes.
const BYTES: u64 = 64 << 20;
/// Most pixels; large cameras have fewer.
const PIXELS: u64 = 64_000_000;
/// Longest side, in pixels.
const LONGEST: u32 = 30_000;
/// Memory limit for reading a picture's header, in bytes.
const HEAD: u64 = 16 << 20;
/// Memory limit for a picture that others made small, in bytes.
const SMALL: u64 = 48 << 20;
/// JPEG quality of pictures that are kept.
const QUALITY: u8 = 85;

/// A square RGBA image.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pixels {
    /// Side in pixels.
    pub side: u32,
    /// Four bytes per pixel, row by row, not premultiplied.
    pub rgba: Vec<u8>,
}

impl Pixels {
    /// Encodes the picture for keeping: as JPEG, or as PNG where it is transparent.
    pub fn encode(&self) -> Option<Vec<u8>> {
        let picture = RgbaImage::from_raw(self.side, self.side, self.rgba.clone())?;
        let is_opaque = picture.pixels().all(|pixel| pixel.0[3] == u8::MAX);
        let picture = DynamicImage::from(picture);
        let mut encoded = Cursor::new(Vec::new());
        let written = if is_opaque {
            let encoder = JpegEncoder::new_with_quality(&mut encoded, QUALITY);
            picture.to_rgb8().write_with_encoder(encoder)
        } else {
            picture.write_to(&mut encoded, ImageFormat::Png)
        };
        written.ok().map(|()| encoded.into_inner())
    }
}

/// Memory shared by all decodes, overdue ones included.
#[derive(Debug)]
pub struct Budget(AtomicU64);

impl Default for Budget {
    /// Enough for a JPEG of [`PIXELS`] from a camera.
    fn default() -> Self {
        Self(AtomicU64::new(224 << 20))
    }
}

/// A share of the budget, returned on drop.
struct Share {
    budget: Arc<Budget>,
    bytes: u64,
}

impl Share {
    fn none_of(budget: &Arc<Budget>) -> Self {
        let budget = Arc::clone(budget);
        Self { budget, bytes: 0 }
    }

    /// Takes more; returns `false` if the budget is exhausted.
    fn add(&mut self, bytes: u64) -> bool {
        let left = |left: u64| left.checked_sub(bytes);
        let (set, get) = (Ordering::AcqRel, Ordering::Acquire);
        let taken = self.budget.0.fetch_update(set, get, left).is_ok();
        self.bytes += if taken { bytes } else { 0 };
        taken
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        self.budget.0.fetch_add(self.bytes, Ordering::AcqRel);
    }
}

/// Returns the upright centre of a picture. `None` if it is invalid, too large, not done by `end`,
/// or over budget.
pub fn thumbnail(path: &Path, end: Instant, budget: &Arc<Budget>) -> Option<Pixels> {
    decode_file(path, end, Share::none_of(budget))
        .inspect_err(|error| tracing::debug!(%error, "no thumbnail"))
        .ok()
}

/// Decodes what was made small before, as [`thumbnail`] does, with less memory of its own.
pub fn small(picture: &[u8], end: Instant) -> Option<Pixels> {
    let share = Share::none_of(&Arc::new(Budget(AtomicU64::new(SMALL))));
    decode(Cursor::new(picture), picture.len() as u64, end, share)
        .inspect_err(|error| tracing::debug!(%error, "no small picture"))
        .ok()
}

type Decoded = Result<Pixels, Box<dyn std::error::Error>>;

fn decode_file(path: &Path, end: Instant, share: Share) -> Decoded {
    // Opening a pipe or device would block.
    let about = path.metadata()?;
    if !about.is_file() || about.len() > BYTES {
        return Err("not a file, or too long".into());
    }
    decode(File::open(path)?, about.len(), end, share)
}

/// Decodes a picture of `length` bytes.
fn decode(picture: impl Read + Seek, length: u64, end: Instant, mut share: Share) -> Decoded {
    // The decoder keeps the whole JPEG file.
    if !share.add(HEAD + length) {
        return Err(io::Error::from(io::ErrorKind::OutOfMemory).into());
    }
    let mut file = BufReader::new(Clocked { picture, end });
    let is_row_by_row = is_row_by_row_jpeg(&mut file).unwrap_or(false);
    file.rewind()?;
    let mut reader = ImageReader::new(file).with_guessed_format()?;
    let format = reader.format();
    let mut limits = Limits::default();
    limits.max_image_width = Some(LONGEST);
    limits.max_image_height = Some(LONGEST);
    limits.max_alloc = Some(HEAD);
    reader.limits(limits.clone());
    let mut decoder = reader.into_decoder()?;
    let (width, height) = decoder.dimensions();
    let pixels = u64::from(width) * u64::from(height);
    let decoded = decoder.total_bytes();
    // Peak memory besides the picture.
    let meanwhile = match format {
        Some(ImageFormat::Png | ImageFormat::Bmp) => 0,
        Some(ImageFormat::Jpeg) if is_row_by_row => 0,
        // 16-bit coefficients for four components; two canvases of four bytes per pixel.
        Some(ImageFormat::Jpeg | ImageFormat::WebP) => 8 * pixels,
        // One frame; a copy and the strips it is composed from.
        _ => 2 * decoded,
    };
    if pixels > PIXELS || !share.add(decoded + meanwhile) {
        return Err("too many pixels".into());
    }
    limits.max_alloc = Some(decoded + meanwhile);
    decoder.set_limits(limits)?;
    let orientation = decoder.orientation()?;
    let mut small = square(&DynamicImage::from_decoder(decoder)?);
    small.apply_orientation(orientation);
    let side = small.width();
    let rgba = small.into_rgba8().into_raw();
    Ok(Pixels { side, rgba })
}

/// Returns `true` if the JPEG has a single scan and so is decoded row by row. Otherwise all
/// coefficients are kept until the last scan.
fn is_row_by_row_jpeg(file: &mut impl Read) -> io::Result<bool> {
    let mut start = [0; 2];
    file.read_exact(&mut start)?;
    if start != [0xff, 0xd8] {
        return Ok(false);
    }
    let mut components = None;
    loop {
        let mut head = [0; 4];
        file.read_exact(&mut head)?;
        let [0xff, marker, high, low] = head else {
            return Ok(false);
        };
        let length = u64::from(u16::from_be_bytes([high, low])).saturating_sub(2);
        let mut segment = Vec::new();
        file.take(length).read_to_end(&mut segment)?;
        match marker {
            // Frame types with a single scan: baseline and extended.
            0xc0 | 0xc1 => components = segment.get(5).copied(),
            0xda => return Ok(components.is_some() && segment.first() == components.as_ref()),
            _ => {}
        }
    }
}

/// Crops the centre square and scales it to at most [`SIDE`].
fn square(picture: &DynamicImage) -> DynamicImage {
    let (width, height) = picture.dimensions();
    let short = width.min(height);
    let middle = picture.view((width - short) / 2, (height - short) / 2, short, short);
    DynamicImage::ImageRgba8(if short <= SIDE {
        middle.to_image()
    } else {
        scale(&*middle, SIDE, SIDE)
    })
}

/// A reader that fails after a deadline.
struct Clocked<R> {
    picture: R,
    end: Instant,
}

impl<R: Read> Read for Clocked<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if Instant::now() >= self.end {
            return Err(io::ErrorKind::TimedOut.into());
        }
        self.picture.read(buffer)
    }
}

impl<R: Seek> Seek for Clocked<R> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.picture.seek(to)
    }
}

#[cfg(test)]
mod tests;
