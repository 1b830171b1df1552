//! Resumable sessions, as Google Cloud Storage has them.

use std::sync::{Mutex, MutexGuard, PoisonError};

use bytes::Buf;
use hyper::Method;
use hyper::header::{CONTENT_RANGE, RANGE};

use super::Via;
use super::answer::Reply;
use super::intake::IntakeStop;
use super::multipart::declared_length;
use super::plan::{Call, PlannedFault};
use super::server::Exchange;
use super::state::Bytes;
use super::storage::{MAX_OBJECT, refused_length};
use super::ticket::OfferedProtocol;

/// Chunk granularity in bytes: every chunk but the last is a multiple.
const QUANTUM: usize = 256 * 1024;

pub(super) struct StorageSession {
    pub(super) asset_id: String,
    protocol: OfferedProtocol,
    progress: Mutex<Progress>,
}

struct Progress {
    /// Number of the last writing request: an older one that is still running stops.
    turn: u64,
    hasher: blake3::Hasher,
    kept: u64,
    /// Bytes after the last whole quantum, lost with their request unless it is the last.
    loose: Vec<u8>,
    size: Option<u64>,
    complete: bool,
}

/// A parsed `Content-Range`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Span {
    /// `bytes */SIZE`: a query only.
    Ask { size: Option<u64> },
    /// `bytes FIRST-LAST/SIZE`.
    Bytes {
        first: u64,
        last: u64,
        size: Option<u64>,
    },
}

