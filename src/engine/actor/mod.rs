//! The loop that owns the queue: what is told, what follows, what is journaled, what is shown.
//!
//! Each turn takes in everything that has been said meanwhile, moves the uploads through
//! `next`, writes one transaction, and only then shows the new state and carries out what
//! follows from it.

mod commands;
mod duplicates;
mod effects;
mod intake;
mod keys;
mod restore;
mod show;

use std::collections::{BTreeSet, HashMap};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::{Instant, Interval, MissedTickBehavior};

use self::intake::{Found, LookedAt};
use self::keys::Trust;
use super::intake::Identity;
use super::item::{Item, Task};
use super::journal::Journal;
use super::lifecycle::{Lifecycle, Turn, turn};
use super::{Command, FrontEnd, Notice, Options};
use crate::api::paced::Paced;
use crate::api::{Service, Ticket};
use crate::model::asset::{AssetStatus, ContentHash};
use crate::model::fault::{Fault, Fix};
use crate::model::key::ApiKey;
use crate::model::snapshot::{ItemId, JournalState, KeySource, Row, Snapshot};
use crate::model::upload::{Effect, Event, Original, State, next};
use crate::store::History;

/// How often meters are read while bytes move.
const SAMPLING: Duration = Duration::from_millis(100);
/// How often an unwritable journal is tried again.
const SAVE_AGAIN: Duration = Duration::from_secs(2);
/// Most messages that one turn takes in: the longest that a snapshot can be late.
const TURN: usize = 512;

/// What tasks tell the actor.
pub(super) enum Told {
    /// Something happened to an upload.
    Upload(ItemId, Event),
    /// A ticket was issued; the answer lets its bytes go.
    Ticket {
        item: ItemId,
        attempt: u32,
        ticket: Ticket,
        saved: oneshot::Sender<()>,
    },
    /// Files were found.
    Found(Vec<Found>),
    /// A folder is walked: files so far.
    Walking(u64),
    /// A folder held this many files of other kinds.
    Skipped(PathBuf, u64),
    /// Everything that one `Add` named was found.
    WalkEnded,
    /// Files were looked at.
    Looked(Vec<LookedAt>),
    /// Contents were read for comparison.
    Hashed {
        item: ItemId,
        attempt: u32,
        contents: Result<Vec<(ItemId, ContentHash)>, Fault>,
    },
    /// The check of the key ended.
    KeyChecked(Result<(), Fault>),
    /// Try to write what could not be written.
    SaveAgain,
}

/// The owner of the queue.
pub(super) struct Actor<S> {
    options: Options,
    service: Arc<Paced<S>>,
    journal: Journal,
    told: mpsc::UnboundedSender<Told>,
    inbox: mpsc::UnboundedReceiver<Told>,
    snapshot: watch::Sender<Arc<Snapshot>>,
    notices: mpsc::UnboundedSender<Notice>,

    items: HashMap<ItemId, Item>,
    /// By position: the order in which rows are shown and started.
    order: BTreeSet<(i64, ItemId)>,
    queued: BTreeSet<(i64, ItemId)>,
    places: usize,
    by_identity: HashMap<Identity, ItemId>,
    by_size: HashMap<u64, Vec<ItemId>>,
    twins: HashMap<ItemId, Vec<ItemId>>,
    removed: Vec<Item>,

    key: Option<(ApiKey, KeySource)>,
    no_key: bool,
    trust: Trust,
    key_check: Option<Task>,
    needs: Option<Fix>,
    paused: bool,
    offline: bool,
    walks: usize,
    looks: usize,
    walking: u64,
    passed_over: u64,
    intake_said: bool,
    /// The end of the batch was said; the next start begins another one.
    batch_ended: bool,
    stopped: bool,

    /// Rows that changed since they were last shown.
    dirty: BTreeSet<ItemId>,
    rows: Arc<Vec<Arc<Row>>>,
    index: HashMap<ItemId, usize>,
    order_changed: bool,
    pending: Pending,
    save_again: Option<Task>,
    revision: u64,
}

/// What waits for the end of the turn's transaction.
#[derive(Default)]
struct Pending {
    effects: Vec<(ItemId, Effect)>,
    turns: Vec<Lifecycle>,
    notices: Vec<Notice>,
    acknowledged: Vec<oneshot::Sender<()>>,
    released: Vec<ItemId>,
}

