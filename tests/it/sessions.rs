//! A resumable upload over breaks and a pause, and over a kill of the program, with a real
//! keychain and without one.
//!
//! Over a kill the sandbox and the keychain are of the test's process and outlive the kill. The program
//! is this test binary again: it runs the engine as the window does. How far the storage was
//! is what the sandbox says.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command as Process, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use mavi_uploader::engine::{Command, FrontEnd};
use mavi_uploader::model::snapshot::{ResumeBehaviour, Row, Snapshot, Status};
use mavi_uploader::sandbox::{
    Call, FaultPlan, OfferedProtocol, PlannedFault, Reply, RequestRecord, Sandbox, SandboxOptions,
    Timing,
};
use mavi_uploader::setup::{AppContext, EngineConfig, Numbers, RunningEngine, runtime};
use mavi_uploader::store::{AssetRecord, AssetRemark, History};

use tokio::sync::watch;

use crate::keychain::{Daemon, looked_up, on_a_bus};

/// Set for the program: the file that it uploads.
const PROGRAM: &str = "MAVI_SESSION_TEST_FILE";
/// Bytes a second of the first run, in which the file takes ten seconds.
const BANDWIDTH: &str = "MAVI_SESSION_TEST_BANDWIDTH";
const KEY: &str = "sk-mavi-0123456789abcdef";
const SIZE: usize = 6_000_000;
const SLOW: u64 = 600_000;
/// More than anything here takes.
const LIMIT: Duration = Duration::from_secs(60);

#[test]
fn a_killed_upload_goes_on_from_the_servers_offset_with_a_session_from_the_keychain() {
    let name = "sessions::a_killed_upload_goes_on_from_the_servers_offset_with_a_session_from_the_keychain";
    if std::env::var_os(PROGRAM).is_some() {
        return program();
    }
    on_a_bus(name, || {
        let name = std::thread::current().name().unwrap().to_owned();
        let _daemon = Daemon::unlocked();
        let stage = Stage::new();
        let asset = stage.kill_in_mid_body(&name, |asset| kept(asset).is_some());
        let secret = kept(&asset).unwrap();
        assert!(secret.contains("upload_id="), "{secret}");
        assert!(!stage.wrote("upload_id="), "a secret in a file");
        stage.run_to_its_end(&name);

        let puts = stage.calls(Call::SessionPut);
        assert_eq!(puts.len(), 2);
        let rest = puts[1].body;
        let quantum = 256 * 1024;
        let held = SIZE as u64 - rest;
        assert!(held >= quantum && held.is_multiple_of(quantum), "{held}");
        assert!(held <= puts[0].body, "{held} of {}", puts[0].body);
        assert_eq!(stage.calls(Call::SignedUrl).len(), 1);
        assert_eq!(stage.calls(Call::SessionStart).len(), 1);
        let record = stage.only_asset();
        assert_eq!((record.asset_id.as_str(), record.remark), (&*asset, None));
        stage.assert_stored(&record);
        // The upload has ended: nothing of it is left.
        assert_eq!(kept(&asset), None);
    });
}

#[test]
fn without_a_keychain_a_killed_upload_starts_again() {
    let name = "sessions::without_a_keychain_a_killed_upload_starts_again";
    if std::env::var_os(PROGRAM).is_some() {
        return program();
    }
    on_a_bus(name, || {
        let name = std::thread::current().name().unwrap().to_owned();
        let stage = Stage::new();
        let asset = stage.kill_in_mid_body(&name, |_| true);
        stage.run_to_its_end(&name);
        let puts = stage.calls(Call::SessionPut);
        assert_eq!(puts.len(), 2);
        assert_eq!(puts[1].body, SIZE as u64);
        assert_eq!(stage.calls(Call::SignedUrl).len(), 2);
        let assets = stage.assets();
        let old = assets.iter().find(|it| it.asset_id.as_str() == asset);
        assert_eq!(old.unwrap().remark, Some(AssetRemark::Abandoned));
        let new = assets.iter().find(|it| it.asset_id.as_str() != asset);
        stage.assert_stored(new.unwrap());
    });
}

/// A file that has been still for a minute.
fn write_clip(path: &Path) {
    let mut content = include_bytes!("../fixtures/media/good/clip.mp4").to_vec();
    let noise = (0u32..).map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8);
    content.extend(noise.take(SIZE - content.len()));
    fs::write(path, content).unwrap();
    let file = fs::File::options().write(true).open(path).unwrap();
    file.set_modified(std::time::SystemTime::now() - Duration::from_secs(60))
        .unwrap();
}

/// Returns what an independent reader finds as the session of an upload.
fn kept(asset: &str) -> Option<String> {
    let (found, secret) = looked_up(&format!("upload-{asset}"));
    found.then_some(secret)
}

/// A sandbox, a file and a data directory, over several runs of the program.
struct Stage {
    runtime: tokio::runtime::Runtime,
    sandbox: Sandbox,
    home: tempfile::TempDir,
}

