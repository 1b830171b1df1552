//! The loop that owns the queue: what is told, what follows, what is journaled, what is shown.
//!
//! Each turn takes in everything that has been said meanwhile, moves the uploads through
//! `next`, writes one transaction, and only then shows the new state and carries out what
//! follows from it.

mod commands;
mod commit;
mod duplicate_scan;
mod duplicates;
mod effects;
mod intake;
mod keys;
mod locate;
mod message;
mod restore;
mod sessions;
mod snapshot;
mod waits;

use std::collections::HashSet;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, Interval, MissedTickBehavior};

use self::duplicate_scan::DuplicateScan;
use self::keys::KeyCheck;
use super::intake::Intake;
use super::journal::Journal;
use super::lifecycle::{LifecycleEvent, LifecycleRecord, turn};
use super::message::ActorMessage;
use super::missing_files::MissingFiles;
use super::outbox::{Outbox, Work};
use super::publisher::Publisher;
use super::queue::Queue;
use super::speed::ThroughputMeter;
use super::storage_protocols::StorageProtocols;
use super::tasks::Tasks;
use super::tasks::task::Task;
use super::upload_sessions::UploadSessions;
use super::{Command, Notice, Options};
use crate::api::Service;
use crate::api::limiter::RateHold;
use crate::api::paced::RateLimited;
use crate::model::asset::Account;
use crate::model::fault::RequiredAction;
use crate::model::key::ApiKey;
use crate::model::snapshot::{ItemId, KeySource, Snapshot};
use crate::model::upload::{Event, UploadState};
use crate::store::KeychainWorker;

/// How often meters are read while bytes move.
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
    duplicate_scan: DuplicateScan,
    intake: Intake,

    key: Option<(ApiKey, KeySource)>,
    no_key: bool,
    trust: KeyCheck,
    key_check: Option<Task>,
    /// A check of the key in spite of a hold.
    probe: Option<Task>,
    /// A rate-limit answer that holds all calls back.
    hold: watch::Receiver<Option<RateHold>>,
    /// Accounts of the current key: its own, and those that were joined with it.
    own: HashSet<Account>,
    /// Whose key answered well when it was asked about before it came into use.
    prechecked_account: Option<Account>,
    storage_protocols: StorageProtocols,
    sessions: UploadSessions,
    needs: Option<RequiredAction>,
    paused: bool,
    /// Since when the service can't be reached, as far as is known.
    offline: Option<Instant>,
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
        let key = options.key.clone();
        let hold = service.limiter().hold();
        let stall = options.policy.stall;
        let keychain = KeychainWorker::new(options.keychain.clone());
        let sessions = UploadSessions::new(keychain, options.base_url.clone());
        Self {
            journal: Journal::new(Arc::clone(&options.history), options.base_url.clone()),
            options,
            inbox,
            queue: Queue::default(),
            missing_files: MissingFiles::new(),
            duplicate_scan: DuplicateScan::default(),
            intake: Intake::default(),
            key,
            no_key: false,
            trust: KeyCheck::Unchecked,
            key_check: None,
            probe: None,
            hold,
            own: HashSet::new(),
            prechecked_account: None,
            storage_protocols: StorageProtocols::default(),
            sessions,
            needs: None,
            paused: false,
            offline: None,
            throughput: ThroughputMeter::default(),
            stopped: false,
            publisher: Publisher::new(snapshot, notices),
            outbox: Outbox::default(),
            tasks: Tasks::new(service, messages, stall),
        }
    }

    /// Runs until it is told to stop or nobody can tell it anything any more.
    pub async fn run(mut self, mut commands: mpsc::UnboundedReceiver<Command>) {
        self.share_limit();
        self.restore_key_check();
        self.recall_accounts();
        self.open_history();
        self.commit_and_publish();
        let mut sampling = tokio::time::interval(SAMPLING);
        sampling.set_missed_tick_behavior(MissedTickBehavior::Delay);
        while !self.stopped {
            let bytes_move = !self.queue.active_transfers().is_empty();
            let hold = *self.hold.borrow();
            tokio::select! {
                command = commands.recv() => match command {
                    Some(command) => self.handle_command(command),
                    None => self.stopped = true,
                },
                Some(messages) = self.inbox.recv() => self.handle_message(messages),
                () = tick(&mut sampling, bytes_move) => self.sample(),
                Ok(()) = self.hold.changed() => self.test_hold(),
                () = waits::end(hold) => {}
            }
            for _ in 0..TURN {
                if self.journal.has_a_turns_worth() {
                    break;
                }
                if let Ok(command) = commands.try_recv() {
                    self.handle_command(command);
                } else if let Ok(messages) = self.inbox.try_recv() {
                    self.handle_message(messages);
                } else {
                    break;
                }
            }
            self.commit_and_publish();
        }
        self.shut_down().await;
        self.drain_keychain().await;
        tracing::info!("engine ends");
    }

    /// Reads the meters.
    fn sample(&mut self) {
        let now = Instant::now();
        let (mut bytes, mut moving) = (0, false);
        for id in self.queue.active_transfers().clone() {
            let Some(item) = self.queue.get_mut(id) else {
                continue;
            };
            let (UploadState::Sending { .. }, Some(meter)) = (&item.upload().state, &item.meter)
            else {
                continue;
            };
            if !meter.started() {
                continue;
            }
            let moved = meter.moved();
            moving |= !meter.body_out();
            if item.began > self.offline && moved > 0 {
                // Of a try that began before, bytes may only have gone as far as the
                // system's buffers.
                self.offline = None;
            }
            bytes += item.speed.sample(now, moved);
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
        self.duplicate_scan.on_change(&change);
        self.missing_files.on_change(change.item);
        self.publisher.on_transition(&change);
        if change.begins_batch {
            self.throughput.on_batch_begun();
        }
        if change.releases_body {
            self.outbox.start(Work::Release(id));
        }
        let path = change.item.path.clone();
        let said = turn(&change, self.options.policy.direct_limit);
        let unused = change.unused_reservation().cloned();
        let ended = change.has_ended();
        let asset = change.ready_asset().cloned();
        self.outbox.start_effects(id, change.effects);
        if let Some(asset) = unused {
            self.forget_session(&asset);
        }
        if let Some(turn) = said {
            self.follow(Some(id), path, turn);
        }
        if ended {
            self.notify_dependents(id, asset.as_ref());
        }
        true
    }

    fn follow(&mut self, item: Option<ItemId>, path: PathBuf, turn: LifecycleEvent) {
        if self.options.follower.is_some() {
            self.outbox.follow(LifecycleRecord { item, path, turn });
        }
    }
}

/// The next moment to read the meters; never, while no bytes move.
async fn tick(sampling: &mut Interval, wanted: bool) {
    if wanted {
        sampling.tick().await;
    } else {
        std::future::pending::<()>().await;
    }
}