impl<S: Service> Actor<S> {
    pub fn new(
        options: Options,
        service: Arc<Paced<S>>,
        history: Result<History, JournalState>,
        snapshot: watch::Sender<Arc<Snapshot>>,
        notices: mpsc::UnboundedSender<Notice>,
    ) -> Self {
        let (told, inbox) = mpsc::unbounded_channel();
        let key = options.key.clone();
        Self {
            journal: Journal::new(history, options.base_url.clone(), options.run.clone()),
            options,
            service,
            told,
            inbox,
            snapshot,
            notices,
            items: HashMap::new(),
            order: BTreeSet::new(),
            queued: BTreeSet::new(),
            places: 0,
            by_identity: HashMap::new(),
            by_size: HashMap::new(),
            twins: HashMap::new(),
            removed: vec![],
            key,
            no_key: false,
            trust: Trust::Unknown,
            key_check: None,
            needs: None,
            paused: false,
            offline: false,
            walks: 0,
            looks: 0,
            walking: 0,
            passed_over: 0,
            intake_said: true,
            batch_ended: true,
            stopped: false,
            dirty: BTreeSet::new(),
            rows: Arc::default(),
            index: HashMap::new(),
            order_changed: false,
            pending: Pending::default(),
            save_again: None,
            revision: 0,
        }
    }

    /// Runs until it is told to stop or nobody can tell it anything any more.
    pub async fn run(mut self, mut commands: mpsc::UnboundedReceiver<Command>) {
        let set_aside = self.options.set_aside.take();
        self.pending
            .notices
            .extend(set_aside.map(Notice::HistorySetAside));
        self.share_limit();
        self.restore();
        self.recall_trust();
        self.finish_turn();
        let mut sampling = tokio::time::interval(SAMPLING);
        sampling.set_missed_tick_behavior(MissedTickBehavior::Delay);
        while !self.stopped {
            let bytes_move = self.places > 0;
            tokio::select! {
                command = commands.recv() => match command {
                    Some(command) => self.take(command),
                    None => self.stopped = true,
                },
                Some(told) = self.inbox.recv() => self.hear(told),
                () = tick(&mut sampling, bytes_move) => self.sample(),
            }
            for _ in 0..TURN {
                if let Ok(command) = commands.try_recv() {
                    self.take(command);
                } else if let Ok(told) = self.inbox.try_recv() {
                    self.hear(told);
                } else {
                    break;
                }
            }
            self.finish_turn();
        }
        self.leave();
        tracing::info!("engine ends");
    }

    /// Reads the meters.
    fn sample(&mut self) {
        let now = Instant::now();
        for item in self.items.values_mut() {
            if let (State::Sending { .. }, Some(meter)) = (&item.upload.state, &item.meter)
                && meter.started()
            {
                item.speed.sample(now, meter.sent());
                self.dirty.insert(item.id);
            }
        }
    }

    fn hear(&mut self, told: Told) {
        match told {
            Told::Upload(id, event) => {
                self.learn_from(&event);
                self.apply(id, event);
            }
            Told::Ticket {
                item,
                attempt,
                ticket,
                saved,
            } => {
                let asset = ticket.asset_id.clone();
                if self.apply(
                    item,
                    Event::Issued {
                        attempt,
                        asset: asset.clone(),
                    },
                ) {
                    if let Some(item) = self.items.get_mut(&item) {
                        item.ticket = Some((ticket, Instant::now()));
                    }
                    self.pending.acknowledged.push(saved);
                } else {
                    // Given up meanwhile; the id was given all the same.
                    self.record_orphan(item, asset);
                }
            }
            Told::Found(found) => self.take_in(found),
            Told::Walking(count) => self.walking = count,
            Told::Skipped(folder, count) => {
                self.passed_over += count;
                self.follow(None, folder, Turn::Skipped { count });
            }
            Told::WalkEnded => self.walks = self.walks.saturating_sub(1),
            Told::Looked(looked) => self.looked_at(looked),
            Told::Hashed {
                item,
                attempt,
                contents,
            } => self.hashed(item, attempt, contents),
            Told::KeyChecked(outcome) => self.key_checked(outcome),
            Told::SaveAgain => self.save_again = None,
        }
    }

