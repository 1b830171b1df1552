//! Resumable sessions of Google Cloud Storage: start or status query, then one long PUT of the
//! rest. A break ends the attempt; the next one resumes the session.

use std::convert::Infallible;
use std::sync::Arc;

use reqwest::Method;
use reqwest::header::{CONTENT_RANGE, LOCATION, RANGE};
use tokio::sync::watch;
use url::Url;

use super::SecretUrl;
use super::body::BodyLayout;
use super::client::Client;
use super::error::{CallContext, CallKind, Response};
use super::protocol::StorageProtocol;
use super::signed_url::{StorageOutcome, StorageRequest, classify, describe};
use crate::model::asset::ContentHash;
use crate::model::fault::{Fault, FaultKind, Recovery};

/// The session of a signed upload, once started; shared by all clones. A later attempt resumes it.
#[derive(Clone)]
pub struct Session(Arc<watch::Sender<Option<SecretUrl>>>);

impl Default for Session {
    fn default() -> Self {
        Self(Arc::new(watch::Sender::new(None)))
    }
}

impl std::fmt::Debug for Session {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Session({})", self.0.borrow().is_some())
    }
}

impl Session {
    /// Returns the session's URL, a secret.
    pub fn url(&self) -> Option<SecretUrl> {
        self.0.borrow().clone()
    }

    /// Stores a session that was started, or comes from an earlier run.
    pub fn put(&self, url: SecretUrl) {
        self.0.send_if_modified(|known| {
            let is_new = known.as_ref() != Some(&url);
            *known = Some(url);
            is_new
        });
    }

    fn forget(&self) {
        self.0.send_replace(None);
    }

    /// Calls `then` for the current session, if any, and for each new one. Never ends.
    pub async fn each(&self, then: impl Fn()) -> Infallible {
        let mut seen = self.0.subscribe();
        seen.mark_changed();
        // An error would mean that the sender is gone, but `self` holds it.
        while seen.changed().await.is_ok() {
            let started = seen.borrow_and_update().is_some();
            if started {
                then();
            }
        }
        std::future::pending().await
    }
}

#[derive(Debug)]
enum SessionProgress {
    /// It holds this many bytes from the start and expects the rest.
    Wants(u64),
    /// It expects nothing more.
    Over(End),
}

#[derive(Debug)]
enum End {
    /// Complete, or a response that ends the attempt.
    Response(Response),
    /// The session no longer exists.
    Gone(Response),
}

/// Parses the response of a session for a file of `size` bytes.
fn state(answer: Response, size: u64) -> SessionProgress {
    match answer.status {
        308 => match answer.header(RANGE.as_str()) {
            None => SessionProgress::Wants(0),
            Some(range) => match stored(range) {
                Some(count) if count <= size => SessionProgress::Wants(count),
                _ => SessionProgress::Over(End::Response(answer)),
            },
        },
        404 | 410 => SessionProgress::Over(End::Gone(answer)),
        _ => SessionProgress::Over(End::Response(answer)),
    }
}

/// Parses `bytes=0-N` as a number of bytes.
pub(crate) fn stored(range: &str) -> Option<u64> {
    let (first, last) = range.trim().strip_prefix("bytes=")?.split_once('-')?;
    (first.trim() == "0").then_some(())?;
    let last = last.trim();
    let is_number = last.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| last.parse::<u64>().ok())??.checked_add(1)
}

