//! Texts and buttons of the status bar.

use std::time::Instant;

use super::command::{Filter, UiCommand};
use super::list::List;
use super::queue::QueueStatus;
use super::wording;
use crate::model::plan::Plan;
use crate::model::snapshot::Snapshot;
use crate::text::messages::{foot as words, intake, list as joined};
use crate::text::{self, Backend};

/// Returns the buttons before "Upload", left to right.
pub fn actions(snapshot: &Snapshot, list: &List) -> Vec<UiCommand> {
    let mut actions = Vec::new();
    if list.tally().finished > 0 {
        actions.push(UiCommand::ClearFinished);
    }
    if list.tally().failed > 0 {
        actions.push(UiCommand::RetryFailed);
    }
    if snapshot.paused {
        actions.push(UiCommand::Resume);
    } else {
        if list.tally().paused > 0 {
            actions.push(UiCommand::Resume);
        }
        if sending(snapshot, list) > 0 {
            actions.push(UiCommand::Pause);
        }
    }
    actions
}

/// Returns the number of started uploads not yet at the service, which a pause holds up.
fn sending(snapshot: &Snapshot, list: &List) -> usize {
    snapshot
        .totals
        .active
        .saturating_sub(list.tally().processing + list.tally().asked)
}

/// Returns the tooltip of a button, with warnings before it is pressed.
pub fn hint(command: &UiCommand, list: &List, plan: &Plan, paused: bool, place: Backend) -> String {
    let hint = command.entry().hint();
    match command {
        UiCommand::ClearFinished if place == Backend::Service => words::clear_finished(&hint),
        UiCommand::Pause => words::pause(list.tally().starts_again, &hint),
        UiCommand::Upload => {
            let does = wording::plan_at_length(plan, place);
            let mut hint = match plan.files {
                0 if plan.duplicates > 0 => vec![does],
                _ => vec![hint, does],
            };
            hint.extend((paused && plan.files > 0).then(|| words::upload_ends_pause().to_owned()));
            hint.join("\n")
        }
        _ => hint,
    }
}

/// Returns the two lines of text; the second may be empty.
pub fn summary(
    snapshot: &Snapshot,
    list: &List,
    plan: &Plan,
    place: Backend,
    now: Instant,
) -> (String, String) {
    let totals = &snapshot.totals;
    let (first, mut second) = if totals.active > 0 {
        (
            under_way(snapshot, list, place),
            pace(snapshot, list, place, now),
        )
    } else if plan.files > 0 {
        let (first, second) = wording::plan(plan, place);
        (first, vec![second])
    } else if plan.duplicates > 0 {
        (intake::only_duplicates(plan.duplicates), Vec::new())
    } else {
        let first = match (list.tally().paused, list.count(Filter::Ready)) {
            (0, 0) => words::nothing().to_owned(),
            (0, files) => words::ready(files),
            (paused, _) => [
                words::done(totals.started, totals.done),
                words::held(paused),
            ]
            .join(joined::parts()),
        };
        let duplicates = match list.count(Filter::Duplicate) {
            0 => Vec::new(),
            files => vec![words::duplicates(files)],
        };
        (first, duplicates)
    };
    let mut ahead: Vec<String> = wording::coming_in(snapshot.walking, list.tally().checking)
        .into_iter()
        .collect();
    ahead.extend(wording::comparing(snapshot.comparing));
    // Unknown amounts come first, since the rest depends on them.
    second.splice(0..0, ahead);
    let attention = if totals.active == 0 && plan.files > 0 {
        // The plan already counts refused files as left out.
        totals.attention.saturating_sub(plan.refused)
    } else {
        totals.attention
    };
    if attention > 0 {
        second.push(words::attention(attention));
    }
    // The plan already counts them as left out; in a paused queue all are paused.
    if totals.active > 0 && !snapshot.paused && list.tally().paused > 0 {
        second.push(words::held(list.tally().paused));
    }
    match list.count(Filter::Cancelled) {
        0 => {}
        files => second.push(words::cancelled(files)),
    }
    (first, second.join(joined::parts()))
}

fn under_way(snapshot: &Snapshot, list: &List, place: Backend) -> String {
    let totals = &snapshot.totals;
    let done = words::done(totals.started, totals.done);
    let so_far = match sending(snapshot, list) {
        0 if list.tally().processing == 0 => words::getting_ids().to_owned(),
        0 => words::processing(list.tally().processing, place),
        _ => text::size_of(totals.sent, totals.bytes),
    };
    [done, so_far].join(joined::parts())
}

/// Returns speed and time left, or the reason for waiting. Empty while only processing is left,
/// whose duration is unknown.
fn pace(snapshot: &Snapshot, list: &List, place: Backend, now: Instant) -> Vec<String> {
    let (totals, tally) = (&snapshot.totals, list.tally());
    let (sending, queue) = (sending(snapshot, list), QueueStatus::of(snapshot));
    let left = snapshot.time_left(now);
    let mut pace: Vec<String> = totals.rate.map(text::rate).into_iter().collect();
    if let QueueStatus::Waits(wait) = queue {
        pace.push(text::next_try(wait.kind, wait.left(now), place));
        pace.extend(left.map(|left| text::left(Some(left))));
        return pace;
    }
    if sending == 0 {
        return Vec::new();
    }
    if tally.uploading > 0 {
        pace.push(text::left(left));
        return pace;
    }
    if let QueueStatus::Held(by) = queue {
        return vec![wording::row::held(by, place)];
    }
    let words = if snapshot.paused {
        words::paused()
    } else if tally.finishing == sending {
        words::answer()
    } else if snapshot.offline {
        words::offline()
    } else if tally.waiting == sending {
        words::next_try()
    } else if left.is_some() {
        // Small files mostly wait for API calls, so speed says little.
        return vec![text::left(left)];
    } else if tally.finishing > 0 {
        words::answer()
    } else if tally.waiting > 0 {
        words::next_try()
    } else {
        words::starting()
    };
    vec![words.to_owned()]
}

#[cfg(test)]
mod tests;
