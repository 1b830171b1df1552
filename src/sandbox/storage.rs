//! The storage server that signed URLs point to.

use hyper::Method;
use hyper::header::{AUTHORIZATION, CONTENT_TYPE, EXPECT, HOST, HeaderValue, LOCATION};

use super::Via;
use super::answer::Reply;
use super::assets::StoredBytes;
use super::exchange::Exchange;
use super::intake::IntakeStop;
use super::multipart::{Form, MultipartError, declared_length};
use super::plan::{Call, PlannedFault};
use super::resumable;
use super::ticket::{MAX_OBJECT, OfferedProtocol, Ticket};

/// Google's header with the upload id.
const UPLOAD_ID: &str = "x-guploader-uploadid";

/// Answers a request to the storage port.
pub(super) async fn answer(x: &Exchange) -> Result<Reply, IntakeStop> {
    let target = x.head.uri.path_and_query();
    let target = target.map_or("", |target| target.as_str());
    let reply = decide(x, target).await?.naming(target);
    // As at Google, the id in this header is the session's secret.
    Ok(match target.rsplit_once("upload_id=") {
        Some((_, id)) => reply.header(UPLOAD_ID, id),
        None => reply,
    })
}

async fn decide(x: &Exchange, target: &str) -> Result<Reply, IntakeStop> {
    let headers = &x.head.headers;
    if headers.contains_key(AUTHORIZATION) {
        let what = "The key of the API does not belong here.";
        return Ok(Reply::storage_error(400, "InvalidArgument", what));
    }
    if headers.contains_key(EXPECT) {
        let what = "Expect is not taken.";
        return Ok(Reply::storage_error(417, "ExpectationFailed", what));
    }
    if let Some(session) = x.state.session(target) {
        return resumable::answer(x, &session, target).await;
    }
    if target.contains("upload_id=") {
        let what = "The session does not exist.";
        return Ok(Reply::storage_error(404, "NoSuchUpload", what));
    }
    let Some(ticket) = x.state.ticket(target) else {
        return Ok(mismatch(x));
    };
    if let Some(refused) = check_head(x, &ticket) {
        return Ok(refused);
    }
    match ticket.protocol {
        OfferedProtocol::Form => form(x, &ticket).await,
        OfferedProtocol::ResumableStart => start(x, &ticket).await,
        _ => put(x, &ticket).await,
    }
}

/// Returns 403, as for any request other than the signed one.
fn mismatch(x: &Exchange) -> Reply {
    let path = x.head.uri.path();
    Reply::storage_error_with(
        403,
        "SignatureDoesNotMatch",
        "The request signature we calculated does not match the signature you provided.",
        &[("StringToSign", &format!("{}\n{path}", x.head.method))],
    )
}

fn malformed(header: &str, details: &str) -> Reply {
    Reply::storage_error_with(
        400,
        "MalformedSecurityHeader",
        "Your request has a malformed header.",
        &[("ParameterName", header), ("Details", details)],
    )
}

/// Checks method and headers against the signature.
fn check_head(x: &Exchange, ticket: &Ticket) -> Option<Reply> {
    let headers = &x.head.headers;
    let is_form = ticket.protocol == OfferedProtocol::Form;
    let starts = ticket.protocol == OfferedProtocol::ResumableStart;
    let method = if is_form || starts {
        Method::POST
    } else {
        Method::PUT
    };
    if x.head.method != method {
        // The service's own server, which takes forms, checks no signature.
        return Some(if is_form {
            Reply::spring(405)
        } else {
            mismatch(x)
        });
    }
    let authority = x.state.storage_origin.strip_prefix("http://");
    if headers.get(HOST).and_then(|host| host.to_str().ok()) != authority {
        return Some(mismatch(x));
    }
    let signed = ticket.signed_headers();
    for name in headers.keys().map(hyper::header::HeaderName::as_str) {
        if name.starts_with("x-goog-") && !signed.contains(&name) {
            let details = "Header was included in the request, but not in signedheaders.";
            return Some(malformed(name, details));
        }
    }
    for name in signed {
        if !headers.contains_key(*name) {
            let details = "Header was included in signedheaders, but not in the request.";
            return Some(malformed(name, details));
        }
    }
    if ticket.protocol == OfferedProtocol::PutV2 && headers.contains_key(CONTENT_TYPE) {
        return Some(mismatch(x));
    }
    if starts && headers.get("x-goog-resumable").map(HeaderValue::as_bytes) != Some(b"start") {
        return Some(mismatch(x));
    }
    match declared_length(headers) {
        None => Some(Reply::length_required()),
        Some(length) if !is_form && length > MAX_OBJECT => Some(too_large()),
        Some(length) if starts && length != 0 => {
            let what = "Starting a session takes no body.";
            Some(Reply::storage_error(400, "InvalidArgument", what))
        }
        Some(_) => None,
    }
}

