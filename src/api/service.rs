//! The calls of the service, with what they take and return.

use std::future::Future;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use super::progress::TransferProgress;
use super::protocol::{KnownProtocol, UnansweredProtocol};
use super::resumable::Session;
use crate::model::asset::{AssetAnswer, AssetId, ContentHash};
use crate::model::asset_deletion::DeletionAnswer;
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
    pub(super) fn of(url: &url::Url) -> Self {
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

    /// `DELETE /{asset_id}`, which cannot be undone.
    fn delete(
        &self,
        key: &ApiKey,
        asset: &AssetId,
    ) -> impl Future<Output = Result<DeletionAnswer, Fault>> + Send;

    /// Returns the known protocols of storage hosts, by host and kind. Contains no secrets.
    fn learned(&self) -> Vec<KnownProtocol>;

    /// Restores the known protocols of an earlier run.
    fn recall(&self, learned: &[KnownProtocol]);
}
