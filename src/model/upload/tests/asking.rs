//! Tests of polling an asset before its file is sent again.

use super::*;

#[test]
fn a_lost_answer_of_the_storage_step_is_asked_about_before_sending_again() {
    let mut walk = Walk::sending(600_000_000);
    assert_eq!(walk.route(), Route::SignedUrl);
    walk.issue(5);
    walk.break_with(FaultKind::LostAnswer);
    assert!(matches!(
        walk.upload.state,
        UploadState::Processing { doubt: Some(_), .. }
    ));
    walk.poll(known(AssetStatus::Waiting, None), 59);
    assert!(matches!(walk.upload.state, UploadState::Processing { .. }));
    walk.poll(known(AssetStatus::Waiting, None), 61);
    assert_eq!(walk.upload.state, UploadState::Queued);
    assert!(!walk.upload.counters.possibly_stored_twice);
    assert_eq!(
        walk.upload.reserved_id,
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
            if matches!(walk.upload.state, UploadState::Failed { .. }) {
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
    assert!(matches!(
        walk.upload.state,
        UploadState::RetryScheduled { .. }
    ));
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
        UploadState::Processing { doubt: None, .. }
    ));
}

#[test]
fn an_answer_before_the_body_is_out_is_believed_when_the_size_is_the_files() {
    let in_doubt = |walk: &Walk| matches!(&walk.upload.state, UploadState::Processing { doubt, .. } if doubt.is_some());
    let mut walk = Walk::sending(10);
    walk.issue(1).answer(1);
    assert!(in_doubt(&walk), "{:?}", walk.upload);
    walk.poll(known(AssetStatus::Uploading, None), 2);
    assert!(in_doubt(&walk), "a part is processed, too");
    walk.poll(known(AssetStatus::Uploading, Some(10)), 6);
    assert!(!in_doubt(&walk));
    walk.poll(known(AssetStatus::Success, None), 14);
    assert!(matches!(walk.upload.state, UploadState::Done { .. }));

    let mut other = Walk::sending(10);
    other
        .answer(1)
        .poll(known(AssetStatus::Success, Some(4)), 2);
    assert_eq!(other.upload.fault(), Some(FaultKind::SizeMismatch));
}

#[test]
fn a_part_whose_size_is_not_reported_is_sent_again_and_then_to_a_signed_url() {
    let mut walk = Walk::sending(10);
    for number in [1, 2] {
        assert_eq!(walk.route(), Route::Direct);
        walk.issue(number).answer(number);
        walk.poll(known(AssetStatus::Success, None), 2);
        assert_eq!(walk.upload.state, UploadState::Queued);
        let abandoned = super::super::attempt::record_abandoned(&asset(number));
        assert!(walk.effects.contains(&abandoned), "{:?}", walk.effects);
        walk.step(Event::Begin);
    }
    assert_eq!(walk.route(), Route::SignedUrl);
}

#[test]
fn the_id_of_a_part_that_was_never_made_whole_is_kept_and_is_none_to_use() {
    let mut walk = Walk::sending(10);
    walk.policy.tries = 1;
    walk.issue(1).answer(1);
    walk.poll(known(AssetStatus::Success, None), 2);
    assert_eq!(walk.upload.fault(), Some(FaultKind::BrokenInBody));
    assert_eq!(walk.upload.stored_asset(), None);
    assert_eq!(walk.upload.reserved_asset(), Some(&asset(1)));
}

#[test]
fn an_id_that_came_early_is_kept_and_left_behind_by_the_next_direct_upload() {
    let mut walk = Walk::sending(10);
    walk.issue(1);
    assert!(matches!(&walk.effects[..], [Effect::Record { asset: id, .. }] if *id == asset(1)));
    walk.step(Event::Pause).step(Event::Resume);
    assert_eq!(walk.upload.reserved_id, Some(asset(1)));
    walk.step(Event::Begin);
    let abandoned = super::super::attempt::record_abandoned(&asset(1));
    assert!(walk.effects.contains(&abandoned), "{:?}", walk.effects);
    assert_eq!(walk.upload.reserved_id, None);
}

#[test]
fn a_failure_that_came_with_an_id_ends_with_it() {
    let mut walk = Walk::sending(10);
    let mut fault = Fault::new(FaultKind::BadRequest);
    fault.diagnostics.asset_id = Some(asset(4));
    let attempt = walk.upload.attempt;
    walk.step(Event::AttemptFailed {
        attempt,
        fault,
        content: None,
        jitter: 0.0,
    });
    assert_eq!(walk.upload.asset(), Some(&asset(4)));
}

#[test]
fn a_replaced_ticket_leaves_its_id_as_abandoned() {
    let mut walk = Walk::sending(600_000_000);
    walk.issue(5);
    walk.break_with(FaultKind::ExpiredUrl);
    assert!(
        walk.effects
            .contains(&super::super::attempt::record_abandoned(&asset(5)))
    );
    walk.begin_again();
    walk.issue(6);
    walk.break_with(FaultKind::ServerError).begin_again();
    walk.issue(7);
    assert!(
        walk.effects
            .contains(&super::super::attempt::record_abandoned(&asset(6)))
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
        matches!(&walk.upload.state, UploadState::Failed { fault, asset: Some(id) }
        if fault.kind == FaultKind::ProcessingFailed && *id == asset(2))
    );
}

