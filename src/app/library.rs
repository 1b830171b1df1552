//! The Library: every asset of the history, searched and paged on a thread of its own.

pub mod command;
pub mod details;
pub mod filters;
pub mod import;
mod jobs;
mod reader;
mod reading_schedule;
mod records;
pub mod rows;
#[cfg(test)]
pub(crate) mod tests;

use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::Zoned;

use self::command::LibraryCommand;
use self::details::AssetDetails;
use self::filters::LibraryFilters;
use self::jobs::LibraryJobs;
use self::reader::{LibraryAnswer, LibraryReader};
use self::reading_schedule::ReadingSchedule;
use self::records::RecordCache;
use super::pending::Wake;
use super::selection::Selection;
use super::wording;
use crate::model::accounts::Accounts;
use crate::store::AssetRecord;
use crate::store::history::library::LibraryResults;

pub use self::jobs::LibraryEvent;
pub use self::rows::LibraryRows;
pub use crate::store::history::library::{LibraryColumn, LibraryFacets, StatusFilter};

/// Rows whose records are read with the first search: a large screen's.
const FIRST_PAGE: usize = 50;

/// The Library without its drawing: query, results, records in view and selection.
pub struct LibraryState {
    reader: LibraryReader,
    jobs: LibraryJobs,
    filters: LibraryFilters,
    results: LibraryResults,
    records: RecordCache,
    selection: Selection<i64>,
    /// Bytes of the selection; `None` while they are counted.
    selected_bytes: Option<u64>,
    details: Option<AssetDetails>,
    /// The page is shown.
    is_shown: bool,
    /// The history is being opened or repaired, so that what cannot be read yet may soon be there.
    is_in_repair: bool,
    /// A first answer has come.
    is_read: bool,
    /// Why the history cannot be read.
    problem: Option<String>,
    schedule: ReadingSchedule,
    /// Places of the rows in view, and some around them.
    in_view: Range<usize>,
    /// Words of a search in the queue, and how many assets match them.
    peeked: Option<(String, Option<usize>)>,
    wake: Wake,
}

impl LibraryState {
    /// Reads the history of a data directory; `None` where there is none.
    pub fn new(dir: Option<PathBuf>, wake: Wake) -> Self {
        Self {
            reader: LibraryReader::new(dir.clone(), wake.clone()),
            jobs: LibraryJobs::new(dir, wake.clone()),
            filters: LibraryFilters::default(),
            results: LibraryResults::default(),
            records: RecordCache::default(),
            selection: Selection::default(),
            selected_bytes: Some(0),
            details: None,
            is_shown: false,
            is_in_repair: false,
            is_read: false,
            problem: None,
            schedule: ReadingSchedule::default(),
            in_view: 0..FIRST_PAGE,
            peeked: None,
            wake,
        }
    }

    /// Shows the history of another engine. The page stays open.
    pub fn replace(&mut self, dir: Option<PathBuf>) {
        *self = Self {
            is_shown: self.is_shown,
            ..Self::new(dir, self.wake.clone())
        };
    }

    /// Sets whether the page is shown.
    pub fn set_shown(&mut self, is_shown: bool, now: Instant) {
        self.is_shown = is_shown;
        self.read_if_due(now);
    }

    /// Returns `true` if the page is shown.
    pub fn is_shown(&self) -> bool {
        self.is_shown
    }

    /// Counts the assets that match a search of the queue which finds nothing there; `None` ends it.
    pub fn peek(&mut self, words: Option<&str>) {
        let asked = self.peeked.as_ref().map(|(asked, _)| asked.as_str());
        if asked != words {
            self.peeked = words.map(|words| (words.to_owned(), None));
            if let Some(words) = words {
                self.reader.peek(words.to_owned());
            }
        }
    }

    /// Returns the number of assets that match the search of the queue, if there are any.
    pub fn peeked(&self) -> Option<usize> {
        self.peeked.as_ref()?.1.filter(|found| *found > 0)
    }

    /// Notes the history's revision, and reads it again if it has changed and some time has passed.
    pub fn follow(&mut self, revision: u64, is_in_repair: bool, now: Instant) {
        self.is_in_repair = is_in_repair;
        self.schedule.follow(revision);
        self.read_if_due(now);
    }

