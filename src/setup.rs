//! Wires the layers together for one run: the service or a sandbox, the data directory, and an
//! engine.

use std::env::VarError;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use tempfile::TempDir;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;
use zeroize::Zeroizing;

use crate::api::base_url::{BadBaseUrl, BaseUrl};
use crate::api::client::{Client, ClientOptions};
use crate::api::limiter::{Limiter, LimiterOptions};
use crate::api::paced::RateLimited;
use crate::api::throttle::RateLimit;
use crate::engine::{self, EngineHandle, FrontEnd, LifecycleRecord, OpenHistory, OpenedHistory};
use crate::model::key::{ApiKey, NotAKey};
use crate::model::retry::Policy;
use crate::model::snapshot::{JournalState, KeySource, Snapshot};
use crate::sandbox::{Sandbox, SandboxOptions};
use crate::store::history::{BACKUP_DIR, back_up};
use crate::store::settings::DEFAULT_JOBS;
use crate::store::{History, Keychain, OpenError, RunId, RunLock, Settings, data_dir};
use crate::text::messages::setup as words;

/// Environment variable with an API key, named as in the vendor's own CLI.
pub const KEY_VARIABLE: &str = "MEMORIES_API_KEY";
/// Environment variable with another base URL, named as in the vendor's own CLI.
pub const BASE_URL_VARIABLE: &str = "MEMORIES_V2_BASE_URL";

/// Time before the first check for today's copy of the history: a program that opens and ends at
/// once ends without it.
const FIRST_BACKUP_CHECK: Duration = Duration::from_secs(10);
/// Interval of checking for today's copy of the history.
const BACKUP_CHECK: Duration = Duration::from_secs(3600);

/// Error of starting the program.
#[derive(Debug, thiserror::Error)]
pub enum SetupError {
    /// The environment's base URL is invalid.
    #[error("{BASE_URL_VARIABLE}: {0}")]
    BaseUrl(#[from] BadBaseUrl),
    /// The sandbox cannot listen, or has no temporary folder.
    #[error("{}", words::sandbox(&.0.to_string()))]
    Sandbox(std::io::Error),
    /// The background runtime cannot start its threads.
    #[error("{}", words::runtime(&.0.to_string()))]
    Runtime(std::io::Error),
}

/// Configures the process before it does anything: no core dump may hold the API key, and exceeding
/// a file size limit returns an error instead of killing the program.
#[cfg(unix)]
pub fn prepare_process() {
    use rustix::process::{Resource, Rlimit, Signal, setrlimit};
    use tokio::signal::unix::{SignalKind, signal};

    let none = Rlimit {
        current: Some(0),
        maximum: Some(0),
    };
    // Lowering a limit is always allowed.
    let _ = setrlimit(Resource::Core, none);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_io()
        .build();
    if let Ok(runtime) = runtime {
        let _entered = runtime.enter();
        // With a handler the write returns an error. The handler outlives this runtime and, unlike
        // an ignored signal, is not inherited by other programs.
        let _ = signal(SignalKind::from_raw(Signal::XFSZ.as_raw()));
    }
}

/// Does nothing: other systems have neither.
#[cfg(not(unix))]
pub fn prepare_process() {}

/// Creates a runtime for the engine.
///
/// # Errors
/// Its threads cannot be started.
pub fn runtime() -> Result<tokio::runtime::Runtime, SetupError> {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .thread_name("engine")
        .enable_all()
        .build()
        .map_err(SetupError::Runtime)
}

/// Environment of one run. Dropping it stops a sandbox and removes its data.
#[derive(Debug)]
pub struct AppContext {
    /// Base URL of the service.
    pub base_url: BaseUrl,
    /// Data directory, or the reason why there is none.
    pub folder: Result<PathBuf, String>,
    /// Key of the environment or the sandbox.
    pub key: Option<(ApiKey, KeySource)>,
    /// Reason why the text in the environment is no key.
    pub bad_key: Option<NotAKey>,
    /// The sandbox, if the run uses one.
    pub sandbox: Option<Sandbox>,
    /// Storage of upload sessions across restarts.
    pub keychain: Keychain,
    _temporary: Option<TempDir>,
}

impl AppContext {
    /// Uses the service and the data directory, with the environment's settings.
    ///
    /// # Errors
    /// The environment's base URL is invalid.
    pub fn real() -> Result<Self, SetupError> {
        let mut world = Self::without_key()?;
        let key = match std::env::var(KEY_VARIABLE) {
            Ok(text) => ApiKey::from_pasted(&Zeroizing::new(text)),
            Err(VarError::NotPresent) => Err(NotAKey::Empty),
            Err(VarError::NotUnicode(_)) => Err(NotAKey::Characters),
        };
        match key {
            Ok(key) => world.key = Some((key, KeySource::Environment)),
            Err(NotAKey::Empty) => {}
            Err(why) => world.bad_key = Some(why),
        }
        Ok(world)
    }

