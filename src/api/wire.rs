//! The service's answers, read tolerantly: the envelope and what the calls need out of it.
//!
//! Pure functions over the bytes of an answer. Which [`Fault`](crate::model::fault::Fault)
//! a failure is, is decided in [`super::error`].

use std::time::Duration;

use serde_json::Value;
use zeroize::Zeroizing;

mod data;
mod said;

pub(crate) use self::data::Data;
use self::data::Members;
use self::said::has;
pub(crate) use self::said::{speaks_of_passing_trouble, speaks_of_retirement};
use super::{SecretUrl, Session, SignedUpload};
use crate::model::asset::{AssetAnswer, AssetId, AssetMetadata, AssetStatus};

/// How deep the things that a call needs may be nested below `data`.
const MAX_NESTING: usize = 4;
/// Places of ids in an answer that are looked at for diagnosis.
const MAX_WRITTEN: usize = 8;

/// `{code, msg, data, success, failed}`, each of them optional, numbers also as strings.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Envelope<'a> {
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
    pub(crate) data: Data<'a>,
}

/// What an envelope says of its call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum EnvelopeStatus {
    /// It worked.
    Success,
    /// It did not, with this code.
    Failure(u32),
    /// It did not, without a code that says more.
    PlainFailure,
    /// A success code beside `success: false` or `failed: true`.
    Contradiction,
}

/// The members that make an object an envelope: any of them does.
const MEMBERS: [&str; 8] = [
    "code", "msg", "message", "error", "success", "failed", "data", "status",
];

impl<'a> Envelope<'a> {
    /// Reads an envelope; `None` when the bytes are not a JSON object with at least one
    /// of an envelope's members.
    pub(crate) fn read(body: &'a [u8]) -> Option<Self> {
        let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
        let members: Members<'a> = serde_json::from_slice(body).ok()?;
        let text = |names: &[&str]| names.iter().find_map(|name| members.get(*name)?.text());
        let truth = |name| members.get(name)?.truth();
        let is_envelope = MEMBERS.iter().any(|name| members.contains_key(*name));
        is_envelope.then(|| Self {
            code: text(&["code"]),
            message: text(&["msg", "message", "error"]),
            request_id: text(&["requestId", "request_id"]),
            success: truth("success"),
            failed: truth("failed"),
            data: members.get("data").copied().unwrap_or(Data::NULL),
        })
    }

    /// `code` as a number: `"0429"` is 429.
    pub(crate) fn number(&self) -> Option<u32> {
        self.code.as_deref()?.parse().ok()
    }

    /// Returns whether the call worked, as far as the envelope goes.
    pub(crate) fn says(&self) -> EnvelopeStatus {
        let denied = self.success == Some(false) || self.failed == Some(true);
        match (self.code.as_deref(), self.number()) {
            (None, _) if denied => EnvelopeStatus::PlainFailure,
            (None, _) | (Some(_), Some(0 | 200)) if !denied => EnvelopeStatus::Success,
            (_, Some(0 | 200)) => EnvelopeStatus::Contradiction,
            (_, Some(code)) => EnvelopeStatus::Failure(code),
            (_, None) => EnvelopeStatus::PlainFailure,
        }
    }

    /// Returns whether it says `success: true`, does not say `failed`, and gives an asset id: then the
    /// file is stored, whatever the code.
    pub(crate) fn gives_asset(&self) -> bool {
        self.success == Some(true) && self.failed != Some(true) && asset_id(self.data).is_some()
    }

    /// Returns whether the message is the one that a rate limit and a validation failure share.
    pub(crate) fn is_shared_limit_text(&self) -> bool {
        self.speaks_of(&["exceeded the limit"])
    }

    /// Returns whether the message speaks of the rate limit and nothing else.
    pub(crate) fn is_rate_limit_text(&self) -> bool {
        self.speaks_of(&["rate limit", "too many requests"])
    }

    /// Returns whether the message says that there is no such asset.
    pub(crate) fn is_asset_not_found(&self) -> bool {
        self.speaks_of(&["asset"]) && self.speaks_of(&["not found", "not exist", "no such"])
    }

    fn speaks_of(&self, words: &[&str]) -> bool {
        self.message.as_deref().is_some_and(|text| has(text, words))
    }
}

/// The id out of the `data` of a direct upload: a string or a number, at its place or
/// nested, or `data` itself.
pub(crate) fn asset_id(data: Data<'_>) -> Option<AssetId> {
    if let Value::String(text) = data.scalar() {
        return usable_id(&text).filter(|id| looks_like_an_id(id.as_str()));
    }
    let found = data.find(&["asset_id", "assetId"], MAX_NESTING)?;
    usable_id(&found.text()?)
}

/// An asset id in an answer that is of no other use: in the `data` of an envelope, whatever
/// that says, or in what is left of one.
pub(crate) fn asset_id_anywhere(body: &[u8]) -> Option<AssetId> {
    let told = Envelope::read(body).and_then(|envelope| asset_id(envelope.data));
    told.or_else(|| ids_in_text(body).iter().find_map(|text| usable_id(text)))
}

