//! The one record of a file and its asset, for every export: `history`, the queue, the Library and
//! the details.

#[cfg(test)]
mod tests;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::asset::{Account, AssetId, AssetRemark, AssetStatus, ContentHash};
use super::cell_escaping::spreadsheet_field;
use super::media::{CaptureTime, Kind, MediaMetadata};

/// A file and its asset, by the names of `docs/contract.md`; a reader passes over names of later
/// versions. The order of the fields is that of [`Self::COLUMNS`].
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ExportRecord {
    /// Asset id, once bytes are stored under it.
    pub asset_id: Option<AssetId>,
    /// File name.
    pub name: String,
    /// Path of the file; empty if only the ID is known.
    pub path: String,
    /// Bytes; `None` for an unchecked file.
    pub size: Option<u64>,
    /// Hash of the sent bytes.
    pub blake3: Option<ContentHash>,
    /// Status that the service last gave.
    pub upload_status: Option<AssetStatus>,
    /// Time the id was assigned, to the second.
    pub uploaded_at: Option<Timestamp>,
    /// Account that holds it.
    pub account: Option<Account>,
    /// Service that holds it.
    pub base_url: Option<String>,
    /// The user's own note.
    pub note: Option<String>,
    /// Label of its batch.
    pub label: Option<String>,
    /// Media kind.
    pub kind: Option<Kind>,
    /// Playing time in seconds.
    pub duration_s: Option<f64>,
    /// Pixels, as shown.
    pub width: Option<u32>,
    /// Pixels, as shown.
    pub height: Option<u32>,
    /// Time of the recording.
    pub captured_at: Option<CaptureTime>,
    /// Time of its deletion from the service.
    pub deleted_at: Option<Timestamp>,
    /// Further knowledge about the asset.
    pub remark: Option<AssetRemark>,
    /// The file states where it was taken.
    pub has_location: bool,
    /// State of the asset, or of a file in the queue.
    pub status: String,
    /// Word of the contract for why the file was rejected or failed.
    pub reason: Option<String>,
}

impl ExportRecord {
    /// Names of the fields, in order.
    pub const COLUMNS: [&'static str; 21] = [
        "asset_id",
        "name",
        "path",
        "size",
        "blake3",
        "upload_status",
        "uploaded_at",
        "account",
        "base_url",
        "note",
        "label",
        "kind",
        "duration_s",
        "width",
        "height",
        "captured_at",
        "deleted_at",
        "remark",
        "has_location",
        "status",
        "reason",
    ];

    /// Returns a record of what a file states about itself.
    pub fn of_media(kind: Option<Kind>, metadata: &MediaMetadata) -> Self {
        let duration_ms = metadata.duration_ms.and_then(|ms| u32::try_from(ms).ok());
        Self {
            kind,
            duration_s: duration_ms.map(|ms| f64::from(ms) / 1000.0),
            width: metadata.width,
            height: metadata.height,
            captured_at: metadata.captured_at,
            has_location: metadata.has_location,
            ..Self::default()
        }
    }

    /// Formats a line of CSV for a spreadsheet, without the line's end; `shown` prepares each cell.
    pub fn csv_line(&self, shown: impl Fn(&str) -> String) -> String {
        let fields = serde_json::to_value(self).unwrap_or_default();
        let cells = Self::COLUMNS.map(|column| match &fields[column] {
            serde_json::Value::Null => String::new(),
            serde_json::Value::String(text) => spreadsheet_field(&shown(text)),
            other => other.to_string(),
        });
        cells.join(",")
    }
}
