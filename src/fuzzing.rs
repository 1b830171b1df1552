//! Fuzz targets: one function per kind of external input, which parses it and checks invariants.
//! `fuzz/` runs them with libFuzzer, the tests below with its saved inputs.
//!
//! Not part of the program: compiled only for tests and `cargo fuzz`.

use std::io::Cursor;
use std::path::{Component, Path};
use std::sync::OnceLock;
use std::time::{Duration, UNIX_EPOCH};

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use crate::api::base_url::BaseUrl;
use crate::api::client::{Client, ClientOptions};
use crate::api::error::{Response, retry_after};
use crate::api::protocol::SignedUrlKind;
use crate::api::redact::redact;
use crate::api::wire::{self, Envelope, EnvelopeStatus};
use crate::api::{resumable, signed_url as storage};
use crate::app::paste;
use crate::metadata as media_metadata;
use crate::model::asset::{AssetAnswer, AssetId, AssetStatus};
use crate::model::media::{self, Kind, Rejection};
use crate::sandbox::content_range::read_span;
use crate::store::settings::{JOBS, Settings};

/// A fuzz target, which panics if an invariant fails.
pub type Target = fn(&[u8]);

/// All targets by name.
pub const TARGETS: [(&str, Target); 8] = [
    ("envelope", envelope),
    ("metadata", metadata),
    ("signed_url", signed_url),
    ("ranges", ranges),
    ("paths", paths),
    ("settings", settings),
    ("sniff", sniff),
    ("media_file", media_file),
];

/// Parses a response as the envelope of an upload and of a signed URL, and compares it with a full
/// parse by `serde_json`.
pub fn envelope(body: &[u8]) {
    let Some(envelope) = Envelope::read(body) else {
        return;
    };
    let says = envelope.says();
    let id = wire::asset_id(envelope.data);
    if let Some(id) = &id {
        assert_eq!(AssetId::new(id.as_str()).as_ref(), Some(id), "it is usable");
    }
    if let Some(ticket) = wire::ticket(envelope.data) {
        assert_eq!(Some(&ticket.asset_id), id.as_ref());
        assert!(!ticket.url.0.trim().is_empty());
    }
    let whole = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
    let Ok(Value::Object(whole)) = serde_json::from_slice(whole) else {
        return;
    };
    let plain = |value: &Value| match value {
        Value::String(text) => Some(text.trim().to_owned()).filter(|text| !text.is_empty()),
        Value::Number(number) if !number.is_f64() => Some(number.to_string()),
        _ => None,
    };
    assert_eq!(envelope.code, whole.get("code").and_then(plain));
    let denied = whole.get("success") == Some(&Value::Bool(false))
        || whole.get("failed") == Some(&Value::Bool(true));
    assert!(
        !(denied && says == EnvelopeStatus::Success),
        "a refusal is no success"
    );
    let written = whole
        .get("data")
        .and_then(|data| data.get("asset_id"))
        .and_then(plain)
        .filter(|text| !wire::is_placeholder(text))
        .and_then(|text| AssetId::new(&text));
    if written.is_some() {
        assert_eq!(id, written, "the id is the one that was given");
    }
}

/// Parses the response of a metadata call.
pub fn metadata(body: &[u8]) {
    let asset = AssetId::new("re_1").expect("an id");
    let Some(envelope) = Envelope::read(body) else {
        return;
    };
    let answer = wire::metadata(envelope.data, &asset);
    if let Some(AssetAnswer::Known(known)) = &answer {
        let is_ready = known.status == AssetStatus::Success;
        assert!(
            is_ready || known.file_size != Some(0),
            "a size of 0 is none"
        );
    }
    let whole = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
    let Ok(whole) = serde_json::from_slice::<Value>(whole) else {
        return;
    };
    let Some(resource) = whole["data"].get("resource").and_then(Value::as_array) else {
        return;
    };
    if resource.is_empty() {
        assert_eq!(answer, Some(AssetAnswer::NotFound));
    } else {
        assert_ne!(answer, Some(AssetAnswer::NotFound));
    }
    let ours = resource.iter().find(|entry| entry["asset_id"] == "re_1");
    let status = ours.and_then(|entry| entry["upload_status"].as_str());
    if let Some(status) = status {
        let Some(AssetAnswer::Known(known)) = answer else {
            panic!("the asset's own entry is not read");
        };
        let read = AssetStatus::from_wire(status);
        assert_eq!(known.status, read);
    }
}

