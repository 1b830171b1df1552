//! Parses arguments, starts logging, and wires the layers.

use std::convert::Infallible;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use mavi_uploader::api::network;
use mavi_uploader::app::environment::{
    KeyVault, SaveSettings, StartSandbox, VaultError, WindowEnvironment,
};
use mavi_uploader::app::pending::Wake;
use mavi_uploader::app::thumbnails::{PictureMaker, Posters};
use mavi_uploader::app::{settings, wording};
use mavi_uploader::engine::shutdown::FAREWELL;
use mavi_uploader::engine::{EngineHandle, FrontEnd, Preferences};
use mavi_uploader::model::key::ApiKey;
use mavi_uploader::model::{media, version};
use mavi_uploader::setup::{self, AppContext, EngineConfig, RunningEngine, SetupError};
use mavi_uploader::store::settings::Loaded;
use mavi_uploader::store::{
    ForwardedPaths, Instance, InstanceLock, KeySlot, Keychain, SecretError, Settings,
    ThumbnailCache, data_dir, single_instance,
};
use mavi_uploader::ui::{SystemDesktop, SystemDialogs, Window, startup_error};
use mavi_uploader::{cli, cli::Interruption, logging};
use tokio::runtime::{Handle, Runtime};
use tokio::sync::mpsc::{self, UnboundedReceiver};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

/// Window icon.
const ICON: &[u8] = include_bytes!("../assets/icon/mavi-uploader-256.png");

fn main() -> ExitCode {
    setup::prepare_process();
    let arguments = cli::parse(std::env::args_os());
    match arguments.command {
        Some(command) => cli::run(command),
        None => match window(arguments.sandbox, arguments.paths) {
            Ok(()) => ExitCode::SUCCESS,
            Err(StartupError { words, code }) => {
                // Paths stand on lines of their own, and `say` prints one line.
                words.lines().for_each(cli::say);
                startup_error::show_error_box(&words);
                ExitCode::from(code)
            }
        },
    }
}

/// Error of opening the window.
struct StartupError {
    words: String,
    code: u8,
}

impl From<SetupError> for StartupError {
    fn from(error: SetupError) -> Self {
        Self {
            words: error.to_string(),
            code: cli::setup_status(&error),
        }
    }
}

/// Running engines, each with its environment.
type EngineTasks = Arc<Mutex<Vec<JoinHandle<()>>>>;

/// Opens the window and returns when it is closed.
fn window(sandbox: bool, paths: Vec<PathBuf>) -> Result<(), StartupError> {
    let runtime = setup::runtime()?;
    let mut world = {
        let _entered = runtime.enter();
        match sandbox {
            true => AppContext::sandbox()?,
            false => AppContext::real()?,
        }
    };
    // The window reports it and asks for another key.
    let bad_environment_key = world.bad_key;
    let mut unguarded = None;
    let single_instance = match world.folder().filter(|_| !sandbox) {
        None => None,
        Some(folder) => match runtime.block_on(single_instance::enter(folder, &paths)) {
            Ok(Instance::Primary(single_instance)) => Some(single_instance),
            Ok(Instance::Forwarded) => return Ok(()),
            Ok(Instance::Unresponsive) => {
                return Err(StartupError {
                    words: wording::silent_window(&paths),
                    code: cli::EXIT_SOME_FAILED,
                });
            }
            // Without file locks, a second window is better than none.
            Err(error) => {
                unguarded = Some(error);
                None
            }
        },
    };
    let _logs = logging::start(world.folder());
    if let Some(error) = unguarded {
        tracing::warn!(%error, "no lock for the window");
    }
    let environment_key = if sandbox {
        None
    } else {
        world.key.take().map(|(key, _)| key)
    };
    let window = Window::default();
    runtime.spawn(end_when_told(window.end()));
    let (listening, arrivals) = single_instance
        .as_ref()
        .and_then(|single_instance| listen(single_instance, &runtime, window.wake()))
        .unzip();
    let engines = EngineTasks::default();
    let start_sandbox = {
        let (runtime, engines, wake) = (runtime.handle().clone(), engines.clone(), window.wake());
        // The window configures each engine.
        let usual = settings::preferences(&Settings::default());
        let start = move || {
            let _entered = runtime.enter();
            let world = AppContext::sandbox().map_err(|error| error.to_string())?;
            Ok(start(world, &runtime, &engines, &wake, usual))
        };
        Arc::new(start) as StartSandbox
    };
    let base_url = world.base_url.clone();
    let folder = world.folder().map(Path::to_owned);
    let settings = match &folder {
        Some(folder) => Settings::load(folder),
        None => Loaded::default(),
    };
    // Resolves once the writer is dropped, so that no write is pending.
    let (writes, written) = oneshot::channel::<Infallible>();
    let save_settings = folder.clone().map(|folder| {
        Arc::new(move |settings: &Settings| {
            let _held = &writes;
            settings.save(&folder)
        }) as SaveSettings
    });
    let preferences = settings::preferences(&settings.settings);
    let engine = start(
        world,
        runtime.handle(),
        &engines,
        &window.wake(),
        preferences,
    );
    let extensions = media::formats()
        .iter()
        .map(|format| format.extension)
        .collect();
    let outside = WindowEnvironment {
        paths,
        dialogs: Box::new(SystemDialogs::new(extensions)),
        vault: (!sandbox).then(|| Arc::new(KeychainVault(Keychain::system())) as Arc<dyn KeyVault>),
        environment_key,
        bad_environment_key,
        sandbox,
        start_sandbox: (!sandbox).then_some(start_sandbox),
        settings,
        save_settings,
        folder,
        describe_network: Arc::new(move || network::describe(&base_url)),
        desktop: Box::new(SystemDesktop::default()),
        thumbnails: Arc::new(pictures(sandbox)),
        arrivals,
        can_drop: window.can_drop(),
        build: version::BUILD,
        wake: window.wake(),
        clock: Box::new(Instant::now),
    };
    let icon = eframe::icon_data::from_png_bytes(ICON).ok();
    let closed = window.run(engine, outside, icon);
    if let Some(listening) = listening {
        // Later paths wait until this window has closed.
        listening.abort();
    }
    let running = std::mem::take(&mut *engines.lock().unwrap_or_else(PoisonError::into_inner));
    runtime.block_on(async {
        let all = async {
            for engine in running {
                let _ = engine.await;
            }
            let _ = written.await;
        };
        let _ = tokio::time::timeout(FAREWELL, all).await;
    });
    runtime.shutdown_background();
    closed.map_err(|error| {
        tracing::error!(?error, "no window");
        StartupError {
            words: error.to_string(),
            code: cli::EXIT_SOME_FAILED,
        }
    })
}

