//! A data directory on a disk that is full, or may only be read: a small tmpfs, mounted in a
//! namespace of the test's own.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

use mavi_uploader::engine::{self, FrontEnd};
use mavi_uploader::model::asset::{Account, AssetId, AssetStatus};
use mavi_uploader::model::cell_escaping::split_record;
use mavi_uploader::model::snapshot::{JournalState, Row, Snapshot, Status};
use mavi_uploader::model::upload_facts::UploadFacts;
use mavi_uploader::sandbox::{Call, FaultPlan, PlannedFault, SandboxOptions, Timing};
use mavi_uploader::setup::{AppContext, EngineConfig, Numbers, RunningEngine};
use mavi_uploader::store::{AssetRecord, History, HistoryChange, StoreError};

use crate::cli::{Live, Outcome, Stage, text};

/// Set in the process that may mount.
const INSIDE: &str = "MAVI_DISK_TEST_INSIDE";
/// Longest that the window's engine may take for one step.
const LIMIT: Duration = Duration::from_secs(60);

/// Runs a test in a process of its own that may mount: as root in a mount namespace, as
/// anyone else in a user namespace where that is allowed.
fn with_mounts(name: &str, test: impl FnOnce()) {
    if std::env::var_os(INSIDE).is_some() {
        return test();
    }
    let root: &[&str] = &["--mount"];
    let anyone: &[&str] = &["--user", "--map-root-user", "--mount"];
    for how in [root, anyone] {
        let probe = Command::new("unshare").args(how).arg("true").output();
        if !probe.is_ok_and(|probe| probe.status.success()) {
            continue;
        }
        let inside = Command::new("unshare")
            .args(how)
            .arg("--")
            .arg(std::env::current_exe().unwrap())
            .args(["--exact", name, "--nocapture"])
            .env(INSIDE, "1")
            .output()
            .unwrap();
        let (out, err) = (
            String::from_utf8_lossy(&inside.stdout),
            String::from_utf8_lossy(&inside.stderr),
        );
        assert!(inside.status.success(), "{out}\n{err}");
        assert!(out.contains("1 passed"), "{name} is not this test: {out}");
        return;
    }
    let _ = writeln!(
        std::io::stderr(),
        "{name}: NOT RUN, for nothing can be mounted here"
    );
}

/// A small disk.
struct Disk {
    at: PathBuf,
    filling: Mutex<Option<(Arc<AtomicBool>, JoinHandle<()>)>>,
}

impl Disk {
    fn mount(at: &Path, kilobytes: u32) -> Self {
        fs::create_dir_all(at).unwrap();
        let size = format!("size={kilobytes}k,mode=700");
        run(Command::new("mount")
            .args(["-t", "tmpfs", "-o", &size, "tmpfs"])
            .arg(at));
        Self {
            at: at.to_owned(),
            filling: Mutex::default(),
        }
    }

    fn remount(&self, how: &str) {
        let options = format!("remount,{how}");
        run(Command::new("mount").args(["-o", &options]).arg(&self.at));
    }

    fn filler(&self) -> PathBuf {
        self.at.join("filler")
    }

    /// Not a byte is left from now on, also where the program gives some back.
    fn fill(&self) {
        fill_up(&self.filler());
        let ended = Arc::new(AtomicBool::new(false));
        let (filler, until) = (self.filler(), Arc::clone(&ended));
        let thread = std::thread::spawn(move || {
            while !until.load(Ordering::Relaxed) {
                fill_up(&filler);
                std::thread::sleep(Duration::from_millis(1));
            }
        });
        *self.filling.lock().unwrap() = Some((ended, thread));
    }

    fn free(&self) {
        self.fill_no_more();
        fs::remove_file(self.filler()).unwrap();
    }

    fn fill_no_more(&self) {
        if let Some((ended, thread)) = self.filling.lock().unwrap().take() {
            ended.store(true, Ordering::Relaxed);
            thread.join().unwrap();
        }
    }
}

fn fill_up(filler: &Path) {
    let mut filler = OpenOptions::new()
        .create(true)
        .append(true)
        .open(filler)
        .unwrap();
    for block in [4096, 1] {
        while filler.write_all(&vec![b'x'; block]).is_ok() {}
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        self.fill_no_more();
        let _ = Command::new("umount").arg("--lazy").arg(&self.at).status();
    }
}

fn run(command: &mut Command) {
    let done = command.output().unwrap();
    let err = String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success(), "{command:?}: {err}");
}

