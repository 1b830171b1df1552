//! The one place where transport errors, HTTP answers and envelopes become a [`Fault`].

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

/// Characters of a message that are kept for diagnosis.
const MESSAGE_CHARS: usize = 300;
/// Characters that are kept of an id that cannot be used.
const ID_CHARS: usize = 1024;
/// Characters of Google's upload id that are kept.
const UPLOAD_ID_CHARS: usize = 12;
/// Causes of a transport error that are kept.
const MAX_CAUSES: usize = 8;
/// Longest `Retry-After` that is believed; a longer one is cut to it.
const MAX_RETRY_AFTER: Duration = Duration::from_secs(3600);

/// A whole answer, its body cut at the limit or where it broke or stood still.
#[derive(Clone, Debug)]
pub(crate) struct Response {
    /// HTTP status.
    pub(crate) status: u16,
    /// Headers.
    pub(crate) headers: HeaderMap,
    /// What was read of the body.
    pub(crate) body: Bytes,
    /// Why `body` is not all of it, where it is not.
    pub(crate) cut: Option<Truncation>,
}

/// Why an answer is not whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Truncation {
    /// It is larger than is read.
    TooLarge,
    /// The connection broke.
    ConnectionLost,
    /// Its end did not come in time.
    TimedOut,
}

impl Response {
    /// A header's value as text.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// Returns whether the status is 2xx.
    pub(crate) fn is_2xx(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// The wait that the answer asks for. A date in it is by the clock of whoever answers, which
    /// says what time it has: ours may be wrong.
    pub(crate) fn retry_after(&self) -> Option<Duration> {
        let theirs = self.header(DATE.as_str());
        let theirs = theirs.and_then(|date| httpdate::parse_http_date(date).ok());
        let now = theirs.unwrap_or_else(SystemTime::now);
        retry_after(self.header(RETRY_AFTER.as_str())?, now)
    }
}

/// Which call went wrong, for deciding and for diagnosis.
#[derive(Clone, Copy, Debug)]
pub(crate) struct CallContext<'a> {
    /// As `POST /upload`.
    pub(crate) name: &'static str,
    /// What the call leaves behind at the service.
    pub(crate) effect: CallKind,
    /// The key that was sent with it: never in a fault.
    pub(crate) key: Option<&'a ApiKey>,
}

/// What a call leaves behind when it works.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CallKind {
    /// Nothing that matters: it may be made again whatever became of it.
    None,
    /// A stored file. `body_out` says whether the whole body was handed over.
    Stores {
        /// See above.
        body_out: bool,
    },
}

impl CallContext<'_> {
    /// A fault of this call: where the call stores nothing, an unknown outcome is a
    /// transient one.
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

    /// The fault that a failed exchange is; there was no answer.
    pub(crate) fn transport(&self, error: reqwest::Error) -> Fault {
        let error = error.without_url();
        let mut fault = self.fault(self.transport_kind(&error));
        if fault.kind == FaultKind::Proxy && asks_for_password(&error) {
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
            // The connection was gone before the request was written to it.
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

    /// The `data` of a successful answer, or the fault that the answer is.
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

    /// The fault of an answer that is understood but lacks what the call needs.
    pub(crate) fn lacks_data(&self, answer: &Response) -> Fault {
        let envelope = Envelope::read(&answer.body);
        let kind = said_kind(FaultKind::BadAnswer, answer, envelope.as_ref());
        let mut fault = self.fault(kind);
        self.describe(&mut fault, answer, envelope.as_ref());
        fault
    }

    /// The fault that an unsuccessful answer is.
    fn refusal(&self, answer: &Response, envelope: Option<&Envelope<'_>>) -> Fault {
        let kind = self.refusal_kind(answer, envelope);
        let mut fault = self.fault(said_kind(kind, answer, envelope));
        if let Recovery::Transient { retry_after } = &mut fault.recovery {
            *retry_after = answer.retry_after();
        }
        self.describe(&mut fault, answer, envelope);
        fault
    }

    /// The kind by HTTP status and code.
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
            // The statuses that say little themselves; a code beside them says more.
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
            // The server gave up waiting for the rest of the request.
            408 => FaultKind::Stalled,
            409 => FaultKind::Conflict,
            413 if matches!(self.effect, CallKind::Stores { .. }) => FaultKind::TooLargeForDirect,
            415 => FaultKind::UnsupportedMedia,
            429 => FaultKind::RateLimited,
            500..600 => FaultKind::ServerError,
            _ => FaultKind::BadRequest,
        }
    }

    /// The id of the request in an answer's headers, redacted.
    pub(crate) fn request_id(&self, answer: &Response) -> Option<String> {
        // Google's is the secret of the session where it answers the start of one: a
        // beginning of it finds the request all the same.
        [
            ("x-request-id", MESSAGE_CHARS),
            ("x-guploader-uploadid", UPLOAD_ID_CHARS),
            ("x-amz-request-id", MESSAGE_CHARS),
        ]
        .iter()
        .find_map(|(name, most)| Some(shorten(answer.header(name)?, self.secret(), *most)))
    }

    /// A line for each id in an answer that is not `taken`, for diagnosis; the log gets them too.
    pub(crate) fn other_ids(&self, answer: &Response, taken: Option<&AssetId>) -> Vec<String> {
        wire::ids_in_text(&answer.body)
            .iter()
            .filter(|id| taken.is_none_or(|taken| taken.as_str() != id.as_str()))
            .map(|id| {
                // Within a URL what follows a question mark may be a secret; in an id it is a
                // part of the id, and would be taken for one.
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

    /// Fills in what the answer says, redacted.
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

/// The kind by what an answer says in words, where that goes before its numbers.
fn said_kind(kind: FaultKind, answer: &Response, envelope: Option<&Envelope<'_>>) -> FaultKind {
    let text = words(answer, envelope).unwrap_or_default();
    match kind {
        // Of a file's format it may be said, too, that it is no longer supported.
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

/// Returns what an answer says in words: the message of its envelope, else the plain text of an error.
fn words<'a>(answer: &'a Response, envelope: Option<&'a Envelope<'_>>) -> Option<Cow<'a, str>> {
    if let Some(envelope) = envelope {
        return envelope.message.as_deref().map(Cow::from);
    }
    let is_text = answer.status >= 400 && !answer.body.is_empty() && !is_page(answer);
    is_text.then(|| String::from_utf8_lossy(&answer.body))
}

/// Everything below an error, and the error: what `source` gives, and what an I/O error
/// wraps, which `source` passes over.
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

/// Returns whether the TLS library refused: it says so in an I/O error of invalid data. A
/// connection that ends within the handshake is none: that is the network.
fn has_tls_error(error: &(dyn Error + 'static)) -> bool {
    sources(error).any(|source| {
        source
            .downcast_ref::<io::Error>()
            .is_some_and(|error| error.kind() == io::ErrorKind::InvalidData)
    })
}

/// Returns whether the way through a proxy was not opened, for a reason that begins so. The library
/// has no public type for it, but words of its own.
fn proxy_says(error: &(dyn Error + 'static), reason: &str) -> bool {
    const WORDS: &str = "tunnel error: ";
    sources(error).any(|source| {
        source
            .to_string()
            .strip_prefix(WORDS)
            .is_some_and(|said| said.starts_with(reason))
    })
}

/// Returns whether the proxy wants a name and a password, or others.
fn asks_for_password(error: &(dyn Error + 'static)) -> bool {
    proxy_says(error, "proxy authorization required")
}

/// The chain of causes, outermost first, redacted, without repetitions.
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

/// Reads `Retry-After`: seconds, or a date that is compared with `now`. At most an hour.
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
