//! The events of `upload --json`: one JSON object a line, as the outside contract has them.

use std::path::Path;
use std::time::Duration;

use serde::Serialize;

use super::seconds;
use crate::app::wording;
use crate::model::asset::{AssetId, ContentHash};
use crate::model::fault::{Fault, Reason};
use crate::model::media::{Kind, Rejection, Route};

/// One line of `upload --json`.
#[derive(Debug, Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    Accepted {
        #[serde(flatten)]
        path: EventPath,
        name: String,
        size: u64,
        kind: Kind,
        route: Route,
        note: Option<String>,
    },
    Rejected {
        #[serde(flatten)]
        path: EventPath,
        reason: &'static str,
        message: String,
    },
    AlreadyUploaded {
        #[serde(flatten)]
        path: EventPath,
        asset_id: AssetId,
    },
    Uploaded {
        #[serde(flatten)]
        path: EventPath,
        asset_id: AssetId,
    },
    Retrying {
        #[serde(flatten)]
        path: EventPath,
        attempt: u32,
        delay_ms: u64,
        reason: Reason,
    },
    Waiting {
        reason: Reason,
        seconds: u64,
    },
    Finished {
        #[serde(flatten)]
        path: EventPath,
        asset_id: AssetId,
        upload_status: &'static str,
        size: u64,
        blake3: Option<String>,
        seconds: f64,
    },
    Failed {
        #[serde(flatten)]
        path: EventPath,
        asset_id: Option<AssetId>,
        reason: Reason,
        message: String,
    },
    Skipped {
        #[serde(flatten)]
        path: EventPath,
        count: u64,
    },
    Summary {
        total: u64,
        success: u64,
        already_uploaded: u64,
        failed: u64,
        rejected: u64,
        skipped: u64,
        seconds: f64,
    },
}

/// A path, lossily where it is not UTF-8, with its bytes in hexadecimal beside it then.
#[derive(Debug, Serialize)]
pub struct EventPath {
    path: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    path_bytes: Option<String>,
}

impl EventPath {
    /// The path as events show it.
    pub fn new(path: &Path) -> Self {
        let path_bytes = path.to_str().is_none().then(|| {
            let bytes = path.as_os_str().as_encoded_bytes();
            bytes.iter().map(|byte| format!("{byte:02x}")).collect()
        });
        Self {
            path: path.to_string_lossy().into_owned(),
            path_bytes,
        }
    }
}

impl Event {
    /// A file that is refused.
    pub fn rejected(path: &Path, rejection: &Rejection) -> Self {
        Self::Rejected {
            path: EventPath::new(path),
            reason: rejection.reason(),
            message: wording::rejection_line(rejection),
        }
    }

    /// A wait that holds up the whole queue for this long, in seconds that are rounded up.
    pub fn waiting(reason: Reason, left: Duration) -> Self {
        Self::Waiting {
            reason,
            seconds: left.as_secs() + u64::from(left.subsec_nanos() > 0),
        }
    }

    /// A file that ended without success; `message` is for people.
    pub fn failed(path: &Path, asset_id: Option<AssetId>, fault: &Fault, message: String) -> Self {
        Self::Failed {
            path: EventPath::new(path),
            asset_id,
            reason: fault.reason(),
            message,
        }
    }

    /// A file that is ready.
    pub fn finished(
        path: &Path,
        asset_id: AssetId,
        size: u64,
        content: Option<ContentHash>,
        took: Duration,
    ) -> Self {
        Self::Finished {
            path: EventPath::new(path),
            asset_id,
            upload_status: "SUCCESS",
            size,
            blake3: content.map(ContentHash::to_hex),
            seconds: seconds(took),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(event: &Event) -> String {
        serde_json::to_string(event).unwrap()
    }

    #[test]
    fn the_lines_are_the_contracts() {
        let asset_id = AssetId::new("re_1").unwrap();
        let path = Path::new("a b.mp4");
        assert_eq!(
            line(&Event::Uploaded {
                path: EventPath::new(path),
                asset_id: asset_id.clone()
            }),
            r#"{"event":"uploaded","path":"a b.mp4","asset_id":"re_1"}"#
        );
        let left = Duration::from_millis(7200);
        assert_eq!(
            line(&Event::waiting(Reason::RateLimited, left)),
            r#"{"event":"waiting","reason":"rate_limited","seconds":8}"#
        );
        let finished = Event::finished(path, asset_id, 3, None, Duration::from_micros(1_234_567));
        assert_eq!(
            line(&finished),
            r#"{"event":"finished","path":"a b.mp4","asset_id":"re_1","upload_status":"SUCCESS","size":3,"blake3":null,"seconds":1.235}"#
        );
        let accepted = Event::Accepted {
            path: EventPath::new(path),
            name: "a b.mp4".into(),
            size: 3,
            kind: Kind::Video,
            route: Route::SignedUrl,
            note: None,
        };
        assert_eq!(
            line(&accepted),
            r#"{"event":"accepted","path":"a b.mp4","name":"a b.mp4","size":3,"kind":"video","route":"signed_url","note":null}"#
        );
    }

    #[cfg(unix)]
    #[test]
    fn an_odd_path_has_its_bytes_beside_it() {
        use std::os::unix::ffi::OsStrExt;
        let path = Path::new(std::ffi::OsStr::from_bytes(b"\xff.mp4"));
        let skipped = Event::Skipped {
            path: EventPath::new(path),
            count: 2,
        };
        assert_eq!(
            line(&skipped),
            "{\"event\":\"skipped\",\"path\":\"\u{fffd}.mp4\",\"path_bytes\":\"ff2e6d7034\",\"count\":2}"
        );
    }
}
