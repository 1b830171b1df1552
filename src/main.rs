//! Arguments, logging, wiring; nothing else.

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use mavi_uploader::app::outside::{KeyVault, Outside, StartSandbox, VaultError};
use mavi_uploader::app::pending::Wake;
use mavi_uploader::engine::{EngineHandle, FrontEnd};
use mavi_uploader::model::key::ApiKey;
use mavi_uploader::model::{media, version};
use mavi_uploader::setup::{self, How, Numbers, Running, SetupError, World};
use mavi_uploader::store::{KeyStore, SecretError, Settings};
use mavi_uploader::ui::{SystemDialogs, Window};
use mavi_uploader::{cli, logging};
use tokio::runtime::Handle;
use tokio::task::JoinHandle;

/// How long closing the window may wait for the engine to write where everything stands.
const FAREWELL: Duration = Duration::from_secs(2);
/// Shown where the desktop shows an icon for the window.
const ICON: &[u8] = include_bytes!("../assets/icon/mavi-uploader-256.png");

fn main() -> ExitCode {
    let arguments = cli::parse(std::env::args_os());
    match arguments.command {
        Some(command) => cli::run(command),
        None => match window(arguments.sandbox, arguments.paths) {
            Ok(()) => ExitCode::SUCCESS,
            Err(Stop { words, code }) => {
                cli::say(&words);
                ExitCode::from(code)
            }
        },
    }
}

/// Why the window did not open.
struct Stop {
    words: String,
    code: u8,
}

impl From<SetupError> for Stop {
    fn from(error: SetupError) -> Self {
        let code = match error {
            SetupError::BaseUrl(_) => cli::EXIT_USAGE,
            _ => cli::EXIT_SOME_FAILED,
        };
        Self {
            words: error.to_string(),
            code,
        }
    }
}

/// Engines that run, each with the world that it lives in.
type Engines = Arc<Mutex<Vec<JoinHandle<()>>>>;

/// Opens the window, and closes when it is closed.
fn window(sandbox: bool, paths: Vec<PathBuf>) -> Result<(), Stop> {
    let runtime = setup::runtime()?;
    let (mut world, bad_environment_key) = {
        let _entered = runtime.enter();
        match sandbox {
            true => (World::sandbox()?, None),
            false => match World::real() {
                // Said in the window, which asks for another one.
                Err(SetupError::Key(why)) => (World::without_key()?, Some(why)),
                world => (world?, None),
            },
        }
    };
    let _logs = logging::start(world.folder());
    let environment_key = if sandbox {
        None
    } else {
        world.key.take().map(|(key, _)| key)
    };
    let window = Window::new();
    let engines = Engines::default();
    let start_sandbox = {
        let (runtime, engines, wake) = (runtime.handle().clone(), engines.clone(), window.wake());
        let start = move || {
            let _entered = runtime.enter();
            let world = World::sandbox().map_err(|error| error.to_string())?;
            start(world, &runtime, &engines, &wake).map_err(|error| error.to_string())
        };
        Arc::new(start) as StartSandbox
    };
    let engine = start(world, runtime.handle(), &engines, &window.wake())?;
    let extensions = media::formats()
        .iter()
        .map(|format| format.extension)
        .collect();
    let outside = Outside {
        paths,
        dialogs: Box::new(SystemDialogs::new(extensions)),
        vault: (!sandbox).then(|| Arc::new(Keychain(KeyStore::system())) as Arc<dyn KeyVault>),
        environment_key,
        bad_environment_key,
        sandbox,
        start_sandbox: (!sandbox).then_some(start_sandbox),
        can_drop: window.can_drop(),
        build: version::BUILD,
        wake: window.wake(),
        clock: Box::new(Instant::now),
    };
    let icon = eframe::icon_data::from_png_bytes(ICON).ok();
    let closed = window.run(engine, outside, icon);
    let running = std::mem::take(&mut *engines.lock().unwrap_or_else(PoisonError::into_inner));
    runtime.block_on(async {
        let all = async {
            for engine in running {
                let _ = engine.await;
            }
        };
        let _ = tokio::time::timeout(FAREWELL, all).await;
    });
    runtime.shutdown_background();
    closed.map_err(|error| {
        tracing::error!(?error, "no window");
        Stop {
            words: error.to_string(),
            code: cli::EXIT_SOME_FAILED,
        }
    })
}

/// Starts an engine for the window; its world ends after it.
fn start(
    world: World,
    runtime: &Handle,
    engines: &Engines,
    wake: &Wake,
) -> Result<EngineHandle, SetupError> {
    let settings = world
        .folder()
        .map(|folder| Settings::load(folder).settings)
        .unwrap_or_default();
    let wake = Arc::clone(wake);
    let _entered = runtime.enter();
    let Running { handle, task } = world.start(How {
        front_end: FrontEnd::Window,
        numbers: Numbers::of(FrontEnd::Window),
        jobs: usize::from(settings.jobs),
        start_at_once: false,
        ask_history: true,
        bandwidth: settings.limit_rate,
        follower: None,
        wake: Box::new(move || wake()),
    })?;
    let ends = runtime.spawn(async move {
        let _ = task.await;
        drop(world);
    });
    engines
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .push(ends);
    Ok(handle)
}

/// The store's keychain as the window wants it.
struct Keychain(KeyStore);

impl KeyVault for Keychain {
    fn load(&self) -> Result<Option<ApiKey>, VaultError> {
        self.0.load().map_err(vault_error)
    }

    fn save(&self, key: &ApiKey) -> Result<(), VaultError> {
        self.0.save(key).map_err(vault_error)
    }
}

fn vault_error(error: SecretError) -> VaultError {
    match error {
        SecretError::NoKeychain(_) => VaultError::Absent,
        SecretError::Locked => VaultError::Locked,
        other => VaultError::Other(other.to_string()),
    }
}
