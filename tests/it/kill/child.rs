//! The program that is killed: the engine as a front end runs it, with smaller numbers.

use std::collections::HashSet;
use std::path::PathBuf;
use std::time::Duration;

use mavi_uploader::engine::{Command, FrontEnd};
use mavi_uploader::model::snapshot::{JournalState, Row, Snapshot, Status};
use mavi_uploader::setup::{AppContext, EngineConfig, Numbers, RunningEngine, runtime};
use mavi_uploader::store::Keychain;

use super::{DIRECT_LIMIT, LIMIT, MEDIA, tell};

/// Bytes a second of all transfers: the files take about a second.
const BANDWIDTH: u64 = 1_500_000;

/// Runs until every file has ended well, saying what a front end would show:
/// `row NAME`, `id NAME ID` for an id that is saved, `twice NAME`; and `ended` before it
/// takes its rows out of the queue, as `upload` does.
pub fn run(front_end: FrontEnd) {
    let runtime = runtime().unwrap();
    let _entered = runtime.enter();
    let mut world = AppContext::real().unwrap();
    // Nobody's own keychain is touched.
    world.keychain = Keychain::in_memory();
    let _logs = mavi_uploader::logging::start(world.folder());
    let mut running = world.start(EngineConfig {
        numbers: numbers(front_end),
        start_at_once: front_end == FrontEnd::CommandLine,
        bandwidth: Some(BANDWIDTH),
        ..EngineConfig::new(front_end)
    });
    let ended = runtime
        .block_on(async { tokio::time::timeout(LIMIT, follow(front_end, &mut running)).await });
    ended.expect("every file ends");
    if front_end == FrontEnd::CommandLine {
        tell("ended");
    }
    running.handle.send(Command::Shutdown);
    let ended = runtime.block_on(tokio::time::timeout(LIMIT, running.task));
    ended.expect("the engine ends").unwrap();
}

fn numbers(front_end: FrontEnd) -> Numbers {
    let ms = Duration::from_millis;
    let mut numbers = Numbers::of(front_end);
    numbers.policy.direct_limit = DIRECT_LIMIT;
    numbers.policy.backoff_first = ms(30);
    numbers.policy.backoff_max = ms(300);
    numbers.policy.not_found_grace = ms(250);
    numbers.policy.polls = vec![ms(40), ms(80), ms(160)];
    numbers.limiter = numbers.limiter.faster(60);
    numbers
}

/// Does what the user would: adds the files that are not there, starts what is ready, and
/// goes on with what was interrupted.
async fn follow(front_end: FrontEnd, running: &mut RunningEngine) {
    let mut files: Vec<PathBuf> = std::fs::read_dir(std::env::var_os(MEDIA).unwrap())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    let mut added = false;
    let mut said = HashSet::new();
    loop {
        let snapshot = running.handle.snapshot.borrow_and_update().clone();
        for row in snapshot.rows.iter() {
            say(row, &mut said);
        }
        // What earlier runs left is there once the history is.
        let is_open = snapshot.revision > 0 && snapshot.journal != JournalState::Opening;
        if is_open && !added {
            added = true;
            let known = |path: &PathBuf| snapshot.rows.iter().any(|row| row.path == *path);
            let missing = files.iter().filter(|path| !known(path)).cloned();
            running.handle.send(Command::Add(missing.collect()));
        }
        if front_end == FrontEnd::Window {
            if snapshot.interrupted > 0 {
                running.handle.send(Command::ContinueInterrupted);
            }
            if snapshot.totals.startable > 0 {
                running.handle.send(Command::Start);
            }
        }
        if all_ended_well(&snapshot, &files) {
            return;
        }
        running.handle.snapshot.changed().await.unwrap();
    }
}

fn all_ended_well(snapshot: &Snapshot, files: &[PathBuf]) -> bool {
    for row in snapshot.rows.iter() {
        let bad = matches!(
            row.status,
            Status::Failed(_) | Status::Rejected(_) | Status::Cancelled
        );
        assert!(!bad, "{row:#?}");
    }
    let ended = |path: &PathBuf| {
        snapshot.rows.iter().any(|row| {
            row.path == *path
                && matches!(
                    row.status,
                    Status::Ready | Status::Duplicate { of: Some(_) }
                )
        })
    };
    files.iter().all(ended)
}

fn say(row: &Row, said: &mut HashSet<String>) {
    let name = &row.name;
    let mut lines = vec![format!("row\t{name}")];
    if let Some(id) = row.asset_id.as_ref().filter(|_| row.saved) {
        lines.push(format!("id\t{name}\t{}", id.as_str()));
    }
    if row.possibly_stored_twice {
        lines.push(format!("twice\t{name}"));
    }
    for line in lines {
        if said.insert(line.clone()) {
            tell(&line);
        }
    }
}
