//! Puts the layers together for one run of the program: the real service or a sandbox,
//! where things are kept, and an engine over both.

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
use crate::model::fault::Fault;
use crate::model::key::{ApiKey, NotAKey};
use crate::model::retry::Policy;
use crate::model::snapshot::{JournalState, KeySource, Snapshot};
use crate::sandbox::{Sandbox, SandboxOptions};
use crate::store::history::{BACKUP_DIR, back_up};
use crate::store::{DataDir, DataDirError, History, Keychain, OpenError, RunId, RunLock, Settings};

/// The environment variable that holds an API key (as the vendor's own CLI has it).
pub const KEY_VARIABLE: &str = "MEMORIES_API_KEY";
/// The environment variable that holds another base URL (as the vendor's own CLI has it).
pub const BASE_URL_VARIABLE: &str = "MEMORIES_V2_BASE_URL";

/// How often it is looked whether the history has its copy of the day.
const BACKUP_CHECK: Duration = Duration::from_secs(3600);

/// Why the program cannot start what it was asked for.
#[derive(Debug, thiserror::Error)]
pub enum SetupError {
    /// The base URL of the environment cannot be used.
    #[error("{BASE_URL_VARIABLE}: {0}")]
    BaseUrl(#[from] BadBaseUrl),
    /// The key of the environment is none.
    #[error("{KEY_VARIABLE}: {0}")]
    Key(NotAKey),
    /// The sandbox cannot listen, or has no temporary folder.
    #[error("The sandbox cannot start: {0}.")]
    Sandbox(std::io::Error),
    /// No HTTP client can be made.
    #[error("Connections cannot be made on this computer: {}.", .0.diagnostics.causes.join(": "))]
    Client(Box<Fault>),
    /// No threads for the background runtime.
    #[error("The program cannot start its background work: {0}.")]
    Runtime(std::io::Error),
}

/// Sets what holds for the whole process, before it does anything: no core file may hold the API
/// key, and a write beyond a quota fails with words rather than ending the program.
#[cfg(unix)]
pub fn prepare_process() {
    use rustix::process::{Resource, Rlimit, Signal, setrlimit};
    use tokio::signal::unix::{SignalKind, signal};

    let none = Rlimit {
        current: Some(0),
        maximum: Some(0),
    };
    // Nobody is forbidden to lower a limit.
    let _ = setrlimit(Resource::Core, none);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_io()
        .build();
    if let Ok(runtime) = runtime {
        let _entered = runtime.enter();
        // Once the signal has a handler, the write returns an error. The handler stays, unlike this
        // runtime, and is not inherited by other programs, unlike an ignored signal.
        let _ = signal(SignalKind::from_raw(Signal::XFSZ.as_raw()));
    }
}

/// Other systems have neither.
#[cfg(not(unix))]
pub fn prepare_process() {}

/// A runtime for the engine.
pub fn runtime() -> Result<tokio::runtime::Runtime, SetupError> {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .thread_name("engine")
        .enable_all()
        .build()
        .map_err(SetupError::Runtime)
}

/// What one run works with. Dropping it stops a sandbox and removes what it kept.
#[derive(Debug)]
pub struct AppContext {
    /// Where the service is.
    pub base_url: BaseUrl,
    /// Where history, settings and logs are; an error where there is no such place.
    pub folder: Result<PathBuf, String>,
    /// The key that is known from the start: the environment's or the sandbox's.
    pub key: Option<(ApiKey, KeySource)>,
    /// The sandbox, where the run is against one.
    pub sandbox: Option<Sandbox>,
    /// Where the sessions of uploads are kept over a restart.
    pub keychain: Keychain,
    _temporary: Option<TempDir>,
}

impl AppContext {
    /// The real service, or the one of the environment, and the data directory.
    ///
    /// # Errors
    /// A base URL or a key of the environment that cannot be used.
    pub fn real() -> Result<Self, SetupError> {
        let mut world = Self::without_key()?;
        world.key = match std::env::var(KEY_VARIABLE) {
            Ok(text) => match ApiKey::from_pasted(&Zeroizing::new(text)) {
                Ok(key) => Some((key, KeySource::Environment)),
                Err(NotAKey::Empty) => None,
                Err(error) => return Err(SetupError::Key(error)),
            },
            Err(VarError::NotPresent) => None,
            Err(VarError::NotUnicode(_)) => return Err(SetupError::Key(NotAKey::Characters)),
        };
        Ok(world)
    }

