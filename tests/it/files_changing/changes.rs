//! What may be done to a file under the program, and what its transfer ends as then.

use std::fs::{self, File};
use std::io::Write;
use std::path::Path;
use std::time::{Duration, SystemTime};

use mavi_uploader::model::fault::FaultKind;

/// More than the connection takes while nobody reads.
pub const SIZE: usize = 12_000_000;

/// An MP4 whose content and size follow from `seed`.
pub fn content(seed: u8) -> Vec<u8> {
    let mut content = include_bytes!("../../fixtures/media/good/clip.mp4").to_vec();
    content.resize(SIZE + usize::from(seed), seed);
    content
}

pub fn hash_of(content: &[u8]) -> String {
    blake3::hash(content).to_hex().to_string()
}

fn set_time(path: &Path, time: SystemTime) {
    let file = File::options().write(true).open(path).unwrap();
    file.set_modified(time).unwrap();
}

/// A time well before now, the same for every file.
fn long_ago() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(1_600_000_000)
}

/// Writes a file that has been still for long.
pub fn put(path: &Path, content: &[u8]) {
    fs::write(path, content).unwrap();
    set_time(path, long_ago());
}

/// The content of each of [`MOVES`] before, and another of the same size whose difference is
/// at its beginning.
pub fn before(seed: u8) -> Vec<u8> {
    content(seed)
}

pub fn other(seed: u8) -> Vec<u8> {
    let mut content = content(seed);
    // Behind the signature, in what was read first.
    content[2000] ^= 0xff;
    content
}

pub type Move = fn(&Path, u8);

/// What is done to a file, and how a transfer that is under way ends then.
pub const MOVES: [(&str, Move, Option<FaultKind>); 9] = [
    ("replaced", replace_longer, Some(FaultKind::FileChanged)),
    ("shrunk", shrink, Some(FaultKind::FileChanged)),
    ("grown", grow, Some(FaultKind::FileChanged)),
    ("touched", touch, Some(FaultKind::FileChanged)),
    ("rewritten", rewrite, Some(FaultKind::FileChanged)),
    ("exchanged", exchange, Some(FaultKind::FileChanged)),
    ("deleted", delete, Some(FaultKind::FileGone)),
    ("folder", make_folder, Some(FaultKind::FileChanged)),
    ("copied over itself", copy_over_itself, None),
];

fn replace_longer(path: &Path, seed: u8) {
    let new = path.with_extension("new");
    let mut content = before(seed);
    content.extend_from_slice(b"and more");
    put(&new, &content);
    fs::rename(&new, path).unwrap();
}

fn shrink(path: &Path, _: u8) {
    let file = File::options().write(true).open(path).unwrap();
    file.set_len(5000).unwrap();
}

pub fn grow(path: &Path, _: u8) {
    let mut file = File::options().append(true).open(path).unwrap();
    file.write_all(b"more").unwrap();
}

fn touch(path: &Path, _: u8) {
    set_time(path, long_ago() + Duration::from_secs(1));
}

/// `cp -p` over it: the same file, size and time.
fn rewrite(path: &Path, seed: u8) {
    put(path, &other(seed));
}

/// `cp -p` beside it and `mv`: another file of the same size and time.
fn exchange(path: &Path, seed: u8) {
    let new = path.with_extension("new");
    put(&new, &other(seed));
    fs::rename(&new, path).unwrap();
}

fn copy_over_itself(path: &Path, seed: u8) {
    let new = path.with_extension("new");
    put(&new, &before(seed));
    fs::rename(&new, path).unwrap();
}

fn delete(path: &Path, _: u8) {
    fs::remove_file(path).unwrap();
}

fn make_folder(path: &Path, _: u8) {
    fs::remove_file(path).unwrap();
    fs::create_dir(path).unwrap();
}

/// Puts a file back as it was.
pub fn mend(path: &Path, seed: u8) {
    if path.is_dir() {
        fs::remove_dir(path).unwrap();
    }
    put(path, &before(seed));
}
