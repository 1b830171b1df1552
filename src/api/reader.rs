//! The thread that reads and hashes a file for a body, and its handle.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::task::{Context, Poll};

use bytes::Bytes;
use futures_util::task::AtomicWaker;
use tokio::sync::{mpsc, oneshot};

use crate::model::asset::ContentHash;
use crate::model::fault::{Fault, FaultKind};
use crate::model::media::FileStamp;
use crate::source_file::{BLOCK, SourceFile};

/// Number of buffers between checks of the path, so that a replaced or removed file is noticed long
/// before its end.
const LOOK_EVERY: u64 = 64;

/// Full buffers that may wait between the reader and the connection.
const CHANNEL: usize = 4;

/// Error of a body that ended early. The reason is in [`ReaderHandle::fault`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the file's bytes ended early")]
pub(crate) struct BodyAborted;

/// State shared by the reader, the body and the request's owner.
#[derive(Debug)]
pub(crate) struct ReaderState {
    buffers: Mutex<mpsc::Receiver<Result<Bytes, BodyAborted>>>,
    outcome: OnceLock<Result<ContentHash, Fault>>,
    activity: AtomicU64,
    stopped: AtomicBool,
    waker: AtomicWaker,
}

impl ReaderState {
    fn new(buffers: mpsc::Receiver<Result<Bytes, BodyAborted>>) -> Self {
        Self {
            buffers: Mutex::new(buffers),
            outcome: OnceLock::new(),
            activity: AtomicU64::new(0),
            stopped: AtomicBool::new(false),
            waker: AtomicWaker::new(),
        }
    }

    fn buffers(&self) -> MutexGuard<'_, mpsc::Receiver<Result<Bytes, BodyAborted>>> {
        self.buffers.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns the next buffer; `None` after the last one.
    pub(crate) fn poll_buffer(
        &self,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, BodyAborted>>> {
        self.buffers().poll_recv(cx)
    }

    /// Wakes this task when the bytes are no longer needed.
    pub(crate) fn wake_on_stop(&self, cx: &Context<'_>) {
        self.waker.register(cx.waker());
    }

    /// Stores the outcome of reading; the first one counts.
    fn end(&self, outcome: Result<ContentHash, Fault>) {
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

    /// Stops reader and body; buffers that were not taken are dropped.
    pub(crate) fn stop(&self) {
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

/// Task of the reader thread.
struct Job {
    path: PathBuf,
    /// Expected stamp of the file.
    stamp: FileStamp,
    /// First byte to send.
    from: u64,
    /// Channel for full buffers.
    out: mpsc::Sender<Result<Bytes, BodyAborted>>,
    /// State that receives the outcome.
    shared: Arc<ReaderState>,
}

/// Opens a file on a thread of its own, which reads it from then on.
///
/// # Errors
/// Faults of a file that is gone, unreadable or changed.
pub(crate) async fn start(
    path: &Path,
    stamp: FileStamp,
    from: u64,
) -> Result<(Arc<ReaderState>, ReaderHandle), Fault> {
    let (out, buffers) = mpsc::channel(CHANNEL);
    let (opened_in, opened) = oneshot::channel();
    let shared = Arc::new(ReaderState::new(buffers));
    // From here on, dropping the future stops the thread.
    let handle = ReaderHandle {
        shared: Arc::clone(&shared),
    };
    let job = Job {
        path: path.to_owned(),
        stamp,
        from,
        out,
        shared: Arc::clone(&shared),
    };
    std::thread::Builder::new()
        .name("file-reader".to_owned())
        .spawn(move || run(&job, opened_in))
        .map_err(|error| crate::source_file::fault(&error))?;
    match opened.await {
        Ok(result) => result?,
        Err(_) => return Err(Fault::new(FaultKind::Unreadable)),
    }
    Ok((shared, handle))
}

/// Opens the file, reports on `opened`, and reads until the end or until the buffers are no longer
/// taken.
fn run(job: &Job, opened: oneshot::Sender<Result<(), Fault>>) {
    let file = match SourceFile::open(&job.path, job.stamp) {
        Ok(opened) => opened,
        Err(fault) => {
            let _ = opened.send(Err(fault));
            return;
        }
    };
    if opened.send(Ok(())).is_err() {
        return;
    }
    if let Err(fault) = read(file, job) {
        job.shared.end(Err(fault));
        let _ = job.out.blocking_send(Err(BodyAborted));
    }
}

/// Reads the file. The last buffer is sent only after the file was found unchanged.
fn read(mut file: SourceFile, job: &Job) -> Result<(), Fault> {
    let size = job.stamp.size;
    let mut hasher = blake3::Hasher::new();
    let mut at = 0u64;
    let mut looked = 0u64;
    while at < size {
        if job.shared.is_stopped() {
            return Ok(());
        }
        let end = if at < job.from { job.from } else { size };
        let wanted = usize::try_from(end - at).unwrap_or(BLOCK).min(BLOCK);
        let mut buffer = vec![0; wanted];
        if file.fill(&mut buffer)? < wanted {
            return Err(file.ended_early());
        }
        hasher.update(&buffer);
        at += wanted as u64;
        looked += 1;
        if at == size {
            let hash = hasher.finalize();
            file.confirm(hash, &mut |read| {
                job.shared.moved(read as u64);
                !job.shared.is_stopped()
            })?;
            job.shared
                .end(Ok(ContentHash::from_bytes(*hash.as_bytes())));
        } else if looked.is_multiple_of(LOOK_EVERY) {
            file.check()?;
        }
        if at <= job.from {
            job.shared.moved(wanted as u64);
        } else if job.out.blocking_send(Ok(buffer.into())).is_err() {
            return Ok(());
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
