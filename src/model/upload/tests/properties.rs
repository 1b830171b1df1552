//! Invariants of every upload, for any order of events.

use std::time::Duration;

use proptest::prelude::*;

use super::super::*;
use super::{asset, hash, known, media};
use crate::model::asset::{AssetAnswer, AssetStatus};
use crate::model::fault::{Fault, FaultKind};
use crate::model::media::Rejection;
use crate::model::retry::Policy;
use crate::model::snapshot::ItemId;

fn any_event() -> impl Strategy<Value = Event> {
    let fault = proptest::sample::select(FaultKind::ALL).prop_map(Fault::new);
    let status = prop_oneof![
        Just(AssetStatus::Waiting),
        Just(AssetStatus::Uploading),
        Just(AssetStatus::Success),
        Just(AssetStatus::Failed),
        Just(AssetStatus::Other),
    ];
    let answer = prop_oneof![
        3 => (status, prop_oneof![Just(None), Just(Some(10)), Just(Some(9))])
            .prop_map(|(status, size)| known(status, size)),
        1 => Just(AssetAnswer::NotFound),
    ];
    // Attempts are given as an age: 0 becomes the current one in the walk.
    let age = prop_oneof![4 => Just(0_u32), 1 => 1_u32..3];
    prop_oneof![
        Just(Event::Checked(Ok(media(10)))),
        Just(Event::Checked(Ok(media(600_000_000)))),
        Just(Event::Checked(Err(Rejection::Empty))),
        Just(Event::StillChanging),
        Just(Event::Start),
        Just(Event::Pause),
        Just(Event::Resume),
        Just(Event::Hold),
        Just(Event::Cancel),
        Just(Event::Retry),
        Just(Event::FileReappeared),
        Just(Event::RemovalUndone),
        Just(Event::Rediscovered),
        Just(Event::Located),
        Just(Event::Checked(Err(Rejection::NotFound))),
        Just(Event::UploadAnyway),
        Just(Event::ReuseAssetId),
        Just(Event::CheckAgain),
        Just(Event::Compare),
        Just(Event::Begin),
        Just(Event::Begin),
        Just(Event::CannotSave),
        Just(Event::OriginalEnded { asset: None }),
        Just(Event::OriginalEnded {
            asset: Some(asset(1))
        }),
        (
            age.clone(),
            prop_oneof![
                Just(None),
                Just(Some(Original::Row(ItemId(9)))),
                Just(Some(Original::Asset(asset(9))))
            ]
        )
            .prop_map(|(attempt, original)| Event::HashCompared { attempt, original }),
        (age.clone(), 1_u32..4).prop_map(|(attempt, n)| Event::Issued {
            attempt,
            asset: asset(n)
        }),
        age.clone().prop_map(|attempt| Event::BodyOut { attempt }),
        (age.clone(), 1_u32..4).prop_map(|(attempt, n)| Event::Sent {
            attempt,
            asset: asset(n),
            content: Some(hash())
        }),
        (age.clone(), 1_u32..4, fault.clone()).prop_map(|(attempt, n, fault)| {
            Event::SentButFileChanged {
                attempt,
                asset: asset(n),
                content: Some(hash()),
                fault,
            }
        }),
        (age.clone(), fault.clone(), 0.0..1.0).prop_map(|(attempt, fault, jitter)| {
            Event::AttemptFailed {
                attempt,
                fault,
                content: (jitter < 0.5).then(hash),
                jitter,
            }
        }),
        age.clone().prop_map(|attempt| Event::RetryDue { attempt }),
        (age.clone(), answer, 0_u64..120).prop_map(|(attempt, answer, elapsed)| Event::Polled {
            attempt,
            answer,
            elapsed: Duration::from_secs(elapsed)
        }),
        age.clone().prop_map(|attempt| Event::OtherKey {
            attempt,
            last4: "1234".to_owned()
        }),
        (age, fault).prop_map(|(attempt, fault)| Event::PollFailed { attempt, fault }),
    ]
}

