//! Resumable sessions of Google Cloud Storage: start, one long PUT, and after a break the
//! question how much is there.

use std::convert::Infallible;
use std::sync::Arc;

use reqwest::Method;
use reqwest::header::{CONTENT_RANGE, LOCATION, RANGE};
use tokio::sync::watch;
use url::Url;

use super::SecretUrl;
use super::body::Shape;
use super::client::Client;
use super::error::{Answer, Call, Effect};
use super::flavour::Flavour;
use super::signed_url::{Step, Verdict, describe, judge};
use crate::model::asset::ContentHash;
use crate::model::fault::{Fault, FaultKind, Recovery};

/// How often in a row a session may bring nothing forward before the attempt ends; the
/// waits between follow the policy's backoff.
const FRUITLESS: u32 = 5;
/// The session of a ticket, once there is one; the same for all clones of the ticket. A
/// later attempt with it goes on where an earlier one stopped.
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
    /// Where it is. A secret.
    pub fn url(&self) -> Option<SecretUrl> {
        self.0.borrow().clone()
    }

    /// It was started, or comes from an earlier run.
    pub fn put(&self, url: SecretUrl) {
        self.0.send_if_modified(|known| {
            let is_new = known.as_ref() != Some(&url);
            *known = Some(url);
            is_new
        });
    }

    /// It is over.
    fn forget(&self) {
        self.0.send_replace(None);
    }

    /// Calls `then` now if there is one, and each time that there is another one. Never ends.
    pub async fn each(&self, then: impl Fn()) -> Infallible {
        let mut seen = self.0.subscribe();
        seen.mark_changed();
        // An error would mean that the sender is gone, and `self` holds it.
        while seen.changed().await.is_ok() {
            let started = seen.borrow_and_update().is_some();
            if started {
                then();
            }
        }
        std::future::pending().await
    }
}

/// What a session says of itself.
#[derive(Debug)]
enum State {
    /// It holds this many bytes from the start and wants the rest.
    Wants(u64),
    /// It is complete, or it answered something that ends the attempt.
    Ended(Answer),
    /// It is not known any more.
    Gone(Answer),
}

/// Reads an answer of a session for a file of `size` bytes.
fn state(answer: Answer, size: u64) -> State {
    match answer.status {
        308 => match answer.header(RANGE.as_str()) {
            None => State::Wants(0),
            Some(range) => match stored(range) {
                Some(count) if count <= size => State::Wants(count),
                _ => State::Ended(answer),
            },
        },
        404 | 410 => State::Gone(answer),
        _ => State::Ended(answer),
    }
}

/// `bytes=0-N` as the number of bytes that it stands for.
pub(crate) fn stored(range: &str) -> Option<u64> {
    let (first, last) = range.trim().strip_prefix("bytes=")?.split_once('-')?;
    (first.trim() == "0").then_some(())?;
    let last = last.trim();
    let is_number = last.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| last.parse::<u64>().ok())??.checked_add(1)
}

type Done = (Answer, Option<ContentHash>, Call<'static>);

const START: Call<'static> = Call {
    name: "POST signed URL (start of a session)",
    effect: Effect::None,
    key: None,
};
const ASK: Call<'static> = Call {
    name: "PUT session (state)",
    effect: Effect::None,
    key: None,
};
const SEND: Call<'static> = Call {
    name: "PUT session",
    effect: Effect::Stores { body_out: false },
    key: None,
};

impl Client {
    /// Sends a file through a session: the URL itself, the one that an earlier attempt
    /// left, or a new one.
    pub(super) async fn resume(&self, step: &Step<'_>, flavour: Flavour) -> Result<Done, Fault> {
        let expired = |answer: &Answer| {
            let mut fault = SEND.fault(FaultKind::ExpiredUrl);
            describe(&SEND, &mut fault, answer);
            fault
        };
        if flavour == Flavour::Session {
            step.session.put(SecretUrl::of(&step.url));
        }
        let mut renewed = false;
        loop {
            let kept = step.session.url();
            let kept = kept.and_then(|session| self.storage_url(&session));
            let (session, fresh) = match kept {
                Some(session) => (session, false),
                None => match self.start_session(step).await? {
                    Ok(session) => (session, true),
                    // The URL gave a session once and does so no more.
                    Err(answer) if renewed && (400..500).contains(&answer.status) => {
                        return Err(expired(&answer));
                    }
                    Err(answer) => return Ok((answer, None, START)),
                },
            };
            match self.drive(step, &session, fresh).await? {
                Ok(done) => {
                    step.session.forget();
                    return Ok(done);
                }
                Err(gone) => {
                    step.session.forget();
                    if renewed || flavour == Flavour::Session {
                        return Err(expired(&gone));
                    }
                    renewed = true;
                }
            }
        }
    }

