//! The loop that owns the queue and everything that keeps something about it.
//!
//! Each turn takes in everything that has arrived meanwhile, moves the uploads through
//! `transition`, writes one transaction, and only then publishes the new state and begins the work
//! that follows from it.

mod asset_checks;
mod asset_deletions;
mod commands;
mod commit;
mod duplicates;
mod effects;
mod intake;
mod keys;
mod message;
mod restore;
mod shut_down;
mod snapshot;
#[cfg(test)]
mod tests;
mod waits;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, Interval, MissedTickBehavior};

use super::asset_checks::AssetChecks;
use super::asset_deletions::AssetDeletions;
use super::batches::Batches;
use super::duplicates::Duplicates;
use super::gate::Gate;
use super::intake::Intake;
use super::journal::Journal;
use super::keys::Keys;
use super::lifecycle::{LifecycleEvent, LifecycleRecord};
use super::message::ActorMessage;
use super::missing_files::MissingFiles;
use super::outbox::{Outbox, Work};
use super::publisher::Publisher;
use super::queue::Queue;
use super::speed::ThroughputMeter;
use super::storage_protocols::StorageProtocols;
use super::tasks::Tasks;
use super::upload_sessions::UploadSessions;
use super::{Command, Notice, Options};
use crate::api::Service;
use crate::api::paced::RateLimited;
use crate::model::snapshot::{ItemId, Snapshot};
use crate::model::upload::{Event, UploadState};
use crate::store::KeychainWorker;

/// Interval at which meters are read while bytes move.
const SAMPLING: Duration = Duration::from_millis(100);
/// Most messages that one turn takes in: the longest that a snapshot can be late.
const TURN: usize = 512;

/// The owner of the queue.
pub(super) struct Actor<S> {
    options: Options,
    journal: Journal,
    inbox: mpsc::UnboundedReceiver<ActorMessage>,

    queue: Queue,
    missing_files: MissingFiles,
    duplicates: Duplicates,
    asset_checks: AssetChecks,
    asset_deletions: AssetDeletions,
    intake: Intake,
    batches: Batches,

    keys: Keys,
    gate: Gate,
    storage_protocols: StorageProtocols,
    sessions: UploadSessions,
    throughput: ThroughputMeter,
    stopped: bool,

    publisher: Publisher,
    outbox: Outbox,
    tasks: Tasks<S>,
}

impl<S: Service> Actor<S> {
    pub fn new(
        options: Options,
        service: Arc<RateLimited<S>>,
        snapshot: watch::Sender<Arc<Snapshot>>,
        notices: mpsc::UnboundedSender<Notice>,
    ) -> Self {
        let (messages, inbox) = mpsc::unbounded_channel();
        let stall = options.policy.stall;
        let keychain = KeychainWorker::new(options.keychain.clone());
        let sessions = UploadSessions::new(keychain, options.base_url.clone());
        let keys = Keys::new(options.key.clone());
        let gate = Gate::new(service.limiter().hold());
        Self {
            journal: Journal::new(Arc::clone(&options.history), options.base_url.clone()),
            options,
            inbox,
            queue: Queue::default(),
            missing_files: MissingFiles::new(),
            duplicates: Duplicates::new(),
            asset_checks: AssetChecks::new(),
            asset_deletions: AssetDeletions::new(),
            intake: Intake::default(),
            batches: Batches::default(),
            keys,
            gate,
            storage_protocols: StorageProtocols::default(),
            sessions,
            throughput: ThroughputMeter::default(),
            stopped: false,
            publisher: Publisher::new(snapshot, notices),
            outbox: Outbox::default(),
            tasks: Tasks::new(service, messages, stall),
        }
    }

    /// Runs until it is told to stop or nobody can tell it anything any more.
    pub async fn run(mut self, mut commands: mpsc::UnboundedReceiver<Command>) {
        self.start();
        let mut sampling = tokio::time::interval(SAMPLING);
        sampling.set_missed_tick_behavior(MissedTickBehavior::Delay);
        while !self.stopped {
            self.next_message(&mut commands, &mut sampling).await;
            self.drain(&mut commands);
            self.commit();
        }
        self.shut_down().await;
        tracing::info!("engine ends");
    }

    fn start(&mut self) {
        self.share_limit();
        self.restore_key_check();
        self.recall_accounts();
        self.open_history();
        self.commit();
    }

    /// Waits for a command, a message of a task, the end of a hold, or the time to read meters.
    async fn next_message(
        &mut self,
        commands: &mut mpsc::UnboundedReceiver<Command>,
        sampling: &mut Interval,
    ) {
        let bytes_move = !self.queue.active_transfers().is_empty();
        tokio::select! {
            command = commands.recv() => match command {
                Some(command) => self.handle_command(command),
                None => self.stopped = true,
            },
            Some(message) = self.inbox.recv() => self.handle_message(message),
            _ = sampling.tick(), if bytes_move => self.sample(),
            is_untested = self.gate.hold_changed() => if is_untested {
                self.probe();
            }
        }
    }

    /// Takes in what has arrived meanwhile, up to a turn's worth.
    fn drain(&mut self, commands: &mut mpsc::UnboundedReceiver<Command>) {
        for _ in 0..TURN {
            if self.journal.has_a_turns_worth() {
                return;
            }
            if let Ok(command) = commands.try_recv() {
                self.handle_command(command);
            } else if let Ok(message) = self.inbox.try_recv() {
                self.handle_message(message);
            } else {
                return;
            }
        }
    }

    /// Reads the meters.
    fn sample(&mut self) {
        let now = Instant::now();
        let (mut bytes, mut moving) = (0, false);
        for id in self.queue.active_transfers().clone() {
            let Some(item) = self.queue.get_mut(id) else {
                continue;
            };
            if !matches!(item.upload().state, UploadState::Sending { .. }) {
                continue;
            }
            let Some(sample) = item.transfer.sample(now) else {
                continue;
            };
            bytes += sample.new;
            moving |= !sample.is_out;
            if sample.moved > 0 {
                self.gate.on_bytes_moved(item.starts.last());
            }
            self.publisher.on_change(id);
        }
        self.throughput.sample(now, bytes, moving);
    }

    /// Moves an upload by an event; false where the event is stale or does not fit. Whoever keeps
    /// something about the row is told here, in this order.
    fn apply(&mut self, id: ItemId, event: Event) -> bool {
        let Some(change) = self.queue.apply(id, event, &self.options.policy) else {
            return false;
        };
        self.journal.stage_transition(&change);
        self.duplicates.on_change(&change);
        self.sessions.on_change(&change);
        self.missing_files.on_change(change.item);
        if change.begins_busy_period {
            self.throughput.on_busy_period_begun();
        }
        self.publisher.on_transition(&change);
        let direct_limit = self.options.policy.direct_limit;
        if self.options.follower.is_some()
            && let Some(record) = LifecycleRecord::of(&change, direct_limit)
        {
            self.outbox.follow(record);
        }
        if change.releases_body {
            self.outbox.start(Work::Release(id));
        }
        let ended = change.has_ended().then(|| change.ready_asset().cloned());
        self.outbox.start_effects(id, change.effects);
        if let Some(asset) = ended {
            self.notify_dependents(id, asset.as_ref());
        }
        true
    }

    fn follow(&mut self, item: Option<ItemId>, path: PathBuf, event: LifecycleEvent) {
        if self.options.follower.is_some() {
            self.outbox.follow(LifecycleRecord { item, path, event });
        }
    }
}
