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
mod tests {
    use super::*;

    fn purpose() -> Purpose {
        Purpose {
            base_url: "https://service.test".to_owned(),
            asset: AssetId::new("re_1").unwrap(),
            stamp: FileStamp {
                size: 9,
                modified_ns: 5,
            },
        }
    }

    fn ticket(url: &str, session: &str) -> SignedUpload {
        let secret = |text: &str| SecretUrl(Zeroizing::new(text.to_owned()));
        let ticket = SignedUpload {
            asset_id: AssetId::new("re_1").unwrap(),
            url: secret(url),
            expires_in: Some(Duration::from_secs(60)),
            session: Session::default(),
            unanswered: Default::default(),
        };
        ticket.session.put(secret(session));
        ticket
    }

    fn text(url: &SecretUrl) -> &str {
        url.0.as_str()
    }

    #[test]
    fn a_ticket_comes_back_with_its_session_and_what_is_left_of_its_time() {
        let secret = write(
            &ticket("https://u", "https://s"),
            Instant::now(),
            &purpose(),
        )
        .unwrap();
        let back = read(&secret, &purpose()).unwrap();
        assert_eq!(back.asset_id.as_str(), "re_1");
        assert_eq!(text(&back.url), "https://u");
        assert_eq!(text(&back.session.url().unwrap()), "https://s");
        let left = back.expires_in.unwrap();
        assert!(left > Duration::from_secs(50) && left <= Duration::from_secs(60));
        let mut none = ticket("https://u", "https://s");
        none.session = Session::default();
        assert!(write(&none, Instant::now(), &purpose()).is_none());
    }

    #[test]
    fn a_session_of_another_upload_or_of_a_changed_file_does_not_come_back() {
        let secret = write(
            &ticket("https://u", "https://s"),
            Instant::now(),
            &purpose(),
        )
        .unwrap();
        let other = |change: fn(&mut Purpose)| {
            let mut purpose = purpose();
            change(&mut purpose);
            read(&secret, &purpose).is_none()
        };
        assert!(other(|it| it.base_url.push('2')));
        assert!(other(|it| it.asset = AssetId::new("re_2").unwrap()));
        assert!(other(|it| it.stamp.size += 1));
        assert!(other(|it| it.stamp.modified_ns += 1));
        assert!(read(b"rubbish", &purpose()).is_none());
        let started = now_ms() - millis(LIFE) + 60_000;
        let aged = |started: i64| {
            let mut kept: serde_json::Value = serde_json::from_slice(&secret).unwrap();
            kept["started_ms"] = started.into();
            serde_json::to_vec(&kept).unwrap()
        };
        assert!(read(&aged(started), &purpose()).is_some());
        assert!(read(&aged(started - 120_000), &purpose()).is_none());
    }

    #[test]
    fn what_a_keychain_would_not_take_whole_is_kept_without_its_url_or_not_at_all() {
        let long = format!("https://u?{}", "x".repeat(2400));
        let secret = write(&ticket(&long, "https://s"), Instant::now(), &purpose()).unwrap();
        assert!(secret.len() <= Keychain::MAX_SECRET);
        let back = read(&secret, &purpose()).unwrap();
        assert_eq!(text(&back.url), "https://s");
        assert_eq!(text(&back.session.url().unwrap()), "https://s");
        assert!(write(&ticket("https://u", &long), Instant::now(), &purpose()).is_none());
    }
}
