//! What a row says and what can be done with it.

mod detail;
mod queue;

use std::mem::{Discriminant, discriminant};
use std::time::Instant;

use super::command::{BulkAction, RowCommand};
use super::wording::row as words;
use super::wording::{self, Backend, Message, NextStep};
use crate::model::fault::FaultKind;
use crate::model::relocation::{fault_allows_relocation, rejection_allows_relocation};
use crate::model::snapshot::{DuplicateStage, ResumeBehaviour, Row, Status};

pub use detail::detail;
pub use queue::{Hold, Queue};

/// What is around a row and changes what it says.
#[derive(Clone, Copy, Debug)]
pub struct RowContext {
    /// What time it is.
    pub now: Instant,
    /// Who takes the files.
    pub place: Backend,
    /// Whether its queue goes on.
    pub queue: Queue,
}

/// What stands at a row's right side, before its buttons.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trailing {
    /// Nothing.
    None,
    /// "63 %".
    Percent(u8),
    /// The asset's id.
    Id(String),
    /// The ID of an upload that failed or was cancelled, with a word that says so.
    Idle(String),
}

/// The id that a row can hand on: its own, or that of the equal file.
pub fn id_of(row: &Row) -> Option<&str> {
    match (&row.asset_id, &row.status) {
        (Some(id), _) | (None, Status::Duplicate { of: Some(id) }) => Some(id.as_str()),
        _ => None,
    }
}

/// The id that a row hands on as good: nothing where its upload is not behind it, but for an
/// id that is nowhere else.
pub fn id_to_copy(row: &Row) -> Option<&str> {
    let arrived = match &row.status {
        Status::Ready
        | Status::Processing { .. }
        | Status::OtherKey { .. }
        | Status::Duplicate { .. } => true,
        Status::Failed(fault) => fault.kind == FaultKind::StillProcessing,
        _ => false,
    };
    id_of(row).filter(|_| arrived || is_unsaved(row))
}

/// Returns whether the service is done with what the row's id stands for.
pub fn is_ready(row: &Row) -> bool {
    matches!(row.status, Status::Ready | Status::Duplicate { .. })
}