    /// Uses the service and the data directory without looking for a key.
    ///
    /// # Errors
    /// The environment's base URL is invalid.
    pub fn without_key() -> Result<Self, SetupError> {
        let base_url = match std::env::var(BASE_URL_VARIABLE) {
            Ok(url) if !url.trim().is_empty() => BaseUrl::parse(&url)?,
            Err(VarError::NotUnicode(url)) => BaseUrl::parse(&url.to_string_lossy())?,
            _ => BaseUrl::default(),
        };
        Ok(Self {
            base_url,
            folder: data_dir::resolve().map_err(|error| error.to_string()),
            key: None,
            bad_key: None,
            sandbox: None,
            keychain: Keychain::system(),
            _temporary: None,
        })
    }

    /// Starts a sandbox on the current runtime with a temporary folder. Ignores the environment,
    /// the keychain and the data directory.
    ///
    /// # Errors
    /// No port or no temporary folder is available.
    pub fn sandbox() -> Result<Self, SetupError> {
        Self::with_sandbox(SandboxOptions::default())
    }

    /// Starts a sandbox with these options on the current runtime.
    ///
    /// # Errors
    /// No port or no temporary folder is available.
    pub fn with_sandbox(options: SandboxOptions) -> Result<Self, SetupError> {
        let sandbox = Sandbox::start(options).map_err(SetupError::Sandbox)?;
        let temporary = private_folder().map_err(SetupError::Sandbox)?;
        let key = ApiKey::from_pasted(sandbox.key()).ok();
        Ok(Self {
            base_url: BaseUrl::parse(&sandbox.base_url())?,
            folder: Ok(temporary.path().to_owned()),
            key: key.map(|key| (key, KeySource::Sandbox)),
            bad_key: None,
            sandbox: Some(sandbox),
            keychain: Keychain::absent(),
            _temporary: Some(temporary),
        })
    }

    /// Creates the service client, behind the limit of one request per second.
    pub fn service(
        &self,
        numbers: &Numbers,
        bandwidth: Arc<RateLimit>,
    ) -> Arc<RateLimited<Client>> {
        let mut options = ClientOptions::new(self.base_url.clone());
        options.policy = numbers.policy.clone();
        options.rate_limit = bandwidth;
        let limiter = Arc::new(Limiter::new(numbers.limiter.clone()));
        Arc::new(RateLimited::new(Client::new(options), limiter))
    }

    /// Returns a function that opens this run's history, as often as needed.
    fn history(&self, front_end: FrontEnd) -> OpenHistory {
        let folder = self.folder.clone();
        // A command may be over before the first check.
        let copies = self.sandbox.is_none() && front_end == FrontEnd::CommandLine;
        Arc::new(move || {
            let folder = match &folder {
                Ok(folder) => folder.clone(),
                // It may exist by now.
                Err(_) => {
                    data_dir::resolve().map_err(|error| OpenError::NoPlace(error.to_string()))?
                }
            };
            let opened = History::open(&folder)?;
            if copies {
                copy_history(&folder);
            }
            let lock = RunLock::begin(&folder)
                .inspect_err(|error| tracing::warn!(%error, "this run has no lock"))
                .ok();
            let run = lock.as_ref().map(|run| run.id().clone());
            Ok(OpenedHistory {
                history: opened.history,
                set_aside: opened.set_aside,
                run: run.unwrap_or_else(|| RunId::from_text("")),
                lock,
            })
        })
    }

    /// Starts an engine on the current runtime.
    pub fn start(&self, how: EngineConfig) -> RunningEngine {
        let bandwidth = RateLimit::new(how.bandwidth);
        let service = self.service(&how.numbers, Arc::clone(&bandwidth));
        let runs = self.folder.clone().ok();
        let is_alive = move |run: &RunId| {
            runs.as_deref()
                .is_some_and(|folder| crate::store::run_lock::is_alive(folder, run).unwrap_or(true))
        };
        let options = engine::Options {
            front_end: how.front_end,
            policy: how.numbers.policy,
            jobs: how.jobs,
            start_at_once: how.start_at_once,
            bandwidth,
            ask_history: how.ask_history,
            force: how.force,
            base_url: self.base_url.as_str().to_owned(),
            history: self.history(how.front_end),
            is_alive: Arc::new(is_alive),
            shared: self.folder.clone().ok().filter(|_| self.sandbox.is_none()),
            key: self.key.clone(),
            follower: how.follower,
            keychain: self.keychain.clone(),
            wake: how.wake,
        };
        let (mut handle, task) = engine::start(options, service);
        handle.data_dir = self.folder.clone().ok();
        if let (Ok(folder), None) = (&self.folder, &self.sandbox) {
            tokio::spawn(back_up_daily(folder.clone(), handle.snapshot.clone()));
        }
        RunningEngine { handle, task }
    }

