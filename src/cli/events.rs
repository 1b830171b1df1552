//! Events of `upload --json`: one JSON object per line, as in `docs/contract.md`.

use std::path::Path;

use serde::Serialize;

use crate::model::asset::AssetId;
use crate::model::fault::Reason;
use crate::model::media::{Kind, Route};

/// One line: an event, and the file or folder that it is about.
#[derive(Debug, Serialize)]
pub struct JsonLine {
    #[serde(flatten)]
    pub event: JsonEvent,
    #[serde(flatten)]
    pub path: Option<EventPath>,
}

/// One event, without its path.
#[derive(Debug, Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum JsonEvent {
    Accepted {
        name: String,
        size: u64,
        kind: Kind,
        route: Route,
        note: Option<String>,
    },
    Rejected {
        reason: &'static str,
        message: String,
    },
    AlreadyUploaded {
        asset_id: AssetId,
    },
    Uploaded {
        asset_id: AssetId,
    },
    Retrying {
        attempt: u32,
        delay_ms: u64,
        reason: Reason,
    },
    Waiting {
        reason: Reason,
        seconds: u64,
    },
    Finished {
        asset_id: AssetId,
        upload_status: &'static str,
        size: u64,
        blake3: Option<String>,
        seconds: f64,
    },
    Failed {
        asset_id: Option<AssetId>,
        reason: Reason,
        message: String,
    },
    Skipped {
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

#[cfg(test)]
mod tests;
