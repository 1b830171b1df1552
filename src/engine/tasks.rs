//! Tasks that run beside the actor, but for the blocking threads of `blocking_io`, `pending_hash`
//! and the keychain.
//!
//! They report to the actor by messages. The actor begins them while it carries out its outbox,
//! after the turn's commit; only what the commit itself needs begins before.

mod checks;
mod hashes;
pub(super) mod task;
mod uploads;
mod walks;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, oneshot};
use tokio::task::{JoinSet, spawn_blocking};
use tracing::Instrument;

use super::blocking_io::for_each_file_with_timeout;
use super::files;
use super::journal::opening::OpenTask;
use super::message::ActorMessage;
use super::pending_hash::PendingHash;
use super::upload_sessions::KeychainReply;
use crate::api::Service;
use crate::api::limiter::Priority;
use crate::api::paced::RateLimited;
use crate::model::asset::{AssetAnswer, AssetId};
use crate::model::asset_deletion::DeletionAnswer;
use crate::model::fault::Fault;
use crate::model::key::ApiKey;
use crate::model::media::FileStamp;
use crate::model::snapshot::ItemId;

pub(super) use checks::{FileToCheck, FileToLocate, LocatedFile};
pub(super) use hashes::{Contents, FilesToCompare, ReadAhead, not_compared};
use task::Task;
pub(super) use uploads::LookupOutcome;
pub(super) use walks::AddedPaths;

/// Longest wait of a check for the one before it, which keeps results in order. Beyond that an
/// unresponsive drive would hold up all of them.
const CHECK_ORDER_TIMEOUT: Duration = Duration::from_secs(5);
/// Delay before found files are tried again while the database is locked.
const INTAKE_RETRY_DELAY: Duration = Duration::from_millis(80);

/// The engine's running tasks, and what they need.
pub(super) struct Tasks<S> {
    service: Arc<RateLimited<S>>,
    messages: mpsc::UnboundedSender<ActorMessage>,
    /// Time without progress after which a drive counts as unresponsive.
    stall: Duration,
    /// Tasks that belong to no row; they end with the engine.
    background: JoinSet<()>,
    /// Timer of the next commit, after one that failed.
    commit_retry: Option<Task>,
    /// Resolves when the check that was started last has reported.
    last_check: Option<oneshot::Receiver<()>>,
}

impl<S: Service> Tasks<S> {
    pub fn new(
        service: Arc<RateLimited<S>>,
        messages: mpsc::UnboundedSender<ActorMessage>,
        stall: Duration,
    ) -> Self {
        Self {
            service,
            messages,
            stall,
            background: JoinSet::new(),
            commit_retry: None,
            last_check: None,
        }
    }

    pub fn service(&self) -> &RateLimited<S> {
        &self.service
    }

    /// Frees the memory of background tasks that have ended.
    pub fn reap(&mut self) {
        while self.background.try_join_next().is_some() {}
    }

    /// Spawns a background task that reports once.
    fn report(&mut self, message: impl Future<Output = Option<ActorMessage>> + Send + 'static) {
        let messages = self.messages.clone();
        self.background.spawn(async move {
            if let Some(message) = message.await {
                let _ = messages.send(message);
            }
        });
    }

    /// Spawns a task that reports once, unless it is dropped before.
    fn reporting(&self, message: impl Future<Output = ActorMessage> + Send + 'static) -> Task {
        let messages = self.messages.clone();
        Task::spawn(async move {
            let _ = messages.send(message.await);
        })
    }

    /// Reports a message after a delay, unless the task is dropped before.
    fn after(&self, delay: Duration, message: ActorMessage) -> Task {
        self.reporting(async move {
            tokio::time::sleep(delay).await;
            message
        })
    }

    /// Opens the history on its own thread.
    pub fn open_history(&self, task: OpenTask) {
        let messages = self.messages.clone();
        spawn_blocking(move || {
            // Fails only if the actor is gone.
            let _ = messages.send(ActorMessage::OpenOutcome(Box::new(task.run())));
        });
    }

    /// Starts the timer of the next commit, unless it runs.
    pub fn retry_commit(&mut self, after: Duration) {
        if self.commit_retry.is_none() {
            self.commit_retry = Some(self.after(after, ActorMessage::RetryCommit));
        }
    }

    pub fn on_commit_retry(&mut self) {
        self.commit_retry = None;
    }

    /// Starts the timer of files that were found while the database was locked.
    pub fn retry_intake(&mut self) {
        self.report(async {
            tokio::time::sleep(INTAKE_RETRY_DELAY).await;
            Some(ActorMessage::RetryIntake)
        });
    }

    /// Walks added paths.
    pub fn walk(&mut self, added: AddedPaths) {
        let (stall, messages) = (self.stall, self.messages.clone());
        self.background.spawn(walks::walk(added, stall, messages));
    }

    /// Resolves the canonical paths of rows; those of an unresponsive drive are left out.
    pub fn resolve_paths(&mut self, files: Vec<(ItemId, PathBuf)>) {
        let stall = self.stall;
        self.report(async move {
            let identities =
                for_each_file_with_timeout(files, stall, |_, path| files::identity(path)).await;
            let known = identities.into_iter();
            let known = known.filter_map(|(id, identity)| Some((id, identity?)));
            Some(ActorMessage::PathsResolved(known.collect()))
        });
    }

