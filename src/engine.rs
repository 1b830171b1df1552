//! The background runtime: takes files in, sends them, follows them to their end.
//!
//! One task, the actor, owns the queue. Front ends send [`Command`]s and read the latest
//! [`Snapshot`]; workers, timers and polls send events to the actor, and
//! [`transition`](crate::model::upload::transition) decides.

mod actor;
mod asset_calls;
mod asset_checks;
mod asset_deletions;
mod batches;
mod blocking_io;
mod clock;
pub mod command;
mod duplicates;
pub mod files;
mod gate;
mod intake;
mod journal;
mod keys;
pub mod lifecycle;
mod message;
mod missing_files;
mod outbox;
mod pending_hash;
mod publisher;
mod queue;
mod queue_totals;
mod row_change;
mod saved_session;
pub mod shutdown;
mod speed;
mod storage_protocols;
mod tasks;
#[cfg(test)]
mod tests;
mod upload_sessions;
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

pub use command::{Command, EngineHandle, FinishedCounts, Notice, Preferences};
pub use journal::opening::{IsAlive, OpenHistory, OpenedHistory};
pub use lifecycle::{LifecycleEvent, LifecycleRecord};

/// Front end that the engine works for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FrontEnd {
    /// The window: the whole queue is restored, and everything waits for the user to start it.
    Window,
    /// `upload`: only the given files, started at once.
    CommandLine,
}

/// Configuration of an engine.
pub struct Options {
    /// Front end it works for.
    pub front_end: FrontEnd,
    /// Timeouts and retries.
    pub policy: Policy,
    /// Transfers at a time, 1–8.
    pub jobs: usize,
    /// Added files start once they are checked, unless from outside.
    pub start_at_once: bool,
    /// Bandwidth limit of the service's transfers.
    pub bandwidth: Arc<RateLimit>,
    /// Skip files whose content is in the history.
    pub ask_history: bool,
    /// Take unrecognised content for the format of the file's name.
    pub force: bool,
    /// Service, as written to the history.
    pub base_url: String,
    /// Opens the history; retried until it works, and nothing uploads before.
    pub history: OpenHistory,
    /// Tells whether another run of the program is still alive and keeps its rows.
    pub is_alive: IsAlive,
    /// Folder in which this computer's processes share the rate limit.
    pub shared: Option<PathBuf>,
    /// The key, if known from the start.
    pub key: Option<(ApiKey, KeySource)>,
    /// Receiver of every lifecycle event.
    pub follower: Option<mpsc::UnboundedSender<LifecycleRecord>>,
    /// Storage of upload sessions over a restart.
    pub keychain: Keychain,
    /// Called after every new snapshot and notice.
    pub wake: Box<dyn Fn() + Send + Sync>,
}

/// Starts an engine on the current tokio runtime. It ends with [`Command::Shutdown`] or when its
/// handle is dropped; its task ends once everything is journaled.
pub fn start<S: Service>(
    options: Options,
    service: Arc<RateLimited<S>>,
) -> (EngineHandle, JoinHandle<()>) {
    let (commands, command_receiver) = mpsc::unbounded_channel();
    let (snapshot_sender, snapshot) = watch::channel(Arc::new(Snapshot::default()));
    let (notice_sender, notices) = mpsc::unbounded_channel();
    let base_url = options.base_url.clone();
    let actor = actor::Actor::new(options, service, snapshot_sender, notice_sender);
    let task = tokio::spawn(actor.run(command_receiver));
    (
        EngineHandle {
            commands,
            snapshot,
            notices,
            data_dir: None,
            base_url,
        },
        task,
    )
}
