//! Engine tests on paused time, over an in-memory service that follows a script.

mod accounts;
mod added_batches;
mod asked_first;
mod asset_checks;
mod asset_deletions;
mod assets;
mod busy_periods;
mod commands;
mod duplicate_scan;
mod duplicates;
mod eta;
mod fault_times;
mod faults;
mod id_reuse;
mod intake;
mod journal;
mod keys;
mod located;
mod look_up;
mod missing;
mod opening;
mod other_keys;
mod preferences;
mod queue;
mod random_commands;
mod rate_limit;
mod restart;
mod service;
mod sessions;
mod snapshot;
mod storage;
mod unresponsive_drives;
mod waits;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use self::service::Scripted;
use super::{
    Command, EngineHandle, FrontEnd, LifecycleEvent, LifecycleRecord, Notice, OpenHistory,
    OpenedHistory, Options, start,
};
use crate::api::limiter::{Limiter, LimiterOptions};
use crate::api::paced::RateLimited;
use crate::api::throttle::RateLimit;
use crate::model::asset::AssetId;
use crate::model::cell_escaping::split_record;
use crate::model::fault::FaultKind;
use crate::model::key::ApiKey;
use crate::model::retry::Policy;
use crate::model::snapshot::{
    DuplicateStage, ItemId, JournalState, KeySource, Row, Snapshot, Status,
};
use crate::store::history::LEDGER_NAME;
use crate::store::{AssetRecord, History, ItemRecord, Keychain, RunId};

/// Counts of what the engine holds for rows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct EngineCounts {
    /// Rows.
    pub rows: usize,
    /// Entries in the indexes of rows.
    pub entries: usize,
    /// Workers, timers, polls and comparisons.
    pub running: usize,
    /// Progress meters of transfers.
    pub meters: usize,
    /// Tickets for the storage.
    pub tickets: usize,
    /// Transfer slots in use.
    pub places: usize,
}

const BASE_URL: &str = "https://service.test/serve/api/v2";

fn key(name: &str) -> ApiKey {
    ApiKey::from_pasted(&format!("sk-mavi-key-{name}")).unwrap()
}

fn id(text: &str) -> AssetId {
    AssetId::new(text).unwrap()
}

/// A folder for files and one for the history, shared by several engines.
struct Place {
    dir: tempfile::TempDir,
}

impl Place {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        std::fs::create_dir(dir.path().join("files")).unwrap();
        Self { dir }
    }

    fn data(&self) -> PathBuf {
        self.dir.path().join("data")
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join("files").join(name)
    }

    /// Writes a file last modified a minute ago, with content made from `content`.
    fn file(&self, name: &str, content: &str) -> PathBuf {
        let path = self.path(name);
        write_still(&path, content);
        path
    }

    fn history(&self) -> History {
        History::open(&self.data()).unwrap().history
    }

    fn assets(&self) -> Vec<AssetRecord> {
        self.history().assets().unwrap()
    }

    fn asset(&self, text: &str) -> Option<AssetRecord> {
        self.history().asset(BASE_URL, &id(text)).unwrap()
    }

    fn items(&self) -> Vec<ItemRecord> {
        self.history().items().unwrap()
    }

    /// Returns event and ID of each line.
    fn ledger(&self) -> Vec<String> {
        let text = std::fs::read_to_string(self.data().join(LEDGER_NAME)).unwrap_or_default();
        let fields = text.lines().skip(1).map(|line| split_record(line).unwrap());
        fields.map(|it| format!("{} {}", it[1], it[2])).collect()
    }

    /// Keeps a ledger without lines from being written.
    fn lock_ledger(&self) {
        std::fs::create_dir(self.data().join(LEDGER_NAME)).unwrap();
    }

    fn unlock_ledger(&self) {
        std::fs::remove_dir(self.data().join(LEDGER_NAME)).unwrap();
    }
}

fn write_still(path: &Path, content: &str) {
    write_whole(path, &format!("ID3\u{3}{content}"));
}

