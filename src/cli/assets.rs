//! `check` and `delete`: call the service about assets, one after the other.

mod arguments;

use tokio::sync::mpsc;

use super::interrupt::Interruption;
use super::keychain_lookup::KeychainLookup;
use super::progress::ProgressDisplay;
use super::said_wait::SaidWait;
use super::wording;
use super::{EXIT_GOOD, EXIT_INTERRUPTED, EXIT_SOME_FAILED, EXIT_USAGE, context_with_key, say};
use crate::api::network;
use crate::engine::shutdown::FAREWELL;
use crate::engine::{Command, FrontEnd, LifecycleEvent, LifecycleRecord, Notice};
use crate::model::asset::AssetId;
use crate::model::asset_check::{AssetCheckProgress, AssetCheckResult, AssetsToCheck};
use crate::model::asset_deletion::{AssetDeletionProgress, AssetDeletionResult};
use crate::model::fault::RequiredAction;
use crate::model::snapshot::Snapshot;
use crate::model::terminal::escape;
use crate::setup::{EngineConfig, RunningEngine};
use crate::text::{self, Backend};

pub use arguments::{CheckArguments, DeleteArguments};

/// Runs `check`; returns the exit status.
pub fn check(arguments: CheckArguments) -> u8 {
    let names_assets = !arguments.all;
    let assets = match arguments.all {
        true => AssetsToCheck::All,
        false => AssetsToCheck::These(arguments.ids),
    };
    super::block_on(check_assets(assets, names_assets))
}

/// Asks about assets; returns the exit status. With `names_assets`, none of another account is
/// expected.
pub async fn check_assets(assets: AssetsToCheck, names_assets: bool) -> u8 {
    let task = AssetTask::Check { names_assets };
    run(task, Command::CheckAssets(assets)).await
}

/// Runs `delete`; returns the exit status.
pub fn delete(arguments: DeleteArguments) -> u8 {
    if !arguments.yes {
        let ids: Vec<&str> = arguments.ids.iter().map(AssetId::as_str).collect();
        say(&wording::would_delete(ids.len(), &ids.join(", ")));
        return EXIT_USAGE;
    }
    super::block_on(run(AssetTask::Delete, Command::DeleteAssets(arguments.ids)))
}

async fn run(task: AssetTask, command: Command) -> u8 {
    let interruption = Interruption::listen();
    Interruption::ends_in_any_case();
    let world = match context_with_key() {
        Ok(world) => world,
        Err(status) => return status,
    };
    let _logs = crate::logging::start(world.folder());
    let (follower, events) = mpsc::unbounded_channel();
    let running = world.start(EngineConfig {
        follower: Some(follower),
        ..EngineConfig::new(FrontEnd::CommandLine)
    });
    if let Some(variable) = network::unusable_proxy(&world.base_url) {
        say(&wording::unusable_proxy(variable));
    }
    let keychain = match world.key {
        Some(_) => KeychainLookup::default(),
        None => KeychainLookup::begin(),
    };
    running.handle.send(command);
    let run = AssetRun {
        task,
        running,
        events,
        keychain,
        waiting: SaidWait::default(),
        end: AssetRunEnd::default(),
        stdout_error: None,
    };
    run.finish(interruption).await
}

/// Purpose of the calls.
#[derive(Clone, Copy)]
enum AssetTask {
    Check {
        /// The assets are named, so that none of another account is expected.
        names_assets: bool,
    },
    Delete,
}

/// Outcome of a run that ended, or was stopped.
#[derive(Default)]
struct AssetRunEnd {
    done: u64,
    total: u64,
    /// Assets for which the exit status is not that of success.
    bad: u64,
    summary: String,
}

/// A check or deletion in progress.
struct AssetRun {
    task: AssetTask,
    running: RunningEngine,
    events: mpsc::UnboundedReceiver<LifecycleRecord>,
    keychain: KeychainLookup,
    waiting: SaidWait,
    end: AssetRunEnd,
    /// Error of standard output, after which nothing more is printed.
    stdout_error: Option<std::io::Error>,
}

