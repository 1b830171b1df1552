//! Details of an asset: what is known of it, and the user's note.

use std::fs;
use std::io::ErrorKind;
use std::time::UNIX_EPOCH;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::Serialize;

use super::command::DetailsFormat;
use crate::model::asset::{AssetRemark, ContentHash};
use crate::model::calendar::{day_and_minute, local_time};
use crate::model::export_record::ExportRecord;
use crate::model::media::{Kind, Route};
use crate::model::upload_facts::UploadFacts;
use crate::store::AssetRecord;
use crate::store::history::{AssetEvent, LedgerEvent};
use crate::text;
use crate::text::messages::{library as words, row};

/// Longest note, in characters.
pub const LONGEST_NOTE: usize = 2000;

/// The file of an asset, as it is on disk now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FileState {
    /// In its place, with its size, and not written to since.
    Unchanged,
    /// Another size, or written to since its upload.
    Changed,
    /// Not there.
    Missing,
    /// In a place that cannot be looked at, as that of a share without a connection.
    Unreadable,
    /// Imported without a path.
    NoPath,
}

impl FileState {
    fn words(self) -> &'static str {
        match self {
            Self::Unchanged => words::file_unchanged(),
            Self::Changed => words::file_changed(),
            Self::Missing => words::file_missing(),
            Self::Unreadable => words::file_unreadable(),
            Self::NoPath => words::file_unknown(),
        }
    }
}

/// Compares the file of an asset with its record. Blocks.
pub(super) fn file_state(asset: &AssetRecord) -> FileState {
    if asset.path.as_os_str().is_empty() {
        return FileState::NoPath;
    }
    let found = match fs::metadata(&asset.path) {
        Ok(found) => found,
        Err(error) if error.kind() == ErrorKind::NotFound => return FileState::Missing,
        Err(_) => return FileState::Unreadable,
    };
    let modified = found.modified().ok();
    let modified_ms = modified
        .and_then(|time| time.duration_since(UNIX_EPOCH).ok())
        .and_then(|since| i64::try_from(since.as_millis()).ok());
    let is_older = modified_ms
        .zip(asset.uploaded_at_ms)
        .is_none_or(|(modified, uploaded)| modified <= uploaded);
    if found.len() == asset.size && is_older {
        FileState::Unchanged
    } else {
        FileState::Changed
    }
}

/// Facts about an asset from its file and the ledger.
#[derive(Clone, Debug)]
pub struct AssetFacts {
    /// Row of the asset.
    pub row: i64,
    /// Its record now.
    pub asset: AssetRecord,
    /// Its file.
    pub file: FileState,
    /// Its events, oldest first.
    pub events: Vec<AssetEvent>,
}

/// An asset whose details are open.
#[derive(Debug)]
pub struct AssetDetails {
    row: i64,
    asset: AssetRecord,
    /// Name of the account.
    account: String,
    facts: Option<AssetFacts>,
    note: String,
}

/// Details as JSON: the record of every export, and what is known of this asset alone.
#[derive(Serialize)]
struct DetailsJson {
    #[serde(flatten)]
    record: ExportRecord,
    /// `None` until it was looked at.
    file: Option<FileState>,
    events: Vec<EventJson>,
    #[serde(flatten)]
    upload: UploadFacts,
}

#[derive(Serialize)]
struct EventJson {
    time: Option<Timestamp>,
    /// The ledger's word.
    event: &'static str,
}

impl AssetDetails {
    pub(super) fn new(row: i64, asset: AssetRecord, account: String) -> Self {
        Self {
            row,
            account,
            note: asset.note.clone().unwrap_or_default(),
            asset,
            facts: None,
        }
    }

    /// Returns the row of the asset.
    pub fn row(&self) -> i64 {
        self.row
    }

    /// Returns the asset.
    pub fn asset(&self) -> &AssetRecord {
        &self.asset
    }

