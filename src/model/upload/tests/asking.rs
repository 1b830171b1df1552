//! What is asked about before it is sent again, and what the service says of it.

use super::*;

#[test]
fn a_lost_answer_of_the_storage_step_is_asked_about_before_sending_again() {
    let mut walk = Walk::sending(600_000_000);
    assert_eq!(walk.route(), Route::SignedUrl);
    walk.issue(5);
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
fn bytes_that_never_arrive_are_sent_six_times_and_no_more() {
    for answer in [known(AssetStatus::Waiting, None), AssetAnswer::NotFound] {
        let mut walk = Walk::sending(600_000_000);
        let mut starts = 1;
        loop {
            walk.issue(starts);
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
    walk.issue(5);
    walk.break_with(FaultKind::Redirect);
    assert!(matches!(walk.upload.state, State::Waiting { .. }));
}

#[test]
fn a_sign_of_the_bytes_ends_the_doubt() {
    let mut walk = Walk::sending(600_000_000);
    walk.issue(5);
    walk.break_with(FaultKind::LostAnswer);
    let ids = |walk: &Walk| {
        let upload = &walk.upload;
        let (stored, reserved) = (upload.stored_asset(), upload.reserved_asset());
        (stored.cloned(), reserved.cloned())
    };
    assert_eq!(ids(&walk), (None, Some(asset(5))));
    walk.poll(known(AssetStatus::Waiting, Some(600_000_000)), 30);
    assert_eq!(ids(&walk), (Some(asset(5)), None));
    let is_said = |effect: &Effect| {
        matches!(
            effect,
            Effect::Record {
                status: Some(_),
                ..
            }
        )
    };
    assert!(walk.effects.iter().any(is_said), "{:?}", walk.effects);
    walk.poll(known(AssetStatus::Waiting, None), 90);
    assert!(matches!(
        walk.upload.state,
        State::Processing { doubt: None, .. }
    ));
}

#[test]
fn a_replaced_ticket_leaves_its_id_as_abandoned() {
    let mut walk = Walk::sending(600_000_000);
    walk.issue(5);
    walk.break_with(FaultKind::ExpiredUrl);
    assert!(
        walk.effects
            .contains(&super::super::next::abandon(&asset(5)))
    );
    walk.begin_again();
    walk.issue(6);
    walk.break_with(FaultKind::ServerError).begin_again();
    walk.issue(7);
    assert!(
        walk.effects
            .contains(&super::super::next::abandon(&asset(6)))
    );
}

#[test]
fn failed_at_the_service_is_uploaded_again_once() {
    let mut walk = Walk::sending(10);
    for number in [1, 2] {
        walk.send(number);
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
    walk.send(1);
    walk.poll(AssetAnswer::NotFound, 59);
    assert!(matches!(walk.upload.state, State::Processing { .. }));
    walk.poll(AssetAnswer::NotFound, 60);
    assert!(matches!(
        &walk.upload.state,
        State::Failed { asset: Some(_), .. }
    ));
}

#[test]
fn trouble_with_polling_never_fails_a_file() {
    for &kind in FaultKind::ALL {
        let mut walk = Walk::sending(10);
        let attempt = walk.upload.attempt;
        walk.send(1);
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
