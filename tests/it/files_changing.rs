//! Files that move under the program: real files, the engine over the real wire, a sandbox
//! that stands still in the middle of each.

mod changes;
mod drives;
mod permissions;

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command as Program;
use std::sync::Arc;
use std::time::Duration;

use mavi_uploader::engine::{Command, FrontEnd};
use mavi_uploader::model::fault::FaultKind;
use mavi_uploader::model::media::Rejection;
use mavi_uploader::model::snapshot::{Row, Snapshot, Status};
use mavi_uploader::sandbox::{
    Call, FaultPlan, PlannedFault, RequestRecord, SandboxOptions, Timing,
};
use mavi_uploader::setup::{AppContext, EngineConfig, Numbers, RunningEngine};

use self::changes::{MOVES, Move, SIZE, before, content, grow, hash_of, mend, other, put};

/// How many times faster than the contract's numbers everything goes.
const FASTER: u32 = 20;
/// More than any of these takes.
const LIMIT: Duration = Duration::from_secs(60);
/// For how long a transfer stands still.
const STALL: Duration = Duration::from_secs(4);
/// Between the two looks at a file that changed lately: more than a busy machine takes for what a
/// test does to the file meanwhile.
const STILL: Duration = Duration::from_secs(3);

/// By which way the bytes go.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Way {
    Direct,
    Signed,
}

/// A window's engine, its sandbox, and a folder of media.
struct Stage {
    world: AppContext,
    running: RunningEngine,
    folder: tempfile::TempDir,
}

impl Stage {
    fn new(way: Way, jobs: usize, stalls: u32) -> Self {
        let call = match way {
            Way::Direct => Call::Upload,
            Way::Signed => Call::StoragePut,
        };
        let stall = PlannedFault::Stall {
            after: 1000,
            lasting: Some(STALL),
        };
        let world = AppContext::with_sandbox(SandboxOptions {
            interval: Duration::ZERO,
            timing: Timing::AT_ONCE,
            receive_buffer: Some(4096),
            plan: FaultPlan::new().on(call).times(stalls).then(stall),
            ..SandboxOptions::default()
        })
        .unwrap();
        let mut numbers = Numbers::of(FrontEnd::Window);
        let stall = numbers.policy.stall;
        numbers.policy = numbers.policy.faster(FASTER);
        numbers.policy.stall = stall;
        numbers.policy.unchanged_for = STILL;
        if way == Way::Signed {
            numbers.policy.direct_limit = 0;
        }
        numbers.limiter = numbers.limiter.faster(FASTER);
        let running = world.start(EngineConfig {
            numbers,
            jobs,
            ..EngineConfig::new(FrontEnd::Window)
        });
        Self {
            world,
            running,
            folder: tempfile::tempdir().unwrap(),
        }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn say(&self, command: Command) {
        self.running.handle.send(command);
    }

    /// Adds files and starts them.
    async fn upload(&self, paths: &[PathBuf]) {
        self.say(Command::Add(paths.to_vec()));
        let count = paths.len();
        self.until(|it| it.totals.startable == count).await;
        self.say(Command::Start);
    }

    async fn until(&self, wanted: impl Fn(&Snapshot) -> bool) -> Arc<Snapshot> {
        let mut snapshots = self.running.handle.snapshot.clone();
        let waited = tokio::time::timeout(LIMIT, snapshots.wait_for(|it| wanted(it))).await;
        let found = waited.map(|snapshot| snapshot.expect("the engine runs").clone());
        found.unwrap_or_else(|_| {
            let snapshot = self.running.handle.snapshot.borrow();
            panic!("it never came: {:#?}", *snapshot)
        })
    }

    async fn until_row(&self, name: &str, wanted: impl Fn(&Row) -> bool) -> Arc<Row> {
        let is = |row: &Arc<Row>| row.name == name && wanted(row);
        let snapshot = self.until(|it| it.rows.iter().any(is)).await;
        Arc::clone(snapshot.rows.iter().find(|row| row.name == name).unwrap())
    }

    /// Waits until the row has failed, or is ready: a kind of fault, or none.
    async fn end_of(&self, name: &str) -> Option<FaultKind> {
        let ended = |row: &Row| matches!(row.status, Status::Failed(_) | Status::Ready);
        match &self.until_row(name, ended).await.status {
            Status::Failed(fault) => Some(fault.kind),
            _ => None,
        }
    }

    /// Waits until the sandbox holds this many transfers that stand still.
    async fn until_stalled(&self, way: Way, count: usize) {
        let call = match way {
            Way::Direct => Call::Upload,
            Way::Signed => Call::StoragePut,
        };
        let sandbox = self.world.sandbox.as_ref().unwrap();
        let come = |it: &mavi_uploader::sandbox::Sandbox| {
            let requests = it.requests();
            let stalled = |it: &&RequestRecord| it.call == Some(call) && it.stalled;
            requests.iter().filter(stalled).count() >= count
        };
        let reached = sandbox.wait_until(come);
        tokio::time::timeout(LIMIT, reached)
            .await
            .expect("they begin");
    }

    /// Hash of what the service stored under this name last.
    fn stored(&self, name: &str) -> Option<String> {
        let stored = self.world.sandbox.as_ref().unwrap().stored();
        let last = stored.into_iter().rfind(|copy| copy.file_name == name);
        last.map(|copy| copy.blake3)
    }

    async fn end(self) {
        self.say(Command::Shutdown);
        tokio::time::timeout(LIMIT, self.running.task)
            .await
            .expect("the engine ends")
            .unwrap();
    }
}

fn seeds() -> impl Iterator<Item = (u8, &'static (&'static str, Move, Option<FaultKind>))> {
    (1..).zip(&MOVES)
}

