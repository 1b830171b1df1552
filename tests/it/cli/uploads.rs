//! `upload` as it goes well: what it prints, in which order, and what reaches the service.

use std::time::{Duration, Instant};

use mavi_uploader::sandbox::{Call, FaultPlan, PlannedFault, SandboxOptions, Via};

use super::{Live, Stage, fields, run, text};

#[test]
fn without_json_standard_output_has_ids_and_paths_alone() {
    let stage = Stage::new();
    let clip = stage.copy("clip.mp4", "海边 日落 \"1\".mp4");
    let picture = stage.copy("picture.png", "a picture.PNG");
    let mut command = stage.command(&["upload"]);
    // Nothing between this computer and itself may see a request.
    for variable in ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "HTTPS_PROXY"] {
        command.env(variable, "http://127.0.0.1:1");
    }
    let outcome = run({
        command.args([&clip, &picture]);
        command
    })
    .exits(0);

    let stored = stage.sandbox().stored();
    let mut expected: Vec<String> = stored
        .iter()
        .map(|copy| {
            let path = if copy.size == 130 { &picture } else { &clip };
            format!("{}\t{}", copy.asset_id, path.display())
        })
        .collect();
    let mut lines: Vec<&str> = outcome.text().lines().collect();
    lines.sort_unstable();
    expected.sort_unstable();
    assert_eq!(lines, expected);
    let mut sent: Vec<_> = stored
        .iter()
        .map(|copy| (copy.file_name.as_str(), copy.content_type.as_deref()))
        .collect();
    sent.sort_unstable();
    assert_eq!(
        sent,
        [
            ("a picture.PNG", Some("image/png")),
            ("海边 日落 \"1\".mp4", Some("video/mp4"))
        ]
    );
    assert!(outcome.err.contains("2 ready"), "{}", outcome.err);
    assert!(
        !outcome.err.contains('\u{1b}'),
        "no terminal, no bar: {:?}",
        outcome.err
    );
}

#[test]
fn events_come_in_order_with_all_their_fields() {
    let plan = FaultPlan::new()
        .on(Call::Upload)
        .then(PlannedFault::status(500));
    let stage = Stage::with_plan(plan);
    let clip = stage.copy("clip.mp4", "clip.mp4");
    let outcome = stage.upload(&[], &[&clip]).exits(0);
    assert_eq!(
        outcome.names(),
        ["accepted", "retrying", "uploaded", "finished", "summary"]
    );
    let path = clip.to_str().unwrap();
    let stored = &stage.sandbox().stored()[0];
    for event in &outcome.events()[..4] {
        assert_eq!(text(event, "path"), path);
    }

    let accepted = outcome.one("accepted");
    assert_eq!(
        fields(&accepted),
        ["event", "kind", "name", "note", "path", "route", "size"]
    );
    assert_eq!(text(&accepted, "name"), "clip.mp4");
    assert_eq!(text(&accepted, "kind"), "video");
    assert_eq!(text(&accepted, "route"), "direct");
    assert_eq!(accepted["size"], 4124);
    assert!(accepted["note"].is_null());

    let retrying = outcome.one("retrying");
    assert_eq!(
        fields(&retrying),
        ["attempt", "delay_ms", "event", "path", "reason"]
    );
    assert_eq!(text(&retrying, "reason"), "server_error");
    assert_eq!(retrying["attempt"], 2);
    let delay = retrying["delay_ms"].as_u64().unwrap();
    assert!((1000..=1250).contains(&delay), "{delay}");

    let uploaded = outcome.one("uploaded");
    assert_eq!(fields(&uploaded), ["asset_id", "event", "path"]);
    assert_eq!(text(&uploaded, "asset_id"), stored.asset_id);

    let finished = outcome.one("finished");
    assert_eq!(
        fields(&finished),
        [
            "asset_id",
            "blake3",
            "event",
            "path",
            "seconds",
            "size",
            "upload_status"
        ]
    );
    assert_eq!(text(&finished, "upload_status"), "SUCCESS");
    assert_eq!(text(&finished, "asset_id"), stored.asset_id);
    assert_eq!(finished["size"], 4124);
    let blake3 = blake3::hash(&std::fs::read(&clip).unwrap()).to_hex();
    assert_eq!(text(&finished, "blake3"), blake3.as_str());
    assert_eq!(stored.blake3, blake3.as_str());
    assert!(finished["seconds"].as_f64().unwrap() > 1.0);

    assert_eq!(outcome.summary(), [1, 1, 0, 0, 0, 0]);
    assert_eq!(
        fields(&outcome.one("summary")),
        [
            "already_uploaded",
            "event",
            "failed",
            "rejected",
            "seconds",
            "skipped",
            "success",
            "total"
        ]
    );
    assert!(outcome.err.contains("Next try in"), "{}", outcome.err);
}