/// Returns the maker of thumbnails; a sandbox keeps none on disk.
fn pictures(sandbox: bool) -> PictureMaker {
    let folder = data_dir::thumbnails().filter(|_| !sandbox);
    let posters = Posters::system(data_dir::shared_thumbnails());
    PictureMaker::new(folder.map(ThumbnailCache::new), posters)
}

/// Closes the window on a signal: the user logs out, or closes the terminal.
async fn end_when_told(end: Wake) {
    Interruption::ends_in_any_case();
    Interruption::listen().heard().await;
    tracing::info!("the system ends the program");
    end();
}

/// Returns the paths from other starts, and the task that listens for them.
fn listen(
    single_instance: &InstanceLock,
    runtime: &Runtime,
    wake: Wake,
) -> Option<(JoinHandle<()>, UnboundedReceiver<ForwardedPaths>)> {
    let _entered = runtime.enter();
    let (sender, arrivals) = mpsc::unbounded_channel();
    let deliver = move |arrival| {
        // A closed window takes nothing.
        if sender.send(arrival).is_ok() {
            wake();
        }
    };
    single_instance
        .listen(deliver)
        .inspect_err(|error| tracing::warn!(%error, "other starts can’t reach this window"))
        .ok()
        .map(|listening| (listening, arrivals))
}

/// Starts an engine for the window; its environment is dropped after it.
fn start(
    world: AppContext,
    runtime: &Handle,
    engines: &EngineTasks,
    wake: &Wake,
    preferences: Preferences,
) -> EngineHandle {
    let wake = Arc::clone(wake);
    let _entered = runtime.enter();
    let RunningEngine { handle, task } = world.start(EngineConfig {
        jobs: preferences.jobs,
        start_at_once: preferences.start_at_once,
        bandwidth: preferences.bandwidth,
        wake: Box::new(move || wake()),
        ..EngineConfig::new(FrontEnd::Window)
    });
    let ends = runtime.spawn(async move {
        let _ = task.await;
        drop(world);
    });
    engines
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .push(ends);
    handle
}

/// Adapter of the store's keychain for the window.
struct KeychainVault(Keychain);

impl KeyVault for KeychainVault {
    fn load(&self, slot: &KeySlot) -> Result<Option<ApiKey>, VaultError> {
        self.0.at(slot).load().map_err(vault_error)
    }

    fn save(&self, slot: &KeySlot, key: &ApiKey) -> Result<(), VaultError> {
        self.0.at(slot).save(key).map_err(vault_error)
    }

    fn remove(&self, slot: &KeySlot) -> Result<(), VaultError> {
        self.0.at(slot).remove().map(drop).map_err(vault_error)
    }
}

/// Logs the keychain's own words.
#[expect(clippy::needless_pass_by_value, reason = "for map_err")]
fn vault_error(error: SecretError) -> VaultError {
    tracing::info!(%error, "the keychain did not do what was asked");
    match error {
        SecretError::NoKeychain(_) => VaultError::Absent,
        SecretError::Locked => VaultError::Locked,
        SecretError::Denied(_) => VaultError::Denied,
        SecretError::NotAKey => VaultError::NotAKey,
        SecretError::Other(_) => VaultError::Failed,
    }
}