/// Moves every file while its bytes go out.
async fn move_while_sending(way: Way) {
    // More at a time than the user may choose, so that all stand still together.
    let stage = Stage::new(way, MOVES.len(), u32::try_from(MOVES.len()).unwrap());
    let mut paths = vec![];
    for (seed, (name, ..)) in seeds() {
        let path = stage.path(&format!("{name}.mp4"));
        put(&path, &before(seed));
        paths.push(path);
    }
    stage.upload(&paths).await;
    stage.until_stalled(way, MOVES.len()).await;
    for (seed, (_, change, _)) in seeds() {
        change(&paths[usize::from(seed) - 1], seed);
    }
    for (seed, (name, _, expected)) in seeds() {
        let file = format!("{name}.mp4");
        let end = stage.end_of(&file).await;
        assert_eq!(end, *expected, "{name}, {way:?}");
        let row = stage.until_row(&file, |_| true).await;
        match (expected, way) {
            (None, _) => assert_eq!(stage.stored(&file), Some(hash_of(&before(seed)))),
            (Some(_), Way::Direct) => assert_eq!(row.asset_id, None, "{name}"),
            // The ID that came before the bytes is kept as a reserved one.
            (Some(_), Way::Signed) => {
                assert_eq!(row.asset_id, None, "{name}");
                assert!(row.reserved_id.is_some(), "{name}");
            }
        }
        if expected.is_some() {
            assert_eq!(stage.stored(&file), None, "{name}, {way:?}");
        }
    }
    for (seed, (name, _, expected)) in seeds() {
        if expected.is_none() {
            continue;
        }
        let file = format!("{name}.mp4");
        mend(&paths[usize::from(seed) - 1], seed);
        let row = stage.until_row(&file, |_| true).await.id;
        stage.say(Command::Retry(vec![row]));
        stage
            .until_row(&file, |row| row.status == Status::Ready)
            .await;
        assert_eq!(stage.stored(&file), Some(hash_of(&before(seed))), "{name}");
    }
    assert_eq!(open_files(stage.folder.path()), 0);
    stage.end().await;
}

