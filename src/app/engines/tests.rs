use std::time::Duration;

use tokio::sync::{mpsc, watch};

use super::*;
use crate::app::rows::tests::row;
use crate::model::snapshot::Totals;

/// The test's end of an engine.
struct Played {
    commands: mpsc::UnboundedReceiver<Command>,
    snapshot: watch::Sender<Arc<Snapshot>>,
    _notices: mpsc::UnboundedSender<Notice>,
}

fn engine(statuses: &[Status]) -> (Played, EngineHandle) {
    let (commands, receiver) = mpsc::unbounded_channel();
    let (sender, snapshot) = watch::channel(Arc::new(snapshot(statuses)));
    let (notice, notices) = mpsc::unbounded_channel();
    let played = Played {
        commands: receiver,
        snapshot: sender,
        _notices: notice,
    };
    let handle = EngineHandle {
        commands,
        snapshot,
        notices,
        data_dir: None,
        base_url: String::new(),
    };
    (played, handle)
}

fn snapshot(statuses: &[Status]) -> Snapshot {
    let rows = statuses.iter().cloned().zip(1..);
    Snapshot {
        rows: Arc::new(rows.map(|(status, id)| Arc::new(row(id, status))).collect()),
        totals: Totals {
            active: statuses.len(),
            ..Totals::default()
        },
        ..Snapshot::default()
    }
}

fn engines(handle: EngineHandle) -> Engines {
    Engines::new(handle, false, None, Arc::new(|| ()))
}

#[test]
fn commands_go_to_the_engine_in_use_and_the_key_to_the_account() {
    let (mut account, handle) = engine(&[]);
    let (mut sandbox, other) = engine(&[]);
    let mut engines = engines(handle);
    engines.enter_sandbox(other);
    engines.send(Command::Start);
    engines.account().send(Command::NoKey);
    assert!(matches!(sandbox.commands.try_recv(), Ok(Command::Start)));
    assert!(matches!(account.commands.try_recv(), Ok(Command::NoKey)));
    engines.shut_down();
    assert!(matches!(sandbox.commands.try_recv(), Ok(Command::Shutdown)));
    assert!(matches!(account.commands.try_recv(), Ok(Command::Shutdown)));
}

#[test]
fn the_snapshot_is_that_of_the_engine_in_use() {
    let (account, handle) = engine(&[Status::Queued]);
    let mut engines = engines(handle);
    assert!(engines.poll_snapshot().is_none());
    account
        .snapshot
        .send_replace(Arc::new(snapshot(&[Status::Queued, Status::Ready])));
    let before = engines.poll_snapshot().expect("it changed");
    assert_eq!((before.rows.len(), engines.snapshot().rows.len()), (1, 2));
    let (mut sandbox, other) = engine(&[]);
    engines.enter_sandbox(other);
    assert_eq!(engines.snapshot().rows.len(), 0);
    assert_eq!(engines.waiting_outside(), Some(2));
    assert_eq!(engines.backend(), Backend::Sandbox);
    assert!(engines.leave_sandbox());
    assert!(matches!(sandbox.commands.try_recv(), Ok(Command::Shutdown)));
    assert_eq!(engines.snapshot().rows.len(), 2);
    assert_eq!(engines.backend(), Backend::Service);
    assert!(!engines.leave_sandbox());
}

#[test]
fn closing_stops_both_queues_but_not_what_the_service_does() {
    let processing = Status::Processing {
        since: std::time::Instant::now(),
        long: false,
    };
    let (_account, handle) = engine(&[Status::Uploading, processing]);
    let mut engines = engines(handle);
    assert_eq!((engines.stops().sending, engines.stops().anew), (1, 1));
    let (_sandbox, other) = engine(&[Status::Queued, Status::Uploading]);
    engines.enter_sandbox(other);
    let stops = engines.stops();
    assert_eq!((stops.sending, stops.in_sandbox), (1, 2));
}

#[test]
fn a_sandbox_starts_once_and_says_why_it_did_not() {
    let (_account, handle) = engine(&[]);
    let (woken, wakes) = std::sync::mpsc::channel();
    let start: StartSandbox = Arc::new(|| Err("no port".to_owned()));
    let wake: Wake = Arc::new(move || {
        let _ = woken.send(());
    });
    let mut engines = Engines::new(handle, false, Some(start), wake);
    assert!(engines.can_start_sandbox());
    engines.start_sandbox();
    assert!(!engines.can_start_sandbox(), "one is starting");
    wakes.recv_timeout(Duration::from_secs(20)).unwrap();
    let started = engines.poll_sandbox().expect("it answered");
    assert_eq!(started.unwrap_err().as_deref(), Some("no port"));
    assert!(engines.can_start_sandbox());
}