/// Returns what stands at the ids' places in an answer or what is left of one, usable or not: the first
/// few, each once.
pub(crate) fn ids_in_text(body: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(body);
    let mut found = Vec::new();
    let mut rest = text.as_ref();
    for _ in 0..MAX_WRITTEN {
        let after = |name: &str| Some(rest.find(name)? + name.len());
        let ends = ["\"asset_id\"", "\"assetId\""].map(after);
        let Some(end) = ends.into_iter().flatten().min() else {
            break;
        };
        rest = &rest[end..];
        let Some(value) = rest.trim_start().strip_prefix(':').map(str::trim_start) else {
            continue;
        };
        if !value.starts_with(['"', '-']) && !value.starts_with(|c: char| c.is_ascii_digit()) {
            continue;
        }
        let mut values = serde_json::Deserializer::from_str(value).into_iter::<Data<'_>>();
        let read = values.next().and_then(Result::ok);
        // One that ends with what is left may not be whole.
        let read = read.filter(|_| values.byte_offset() < value.len());
        let read = read.and_then(Data::text);
        found.extend(read.filter(|id| !found.contains(id)));
    }
    found
}

/// An id out of an answer, unless it is what programs write where there is none.
fn usable_id(text: &str) -> Option<AssetId> {
    AssetId::new(text).filter(|id| !is_placeholder(id.as_str()))
}

/// Returns whether a text that stands alone is an id rather than words: `re_<digits>`, `im_<digits>`,
/// `imc_<digits>_<n>`.
fn looks_like_an_id(text: &str) -> bool {
    let numbered = text.rsplit_once('_');
    text.starts_with("re_") || numbered.is_some_and(|(_, number)| is_digits(number))
}

/// Returns whether this is a word or a number for "nothing" that was made a text.
pub(crate) fn is_placeholder(text: &str) -> bool {
    const WORDS: [&str; 8] = [
        "null",
        "nil",
        "none",
        "undefined",
        "nan",
        "false",
        "true",
        "0",
    ];
    WORDS.iter().any(|word| text.eq_ignore_ascii_case(word))
}

/// The ticket out of the `data` of a signed URL call. The URL is taken as it is; whether
/// it may be used is for the storage step to say.
pub(crate) fn ticket(data: Data<'_>) -> Option<SignedUpload> {
    let url = data.find(&["signed_url", "signedUrl", "upload_url"], MAX_NESTING)?;
    let Value::String(url) = url.scalar() else {
        return None;
    };
    let url = Zeroizing::new(url);
    let trimmed = url.trim();
    if trimmed.is_empty() {
        return None;
    }
    Some(SignedUpload {
        asset_id: asset_id(data)?,
        url: SecretUrl(Zeroizing::new(trimmed.to_owned())),
        expires_in: data
            .find(&["expires_in", "expiresIn"], MAX_NESTING)
            .and_then(seconds),
        session: Session::default(),
        unanswered: Default::default(),
    })
}

/// Returns whether the list of a metadata call's `data` is `null`, as an empty list may be written.
fn lists_nothing(data: Data<'_>) -> bool {
    let members = data.members();
    members.is_some_and(|members| members.get("resource") == Some(&Data::NULL))
}

/// Returns what the `data` of a metadata call says of `asset`: the entry with its id, else the
/// only entry. An empty list is "no such asset"; `None` when there is nothing to read.
pub(crate) fn metadata(data: Data<'_>, asset: &AssetId) -> Option<AssetAnswer> {
    let listed = data.find(&["resource", "resources"], 2);
    let entries = match listed.and_then(Data::elements) {
        Some(entries) if entries.is_empty() => return Some(AssetAnswer::NotFound),
        Some(entries) => entries,
        None if lists_nothing(data) => return Some(AssetAnswer::NotFound),
        None => data.elements()?,
    };
    let id = |entry: &Members<'_>| first(entry, ["asset_id", "assetId"], Data::text);
    // One at a time: a list of a hundred thousand is not held as so many objects.
    let objects = || entries.iter().filter_map(|entry| entry.members());
    let own = objects().find(|entry| id(entry).as_deref() == Some(asset.as_str()));
    let entry = match own {
        Some(entry) => entry,
        None => {
            let mut all = objects();
            let only = all.next().filter(|entry| id(entry).is_none())?;
            all.next().is_none().then_some(only)?
        }
    };
    let word = |data: Data<'_>| data.scalar().as_str().map(AssetStatus::from_wire);
    let status = first(&entry, ["upload_status", "uploadStatus"], word)?;
    let size = first(&entry, ["file_size", "fileSize"], size_of);
    // Before it is ready 0 says that nothing came yet; then it is a size like any other.
    let counts = |size: &u64| *size > 0 || status == AssetStatus::Success;
    Some(AssetAnswer::Known(AssetMetadata {
        status,
        file_size: size.filter(counts),
    }))
}

/// Reads the first of two members that can be read.
fn first<'a, T>(
    members: &Members<'a>,
    names: [&str; 2],
    read: impl Fn(Data<'a>) -> Option<T>,
) -> Option<T> {
    names.iter().find_map(|name| read(*members.get(*name)?))
}

/// Reads whole seconds, also from text; a fraction is dropped.
fn seconds(data: Data<'_>) -> Option<Duration> {
    let text = match data.scalar() {
        Value::String(text) => text,
        Value::Number(number) => number.to_string(),
        _ => return None,
    };
    let whole = text.trim().split('.').next()?;
    whole.parse().ok().map(Duration::from_secs)
}

/// Reads a count of bytes: digits, as a number or text. Anything else reports no size, and is no
/// reason to doubt the file.
fn size_of(data: Data<'_>) -> Option<u64> {
    let text = data.text()?;
    // A number beyond all files is a number all the same, and no file's.
    is_digits(&text).then(|| text.parse().unwrap_or(u64::MAX))
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Returns whether an answer is a web page, by its content type or its first characters.
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
mod tests;
