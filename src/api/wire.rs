//! Tolerant parsing of the service's responses: the envelope and the fields that calls need.
//!
//! Pure functions over a response's bytes; [`super::error`] decides on the
//! [`Fault`](crate::model::fault::Fault) of a failure.

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

/// Deepest nesting of needed fields below `data`.
const MAX_NESTING: usize = 4;
/// Most ids in a response to examine for diagnosis.
const MAX_WRITTEN: usize = 8;

/// `{code, msg, data, success, failed}`, all optional, numbers also as strings.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Envelope<'a> {
    /// `code` as written, number or string alike.
    pub(crate) code: Option<String>,
    /// `msg`, or the `error` of a Spring body.
    pub(crate) message: Option<String>,
    /// The service's request id, from Spring bodies.
    pub(crate) request_id: Option<String>,
    /// `success`.
    pub(crate) success: Option<bool>,
    /// `failed`.
    pub(crate) failed: Option<bool>,
    /// `data`.
    pub(crate) data: Data<'a>,
}

/// Outcome of a call according to its envelope.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum EnvelopeStatus {
    Success,
    /// The call failed with this code.
    Failure(u32),
    /// The call failed without a meaningful code.
    PlainFailure,
    /// A success code beside `success: false` or `failed: true`.
    Contradiction,
}

/// Members of an envelope; any of them identifies one.
const MEMBERS: [&str; 8] = [
    "code", "msg", "message", "error", "success", "failed", "data", "status",
];

impl<'a> Envelope<'a> {
    /// Parses an envelope; `None` unless the bytes are a JSON object with at least one envelope
    /// member.
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

    /// Returns `code` as a number: `"0429"` is 429.
    pub(crate) fn number(&self) -> Option<u32> {
        self.code.as_deref()?.parse().ok()
    }

    /// Returns the call's outcome according to the envelope.
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

    /// Returns whether the file is stored whatever the code: `success: true`, no `failed`, and an
    /// asset id.
    pub(crate) fn gives_asset(&self) -> bool {
        self.success == Some(true) && self.failed != Some(true) && asset_id(self.data).is_some()
    }

    /// Returns whether the message is the one shared by rate limit and validation failures.
    pub(crate) fn is_shared_limit_text(&self) -> bool {
        self.speaks_of(&["exceeded the limit"])
    }

    /// Returns whether the message is only about the rate limit.
    pub(crate) fn is_rate_limit_text(&self) -> bool {
        self.speaks_of(&["rate limit", "too many requests"])
    }

    /// Returns whether the message says that the asset does not exist.
    pub(crate) fn is_asset_not_found(&self) -> bool {
        self.speaks_of(&["asset"]) && self.speaks_of(&["not found", "not exist", "no such"])
    }

    fn speaks_of(&self, words: &[&str]) -> bool {
        self.message.as_deref().is_some_and(|text| has(text, words))
    }
}

/// Returns the id from the `data` of a direct upload: a string or number, in its field, nested, or
/// `data` itself.
pub(crate) fn asset_id(data: Data<'_>) -> Option<AssetId> {
    if let Value::String(text) = data.scalar() {
        return usable_id(&text).filter(|id| looks_like_an_id(id.as_str()));
    }
    let found = data.find(&["asset_id", "assetId"], MAX_NESTING)?;
    usable_id(&found.text()?)
}

/// Finds an asset id in an otherwise useless response: in the `data` of any envelope, or in the
/// rest of a truncated one.
pub(crate) fn asset_id_anywhere(body: &[u8]) -> Option<AssetId> {
    let told = Envelope::read(body).and_then(|envelope| asset_id(envelope.data));
    told.or_else(|| ids_in_text(body).iter().find_map(|text| usable_id(text)))
}

/// Returns the first distinct values of id fields in a possibly truncated response, usable or not.
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
        // A value at the very end may be truncated.
        let read = read.filter(|_| values.byte_offset() < value.len());
        let read = read.and_then(Data::text);
        found.extend(read.filter(|id| !found.contains(id)));
    }
    found
}

