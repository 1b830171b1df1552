//! Decides what a row of the list says and offers: its detail, warning and tooltips, its buttons and
//! menu, and what a screen reader announces.

mod detail;
mod ids;

use std::mem::{Discriminant, discriminant};
use std::sync::Arc;
use std::time::Instant;

use super::command::{BulkAction, RowCommand};
use super::deletion;
use super::queue::QueueStatus;
use super::wording::row as words;
use crate::model::accounts::Accounts;
use crate::model::relocation::{fault_allows_relocation, rejection_allows_relocation};
use crate::model::snapshot::{DuplicateStage, ResumeBehaviour, Row, Status};
use crate::text::messages::{command as commands, list};
use crate::text::{self, Backend, Message, NextStep};

pub(crate) use detail::detail;
pub(crate) use ids::{id_of, id_to_copy, id_to_copy_along, id_to_list};

/// Context that changes the texts of a row.
#[derive(Clone, Debug)]
pub struct RowContext {
    /// Current time.
    pub now: Instant,
    /// Backend that receives the files.
    pub place: Backend,
    /// State of the queue.
    pub queue: QueueStatus,
    /// The known accounts, and the one in use.
    pub accounts: Arc<Accounts>,
}

/// Content at the right of a row, before its buttons.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trailing {
    /// Nothing.
    None,
    /// "63 %".
    Percent(u8),
    /// Asset id.
    Id(String),
    /// Labelled id of a failed or cancelled upload.
    Idle(String),
}

/// Returns `true` if the asset behind the row's id is ready.
pub(crate) fn is_ready(row: &Row) -> bool {
    matches!(row.status, Status::Ready | Status::Duplicate { .. })
}

/// Returns the content at the right of the row.
pub(crate) fn trailing(row: &Row) -> Trailing {
    match (&row.status, &row.transfer) {
        (Status::Finishing, _) => ids(row),
        (_, Some(transfer)) => Trailing::Percent(transfer.percent()),
        (_, None) => ids(row),
    }
}

fn ids(row: &Row) -> Trailing {
    match (id_to_copy(row), id_of(row)) {
        (Some(id), _) => Trailing::Id(id.to_owned()),
        (None, Some(id)) => Trailing::Idle(words::idle_id(id)),
        (None, None) => Trailing::None,
    }
}

/// Returns the progress bar's fraction; `None` without a bar.
pub(crate) fn bar(row: &Row) -> Option<f32> {
    match (&row.status, &row.transfer) {
        (Status::Finishing, _) => Some(1.0),
        (_, Some(transfer)) => Some(transfer.fraction()),
        (_, None) => None,
    }
}

/// Returns the progress in whole percent; `None` without a bar.
pub(crate) fn percent(row: &Row) -> Option<u8> {
    match (&row.status, &row.transfer) {
        (Status::Finishing, _) => Some(100),
        (_, Some(transfer)) => Some(transfer.percent()),
        (_, None) => None,
    }
}

/// Returns the row's buttons in order. "Remove" is a button only on refused rows; sending a
/// duplicate is in the menu only.
pub(crate) fn commands(row: &Row, around: &RowContext) -> Vec<RowCommand> {
    let in_menu_alone = |command: &RowCommand| match command {
        RowCommand::Remove => has_menu(row),
        // A button that came with the confirmation would move "Copy".
        RowCommand::UploadAnyway => matches!(
            row.status,
            Status::FoundDuplicate(_) | Status::Duplicate { of: Some(_) }
        ),
        _ => false,
    };
    let mut commands = all(row, around);
    commands.retain(|command| !in_menu_alone(command));
    commands
}

/// Returns `true` if the row has a menu button. A refused row's buttons and details cover its
/// commands.
pub(crate) fn has_menu(row: &Row) -> bool {
    !matches!(row.status, Status::Rejected(_))
}

fn all(row: &Row, around: &RowContext) -> Vec<RowCommand> {
    let copy = id_to_copy(row).map(|_| RowCommand::Copy);
    let try_now = is_held_up(row, around).then_some(RowCommand::TryNow);
    let own = own(row).iter().copied();
    copy.into_iter().chain(try_now).chain(own).collect()
}

/// Returns `true` if the wait of the whole queue holds up the row.
fn is_held_up(row: &Row, around: &RowContext) -> bool {
    matches!(around.queue, QueueStatus::Waits(_))
        && matches!(
            row.status,
            Status::Queued
                | Status::Processing { .. }
                | Status::FoundDuplicate(DuplicateStage::Asked)
        )
}

