//! The service's answers, read tolerantly: the envelope and what the calls need out of it.
//!
//! Pure functions over the bytes of an answer. Which [`Fault`](crate::model::fault::Fault)
//! a failure is, is decided in [`super::error`].

use std::time::Duration;

use serde_json::{Map, Value};
use zeroize::Zeroizing;

use super::{SecretUrl, Session, Ticket};
use crate::model::asset::{AssetAnswer, AssetId, AssetMetadata, AssetStatus};

/// How deep the things that a call needs may be nested below `data`.
const MAX_NESTING: usize = 4;

/// `{code, msg, data, success, failed}`, each of them optional, numbers also as strings.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Envelope {
    /// `code` as it was written, without a difference between number and string.
    pub(crate) code: Option<String>,
    /// `msg`, or the `error` of a Spring body.
    pub(crate) message: Option<String>,
    /// The service's id of the request, as Spring bodies have it.
    pub(crate) request_id: Option<String>,
    /// `success`.
    pub(crate) success: Option<bool>,
    /// `failed`.
    pub(crate) failed: Option<bool>,
    /// `data`.
    pub(crate) data: Value,
}

/// What an envelope says of its call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Says {
    /// It worked.
    Success,
    /// It did not, with this code.
    Failure(u32),
    /// It did not, without a code that says more.
    PlainFailure,
    /// A success code beside `success: false` or `failed: true`.
    Contradiction,
}

impl Envelope {
    /// Reads an envelope; `None` when the bytes are not a JSON object with at least one
    /// of an envelope's members.
    pub(crate) fn read(body: &[u8]) -> Option<Self> {
        let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
        let Ok(Value::Object(mut members)) = serde_json::from_slice::<Value>(body) else {
            return None;
        };
        let known = [
            "code", "msg", "message", "data", "success", "failed", "error", "status",
        ];
        if !known.iter().any(|name| members.contains_key(*name)) {
            return None;
        }
        Some(Self {
            code: members.get("code").and_then(scalar),
            message: ["msg", "message", "error"]
                .iter()
                .find_map(|name| members.get(*name).and_then(scalar)),
            request_id: ["requestId", "request_id"]
                .iter()
                .find_map(|name| members.get(*name).and_then(scalar)),
            success: members.get("success").and_then(truth),
            failed: members.get("failed").and_then(truth),
            data: members.remove("data").unwrap_or(Value::Null),
        })
    }

    /// `code` as a number: `"0429"` is 429.
    pub(crate) fn number(&self) -> Option<u32> {
        self.code.as_deref()?.parse().ok()
    }

    /// Whether the call worked, as far as the envelope goes.
    pub(crate) fn says(&self) -> Says {
        let denied = self.success == Some(false) || self.failed == Some(true);
        match (self.code.as_deref(), self.number()) {
            (None, _) if denied => Says::PlainFailure,
            (None, _) | (Some(_), Some(0 | 200)) if !denied => Says::Success,
            (_, Some(0 | 200)) => Says::Contradiction,
            (_, Some(code)) => Says::Failure(code),
            (_, None) => Says::PlainFailure,
        }
    }

    /// Whether the message is the one that a rate limit and a validation failure share.
    pub(crate) fn is_shared_limit_text(&self) -> bool {
        self.message
            .as_deref()
            .is_some_and(|text| text.to_ascii_lowercase().contains("exceeded the limit"))
    }

    /// Whether the message speaks of the rate limit and nothing else.
    pub(crate) fn is_rate_limit_text(&self) -> bool {
        self.message.as_deref().is_some_and(|text| {
            let text = text.to_ascii_lowercase();
            text.contains("rate limit") || text.contains("too many requests")
        })
    }

    /// Whether the message says that there is no such asset.
    pub(crate) fn is_asset_not_found(&self) -> bool {
        self.message.as_deref().is_some_and(|text| {
            let text = text.to_ascii_lowercase();
            text.contains("asset")
                && ["not found", "not exist", "no such"]
                    .iter()
                    .any(|words| text.contains(words))
        })
    }
}

/// The id out of the `data` of a direct upload: a string or a number, at its place or
/// nested, or `data` itself.
pub(crate) fn asset_id(data: &Value) -> Option<AssetId> {
    if let Value::String(text) = data {
        return text
            .starts_with("re_")
            .then(|| AssetId::new(text))
            .flatten();
    }
    find(data, &["asset_id", "assetId"], MAX_NESTING)
        .and_then(scalar)
        .and_then(|text| AssetId::new(&text))
}

/// An asset id in an answer that is of no other use: in the `data` of an envelope, whatever
/// that says, or in what is left of one.
pub(crate) fn stray_id(body: &[u8]) -> Option<AssetId> {
    let told = Envelope::read(body).and_then(|envelope| asset_id(&envelope.data));
    told.or_else(|| {
        let text = String::from_utf8_lossy(body);
        ["\"asset_id\"", "\"assetId\""].iter().find_map(|name| {
            let (_, rest) = text.split_once(name)?;
            let value = rest.trim_start().strip_prefix(':')?.trim_start();
            // One that ends with what is left may not be whole.
            let (id, _) = value.strip_prefix('"')?.split_once('"')?;
            AssetId::new(id)
        })
    })
}

