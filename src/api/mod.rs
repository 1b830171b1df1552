//! The service on the wire: calls, bodies, answers, and the one place where HTTP
//! becomes a [`Fault`].
//!
//! | module | duty |
//! |---|---|
//! | [`base_url`] | where the service is |
//! | [`client`] | the calls over HTTP |
//! | [`network`] | which proxy is asked and whose certificates are believed, for showing |
//! | [`limiter`], [`shared_rate_limit`] | one request a second for all calls, of all programs |
//! | [`paced`] | the calls, each in its turn |
//! | [`protocol`] | flavours of the storage step, and what was learned of them |
//! | [`throttle`] | a limit on bytes a second |
//! | [`redact`] | secrets out of text |

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

/// A file as it goes on the wire.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UploadFile {
    /// Where it is.
    pub path: PathBuf,
    /// Its name on the wire, lossy where it is not UTF-8.
    pub name: String,
    /// Content type of its extension.
    pub mime: &'static str,
    /// What it was when it was checked; anything else at sending is a changed file.
    pub stamp: FileStamp,
}

/// What a transfer and its watcher share: the count of the bytes that were handed to the
/// connection, and the gate before the last of them.
///
/// The gate is for the journal: once the last byte is out the service may have the file
/// whatever happens to this program, so that has to be on disk before. A meter made with
/// [`TransferProgress::default`] has no gate.
#[derive(Default)]
pub struct TransferProgress {
    started: AtomicBool,
    sent: AtomicU64,
    moved: AtomicU64,
    body_out: AtomicBool,
    content: OnceLock<ContentHash>,
    gate: Option<Gate>,
    early_id: Option<Box<dyn Fn(AssetId) + Send + Sync>>,
}

struct Gate {
    ask: Box<dyn Fn() + Send + Sync>,
    asked: AtomicBool,
    open: AtomicBool,
    waker: AtomicWaker,
}

impl TransferProgress {
    /// A meter whose transfer calls `ask` (once) when only the end of its body is left, and
    /// holds that back until [`TransferProgress::release`].
    pub fn gated(ask: impl Fn() + Send + Sync + 'static) -> Self {
        Self {
            gate: Some(Gate {
                ask: Box::new(ask),
                asked: AtomicBool::new(false),
                open: AtomicBool::new(false),
                waker: AtomicWaker::new(),
            }),
            ..Self::default()
        }
    }

    /// Has `tell` called with an id that comes before the body is out, so that it is kept
    /// whatever becomes of the rest.
    #[must_use]
    pub fn telling_early_id(mut self, tell: impl Fn(AssetId) + Send + Sync + 'static) -> Self {
        self.early_id = Some(Box::new(tell));
        self
    }

    /// Tells of an id that came before the body is out.
    pub fn tell_early_id(&self, asset: &AssetId) {
        if let Some(tell) = &self.early_id {
            tell(asset.clone());
        }
    }

    /// Says that the transfer has its turn and begins.
    pub fn start(&self) {
        self.started.store(true, Ordering::Relaxed);
    }

    /// Returns whether the transfer has begun: before, it waits for its turn.
    pub fn started(&self) -> bool {
        self.started.load(Ordering::Relaxed)
    }

    /// Returns how far into the file the transfer is: what a session held already is counted.
    pub fn sent(&self) -> u64 {
        self.sent.load(Ordering::Relaxed)
    }

    /// Bytes of the file that were handed over in this attempt: never goes back, and is what
    /// a speed is measured by.
    pub fn moved(&self) -> u64 {
        self.moved.load(Ordering::Relaxed)
    }

    /// Returns whether the whole body was handed over.
    pub fn body_out(&self) -> bool {
        self.body_out.load(Ordering::Acquire)
    }

    /// Counts bytes.
    pub fn add(&self, bytes: u64) {
        self.sent.fetch_add(bytes, Ordering::Relaxed);
        self.moved.fetch_add(bytes, Ordering::Relaxed);
    }

    /// Says where a resumed session goes on: nothing moves by that, and the body is not out.
    pub fn set(&self, bytes: u64) {
        self.body_out.store(false, Ordering::Release);
        self.sent.store(bytes, Ordering::Relaxed);
    }

    /// Says that the whole body was handed over.
    pub fn finish_body(&self) {
        self.body_out.store(true, Ordering::Release);
    }

    /// Asks whether the end of the body may go out; ready at once without a gate.
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

    /// Hash of the whole file, once it was read to its end while it was sent: known also
    /// where the answer is lost.
    pub fn content(&self) -> Option<ContentHash> {
        self.content.get().copied()
    }

    /// Says what the whole file is; the first word counts.
    pub fn note_content(&self, content: ContentHash) {
        let _ = self.content.set(content);
    }

    /// Waits until the end of the body may go out.
    pub async fn released(&self) {
        std::future::poll_fn(|context| self.poll_release(context)).await;
    }

    /// Lets the end of the body go out.
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

/// What a direct upload gives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Uploaded {
    /// The service's id.
    pub asset_id: AssetId,
    /// Hash of the bytes that were sent; `None` where not all of them were.
    pub content: Option<ContentHash>,
}

/// A URL that carries a signature: shown by nothing, `Debug` included.
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

/// A place in the service's storage for one file. The asset id is known before a byte is sent.
#[derive(Clone, Debug)]
pub struct SignedUpload {
    /// The id that the file will have.
    pub asset_id: AssetId,
    /// Where its bytes go.
    pub url: SecretUrl,
    /// How long the URL is good for, from when it was given.
    pub expires_in: Option<Duration>,
    /// The session that was started with it, where it was.
    pub session: Session,
    /// What was sent to it without an answer, where something was.
    pub unanswered: UnansweredProtocol,
}

impl PartialEq for SignedUpload {
    fn eq(&self, other: &Self) -> bool {
        self.asset_id == other.asset_id && self.url == other.url
    }
}

/// The calls of the service, one method a request. Implemented by the HTTP client, and by
/// a scripted service in memory where timing is tested.
///
/// Every method is one request on the wire (`store` of a resumable session: one session),
/// and is cancelled by dropping its future. None waits for the rate limit: whoever calls does.
pub trait Service: Send + Sync + 'static {
    /// Asks whether the service takes this key, with its cheapest call.
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

    /// Sends a file's bytes to a ticket's URL, in the flavour that the URL and what was
    /// learned of its host ask for. Gives the hash of the bytes, where it can be had.
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

    /// Returns what was learned of storage hosts so far, by host and kind. Holds no secrets.
    fn learned(&self) -> Vec<KnownProtocol>;

    /// Takes over what an earlier run learned.
    fn recall(&self, learned: &[KnownProtocol]);
}
