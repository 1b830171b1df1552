//! `check`: asks the service again about assets.

use tokio::sync::mpsc;

use super::interrupt::Interruption;
use super::keychain_lookup::KeychainLookup;
use super::progress::ProgressDisplay;
use super::said_wait::SaidWait;
use super::wording;
use super::{
    CheckArguments, EXIT_GOOD, EXIT_INTERRUPTED, EXIT_KEY, EXIT_SOME_FAILED, cannot_start, say,
};
use crate::api::network;
use crate::engine::shutdown::FAREWELL;
use crate::engine::{Command, FrontEnd, LifecycleEvent, LifecycleRecord, Notice};
use crate::model::asset::AssetId;
use crate::model::asset_check::{AssetCheckProgress, AssetCheckResult, AssetsToCheck};
use crate::model::fault::RequiredAction;
use crate::model::snapshot::Snapshot;
use crate::model::terminal::escape;
use crate::setup::{AppContext, EngineConfig, RunningEngine};
use crate::text::{self, Backend};

/// Runs `check`; returns the exit status.
pub fn run(arguments: CheckArguments) -> u8 {
    let assets = match arguments.all {
        true => AssetsToCheck::All,
        false => AssetsToCheck::These(arguments.ids),
    };
    super::block_on(check(assets, !arguments.all))
}

/// Asks about assets; returns the exit status. With `names_assets`, none of another account is
/// expected.
pub async fn check(assets: AssetsToCheck, names_assets: bool) -> u8 {
    let interruption = Interruption::listen();
    Interruption::ends_in_any_case();
    let world = match AppContext::real() {
        Ok(world) => world,
        Err(error) => return cannot_start(&error),
    };
    if let Some(why) = world.bad_key {
        say(&wording::bad_environment_key(why));
        return EXIT_KEY;
    }
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
    running.handle.send(Command::CheckAssets(assets));
    let run = CheckRun {
        running,
        events,
        keychain,
        names_assets,
        waiting: SaidWait::default(),
        progress: AssetCheckProgress::default(),
        stdout_error: None,
    };
    run.finish(interruption).await
}

/// A check in progress.
struct CheckRun {
    running: RunningEngine,
    events: mpsc::UnboundedReceiver<LifecycleRecord>,
    keychain: KeychainLookup,
    /// The assets are named, so that none of another account is expected.
    names_assets: bool,
    waiting: SaidWait,
    progress: AssetCheckProgress,
    /// Error of standard output, after which nothing more is printed.
    stdout_error: Option<std::io::Error>,
}

/// Reason why a run ends.
enum CheckEnd {
    Finished,
    Interrupted,
    /// The user has to act first.
    Needs(RequiredAction),
    /// Answers cannot be saved, or not be printed.
    Broken,
}

impl CheckRun {
    async fn finish(mut self, mut interruption: Interruption) -> u8 {
        let display = ProgressDisplay::new();
        let end = self.follow(&mut interruption, &display).await;
        self.running.handle.send(Command::StopChecking);
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

    /// Waits until the check is over, or something stops it.
    async fn follow(
        &mut self,
        interruption: &mut Interruption,
        display: &ProgressDisplay,
    ) -> CheckEnd {
        loop {
            if self.stdout_error.is_some() {
                return CheckEnd::Broken;
            }
            tokio::select! {
                biased;
                () = interruption.heard() => return CheckEnd::Interrupted,
                event = self.events.recv() => match event.map(|record| record.event) {
                    Some(LifecycleEvent::NeedsUser(fault)) => {
                        if let Some(fix) = fault.fix() {
                            return CheckEnd::Needs(fix);
                        }
                    }
                    Some(event) => self.take(event, display),
                    None => return CheckEnd::Broken,
                },
                command = self.keychain.answered() => self.running.handle.send(command),
                Some(notice) = self.running.handle.notices.recv() => {
                    if self.take_notice(notice, display) {
                        return CheckEnd::Finished;
                    }
                }
                changed = self.running.handle.snapshot.changed() => {
                    let snapshot = self.running.handle.snapshot.borrow_and_update().clone();
                    if changed.is_err() || self.shows_end(&snapshot, display) {
                        return CheckEnd::Broken;
                    }
                }
            }
        }
    }

    /// Shows the state of things; true if nothing can be saved.
    fn shows_end(&mut self, snapshot: &Snapshot, display: &ProgressDisplay) -> bool {
        if let Some(check) = &snapshot.asset_check {
            display.show_check(check);
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
                self.progress = progress;
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
        let LifecycleEvent::AssetChecked(asset, result) = event else {
            return;
        };
        if let AssetCheckResult::Known {
            is_other_size: true,
            ..
        } = result
        {
            display.say(&wording::other_size(asset.as_str()));
        }
        if self.stdout_error.is_none() {
            self.stdout_error = display.print(&line(&asset, &result)).err();
        }
    }

    /// Says how the run ended; returns the exit status.
    fn report(&self, end: &CheckEnd, snapshot: &Snapshot) -> u8 {
        if let Some(error) = &self.stdout_error {
            return super::stdout_error(error);
        }
        match end {
            CheckEnd::Interrupted => {
                let AssetCheckProgress { done, total, .. } = self.progress;
                say(&wording::check_interrupted(done, total));
                EXIT_INTERRUPTED
            }
            CheckEnd::Needs(fix) => {
                let keychain = self.keychain.trouble();
                say(&wording::stopped(*fix, &snapshot.key, keychain.as_deref()));
                super::stop_status(*fix)
            }
            CheckEnd::Broken => {
                say(wording::check_unsaved());
                EXIT_SOME_FAILED
            }
            CheckEnd::Finished => {
                say(&summary(&self.progress));
                let AssetCheckProgress {
                    unknown,
                    failed,
                    passed_over,
                    ..
                } = self.progress;
                let unasked = if self.names_assets { passed_over } else { 0 };
                match unknown + failed + unasked {
                    0 => EXIT_GOOD,
                    _ => EXIT_SOME_FAILED,
                }
            }
        }
    }
}

/// Returns the line of an asset on standard output.
fn line(asset: &AssetId, result: &AssetCheckResult) -> String {
    let outcome = match result {
        AssetCheckResult::Known { status, .. } => status.as_str().to_owned(),
        AssetCheckResult::Unknown => "unknown".to_owned(),
        AssetCheckResult::OtherAccount { last4 } => {
            format!("other account {last4}").trim_end().to_owned()
        }
        AssetCheckResult::Failed(fault) => {
            format!("failed: {}", text::fault(fault, Backend::Service).line())
        }
    };
    format!("{}\t{}", escape(asset.as_str()), escape(&outcome))
}

fn summary(progress: &AssetCheckProgress) -> String {
    let rest = progress.unknown + progress.failed + progress.passed_over;
    let known = progress.done.saturating_sub(rest);
    wording::done(&wording::sums(
        wording::sum_known(&known.to_string()),
        &[
            (progress.unknown, wording::sum_unknown),
            (progress.failed, wording::sum_unanswered),
            (progress.passed_over, wording::sum_other_account),
        ],
    ))
}
