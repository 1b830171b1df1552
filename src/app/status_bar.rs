//! Texts and buttons of the status bar.

use std::time::Instant;

use super::command::UiCommand;
use super::list::{Filter, List};
use super::rows::Queue;
use super::wording::foot as words;
use super::wording::{self, AND, Backend};
use crate::model::plan::Plan;
use crate::model::snapshot::Snapshot;

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
        UiCommand::ClearFinished if place == Backend::Service => {
            format!("{hint}; {}", words::IDS_STAY)
        }
        UiCommand::Pause => words::pause_all(&hint, list.tally().starts_again),
        UiCommand::Upload => {
            let does = wording::plan_at_length(plan, place);
            let mut hint = match plan.files {
                0 if plan.duplicates > 0 => vec![does],
                _ => vec![hint, does],
            };
            hint.extend((paused && plan.files > 0).then(|| words::UPLOAD_ENDS_PAUSE.to_owned()));
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
        (under_way(snapshot, list), pace(snapshot, list, now))
    } else if plan.files > 0 {
        let (first, second) = wording::plan(plan, place);
        (first, vec![second])
    } else if plan.duplicates > 0 {
        (wording::only_duplicates(plan.duplicates), Vec::new())
    } else {
        let first = match (list.tally().paused, list.count(Filter::Ready)) {
            (0, 0) => words::NOTHING.to_owned(),
            (0, files) => words::ready(files),
            (paused, _) => [words::done(totals.done, totals.batch), words::held(paused)].join(AND),
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
    (place.said(first), place.said(second.join(AND)))
}

fn under_way(snapshot: &Snapshot, list: &List) -> String {
    let totals = &snapshot.totals;
    let done = words::done(totals.done, totals.batch);
    let so_far = match sending(snapshot, list) {
        0 if list.tally().processing == 0 => words::GETTING_IDS.to_owned(),
        0 => words::processing(list.tally().processing),
        _ => wording::size_of(totals.sent, totals.bytes),
    };
    [done, so_far].join(AND)
}

/// Returns speed and time left, or the reason for waiting. Empty while only processing is left,
/// whose duration is unknown.
fn pace(snapshot: &Snapshot, list: &List, now: Instant) -> Vec<String> {
    let (totals, tally) = (&snapshot.totals, list.tally());
    let (sending, queue) = (sending(snapshot, list), Queue::of(snapshot));
    let left = snapshot.time_left(now);
    let mut pace: Vec<String> = totals.rate.map(wording::rate).into_iter().collect();
    if let Queue::Waits(wait) = queue {
        pace.push(wording::next_try(wait.kind, wait.left(now)));
        pace.extend(left.map(|left| wording::left(Some(left))));
        return pace;
    }
    if sending == 0 {
        return Vec::new();
    }
    if tally.uploading > 0 {
        pace.push(wording::left(left));
        return pace;
    }
    let words = if let Queue::Held(by) = queue {
        wording::row::held(by)
    } else if snapshot.paused {
        words::PAUSED
    } else if tally.finishing == sending {
        words::ANSWER
    } else if snapshot.offline {
        words::OFFLINE
    } else if tally.waiting == sending {
        words::NEXT_TRY
    } else if left.is_some() {
        // Small files mostly wait for API calls, so speed says little.
        return vec![wording::left(left)];
    } else if tally.finishing > 0 {
        words::ANSWER
    } else if tally.waiting > 0 {
        words::NEXT_TRY
    } else {
        words::STARTING
    };
    vec![words.to_owned()]
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::{Duration, Instant};

    use super::*;
    use crate::app::rows::tests::row;
    use crate::model::fault::{Fault, FaultKind, RequiredAction};
    use crate::model::plan::tests::plan;
    use crate::model::plan::{Throughput, UnderWay};
    use crate::model::snapshot::{Status, Totals};

    fn said(statuses: Vec<Status>, change: impl FnOnce(&mut Snapshot)) -> (String, String) {
        let mut snapshot = Snapshot {
            totals: Totals {
                active: statuses.len(),
                batch: 12,
                done: 7,
                sent: 1_400_000_000,
                bytes: 3_900_000_000,
                ..Totals::default()
            },
            ..Snapshot::default()
        };
        let rows = statuses.into_iter().zip(1..);
        snapshot.rows = Arc::new(rows.map(|(status, id)| Arc::new(row(id, status))).collect());
        change(&mut snapshot);
        let mut list = List::default();
        list.update(&snapshot);
        let plan = plan([], UnderWay::default(), Throughput::default());
        summary(&snapshot, &list, &plan, Backend::Service, Instant::now())
    }

    fn processing() -> Status {
        Status::Processing {
            since: Instant::now(),
            long: false,
        }
    }

    #[test]
    fn what_only_the_service_has_to_do_is_not_estimated() {
        let (first, second) = said(vec![processing(); 5], |_| {});
        assert_eq!(first, "7 of 12 done · 5 processing at memories.ai");
        assert_eq!(second, "");
    }

    #[test]
    fn while_bytes_move_speed_and_time_left_are_said() {
        let (first, second) = said(vec![Status::Uploading, processing()], |snapshot| {
            snapshot.totals.rate = Some(31_000_000.0);
            snapshot.totals.left = Some(Duration::from_secs(80));
            snapshot.totals.attention = 1;
        });
        assert_eq!(first, "7 of 12 done · 1.4 of 3.9 GB");
        assert_eq!(second, "31 MB/s · 1 min 20 s left · 1 needs attention");
        assert_eq!(said(vec![Status::Uploading], |_| {}).1, "estimating…");
    }

    #[test]
    fn while_no_byte_moves_the_bar_says_what_is_waited_for() {
        let wait = || Status::Waiting {
            until: Instant::now(),
            cause: Arc::new(Fault::new(FaultKind::Offline)),
        };
        let of = |status, change: fn(&mut Snapshot)| said(vec![status], change).1;
        assert_eq!(of(Status::Queued, |_| {}), "starting…");
        assert_eq!(of(Status::Queued, |s| s.paused = true), "paused");
        assert_eq!(
            of(Status::Queued, |s| s.needs = Some(RequiredAction::Balance)),
            "held until the balance is topped up"
        );
        assert_eq!(of(wait(), |_| {}), "waiting before the next try");
        assert_eq!(of(wait(), |s| s.offline = true), "waiting for a connection");
        assert_eq!(of(Status::Finishing, |_| {}), "waiting for the answer");
        // The time left is not mistaken for the wait.
        let left = |s: &mut Snapshot| s.totals.left = Some(Duration::from_secs(210));
        assert_eq!(of(Status::Finishing, left), "waiting for the answer");
        assert_eq!(of(wait(), left), "waiting before the next try");
    }

    #[test]
    fn small_files_that_wait_for_their_calls_have_a_time_left() {
        for other in [Status::Finishing, Status::Queued, processing()] {
            let (_, second) = said(vec![Status::Queued, other], |snapshot| {
                snapshot.totals.left = Some(Duration::from_secs(210));
            });
            assert_eq!(second, "3 min 30 s left");
        }
    }

    #[test]
    fn what_can_be_done_follows_from_what_there_is() {
        let actions = |statuses: &[Status], paused| {
            let active = statuses.iter().filter(|s| **s == Status::Queued).count();
            let rows = statuses.iter().cloned().zip(1..);
            let snapshot = Snapshot {
                rows: Arc::new(rows.map(|(status, id)| Arc::new(row(id, status))).collect()),
                paused,
                totals: Totals {
                    active,
                    ..Totals::default()
                },
                ..Snapshot::default()
            };
            let mut list = List::default();
            list.update(&snapshot);
            super::actions(&snapshot, &list)
        };
        let failed = Status::Failed(Arc::new(Fault::new(FaultKind::Tls)));
        assert_eq!(actions(&[Status::ReadyToUpload], false), []);
        assert_eq!(
            actions(&[Status::Queued, failed], false),
            [UiCommand::RetryFailed, UiCommand::Pause]
        );
        assert_eq!(
            actions(&[Status::Queued, Status::Cancelled], true),
            [UiCommand::ClearFinished, UiCommand::Resume]
        );
        assert_eq!(actions(&[Status::Paused], false), [UiCommand::Resume]);
        assert_eq!(
            actions(&[Status::Paused, Status::Queued], false),
            [UiCommand::Resume, UiCommand::Pause]
        );
    }

    #[test]
    fn what_ended_without_an_upload_is_counted_and_not_as_ready() {
        let duplicate = || Status::Duplicate { of: None };
        let of = |statuses: &[Status], active| {
            said(statuses.to_vec(), |snapshot| {
                snapshot.totals.active = active;
            })
        };
        let (first, second) = of(&[Status::Ready, duplicate(), Status::Cancelled], 0);
        assert_eq!(first, "1 file ready");
        assert_eq!(second, "1 duplicate · 1 cancelled");
        let (first, second) = of(&[duplicate(), duplicate()], 0);
        assert_eq!(first, "Nothing to upload");
        assert_eq!(second, "2 duplicates");
        let (first, _) = of(&[Status::Paused, Status::Paused, Status::Ready], 0);
        assert_eq!(first, "7 of 12 done · 2 paused");
        let (_, second) = of(&[Status::Queued, Status::Paused], 1);
        assert_eq!(second, "starting… · 1 paused");
        let (_, second) = of(&[Status::Queued, Status::Cancelled], 1);
        assert_eq!(second, "starting… · 1 cancelled");
    }

    #[test]
    fn folders_that_are_walked_are_counted() {
        let (_, second) = said(vec![], |snapshot| snapshot.walking = Some(120));
        assert_eq!(second, "Looking for files: 120 found…");
    }
}
