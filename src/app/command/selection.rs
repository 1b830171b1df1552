//! What is done in the list by keyboard and with several rows at once.

use super::{Entry, Key, Shortcut, entry};

/// Where the keyboard goes in the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the keys are named as they are")]
pub enum Step {
    Up,
    Down,
    PageUp,
    PageDown,
    Home,
    End,
}

impl Step {
    /// In the order in which they are listed.
    pub const EACH: [Self; 6] = [
        Self::Up,
        Self::Down,
        Self::PageUp,
        Self::PageDown,
        Self::Home,
        Self::End,
    ];
}

/// How a selection is written down.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Format {
    /// One id a line.
    Lines,
    /// Ids with commas between them.
    Commas,
    /// For programs: ids on the clipboard, whole rows in a file.
    Json,
    /// A table for spreadsheets, with names.
    Csv,
    /// A table for documents, with names.
    Markdown,
}

impl Format {
    /// Those that the clipboard takes.
    pub const COPIED: [Self; 5] = [
        Self::Lines,
        Self::Commas,
        Self::Json,
        Self::Csv,
        Self::Markdown,
    ];
    /// Those that a file takes.
    pub const SAVED: [Self; 2] = [Self::Csv, Self::Json];
}

/// What is done with every selected row that it fits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the table below says what each does")]
pub enum Many {
    Upload,
    Pause,
    Resume,
    Retry,
    SendFirst,
    Cancel,
    Remove,
}

impl Many {
    /// In the order of their buttons.
    pub const EACH: [Self; 7] = [
        Self::Upload,
        Self::Resume,
        Self::Pause,
        Self::Retry,
        Self::SendFirst,
        Self::Cancel,
        Self::Remove,
    ];
}

impl Step {
    pub(super) fn entry(self, extend: bool) -> Entry {
        let (label, key) = match self {
            Self::Up => ("The file above", Key::Up),
            Self::Down => ("The file below", Key::Down),
            Self::PageUp => ("A page up", Key::PageUp),
            Self::PageDown => ("A page down", Key::PageDown),
            Self::Home => ("The first file", Key::Home),
            Self::End => ("The last file", Key::End),
        };
        entry(label, "Go through the list").on(Shortcut::plain(key).and_shift(extend))
    }
}

impl Format {
    pub(super) fn copied(self) -> Entry {
        match self {
            Self::Lines => entry("Ids, one a line", "Copy the asset ids, one a line"),
            Self::Commas => entry("Ids with commas", "Copy the asset ids with commas between"),
            Self::Json => entry("JSON list", "Copy the asset ids as a JSON list"),
            Self::Csv => entry("CSV with names", "Copy a table for spreadsheets"),
            Self::Markdown => entry("Markdown table", "Copy a table for documents"),
        }
    }

    pub(super) fn saved(self) -> Entry {
        match self {
            Self::Json => entry(
                "Export JSON…",
                "Save the selected files’ ids and names as JSON",
            ),
            _ => entry(
                "Export CSV…",
                "Save the selected files’ ids and names as a table",
            ),
        }
    }
}

impl Many {
    /// What a screen reader calls it, apart from the same for one row and for all.
    pub fn name(self) -> &'static str {
        match self {
            Self::Upload => "Upload selected",
            Self::Pause => "Pause selected",
            Self::Resume => "Resume selected",
            Self::Retry => "Try selected again",
            Self::SendFirst => "Send selected first",
            Self::Cancel => "Cancel selected",
            Self::Remove => "Remove selected",
        }
    }

    pub(super) fn entry(self) -> Entry {
        match self {
            Self::Upload => entry("Upload", "Upload the selected files now"),
            Self::Pause => entry("Pause", "Pause the selected uploads"),
            Self::Resume => entry("Resume", "Go on with the selected uploads"),
            Self::Retry => entry("Try again", "Try the selected files again"),
            Self::SendFirst => entry("Send first", "Send the selected files before all others"),
            Self::Cancel => entry("Cancel", "Cancel the selected uploads"),
            Self::Remove => entry("Remove", "Take the selected files out of the list")
                .on(Shortcut::plain(Key::Delete)),
        }
    }
}
