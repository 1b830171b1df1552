//! Facts of an asset's upload beyond its status.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::asset::{AssetMetadata, AssetStatus};
use super::media::Route;

/// Facts of an upload, for the details of its asset.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct UploadFacts {
    /// Upload route.
    pub route: Option<Route>,
    /// Starts of the upload in the run that finished it.
    pub tries: Option<u32>,
    /// The service's metadata as last seen.
    pub service: Option<SeenMetadata>,
}

/// An answer of the metadata call, as it is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeenMetadata {
    /// Processing status.
    pub upload_status: AssetStatus,
    /// File name with its extension.
    pub file_name: Option<String>,
    /// Bytes that the service holds.
    pub file_size: Option<u64>,
    /// Time of its creation.
    pub created_at: Option<Timestamp>,
    /// Time of the answer.
    pub asked_at: Option<Timestamp>,
}

impl SeenMetadata {
    /// Takes an answer of `now_ms`, in milliseconds since the Unix epoch.
    pub fn new(metadata: &AssetMetadata, now_ms: i64) -> Self {
        let time = |ms| Timestamp::from_millisecond(ms).ok();
        Self {
            upload_status: metadata.status,
            file_name: metadata.file_name.clone(),
            file_size: metadata.file_size,
            created_at: metadata.created_at_ms.and_then(time),
            asked_at: time(now_ms),
        }
    }
}