/// Returns the row's commands besides "Copy", whatever the queue does.
fn own(row: &Row) -> &'static [RowCommand] {
    use RowCommand as C;
    match &row.status {
        Status::Checking | Status::Settling | Status::Ready => &[C::Remove],
        Status::Rejected(rejection) => match text::rejection(rejection).step {
            _ if rejection_allows_relocation(rejection) => {
                &[C::Details, C::Locate, C::Retry, C::Remove]
            }
            Some(NextStep::Retry) => &[C::Details, C::Retry, C::Remove],
            Some(NextStep::UploadAnyway) => &[C::Details, C::UploadAnyway, C::Remove],
            _ => &[C::Details, C::Remove],
        },
        Status::ReadyToUpload => &[C::Upload, C::Remove],
        Status::Queued | Status::Uploading => &[C::Pause, C::Cancel],
        Status::Waiting { .. } => &[C::TryNow, C::Details, C::Pause, C::Cancel],
        Status::Finishing => &[C::Cancel],
        Status::Processing { long: true, .. } | Status::OtherKey { .. } => {
            &[C::CheckAgain, C::Remove]
        }
        Status::Processing { long: false, .. } => &[C::Remove],
        Status::Failed(fault) => match text::next_step(fault.kind) {
            _ if fault_allows_relocation(fault.kind) => {
                &[C::Details, C::Locate, C::Retry, C::Remove]
            }
            NextStep::CheckAgain => &[C::Details, C::CheckAgain, C::Remove],
            NextStep::UploadAgain => &[C::Details, C::UploadAgain, C::Remove],
            NextStep::Remove => &[C::Details, C::Remove],
            _ => &[C::Details, C::Retry, C::Remove],
        },
        Status::Paused => &[C::Resume, C::Cancel],
        Status::Cancelled => &[C::UploadAgain, C::Remove],
        Status::FoundDuplicate(DuplicateStage::Before | DuplicateStage::Uploaded) => {
            &[C::UploadAnyway, C::Remove]
        }
        Status::FoundDuplicate(DuplicateStage::Known) => &[C::GetId, C::UploadAnyway, C::Remove],
        Status::FoundDuplicate(DuplicateStage::Asked) => &[C::Cancel],
        Status::Duplicate { .. } => &[C::UploadAnyway, C::Remove],
    }
}

/// Returns `true` if the row allows the action.
pub(crate) fn fits(row: &Row, many: BulkAction) -> bool {
    one_fits(own(row), row, many)
}

/// Returns for each of [`BulkAction::EACH`] if the row allows it.
pub(crate) fn fits_each(row: &Row) -> [bool; BulkAction::EACH.len()] {
    let own = own(row);
    BulkAction::EACH.map(|many| one_fits(own, row, many))
}

fn one_fits(own: &[RowCommand], row: &Row, many: BulkAction) -> bool {
    own.contains(&match many {
        BulkAction::Upload => RowCommand::Upload,
        BulkAction::GetIds => RowCommand::GetId,
        BulkAction::Pause => RowCommand::Pause,
        BulkAction::Resume => RowCommand::Resume,
        BulkAction::Retry if own.contains(&RowCommand::UploadAgain) => return true,
        BulkAction::Retry => RowCommand::Retry,
        BulkAction::Cancel => RowCommand::Cancel,
        BulkAction::Remove => RowCommand::Remove,
        BulkAction::SendFirst => return waits(&row.status),
    })
}

/// Returns `true` if the row's position in the queue still matters.
fn waits(status: &Status) -> bool {
    matches!(
        status,
        Status::Checking
            | Status::Settling
            | Status::ReadyToUpload
            | Status::FoundDuplicate(_)
            | Status::Queued
            | Status::Waiting { .. }
            | Status::Paused
    )
}

/// Returns all commands of the row in menu order: buttons, others, and last the one that ends it.
pub(crate) fn menu(row: &Row, around: &RowContext) -> Vec<RowCommand> {
    let ends = |command: &RowCommand| matches!(command, RowCommand::Cancel | RowCommand::Remove);
    let (end, mut menu): (Vec<_>, Vec<_>) = all(row, around).into_iter().partition(ends);
    menu.extend(waits(&row.status).then_some(RowCommand::SendFirst));
    menu.push(RowCommand::ShowFile);
    menu.extend(id_of(row).map(|_| RowCommand::ShowInLibrary));
    menu.extend(end);
    menu.extend(deletion::is_offered(row).then_some(RowCommand::DeleteAsset));
    menu
}

/// Returns the tooltip of a row's button, with warnings before it is pressed.
pub(crate) fn hint(row: &Row, command: RowCommand, around: &RowContext) -> String {
    let hint = command.entry().hint();
    match (command, row.later) {
        (RowCommand::Pause, Some(later)) if row.status == Status::Uploading => {
            list::titled(words::pause(later), &hint)
        }
        (RowCommand::UploadAnyway, _) if matches!(row.status, Status::Rejected(_)) => {
            words::upload_unrecognised().to_owned()
        }
        (RowCommand::CheckAgain, _) => commands::row_check_again_at(around.place),
        (RowCommand::Cancel, _) if cancel_loses_work(row) => {
            list::added(words::cancel_loses(), &hint)
        }
        (RowCommand::Upload, _) if around.queue == QueueStatus::Paused => {
            list::added(words::ends_pause(), &hint)
        }
        _ => hint,
    }
}

