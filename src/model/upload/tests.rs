//! The life of an upload, and the rows of the fault table one by one.

mod commands;
mod properties;

use std::time::Duration;

use super::*;
use crate::model::asset::{AssetAnswer, AssetMetadata, AssetStatus};
use crate::model::fault::{FaultKind, Recovery};
use crate::model::retry::Policy;

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
    AssetAnswer::Known(AssetMetadata { status, file_size })
}

/// An upload that walks through its life.
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
        let (after, effects) = next(&self.upload, event, &self.policy)
            .unwrap_or_else(|| panic!("{shown} does not fit {:?}", self.upload));
        self.upload = after;
        self.effects = effects;
        self
    }

    fn break_with(&mut self, kind: FaultKind) -> &mut Self {
        let attempt = self.upload.attempt;
        self.step(Event::Broke {
            attempt,
            fault: Fault::new(kind),
            content: None,
            jitter: 0.0,
        })
    }

    fn wait(&self) -> Duration {
        self.effects
            .iter()
            .find_map(|effect| match effect {
                Effect::Wake { after, .. } => Some(*after),
                _ => None,
            })
            .unwrap_or_else(|| panic!("no wait in {:?}", self.effects))
    }

    fn begin_again(&mut self) -> &mut Self {
        let attempt = self.upload.attempt;
        if matches!(self.upload.state, State::Waiting { .. }) {
            self.step(Event::Due { attempt });
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

    /// Breaks with `kind` and starts again until it fails; the number of starts.
    fn starts_until_failed(&mut self, kind: FaultKind) -> u32 {
        for starts in 1..100 {
            self.break_with(kind);
            if matches!(self.upload.state, State::Failed { .. }) {
                return starts;
            }
            self.begin_again();
        }
        panic!("never fails");
    }

    fn route(&self) -> Route {
        match self.upload.state {
            State::Sending { route, .. } => route,
            ref other => panic!("{other:?}"),
        }
    }
}

#[test]
fn a_good_life_ends_as_done_with_the_id_recorded_first() {
    let mut walk = Walk::sending(10);
    let attempt = walk.upload.attempt;
    walk.step(Event::Sent {
        attempt,
        asset: asset(1),
        content: Some(hash()),
    });
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
        State::Done {
            asset: asset(1),
            content: Some(hash())
        }
    );
}

#[test]
fn success_with_another_size_is_never_done() {
    let mut walk = Walk::sending(10);
    let attempt = walk.upload.attempt;
    walk.step(Event::Sent {
        attempt,
        asset: asset(1),
        content: Some(hash()),
    });
    walk.poll(known(AssetStatus::Success, Some(9)), 2);
    let State::Failed { fault, asset: kept } = &walk.upload.state else {
        panic!("{:?}", walk.upload);
    };
    assert_eq!(
        (fault.kind, kept.as_ref()),
        (FaultKind::SizeMismatch, Some(&asset(1)))
    );
}

#[test]
fn each_fault_has_the_tries_of_its_row() {
    for (kind, starts) in [
        (FaultKind::Offline, 6),
        (FaultKind::Tls, 1),
        (FaultKind::Proxy, 6),
        (FaultKind::Stalled, 6),
        (FaultKind::LostAnswer, 2),
        (FaultKind::NoAnswer, 2),
        (FaultKind::BadAnswer, 3),
        (FaultKind::WebPage, 3),
        (FaultKind::AnswerTooLarge, 3),
        (FaultKind::RateLimitedOrInvalid, 3),
        (FaultKind::BadRequest, 1),
        (FaultKind::Conflict, 2),
        (FaultKind::UnsupportedMedia, 1),
        (FaultKind::ServerError, 6),
        (FaultKind::FileChanged, 1),
        (FaultKind::FileGone, 1),
        (FaultKind::Unreadable, 1),
    ] {
        assert_eq!(
            Walk::sending(10).starts_until_failed(kind),
            starts,
            "{kind:?}"
        );
    }
}

#[test]
fn the_window_waits_for_the_network_without_end() {
    let mut walk = Walk::sending(10);
    walk.policy = Policy::default();
    for _ in 0..50 {
        walk.break_with(FaultKind::Offline).begin_again();
    }
    assert_eq!(
        walk.break_with(FaultKind::Offline).wait(),
        Duration::from_secs(32)
    );
}