fn aged(event: Event, current: u32) -> Event {
    let at = |age: u32| current.wrapping_sub(age);
    match event {
        Event::HashCompared { attempt, original } => Event::HashCompared {
            attempt: at(attempt),
            original,
        },
        Event::Issued { attempt, asset } => Event::Issued {
            attempt: at(attempt),
            asset,
        },
        Event::BodyOut { attempt } => Event::BodyOut {
            attempt: at(attempt),
        },
        Event::Sent {
            attempt,
            asset,
            content,
        } => Event::Sent {
            attempt: at(attempt),
            asset,
            content,
        },
        Event::SentButFileChanged {
            attempt,
            asset,
            content,
            fault,
        } => Event::SentButFileChanged {
            attempt: at(attempt),
            asset,
            content,
            fault,
        },
        Event::AttemptFailed {
            attempt,
            fault,
            content,
            jitter,
        } => Event::AttemptFailed {
            attempt: at(attempt),
            fault,
            content,
            jitter,
        },
        Event::RetryDue { attempt } => Event::RetryDue {
            attempt: at(attempt),
        },
        Event::Polled {
            attempt,
            answer,
            elapsed,
        } => Event::Polled {
            attempt: at(attempt),
            answer,
            elapsed,
        },
        Event::OtherKey { attempt, last4 } => Event::OtherKey {
            attempt: at(attempt),
            last4,
        },
        Event::PollFailed { attempt, fault } => Event::PollFailed {
            attempt: at(attempt),
            fault,
        },
        other => other,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn every_life_keeps_the_rules(events in prop::collection::vec(any_event(), 1..60)) {
        let policy = Policy::for_command_line();
        let mut upload = Upload::new();
        let mut given: Vec<AssetId> = vec![];
        for event in events {
            let stale = matches!(event.attempt(), Some(age) if age > 0);
            let event = aged(event, upload.attempt);
            let Some((after, effects)) = transition(&upload, event.clone(), &policy) else {
                continue;
            };
            prop_assert!(!stale, "a stale event moved {:?}: {:?}", upload, event);
            prop_assert!(after.attempt >= upload.attempt);
            prop_assert!(!matches!(upload.state, UploadState::Done { .. }), "Done is final");
            prop_assert!(after.counters.tries <= policy.tries);
            // An upload that carries on waits for an event that comes by itself.
            let attempt = after.attempt;
            let carries_on = match after.state {
                UploadState::RetryScheduled { .. } => effects
                    .iter()
                    .any(|e| matches!(e, Effect::ScheduleRetry { attempt: a, .. } if *a == attempt)),
                UploadState::Processing { .. } => effects
                    .iter()
                    .any(|e| matches!(e, Effect::Poll { attempt: a, .. } if *a == attempt)),
                UploadState::Hashing => effects.contains(&Effect::Compare { attempt }),
                _ => true,
            };
            prop_assert!(carries_on, "{:?} waits for nothing", after);
            // Sending requires a start of its own.
            let sends = effects.iter().filter(|e| matches!(e, Effect::Send { .. })).count();
            prop_assert_eq!(sends, usize::from(
                matches!(after.state, UploadState::Sending { body_out: false, .. }) && after.attempt > upload.attempt));
            prop_assert!(sends == 0 || !after.counters.reuse_only, "only its id is wanted");
            // Leaving a transfer, timer or poll for the user aborts it.
            if upload.is_active() && matches!(after.state, UploadState::Paused { .. } | UploadState::Cancelled { .. }) {
                prop_assert!(effects.contains(&Effect::Abort));
            }
            // No id disappears without being recorded.
            match &event {
                Event::Issued { asset, .. }
                | Event::Sent { asset, .. }
                | Event::SentButFileChanged { asset, .. } => {
                    let recorded = effects.iter().any(|e| matches!(e,
                        Effect::Record { asset: id, abandoned: false, .. } if id == asset));
                    prop_assert!(recorded);
                    given.push(asset.clone());
                }
                _ => {}
            }
            if let UploadState::Done { asset, .. } = &after.state {
                prop_assert!(given.contains(asset), "an id from nowhere: {:?}", asset);
                let said_success = matches!(&event, Event::Polled { answer: AssetAnswer::Known(m), .. }
                    if m.status == AssetStatus::Success && m.file_size.is_none_or(|s| s == upload.size()));
                prop_assert!(said_success, "Done without SUCCESS: {:?}", event);
            }
            upload = after;
        }
        // A cancel settles in every state.
        if !upload.has_ended() {
            let (after, _) = transition(&upload, Event::Cancel, &policy).expect("a cancel settles");
            prop_assert!(after.has_ended());
        }
    }
}
