//! Modal dialogs.

use std::sync::Arc;

use crate::model::snapshot::ItemId;

/// A modal dialog.
#[derive(Clone, Debug, PartialEq)]
pub enum Dialog {
    /// Enter a key.
    Key,
    /// Cancel these uploads, losing bytes or several at once?
    Cancel(Cancel),
    /// Pause these uploads, losing many bytes?
    Pause(Pause),
    /// Details of a row.
    Details(ItemId),
    /// Discard uploads that an earlier run left unfinished?
    Discard,
    /// Close during uploads?
    Quit,
    /// Leave a sandbox that has files?
    LeaveSandbox,
    /// Settings.
    Settings,
    /// Remove the key?
    RemoveKey,
    /// Keyboard shortcuts.
    Shortcuts,
    /// Supported formats.
    Formats,
}

/// Uploads to cancel after confirmation.
#[derive(Clone, Debug, PartialEq)]
pub struct Cancel {
    /// Rows to cancel.
    pub ids: Arc<[ItemId]>,
    /// File name, if it is one file.
    pub name: Option<String>,
    /// Number of uploads that lose sent bytes.
    pub losing: usize,
    /// Bytes lost.
    pub sent: u64,
    /// Total bytes of the uploads that lose some.
    pub total: u64,
}

/// Uploads to pause after confirmation.
#[derive(Clone, Debug, PartialEq)]
pub struct Pause {
    /// Rows to pause; `None` for all.
    pub ids: Option<Arc<[ItemId]>>,
    /// Name of the file that restarts, if it is one.
    pub name: Option<String>,
    /// Number of uploads that restart: at least one.
    pub losing: usize,
    /// Bytes sent of the uploads that restart.
    pub sent: u64,
    /// Total bytes of the uploads that restart.
    pub total: u64,
}
