//! The background runtime: takes files in, sends them, follows them to their end.
//!
//! One task, the actor, owns the queue. Front ends say [`Command`]s and read the latest
//! [`Snapshot`]; workers, timers and polls tell the
//! actor what happened, and [`next`](crate::model::upload::next) decides.

mod actor;
mod blocking_io;
mod clock;
pub mod command;
pub mod intake;
mod item;
mod journal;
pub mod lifecycle;
mod sessions;
pub mod shutdown;
mod speed;
#[cfg(test)]
mod tests;
mod worker;

use std::path::PathBuf;
use std::sync::Arc;

use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;

use crate::api::Service;
use crate::api::paced::RateLimited;
use crate::api::throttle::RateLimit;
use crate::model::key::ApiKey;
use crate::model::retry::Policy;
use crate::model::snapshot::{KeySource, Snapshot};
use crate::store::Keychain;

pub use command::{BatchEnd, Command, EngineHandle, Notice, Preferences};
pub use journal::opening::{IsAlive, OpenHistory, OpenedHistory};
pub use lifecycle::{LifecycleEvent, LifecycleRecord};

/// For whom the engine works.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FrontEnd {
    /// The window: the whole queue comes back, the user starts, everything waits for her.
    Window,
    /// `upload`: only what it is given, started at once.
    CommandLine,
}

/// What an engine is made with.
pub struct Options {
    /// For whom.
    pub front_end: FrontEnd,
    /// The numbers.
    pub policy: Policy,
    /// Transfers at a time, 1–8.
    pub jobs: usize,
    /// Files that are added, unless from outside, start by themselves when they are found
    /// good.
    pub start_at_once: bool,
    /// The limit that the service's transfers keep to.
    pub bandwidth: Arc<RateLimit>,
    /// Files whose content is in the history are not uploaded again.
    pub ask_history: bool,
    /// Files whose content is not recognised are taken for what their names say.
    pub force: bool,
    /// Which service, as it is written into the history.
    pub base_url: String,
    /// Opens the history. While that does not work nothing uploads, and it is tried again.
    pub history: OpenHistory,
    /// Whether another run of the program still lives; its rows are left to it.
    pub is_alive: IsAlive,
    /// Folder in which the programs of this computer share the rate limit.
    pub shared: Option<PathBuf>,
    /// The key, where it is known from the start.
    pub key: Option<(ApiKey, KeySource)>,
    /// Where to send every turn of every file.
    pub follower: Option<mpsc::UnboundedSender<LifecycleRecord>>,
    /// Where the sessions of uploads are kept over a restart.
    pub keychain: Keychain,
    /// Called after every new snapshot and notice.
    pub wake: Box<dyn Fn() + Send + Sync>,
}

/// Starts an engine on the current tokio runtime. It ends with [`Command::Shutdown`], or
/// when its handle is dropped; its task ends when everything is journaled.
pub fn start<S: Service>(
    options: Options,
    service: Arc<RateLimited<S>>,
) -> (EngineHandle, JoinHandle<()>) {
    let (commands, command_receiver) = mpsc::unbounded_channel();
    let (snapshot_sender, snapshot) = watch::channel(Arc::new(Snapshot::default()));
    let (notice_sender, notices) = mpsc::unbounded_channel();
    let actor = actor::Actor::new(options, service, snapshot_sender, notice_sender);
    let task = tokio::spawn(actor.run(command_receiver));
    (
        EngineHandle {
            commands,
            snapshot,
            notices,
        },
        task,
    )
}
