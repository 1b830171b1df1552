//! A window without a display, worked by its labels, over an engine that the test plays.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use egui::{DroppedFile, Event, Key, Theme, ViewportCommand, ViewportId};
use egui_kittest::kittest::{NodeT, Queryable};
use egui_kittest::{Harness, HarnessBuilder};
use mavi_uploader::api::network::{Certificates, NetworkState};
use mavi_uploader::app::environment::{
    Clicked, Desktop, DialogResult, FileDialogKind, FileDialogs, KeyVault, VaultError,
    WindowEnvironment,
};
use mavi_uploader::app::pending::{Pending, Wake};
use mavi_uploader::engine::{Command, EngineHandle, Notice};
use mavi_uploader::model::asset::AssetId;
use mavi_uploader::model::fault::{Fault, FaultKind};
use mavi_uploader::model::key::ApiKey;
use mavi_uploader::model::media::{Kind, Route};
use mavi_uploader::model::snapshot::{
    ItemId, KeySource, KeyState, Row, Snapshot, Status, Totals, Transfer,
};
use mavi_uploader::store::KeySlot;
use mavi_uploader::store::settings::Loaded;
use mavi_uploader::ui::MaviApp;
use tokio::sync::{mpsc, oneshot, watch};

/// How long a thread of the window's may take to answer.
const PATIENCE: Duration = Duration::from_secs(20);

/// The test's end of the engine.
pub struct FakeEngine {
    pub commands: mpsc::UnboundedReceiver<Command>,
    pub notices: mpsc::UnboundedSender<Notice>,
    /// How many of its rows were started and are read for comparison.
    pub comparing: usize,
    snapshot: watch::Sender<Arc<Snapshot>>,
    state: Snapshot,
}

impl FakeEngine {
    pub fn new(state: Snapshot) -> (Self, EngineHandle) {
        let (commands, for_engine) = mpsc::unbounded_channel();
        let (notices, for_window) = mpsc::unbounded_channel();
        let (snapshot, seen) = watch::channel(Arc::new(state.clone()));
        let handle = EngineHandle {
            commands,
            snapshot: seen,
            notices: for_window,
            data_dir: None,
            base_url: "https://api.example".to_owned(),
        };
        let engine = Self {
            commands: for_engine,
            notices,
            comparing: 0,
            snapshot,
            state,
        };
        (engine, handle)
    }

    /// Publishes what the engine knows after a change.
    pub fn publish(&mut self, change: impl FnOnce(&mut Snapshot)) {
        change(&mut self.state);
        self.state.revision += 1;
        self.state.totals = totals(&self.state.rows, self.state.totals);
        self.state.totals.active += self.comparing;
        self.snapshot.send_replace(Arc::new(self.state.clone()));
    }

    pub fn rows(&mut self, rows: Vec<Row>) {
        self.publish(|state| state.rows = Arc::new(rows.into_iter().map(Arc::new).collect()));
    }

    /// The next command, if one was given.
    pub fn next(&mut self) -> Option<Command> {
        self.commands.try_recv().ok()
    }
}

fn totals(rows: &[Arc<Row>], before: Totals) -> Totals {
    let count = |wanted: fn(&Status) -> bool| rows.iter().filter(|r| wanted(&r.status)).count();
    let startable = rows
        .iter()
        .filter(|row| row.status == Status::ReadyToUpload);
    Totals {
        startable: startable.clone().count(),
        startable_bytes: startable.map(|row| row.size).sum(),
        active: count(|status| {
            matches!(
                status,
                Status::Queued
                    | Status::Uploading
                    | Status::Finishing
                    | Status::Waiting { .. }
                    | Status::Processing { .. }
            )
        }),
        attention: count(|status| matches!(status, Status::Rejected(_) | Status::Failed(_))),
        ..before
    }
}

/// A video of 412 MB.
pub fn row(id: u64, name: &str, status: Status) -> Row {
    Row {
        id: ItemId(id),
        name: name.to_owned(),
        path: Path::new("/media").join(name),
        size: 412_000_000,
        kind: Some(Kind::Video),
        route: Some(Route::Direct),
        note: None,
        status,
        transfer: None,
        asset_id: None,
        reserved_id: None,
        account: None,
        saved: true,
        possibly_stored_twice: false,
        duplicate_of: None,
        duplicate_unconfirmed: false,
        interrupted: false,
        batch: None,
        metadata: mavi_uploader::model::media::MediaMetadata::default(),
        later: None,
    }
}

pub fn ready(id: u64, name: &str, asset: &str) -> Row {
    Row {
        asset_id: AssetId::new(asset),
        ..row(id, name, Status::Ready)
    }
}

pub fn uploading(id: u64, name: &str, sent: u64) -> Row {
    Row {
        transfer: Some(Transfer {
            sent,
            total: 412_000_000,
            rate: Some(12_400_000.0),
            left: Some(Duration::from_secs(14)),
        }),
        ..row(id, name, Status::Uploading)
    }
}