/// Writes a file last modified a minute ago.
fn write_whole(path: &Path, content: &str) {
    std::fs::write(path, content).unwrap();
    let file = std::fs::File::options().write(true).open(path).unwrap();
    file.set_modified(SystemTime::now() - Duration::from_secs(60))
        .unwrap();
}

/// An engine and its output.
struct Engine {
    handle: EngineHandle,
    task: JoinHandle<()>,
    service: Arc<RateLimited<Scripted>>,
    events: mpsc::UnboundedReceiver<LifecycleRecord>,
    notices: Vec<Notice>,
    bandwidth: Arc<RateLimit>,
}

/// Configuration of an engine.
struct Make {
    front_end: FrontEnd,
    policy: Policy,
    jobs: usize,
    start_at_once: bool,
    ask_history: bool,
    base_url: &'static str,
    key: Option<ApiKey>,
    run: &'static str,
    keychain: Keychain,
}

impl Make {
    fn window() -> Self {
        Self {
            front_end: FrontEnd::Window,
            policy: Policy::default(),
            jobs: 3,
            start_at_once: false,
            ask_history: true,
            base_url: BASE_URL,
            key: Some(key("one")),
            run: "run1",
            keychain: Keychain::absent(),
        }
    }

    fn command_line() -> Self {
        Self {
            front_end: FrontEnd::CommandLine,
            policy: Policy::for_command_line(),
            start_at_once: true,
            ..Self::window()
        }
    }

    fn run(self, run: &'static str) -> Self {
        Self { run, ..self }
    }

    fn keychain(self, keychain: &Keychain) -> Self {
        Self {
            keychain: keychain.clone(),
            ..self
        }
    }

    fn signed(mut self) -> Self {
        self.policy.direct_limit = 0;
        self
    }

    fn start(self, place: &Place, service: Scripted) -> Engine {
        let history = self.history(place);
        self.start_with(history, service)
    }

    fn history(&self, place: &Place) -> OpenHistory {
        let data = place.data();
        let run = RunId::from_text(self.run);
        Arc::new(move || {
            let opened = History::open(&data)?;
            Ok(OpenedHistory {
                history: opened.history,
                set_aside: opened.set_aside,
                run: run.clone(),
                lock: None,
            })
        })
    }

    fn start_with(self, history: OpenHistory, service: Scripted) -> Engine {
        let limiter = Arc::new(Limiter::new(LimiterOptions::default()));
        let service = Arc::new(RateLimited::new(service, limiter));
        let (follower, events) = mpsc::unbounded_channel();
        let bandwidth = RateLimit::new(None);
        let options = Options {
            front_end: self.front_end,
            policy: self.policy,
            jobs: self.jobs,
            start_at_once: self.start_at_once,
            bandwidth: Arc::clone(&bandwidth),
            ask_history: self.ask_history,
            force: false,
            base_url: self.base_url.to_owned(),
            history,
            is_alive: Arc::new(|run| run.as_str() == "alive"),
            shared: None,
            key: self.key.map(|key| (key, KeySource::Session)),
            follower: Some(follower),
            keychain: self.keychain,
            wake: Box::new(|| ()),
        };
        let (handle, task) = start(options, Arc::clone(&service));
        Engine {
            handle,
            task,
            service,
            events,
            notices: vec![],
            bandwidth,
        }
    }
}

/// Timeout of a test on the paused clock.
const LONGEST: Duration = Duration::from_secs(24 * 3600);

impl Engine {
    fn say(&self, command: Command) {
        self.handle.send(command);
    }

    fn script(&self) -> &Scripted {
        self.service.service()
    }

    fn snapshot(&self) -> Arc<Snapshot> {
        self.handle.snapshot.borrow().clone()
    }

    /// Waits for a snapshot.
    async fn until(&mut self, wanted: impl Fn(&Snapshot) -> bool) -> Arc<Snapshot> {
        let waited = tokio::time::timeout(LONGEST, self.handle.snapshot.wait_for(|it| wanted(it)));
        let found = match waited.await {
            Ok(Ok(snapshot)) => Ok(snapshot.clone()),
            Ok(Err(_)) => Err("the engine ended"),
            Err(_) => Err("it never came"),
        };
        found.unwrap_or_else(|why| panic!("{why}: {:#?}", self.snapshot()))
    }