/// Returns what stands at the right side.
pub fn trailing(row: &Row) -> Trailing {
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

/// Returns how full the bar at the row's foot is; `None` for a row without one.
pub fn bar(row: &Row) -> Option<f32> {
    match (&row.status, &row.transfer) {
        (Status::Finishing, _) => Some(1.0),
        (_, Some(transfer)) => Some(transfer.fraction()),
        (_, None) => None,
    }
}

/// The same in whole percent.
pub fn percent(row: &Row) -> Option<u8> {
    match (&row.status, &row.transfer) {
        (Status::Finishing, _) => Some(100),
        (_, Some(transfer)) => Some(transfer.percent()),
        (_, None) => None,
    }
}

/// The row's buttons, in their order. A refused row is there to be removed; any other has
/// that in its menu, and there alone what sends a duplicate that needs not be sent.
pub fn commands(row: &Row) -> Vec<RowCommand> {
    let in_menu_alone = |command: &RowCommand| match command {
        RowCommand::Remove => has_menu(row),
        RowCommand::UploadAnyway => matches!(row.status, Status::FoundDuplicate(_)),
        _ => false,
    };
    let mut commands = all(row);
    commands.retain(|command| !in_menu_alone(command));
    commands
}

/// Returns whether a button opens the row's menu. All that a refused row's would hold is in its buttons
/// and in its details.
pub fn has_menu(row: &Row) -> bool {
    !matches!(row.status, Status::Rejected(_))
}

fn all(row: &Row) -> Vec<RowCommand> {
    let copy = id_to_copy(row).map(|_| RowCommand::Copy);
    copy.into_iter().chain(own(row).iter().copied()).collect()
}

/// Returns what can be done with the row besides "Copy".
fn own(row: &Row) -> &'static [RowCommand] {
    use RowCommand as C;
    match &row.status {
        Status::Checking | Status::Settling | Status::Ready => &[C::Remove],
        Status::Rejected(rejection) => match wording::rejection(rejection).step {
            _ if rejection_allows_relocation(rejection) => {
                &[C::Details, C::Locate, C::Retry, C::Remove]
            }
            Some(NextStep::Row(C::Retry)) => &[C::Details, C::Retry, C::Remove],
            Some(NextStep::Row(C::UploadAnyway)) => &[C::Details, C::UploadAnyway, C::Remove],
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
        Status::Failed(fault) => match fault.kind {
            FaultKind::StillProcessing => &[C::Details, C::CheckAgain, C::Remove],
            FaultKind::SizeMismatch | FaultKind::AssetMissing => {
                &[C::Details, C::UploadAgain, C::Remove]
            }
            kind if fault_allows_relocation(kind) => &[C::Details, C::Locate, C::Retry, C::Remove],
            _ => &[C::Details, C::Retry, C::Remove],
        },
        Status::Paused => &[C::Resume, C::Cancel],
        Status::Cancelled => &[C::UploadAgain, C::Remove],
        Status::FoundDuplicate(DuplicateStage::Before) => &[C::UploadAnyway, C::Remove],
        Status::FoundDuplicate(DuplicateStage::Known) => &[C::GetId, C::UploadAnyway, C::Remove],
        Status::FoundDuplicate(DuplicateStage::Asked) => &[C::Cancel],
        Status::Duplicate { .. } => &[C::UploadAnyway, C::Remove],
    }
}

/// Returns whether what is done with a selection fits this row of it.
pub fn fits(row: &Row, many: BulkAction) -> bool {
    one_fits(own(row), row, many)
}

/// The same for everything that can be done, in the order of [`BulkAction::EACH`].
pub fn fits_each(row: &Row) -> [bool; BulkAction::EACH.len()] {
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

/// Returns whether the row's place in the queue still matters.
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

/// Returns what can be done with a row, in the order of its menu: its buttons and whatever else, what
/// ends it last.
pub fn menu(row: &Row) -> Vec<RowCommand> {
    let ends = |command: &RowCommand| matches!(command, RowCommand::Cancel | RowCommand::Remove);
    let (end, mut menu): (Vec<_>, Vec<_>) = all(row).into_iter().partition(ends);
    menu.extend(waits(&row.status).then_some(RowCommand::SendFirst));
    menu.push(RowCommand::ShowFile);
    menu.extend(end);
    menu
}

/// Returns what a button of the row does, with what has to be known before it is pressed.
pub fn hint(row: &Row, command: RowCommand, around: &RowContext) -> String {
    let hint = around.place.said(command.entry().hint());
    match (command, row.later) {
        (RowCommand::Pause, Some(later)) if row.status == Status::Uploading => {
            format!("{hint}. {}", words::pause(later))
        }
        (RowCommand::UploadAnyway, _) if matches!(row.status, Status::Rejected(_)) => {
            words::UPLOAD_UNRECOGNISED.to_owned()
        }
        (RowCommand::Cancel, _) if cancel_loses_work(row) => {
            format!("{hint}; {}", words::CANCEL_LOSES)
        }
        (RowCommand::Upload, _) if around.queue == Queue::Paused => {
            format!("{hint}; {}", words::ENDS_PAUSE)
        }
        _ => hint,
    }
}

/// Returns whether cancelling loses bytes that were sent, so that the user is asked first.
pub fn cancel_loses_work(row: &Row) -> bool {
    let kept = matches!(
        row.later,
        Some(ResumeBehaviour::Resumes | ResumeBehaviour::ResumesAfterRestart)
    );
    kept || row.transfer.is_some_and(|transfer| transfer.sent > 0)
}

/// Returns whether bytes move of the row that pausing it loses.
pub fn pause_loses_work(row: &Row) -> bool {
    row.status == Status::Uploading && row.later == Some(ResumeBehaviour::Restarts)
}

/// Returns what happened to a row that is in trouble, and the technical detail of it.
pub fn trouble(row: &Row, place: Backend) -> Option<(Message, Vec<(&'static str, String)>)> {
    let (message, mut technical) = match &row.status {
        Status::Rejected(rejection) => (wording::rejection(rejection), Vec::new()),
        Status::Failed(fault) => (wording::fault(fault), wording::details(fault)),
        Status::Waiting { cause, .. } => {
            let message = Message {
                next: words::BY_ITSELF.to_owned(),
                step: None,
                ..wording::fault(cause)
            };
            (message, wording::details(cause))
        }
        _ => return None,
    };
    let reserved = row.reserved_id.as_ref();
    technical.extend(reserved.map(|id| (words::RESERVED_ID, id.to_string())));
    Some((message.at(place), technical))
}

/// Returns what "Copy details" copies: all that somebody else needs to help; `build` is which
/// program this is.
pub fn details_text(row: &Row, place: Backend, build: &str) -> String {
    let mut lines = vec![words::file(&row.path)];
    if let Some((message, technical)) = trouble(row, place) {
        lines.push(format!("{}. {}", message.title, message.line()));
        lines.extend(
            technical
                .iter()
                .map(|(name, value)| words::named(name, value)),
        );
    }
    lines.extend(id_of(row).map(words::asset_id));
    lines.push(words::named(words::PROGRAM, build));
    lines.join("\n") + "\n"
}

/// Returns whether the row's bytes move, and it starts again once the program was closed.
pub fn ends_with_us(row: &Row) -> bool {
    row.status == Status::Uploading && row.later != Some(ResumeBehaviour::ResumesAfterRestart)
}

/// Returns whether the row has an id that is not on disk.
pub fn is_unsaved(row: &Row) -> bool {
    row.asset_id.is_some() && !row.saved
}

/// Returns whether "Clear finished" takes the row: nothing is left to be done with it, and its id,
/// if it has one, is in the history.
pub fn is_finished(row: &Row) -> bool {
    let is_over = matches!(
        row.status,
        Status::Ready | Status::Cancelled | Status::Duplicate { of: Some(_) }
    );
    is_over && !is_unsaved(row)
}

/// Returns what must not be overlooked, before the detail.
pub fn warning(row: &Row) -> Option<&'static str> {
    is_unsaved(row).then_some(words::NOT_SAVED)
}

/// The row in one sentence, for a screen reader; `folder` is where it is, where another row has
/// the same name.
pub fn spoken(row: &Row, folder: Option<&str>, around: &RowContext) -> String {
    let percent = match trailing(row) {
        Trailing::Percent(percent) => words::percent(percent),
        Trailing::None | Trailing::Id(_) | Trailing::Idle(_) => String::new(),
    };
    let parts = [
        row.name.as_str(),
        &folder.map(words::in_folder).unwrap_or_default(),
        words::status_word(&row.status),
        &percent,
        warning(row).unwrap_or_default(),
        &detail(row, around),
    ];
    let parts: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    parts.join(", ")
}

/// How far a row is, as coarsely as it is told without being asked: its state, the quarter of
/// its bytes, and whether it has a warning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stage(Discriminant<Status>, Option<u8>, bool);

/// That of a row.
pub fn stage(row: &Row) -> Stage {
    let quarter = row.transfer.map(|transfer| transfer.percent() / 25);
    Stage(discriminant(&row.status), quarter, warning(row).is_some())
}

/// Returns whether what the row says changes by itself once a second.
pub fn has_clock(row: &Row) -> bool {
    matches!(
        row.status,
        Status::Waiting { .. } | Status::Processing { long: false, .. }
    )
}

#[cfg(test)]
pub(crate) mod tests;