    /// Returns the note, as edited.
    pub fn note(&self) -> &str {
        &self.note
    }

    /// Changes the note, cut to [`LONGEST_NOTE`].
    pub fn edit_note(&mut self, note: &str) {
        self.note = note.chars().take(LONGEST_NOTE).collect();
    }

    pub(super) fn complete(&mut self, facts: AssetFacts) {
        if facts.row == self.row && facts.asset.asset_id == self.asset.asset_id {
            if !self.is_note_changed() {
                self.note = facts.asset.note.clone().unwrap_or_default();
            }
            self.asset = facts.asset.clone();
            self.facts = Some(facts);
        }
    }

    fn is_note_changed(&self) -> bool {
        self.note.trim() != self.asset.note.as_deref().unwrap_or_default()
    }

    /// Returns the asset and its note, if that was changed.
    pub(super) fn changed_note(self) -> Option<(AssetRecord, Option<String>)> {
        if !self.is_note_changed() {
            return None;
        }
        let note = Some(self.note.trim().to_owned()).filter(|note| !note.is_empty());
        Some((self.asset, note))
    }

    /// Returns the known facts as names and values, in order.
    pub fn lines(&self) -> Vec<(&'static str, String)> {
        let asset = &self.asset;
        let file = match &self.facts {
            Some(facts) => facts.file.words(),
            None => words::file_asked(),
        };
        let metadata = &asset.metadata;
        let picture = metadata.width.zip(metadata.height);
        let values = [
            (
                words::name_status(),
                Some(text::asset_word(asset.state()).to_owned()),
            ),
            (words::name_remark(), asset.remark.and_then(remark)),
            (words::name_path(), Some(asset.path.display().to_string())),
            (words::name_file(), Some(file.to_owned())),
            (words::name_size(), Some(text::size(asset.size))),
            (
                words::name_kind(),
                asset.kind.map(|kind| kind_word(kind).to_owned()),
            ),
            (
                words::name_duration(),
                metadata.duration_ms.map(text::playing_time),
            ),
            (
                words::name_picture(),
                picture.map(|(width, height)| text::picture_size(width, height)),
            ),
            (
                words::name_captured(),
                metadata.captured_at.map(text::capture_time),
            ),
            (
                words::name_place(),
                metadata
                    .has_location
                    .then(|| row::has_location().to_owned()),
            ),
            (words::name_uploaded(), asset.uploaded_at_ms.and_then(time)),
            (words::name_deleted(), asset.deleted_at_ms.and_then(time)),
            (words::name_batch(), asset.label.clone()),
            (words::name_batch_note(), asset.batch_note.clone()),
            (words::name_blake3(), asset.content.map(ContentHash::to_hex)),
            (words::name_account(), Some(self.account.clone())),
            (words::name_service(), Some(asset.base_url.clone())),
            (
                words::name_route(),
                asset.upload.route.map(|route| route_word(route).to_owned()),
            ),
            (
                words::name_tries(),
                asset.upload.tries.map(|tries| tries.to_string()),
            ),
        ];
        let known = values.into_iter().chain(seen_lines(asset));
        known
            .filter_map(|(name, value)| Some((name, value.filter(|value| !value.is_empty())?)))
            .collect()
    }

    /// Returns the events of the ledger as times and words, oldest first.
    pub fn events(&self) -> Vec<(String, &'static str)> {
        let events = self.facts.iter().flat_map(|facts| &facts.events);
        events
            .map(|event| {
                (
                    time(event.at_ms).unwrap_or_default(),
                    event_word(event.event),
                )
            })
            .collect()
    }

