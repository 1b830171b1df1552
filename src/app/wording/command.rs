//! Labels and tooltips of commands.

use crate::app::command::{
    BulkAction, Column, CursorMove, ExportFormat, Filter, Key, RowCommand, Setting, ThemeChoice,
    UiCommand,
};

/// Label and tooltip.
pub type Words = (&'static str, &'static str);

/// Returns the words of a row command.
pub fn row(command: RowCommand) -> Words {
    match command {
        RowCommand::Upload => ("Upload", "Upload this file now"),
        RowCommand::Pause => ("Pause", "Pause this upload"),
        RowCommand::Resume => ("Resume", "Go on with this upload"),
        RowCommand::Cancel => ("Cancel", "Cancel this upload"),
        RowCommand::Retry => ("Try again", "Try this file again"),
        RowCommand::TryNow => ("Try now", "Try this file now, without waiting"),
        RowCommand::Locate => ("Locate…", "Show where this file is now"),
        RowCommand::UploadAgain => ("Upload again", "Upload this file again"),
        RowCommand::Remove => ("Remove", "Take this file out of the list"),
        RowCommand::Copy => ("Copy", "Copy the asset id"),
        RowCommand::GetId => (
            "Get id",
            "Take the id of the file with the same content; nothing is uploaded",
        ),
        RowCommand::UploadAnyway => (
            "Upload anyway",
            "Upload this file although its content is a duplicate",
        ),
        RowCommand::CheckAgain => ("Check again", "Ask memories.ai about this file now"),
        RowCommand::SendFirst => ("Send first", "Send this file before all others"),
        RowCommand::ShowFile => ("Show file", "Show the file in its folder"),
        RowCommand::Details => ("Details", "Say more about what happened"),
    }
}

/// Returns the words of a keyboard move.
pub fn step(step: CursorMove) -> Words {
    let label = match step {
        CursorMove::Up => "The file above",
        CursorMove::Down => "The file below",
        CursorMove::PageUp => "A page up",
        CursorMove::PageDown => "A page down",
        CursorMove::Home => "The first file",
        CursorMove::End => "The last file",
    };
    (label, "Go through the list")
}

/// Returns the words of a clipboard format.
pub fn copied(format: ExportFormat) -> Words {
    match format {
        ExportFormat::Lines => ("Ids, one a line", "Copy the asset ids, one a line"),
        ExportFormat::Commas => ("Ids with commas", "Copy the asset ids with commas between"),
        ExportFormat::Json => ("JSON list", "Copy the asset ids as a JSON list"),
        ExportFormat::Csv => ("CSV with names", "Copy a table for spreadsheets"),
        ExportFormat::Markdown => ("Markdown table", "Copy a table for documents"),
    }
}

/// Returns the words of a file format.
pub fn saved(format: ExportFormat) -> Words {
    match format {
        ExportFormat::Json => (
            "Export JSON…",
            "Save the selected files’ ids and names as JSON",
        ),
        _ => (
            "Export CSV…",
            "Save the selected files’ ids and names as a table",
        ),
    }
}

/// Returns the words of a bulk action.
pub fn many(many: BulkAction) -> Words {
    match many {
        BulkAction::Upload => ("Upload", "Upload the selected files now"),
        BulkAction::GetIds => (
            "Get ids",
            "Take the ids of the files with the same content; nothing is uploaded",
        ),
        BulkAction::Pause => ("Pause", "Pause the selected uploads"),
        BulkAction::Resume => ("Resume", "Go on with the selected uploads"),
        BulkAction::Retry => ("Try again", "Try the selected files again"),
        BulkAction::SendFirst => ("Send first", "Send the selected files before all others"),
        BulkAction::Cancel => ("Cancel", "Cancel the selected uploads"),
        BulkAction::Remove => ("Remove", "Take the selected files out of the list"),
    }
}

/// Returns the screen reader name, distinct from the commands for one row and for all.
pub fn many_name(many: BulkAction) -> &'static str {
    match many {
        BulkAction::Upload => "Upload selected",
        BulkAction::GetIds => "Get ids of selected",
        BulkAction::Pause => "Pause selected",
        BulkAction::Resume => "Resume selected",
        BulkAction::Retry => "Try selected again",
        BulkAction::SendFirst => "Send selected first",
        BulkAction::Cancel => "Cancel selected",
        BulkAction::Remove => "Remove selected",
    }
}

/// Returns the label of a filter chip.
pub fn filter(filter: Filter) -> &'static str {
    match filter {
        Filter::All => "All",
        Filter::Attention => "Needs attention",
        Filter::ToUpload => "To upload",
        Filter::Uploading => "Uploading",
        Filter::Processing => "Processing",
        Filter::Waiting => "Waiting",
        Filter::Paused => "Paused",
        Filter::Ready => "Ready",
        Filter::Duplicate => "Duplicate",
        Filter::Cancelled => "Cancelled",
    }
}

/// Returns the name of a sort key.
pub fn column(column: Column) -> &'static str {
    match column {
        Column::Queue => "Upload order",
        Column::Name => "Name",
        Column::Size => "Size",
        Column::Status => "Status",
    }
}

fn theme(choice: ThemeChoice) -> Words {
    match choice {
        ThemeChoice::System => ("As the system", "Colours as the system"),
        ThemeChoice::Light => ("Light", "Light colours"),
        ThemeChoice::Dark => ("Dark", "Dark colours"),
    }
}

