//! Every user command in every state: its target state, and that nothing keeps running that should
//! not.

use super::super::*;
use super::{asset, hash, media};
use crate::model::fault::{Fault, FaultKind};
use crate::model::media::{Rejection, Route};
use crate::model::retry::Policy;
use crate::model::snapshot::ItemId;

/// Commands of the user for one row; [`Event::Hold`] comes from pausing the queue.
const COMMANDS: [(&str, Event); 9] = [
    ("start", Event::Start),
    ("pause", Event::Pause),
    ("resume", Event::Resume),
    ("hold", Event::Hold),
    ("cancel", Event::Cancel),
    ("retry", Event::Retry),
    ("anyway", Event::UploadAnyway),
    ("ask", Event::CheckAgain),
    ("take id", Event::ReuseAssetId),
];

/// Target state of each of [`COMMANDS`] by state; `-` for none.
#[rustfmt::skip]
const TABLE: [(&str, [&str; 9]); 20] = [
    //                   start     pause     resume    hold      cancel       retry       anyway    ask    take id
    ("checking",       ["-",      "-",      "-",      "-",      "cancelled", "-",        "-",      "-", "-"]),
    ("settling",       ["-",      "-",      "-",      "-",      "cancelled", "-",        "-",      "-", "-"]),
    ("rejected",       ["-",      "-",      "-",      "-",      "-",         "checking", "-",      "-", "-"]),
    ("not recognised", ["-",      "-",      "-",      "-",      "-",         "checking", "checking", "-",    "-"]),
    ("ready",          ["queued", "-",      "-",      "-",      "cancelled", "-",        "queued", "-", "comparing"]),
    ("queued",         ["-",      "paused", "-",      "-",      "cancelled", "-",        "-",      "-", "-"]),
    ("comparing",      ["-",      "paused", "-",      "queued", "cancelled", "-",        "-",      "-", "-"]),
    ("twin of a row",  ["-",      "-",      "-",      "-",      "cancelled", "-",        "queued", "-", "-"]),
    ("twin of an id",  ["-",      "-",      "-",      "-",      "-",         "-",        "queued", "-", "-"]),
    ("sending",        ["-",      "paused", "-",      "queued", "cancelled", "-",        "-",      "-", "-"]),
    // The service may have the whole file, so it must not be called paused.
    ("body out",       ["-",      "-",      "-",      "-",      "cancelled", "-",        "-",      "-", "-"]),
    ("waiting",        ["-",      "paused", "-",      "queued",     "cancelled", "-",        "-",      "-", "-"]),
    ("processing",     ["-",      "-",      "-",      "-",      "cancelled", "-",        "-",      "processing", "-"]),
    ("other key",      ["-",      "-",      "-",      "-",      "cancelled", "-",        "-",      "processing", "-"]),
    ("done",           ["-",      "-",      "-",      "-",      "-",         "-",        "-",      "-", "-"]),
    ("failed",         ["-",      "-",      "-",      "-",      "-",         "checking", "-",      "-", "-"]),
    ("failed with id", ["-",      "-",      "-",      "-",      "-",         "checking", "-",      "processing", "-"]),
    // The asset is polled before anything is sent.
    ("missing",        ["-",      "-",      "-",      "-",      "-",         "processing", "-",    "processing", "-"]),
    ("paused",         ["-",      "-",      "queued", "-",      "cancelled", "-",        "-",      "-", "-"]),
    ("cancelled",      ["-",      "-",      "-",      "-",      "-",         "checking", "-",      "-", "-"]),
];

/// Returns the row of [`TABLE`] for a state; a new state does not compile without one.
fn row_of(state: &UploadState) -> &'static str {
    match state {
        UploadState::Checking => "checking",
        UploadState::StillChanging => "settling",
        UploadState::Rejected(Rejection::NotRecognised { .. }) => "not recognised",
        UploadState::Rejected(_) => "rejected",
        UploadState::Ready => "ready",
        UploadState::Queued => "queued",
        UploadState::Hashing => "comparing",
        UploadState::Duplicate(Original::Row(_)) => "twin of a row",
        UploadState::Duplicate(Original::Asset(_)) => "twin of an id",
        UploadState::Sending {
            body_out: false, ..
        } => "sending",
        UploadState::Sending { body_out: true, .. } => "body out",
        UploadState::RetryScheduled { .. } => "waiting",
        UploadState::Processing { .. } => "processing",
        UploadState::OtherKey { .. } => "other key",
        UploadState::Done { .. } => "done",
        UploadState::Failed {
            fault,
            asset: Some(_),
        } if fault.kind == FaultKind::AssetMissing => "missing",
        UploadState::Failed { asset: None, .. } => "failed",
        UploadState::Failed { asset: Some(_), .. } => "failed with id",
        UploadState::Paused { .. } => "paused",
        UploadState::Cancelled { .. } => "cancelled",
    }
}