    /// The same without looking for a key.
    ///
    /// # Errors
    /// A base URL of the environment that cannot be used.
    pub fn without_key() -> Result<Self, SetupError> {
        let base_url = match std::env::var(BASE_URL_VARIABLE) {
            Ok(url) if !url.trim().is_empty() => BaseUrl::parse(&url)?,
            Err(VarError::NotUnicode(url)) => BaseUrl::parse(&url.to_string_lossy())?,
            _ => BaseUrl::default(),
        };
        let folder = DataDir::resolve()
            .map(|dir| dir.path().to_owned())
            .map_err(|error: DataDirError| error.to_string());
        Ok(Self {
            base_url,
            folder,
            key: None,
            sandbox: None,
            keychain: Keychain::system(),
            _temporary: None,
        })
    }

    /// A sandbox, on the current runtime, with a folder that goes with it. The environment's
    /// key and URL, the keychain and the data directory are not touched.
    ///
    /// # Errors
    /// No port or no temporary folder to be had.
    pub fn sandbox() -> Result<Self, SetupError> {
        Self::with_sandbox(SandboxOptions::default())
    }

    /// The same with a sandbox of another kind.
    ///
    /// # Errors
    /// As [`AppContext::sandbox`].
    pub fn with_sandbox(options: SandboxOptions) -> Result<Self, SetupError> {
        let sandbox = Sandbox::start(options).map_err(SetupError::Sandbox)?;
        let temporary = private_folder().map_err(SetupError::Sandbox)?;
        let key = ApiKey::from_pasted(sandbox.key()).map_err(SetupError::Key)?;
        Ok(Self {
            base_url: BaseUrl::parse(&sandbox.base_url())?,
            folder: Ok(temporary.path().to_owned()),
            key: Some((key, KeySource::Sandbox)),
            sandbox: Some(sandbox),
            keychain: Keychain::absent(),
            _temporary: Some(temporary),
        })
    }

    /// The service, behind the one-request-a-second limit.
    ///
    /// # Errors
    /// No HTTP client can be made. The window, which opens before that is known, hears of it
    /// from its first call.
    pub fn service(
        &self,
        front_end: FrontEnd,
        numbers: &Numbers,
        bandwidth: Arc<RateLimit>,
    ) -> Result<Arc<RateLimited<Client>>, SetupError> {
        let mut options = ClientOptions::new(self.base_url.clone());
        options.policy = numbers.policy.clone();
        options.rate_limit = bandwidth;
        let client = match front_end {
            FrontEnd::Window => Client::lazy(options),
            FrontEnd::CommandLine => {
                Client::new(options).map_err(|fault| SetupError::Client(Box::new(fault)))?
            }
        };
        let limiter = Arc::new(Limiter::new(numbers.limiter.clone()));
        Ok(Arc::new(RateLimited::new(client, limiter)))
    }

