//! A line of the ledger, as text that a spreadsheet opens.

use std::path::{Path, PathBuf};

use jiff::Timestamp;

use crate::model::asset::{Account, AssetId, AssetRemark, AssetStatus, ContentHash};
use crate::model::batch::BatchId;
use crate::model::cell_escaping::{inert_cell, quoted_field, split_record, without_apostrophe};
use crate::model::media::{MediaMetadata, format_of};
use crate::model::upload_facts::UploadFacts;
use crate::store::history::records::AssetRecord;

/// First line, after the byte order mark that Excel needs to detect UTF-8.
pub(in crate::store::history) const HEADER: &str =
    "\u{feff}time,event,asset_id,name,path,size,blake3,batch,label,account,base_url\r\n";

/// An event in an asset's life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LedgerEvent {
    /// The service gave its ID; no bytes are known to be stored.
    Reserved,
    /// Its bytes are stored.
    Stored,
    /// The service has processed it and holds every byte.
    Ready,
    /// Processing failed, or the service holds another number of bytes.
    Failed,
    /// Nothing will be stored under its ID.
    Abandoned,
    /// The service no longer knows its ID.
    Gone,
    /// The service knows its ID again.
    Found,
    /// The service deleted it, since the user wanted that.
    Deleted,
    /// The user removed it from the history.
    Removed,
    /// The user brought it in from another list.
    Imported,
}

/// Event of a batch: the user gave it another label.
const RENAMED: &str = "renamed";

impl LedgerEvent {
    const ALL: [Self; 10] = [
        Self::Reserved,
        Self::Stored,
        Self::Ready,
        Self::Failed,
        Self::Abandoned,
        Self::Gone,
        Self::Found,
        Self::Deleted,
        Self::Removed,
        Self::Imported,
    ];

    /// Returns the ledger's word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Reserved => "reserved",
            Self::Stored => "stored",
            Self::Ready => "ready",
            Self::Failed => "failed",
            Self::Abandoned => "abandoned",
            Self::Gone => "gone",
            Self::Found => "found",
            Self::Deleted => "deleted",
            Self::Removed => "removed",
            Self::Imported => "imported",
        }
    }

    /// Derives the event from an asset's record.
    pub(super) fn of(asset: &AssetRecord) -> Self {
        match (asset.remark, asset.status) {
            _ if asset.deleted_at_ms.is_some() => Self::Deleted,
            (Some(AssetRemark::Gone), _) => Self::Gone,
            (Some(AssetRemark::Abandoned), _) => Self::Abandoned,
            (Some(AssetRemark::SizeMismatch), _) | (_, Some(AssetStatus::Failed)) => Self::Failed,
            (_, Some(AssetStatus::Success)) => Self::Ready,
            (_, Some(_)) => Self::Stored,
            (_, None) => Self::Reserved,
        }
    }
}

/// A parsed line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::store::history) enum LedgerEntry {
    /// An event of an asset.
    Asset {
        /// `None` for an event of another program version; its ID counts all the same.
        event: Option<LedgerEvent>,
        /// The line's asset, with the status and remark that follow from the event.
        asset: Box<AssetRecord>,
    },
    /// A batch has another label.
    Renamed {
        /// The batch.
        batch: BatchId,
        /// The label.
        label: String,
    },
}

/// Formats an event of an asset as a line, including the line break.
pub(super) fn to_line(event: LedgerEvent, asset: &AssetRecord) -> String {
    join([
        time(asset.uploaded_at_ms),
        event.as_str().to_owned(),
        asset.asset_id.to_string(),
        escape(&asset.name),
        escape_path(&asset.path),
        asset.size.to_string(),
        asset.content.map(ContentHash::to_hex).unwrap_or_default(),
        asset
            .batch
            .map(|batch| batch.0.to_string())
            .unwrap_or_default(),
        escape(asset.label.as_deref().unwrap_or_default()),
        asset.account.as_str().to_owned(),
        escape(&asset.base_url),
    ])
}

/// Formats the import of an asset as a line, including the line break. Its time is that of the
/// import.
pub(super) fn imported_line(asset: &AssetRecord, at_ms: i64) -> String {
    let imported = AssetRecord {
        uploaded_at_ms: Some(at_ms),
        ..asset.clone()
    };
    to_line(LedgerEvent::Imported, &imported)
}

/// Returns whether more is known of an imported asset than its line of the import tells.
pub(super) fn tells_of_state(asset: &AssetRecord) -> bool {
    let is_known = asset.status != Some(AssetStatus::Other);
    is_known || asset.remark.is_some() || asset.uploaded_at_ms.is_some()
}

/// Formats the new label of a batch as a line, including the line break.
pub(super) fn renamed_line(batch: BatchId, label: &str, at_ms: i64) -> String {
    let mut fields: [String; 11] = Default::default();
    fields[0] = time(Some(at_ms));
    RENAMED.clone_into(&mut fields[1]);
    fields[7] = batch.0.to_string();
    fields[8] = escape(label);
    join(fields)
}

