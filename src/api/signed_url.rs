//! The storage step: sends a file to a signed URL with one protocol, and classifies the response.

use std::sync::{Arc, PoisonError};

use reqwest::Method;
use reqwest::header::{CONTENT_LENGTH, CONTENT_TYPE};
use url::Url;

use super::base_url::is_loopback;
use super::body::BodyLayout;
use super::client::Client;
use super::error::{CallContext, CallKind, Response, Truncation};
use super::multipart::Framing;
use super::protocol::{ProtocolCache, SignedUrlKind, StorageProtocol};
use super::wire::{Envelope, EnvelopeStatus, is_web_page};
use super::{SecretUrl, Session, SignedUpload, TransferProgress, UploadFile};
use crate::model::asset::ContentHash;
use crate::model::fault::{Fault, FaultKind, Recovery};

/// Content type to try if the one of the extension was not signed.
const OCTET_STREAM: &str = "application/octet-stream";

/// Meaning of a storage server's response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum StorageOutcome {
    /// The bytes are stored.
    Stored,
    /// Success, but not as a storage server reports it: only the asset's metadata proves that the
    /// bytes are stored.
    Unconfirmed(FaultKind),
    /// An object already exists: only the asset's metadata proves that it is the file.
    AlreadyExists,
    /// The wrong kind of request for this URL: nothing was stored.
    WrongProtocol,
    /// The request lacks a header that the URL was signed with.
    MissingHeader(StorageProtocol),
    Expired,
    /// A retry may work later.
    Retryable(FaultKind),
    /// A retry would fail again.
    Refused,
    Redirect,
}

impl StorageOutcome {
    /// Returns whether a session remains usable after this response.
    pub(crate) fn may_pass(self) -> bool {
        matches!(
            self,
            Self::Retryable(_) | Self::Unconfirmed(_) | Self::Redirect
        )
    }
}

/// Classifies the response to a PUT or form; `resumable` handles those of sessions first.
pub(crate) fn classify(answer: &Response) -> StorageOutcome {
    let code = xml_element(&answer.body, "Code").unwrap_or_default();
    match (answer.status, code.as_str()) {
        (200..300, _) => doubt(answer).map_or(StorageOutcome::Stored, StorageOutcome::Unconfirmed),
        (300..400, _) => StorageOutcome::Redirect,
        (403, "SignatureDoesNotMatch") | (405 | 501, _) => StorageOutcome::WrongProtocol,
        (400 | 403, "ExpiredToken") => StorageOutcome::Expired,
        (403, "AccessDenied") if speaks_of_expiry(&answer.body) => StorageOutcome::Expired,
        (400, "MalformedSecurityHeader") => {
            // The header has an element of its own; other texts may mention further headers.
            let named = xml_element(&answer.body, "ParameterName")
                .unwrap_or_else(|| String::from_utf8_lossy(&answer.body).into_owned())
                .to_ascii_lowercase();
            if named.contains("x-goog-resumable") {
                StorageOutcome::MissingHeader(StorageProtocol::StartSession)
            } else if named.contains("content-type") {
                StorageOutcome::MissingHeader(StorageProtocol::PutTyped)
            } else {
                StorageOutcome::Refused
            }
        }
        (408, _) => StorageOutcome::Retryable(FaultKind::Stalled),
        (429, _) => StorageOutcome::Retryable(FaultKind::RateLimited),
        (412, _) => StorageOutcome::AlreadyExists,
        (500..600, _) => StorageOutcome::Retryable(FaultKind::ServerError),
        _ => StorageOutcome::Refused,
    }
}

/// Returns the reason to doubt a success: a sign-in page of the network, an envelope with a
/// failure, a truncated response.
fn doubt(answer: &Response) -> Option<FaultKind> {
    if answer.cut == Some(Truncation::TooLarge) {
        return Some(FaultKind::AnswerTooLarge);
    }
    if is_web_page(answer.header(CONTENT_TYPE.as_str()), &answer.body) {
        return Some(FaultKind::WebPage);
    }
    Envelope::read(&answer.body)
        .is_some_and(|envelope| envelope.says() != EnvelopeStatus::Success)
        .then_some(FaultKind::BadAnswer)
}

