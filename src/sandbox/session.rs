//! The bytes of a resumable session.

use std::sync::{Mutex, MutexGuard, PoisonError};

use super::Via;
use super::assets::StoredBytes;
use super::ticket::OfferedProtocol;

/// Chunk granularity in bytes: every chunk but the last is a multiple.
pub(super) const QUANTUM: usize = 256 * 1024;

/// A resumable session, shared by the requests to it.
pub(super) struct StorageSession {
    pub(super) asset_id: String,
    protocol: OfferedProtocol,
    progress: Mutex<Progress>,
}

struct Progress {
    /// Number of the last writing request: an older one that is still running stops.
    writer: u64,
    hasher: blake3::Hasher,
    kept: u64,
    /// Bytes after the last whole quantum, lost with their request unless it is the last.
    loose: Vec<u8>,
    size: Option<u64>,
    complete: bool,
}

/// A request that may write to a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Writer(u64);

impl StorageSession {
    pub(super) fn new(asset_id: &str, protocol: OfferedProtocol) -> Self {
        Self {
            asset_id: asset_id.to_owned(),
            protocol,
            progress: Mutex::new(Progress {
                writer: 0,
                hasher: blake3::Hasher::new(),
                kept: 0,
                loose: Vec::new(),
                size: None,
                complete: false,
            }),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Progress> {
        // No holder leaves it half changed, so a panic does no harm.
        self.progress.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns the number of bytes kept; `None` if it has all.
    pub(super) fn offset(&self) -> Option<u64> {
        let progress = self.lock();
        (!progress.complete).then_some(progress.kept)
    }

    /// Returns false if the size contradicts an earlier one; keeps the first.
    pub(super) fn agree_on_size(&self, size: u64) -> bool {
        *self.lock().size.get_or_insert(size) == size
    }

    /// Lets a request write, which ends any earlier one; returns the offset it writes at, or `None`
    /// if the session has all bytes.
    pub(super) fn begin(&self) -> Option<(Writer, u64)> {
        let mut progress = self.lock();
        if progress.complete {
            return None;
        }
        progress.writer += 1;
        progress.loose.clear();
        Some((Writer(progress.writer), progress.kept))
    }

    /// Appends bytes; returns false if a later request writes now.
    pub(super) fn append(&self, writer: Writer, bytes: &[u8]) -> bool {
        let mut progress = self.lock();
        if progress.writer != writer.0 {
            return false;
        }
        progress.loose.extend_from_slice(bytes);
        let whole = progress.loose.len() / QUANTUM * QUANTUM;
        progress.keep(whole);
        true
    }

    /// Completes the session after its last byte; `None` if a later request writes now.
    pub(super) fn complete(&self, writer: Writer) -> Option<StoredBytes> {
        let mut progress = self.lock();
        if progress.writer != writer.0 {
            return None;
        }
        let rest = progress.loose.len();
        progress.keep(rest);
        progress.complete = true;
        Some(StoredBytes {
            size: progress.kept,
            blake3: progress.hasher.finalize().to_hex().to_string(),
            content_type: None,
            via: Via::SignedUrl(self.protocol),
        })
    }
}

impl Progress {
    fn keep(&mut self, bytes: usize) {
        self.hasher.update(&self.loose[..bytes]);
        self.kept += bytes as u64;
        self.loose.drain(..bytes);
    }
}
