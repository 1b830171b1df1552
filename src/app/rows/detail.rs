//! Text after a row's status word.

use std::path::Path;
use std::time::Duration;

use super::RowContext;
use crate::app::queue::QueueStatus;
use crate::app::wording::account_name;
use crate::app::wording::row as words;
use crate::model::accounts::Accounts;
use crate::model::snapshot::{DuplicateOf, DuplicateStage, ResumeBehaviour, Row, Status};
use crate::text;
use crate::text::messages::{foot, list};

/// Returns the text after the status word, joined with middle dots; may be empty.
pub(crate) fn detail(row: &Row, around: &RowContext) -> String {
    let mut parts = match &row.status {
        Status::Rejected(rejection) => vec![text::rejection(rejection).line()],
        Status::Failed(fault) => {
            let message = text::fault(fault, around.place);
            vec![list::titled(&message.next, &message.title)]
        }
        status => progress(row, status, around),
    };
    if matches!(
        row.status,
        Status::ReadyToUpload | Status::FoundDuplicate(_) | Status::Queued
    ) {
        parts.extend(row.note.map(|note| text::note(note, around.place)));
    }
    // First, as the end is cut where there is little room.
    if let Some(other) = other_account(row, &around.accounts) {
        parts.insert(0, other);
    }
    if row.possibly_stored_twice {
        parts.push(words::may_be_twice().to_owned());
    }
    parts.join(list::parts())
}

/// Returns the progress text of a row without a fault.
fn progress(row: &Row, status: &Status, around: &RowContext) -> Vec<String> {
    let mut parts: Vec<String> = Vec::new();
    let size = || match &row.transfer {
        Some(transfer) if *status != Status::Finishing => {
            text::size_of(transfer.sent, transfer.total)
        }
        Some(_) => text::size(row.size),
        None => facts(row),
    };
    match status {
        Status::Checking => {}
        Status::Settling => parts.push(words::settling().to_owned()),
        Status::Uploading => match &row.transfer {
            Some(transfer) => {
                parts.push(size());
                parts.extend(transfer.rate.map(text::rate));
                parts.push(text::left(transfer.left));
            }
            None => parts.push(size()),
        },
        Status::Finishing => parts.extend([size(), words::finishing(around.place)]),
        Status::Waiting { until, cause } => {
            parts.push(text::fault(cause, around.place).title);
            parts.extend(row.transfer.map(|_| size()));
            let wait = until.saturating_duration_since(around.now);
            parts.push(if wait.is_zero() {
                words::trying_again().to_owned()
            } else {
                words::next_try(&text::duration(wait))
            });
            let later = row
                .later
                .filter(|later| *later != ResumeBehaviour::Restarts);
            parts.extend(later.map(|later| words::later(later).to_owned()));
        }
        Status::Processing { since, long } => {
            let time = around.now.saturating_duration_since(*since);
            parts.push(words::processing(around.place));
            parts.push(size());
            if let QueueStatus::Waits(_) = around.queue {
                parts.extend(held_up(around));
            } else if *long {
                parts.push(words::slow().to_owned());
            } else if time >= Duration::from_secs(1) {
                parts.push(text::duration(time));
            }
        }
        Status::OtherKey { last4 } => parts.extend([text::other_key(last4), size()]),
        Status::Paused => {
            parts.push(size());
            let later = match row.interrupted {
                true => row.later.map(words::interrupted),
                false => row.later.map(words::later),
            };
            parts.extend(later.map(str::to_owned));
        }
        Status::FoundDuplicate(DuplicateStage::Uploaded) => {
            parts.push(size());
            parts.extend(uploaded_as(row));
            parts.push(words::not_confirmed().to_owned());
            parts.extend(held_up(around).filter(|_| around.queue != QueueStatus::Paused));
        }
        Status::FoundDuplicate(_) | Status::Duplicate { .. } => {
            parts.push(size());
            let unknown = match status {
                Status::Duplicate { of: Some(_) } => words::uploaded_before(),
                _ => words::listed_twice(),
            };
            parts.push(duplicate_of(row).unwrap_or_else(|| unknown.to_owned()));
            parts.extend(after_same_as(status).map(str::to_owned));
            if *status == Status::FoundDuplicate(DuplicateStage::Asked) {
                parts.extend(held_up(around).filter(|_| around.queue != QueueStatus::Paused));
            }
        }
        Status::ReadyToUpload => {
            parts.push(size());
            parts.extend(uploaded_elsewhere(row, &around.accounts));
            parts.extend(
                row.duplicate_unconfirmed
                    .then(|| words::unconfirmed(around.place)),
            );
        }
        Status::Queued => {
            parts.push(size());
            parts.extend(held_up(around));
            // The cost of a pause matters only if the user caused it.
            let later = row.later.filter(|later| match around.queue {
                QueueStatus::GoesOn => false,
                QueueStatus::Paused => true,
                QueueStatus::Held(_) | QueueStatus::Waits(_) | QueueStatus::Offline => {
                    *later != ResumeBehaviour::Restarts
                }
            });
            parts.extend(later.map(|later| words::later(later).to_owned()));
        }
        _ => parts.push(size()),
    }
    parts
}

