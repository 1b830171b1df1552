//! A second program on the same data directory: a second start of the window, and `upload`
//! beside a window.

use std::path::PathBuf;
use std::time::Duration;

use egui::{Theme, ViewportCommand};
use mavi_uploader::api::base_url::BaseUrl;
use mavi_uploader::engine::{self, FrontEnd};
use mavi_uploader::model::key::ApiKey;
use mavi_uploader::model::snapshot::{KeySource, Snapshot, Status};
use mavi_uploader::sandbox::SandboxOptions;
use mavi_uploader::setup::{AppContext, EngineConfig, RunningEngine};
use mavi_uploader::store::{Instance, single_instance};

use super::program::history;
use crate::cli::{KEY, Live, Outcome, Stage, text};
use crate::window::{FakeEngine, builder, open_with, until, viewport_commands, with_key};

/// Longest that the window's engine may take for one step.
const LIMIT: Duration = Duration::from_secs(60);

/// Row: a second program on the same data directory. The window: hands its paths to the
/// first one, which comes to the front.
#[test]
fn a_second_start_hands_its_files_to_the_window_that_comes_to_the_front() {
    let stage = Stage::new();
    let file = stage.copy("clip.mp4", "clip.mp4");
    std::fs::create_dir(stage.data()).unwrap();
    let entered = stage
        .runtime
        .block_on(single_instance::enter(&stage.data(), &[]));
    let Ok(Instance::Primary(single_instance)) = entered else {
        panic!("{entered:?}")
    };
    let (sender, arrivals) = tokio::sync::mpsc::unbounded_channel();
    let listening = stage.runtime.block_on(async {
        single_instance.listen(move |arrival| sender.send(arrival).expect("the window is there"))
    });
    let (mut engine, handle) = FakeEngine::new(with_key());
    let mut window = open_with(builder(Theme::Light), handle, |outside| {
        outside.arrivals = Some(arrivals);
    });

    // Relative to where it is started; there is no display, and it needs none.
    let live = Live::start(stage.command(&["media/clip.mp4"]));
    until(&mut window, "the window comes to the front", |window| {
        viewport_commands(window).contains(&ViewportCommand::Focus)
    });
    let outcome = live.end().exits(0);
    assert_eq!((outcome.text(), &*outcome.err), ("", ""));
    let added = std::iter::from_fn(|| engine.next()).find_map(|command| match command {
        engine::Command::AddFromOutside(paths) => Some(paths),
        _ => None,
    });
    assert_eq!(added, Some(vec![file]));
    listening.unwrap().abort();
}

/// A second start says within 10 s that the window cannot be reached, and names its files: here the
/// socket is in another runtime folder, for the data directory's path is too long for one.
#[cfg(target_os = "linux")]
#[test]
fn a_second_start_that_can_not_reach_the_window_ends_and_names_its_files() {
    let stage = Stage::new();
    stage.copy("clip.mp4", "clip.mp4");
    let data = stage.home().join("d".repeat(150));
    std::fs::create_dir(&data).unwrap();
    let Ok(Instance::Primary(single_instance)) =
        stage.runtime.block_on(single_instance::enter(&data, &[]))
    else {
        panic!("another window is open")
    };
    let listening = stage
        .runtime
        .block_on(async { single_instance.listen(|_| ()) });
    for without_socket in [false, true] {
        if without_socket {
            listening.as_ref().unwrap().abort();
        }
        let start = std::time::Instant::now();
        let mut command = stage.command(&["media/clip.mp4", "media/夏天.mp4"]);
        command.env("MAVI_UPLOADER_DATA_DIR", &data);
        let outcome = Live::start(command).end().exits(1);
        assert!(
            start.elapsed() < Duration::from_secs(10),
            "{:?}",
            start.elapsed()
        );
        let mut lines = outcome.err.lines();
        let first = lines.next().unwrap();
        assert!(
            first.starts_with("Mavi Uploader is already open"),
            "{first}"
        );
        let paths: Vec<_> = lines.collect();
        assert_eq!(paths, ["media/clip.mp4", "media/夏天.mp4"]);
    }
}

/// The window's engine by the contract's numbers, on the data directory of a stage.
struct Window {
    running: RunningEngine,
    _world: AppContext,
}

impl Window {
    fn open(stage: &Stage) -> Self {
        let _entered = stage.runtime.enter();
        let mut world = AppContext::with_sandbox(SandboxOptions::default()).unwrap();
        // Another one is its service, and it is not to know that it is one.
        drop(world.sandbox.take());
        world.base_url = BaseUrl::parse(&stage.sandbox().base_url()).unwrap();
        world.folder = Ok(stage.data());
        world.key = Some((ApiKey::from_pasted(KEY).unwrap(), KeySource::Environment));
        let running = world.start(EngineConfig {
            start_at_once: true,
            ..EngineConfig::new(FrontEnd::Window)
        });
        Self {
            running,
            _world: world,
        }
    }

