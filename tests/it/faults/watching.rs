//! The log, the details and the export: what they tell, and that they hold no secret.

use std::collections::{BTreeSet, HashSet};
use std::fs;
use std::path::Path;

use mavi_uploader::app::rows::details_text;
use mavi_uploader::model::fault::FaultKind;
use mavi_uploader::model::snapshot::{Row, Status};
use mavi_uploader::sandbox::{Call, FaultPlan, OfferedProtocol, PlannedFault, Reply};
use mavi_uploader::text::Backend;

use super::program::{Seen, Trial, content, history};
use crate::cli::{KEY, KEY_BODY, Stage};

/// Everything that was logged, the oldest first.
fn logged(data: &Path) -> String {
    let logs = fs::read_dir(data.join("logs")).unwrap();
    let mut paths: Vec<_> = logs.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let texts = paths.iter().map(|path| fs::read_to_string(path).unwrap());
    texts.collect()
}

/// The lines that belong to this upload.
fn life_of(log: &str, item: u64) -> Vec<&str> {
    let field = format!("item={item}");
    let is_its = |line: &&str| {
        line.match_indices(&field).any(|(at, _)| {
            let rest = &line[at + field.len()..];
            !rest.starts_with(|next: char| next.is_ascii_digit())
        })
    };
    log.lines().filter(is_its).collect()
}

/// The lines, each of which has all of its words, come in this order.
#[track_caller]
fn in_order(lines: &[&str], wanted: &[&[&str]]) {
    let mut lines_left = lines.iter();
    for words in wanted {
        assert!(
            lines_left.any(|line| words.iter().all(|word| line.contains(word))),
            "{words:?} does not come in its place:\n{}",
            lines.join("\n")
        );
    }
}

#[test]
fn the_whole_life_of_one_upload_is_read_out_of_the_log_by_its_id() {
    let failing = Reply::spring(503).header("x-request-id", "request-17");
    let plan = FaultPlan::new()
        .on(Call::Upload)
        .named("clip.mp4")
        .then(PlannedFault::Answer(failing))
        .on(Call::Upload)
        .named("clip.mp4")
        .then(PlannedFault::ResetAfter { bytes: 100_000 })
        .on(Call::Metadata)
        .named("clip.mp4")
        .then(PlannedFault::status(500));
    let trial = Trial::large(plan);
    let (stage, clip) = trial.stage();
    let other = stage.copy("picture.png", "picture.png");
    let outcome = trial.start(&stage, &[&clip, &other]).end();
    let seen = Seen::new(stage, outcome);
    assert_eq!(seen.outcome.code(), Some(0), "{}", seen.outcome.err);

    let data = seen.stage.data();
    let records = history(&data);
    let of = |name: &str| records.iter().find(|record| record.name == name).unwrap();
    let item = of("clip.mp4").item.unwrap().0;
    let log = logged(&data);
    let life = life_of(&log, item);
    let asset = format!("asset=\"{}\"", of("clip.mp4").asset_id);
    in_order(
        &life,
        &[
            &["from=\"checking\"", "to=\"ready\""],
            &["from=\"ready\"", "to=\"queued\""],
            &["to=\"sending\"", "attempt="],
            &[
                "call=\"POST /upload\"",
                "status=503",
                " ms=",
                " sent=",
                " received=",
                "request_id=\"request-17\"",
            ],
            &["to=\"waiting\"", "fault=Some(ServerError)"],
            &[
                "trouble",
                "status=503",
                "request_id=\"request-17\"",
                "tries=1",
            ],
            &["to=\"sending\""],
            &[
                "call=\"POST /upload\"",
                "no answer",
                "fault=BrokenInBody",
                "causes=",
            ],
            &["call=\"GET /re_0/metadata\"", "status=400"],
            &["trouble", "kind=BrokenInBody", "causes=", "tries=2"],
            &["call=\"POST /upload\"", "status=200"],
            &["to=\"processing\"", &asset],
            &["call=\"GET /{asset_id}/metadata\"", "status=500"],
            &["call=\"GET /{asset_id}/metadata\"", "status=200"],
            &["to=\"done\"", &asset],
        ],
    );
    // Nothing of it stands in lines without its id, nor of the other one in its lines.
    let its_own = of("clip.mp4").asset_id.to_string();
    let elsewhere = log.lines().filter(|line| !life.contains(line));
    for line in elsewhere {
        assert!(!line.contains(&its_own), "{line}");
        let about_a_file = line.contains("POST /upload") || line.contains("{asset_id}");
        assert!(!about_a_file || line.contains("item="), "{line}");
    }
    let others = of("picture.png").asset_id.to_string();
    assert!(life.iter().all(|line| !line.contains(&others)));
}