    /// Returns everything as text for the clipboard.
    pub fn copied(&self, format: DetailsFormat) -> String {
        match format {
            DetailsFormat::Json => self.json(),
            DetailsFormat::Text => {
                let asset = &self.asset;
                let head = [asset.name.clone(), asset.asset_id.to_string()];
                let lines = self.lines().into_iter();
                let lines = lines.map(|(name, value)| row::named(name, &value));
                let note =
                    (!self.note.is_empty()).then(|| row::named(words::name_note(), &self.note));
                let events = self.events().into_iter();
                let events = events.map(|(at, event)| row::named(event, &at));
                let title = (events.len() > 0).then(|| format!("\n{}", words::history()));
                let all = head.into_iter().chain(lines).chain(note);
                let all: Vec<String> = all.chain(title).chain(events).collect();
                all.join("\n") + "\n"
            }
        }
    }

    fn json(&self) -> String {
        let facts = self.facts.as_ref();
        let events = facts.into_iter().flat_map(|facts| &facts.events);
        let json = DetailsJson {
            record: ExportRecord {
                note: Some(self.note.clone()).filter(|note| !note.is_empty()),
                ..ExportRecord::from(&self.asset)
            },
            file: facts.map(|facts| facts.file),
            events: events
                .map(|event| EventJson {
                    time: Timestamp::from_millisecond(event.at_ms).ok(),
                    event: event.event.map_or("", LedgerEvent::as_str),
                })
                .collect(),
            upload: self.asset.upload.clone(),
        };
        serde_json::to_string_pretty(&json).unwrap_or_default() + "\n"
    }
}

fn remark(remark: AssetRemark) -> Option<String> {
    let word = match remark {
        AssetRemark::MayBeStoredTwice => words::remark_twice(),
        AssetRemark::Abandoned => words::remark_abandoned(),
        // The status says these.
        AssetRemark::SizeMismatch | AssetRemark::Gone => return None,
    };
    Some(word.to_owned())
}

/// Returns the word of a media kind.
pub fn kind_word(kind: Kind) -> &'static str {
    match kind {
        Kind::Video => words::video(),
        Kind::Audio => words::audio(),
        Kind::Image => words::image(),
    }
}

fn route_word(route: Route) -> &'static str {
    match route {
        Route::Direct => words::route_direct(),
        Route::SignedUrl => words::route_signed_url(),
    }
}

/// Returns what the service said of an asset when it was last asked, in its own words.
fn seen_lines(asset: &AssetRecord) -> [(&'static str, Option<String>); 5] {
    let seen = asset.upload.service.as_ref();
    let at = |at: Option<Timestamp>| at.and_then(|at| time(at.as_millisecond()));
    [
        (
            words::name_their_status(),
            seen.map(|seen| seen.upload_status.as_str().to_owned()),
        ),
        (
            words::name_their_name(),
            seen.and_then(|seen| seen.file_name.clone()),
        ),
        (
            words::name_their_size(),
            seen.and_then(|seen| seen.file_size).map(text::size),
        ),
        (
            words::name_their_time(),
            seen.and_then(|seen| at(seen.created_at)),
        ),
        (words::name_asked(), seen.and_then(|seen| at(seen.asked_at))),
    ]
}

fn event_word(event: Option<LedgerEvent>) -> &'static str {
    match event {
        Some(LedgerEvent::Reserved) => words::event_reserved(),
        Some(LedgerEvent::Stored) => words::event_stored(),
        Some(LedgerEvent::Ready) => words::event_ready(),
        Some(LedgerEvent::Failed) => words::event_failed(),
        Some(LedgerEvent::Abandoned) => words::event_abandoned(),
        Some(LedgerEvent::Gone) => words::event_gone(),
        Some(LedgerEvent::Found) => words::event_found(),
        Some(LedgerEvent::Removed) => words::event_removed(),
        Some(LedgerEvent::Imported) => words::event_imported(),
        Some(LedgerEvent::Deleted) => words::event_deleted(),
        None => words::event_other(),
    }
}

/// Formats a time on the user's clock: "2026-11-28 16:04".
fn time(ms: i64) -> Option<String> {
    local_time(ms, &TimeZone::system()).map(day_and_minute)
}