impl Stage {
    fn new() -> Self {
        let runtime = runtime().unwrap();
        let entered = runtime.enter();
        let sandbox = Sandbox::start(SandboxOptions {
            interval: Duration::from_millis(1),
            timing: Timing::AT_ONCE,
            protocol: OfferedProtocol::ResumableStart,
            ..SandboxOptions::default()
        })
        .unwrap();
        drop(entered);
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("clip.mp4");
        write_clip(&path);
        Self {
            runtime,
            sandbox,
            home,
        }
    }

    fn file(&self) -> PathBuf {
        self.home.path().join("clip.mp4")
    }

    fn data(&self) -> PathBuf {
        self.home.path().join("data")
    }

    fn start(&self, name: &str, bandwidth: Option<u64>) -> Child {
        let mut command = Process::new(std::env::current_exe().unwrap());
        command
            .args(["--exact", name, "--nocapture"])
            .env(PROGRAM, self.file())
            .env("MEMORIES_V2_BASE_URL", self.sandbox.base_url())
            .env("MEMORIES_API_KEY", KEY)
            .env("MAVI_UPLOADER_DATA_DIR", self.data())
            .stdout(Stdio::null());
        if let Some(bandwidth) = bandwidth {
            command.env(BANDWIDTH, bandwidth.to_string());
        }
        command.spawn().unwrap()
    }