fn speaks_of_expiry(body: &[u8]) -> bool {
    xml_element(body, "Message").is_some_and(|text| text.to_ascii_lowercase().contains("expired"))
}

/// Returns the text of the first element with this name, if it is plain and short.
fn xml_element(body: &[u8], name: &str) -> Option<String> {
    let head = String::from_utf8_lossy(body.get(..4096).unwrap_or(body)).into_owned();
    let open = format!("<{name}>");
    let start = head.find(&open)? + open.len();
    let end = head[start..].find('<')? + start;
    Some(head[start..end].trim().to_owned())
}

/// Adds a storage server's response to a fault, without the URL.
pub(crate) fn describe(call: &CallContext<'_>, fault: &mut Fault, answer: &Response) {
    call.describe(fault, answer, None);
    // Upload ids identify sessions, and messages may repeat signed text: both are secrets. Only
    // characters of a code are kept.
    fault.diagnostics.request_id = None;
    fault.diagnostics.message = None;
    fault.diagnostics.code = xml_element(&answer.body, "Code")
        .filter(|code| code.len() <= 64 && code.bytes().all(|b| b.is_ascii_alphabetic()));
}

pub(crate) struct StorageRequest<'a> {
    pub(crate) url: Url,
    pub(crate) file: &'a UploadFile,
    pub(crate) meter: &'a Arc<TransferProgress>,
    pub(crate) session: &'a Session,
}

impl Client {
    /// Parses a URL that is safe for sending the file: `https`, or `http` on this computer if the
    /// service is on it, too.
    pub(super) fn storage_url(&self, url: &SecretUrl) -> Option<Url> {
        self.storage_url_of(&url.0)
    }

    pub(crate) fn storage_url_of(&self, text: &str) -> Option<Url> {
        let url = Url::parse(text).ok()?;
        let plain_here =
            url.scheme() == "http" && is_loopback(&url) && self.options.base_url.is_loopback();
        let safe = (url.scheme() == "https" || plain_here)
            && url.username().is_empty()
            && url.password().is_none();
        safe.then_some(url)
    }

    /// Makes one attempt with one protocol, and records the result.
    pub(super) async fn store_file(
        &self,
        ticket: &SignedUpload,
        file: &UploadFile,
        meter: &Arc<TransferProgress>,
    ) -> Result<Option<ContentHash>, Fault> {
        let Some(url) = self.storage_url(&ticket.url) else {
            return Err(Fault::new(FaultKind::BadAnswer)
                .with_recovery(Recovery::Transient { retry_after: None }));
        };
        let kind = SignedUrlKind::of(&url);
        let host = host_of(&url);
        if let Some(lost) = ticket.unanswered.take() {
            // The bytes did not arrive, or they would not be sent again.
            self.book().broke(&host, kind, lost);
        }
        let protocol = match ticket.session.url() {
            // A started session is resumed.
            Some(_) if kind != SignedUrlKind::Session => StorageProtocol::StartSession,
            _ => self.book().next(&host, kind),
        };
        let step = StorageRequest {
            url,
            file,
            meter,
            session: &ticket.session,
        };
        let result = match protocol {
            StorageProtocol::Session | StorageProtocol::StartSession => {
                self.resume(&step, protocol).await
            }
            _ => self.send_whole(&step, protocol).await,
        };
        let (answer, hash, call) = match result {
            Ok(done) => done,
            Err(fault) => {
                // This may be a rejection that was lost, in mid-body or after buffers took the
                // body. A session was not rejected: it was started.
                match (protocol, fault.kind) {
                    (StorageProtocol::Session | StorageProtocol::StartSession, _) => {}
                    (_, FaultKind::BrokenInBody) => self.book().broke(&host, kind, protocol),
                    (_, FaultKind::LostAnswer) => ticket.unanswered.put(protocol),
                    _ => {}
                }
                return Err(fault);
            }
        };
        let verdict = classify(&answer);
        let (kind_of_fault, recovery) = match verdict {
            StorageOutcome::Stored | StorageOutcome::AlreadyExists => {
                if verdict == StorageOutcome::Stored {
                    self.book().proven(&host, kind, protocol);
                }
                return Ok(hash);
            }
            StorageOutcome::WrongProtocol if self.book().refused(&host, kind, protocol) => {
                (FaultKind::WrongProtocol, None)
            }
            StorageOutcome::MissingHeader(other)
                if self.book().directed(&host, kind, protocol, other) =>
            {
                (FaultKind::WrongProtocol, None)
            }
            StorageOutcome::WrongProtocol
            | StorageOutcome::MissingHeader(_)
            | StorageOutcome::Refused => (FaultKind::StorageRefused, None),
            StorageOutcome::Expired => (FaultKind::ExpiredUrl, None),
            StorageOutcome::Redirect => (FaultKind::Redirect, None),
            StorageOutcome::Unconfirmed(kind) => (kind, None),
            StorageOutcome::Retryable(kind) => {
                let retry_after = answer.retry_after();
                // Everything was sent: the metadata proves whether it arrived.
                let recovery = if meter.body_out() {
                    Recovery::OutcomeUnknown
                } else {
                    Recovery::Transient { retry_after }
                };
                (kind, Some(recovery))
            }
        };
        let mut fault = call.fault(kind_of_fault);
        fault.recovery = recovery.unwrap_or(fault.recovery);
        describe(&call, &mut fault, &answer);
        Err(fault)
    }