#[test]
fn no_wait_ends_when_the_service_has_the_bytes() {
    let stage = Stage::new();
    let clip = stage.copy("clip.mp4", "clip.mp4");
    let outcome = stage.upload(&["--no-wait"], &[&clip]).exits(0);
    assert_eq!(outcome.names(), ["accepted", "uploaded", "summary"]);
    assert_eq!(outcome.summary(), [1, 1, 0, 0, 0, 0]);
    assert_eq!(stage.calls(Call::Metadata), 0);
    let id = text(&outcome.one("uploaded"), "asset_id").to_owned();

    // What was not waited for is not sent a second time, and is good at once.
    let mut plain = stage.command(&["upload", "--no-wait"]);
    plain.arg(&clip);
    let second = run(plain).exits(0);
    assert_eq!(second.text(), format!("{id}\t{}\n", clip.display()));
    assert_eq!(stage.calls(Call::Upload), 1);
}

#[test]
fn what_is_processed_holds_no_place_for_a_transfer() {
    let still = PlannedFault::Statuses(vec!["UPLOADING".into()]);
    let plan = FaultPlan::new()
        .on(Call::Upload)
        .named("slow.mp4")
        .then(still);
    let stage = Stage::with_plan(plan);
    let slow = stage.copy("clip.mp4", "slow.mp4");
    let quick = stage.copy("picture.png", "quick.png");
    let mut live = Live::start(stage.upload_command(&["--jobs", "1"], &[&slow, &quick]));
    let finished = live.event("finished");
    assert_eq!(text(&finished, "path"), quick.to_str().unwrap());

    // And what is still processed when the user ends it is told of with its id.
    live.signal("INT");
    let outcome = live.end().exits(130);
    let failed = outcome.one("failed");
    assert_eq!(text(&failed, "path"), slow.to_str().unwrap());
    assert_eq!(text(&failed, "reason"), "cancelled");
    let stored = stage.sandbox().stored();
    let id = &stored.iter().find(|c| c.file_name == "slow.mp4").unwrap();
    assert_eq!(text(&failed, "asset_id"), id.asset_id);
    assert_eq!(outcome.summary(), [2, 1, 0, 1, 0, 0]);
}

#[test]
fn one_job_is_one_transfer_at_a_time() {
    let plan = FaultPlan::new()
        .on(Call::Upload)
        .then(PlannedFault::DelayAnswer(Duration::from_millis(2500)));
    let stage = Stage::with_plan(plan);
    let one = stage.copy("clip.mp4", "1.mp4");
    let two = stage.copy("picture.png", "2.png");
    let start = stage.upload(&["--jobs", "1", "--no-wait"], &[&one, &two]);
    start.exits(0);
    let requests = stage.sandbox().requests();
    let at: Vec<Instant> = requests
        .iter()
        .filter(|request| request.call == Some(Call::Upload))
        .map(|request| request.at)
        .collect();
    assert_eq!(at.len(), 2);
    // The second waited for the first one's answer, not for a slot alone.
    assert!(at[1] - at[0] >= Duration::from_millis(2500));
}

#[test]
fn calls_keep_their_distance_and_the_bandwidth_its_limit() {
    let stage = Stage::with(SandboxOptions {
        receive_buffer: Some(8 * 1024),
        ..Stage::options()
    });
    let mut content = std::fs::read(stage.copy("clip.mp4", "x.mp4")).unwrap();
    content.resize(300_000, 7);
    let clip = stage.file("clip.mp4", &content);
    let start = Instant::now();
    let outcome = stage.upload(&["--limit-rate", "150k"], &[&clip]).exits(0);
    // 2 s, but for what may go out at once, and for a machine that is late.
    let least = Duration::from_millis(1200);
    let uploads = stage.sandbox().requests();
    let upload = uploads.iter().find(|r| r.call == Some(Call::Upload));
    let poll = uploads.iter().find(|r| r.call == Some(Call::Metadata));
    // The first poll comes 2 s after the answer to the upload.
    let took = poll.unwrap().at - upload.unwrap().at;
    assert!(took >= least + Duration::from_secs(2), "{took:?}");
    assert!(start.elapsed() >= took);
    assert_eq!(stage.sandbox().stored()[0].size, 300_000);
    assert_eq!(outcome.summary(), [1, 1, 0, 0, 0, 0]);
    keep_their_distance(&stage);
}

/// No two requests came close together. The program spaces them by 1.05 s; what a slow
/// machine takes off that between the two ends of a connection is left out.
#[track_caller]
fn keep_their_distance(stage: &Stage) {
    for pair in stage.sandbox().requests().windows(2) {
        let apart = pair[1].at - pair[0].at;
        assert!(apart >= Duration::from_millis(700), "{apart:?}");
    }
}

