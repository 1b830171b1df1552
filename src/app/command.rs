//! Everything that a person can do in the window: one table of labels, tooltips and shortcuts.

mod selection;
mod shortcut;

use std::path::PathBuf;

use super::list::{Column, Filter};
use super::settings::Setting;
use crate::model::snapshot::ItemId;
pub use crate::store::settings::Theme as ThemeChoice;

pub use selection::{Format, Many, Step};
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
    Locate,
    UploadAgain,
    Remove,
    Copy,
    UploadAnyway,
    CheckAgain,
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
        step: Step,
        extend: bool,
        from: Option<ItemId>,
        page: usize,
    },
    /// The row that has the focus, or no longer.
    Toggle(ItemId),
    SelectAll,
    SelectNone,
    CopySelected,
    CopyAs(Format),
    Export(Format),
    Selected(Many),
    Show(Filter),
    Find,
    Search(String),
    SortBy(Column),
    Row(RowCommand, ItemId),
    ConfirmCancel,
    CopyDetails(ItemId),
    EnterKey,
    AskKeychain,
    SaveKey,
    CloseDialog,
    GetKey,
    OpenConsole,
    FixDone,
    TrySandbox,
    LeaveSandbox,
    ContinueInterrupted,
    DiscardInterrupted,
    Theme(ThemeChoice),
    OpenSettings,
    Set(Setting),
    ShowFolder,
    RemoveKey,
    ConfirmRemoveKey,
    Dismiss(Dismissible),
    DismissToast,
    ShowShortcuts,
    AskQuit,
    Quit,
}

/// What a command is called, and how it is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    /// On its button.
    pub label: &'static str,
    /// When the pointer rests on it.
    pub tooltip: &'static str,
    /// On the keyboard.
    pub shortcut: Option<Shortcut>,
}

const fn entry(label: &'static str, tooltip: &'static str) -> Entry {
    Entry {
        label,
        tooltip,
        shortcut: None,
    }
}

impl Entry {
    const fn on(mut self, shortcut: Shortcut) -> Self {
        self.shortcut = Some(shortcut);
        self
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
    pub fn entry(self) -> Entry {
        match self {
            Self::Upload => entry("Upload", "Upload this file now"),
            Self::Pause => entry("Pause", "Pause this upload"),
            Self::Resume => entry("Resume", "Go on with this upload"),
            Self::Cancel => entry("Cancel", "Cancel this upload"),
            Self::Retry => entry("Try again", "Try this file again"),
            Self::Locate => entry("Locate…", "Show where this file is now"),
            Self::UploadAgain => entry("Upload again", "Upload this file again"),
            Self::Remove => entry("Remove", "Take this file out of the list"),
            Self::Copy => entry("Copy", "Copy the asset id"),
            Self::UploadAnyway => entry(
                "Upload anyway",
                "Upload this file although the same content was uploaded before",
            ),
            Self::CheckAgain => entry("Check again", "Ask memories.ai about this file now"),
            Self::Details => entry("Details", "Say more about what happened"),
        }
    }
}

impl UiCommand {
    /// Everything that has a shortcut, in the order in which the list of them shows it.
    pub fn with_shortcuts() -> Vec<Self> {
        let mut each = vec![
            Self::ChooseFiles,
            Self::ChooseFolder,
            Self::Paste(String::new()),
            Self::Find,
            Self::SelectAll,
            Self::SelectNone,
        ];
        each.extend(Step::EACH.map(|step| Self::Move {
            step,
            extend: false,
            from: None,
            page: 0,
        }));
        each.push(Self::Toggle(ItemId(0)));
        each.extend([
            Self::CopySelected,
            Self::Selected(Many::Remove),
            Self::UndoRemove,
            Self::OpenSettings,
            Self::ShowShortcuts,
        ]);
        each
    }