/// Returns `true` if cancelling loses sent bytes, which needs a question.
pub(crate) fn cancel_loses_work(row: &Row) -> bool {
    let kept = matches!(
        row.later,
        Some(ResumeBehaviour::Resumes | ResumeBehaviour::ResumesAfterRestart)
    );
    kept || row.transfer.is_some_and(|transfer| transfer.sent > 0)
}

/// Returns `true` if pausing loses bytes being sent.
pub(crate) fn pause_loses_work(row: &Row) -> bool {
    row.status == Status::Uploading && row.later == Some(ResumeBehaviour::Restarts)
}

/// Returns the message and technical details of a row with a fault.
pub(crate) fn trouble(row: &Row, place: Backend) -> Option<(Message, Vec<(&'static str, String)>)> {
    let (message, mut technical) = match &row.status {
        Status::Rejected(rejection) => (text::rejection(rejection), Vec::new()),
        Status::Failed(fault) => (text::fault(fault, place), text::details(fault)),
        Status::Waiting { cause, .. } => {
            let message = Message {
                next: words::by_itself().to_owned(),
                step: None,
                ..text::fault(cause, place)
            };
            (message, text::details(cause))
        }
        _ => return None,
    };
    let reserved = row.reserved_id.as_ref();
    technical.extend(reserved.map(|id| (words::reserved_id(), id.to_string())));
    Some((message, technical))
}

/// Returns the text of "Copy details", for a support request; `build` identifies the program.
pub fn details_text(row: &Row, place: Backend, build: &str) -> String {
    let mut lines = vec![words::file(&row.path.display().to_string())];
    if let Some((message, technical)) = trouble(row, place) {
        lines.push(list::titled(&message.line(), &message.title));
        lines.extend(
            technical
                .iter()
                .map(|(name, value)| words::named(name, value)),
        );
    }
    lines.extend(id_of(row).map(words::asset_id));
    lines.push(words::named(words::program(), build));
    lines.join("\n") + "\n"
}

/// Returns `true` if the row is sending and would restart after the program closes.
pub(crate) fn ends_with_us(row: &Row) -> bool {
    row.status == Status::Uploading && row.later != Some(ResumeBehaviour::ResumesAfterRestart)
}

/// Returns `true` if the row has an id that is not on disk.
pub(crate) fn is_unsaved(row: &Row) -> bool {
    row.asset_id.is_some() && !row.saved
}

/// Returns `true` if "Clear finished" removes the row: it has ended, and its id, if any, is in the
/// history.
pub(crate) fn is_finished(row: &Row) -> bool {
    let is_over = matches!(
        row.status,
        Status::Ready | Status::Cancelled | Status::Duplicate { of: Some(_) }
    );
    is_over && !is_unsaved(row)
}

/// Returns the warning shown before the detail.
pub(crate) fn warning(row: &Row) -> Option<&'static str> {
    is_unsaved(row).then_some(words::not_saved())
}

/// Returns the text of the mark of a file that says where it was taken.
pub(crate) fn location(row: &Row) -> Option<&'static str> {
    row.metadata.has_location.then(words::has_location)
}

/// Returns when the file was taken, for a tooltip.
pub(crate) fn captured(row: &Row) -> Option<String> {
    let time = text::capture_time(row.metadata.captured_at?);
    Some(words::captured(&time))
}

/// Returns the row as a sentence for screen readers; `folder` is given if the name is ambiguous.
pub(crate) fn spoken(row: &Row, folder: Option<&str>, around: &RowContext) -> String {
    let percent = match trailing(row) {
        Trailing::Percent(percent) => words::percent(percent),
        Trailing::None | Trailing::Id(_) | Trailing::Idle(_) => String::new(),
    };
    let parts = [
        row.name.as_str(),
        &folder.map(words::in_folder).unwrap_or_default(),
        text::status_word(&row.status),
        &percent,
        warning(row).unwrap_or_default(),
        &detail(row, around),
        location(row).unwrap_or_default(),
    ];
    let parts: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    parts.join(list::items())
}

/// Progress coarse enough to be announced: status, quarter of the bytes, presence of a warning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stage(Discriminant<Status>, Option<u8>, bool);

/// Returns the row's stage.
pub(crate) fn stage(row: &Row) -> Stage {
    let quarter = row.transfer.map(|transfer| transfer.percent() / 25);
    Stage(discriminant(&row.status), quarter, warning(row).is_some())
}

/// Returns `true` if the row's text changes every second.
pub(crate) fn has_clock(row: &Row) -> bool {
    matches!(
        row.status,
        Status::Waiting { .. } | Status::Processing { long: false, .. }
    )
}

#[cfg(test)]
pub(crate) mod tests;