    /// Returns the data directory, if there is one.
    pub fn folder(&self) -> Option<&Path> {
        self.folder.as_deref().ok()
    }
}

/// Copies the history into the folders that have no fresh copy. Blocks. Failures are logged only.
fn copy_history(dir: &Path) {
    let second = Settings::peek(dir).backup_folder;
    for folder in [Some(dir.join(BACKUP_DIR)), second].into_iter().flatten() {
        if let Err(error) = back_up(dir, &folder) {
            let folder = folder.display();
            tracing::warn!(%folder, %error, "the history is not copied");
        }
    }
}

/// Copies the history while the engine runs, each hour anew: one file a day. Failures are retried.
async fn back_up_daily(dir: PathBuf, mut snapshot: watch::Receiver<Arc<Snapshot>>) {
    let is_open = |snapshot: &Arc<Snapshot>| snapshot.journal == JournalState::Good;
    let Ok(_) = snapshot.wait_for(is_open).await.map(drop) else {
        return;
    };
    let mut wait = FIRST_BACKUP_CHECK;
    while tokio::time::timeout(wait, snapshot.wait_for(|_| false))
        .await
        .is_err()
    {
        let dir = dir.clone();
        let _ = tokio::task::spawn_blocking(move || copy_history(&dir)).await;
        wait = BACKUP_CHECK;
    }
}

/// Creates a private folder for a sandbox's data, removed on drop.
fn private_folder() -> std::io::Result<TempDir> {
    #[cfg_attr(not(unix), expect(unused_mut, reason = "only Unix has modes"))]
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        builder.permissions(std::fs::Permissions::from_mode(0o700));
    }
    builder.prefix("mavi-uploader-sandbox-").tempdir()
}

/// Numbers of a run: those of `docs/contract.md`, or a test's smaller ones.
#[derive(Clone, Debug)]
pub struct Numbers {
    /// Retry policy, and the size limit of direct uploads.
    pub policy: Policy,
    /// Rate limit.
    pub limiter: LimiterOptions,
}

impl Numbers {
    /// Returns the numbers of `docs/contract.md`.
    pub fn of(front_end: FrontEnd) -> Self {
        Self {
            policy: match front_end {
                FrontEnd::Window => Policy::default(),
                FrontEnd::CommandLine => Policy::for_command_line(),
            },
            limiter: LimiterOptions::default(),
        }
    }
}

/// Configuration of an engine.
pub struct EngineConfig {
    /// Its front end.
    pub front_end: FrontEnd,
    /// Its numbers.
    pub numbers: Numbers,
    /// Concurrent transfers, 1–8.
    pub jobs: usize,
    /// Starts files without a command once they are checked.
    pub start_at_once: bool,
    /// Skips files whose content is in the history.
    pub ask_history: bool,
    /// Accepts files by extension if their content is not recognised.
    pub force: bool,
    /// Bandwidth limit of all transfers in bytes per second.
    pub bandwidth: Option<u64>,
    /// Receiver of every lifecycle event.
    pub follower: Option<mpsc::UnboundedSender<LifecycleRecord>>,
    /// Called after every new snapshot and notice.
    pub wake: Box<dyn Fn() + Send + Sync>,
}

impl EngineConfig {
    /// Returns the configuration of an engine that only does as it is told.
    pub fn new(front_end: FrontEnd) -> Self {
        Self {
            front_end,
            numbers: Numbers::of(front_end),
            jobs: usize::from(DEFAULT_JOBS),
            start_at_once: false,
            ask_history: true,
            force: false,
            bandwidth: None,
            follower: None,
            wake: Box::new(|| ()),
        }
    }
}

/// A running engine.
#[derive(Debug)]
pub struct RunningEngine {
    /// Its handle.
    pub handle: EngineHandle,
    /// Ends when everything is saved in the journal.
    pub task: JoinHandle<()>,
}

#[cfg(all(test, unix))]
mod tests;
