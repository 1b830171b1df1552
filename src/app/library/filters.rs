//! Filters and order of the Library.

use jiff::civil::Date;
use jiff::{ToSpan, Zoned};

use crate::model::asset::Account;
use crate::model::batch::BatchId;
use crate::model::calendar::start_of_day;
use crate::model::media::Kind;
use crate::store::history::library::{LibraryColumn, LibraryQuery, LibrarySort, StatusFilter};

/// Days of upload.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Period {
    /// Any day.
    #[default]
    Any,
    /// A day.
    Day(Date),
    /// Today and the six days before.
    SevenDays,
    /// Today and the 29 days before.
    ThirtyDays,
    /// A month, by its first day.
    Month(Date),
}

impl Period {
    /// Days that are offered one by one: on a Tuesday, last Tuesday is among them.
    const DAYS: i32 = 8;

    /// Returns the periods that are offered, nearest first; `months` are those with assets.
    pub fn offered(now: &Zoned, months: &[Date]) -> Vec<Self> {
        let today = now.date();
        let days = (0..Self::DAYS).map(|back| today.saturating_sub(back.days()));
        [Self::Any]
            .into_iter()
            .chain(days.map(Self::Day))
            .chain([Self::SevenDays, Self::ThirtyDays])
            .chain(months.iter().copied().map(Self::Month))
            .collect()
    }

    /// Returns its limits in milliseconds since the Unix epoch; the second one is too late.
    fn limits(self, now: &Zoned) -> (Option<i64>, Option<i64>) {
        let today = now.date();
        let start = |day: Date| start_of_day(day, now.time_zone());
        match self {
            Self::Any => (None, None),
            Self::Day(day) => (start(day), start(day.saturating_add(1.day()))),
            Self::SevenDays => (start(today.saturating_sub(6.days())), None),
            Self::ThirtyDays => (start(today.saturating_sub(29.days())), None),
            Self::Month(first) => (start(first), start(first.saturating_add(1.month()))),
        }
    }
}

/// One choice in the line of filters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LibraryFilter {
    /// Words to search for.
    Words(String),
    /// Media kind.
    Kind(Option<Kind>),
    /// Days of upload.
    Period(Period),
    /// Status.
    Status(Option<StatusFilter>),
    /// Batch.
    Batch(Option<BatchId>),
    /// Keys of one account; none for all accounts.
    Accounts(Vec<Account>),
    /// Sorts by this column, or the other way round if already sorted by it.
    SortBy(LibraryColumn),
    /// Shows everything.
    Nothing,
}

/// All that narrows and orders the list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LibraryFilters {
    /// Words to search for, as typed.
    pub words: String,
    /// Media kind.
    pub kind: Option<Kind>,
    /// Days of upload.
    pub period: Period,
    /// Status.
    pub status: Option<StatusFilter>,
    /// Batch.
    pub batch: Option<BatchId>,
    /// Keys of one account; none for all accounts.
    pub accounts: Vec<Account>,
    /// Order.
    pub sort: LibrarySort,
}

impl LibraryFilters {
    /// Returns `true` if nothing is left out.
    pub fn is_everything(&self) -> bool {
        let sort = self.sort;
        Self {
            sort,
            ..Self::default()
        } == *self
    }

    pub(super) fn choose(&mut self, choice: LibraryFilter) {
        match choice {
            LibraryFilter::Words(words) => self.words = words,
            LibraryFilter::Kind(kind) => self.kind = kind,
            LibraryFilter::Period(period) => self.period = period,
            LibraryFilter::Status(status) => self.status = status,
            LibraryFilter::Batch(batch) => self.batch = batch,
            LibraryFilter::Accounts(accounts) => self.accounts = accounts,
            LibraryFilter::SortBy(column) => {
                // Newest, largest and longest are looked for first.
                let descends = matches!(
                    column,
                    LibraryColumn::Uploaded | LibraryColumn::Size | LibraryColumn::Duration
                );
                let again = self.sort.column == column;
                let descending = if again {
                    !self.sort.descending
                } else {
                    descends
                };
                self.sort = LibrarySort { column, descending };
            }
            LibraryFilter::Nothing => {
                let sort = self.sort;
                *self = Self {
                    sort,
                    ..Self::default()
                };
            }
        }
    }

    pub(super) fn query(&self, now: &Zoned) -> LibraryQuery {
        let (since_ms, until_ms) = self.period.limits(now);
        LibraryQuery {
            words: self.words.clone(),
            kind: self.kind,
            since_ms,
            until_ms,
            status: self.status,
            batch: self.batch,
            label: None,
            accounts: self.accounts.clone(),
            sort: self.sort,
        }
    }
}
