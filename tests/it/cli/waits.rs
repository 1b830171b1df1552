//! What holds up all files is said, and what an earlier run left of it is tested first.

use mavi_uploader::sandbox::{Call, FaultPlan, PlannedFault, Reply};

use super::{Live, Stage, run, text};

fn held(call: Call) -> FaultPlan {
    let reply = Reply::status(429).retry_after_seconds(600);
    FaultPlan::new().on(call).then(PlannedFault::Answer(reply))
}

#[test]
fn a_long_wait_is_said_and_the_next_run_tests_it_with_one_cheap_call() {
    for call in [Call::KeyCheck, Call::Metadata] {
        let stage = Stage::with_plan(held(call));
        let file = stage.copy("clip.mp4", "1.mp4");
        let mut live = Live::start(stage.upload_command(&[], &[&file]));
        let event = live.event("waiting");
        assert_eq!(text(&event, "reason"), "rate_limited");
        let seconds = event["seconds"].as_u64().unwrap();
        assert!((590..=600).contains(&seconds), "{event}");
        live.signal("INT");
        let outcome = live.end().exits(130);
        assert_eq!(outcome.only("waiting").len(), 1, "said once");
        let line = "memories.ai asks us to slow down; next try in 10 min. All files wait.";
        assert!(outcome.err.contains(line), "{}", outcome.err);
        let calls = stage.sandbox().requests().len();
        let again = stage.upload(&[], &[&file]).exits(0);
        assert!(again.only("waiting").is_empty(), "{:#?}", again.events());
        let requests = stage.sandbox().requests();
        assert_eq!(requests[calls].call, Some(Call::KeyCheck), "{requests:#?}");
        let checks = requests[calls..]
            .iter()
            .filter(|r| r.call == Some(Call::KeyCheck));
        assert_eq!(checks.count(), 1);
    }
}

#[cfg(unix)]
#[test]
fn a_wait_of_another_host_or_without_events_is_told_apart() {
    let stage = Stage::with_plan(held(Call::KeyCheck));
    let file = stage.copy("clip.mp4", "1.mp4");
    let mut command = stage.command(&["upload"]);
    command.arg(&file);
    let live = Live::start(command);
    stage.until_called(Call::KeyCheck, 1);
    // The other service is not held, and needs no test.
    let other = Stage::new();
    let mut command = stage.upload_command(&[], &[&file]);
    command.env("MEMORIES_V2_BASE_URL", other.sandbox().base_url());
    run(command).exits(0);
    assert_eq!(other.calls(Call::KeyCheck), 1);
    live.signal("INT");
    let outcome = live.end().exits(130);
    assert!(outcome.err.contains("next try in"), "{}", outcome.err);
}

#[test]
fn an_outage_is_said_with_its_cause() {
    let plan = FaultPlan::new()
        .on(Call::Upload)
        .times(3)
        .then(PlannedFault::status(503));
    let stage = Stage::with_plan(plan);
    let file = stage.copy("clip.mp4", "1.mp4");
    let outcome = stage.upload(&[], &[&file]).exits(0);
    let waiting = outcome.only("waiting");
    let reasons: Vec<&str> = waiting.iter().map(|event| text(event, "reason")).collect();
    // The first two tries come too soon for words.
    assert_eq!(reasons, ["server_error"]);
    let seconds = waiting[0]["seconds"].as_u64().unwrap();
    assert!((4..=5).contains(&seconds), "{seconds}");
    assert!(
        outcome
            .err
            .contains("memories.ai has a problem; next try in")
    );
}