#[test]
fn two_programs_at_once_share_the_limit_of_the_account() {
    let stage = Stage::new();
    let one = stage.copy("clip.mp4", "1.mp4");
    let two = stage.copy("picture.png", "2.png");
    let first = Live::start(stage.upload_command(&["--no-wait"], &[&one]));
    let second = Live::start(stage.upload_command(&["--no-wait"], &[&two]));
    assert_eq!(first.end().exits(0).summary(), [1, 1, 0, 0, 0, 0]);
    assert_eq!(second.end().exits(0).summary(), [1, 1, 0, 0, 0, 0]);
    assert!(stage.sandbox().requests().len() >= 3);
    keep_their_distance(&stage);
}

#[test]
fn of_two_programs_each_has_its_share_and_one_that_is_killed_stops_nobody() {
    let stage = Stage::new();
    let files = |name: &str, count: u32| -> Vec<std::path::PathBuf> {
        let file = |n| {
            let mut content = std::fs::read(stage.copy("clip.mp4", "x.mp4")).unwrap();
            content.extend_from_slice(format!("{name} {n}").as_bytes());
            stage.file(&format!("{name} {n}.mp4"), &content)
        };
        (0..count).map(file).collect()
    };
    let start = |name: &str, count: u32| {
        let files = files(name, count);
        let paths: Vec<&std::path::Path> = files.iter().map(std::path::PathBuf::as_path).collect();
        Live::start(stage.upload_command(&["--no-wait"], &paths))
    };
    // More than it is left time for: it is still at it when the second one has its share.
    let first = start("one", 30);
    stage.until_called(Call::Upload, 1);
    let second = start("two", 5);
    let taken = || -> Vec<String> {
        let requests = stage.sandbox().requests().into_iter();
        requests.filter_map(|it| it.file_name).collect()
    };
    // Counted from when both are there, however long the second one takes to start.
    let shared = || {
        let taken = taken();
        let both = taken.iter().position(|name| name.starts_with("two"));
        both.map_or(vec![], |at| taken[at..].to_vec())
    };
    stage.until(|| shared().len() >= 5);
    let of_first = shared()[..5]
        .iter()
        .filter(|name| name.starts_with("one"))
        .count();
    first.signal("KILL");
    assert_eq!(first.end().code(), None);
    assert_eq!(second.end().exits(0).summary(), [5, 5, 0, 0, 0, 0]);
    assert!((1..=3).contains(&of_first), "{of_first} of five");
    let stored = stage.sandbox().stored();
    let of_second = stored.iter().filter(|it| it.file_name.starts_with("two"));
    assert_eq!(of_second.count(), 5);
    keep_their_distance(&stage);
}

#[test]
fn a_file_that_direct_upload_refuses_goes_by_the_signed_url() {
    let plan = FaultPlan::new()
        .on(Call::Upload)
        .then(PlannedFault::status(413));
    let stage = Stage::with_plan(plan);
    let clip = stage.copy("clip.mp4", "clip.mp4");
    let outcome = stage.upload(&[], &[&clip]).exits(0);
    let stored = stage.sandbox().stored();
    assert_eq!(stored.len(), 1);
    assert!(matches!(stored[0].via, Via::SignedUrl(_)));
    assert_eq!(
        text(&outcome.one("finished"), "asset_id"),
        stored[0].asset_id
    );
    assert_eq!(text(&outcome.one("finished"), "blake3"), stored[0].blake3);
}

#[test]
fn a_closed_standard_output_neither_ends_the_uploads_nor_panics() {
    let stage = Stage::new();
    let one = stage.copy("clip.mp4", "1.mp4");
    let two = stage.copy("picture.png", "2.png");
    for json in [true, false] {
        let mut command = stage.command(&["upload", "--again"]);
        command.args(json.then_some("--json")).args([&one, &two]);
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let mut child = command
            .stdout(writer)
            .stderr(std::process::Stdio::piped())
            .spawn()
            .unwrap();
        let mut said = String::new();
        let mut stderr = child.stderr.take().unwrap();
        std::io::Read::read_to_string(&mut stderr, &mut said).unwrap();
        assert_eq!(child.wait().unwrap().code(), Some(0), "{said}");
        assert!(!said.contains("panicked"), "{said}");
    }
    assert_eq!(stage.sandbox().stored().len(), 4);
}

#[test]
fn the_sandbox_option_needs_no_key_and_touches_nothing_of_the_users() {
    let stage = Stage::new();
    let clip = stage.copy("clip.mp4", "clip.mp4");
    let temporary = stage.home().join("tmp");
    std::fs::create_dir(&temporary).unwrap();
    let mut command = stage.upload_command(&["--sandbox"], &[&clip]);
    command
        .env("MEMORIES_API_KEY", "no key at all")
        .env("MEMORIES_V2_BASE_URL", "http://example.com/")
        .env("TMPDIR", &temporary);
    let outcome = run(command).exits(0);
    assert_eq!(outcome.summary(), [1, 1, 0, 0, 0, 0]);
    assert!(!stage.data().exists());
    assert!(stage.sandbox().requests().is_empty());
    let left: Vec<_> = std::fs::read_dir(&temporary).unwrap().collect();
    assert!(left.is_empty(), "{left:?}");
}