/// The history as it is on the disk, sound.
fn assets(data: &Path) -> Vec<AssetRecord> {
    let opened = History::open(data).unwrap();
    assert_eq!(opened.set_aside, None, "it is damaged");
    opened.history.assets().unwrap()
}

/// The events that the ledger tells of an asset.
fn told(data: &Path, id: &str) -> Vec<String> {
    let text = fs::read_to_string(data.join("asset-ids.csv")).unwrap();
    let lines = text.lines().skip(1).map(|line| split_record(line).unwrap());
    let of_it = lines.filter(|fields| fields[2] == id);
    of_it.map(|fields| fields[1].clone()).collect()
}

fn not_saved(outcome: &Outcome) -> Vec<String> {
    let failed = outcome.only("failed");
    let path = |event: &serde_json::Value| {
        assert_eq!(text(event, "reason"), "not_saved", "{event}");
        text(event, "path").to_owned()
    };
    failed.iter().map(path).collect()
}

/// A stage where the first file's answer is late enough for the disk to fill up.
fn stage(success: Duration) -> Stage {
    let late = PlannedFault::DelayAnswer(Duration::from_secs(3));
    Stage::with(SandboxOptions {
        plan: FaultPlan::new()
            .on(Call::Upload)
            .named("one.png")
            .then(late),
        timing: Timing {
            uploading: Duration::ZERO,
            success,
        },
        ..Stage::options()
    })
}

#[test]
fn a_disk_that_fills_up_costs_upload_no_id_and_they_are_written_when_there_is_room() {
    with_mounts(
        "disk::a_disk_that_fills_up_costs_upload_no_id_and_they_are_written_when_there_is_room",
        || {
            let stage = stage(Duration::from_secs(8));
            let disk = Disk::mount(&stage.data(), 2000);
            let one = stage.copy("picture.png", "one.png");
            let two = stage.copy("clip.mp4", "two.mp4");
            let command = stage.upload_command(&["--jobs", "1"], &[&one, &two]);
            let mut live = Live::start(command);
            stage.until_called(Call::Upload, 1);
            disk.fill();
            // The other one fails when the record of the first cannot be written: before its
            // answer, or with it. Until then it was about to begin, and would with room.
            let [uploaded, _] = live.each_of(["uploaded", "failed"]);
            let id = text(&uploaded, "asset_id").to_owned();
            disk.free();
            let outcome = live.end().exits(1);
            assert_eq!(not_saved(&outcome), [two.to_str().unwrap()]);
            assert_eq!(text(&outcome.one("finished"), "asset_id"), id);
            // It was said when it was not saved, and not at the end, when it was.
            let said = outcome.err.lines().filter(|line| line.contains(&id));
            assert_eq!(said.count(), 1, "{}", outcome.err);
            let kept = assets(&stage.data());
            assert_eq!(kept.len(), 1);
            assert_eq!(kept[0].asset_id.as_str(), id);
            assert_eq!(kept[0].status, Some(AssetStatus::Success));
            assert_eq!(stage.calls(Call::Upload), 1);
            assert_eq!(told(&stage.data(), &id), ["stored", "ready"]);
        },
    );
}

#[test]
fn on_a_disk_that_stays_full_upload_prints_what_it_cannot_save() {
    with_mounts(
        "disk::on_a_disk_that_stays_full_upload_prints_what_it_cannot_save",
        || {
            let stage = stage(Duration::ZERO);
            let disk = Disk::mount(&stage.data(), 2000);
            let one = stage.copy("picture.png", "one.png");
            let two = stage.copy("clip.mp4", "two.mp4");
            let command = stage.upload_command(&["--jobs", "1"], &[&one, &two]);
            let live = Live::start(command);
            stage.until_called(Call::Upload, 1);
            disk.fill();
            let outcome = live.end().exits(1);
            assert_eq!(not_saved(&outcome), [two.to_str().unwrap()]);
            let finished = outcome.one("finished");
            let id = text(&finished, "asset_id");
            let words = format!("its ID {id} is not saved yet: copy it");
            assert_eq!(outcome.err.matches(&words).count(), 1, "{}", outcome.err);
            // Another start on the full disk takes nothing, and damages nothing.
            let outcome = stage.upload(&[], &[&two]).exits(1);
            assert_eq!(not_saved(&outcome), [two.to_str().unwrap()]);
            assert_eq!(stage.calls(Call::Upload), 1);
            disk.free();
            stage.upload(&[], &[&two]).exits(0);
            assert_eq!(assets(&stage.data()).len(), 1);
        },
    );
}