    /// Waits for a state of the row of this name.
    async fn until_row(&mut self, name: &str, wanted: impl Fn(&Row) -> bool) -> Arc<Row> {
        let snapshot = self
            .until(|it| it.rows.iter().any(|row| row.name == name && wanted(row)))
            .await;
        find(&snapshot, name)
    }

    async fn until_status(&mut self, name: &str, wanted: &Status) -> Arc<Row> {
        self.until_row(name, |row| row.status == *wanted).await
    }

    async fn until_failed(&mut self, name: &str) -> (FaultKind, Arc<Row>) {
        let failed = |row: &Row| matches!(row.status, Status::Failed(_));
        let row = self.until_row(name, failed).await;
        match &row.status {
            Status::Failed(fault) => (fault.kind, Arc::clone(&row)),
            other => panic!("{other:?}"),
        }
    }

    fn row(&self, name: &str) -> Arc<Row> {
        find(&self.snapshot(), name)
    }

    fn id_of(&self, name: &str) -> ItemId {
        self.row(name).id
    }

    /// Adds files and waits until they are checked.
    async fn add(&mut self, paths: &[PathBuf]) {
        self.say(Command::Add(paths.to_vec()));
        let files: Vec<&PathBuf> = paths.iter().filter(|path| path.is_file()).collect();
        let count = paths.len();
        self.until(|it| {
            it.walking.is_none()
                && it.rows.len() >= count
                && files
                    .iter()
                    .all(|path| it.rows.iter().any(|row| row.path == **path))
                && !it
                    .rows
                    .iter()
                    .any(|row| matches!(row.status, Status::Checking | Status::Settling))
        })
        .await;
    }

    /// Adds files and starts them.
    async fn upload(&mut self, paths: &[PathBuf]) {
        self.add(paths).await;
        self.say(Command::Start);
    }

    /// Returns one file's lifecycle events so far, except `Accepted`.
    fn events(&mut self) -> Vec<LifecycleEvent> {
        std::iter::from_fn(|| self.events.try_recv().ok())
            .map(|lifecycle| lifecycle.event)
            .collect()
    }

    /// Returns all notices so far.
    fn notices(&mut self) -> &[Notice] {
        while let Ok(notice) = self.handle.notices.try_recv() {
            self.notices.push(notice);
        }
        &self.notices
    }

    fn count_needs(&mut self) -> usize {
        let needs = |notice: &&Notice| matches!(notice, Notice::Needs(..));
        self.notices().iter().filter(needs).count()
    }

    /// Returns ready, duplicate and failed rows of each batch.
    fn batches(&mut self) -> Vec<(usize, usize, usize)> {
        let batch = |notice: &Notice| match notice {
            Notice::QueueFinished(end) => Some((end.ready, end.duplicates, end.failed)),
            _ => None,
        };
        self.notices().iter().filter_map(batch).collect()
    }

    /// Runs everything that is due, and lets `seconds` pass.
    async fn pass(&self, seconds: u64) {
        tokio::time::sleep(Duration::from_secs(seconds)).await;
        for _ in 0..10 {
            tokio::task::yield_now().await;
        }
    }

    /// Returns what the engine holds for rows.
    async fn held(&self) -> EngineCounts {
        let (answer, held) = tokio::sync::oneshot::channel();
        self.say(Command::Count(answer));
        held.await.unwrap()
    }

    async fn shut_down(self) {
        self.say(Command::Shutdown);
        self.task.await.unwrap();
    }

    /// Stops like a killed process: nothing more is journaled.
    async fn kill(self) {
        self.task.abort();
        let _ = self.task.await;
    }
}

/// Returns whether the history is open and restored.
fn is_open(snapshot: &Snapshot) -> bool {
    snapshot.revision > 0 && snapshot.journal == JournalState::Good
}

fn find(snapshot: &Snapshot, name: &str) -> Arc<Row> {
    let row = snapshot.rows.iter().find(|row| row.name == name);
    Arc::clone(row.unwrap_or_else(|| panic!("no row {name}: {snapshot:#?}")))
}
