//! A second run: what is known is not sent again, and what was left is gone on with.

use std::path::Path;

use mavi_uploader::sandbox::{Call, FaultPlan, PlannedFault, Reply, SandboxOptions};

use super::{Live, Stage, run, text};

#[test]
fn what_was_uploaded_is_known_under_any_name_until_again_or_gone() {
    let stage = Stage::new();
    let clip = stage.copy("clip.mp4", "clip.mp4");
    let first = stage.upload(&[], &[&clip]).exits(0);
    let id = text(&first.one("finished"), "asset_id").to_owned();
    assert_eq!(stage.calls(Call::KeyCheck), 1);
    let polls = stage.calls(Call::Metadata);

    // Renamed and copied: one question each, no upload, and the key is not asked about.
    let renamed = stage.media("renamed.mp4");
    std::fs::rename(&clip, &renamed).unwrap();
    let copied = stage.copy("clip.mp4", "elsewhere/copied.mp4");
    let second = stage.upload(&[], &[&renamed]).exits(0);
    assert_eq!(second.names(), ["accepted", "already_uploaded", "summary"]);
    assert_eq!(text(&second.one("already_uploaded"), "asset_id"), id);
    assert_eq!(second.summary(), [1, 0, 1, 0, 0, 0]);
    assert_eq!(stage.calls(Call::Metadata), polls + 1);
    let mut plain = stage.command(&["upload"]);
    plain.arg(&copied);
    let third = run(plain).exits(0);
    assert_eq!(third.text(), format!("{id}\t{}\n", copied.display()));
    assert_eq!(stage.calls(Call::Upload), 1);
    assert_eq!(stage.calls(Call::KeyCheck), 1);

    // Another account knows nothing of it.
    let mut other = stage.upload_command(&["--no-wait"], &[&renamed]);
    other.env("MEMORIES_API_KEY", "sk-mavi-of-another-account");
    let other = run(other).exits(0);
    assert_ne!(text(&other.one("uploaded"), "asset_id"), id);
    assert_eq!(stage.calls(Call::KeyCheck), 2);

    // Asked for again, it goes up again.
    let again = stage.upload(&["--again", "--no-wait"], &[&copied]).exits(0);
    assert_ne!(text(&again.one("uploaded"), "asset_id"), id);
    assert_eq!(stage.calls(Call::Upload), 3);
}

#[test]
fn an_asset_that_the_service_no_longer_has_is_uploaded_anew() {
    let stage = Stage::new();
    let clip = stage.copy("clip.mp4", "clip.mp4");
    let first = stage.upload(&[], &[&clip]).exits(0);
    let gone = PlannedFault::Answer(Reply::error(400, "Asset not found"));
    stage
        .sandbox()
        .set_plan(FaultPlan::new().on(Call::Metadata).then(gone));
    let second = stage.upload(&["--no-wait"], &[&clip]).exits(0);
    assert_eq!(second.names(), ["accepted", "uploaded", "summary"]);
    assert_ne!(
        text(&second.one("uploaded"), "asset_id"),
        text(&first.one("finished"), "asset_id")
    );
}

#[test]
fn after_a_wait_that_timed_out_the_next_run_polls_the_same_asset() {
    let stage = Stage::new();
    let clip = stage.copy("clip.mp4", "clip.mp4");
    // The first poll comes 2 s after the upload: this gives up before it.
    // The next run finds it by another way of naming it.
    let first = stage
        .upload(&["--wait-timeout", "1"], &[Path::new("media/clip.mp4")])
        .exits(1);
    assert_eq!(first.names(), ["accepted", "uploaded", "failed", "summary"]);
    let failed = first.one("failed");
    assert_eq!(
        super::fields(&failed),
        ["asset_id", "event", "message", "path", "reason"]
    );
    assert_eq!(text(&failed, "reason"), "timed_out");
    let id = text(&failed, "asset_id").to_owned();
    assert_eq!(id, text(&first.one("uploaded"), "asset_id"));
    assert_eq!(first.summary(), [1, 0, 0, 1, 0, 0]);

    let huge = u64::MAX.to_string();
    let second = stage.upload(&["--wait-timeout", &huge], &[&clip]).exits(0);
    assert_eq!(second.names(), ["accepted", "finished", "summary"]);
    let finished = second.one("finished");
    assert_eq!(text(&finished, "asset_id"), id);
    assert_eq!(text(&finished, "path"), clip.to_str().unwrap());
    assert_eq!(stage.calls(Call::Upload), 1);
    assert_eq!(stage.calls(Call::KeyCheck), 1);
}