pub fn failed(id: u64, name: &str, kind: FaultKind) -> Row {
    row(id, name, Status::Failed(Arc::new(Fault::new(kind))))
}

pub fn with_key() -> Snapshot {
    Snapshot {
        key: KeyState::Present {
            source: KeySource::Keychain,
            last4: "cdef".to_owned(),
            checked: true,
            refused: false,
        },
        ..Snapshot::default()
    }
}

pub fn without_key() -> Snapshot {
    Snapshot {
        key: KeyState::Missing,
        ..Snapshot::default()
    }
}

/// Dialogs that answer at once.
pub struct Dialogs(pub DialogResult);

impl FileDialogs for Dialogs {
    fn choose(&self, _: FileDialogKind, wake: Wake) -> Pending<DialogResult> {
        let (answer, pending) = Pending::channel(wake);
        answer.send(self.0.clone());
        pending
    }
}

/// A keychain in memory, or none.
#[derive(Default)]
pub struct Vault {
    pub kept: Mutex<Option<ApiKey>>,
    pub absent: bool,
    /// What it says instead of a key.
    pub trouble: Mutex<Option<VaultError>>,
    /// It gives and keeps no key before something comes here.
    pub gate: Mutex<Option<std::sync::mpsc::Receiver<()>>>,
    /// Keys of other entries than the first one.
    pub others: Mutex<HashMap<KeySlot, ApiKey>>,
}

impl Vault {
    /// Returns the keys of other entries than the first one.
    pub fn others(&self) -> MutexGuard<'_, HashMap<KeySlot, ApiKey>> {
        self.others.lock().expect("no test panics with it")
    }
}

impl KeyVault for Vault {
    fn load(&self, slot: &KeySlot) -> Result<Option<ApiKey>, VaultError> {
        if self.absent {
            return Err(VaultError::Absent);
        }
        if let Some(gate) = &*self.gate.lock().expect("no test panics with it") {
            let _ = gate.recv();
        }
        if let Some(trouble) = self.trouble.lock().expect("no test panics with it").clone() {
            return Err(trouble);
        }
        Ok(match slot {
            KeySlot::First => self.kept.lock().expect("no test panics with it").clone(),
            KeySlot::Of(_) => self.others().get(slot).cloned(),
        })
    }

    fn save(&self, slot: &KeySlot, key: &ApiKey) -> Result<(), VaultError> {
        if self.absent {
            return Err(VaultError::Absent);
        }
        if let Some(gate) = &*self.gate.lock().expect("no test panics with it") {
            let _ = gate.recv();
        }
        match slot {
            KeySlot::First => {
                *self.kept.lock().expect("no test panics with it") = Some(key.clone());
            }
            KeySlot::Of(_) => {
                self.others().insert(slot.clone(), key.clone());
            }
        }
        Ok(())
    }

    fn remove(&self, slot: &KeySlot) -> Result<(), VaultError> {
        match slot {
            KeySlot::First => *self.kept.lock().expect("no test panics with it") = None,
            KeySlot::Of(_) => drop(self.others().remove(slot)),
        }
        Ok(())
    }
}

/// A desktop that does nothing, but for noting what its browser is to open; one without a
/// browser has no file manager either.
pub struct NoDesktop {
    pub has_browser: bool,
    pub browsed: Arc<Mutex<Vec<&'static str>>>,
    pub copied_files: Vec<PathBuf>,
}

impl Default for NoDesktop {
    fn default() -> Self {
        Self {
            has_browser: true,
            browsed: Arc::default(),
            copied_files: Vec::new(),
        }
    }
}

impl Desktop for NoDesktop {
    fn notify(&self, _: &str, _: &str, _: Clicked) {}
    fn stay_awake(&self, _: bool) {}
    fn progress(&self, _: Option<u8>) {}
    fn copied_files(&self, wake: Wake) -> Pending<Vec<PathBuf>> {
        let (answer, pending) = Pending::channel(wake);
        answer.send(self.copied_files.clone());
        pending
    }
    fn reveal(&self, _: &Path, wake: Wake) -> Pending<bool> {
        let (answer, pending) = Pending::channel(wake);
        answer.send(self.has_browser);
        pending
    }
    fn browse(&self, address: &'static str, wake: Wake) -> Pending<bool> {
        let mut browsed = self.browsed.lock().expect("no test panics with it");
        browsed.push(address);
        let (answer, pending) = Pending::channel(wake);
        answer.send(self.has_browser);
        pending
    }
}

pub fn outside(wake: Wake) -> WindowEnvironment {
    WindowEnvironment {
        paths: vec![],
        dialogs: Box::new(Dialogs(DialogResult::Cancelled)),
        vault: None,
        environment_key: None,
        bad_environment_key: None,
        sandbox: false,
        start_sandbox: Some(Arc::new(|| Err("not in this test".to_owned()))),
        settings: Loaded::default(),
        save_settings: None,
        folder: None,
        describe_network: Arc::new(|| NetworkState {
            proxy: Some("http://proxy.example:8080".to_owned()),
            unusable: None,
            no_proxy: None,
            certificates: Certificates::System,
        }),
        desktop: Box::new(NoDesktop::default()),
        thumbnails: Arc::default(),
        arrivals: None,
        can_drop: true,
        build: "0.0.0 (test)",
        wake,
        clock: Box::new(Instant::now),
    }
}

