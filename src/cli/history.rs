//! `history`: uploads from this computer, of all accounts and hosts.

use std::time::Duration;

use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::Serialize;

use super::{EXIT_GOOD, EXIT_SOME_FAILED, EXIT_USAGE, print, say};
use crate::model::asset::{AssetStatus, ContentHash};
use crate::model::calendar::start_of_day;
use crate::model::cell_escaping::spreadsheet_field;
use crate::model::media::Kind;
use crate::model::terminal::escape;
use crate::store::history::library::{
    Library, LibraryQuery, MAX_WORDS, StatusFilter, different_words,
};
use crate::store::{
    AssetRecord, AssetRemark, History, OpenError, OpenedDatabase, StoreError, data_dir,
};
use crate::text;
use crate::text::messages::{journal, terminal};

/// Arguments of `history`.
#[derive(Debug, Args)]
pub struct HistoryArguments {
    /// Print one JSON object a line
    #[arg(long, conflicts_with = "csv")]
    pub json: bool,
    /// Print CSV with a header line
    #[arg(long)]
    pub csv: bool,
    /// Only what was uploaded on this day or later, as 2026-11-28
    #[arg(long, value_name = "DATE", value_parser = super::parse_day)]
    pub since: Option<Date>,
    /// Only what was uploaded on this day or earlier
    #[arg(long, value_name = "DATE", value_parser = super::parse_day)]
    pub until: Option<Date>,
    /// Only videos, audio or images
    #[arg(long, value_parser = kinds())]
    pub kind: Option<Kind>,
    /// Only what the service last gave this status, or what was deleted from it
    #[arg(long, ignore_case = true, value_parser = statuses())]
    pub status: Option<StatusFilter>,
    /// Only batches of this label
    #[arg(long, value_name = "TEXT", value_parser = super::parse_label)]
    pub label: Option<String>,
    /// Only what is of this account, by its name or the last four characters of its key
    #[arg(long, value_name = "NAME|LAST4")]
    pub account: Option<String>,
    /// Only what has each of these words in its name, path, label, note or asset id
    pub query: Vec<String>,
}

/// A line of `history --json` or row of `--csv` (`docs/contract.md`, "Data directory").
#[derive(Debug, Serialize)]
struct HistoryRow {
    asset_id: String,
    name: String,
    path: String,
    size: u64,
    blake3: Option<String>,
    upload_status: Option<&'static str>,
    uploaded_at: String,
    account: String,
    base_url: String,
    note: Option<String>,
    label: Option<String>,
    kind: Option<&'static str>,
    duration_s: Option<f64>,
    width: Option<u32>,
    height: Option<u32>,
    captured_at: Option<String>,
    deleted_at: Option<String>,
    remark: Option<&'static str>,
}

impl From<AssetRecord> for HistoryRow {
    fn from(record: AssetRecord) -> Self {
        Self {
            asset_id: record.asset_id.to_string(),
            name: record.name,
            path: record.path.to_string_lossy().into_owned(),
            size: record.size,
            blake3: record.content.map(ContentHash::to_hex),
            upload_status: record.status.map(AssetStatus::as_str),
            uploaded_at: rfc3339(record.uploaded_at_ms),
            account: record.account.as_str().to_owned(),
            base_url: record.base_url,
            note: record.note,
            label: record.label,
            kind: record.kind.map(Kind::as_str),
            duration_s: record
                .metadata
                .duration_ms
                .map(|ms| super::seconds(Duration::from_millis(ms))),
            width: record.metadata.width,
            height: record.metadata.height,
            captured_at: record.metadata.captured_at.map(|time| time.to_string()),
            deleted_at: record.deleted_at_ms.map(rfc3339),
            remark: record.remark.map(AssetRemark::as_str),
        }
    }
}

/// Error that ends a listing early.
enum ListingError {
    History(String),
    /// Standard output cannot be written.
    Output(std::io::Error),
}

impl From<StoreError> for ListingError {
    fn from(error: StoreError) -> Self {
        Self::History(error.to_string())
    }
}

/// Returns the parser of `--kind`.
fn kinds() -> impl TypedValueParser<Value = Kind> {
    let kinds = [Kind::Video, Kind::Audio, Kind::Image].map(Kind::as_str);
    PossibleValuesParser::new(kinds).try_map(|word| Kind::from_word(&word).ok_or(std::fmt::Error))
}

/// Word of `--status` for assets that were deleted.
const DELETED: &str = "deleted";

/// Returns the parser of `--status`.
fn statuses() -> impl TypedValueParser<Value = StatusFilter> {
    let statuses = [
        AssetStatus::Success,
        AssetStatus::Waiting,
        AssetStatus::Uploading,
        AssetStatus::Failed,
        AssetStatus::Other,
    ];
    let words = statuses.map(AssetStatus::as_str).into_iter();
    PossibleValuesParser::new(words.chain([DELETED])).map(|word| {
        if word.eq_ignore_ascii_case(DELETED) {
            StatusFilter::Deleted
        } else {
            StatusFilter::Reported(AssetStatus::from_wire(&word.to_uppercase()))
        }
    })
}

/// Returns the query of these arguments; `None` if no account is called so.
fn query(
    arguments: &HistoryArguments,
    library: &Library,
) -> Result<Option<LibraryQuery>, StoreError> {
    let accounts = match &arguments.account {
        Some(text) => library.accounts_called(text)?,
        None => vec![],
    };
    if arguments.account.is_some() && accounts.is_empty() {
        return Ok(None);
    }
    let zone = TimeZone::system();
    let start_of = |day: Date| start_of_day(day, &zone);
    let day_after = |day: Date| day.tomorrow().ok();
    Ok(Some(LibraryQuery {
        words: arguments.query.join(" "),
        kind: arguments.kind,
        since_ms: arguments.since.and_then(start_of),
        until_ms: arguments.until.and_then(day_after).and_then(start_of),
        status: arguments.status,
        label: arguments.label.clone(),
        accounts,
        ..LibraryQuery::default()
    }))
}

