//! The service over HTTP: one request per method, with stall and response timeouts.

pub(super) mod options;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use reqwest::Method;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderValue, USER_AGENT};
use tokio::time::Instant;

use super::body::{self, BodyLayout, FileBody};
use super::error::{CallContext, CallKind, Response};
use super::exchange::ResponseReader;
use super::http_client::HttpClient;
use super::multipart::Framing;
use super::protocol::{KnownProtocol, ProtocolCache};
use super::reader::ReaderHandle;
use super::wire::{self, Envelope};
use super::{Service, SignedUpload, TransferProgress, UploadFile, Uploaded};
use crate::model::asset::{AssetAnswer, AssetId, ContentHash};
use crate::model::asset_deletion::DeletionAnswer;
use crate::model::fault::{Fault, FaultKind};
use crate::model::key::ApiKey;

pub use options::ClientOptions;

/// `User-Agent` of calls to the service (not of the storage step).
const SELF: &str = concat!("mavi-uploader/", env!("CARGO_PKG_VERSION"));

/// The service over HTTP.
#[derive(Debug)]
pub struct Client {
    pub(super) options: ClientOptions,
    http: HttpClient,
    pub(super) book: Mutex<ProtocolCache>,
}

impl Client {
    /// Creates a client that loads the system's certificates, which takes time, only in the first
    /// call. That call fails with [`FaultKind::Tls`] if they cannot be used.
    pub fn new(options: ClientOptions) -> Self {
        Self {
            http: HttpClient::default(),
            book: Mutex::default(),
            options,
        }
    }

    pub(super) async fn http(&self) -> Result<&reqwest::Client, Fault> {
        self.http.get(&self.options).await
    }

    async fn request(
        &self,
        method: Method,
        path: &[&str],
        key: &ApiKey,
    ) -> Result<reqwest::RequestBuilder, Fault> {
        let url = self.options.base_url.endpoint(path);
        let request = self.http().await?.request(method, url);
        Ok(request
            .header(USER_AGENT, SELF)
            .header(AUTHORIZATION, secret(key)?))
    }

    /// Makes a call without a file, within the call limit.
    pub(super) async fn call(
        &self,
        call: &CallContext<'_>,
        request: reqwest::RequestBuilder,
    ) -> Result<Response, Fault> {
        let (begun, mut reading) = (Instant::now(), ResponseReader::default());
        let exchange = reading.exchange(request);
        let answer = match tokio::time::timeout(self.options.call_limit, exchange).await {
            Ok(answer) => answer.map_err(|error| call.transport(error)),
            Err(_) => Err(call.fault(FaultKind::Stalled)),
        };
        let answer = answer.or_else(|fault| reading.into_partial().ok_or(fault));
        log(call, begun, 0, &answer);
        answer
    }

    /// Sends a file with a request under both timeouts: the body must keep moving, and the response
    /// must come once it is sent.
    ///
    /// # Errors
    /// A fault of the file takes precedence over the connection error it caused.
    pub(super) async fn send_file(
        &self,
        call: CallContext<'_>,
        request: reqwest::RequestBuilder,
        (body, transfer): (FileBody, &ReaderHandle),
        meter: &TransferProgress,
        size: u64,
    ) -> Result<Response, Fault> {
        let (begun, moved) = (Instant::now(), meter.moved());
        let mut reading = ResponseReader::default();
        let request = request.body(reqwest::Body::wrap(body));
        let call = || CallContext {
            effect: CallKind::Stores {
                body_out: meter.body_out(),
            },
            ..call
        };
        let sent = tokio::select! {
            answer = reading.exchange(request) => answer.map_err(|error| call().transport(error)),
            kind = self.watch(transfer, meter, size) => Err(call().fault(kind)),
        };
        let sent = sent.or_else(|fault| reading.into_partial().ok_or(fault));
        if let Some(content) = transfer.hash() {
            meter.note_content(content);
        }
        let sent = match transfer.fault() {
            // A response may carry an asset id, which is kept whatever happens to the file.
            Some(mut fault) if sent.is_err() => {
                fault.diagnostics.call = Some(call().name.to_owned());
                Err(fault)
            }
            _ => sent,
        };
        log(&call(), begun, meter.moved() - moved, &sent);
        sent
    }