fn states() -> Vec<UploadState> {
    let fault = Fault::new(FaultKind::ServerError);
    let sending = |body_out| UploadState::Sending {
        route: Route::SignedUrl,
        body_out,
    };
    let failed = |asset| UploadState::Failed {
        fault: fault.clone(),
        asset,
    };
    vec![
        UploadState::Checking,
        UploadState::StillChanging,
        UploadState::Rejected(Rejection::Empty),
        UploadState::Rejected(Rejection::NotRecognised {
            extension: "mp4".to_owned(),
        }),
        UploadState::Ready,
        UploadState::Queued,
        UploadState::Hashing,
        UploadState::Duplicate(Original::Row(ItemId(9))),
        UploadState::Duplicate(Original::Asset(asset(9))),
        sending(false),
        sending(true),
        UploadState::RetryScheduled {
            cause: fault.clone(),
        },
        UploadState::Processing {
            asset: asset(9),
            content: Some(hash()),
            polls: 3,
            doubt: None,
        },
        UploadState::OtherKey {
            asset: asset(9),
            content: Some(hash()),
            doubt: None,
            last4: "1234".to_owned(),
        },
        UploadState::Done {
            asset: asset(9),
            content: Some(hash()),
        },
        failed(None),
        failed(Some(asset(9))),
        UploadState::Failed {
            fault: Fault::new(FaultKind::AssetMissing),
            asset: Some(asset(9)),
        },
        UploadState::Paused { by: PausedBy::User },
        UploadState::Paused {
            by: PausedBy::Restart,
        },
        UploadState::Cancelled { asset: None },
        UploadState::Cancelled {
            asset: Some(asset(9)),
        },
    ]
}

fn in_state(state: UploadState) -> Upload {
    let reserved_id = matches!(
        state,
        UploadState::Queued
            | UploadState::Hashing
            | UploadState::Sending { .. }
            | UploadState::RetryScheduled { .. }
            | UploadState::Paused { .. }
    );
    Upload {
        attempt: 7,
        reserved_id: reserved_id.then(|| asset(5)),
        media: Some(media(10)),
        state,
        counters: RetryCounters::default(),
    }
}

#[test]
fn every_command_in_every_state_does_what_the_table_says() {
    let mut seen = std::collections::BTreeSet::new();
    for state in states() {
        let row = row_of(&state);
        seen.insert(row);
        let expected = TABLE.iter().find(|(name, _)| *name == row).unwrap().1;
        let upload = in_state(state);
        for ((name, event), expected) in COMMANDS.into_iter().zip(expected) {
            let after = transition(&upload, event, &Policy::default());
            let found = after.as_ref().map_or("-", |(after, _)| after.state.name());
            assert_eq!(found, expected, "{name} while {row}");
        }
    }
    assert_eq!(seen.len(), TABLE.len());
}

#[test]
fn a_command_makes_stale_what_was_said_before_and_stops_what_ran() {
    for state in states() {
        let upload = in_state(state);
        for (name, event) in COMMANDS {
            let Some((after, effects)) = transition(&upload, event, &Policy::default()) else {
                continue;
            };
            let what = format!("{name} in {:?}", upload.state);
            // A row that only waits for a slot has no task that could send messages.
            let starts = upload.state == UploadState::Ready;
            assert!(after.attempt > upload.attempt || starts, "{what}");
            if matches!(
                upload.state,
                UploadState::Hashing
                    | UploadState::Sending { .. }
                    | UploadState::RetryScheduled { .. }
                    | UploadState::Processing { .. }
            ) {
                assert!(effects.contains(&Effect::Abort), "{what}");
            }
            // A command never sends by itself: it goes through the queue, once.
            let sends = |effect: &Effect| matches!(effect, Effect::Send { .. });
            assert!(!effects.iter().any(sends), "{what}");
        }
    }
}

#[test]
fn what_is_cancelled_keeps_its_id_in_the_history_and_its_doubt() {
    for state in states() {
        let upload = in_state(state);
        let Some((after, effects)) = transition(&upload, Event::Cancel, &Policy::default()) else {
            continue;
        };
        if let Some(id) = upload.asset() {
            assert_eq!(after.asset(), Some(id), "{:?}", upload.state);
        }
        // Only an id without bytes is recorded as abandoned.
        let body_out = matches!(upload.state, UploadState::Sending { body_out: true, .. });
        if let Some(id) = &upload.reserved_id {
            let abandoned = effects.contains(&super::super::attempt::record_abandoned(id));
            assert_eq!(abandoned, !body_out, "{:?}", upload.state);
        }
        assert_eq!(
            after.counters.possibly_stored_twice, body_out,
            "{:?}",
            upload.state
        );
    }
}

#[test]
fn a_held_row_goes_on_to_the_place_that_it_had() {
    for event in [Event::Pause, Event::Hold] {
        let mut sending = in_state(UploadState::Sending {
            route: Route::SignedUrl,
            body_out: false,
        });
        sending.media = Some(media(600_000_000));
        let (held, effects) = transition(&sending, event, &Policy::default()).unwrap();
        assert_eq!(held.reserved_id, Some(asset(5)));
        assert!(!effects.contains(&Effect::DiscardUploadUrl));
        let queued = match held.state {
            UploadState::Queued => held,
            _ => {
                transition(&held, Event::Resume, &Policy::default())
                    .unwrap()
                    .0
            }
        };
        let (again, effects) = transition(&queued, Event::Begin, &Policy::default()).unwrap();
        assert!(again.attempt > sending.attempt);
        assert!(matches!(
            effects[..],
            [Effect::Send {
                route: Route::SignedUrl,
                ..
            }]
        ));
    }
}

#[test]
fn an_upload_whose_check_a_damaged_record_lost_is_checked_before_it_is_sent() {
    let mut upload = Upload::new();
    upload.state = UploadState::Queued;
    let (after, effects) = transition(&upload, Event::Begin, &Policy::default()).unwrap();
    assert_eq!(after.state, UploadState::Checking);
    assert!(effects.contains(&Effect::CheckFile));
    assert!(after.counters.auto_start);
}