/// The ticket out of the `data` of a signed URL call. The URL is taken as it is; whether
/// it may be used is for the storage step to say.
pub(crate) fn ticket(data: &Value) -> Option<Ticket> {
    let url = find(
        data,
        &["signed_url", "signedUrl", "upload_url"],
        MAX_NESTING,
    )
    .and_then(Value::as_str)
    .map(str::trim)
    .filter(|url| !url.is_empty())?;
    Some(Ticket {
        asset_id: asset_id(data)?,
        url: SecretUrl(Zeroizing::new(url.to_owned())),
        expires_in: find(data, &["expires_in", "expiresIn"], MAX_NESTING)
            .and_then(number)
            .map(Duration::from_secs),
        session: Session::default(),
    })
}

/// What the `data` of a metadata call says of `asset`: the entry with its id, else the
/// only entry. An empty list is "no such asset"; `None` when there is nothing to read.
pub(crate) fn metadata(data: &Value, asset: &AssetId) -> Option<AssetAnswer> {
    let entries: Vec<&Map<String, Value>> = match find(data, &["resource", "resources"], 2) {
        Some(Value::Array(list)) => {
            if list.is_empty() {
                return Some(AssetAnswer::NotFound);
            }
            list.iter().filter_map(Value::as_object).collect()
        }
        Some(Value::Object(entry)) => vec![entry],
        _ => match data {
            Value::Array(list) => list.iter().filter_map(Value::as_object).collect(),
            Value::Object(entry) => vec![entry],
            _ => Vec::new(),
        },
    };
    let id_of = |entry: &Map<String, Value>| {
        ["asset_id", "assetId"]
            .iter()
            .find_map(|name| entry.get(*name).and_then(scalar))
    };
    let entry = entries
        .iter()
        .find(|entry| id_of(entry).as_deref() == Some(asset.as_str()))
        .or(match entries.as_slice() {
            [only] if id_of(only).is_none() => Some(only),
            _ => None,
        })?;
    let status = ["upload_status", "uploadStatus"]
        .iter()
        .find_map(|name| entry.get(*name).and_then(Value::as_str))?;
    Some(AssetAnswer::Known(AssetMetadata {
        status: AssetStatus::from_wire(status),
        file_size: ["file_size", "fileSize"]
            .iter()
            .find_map(|name| entry.get(*name).and_then(number))
            .filter(|size| *size > 0),
    }))
}

/// The first non-null member with one of these names, here or below objects and
/// single-element lists.
fn find<'a>(value: &'a Value, names: &[&str], depth: usize) -> Option<&'a Value> {
    match value {
        Value::Object(members) => names
            .iter()
            .find_map(|name| members.get(*name).filter(|value| !value.is_null()))
            .or_else(|| {
                let depth = depth.checked_sub(1)?;
                members.values().find_map(|inner| find(inner, names, depth))
            }),
        Value::Array(list) if list.len() == 1 => find(&list[0], names, depth.checked_sub(1)?),
        _ => None,
    }
}

/// A string or an integer as text; nothing else, for a float that was an id is no longer it.
fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.trim().to_owned()).filter(|text| !text.is_empty()),
        Value::Number(number) if !number.is_f64() => Some(number.to_string()),
        _ => None,
    }
}

/// An amount, also as a string or with a fraction, which is dropped.
fn number(value: &Value) -> Option<u64> {
    let text = match value {
        Value::String(text) => text.trim().to_owned(),
        Value::Number(number) => number.to_string(),
        _ => return None,
    };
    let whole = text
        .split_once('.')
        .map_or(text.as_str(), |(whole, _)| whole);
    // A number beyond all files is a number all the same, and no file's.
    let digits = !whole.is_empty() && whole.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| whole.parse().unwrap_or(u64::MAX))
}

/// A boolean, also as a string.
fn truth(value: &Value) -> Option<bool> {
    match value {
        Value::Bool(truth) => Some(*truth),
        Value::String(text) => text.trim().to_ascii_lowercase().parse().ok(),
        _ => None,
    }
}

/// Whether an answer is a web page, by its content type or its first characters.
pub(crate) fn is_web_page(content_type: Option<&str>, body: &[u8]) -> bool {
    let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
    let start = body.trim_ascii_start();
    let head: Vec<u8> = start.iter().take(16).map(u8::to_ascii_lowercase).collect();
    let html_type =
        content_type.is_some_and(|kind| kind.trim().to_ascii_lowercase().starts_with("text/html"));
    (html_type && !start.starts_with(b"{"))
        || [&b"<!doctype"[..], b"<html", b"<head", b"<body", b"<script"]
            .iter()
            .any(|tag| head.starts_with(tag))
}

#[cfg(test)]
#[path = "wire_tests.rs"]
mod tests;
