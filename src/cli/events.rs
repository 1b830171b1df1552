//! Events of `upload --json`: one JSON object per line, as in `docs/contract.md`.

use std::path::Path;
use std::time::Duration;

use serde::Serialize;

use super::seconds;
use crate::model::asset::{AssetId, ContentHash};
use crate::model::fault::{Fault, Reason};
use crate::model::media::{Kind, Rejection, Route};
use crate::text;

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
        #[serde(flatten)]
        counts: Counts,
        seconds: f64,
    },
}

/// Numbers of files by their end.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub struct Counts {
    pub success: u64,
    pub already_uploaded: u64,
    pub failed: u64,
    pub rejected: u64,
    pub skipped: u64,
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
            message: text::rejection_line(rejection),
        }
    }

    /// Returns the event of a wait of the whole queue, in seconds rounded up.
    pub fn waiting(reason: Reason, left: Duration) -> Self {
        Self::Waiting {
            reason,
            seconds: text::whole_seconds(left).as_secs(),
        }
    }

    /// Returns the event of a failed file; `message` is for the user.
    pub fn failed(path: &Path, asset_id: Option<AssetId>, fault: &Fault, message: String) -> Self {
        Self::Failed {
            path: EventPath::new(path),
            asset_id,
            reason: fault.kind.reason(),
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
mod tests;
