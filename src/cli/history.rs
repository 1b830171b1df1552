//! `history`: uploads from this computer, of all accounts and hosts.

use serde::Serialize;

use super::{EXIT_GOOD, EXIT_SOME_FAILED, HistoryArguments, print, say};
use crate::model::asset::{AssetStatus, ContentHash};
use crate::model::cell_escaping::spreadsheet_field;
use crate::model::terminal::escape;
use crate::store::{AssetRecord, AssetRemark, History, StoreError, data_dir};
use crate::text;
use crate::text::messages::{journal, terminal};

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
    note: Option<&'static str>,
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
            note: record.remark.map(AssetRemark::as_str),
        }
    }
}

/// Error that ends a listing early.
enum ListingError {
    Store(StoreError),
    /// Standard output cannot be written.
    Output(std::io::Error),
}

impl From<StoreError> for ListingError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

/// Lists the history; returns the exit status.
pub fn run(arguments: &HistoryArguments) -> u8 {
    let opened = data_dir::resolve()
        .map_err(|error| error.to_string())
        .and_then(|dir| History::open(&dir).map_err(|error| error.to_string()));
    let opened = match opened {
        Ok(opened) => opened,
        Err(line) => {
            say(&line);
            return EXIT_SOME_FAILED;
        }
    };
    if let Some(path) = &opened.set_aside {
        say(&journal::set_aside(&path.display().to_string()));
    }
    if let Some(why) = opened.history.ledger_problem() {
        say(&journal::ledger(why));
    }
    let query = arguments.query.as_deref().unwrap_or_default();
    if arguments.csv
        && let Err(error) = print(HEADER)
    {
        return super::stdout_error(&error);
    }
    let mut count = 0_usize;
    let listed = opened.history.for_each_asset(query, |record| {
        if record.is_reserved() {
            return Ok(());
        }
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
    });
    match listed {
        Ok(()) => {}
        Err(ListingError::Store(error)) => {
            say(&terminal::history_broken(&error.to_string()));
            return EXIT_SOME_FAILED;
        }
        Err(ListingError::Output(error)) => return super::stdout_error(&error),
    }
    if count == 0 && !arguments.json && !arguments.csv {
        say(if query.is_empty() {
            terminal::history_empty()
        } else {
            terminal::history_nothing_found()
        });
    }
    EXIT_GOOD
}

const HEADER: &str =
    "asset_id,name,path,size,blake3,upload_status,uploaded_at,account,base_url,note";

fn csv(line: &HistoryRow) -> String {
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
        line.note.unwrap_or_default(),
    ]
    .map(|text| spreadsheet_field(&super::one_line(text)))
    .join(",")
}

fn plain(line: &HistoryRow) -> String {
    let note = line
        .note
        .map(|note| format!("  ({})", note.replace('_', " ")))
        .unwrap_or_default();
    // Only its ID was ever given to this computer.
    let place = if line.path.is_empty() {
        &line.name
    } else {
        &line.path
    };
    format!(
        "{}  {}  {:<9}  {:>9}  {}{note}",
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
