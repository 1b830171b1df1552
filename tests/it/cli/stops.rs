//! What ends an `upload` before its files have ended: keys, accounts, the user.

use std::time::SystemTime;

use mavi_uploader::sandbox::{Call, FaultPlan, PlannedFault, Reply};

use super::{KEY, Live, Outcome, Stage, run, text};

/// Every accepted file failed for this reason, and the summary came last.
#[track_caller]
fn all_failed(outcome: &Outcome, reason: &str, files: usize) {
    let failed = outcome.only("failed");
    assert_eq!(failed.len(), files, "{:#?}", outcome.events());
    for event in &failed {
        assert_eq!(text(event, "reason"), reason);
    }
    assert_eq!(outcome.summary()[3], files as u64);
}

#[test]
fn without_a_key_nothing_is_sent_and_the_words_say_where_to_get_one() {
    let stage = Stage::new();
    let one = stage.copy("clip.mp4", "1.mp4");
    let two = stage.copy("picture.png", "2.png");
    let missing = stage.media("missing.mp4");
    for key in [None, Some(""), Some("  \n"), Some("кл юч")] {
        let mut command = stage.upload_command(&[], &[&one, &two, &missing]);
        match key {
            Some(key) => command.env("MEMORIES_API_KEY", key),
            None => command.env_remove("MEMORIES_API_KEY"),
        };
        // 3 outranks the 1 of the file that is missing.
        let outcome = run(command).exits(3);
        all_failed(&outcome, "unauthorized", 2);
        assert_eq!(outcome.summary(), [3, 0, 0, 2, 1, 0]);
        let message = text(&outcome.only("failed")[0], "message").to_owned();
        assert!(message.contains("there is no API key"), "{message}");
        // Files, a key to get, the sum: nothing that only programmers read.
        assert!(outcome.err.lines().count() <= 6, "{}", outcome.err);
        assert!(!outcome.err.contains("rror"), "{}", outcome.err);
        assert!(
            outcome.err.contains("https://api-platform.memories.ai/"),
            "{}",
            outcome.err
        );
    }
    assert!(stage.sandbox().requests().is_empty());
}

#[test]
fn a_refused_key_costs_two_requests_at_most() {
    let refusals = [
        FaultPlan::new().refuse_key(KEY),
        FaultPlan::new()
            .on(Call::Upload)
            .always()
            .then(PlannedFault::status(401)),
        FaultPlan::new()
            .on(Call::KeyCheck)
            .then(PlannedFault::Answer(Reply::failing_code("9009"))),
    ];
    for plan in refusals {
        let stage = Stage::with_plan(plan);
        let files = [
            stage.copy("clip.mp4", "1.mp4"),
            stage.copy("picture.png", "2.png"),
            stage.copy("sound.wav", "3.wav"),
        ];
        let paths: Vec<_> = files.iter().map(std::path::PathBuf::as_path).collect();
        let outcome = stage.upload(&[], &paths).exits(3);
        all_failed(&outcome, "unauthorized", 3);
        let requests = stage.sandbox().requests();
        assert!(requests.len() <= 2, "{requests:#?}");
        assert!(
            outcome.err.contains("cdef (from MEMORIES_API_KEY)"),
            "{}",
            outcome.err
        );
    }
}

#[test]
fn balance_and_account_end_with_4() {
    let cases = [
        (
            402,
            "insufficient_balance",
            "Top up the balance at https://",
        ),
        (403, "forbidden", "Check the account at https://"),
    ];
    for (status, reason, words) in cases {
        let refused = PlannedFault::status(status);
        let stage = Stage::with_plan(FaultPlan::new().on(Call::Upload).always().then(refused));
        let one = stage.copy("clip.mp4", "1.mp4");
        let two = stage.copy("picture.png", "2.png");
        let missing = stage.media("missing.mp4");
        let outcome = stage.upload(&[], &[&one, &two, &missing]).exits(4);
        all_failed(&outcome, reason, 2);
        assert_eq!(outcome.summary(), [3, 0, 0, 2, 1, 0]);
        assert!(outcome.err.contains(words), "{}", outcome.err);
    }
}

#[test]
fn a_failure_of_one_file_is_1_and_leaves_the_others_alone() {
    let plan = FaultPlan::new()
        .on(Call::Upload)
        .named("bad.mp4")
        .then(PlannedFault::status(415));
    let stage = Stage::with_plan(plan);
    let bad = stage.copy("clip.mp4", "bad.mp4");
    let good = stage.copy("picture.png", "good.png");
    let outcome = stage.upload(&["--no-wait"], &[&bad, &good]).exits(1);
    assert_eq!(text(&outcome.one("failed"), "reason"), "unsupported_media");
    assert!(outcome.one("failed")["asset_id"].is_null());
    assert_eq!(outcome.summary(), [2, 1, 0, 1, 0, 0]);
}

#[test]
fn files_that_were_not_yet_taken_in_are_told_of_too() {
    let stage = Stage::new();
    let fresh = stage.copy("clip.mp4", "fresh.mp4");
    // It seems to be written to all the time, and so is never accepted.
    let file = std::fs::File::options().write(true).open(&fresh).unwrap();
    file.set_modified(SystemTime::now() + std::time::Duration::from_secs(3600))
        .unwrap();
    let good = stage.copy("picture.png", "good.png");
    let mut live = Live::start(stage.upload_command(&[], &[&fresh, &good]));
    live.event("accepted");
    live.signal("INT");
    let outcome = live.end().exits(130);
    let mut paths: Vec<String> = outcome
        .only("failed")
        .iter()
        .map(|event| text(event, "path").to_owned())
        .collect();
    paths.sort_unstable();
    assert!(
        paths.contains(&fresh.to_str().unwrap().to_owned()),
        "{paths:?}"
    );
    all_failed(&outcome, "cancelled", 2);
    assert_eq!(outcome.summary(), [2, 0, 0, 2, 0, 0]);
}