    /// The table: label, tooltip, shortcut.
    pub fn entry(&self) -> Entry {
        match self {
            Self::ChooseFiles => entry("Choose files…", "Choose videos, audio or images to upload")
                .on(Shortcut::command(Key::O)),
            Self::ChooseFolder => entry(
                "Choose folder…",
                "Add everything in a folder that can be uploaded",
            )
            .on(Shortcut {
                command: true,
                shift: true,
                key: Key::O,
            }),
            Self::Add(_) => entry(
                "Add as a new file",
                "Add it to the list as a file of its own",
            ),
            Self::Paste(_) => {
                entry("Paste", "Add copied files or paths").on(Shortcut::command(Key::V))
            }
            Self::Upload => entry("Upload", "Upload every file that is ready"),
            Self::Pause => entry(
                "Pause",
                "Pause all uploads; those that are not sent by signed URL start again later",
            ),
            Self::Resume => entry("Resume", "Go on with all uploads"),
            Self::RetryFailed => entry("Retry failed", "Try every failed file again"),
            Self::ClearFinished => entry(
                "Clear finished",
                "Take files that are done out of the list; their ids stay in the history",
            ),
            Self::UndoRemove => {
                entry("Undo", "Put the removed files back").on(Shortcut::command(Key::Z))
            }
            Self::Click(..) => entry("Select", "Select this file"),
            Self::Move { step, extend, .. } => step.entry(*extend),
            Self::Toggle(_) => entry(
                "Select or not",
                "Select the file that has the focus, or no longer",
            )
            .on(Shortcut::plain(Key::Space)),
            Self::SelectAll => {
                entry("Select all", "Select every file shown").on(Shortcut::command(Key::A))
            }
            Self::SelectNone => {
                entry("Select none", "Clear the selection").on(Shortcut::plain(Key::Escape))
            }
            Self::CopySelected => entry("Copy ids", "Copy the asset ids of the selected files")
                .on(Shortcut::command(Key::C)),
            Self::CopyAs(format) => format.copied(),
            Self::Export(format) => format.saved(),
            Self::Selected(many) => many.entry(),
            Self::Show(filter) => entry(filter.label(), "Show only these files"),
            Self::Find => entry("Find", "Find files by name or id").on(Shortcut::command(Key::F)),
            Self::Search(_) => entry("Clear search", "Show files whatever their name"),
            Self::SortBy(column) => entry(column.label(), "Sort the list by this"),
            Self::Row(command, _) => command.entry(),
            Self::ConfirmCancel => entry("Cancel upload", "Give up what was sent"),
            Self::CopyDetails(_) => entry("Copy details", "Copy the technical details"),
            Self::EnterKey => entry("Update key", "Enter an API key"),
            Self::AskKeychain => entry("Ask again", "Ask the keychain for the key again"),
            Self::SaveKey => entry("Save key", "Check the key and use it from now on"),
            Self::CloseDialog => entry("Close", "Close this").on(Shortcut::plain(Key::Escape)),
            Self::GetKey => entry(
                "Get a key",
                "Open the console of memories.ai in the browser",
            ),
            Self::OpenConsole => entry(
                "Open console",
                "Open the console of memories.ai in the browser",
            ),
            Self::FixDone => entry("Go on", "Go on with the uploads"),
            Self::TrySandbox => entry(
                "Try it without an account",
                "Upload to a sandbox inside this program; nothing leaves this computer",
            ),
            Self::LeaveSandbox => entry(
                "Leave the sandbox",
                "Go back to memories.ai and your own account",
            ),
            Self::ContinueInterrupted => entry("Continue", "Go on with the interrupted uploads"),
            Self::DiscardInterrupted => {
                entry("Discard", "Take the interrupted uploads out of the list")
            }
            Self::Theme(ThemeChoice::System) => entry("As the system", "Colours as the system"),
            Self::Theme(ThemeChoice::Light) => entry("Light", "Light colours"),
            Self::Theme(ThemeChoice::Dark) => entry("Dark", "Dark colours"),
            Self::OpenSettings => {
                entry("Settings", "Change how the program works").on(Shortcut::command(Key::Comma))
            }
            Self::Set(_) => entry("Set", "Use this from now on"),
            Self::ShowFolder => entry("Show", "Show the folder where files are shown"),
            Self::RemoveKey | Self::ConfirmRemoveKey => {
                entry("Remove key", "Forget the API key on this computer")
            }
            Self::Dismiss(_) | Self::DismissToast => entry("Dismiss", "Put this message away"),
            Self::ShowShortcuts => entry("Keyboard shortcuts", "What the keyboard does here")
                .on(Shortcut::plain(Key::F1)),
            Self::AskQuit | Self::Quit => entry(
                "Quit",
                "Stop the uploads and close; they can be continued at the next start",
            ),
        }
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
        assert_eq!(RowCommand::Copy.entry().hint(), "Copy the asset id");
    }

    #[test]
    fn every_shortcut_that_is_listed_is_one_and_stands_for_one_thing() {
        let listed = UiCommand::with_shortcuts();
        let keys: Vec<Shortcut> = listed
            .iter()
            .map(|command| command.entry().shortcut.expect("it is listed as one"))
            .collect();
        for (at, key) in keys.iter().enumerate() {
            assert!(!keys[at + 1..].contains(key), "{}", key.text());
        }
    }
}
