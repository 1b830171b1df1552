//! Commands of the Library.

use std::path::PathBuf;

use super::filters::LibraryFilter;
use crate::app::command::{CursorMove, Pick};

/// Commands of the Library's page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LibraryCommand {
    /// Narrows or orders the list.
    Filter(LibraryFilter),
    /// A click on a row.
    Click(i64, Pick),
    /// Moves from the focused row, if any; the last field is rows per page.
    Move {
        /// Move.
        step: CursorMove,
        /// Extends the selection.
        extend: bool,
        /// Focused row.
        from: Option<i64>,
        /// Rows per page.
        page: usize,
    },
    /// Opens the row's menu.
    Menu(i64),
    /// A command on one row.
    Row(AssetCommand, i64),
    /// A command on the selection.
    Selected(AssetCommand),
    /// Asks the service about all assets again.
    CheckAll,
    /// Asks for a file of assets to bring in.
    BringIn,
    /// Reads this file of assets.
    ReadImport(std::path::PathBuf),
    /// Brings in what the open preview shows.
    ConfirmBringIn,
    /// Ends the asking.
    StopChecking,
    /// Removes the assets of the open question.
    ConfirmRemove,
    /// Deletes the assets of the open question from the service.
    ConfirmDelete,
    /// Ends the deletion.
    StopDeleting,
    /// Goes on with what an earlier deletion left.
    ResumeDeletions,
    /// Keeps what an earlier deletion left.
    ForgetDeletions,
    /// Changes the note in the details.
    EditNote(String),
    /// Copies all details.
    CopyDetails(DetailsFormat),
    /// A command on copies of the Library.
    Backup(BackupCommand),
}

/// Commands on copies of the Library.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BackupCommand {
    /// Asks for a file to save a copy to.
    Save,
    /// Lists the copies.
    Open,
    /// Asks for a copy.
    Choose,
    /// Reads what a copy would add.
    Preview(PathBuf),
    /// Goes back to the list.
    Back,
    /// Adds what the chosen copy has.
    Restore,
}

/// Commands on assets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AssetCommand {
    /// Copies the ID.
    Copy,
    /// Opens the details.
    Details,
    /// Shows the file in the file manager.
    ShowFile,
    /// Asks the service about it again.
    CheckAgain,
    /// Adds the file to the queue once more.
    UploadAgain,
    /// Removes it from the history.
    Remove,
    /// Deletes it from the service.
    Delete,
}

impl AssetCommand {
    /// Commands of a row's menu, in order.
    pub const MENU: [Self; 7] = [
        Self::Copy,
        Self::Details,
        Self::ShowFile,
        Self::CheckAgain,
        Self::UploadAgain,
        Self::Remove,
        Self::Delete,
    ];
    /// Commands on a selection, beside those of copying.
    pub const SELECTED: [Self; 4] = [
        Self::CheckAgain,
        Self::UploadAgain,
        Self::Remove,
        Self::Delete,
    ];
}

/// Form in which details are copied.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DetailsFormat {
    /// Lines of names and values.
    Text,
    /// JSON.
    Json,
}