impl StorageSession {
    pub(super) fn new(asset_id: &str, protocol: OfferedProtocol) -> Self {
        Self {
            asset_id: asset_id.to_owned(),
            protocol,
            progress: Mutex::new(Progress {
                turn: 0,
                hasher: blake3::Hasher::new(),
                kept: 0,
                loose: Vec::new(),
                size: None,
                complete: false,
            }),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Progress> {
        // No holder leaves it half changed, so a panic does no harm.
        self.progress.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns the session's offset as a reply.
    fn standing(&self) -> Reply {
        let progress = self.lock();
        if progress.complete {
            return Reply::empty(200);
        }
        let reply = Reply::empty(308);
        match progress.kept.checked_sub(1) {
            Some(last) => reply.header(RANGE.as_str(), &format!("bytes=0-{last}")),
            None => reply,
        }
    }
}

impl Progress {
    fn begin(&mut self) -> u64 {
        self.turn += 1;
        self.loose.clear();
        self.turn
    }

    fn take(&mut self, bytes: &[u8]) {
        self.loose.extend_from_slice(bytes);
        let whole = self.loose.len() / QUANTUM * QUANTUM;
        self.keep(whole);
    }

    fn keep(&mut self, bytes: usize) {
        self.hasher.update(&self.loose[..bytes]);
        self.kept += bytes as u64;
        self.loose.drain(..bytes);
    }
}

/// Answers a request to a session.
pub(super) async fn answer(
    x: &Exchange,
    session: &StorageSession,
    target: &str,
) -> Result<Reply, IntakeStop> {
    if x.head.method != Method::PUT {
        return Ok(Reply::storage_error(
            405,
            "MethodNotAllowed",
            "A session takes PUT.",
        ));
    }
    let Some(length) = declared_length(&x.head.headers) else {
        return Ok(refused_length());
    };
    let range = x.head.headers.get(CONTENT_RANGE);
    let span = match range {
        None => Some(Span::Bytes {
            first: 0,
            last: length.saturating_sub(1),
            size: Some(length),
        }),
        Some(range) => range.to_str().ok().and_then(read_span),
    };
    let bad = |what: &str| Ok(Reply::storage_error(400, "InvalidArgument", what));
    let Some(span) = span else {
        return bad("The Content-Range cannot be read.");
    };
    let name = x.state.name_of(&session.asset_id);
    match span {
        Span::Ask { size } => {
            x.is(Call::SessionStatus);
            if length != 0 {
                return bad("A status query has no body.");
            }
            let fault = x.meet(Call::SessionStatus, name.as_deref()).await;
            x.intake.drain().await?;
            if let Some(PlannedFault::LoseSession { status }) = fault {
                return Ok(lose(x, target, status));
            }
            if !agree(&mut session.lock().size, size) {
                return bad("The size differs from what was said before.");
            }
            x.conclude(fault.as_ref(), || session.standing()).await
        }
        Span::Bytes { first, last, size } => {
            x.is(Call::SessionPut);
            let beyond = match size {
                Some(size) => size > MAX_OBJECT || last >= size,
                None => last >= MAX_OBJECT,
            };
            if beyond {
                return bad("The Content-Range is beyond the size.");
            }
            if length == 0 || last.checked_sub(first) != Some(length - 1) {
                return bad("The Content-Range and the Content-Length disagree.");
            }
            let ends = size == Some(last + 1);
            if !ends && !length.is_multiple_of(QUANTUM as u64) {
                return bad("A chunk that is not the last must be a multiple of 256 KiB.");
            }
            let fault = x.meet(Call::SessionPut, name.as_deref()).await;
            if let Some(PlannedFault::LoseSession { status }) = fault {
                return Ok(lose(x, target, status));
            }
            if !agree(&mut session.lock().size, size) {
                return bad("The size differs from what was said before.");
            }
            put(x, session, first, ends, fault.as_ref()).await
        }
    }
}

fn lose(x: &Exchange, target: &str, status: u16) -> Reply {
    x.state.forget_session(target);
    Reply::storage_error(status, "NoSuchUpload", "The session is gone.")
}

/// Returns false if the size contradicts an earlier one; keeps the first.
fn agree(before: &mut Option<u64>, now: Option<u64>) -> bool {
    match (*before, now) {
        (Some(before), Some(now)) => before == now,
        (None, Some(_)) => {
            *before = now;
            true
        }
        (_, None) => true,
    }
}

async fn put(
    x: &Exchange,
    session: &StorageSession,
    first: u64,
    ends: bool,
    fault: Option<&PlannedFault>,
) -> Result<Reply, IntakeStop> {
    let (turn, overlap) = {
        let mut progress = session.lock();
        if progress.complete {
            drop(progress);
            return Ok(session.standing());
        }
        (progress.begin(), progress.kept.checked_sub(first))
    };
    let Some(mut overlap) = overlap else {
        let what = "Bytes before those of the Content-Range are missing.";
        return Ok(Reply::storage_error(400, "InvalidArgument", what));
    };
    let mut room = match fault {
        Some(PlannedFault::KeepOnly { bytes }) => Some(*bytes),
        Some(PlannedFault::Answer(_) | PlannedFault::LoseAnswer { stored: false, .. }) => Some(0),
        _ => None,
    };
    while let Some(mut bytes) = x.intake.next().await? {
        // Skips bytes that the session already has.
        let known = clamp(overlap, bytes.len());
        overlap -= known as u64;
        bytes.advance(known);
        if let Some(room) = &mut room {
            bytes.truncate(clamp(*room, bytes.len()));
            *room -= bytes.len() as u64;
        }
        let mut progress = session.lock();
        if progress.turn != turn {
            return Err(IntakeStop::Gone);
        }
        progress.take(&bytes);
    }
    let ends = ends && room.is_none();
    x.conclude(fault, || {
        if ends {
            finish(x, session, turn);
        }
        session.standing()
    })
    .await
}

fn clamp(bytes: u64, most: usize) -> usize {
    usize::try_from(bytes).map_or(most, |bytes| bytes.min(most))
}

/// Stores the object of a session whose last byte arrived.
fn finish(x: &Exchange, session: &StorageSession, turn: u64) {
    let mut progress = session.lock();
    if progress.turn != turn {
        return;
    }
    let rest = progress.loose.len();
    progress.keep(rest);
    progress.complete = true;
    let bytes = Bytes {
        size: progress.kept,
        blake3: progress.hasher.finalize().to_hex().to_string(),
        content_type: None,
        via: Via::SignedUrl(session.protocol),
    };
    drop(progress);
    x.state.store(&session.asset_id, bytes);
}

/// Parses a `Content-Range`.
pub(crate) fn read_span(text: &str) -> Option<Span> {
    let (range, size) = text.strip_prefix("bytes ")?.split_once('/')?;
    let size = match size {
        "*" => None,
        size => Some(number(size)?),
    };
    if range == "*" {
        return Some(Span::Ask { size });
    }
    let (first, last) = range.split_once('-')?;
    let (first, last) = (number(first)?, number(last)?);
    Some(Span::Bytes { first, last, size })
}

/// Parses decimal digits and nothing else.
fn number(text: &str) -> Option<u64> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| text.parse().ok()).flatten()
}

#[cfg(test)]
mod tests;
