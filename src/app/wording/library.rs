//! Texts of the Library.

use jiff::civil::Date;

use super::command::Words;
use crate::app::command::Page;
use crate::app::library::command::{AssetCommand, DetailsFormat, LibraryCommand};
use crate::app::library::filters::{LibraryFilter, Period};
use crate::app::library::{LibraryColumn, LibraryFacets, StatusFilter, details};
use crate::model::accounts::Accounts;
use crate::model::asset_check::AssetCheckProgress;
use crate::text;
pub(crate) use crate::text::messages::library::*;
use crate::text::messages::{deletion, import, library as say, units};

/// Returns the words of a page's button.
pub fn page_words(page: Page) -> Words {
    match page {
        Page::Uploads => say::uploads(),
        Page::Library => say::page(),
    }
}

/// Returns the words of a command on assets.
pub fn asset(command: AssetCommand) -> Words {
    match command {
        AssetCommand::Copy => say::copy(),
        AssetCommand::Details => say::details(),
        AssetCommand::ShowFile => say::show_file(),
        AssetCommand::CheckAgain => say::check_again(),
        AssetCommand::UploadAgain => say::upload_again(),
        AssetCommand::Remove => say::remove(),
        AssetCommand::Delete => deletion::delete(),
    }
}

/// Returns the words of a command of the Library.
pub fn command(command: &LibraryCommand) -> Words {
    match command {
        LibraryCommand::Filter(LibraryFilter::Nothing) => say::clear_filters(),
        LibraryCommand::Filter(LibraryFilter::SortBy(it)) => (column(*it), ""),
        LibraryCommand::Filter(_) => (say::search(), say::filter_hint()),
        LibraryCommand::Row(it, _) | LibraryCommand::Selected(it) => asset(*it),
        LibraryCommand::CheckAll => say::check_all(),
        LibraryCommand::BringIn | LibraryCommand::ReadImport(_) => import::bring_in(),
        LibraryCommand::ConfirmBringIn => (import::confirm(), ""),
        LibraryCommand::StopChecking => say::stop_checking(),
        LibraryCommand::ConfirmRemove => say::confirm_remove(),
        LibraryCommand::ConfirmDelete => deletion::confirm_delete(),
        LibraryCommand::StopDeleting => deletion::stop(),
        LibraryCommand::ResumeDeletions => deletion::resume(),
        LibraryCommand::ForgetDeletions => deletion::forget(),
        LibraryCommand::EditNote(_) => say::note(),
        LibraryCommand::CopyDetails(DetailsFormat::Text) => say::copy_text(),
        LibraryCommand::CopyDetails(DetailsFormat::Json) => say::copy_json(),
        LibraryCommand::Backup(it) => super::backups::command(it),
        LibraryCommand::Click(..) => crate::text::messages::command::select(),
        LibraryCommand::Menu(_) => crate::text::messages::command::file_menu(),
        LibraryCommand::Move { step, .. } => super::command::step(*step),
    }
}

/// Returns the name of a column.
pub fn column(column: LibraryColumn) -> &'static str {
    match column {
        LibraryColumn::Name => say::column_name(),
        LibraryColumn::Folder => say::column_folder(),
        LibraryColumn::Uploaded => say::column_uploaded(),
        LibraryColumn::Size => say::column_size(),
        LibraryColumn::Duration => say::column_duration(),
        LibraryColumn::Kind => say::column_kind(),
        LibraryColumn::Status => say::column_status(),
        LibraryColumn::Batch => say::column_batch(),
    }
}

/// Returns the name of a filter's value.
pub fn filter(filter: &LibraryFilter, facets: &LibraryFacets, accounts: &Accounts) -> String {
    let word = match filter {
        LibraryFilter::Kind(kind) => kind.map_or(say::any_kind(), details::kind_word),
        LibraryFilter::Status(status) => status.map_or(say::any_status(), status_word),
        LibraryFilter::Period(period) => return self::period(*period),
        LibraryFilter::Batch(None) => say::any_batch(),
        LibraryFilter::Batch(Some(batch)) => {
            let known = facets.batches.iter().find(|(id, _)| id == batch);
            return known.map_or_else(String::new, |(_, label)| label.clone());
        }
        LibraryFilter::Accounts(keys) => {
            let account = keys.first().map(|key| super::account_name(accounts, key));
            return account.unwrap_or_else(|| say::any_account().to_owned());
        }
        LibraryFilter::Words(_) | LibraryFilter::SortBy(_) | LibraryFilter::Nothing => "",
    };
    word.to_owned()
}

fn status_word(status: StatusFilter) -> &'static str {
    match status {
        StatusFilter::Ready => say::ready(),
        StatusFilter::Processing | StatusFilter::Reported(_) => say::processing(),
        StatusFilter::Failed => say::failed(),
        StatusFilter::Gone => say::gone(),
        StatusFilter::Deleted => say::deleted(),
        StatusFilter::Unneeded => say::unneeded(),
    }
}

fn period(period: Period) -> String {
    match period {
        Period::Any => say::any_day().to_owned(),
        Period::Day(day) => self::day(day, jiff::Zoned::now().date()),
        Period::SevenDays => say::seven_days().to_owned(),
        Period::ThirtyDays => say::thirty_days().to_owned(),
        Period::Month(first) => {
            let month = units::month(first.month());
            say::month_and_year(&month, &first.year().to_string())
        }
    }
}

pub(super) fn day(day: Date, today: Date) -> String {
    if day == today {
        return say::today().to_owned();
    }
    if Some(day) == today.yesterday().ok() {
        return say::yesterday().to_owned();
    }
    let weekday = say::weekday(day.weekday().to_monday_one_offset());
    say::weekday_and_day(&units::day(day.day(), &units::month(day.month())), &weekday)
}

/// Returns the outcome of a check of assets.
pub fn checked(end: &AssetCheckProgress) -> String {
    let asked = end.done.saturating_sub(end.passed_over);
    say::checked(
        count(asked),
        count(end.failed),
        count(end.passed_over),
        count(end.unknown),
    )
}

/// Returns the progress of a check of assets.
pub fn checking(progress: &AssetCheckProgress) -> String {
    let number = text::number;
    say::checking(&number(progress.done), &number(progress.total))
}

fn count(number: u64) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

/// Returns the line at the foot: number, bytes and monthly cost of what is selected, or else found.
pub fn totals(files: usize, bytes: Option<u64>, is_selection: bool) -> String {
    let Some(bytes) = bytes else {
        return say::foot_counting(files);
    };
    let cost = text::monthly_cost(bytes);
    let size = text::size(bytes);
    match is_selection {
        true => say::foot_selected(&cost, files, &size),
        false => say::foot(&cost, files, &size),
    }
}

/// Returns the price of bytes by day and by month, for a tooltip.
pub fn prices(bytes: u64) -> String {
    say::prices(&text::daily_cost(bytes), &text::monthly_cost(bytes))
}