    /// Kills the program when a part of the file is out and `ready` holds of its asset.
    fn kill_in_mid_body(&self, name: &str, ready: impl Fn(&str) -> bool) -> String {
        let mut program = self.start(name, Some(SLOW));
        let start = Instant::now();
        loop {
            assert!(start.elapsed() < LIMIT, "no session was started");
            assert_eq!(program.try_wait().unwrap(), None, "the program ended");
            let started = self.calls(Call::SessionPut).first().map(|put| put.at);
            // At the bandwidth of this run a second is more than the storage keeps at once.
            let moved = started.is_some_and(|at| at.elapsed() > Duration::from_secs(1));
            let asset = self.assets().first().map(|it| it.asset_id.to_string());
            if let Some(asset) = asset.filter(|asset| moved && ready(asset)) {
                program.kill().unwrap();
                program.wait().unwrap();
                self.runtime.block_on(
                    self.sandbox.wait_until(|sandbox| {
                        sandbox.requests().iter().all(|request| request.over)
                    }),
                );
                return asset;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    fn run_to_its_end(&self, name: &str) {
        let mut program = self.start(name, None);
        let start = Instant::now();
        while program.try_wait().unwrap().is_none() {
            if start.elapsed() > LIMIT {
                program.kill().unwrap();
                panic!("the program does not end");
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        assert!(program.wait().unwrap().success());
    }

    fn calls(&self, call: Call) -> Vec<RequestRecord> {
        let requests = self.sandbox.requests().into_iter();
        requests.filter(|it| it.call == Some(call)).collect()
    }

    fn assets(&self) -> Vec<AssetRecord> {
        match History::open(&self.data()) {
            Ok(opened) => opened.history.assets().unwrap(),
            Err(_) => vec![],
        }
    }

    fn only_asset(&self) -> AssetRecord {
        let mut assets = self.assets();
        assert_eq!(assets.len(), 1, "{assets:#?}");
        assets.remove(0)
    }

    /// The file was stored once, whole, as this asset, and the history has its hash.
    fn assert_stored(&self, record: &AssetRecord) {
        let hash = blake3::hash(&fs::read(self.file()).unwrap()).to_hex();
        let stored = self.sandbox.stored();
        assert_eq!(stored.len(), 1);
        assert_eq!(stored[0].asset_id, record.asset_id.as_str());
        assert_eq!(stored[0].blake3, hash.as_str());
        assert_eq!(record.content.unwrap().to_hex(), hash.as_str());
    }

    /// Returns whether any file that the program wrote holds this.
    fn wrote(&self, what: &str) -> bool {
        fn holds(folder: &Path, what: &[u8]) -> bool {
            fs::read_dir(folder).unwrap().any(|entry| {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    return holds(&path, what);
                }
                let content = fs::read(&path).unwrap();
                content.windows(what.len()).any(|part| part == what)
            })
        }
        holds(&self.data(), what.as_bytes())
    }
}

/// Waits until the only row is as wanted.
async fn until(
    snapshots: &mut watch::Receiver<Arc<Snapshot>>,
    wanted: impl Fn(&Row) -> bool,
) -> Row {
    let waited = snapshots.wait_for(|it| it.rows.first().is_some_and(|row| wanted(row)));
    let snapshot = tokio::time::timeout(LIMIT, waited).await.unwrap().unwrap();
    Row::clone(&snapshot.rows[0])
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_session_lasts_over_a_reset_a_503_and_a_pause() {
    let faster = 20;
    let plan = FaultPlan::new()
        .on(Call::SessionPut)
        .then(PlannedFault::ResetAfter { bytes: 1_500_000 })
        .on(Call::SessionPut)
        .then(PlannedFault::AnswerEarly {
            after: 1_000_000,
            reply: Reply::status(503),
            linger: true,
        });
    let world = AppContext::with_sandbox(SandboxOptions {
        interval: Duration::from_secs(1) / faster,
        timing: Timing::AT_ONCE,
        protocol: OfferedProtocol::ResumableStart,
        plan,
        ..SandboxOptions::default()
    })
    .unwrap();
    // What is tried out leaves nothing in anybody's keychain.
    assert_eq!(format!("{:?}", world.keychain), "Keychain(absent)");
    let mut numbers = Numbers::of(FrontEnd::Window);
    numbers.policy = numbers.policy.faster(faster);
    numbers.policy.direct_limit = 0;
    numbers.limiter = numbers.limiter.faster(faster);
    let RunningEngine { handle, task, .. } = world.start(EngineConfig {
        numbers,
        jobs: 1,
        start_at_once: true,
        bandwidth: Some(1_500_000),
        ..EngineConfig::new(FrontEnd::Window)
    });
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("clip.mp4");
    write_clip(&path);
    let mut snapshots = handle.snapshot.clone();
    handle.send(Command::Add(vec![path.clone()]));
    let far = |row: &Row| row.transfer.is_some_and(|it| it.sent > 4_000_000);
    let row = until(&mut snapshots, far).await;
    assert_eq!(row.later, Some(ResumeBehaviour::Resumes));
    handle.send(Command::PauseItems(vec![row.id]));
    let paused = until(&mut snapshots, |row| row.status == Status::Paused).await;
    assert_eq!(paused.later, Some(ResumeBehaviour::Resumes));
    handle.send(Command::ResumeItems(vec![row.id]));
    let ready = until(&mut snapshots, |row| row.status == Status::Ready).await;
    handle.send(Command::Shutdown);
    tokio::time::timeout(LIMIT, task).await.unwrap().unwrap();

    let sandbox = world.sandbox.as_ref().unwrap();
    let calls = |call| {
        let requests = sandbox.requests().into_iter();
        requests
            .filter(|it| it.call == Some(call))
            .collect::<Vec<_>>()
    };
    assert_eq!(calls(Call::SignedUrl).len(), 1);
    assert_eq!(calls(Call::SessionStart).len(), 1);
    let puts = calls(Call::SessionPut);
    // Cut, busy, paused, and the rest, which is smaller each time.
    assert_eq!(puts.len(), 4, "{puts:#?}");
    assert!(puts[3].body < SIZE as u64 - 3_500_000, "{puts:#?}");
    assert_eq!(calls(Call::SessionStatus).len(), 3);
    let stored = sandbox.stored();
    assert_eq!(stored.len(), 1);
    assert_eq!(stored[0].asset_id, ready.asset_id.unwrap().as_str());
    let hash = blake3::hash(&fs::read(path).unwrap()).to_hex();
    assert_eq!(stored[0].blake3, hash.as_str());
}

/// The program: uploads the file, or goes on with it, and ends when it is ready.
fn program() {
    let file = PathBuf::from(std::env::var_os(PROGRAM).unwrap());
    let bandwidth = std::env::var(BANDWIDTH).ok();
    let runtime = runtime().unwrap();
    let _entered = runtime.enter();
    let world = AppContext::real().unwrap();
    let _logs = mavi_uploader::logging::start(world.folder());
    let mut numbers = Numbers::of(FrontEnd::Window);
    numbers.policy = numbers.policy.faster(20);
    numbers.policy.direct_limit = 0;
    numbers.limiter = numbers.limiter.faster(20);
    let RunningEngine { handle, task, .. } = world.start(EngineConfig {
        numbers,
        jobs: 1,
        bandwidth: bandwidth.map(|text| text.parse().unwrap()),
        ..EngineConfig::new(FrontEnd::Window)
    });
    let mut snapshots = handle.snapshot.clone();
    let ends = async {
        let mut added = false;
        loop {
            let snapshot = snapshots.borrow_and_update().clone();
            if snapshot.revision > 0 && snapshot.rows.is_empty() && !added {
                added = true;
                handle.send(Command::Add(vec![file.clone()]));
            }
            if snapshot.totals.startable > 0 {
                handle.send(Command::Start);
            }
            if snapshot.interrupted > 0 {
                handle.send(Command::ContinueInterrupted);
            }
            match snapshot.rows.first().map(|row| &row.status) {
                Some(Status::Ready) => return,
                Some(bad @ (Status::Failed(_) | Status::Rejected(_))) => panic!("{bad:?}"),
                _ => {}
            }
            snapshots.changed().await.unwrap();
        }
    };
    runtime.block_on(async {
        tokio::time::timeout(LIMIT, ends).await.expect("it ends");
        handle.send(Command::Shutdown);
        tokio::time::timeout(LIMIT, task).await.unwrap().unwrap();
    });
}
