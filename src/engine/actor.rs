//! The loop that owns the queue: what is told, what follows, what is journaled, what is shown.
//!
//! Each turn takes in everything that has been said meanwhile, moves the uploads through
//! `next`, writes one transaction, and only then shows the new state and carries out what
//! follows from it.

mod batch;
mod commands;
mod commit;
mod duplicate_scan;
mod duplicates;
mod effects;
mod intake;
mod keys;
mod locate;
mod message;
mod missing_files;
mod order;
mod publisher;
mod queue_totals;
mod restore;
mod sessions;
mod snapshot;
mod storage_protocols;
mod waits;
mod walks;

use std::collections::{BTreeSet, HashMap, HashSet};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, oneshot, watch};
use tokio::task::JoinSet;
use tokio::time::{Instant, Interval, MissedTickBehavior};

use self::batch::Batch;
use self::commit::Outbox;
use self::duplicate_scan::DuplicateScan;
use self::message::ActorMessage;
use self::missing_files::MissingFiles;
use self::publisher::Publisher;
use self::storage_protocols::StorageProtocols;
use super::clock::now_ms;
use super::files::CanonicalPath;
use super::gate::Gate;
use super::intake::Intake;
use super::item::{Item, Task, is_other_keys};
use super::journal::Journal;
use super::keys::Keys;
use super::lifecycle::{LifecycleEvent, LifecycleRecord, turn};
use super::speed::ThroughputMeter;
use super::upload_sessions::UploadSessions;
use super::{Command, Notice, Options};
use crate::api::Service;
use crate::api::paced::RateLimited;
use crate::model::asset::AssetId;
use crate::model::snapshot::{ItemId, Snapshot};
use crate::model::upload::{Effect, Event, Original, Upload, UploadState, transition};
use crate::store::KeychainWorker;

/// How often meters are read while bytes move.
const SAMPLING: Duration = Duration::from_millis(100);
/// Most messages that one turn takes in: the longest that a snapshot can be late.
const TURN: usize = 512;

/// The owner of the queue.
pub(super) struct Actor<S> {
    options: Options,
    service: Arc<RateLimited<S>>,
    journal: Journal,
    messages: mpsc::UnboundedSender<ActorMessage>,
    inbox: mpsc::UnboundedReceiver<ActorMessage>,

    items: HashMap<ItemId, Item>,
    /// By position: the order in which rows are shown and started.
    order: BTreeSet<(i64, ItemId)>,
    queued: BTreeSet<(i64, ItemId)>,
    /// Rows that wait for the id of equal content, and of which nothing is sent.
    id_lookup_queue: BTreeSet<(i64, ItemId)>,
    /// Those whose turn it is.
    id_lookups_running: HashSet<ItemId>,
    /// Rows that hold a place among the transfers.
    active_transfers: HashSet<ItemId>,
    missing_files: MissingFiles,
    by_path: HashMap<CanonicalPath, ItemId>,
    by_size: HashMap<u64, BTreeSet<ItemId>>,
    dependents: HashMap<ItemId, Vec<ItemId>>,
    duplicate_scan: DuplicateScan,
    removed: Vec<(Item, Option<CanonicalPath>)>,
    intake: Intake,

    keys: Keys,
    gate: Gate,
    storage_protocols: StorageProtocols,
    sessions: UploadSessions,
    /// Resolves when the check that was started last has reported.
    last_check: Option<oneshot::Receiver<()>>,
    throughput: ThroughputMeter,
    batch: Batch,
    stopped: bool,

    publisher: Publisher,
    outbox: Outbox,
    /// Small tasks that are no row's; they end with the engine.
    background_tasks: JoinSet<()>,
    save_again: Option<Task>,
}

