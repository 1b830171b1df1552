//! Thumbnails that the desktop's file manager has made, as freedesktop.org defines them.

use std::fs::{self, File};
use std::io::Read;
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use md5::{Digest, Md5};

/// Folders by size, in the order of preference: 256, 512 and 128 pixels.
const SIZES: [&str; 3] = ["large", "x-large", "normal"];
/// Size limit of one picture, in bytes.
const PICTURE: u64 = 4 << 20;
/// Keyword of the file's modification time, in seconds since the Unix epoch.
const MODIFIED: &[u8] = b"Thumb::MTime\0";
/// Characters besides letters and digits that GLib leaves as they are in the path of a URI.
const PLAIN: &[u8] = b"!$&'()*+,-./:;=@_~";

/// Returns the PNG of a file with this modification time from the folder of thumbnails.
pub fn picture(folder: &Path, path: &Path, modified: SystemTime) -> Option<Vec<u8>> {
    let name = name(path);
    let modified = modified.duration_since(UNIX_EPOCH).ok()?.as_secs();
    SIZES.iter().find_map(|size| {
        let picture = read(&folder.join(size).join(&name))?;
        (modification_time(&picture) == Some(modified)).then_some(picture)
    })
}

/// Reads a small picture; `None` if it is no regular file or too large.
pub fn read(path: &Path) -> Option<Vec<u8>> {
    // Opening a pipe or device would block.
    let about = fs::metadata(path).ok()?;
    if !about.is_file() || about.len() > PICTURE {
        return None;
    }
    let mut picture = Vec::new();
    let file = File::open(path).ok()?;
    file.take(PICTURE).read_to_end(&mut picture).ok()?;
    Some(picture)
}

/// Returns the file name of a file's thumbnail: the MD5 of its URI.
fn name(path: &Path) -> String {
    let escaped = |byte: &u8| match byte {
        plain if plain.is_ascii_alphanumeric() || PLAIN.contains(plain) => {
            char::from(*plain).to_string()
        }
        other => format!("%{other:02X}"),
    };
    let path = path.as_os_str().as_encoded_bytes();
    let path: String = path.iter().map(escaped).collect();
    let hash = Md5::digest(format!("file://{path}"));
    let hash: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
    hash + ".png"
}

/// Returns the modification time of the file that a PNG is the thumbnail of.
fn modification_time(png: &[u8]) -> Option<u64> {
    let mut rest = png.strip_prefix(b"\x89PNG\r\n\x1a\n")?;
    loop {
        let (length, after) = rest.split_first_chunk()?;
        let (kind, after) = after.split_first_chunk()?;
        let (data, after) = after.split_at_checked(u32::from_be_bytes(*length) as usize)?;
        if let (b"tEXt", Some(time)) = (kind, data.strip_prefix(MODIFIED)) {
            return str::from_utf8(time).ok()?.parse().ok();
        }
        let (_checksum, after) = after.split_first_chunk::<4>()?;
        rest = after;
    }
}

#[cfg(test)]
pub(super) mod tests;
