//! Every user command of the window. Labels, tooltips and shortcuts are in
//! `command_label`.

mod list;

use std::path::PathBuf;

use super::library::command::LibraryCommand;
use crate::model::asset::Account;
use crate::model::batch::BatchId;
use crate::model::snapshot::ItemId;
use crate::store::Settings;
use crate::store::settings::Start;
pub use crate::store::settings::Theme as ThemeChoice;

pub use list::{
    BatchCommand, BulkAction, Column, CursorMove, EntryId, ExportFormat, Filter, ReportScope,
};

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

/// Pages of the window.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Page {
    /// The queue.
    Uploads,
    /// Everything ever uploaded.
    Library,
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
    /// Added files were already in the list.
    AlreadyListed,
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
    ShowInLibrary,
    DeleteAsset,
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
    /// Moves from the focused entry, if any; the last field is rows per page.
    Move {
        step: CursorMove,
        extend: bool,
        from: Option<EntryId>,
        page: usize,
    },
    /// Toggles selection of the focused row.
    Toggle(ItemId),
    /// Goes to the header of the row's batch.
    GoToHeader(ItemId),
    /// Opens the menu of a row or header.
    RowMenu(EntryId),
    SelectAll,
    SelectNone,
    CopySelected,
    CopyAs(ExportFormat),
    Export(ExportFormat),
    SaveReport(ReportScope),
    Selected(BulkAction),
    Show(Filter),
    /// Scrolls to the first added row.
    ShowAdded(ItemId),
    /// Selects added files that were already in the list, and reveals the first.
    ShowListed(Vec<ItemId>),
    Find,
    Search(String),
    SortBy(Column),
    Row(RowCommand, ItemId),
    /// Acts on a batch, or on the rows without one.
    Batch(BatchCommand, Option<BatchId>),
    /// Sets label and note of a batch.
    EditBatch {
        batch: BatchId,
        label: String,
        note: String,
    },
    /// Copies the list of skipped files that is shown.
    CopySkipped,
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
    OpenSettings,
    Set(Setting),
    ShowFolder,
    ChooseBackupFolder,
    AddKey,
    SwitchAccount(Account),
    RenameAccount(Account),
    SaveAccountName,
    /// Asks which account this one is.
    JoinAccount(Account),
    ConfirmJoin(Account, Account),
    RemoveKey(Account),
    ConfirmRemoveKey,
    Dismiss(Dismissible),
    DismissToast,
    ShowShortcuts,
    ShowFormats,
    ShowPage(Page),
    Library(LibraryCommand),
    /// Searches the Library for what the queue was searched for.
    FindInLibrary,
    AskQuit,
    Quit,
}

/// A setting with its new value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Setting {
    /// Colours of the window.
    Theme(ThemeChoice),
    /// Parallel transfers.
    Jobs(u8),
    /// Bytes per second over all transfers; `None` for no limit.
    LimitRate(Option<u64>),
    /// When files start.
    Start(Start),
    /// Questions before work is lost.
    Confirmations(bool),
    /// Desktop notification at the end of all uploads.
    Notifications(bool),
    /// Copying the IDs of a batch when it is done.
    CopyWhenDone(bool),
    /// Full local paths in what is copied and saved.
    FullPaths(bool),
    /// Second folder for the daily copies of the history; `None` for no second copy.
    BackupFolder(Option<PathBuf>),
}

impl Setting {
    /// Writes the value into the settings.
    pub fn put_into(self, settings: &mut Settings) {
        match self {
            Self::Theme(theme) => settings.theme = theme,
            Self::Jobs(jobs) => settings.jobs = jobs,
            Self::LimitRate(rate) => settings.limit_rate = rate,
            Self::Start(start) => settings.start = start,
            Self::Confirmations(ask) => settings.confirmations = ask,
            Self::Notifications(tell) => settings.notifications = tell,
            Self::CopyWhenDone(copy) => settings.copy_when_done = copy,
            Self::FullPaths(full) => settings.full_paths = full,
            Self::BackupFolder(folder) => settings.backup_folder = folder,
        }
    }

    /// Returns `true` if the settings already have this value.
    pub fn holds(&self, settings: &Settings) -> bool {
        let mut with = settings.clone();
        self.clone().put_into(&mut with);
        with == *settings
    }
}

/// A key used by shortcuts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the keys are named as they are")]
pub enum Key {
    A,
    C,
    F,
    O,
    V,
    Z,
    F1,
    F2,
    F10,
    Comma,
    Enter,
    Delete,
    Escape,
    Space,
    Left,
    Right,
    Up,
    Down,
    PageUp,
    PageDown,
    Home,
    End,
}

/// A key combination.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shortcut {
    /// Needs Ctrl, or ⌘ on macOS.
    pub command: bool,
    /// Needs Shift.
    pub shift: bool,
    /// The key.
    pub key: Key,
}

impl Shortcut {
    /// Combines Ctrl, or ⌘ on macOS, with a key.
    pub const fn command(key: Key) -> Self {
        Self {
            command: true,
            shift: false,
            key,
        }
    }

    /// A key alone.
    pub const fn plain(key: Key) -> Self {
        Self {
            command: false,
            shift: false,
            key,
        }
    }

    /// Adds Shift, or takes it away.
    pub const fn and_shift(self, shift: bool) -> Self {
        Self { shift, ..self }
    }
}