/// Parses a signed URL in the first line, and a storage server's response after it.
pub fn signed_url(input: &[u8]) {
    static CLIENTS: OnceLock<[Client; 2]> = OnceLock::new();
    let [here, away] = CLIENTS.get_or_init(|| {
        ["http://127.0.0.1:9/v2", "https://service.test/v2"].map(|base| {
            let base = BaseUrl::parse(base).expect("a base URL");
            Client::new(ClientOptions::new(base))
        })
    });
    let mut parts = input.splitn(2, |byte| *byte == b'\n');
    let text = String::from_utf8_lossy(parts.next().unwrap_or_default());
    let body = parts.next().unwrap_or_default();
    if let Some(url) = away.storage_url_of(&text) {
        assert_eq!(url.scheme(), "https", "nothing goes in the clear");
        assert!(here.storage_url_of(&text).is_some());
    }
    if let Some(url) = here.storage_url_of(&text) {
        assert!(url.username().is_empty() && url.password().is_none());
        let clear = url.scheme() == "http";
        assert!(
            !clear || BaseUrl::parse(url.as_str().split(['?', '#']).next().unwrap_or("")).is_ok()
        );
        let kind = SignedUrlKind::of(&url);
        assert!(!kind.order().is_empty());
        let query = url.query().unwrap_or_default();
        let is_one_word = !query.contains(['`', '(', ')', '{', '}', '|']);
        if query.len() > 8 && is_one_word {
            let shown = redact(&format!("error for url {url}"), None);
            assert!(!shown.contains(&format!("?{query}")), "{shown}");
        }
    }
    for status in [200, 308, 400, 403, 404, 412, 503] {
        // A success may be unconfirmed for other reasons; no other status can be one.
        let is_success = matches!(
            storage::classify(&answer(status, body)),
            storage::StorageOutcome::Stored | storage::StorageOutcome::Unconfirmed(_)
        );
        assert_eq!(is_success, (200..300).contains(&status));
    }
    let now = UNIX_EPOCH + Duration::from_secs(1_700_000_000);
    if let Some(wait) = retry_after(&text, now) {
        assert!(wait <= Duration::from_secs(3600));
    }
}

fn answer(status: u16, body: &[u8]) -> Response {
    Response {
        status,
        headers: Default::default(),
        body: body.to_vec().into(),
        cut: None,
    }
}

/// Parses the `Range` of a session, and the sandbox's `Content-Range`.
pub fn ranges(input: &[u8]) {
    let text = String::from_utf8_lossy(input);
    if let Some(stored) = resumable::stored(&text) {
        assert!(stored > 0);
        let plain: String = text.split_whitespace().collect();
        let digits = plain.strip_prefix("bytes=0-").expect("its form");
        assert!(digits.bytes().all(|byte| byte.is_ascii_digit()), "{digits}");
        assert_eq!(digits.parse(), Ok(stored - 1));
    }
    if let Some(span) = read_span(&text) {
        let again = match span.bytes {
            None => format!("bytes */{}", span.size),
            Some((first, last)) => format!("bytes {first}-{last}/{}", span.size),
        };
        assert_eq!(read_span(&again), Some(span));
    }
}

