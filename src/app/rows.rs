//! What a row says and what can be done with it.

use std::time::{Duration, Instant};

use super::command::{Many, RowCommand};
use super::wording::{self, Message, Step};
use crate::model::fault::FaultKind;
use crate::model::located::{is_of_place, is_of_place_from_the_start};
use crate::model::media::Route;
use crate::model::snapshot::{Later, Row, Status};

/// What stands at a row's right side, before its buttons.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trailing {
    /// Nothing.
    None,
    /// "63 %".
    Percent(u8),
    /// The asset's id.
    Id(String),
}

/// The id that a row can hand on: its own, or that of the equal file.
pub fn id_of(row: &Row) -> Option<&str> {
    match (&row.asset_id, &row.status) {
        (Some(id), _) | (None, Status::Duplicate { of: Some(id) }) => Some(id.as_str()),
        _ => None,
    }
}

/// What stands at the right side.
pub fn trailing(row: &Row) -> Trailing {
    match (&row.status, &row.transfer) {
        (Status::Uploading, Some(transfer)) => Trailing::Percent(transfer.percent()),
        _ => id_of(row).map_or(Trailing::None, |id| Trailing::Id(id.to_owned())),
    }
}

/// How full the bar at the row's foot is; `None` for a row without one.
pub fn bar(row: &Row) -> Option<f32> {
    match (&row.status, &row.transfer) {
        (Status::Uploading | Status::Paused | Status::Waiting { .. }, Some(transfer)) => {
            Some(transfer.fraction())
        }
        (Status::Finishing, _) => Some(1.0),
        _ => None,
    }
}

/// The row's buttons, in their order.
pub fn commands(row: &Row) -> Vec<RowCommand> {
    let copy = id_of(row).map(|_| RowCommand::Copy);
    copy.into_iter().chain(own(row).iter().copied()).collect()
}

/// The row's buttons besides "Copy".
fn own(row: &Row) -> &'static [RowCommand] {
    use RowCommand as C;
    match &row.status {
        Status::Checking | Status::Settling | Status::Ready => &[C::Remove],
        Status::Rejected(rejection) => match wording::rejection(rejection).step {
            _ if is_of_place_from_the_start(rejection) => {
                &[C::Details, C::Locate, C::Retry, C::Remove]
            }
            Some(Step::Row(C::Retry)) => &[C::Details, C::Retry, C::Remove],
            _ => &[C::Details, C::Remove],
        },
        Status::ReadyToUpload => &[C::Upload, C::Remove],
        Status::Queued | Status::Uploading => &[C::Pause, C::Cancel],
        Status::Waiting { .. } => &[C::Details, C::Pause, C::Cancel],
        Status::Finishing => &[C::Cancel],
        Status::Processing { long: true, .. } => &[C::CheckAgain, C::Remove],
        Status::Processing { long: false, .. } => &[C::Remove],
        Status::Failed(fault) => match fault.kind {
            FaultKind::StillProcessing => &[C::Details, C::CheckAgain, C::Remove],
            FaultKind::SizeMismatch | FaultKind::AssetMissing => {
                &[C::Details, C::UploadAgain, C::Remove]
            }
            kind if is_of_place(kind) => &[C::Details, C::Locate, C::Retry, C::Remove],
            _ => &[C::Details, C::Retry, C::Remove],
        },
        Status::Paused => &[C::Resume, C::Cancel],
        Status::Cancelled => &[C::Retry, C::Remove],
        Status::Duplicate { .. } => &[C::UploadAnyway, C::Remove],
    }
}

/// Whether what is done with a selection fits this row of it.
pub fn fits(row: &Row, many: Many) -> bool {
    one_fits(own(row), row, many)
}

/// The same for everything that can be done, in the order of [`Many::EACH`].
pub fn fits_each(row: &Row) -> [bool; Many::EACH.len()] {
    let own = own(row);
    Many::EACH.map(|many| one_fits(own, row, many))
}

fn one_fits(own: &[RowCommand], row: &Row, many: Many) -> bool {
    own.contains(&match many {
        Many::Upload => RowCommand::Upload,
        Many::Pause => RowCommand::Pause,
        Many::Resume => RowCommand::Resume,
        Many::Retry if own.contains(&RowCommand::UploadAgain) => return true,
        Many::Retry => RowCommand::Retry,
        Many::Cancel => RowCommand::Cancel,
        Many::Remove => RowCommand::Remove,
        Many::SendFirst => return waits(&row.status),
    })
}

/// Whether the row's place in the queue still matters.
fn waits(status: &Status) -> bool {
    matches!(
        status,
        Status::Checking
            | Status::Settling
            | Status::ReadyToUpload
            | Status::Queued
            | Status::Waiting { .. }
            | Status::Paused
    )
}

/// Whether an upload that is paused goes on where it was; one whose bytes go straight to
/// the service begins anew.
pub fn goes_on(row: &Row) -> bool {
    match row.later {
        Some(later) => later != Later::StartsAgain,
        None => row.route != Some(Route::Direct),
    }
}

/// What a button of the row does, with what has to be known before it is pressed.
pub fn hint(row: &Row, command: RowCommand) -> String {
    let hint = command.entry().hint();
    match command {
        RowCommand::Pause if cancel_loses_work(row) => {
            format!("{hint}. {}", wording::pause(goes_on(row)))
        }
        RowCommand::Cancel if cancel_loses_work(row) => {
            format!("{hint}; what was sent is lost")
        }
        _ => hint,
    }
}

