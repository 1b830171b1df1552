//! `history`: uploads from this computer, of all accounts and hosts.

use std::io::BufWriter;

use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::{EXIT_GOOD, EXIT_SOME_FAILED, EXIT_USAGE, print, say};
use crate::model::asset::AssetStatus;
use crate::model::calendar::start_of_day;
use crate::model::export_record::ExportRecord;
use crate::model::media::Kind;
use crate::model::terminal::escape;
use crate::store::history::library::{
    Library, LibraryQuery, MAX_WORDS, StatusFilter, different_words,
};
use crate::store::{
    AssetRecord, History, OpenError, OpenedDatabase, StoreError, ThumbnailCache, data_dir,
};
use crate::text;
use crate::text::messages::{self, journal, terminal};
use crate::text::report::{ReportFile, ReportHeading, ReportTotals, ReportWriter};

/// Arguments of `history`.
#[derive(Debug, Args)]
pub struct HistoryArguments {
    /// Print one JSON object a line
    #[arg(long, conflicts_with = "csv")]
    pub json: bool,
    /// Print CSV with a header line
    #[arg(long)]
    pub csv: bool,
    /// Print the report: one HTML page that stands alone, with pictures
    #[arg(long, conflicts_with_all = ["csv", "json"])]
    pub html: bool,
    /// Show where each file is in full in the report, not only its folder's name
    #[arg(long, requires = "html")]
    pub full_paths: bool,
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

/// Error that ends a listing early.
enum ListingError {
    History(String),
    /// Standard output cannot be written.
    Output(std::io::Error),
}

impl ListingError {
    /// Tells the user; returns the exit status.
    fn said(self) -> u8 {
        match self {
            Self::History(error) => {
                say(&terminal::history_broken(&error));
                EXIT_SOME_FAILED
            }
            Self::Output(error) => super::stdout_error(&error),
        }
    }
}

impl From<std::io::Error> for ListingError {
    fn from(error: std::io::Error) -> Self {
        Self::Output(error)
    }
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
        && let Err(error) = print(&ExportRecord::COLUMNS.join(","))
    {
        return super::stdout_error(&error);
    }
    if arguments.html {
        return report(arguments, library.zip(query));
    }
    let mut count = 0_usize;
    let each = |asset| {
        count += 1;
        let record = ExportRecord::from(&asset);
        let text = if arguments.json {
            super::json_line(&record).unwrap_or_default()
        } else if arguments.csv {
            record.csv_line(super::one_line)
        } else {
            plain(&asset, &record)
        };
        print(&text).map_err(ListingError::Output)
    };
    let listed = match (library, &query) {
        (Some(mut library), Some(query)) => library.for_each(query, each),
        _ => Ok(()),
    };
    if let Err(error) = listed {
        return error.said();
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

/// Prints the report; returns the exit status.
fn report(arguments: &HistoryArguments, found: Option<(Library, LibraryQuery)>) -> u8 {
    match print_report(arguments, found) {
        Ok(()) => EXIT_GOOD,
        Err(error) => error.said(),
    }
}

fn print_report(
    arguments: &HistoryArguments,
    mut found: Option<(Library, LibraryQuery)>,
) -> Result<(), ListingError> {
    let heading = ReportHeading {
        title: match &arguments.label {
            Some(label) => label.clone(),
            None => messages::report::library().to_owned(),
        },
        full_paths: arguments.full_paths,
        ..ReportHeading::default()
    };
    let file = |asset: AssetRecord| {
        let record = ExportRecord::from(&asset);
        let (state, is_size_confirmed) = (asset.state(), asset.is_size_confirmed());
        let path = asset.path;
        ReportFile::of_asset(record, path, state, is_size_confirmed, heading.place)
    };
    let mut totals = ReportTotals::default();
    if let Some((library, query)) = &mut found {
        library.for_each(query, |asset| {
            totals.add(&file(asset), &heading);
            Ok::<_, ListingError>(())
        })?;
    }
    let pictures = data_dir::thumbnails().map(ThumbnailCache::new);
    let out = BufWriter::new(std::io::stdout().lock());
    let mut report = ReportWriter::begin(out, heading.clone(), totals)?;
    if let Some((library, query)) = &mut found {
        library.for_each(query, |asset| {
            let pictures = pictures.as_ref();
            let picture = pictures.and_then(|it| it.read(&asset.path, asset.size, None));
            report.file(&file(asset), picture.as_deref())?;
            Ok::<_, ListingError>(())
        })?;
    }
    report.finish()?;
    Ok(())
}

fn plain(asset: &AssetRecord, record: &ExportRecord) -> String {
    let remark = asset.remark.map_or(String::new(), |remark| {
        format!("  ({})", remark.as_str().replace('_', " "))
    });
    // Only its ID was ever given to this computer.
    let place = if record.path.is_empty() {
        &record.name
    } else {
        &record.path
    };
    format!(
        "{}  {}  {:<9}  {:>9}  {}{remark}",
        escape(asset.asset_id.as_str()),
        record.uploaded_at.unwrap_or_default(),
        asset.status.map_or("?", AssetStatus::as_str),
        text::size(asset.size),
        super::one_line(place),
    )
}
