//! Makes assets of what the records of a file say.

use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Map, Value};

use crate::model::asset::{Account, AssetId, AssetStatus};
use crate::model::batch::{clean_label, clean_note};
use crate::model::cell_escaping::without_apostrophe;
use crate::model::export_record::ExportRecord;
use crate::model::media::{MediaMetadata, format_of};
use crate::model::upload_facts::UploadFacts;
use crate::store::history::records::AssetRecord;

/// Length from which a word of a list may be an ID, and is no row number.
const SHORTEST_ID: usize = 6;

/// Returns the name of a column as exports write it.
pub(super) fn column(name: &str) -> String {
    let name = name.trim_matches(['\u{feff}', '"', ' ']).to_lowercase();
    match name.replace([' ', '-'], "_").as_str() {
        "file" | "filename" | "file_name" => "name".to_owned(),
        other => other.to_owned(),
    }
}

pub(super) fn column_of_ids(columns: &[String]) -> Option<usize> {
    let place = |name: &str| columns.iter().position(|column| column == name);
    ["asset_id", "assetid", "id"].into_iter().find_map(place)
}

/// Returns a cell as JSON has it; `None` for an empty one, or one of a column of others.
pub(super) fn value(column: &str, cell: &str) -> Option<Value> {
    let cell = without_apostrophe(cell);
    match column {
        _ if cell.is_empty() || !ExportRecord::COLUMNS.contains(&column) => None,
        "size" | "duration_s" | "width" | "height" | "has_location" => {
            serde_json::from_str(&cell.to_lowercase()).ok()
        }
        _ => Some(Value::String(cell.to_owned())),
    }
}

/// Reads a record. A field that means something else in this file is left out.
pub(super) fn lenient(fields: Map<String, Value>) -> ExportRecord {
    if let Ok(record) = serde_json::from_value(Value::Object(fields.clone())) {
        return record;
    }
    let is_readable = |name: &String, value: &Value| {
        let alone = Map::from_iter([(name.clone(), value.clone())]);
        serde_json::from_value::<ExportRecord>(Value::Object(alone)).is_ok()
    };
    let readable = fields
        .into_iter()
        .filter(|(name, value)| is_readable(name, value));
    serde_json::from_value(Value::Object(readable.collect())).unwrap_or_default()
}

/// Returns a word of a list that may be an ID: ASCII letters and digits, as `re_734`.
pub(super) fn list_id(word: &str) -> Option<AssetId> {
    let word = word.trim();
    let is_of_id = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
    let is_id = word.len() >= SHORTEST_ID
        && word.bytes().all(is_of_id)
        && word.bytes().any(|byte| byte.is_ascii_digit());
    AssetId::new(word).filter(|_| is_id)
}

/// Returns the asset of a record; `None` without a usable ID.
pub(super) fn asset_of(record: ExportRecord, base_url: &str) -> Option<AssetRecord> {
    let asset_id = AssetId::new(record.asset_id?.as_str())?;
    let path = PathBuf::from(&record.path);
    let file_name = path
        .file_name()
        .map(|name| name.to_string_lossy().into_owned());
    let name = Some(record.name).filter(|name| !name.trim().is_empty());
    let name = name.or(file_name).unwrap_or_else(|| asset_id.to_string());
    let duration = record
        .duration_s
        .and_then(|s| Duration::try_from_secs_f64(s).ok());
    let kind = format_of(Path::new(&name)).ok().map(|format| format.kind);
    // An ID of which nobody told how it is can be asked about.
    let unasked = record.remark.is_none().then_some(AssetStatus::Other);
    Some(AssetRecord {
        asset_id,
        item: None,
        account: record
            .account
            .unwrap_or_else(|| Account::from_fingerprint("")),
        base_url: record.base_url.unwrap_or_else(|| base_url.to_owned()),
        name,
        path,
        size: record.size.unwrap_or_default(),
        content: record.blake3,
        status: record.upload_status.or(unasked),
        uploaded_at_ms: record.uploaded_at.map(Timestamp::as_millisecond),
        remark: record.remark,
        note: record.note.as_deref().and_then(clean_note),
        batch: None,
        label: record.label.as_deref().and_then(clean_label),
        kind: record.kind.or(kind),
        metadata: MediaMetadata {
            duration_ms: duration.and_then(|time| u64::try_from(time.as_millis()).ok()),
            width: record.width,
            height: record.height,
            captured_at: record.captured_at,
            has_location: record.has_location,
        },
        deleted_at_ms: record.deleted_at.map(Timestamp::as_millisecond),
        upload: UploadFacts::default(),
        batch_note: None,
    })
}
