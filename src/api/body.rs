//! A file as the body of a request: read by a thread of its own, hashed on the way,
//! counted as the connection takes it.

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

/// Why a body ended before its end. Carries nothing: the reason is in [`ReaderHandle::fault`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the file's bytes ended early")]
pub(crate) struct BodyAborted;

/// What reader, body and the request's owner share.
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

    /// Keeps how reading ended; the first word counts.
    pub(crate) fn end(&self, outcome: Result<ContentHash, Fault>) {
        let _ = self.outcome.set(outcome);
    }

    /// Says that something moves.
    pub(crate) fn moved(&self, bytes: u64) {
        self.activity.fetch_add(bytes, Ordering::Relaxed);
    }

    /// Returns whether nobody wants the bytes any more.
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

/// The owner's end of a body. Dropping it ends the reader thread and the body.
#[derive(Debug)]
pub(crate) struct ReaderHandle {
    shared: Arc<ReaderState>,
}

impl ReaderHandle {
    /// Returns what went wrong with the file, if that is why the body ended.
    pub(crate) fn fault(&self) -> Option<Fault> {
        self.shared.outcome.get()?.as_ref().err().cloned()
    }

    /// The hash of the whole file, once it is read to its end and was found unchanged.
    pub(crate) fn hash(&self) -> Option<ContentHash> {
        self.shared.outcome.get()?.as_ref().ok().copied()
    }

    /// Returns whether the connection takes no more of the body.
    pub(crate) fn is_over(&self) -> bool {
        self.shared.is_stopped()
    }

    /// Rises while bytes are read for the hash or handed over, and while a bandwidth
    /// limit holds them back: what a watchdog looks at.
    pub(crate) fn activity(&self) -> u64 {
        self.shared.activity.load(Ordering::Relaxed)
    }
}

impl Drop for ReaderHandle {
    fn drop(&mut self) {
        self.shared.stop();
    }
}

/// Which part of a file goes into a body, and what goes around it.
#[derive(Clone, Debug, Default)]
pub(crate) struct BodyLayout {
    /// Before the file's bytes.
    head: Bytes,
    /// After them.
    tail: Bytes,
    /// First byte of the file that is sent; those before are read for the hash only.
    from: u64,
}

impl BodyLayout {
    /// The bytes of the file, from this one on.
    pub(crate) fn raw(from: u64) -> Self {
        Self {
            from,
            ..Self::default()
        }
    }

    /// The whole file as the one part of a form.
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

/// A file as a request's body. Its length is known and kept: a file that turns out to be
/// another than was checked ends the body with an error before its last bytes. The end of
/// the body, without which no server can take it for whole, waits for the meter's gate.
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

/// Opens a file and starts to read it; the meter starts at the first byte that is sent.
///
/// # Errors
/// The faults of a file that is gone, cannot be read, or is not what was checked.
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
    // From here on a dropped future ends the thread.
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

    /// The next bytes of the file, as many as the bandwidth limit lets through.
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

/// Buffers that come back when the connection is done with them.
#[derive(Debug, Default)]
pub(crate) struct Pool {
    free: Mutex<VecDeque<Vec<u8>>>,
    made: AtomicU64,
}

impl Pool {
    /// A buffer of this many bytes: one that came back, else a new one.
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

    /// Lends the first `len` bytes of a buffer; it comes back when the last handle to
    /// them is dropped.
    pub(crate) fn lend(self: &Arc<Self>, buffer: Vec<u8>, len: usize) -> Bytes {
        Bytes::from_owner(PooledBuffer {
            buffer,
            len,
            pool: Arc::clone(self),
        })
    }

    /// Returns how many buffers were made so far.
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
