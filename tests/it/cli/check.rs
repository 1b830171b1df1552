//! `check`: what it prints, how it ends, and what it leaves in the history.

use mavi_uploader::sandbox::{Call, FaultPlan, PlannedFault, Reply};

use super::{KEY, Live, Stage, run, text};

/// Uploads two files; returns their IDs.
pub(super) fn two(stage: &Stage) -> [String; 2] {
    ["clip.mp4", "picture.png"].map(|name| {
        let file = stage.copy(name, name);
        let finished = stage.upload(&[], &[&file]).exits(0).one("finished");
        text(&finished, "asset_id").to_owned()
    })
}

/// Deletes an asset at the service, as another program would.
fn delete(stage: &Stage, asset: &str) {
    let url = format!("{}/{asset}", stage.sandbox().base_url());
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let deleted = client.delete(url).header("Authorization", KEY).send();
    let answer = stage.runtime.block_on(deleted).unwrap();
    assert!(answer.status().is_success(), "{answer:?}");
}

fn lines(text: &str) -> Vec<&str> {
    let mut lines: Vec<&str> = text.lines().collect();
    lines.sort_unstable();
    lines
}

#[test]
fn what_the_service_no_longer_knows_is_unknown_until_it_is_known_again() {
    let stage = Stage::new();
    let [clip, picture] = two(&stage);
    let all = stage.run(&["check", "--all"]).exits(0);
    let expected = [format!("{clip}\tSUCCESS"), format!("{picture}\tSUCCESS")];
    assert_eq!(lines(all.text()), expected);
    assert_eq!(all.err, "Done: 2 known.\n");

    delete(&stage, &clip);
    let all = stage.run(&["check", "--all"]).exits(1);
    let expected = [format!("{clip}\tunknown"), format!("{picture}\tSUCCESS")];
    assert_eq!(lines(all.text()), expected);
    assert_eq!(all.err, "Done: 1 known, 1 unknown to memories.ai.\n");
    let history = stage.run(&["history", &clip]).exits(0);
    assert!(history.text().contains("SUCCESS"), "{}", history.text());
    assert!(history.text().contains("(gone)"), "{}", history.text());
    // It is uploaded as if it had never been.
    let again = stage.upload(&[], &[&stage.media("clip.mp4")]).exits(0);
    assert_eq!(again.names().last().unwrap(), "summary");
    assert_ne!(text(&again.one("finished"), "asset_id"), clip);
}

#[test]
fn an_id_from_elsewhere_is_added_to_the_history() {
    let stage = Stage::new();
    let [clip, picture] = two(&stage);
    // A data directory that never saw them.
    let check = |arguments: &[&str]| {
        let mut command = stage.command(arguments);
        command.env("MAVI_UPLOADER_DATA_DIR", stage.home().join("other"));
        run(command)
    };
    let found = check(&["check", &picture, "re_1", &clip]).exits(1);
    // In the order in which they were named.
    let expected = format!("{picture}\tSUCCESS\nre_1\tunknown\n{clip}\tSUCCESS\n");
    assert_eq!(found.text(), expected);
    let plain = check(&["history", &clip]).exits(0);
    assert!(plain.text().contains("  clip.mp4"), "{}", plain.text());
    let history = check(&["history", "--json"]).exits(0).events();
    let of = |id: &str| history.iter().find(|line| text(line, "asset_id") == id);
    let (clip, unknown) = (of(&clip).unwrap(), of("re_1").unwrap());
    assert_eq!(text(clip, "name"), "clip.mp4");
    assert_eq!(clip["size"], 4124);
    assert!(unknown["upload_status"].is_null());
    assert_eq!(history.len(), 3);
}

#[test]
fn another_accounts_assets_are_named_and_not_asked_about() {
    let stage = Stage::new();
    let [clip, picture] = two(&stage);
    let calls = stage.calls(Call::Metadata);
    let check = |arguments: &[&str]| {
        let mut command = stage.command(arguments);
        command.env("MEMORIES_API_KEY", "sk-mavi-of-another-account-9876");
        run(command)
    };
    let all = check(&["check", "--all"]).exits(0);
    let line = |id: &str| format!("{id}\tother account cdef");
    assert_eq!(lines(all.text()), [line(&clip), line(&picture)]);
    assert!(all.err.contains("2 of another account"), "{}", all.err);
    let named = check(&["check", &clip]).exits(1);
    assert_eq!(lines(named.text()), [line(&clip)]);
    assert_eq!(stage.calls(Call::Metadata), calls);
}

#[test]
fn a_missing_or_refused_key_and_an_empty_balance_end_it() {
    let stage = Stage::new();
    let mut command = stage.command(&["check", "re_1"]);
    command.env_remove("MEMORIES_API_KEY");
    let outcome = run(command).exits(3);
    assert!(outcome.err.contains("no API key"), "{}", outcome.err);
    let mut command = stage.command(&["check", "re_1"]);
    command.env("MEMORIES_API_KEY", "a key with spaces");
    let outcome = run(command).exits(3);
    assert!(outcome.err.contains("MEMORIES_API_KEY"), "{}", outcome.err);
    assert!(stage.sandbox().requests().is_empty());

    for (status, code) in [(401, 3), (402, 4), (403, 4)] {
        let refusal = PlannedFault::Answer(Reply::error(status, "no"));
        let plan = FaultPlan::new().on(Call::Metadata).always().then(refusal);
        let stage = Stage::with_plan(plan);
        let outcome = stage.run(&["check", "re_1", "re_2"]).exits(code);
        assert!(outcome.out.is_empty(), "{}", outcome.text());
        assert_eq!(stage.calls(Call::Metadata), 1);
    }
}

#[cfg(unix)]
#[test]
fn a_signal_ends_it_with_what_was_answered() {
    let reply = Reply::status(429).retry_after_seconds(600);
    let plan = FaultPlan::new()
        .on(Call::Metadata)
        .then(PlannedFault::status(200))
        .on(Call::Metadata)
        .then(PlannedFault::Answer(reply));
    let stage = Stage::with_plan(plan);
    let live = Live::start(stage.command(&["check", "re_1", "re_2"]));
    stage.until_called(Call::Metadata, 2);
    live.signal("INT");
    let outcome = live.end().exits(130);
    assert!(outcome.err.contains("Interrupted"), "{}", outcome.err);
}