#[test]
fn where_nothing_can_be_written_from_the_start_upload_sends_nothing_and_says_so() {
    with_mounts(
        "disk::where_nothing_can_be_written_from_the_start_upload_sends_nothing_and_says_so",
        || {
            let stage = Stage::new();
            let disk = Disk::mount(&stage.data(), 2000);
            let one = stage.copy("picture.png", "one.png");
            let refuses = |why: &str| {
                let outcome = stage.upload(&[], &[&one]).exits(1);
                assert_eq!(not_saved(&outcome), [one.to_str().unwrap()], "{why}");
                let data = stage.data();
                assert!(
                    outcome.err.contains(data.to_str().unwrap()),
                    "{}",
                    outcome.err
                );
                assert!(
                    outcome.err.contains("Nothing new is uploaded"),
                    "{}",
                    outcome.err
                );
                assert_eq!(stage.calls(Call::Upload), 0, "{why}");
            };
            disk.fill();
            refuses("full and empty");
            disk.free();
            disk.remount("ro");
            refuses("read-only");
            disk.remount("rw");
            stage.upload(&["--no-wait"], &[&one]).exits(0);
            assert_eq!(assets(&stage.data()).len(), 1);
        },
    );
}

/// The window's engine, its data on this disk.
struct Window {
    world: AppContext,
    running: RunningEngine,
}

impl Window {
    fn start(data: &Path, plan: FaultPlan) -> Self {
        let mut world = AppContext::with_sandbox(SandboxOptions {
            interval: Duration::ZERO,
            timing: Timing::AT_ONCE,
            plan,
            ..SandboxOptions::default()
        })
        .unwrap();
        world.folder = Ok(data.to_owned());
        let mut numbers = Numbers::of(FrontEnd::Window);
        numbers.policy = numbers.policy.faster(20);
        numbers.limiter = numbers.limiter.faster(20);
        let running = world.start(EngineConfig {
            numbers,
            jobs: 1,
            ..EngineConfig::new(FrontEnd::Window)
        });
        Self { world, running }
    }

    async fn until(&mut self, wanted: impl Fn(&Snapshot) -> bool) {
        let snapshot = &mut self.running.handle.snapshot;
        let found = tokio::time::timeout(LIMIT, snapshot.wait_for(|it| wanted(it)))
            .await
            .is_ok();
        assert!(found, "{:#?}", self.running.handle.snapshot.borrow());
    }

    async fn until_row(&mut self, name: &str, wanted: impl Fn(&Row) -> bool) {
        self.until(|it| it.rows.iter().any(|row| row.name == name && wanted(row)))
            .await;
    }

    async fn add_and_start(&mut self, path: &Path) {
        let name = path.file_name().unwrap().to_str().unwrap();
        let handle = &self.running.handle;
        handle.send(engine::Command::Add(vec![path.to_owned()]));
        self.until_row(name, |row| row.status == Status::ReadyToUpload)
            .await;
        self.running.handle.send(engine::Command::Start);
    }

    async fn until_ready(&mut self, name: &str) {
        self.until_row(name, |row| row.status == Status::Ready && row.saved)
            .await;
    }

    async fn close(self) {
        self.running.handle.send(engine::Command::Shutdown);
        let ended = tokio::time::timeout(Duration::from_secs(2), self.running.task).await;
        ended.expect("it ends within 2 s").unwrap();
    }
}

fn cannot_write(snapshot: &Snapshot) -> bool {
    matches!(snapshot.journal, JournalState::Unwritable(_))
}

