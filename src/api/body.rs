//! A file as a request body: read by its own thread, hashed on the way, counted as the connection
//! takes it.

use std::collections::VecDeque;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use futures_util::task::AtomicWaker;
use http_body::{Body, Frame, SizeHint};
use tokio::sync::{mpsc, oneshot};

use super::multipart::Framing;
use super::reader;
use super::throttle::{RateLimit, Throttle};
use super::{TransferProgress, UploadFile};
use crate::model::asset::ContentHash;
use crate::model::fault::{Fault, FaultKind};

/// Full buffers that may wait between the reader and the connection.
const CHANNEL: usize = 4;

/// Error of a body that ended early. The reason is in [`ReaderHandle::fault`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the file's bytes ended early")]
pub(crate) struct BodyAborted;

/// State shared by reader, body and the request's owner.
#[derive(Debug)]
pub(crate) struct ReaderState {
    buffers: Mutex<mpsc::Receiver<Result<Bytes, BodyAborted>>>,
    outcome: OnceLock<Result<ContentHash, Fault>>,
    activity: AtomicU64,
    stopped: AtomicBool,
    waker: AtomicWaker,
}

impl ReaderState {
    fn buffers(&self) -> MutexGuard<'_, mpsc::Receiver<Result<Bytes, BodyAborted>>> {
        self.buffers.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Stores the outcome of reading; the first one counts.
    pub(crate) fn end(&self, outcome: Result<ContentHash, Fault>) {
        let _ = self.outcome.set(outcome);
    }

    /// Records activity, so that the transfer does not count as stalled.
    pub(crate) fn moved(&self, bytes: u64) {
        self.activity.fetch_add(bytes, Ordering::Relaxed);
    }

    /// Returns whether the bytes are no longer needed.
    pub(crate) fn is_stopped(&self) -> bool {
        self.stopped.load(Ordering::Relaxed)
    }

    fn stop(&self) {
        self.stopped.store(true, Ordering::Relaxed);
        let mut buffers = self.buffers();
        buffers.close();
        while buffers.try_recv().is_ok() {}
        drop(buffers);
        self.waker.wake();
    }
}

/// The owner's handle of a body. Dropping it stops the reader thread and the body.
#[derive(Debug)]
pub(crate) struct ReaderHandle {
    shared: Arc<ReaderState>,
}

impl ReaderHandle {
    /// Returns the file's fault, if that ended the body.
    pub(crate) fn fault(&self) -> Option<Fault> {
        self.shared.outcome.get()?.as_ref().err().cloned()
    }

    /// Returns the hash of the whole file, once it was read completely and found unchanged.
    pub(crate) fn hash(&self) -> Option<ContentHash> {
        self.shared.outcome.get()?.as_ref().ok().copied()
    }

    /// Returns whether the connection takes no more of the body.
    pub(crate) fn is_over(&self) -> bool {
        self.shared.is_stopped()
    }

    /// Returns a counter for the stall timeout: it rises while bytes are hashed or sent, and while
    /// a bandwidth limit holds them back.
    pub(crate) fn activity(&self) -> u64 {
        self.shared.activity.load(Ordering::Relaxed)
    }
}

impl Drop for ReaderHandle {
    fn drop(&mut self) {
        self.shared.stop();
    }
}

/// Layout of a body: a part of a file and its framing.
#[derive(Clone, Debug, Default)]
pub(crate) struct BodyLayout {
    head: Bytes,
    tail: Bytes,
    /// First byte of the file to send; earlier ones are only hashed.
    from: u64,
}

impl BodyLayout {
    /// Lays out the file's raw bytes from an offset.
    pub(crate) fn raw(from: u64) -> Self {
        Self {
            from,
            ..Self::default()
        }
    }