/// Returns the account that has the row's asset, or gets it, if it is not the one in use.
fn other_account(row: &Row, accounts: &Accounts) -> Option<String> {
    let account = row.account().filter(|account| accounts.is_other(account))?;
    let name = account_name(accounts, account);
    match row.status {
        // They say so in their own words.
        Status::OtherKey { .. } | Status::ReadyToUpload => None,
        _ if super::id_of(row).is_some() => Some(words::in_account(&name)),
        _ => Some(words::for_account(&name)),
    }
}

/// Returns what the file is: "1:24 · 1920 × 1080 · 412 MB".
fn facts(row: &Row) -> String {
    let metadata = &row.metadata;
    let duration = metadata.duration_ms.map(text::playing_time);
    let picture = metadata.width.zip(metadata.height);
    let picture = picture.map(|(width, height)| text::picture_size(width, height));
    let parts: Vec<String> = duration
        .into_iter()
        .chain(picture)
        .chain([text::size(row.size)])
        .collect();
    parts.join(list::parts())
}

/// Returns why the queue is stopped.
fn held_up(around: &RowContext) -> Option<String> {
    match around.queue {
        QueueStatus::GoesOn => None,
        QueueStatus::Paused => Some(words::queue_paused().to_owned()),
        QueueStatus::Held(hold) => Some(words::held(hold, around.place)),
        QueueStatus::Waits(wait) => Some(text::next_try(
            wait.kind,
            wait.left(around.now),
            around.place,
        )),
        QueueStatus::Offline => Some(foot::offline().to_owned()),
    }
}

/// Returns the outcome of a duplicate.
fn after_same_as(status: &Status) -> Option<&'static str> {
    match status {
        Status::FoundDuplicate(DuplicateStage::Before) => Some(words::not_sent_twice()),
        Status::FoundDuplicate(DuplicateStage::Known) => Some(words::not_sent()),
        Status::FoundDuplicate(DuplicateStage::Asked) => Some(words::gets_id()),
        Status::Duplicate { of: None } => Some(words::waits_for_id()),
        _ => None,
    }
}

/// Returns the original of a duplicate, and when it was uploaded.
fn duplicate_of(row: &Row) -> Option<String> {
    let other = row.duplicate_of.as_ref()?;
    Some(match (other.uploaded_at_ms, file_of(other, row)) {
        (Some(ms), None) => words::uploaded_itself(text::day(ms).as_deref()),
        (Some(ms), Some(file)) => words::same_as_uploaded(&file, text::day(ms).as_deref()),
        (None, file) => words::duplicate_of(&file?),
    })
}

/// Returns the name that a file had when it was uploaded before, or the equal file in the list.
fn uploaded_as(row: &Row) -> Option<String> {
    let other = row.duplicate_of.as_ref()?;
    let file = file_of(other, row)?;
    Some(match other.uploaded_at_ms {
        Some(_) => words::uploaded_as(&file),
        None => words::duplicate_of(&file),
    })
}

/// Returns when, in which other account and as which file the content was uploaded.
fn uploaded_elsewhere(row: &Row, accounts: &Accounts) -> Vec<String> {
    let Some(other) = &row.duplicate_of else {
        return vec![];
    };
    let (Some(account), Some(ms)) = (&other.account, other.uploaded_at_ms) else {
        return vec![];
    };
    let name = account_name(accounts, account);
    let uploaded = words::uploaded_elsewhere(text::day(ms).as_deref(), &name);
    std::iter::once(uploaded).chain(uploaded_as(row)).collect()
}

/// Returns the name of the duplicated file, with its folder if that differs; `None` for the row's
/// own file.
fn file_of(other: &DuplicateOf, row: &Row) -> Option<String> {
    if other.path == row.path {
        return None;
    }
    let name = other.path.file_name().unwrap_or(other.path.as_os_str());
    let file = name.to_string_lossy().into_owned();
    if other.path.parent() != row.path.parent()
        && let Some(folder) = other.path.parent().and_then(Path::file_name)
    {
        let place = Path::new(folder).join(&file);
        return Some(place.to_string_lossy().into_owned());
    }
    Some(file)
}
