//! An `upload` that is interrupted says what becomes of what it has sent.

use mavi_uploader::sandbox::{Call, FaultPlan, OfferedProtocol, PlannedFault};

use super::program::{Seen, Trial};

/// Interrupts it in the midst of the body that stands still.
fn interrupted(mut trial: Trial, call: Call) -> Seen {
    trial.options.protocol = OfferedProtocol::ResumableStart;
    let (stage, path) = trial.stage();
    let live = trial.start(&stage, &[&path]);
    stage.until_called(call, 1);
    live.signal("INT");
    let outcome = live.end();
    Seen::new(stage, outcome)
}

fn stalled(call: Call) -> Trial {
    Trial::large(FaultPlan::new().on(call).then(PlannedFault::Stall {
        after: 1_000_000,
        lasting: None,
    }))
}

#[test]
fn without_a_keychain_a_resumable_upload_is_said_to_start_again_and_does() {
    let mut trial = stalled(Call::SessionPut);
    trial.signed = true;
    let options = trial.options.clone();
    let seen = interrupted(trial, Call::SessionPut);
    seen.fails("cancelled", 130);
    let words = "1 file that had been sent in part starts again from the beginning: \
                 no keychain here keeps how far the storage is.";
    assert!(seen.outcome.err.contains(words), "{}", seen.outcome.err);

    let mut again = Trial::signed(FaultPlan::new());
    again.options = options;
    let live = again.start(&seen.stage, &[&seen.stage.media("clip.mp4")]);
    let again = Seen::new(seen.stage, live.end());
    again.finishes();
    assert_eq!(again.calls(Call::SessionStart), 2);
    let sizes: Vec<u64> = again
        .stage
        .sandbox()
        .stored()
        .iter()
        .map(|it| it.size)
        .collect();
    assert_eq!(sizes, [8_000_000]);
}

#[test]
fn what_had_not_begun_is_not_said_to_start_again() {
    let mut trial = Trial::signed(
        FaultPlan::new()
            .on(Call::SignedUrl)
            .then(PlannedFault::Stall {
                after: 0,
                lasting: None,
            }),
    );
    trial.signed = true;
    let seen = interrupted(trial, Call::SignedUrl);
    seen.fails("cancelled", 130);
    assert!(
        !seen.outcome.err.contains("starts again"),
        "{}",
        seen.outcome.err
    );
}
