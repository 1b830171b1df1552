//! Reading of many records, or of what lies beside the history, each on a thread of its own.

use std::path::PathBuf;
use std::sync::Arc;

use super::details::{AssetDetails, AssetFacts, file_state};
use super::import::{BroughtIn, ImportPreview};
use super::rows::LibraryRows;
use crate::app::command::ExportFormat;
use crate::app::deletion::{DeletionRequest, DeletionRules};
use crate::app::export::{ClipboardText, CopiedFile, for_clipboard};
use crate::app::pending::{Outcome, Pending, Wake};
use crate::model::asset::AssetId;
use crate::store::AssetRecord;
use crate::store::history::asset_events;

/// Result of a job.
#[derive(Debug)]
pub enum LibraryEvent {
    /// Text for the clipboard; `None` without any ID.
    Copied(Option<ClipboardText>),
    /// Assets to ask the service about, and the number of those of another service.
    Check(Vec<AssetId>, usize),
    /// Assets to remove from the history.
    Remove(Vec<AssetRecord>),
    /// Assets that the user is to be asked about before they are deleted from the service.
    AskToDelete(DeletionRequest),
    /// Files to add to the queue, and the number of those that are gone.
    Add(Vec<PathBuf>, usize),
    /// A file of assets was read, to be shown before it is brought in.
    ImportRead(Box<ImportPreview>),
    /// Assets were brought in.
    BroughtIn(BroughtIn),
    /// Facts for the open details.
    Facts(Box<AssetFacts>),
    /// Another database has taken the place of the one before: row numbers mean other assets.
    Replaced,
    /// Sentence for the user.
    Say(String),
}

/// Jobs that run.
pub struct LibraryJobs {
    pub(super) dir: Option<PathBuf>,
    /// File of assets that was read, for its preview.
    pub(super) import: Option<ImportPreview>,
    running: Vec<Pending<LibraryEvent>>,
    wake: Wake,
}

impl LibraryJobs {
    pub(super) fn new(dir: Option<PathBuf>, wake: Wake) -> Self {
        Self {
            dir,
            import: None,
            running: Vec::new(),
            wake,
        }
    }

    pub(super) fn rows(&self, rows: Arc<[i64]>) -> LibraryRows {
        LibraryRows::new(self.dir.clone(), rows)
    }

    /// Makes the text that copies the IDs of these rows.
    pub fn copy(&mut self, rows: LibraryRows, format: ExportFormat, full_paths: bool) {
        self.with_records(rows, move |records| {
            let files: Vec<_> = records.iter().map(CopiedFile::of_asset).collect();
            LibraryEvent::Copied(for_clipboard(&files, format, full_paths))
        });
    }

    /// Reads the IDs to ask the service about. Another service knows others.
    pub fn check(&mut self, rows: LibraryRows, base_url: String) {
        self.with_records(rows, move |records| {
            let records = records.into_iter();
            let (here, elsewhere): (Vec<_>, Vec<_>) =
                records.partition(|record| record.base_url == base_url);
            let ids = here.into_iter().map(|record| record.asset_id).collect();
            LibraryEvent::Check(ids, elsewhere.len())
        });
    }

    /// Reads the assets to remove.
    pub fn remove(&mut self, rows: LibraryRows) {
        self.with_records(rows, LibraryEvent::Remove);
    }

    /// Sorts out which of these assets may be deleted from the service.
    pub fn sort_deletion(&mut self, rows: LibraryRows, rules: DeletionRules) {
        self.with_records(rows, move |records| {
            LibraryEvent::AskToDelete(rules.sort_assets(&records))
        });
    }

    /// Looks for the files of these rows.
    pub fn find_files(&mut self, rows: LibraryRows) {
        self.with_records(rows, |records| {
            let paths = records.into_iter().map(|record| record.path);
            let (there, gone): (Vec<_>, Vec<_>) = paths.partition(|path| path.is_file());
            LibraryEvent::Add(there, gone.len())
        });
    }

    fn with_records(
        &mut self,
        rows: LibraryRows,
        then: impl FnOnce(Vec<AssetRecord>) -> LibraryEvent + Send + 'static,
    ) {
        self.start(move || rows.read().map_or_else(LibraryEvent::Say, then));
    }

    pub(super) fn start(&mut self, work: impl FnOnce() -> LibraryEvent + Send + 'static) {
        let job = Pending::spawn("library", self.wake.clone(), work);
        self.running.push(job);
    }

    /// Keeps a file that was read, for its preview.
    pub fn keep_import(&mut self, import: ImportPreview) {
        self.import = Some(import);
    }

    /// Reads what history, file and ledger tell of an asset.
    pub(super) fn read_details(&mut self, details: &AssetDetails) {
        let (row, known) = (details.row(), details.asset().clone());
        let rows = self.rows(Arc::from([row]));
        let work = move || {
            let read = rows.read().ok().and_then(|mut records| records.pop());
            let asset = read.unwrap_or(known);
            let dir = rows.dir();
            let events = dir.map(|dir| asset_events(dir, &asset));
            LibraryEvent::Facts(Box::new(AssetFacts {
                row,
                file: file_state(&asset),
                asset,
                events: events.and_then(Result::ok).unwrap_or_default(),
            }))
        };
        self.start(work);
    }

    pub(super) fn poll(&mut self) -> Vec<LibraryEvent> {
        let mut events = Vec::new();
        for mut job in std::mem::take(&mut self.running) {
            match job.poll() {
                Some(Outcome::Answer(event)) => events.push(event),
                Some(Outcome::Lost) => {}
                None => self.running.push(job),
            }
        }
        events
    }
}