    /// Moves an upload by an event; false where the event is stale or does not fit.
    fn apply(&mut self, id: ItemId, event: Event) -> bool {
        let Some(item) = self.items.get_mut(&id) else {
            return false;
        };
        let releases = matches!(event, Event::BodyOut { .. });
        if let Event::Sent { content, .. } = &event {
            item.content = Some(*content);
        }
        let Some((after, effects)) = next(&item.upload, event, &self.options.policy) else {
            tracing::debug!(item = id.0, "stale event");
            return false;
        };
        let before = std::mem::replace(&mut item.upload, after);
        let now = Instant::now();
        let delay = effects
            .iter()
            .find_map(|effect| match effect {
                Effect::Wake { after, .. } => Some(*after),
                _ => None,
            })
            .unwrap_or_default();
        if effects
            .iter()
            .any(|effect| matches!(effect, Effect::Send { .. }))
        {
            item.starts += 1;
            item.started_at.get_or_insert(now);
        }
        match &item.upload.state {
            State::Processing { .. } => {
                if !matches!(before.state, State::Processing { .. }) {
                    item.polled_since = Some(now);
                }
            }
            State::Waiting { .. } => item.waits_until = Some(now + delay),
            _ => item.polled_since = None,
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
        );
        self.journal.stage_item(item);
        if before.state != item.upload.state {
            tracing::info!(
                item = id.0,
                attempt = item.upload.attempt,
                from = before.state.name(),
                to = item.upload.state.name(),
                asset = item.upload.asset().map(crate::model::asset::AssetId::as_str),
                fault = ?item.upload.fault(),
            );
        }
        let (was_held, holds) = (before.holds_place(), item.upload.holds_place());
        let position = (item.position, id);
        let begins_batch = item.upload.is_active() && self.batch_ended;
        item.in_batch |= item.upload.is_active();
        let path = item.path.clone();
        let queued = item.upload.state == State::Queued;
        let ended = item.upload.has_ended() && !before.has_ended();
        let asset = match &item.upload.state {
            State::Done { asset, .. } | State::Duplicate(Original::Asset(asset)) => {
                Some(asset.clone())
            }
            _ => None,
        };
        if begins_batch {
            self.begin_batch();
        }
        if queued {
            self.queued.insert(position);
        } else {
            self.queued.remove(&position);
        }
        self.places = self.places + usize::from(holds) - usize::from(was_held);
        self.dirty.insert(id);
        self.stage_records(id, &effects);
        self.pending
            .effects
            .extend(effects.into_iter().map(|effect| (id, effect)));
        if releases {
            self.pending.released.push(id);
        }
        if let Some(turn) = said {
            self.follow(Some(id), path, turn);
        }
        if ended {
            for twin in self.twins.remove(&id).unwrap_or_default() {
                self.apply(
                    twin,
                    Event::OriginalEnded {
                        asset: asset.clone(),
                    },
                );
            }
        }
        true
    }

    fn follow(&mut self, item: Option<ItemId>, path: PathBuf, turn: Turn) {
        if self.options.follower.is_some() {
            self.pending.turns.push(Lifecycle { item, path, turn });
        }
    }

    /// Starts what may start, writes, shows, and carries out what follows.
    fn finish_turn(&mut self) {
        // Effects may move uploads again at once (a poll that is parked, a queue that is
        // held); what they cause is journaled in a transaction of its own.
        loop {
            self.say_when_taken_in();
            self.start_what_may();
            let mut saved = self.journal.commit();
            if let Some(path) = self.journal.take_set_aside() {
                self.pending.notices.push(Notice::HistorySetAside(path));
                self.stage_all();
                saved = self.journal.commit();
            }
            if !saved {
                self.journal_is_unwritable();
            }
            let pending = std::mem::take(&mut self.pending);
            if let Some(follower) = &self.options.follower {
                for turn in pending.turns {
                    let _ = follower.send(turn);
                }
            }
            self.show(pending.notices);
            for ready in pending.acknowledged {
                let _ = ready.send(());
            }
            for id in pending.released {
                if let Some(meter) = self.items.get(&id).and_then(|item| item.meter.as_ref()) {
                    meter.release();
                }
            }
            let more = !pending.effects.is_empty();
            for (id, effect) in pending.effects {
                self.carry_out(id, effect);
            }
            if !more && self.pending.effects.is_empty() && self.pending.turns.is_empty() {
                break;
            }
        }
        self.end_batch();
    }

    /// Everything that is known, for a history that had to be made anew.
    fn stage_all(&mut self) {
        for item in self.items.values() {
            self.journal.stage_item(item);
            if let Some(asset) = item.upload.asset() {
                let status = if matches!(item.upload.state, State::Done { .. }) {
                    AssetStatus::Success
                } else {
                    AssetStatus::Waiting
                };
                self.journal
                    .stage_asset(item, asset, item.content, status, false);
            }
        }
    }

    /// Fills the free places from the queue, in its order.
    fn start_what_may(&mut self) {
        if self.queued.is_empty() || self.paused || self.needs.is_some() || !self.may_start() {
            return;
        }
        let places = self.places_allowed();
        while self.places < places {
            let Some(&(position, id)) = self.queued.first() else {
                return;
            };
            let event = if self.has_rivals(id) {
                Event::Compare
            } else {
                Event::Begin
            };
            if !self.apply(id, event) {
                self.queued.remove(&(position, id));
            }
        }
    }

    /// The journal cannot be written: nothing new starts; the command line ends.
    fn journal_is_unwritable(&mut self) {
        if self.options.front_end == FrontEnd::CommandLine {
            let ids: Vec<ItemId> = self.order.iter().map(|(_, id)| *id).collect();
            for id in ids {
                self.apply(id, Event::CannotSave);
            }
        }
        if self.save_again.is_none() && self.journal.can_come_back() {
            let told = self.told.clone();
            self.save_again = Some(Task::spawn(async move {
                tokio::time::sleep(SAVE_AGAIN).await;
                let _ = told.send(Told::SaveAgain);
            }));
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