/// Returns the words of a window command.
pub fn window(command: &UiCommand) -> Words {
    use UiCommand as C;
    match command {
        C::ChooseFiles => ("Choose files…", "Choose videos, audio or images to upload"),
        C::ChooseFolder => (
            "Choose folder…",
            "Add everything in a folder that can be uploaded",
        ),
        C::Add(_) => (
            "Add as a new file",
            "Add it to the list as a file of its own",
        ),
        C::Paste(_) => ("Paste", "Add copied files or paths"),
        C::Upload => ("Upload", "Upload every file that is ready"),
        C::Pause => ("Pause", "Pause all uploads"),
        C::Resume => ("Resume", "Go on with all uploads"),
        C::RetryFailed => ("Retry failed", "Try every failed file again"),
        C::ClearFinished => ("Clear finished", "Take files that are done out of the list"),
        C::UndoRemove => ("Undo", "Put the removed files back"),
        C::Click(..) => ("Select", "Select this file"),
        C::Move { step: it, .. } => step(*it),
        C::RowMenu(_) => (
            "The file’s menu",
            "Everything that can be done with this file",
        ),
        C::Toggle(_) => (
            "Select or not",
            "Select the file that has the focus, or no longer",
        ),
        C::SelectAll => ("Select all", "Select every file shown"),
        C::SelectNone => ("Select none", "Clear the selection"),
        C::CopySelected => ("Copy ids", "Copy the asset ids of the selected files"),
        C::CopyAs(format) => copied(*format),
        C::Export(format) => saved(*format),
        C::Selected(it) => many(*it),
        C::Show(it) => (filter(*it), "Show only these files"),
        C::ShowAdded(_) => ("Show", "Show the files that were added"),
        C::Find => ("Find", "Find files by name or id"),
        C::Search(_) => ("Clear search", "Show files whatever their name"),
        C::SortBy(it) => (column(*it), "Sort the list by this"),
        C::Row(command, _) => row(*command),
        C::ConfirmCancel => ("Cancel upload", "Give up what was sent"),
        C::ConfirmPause => ("Pause", "Pause all the same"),
        C::CopyDetails(_) => ("Copy details", "Copy the technical details"),
        C::EnterKey => ("Update key", "Enter an API key"),
        C::AskKeychain => ("Ask again", "Ask the keychain for the key again"),
        C::UseKeyForSession => (
            "Use it for this session",
            "Use the key until the program is closed, unless the keychain still keeps it",
        ),
        C::SaveKey => ("Save key", "Check the key and use it from now on"),
        C::CloseDialog => ("Close", "Close this"),
        C::GetKey => (
            "Get a key",
            "Open the console of memories.ai in the browser",
        ),
        C::OpenConsole => (
            "Open console",
            "Open the console of memories.ai in the browser",
        ),
        C::CopyAddress(_) => ("Copy address", "Copy the address, to open it by hand"),
        C::CopyPath(_) => ("Copy path", "Copy the path, to go there by hand"),
        C::FixDone => ("Go on", "Go on with the uploads"),
        C::TryNow => ("Try now", "Try now, without waiting"),
        C::TrySandbox => (
            "Try it without an account",
            "Upload to a sandbox inside this program; nothing leaves this computer",
        ),
        C::LeaveSandbox | C::ConfirmLeaveSandbox => (
            "Leave the sandbox",
            "Go back to memories.ai and your own account",
        ),
        C::ContinueInterrupted => ("Continue", "Go on with the interrupted uploads"),
        C::DiscardInterrupted | C::ConfirmDiscard => {
            ("Discard", "Take the interrupted uploads out of the list")
        }
        C::Theme(choice) => theme(*choice),
        C::OpenSettings => ("Settings", "Change how the program works"),
        C::Set(Setting::BackupFolder(_)) => (
            "Remove",
            "Make no second copy any more; copies that were made stay where they are",
        ),
        C::ChooseBackupFolder => (
            "Choose folder…",
            "Choose a folder for it, on another disk for example",
        ),
        C::Set(_) => ("Set", "Use this from now on"),
        C::ShowFolder => ("Show", "Show the folder where files are shown"),
        C::RemoveKey | C::ConfirmRemoveKey => ("Remove key", "Forget the API key on this computer"),
        C::Dismiss(_) | C::DismissToast => ("Dismiss", "Put this message away"),
        C::ShowShortcuts => ("Keyboard shortcuts", "What the keyboard does here"),
        C::ShowFormats => ("Formats", "Which files can be uploaded"),
        C::AskQuit | C::Quit => ("Quit", "Close the window"),
    }
}

/// Modifier key of shortcuts, as a prefix.
pub const COMMAND: &str = if cfg!(target_os = "macos") {
    "⌘"
} else {
    "Ctrl+"
};
/// Shift, as a prefix.
pub const SHIFT: &str = if cfg!(target_os = "macos") {
    "⇧"
} else {
    "Shift+"
};

/// Returns the label of a key.
pub fn key(key: Key) -> &'static str {
    match key {
        Key::A => "A",
        Key::C => "C",
        Key::F => "F",
        Key::O => "O",
        Key::V => "V",
        Key::Z => "Z",
        Key::F1 => "F1",
        Key::F10 => "F10",
        Key::Comma => ",",
        Key::Enter => "Enter",
        Key::Delete => "Delete",
        Key::Escape => "Esc",
        Key::Space => "Space",
        Key::Up => "Up",
        Key::Down => "Down",
        Key::PageUp => "Page Up",
        Key::PageDown => "Page Down",
        Key::Home => "Home",
        Key::End => "End",
    }
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

/// Returns the heading of a group.
pub fn group(group: Group) -> &'static str {
    match group {
        Group::Files => "Files",
        Group::List => "The list",
        Group::Selection => "What is selected",
        Group::Window => "The window",
    }
}
