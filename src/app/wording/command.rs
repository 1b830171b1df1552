//! Labels and tooltips of commands.

use crate::app::command::{
    BatchCommand, BulkAction, Column, CursorMove, ExportFormat, Filter, Group, Key, RowCommand,
    Setting, ThemeChoice, UiCommand,
};
use crate::app::wording::{deletion, library};
use crate::text::messages::command as say;

/// Label and tooltip.
pub type Words = (&'static str, &'static str);

/// Returns the words of a row command.
pub fn row(command: RowCommand) -> Words {
    match command {
        RowCommand::Upload => say::row_upload(),
        RowCommand::Pause => say::row_pause(),
        RowCommand::Resume => say::row_resume(),
        RowCommand::Cancel => say::row_cancel(),
        RowCommand::Retry => say::row_retry(),
        RowCommand::TryNow => say::row_try_now(),
        RowCommand::Locate => say::row_locate(),
        RowCommand::UploadAgain => say::row_upload_again(),
        RowCommand::Remove => say::row_remove(),
        RowCommand::Copy => say::row_copy(),
        RowCommand::GetId => say::row_get_id(),
        RowCommand::UploadAnyway => say::row_upload_anyway(),
        RowCommand::CheckAgain => say::row_check_again(),
        RowCommand::SendFirst => say::row_send_first(),
        RowCommand::ShowFile => say::row_show_file(),
        RowCommand::ShowInLibrary => library::find(),
        RowCommand::DeleteAsset => deletion::delete(),
        RowCommand::Details => say::row_details(),
    }
}

/// Returns the words of a keyboard move.
pub fn step(step: CursorMove) -> Words {
    match step {
        CursorMove::Up => say::move_up(),
        CursorMove::Down => say::move_down(),
        CursorMove::PageUp => say::move_page_up(),
        CursorMove::PageDown => say::move_page_down(),
        CursorMove::Home => say::move_home(),
        CursorMove::End => say::move_end(),
    }
}

/// Returns the words of a clipboard format.
fn copied(format: ExportFormat) -> Words {
    match format {
        ExportFormat::Lines => say::copy_lines(),
        ExportFormat::Commas => say::copy_commas(),
        ExportFormat::NameAndId => say::copy_name_and_id(),
        ExportFormat::Json => say::copy_json(),
        ExportFormat::AssetIds => say::copy_asset_ids(),
        ExportFormat::Csv => say::copy_csv(),
        ExportFormat::Markdown => say::copy_markdown(),
    }
}

/// Returns the words of a file format.
fn saved(format: ExportFormat) -> Words {
    match format {
        ExportFormat::Json => say::save_json(),
        _ => say::save_csv(),
    }
}

/// Returns label, tooltip and screen reader name of a bulk action.
pub fn many(many: BulkAction) -> (&'static str, &'static str, &'static str) {
    match many {
        BulkAction::Upload => say::selected_upload(),
        BulkAction::GetIds => say::selected_get_ids(),
        BulkAction::Pause => say::selected_pause(),
        BulkAction::Resume => say::selected_resume(),
        BulkAction::Retry => say::selected_retry(),
        BulkAction::SendFirst => say::selected_send_first(),
        BulkAction::Cancel => say::selected_cancel(),
        BulkAction::Remove => say::selected_remove(),
    }
}

fn batch(command: BatchCommand) -> Words {
    match command {
        BatchCommand::Fold => say::batch_fold(),
        BatchCommand::Unfold => say::batch_unfold(),
        BatchCommand::CopyIds => say::batch_copy_ids(),
        BatchCommand::CopyAs(format) => copied(format),
        BatchCommand::Export(format) => saved(format),
        BatchCommand::Each(action) => {
            let (label, tooltip, _) = many(action);
            (label, tooltip)
        }
        BatchCommand::RemoveSkipped => batch(BatchCommand::Each(BulkAction::Remove)),
        BatchCommand::Select => say::batch_select(),
        BatchCommand::ShowInLibrary => library::find(),
        BatchCommand::DeleteAssets => deletion::delete(),
        BatchCommand::Rename => say::batch_rename(),
        BatchCommand::ShowSkipped => say::batch_show_skipped(),
    }
}

/// Returns the label of a filter chip.
pub fn filter(filter: Filter) -> &'static str {
    match filter {
        Filter::All => say::filter_all(),
        Filter::Attention => say::filter_attention(),
        Filter::ToUpload => say::filter_to_upload(),
        Filter::Uploading => say::filter_uploading(),
        Filter::Processing => say::filter_processing(),
        Filter::Waiting => say::filter_waiting(),
        Filter::Paused => say::filter_paused(),
        Filter::Ready => say::filter_ready(),
        Filter::Duplicate => say::filter_duplicate(),
        Filter::Cancelled => say::filter_cancelled(),
        Filter::WithLocation => say::filter_with_location(),
    }
}

/// Returns the name of a sort key.
pub fn column(column: Column) -> &'static str {
    match column {
        Column::Queue => say::column_queue(),
        Column::Name => say::column_name(),
        Column::Size => say::column_size(),
        Column::Status => say::column_status(),
    }
}