    /// Checks files. Checks without a delay report in the order in which they begin.
    pub fn check(&mut self, files: Vec<FileToCheck>, after: Duration) {
        if files.is_empty() {
            return;
        }
        let (messages, stall) = (self.messages.clone(), self.stall);
        let mut turn = after.is_zero().then(|| {
            let (done, end) = oneshot::channel::<()>();
            (done, self.last_check.replace(end))
        });
        self.background.spawn(async move {
            tokio::time::sleep(after).await;
            if let Some((_, before)) = &mut turn
                && let Some(before) = before.take()
            {
                let _ = tokio::time::timeout(CHECK_ORDER_TIMEOUT, before).await;
            }
            let checked = checks::check(files, stall).await;
            let _ = messages.send(ActorMessage::Checked(checked));
            // Held until this check has reported, so that the next one waits.
            drop(turn);
        });
    }

    /// Checks the file that the user chose for a row.
    pub fn locate(&mut self, item: ItemId, file: FileToLocate) {
        let stall = self.stall;
        self.report(async move {
            let located = checks::locate(file, stall).await?;
            Some(ActorMessage::Located(item, located))
        });
    }

    /// Looks after a while which of these files of a folder are there again.
    pub fn watch_folder(
        &self,
        folder: PathBuf,
        files: Vec<(ItemId, PathBuf, FileStamp)>,
        after: Duration,
    ) -> Task {
        let messages = self.messages.clone();
        Task::spawn(async move {
            tokio::time::sleep(after).await;
            let look = spawn_blocking(move || {
                let back = files
                    .iter()
                    .filter(|(_, path, stamp)| files::is_still(path, *stamp));
                back.map(|(id, ..)| *id).collect()
            });
            // An error means that the runtime ends.
            if let Ok(back) = look.await {
                let _ = messages.send(ActorMessage::FilesReappeared(folder, back));
            }
        })
    }

    /// Compares files by their hashes.
    pub fn compare(&self, attempt: u32, files: FilesToCompare) -> Task {
        let (stall, item) = (self.stall, files.item);
        self.reporting(async move {
            ActorMessage::Hashed {
                item,
                attempt,
                contents: hashes::compare(files, stall).await,
            }
        })
    }

    /// Hashes files before they are started.
    pub fn read_ahead(&self, files: Vec<(ItemId, PendingHash)>) -> Task {
        let stall = self.stall;
        self.reporting(
            async move { ActorMessage::ReadAhead(hashes::read_ahead(files, stall).await) },
        )
    }

    /// Tells after a delay that the next assets of a check are to be looked up.
    pub fn list_assets(&self, after: Duration) -> Task {
        self.after(after, ActorMessage::ListAssets)
    }

    /// Asks about an asset after a delay, when no other call waits.
    pub fn check_asset(&self, asset: AssetId, key: ApiKey, after: Duration) -> Task {
        let service = Arc::clone(&self.service);
        let span = tracing::info_span!("check", asset = asset.as_str());
        let checking = async move {
            tokio::time::sleep(after).await;
            let outcome = service.metadata(&key, &asset, Priority::Lookup).await;
            ActorMessage::AssetChecked(key.account(), asset, outcome)
        };
        self.reporting(checking.instrument(span))
    }

    /// Deletes an asset after a delay, when no other call waits. `asks_first` if it may be deleted.
    pub fn delete_asset(
        &self,
        asset: AssetId,
        key: ApiKey,
        after: Duration,
        asks_first: bool,
    ) -> Task {
        let service = Arc::clone(&self.service);
        let span = tracing::info_span!("delete", asset = asset.as_str());
        let deleting = async move {
            tokio::time::sleep(after).await;
            let asked = match asks_first {
                true => service.metadata(&key, &asset, Priority::Lookup).await,
                false => Ok(AssetAnswer::NotFound),
            };
            let outcome = match asked {
                Ok(AssetAnswer::NotFound) if asks_first => Ok(DeletionAnswer::Deleted),
                Ok(_) => service.delete(&key, &asset, Priority::Lookup).await,
                Err(fault) => Err(fault),
            };
            ActorMessage::DeletionAnswered(key.account(), asset, outcome)
        };
        self.reporting(deleting.instrument(span))
    }

    /// Checks a key in its turn, or at once in spite of a rate-limit hold.
    pub fn check_key(&self, key: ApiKey, is_probe: bool) -> Task {
        let service = Arc::clone(&self.service);
        self.reporting(async move {
            let priority = match is_probe {
                true => Priority::Probe,
                false => Priority::Upload,
            };
            let outcome = service.check_key(&key, priority).await;
            ActorMessage::KeyChecked(key.account(), outcome)
        })
    }

    /// Returns what reports the outcome of a call to the keychain.
    pub fn keychain_reply(&self) -> impl FnOnce(KeychainReply) + Send + 'static {
        let messages = self.messages.clone();
        move |reply| {
            let _ = messages.send(ActorMessage::Keychain(reply));
        }
    }

    /// Asks the service whether it takes a key, and tells the caller.
    pub fn test_key(&mut self, key: ApiKey, answer: oneshot::Sender<Result<(), Fault>>) {
        let (service, messages) = (Arc::clone(&self.service), self.messages.clone());
        self.background.spawn(async move {
            let outcome = service.check_key(&key, Priority::Probe).await;
            if outcome.is_ok() {
                // Before the caller, who may go on to set the key.
                let _ = messages.send(ActorMessage::KeyChecked(key.account(), Ok(())));
            }
            // The receiver is gone if the dialog was closed.
            let _ = answer.send(outcome);
        });
    }
}
