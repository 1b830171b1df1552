//! `upload`: the engine without a window.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until};

use super::interrupt::Interruption;
use super::keychain_lookup::KeychainLookup;
use super::progress::ProgressDisplay;
use super::report::Report;
use super::wording;
use super::{EXIT_INTERRUPTED, UploadArguments, cannot_start, say};
use crate::api::network;
use crate::engine::shutdown::FAREWELL;
use crate::engine::{Command, FrontEnd, LifecycleEvent, LifecycleRecord, Notice};
use crate::model::fault::{Fault, FaultKind, RequiredAction};
use crate::model::snapshot::{ItemId, JournalState, KeySource, ResumeBehaviour, Row, Snapshot};
use crate::setup::{AppContext, EngineConfig, Numbers, RunningEngine};
use crate::text;
use crate::text::messages::journal;

/// Time that a stopped run still waits for files to be found and checked.
const INTAKE_LIMIT: Duration = Duration::from_secs(10);

/// Runs `upload` with the numbers of `docs/contract.md` or a test's smaller ones; returns the exit
/// status.
pub fn upload_by(arguments: UploadArguments, numbers: Numbers) -> u8 {
    super::block_on(upload(arguments, numbers))
}

async fn upload(arguments: UploadArguments, numbers: Numbers) -> u8 {
    let interruption = Interruption::listen();
    Interruption::ends_in_any_case();
    let world = match arguments.sandbox {
        true => AppContext::sandbox(),
        false => AppContext::real(),
    };
    let world = match world {
        Ok(world) => world,
        Err(error) => return cannot_start(&error),
    };
    let _logs = crate::logging::start(world.folder());
    let (follower, events) = mpsc::unbounded_channel();
    let running = world.start(EngineConfig {
        numbers,
        jobs: usize::from(arguments.jobs),
        start_at_once: true,
        ask_history: !arguments.again,
        force: arguments.force,
        bandwidth: arguments.limit_rate,
        follower: Some(follower),
        ..EngineConfig::new(FrontEnd::CommandLine)
    });
    if let Some(variable) = network::unusable_proxy(&world.base_url) {
        say(&wording::unusable_proxy(variable));
    }
    let mut keychain = KeychainLookup::default();
    if let Some(why) = world.bad_key {
        // Every file is reported, as without a key.
        say(&wording::bad_environment_key(why));
        running.handle.send(Command::NoKey);
    } else if let Some((key, KeySource::Environment)) = &world.key
        && !key.looks_usual()
    {
        say(wording::key_looks_odd());
    } else if world.key.is_none() {
        // The keychain may prompt the user; files are found and checked meanwhile.
        keychain = KeychainLookup::begin();
    }
    let paths = arguments.paths.clone();
    let label = arguments.label;
    running.handle.send(match label.clone() {
        Some(label) => Command::AddLabelled(paths, label),
        None => Command::Add(paths),
    });
    let wait_limit = Duration::from_secs(arguments.wait_timeout);
    let report = Report::new(
        arguments.json,
        arguments.no_wait,
        wait_limit,
        arguments.paths,
    );
    let run = UploadSession {
        running,
        report,
        events,
        keychain,
        label,
        key_is_bad: world.bad_key.is_some(),
        journal: JournalState::Good,
        ledger_problem: None,
    };
    run.finish(interruption).await
}

/// A run in progress.
struct UploadSession {
    running: RunningEngine,
    report: Report,
    events: mpsc::UnboundedReceiver<LifecycleRecord>,
    keychain: KeychainLookup,
    /// Label that the files were to get.
    label: Option<String>,
    /// The environment's key is invalid, which was reported.
    key_is_bad: bool,
    /// Last reported state of the history.
    journal: JournalState,
    ledger_problem: Option<String>,
}

/// Reason why a run ends before its files have.
enum Stop {
    Interrupted,
    /// The user has to act first.
    Needs(Fault),
}

impl UploadSession {
    async fn finish(mut self, mut interruption: Interruption) -> u8 {
        let progress = ProgressDisplay::new();
        let stop = self.follow(&mut interruption, &progress).await;
        let under_way = self.running.handle.snapshot.borrow().clone();
        self.running.handle.send(Command::Shutdown);
        let _ = tokio::time::timeout(FAREWELL, &mut self.running.task).await;
        // Events from before the end still count.
        while let Ok(event) = self.events.try_recv() {
            if let Some(line) = self.report.take(event) {
                progress.say(&line);
            }
        }
        let snapshot = self.running.handle.snapshot.borrow().clone();
        self.say_of_journal(&snapshot, &progress);
        let fault = match &stop {
            Some(Stop::Needs(fault)) => fault.clone(),
            // Without a reason nothing is left, unless the engine broke down.
            Some(Stop::Interrupted) | None => Fault::new(FaultKind::Cancelled),
        };
        if snapshot.key.is_missing() && fault.fix() == Some(RequiredAction::Key) {
            self.report.key_is_missing();
        }
        for line in self.report.end_all(&fault, &snapshot.rows) {
            progress.say(&line);
        }
        progress.end();
        if let Some(label) = &self.label {
            kept_labels(label, &snapshot)
                .iter()
                .for_each(|line| say(line));
        }
        for row in snapshot.rows.iter().filter(|row| !row.saved) {
            let asset = row.asset_id.as_ref();
            if let Some(line) = asset.and_then(|asset| self.report.not_saved(&row.path, asset)) {
                say(&line);
            }
        }
        let needs = match &stop {
            Some(Stop::Needs(fault)) => fault.fix(),
            _ => None,
        };
        if let Some(fix) = needs.filter(|_| !self.key_is_bad) {
            let keychain = self.keychain.trouble();
            say(&wording::stopped(fix, &snapshot.key, keychain.as_deref()));
        }
        let is_interrupted = matches!(stop, Some(Stop::Interrupted));
        say(&self.report.summary(is_interrupted));
        if let Some(cause) = self.report.stdout_error() {
            say(&wording::unprinted(&cause.to_string()));
        }
        if is_interrupted {
            let lost = Lost::of(&under_way.rows, &snapshot.rows);
            if let Some(words) = wording::starts_again(lost.in_part, lost.places) {
                say(&words);
            }
            EXIT_INTERRUPTED
        } else {
            self.report.exit(needs)
        }
    }