/// One file for each thing that goes wrong, by name.
fn every_fault(routes: [(Call, &'static str); 2]) -> (FaultPlan, Vec<String>) {
    // A service that says everything back that it was told.
    let telling =
        format!("no {KEY} at https://h/o?X-Goog-Signature={KEY_BODY}&upload_id={KEY_BODY}");
    let echo = |status: u16| Reply::error(status, &telling).header("x-request-id", KEY);
    let secret_place = "http://127.0.0.1:1/b/o?X-Goog-Signature=5ecret-0f-the-tests";
    let naming = format!("{telling} and at {{target}}");
    let storage = Reply::storage_error(404, "NoSuchBucket", &naming);
    let faults = [
        PlannedFault::Answer(echo(400)),
        PlannedFault::Answer(echo(409)),
        PlannedFault::Answer(echo(413)),
        PlannedFault::Answer(echo(415)),
        PlannedFault::Answer(echo(429)),
        PlannedFault::Answer(echo(500)),
        PlannedFault::Answer(storage),
        PlannedFault::Answer(Reply::limit_exceeded()),
        PlannedFault::Answer(Reply::spring(503)),
        PlannedFault::Answer(Reply::redirect(307, secret_place)),
        PlannedFault::StoreThenAnswer(Reply::truncated_json()),
        PlannedFault::StoreThenAnswer(Reply::broken_off()),
        PlannedFault::StoreThenAnswer(Reply::without_asset_id()),
        PlannedFault::ResetAfter { bytes: 2_000 },
        PlannedFault::LoseAnswer {
            stored: true,
            reset: true,
        },
        PlannedFault::LoseAnswer {
            stored: false,
            reset: false,
        },
        PlannedFault::LoseSession { status: 410 },
        PlannedFault::Answer(Reply::blocked_page(404)),
        // Of a storage server these leave a doubt whether it has the bytes.
        PlannedFault::Answer(Reply::failing_code(KEY)),
        PlannedFault::Answer(Reply::html(200)),
        PlannedFault::Answer(Reply::blocked_page(200)),
        PlannedFault::Answer(Reply::huge(2 << 30)),
    ];
    let mut plan = FaultPlan::new();
    let mut names = vec![];
    for (call, route) in routes {
        for (number, fault) in faults.iter().enumerate() {
            let name = format!("{route}-{number}.mp4");
            plan = plan.on(call).named(&name).then(fault.clone());
            names.push(name);
        }
    }
    let statuses = [
        PlannedFault::processing_fails(),
        PlannedFault::SizeDiffers { by: 1 },
        PlannedFault::NotFoundAtFirst { polls: 1_000 },
    ];
    for (number, fault) in statuses.into_iter().enumerate() {
        let name = format!("status-{number}.mp4");
        plan = plan
            .on(Call::Upload)
            .named(&name)
            .always()
            .then(fault.clone())
            .on(Call::SignedUrl)
            .named(&name)
            .always()
            .then(fault);
        names.push(name);
    }
    (plan, names)
}

/// Files whose contents differ.
fn write_files(folder: &Path, names: &[String]) {
    for (number, name) in names.iter().enumerate() {
        let path = folder.join(name);
        fs::write(&path, content(20_000 + number)).unwrap();
        crate::cli::age(&path);
    }
}

/// So many characters of a secret in a row open nothing: the beginning of a session's id is
/// in the log, as by it Google finds the request.
const SHOWN: usize = 12;

/// What must not be found, by every part that is longer than [`SHOWN`].
#[derive(Default)]
struct Secrets {
    whole: BTreeSet<String>,
    parts: HashSet<[u8; SHOWN + 1]>,
    /// How a part begins; most of a text is passed over by it.
    begins: HashSet<[u8; 2]>,
}

impl Secrets {
    fn add(&mut self, secret: &str) {
        for part in secret.as_bytes().windows(SHOWN + 1) {
            self.parts.insert(part.try_into().unwrap());
            self.begins.insert([part[0], part[1]]);
        }
        self.whole.insert(secret.to_owned());
    }

    /// Returns where a part of one begins.
    fn found_in(&self, text: &[u8]) -> Option<usize> {
        let is_part = |part: &[u8]| {
            self.begins.contains(&part[..2]) && self.parts.contains(&part[..SHOWN + 1])
        };
        text.windows(SHOWN + 1).position(is_part)
    }
}

/// Returns what gives a signed URL or a session away: the long values of its query.
fn secrets_of(targets: Vec<String>) -> Secrets {
    let mut secrets = Secrets::default();
    for target in targets {
        let (_, query) = target.split_once('?').unwrap_or_default();
        for pair in query.split('&') {
            let (name, value) = pair.split_once('=').unwrap_or_default();
            let name = name.to_ascii_lowercase();
            if ["signature", "upload_id", "token"]
                .iter()
                .any(|it| name.ends_with(it))
            {
                assert!(value.len() > 2 * SHOWN, "{name} is too short to be told");
                secrets.add(value);
            }
        }
    }
    secrets
}

/// No file below this folder holds a part of any secret; gives how many there are.
fn holds_none(folder: &Path, secrets: &Secrets) -> usize {
    let mut seen = 0;
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            seen += holds_none(&path, secrets);
            continue;
        }
        seen += 1;
        tells_none(
            &path.display().to_string(),
            fs::read(&path).unwrap(),
            secrets,
        );
    }
    seen
}