/// Reason why a run ends.
enum StopReason {
    Finished,
    Interrupted,
    /// The user has to act first.
    Needs(RequiredAction),
    /// Answers cannot be saved, or not be printed.
    Broken,
}

impl AssetRun {
    async fn finish(mut self, mut interruption: Interruption) -> u8 {
        let display = ProgressDisplay::new();
        let end = self.follow(&mut interruption, &display).await;
        self.running.handle.send(match self.task {
            AssetTask::Check { .. } => Command::StopChecking,
            AssetTask::Delete => Command::StopDeleting,
        });
        self.running.handle.send(Command::Shutdown);
        let _ = tokio::time::timeout(FAREWELL, &mut self.running.task).await;
        // Answers that were saved before the end still count.
        self.take_events(&display);
        while let Ok(notice) = self.running.handle.notices.try_recv() {
            self.take_notice(notice, &display);
        }
        display.end();
        let snapshot = self.running.handle.snapshot.borrow().clone();
        self.report(&end, &snapshot)
    }

    /// Waits until the task is over, or something stops it.
    async fn follow(
        &mut self,
        interruption: &mut Interruption,
        display: &ProgressDisplay,
    ) -> StopReason {
        loop {
            if self.stdout_error.is_some() {
                return StopReason::Broken;
            }
            tokio::select! {
                biased;
                () = interruption.heard() => return StopReason::Interrupted,
                event = self.events.recv() => match event.map(|record| record.event) {
                    Some(LifecycleEvent::NeedsUser(fault)) => {
                        if let Some(fix) = fault.fix() {
                            return StopReason::Needs(fix);
                        }
                    }
                    Some(event) => self.take(event, display),
                    None => return StopReason::Broken,
                },
                command = self.keychain.answered() => self.running.handle.send(command),
                Some(notice) = self.running.handle.notices.recv() => {
                    if self.take_notice(notice, display) {
                        return StopReason::Finished;
                    }
                }
                changed = self.running.handle.snapshot.changed() => {
                    let snapshot = self.running.handle.snapshot.borrow_and_update().clone();
                    if changed.is_err() || self.shows_end(&snapshot, display) {
                        return StopReason::Broken;
                    }
                }
            }
        }
    }

    /// Shows the state of things; true if nothing can be saved.
    fn shows_end(&mut self, snapshot: &Snapshot, display: &ProgressDisplay) -> bool {
        if let Some(check) = &snapshot.asset_check {
            display.show_assets(check.done, check.total);
        }
        if let Some(deletion) = &snapshot.asset_deletion {
            display.show_assets(deletion.done, deletion.total);
        }
        let now = std::time::Instant::now();
        if let Some(wait) = self.waiting.news(snapshot.waiting, now) {
            let left = text::whole_seconds(wait.left(now));
            let wait = text::next_try(wait.kind, left, Backend::Service);
            display.say(&wording::check_waits(&wait));
        }
        let problem = wording::journal_problem(&snapshot.journal);
        if let Some(line) = &problem {
            display.say(line);
        }
        problem.is_some()
    }

    /// Takes in a notice; true for that of the end.
    fn take_notice(&mut self, notice: Notice, display: &ProgressDisplay) -> bool {
        match notice {
            Notice::AssetsChecked(progress) => {
                self.end = check_end(&progress, self.task);
                self.take_events(display);
                return true;
            }
            Notice::AssetsDeleted(progress) => {
                self.end = deletion_end(&progress);
                self.take_events(display);
                return true;
            }
            Notice::HistorySetAside(set_aside) => display.say(&text::set_aside(&set_aside)),
            _ => {}
        }
        false
    }

    fn take_events(&mut self, display: &ProgressDisplay) {
        while let Ok(record) = self.events.try_recv() {
            self.take(record.event, display);
        }
    }

