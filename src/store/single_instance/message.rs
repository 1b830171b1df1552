//! Messages between starts of the program: paths in the system's own bytes.

use std::io;
use std::path::PathBuf;

use tokio::io::{AsyncRead, AsyncReadExt};

use super::files::{path_from_bytes, path_to_bytes};

/// Start of every message; the last byte is its version.
const MARK: [u8; 5] = *b"MAVI\x01";
/// Most bytes of one message; more paths are split.
const LIMIT: usize = 1 << 20;

/// Encodes paths as one or more messages.
pub fn write(paths: &[PathBuf]) -> Vec<Vec<u8>> {
    let mut bodies = vec![Vec::new()];
    for path in paths {
        let bytes = path_to_bytes(path);
        let mut piece = length(&bytes).to_vec();
        piece.extend(bytes);
        match bodies.last_mut() {
            Some(body) if body.len() + piece.len() <= LIMIT => body.extend(piece),
            _ => bodies.push(piece),
        }
    }
    let message = |body: Vec<u8>| [&MARK[..], &length(&body), &body].concat();
    bodies.into_iter().map(message).collect()
}

/// Encodes the length; no system accepts a path beyond 32 bits.
fn length(bytes: &[u8]) -> [u8; 4] {
    u32::try_from(bytes.len()).unwrap_or(u32::MAX).to_le_bytes()
}

/// Reads one message.
///
/// # Errors
/// The message is malformed, too long, or cut short.
pub async fn read(stream: &mut (impl AsyncRead + Unpin)) -> io::Result<Vec<PathBuf>> {
    let mut mark = MARK;
    stream.read_exact(&mut mark).await?;
    if mark != MARK {
        return Err(nonsense("it is of another version or program"));
    }
    let size = stream.read_u32_le().await?;
    let size = usize::try_from(size).unwrap_or(usize::MAX);
    if size > LIMIT {
        return Err(nonsense("it is too long"));
    }
    let mut body = vec![0; size];
    stream.read_exact(&mut body).await?;
    paths(&body)
}

fn paths(mut body: &[u8]) -> io::Result<Vec<PathBuf>> {
    let mut paths = Vec::new();
    while !body.is_empty() {
        let cut = || nonsense("it ends in the midst of a path");
        let (length, rest) = body.split_first_chunk::<4>().ok_or_else(cut)?;
        let length = usize::try_from(u32::from_le_bytes(*length)).unwrap_or(usize::MAX);
        let (path, rest) = rest.split_at_checked(length).ok_or_else(cut)?;
        let path = path_from_bytes(path);
        if !path.is_absolute() {
            return Err(nonsense("it names a path that is not absolute"));
        }
        paths.push(path);
        body = rest;
    }
    Ok(paths)
}

fn nonsense(why: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, why)
}

#[cfg(all(test, unix))]
mod tests;
