//! Keyboard moves in the list and commands on several rows.

/// Keyboard move in the list.
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
    /// All moves, in the order of the shortcut list.
    pub const EACH: [Self; 6] = [
        Self::Up,
        Self::Down,
        Self::PageUp,
        Self::PageDown,
        Self::Home,
        Self::End,
    ];
}

/// Format of an exported selection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ExportFormat {
    /// One id per line.
    Lines,
    /// Comma-separated ids.
    Commas,
    /// JSON: ids on the clipboard, whole rows in a file.
    Json,
    /// Spreadsheet table with names.
    Csv,
    /// Document table with names.
    Markdown,
}

impl ExportFormat {
    /// Formats for the clipboard.
    pub const COPIED: [Self; 5] = [
        Self::Lines,
        Self::Commas,
        Self::Json,
        Self::Csv,
        Self::Markdown,
    ];
    /// Formats for a file.
    pub const SAVED: [Self; 2] = [Self::Csv, Self::Json];
}

/// Command on every selected row that allows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the table of words says what each does")]
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
    /// All actions, in the order of their buttons.
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