    /// Opens the history of this run, as often as it is asked to.
    fn history(&self) -> OpenHistory {
        let folder = self.folder.clone();
        let is_real = self.sandbox.is_none();
        Arc::new(move || {
            let folder = match &folder {
                Ok(folder) => folder.clone(),
                // It may be there by now.
                Err(_) => DataDir::resolve()
                    .map_err(|error| OpenError::NoPlace(error.to_string()))?
                    .path()
                    .to_owned(),
            };
            let opened = History::open(&folder)?;
            if is_real {
                // Here it is known to be sound, and this thread may take its time.
                copy_history(&folder, &folder.join(BACKUP_DIR));
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

    /// Starts an engine, on the current runtime.
    ///
    /// # Errors
    /// As [`AppContext::service`].
    pub fn start(&self, how: EngineConfig) -> Result<RunningEngine, SetupError> {
        let bandwidth = RateLimit::new(how.bandwidth);
        let service = self.service(how.front_end, &how.numbers, Arc::clone(&bandwidth))?;
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
            ask_history: how.ask_history && self.sandbox.is_none(),
            force: how.force,
            base_url: self.base_url.as_str().to_owned(),
            history: self.history(),
            is_alive: Arc::new(is_alive),
            shared: self.folder.clone().ok().filter(|_| self.sandbox.is_none()),
            key: self.key.clone(),
            follower: how.follower,
            keychain: self.keychain.clone(),
            wake: how.wake,
        };
        let (handle, task) = engine::start(options, service);
        if let (Ok(folder), None) = (&self.folder, &self.sandbox) {
            tokio::spawn(back_up_daily(folder.clone(), handle.snapshot.clone()));
        }
        Ok(RunningEngine { handle, task })
    }

    /// The folder, where there is one.
    pub fn folder(&self) -> Option<&Path> {
        self.folder.as_deref().ok()
    }
}

/// Makes today's copy of the history, if that is missing. What does not work stops nothing.
fn copy_history(dir: &Path, folder: &Path) {
    if let Err(error) = back_up(dir, folder) {
        let folder = folder.display();
        tracing::warn!(%folder, %error, "the history is not copied");
    }
}

/// Copies the history once a day, as long as the engine runs. What does not work is tried again.
async fn back_up_daily(dir: PathBuf, mut snapshot: watch::Receiver<Arc<Snapshot>>) {
    let is_open = |snapshot: &Arc<Snapshot>| snapshot.journal == JournalState::Good;
    let Ok(_) = snapshot.wait_for(is_open).await.map(drop) else {
        return;
    };
    loop {
        let dir = dir.clone();
        let copying = tokio::task::spawn_blocking(move || {
            let second = Settings::peek(&dir).backup_folder;
            for folder in [Some(dir.join(BACKUP_DIR)), second].into_iter().flatten() {
                copy_history(&dir, &folder);
            }
        });
        let _ = copying.await;
        let engine_ends = snapshot.wait_for(|_| false);
        if tokio::time::timeout(BACKUP_CHECK, engine_ends)
            .await
            .is_ok()
        {
            return;
        }
    }
}

/// A folder for the data of one sandbox, which nobody else may look into; it goes when it is
/// dropped.
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

/// The numbers of one run: those of `docs/contract.md`, or a test's smaller ones.
#[derive(Clone, Debug)]
pub struct Numbers {
    /// What is tried again, when, and the largest file for the direct route.
    pub policy: Policy,
    /// How far apart calls are.
    pub limiter: LimiterOptions,
}

impl Numbers {
    /// Those of `docs/contract.md`.
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

/// How a front end wants its engine.
pub struct EngineConfig {
    /// For whom it works.
    pub front_end: FrontEnd,
    /// By which numbers.
    pub numbers: Numbers,
    /// Transfers at a time, 1–8.
    pub jobs: usize,
    /// Files that are found good start by themselves.
    pub start_at_once: bool,
    /// Files whose content is in the history are not uploaded again.
    pub ask_history: bool,
    /// Files whose content is not recognised are taken for what their names say.
    pub force: bool,
    /// Bytes a second for all transfers.
    pub bandwidth: Option<u64>,
    /// Where to send every turn of every file.
    pub follower: Option<mpsc::UnboundedSender<LifecycleRecord>>,
    /// Called after every new snapshot and notice.
    pub wake: Box<dyn Fn() + Send + Sync>,
}

/// An engine that runs.
#[derive(Debug)]
pub struct RunningEngine {
    /// To talk to it.
    pub handle: EngineHandle,
    /// Ends when everything is journaled.
    pub task: JoinHandle<()>,
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[tokio::test]
    async fn nobody_else_may_look_into_a_sandboxes_folder() {
        let world = AppContext::sandbox().unwrap();
        let mode = std::fs::metadata(world.folder().unwrap())
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o700);
    }

    #[tokio::test(start_paused = true)]
    async fn the_history_is_copied_when_it_is_open_and_every_hour_that_has_no_copy() {
        let home = tempfile::tempdir().unwrap();
        let dir = home.path().join("data");
        let second = home.path().join("second");
        drop(History::open(&dir).unwrap());
        let settings = serde_json::json!({ "backup_folder": second });
        std::fs::write(dir.join("settings.json"), settings.to_string()).unwrap();
        let opening = Snapshot {
            journal: JournalState::Opening,
            ..Snapshot::default()
        };
        let (sender, snapshot) = watch::channel(Arc::new(opening));
        let copying = tokio::spawn(back_up_daily(dir.clone(), snapshot));
        tokio::time::sleep(BACKUP_CHECK * 2).await;
        assert!(!second.exists());
        sender.send(Arc::new(Snapshot::default())).unwrap();
        for _ in 0..2 {
            tokio::time::sleep(BACKUP_CHECK * 2).await;
            for folder in [&dir.join(BACKUP_DIR), &second] {
                let copies: Vec<_> = std::fs::read_dir(folder).unwrap().collect();
                assert_eq!(copies.len(), 1, "{}", folder.display());
                std::fs::remove_file(copies[0].as_ref().unwrap().path()).unwrap();
            }
        }
        drop(sender);
        copying.await.unwrap();
    }
}