    /// Starts a session and remembers it; `Err` is an answer that is none.
    async fn start_session(&self, step: &Step<'_>) -> Result<Result<Url, Answer>, Fault> {
        let request = self
            .bodyless(Method::POST, step.url.clone())
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

    /// Sends until the session has everything. `Err` is the answer of one that is gone.
    async fn drive(
        &self,
        step: &Step<'_>,
        session: &Url,
        fresh: bool,
    ) -> Result<Result<Done, Answer>, Fault> {
        let size = step.file.stamp.size;
        let mut reached = 0u64;
        let mut fruitless = 0u32;
        let mut next = if fresh {
            Ok(State::Wants(0))
        } else {
            self.ask(session, size).await
        };
        loop {
            let trouble = match next {
                Ok(State::Wants(from)) => {
                    if from > reached {
                        (reached, fruitless) = (from, 0);
                    }
                    if from == size {
                        // Everything is there and the session is not closed yet.
                        SEND.fault(FaultKind::NoAnswer)
                    } else {
                        match self.send_rest(step, session, from).await {
                            Ok((answer, hash)) => match state(answer, size) {
                                State::Ended(answer) => match judge(&answer) {
                                    Verdict::Later(kind) => later(kind, &answer),
                                    _ => return Ok(Ok((answer, hash, SEND))),
                                },
                                State::Gone(answer) => return Ok(Err(answer)),
                                wants @ State::Wants(_) => {
                                    fruitless += 1;
                                    if fruitless <= FRUITLESS {
                                        next = Ok(wants);
                                        continue;
                                    }
                                    SEND.fault(FaultKind::ServerError)
                                }
                            },
                            Err(fault) => fault,
                        }
                    }
                }
                Ok(State::Ended(answer)) => match judge(&answer) {
                    Verdict::Later(kind) => later(kind, &answer),
                    _ => return Ok(Ok((answer, None, ASK))),
                },
                Ok(State::Gone(answer)) => return Ok(Err(answer)),
                Err(fault) => fault,
            };
            fruitless += 1;
            if !may_pass(&trouble) || fruitless > FRUITLESS {
                return Err(trouble);
            }
            let wait = match trouble.recovery {
                Recovery::Transient {
                    retry_after: Some(wait),
                } => wait.min(self.options.policy.backoff_max),
                _ => self.options.policy.backoff(fruitless, 0.5),
            };
            tokio::time::sleep(wait).await;
            next = self.ask(session, size).await;
        }
    }

    /// Asks a session how much it has.
    async fn ask(&self, session: &Url, size: u64) -> Result<State, Fault> {
        let request = self
            .bodyless(Method::PUT, session.clone())
            .header(CONTENT_RANGE, format!("bytes */{size}"));
        Ok(state(self.call(&ASK, request).await?, size))
    }

    /// Sends everything from this byte on.
    async fn send_rest(
        &self,
        step: &Step<'_>,
        session: &Url,
        from: u64,
    ) -> Result<(Answer, Option<ContentHash>), Fault> {
        let size = step.file.stamp.size;
        let request = self.storage.put(session.clone()).header(
            CONTENT_RANGE,
            format!("bytes {from}-{}/{size}", size.saturating_sub(1)),
        );
        let (body, transfer) = self.open(step.file, Shape::raw(from), step.meter).await?;
        let answer = self
            .send_file(SEND, request, (body, &transfer), step.meter, size)
            .await?;
        Ok((answer, transfer.hash()))
    }
}

/// Whether asking the session again may help.
fn may_pass(fault: &Fault) -> bool {
    matches!(
        fault.kind,
        FaultKind::Offline
            | FaultKind::BrokenInBody
            | FaultKind::LostAnswer
            | FaultKind::Stalled
            | FaultKind::NoAnswer
            | FaultKind::ServerError
            | FaultKind::RateLimited
    )
}

/// The fault of an answer that asks for patience.
fn later(kind: FaultKind, answer: &Answer) -> Fault {
    let mut fault = SEND.fault(kind).with_recovery(Recovery::Transient {
        retry_after: answer.retry_after(),
    });
    describe(&SEND, &mut fault, answer);
    fault
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_says_how_much_is_there() {
        for (range, count) in [
            ("bytes=0-0", Some(1)),
            ("bytes=0-262143", Some(262_144)),
            (" bytes=0-9 ", Some(10)),
            ("bytes=5-9", None),
            ("bytes=0-", None),
            ("bytes=0-+9", None),
            ("0-9", None),
            ("bytes=0-18446744073709551615", None),
        ] {
            assert_eq!(stored(range), count, "{range}");
        }
    }
}