#[test]
fn waits_double_and_start_anew_after_the_service_took_the_file() {
    let mut walk = Walk::sending(10);
    for seconds in [1, 2, 4] {
        assert_eq!(
            walk.break_with(FaultKind::ServerError).wait().as_secs(),
            seconds
        );
        walk.begin_again();
    }
    let attempt = walk.upload.attempt;
    walk.step(Event::Sent {
        attempt,
        asset: asset(1),
        content: Some(hash()),
    });
    walk.poll(known(AssetStatus::Failed, None), 2).begin_again();
    assert_eq!(walk.break_with(FaultKind::ServerError).wait().as_secs(), 1);
}

#[test]
fn a_wait_that_the_service_asks_for_is_kept() {
    let mut walk = Walk::sending(10);
    let attempt = walk.upload.attempt;
    let retry_after = Some(Duration::from_secs(77));
    let fault =
        Fault::new(FaultKind::RateLimited).with_recovery(Recovery::Transient { retry_after });
    walk.step(Event::Broke {
        attempt,
        fault,
        content: None,
        jitter: 1.0,
    });
    assert_eq!(walk.wait().as_secs(), 77);
}

#[test]
fn rate_limits_cost_no_tries_for_a_quarter_of_an_hour() {
    let mut walk = Walk::sending(10);
    let mut waited = Duration::ZERO;
    let mut after_grace = 0;
    loop {
        walk.break_with(FaultKind::RateLimited);
        if matches!(walk.upload.state, State::Failed { .. }) {
            break;
        }
        if waited + walk.wait() > Duration::from_secs(900) {
            after_grace += 1;
        }
        waited += walk.wait();
        walk.begin_again();
    }
    assert_eq!(after_grace, 5);
}

#[test]
fn two_breaks_in_mid_body_lead_to_the_signed_url_on_the_third_try() {
    let mut walk = Walk::sending(10);
    walk.break_with(FaultKind::BrokenInBody).begin_again();
    assert_eq!(walk.route(), Route::Direct);
    walk.break_with(FaultKind::BrokenInBody).begin_again();
    assert_eq!(walk.route(), Route::SignedUrl);
}

#[test]
fn a_file_too_large_for_the_direct_route_takes_the_other_at_once() {
    let mut walk = Walk::sending(10);
    walk.break_with(FaultKind::TooLargeForDirect);
    assert_eq!(walk.upload.state, State::Queued);
    walk.step(Event::Begin);
    assert_eq!(walk.route(), Route::SignedUrl);
}

#[test]
fn a_lost_answer_is_sent_once_more_and_remembered() {
    let mut walk = Walk::sending(10);
    walk.break_with(FaultKind::LostAnswer);
    assert!(walk.upload.tally.may_be_twice);
    walk.begin_again();
    walk.break_with(FaultKind::LostAnswer);
    assert!(matches!(walk.upload.state, State::Failed { .. }));
}

#[test]
fn a_lost_answer_of_the_storage_step_is_asked_about_before_sending_again() {
    let mut walk = Walk::sending(600_000_000);
    assert_eq!(walk.route(), Route::SignedUrl);
    let attempt = walk.upload.attempt;
    walk.step(Event::Issued {
        attempt,
        asset: asset(5),
    });
    walk.break_with(FaultKind::LostAnswer);
    assert!(matches!(
        walk.upload.state,
        State::Processing { doubt: Some(_), .. }
    ));
    walk.poll(known(AssetStatus::Waiting, None), 59);
    assert!(matches!(walk.upload.state, State::Processing { .. }));
    walk.poll(known(AssetStatus::Waiting, None), 61);
    assert_eq!(walk.upload.state, State::Queued);
    assert!(!walk.upload.tally.may_be_twice);
    assert_eq!(
        walk.upload.issued,
        Some(asset(5)),
        "its place is still good"
    );
}

#[test]
fn what_was_sent_is_known_although_its_answer_was_lost() {
    for kind in [FaultKind::LostAnswer, FaultKind::NoAnswer] {
        let mut walk = Walk::sending(600_000_000);
        let attempt = walk.upload.attempt;
        walk.step(Event::Issued {
            attempt,
            asset: asset(5),
        });
        walk.step(Event::Broke {
            attempt,
            fault: Fault::new(kind),
            content: Some(hash()),
            jitter: 0.0,
        });
        let recorded = |effect: &Effect| matches!(effect, Effect::Record { content, .. } if *content == Some(hash()));
        assert!(walk.effects.iter().any(recorded), "{:?}", walk.effects);
        walk.poll(known(AssetStatus::Success, Some(600_000_000)), 2);
        assert_eq!(
            walk.upload.state,
            State::Done {
                asset: asset(5),
                content: Some(hash())
            }
        );
    }
}