impl<S: Service> Actor<S> {
    pub fn new(
        options: Options,
        service: Arc<RateLimited<S>>,
        snapshot: watch::Sender<Arc<Snapshot>>,
        notices: mpsc::UnboundedSender<Notice>,
    ) -> Self {
        let (messages, inbox) = mpsc::unbounded_channel();
        let keychain = KeychainWorker::new(options.keychain.clone());
        let sessions = UploadSessions::new(keychain, options.base_url.clone());
        let keys = Keys::new(options.key.clone());
        let gate = Gate::new(service.limiter().hold());
        Self {
            journal: Journal::new(Arc::clone(&options.history), options.base_url.clone()),
            options,
            service,
            messages,
            inbox,
            items: HashMap::new(),
            order: BTreeSet::new(),
            queued: BTreeSet::new(),
            id_lookup_queue: BTreeSet::new(),
            id_lookups_running: HashSet::new(),
            active_transfers: HashSet::new(),
            missing_files: MissingFiles::new(),
            by_path: HashMap::new(),
            by_size: HashMap::new(),
            dependents: HashMap::new(),
            duplicate_scan: DuplicateScan::default(),
            removed: vec![],
            intake: Intake::default(),
            keys,
            gate,
            storage_protocols: StorageProtocols::default(),
            sessions,
            last_check: None,
            throughput: ThroughputMeter::default(),
            batch: Batch::default(),
            stopped: false,
            publisher: Publisher::new(snapshot, notices),
            outbox: Outbox::default(),
            background_tasks: JoinSet::new(),
            save_again: None,
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
            let bytes_move = !self.active_transfers.is_empty();
            tokio::select! {
                command = commands.recv() => match command {
                    Some(command) => self.handle_command(command),
                    None => self.stopped = true,
                },
                Some(messages) = self.inbox.recv() => self.handle_message(messages),
                () = tick(&mut sampling, bytes_move) => self.sample(),
                is_untested = self.gate.hold_changed() => if is_untested {
                    self.probe();
                }
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
        for id in &self.active_transfers {
            if let Some(item) = self.items.get_mut(id)
                && let (UploadState::Sending { .. }, Some(meter)) =
                    (&item.upload.state, &item.meter)
                && meter.started()
            {
                bytes += item.speed.sample(now, meter.moved());
                if meter.moved() > 0 {
                    self.gate.on_bytes_moved(item.began);
                }
                moving |= !meter.body_out();
                self.publisher.on_change(item.id);
            }
        }
        self.throughput.sample(now, bytes, moving);
    }

    /// Moves an upload by an event; false where the event is stale or does not fit.
    fn apply(&mut self, id: ItemId, event: Event) -> bool {
        let Some(item) = self.items.get_mut(&id) else {
            return false;
        };
        let releases = matches!(event, Event::BodyOut { .. });
        let poll_trouble = match &event {
            Event::PollFailed { fault, .. } => Some(fault.kind),
            _ => None,
        };
        let Some((after, effects)) = transition(&item.upload, event, &self.options.policy) else {
            tracing::debug!(item = id.0, "stale event");
            return false;
        };
        let before = std::mem::replace(&mut item.upload, after);
        item.poll_trouble = poll_trouble;
        item.note_resume_offset(&before.state);
        item.has_sent_bytes &= !item.upload.has_ended();
        let is_done = |state: &UploadState| matches!(state, UploadState::Done { .. });
        item.seen_ready |= is_done(&item.upload.state) && !is_done(&before.state);
        if let UploadState::Processing {
            content: Some(content),
            ..
        } = &item.upload.state
        {
            item.content = Some(*content);
        }
        let now = Instant::now();
        let delay = effects
            .iter()
            .find_map(|effect| match effect {
                Effect::ScheduleRetry { after, .. } | Effect::Poll { after, .. } => Some(*after),
                _ => None,
            })
            .unwrap_or_default();
        if effects
            .iter()
            .any(|effect| matches!(effect, Effect::Send { .. }))
        {
            item.starts += 1;
            item.began_ms = Some(now_ms());
            item.began = Some(now);
            item.started_at.get_or_insert(now);
        }
        item.upload
            .stamp_fault_times(item.began_ms, now_ms(), item.starts);
        match &item.upload.state {
            UploadState::Processing { .. } => {
                if !matches!(before.state, UploadState::Processing { .. }) {
                    item.polled_since = Some(now + delay);
                }
                item.waits_until = Some(now + delay);
            }
            UploadState::RetryScheduled { .. } => item.waits_until = Some(now + delay),
            _ => item.polled_since = None,
        }
        let is_over = |upload: &Upload| upload.has_ended() || is_other_keys(&upload.state);
        if is_over(&item.upload) && !effects.contains(&Effect::Abort) {
            // What ran for it told so and is over; a task that is kept keeps its memory.
            item.running = None;
            item.meter = None;
        }
        let took = item
            .started_at
            .map_or(Duration::ZERO, |started| now - started);
        let said = turn(
            &before,
            &item.upload,
            item.starts,
            delay,
            took,
            self.options.policy.direct_limit,
            item.content,
        );
        let is_active = item.upload.is_active();
        let begins_batch = is_active && self.batch.begin(self.throughput.moved());
        if is_active {
            item.upload.counters.batch = self.batch.began_ms();
            item.in_batch = true;
        }
        self.journal.stage_item(item);
        self.missing_files.on_change(item);
        if before.state != item.upload.state {
            self.duplicate_scan.invalidate(item);
            tracing::info!(
                item = id.0,
                attempt = item.upload.attempt,
                from = before.state.name(),
                to = item.upload.state.name(),
                asset = item.upload.asset().map(AssetId::as_str),
                fault = ?item.upload.fault(),
            );
            tell_trouble(item, delay);
        }
        let holds = item.upload.uses_transfer_slot();
        let position = (item.position, id);
        let path = item.path.clone();
        let reuse_only = item.upload.counters.reuse_only;
        let queued = item.upload.state == UploadState::Queued;
        let id_lookups_running = reuse_only && item.upload.state == UploadState::Hashing;
        let ended = is_over(&item.upload) && !is_over(&before);
        let asset = match &item.upload.state {
            UploadState::Done { asset, .. } | UploadState::Duplicate(Original::Asset(asset)) => {
                Some(asset.clone())
            }
            _ => None,
        };
        let over = before.reserved_id.filter(|asset| {
            item.upload.has_ended() || item.upload.reserved_id.as_ref() != Some(asset)
        });
        if begins_batch {
            self.begin_batch();
        }
        if let Some(asset) = over {
            self.sessions.forget(&asset);
        }
        self.queued.remove(&position);
        self.id_lookup_queue.remove(&position);
        self.id_lookups_running.remove(&id);
        if id_lookups_running {
            self.id_lookups_running.insert(id);
        } else if queued && reuse_only {
            self.id_lookup_queue.insert(position);
        } else if queued {
            self.queued.insert(position);
        }
        if holds {
            self.active_transfers.insert(id);
        } else {
            self.active_transfers.remove(&id);
        }
        self.publisher.on_change(id);
        self.stage_records(id, &effects);
        self.outbox
            .effects
            .extend(effects.into_iter().map(|effect| (id, effect)));
        if releases {
            self.outbox.released.push(id);
        }
        if let Some(turn) = said {
            self.follow(Some(id), path, turn);
        }
        if let UploadState::Duplicate(Original::Row(original)) = before.state {
            self.remove_dependent(id, original);
        }
        if ended {
            self.notify_dependents(id, asset.as_ref());
        }
        true
    }

    fn follow(&mut self, item: Option<ItemId>, path: PathBuf, turn: LifecycleEvent) {
        if self.options.follower.is_some() {
            self.outbox.turns.push(LifecycleRecord { item, path, turn });
        }
    }
}

/// Writes into the log what a row waits or failed for, with all that is known of it.
fn tell_trouble(item: &Item, delay: Duration) {
    let (UploadState::RetryScheduled { cause: fault } | UploadState::Failed { fault, .. }) =
        &item.upload.state
    else {
        return;
    };
    let detail = &fault.diagnostics;
    tracing::warn!(
        item = item.id.0,
        kind = ?fault.kind,
        call = detail.call.as_deref(),
        status = detail.http_status,
        code = detail.code.as_deref(),
        message = detail.message.as_deref(),
        request_id = detail.request_id.as_deref(),
        causes = detail.causes.join(": "),
        tries = item.starts,
        next_try_ms = u64::try_from(delay.as_millis()).unwrap_or(u64::MAX),
        ended = item.upload.has_ended(),
        "trouble"
    );
}

/// The next moment to read the meters; never, while no bytes move.
async fn tick(sampling: &mut Interval, wanted: bool) {
    if wanted {
        sampling.tick().await;
    } else {
        std::future::pending::<()>().await;
    }
}