    /// Reads the history again, which another connection has changed.
    pub fn refresh(&mut self) {
        self.schedule.on_changed();
    }

    fn read_if_due(&mut self, now: Instant) {
        if self.schedule.due_in(self.is_shown, now) == Some(Duration::ZERO) {
            self.search(now);
        }
    }

    /// Returns the time until the next reading of a changed history. A count alone wakes nobody.
    pub fn next_wakeup(&self, now: Instant) -> Option<Duration> {
        let wait = self.schedule.due_in(self.is_shown, now);
        wait.filter(|_| self.is_shown)
    }

    /// Asks for the assets that match. An older search gives way.
    fn search(&mut self, now: Instant) {
        self.schedule.on_read(now);
        let query = self.filters.query(&Zoned::now());
        self.reader.find(query, self.in_view.clone());
    }

    /// Carries out a command that concerns the list alone; gives back any other.
    pub fn act(&mut self, command: LibraryCommand, now: Instant) -> Option<LibraryCommand> {
        match command {
            LibraryCommand::Filter(choice) => {
                self.filters.choose(choice);
                self.search(now);
            }
            LibraryCommand::Click(row, pick) => {
                self.selection.pick(&self.results.ids, row, pick);
                self.count_selection();
            }
            other => return Some(other),
        }
        None
    }

    /// Moves the cursor, and returns the row to show.
    pub fn step(
        &mut self,
        step: super::command::CursorMove,
        extend: bool,
        from: Option<i64>,
        page: usize,
    ) -> Option<i64> {
        let ids = &self.results.ids;
        let to = self.selection.step(ids, step, extend, from, page);
        self.count_selection();
        to
    }

    /// Selects everything that was found.
    pub fn select_all(&mut self) {
        self.selection.select(self.results.ids.iter().copied());
        self.count_selection();
    }

    /// Clears the selection.
    pub fn select_none(&mut self) {
        self.selection.clear();
        self.count_selection();
    }

    fn count_selection(&mut self) {
        self.selected_bytes = match self.selection.len() {
            0 => Some(0),
            selected if selected == self.results.ids.len() => Some(self.results.bytes),
            _ => {
                self.reader.count(self.selected_ids());
                None
            }
        };
    }

    /// Returns the selected rows in the list's order.
    fn selected_ids(&self) -> Arc<[i64]> {
        let rows = self.results.ids.iter().copied();
        rows.filter(|row| self.selection.contains(*row)).collect()
    }

    /// Returns the selected rows, to be read elsewhere.
    pub fn selected_rows(&self) -> LibraryRows {
        self.jobs.rows(self.selected_ids())
    }

    /// Returns everything that was found, to be read elsewhere.
    pub fn listed_rows(&self) -> LibraryRows {
        self.jobs.rows(self.results.ids.iter().copied().collect())
    }

    /// Returns one row, to be read elsewhere.
    pub fn one_row(&self, row: i64) -> LibraryRows {
        self.jobs.rows(Arc::from([row]))
    }

    /// Starts what reads many records.
    pub fn jobs(&mut self) -> &mut LibraryJobs {
        &mut self.jobs
    }

    /// Returns the file of assets that was read.
    pub fn import(&self) -> Option<&import::ImportPreview> {
        self.jobs.import.as_ref()
    }

    /// Handles all answers that have arrived.
    pub fn poll(&mut self) -> Vec<LibraryEvent> {
        let mut events = Vec::new();
        while let Some(answer) = self.reader.answer() {
            events.extend(self.take(answer));
        }
        for event in self.jobs.poll() {
            match (event, &mut self.details) {
                (LibraryEvent::Facts(facts), Some(details)) => details.complete(*facts),
                (LibraryEvent::Facts(_), None) => {}
                (event, _) => events.push(event),
            }
        }
        events
    }