    /// Waits until every file has ended, or something stops the run.
    async fn follow(
        &mut self,
        interruption: &mut Interruption,
        progress: &ProgressDisplay,
    ) -> Option<Stop> {
        let mut needs: Option<(Fault, Instant)> = None;
        while !self.report.is_over() {
            if needs.is_some() && self.report.is_taken_in() {
                break;
            }
            let limit = self.report.next_limit();
            let intake_limit = needs.as_ref().map(|(_, since)| *since + INTAKE_LIMIT);
            tokio::select! {
                biased;
                () = interruption.heard() => return Some(Stop::Interrupted),
                event = self.events.recv() => match event {
                    Some(LifecycleRecord { event: LifecycleEvent::NeedsUser(fault), .. }) => {
                        needs.get_or_insert((fault, Instant::now()));
                    }
                    Some(event) => {
                        if let Some(line) = self.report.take(event) {
                            progress.say(&line);
                        }
                    }
                    None => break,
                },
                command = self.keychain.answered() => self.running.handle.send(command),
                changed = self.running.handle.snapshot.changed() => match changed {
                    Ok(()) => {
                        let snapshot = self.running.handle.snapshot.borrow_and_update().clone();
                        progress.show(&snapshot);
                        if let Some(line) = self.report.wait(snapshot.waiting) {
                            progress.say(&line);
                        }
                        self.say_of_journal(&snapshot, progress);
                    }
                    Err(_) => break,
                },
                Some(notice) = self.running.handle.notices.recv() => {
                    if let Notice::HistorySetAside(set_aside) = notice {
                        progress.say(&text::set_aside(&set_aside));
                    }
                }
                () = until(limit) => {
                    for line in self.report.give_up_waiting() {
                        progress.say(&line);
                    }
                }
                () = until(intake_limit) => break,
            }
        }
        needs.map(|(fault, _)| Stop::Needs(fault))
    }

    /// Reports a change in whether the history and its ledger can be written.
    fn say_of_journal(&mut self, snapshot: &Snapshot, progress: &ProgressDisplay) {
        if self.ledger_problem != snapshot.ledger_problem {
            self.ledger_problem.clone_from(&snapshot.ledger_problem);
            if let Some(why) = &self.ledger_problem {
                progress.say(&journal::ledger(why));
            }
        }
        if self.journal == snapshot.journal {
            return;
        }
        self.journal = snapshot.journal.clone();
        if let Some(line) = wording::journal_problem(&self.journal) {
            progress.say(&line);
        }
    }
}

/// Returns a line for each other label than the `wanted` one: that of the run that began the files.
fn kept_labels(wanted: &str, snapshot: &Snapshot) -> Vec<String> {
    let others = snapshot.batches.iter().filter(|it| it.label != wanted);
    let lines = others.map(|batch| {
        let rows = snapshot.rows.iter();
        let files = rows.filter(|row| row.batch == Some(batch.id)).count();
        wording::label_kept(files, &batch.label)
    });
    lines.collect()
}

/// Partial uploads that restart in the next run.
#[derive(Debug, PartialEq, Eq)]
struct Lost {
    /// Files that cannot be resumed.
    in_part: usize,
    /// Files that could be resumed if a keychain kept their session.
    places: usize,
}

impl Lost {
    /// Compares the rows at the stop with the rows at the end.
    fn of(under_way: &[Arc<Row>], left: &[Arc<Row>]) -> Self {
        let later: HashMap<ItemId, ResumeBehaviour> = left
            .iter()
            .filter_map(|row| Some((row.id, row.later?)))
            .collect();
        let mut lost = Self {
            in_part: 0,
            places: 0,
        };
        for row in under_way {
            let sent = row.transfer.is_some_and(|transfer| transfer.sent > 0);
            match later.get(&row.id) {
                Some(ResumeBehaviour::Restarts) if sent => lost.in_part += 1,
                Some(ResumeBehaviour::Resumes) => lost.places += 1,
                _ => {}
            }
        }
        lost
    }
}

/// Sleeps until then; forever without a limit.
async fn until(limit: Option<Instant>) {
    match limit {
        Some(limit) => sleep_until(limit).await,
        None => std::future::pending().await,
    }
}

#[cfg(test)]
mod tests;