    /// Returns the fault once the transfer or the response times out.
    async fn watch(
        &self,
        transfer: &ReaderHandle,
        meter: &TransferProgress,
        size: u64,
    ) -> FaultKind {
        self.stalls(transfer, || meter.body_out()).await;
        if !meter.body_out() {
            return FaultKind::Stalled;
        }
        tokio::time::sleep(self.options.policy.answer_limit(size)).await;
        FaultKind::NoAnswer
    }

    /// Sends the rest of a body that was answered early, as long as the connection accepts it: the
    /// service may store it.
    pub(super) async fn send_on(&self, transfer: &ReaderHandle, meter: &TransferProgress) {
        self.stalls(transfer, || meter.body_out() || transfer.is_over())
            .await;
    }

    /// Returns when a transfer has stalled for the policy's time, or is over.
    async fn stalls(&self, transfer: &ReaderHandle, is_over: impl Fn() -> bool) {
        let stall = self.options.policy.stall;
        let look = (stall / 16).max(Duration::from_millis(1));
        let mut moved = (transfer.activity(), Instant::now());
        while !is_over() && moved.1.elapsed() < stall {
            tokio::time::sleep(look).await;
            if transfer.activity() != moved.0 {
                moved = (transfer.activity(), Instant::now());
            }
        }
    }

    /// Opens a file as a body, within the stall timeout.
    pub(super) async fn open(
        &self,
        file: &UploadFile,
        shape: BodyLayout,
        meter: &Arc<TransferProgress>,
    ) -> Result<(FileBody, ReaderHandle), Fault> {
        let open = body::open(file, shape, meter, &self.options.rate_limit);
        tokio::time::timeout(self.options.policy.stall, open)
            .await
            .unwrap_or_else(|_| Err(Fault::new(FaultKind::Stalled)))
    }

    async fn ask_metadata(
        &self,
        call: &CallContext<'_>,
        key: &ApiKey,
        asset: &str,
    ) -> Result<Response, Fault> {
        let request = self.request(Method::GET, &[asset, "metadata"], key).await?;
        self.call(call, request).await
    }
}

/// A key that lends its bytes to a request.
struct BorrowedKey(ApiKey);

impl AsRef<[u8]> for BorrowedKey {
    fn as_ref(&self) -> &[u8] {
        self.0.expose().as_bytes()
    }
}

/// Returns the `Authorization` value: not copied, and hidden from debug output.
fn secret(key: &ApiKey) -> Result<HeaderValue, Fault> {
    let bytes = Bytes::from_owner(BorrowedKey(key.clone()));
    let mut value =
        HeaderValue::from_maybe_shared(bytes).map_err(|_| Fault::new(FaultKind::Unauthorized))?;
    value.set_sensitive(true);
    Ok(value)
}

/// Returns whether the response to a key check objects to the request rather than the key. "Request
/// has exceeded the limit." is also sent for assets that do not exist.
fn blames_the_request(answer: &Response, kind: FaultKind) -> bool {
    let says = |envelope: Envelope<'_>| {
        matches!(envelope.number(), Some(400 | 404 | 405 | 1 | 3)) || envelope.is_asset_not_found()
    };
    let is_about_request = matches!(answer.status, 400 | 404 | 405)
        || (answer.is_2xx() && Envelope::read(&answer.body).is_some_and(says));
    is_about_request
        && matches!(
            kind,
            FaultKind::BadRequest | FaultKind::RateLimitedOrInvalid
        )
}

/// Returns whether the service says that it does not know the asset.
fn is_not_found(answer: &Response, fault: &Fault) -> bool {
    fault.kind == FaultKind::BadRequest
        && Envelope::read(&answer.body).is_some_and(|envelope| envelope.is_asset_not_found())
}

/// Attaches the asset id of the response to the fault, and unusable ids as text, so that none is
/// lost.
fn attach_asset_id(call: &CallContext<'_>, mut fault: Fault, answer: &Response) -> Fault {
    let stray = wire::asset_id_anywhere(&answer.body);
    let others = call.other_ids(answer, stray.as_ref());
    fault.diagnostics.causes.extend(others);
    fault.diagnostics.asset_id = stray;
    fault
}

/// Logs a call; the span names its upload.
fn log(call: &CallContext<'_>, begun: Instant, sent: u64, answer: &Result<Response, Fault>) {
    let ms = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
    match answer {
        Ok(answer) => tracing::info!(
            call = call.name,
            status = answer.status,
            ms,
            sent,
            received = answer.body.len(),
            request_id = call.request_id(answer),
            "answered"
        ),
        Err(fault) => tracing::info!(
            call = call.name,
            ms,
            sent,
            fault = ?fault.kind,
            causes = fault.diagnostics.causes.join(": "),
            "no answer"
        ),
    }
}

