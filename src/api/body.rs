//! A file as a request body: read by its own thread, hashed on the way, counted as the connection
//! takes it.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};

use super::multipart::Framing;
use super::reader::{self, BodyAborted, ReaderHandle, ReaderState};
use super::throttle::{RateLimit, Throttle};
use super::{TransferProgress, UploadFile};
use crate::model::fault::Fault;

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

/// A file as a request body of fixed length. If the file has changed, the body ends with an error
/// before its last bytes, which wait for the gate: without them no server can take it for complete.
#[derive(Debug)]
pub(crate) struct FileBody {
    shared: Arc<ReaderState>,
    meter: Arc<TransferProgress>,
    throttle: Throttle,
    /// Bytes before the file, until they are taken.
    head: Bytes,
    current: Bytes,
    file_left: u64,
    /// Bytes after the file, until they are taken.
    tail: Bytes,
}

/// Opens a file and starts reading; progress starts at the first byte sent.
///
/// # Errors
/// Faults of a file that is gone, unreadable or changed.
pub(crate) async fn open(
    file: &UploadFile,
    shape: BodyLayout,
    meter: &Arc<TransferProgress>,
    limit: &Arc<RateLimit>,
) -> Result<(FileBody, ReaderHandle), Fault> {
    let (shared, transfer) = reader::start(&file.path, file.stamp, shape.from).await?;
    let file_left = file.stamp.size.saturating_sub(shape.from);
    meter.set(shape.from);
    let body = FileBody {
        shared,
        meter: Arc::clone(meter),
        throttle: Throttle::new(Arc::clone(limit)),
        head: shape.head,
        current: Bytes::new(),
        file_left,
        tail: shape.tail,
    };
    Ok((body, transfer))
}

impl FileBody {
    fn length(&self) -> u64 {
        self.head.len() as u64 + self.file_left + self.tail.len() as u64
    }

    /// Returns the file's next bytes, within the bandwidth limit.
    fn poll_file(&mut self, cx: &mut Context<'_>) -> Poll<Result<Bytes, BodyAborted>> {
        if self.current.is_empty() {
            match ready!(self.shared.poll_buffer(cx)) {
                Some(Ok(buffer)) => self.current = buffer,
                Some(Err(BodyAborted)) | None => return Poll::Ready(Err(BodyAborted)),
            }
        }
        if self.tail.is_empty() && self.current.len() as u64 >= self.file_left {
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
        if this.length() == 0 {
            return Poll::Ready(None);
        }
        this.shared.wake_on_stop(cx);
        if this.shared.is_stopped() {
            return Poll::Ready(Some(Err(BodyAborted)));
        }
        let bytes = if !this.head.is_empty() {
            std::mem::take(&mut this.head)
        } else if this.file_left > 0 {
            match ready!(this.poll_file(cx)) {
                Ok(bytes) => bytes,
                Err(stopped) => return Poll::Ready(Some(Err(stopped))),
            }
        } else {
            ready!(this.meter.poll_release(cx));
            std::mem::take(&mut this.tail)
        };
        if this.length() == 0 {
            this.meter.finish_body();
        }
        Poll::Ready(Some(Ok(Frame::data(bytes))))
    }

    fn is_end_stream(&self) -> bool {
        self.length() == 0
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

#[cfg(test)]
mod tests;