    pub(super) fn book(&self) -> std::sync::MutexGuard<'_, ProtocolCache> {
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn send_whole(
        &self,
        step: &StorageRequest<'_>,
        protocol: StorageProtocol,
    ) -> Result<(Response, Option<ContentHash>, CallContext<'static>), Fault> {
        let (method, name) = match protocol {
            StorageProtocol::Form => (Method::POST, "POST signed URL"),
            _ => (Method::PUT, "PUT signed URL"),
        };
        let call = CallContext::new(name, CallKind::Stores { body_out: false }, None);
        let framing = Framing::new(&step.file.name, step.file.mime);
        let content_type = match protocol {
            StorageProtocol::Form => Some(framing.content_type()),
            StorageProtocol::PutTyped => Some(step.file.mime.to_owned()),
            StorageProtocol::PutOctets => Some(OCTET_STREAM.to_owned()),
            StorageProtocol::Put | StorageProtocol::Session | StorageProtocol::StartSession => None,
        };
        let shape = match protocol {
            StorageProtocol::Form => BodyLayout::form(&framing),
            _ => BodyLayout::raw(0),
        };
        let mut request = self.http().await?.request(method, step.url.clone());
        if let Some(content_type) = content_type {
            request = request.header(CONTENT_TYPE, content_type);
        }
        let (body, transfer) = self.open(step.file, shape, step.meter).await?;
        let size = step.file.stamp.size;
        let answer = self
            .send_file(call, request, (body, &transfer), step.meter, size)
            .await?;
        if classify(&answer) == StorageOutcome::Stored {
            self.send_on(&transfer, step.meter).await;
        }
        Ok((answer, transfer.hash(), call))
    }

    /// Starts a request without a body to the storage host, with `Content-Length: 0`.
    ///
    /// # Errors
    /// Errors of [`Client::http`].
    pub(super) async fn bodyless(
        &self,
        method: Method,
        url: Url,
    ) -> Result<reqwest::RequestBuilder, Fault> {
        let request = self.http().await?.request(method, url);
        Ok(request.header(CONTENT_LENGTH, "0"))
    }
}

/// Returns host and port, the key of the protocol cache.
fn host_of(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    match url.port() {
        Some(port) => format!("{host}:{port}"),
        None => host.to_owned(),
    }
}

#[cfg(test)]
#[cfg(target_os = "linux")]
mod gcs_emulator_tests;
#[cfg(test)]
mod tests;
