//! `delete`: what it prints, how it ends, and what it leaves behind.

use mavi_uploader::sandbox::{Call, FaultPlan, PlannedFault, Reply};

use super::check::two;
use super::{Stage, run, text};

#[test]
fn nothing_is_deleted_without_yes() {
    let stage = Stage::new();
    let outcome = stage.run(&["delete", "re_1", "re_2"]).exits(2);
    assert!(outcome.out.is_empty());
    let said = "This would delete 2 assets from memories.ai for good: re_1, re_2.";
    assert!(outcome.err.starts_with(said), "{}", outcome.err);
    assert!(outcome.err.contains("--yes"), "{}", outcome.err);
    assert!(stage.sandbox().requests().is_empty());
}

#[test]
fn deleted_assets_stay_in_the_history_and_their_content_is_uploaded_anew() {
    let stage = Stage::new();
    let [clip, picture] = two(&stage);
    let outcome = stage.run(&["delete", "--yes", &clip, "re_1"]).exits(0);
    assert_eq!(
        outcome.text(),
        format!("{clip}\tdeleted\nre_1\tnot found\n")
    );
    assert_eq!(
        outcome.err,
        "Done: 1 deleted, 1 not found at memories.ai.\n"
    );
    let stored = stage.sandbox().stored();
    let stored: Vec<&str> = stored.iter().map(|it| it.asset_id.as_str()).collect();
    assert_eq!(stored, [picture.as_str()]);
    let history = stage.run(&["history", "--json", "--status", "deleted"]);
    let deleted = history.exits(0).events();
    assert_eq!(deleted.len(), 1);
    assert_eq!(text(&deleted[0], "asset_id"), clip);
    assert!(deleted[0]["deleted_at"].is_string(), "{}", deleted[0]);
    let again = stage.upload(&[], &[&stage.media("clip.mp4")]).exits(0);
    assert_ne!(text(&again.one("finished"), "asset_id"), clip);
}

#[test]
fn a_failure_and_another_accounts_asset_hold_up_no_other() {
    let refusal = PlannedFault::Answer(Reply::error(400, "not now"));
    let plan = FaultPlan::new().on(Call::Delete).always().then(refusal);
    let stage = Stage::with_plan(plan);
    let [clip, picture] = two(&stage);
    let refused = stage.run(&["delete", "--yes", &clip, &picture]).exits(1);
    for id in [&clip, &picture] {
        let line = format!("{id}\tfailed: ");
        assert!(refused.text().contains(&line), "{}", refused.text());
    }
    assert_eq!(refused.err, "Done: 0 deleted, 2 not deleted.\n");
    let calls = stage.calls(Call::Delete);
    let mut command = stage.command(&["delete", "--yes", &clip]);
    command.env("MEMORIES_API_KEY", "sk-mavi-of-another-account-9876");
    let outcome = run(command).exits(1);
    let line = format!("{clip}\tfailed: it belongs to the account of another key");
    assert!(outcome.text().starts_with(&line), "{}", outcome.text());
    assert!(outcome.err.contains("1 left alone"), "{}", outcome.err);
    assert_eq!(stage.calls(Call::Delete), calls);
}
