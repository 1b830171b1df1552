//! Everything that a person can do in the window: one table of labels, tooltips and shortcuts.

use std::path::PathBuf;

use super::list::Filter;
use super::settings::Setting;
use crate::model::snapshot::ItemId;
pub use crate::store::settings::Theme as ThemeChoice;

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
    SelectAll,
    SelectNone,
    CopySelected,
    RemoveSelected,
    Show(Filter),
    Row(RowCommand, ItemId),
    ConfirmCancel(ItemId),
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
    AskQuit,
    Quit,
}

/// A key that shortcuts use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the keys are named as they are")]
pub enum Key {
    A,
    C,
    O,
    V,
    Comma,
    Delete,
    Escape,
}

/// A combination of keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shortcut {
    /// With Ctrl, or ⌘ on a Mac.
    pub command: bool,
    /// With Shift.
    pub shift: bool,
    /// The key.
    pub key: Key,
}

impl Shortcut {
    const fn command(key: Key) -> Self {
        Self {
            command: true,
            shift: false,
            key,
        }
    }

    const fn plain(key: Key) -> Self {
        Self {
            command: false,
            shift: false,
            key,
        }
    }

    /// As it is shown: "Ctrl+O", on a Mac "⌘O".
    pub fn text(self) -> String {
        let key = match self.key {
            Key::A => "A",
            Key::C => "C",
            Key::O => "O",
            Key::V => "V",
            Key::Comma => ",",
            Key::Delete => "Delete",
            Key::Escape => "Esc",
        };
        let mac = cfg!(target_os = "macos");
        let mut text = String::new();
        if self.shift {
            text.push_str(if mac { "⇧" } else { "Shift+" });
        }
        if self.command {
            text.push_str(if mac { "⌘" } else { "Ctrl+" });
        }
        text + key
    }
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
            Self::Add(_) => entry("Add", "Add these files"),
            Self::Paste(_) => {
                entry("Paste", "Add copied files or paths").on(Shortcut::command(Key::V))
            }
            Self::Upload => entry("Upload", "Upload every file that is ready"),
            Self::Pause => entry("Pause", "Pause all uploads"),
            Self::Resume => entry("Resume", "Go on with all uploads"),
            Self::RetryFailed => entry("Retry failed", "Try every failed file again"),
            Self::ClearFinished => entry(
                "Clear finished",
                "Take files that are done out of the list; their ids stay in the history",
            ),
            Self::UndoRemove => entry("Undo", "Put the removed files back"),
            Self::Click(..) => entry("Select", "Select this file"),
            Self::SelectAll => {
                entry("Select all", "Select every file shown").on(Shortcut::command(Key::A))
            }
            Self::SelectNone => {
                entry("Select none", "Clear the selection").on(Shortcut::plain(Key::Escape))
            }
            Self::CopySelected => entry("Copy ids", "Copy the asset ids of the selected files")
                .on(Shortcut::command(Key::C)),
            Self::RemoveSelected => entry("Remove", "Take the selected files out of the list")
                .on(Shortcut::plain(Key::Delete)),
            Self::Show(filter) => entry(filter.label(), "Show only these files"),
            Self::Row(command, _) => command.entry(),
            Self::ConfirmCancel(_) => entry("Cancel upload", "Cancel this upload"),
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
}
