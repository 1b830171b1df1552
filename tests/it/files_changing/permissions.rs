//! Files that may not be read any more.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command as Program;

use mavi_uploader::engine::Command;
use mavi_uploader::model::fault::FaultKind;
use mavi_uploader::model::snapshot::Status;
use mavi_uploader::sandbox::{Call, FaultPlan, PlannedFault, SandboxOptions};

use super::changes::{content, hash_of, put};
use super::{STALL, Stage as WindowStage, Way};
use crate::cli::ordinary::{Ordinary, give};
use crate::cli::{Live, Stage, run, text};

/// A stage whose home, media and program are an ordinary user's to use.
struct Shared {
    stage: Stage,
    ordinary: Ordinary,
}

impl Shared {
    fn new(plan: FaultPlan) -> Self {
        let stage = Stage::with(SandboxOptions {
            plan,
            receive_buffer: Some(4096),
            ..Stage::options()
        });
        let ordinary = Ordinary::on(&stage);
        Self { stage, ordinary }
    }

    fn file(&self, name: &str, seed: u8) -> PathBuf {
        let path = self.stage.file(name, &content(seed));
        give(&path);
        path
    }

    /// `upload --json` of these, by a user that permissions count for.
    fn upload(&self, paths: &[&Path]) -> Program {
        let usual = self.stage.upload_command(&["--jobs", "1"], paths);
        self.ordinary.command(&usual)
    }
}

fn shut(path: &Path) {
    fs::set_permissions(path, Permissions::from_mode(0o000)).unwrap();
}

fn open(path: &Path) {
    fs::set_permissions(path, Permissions::from_mode(0o600)).unwrap();
}

#[test]
fn a_file_that_may_not_be_read_is_refused_with_the_cause_and_goes_up_once_it_may() {
    let shared = Shared::new(FaultPlan::new());
    let path = shared.file("shut.mp4", 1);
    shut(&path);
    let outcome = run(shared.upload(&[&path])).exits(1);
    let rejected = outcome.one("rejected");
    assert_eq!(text(&rejected, "reason"), "unreadable");
    let message = text(&rejected, "message");
    assert!(message.contains("permission denied"), "{message}");
    assert!(shared.stage.sandbox().requests().is_empty());
    open(&path);
    let outcome = run(shared.upload(&[&path])).exits(0);
    assert_eq!(outcome.summary(), [1, 1, 0, 0, 0, 0]);
}

#[test]
fn a_file_that_may_not_be_read_any_more_when_its_turn_comes_is_unreadable_and_can_be_tried_again() {
    let stall = PlannedFault::Stall {
        after: 1000,
        lasting: Some(STALL),
    };
    let shared = Shared::new(FaultPlan::new().on(Call::Upload).then(stall));
    let paths = [shared.file("0 first.mp4", 0), shared.file("shut.mp4", 1)];
    let mut live = Live::start(shared.upload(&[&paths[0], &paths[1]]));
    for _ in &paths {
        live.event("accepted");
    }
    shared.stage.until_called(Call::Upload, 1);
    shut(&paths[1]);
    let outcome = live.end().exits(1);
    let failed = outcome.one("failed");
    assert_eq!(text(&failed, "reason"), "unreadable");
    assert_eq!(text(&failed, "path"), paths[1].to_str().unwrap());
    assert_eq!(shared.stage.sandbox().stored().len(), 1);
    open(&paths[1]);
    let outcome = run(shared.upload(&[&paths[1]])).exits(0);
    assert_eq!(outcome.summary(), [1, 1, 0, 0, 0, 0]);
    assert_eq!(shared.stage.sandbox().stored().len(), 2);
}

/// The window's row, for which nobody else need be: the same error of the system by another
/// cause, a link to itself.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_that_the_system_does_not_open_is_unreadable_and_can_be_tried_again() {
    let stage = WindowStage::new(Way::Direct, 1, 1);
    let paths = ["0 first.mp4", "loop.mp4"].map(|name| stage.path(name));
    put(&paths[0], &content(0));
    put(&paths[1], &content(1));
    stage.upload(&paths).await;
    stage.until_stalled(Way::Direct, 1).await;
    fs::remove_file(&paths[1]).unwrap();
    std::os::unix::fs::symlink("loop.mp4", &paths[1]).unwrap();
    assert_eq!(stage.end_of("loop.mp4").await, Some(FaultKind::Unreadable));
    fs::remove_file(&paths[1]).unwrap();
    put(&paths[1], &content(1));
    let row = stage.until_row("loop.mp4", |_| true).await.id;
    stage.say(Command::Retry(vec![row]));
    stage
        .until_row("loop.mp4", |row| row.status == Status::Ready)
        .await;
    assert_eq!(stage.stored("loop.mp4"), Some(hash_of(&content(1))));
    stage.end().await;
}
