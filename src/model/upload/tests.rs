//! Tests of the state machine, following `docs/faults.md`.

mod asked_again;
mod asking;
mod commands;
mod faults;
mod properties;
mod stored_words;

use std::time::Duration;

use super::*;
use crate::model::asset::{AssetAnswer, AssetMetadata, AssetStatus};
use crate::model::fault::{FaultKind, Recovery};

fn asset(number: u32) -> AssetId {
    AssetId::new(&format!("re_{number}")).unwrap()
}

fn hash() -> ContentHash {
    ContentHash::from_bytes([7; 32])
}

fn media(size: u64) -> Media {
    Media {
        stamp: FileStamp {
            size,
            modified_ns: 1,
        },
        kind: Kind::Video,
        note: None,
    }
}

fn known(status: AssetStatus, file_size: Option<u64>) -> AssetAnswer {
    AssetAnswer::Known(AssetMetadata::new(status, file_size))
}

struct Walk {
    upload: Upload,
    policy: Policy,
    effects: Vec<Effect>,
}

impl Walk {
    fn sending(size: u64) -> Self {
        let mut walk = Self {
            upload: Upload::new(),
            policy: Policy::for_command_line(),
            effects: vec![],
        };
        walk.step(Event::Checked(Ok(media(size))));
        walk.step(Event::Start);
        walk.step(Event::Begin);
        walk
    }

    fn step(&mut self, event: Event) -> &mut Self {
        let shown = format!("{event:?}");
        let (after, effects) = transition(&self.upload, event, &self.policy)
            .unwrap_or_else(|| panic!("{shown} does not fit {:?}", self.upload));
        self.upload = after;
        self.effects = effects;
        self
    }

    fn break_with(&mut self, kind: FaultKind) -> &mut Self {
        let attempt = self.upload.attempt;
        self.step(Event::AttemptFailed {
            attempt,
            fault: Fault::new(kind),
            content: None,
            jitter: 0.0,
        })
    }

    /// Issues the id with this number before the bytes.
    fn issue(&mut self, number: u32) -> &mut Self {
        let attempt = self.upload.attempt;
        let asset = asset(number);
        self.step(Event::Issued { attempt, asset })
    }

    /// Accepts the bytes as the asset with this number.
    fn send(&mut self, number: u32) -> &mut Self {
        let attempt = self.upload.attempt;
        self.step(Event::BodyOut { attempt }).answer(number)
    }

    /// Responds with the asset of this number.
    fn answer(&mut self, number: u32) -> &mut Self {
        let attempt = self.upload.attempt;
        self.step(Event::Sent {
            attempt,
            asset: asset(number),
            content: Some(hash()),
        })
    }

    fn wait(&self) -> Duration {
        self.effects
            .iter()
            .find_map(|effect| match effect {
                Effect::ScheduleRetry { after, .. } => Some(*after),
                _ => None,
            })
            .unwrap_or_else(|| panic!("no wait in {:?}", self.effects))
    }

    fn begin_again(&mut self) -> &mut Self {
        let attempt = self.upload.attempt;
        if matches!(self.upload.state, UploadState::RetryScheduled { .. }) {
            self.step(Event::RetryDue { attempt });
        }
        self.step(Event::Begin)
    }

    fn poll(&mut self, answer: AssetAnswer, elapsed: u64) -> &mut Self {
        let attempt = self.upload.attempt;
        self.step(Event::Polled {
            attempt,
            answer,
            elapsed: Duration::from_secs(elapsed),
        })
    }

    /// Fails with `kind` and restarts until the upload fails; returns the number of starts.
    fn starts_until_failed(&mut self, kind: FaultKind) -> u32 {
        for starts in 1..100 {
            self.break_with(kind);
            if matches!(self.upload.state, UploadState::Failed { .. }) {
                return starts;
            }
            self.begin_again();
        }
        panic!("never fails");
    }

    fn route(&self) -> Route {
        match self.upload.state {
            UploadState::Sending { route, .. } => route,
            ref other => panic!("{other:?}"),
        }
    }
}

#[test]
fn a_good_life_ends_as_done_with_the_id_recorded_first() {
    let mut walk = Walk::sending(10);
    walk.send(1);
    assert!(matches!(&walk.effects[0], Effect::Record { asset: id, .. } if *id == asset(1)));
    assert!(
        matches!(walk.effects[1], Effect::Poll { after, .. } if after == Duration::from_secs(2))
    );
    walk.poll(known(AssetStatus::Uploading, None), 2);
    assert!(
        matches!(walk.effects[0], Effect::Poll { after, .. } if after == Duration::from_secs(4))
    );
    walk.poll(known(AssetStatus::Success, Some(10)), 6);
    assert_eq!(
        walk.upload.state,
        UploadState::Done {
            asset: asset(1),
            content: Some(hash())
        }
    );
}

#[test]
fn success_with_another_size_is_never_done() {
    let mut walk = Walk::sending(10);
    walk.send(1);
    walk.poll(known(AssetStatus::Success, Some(9)), 2);
    let UploadState::Failed { fault, asset: kept } = &walk.upload.state else {
        panic!("{:?}", walk.upload);
    };
    assert_eq!(
        (fault.kind, kept.as_ref()),
        (FaultKind::SizeMismatch, Some(&asset(1)))
    );
}

#[test]
fn after_an_interruption_only_a_whole_body_is_in_doubt() {
    let after_restart = |walk: &Walk| walk.upload.clone().after_restart();
    let mut direct = Walk::sending(10);
    assert!(!after_restart(&direct).counters.possibly_stored_twice);
    let attempt = direct.upload.attempt;
    direct.step(Event::BodyOut { attempt });
    assert!(after_restart(&direct).counters.possibly_stored_twice);
    let mut signed = Walk::sending(600_000_000);
    let attempt = signed.upload.attempt;
    signed.step(Event::Issued {
        attempt,
        asset: asset(1),
    });
    signed.step(Event::BodyOut { attempt });
    let after = after_restart(&signed);
    assert!(matches!(
        after.state,
        UploadState::Processing { doubt: Some(_), .. }
    ));
    assert!(!after.counters.possibly_stored_twice);
}

#[test]
fn what_may_be_stored_already_is_left_for_the_next_run_however_the_run_before_ended() {
    for state in [
        UploadState::Checking,
        UploadState::StillChanging,
        UploadState::Ready,
        UploadState::Queued,
        UploadState::Failed {
            fault: Fault::new(FaultKind::LostAnswer),
            asset: None,
        },
    ] {
        let mut upload = Upload {
            state,
            ..Upload::new()
        };
        assert!(!upload.must_survive_cli_run(), "{upload:?}");
        upload.counters.possibly_stored_twice = true;
        assert!(upload.must_survive_cli_run(), "{upload:?}");
    }
    let mut ended = Upload {
        state: UploadState::Cancelled { asset: None },
        ..Upload::new()
    };
    ended.counters.possibly_stored_twice = true;
    assert!(!ended.must_survive_cli_run());
}
