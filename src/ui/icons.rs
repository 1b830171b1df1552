//! Icons of commands, themes and file kinds.

use lucide_icons::Icon;

use crate::app::command::{BatchCommand, BulkAction, RowCommand, Setting, ThemeChoice, UiCommand};
use crate::app::library::command::{AssetCommand, BackupCommand, LibraryCommand};
use crate::app::library::filters::LibraryFilter;
use crate::model::media::Kind;

/// Returns the icon of a row command.
pub fn row(command: RowCommand) -> Icon {
    match command {
        RowCommand::Upload => Icon::Upload,
        RowCommand::UploadAnyway => Icon::CopyPlus,
        RowCommand::GetId => Icon::Hash,
        RowCommand::Pause => Icon::Pause,
        RowCommand::Resume => Icon::Play,
        RowCommand::Cancel | RowCommand::Remove => Icon::X,
        RowCommand::Retry | RowCommand::TryNow | RowCommand::UploadAgain => Icon::RotateCw,
        RowCommand::Locate => Icon::FileSearch,
        RowCommand::Copy => Icon::Copy,
        RowCommand::CheckAgain => Icon::RefreshCw,
        RowCommand::SendFirst => Icon::ArrowUpToLine,
        RowCommand::ShowInLibrary => Icon::Library,
        RowCommand::ShowFile => Icon::FolderOpen,
        RowCommand::DeleteAsset => Icon::Trash2,
        RowCommand::Details => Icon::Info,
    }
}

/// Returns the icon of a window command, if any.
pub fn command(command: &UiCommand) -> Option<Icon> {
    Some(match command {
        UiCommand::ChooseFiles => Icon::FilePlus,
        UiCommand::ChooseFolder => Icon::FolderPlus,
        UiCommand::Upload => Icon::Upload,
        UiCommand::Pause => Icon::Pause,
        UiCommand::Resume => Icon::Play,
        UiCommand::RetryFailed => Icon::RotateCw,
        UiCommand::ClearFinished => Icon::ListX,
        UiCommand::EnterKey | UiCommand::SaveKey | UiCommand::SwitchAccount(_) => Icon::KeyRound,
        UiCommand::AddKey => Icon::CopyPlus,
        UiCommand::RenameAccount(_) => Icon::Pencil,
        UiCommand::JoinAccount(_) => Icon::Files,
        UiCommand::GetKey | UiCommand::OpenConsole => Icon::ExternalLink,
        UiCommand::TrySandbox => Icon::FlaskConical,
        UiCommand::CopySelected
        | UiCommand::CopyAs(_)
        | UiCommand::CopyDetails(_)
        | UiCommand::CopyAddress(_)
        | UiCommand::CopyPath(_) => Icon::Copy,
        UiCommand::RemoveKey(_) => Icon::Trash2,
        UiCommand::OpenSettings => Icon::Settings,
        UiCommand::ShowFolder | UiCommand::ChooseBackupFolder => Icon::FolderOpen,
        UiCommand::Export(_) | UiCommand::SaveReport(_) => Icon::FileDown,
        UiCommand::Selected(many) => selection(*many),
        UiCommand::ShowShortcuts => Icon::Keyboard,
        UiCommand::ShowFormats => Icon::Info,
        UiCommand::Row(row_command, _) => row(*row_command),
        UiCommand::Batch(command, _) => return batch(*command),
        UiCommand::CopySkipped => Icon::Copy,
        UiCommand::Set(Setting::Theme(choice)) => theme(*choice),
        UiCommand::Library(it) => return library(it),
        _ => return None,
    })
}

/// Returns the icon of a command of the Library, if any.
fn library(command: &LibraryCommand) -> Option<Icon> {
    Some(match command {
        LibraryCommand::Row(it, _) | LibraryCommand::Selected(it) => match it {
            AssetCommand::Copy => Icon::Copy,
            AssetCommand::Details => Icon::Info,
            AssetCommand::ShowFile => Icon::FolderOpen,
            AssetCommand::CheckAgain => Icon::RefreshCw,
            AssetCommand::UploadAgain => Icon::RotateCw,
            AssetCommand::Remove => Icon::ListX,
            AssetCommand::Delete => Icon::Trash2,
        },
        LibraryCommand::CheckAll => Icon::RefreshCw,
        LibraryCommand::BringIn | LibraryCommand::ConfirmBringIn => Icon::FilePlus,
        LibraryCommand::StopChecking | LibraryCommand::StopDeleting => Icon::X,
        LibraryCommand::CopyDetails(_) => Icon::Copy,
        LibraryCommand::ConfirmRemove => Icon::ListX,
        LibraryCommand::ConfirmDelete => Icon::Trash2,
        LibraryCommand::Filter(LibraryFilter::Nothing) => Icon::X,
        LibraryCommand::Backup(BackupCommand::Save) => Icon::FileDown,
        LibraryCommand::Backup(BackupCommand::Open) => Icon::RotateCw,
        LibraryCommand::Backup(BackupCommand::Choose) => Icon::FolderOpen,
        _ => return None,
    })
}

fn batch(command: BatchCommand) -> Option<Icon> {
    Some(match command {
        BatchCommand::CopyIds | BatchCommand::CopyAs(_) => Icon::Copy,
        BatchCommand::Export(_) => Icon::FileDown,
        BatchCommand::Each(many) => selection(many),
        BatchCommand::RemoveSkipped => selection(BulkAction::Remove),
        BatchCommand::Select => Icon::Check,
        BatchCommand::ShowInLibrary => Icon::Library,
        BatchCommand::DeleteAssets => Icon::Trash2,
        BatchCommand::Rename => Icon::Pencil,
        BatchCommand::ShowSkipped => Icon::FileX,
        BatchCommand::Fold | BatchCommand::Unfold => return None,
    })
}

/// Returns the icon of a bulk action.
pub fn selection(many: BulkAction) -> Icon {
    match many {
        BulkAction::Upload => Icon::Upload,
        BulkAction::GetIds => Icon::Hash,
        BulkAction::Pause => Icon::Pause,
        BulkAction::Resume => Icon::Play,
        BulkAction::Retry => Icon::RotateCw,
        BulkAction::SendFirst => Icon::ArrowUpToLine,
        BulkAction::Cancel => Icon::Ban,
        BulkAction::Remove => Icon::Trash2,
    }
}

/// Returns the icon of a colour choice.
pub fn theme(choice: ThemeChoice) -> Icon {
    match choice {
        ThemeChoice::System => Icon::SunMoon,
        ThemeChoice::Light => Icon::Sun,
        ThemeChoice::Dark => Icon::Moon,
    }
}

/// Returns the icon of a file kind.
pub fn kind(kind: Option<Kind>) -> Icon {
    match kind {
        Some(Kind::Video) => Icon::Film,
        Some(Kind::Audio) => Icon::AudioLines,
        Some(Kind::Image) => Icon::Image,
        None => Icon::File,
    }
}