    /// Prints the outcome for an asset.
    fn take(&mut self, event: LifecycleEvent, display: &ProgressDisplay) {
        let (asset, outcome) = match event {
            LifecycleEvent::AssetChecked(asset, result) => {
                if let AssetCheckResult::Known {
                    is_other_size: true,
                    ..
                } = result
                {
                    display.say(&wording::other_size(asset.as_str()));
                }
                (asset, check_outcome(&result))
            }
            LifecycleEvent::AssetDeleted(asset, result) => (asset, deletion_outcome(&result)),
            _ => return,
        };
        if self.stdout_error.is_none() {
            let line = format!("{}\t{}", escape(asset.as_str()), escape(&outcome));
            self.stdout_error = display.print(&line).err();
        }
    }

    /// Says how the run ended; returns the exit status.
    fn report(&self, end: &StopReason, snapshot: &Snapshot) -> u8 {
        if let Some(error) = &self.stdout_error {
            return super::stdout_error(error);
        }
        match end {
            StopReason::Interrupted => {
                let AssetRunEnd { done, total, .. } = self.end;
                say(&match self.task {
                    AssetTask::Check { .. } => wording::check_interrupted(done, total),
                    AssetTask::Delete => wording::deletion_interrupted(done, total),
                });
                EXIT_INTERRUPTED
            }
            StopReason::Needs(fix) => {
                let keychain = self.keychain.trouble();
                say(&wording::stopped(*fix, &snapshot.key, keychain.as_deref()));
                super::stop_status(*fix)
            }
            StopReason::Broken => {
                say(match self.task {
                    AssetTask::Check { .. } => wording::check_unsaved(),
                    AssetTask::Delete => wording::deletion_unsaved(),
                });
                EXIT_SOME_FAILED
            }
            StopReason::Finished => {
                say(&self.end.summary);
                match self.end.bad {
                    0 => EXIT_GOOD,
                    _ => EXIT_SOME_FAILED,
                }
            }
        }
    }
}

fn check_outcome(result: &AssetCheckResult) -> String {
    match result {
        AssetCheckResult::Known { status, .. } => status.as_str().to_owned(),
        AssetCheckResult::Unknown => "unknown".to_owned(),
        AssetCheckResult::OtherAccount { last4 } => {
            format!("other account {last4}").trim_end().to_owned()
        }
        AssetCheckResult::Failed(fault) => failed(&text::fault(fault, Backend::Service).line()),
    }
}

fn deletion_outcome(result: &AssetDeletionResult) -> String {
    match result {
        AssetDeletionResult::Deleted => "deleted".to_owned(),
        AssetDeletionResult::NotFound => "not found".to_owned(),
        AssetDeletionResult::OtherAccount { last4 } => {
            failed(&wording::deletion_other_account(&wording::ends_in(last4)))
        }
        AssetDeletionResult::Uploading => failed(wording::deletion_uploading()),
        AssetDeletionResult::Failed(fault) => failed(&text::fault(fault, Backend::Service).line()),
    }
}

fn failed(why: &str) -> String {
    format!("failed: {why}")
}

fn check_end(progress: &AssetCheckProgress, task: AssetTask) -> AssetRunEnd {
    let AssetCheckProgress {
        done,
        total,
        unknown,
        failed,
        passed_over,
    } = *progress;
    let known = done.saturating_sub(unknown + failed + passed_over);
    let is_expected = matches!(
        task,
        AssetTask::Check {
            names_assets: false
        }
    );
    AssetRunEnd {
        done,
        total,
        bad: unknown + failed + if is_expected { 0 } else { passed_over },
        summary: wording::done(&wording::sums(
            wording::sum_known(&known.to_string()),
            &[
                (unknown, wording::sum_unknown),
                (failed, wording::sum_unanswered),
                (passed_over, wording::sum_other_account),
            ],
        )),
    }
}

fn deletion_end(progress: &AssetDeletionProgress) -> AssetRunEnd {
    AssetRunEnd {
        done: progress.done,
        total: progress.total,
        bad: progress.failed + progress.passed_over,
        summary: wording::done(&wording::sums(
            wording::sum_deleted(&progress.deleted.to_string()),
            &[
                (progress.not_found, wording::sum_not_found),
                (progress.failed, wording::sum_not_deleted),
                (progress.passed_over, wording::sum_left_alone),
            ],
        )),
    }
}
