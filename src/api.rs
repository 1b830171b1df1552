//! The service on the wire: calls, bodies, responses, and their conversion to a [`Fault`].
//!
//! | module | duty |
//! |---|---|
//! | [`base_url`] | base URL of the service |
//! | [`client`] | calls over HTTP |
//! | [`network`] | proxy and certificates in use, for display |
//! | [`limiter`], [`shared_rate_limit`] | one request per second for all calls of all programs |
//! | [`paced`] | rate-limited calls |
//! | [`protocol`] | storage protocols, and those known to work per host |
//! | [`throttle`] | bandwidth limit |
//! | [`redact`] | removal of secrets from text |

pub mod base_url;
pub(crate) mod body;
pub mod client;
mod connections;
pub(crate) mod error;
mod exchange;
pub mod limiter;
pub(crate) mod multipart;
pub mod network;
pub mod paced;
pub mod protocol;
pub(crate) mod reader;
pub mod redact;
pub(crate) mod resumable;
pub mod shared_rate_limit;
pub(crate) mod signed_url;
mod spacing;
pub mod throttle;
pub(crate) mod wire;
#[cfg(test)]
mod wire_server;

use std::future::Future;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll};
use std::time::Duration;

use futures_util::task::AtomicWaker;

use protocol::{KnownProtocol, UnansweredProtocol};
pub use resumable::Session;

use crate::model::asset::{AssetAnswer, AssetId, ContentHash};
use crate::model::fault::Fault;
use crate::model::key::ApiKey;
use crate::model::media::FileStamp;

/// A file to upload.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UploadFile {
    /// Path of the file.
    pub path: PathBuf,
    /// Its name on the wire, lossy where it is not UTF-8.
    pub name: String,
    /// Content type of its extension.
    pub mime: &'static str,
    /// Stamp at the check; any other stamp at sending means a changed file.
    pub stamp: FileStamp,
}

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

    /// Waits until the end of the body may be sent.
    pub async fn released(&self) {
        std::future::poll_fn(|context| self.poll_release(context)).await;
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
        f.debug_struct("Meter")
            .field("sent", &self.sent())
            .field("body_out", &self.body_out())
            .finish_non_exhaustive()
    }
}

/// Result of a direct upload.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Uploaded {
    /// Asset id.
    pub asset_id: AssetId,
    /// Hash of the bytes sent; `None` if some were not.
    pub content: Option<ContentHash>,
}

/// A signed URL, hidden from all output including `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub struct SecretUrl(pub(crate) zeroize::Zeroizing<String>);

impl SecretUrl {
    fn of(url: &url::Url) -> Self {
        Self(zeroize::Zeroizing::new(url.as_str().to_owned()))
    }
}

impl std::fmt::Debug for SecretUrl {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SecretUrl(…)")
    }
}

/// A storage target for one file. Its asset id is known before a byte is sent.
#[derive(Clone, Debug)]
pub struct SignedUpload {
    /// Asset id of the file.
    pub asset_id: AssetId,
    /// Target of the bytes.
    pub url: SecretUrl,
    /// Validity of the URL, from its creation.
    pub expires_in: Option<Duration>,
    /// The resumable session started with it, if any.
    pub session: Session,
    /// Protocol of a request to it that got no response, if any.
    pub unanswered: UnansweredProtocol,
}

impl PartialEq for SignedUpload {
    fn eq(&self, other: &Self) -> bool {
        self.asset_id == other.asset_id && self.url == other.url
    }
}

/// The calls of the service. Implemented by the HTTP client, and by a scripted service in memory
/// for timing tests.
///
/// Every method is one request (`store` of a resumable session: one session), cancelled by dropping
/// its future. The rate limit is up to the caller.
pub trait Service: Send + Sync + 'static {
    /// Checks a key with the service's cheapest call.
    fn check_key(&self, key: &ApiKey) -> impl Future<Output = Result<(), Fault>> + Send;

    /// `POST /upload` of a whole file.
    fn upload(
        &self,
        key: &ApiKey,
        file: &UploadFile,
        meter: &Arc<TransferProgress>,
    ) -> impl Future<Output = Result<Uploaded, Fault>> + Send;

    /// `POST /upload/signed-url`.
    fn signed_url(
        &self,
        key: &ApiKey,
        file_name: &str,
    ) -> impl Future<Output = Result<SignedUpload, Fault>> + Send;

    /// Sends a file to a signed URL, with the protocol known for its kind and host. Returns the
    /// hash of the bytes if available.
    fn store(
        &self,
        ticket: &SignedUpload,
        file: &UploadFile,
        meter: &Arc<TransferProgress>,
    ) -> impl Future<Output = Result<Option<ContentHash>, Fault>> + Send;

    /// `GET /{asset_id}/metadata`.
    fn metadata(
        &self,
        key: &ApiKey,
        asset: &AssetId,
    ) -> impl Future<Output = Result<AssetAnswer, Fault>> + Send;

    /// Returns the known protocols of storage hosts, by host and kind. Contains no secrets.
    fn learned(&self) -> Vec<KnownProtocol>;

    /// Restores the known protocols of an earlier run.
    fn recall(&self, learned: &[KnownProtocol]);
}
