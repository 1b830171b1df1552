//! `upload`: the engine without a window.

use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until};

use super::progress::Progress;
use super::report::Report;
use super::{EXIT_INTERRUPTED, EXIT_KEY, EXIT_SOME_FAILED, EXIT_USAGE, UploadArguments, say};
use crate::app::wording;
use crate::engine::{Command, FrontEnd, Lifecycle, Notice, Turn};
use crate::model::fault::{Fault, FaultKind, Fix};
use crate::model::snapshot::{JournalState, KeySource};
use crate::setup::{self, How, Running, SetupError, World};
use crate::store::{KeyStore, SecretError};

/// How long the engine may take to write where everything stands.
const FAREWELL: Duration = Duration::from_secs(2);
/// How long a run that was stopped still waits for files that are being found and checked.
const INTAKE_LIMIT: Duration = Duration::from_secs(10);

/// Uploads; gives the exit status.
pub fn run(arguments: UploadArguments) -> u8 {
    let runtime = match setup::runtime() {
        Ok(runtime) => runtime,
        Err(error) => {
            say(&error.to_string());
            return EXIT_SOME_FAILED;
        }
    };
    let code = runtime.block_on(upload(arguments));
    // A keychain that asks a person, or a drive that does not answer, holds up no exit.
    runtime.shutdown_background();
    code
}

async fn upload(arguments: UploadArguments) -> u8 {
    let world = if arguments.sandbox {
        World::sandbox()
    } else {
        World::real()
    };
    let mut world = match world {
        Ok(world) => world,
        Err(error) => {
            say(&error.to_string());
            return match error {
                SetupError::BaseUrl(_) => EXIT_USAGE,
                SetupError::Key(_) => EXIT_KEY,
                _ => EXIT_SOME_FAILED,
            };
        }
    };
    let _logs = crate::logging::start(world.folder());
    let mut keychain = None;
    if world.key.is_none() {
        let (key, trouble) = tokio::select! {
            found = key_of_keychain() => found,
            () = interrupted() => return EXIT_INTERRUPTED,
        };
        world.key = key;
        keychain = trouble;
    }
    let (follower, turns) = mpsc::unbounded_channel();
    let running = world.start(How {
        front_end: FrontEnd::CommandLine,
        jobs: usize::from(arguments.jobs),
        start_at_once: true,
        ask_history: !arguments.again,
        bandwidth: arguments.limit_rate,
        follower: Some(follower),
        wake: Box::new(|| ()),
    });
    let running = match running {
        Ok(running) => running,
        Err(error) => {
            say(&error.to_string());
            return EXIT_SOME_FAILED;
        }
    };
    if let Some(state) = &running.unusable {
        say(&unusable(state));
    }
    if world.key.is_none() {
        running.handle.send(Command::NoKey);
    }
    running.handle.send(Command::Add(arguments.paths));
    let wait_limit = Duration::from_secs(arguments.wait_timeout);
    let report = Report::new(arguments.json, arguments.no_wait, wait_limit);
    follow(running, report, turns, keychain).await
}

/// Follows the run to its end.
async fn follow(
    mut running: Running,
    mut report: Report,
    mut turns: mpsc::UnboundedReceiver<Lifecycle>,
    keychain: Option<SecretError>,
) -> u8 {
    let progress = Progress::new();
    let mut interruption = std::pin::pin!(interrupted());
    let mut stopped: Option<(Fault, Instant)> = None;
    let mut was_interrupted = false;
    while !report.is_over() {
        let limit = report.next_limit();
        let intake_limit = stopped.as_ref().map(|(_, at)| *at + INTAKE_LIMIT);
        tokio::select! {
            biased;
            () = &mut interruption, if !was_interrupted => {
                was_interrupted = true;
                break;
            }
            turn = turns.recv() => match turn {
                Some(Lifecycle { turn: Turn::NeedsUser(fault), .. }) => {
                    stopped.get_or_insert((fault, Instant::now()));
                }
                Some(turn) => {
                    if let Some(line) = report.take(turn) {
                        progress.say(&line);
                    }
                }
                None => break,
            },
            changed = running.handle.snapshot.changed() => {
                if changed.is_ok() {
                    progress.show(&running.handle.snapshot.borrow_and_update());
                }
            }
            Some(notice) = running.handle.notices.recv() => {
                if let Notice::HistorySetAside(path) = notice {
                    progress.say(&wording::set_aside(&path));
                }
            }
            () = until(limit), if limit.is_some() => {
                for line in report.give_up_waiting() {
                    progress.say(&line);
                }
            }
            () = until(intake_limit), if intake_limit.is_some() => break,
        }
        if stopped.is_some() && report.is_taken_in() {
            break;
        }
    }
    running.handle.send(Command::Shutdown);
    let _ = tokio::time::timeout(FAREWELL, &mut running.task).await;
    let last = if was_interrupted {
        Some(Fault::new(FaultKind::Cancelled))
    } else {
        stopped.as_ref().map(|(fault, _)| fault.clone())
    };
    // What was said before the end still counts.
    while let Ok(turn) = turns.try_recv() {
        if !matches!(turn.turn, Turn::NeedsUser(_)) {
            report.take(turn);
        }
    }
    if let Some(fault) = &last {
        for line in report.end_all(fault) {
            progress.say(&line);
        }
    }
    progress.end();
    let needs = stopped.as_ref().and_then(|(fault, _)| fault.fix());
    if needs == Some(Fix::Key) && running.handle.snapshot.borrow().key.is_missing() {
        say(&no_key(keychain.as_ref()));
    }
    say(&report.summary());
    if was_interrupted {
        EXIT_INTERRUPTED
    } else {
        report.exit(needs)
    }
}

/// The key of the keychain; or none, and what the keychain said.
async fn key_of_keychain() -> (
    Option<(crate::model::key::ApiKey, KeySource)>,
    Option<SecretError>,
) {
    match KeyStore::system().in_background(KeyStore::load).await {
        Ok(Ok(key)) => (key.map(|key| (key, KeySource::Keychain)), None),
        Ok(Err(error)) => (None, Some(error)),
        Err(_) => (None, None),
    }
}

fn no_key(keychain: Option<&SecretError>) -> String {
    let asked = keychain
        .map(|error| format!(" ({error})"))
        .unwrap_or_default();
    format!(
        "There is no API key{asked}. Make one at https://api-platform.memories.ai/, then save it with \
         `mavi-uploader key set` or put it into the environment variable {}. To try the program \
         without an account, add --sandbox.",
        setup::KEY_VARIABLE
    )
}

fn unusable(state: &JournalState) -> String {
    match state {
        JournalState::Newer => wording::newer_history().to_owned(),
        JournalState::Unwritable(cause) => wording::unwritable_history(cause),
        JournalState::Good => String::new(),
    }
}

async fn until(limit: Option<Instant>) {
    match limit {
        Some(limit) => sleep_until(limit).await,
        None => std::future::pending().await,
    }
}

/// Waits for the person, or the system, to end the program.
pub(super) async fn interrupted() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            tokio::select! {
                outcome = tokio::signal::ctrl_c() => forever_on_error(outcome).await,
                _ = terminate.recv() => {}
            }
            return;
        }
    }
    forever_on_error(tokio::signal::ctrl_c().await).await;
}

/// Where signals cannot be had nothing is interrupted.
async fn forever_on_error(outcome: std::io::Result<()>) {
    if let Err(error) = outcome {
        tracing::warn!(%error, "signals cannot be heard");
        std::future::pending::<()>().await;
    }
}
