//! Converts transport errors, HTTP responses and envelopes to a [`Fault`].

use std::borrow::Cow;
use std::error::Error;
use std::io;
use std::num::IntErrorKind;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use reqwest::header::{CONTENT_TYPE, DATE, HeaderMap, RETRY_AFTER};

use super::redact::{redact, shorten};
use super::wire::{self, Data, Envelope, EnvelopeStatus, is_web_page};
use crate::model::asset::AssetId;
use crate::model::fault::{Diagnostics, Fault, FaultKind, Recovery};
use crate::model::key::ApiKey;

/// Longest message kept for diagnosis, in characters.
const MESSAGE_CHARS: usize = 300;
/// Longest unusable id kept, in characters.
const ID_CHARS: usize = 1024;
/// Characters kept of Google's upload id.
const UPLOAD_ID_CHARS: usize = 12;
/// Most causes kept of a transport error.
const MAX_CAUSES: usize = 8;
/// Longest accepted `Retry-After`; longer ones are cut to it.
const MAX_RETRY_AFTER: Duration = Duration::from_secs(3600);

/// A response, its body possibly truncated.
#[derive(Clone, Debug)]
pub(crate) struct Response {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    /// Received part of the body.
    pub(crate) body: Bytes,
    /// Reason why `body` is truncated, if it is.
    pub(crate) cut: Option<Truncation>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Truncation {
    TooLarge,
    ConnectionLost,
    TimedOut,
}

impl Response {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    pub(crate) fn is_2xx(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// Returns the wait that the response asks for. A date in it is compared with the server's
    /// clock, since ours may be wrong.
    pub(crate) fn retry_after(&self) -> Option<Duration> {
        let theirs = self.header(DATE.as_str());
        let theirs = theirs.and_then(|date| httpdate::parse_http_date(date).ok());
        let now = theirs.unwrap_or_else(SystemTime::now);
        retry_after(self.header(RETRY_AFTER.as_str())?, now)
    }
}

/// The failed call, for decisions and diagnosis.
#[derive(Clone, Copy, Debug)]
pub(crate) struct CallContext<'a> {
    /// Call name, as `POST /upload`.
    pub(crate) name: &'static str,
    /// Effect of the call at the service.
    pub(crate) effect: CallKind,
    /// The key sent with it; never part of a fault.
    pub(crate) key: Option<&'a ApiKey>,
}

/// Effect of a successful call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CallKind {
    /// None that matters: it may always be repeated.
    None,
    /// A stored file.
    Stores {
        /// The whole body was sent.
        body_out: bool,
    },
}

impl<'a> CallContext<'a> {
    pub(crate) const fn new(name: &'static str, effect: CallKind, key: Option<&'a ApiKey>) -> Self {
        Self { name, effect, key }
    }
}