#[test]
fn an_asset_may_be_unknown_for_a_minute() {
    let mut walk = Walk::sending(10);
    walk.send(1);
    walk.poll(AssetAnswer::NotFound, 59);
    assert!(matches!(walk.upload.state, UploadState::Processing { .. }));
    walk.poll(AssetAnswer::NotFound, 60);
    assert!(matches!(
        &walk.upload.state,
        UploadState::Failed { asset: Some(_), .. }
    ));
}

#[test]
fn trouble_with_polling_never_fails_a_file() {
    for &kind in FaultKind::ALL {
        let mut walk = Walk::sending(10);
        let attempt = walk.upload.attempt;
        walk.send(1);
        walk.step(Event::PollFailed {
            attempt,
            fault: Fault::new(kind),
        });
        assert!(
            matches!(walk.upload.state, UploadState::Processing { .. }),
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
        walk.step(Event::AttemptFailed {
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
            UploadState::Done {
                asset: asset(5),
                content: Some(hash())
            }
        );
    }
}

#[test]
fn polls_back_off_after_errors_as_they_do_after_answers() {
    let mut walk = Walk::sending(10);
    walk.send(1);
    let attempt = walk.upload.attempt;
    let mut waits = vec![];
    for n in 0..6 {
        if n == 2 {
            walk.poll(known(AssetStatus::Uploading, None), 6);
        } else {
            let fault = Fault::new(FaultKind::ServerError);
            walk.step(Event::PollFailed { attempt, fault });
        }
        let Some(Effect::Poll { after, .. }) = walk.effects.last() else {
            panic!("{:?}", walk.effects);
        };
        waits.push(after.as_secs());
    }
    assert_eq!(waits, [4, 8, 16, 32, 32, 32]);
}

/// Retries an upload whose id, 1, was not found for a minute.
fn tried_again() -> Walk {
    let mut walk = Walk::sending(10);
    walk.send(1);
    walk.poll(AssetAnswer::NotFound, 60);
    assert_eq!(walk.upload.fault(), Some(FaultKind::AssetMissing));
    assert!(walk.upload.must_survive_cli_run());
    walk.step(Event::Retry);
    assert_eq!(walk.upload.asset(), Some(&asset(1)));
    let attempt = walk.upload.attempt;
    let now = Effect::Poll {
        attempt,
        after: Duration::ZERO,
    };
    assert_eq!(
        walk.effects,
        [now],
        "it is asked about, and nothing is sent"
    );
    walk
}

#[test]
fn an_asset_that_was_not_found_is_sent_again_only_when_it_still_is_not() {
    let mut walk = tried_again();
    walk.poll(AssetAnswer::NotFound, 0);
    assert_eq!(walk.upload.state, UploadState::Queued);
    assert!(walk.upload.counters.possibly_stored_twice);
    let keeps = |effect: &Effect| matches!(effect, Effect::Record { asset: id, abandoned: false, .. } if *id == asset(1));
    assert!(walk.effects.iter().any(keeps), "{:?}", walk.effects);
}

#[test]
fn the_id_of_a_missing_asset_stays_while_it_is_asked_about_and_when_that_is_cancelled() {
    let mut walk = tried_again();
    assert_eq!(walk.upload.stored_asset(), Some(&asset(1)));
    walk.step(Event::Cancel);
    let given = Some(asset(1));
    assert_eq!(walk.upload.state, UploadState::Cancelled { asset: given });
}

#[test]
fn an_asset_that_turns_up_is_followed_and_not_sent_again() {
    let mut walk = tried_again();
    // A long time without polls proves nothing.
    walk.poll(known(AssetStatus::Waiting, None), 90);
    assert!(matches!(
        walk.upload.state,
        UploadState::Processing { doubt: None, .. }
    ));
    walk.poll(known(AssetStatus::Success, Some(10)), 92);
    assert!(matches!(walk.upload.state, UploadState::Done { .. }));
    assert!(!walk.upload.counters.possibly_stored_twice);
}

#[test]
fn what_another_key_sent_is_sent_as_new_when_the_command_line_finds_its_file_again() {
    let mut walk = Walk::sending(10);
    walk.send(1);
    walk.upload.reserved_id = Some(asset(1));
    walk.upload.counters.possibly_stored_twice = true;
    walk.upload.counters.tries = 2;
    let attempt = walk.upload.attempt;
    let last4 = "1234".to_owned();
    walk.step(Event::OtherKey { attempt, last4 });
    walk.step(Event::Rediscovered);
    assert_eq!(walk.upload.state, UploadState::Queued);
    assert_eq!(walk.upload.asset(), None);
    assert_eq!(walk.upload.counters, RetryCounters::default());
    assert_eq!(
        walk.effects,
        [Effect::DiscardUploadUrl],
        "no ID is abandoned"
    );
}

#[test]
fn what_another_key_sent_is_no_longer_polled_and_asked_about_again_on_demand() {
    let mut walk = Walk::sending(10);
    walk.send(1);
    let attempt = walk.upload.attempt;
    let last4 = "1234".to_owned();
    walk.step(Event::OtherKey { attempt, last4 });
    assert_eq!(walk.effects, []);
    assert!(!walk.upload.is_active() && !walk.upload.has_ended());
    assert!(walk.upload.must_survive_cli_run());
    assert_eq!(walk.upload.asset(), Some(&asset(1)));
    let after_restart = walk.upload.clone().after_restart();
    assert!(matches!(
        after_restart.state,
        UploadState::Processing { .. }
    ));
    walk.step(Event::CheckAgain);
    walk.poll(known(AssetStatus::Success, Some(10)), 2);
    let content = Some(hash());
    let done = UploadState::Done {
        asset: asset(1),
        content,
    };
    assert_eq!(walk.upload.state, done);
}