#[test]
fn asked_for_again_a_file_that_is_still_processed_is_sent_anew() {
    let stage = Stage::new();
    let clip = stage.copy("clip.mp4", "clip.mp4");
    let first = stage.upload(&["--wait-timeout", "1"], &[&clip]).exits(1);
    let left = text(&first.one("failed"), "asset_id").to_owned();
    let again = stage.upload(&["--again"], &[&clip]).exits(0);
    assert_eq!(
        again.names(),
        ["accepted", "uploaded", "finished", "summary"]
    );
    assert_ne!(text(&again.one("finished"), "asset_id"), left);
    assert_eq!(stage.calls(Call::Upload), 2);
    // The first one is still followed, by a run that may.
    let third = stage.upload(&[], &[&clip]).exits(0);
    assert_eq!(text(&third.one("finished"), "asset_id"), left);
    assert_eq!(stage.calls(Call::Upload), 2);
}

/// A sandbox whose first upload stands still after some bytes.
fn stalling() -> Stage {
    let stall = PlannedFault::Stall {
        after: 1000,
        lasting: None,
    };
    Stage::with(SandboxOptions {
        receive_buffer: Some(4096),
        plan: FaultPlan::new().on(Call::Upload).then(stall),
        ..Stage::options()
    })
}

#[test]
fn killed_in_mid_upload_the_same_command_finishes_it() {
    let stage = stalling();
    let mut content = std::fs::read(stage.copy("clip.mp4", "x.mp4")).unwrap();
    content.resize(8_000_000, 1);
    let clip = stage.file("clip.mp4", &content);
    let live = Live::start(stage.upload_command(&[], &[&clip]));
    stage.until_called(Call::Upload, 1);
    live.signal("KILL");
    assert_eq!(live.end().code(), None);

    let second = stage.upload(&[], &[&clip]).exits(0);
    assert_eq!(second.summary(), [1, 1, 0, 0, 0, 0]);
    let stored = stage.sandbox().stored();
    assert_eq!(stored.len(), 1);
    assert_eq!(stored[0].size, 8_000_000);
    assert_eq!(text(&second.one("finished"), "blake3"), stored[0].blake3);
}

#[test]
fn killed_after_an_id_was_told_the_id_is_kept_and_followed() {
    let stage = Stage::new();
    let clip = stage.copy("clip.mp4", "clip.mp4");
    let mut live = Live::start(stage.upload_command(&[], &[&clip]));
    let id = text(&live.event("uploaded"), "asset_id").to_owned();
    live.signal("KILL");
    assert_eq!(live.end().code(), None);

    let history = stage.run(&["history", "--json"]).exits(0);
    let kept = &history.events()[0];
    assert_eq!(text(kept, "asset_id"), id);
    assert_eq!(text(kept, "upload_status"), "WAITING");

    let second = stage.upload(&[], &[&clip]).exits(0);
    assert_eq!(text(&second.one("finished"), "asset_id"), id);
    assert_eq!(stage.calls(Call::Upload), 1);
    let history = stage.run(&["history", "--json"]).exits(0);
    assert_eq!(history.events().len(), 1);
    assert_eq!(text(&history.events()[0], "upload_status"), "SUCCESS");
}

#[test]
fn interrupted_in_mid_upload_every_file_is_told_of_and_the_next_run_goes_on() {
    let stage = stalling();
    let mut content = std::fs::read(stage.copy("clip.mp4", "x.mp4")).unwrap();
    content.resize(8_000_000, 1);
    let clip = stage.file("clip.mp4", &content);
    let waiting = stage.copy("picture.png", "waiting.png");
    let live = Live::start(stage.upload_command(&["--jobs", "1"], &[&clip, &waiting]));
    stage.until_called(Call::Upload, 1);
    live.signal("TERM");
    let first = live.end().exits(130);
    let failed = first.only("failed");
    assert_eq!(failed.len(), 2);
    for event in &failed {
        assert_eq!(text(event, "reason"), "cancelled");
        let words = "The run was interrupted before it was done with this file.";
        assert_eq!(text(event, "message"), words);
        assert!(event["asset_id"].is_null());
    }
    assert_eq!(first.summary(), [2, 0, 0, 2, 0, 0]);
    assert!(first.err.contains("goes on"), "{}", first.err);

    let second = stage.upload(&["--no-wait"], &[&clip, &waiting]).exits(0);
    assert_eq!(second.summary(), [2, 2, 0, 0, 0, 0]);
    assert_eq!(stage.sandbox().stored().len(), 2);
}