impl CallContext<'_> {
    /// Creates a fault of this call; an unknown outcome is transient if the call stores nothing.
    pub(crate) fn fault(&self, kind: FaultKind) -> Fault {
        let fault = Fault::new(kind).with_diagnostics(Diagnostics {
            call: Some(self.name.to_owned()),
            ..Diagnostics::default()
        });
        match fault.recovery {
            Recovery::OutcomeUnknown if self.effect == CallKind::None => {
                fault.with_recovery(Recovery::Transient { retry_after: None })
            }
            _ => fault,
        }
    }

    /// Converts a transport error, without a response.
    pub(crate) fn transport(&self, error: reqwest::Error) -> Fault {
        let error = error.without_url();
        let mut fault = self.fault(self.transport_kind(&error));
        if fault.kind == FaultKind::Proxy && proxy_says(&error, "proxy authorization required") {
            fault.recovery = Recovery::Permanent;
        }
        fault.diagnostics.causes = causes(&error, self.secret());
        fault
    }

    fn secret(&self) -> Option<&str> {
        self.key.map(ApiKey::expose)
    }

    fn transport_kind(&self, error: &reqwest::Error) -> FaultKind {
        if error.is_builder() {
            return FaultKind::BadRequest;
        }
        if error.is_connect() {
            return if has_tls_error(error) {
                FaultKind::Tls
            } else if proxy_says(error, "") {
                FaultKind::Proxy
            } else {
                FaultKind::Offline
            };
        }
        let http = sources(error).find_map(|source| source.downcast_ref::<hyper::Error>());
        if http.is_some_and(hyper::Error::is_canceled) {
            // The connection closed before the request was written.
            return FaultKind::Offline;
        }
        if http.is_some_and(hyper::Error::is_parse) {
            return FaultKind::BadAnswer;
        }
        match self.effect {
            CallKind::Stores { body_out: false } => FaultKind::BrokenInBody,
            CallKind::Stores { body_out: true } => FaultKind::LostAnswer,
            CallKind::None => FaultKind::Offline,
        }
    }

    /// Returns the `data` of a successful response, or the fault of any other.
    pub(crate) fn data<'a>(&self, answer: &'a Response) -> Result<Data<'a>, Fault> {
        let envelope = Envelope::read(&answer.body);
        if answer.is_2xx()
            && let Some(envelope) = &envelope
            && (envelope.says() == EnvelopeStatus::Success || envelope.gives_asset())
        {
            return Ok(envelope.data);
        }
        Err(self.refusal(answer, envelope.as_ref()))
    }

    /// Returns the fault of a response that lacks required fields.
    pub(crate) fn lacks_data(&self, answer: &Response) -> Fault {
        let envelope = Envelope::read(&answer.body);
        let kind = said_kind(FaultKind::BadAnswer, answer, envelope.as_ref());
        let mut fault = self.fault(kind);
        self.describe(&mut fault, answer, envelope.as_ref());
        fault
    }

    /// Returns the fault of an unsuccessful response.
    fn refusal(&self, answer: &Response, envelope: Option<&Envelope<'_>>) -> Fault {
        let kind = self.refusal_kind(answer, envelope);
        let mut fault = self.fault(said_kind(kind, answer, envelope));
        if let Recovery::Transient { retry_after } = &mut fault.recovery {
            *retry_after = answer.retry_after();
        }
        self.describe(&mut fault, answer, envelope);
        fault
    }

    /// Returns the kind by HTTP status and code.
    fn refusal_kind(&self, answer: &Response, envelope: Option<&Envelope<'_>>) -> FaultKind {
        match (answer.status, envelope) {
            (200..300, Some(envelope)) => match envelope.says() {
                EnvelopeStatus::Success | EnvelopeStatus::Contradiction => FaultKind::BadAnswer,
                EnvelopeStatus::Failure(code) => self.envelope_kind(code, envelope),
                EnvelopeStatus::PlainFailure => self.envelope_kind(400, envelope),
            },
            (200..300, None) => match answer.cut {
                Some(Truncation::TooLarge) => FaultKind::AnswerTooLarge,
                _ if is_page(answer) => FaultKind::WebPage,
                Some(Truncation::ConnectionLost) if self.effect == CallKind::None => {
                    FaultKind::Offline
                }
                Some(Truncation::ConnectionLost) => FaultKind::LostAnswer,
                Some(Truncation::TimedOut) if self.effect == CallKind::None => FaultKind::Stalled,
                Some(Truncation::TimedOut) => FaultKind::NoAnswer,
                None => FaultKind::BadAnswer,
            },
            (300..400, _) => FaultKind::Redirect,
            (403, None) if is_page(answer) => FaultKind::Blocked,
            // Vague statuses, which a code may refine.
            (400 | 500, Some(envelope)) => {
                let code = envelope
                    .number()
                    .filter(|code| {
                        matches!(code, 401 | 402 | 403 | 409 | 413 | 415 | 429 | 1 | 3 | 9009)
                    })
                    .unwrap_or(u32::from(answer.status));
                self.envelope_kind(code, envelope)
            }
            (status @ 400..600, _) => self.status_kind(u32::from(status)),
            _ => FaultKind::BadAnswer,
        }
    }

    fn envelope_kind(&self, code: u32, envelope: &Envelope<'_>) -> FaultKind {
        match code {
            400 if envelope.is_rate_limit_text() => FaultKind::RateLimited,
            400 | 1 | 3 if envelope.is_shared_limit_text() => FaultKind::RateLimitedOrInvalid,
            9009 => FaultKind::Unauthorized,
            code => self.status_kind(code),
        }
    }

    fn status_kind(&self, status: u32) -> FaultKind {
        match status {
            401 => FaultKind::Unauthorized,
            402 => FaultKind::InsufficientBalance,
            403 => FaultKind::Forbidden,
            // The server timed out waiting for the rest of the request.
            408 => FaultKind::Stalled,
            409 => FaultKind::Conflict,
            413 if matches!(self.effect, CallKind::Stores { .. }) => FaultKind::TooLargeForDirect,
            415 => FaultKind::UnsupportedMedia,
            429 => FaultKind::RateLimited,
            500..600 => FaultKind::ServerError,
            _ => FaultKind::BadRequest,
        }
    }

    /// Returns the redacted request id from a response's headers.
    pub(crate) fn request_id(&self, answer: &Response) -> Option<String> {
        // Google's is a secret in the response that starts a session; its beginning suffices to
        // find the request.
        [
            ("x-request-id", MESSAGE_CHARS),
            ("x-guploader-uploadid", UPLOAD_ID_CHARS),
            ("x-amz-request-id", MESSAGE_CHARS),
        ]
        .iter()
        .find_map(|(name, most)| Some(shorten(answer.header(name)?, self.secret(), *most)))
    }

    /// Lists ids in a response other than `taken`, for diagnosis; logs them too.
    pub(crate) fn other_ids(&self, answer: &Response, taken: Option<&AssetId>) -> Vec<String> {
        wire::ids_in_text(&answer.body)
            .iter()
            .filter(|id| taken.is_none_or(|taken| taken.as_str() != id.as_str()))
            .map(|id| {
                // In a URL, the part after a question mark may be a secret; in an id it is part of
                // the id, and would be taken for one.
                let mut shown: String = id.escape_debug().collect();
                if !shown.contains('=') {
                    shown = shown.replace('?', r"\u{3f}");
                }
                let shown = shorten(&shown, self.secret(), ID_CHARS);
                tracing::warn!(call = self.name, id = shown, "an id that is not taken");
                format!("an id in the answer that is not taken: \"{shown}\"")
            })
            .collect()
    }

    /// Adds the response's details to a fault, redacted.
    pub(crate) fn describe(
        &self,
        fault: &mut Fault,
        answer: &Response,
        envelope: Option<&Envelope<'_>>,
    ) {
        let short = |text: &str| shorten(text, self.secret(), MESSAGE_CHARS);
        let detail = &mut fault.diagnostics;
        detail.http_status = Some(answer.status);
        detail.code = envelope.and_then(|e| e.code.as_deref()).map(short);
        detail.message = words(answer, envelope).as_deref().map(short);
        detail.request_id = self
            .request_id(answer)
            .or_else(|| envelope.and_then(|e| e.request_id.as_deref()).map(short));
        let cause = match answer.cut {
            Some(Truncation::ConnectionLost) => Some("the connection broke within the answer"),
            Some(Truncation::TimedOut) => Some("the answer did not end in time"),
            Some(Truncation::TooLarge) | None => None,
        };
        detail.causes.extend(cause.map(str::to_owned));
    }
}

