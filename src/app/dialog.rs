//! Modal dialogs.

use std::sync::Arc;

use super::deletion::DeletionRequest;
use super::library::LibraryRows;
use super::skipped::SkippedReport;
use crate::model::asset::Account;
use crate::model::batch::BatchId;
use crate::model::snapshot::ItemId;

/// A modal dialog.
#[derive(Clone, Debug, PartialEq)]
pub enum Dialog {
    /// Enter a key.
    Key,
    /// Cancel these uploads, losing bytes or several at once?
    Cancel(StopRequest),
    /// Pause these uploads, losing many bytes?
    Pause(StopRequest),
    /// Details of a row.
    Details(ItemId),
    /// Change label and note of a batch.
    EditBatch(BatchId),
    /// Files of a batch that were skipped.
    Skipped(Arc<SkippedReport>),
    /// Discard uploads that an earlier run left unfinished?
    Discard,
    /// Close during uploads?
    Quit,
    /// Leave a sandbox that has files?
    LeaveSandbox,
    /// Settings.
    Settings,
    /// Remove the key of this account?
    RemoveKey(Account),
    /// Name this account.
    NameAccount(Account),
    /// Choose the account that this one is.
    JoinAccount(Account),
    /// Keyboard shortcuts.
    Shortcuts,
    /// Supported formats.
    Formats,
    /// Details of an asset.
    Asset(i64),
    /// Bring in the assets of the file that was read?
    BringIn,
    /// Remove these assets from the Library?
    RemoveAssets(LibraryRows),
    /// Copies of the Library.
    Backups,
    /// Delete these assets from the service?
    DeleteAssets(Arc<DeletionRequest>),
}

/// Uploads to stop after confirmation.
#[derive(Clone, Debug, PartialEq)]
pub struct StopRequest {
    /// Rows to stop; `None` for all.
    pub ids: Option<Arc<[ItemId]>>,
    /// File name, if the question is about one file.
    pub name: Option<String>,
    /// Number of uploads that lose sent bytes.
    pub losing: usize,
    /// Bytes lost.
    pub sent: u64,
    /// Total bytes of the uploads that lose some.
    pub total: u64,
}