    fn until(&mut self, stage: &Stage, wanted: impl Fn(&Snapshot) -> bool) -> Snapshot {
        let reached = self.running.handle.snapshot.wait_for(|it| wanted(it));
        let reached = stage.runtime.block_on(async {
            let reached = tokio::time::timeout(LIMIT, reached).await;
            reached.map(|it| it.unwrap().as_ref().clone())
        });
        reached.expect("it comes")
    }

    fn close(self, stage: &Stage) {
        self.running.handle.send(engine::Command::Shutdown);
        let _entered = stage.runtime.enter();
        let ended = tokio::time::timeout(LIMIT, self.running.task);
        let ended = stage.runtime.block_on(ended);
        ended.expect("the engine ends").unwrap();
    }
}

/// Returns what the calls of the service were, and how far each came after the one before.
fn calls(stage: &Stage) -> Vec<(Option<String>, Duration)> {
    let requests = stage.sandbox().requests();
    let mut before = None;
    requests
        .into_iter()
        .map(|request| {
            let since = before.replace(request.at).map_or(Duration::MAX, |before| {
                request.at.saturating_duration_since(before)
            });
            (request.file_name, since)
        })
        .collect()
}

fn ids(outcome: &Outcome, event: &str) -> Vec<String> {
    let events = outcome.only(event);
    let ids = events
        .iter()
        .map(|event| text(event, "asset_id").to_owned());
    ids.collect()
}

/// Row: a second program on the same data directory. `upload` shares the database and the
/// one request a second with the window.
#[test]
fn upload_beside_a_window_shares_its_history_and_its_one_request_a_second() {
    let stage = Stage::new();
    let file = |name: &str| stage.file(name, &super::program::content(20_000 + name.len()));
    let of_window: Vec<PathBuf> = ["w.mp4", "w2.mp4"].map(file).into();
    let of_upload: Vec<PathBuf> = ["upload.mp4", "upload 2.mp4"].map(file).into();

    let mut window = Window::open(&stage);
    window
        .running
        .handle
        .send(engine::Command::Add(of_window.clone()));
    let live = Live::start(stage.upload_command(&[], &[&of_upload[0], &of_upload[1]]));
    let snapshot = window.until(&stage, |it| {
        it.rows.len() == 2 && it.rows.iter().all(|row| row.status == Status::Ready)
    });
    let outcome = live.end().exits(0);

    // All that reached the service, whoever asked: the file's calls and the checks of the key.
    let calls = calls(&stage);
    let mut in_turn = calls.iter().filter_map(|(name, _)| name.as_deref());
    let is_windows = |name: &str| name.starts_with('w');
    let first = in_turn.next().map(is_windows);
    let changes = in_turn.filter(|name| Some(is_windows(name)) != first);
    assert!(changes.count() > 0, "they ran at the same time: {calls:#?}");
    let together: Duration = calls[1..].iter().map(|(_, since)| *since).sum();
    let least = Duration::from_millis(1000) * u32::try_from(calls.len() - 1).unwrap();
    assert!(together >= least, "{together:?}: {calls:#?}");
    for (_, since) in &calls[1..] {
        // One that the machine held up comes a little closer to the next.
        assert!(*since >= Duration::from_millis(800), "{calls:#?}");
    }

    // One history, in which each found its own; the queue of each is its own.
    assert_eq!(snapshot.rows.len(), 2);
    let mut known: Vec<String> = history(&stage.data())
        .iter()
        .map(|record| record.asset_id.to_string())
        .collect();
    known.sort_unstable();
    let mut given = ids(&outcome, "finished");
    let of_rows = snapshot.rows.iter().filter_map(|row| row.asset_id.as_ref());
    given.extend(of_rows.map(ToString::to_string));
    given.sort_unstable();
    assert_eq!(known, given);
    assert_eq!(known.len(), 4);

    // What the window uploaded is not uploaded again while it is open.
    let again = stage.upload(&[], &[&of_window[0]]).exits(0);
    let of_first = snapshot.rows.iter().find(|row| row.path == of_window[0]);
    let id = of_first.and_then(|row| row.asset_id.clone()).unwrap();
    assert_eq!(ids(&again, "already_uploaded"), [id.to_string()]);
    window.close(&stage);
}