/// Refines the kind by the response's wording, if that takes precedence over its numbers.
fn said_kind(kind: FaultKind, answer: &Response, envelope: Option<&Envelope<'_>>) -> FaultKind {
    let text = words(answer, envelope).unwrap_or_default();
    match kind {
        // A file format may be called "no longer supported", too.
        FaultKind::Redirect | FaultKind::UnsupportedMedia => kind,
        _ if wire::speaks_of_retirement(&text) => FaultKind::Retired,
        FaultKind::RateLimited | FaultKind::RateLimitedOrInvalid => kind,
        // "Top up and try again later" does not pass by itself.
        _ if matches!(answer.status, 401..=403) && kind != FaultKind::Blocked => kind,
        _ if wire::speaks_of_passing_trouble(&text) => FaultKind::ServerError,
        kind => kind,
    }
}

fn is_page(answer: &Response) -> bool {
    is_web_page(answer.header(CONTENT_TYPE.as_str()), &answer.body)
}

/// Returns the message of the envelope, else the plain text of an error.
fn words<'a>(answer: &'a Response, envelope: Option<&'a Envelope<'_>>) -> Option<Cow<'a, str>> {
    if let Some(envelope) = envelope {
        return envelope.message.as_deref().map(Cow::from);
    }
    let is_text = answer.status >= 400 && !answer.body.is_empty() && !is_page(answer);
    is_text.then(|| String::from_utf8_lossy(&answer.body))
}

/// Iterates over an error and its sources, including errors wrapped in I/O errors, which `source`
/// skips.
fn sources<'a>(
    error: &'a (dyn Error + 'static),
) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |error: &&'a (dyn Error + 'static)| {
        let error: &'a (dyn Error + 'static) = *error;
        if let Some(inner) = error
            .downcast_ref::<io::Error>()
            .and_then(io::Error::get_ref)
        {
            let inner: &(dyn Error + 'static) = inner;
            return Some(inner);
        }
        error.source()
    })
    .take(32)
}

/// Returns whether TLS verification failed, which appears as an I/O error of invalid data. A
/// connection that ends during the handshake is a network fault instead.
fn has_tls_error(error: &(dyn Error + 'static)) -> bool {
    sources(error).any(|source| {
        source
            .downcast_ref::<io::Error>()
            .is_some_and(|error| error.kind() == io::ErrorKind::InvalidData)
    })
}

/// Returns whether the proxy refused the tunnel with this reason. The library has no public type
/// for it, only text.
fn proxy_says(error: &(dyn Error + 'static), reason: &str) -> bool {
    const WORDS: &str = "tunnel error: ";
    sources(error).any(|source| {
        source
            .to_string()
            .strip_prefix(WORDS)
            .is_some_and(|said| said.starts_with(reason))
    })
}

/// Returns the chain of causes, outermost first, redacted, without repetitions.
fn causes(error: &(dyn Error + 'static), secret: Option<&str>) -> Vec<String> {
    let mut causes: Vec<String> = Vec::new();
    for source in sources(error) {
        let text = redact(&source.to_string(), secret);
        if causes.last() != Some(&text) && causes.len() < MAX_CAUSES {
            causes.push(text);
        }
    }
    causes
}

/// Parses `Retry-After`: seconds, or a date compared with `now`. At most an hour.
pub(crate) fn retry_after(text: &str, now: SystemTime) -> Option<Duration> {
    let text = text.trim();
    let wait = match text.parse::<u64>() {
        Ok(seconds) => Duration::from_secs(seconds),
        Err(error) if *error.kind() == IntErrorKind::PosOverflow => MAX_RETRY_AFTER,
        Err(_) => httpdate::parse_http_date(text)
            .ok()?
            .duration_since(now)
            .unwrap_or(Duration::ZERO),
    };
    Some(wait.min(MAX_RETRY_AFTER))
}

#[cfg(test)]
mod tests;