/// Whether cancelling loses bytes that were sent, so that the person is asked first.
pub fn cancel_loses_work(row: &Row) -> bool {
    row.transfer.is_some_and(|transfer| transfer.sent > 0)
}

/// What stands after the status word, joined with middle dots; empty for nothing.
pub fn detail(row: &Row, now: Instant) -> String {
    let mut parts: Vec<String> = Vec::new();
    let size = || wording::size(row.size);
    match &row.status {
        Status::Checking => {}
        Status::Settling => {
            parts.push("another program writes to it; it goes on by itself".to_owned());
        }
        Status::Rejected(rejection) => parts.push(wording::rejection(rejection).line()),
        Status::Failed(fault) => {
            let message = wording::fault(fault);
            parts.push(format!("{}. {}", message.title, message.next));
        }
        Status::Uploading => match &row.transfer {
            Some(transfer) => {
                parts.push(wording::size_of(transfer.sent, transfer.total));
                parts.extend(transfer.rate.map(wording::rate));
                parts.push(wording::left(transfer.left));
            }
            None => parts.push(size()),
        },
        Status::Finishing => parts.extend([size(), "waiting for memories.ai".to_owned()]),
        Status::Waiting { until, cause } => {
            parts.push(wording::fault(cause).title);
            let wait = until.saturating_duration_since(now);
            parts.push(if wait.is_zero() {
                "trying again".to_owned()
            } else {
                format!("next try in {}", wording::duration(wait))
            });
        }
        Status::Processing { since, long } => {
            let time = now.saturating_duration_since(*since);
            parts.push("at memories.ai".to_owned());
            parts.push(size());
            if *long {
                parts.push("taking longer than usual".to_owned());
            } else if time >= Duration::from_secs(1) {
                parts.push(wording::duration(time));
            }
        }
        Status::Paused => parts.push(match &row.transfer {
            Some(transfer) => wording::size_of(transfer.sent, transfer.total),
            None => size(),
        }),
        Status::Duplicate { of: Some(_) } => {
            parts.push("the same content was uploaded before".to_owned());
        }
        Status::Duplicate { of: None } => {
            parts.push("the same content is in this list".to_owned());
        }
        Status::ReadyToUpload | Status::Queued | Status::Ready | Status::Cancelled => {
            parts.push(size());
        }
    }
    if matches!(row.status, Status::ReadyToUpload | Status::Queued) {
        parts.extend(row.note.map(|note| wording::note(note).to_owned()));
    }
    if row.may_be_twice {
        parts.push(wording::MAY_BE_TWICE.to_owned());
    }
    parts.join(" · ")
}

/// What happened to a row that is in trouble, and the technical detail of it.
pub fn trouble(row: &Row) -> Option<(Message, Vec<(&'static str, String)>)> {
    match &row.status {
        Status::Rejected(rejection) => Some((wording::rejection(rejection), Vec::new())),
        Status::Failed(fault) => Some((wording::fault(fault), wording::details(fault))),
        Status::Waiting { cause, .. } => {
            let message = Message {
                next: wording::BY_ITSELF.to_owned(),
                step: None,
                ..wording::fault(cause)
            };
            Some((message, wording::details(cause)))
        }
        _ => None,
    }
}

/// What "Copy details" copies: all that somebody else needs to help; `build` is which
/// program this is.
pub fn details_text(row: &Row, build: &str) -> String {
    let mut text = format!("File: {}\n", row.path.display());
    if let Some((message, technical)) = trouble(row) {
        text.push_str(&format!("{}. {}\n", message.title, message.line()));
        for (name, value) in technical {
            text.push_str(&format!("{name}: {value}\n"));
        }
    }
    if let Some(id) = id_of(row) {
        text.push_str(&format!("Asset id: {id}\n"));
    }
    text.push_str(&format!("Program: {build}\n"));
    text
}

/// Whether the row has an id that is not on disk.
pub fn is_unsaved(row: &Row) -> bool {
    row.asset_id.is_some() && !row.saved
}

/// Whether "Clear finished" takes the row: nothing is left to be done with it, and its id,
/// if it has one, is in the history.
pub fn is_finished(row: &Row) -> bool {
    matches!(row.status, Status::Ready | Status::Cancelled) && !is_unsaved(row)
}

/// What must not be overlooked, before the detail.
pub fn warning(row: &Row) -> Option<&'static str> {
    is_unsaved(row).then_some(wording::NOT_SAVED)
}

/// The row in one sentence, for a screen reader.
pub fn spoken(row: &Row, now: Instant) -> String {
    let mut text = format!("{}, {}", row.name, wording::status_word(&row.status));
    if let Trailing::Percent(percent) = trailing(row) {
        text.push_str(&format!(", {percent} %"));
    }
    let detail = detail(row, now);
    let parts = [warning(row).unwrap_or_default(), detail.as_str()];
    for part in parts.iter().filter(|part| !part.is_empty()) {
        text.push_str(", ");
        text.push_str(part);
    }
    text
}

/// Whether what the row says changes by itself once a second.
pub fn has_clock(row: &Row) -> bool {
    matches!(
        row.status,
        Status::Waiting { .. } | Status::Processing { long: false, .. }
    )
}

#[cfg(test)]
pub(crate) mod tests;
