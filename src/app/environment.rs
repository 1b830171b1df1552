//! What the window wants of the world: dialogs, keychain, sandbox. Implemented elsewhere,
//! faked in tests.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use tokio::sync::mpsc::UnboundedReceiver;

use super::command::ExportFormat;
use super::pending::{Pending, Wake};
use crate::api::network::NetworkState;
use crate::engine::EngineHandle;
use crate::model::key::{ApiKey, NotAKey};
use crate::store::settings::Loaded;
use crate::store::{ForwardedPaths, Settings};

/// How a file dialog ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DialogResult {
    /// These were chosen.
    Chosen(Vec<PathBuf>),
    /// It was closed without a choice.
    Cancelled,
    /// This desktop has no file dialog that the program can open.
    Unavailable,
}

/// What a file dialog is to choose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileDialogKind {
    /// Files of the supported formats, several at once.
    Files,
    /// Folders, to be walked.
    Folders,
    /// The one file that is not where it was.
    Located,
    /// One file to write a selection to.
    Save(ExportFormat),
}

/// The system's file dialogs.
pub trait FileDialogs {
    /// Opens a dialog and returns at once.
    fn choose(&self, wanted: FileDialogKind, wake: Wake) -> Pending<DialogResult>;
}

/// Why the keychain did not do what was asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum VaultError {
    /// No keychain answers on this computer.
    #[error("no keychain answers on this computer")]
    Absent,
    /// It is locked, or access was refused.
    #[error("the keychain is locked")]
    Locked,
    /// The system or the user did not allow the access.
    #[error("the keychain did not allow the access")]
    Denied,
    /// What it holds as the key is none.
    #[error("what the keychain holds as the key is none")]
    NotAKey,
    /// It failed; in its own words that is in the log.
    #[error("the keychain failed")]
    Failed,
}

/// The system's keychain. Its calls may block for as long as the user takes to unlock it;
/// the window makes them on a thread of their own.
pub trait KeyVault: Send + Sync {
    /// The key that is kept; `None` when there is none.
    fn load(&self) -> Result<Option<ApiKey>, VaultError>;
    /// Keeps this key in place of any other.
    fn save(&self, key: &ApiKey) -> Result<(), VaultError>;
    /// Forgets the key that is kept, if there is one.
    fn remove(&self) -> Result<(), VaultError>;
}

/// Starts a sandbox and an engine that talks to it; blocking, called on a thread of its
/// own. The text of a failure is shown to the user.
pub type StartSandbox = Arc<dyn Fn() -> Result<EngineHandle, String> + Send + Sync>;

/// Writes the preferences; blocking, called on a thread of its own.
pub type SaveSettings = Arc<dyn Fn(&Settings) -> io::Result<()> + Send + Sync>;

/// Finds out how the service is reached; blocking, called on a thread of its own.
pub type DescribeNetwork = Arc<dyn Fn() -> NetworkState + Send + Sync>;

/// What becomes of a click on a notification.
pub type Clicked = Box<dyn FnOnce() + Send>;

/// What is asked of the desktop around the window. Every call returns at once; what the
/// desktop does not do is left undone.
pub trait Desktop {
    /// Tells the user something while the window is not in front. `clicked` is called, on
    /// any thread, where she clicks on it and the desktop says so.
    fn notify(&self, title: &str, text: &str, clicked: Clicked);
    /// Keeps the computer from going to sleep by itself from now on, or no longer.
    fn stay_awake(&self, awake: bool);
    /// Shows on the program's place in the taskbar how far everything is, in percent.
    fn progress(&self, percent: Option<u8>);
    /// Opens an address in the browser; the answer is whether one was found that takes it.
    fn browse(&self, address: &'static str, wake: Wake) -> Pending<bool>;
    /// The files that were copied in a file manager, as the clipboard has them; none where it
    /// has something else. It may ask another program, and wait seconds for it.
    fn copied_files(&self, wake: Wake) -> Pending<Vec<PathBuf>>;
    /// Shows a file or folder where files are shown; the answer is whether something showed it.
    fn reveal(&self, path: &Path, wake: Wake) -> Pending<bool>;
}

/// Everything outside that the window is given.
pub struct WindowEnvironment {
    /// File dialogs.
    pub dialogs: Box<dyn FileDialogs>,
    /// The keychain; `None` for a sandbox, which has nothing to do with it.
    pub vault: Option<Arc<dyn KeyVault>>,
    /// The key of the environment, which wins over the keychain.
    pub environment_key: Option<ApiKey>,
    /// Why what the environment holds as a key is none, where it is so.
    pub bad_environment_key: Option<NotAKey>,
    /// Files and folders that were named at the start: taken in once the window is there,
    /// so that a start that opens none leaves nothing behind.
    pub paths: Vec<PathBuf>,
    /// The engine that comes with this talks to a sandbox.
    pub sandbox: bool,
    /// How to start a sandbox; `None` where the program runs on one already.
    pub start_sandbox: Option<StartSandbox>,
    /// The user's preferences, and what there is to say of how they were read.
    pub settings: Loaded,
    /// Keeps the preferences; `None` where they are for this session only. Held as long as
    /// something may still be written.
    pub save_settings: Option<SaveSettings>,
    /// Where everything is kept.
    pub folder: Option<PathBuf>,
    /// How the service is reached.
    pub describe_network: DescribeNetwork,
    /// The desktop around the window.
    pub desktop: Box<dyn Desktop>,
    /// What other starts of the program hand to this window; `None` where none can.
    pub arrivals: Option<UnboundedReceiver<ForwardedPaths>>,
    /// Whether files can be dropped on the window here.
    pub can_drop: bool,
    /// Which program this is: version, commit and system.
    pub build: &'static str,
    /// Wakes the window.
    pub wake: Wake,
    /// What time it is; `Instant::now` but where a picture must be the same every time.
    pub clock: Box<dyn Fn() -> Instant>,
}
