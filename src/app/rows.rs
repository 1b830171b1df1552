//! What a row says and what can be done with it.

use std::time::{Duration, Instant};

use super::command::RowCommand;
use super::wording::{self, Message, Step};
use crate::model::snapshot::{Row, Status};

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
    use RowCommand as C;
    let mut commands = Vec::new();
    if id_of(row).is_some() {
        commands.push(C::Copy);
    }
    let own: &[C] = match &row.status {
        Status::Checking | Status::Settling | Status::Ready => &[C::Remove],
        Status::Rejected(rejection) => match wording::rejection(rejection).step {
            Some(Step::Row(C::Retry)) => &[C::Details, C::Retry, C::Remove],
            _ => &[C::Details, C::Remove],
        },
        Status::ReadyToUpload => &[C::Upload, C::Remove],
        Status::Queued | Status::Uploading => &[C::Pause, C::Cancel],
        Status::Waiting { .. } => &[C::Details, C::Pause, C::Cancel],
        Status::Finishing => &[C::Cancel],
        Status::Processing { long: true, .. } => &[C::CheckAgain, C::Remove],
        Status::Processing { long: false, .. } => &[C::Remove],
        Status::Failed(fault) => match wording::fault(fault).step {
            Some(Step::Row(C::CheckAgain)) => &[C::Details, C::CheckAgain, C::Remove],
            Some(Step::Row(C::UploadAgain)) => &[C::Details, C::UploadAgain, C::Remove],
            _ => &[C::Details, C::Retry, C::Remove],
        },
        Status::Paused => &[C::Resume, C::Cancel],
        Status::Cancelled => &[C::Retry, C::Remove],
        Status::Duplicate { .. } => &[C::UploadAnyway, C::Remove],
    };
    commands.extend(own);
    commands
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

/// What "Copy details" copies: all that somebody else needs to help.
pub fn details_text(row: &Row) -> String {
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
    text.push_str(&format!("Program: {}\n", wording::program()));
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
pub(crate) mod tests {
    use std::path::PathBuf;
    use std::sync::Arc;

    use super::*;
    use crate::model::asset::AssetId;
    use crate::model::fault::{Fault, FaultKind};
    use crate::model::media::{Kind, Note, Rejection, Route};
    use crate::model::snapshot::{ItemId, Transfer};

    /// A video of 412 MB in this state.
    pub(crate) fn row(id: u64, status: Status) -> Row {
        Row {
            id: ItemId(id),
            name: format!("clip-{id}.mp4"),
            path: PathBuf::from(format!("/media/clip-{id}.mp4")),
            size: 412_000_000,
            kind: Some(Kind::Video),
            route: Some(Route::Direct),
            note: None,
            status,
            transfer: None,
            asset_id: None,
            saved: true,
            may_be_twice: false,
        }
    }

    fn transfer(sent: u64) -> Transfer {
        Transfer {
            sent,
            total: 412_000_000,
            rate: Some(12_400_000.0),
            left: Some(Duration::from_secs(14)),
        }
    }

    #[test]
    fn an_upload_says_how_far_how_fast_and_how_long() {
        let mut uploading = row(1, Status::Uploading);
        uploading.transfer = Some(transfer(260_000_000));
        let now = Instant::now();
        assert_eq!(
            detail(&uploading, now),
            "260 of 412 MB · 12.4 MB/s · 14 s left"
        );
        assert_eq!(trailing(&uploading), Trailing::Percent(63));
        uploading.transfer = Some(Transfer {
            rate: None,
            left: None,
            ..transfer(1_000_000)
        });
        assert_eq!(detail(&uploading, now), "1 of 412 MB · estimating…");
    }

    #[test]
    fn when_all_bytes_are_out_no_percent_is_claimed() {
        let mut finishing = row(1, Status::Finishing);
        finishing.transfer = Some(transfer(412_000_000));
        assert_eq!(trailing(&finishing), Trailing::None);
        assert_eq!(wording::status_word(&finishing.status), "Finishing…");
        assert_eq!(bar(&finishing), Some(1.0));
    }

    #[test]
    fn a_row_that_waits_says_for_what_and_how_long() {
        let now = Instant::now();
        let waiting = row(
            1,
            Status::Waiting {
                until: now + Duration::from_secs(8),
                cause: Arc::new(Fault::new(FaultKind::RateLimited)),
            },
        );
        assert_eq!(
            detail(&waiting, now),
            "memories.ai asks us to slow down · next try in 8 s"
        );
        assert!(has_clock(&waiting));
    }

    #[test]
    fn the_details_of_a_row_that_waits_ask_for_nothing() {
        let waiting = row(
            1,
            Status::Waiting {
                until: Instant::now(),
                cause: Arc::new(Fault::new(FaultKind::ServerError)),
            },
        );
        let (message, technical) = trouble(&waiting).unwrap();
        assert_eq!(message.title, "memories.ai has a problem");
        assert_eq!(message.next, "It is tried again by itself.");
        assert_eq!(message.step, None);
        assert_eq!(technical[0], ("Kind", "ServerError".to_owned()));
    }

    #[test]
    fn an_id_that_is_not_on_disk_is_said_to_be_copied() {
        let mut ready = row(1, Status::Ready);
        ready.asset_id = AssetId::new("re_660727003963174912");
        assert_eq!(detail(&ready, Instant::now()), "412 MB");
        assert_eq!(warning(&ready), None);
        ready.saved = false;
        assert_eq!(warning(&ready), Some("not saved yet: copy it"));
        assert!(spoken(&ready, Instant::now()).ends_with("not saved yet: copy it, 412 MB"));
        assert_eq!(commands(&ready), [RowCommand::Copy, RowCommand::Remove]);
    }

    #[test]
    fn a_note_stands_on_the_row_until_its_bytes_move() {
        let mut ready = row(1, Status::ReadyToUpload);
        ready.note = Some(Note::MayBeTooLarge);
        assert!(detail(&ready, Instant::now()).contains("may refuse it"));
        ready.note = Some(Note::InCloud);
        assert!(detail(&ready, Instant::now()).contains("uploading fetches it first"));
        ready.status = Status::Paused;
        assert_eq!(detail(&ready, Instant::now()), "412 MB");
    }

    #[test]
    fn a_duplicate_hands_on_the_id_of_its_twin() {
        let twin = AssetId::new("re_1");
        let duplicate = row(1, Status::Duplicate { of: twin });
        assert_eq!(id_of(&duplicate), Some("re_1"));
        assert!(commands(&duplicate).contains(&RowCommand::UploadAnyway));
    }

    #[test]
    fn every_row_can_be_ended_and_trouble_explains_itself() {
        let now = Instant::now();
        let failed = Arc::new(Fault::new(FaultKind::ServerError));
        for status in [
            Status::Checking,
            Status::Settling,
            Status::Rejected(Rejection::Empty),
            Status::ReadyToUpload,
            Status::Queued,
            Status::Uploading,
            Status::Finishing,
            Status::Waiting {
                until: now,
                cause: failed.clone(),
            },
            Status::Processing {
                since: now,
                long: false,
            },
            Status::Ready,
            Status::Failed(failed),
            Status::Paused,
            Status::Cancelled,
            Status::Duplicate { of: None },
        ] {
            let row = row(1, status);
            let commands = commands(&row);
            assert!(
                commands.contains(&RowCommand::Remove) || commands.contains(&RowCommand::Cancel),
                "{:?}",
                row.status
            );
            assert_eq!(
                trouble(&row).is_some(),
                commands.contains(&RowCommand::Details)
            );
            assert!(spoken(&row, now).starts_with("clip-1.mp4, "));
        }
    }
}