fn theme(choice: ThemeChoice) -> Words {
    match choice {
        ThemeChoice::System => say::theme_system(),
        ThemeChoice::Light => say::theme_light(),
        ThemeChoice::Dark => say::theme_dark(),
    }
}

/// Returns the words of a window command.
pub fn window(command: &UiCommand) -> Words {
    use UiCommand as C;
    match command {
        C::ChooseFiles => say::choose_files(),
        C::ChooseFolder => say::choose_folder(),
        C::Add(_) => say::add(),
        C::Paste(_) => say::paste(),
        C::Upload => say::upload(),
        C::Pause => say::pause(),
        C::Resume => say::resume(),
        C::RetryFailed => say::retry_failed(),
        C::ClearFinished => say::clear_finished(),
        C::UndoRemove => say::undo(),
        C::Click(..) => say::select(),
        C::Move { step: it, .. } => step(*it),
        C::RowMenu(_) => say::file_menu(),
        C::Toggle(_) => say::toggle(),
        C::GoToHeader(_) => batch(BatchCommand::Fold),
        C::SelectAll => say::select_all(),
        C::SelectNone => say::select_none(),
        C::CopySelected => say::copy_selected(),
        C::CopyAs(format) => copied(*format),
        C::Export(format) => saved(*format),
        C::SaveReport(_) => say::save_report(),
        C::Selected(it) => {
            let (label, tooltip, _) = many(*it);
            (label, tooltip)
        }
        C::Show(it) => (filter(*it), say::show()),
        C::ShowAdded(_) => say::show_added(),
        C::ShowListed(_) => say::show_listed(),
        C::Find => say::find(),
        C::Search(_) => say::clear_search(),
        C::SortBy(it) => (column(*it), say::sort_by()),
        C::Row(command, _) => row(*command),
        C::Batch(command, _) => batch(*command),
        C::EditBatch { .. } => say::edit_batch(),
        C::CopySkipped => say::copy_skipped(),
        C::ConfirmCancel => say::confirm_cancel(),
        C::ConfirmPause => say::confirm_pause(),
        C::CopyDetails(_) => say::copy_details(),
        C::EnterKey => say::update_key(),
        C::AskKeychain => say::ask_keychain(),
        C::UseKeyForSession => say::use_key_for_session(),
        C::SaveKey => say::save_key(),
        C::CloseDialog => say::close(),
        C::GetKey => say::get_key(),
        C::OpenConsole => say::open_console(),
        C::CopyAddress(_) => say::copy_address(),
        C::CopyPath(_) => say::copy_path(),
        C::FixDone => say::go_on(),
        C::TryNow => say::try_now(),
        C::TrySandbox => say::try_sandbox(),
        C::LeaveSandbox | C::ConfirmLeaveSandbox => say::leave_sandbox(),
        C::ContinueInterrupted => say::continue_interrupted(),
        C::DiscardInterrupted | C::ConfirmDiscard => say::discard_interrupted(),
        C::Set(Setting::Theme(choice)) => theme(*choice),
        C::OpenSettings => say::open_settings(),
        C::Set(Setting::BackupFolder(_)) => say::forget_backup_folder(),
        C::ChooseBackupFolder => say::choose_backup_folder(),
        C::Set(Setting::FullPaths(_)) => say::full_paths(),
        C::Set(_) => say::set(),
        C::ShowFolder => say::show_folder(),
        C::AddKey => say::add_key(),
        C::SwitchAccount(_) => say::switch_account(),
        C::RenameAccount(_) => say::rename_account(),
        C::SaveAccountName => say::save_account_name(),
        C::JoinAccount(_) | C::ConfirmJoin(..) => say::join_account(),
        C::RemoveKey(_) | C::ConfirmRemoveKey => say::remove_key(),
        C::Dismiss(_) | C::DismissToast => say::dismiss(),
        C::ShowShortcuts => say::show_shortcuts(),
        C::ShowFormats => say::show_formats(),
        C::ShowPage(page) => library::page_words(*page),
        C::Library(it) => library::command(it),
        C::FindInLibrary => library::find(),
        C::AskQuit | C::Quit => say::quit(),
    }
}

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
        Key::F2 => "F2",
        Key::F10 => "F10",
        Key::Comma => ",",
        Key::Enter => say::key_enter(),
        Key::Delete => say::key_delete(),
        Key::Escape => say::key_escape(),
        Key::Space => say::key_space(),
        Key::Left => say::key_left(),
        Key::Right => say::key_right(),
        Key::Up => say::key_up(),
        Key::Down => say::key_down(),
        Key::PageUp => say::key_page_up(),
        Key::PageDown => say::key_page_down(),
        Key::Home => say::key_home(),
        Key::End => say::key_end(),
    }
}

/// Returns the heading of a group.
pub fn group(group: Group) -> &'static str {
    match group {
        Group::Files => say::group_files(),
        Group::List => say::group_list(),
        Group::Selection => say::group_selection(),
        Group::Window => say::group_window(),
    }
}
