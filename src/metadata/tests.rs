use std::fs;
use std::io::{self, Cursor};
use std::path::PathBuf;

use super::*;

mod formats;
mod hostile;

/// A time after that of every fixture.
fn now() -> Timestamp {
    "2026-11-30T12:00:00Z".parse().unwrap()
}

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/fixtures/media")
        .join(name)
}

/// Reads bytes as a file of this extension.
fn read_bytes(bytes: &[u8], extension: &str) -> MediaMetadata {
    read_from(Cursor::new(bytes), extension, now())
}

fn read_fixture(name: &str) -> MediaMetadata {
    let path = fixture(name);
    let extension = media::format_of(&path).unwrap().extension;
    read_bytes(&fs::read(&path).unwrap(), extension)
}

/// All fixtures that the service takes, with their extensions.
fn fixtures() -> Vec<(String, &'static str, Vec<u8>)> {
    let mut all = Vec::new();
    for folder in ["good", "metadata"] {
        for entry in fs::read_dir(fixture(folder)).unwrap() {
            let path = entry.unwrap().path();
            let extension = media::format_of(&path).unwrap().extension;
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            all.push((name, extension, fs::read(&path).unwrap()));
        }
    }
    all.sort();
    assert!(all.len() > 50);
    all
}

/// A box of ISO media.
fn atom(kind: &[u8; 4], content: &[u8]) -> Vec<u8> {
    let size = u32::try_from(content.len() + 8).unwrap();
    [&size.to_be_bytes(), kind.as_slice(), content].concat()
}

/// A file with a hole between its head and its tail; counts the bytes that are read.
struct Sparse {
    head: Vec<u8>,
    hole: u64,
    tail: Vec<u8>,
    position: u64,
    given: u64,
}

impl Sparse {
    fn new(head: Vec<u8>, hole: u64, tail: Vec<u8>) -> Self {
        Self {
            head,
            hole,
            tail,
            position: 0,
            given: 0,
        }
    }

    fn length(&self) -> u64 {
        self.head.len() as u64 + self.hole + self.tail.len() as u64
    }
}

impl Read for Sparse {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let rest = self.length().saturating_sub(self.position);
        let length = rest.min(buffer.len() as u64);
        let length = usize::try_from(length).unwrap();
        buffer[..length].fill(0);
        let tail = self.head.len() as u64 + self.hole;
        for (start, part) in [(0, &self.head), (tail, &self.tail)] {
            for (at, byte) in (start..).zip(part) {
                let offset = at.checked_sub(self.position);
                if let Some(offset) = offset.filter(|offset| *offset < length as u64) {
                    buffer[usize::try_from(offset).unwrap()] = *byte;
                }
            }
        }
        self.position += length as u64;
        self.given += length as u64;
        Ok(length)
    }
}

impl Seek for Sparse {
    fn seek(&mut self, to: io::SeekFrom) -> io::Result<u64> {
        self.position = match to {
            io::SeekFrom::Start(at) => at,
            io::SeekFrom::End(offset) => self.length().checked_add_signed(offset).unwrap(),
            io::SeekFrom::Current(offset) => self.position.checked_add_signed(offset).unwrap(),
        };
        Ok(self.position)
    }
}