/// A session's last response, the file's hash if known, and the call.
type Said<T> = (T, Option<ContentHash>, CallContext<'static>);

const START: CallContext<'static> =
    CallContext::new("POST signed URL (start of a session)", CallKind::None, None);
const ASK: CallContext<'static> = CallContext::new("PUT session (state)", CallKind::None, None);
const SEND: CallContext<'static> =
    CallContext::new("PUT session", CallKind::Stores { body_out: false }, None);

impl Client {
    /// Sends a file through a session: the URL itself, that of an earlier attempt, or a new one.
    pub(super) async fn resume(
        &self,
        step: &StorageRequest<'_>,
        protocol: StorageProtocol,
    ) -> Result<Said<Response>, Fault> {
        let expired = |answer: &Response| {
            let mut fault = SEND.fault(FaultKind::ExpiredUrl);
            describe(&SEND, &mut fault, answer);
            fault
        };
        if protocol == StorageProtocol::Session {
            step.session.put(SecretUrl::of(&step.url));
        }
        let size = step.file.stamp.size;
        let mut renewed = false;
        loop {
            let kept = step.session.url();
            let kept = kept.and_then(|session| self.storage_url(&session));
            let (session, known) = match kept {
                Some(session) => {
                    let known = self.ask(&session, size).await?;
                    (session, known)
                }
                None => match self.start_session(step).await? {
                    Ok(session) => (session, SessionProgress::Wants(0)),
                    // The URL started a session once, but no longer does.
                    Err(answer) if renewed && (400..500).contains(&answer.status) => {
                        return Err(expired(&answer));
                    }
                    Err(answer) => return Ok((answer, None, START)),
                },
            };
            let (end, hash, call) = match known {
                SessionProgress::Wants(from) => self.send_from(step, &session, from).await?,
                SessionProgress::Over(end) => (end, None, ASK),
            };
            match end {
                End::Response(answer) => {
                    if !classify(&answer).may_pass() {
                        step.session.forget();
                    }
                    return Ok((answer, hash, call));
                }
                End::Gone(answer) => {
                    step.session.forget();
                    if renewed || protocol == StorageProtocol::Session {
                        return Err(expired(&answer));
                    }
                    renewed = true;
                }
            }
        }
    }

    /// Starts a session and stores it; `Err` is a response without one.
    async fn start_session(
        &self,
        step: &StorageRequest<'_>,
    ) -> Result<Result<Url, Response>, Fault> {
        let request = self
            .bodyless(Method::POST, step.url.clone())
            .await?
            .header("x-goog-resumable", "start");
        let answer = self.call(&START, request).await?;
        if !answer.is_2xx() {
            return Ok(Err(answer));
        }
        let session = answer
            .header(LOCATION.as_str())
            .and_then(|location| self.storage_url_of(location));
        match session {
            Some(session) => {
                step.session.put(SecretUrl::of(&session));
                Ok(Ok(session))
            }
            None => {
                let mut fault = START.fault(FaultKind::BadAnswer);
                describe(&START, &mut fault, &answer);
                Err(fault)
            }
        }
    }

    /// Sends everything from `from` on, as long as the session accepts some and asks for the rest.
    /// If the outcome is unknown after the whole body, the session is queried once.
    async fn send_from(
        &self,
        step: &StorageRequest<'_>,
        session: &Url,
        mut from: u64,
    ) -> Result<Said<End>, Fault> {
        let size = step.file.stamp.size;
        loop {
            if from == size {
                // All bytes are there but the session is not closed: the metadata decides.
                return Err(SEND.fault(FaultKind::NoAnswer));
            }
            let (sent, hash) = self.send_rest(step, session, from).await?;
            let trouble = match sent.map(|answer| state(answer, size)) {
                Ok(SessionProgress::Wants(count)) if count > from => {
                    from = count;
                    continue;
                }
                Ok(SessionProgress::Wants(_)) => return Err(SEND.fault(FaultKind::ServerError)),
                Ok(SessionProgress::Over(End::Response(answer))) => match classify(&answer) {
                    StorageOutcome::Retryable(kind) => later(kind, &answer),
                    _ => return Ok((End::Response(answer), hash, SEND)),
                },
                Ok(SessionProgress::Over(gone)) => return Ok((gone, hash, SEND)),
                Err(fault) => fault,
            };
            let is_final = matches!(
                trouble.recovery,
                Recovery::Permanent | Recovery::NeedsUser(_)
            );
            if is_final || !step.meter.body_out() {
                return Err(trouble);
            }
            return match self.ask(session, size).await {
                Ok(SessionProgress::Wants(count)) if count < size => Err(not_whole(trouble)),
                Ok(SessionProgress::Over(End::Response(answer)))
                    if classify(&answer).may_pass() =>
                {
                    Err(trouble.with_recovery(Recovery::OutcomeUnknown))
                }
                Ok(SessionProgress::Over(end)) => Ok((end, hash, ASK)),
                Ok(SessionProgress::Wants(_)) | Err(_) => {
                    Err(trouble.with_recovery(Recovery::OutcomeUnknown))
                }
            };
        }
    }

    /// Queries the number of bytes that a session has.
    async fn ask(&self, session: &Url, size: u64) -> Result<SessionProgress, Fault> {
        let request = self
            .bodyless(Method::PUT, session.clone())
            .await?
            .header(CONTENT_RANGE, format!("bytes */{size}"));
        Ok(state(self.call(&ASK, request).await?, size))
    }

    /// Sends everything from `from` on in one PUT.
    async fn send_rest(
        &self,
        step: &StorageRequest<'_>,
        session: &Url,
        from: u64,
    ) -> Result<(Result<Response, Fault>, Option<ContentHash>), Fault> {
        let size = step.file.stamp.size;
        let request = self.http().await?.put(session.clone()).header(
            CONTENT_RANGE,
            format!("bytes {from}-{}/{size}", size.saturating_sub(1)),
        );
        let (body, transfer) = self
            .open(step.file, BodyLayout::raw(from), step.meter)
            .await?;
        let sent = self
            .send_file(SEND, request, (body, &transfer), step.meter, size)
            .await;
        Ok((sent, transfer.hash()))
    }
}

/// Adjusts a fault after the session reported an incomplete file: the outcome is known then, and
/// the next attempt sends the rest.
fn not_whole(mut trouble: Fault) -> Fault {
    trouble.kind = match trouble.kind {
        FaultKind::LostAnswer => FaultKind::BrokenInBody,
        FaultKind::NoAnswer => FaultKind::Stalled,
        kind => kind,
    };
    if trouble.recovery == Recovery::OutcomeUnknown {
        trouble.recovery = Recovery::Transient { retry_after: None };
    }
    trouble
}

/// Creates the fault of a response that asks to retry later.
fn later(kind: FaultKind, answer: &Response) -> Fault {
    let mut fault = SEND.fault(kind).with_recovery(Recovery::Transient {
        retry_after: answer.retry_after(),
    });
    describe(&SEND, &mut fault, answer);
    fault
}

#[cfg(test)]
mod tests;
