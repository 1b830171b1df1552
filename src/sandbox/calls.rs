//! The API's calls.

use std::time::Instant;

use hyper::Method;
use hyper::header::{AUTHORIZATION, CONTENT_TYPE};
use serde_json::{Value, json};

use super::Via;
use super::answer::Reply;
use super::exchange::Exchange;
use super::intake::IntakeStop;
use super::multipart::{Form, MultipartError, declared_length, read_small};
use super::plan::{Call, PlannedFault};

/// Path prefix of the API.
pub(super) const BASE_PATH: &str = "/serve/api/v2";

/// Size limit of a JSON request in bytes.
const MAX_JSON: usize = 64 * 1024;

/// Asset id that never exists: clients poll it to check a key.
const NO_ASSET: &str = "re_0";

/// Answers a request to the API's port.
pub(super) async fn answer(x: &Exchange) -> Result<Reply, IntakeStop> {
    let path = x.head.uri.path();
    // For tests in another process: without a key, and outside of the rate limit.
    match path {
        "/sandbox/stored" if x.head.method == Method::GET => {
            return Ok(Reply::json(200, &json!(x.state.stored())));
        }
        "/sandbox/requests" if x.head.method == Method::GET => {
            return Ok(Reply::json(200, &json!(x.state.requests())));
        }
        _ => {}
    }
    let Some(path) = path.strip_prefix(BASE_PATH) else {
        return Ok(Reply::spring(404));
    };
    let route = route(&x.head.method, path);
    if let Ok((call, _)) = route {
        x.record_call(call);
    }
    let Some(key) = key(x) else {
        return Ok(Reply::status(401));
    };
    if !x.state.admit(key, Instant::now()) {
        return Ok(Reply::status(429));
    }
    let pays = matches!(route, Ok((Call::Upload | Call::SignedUrl, _)));
    if pays && x.state.balance_empty() {
        return Ok(Reply::status(402));
    }
    match route {
        Ok((Call::Upload, _)) => upload(x, key).await,
        Ok((Call::SignedUrl, _)) => signed_url(x, key).await,
        Ok((Call::Delete, id)) => delete(x, key, id).await,
        Ok((call, id)) => metadata(x, key, call, id).await,
        Err(405) => Ok(Reply::status(405)),
        Err(status) => Ok(Reply::spring(status)),
    }
}

/// Returns the call and the asset id in its path, or the status of a request that is no call.
fn route<'a>(method: &Method, path: &'a str) -> Result<(Call, &'a str), u16> {
    let segments: Vec<&str> = path.split('/').skip(1).collect();
    let (needed, call, id) = match segments.as_slice() {
        ["upload"] => (Method::POST, Call::Upload, ""),
        ["upload", "signed-url"] => (Method::POST, Call::SignedUrl, ""),
        [NO_ASSET, "metadata"] => (Method::GET, Call::KeyCheck, NO_ASSET),
        [id] if !id.is_empty() => (Method::DELETE, Call::Delete, *id),
        [id, "metadata"] if !id.is_empty() => (Method::GET, Call::Metadata, *id),
        _ => return Err(404),
    };
    if *method == needed {
        Ok((call, id))
    } else {
        Err(405)
    }
}

/// Returns the request's key if it is accepted: the bare header, starting with `sk-`.
fn key(x: &Exchange) -> Option<&str> {
    let mut given = x.head.headers.get_all(AUTHORIZATION).iter();
    let key = given.next()?.to_str().ok()?;
    let good = given.next().is_none()
        && key.strip_prefix("sk-").is_some_and(|rest| {
            !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_graphic())
        })
        && !x.state.refuses(key);
    good.then_some(key)
}

async fn upload(x: &Exchange, key: &str) -> Result<Reply, IntakeStop> {
    let form = match Form::open(&x.head.headers, &x.intake).await {
        Ok(form) => form,
        Err(refused) => return refuse(refused),
    };
    let name = form.file_name.clone();
    let fault = x.take_fault(Call::Upload, Some(&name)).await;
    if let Some(PlannedFault::Answer(reply)) = fault {
        x.intake.drain().await?;
        return Ok(reply);
    }
    let limit = x.state.direct_limit;
    let bytes = match form.read(&x.intake, limit, Via::Direct).await {
        Ok(bytes) => bytes,
        Err(refused) => return refuse(refused),
    };
    x.finish(fault.as_ref(), || {
        let id = x.state.create(key, &name, fault.as_ref());
        x.state.store(&id, bytes);
        x.record_asset(&id);
        Reply::success(x.state.style(), &json!({ "asset_id": id }))
    })
    .await
}

fn refuse(refused: MultipartError) -> Result<Reply, IntakeStop> {
    match refused {
        MultipartError::Stopped(stop) => Err(stop),
        MultipartError::Length => Ok(Reply::status(411)),
        MultipartError::TooLarge => Ok(Reply::status(413)),
        MultipartError::Framing(what) => Ok(Reply::error(400, what)),
    }
}

async fn signed_url(x: &Exchange, key: &str) -> Result<Reply, IntakeStop> {
    if declared_length(&x.head.headers).is_none() {
        return Ok(Reply::status(411));
    }
    let json_typed = x
        .head
        .headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split(';').next())
        .is_some_and(|value| value.trim().eq_ignore_ascii_case("application/json"));
    if !json_typed {
        return Ok(Reply::status(415));
    }
    let Some(body) = read_small(&x.intake, MAX_JSON).await? else {
        return Ok(Reply::status(413));
    };
    let name = serde_json::from_slice::<Value>(&body)
        .ok()
        .and_then(|body| Some(body.get("original_filename")?.as_str()?.to_owned()))
        .filter(|name| !name.is_empty());
    let Some(name) = name else {
        return Ok(Reply::error(400, "original_filename must not be empty"));
    };
    let fault = x.take_fault(Call::SignedUrl, Some(&name)).await;
    x.intake.drain().await?;
    x.finish(fault.as_ref(), || {
        let data = x.state.issue(key, &name, fault.as_ref());
        x.record_asset(data["asset_id"].as_str().unwrap_or_default());
        Reply::success(x.state.style(), &data)
    })
    .await
}

async fn metadata(x: &Exchange, key: &str, call: Call, id: &str) -> Result<Reply, IntakeStop> {
    x.record_asset(id);
    let fault = x.take_fault(call, x.state.name_of(id).as_deref()).await;
    x.intake.drain().await?;
    x.finish(fault.as_ref(), || match x.state.metadata(key, id) {
        Some(data) => Reply::success(x.state.style(), &data),
        None => Reply::error(400, "Asset not found"),
    })
    .await
}

async fn delete(x: &Exchange, key: &str, id: &str) -> Result<Reply, IntakeStop> {
    let name = x.state.name_of(id);
    let fault = x.take_fault(Call::Delete, name.as_deref()).await;
    x.intake.drain().await?;
    x.finish(fault.as_ref(), || {
        if x.state.delete(key, id) {
            Reply::success(x.state.style(), &Value::Null)
        } else {
            Reply::error(400, "Asset not found")
        }
    })
    .await
}