/// Parses an id, unless it is a placeholder for none.
fn usable_id(text: &str) -> Option<AssetId> {
    AssetId::new(text).filter(|id| !is_placeholder(id.as_str()))
}

/// Returns whether a lone text is an id rather than words: `re_<digits>`, `im_<digits>`,
/// `imc_<digits>_<n>`.
fn looks_like_an_id(text: &str) -> bool {
    let numbered = text.rsplit_once('_');
    text.starts_with("re_") || numbered.is_some_and(|(_, number)| is_digits(number))
}

/// Returns whether the text is a stringified word or number for "nothing".
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

/// Parses the `data` of a signed URL call. The URL is taken as it is; the storage step validates
/// it.
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

/// Returns whether the list in a metadata call's `data` is `null`, a possible form of an empty one.
fn lists_nothing(data: Data<'_>) -> bool {
    let members = data.members();
    members.is_some_and(|members| members.get("resource") == Some(&Data::NULL))
}

/// Parses the `data` of a metadata call: the entry with the id of `asset`, else the only entry. An
/// empty list means "no such asset"; `None` if nothing is readable.
pub(crate) fn metadata(data: Data<'_>, asset: &AssetId) -> Option<AssetAnswer> {
    let listed = data.find(&["resource", "resources"], 2);
    let entries = match listed.and_then(Data::elements) {
        Some(entries) if entries.is_empty() => return Some(AssetAnswer::NotFound),
        Some(entries) => entries,
        None if lists_nothing(data) => return Some(AssetAnswer::NotFound),
        None => data.elements()?,
    };
    let id = |entry: &Members<'_>| first(entry, ["asset_id", "assetId"], Data::text);
    // One at a time, so that a list of 100,000 is not held as that many objects.
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
    // Before the asset is ready, 0 means that nothing has arrived; afterwards it is a normal size.
    let counts = |size: &u64| *size > 0 || status == AssetStatus::Success;
    let stem = first(
        &entry,
        ["original_filename", "originalFilename"],
        Data::text,
    );
    let extension = entry.get("extension").and_then(|data| data.text());
    let created = first(&entry, ["create_time", "createTime"], Data::text);
    Some(AssetAnswer::Known(AssetMetadata {
        status,
        file_size: size.filter(counts),
        file_name: stem.map(|stem| with_extension(stem, extension.as_deref())),
        created_at_ms: created.and_then(|text| text.parse().ok()),
    }))
}

/// Returns a file name, whose extension the service states apart.
fn with_extension(stem: String, extension: Option<&str>) -> String {
    match extension.map(|extension| format!(".{extension}")) {
        Some(end) if end.len() > 1 && !stem.ends_with(&end) => stem + &end,
        _ => stem,
    }
}

/// Parses the first readable one of two members.
fn first<'a, T>(
    members: &Members<'a>,
    names: [&str; 2],
    read: impl Fn(Data<'a>) -> Option<T>,
) -> Option<T> {
    names.iter().find_map(|name| read(*members.get(*name)?))
}

/// Parses whole seconds, also from text; a fraction is dropped.
fn seconds(data: Data<'_>) -> Option<Duration> {
    let text = match data.scalar() {
        Value::String(text) => text,
        Value::Number(number) => number.to_string(),
        _ => return None,
    };
    let whole = text.trim().split('.').next()?;
    whole.parse().ok().map(Duration::from_secs)
}

/// Parses a byte count: digits, as a number or text. Anything else counts as no size, which is no
/// reason to doubt the file.
fn size_of(data: Data<'_>) -> Option<u64> {
    let text = data.text()?;
    // A number beyond any file size is still a number.
    is_digits(&text).then(|| text.parse().unwrap_or(u64::MAX))
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Returns whether a response is a web page, by content type or first characters.
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