#[test]
fn bytes_that_never_arrive_are_sent_six_times_and_no_more() {
    for answer in [known(AssetStatus::Waiting, None), AssetAnswer::NotFound] {
        let mut walk = Walk::sending(600_000_000);
        let mut starts = 1;
        loop {
            let attempt = walk.upload.attempt;
            walk.step(Event::Issued {
                attempt,
                asset: asset(starts),
            });
            walk.break_with(FaultKind::LostAnswer);
            walk.poll(answer.clone(), 61);
            if matches!(walk.upload.state, State::Failed { .. }) {
                break;
            }
            walk.step(Event::Begin);
            starts += 1;
        }
        assert_eq!(starts, 6);
        assert_eq!(walk.upload.fault(), Some(FaultKind::LostAnswer));
        assert_eq!(walk.upload.asset(), Some(&asset(6)));
    }
}

#[test]
fn a_redirect_of_the_storage_step_stored_nothing() {
    let mut walk = Walk::sending(600_000_000);
    let attempt = walk.upload.attempt;
    walk.step(Event::Issued {
        attempt,
        asset: asset(5),
    });
    walk.break_with(FaultKind::Redirect);
    assert!(matches!(walk.upload.state, State::Waiting { .. }));
}

#[test]
fn rate_limits_end_even_where_no_wait_is_asked_for() {
    let mut walk = Walk::sending(10);
    for _ in 0..60 {
        let attempt = walk.upload.attempt;
        let retry_after = Some(Duration::ZERO);
        let fault =
            Fault::new(FaultKind::RateLimited).with_recovery(Recovery::Transient { retry_after });
        walk.step(Event::Broke {
            attempt,
            fault,
            content: None,
            jitter: 0.0,
        });
        if matches!(walk.upload.state, State::Failed { .. }) {
            return;
        }
        walk.begin_again();
    }
    panic!("it goes on for hours");
}

#[test]
fn a_sign_of_the_bytes_ends_the_doubt() {
    let mut walk = Walk::sending(600_000_000);
    let attempt = walk.upload.attempt;
    walk.step(Event::Issued {
        attempt,
        asset: asset(5),
    });
    walk.break_with(FaultKind::LostAnswer);
    walk.poll(known(AssetStatus::Waiting, Some(600_000_000)), 30);
    walk.poll(known(AssetStatus::Waiting, None), 90);
    assert!(matches!(
        walk.upload.state,
        State::Processing { doubt: None, .. }
    ));
}

#[test]
fn a_replaced_ticket_leaves_its_id_as_abandoned() {
    let mut walk = Walk::sending(600_000_000);
    let attempt = walk.upload.attempt;
    walk.step(Event::Issued {
        attempt,
        asset: asset(5),
    });
    walk.break_with(FaultKind::ExpiredUrl);
    assert!(walk.effects.contains(&super::next::abandon(&asset(5))));
    walk.begin_again();
    let attempt = walk.upload.attempt;
    walk.step(Event::Issued {
        attempt,
        asset: asset(6),
    });
    walk.break_with(FaultKind::ServerError).begin_again();
    let attempt = walk.upload.attempt;
    walk.step(Event::Issued {
        attempt,
        asset: asset(7),
    });
    assert!(walk.effects.contains(&super::next::abandon(&asset(6))));
}

#[test]
fn failed_at_the_service_is_uploaded_again_once() {
    let mut walk = Walk::sending(10);
    for number in [1, 2] {
        let attempt = walk.upload.attempt;
        walk.step(Event::Sent {
            attempt,
            asset: asset(number),
            content: Some(hash()),
        });
        walk.poll(known(AssetStatus::Failed, None), 2);
        if number == 1 {
            walk.step(Event::Begin);
        }
    }
    assert!(
        matches!(&walk.upload.state, State::Failed { fault, asset: Some(id) }
        if fault.kind == FaultKind::ProcessingFailed && *id == asset(2))
    );
}

