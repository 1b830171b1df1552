//! Requests to resumable sessions, answered as Google Cloud Storage does.

use bytes::Buf;
use hyper::Method;
use hyper::header::{CONTENT_RANGE, RANGE};

use super::answer::Reply;
use super::content_range::{Span, read_span};
use super::exchange::Exchange;
use super::intake::IntakeStop;
use super::multipart::declared_length;
use super::plan::{Call, PlannedFault};
use super::session::{QUANTUM, StorageSession};
use super::ticket::MAX_OBJECT;

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
        return Ok(Reply::length_required());
    };
    let range = x.head.headers.get(CONTENT_RANGE);
    let span = match range {
        None => Some(Span {
            bytes: Some((0, length.saturating_sub(1))),
            size: length,
        }),
        Some(range) => range.to_str().ok().and_then(read_span),
    };
    let bad = |what: &str| Ok(Reply::storage_error(400, "InvalidArgument", what));
    let Some(Span { bytes, size }) = span else {
        return bad("The Content-Range cannot be read.");
    };
    let name = x.state.name_of(&session.asset_id);
    match bytes {
        None => {
            x.record_call(Call::SessionStatus);
            if length != 0 {
                return bad("A status query has no body.");
            }
            let fault = x.take_fault(Call::SessionStatus, name.as_deref()).await;
            x.intake.drain().await?;
            if let Some(PlannedFault::LoseSession { status }) = fault {
                return Ok(lose(x, target, status));
            }
            if !session.agree_on_size(size) {
                return bad("The size differs from what was said before.");
            }
            x.finish(fault.as_ref(), || offset_reply(session)).await
        }
        Some((first, last)) => {
            x.record_call(Call::SessionPut);
            if size > MAX_OBJECT || last >= size {
                return bad("The Content-Range is beyond the size.");
            }
            if length == 0 || last.checked_sub(first) != Some(length - 1) {
                return bad("The Content-Range and the Content-Length disagree.");
            }
            let ends = size == last + 1;
            if !ends && !length.is_multiple_of(QUANTUM as u64) {
                return bad("A chunk that is not the last must be a multiple of 256 KiB.");
            }
            let fault = x.take_fault(Call::SessionPut, name.as_deref()).await;
            if let Some(PlannedFault::LoseSession { status }) = fault {
                return Ok(lose(x, target, status));
            }
            if !session.agree_on_size(size) {
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

/// Tells the session's offset.
fn offset_reply(session: &StorageSession) -> Reply {
    let Some(kept) = session.offset() else {
        return Reply::empty(200);
    };
    let reply = Reply::empty(308);
    match kept.checked_sub(1) {
        Some(last) => reply.header(RANGE.as_str(), &format!("bytes=0-{last}")),
        None => reply,
    }
}

async fn put(
    x: &Exchange,
    session: &StorageSession,
    first: u64,
    ends: bool,
    fault: Option<&PlannedFault>,
) -> Result<Reply, IntakeStop> {
    let Some((writer, kept)) = session.begin() else {
        return Ok(offset_reply(session));
    };
    let Some(mut overlap) = kept.checked_sub(first) else {
        let what = "Bytes before those of the Content-Range are missing.";
        return Ok(Reply::storage_error(400, "InvalidArgument", what));
    };
    let keeps = !matches!(
        fault,
        Some(PlannedFault::Answer(_) | PlannedFault::LoseAnswer { stored: false, .. })
    );
    while let Some(mut bytes) = x.intake.next().await? {
        // Skips bytes that the session already has.
        let known = usize::try_from(overlap).map_or(bytes.len(), |known| known.min(bytes.len()));
        overlap -= known as u64;
        bytes.advance(known);
        if keeps && !session.append(writer, &bytes) {
            return Err(IntakeStop::Gone);
        }
    }
    x.finish(fault, || {
        if ends
            && keeps
            && let Some(bytes) = session.complete(writer)
        {
            x.state.store(&session.asset_id, bytes);
        }
        offset_reply(session)
    })
    .await
}