    fn take(&mut self, answer: LibraryAnswer) -> Option<LibraryEvent> {
        match answer {
            LibraryAnswer::Found(Ok((results, records))) => {
                self.results = results;
                self.is_read = true;
                self.problem = None;
                self.records.expire();
                self.records.take_in(records);
                // Commands must not act on rows that were not found.
                let kept = self.selected_ids();
                self.selection.select(kept.iter().copied());
                self.count_selection();
                if let Some(details) = &self.details {
                    self.jobs.read_details(details);
                }
            }
            LibraryAnswer::Found(Err(problem)) | LibraryAnswer::Records(Err(problem)) => {
                self.is_read = true;
                self.problem = Some(problem);
            }
            LibraryAnswer::Records(Ok(records)) => self.records.take_in(records),
            LibraryAnswer::Peeked(words, found) => {
                if let Some((asked, count)) = &mut self.peeked
                    && *asked == words
                {
                    *count = found;
                }
            }
            LibraryAnswer::Facets(facets) => self.results.facets = facets,
            LibraryAnswer::Counted(bytes) => self.selected_bytes = Some(bytes),
            LibraryAnswer::Replaced => {
                self.results = LibraryResults::default();
                self.records = RecordCache::default();
                self.selection = Selection::default();
                self.selected_bytes = Some(0);
                self.is_read = false;
                self.schedule.on_changed();
                return Some(LibraryEvent::Replaced);
            }
        }
        None
    }

    /// Asks for the records of these rows, as far as they are not known.
    pub fn look_at(&mut self, rows: Range<usize>) {
        self.in_view = rows.clone();
        let ids = &self.results.ids;
        let rows = rows.start.min(ids.len())..rows.end.min(ids.len());
        if let Some(missing) = self.records.missing(&ids[rows]) {
            self.reader.records(missing);
        }
    }

    /// Opens the details of a row that is in view.
    pub fn open_details(&mut self, row: i64, accounts: &Accounts) -> bool {
        let Some(asset) = self.records.get(row) else {
            return false;
        };
        let account = wording::account_name(accounts, &asset.account);
        let details = AssetDetails::new(row, asset.clone(), account);
        self.jobs.read_details(&details);
        self.details = Some(details);
        true
    }

    /// Closes the details and returns the note to save, if it was changed.
    pub fn close_details(&mut self) -> Option<(AssetRecord, Option<String>)> {
        self.details.take()?.changed_note()
    }

    /// Returns the asset whose details are open.
    pub fn details(&self) -> Option<&AssetDetails> {
        self.details.as_ref()
    }

    /// Returns the open details, for the note's field.
    pub fn details_mut(&mut self) -> Option<&mut AssetDetails> {
        self.details.as_mut()
    }

    /// Returns what narrows the list.
    pub fn filters(&self) -> &LibraryFilters {
        &self.filters
    }

    /// Returns the values to filter by.
    pub fn facets(&self) -> &LibraryFacets {
        &self.results.facets
    }

    /// Returns the rows that were found, in order.
    pub fn rows(&self) -> &[i64] {
        &self.results.ids
    }

    /// Returns a row's record, once it was read.
    pub fn record(&self, row: i64) -> Option<&AssetRecord> {
        self.records.get(row)
    }

    /// Returns the selection.
    pub fn selection(&self) -> &Selection<i64> {
        &self.selection
    }

    /// Returns `true` if everything that was found is selected.
    pub fn all_selected(&self) -> bool {
        !self.selection.is_empty() && self.selection.len() == self.results.ids.len()
    }

    /// Returns the number and bytes of the selection, or else of what was found; `None` for bytes
    /// that are being counted.
    pub fn totals(&self) -> (usize, Option<u64>) {
        match self.selection.len() {
            0 => (self.results.ids.len(), Some(self.results.bytes)),
            selected => (selected, self.selected_bytes),
        }
    }

    /// Returns the number of all assets; `None` until they were read, and while they are repaired.
    pub fn all(&self) -> Option<usize> {
        let is_known = self.is_read && (self.results.all > 0 || !self.is_in_repair);
        is_known.then_some(self.results.all)
    }

    /// Returns `true` if the history has or had an asset.
    pub fn had_any(&self) -> bool {
        self.results.had_any
    }

    /// Returns why the history cannot be read.
    pub fn problem(&self) -> Option<&str> {
        self.problem.as_deref().filter(|_| !self.is_in_repair)
    }
}
