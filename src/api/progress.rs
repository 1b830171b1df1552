//! Progress of a transfer, and the gate before its last byte.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::task::{Context, Poll};

use futures_util::task::AtomicWaker;

use crate::model::asset::{AssetId, ContentHash};

/// Progress shared by a transfer and its observer: bytes sent, and the gate before the last byte.
///
/// Once the last byte is sent the service may have the file, so the gate lets the journal record
/// that first. [`TransferProgress::default`] has no gate.
#[derive(Default)]
pub struct TransferProgress {
    started: AtomicBool,
    sent: AtomicU64,
    moved: AtomicU64,
    body_out: AtomicBool,
    content: OnceLock<ContentHash>,
    gate: Option<FinalByteGate>,
    early_id: Option<Box<dyn Fn(AssetId) + Send + Sync>>,
}

/// Holds back the last byte of a body until it is opened.
struct FinalByteGate {
    ask: Box<dyn Fn() + Send + Sync>,
    asked: AtomicBool,
    open: AtomicBool,
    waker: AtomicWaker,
}

impl TransferProgress {
    /// Creates a progress whose transfer calls `ask` once when only the end of its body is left,
    /// and waits for [`TransferProgress::release`].
    pub fn gated(ask: impl Fn() + Send + Sync + 'static) -> Self {
        Self {
            gate: Some(FinalByteGate {
                ask: Box::new(ask),
                asked: AtomicBool::new(false),
                open: AtomicBool::new(false),
                waker: AtomicWaker::new(),
            }),
            ..Self::default()
        }
    }

    /// Sets a callback for an id that comes before the whole body is sent, so that it is kept in
    /// any case.
    #[must_use]
    pub fn telling_early_id(mut self, tell: impl Fn(AssetId) + Send + Sync + 'static) -> Self {
        self.early_id = Some(Box::new(tell));
        self
    }

    /// Reports an id that came before the whole body was sent.
    pub fn tell_early_id(&self, asset: &AssetId) {
        if let Some(tell) = &self.early_id {
            tell(asset.clone());
        }
    }

    /// Marks the transfer as started.
    pub fn start(&self) {
        self.started.store(true, Ordering::Relaxed);
    }

    /// Returns whether the transfer has started, after its wait for a permit.
    pub fn started(&self) -> bool {
        self.started.load(Ordering::Relaxed)
    }

    /// Returns the position in the file, including bytes that the session already held.
    pub fn sent(&self) -> u64 {
        self.sent.load(Ordering::Relaxed)
    }

    /// Returns the file's bytes sent in this attempt, for the speed. Never goes back.
    pub fn moved(&self) -> u64 {
        self.moved.load(Ordering::Relaxed)
    }

    /// Returns whether the whole body was sent.
    pub fn body_out(&self) -> bool {
        self.body_out.load(Ordering::Acquire)
    }

    /// Counts sent bytes.
    pub fn add(&self, bytes: u64) {
        self.sent.fetch_add(bytes, Ordering::Relaxed);
        self.moved.fetch_add(bytes, Ordering::Relaxed);
    }

    /// Sets the resume position of a session; the bytes before it do not count as moved.
    pub fn set(&self, bytes: u64) {
        self.body_out.store(false, Ordering::Release);
        self.sent.store(bytes, Ordering::Relaxed);
    }

    /// Marks the whole body as sent.
    pub fn finish_body(&self) {
        self.body_out.store(true, Ordering::Release);
    }

    /// Polls whether the end of the body may be sent; ready at once without a gate.
    pub fn poll_release(&self, context: &mut Context<'_>) -> Poll<()> {
        let Some(gate) = &self.gate else {
            return Poll::Ready(());
        };
        if !gate.asked.swap(true, Ordering::AcqRel) {
            (gate.ask)();
        }
        gate.waker.register(context.waker());
        if gate.open.load(Ordering::Acquire) {
            Poll::Ready(())
        } else {
            Poll::Pending
        }
    }

    /// Returns the hash of the whole file, once it was read completely; known even if the response
    /// is lost.
    pub fn content(&self) -> Option<ContentHash> {
        self.content.get().copied()
    }

    /// Stores the hash of the whole file; the first one counts.
    pub fn note_content(&self, content: ContentHash) {
        let _ = self.content.set(content);
    }

    /// Opens the gate for the end of the body.
    pub fn release(&self) {
        if let Some(gate) = &self.gate {
            gate.open.store(true, Ordering::Release);
            gate.waker.wake();
        }
    }
}

impl std::fmt::Debug for TransferProgress {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TransferProgress")
            .field("sent", &self.sent())
            .field("body_out", &self.body_out())
            .finish_non_exhaustive()
    }
}