/// Returns the message for arguments that no asset can match or no query can hold.
fn wrong_usage(arguments: &HistoryArguments) -> Option<String> {
    if let (Some(since), Some(until)) = (arguments.since, arguments.until)
        && since > until
    {
        return Some(terminal::history_days(
            &since.to_string(),
            &until.to_string(),
        ));
    }
    let words = different_words(&arguments.query.join(" ")).len();
    (words > MAX_WORDS).then(|| terminal::history_too_many_words(MAX_WORDS))
}

/// Opens the history to list it, and says what was wrong with it. One that cannot be written, as on
/// a full or read-only disk, is only read.
fn open() -> Result<Option<Library>, String> {
    let dir = data_dir::resolve().map_err(|error| error.to_string())?;
    let opened = History::open(&dir);
    match &opened {
        Ok(opened) => say_problems(opened),
        Err(OpenError::Closed { .. } | OpenError::Io { .. }) => {}
        Err(error) => return Err(error.to_string()),
    }
    match (opened, Library::open(&dir)) {
        (Ok(_), Ok(library)) => Ok(library),
        (Ok(_), Err(error)) => Err(terminal::history_broken(&error.to_string())),
        (Err(error), Ok(Some(library))) => {
            say(&terminal::history_only_read(&error.to_string()));
            Ok(Some(library))
        }
        (Err(error), _) => Err(error.to_string()),
    }
}

fn say_problems(opened: &OpenedDatabase) {
    if let Some(set_aside) = &opened.set_aside {
        say(&text::set_aside(set_aside));
    }
    let rebuilt = opened.history.rebuilt();
    if rebuilt > 0 {
        say(&journal::lost(rebuilt));
    }
    if let Some(why) = opened.history.ledger_problem() {
        say(&journal::ledger(why));
    }
}

/// Lists the history; returns the exit status.
pub fn run(arguments: &HistoryArguments) -> u8 {
    if let Some(line) = wrong_usage(arguments) {
        say(&line);
        return EXIT_USAGE;
    }
    let opened = open().and_then(|library| {
        let broken = |error: StoreError| terminal::history_broken(&error.to_string());
        let query = library.as_ref().map(|library| query(arguments, library));
        let query = query.transpose().map_err(broken)?.flatten();
        Ok((library, query))
    });
    let (library, query) = match opened {
        Ok(opened) => opened,
        Err(line) => {
            say(&line);
            return EXIT_SOME_FAILED;
        }
    };
    if arguments.csv
        && let Err(error) = print(&COLUMNS.join(","))
    {
        return super::stdout_error(&error);
    }
    let mut count = 0_usize;
    let each = |record| {
        count += 1;
        let line = HistoryRow::from(record);
        let text = if arguments.json {
            super::json_line(&line).unwrap_or_default()
        } else if arguments.csv {
            csv(&line)
        } else {
            plain(&line)
        };
        print(&text).map_err(ListingError::Output)
    };
    let listed = match (library, &query) {
        (Some(mut library), Some(query)) => library.for_each(query, each),
        _ => Ok(()),
    };
    match listed {
        Ok(()) => {}
        Err(ListingError::History(error)) => {
            say(&terminal::history_broken(&error));
            return EXIT_SOME_FAILED;
        }
        Err(ListingError::Output(error)) => return super::stdout_error(&error),
    }
    if count == 0 && !arguments.json && !arguments.csv {
        say(if query == Some(LibraryQuery::default()) {
            terminal::history_empty()
        } else {
            terminal::history_nothing_found()
        });
    }
    EXIT_GOOD
}

const COLUMNS: [&str; 18] = [
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
];

fn csv(line: &HistoryRow) -> String {
    let number = |number: Option<u32>| number.map(|number| number.to_string()).unwrap_or_default();
    let duration = line.duration_s.map(|seconds| seconds.to_string());
    [
        line.asset_id.as_str(),
        &line.name,
        &line.path,
        &line.size.to_string(),
        line.blake3.as_deref().unwrap_or_default(),
        line.upload_status.unwrap_or_default(),
        &line.uploaded_at,
        &line.account,
        &line.base_url,
        line.note.as_deref().unwrap_or_default(),
        line.label.as_deref().unwrap_or_default(),
        line.kind.unwrap_or_default(),
        &duration.unwrap_or_default(),
        &number(line.width),
        &number(line.height),
        line.captured_at.as_deref().unwrap_or_default(),
        line.deleted_at.as_deref().unwrap_or_default(),
        line.remark.unwrap_or_default(),
    ]
    .map(|text| spreadsheet_field(&super::one_line(text)))
    .join(",")
}

fn plain(line: &HistoryRow) -> String {
    let remark = line
        .remark
        .map(|remark| format!("  ({})", remark.replace('_', " ")))
        .unwrap_or_default();
    // Only its ID was ever given to this computer.
    let place = if line.path.is_empty() {
        &line.name
    } else {
        &line.path
    };
    format!(
        "{}  {}  {:<9}  {:>9}  {}{remark}",
        escape(&line.asset_id),
        line.uploaded_at,
        line.upload_status.unwrap_or("?"),
        text::size(line.size),
        super::one_line(place),
    )
}

/// Formats a UTC time to the second.
fn rfc3339(ms: i64) -> String {
    let seconds = ms.div_euclid(1000);
    jiff::Timestamp::from_second(seconds)
        .map(|time| time.to_string())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests;