fn time(ms: Option<i64>) -> String {
    let time = ms.map(|ms| Timestamp::from_millisecond(ms).unwrap_or_default());
    time.map(|time| time.to_string()).unwrap_or_default()
}

fn join(fields: [String; 11]) -> String {
    fields
        .map(|field| quoted_field(&inert_cell(&field)))
        .join(",")
        + "\r\n"
}

/// Parses a line; `None` if it is cut short or not this program's.
pub(in crate::store::history) fn read_line(line: &str) -> Option<LedgerEntry> {
    let fields = split_record(line.trim_end_matches(['\r', '\n']))?;
    let fields: Vec<&str> = fields
        .iter()
        .map(|field| without_apostrophe(field))
        .collect();
    // A later version may add columns.
    let [
        time,
        event,
        id,
        name,
        path,
        size,
        content,
        batch,
        label,
        account,
        base_url,
        ..,
    ] = fields[..]
    else {
        return None;
    };
    let batch = batch.parse().ok().map(BatchId);
    let label = Some(String::from_utf8(unescape(label)).ok()?).filter(|label| !label.is_empty());
    if event == RENAMED {
        let (batch, label) = batch.zip(label)?;
        return Some(LedgerEntry::Renamed { batch, label });
    }
    if base_url.is_empty() {
        // Cut short after the last comma.
        return None;
    }
    let event = LedgerEvent::ALL
        .into_iter()
        .find(|known| known.as_str() == event);
    let (status, remark) = match event {
        Some(LedgerEvent::Ready) => (Some(AssetStatus::Success), None),
        Some(LedgerEvent::Failed) => (Some(AssetStatus::Failed), None),
        Some(LedgerEvent::Abandoned) => (None, Some(AssetRemark::Abandoned)),
        Some(LedgerEvent::Gone) => (None, Some(AssetRemark::Gone)),
        Some(LedgerEvent::Stored) => (Some(AssetStatus::Waiting), None),
        Some(
            LedgerEvent::Reserved
            | LedgerEvent::Found
            | LedgerEvent::Deleted
            | LedgerEvent::Removed,
        ) => (None, None),
        Some(LedgerEvent::Imported) | None => (Some(AssetStatus::Other), None),
    };
    let at_ms = match time {
        "" => None,
        time => Some(time.parse::<Timestamp>().ok()?.as_millisecond()),
    };
    Some(LedgerEntry::Asset {
        event,
        asset: Box::new(AssetRecord {
            asset_id: AssetId::new(id)?,
            item: None,
            account: Account::from_fingerprint(account),
            base_url: String::from_utf8(unescape(base_url)).ok()?,
            name: String::from_utf8(unescape(name)).ok()?,
            path: path_of(unescape(path)),
            size: size.parse().ok()?,
            content: ContentHash::from_hex(content),
            status,
            uploaded_at_ms: at_ms,
            remark,
            note: None,
            batch,
            label,
            kind: format_of(Path::new(name)).ok().map(|format| format.kind),
            metadata: MediaMetadata::default(),
            deleted_at_ms: at_ms.filter(|_| event == Some(LedgerEvent::Deleted)),
            upload: UploadFacts::default(),
            batch_note: None,
        }),
    })
}

/// Escapes line breaks.
fn escape(text: &str) -> String {
    text.replace('\\', "\\\\")
        .replace('\n', "\\n")
        .replace('\r', "\\r")
}

/// Keeps the bytes of a path that is not UTF-8.
#[cfg(unix)]
fn escape_path(path: &Path) -> String {
    use std::fmt::Write as _;
    use std::os::unix::ffi::OsStrExt;
    let mut text = String::new();
    for chunk in path.as_os_str().as_bytes().utf8_chunks() {
        text.push_str(&escape(chunk.valid()));
        for byte in chunk.invalid() {
            let _ = write!(text, "\\x{byte:02x}");
        }
    }
    text
}

#[cfg(not(unix))]
fn escape_path(path: &Path) -> String {
    escape(&path.to_string_lossy())
}

#[cfg(unix)]
fn path_of(bytes: Vec<u8>) -> PathBuf {
    use std::os::unix::ffi::OsStringExt;
    std::ffi::OsString::from_vec(bytes).into()
}

#[cfg(not(unix))]
fn path_of(bytes: Vec<u8>) -> PathBuf {
    String::from_utf8_lossy(&bytes).into_owned().into()
}

/// Undoes the escapes; invalid ones stay as they are.
fn unescape(text: &str) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('\\') {
        bytes.extend_from_slice(before.as_bytes());
        let hex = after.strip_prefix('x').and_then(|after| after.get(..2));
        let byte = hex.and_then(|hex| u8::from_str_radix(hex, 16).ok());
        let (byte, length) = match (after.as_bytes().first(), byte) {
            (_, Some(byte)) => (byte, 3),
            (Some(b'n'), _) => (b'\n', 1),
            (Some(b'r'), _) => (b'\r', 1),
            (Some(b'\\'), _) => (b'\\', 1),
            _ => (b'\\', 0),
        };
        bytes.push(byte);
        rest = &after[length..];
    }
    bytes.extend_from_slice(rest.as_bytes());
    bytes
}