impl Service for Client {
    async fn check_key(&self, key: &ApiKey) -> Result<(), Fault> {
        let call = CallContext::new("GET /re_0/metadata", CallKind::None, Some(key));
        let answer = self.ask_metadata(&call, key, "re_0").await?;
        match call.data(&answer) {
            Ok(_) => Ok(()),
            Err(fault) if blames_the_request(&answer, fault.kind) => Ok(()),
            Err(fault) => Err(fault),
        }
    }

    async fn upload(
        &self,
        key: &ApiKey,
        file: &UploadFile,
        meter: &Arc<TransferProgress>,
    ) -> Result<Uploaded, Fault> {
        let call = CallContext::new(
            "POST /upload",
            CallKind::Stores { body_out: false },
            Some(key),
        );
        let framing = Framing::new(&file.name, file.mime);
        let request = self
            .request(Method::POST, &["upload"], key)
            .await?
            .header(CONTENT_TYPE, framing.content_type());
        let (body, transfer) = self.open(file, BodyLayout::form(&framing), meter).await?;
        let answer = self
            .send_file(call, request, (body, &transfer), meter, file.stamp.size)
            .await?;
        let data = call
            .data(&answer)
            .map_err(|fault| attach_asset_id(&call, fault, &answer))?;
        let asset_id = wire::asset_id(data)
            .ok_or_else(|| attach_asset_id(&call, call.lacks_data(&answer), &answer))?;
        call.other_ids(&answer, Some(&asset_id));
        if !meter.body_out() {
            meter.tell_early_id(&asset_id);
            self.send_on(&transfer, meter).await;
        }
        Ok(Uploaded {
            asset_id,
            content: transfer.hash(),
        })
    }

    async fn signed_url(&self, key: &ApiKey, file_name: &str) -> Result<SignedUpload, Fault> {
        let call = CallContext::new("POST /upload/signed-url", CallKind::None, Some(key));
        let body = serde_json::json!({ "original_filename": file_name }).to_string();
        let request = self
            .request(Method::POST, &["upload", "signed-url"], key)
            .await?
            .header(CONTENT_TYPE, "application/json")
            .body(Bytes::from(body));
        let answer = self.call(&call, request).await?;
        let data = call
            .data(&answer)
            .map_err(|fault| attach_asset_id(&call, fault, &answer))?;
        wire::ticket(data)
            .filter(|ticket| self.storage_url(&ticket.url).is_some())
            .ok_or_else(|| attach_asset_id(&call, call.lacks_data(&answer), &answer))
    }

    async fn store(
        &self,
        ticket: &SignedUpload,
        file: &UploadFile,
        meter: &Arc<TransferProgress>,
    ) -> Result<Option<ContentHash>, Fault> {
        self.store_file(ticket, file, meter).await
    }

    async fn metadata(&self, key: &ApiKey, asset: &AssetId) -> Result<AssetAnswer, Fault> {
        let call = CallContext::new("GET /{asset_id}/metadata", CallKind::None, Some(key));
        let answer = self.ask_metadata(&call, key, asset.as_str()).await?;
        match call.data(&answer) {
            Ok(data) => wire::metadata(data, asset).ok_or_else(|| call.lacks_data(&answer)),
            Err(fault) if is_not_found(&answer, &fault) => Ok(AssetAnswer::NotFound),
            Err(fault) => Err(fault),
        }
    }

    async fn delete(&self, key: &ApiKey, asset: &AssetId) -> Result<DeletionAnswer, Fault> {
        let call = CallContext::new("DELETE /{asset_id}", CallKind::None, Some(key));
        let path = [asset.as_str()];
        let request = self.request(Method::DELETE, &path, key).await?;
        let answer = self.call(&call, request).await?;
        match call.data(&answer) {
            Ok(_) => Ok(DeletionAnswer::Deleted),
            Err(fault) if is_not_found(&answer, &fault) => Ok(DeletionAnswer::NotFound),
            Err(fault) => Err(fault),
        }
    }

    fn learned(&self) -> Vec<KnownProtocol> {
        self.book().learned()
    }

    fn recall(&self, learned: &[KnownProtocol]) {
        self.book().recall(learned);
    }
}

#[cfg(test)]
mod tests;
