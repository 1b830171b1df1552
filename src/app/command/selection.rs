//! What is done in the list by keyboard and with several rows at once.

use super::{Key, Shortcut};

/// Where the keyboard goes in the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the keys are named as they are")]
pub enum CursorMove {
    Up,
    Down,
    PageUp,
    PageDown,
    Home,
    End,
}

impl CursorMove {
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
pub enum ExportFormat {
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

impl ExportFormat {
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
pub enum BulkAction {
    Upload,
    GetIds,
    Pause,
    Resume,
    Retry,
    SendFirst,
    Cancel,
    Remove,
}

impl BulkAction {
    /// In the order of their buttons.
    pub const EACH: [Self; 8] = [
        Self::Upload,
        Self::GetIds,
        Self::Resume,
        Self::Pause,
        Self::Retry,
        Self::SendFirst,
        Self::Cancel,
        Self::Remove,
    ];
}

impl CursorMove {
    pub(super) fn shortcut(self) -> Shortcut {
        Shortcut::plain(match self {
            Self::Up => Key::Up,
            Self::Down => Key::Down,
            Self::PageUp => Key::PageUp,
            Self::PageDown => Key::PageDown,
            Self::Home => Key::Home,
            Self::End => Key::End,
        })
    }
}
