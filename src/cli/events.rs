//! Events of `upload --json`: one JSON object per line, as in `docs/contract.md`.

use std::path::Path;
use std::time::Duration;

use serde::Serialize;

use super::seconds;
use crate::app::wording;
use crate::model::asset::{AssetId, ContentHash};
use crate::model::fault::{Fault, Reason};
use crate::model::media::{Kind, Rejection, Route};

/// One event.
#[derive(Debug, Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum JsonEvent {
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

/// A path, lossy if it is not UTF-8; its bytes are then added in hexadecimal.
#[derive(Debug, Serialize)]
pub struct EventPath {
    path: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    path_bytes: Option<String>,
}

impl EventPath {
    /// Converts a path.
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

impl JsonEvent {
    /// Returns the event of a rejected file.
    pub fn rejected(path: &Path, rejection: &Rejection) -> Self {
        Self::Rejected {
            path: EventPath::new(path),
            reason: rejection.reason(),
            message: wording::rejection_line(rejection),
        }
    }

    /// Returns the event of a wait of the whole queue, in seconds rounded up.
    pub fn waiting(reason: Reason, left: Duration) -> Self {
        Self::Waiting {
            reason,
            seconds: wording::whole_seconds(left).as_secs(),
        }
    }

    /// Returns the event of a failed file; `message` is for the user.
    pub fn failed(path: &Path, asset_id: Option<AssetId>, fault: &Fault, message: String) -> Self {
        Self::Failed {
            path: EventPath::new(path),
            asset_id,
            reason: fault.reason(),
            message,
        }
    }

    /// Returns the event of a finished file.
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
    use std::collections::{BTreeMap, BTreeSet};

    use super::*;
    use crate::model::fault::FaultKind;

    fn line(event: &JsonEvent) -> String {
        serde_json::to_string(event).unwrap()
    }

    #[test]
    fn the_lines_are_the_contracts() {
        let asset_id = AssetId::new("re_1").unwrap();
        let path = Path::new("a b.mp4");
        assert_eq!(
            line(&JsonEvent::Uploaded {
                path: EventPath::new(path),
                asset_id: asset_id.clone()
            }),
            r#"{"event":"uploaded","path":"a b.mp4","asset_id":"re_1"}"#
        );
        let left = Duration::from_millis(7200);
        assert_eq!(
            line(&JsonEvent::waiting(Reason::RateLimited, left)),
            r#"{"event":"waiting","reason":"rate_limited","seconds":8}"#
        );
        let finished =
            JsonEvent::finished(path, asset_id, 3, None, Duration::from_micros(1_234_567));
        assert_eq!(
            line(&finished),
            r#"{"event":"finished","path":"a b.mp4","asset_id":"re_1","upload_status":"SUCCESS","size":3,"blake3":null,"seconds":1.235}"#
        );
        let accepted = JsonEvent::Accepted {
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

    #[test]
    fn every_event_has_the_fields_that_the_contract_names() {
        let page = include_str!("../../docs/contract.md");
        let table = page.split("## Events").nth(1).unwrap();
        let words = |cell: &str| -> BTreeSet<String> {
            cell.split('`')
                .skip(1)
                .step_by(2)
                .map(str::to_owned)
                .collect()
        };
        let described: BTreeMap<String, BTreeSet<String>> = table
            .lines()
            .skip_while(|line| !line.starts_with("| `accepted`"))
            .take_while(|line| line.starts_with('|'))
            .map(|line| {
                let mut cells = line.trim_matches('|').split('|');
                let name = words(cells.next().unwrap()).pop_first().unwrap();
                (name, words(cells.next().unwrap()))
            })
            .collect();
        let path = Path::new("a.mp4");
        let asset_id = AssetId::new("re_1").unwrap();
        let event_path = || EventPath::new(path);
        let fault = Fault::new(FaultKind::Offline);
        let events = [
            JsonEvent::Accepted {
                path: event_path(),
                name: String::new(),
                size: 1,
                kind: Kind::Video,
                route: Route::Direct,
                note: None,
            },
            JsonEvent::rejected(path, &Rejection::Empty),
            JsonEvent::AlreadyUploaded {
                path: event_path(),
                asset_id: asset_id.clone(),
            },
            JsonEvent::Uploaded {
                path: event_path(),
                asset_id: asset_id.clone(),
            },
            JsonEvent::Retrying {
                path: event_path(),
                attempt: 1,
                delay_ms: 1,
                reason: Reason::Network,
            },
            JsonEvent::waiting(Reason::RateLimited, Duration::ZERO),
            JsonEvent::finished(path, asset_id.clone(), 1, None, Duration::ZERO),
            JsonEvent::failed(path, Some(asset_id), &fault, String::new()),
            JsonEvent::Skipped {
                path: event_path(),
                count: 1,
            },
            JsonEvent::Summary {
                total: 0,
                success: 0,
                already_uploaded: 0,
                failed: 0,
                rejected: 0,
                skipped: 0,
                seconds: 0.0,
            },
        ];
        let written: BTreeMap<String, BTreeSet<String>> = events
            .iter()
            .map(|event| {
                let serde_json::Value::Object(mut fields) = serde_json::to_value(event).unwrap()
                else {
                    panic!("an event is an object");
                };
                let name = fields.remove("event").unwrap();
                (
                    name.as_str().unwrap().to_owned(),
                    fields.into_iter().map(|(field, _)| field).collect(),
                )
            })
            .collect();
        assert_eq!(written, described);
    }

    #[cfg(unix)]
    #[test]
    fn an_odd_path_has_its_bytes_beside_it() {
        use std::os::unix::ffi::OsStrExt;
        let path = Path::new(std::ffi::OsStr::from_bytes(b"\xff.mp4"));
        let skipped = JsonEvent::Skipped {
            path: EventPath::new(path),
            count: 2,
        };
        assert_eq!(
            line(&skipped),
            "{\"event\":\"skipped\",\"path\":\"\u{fffd}.mp4\",\"path_bytes\":\"ff2e6d7034\",\"count\":2}"
        );
    }
}
