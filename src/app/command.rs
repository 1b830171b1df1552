//! Every user command of the window, with labels, tooltips and shortcuts in one table. Texts are in
//! [`super::wording::command`].

mod selection;
mod shortcut;

use std::path::PathBuf;

use super::list::{Column, Filter};
use super::settings::Setting;
use super::wording::command as words;
use super::wording::command::{Group, Words};
use crate::model::snapshot::ItemId;
pub use crate::store::settings::Theme as ThemeChoice;

pub use selection::{BulkAction, CursorMove, ExportFormat};
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
#[expect(missing_docs, reason = "the table below says what each does")]
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

/// Commands of the window.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the table below says what each does")]
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
    RemoveKey,
    ConfirmRemoveKey,
    Dismiss(Dismissible),
    DismissToast,
    ShowShortcuts,
    ShowFormats,
    AskQuit,
    Quit,
}

/// A command's label, tooltip and shortcut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CommandLabel {
    /// Text of its button.
    pub label: &'static str,
    /// Tooltip.
    pub tooltip: &'static str,
    /// Shortcut, if any.
    pub shortcut: Option<Shortcut>,
}

impl CommandLabel {
    fn of((label, tooltip): Words) -> Self {
        Self {
            label,
            tooltip,
            shortcut: None,
        }
    }

    /// Returns the tooltip with the shortcut, if any.
    pub fn hint(&self) -> String {
        match self.shortcut {
            Some(shortcut) => format!("{} ({})", self.tooltip, shortcut.text()),
            None => self.tooltip.to_owned(),
        }
    }
}

impl RowCommand {
    /// Returns the command's table entry.
    pub fn entry(self) -> CommandLabel {
        CommandLabel::of(words::row(self))
    }
}

impl UiCommand {
    /// Returns every command with a shortcut, grouped and ordered as the shortcut list shows them.
    pub fn with_shortcuts() -> Vec<(Group, Vec<Self>)> {
        let mut list = Vec::from(CursorMove::EACH.map(|step| Self::Move {
            step,
            extend: false,
            from: None,
            page: 0,
        }));
        list.extend([
            Self::Toggle(ItemId(0)),
            Self::RowMenu(ItemId(0)),
            Self::SelectAll,
            Self::SelectNone,
            Self::Find,
        ]);
        vec![
            (
                Group::Files,
                vec![
                    Self::ChooseFiles,
                    Self::ChooseFolder,
                    Self::Paste(String::new()),
                    Self::Upload,
                ],
            ),
            (Group::List, list),
            (
                Group::Selection,
                vec![
                    Self::CopySelected,
                    Self::Selected(BulkAction::Remove),
                    Self::UndoRemove,
                ],
            ),
            (Group::Window, vec![Self::OpenSettings, Self::ShowShortcuts]),
        ]
    }

    /// Returns the command's table entry.
    pub fn entry(&self) -> CommandLabel {
        CommandLabel {
            shortcut: self.shortcut(),
            ..CommandLabel::of(words::window(self))
        }
    }

    fn shortcut(&self) -> Option<Shortcut> {
        Some(match self {
            Self::ChooseFiles => Shortcut::command(Key::O),
            Self::ChooseFolder => Shortcut::command(Key::O).and_shift(true),
            Self::Paste(_) => Shortcut::command(Key::V),
            Self::Upload => Shortcut::command(Key::Enter),
            Self::UndoRemove => Shortcut::command(Key::Z),
            Self::Move { step, extend, .. } => step.shortcut().and_shift(*extend),
            Self::Toggle(_) => Shortcut::plain(Key::Space),
            Self::RowMenu(_) => Shortcut::plain(Key::F10).and_shift(true),
            Self::SelectAll => Shortcut::command(Key::A),
            Self::SelectNone | Self::CloseDialog => Shortcut::plain(Key::Escape),
            Self::CopySelected => Shortcut::command(Key::C),
            Self::Selected(BulkAction::Remove) => Shortcut::plain(Key::Delete),
            Self::Find => Shortcut::command(Key::F),
            Self::OpenSettings => Shortcut::command(Key::Comma),
            Self::ShowShortcuts => Shortcut::plain(Key::F1),
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests;
