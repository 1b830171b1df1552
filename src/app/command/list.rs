//! Parts and orders of the list, moves in it, and commands on several of its rows.

use crate::model::batch::BatchId;
use crate::model::snapshot::{ItemId, Row, Status};

/// A header or row of the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum EntryId {
    /// Header of a batch; `None` for that of rows without one.
    Header(Option<BatchId>),
    /// A row.
    Row(ItemId),
}

/// Command on a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BatchCommand {
    /// Hides its rows.
    Fold,
    /// Shows its rows.
    Unfold,
    /// Copies the ids of its rows.
    CopyIds,
    /// Copies its rows in another format.
    CopyAs(ExportFormat),
    /// Saves its rows to a file.
    Export(ExportFormat),
    /// Acts on each of its rows that allows it.
    Each(BulkAction),
    /// Selects its rows.
    Select,
    /// Shows its assets in the Library.
    ShowInLibrary,
    /// Deletes its assets from the service.
    DeleteAssets,
    /// Asks for another label and note.
    Rename,
    /// Lists the files in its folders that were skipped.
    ShowSkipped,
    /// Removes a batch that has no rows, only skipped files.
    RemoveSkipped,
}

/// A filter chip.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, PartialOrd, Ord)]
pub enum Filter {
    /// All rows.
    #[default]
    All,
    /// Refused or failed.
    Attention,
    /// Valid and not started.
    ToUpload,
    /// Sending, or sent and awaiting the response.
    Uploading,
    /// The service processes it.
    Processing,
    /// Being checked, queued, or waiting for a retry.
    Waiting,
    /// Paused by the user, left by an earlier run, or sent with another key: needs the user to go
    /// on.
    Paused,
    /// Its asset is ready.
    Ready,
    /// Content of another file; not sent.
    Duplicate,
    /// Cancelled by the user.
    Cancelled,
    /// Says where it was taken, whatever its status.
    WithLocation,
}

impl Filter {
    /// All chips, in display order.
    pub const EACH: [Self; 11] = [
        Self::All,
        Self::Attention,
        Self::ToUpload,
        Self::Uploading,
        Self::Processing,
        Self::Waiting,
        Self::Paused,
        Self::Ready,
        Self::Duplicate,
        Self::Cancelled,
        Self::WithLocation,
    ];

    /// Returns the chips of a row.
    pub fn each_of(row: &Row) -> impl Iterator<Item = Self> {
        let location = row.metadata.has_location.then_some(Self::WithLocation);
        [Self::All, Self::of(&row.status)]
            .into_iter()
            .chain(location)
    }

    /// Returns the chip, besides "All", of a status.
    pub fn of(status: &Status) -> Self {
        match status {
            Status::Rejected(_) | Status::Failed(_) => Self::Attention,
            Status::ReadyToUpload => Self::ToUpload,
            Status::Uploading | Status::Finishing => Self::Uploading,
            Status::Processing { .. } => Self::Processing,
            Status::Checking | Status::Settling | Status::Queued | Status::Waiting { .. } => {
                Self::Waiting
            }
            Status::Paused | Status::OtherKey { .. } => Self::Paused,
            Status::Ready => Self::Ready,
            Status::FoundDuplicate(_) | Status::Duplicate { .. } => Self::Duplicate,
            Status::Cancelled => Self::Cancelled,
        }
    }
}

/// Sort key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub enum Column {
    /// Queue order: files are added and sent in it.
    #[default]
    Queue,
    /// Name, with numbers compared by value.
    Name,
    /// Size.
    Size,
    /// Status, rows that need attention first.
    Status,
}

impl Column {
    /// All keys, in menu order.
    pub const EACH: [Self; 4] = [Self::Queue, Self::Name, Self::Size, Self::Status];
}

/// Keyboard move in the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the keys are named as they are")]
pub enum CursorMove {
    Up,
    Down,
    PageUp,
    PageDown,
    Home,
    End,
}

impl CursorMove {
    /// All moves, in the order of the shortcut list.
    pub const EACH: [Self; 6] = [
        Self::Up,
        Self::Down,
        Self::PageUp,
        Self::PageDown,
        Self::Home,
        Self::End,
    ];

    /// Returns the place to move to from `at` in a list whose last place is `last`.
    pub fn target(self, at: Option<usize>, last: usize, page: usize) -> usize {
        let page = page.max(1);
        match (self, at) {
            (Self::Home, _) | (Self::Down | Self::PageDown, None) => 0,
            (Self::End, _) | (Self::Up | Self::PageUp, None) => last,
            (Self::Up, Some(at)) => at.saturating_sub(1),
            (Self::Down, Some(at)) => (at + 1).min(last),
            (Self::PageUp, Some(at)) => at.saturating_sub(page),
            (Self::PageDown, Some(at)) => (at + page).min(last),
        }
    }
}

/// Format of an exported selection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ExportFormat {
    /// One id per line.
    Lines,
    /// Comma-separated ids.
    Commas,
    /// Name, tab, id.
    NameAndId,
    /// JSON: ids on the clipboard, whole rows in a file.
    Json,
    /// JSON object with the ids as `asset_ids`.
    AssetIds,
    /// Spreadsheet table with names.
    Csv,
    /// Document table with names.
    Markdown,
}

impl ExportFormat {
    /// Formats for the clipboard.
    pub const COPIED: [Self; 7] = [
        Self::Lines,
        Self::Commas,
        Self::NameAndId,
        Self::Json,
        Self::AssetIds,
        Self::Csv,
        Self::Markdown,
    ];
    /// Formats for a file.
    pub const SAVED: [Self; 2] = [Self::Csv, Self::Json];
}

/// Files that a report is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ReportScope {
    /// Rows and skipped files of a batch, or the rows without one.
    Batch(Option<BatchId>),
    /// The selection on the page that is shown.
    Selection,
    /// Everything that the Library lists.
    Library,
}

/// Command on every selected row that allows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the table of words says what each does")]
pub enum BulkAction {
    Upload,
    GetIds,
    Pause,
    Resume,
    Retry,
    SendFirst,
    Cancel,
    Remove,
}

impl BulkAction {
    /// All actions, in the order of their buttons.
    pub const EACH: [Self; 8] = [
        Self::Upload,
        Self::GetIds,
        Self::Resume,
        Self::Pause,
        Self::Retry,
        Self::SendFirst,
        Self::Cancel,
        Self::Remove,
    ];
}
