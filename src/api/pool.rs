//! Buffers of the reader, reused once the connection is done with them.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;

/// Buffers that are free again.
#[derive(Debug, Default)]
pub(super) struct Pool {
    free: Mutex<VecDeque<Vec<u8>>>,
    /// Buffers allocated so far.
    pub(super) made: AtomicU64,
}

impl Pool {
    /// Returns a reused or new buffer of `size` bytes.
    pub(super) fn take(&self, size: usize) -> Vec<u8> {
        let free = self
            .free
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .pop_front();
        free.unwrap_or_else(|| {
            self.made.fetch_add(1, Ordering::Relaxed);
            vec![0; size]
        })
    }

    /// Lends the first `len` bytes of a buffer; it returns to the pool when the last handle is
    /// dropped.
    pub(super) fn lend(self: &Arc<Self>, buffer: Vec<u8>, len: usize) -> Bytes {
        Bytes::from_owner(PooledBuffer {
            buffer,
            len,
            pool: Arc::clone(self),
        })
    }
}

struct PooledBuffer {
    buffer: Vec<u8>,
    len: usize,
    pool: Arc<Pool>,
}

impl AsRef<[u8]> for PooledBuffer {
    fn as_ref(&self) -> &[u8] {
        self.buffer.get(..self.len).unwrap_or(&self.buffer)
    }
}

impl Drop for PooledBuffer {
    fn drop(&mut self) {
        self.pool
            .free
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push_back(std::mem::take(&mut self.buffer));
    }
}