pub type Window = Harness<'static, Option<MaviApp>>;

pub fn builder(theme: Theme) -> HarnessBuilder<Option<MaviApp>> {
    Harness::builder()
        .with_size([1000.0, 680.0])
        .with_theme(theme)
        .with_max_steps(12)
        .with_render_cursor(false)
}

/// Opens a window over this engine.
pub fn open_with(
    builder: HarnessBuilder<Option<MaviApp>>,
    engine: EngineHandle,
    change: impl FnOnce(&mut WindowEnvironment) + 'static,
) -> Window {
    let mut parts = Some((engine, change));
    let mut window = builder.build_ui_state(
        move |ui, app: &mut Option<MaviApp>| {
            let app = app.get_or_insert_with(|| {
                let (engine, change) = parts.take().expect("the window is opened once");
                let mut outside = outside(Arc::new(|| {}));
                change(&mut outside);
                MaviApp::new(ui.ctx(), engine, outside)
            });
            app.update(ui.ctx());
            // A context that was dressed in this pass shows it in the next.
            let style = ui.ctx().style_of(ui.ctx().theme());
            ui.set_style(style);
            // The window's own ground, without the margin that the harness puts around it.
            let whole = egui::UiBuilder::new().max_rect(ui.ctx().content_rect());
            app.render(&mut ui.new_child(whole));
        },
        None,
    );
    window.run();
    window
}

pub fn open(engine: EngineHandle) -> Window {
    open_with(builder(Theme::Light), engine, |_| {})
}

/// Pastes this key into the dialog that asks for one and confirms it; gives where memories.ai's
/// answer to it goes.
pub fn enter_key(
    window: &mut Window,
    engine: &mut FakeEngine,
    key: &str,
) -> oneshot::Sender<Result<(), Fault>> {
    window.event(Event::Paste(key.to_owned()));
    window.run();
    window.key_press(Key::Enter);
    window.run();
    match engine.next() {
        Some(Command::CheckKey(_, answer)) => answer,
        other => panic!("the key was not checked: {other:?}"),
    }
}

/// A window over these rows whose engine has heard everything that a start says.
pub fn over(rows: Vec<Row>) -> (FakeEngine, Window) {
    let (mut engine, handle) = FakeEngine::new(with_key());
    let mut window = open(handle);
    assert!(matches!(engine.next(), Some(Command::NoKey)));
    engine.rows(rows);
    window.run();
    (engine, window)
}

/// One row of each of the states that a queue has most.
pub fn mixed() -> Vec<Row> {
    vec![
        ready(1, "one.mp4", "re_1"),
        uploading(2, "two.mp4", 5),
        row(3, "three.mp4", Status::Queued),
        failed(4, "four.mp4", FaultKind::ServerError),
        row(5, "five.mp4", Status::Paused),
        row(6, "six.mp4", Status::ReadyToUpload),
    ]
}

/// Steps the window until something is so; fails when it does not come.
pub fn until(window: &mut Window, what: &str, mut so: impl FnMut(&mut Window) -> bool) {
    let end = Instant::now() + PATIENCE;
    loop {
        window.step();
        if so(window) {
            return;
        }
        assert!(Instant::now() < end, "{what} did not come");
        std::thread::yield_now();
    }
}

#[derive(Debug)]
pub struct Drop(pub PathBuf);

impl DroppedFile for Drop {
    fn path(&self) -> &Path {
        &self.0
    }

    fn bytes(&self) -> Result<Vec<u8>, String> {
        panic!("the window reads no dropped file")
    }
}

/// Returns what the window put on the clipboard in its last step.
pub fn copied(window: &Window) -> Vec<String> {
    let commands = window.output().platform_output.commands.iter();
    commands
        .filter_map(|command| match command {
            egui::OutputCommand::CopyText(text) => Some(text.clone()),
            _ => None,
        })
        .collect()
}

/// Returns what the window asked of the system for itself in its last step.
pub fn viewport_commands(window: &Window) -> Vec<ViewportCommand> {
    let output = window.output().viewport_output.get(&ViewportId::ROOT);
    output.map(|root| root.commands.clone()).unwrap_or_default()
}

/// Returns whether the window shows this somewhere; what it told a screen reader is not shown.
pub fn has(window: &Window, text: &str) -> bool {
    window
        .query_all_by_label_contains(text)
        .any(|node| node.accesskit_node().role() != egui::accesskit::Role::Status)
}

/// Asks the window to close, as a click on its cross does.
pub fn close(window: &mut Window) {
    let mut events = |events| {
        let viewports = &mut window.input_mut().viewports;
        let root = viewports.entry(egui::ViewportId::ROOT).or_default();
        root.events = events;
        window.step();
    };
    events(vec![egui::ViewportEvent::Close]);
    events(Vec::new());
    window.run();
}