    /// Lays out the whole file as the only part of a form.
    pub(crate) fn form(framing: &Framing) -> Self {
        Self {
            head: framing.head.clone(),
            tail: framing.tail.clone(),
            from: 0,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum BodyPhase {
    Head,
    File,
    Tail,
    End,
}

/// A file as a request body of fixed length. If the file has changed, the body ends with an error
/// before its last bytes, which wait for the gate: without them no server can take it for complete.
#[derive(Debug)]
pub(crate) struct FileBody {
    shared: Arc<ReaderState>,
    meter: Arc<TransferProgress>,
    throttle: Throttle,
    shape: BodyLayout,
    phase: BodyPhase,
    current: Bytes,
    file_left: u64,
}

/// Opens a file and starts reading; progress starts at the first byte sent.
///
/// # Errors
///
/// Faults of a file that is gone, unreadable or changed.
pub(crate) async fn open(
    file: &UploadFile,
    shape: BodyLayout,
    meter: &Arc<TransferProgress>,
    limit: &Arc<RateLimit>,
) -> Result<(FileBody, ReaderHandle), Fault> {
    let (buffers_in, buffers) = mpsc::channel(CHANNEL);
    let (opened_in, opened) = oneshot::channel();
    let shared = Arc::new(ReaderState {
        buffers: Mutex::new(buffers),
        outcome: OnceLock::new(),
        activity: AtomicU64::new(0),
        stopped: AtomicBool::new(false),
        waker: AtomicWaker::new(),
    });
    // From here on, dropping the future stops the thread.
    let transfer = ReaderHandle {
        shared: Arc::clone(&shared),
    };
    let job = reader::Job {
        path: file.path.clone(),
        stamp: file.stamp,
        from: shape.from,
        out: buffers_in,
        shared: Arc::clone(&shared),
    };
    std::thread::Builder::new()
        .name("file-reader".to_owned())
        .spawn(move || reader::run(&job, opened_in))
        .map_err(|error| crate::source_file::fault(&error))?;
    match opened.await {
        Ok(result) => result?,
        Err(_) => return Err(Fault::new(FaultKind::Unreadable)),
    }
    let file_left = file.stamp.size.saturating_sub(shape.from);
    meter.set(shape.from);
    let body = FileBody {
        shared,
        meter: Arc::clone(meter),
        throttle: Throttle::new(Arc::clone(limit)),
        phase: if shape.head.is_empty() {
            BodyPhase::File
        } else {
            BodyPhase::Head
        },
        shape,
        current: Bytes::new(),
        file_left,
    };
    Ok((body, transfer))
}

impl FileBody {
    fn length(&self) -> u64 {
        let head = match self.phase {
            BodyPhase::Head => self.shape.head.len(),
            _ => 0,
        };
        let tail = match self.phase {
            BodyPhase::End => 0,
            _ => self.shape.tail.len(),
        };
        self.file_left + head as u64 + tail as u64
    }

    /// Returns the file's next bytes, within the bandwidth limit.
    fn poll_file(&mut self, cx: &mut Context<'_>) -> Poll<Result<Bytes, BodyAborted>> {
        if self.current.is_empty() {
            match ready!(self.shared.buffers().poll_recv(cx)) {
                Some(Ok(buffer)) => self.current = buffer,
                Some(Err(BodyAborted)) | None => return Poll::Ready(Err(BodyAborted)),
            }
        }
        if self.shape.tail.is_empty() && self.current.len() as u64 >= self.file_left {
            ready!(self.meter.poll_release(cx));
        }
        let taken = match self.throttle.poll_take(cx, self.current.len()) {
            Poll::Ready(taken) => taken,
            Poll::Pending => {
                self.shared.moved(1);
                return Poll::Pending;
            }
        };
        let piece = self.current.split_to(taken);
        self.file_left = self.file_left.saturating_sub(piece.len() as u64);
        self.meter.add(piece.len() as u64);
        self.shared.moved(piece.len() as u64);
        Poll::Ready(Ok(piece))
    }
}

impl Body for FileBody {
    type Data = Bytes;
    type Error = BodyAborted;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BodyAborted>>> {
        let this = self.get_mut();
        if this.phase == BodyPhase::End {
            return Poll::Ready(None);
        }
        this.shared.waker.register(cx.waker());
        if this.shared.is_stopped() {
            return Poll::Ready(Some(Err(BodyAborted)));
        }
        let bytes = match this.phase {
            BodyPhase::Head => {
                this.phase = BodyPhase::File;
                this.shape.head.clone()
            }
            BodyPhase::File => match ready!(this.poll_file(cx)) {
                Ok(bytes) => {
                    if this.file_left == 0 {
                        this.phase = if this.shape.tail.is_empty() {
                            BodyPhase::End
                        } else {
                            BodyPhase::Tail
                        };
                    }
                    bytes
                }
                Err(stopped) => return Poll::Ready(Some(Err(stopped))),
            },
            BodyPhase::Tail | BodyPhase::End => {
                ready!(this.meter.poll_release(cx));
                this.phase = BodyPhase::End;
                this.shape.tail.clone()
            }
        };
        if this.phase == BodyPhase::End {
            this.meter.finish_body();
        }
        Poll::Ready(Some(Ok(Frame::data(bytes))))
    }

    fn is_end_stream(&self) -> bool {
        self.phase == BodyPhase::End
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.length())
    }
}

impl Drop for FileBody {
    fn drop(&mut self) {
        self.shared.stop();
    }
}

/// Buffers reused once the connection is done with them.
#[derive(Debug, Default)]
pub(crate) struct Pool {
    free: Mutex<VecDeque<Vec<u8>>>,
    made: AtomicU64,
}

impl Pool {
    /// Returns a reused or new buffer of `size` bytes.
    pub(crate) fn take(&self, size: usize) -> Vec<u8> {
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
    pub(crate) fn lend(self: &Arc<Self>, buffer: Vec<u8>, len: usize) -> Bytes {
        Bytes::from_owner(PooledBuffer {
            buffer,
            len,
            pool: Arc::clone(self),
        })
    }

    /// Returns the number of buffers allocated so far.
    #[cfg(test)]
    pub(crate) fn made(&self) -> u64 {
        self.made.load(Ordering::Relaxed)
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

#[cfg(test)]
pub(crate) mod tests;