#[test]
fn the_window_opens_on_a_full_and_on_a_read_only_disk_and_goes_on_when_it_can_write() {
    with_mounts(
        "disk::the_window_opens_on_a_full_and_on_a_read_only_disk_and_goes_on_when_it_can_write",
        || {
            let runtime = mavi_uploader::setup::runtime().unwrap();
            runtime.block_on(async {
                let home = tempfile::tempdir().unwrap();
                let data = home.path().join("data");
                let disk = Disk::mount(&data, 1000);
                let file = |name: &str| {
                    let path = home.path().join(name);
                    fs::write(&path, format!("ID3\u{3}{name}")).unwrap();
                    crate::cli::age(&path);
                    path
                };
                let slow = PlannedFault::DelayAnswer(Duration::from_secs(2));
                let plan = FaultPlan::new()
                    .on(Call::Upload)
                    .named("two.mp3")
                    .then(slow);

                disk.fill();
                let mut window = Window::start(&data, plan);
                window.until(cannot_write).await;
                window.add_and_start(&file("one.mp3")).await;
                window
                    .until_row("one.mp3", |row| row.status == Status::Queued)
                    .await;
                assert_eq!(window.world.sandbox.as_ref().unwrap().requests().len(), 0);
                disk.free();
                window.until_ready("one.mp3").await;

                // It fills up under an upload.
                window.add_and_start(&file("two.mp3")).await;
                window
                    .until_row("two.mp3", |row| row.status == Status::Finishing)
                    .await;
                disk.fill();
                window
                    .until_row("two.mp3", |row| row.status == Status::Ready)
                    .await;
                window.until(cannot_write).await;
                // The last page of the ledger had room for it.
                window.until_row("two.mp3", |row| row.saved).await;
                assert_eq!(assets(&data).len(), 1);
                window.add_and_start(&file("three.mp3")).await;
                window
                    .until_row("three.mp3", |row| row.status == Status::Queued)
                    .await;
                disk.free();
                window.until_ready("two.mp3").await;
                window.until_ready("three.mp3").await;
                window.close().await;
                assert_eq!(assets(&data).len(), 3);

                disk.remount("ro");
                let mut window = Window::start(&data, FaultPlan::new());
                window.until(cannot_write).await;
                window.add_and_start(&file("four.mp3")).await;
                window
                    .until_row("four.mp3", |row| row.status == Status::Queued)
                    .await;
                assert_eq!(window.world.sandbox.as_ref().unwrap().requests().len(), 0);
                disk.remount("rw");
                window.until_ready("four.mp3").await;
                window.close().await;
                assert_eq!(assets(&data).len(), 4);
            });
        },
    );
}

fn asset(number: usize) -> AssetRecord {
    AssetRecord {
        asset_id: AssetId::new(&format!("re_{number}")).unwrap(),
        item: None,
        account: Account::from_fingerprint("someone"),
        base_url: "https://service.test".to_owned(),
        name: format!("{number}.mp4"),
        path: PathBuf::from(format!("/{}/{number}.mp4", "folder".repeat(number % 100))),
        size: 1,
        content: None,
        status: Some(AssetStatus::Success),
        uploaded_at_ms: Some(0),
        remark: None,
        note: None,
        batch: None,
        label: None,
        kind: None,
        metadata: mavi_uploader::model::media::MediaMetadata::default(),
        deleted_at_ms: None,
        upload: UploadFacts::default(),
        batch_note: None,
    }
}

#[test]
fn whenever_the_disk_is_full_what_was_written_is_whole() {
    with_mounts(
        "disk::whenever_the_disk_is_full_what_was_written_is_whole",
        || {
            let home = tempfile::tempdir().unwrap();
            let data = home.path().join("data");
            let disk = Disk::mount(&data, 700);
            let mut written = 0;
            let mut refusals = 0;
            // Each round meets the end of the disk somewhere else.
            for round in 1..=12 {
                disk.remount(&format!("size={}k", 700 + round * 61));
                let mut history = match History::open(&data) {
                    Ok(opened) => opened.history,
                    Err(error) => panic!("{error}"),
                };
                for _ in 0..2 {
                    loop {
                        let next: Vec<HistoryChange> = (written..written + round)
                            .map(|number| HistoryChange::PutAsset(asset(number)))
                            .collect();
                        match history.commit(&next) {
                            Ok(()) => written += next.len(),
                            Err(StoreError::NotSaved(_)) => break,
                            Err(error) => panic!("{error}"),
                        }
                    }
                    refusals += 1;
                    // What it has can be read, full or not.
                    assert_eq!(history.assets().unwrap().len(), written);
                    disk.remount(&format!("size={}k", 700 + round * 61 + 23));
                }
                // What only the ledger took is in the history from the next start on.
                written += history.told_assets().count();
                drop(history);
                disk.remount("size=20000k");
                assert_eq!(assets(&data).len().min(1000), written.min(1000));
                let opened = History::open(&data).unwrap();
                assert_eq!(opened.history.assets().unwrap().len(), written);
            }
            assert_eq!(refusals, 24);
            assert!(written > 100, "{written}");
        },
    );
}