#[track_caller]
fn tells_none(what: &str, text: impl AsRef<[u8]>, secrets: &Secrets) {
    let text = text.as_ref();
    if let Some(at) = secrets.found_in(text) {
        let before = String::from_utf8_lossy(&text[at.saturating_sub(200)..at]);
        panic!("{what} gives a secret away: {before}…");
    }
}

#[test]
fn a_part_of_a_secret_is_found_wherever_it_is_cut() {
    let mut secrets = Secrets::default();
    let id = "AEnB2UqTthWQx8nHrsLZ0VnJcvmXkYo5";
    secrets.add(id);
    for cut in 0..id.len() - SHOWN {
        let text = format!("id={}…", &id[cut..=cut + SHOWN]);
        assert_eq!(secrets.found_in(text.as_bytes()), Some(3), "{text}");
    }
    for shown in [&id[..SHOWN], &id[id.len() - SHOWN..], "", "another"] {
        assert_eq!(secrets.found_in(shown.as_bytes()), None, "{shown}");
    }
}

#[test]
fn after_every_fault_nothing_that_upload_wrote_holds_a_secret() {
    let protocols = [
        OfferedProtocol::PutV4,
        OfferedProtocol::PutV2,
        OfferedProtocol::ResumableStart,
        OfferedProtocol::Session,
    ];
    let routes = |protocol| match protocol {
        OfferedProtocol::PutV4 | OfferedProtocol::PutV2 => {
            [(Call::SignedUrl, "url"), (Call::StoragePut, "put")]
        }
        OfferedProtocol::ResumableStart => {
            [(Call::SessionStart, "start"), (Call::SessionPut, "session")]
        }
        _ => [(Call::SignedUrl, "url"), (Call::SessionPut, "session")],
    };
    let direct = [(Call::Upload, "direct"), (Call::Metadata, "poll")];
    let runs = protocols.map(|protocol| (Some(protocol), routes(protocol)));
    let mut kept = BTreeSet::new();
    for (protocol, routes) in runs.into_iter().chain([(None, direct)]) {
        let (plan, names) = every_fault(routes);
        let mut trial = if protocol.is_some() {
            Trial::signed(plan)
        } else {
            Trial::new(plan)
        };
        trial.unpaced = true;
        trial.options.protocol = protocol.unwrap_or_default();
        let stage = Stage::with(trial.options.clone());
        write_files(&stage.media(""), &names);
        let mut usual = stage.upload_command(&["--jobs", "8"], &[&stage.media("")]);
        usual.env("MAVI_UPLOADER_LOG", "trace");
        let outcome = crate::cli::run(trial.command(&usual));
        let seen = Seen::new(stage, outcome);
        assert_eq!(seen.outcome.code(), Some(1), "{}", seen.outcome.err);
        let failed = seen.outcome.only("failed").len();
        assert!(failed > 2, "{failed}");

        let stage = &seen.stage;
        let mut secrets = secrets_of(stage.sandbox().secret_targets());
        assert!(!secrets.whole.is_empty(), "{protocol:?}");
        secrets.add(KEY_BODY);
        kept.extend(secrets.whole.iter().cloned());
        assert!(holds_none(&stage.data(), &secrets) >= 2, "history and log");
        tells_none("standard output", seen.outcome.text(), &secrets);
        tells_none("standard error", &seen.outcome.err, &secrets);
        for format in ["--json", "--csv"] {
            let export = stage.run(&["history", format]).exits(0);
            tells_none("the export", export.text(), &secrets);
        }
        // The log is there, and says what libraries say of requests.
        let log = logged(&stage.data());
        assert!(
            log.contains("TRACE") && log.contains("call="),
            "{protocol:?}"
        );
    }
    // Each way to store gave secrets of its own.
    assert!(kept.len() > protocols.len(), "{kept:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_details_of_every_fault_say_when_how_often_and_where_and_hold_no_secret() {
    for routes in [
        [(Call::Upload, "direct"), (Call::KeyCheck, "check")],
        [(Call::SignedUrl, "url"), (Call::StoragePut, "put")],
    ] {
        let (plan, names) = every_fault(routes);
        let is_signed = routes[1].0 == Call::StoragePut;
        let mut trial = if is_signed {
            Trial::signed(plan)
        } else {
            Trial::new(plan)
        };
        trial.unpaced = true;
        let mut window = trial.window().await;
        let folder = window.elsewhere();
        fs::create_dir(&folder).unwrap();
        write_files(&folder, &names);
        let paths = names.iter().map(|name| folder.join(name)).collect();
        window
            .handle
            .send(mavi_uploader::engine::Command::Add(paths));
        let count = names.len() + 1;
        let has_ended = |row: &Row| matches!(row.status, Status::Ready | Status::Failed(_));
        let mut kinds = BTreeSet::new();
        let mut texts = vec![];
        // The details of what waits are looked at on the way.
        let end = loop {
            let snapshot = window.handle.snapshot.borrow_and_update().clone();
            for row in snapshot.rows.iter() {
                if let Status::Waiting { cause: fault, .. } | Status::Failed(fault) = &row.status {
                    kinds.insert(format!("{:?}", fault.kind));
                    texts.push((
                        fault.kind,
                        details_text(row, Backend::Service, "0.0.0 (test)"),
                    ));
                }
            }
            if snapshot.rows.len() == count && snapshot.rows.iter().all(|row| has_ended(row)) {
                break snapshot;
            }
            let changed = window.handle.snapshot.changed();
            let changed = tokio::time::timeout(std::time::Duration::from_secs(60), changed).await;
            changed.expect("it goes on").unwrap();
        };
        assert!(kinds.len() >= 8, "{kinds:?}");
        let mut secrets = secrets_of(window.sandbox().secret_targets());
        secrets.add(KEY_BODY);
        secrets.add("try-it-out-without-an-account");
        for (kind, text) in &texts {
            for name in [
                "File: ",
                "Kind: ",
                "Tries: ",
                "Began: 2",
                "Failed: 2",
                "Program: 0.0.0",
            ] {
                assert!(text.contains(name), "{kind:?}: {name}\n{text}");
            }
            let said = ["Causes: ", "HTTP status: ", "Asset ID: "];
            assert!(
                said.iter().any(|name| text.contains(name)),
                "{kind:?}\n{text}"
            );
            if *kind == FaultKind::ServerError {
                assert!(text.contains("Call: "), "{text}");
            }
            tells_none("the details", text, &secrets);
        }
        drop(end);
        assert!(holds_none(window.folder(), &secrets) >= 1, "the history");
        window.close().await;
    }
}
