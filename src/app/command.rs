//! Every user command of the window. Labels, tooltips and shortcuts are in
//! [`super::command_label`].

mod list;
mod selection;
mod setting;
mod shortcut;

use std::path::PathBuf;

use crate::model::snapshot::ItemId;
pub use crate::store::settings::Theme as ThemeChoice;

pub use list::{Column, Filter};
pub use selection::{BulkAction, CursorMove, ExportFormat};
pub use setting::Setting;
pub use shortcut::{Key, Shortcut};

/// Effect of a click on the selection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pick {
    /// Selects only this row.
    Only,
    /// Adds or removes this row.
    Toggle,
    /// Selects from the last picked row to this one.
    Range,
}

/// A banner that can be dismissed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Dismissible {
    /// Drag and drop is unsupported.
    NoDrop,
    /// The key is kept for this session only.
    SessionKey,
    /// A damaged history was set aside.
    SetAside,
    /// The environment variable holds no valid key.
    EnvironmentKey,
    /// Files in folders were skipped.
    PassedOver,
    /// The settings file has problems.
    Settings,
    /// Files were refused.
    Refused,
}

/// Commands on one row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the table of words says what each does")]
pub enum RowCommand {
    Upload,
    Pause,
    Resume,
    Cancel,
    Retry,
    TryNow,
    Locate,
    UploadAgain,
    Remove,
    Copy,
    GetId,
    UploadAnyway,
    CheckAgain,
    SendFirst,
    ShowFile,
    Details,
}

/// Group in the shortcut list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Group {
    /// Adding and sending files.
    Files,
    /// Moving through the list.
    List,
    /// Commands on the selection.
    Selection,
    /// The window.
    Window,
}

/// Commands of the window.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the table of words says what each does")]
pub enum UiCommand {
    ChooseFiles,
    ChooseFolder,
    Add(Vec<PathBuf>),
    Paste(String),
    Upload,
    Pause,
    Resume,
    RetryFailed,
    ClearFinished,
    UndoRemove,
    Click(ItemId, Pick),
    /// Moves from the focused row, if any; the last field is rows per page.
    Move {
        step: CursorMove,
        extend: bool,
        from: Option<ItemId>,
        page: usize,
    },
    /// Toggles selection of the focused row.
    Toggle(ItemId),
    /// Opens the row's menu.
    RowMenu(ItemId),
    SelectAll,
    SelectNone,
    CopySelected,
    CopyAs(ExportFormat),
    Export(ExportFormat),
    Selected(BulkAction),
    Show(Filter),
    /// Scrolls to the first added row.
    ShowAdded(ItemId),
    Find,
    Search(String),
    SortBy(Column),
    Row(RowCommand, ItemId),
    ConfirmCancel,
    ConfirmPause,
    CopyDetails(ItemId),
    EnterKey,
    AskKeychain,
    UseKeyForSession,
    SaveKey,
    CloseDialog,
    GetKey,
    OpenConsole,
    /// Copies an address that no browser opened.
    CopyAddress(&'static str),
    /// Copies a path that no file manager opened.
    CopyPath(PathBuf),
    FixDone,
    TryNow,
    TrySandbox,
    LeaveSandbox,
    ConfirmLeaveSandbox,
    ContinueInterrupted,
    DiscardInterrupted,
    ConfirmDiscard,
    Theme(ThemeChoice),
    OpenSettings,
    Set(Setting),
    ShowFolder,
    ChooseBackupFolder,
    RemoveKey,
    ConfirmRemoveKey,
    Dismiss(Dismissible),
    DismissToast,
    ShowShortcuts,
    ShowFormats,
    AskQuit,
    Quit,
}
