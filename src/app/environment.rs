//! Interfaces to the outside: dialogs, keychain, sandbox, desktop. Tests use fakes.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use tokio::sync::mpsc::UnboundedReceiver;

use super::command::ExportFormat;
use super::pending::{Pending, Wake};
use super::thumbnails::PictureMaker;
use crate::api::network::NetworkState;
use crate::engine::EngineHandle;
use crate::model::key::{ApiKey, NotAKey};
use crate::store::settings::Loaded;
use crate::store::{ForwardedPaths, KeySlot, Settings};

/// Result of a file dialog.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DialogResult {
    /// Chosen paths.
    Chosen(Vec<PathBuf>),
    /// Closed without a choice.
    Cancelled,
    /// The desktop has no file dialog that the program can open.
    Unavailable,
}

/// Purpose of a file dialog.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FileDialogKind {
    /// Files of the supported formats.
    Files,
    /// Folders to walk.
    Folders,
    /// One folder for a second copy of the history.
    BackupFolder,
    /// A file to save a copy of the history to.
    SaveCopy,
    /// One copy of the history.
    OpenCopy,
    /// One file: the new location of a missing one.
    Located,
    /// One list of assets.
    Import,
    /// A file to write the selection to.
    Save(ExportFormat),
    /// A file to write a report to, with a name for it.
    Report(String),
}

/// The system's file dialogs.
pub trait FileDialogs {
    /// Opens a dialog without blocking.
    fn choose(&self, wanted: FileDialogKind, wake: Wake) -> Pending<DialogResult>;
}

/// Why a keychain call failed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum VaultError {
    /// The computer has no keychain.
    #[error("no keychain answers on this computer")]
    Absent,
    /// It is locked, or access was refused.
    #[error("the keychain is locked")]
    Locked,
    /// The system or the user denied access.
    #[error("the keychain did not allow the access")]
    Denied,
    /// The stored value is not a key.
    #[error("what the keychain holds as the key is none")]
    NotAKey,
    /// Any other failure; its text is in the log.
    #[error("the keychain failed")]
    Failed,
}

/// The system's keychain. Calls may block until the user unlocks it, so they run on a separate
/// thread.
pub trait KeyVault: Send + Sync {
    /// Returns the key in this entry, if any.
    fn load(&self, slot: &KeySlot) -> Result<Option<ApiKey>, VaultError>;
    /// Stores this key in place of any other in this entry.
    fn save(&self, slot: &KeySlot, key: &ApiKey) -> Result<(), VaultError>;
    /// Deletes the key in this entry, if any.
    fn remove(&self, slot: &KeySlot) -> Result<(), VaultError>;
}

/// Starts a sandbox and its engine. Blocks; the error text is shown to the user.
pub type StartSandbox = Arc<dyn Fn() -> Result<EngineHandle, String> + Send + Sync>;

/// Saves the settings. Blocks.
pub type SaveSettings = Arc<dyn Fn(&Settings) -> io::Result<()> + Send + Sync>;

/// Looks up proxy and certificates. Blocks.
pub type DescribeNetwork = Arc<dyn Fn() -> NetworkState + Send + Sync>;

/// Called when a notification is clicked.
pub type Clicked = Box<dyn FnOnce() + Send>;

/// The desktop around the window. Calls never block, and do nothing where unsupported.
pub trait Desktop {
    /// Shows a notification while the window is in the background. `clicked` is called on any
    /// thread, if the desktop reports the click.
    fn notify(&self, title: &str, text: &str, clicked: Clicked);
    /// Starts or stops preventing automatic sleep.
    fn stay_awake(&self, awake: bool);
    /// Shows the progress in percent in the taskbar.
    fn progress(&self, percent: Option<u8>);
    /// Opens an address; answers `false` if no browser opened.
    fn browse(&self, address: &'static str, wake: Wake) -> Pending<bool>;
    /// Returns the files on the clipboard, if any. May wait seconds for another program.
    fn copied_files(&self, wake: Wake) -> Pending<Vec<PathBuf>>;
    /// Shows a path in the file manager; answers `false` if none opened.
    fn reveal(&self, path: &Path, wake: Wake) -> Pending<bool>;
}

/// Everything the window gets from outside.
pub struct WindowEnvironment {
    /// File dialogs.
    pub dialogs: Box<dyn FileDialogs>,
    /// The keychain; `None` in a sandbox.
    pub vault: Option<Arc<dyn KeyVault>>,
    /// Key from the environment, which overrides the keychain.
    pub environment_key: Option<ApiKey>,
    /// Why the environment variable holds no valid key.
    pub bad_environment_key: Option<NotAKey>,
    /// Paths from the command line, added once the window is open, so that a failed start leaves
    /// nothing behind.
    pub paths: Vec<PathBuf>,
    /// The engine talks to a sandbox.
    pub sandbox: bool,
    /// Starts a sandbox; `None` if the program runs on one.
    pub start_sandbox: Option<StartSandbox>,
    /// Settings, and warnings from reading them.
    pub settings: Loaded,
    /// Saves the settings; `None` if they last for this session only. Held until the last write is
    /// done.
    pub save_settings: Option<SaveSettings>,
    /// Data directory.
    pub folder: Option<PathBuf>,
    /// Looks up proxy and certificates.
    pub describe_network: DescribeNetwork,
    /// The desktop.
    pub desktop: Box<dyn Desktop>,
    /// Maker of thumbnails.
    pub thumbnails: Arc<PictureMaker>,
    /// Paths forwarded by later starts of the program, if supported.
    pub arrivals: Option<UnboundedReceiver<ForwardedPaths>>,
    /// Files can be dropped on the window.
    pub can_drop: bool,
    /// Version, commit and system of this build.
    pub build: &'static str,
    /// Wakes the window.
    pub wake: Wake,
    /// Clock; `Instant::now` except in screenshot tests.
    pub clock: Box<dyn Fn() -> Instant>,
}