#[test]
fn an_asset_may_be_unknown_for_a_minute() {
    let mut walk = Walk::sending(10);
    let attempt = walk.upload.attempt;
    walk.step(Event::Sent {
        attempt,
        asset: asset(1),
        content: Some(hash()),
    });
    walk.poll(AssetAnswer::NotFound, 59);
    assert!(matches!(walk.upload.state, State::Processing { .. }));
    walk.poll(AssetAnswer::NotFound, 60);
    assert!(matches!(
        &walk.upload.state,
        State::Failed { asset: Some(_), .. }
    ));
}

#[test]
fn what_a_person_has_to_mend_fails_no_file() {
    for kind in [
        FaultKind::Unauthorized,
        FaultKind::InsufficientBalance,
        FaultKind::Forbidden,
    ] {
        let mut walk = Walk::sending(10);
        walk.break_with(kind);
        assert_eq!(walk.upload.state, State::Queued, "{kind:?}");
        assert!(matches!(walk.effects[..], [Effect::HoldQueue(..)]));
    }
}

#[test]
fn trouble_with_polling_never_fails_a_file() {
    for &kind in FaultKind::ALL {
        let mut walk = Walk::sending(10);
        let attempt = walk.upload.attempt;
        walk.step(Event::Sent {
            attempt,
            asset: asset(1),
            content: Some(hash()),
        });
        walk.step(Event::PollBroke {
            attempt,
            fault: Fault::new(kind),
        });
        assert!(
            matches!(walk.upload.state, State::Processing { .. }),
            "{kind:?}"
        );
        let last = walk.effects.last().unwrap();
        assert!(matches!(last, Effect::Poll { .. }));
    }
}

#[test]
fn after_an_interruption_only_a_whole_body_is_in_doubt() {
    let recovered = |walk: &Walk| walk.upload.clone().recovered();
    let mut direct = Walk::sending(10);
    assert!(!recovered(&direct).tally.may_be_twice);
    let attempt = direct.upload.attempt;
    direct.step(Event::BodyOut { attempt });
    assert!(recovered(&direct).tally.may_be_twice);
    let mut signed = Walk::sending(600_000_000);
    let attempt = signed.upload.attempt;
    signed.step(Event::Issued {
        attempt,
        asset: asset(1),
    });
    signed.step(Event::BodyOut { attempt });
    let after = recovered(&signed);
    assert!(matches!(
        after.state,
        State::Processing { doubt: Some(_), .. }
    ));
    assert!(!after.tally.may_be_twice);
}

#[test]
fn a_file_that_is_gone_goes_on_when_it_is_back_and_only_then() {
    let mut walk = Walk::sending(10);
    walk.break_with(FaultKind::FileGone);
    assert_eq!(walk.upload.fault(), Some(FaultKind::FileGone));
    // Tried again too early, it is still one that waits for its drive, and still known.
    walk.step(Event::Retry)
        .step(Event::Checked(Err(Rejection::NotFound)));
    assert_eq!(walk.upload.fault(), Some(FaultKind::FileGone));
    assert_eq!(walk.upload.media, Some(media(10)));
    walk.step(Event::FileBack)
        .step(Event::Checked(Ok(media(10))));
    assert_eq!(walk.upload.state, State::Queued);
    // One that was never good or never started is refused.
    let mut new = Walk::sending(10);
    new.upload = Upload::new();
    new.step(Event::Checked(Err(Rejection::NotFound)));
    assert!(matches!(new.upload.state, State::Rejected(_)));
    for &kind in FaultKind::ALL {
        let mut walk = Walk::sending(10);
        walk.break_with(kind);
        let back = next(&walk.upload, Event::FileBack, &walk.policy);
        assert_eq!(back.is_some(), kind == FaultKind::FileGone, "{kind:?}");
    }
}

#[test]
fn what_may_be_stored_already_is_left_for_the_next_run_however_the_run_before_ended() {
    for state in [
        State::Checking,
        State::Settling,
        State::Ready,
        State::Queued,
    ] {
        let mut upload = Upload {
            state,
            ..Upload::new()
        };
        assert!(!upload.is_left_for_the_next_run(), "{upload:?}");
        upload.tally.may_be_twice = true;
        assert!(upload.is_left_for_the_next_run(), "{upload:?}");
    }
    let mut ended = Upload {
        state: State::Cancelled { asset: None },
        ..Upload::new()
    };
    ended.tally.may_be_twice = true;
    assert!(!ended.is_left_for_the_next_run());
}