fn too_large() -> Reply {
    let what = "Your proposed upload is larger than the maximum object size.";
    Reply::storage_error(400, "EntityTooLarge", what)
}

async fn put(x: &Exchange, ticket: &Ticket) -> Result<Reply, IntakeStop> {
    x.record_call(Call::StoragePut);
    let name = x.state.name_of(&ticket.asset_id);
    let fault = x.take_fault(Call::StoragePut, name.as_deref()).await;
    let mut hasher = blake3::Hasher::new();
    let mut size = 0_u64;
    while let Some(bytes) = x.intake.next().await? {
        size += bytes.len() as u64;
        hasher.update(&bytes);
    }
    let content_type = x.head.headers.get(CONTENT_TYPE);
    let content_type = content_type.and_then(|value| value.to_str().ok());
    x.finish(fault.as_ref(), || {
        let bytes = StoredBytes {
            size,
            blake3: hasher.finalize().to_hex().to_string(),
            content_type: content_type.map(str::to_owned),
            via: Via::SignedUrl(ticket.protocol),
        };
        x.state.store(&ticket.asset_id, bytes);
        Reply::empty(200).header("x-goog-stored-content-length", &size.to_string())
    })
    .await
}

async fn form(x: &Exchange, ticket: &Ticket) -> Result<Reply, IntakeStop> {
    x.record_call(Call::StorageForm);
    let name = x.state.name_of(&ticket.asset_id);
    let form = match Form::open(&x.head.headers, &x.intake).await {
        Ok(form) => form,
        Err(refused) => return refuse(refused),
    };
    let fault = x.take_fault(Call::StorageForm, name.as_deref()).await;
    if let Some(PlannedFault::Answer(reply)) = fault {
        x.intake.drain().await?;
        return Ok(reply);
    }
    let via = Via::SignedUrl(ticket.protocol);
    let bytes = match form.read(&x.intake, MAX_OBJECT, via).await {
        Ok(bytes) => bytes,
        Err(refused) => return refuse(refused),
    };
    x.finish(fault.as_ref(), || {
        x.state.store(&ticket.asset_id, bytes);
        Reply::empty(204)
    })
    .await
}

fn refuse(refused: MultipartError) -> Result<Reply, IntakeStop> {
    match refused {
        MultipartError::Stopped(stop) => Err(stop),
        MultipartError::Length => Ok(Reply::length_required()),
        MultipartError::TooLarge => Ok(too_large()),
        MultipartError::Framing(what) => {
            Ok(Reply::storage_error(400, "MalformedPOSTRequest", what))
        }
    }
}

async fn start(x: &Exchange, ticket: &Ticket) -> Result<Reply, IntakeStop> {
    x.record_call(Call::SessionStart);
    let name = x.state.name_of(&ticket.asset_id);
    let fault = x.take_fault(Call::SessionStart, name.as_deref()).await;
    x.intake.drain().await?;
    x.finish(fault.as_ref(), || {
        let location = x.state.start_session(ticket);
        let id = location.rsplit("upload_id=").next().unwrap_or_default();
        Reply::empty(201)
            .header(LOCATION.as_str(), &location)
            .header(UPLOAD_ID, id)
    })
    .await
}