/// Returns how many files in this folder the program holds open.
fn open_files(folder: &Path) -> usize {
    let Ok(open) = fs::read_dir("/proc/self/fd") else {
        return 0;
    };
    open.filter_map(|entry| fs::read_link(entry.ok()?.path()).ok())
        .filter(|target| target.starts_with(folder))
        .count()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_that_moves_while_it_is_sent_directly_is_never_taken_for_good() {
    move_while_sending(Way::Direct).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_that_moves_while_it_goes_to_storage_keeps_its_id_and_is_never_taken_for_good() {
    move_while_sending(Way::Signed).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_that_moves_while_it_waits_for_its_turn_is_found_out_before_it_is_sent() {
    let stage = Stage::new(Way::Direct, 1, 1);
    let first = stage.path("0 first.mp4");
    put(&first, &content(0));
    let mut paths = vec![first];
    for (seed, (name, ..)) in seeds() {
        let path = stage.path(&format!("{name}.mp4"));
        put(&path, &before(seed));
        paths.push(path);
    }
    stage.upload(&paths).await;
    stage.until_stalled(Way::Direct, 1).await;
    for (seed, (_, change, _)) in seeds() {
        change(&paths[usize::from(seed)], seed);
    }
    for (seed, (name, _, expected)) in seeds() {
        let file = format!("{name}.mp4");
        let end = stage.end_of(&file).await;
        // Nothing of it was read yet: what is there now is what goes, whole.
        let whole = match *name {
            "rewritten" | "exchanged" => Some(other(seed)),
            "copied over itself" => Some(before(seed)),
            _ => None,
        };
        match whole {
            Some(whole) => {
                assert_eq!(end, None, "{name}");
                assert_eq!(stage.stored(&file), Some(hash_of(&whole)), "{name}");
            }
            // What is no file any more was never opened.
            None if *name == "folder" => assert_eq!(end, Some(FaultKind::Unreadable)),
            None => assert_eq!(end, *expected, "{name}"),
        }
    }
    stage.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_that_moves_while_it_is_checked_is_judged_as_what_it_is_then() {
    let stage = Stage::new(Way::Direct, 3, 0);
    let names = ["deleted", "emptied", "pipe", "grown"];
    let paths: Vec<PathBuf> = names
        .iter()
        .map(|name| {
            let path = stage.path(&format!("{name}.mp4"));
            fs::write(&path, content(3)).unwrap();
            path
        })
        .collect();
    stage.say(Command::Add(paths.clone()));
    stage
        .until(|it| {
            let settling = |row: &&Arc<Row>| row.status == Status::Settling;
            it.rows.iter().filter(settling).count() == names.len()
        })
        .await;
    fs::remove_file(&paths[0]).unwrap();
    File::create(&paths[1]).unwrap();
    fs::remove_file(&paths[2]).unwrap();
    let made = Program::new("mkfifo").arg(&paths[2]).status();
    assert!(made.unwrap().success());
    grow(&paths[3], 0);
    for (name, rejection) in [
        ("deleted.mp4", Rejection::NotFound),
        ("emptied.mp4", Rejection::Empty),
        ("pipe.mp4", Rejection::NotAFile),
    ] {
        let refused = |row: &Row| row.status == Status::Rejected(rejection.clone());
        let row = stage.until_row(name, refused).await.id;
        let path = stage.path(name);
        let _ = fs::remove_file(&path);
        put(&path, &content(4));
        stage.say(Command::Retry(vec![row]));
        stage
            .until_row(name, |row| row.status == Status::ReadyToUpload)
            .await;
    }
    let row = stage
        .until_row("grown.mp4", |row| row.status == Status::ReadyToUpload)
        .await;
    assert_eq!(row.size, SIZE as u64 + 3 + 4);
    stage.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_cancelled_paused_or_taken_out_holds_no_file_open() {
    let stage = Stage::new(Way::Direct, 8, 9);
    for round in 0..3 {
        let names: Vec<String> = (0..3).map(|n| format!("{round} {n}.mp4")).collect();
        let paths: Vec<PathBuf> = names.iter().map(|name| stage.path(name)).collect();
        for (seed, path) in (1..).zip(&paths) {
            put(path, &content(10 * round + seed));
        }
        stage.upload(&paths).await;
        stage
            .until_stalled(Way::Direct, 3 * (usize::from(round) + 1))
            .await;
        assert_eq!(open_files(stage.folder.path()), 3);
        let mut rows = vec![];
        for name in &names {
            rows.push(stage.until_row(name, |_| true).await.id);
        }
        stage.say(Command::PauseItems(vec![rows[0]]));
        stage.say(Command::Cancel(vec![rows[1]]));
        stage.say(Command::Remove(vec![rows[2]]));
        let closed = async {
            while open_files(stage.folder.path()) > 0 {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        // Long before the sandbox reads on.
        tokio::time::timeout(STALL / 2, closed)
            .await
            .expect("they are closed");
    }
    stage.end().await;
}