/// Parses pasted text and `text/uri-list`.
pub fn paths(input: &[u8]) {
    let text = String::from_utf8_lossy(input);
    let found = paste::paths_in(&text);
    assert!(found.len() <= text.lines().count());
    for path in &found {
        assert!(path.is_absolute(), "{path:?}");
        assert!(
            !path.as_os_str().as_encoded_bytes().contains(&0),
            "no system has such a file: {path:?}"
        );
        let has_root = path.components().any(|part| part == Component::RootDir);
        assert!(has_root, "{path:?}");
    }
    let windows = text.replace("\r\n", "\n").replace('\n', "\r\n");
    assert_eq!(paste::paths_in(&windows), found, "whatever ends the lines");
}

/// Parses the settings file.
pub fn settings(text: &[u8]) {
    let Ok(loaded) = Settings::read(text) else {
        return;
    };
    assert!(JOBS.contains(&loaded.settings.jobs));
    assert_ne!(loaded.settings.limit_rate, Some(0));
    for warning in &loaded.warnings {
        let warning = crate::app::wording::banner::settings(warning);
        assert!(warning.chars().count() < 300, "{warning}");
        assert!(!warning.chars().any(char::is_control), "{warning:?}");
    }
    let written = serde_json::to_vec_pretty(&loaded.settings).expect("settings are JSON");
    let again = Settings::read(&written).expect("what was written is read");
    assert_eq!(again.settings, loaded.settings);
    assert!(again.warnings.is_empty(), "{:?}", again.warnings);
}

/// Checks a file's first bytes, after eight bytes that hold the rest of its size.
pub fn sniff(input: &[u8]) {
    let Some((more, head)) = input.split_first_chunk::<8>() else {
        return;
    };
    let head = &head[..head.len().min(media::HEAD_LEN)];
    let seen = head.len() as u64;
    let more = if head.len() == media::HEAD_LEN {
        u64::from_le_bytes(*more)
    } else {
        0
    };
    let size = seen.saturating_add(more);
    let classify = |extension: &str| {
        let name = format!("a.{extension}");
        media::check(Path::new(&name), size, head)
    };
    for format in media::formats() {
        match classify(format.extension) {
            Ok(accepted) => assert_eq!(accepted.mime, format.mime),
            Err(Rejection::Empty) => assert_eq!(size, 0),
            Err(Rejection::TooLarge { .. }) => assert!(size > media::SIZE_LIMIT),
            Err(Rejection::NotRecognised { extension }) => {
                assert_eq!(extension, format.extension);
            }
            Err(Rejection::ContentMismatch {
                rename_to,
                looks_like,
                ..
            }) => {
                assert!(!looks_like.is_empty());
                if let Some(right) = rename_to {
                    let renamed = classify(&right);
                    assert!(
                        renamed.is_ok(),
                        "{} → {right}: {renamed:?}",
                        format.extension
                    );
                }
            }
            Err(other) => panic!("{}: {other:?}", format.extension),
        }
    }
}

/// Reads a media file's facts, after a byte that selects the format.
pub fn media_file(input: &[u8]) {
    let Some((format, file)) = input.split_first() else {
        return;
    };
    let format = media::formats()[usize::from(*format) % media::formats().len()];
    let now = Timestamp::from_second(1_800_000_000).expect("a time");
    let found = media_metadata::read_from(Cursor::new(file), format.extension, now);
    assert_eq!(found.width.is_some(), found.height.is_some());
    for side in [found.width, found.height].into_iter().flatten() {
        assert!((1..=65_535).contains(&side), "{side}");
    }
    if let Some(duration) = found.duration_ms {
        assert!((1..=3_600_000_000).contains(&duration), "{duration}");
    }
    if let Some(time) = found.captured_at {
        assert_eq!(time.to_string().parse(), Ok(time));
        assert!(time.instant() > Timestamp::UNIX_EPOCH, "{time}");
        let day = SignedDuration::from_hours(24);
        assert!(time.instant() <= now + day, "{time}");
    }
    if format.kind == Kind::Audio {
        assert_eq!(found.width.filter(|_| format.extension != "m4a"), None);
    }
}

#[cfg(test)]
mod tests;
