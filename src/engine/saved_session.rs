//! A resumable session as stored in the keychain: its URL and its upload.

use std::borrow::Cow;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tokio::time::Instant;
use zeroize::Zeroizing;

use super::clock::now_ms;
use crate::api::{SecretUrl, Session, SignedUpload};
use crate::model::asset::AssetId;
use crate::model::media::FileStamp;
use crate::store::Keychain;

/// Longest life of a session (`docs/service.md`, "Storage behind a signed URL").
pub(super) const LIFE: Duration = Duration::from_secs(7 * 24 * 3600);

type Text<'a> = Cow<'a, str>;

#[derive(Serialize, Deserialize)]
struct SavedSession<'a> {
    #[serde(borrow)]
    base_url: Text<'a>,
    #[serde(borrow)]
    asset_id: Text<'a>,
    #[serde(borrow)]
    session: Text<'a>,
    /// URL that starts another session; omitted if a keychain would not take it.
    #[serde(borrow)]
    url: Option<Text<'a>>,
    /// Expiry of the URL, in milliseconds since the Unix epoch.
    url_until_ms: Option<i64>,
    started_ms: i64,
    size: u64,
    modified_ns: i64,
}

/// Upload that a session belongs to.
#[derive(Clone, Debug)]
pub(super) struct Purpose {
    /// The service.
    pub base_url: String,
    /// Asset of its bytes.
    pub asset: AssetId,
    /// Stamp of the file.
    pub stamp: FileStamp,
}

/// Serializes a ticket with its session, issued at `since`; `None` without a session, or if it is
/// too long for a keychain.
pub(super) fn write(
    ticket: &SignedUpload,
    since: Instant,
    purpose: &Purpose,
) -> Option<Zeroizing<Vec<u8>>> {
    let session = ticket.session.url()?;
    let left = ticket
        .expires_in
        .map(|valid| valid.saturating_sub(since.elapsed()));
    let mut kept = SavedSession {
        base_url: purpose.base_url.as_str().into(),
        asset_id: ticket.asset_id.as_str().into(),
        session: session.0.as_str().into(),
        url: Some(ticket.url.0.as_str().into()),
        url_until_ms: left.map(|left| now_ms().saturating_add(millis(left))),
        started_ms: now_ms(),
        size: purpose.stamp.size,
        modified_ns: purpose.stamp.modified_ns,
    };
    let mut secret = Zeroizing::new(serde_json::to_vec(&kept).ok()?);
    if secret.len() > Keychain::MAX_SECRET {
        kept.url = None;
        secret = Zeroizing::new(serde_json::to_vec(&kept).ok()?);
    }
    (secret.len() <= Keychain::MAX_SECRET).then_some(secret)
}

/// Parses a session; `None` if it is of another upload or a changed file, too old, or malformed.
pub(super) fn read(secret: &[u8], purpose: &Purpose) -> Option<SignedUpload> {
    let kept: SavedSession<'_> = serde_json::from_slice(secret).ok()?;
    let stamp = FileStamp {
        size: kept.size,
        modified_ns: kept.modified_ns,
    };
    let age = now_ms().checked_sub(kept.started_ms)?;
    let fits = kept.base_url == purpose.base_url
        && kept.asset_id == purpose.asset.as_str()
        && stamp == purpose.stamp
        && age < millis(LIFE);
    if !fits {
        return None;
    }
    let secret = |text: &str| SecretUrl(Zeroizing::new(text.to_owned()));
    let session = Session::default();
    session.put(secret(&kept.session));
    let left = |until: i64| u64::try_from(until.saturating_sub(now_ms())).unwrap_or(0);
    Some(SignedUpload {
        asset_id: purpose.asset.clone(),
        url: secret(kept.url.as_ref().unwrap_or(&kept.session)),
        expires_in: kept
            .url_until_ms
            .map(|until| Duration::from_millis(left(until))),
        session,
        unanswered: Default::default(),
    })
}

pub(super) fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests;
