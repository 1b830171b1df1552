//! Everything that the user can do in the window: one table of labels, tooltips and shortcuts.
//! The words of it are in [`super::wording::command`].

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

/// How a click changes the selection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pick {
    /// This row alone.
    Only,
    /// This row too, or no longer.
    Toggle,
    /// Everything from the last row that was picked to this one.
    Range,
}

/// A banner that can be put away.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Dismissible {
    /// Files cannot be dropped here.
    NoDrop,
    /// The key is kept for this session only.
    SessionKey,
    /// A damaged history was set aside.
    SetAside,
    /// The environment's key is none.
    EnvironmentKey,
    /// Files in folders were passed over.
    PassedOver,
    /// The settings could not be read as they were.
    Settings,
    /// Files that can't be uploaded.
    Refused,
}

/// What can be done with one row.
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

/// What can be done in the window.
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
    /// From a row that has the focus, where one has it; the last is how many rows a page has.
    Move {
        step: CursorMove,
        extend: bool,
        from: Option<ItemId>,
        page: usize,
    },
    /// The row that has the focus, or no longer.
    Toggle(ItemId),
    /// Everything that can be done with this row.
    RowMenu(ItemId),
    SelectAll,
    SelectNone,
    CopySelected,
    CopyAs(ExportFormat),
    Export(ExportFormat),
    Selected(BulkAction),
    Show(Filter),
    /// From the first row that was added.
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
    /// One that no browser opened.
    CopyAddress(&'static str),
    /// One that no file manager showed.
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

/// What a command is called, and how it is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CommandLabel {
    /// On its button.
    pub label: &'static str,
    /// When the pointer rests on it.
    pub tooltip: &'static str,
    /// On the keyboard.
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

    /// The tooltip with the shortcut, where there is one.
    pub fn hint(&self) -> String {
        match self.shortcut {
            Some(shortcut) => format!("{} ({})", self.tooltip, shortcut.text()),
            None => self.tooltip.to_owned(),
        }
    }
}

impl RowCommand {
    /// The row's part of the table.
    pub fn entry(self) -> CommandLabel {
        CommandLabel::of(words::row(self))
    }
}

impl UiCommand {
    /// Everything that has a shortcut, in the groups and the order in which the list of them
    /// shows it.
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

    /// The table: label, tooltip, shortcut.
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
mod tests {
    use super::*;

    #[test]
    fn shortcuts_stand_in_the_tooltip() {
        let hint = UiCommand::ChooseFiles.entry().hint();
        assert!(
            hint.ends_with("(Ctrl+O)") || hint.ends_with("(⌘O)"),
            "{hint}"
        );
        let hint = UiCommand::ChooseFolder.entry().hint();
        assert!(
            hint.ends_with("(Ctrl+Shift+O)") || hint.ends_with("(⇧⌘O)"),
            "{hint}"
        );
        assert_eq!(RowCommand::Copy.entry().hint(), "Copy the asset id");
    }

    #[test]
    fn every_shortcut_that_is_listed_is_one_and_stands_for_one_thing() {
        let listed = UiCommand::with_shortcuts();
        let keys: Vec<Shortcut> = listed
            .iter()
            .flat_map(|(_, commands)| commands)
            .map(|command| command.entry().shortcut.expect("it is listed as one"))
            .collect();
        for (at, key) in keys.iter().enumerate() {
            assert!(!keys[at + 1..].contains(key), "{}", key.text());
        }
    }
}
