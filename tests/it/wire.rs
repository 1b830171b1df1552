//! The engine over the real wire: client against sandbox, in real time with smaller numbers.

use std::time::Duration;

use mavi_uploader::engine::{Command, FrontEnd, LifecycleEvent, LifecycleRecord};
use mavi_uploader::model::fault::Reason;
use mavi_uploader::sandbox::{Call, FaultPlan, PlannedFault, Reply, SandboxOptions, Timing};
use mavi_uploader::setup::{AppContext, EngineConfig, Numbers, RunningEngine};
use tokio::sync::mpsc;

/// How many times faster than the contract's numbers everything goes.
const FASTER: u32 = 20;
/// More than any of these takes.
const LIMIT: Duration = Duration::from_secs(30);

/// What became of one file.
struct Outcome {
    /// Why it was tried again, in order.
    retries: Vec<Reason>,
    /// How it ended.
    end: LifecycleEvent,
    /// Copies that the service stored.
    stored: usize,
    /// Requests of `POST /upload`.
    uploads: usize,
}

/// Uploads a file of 2 MB against a sandbox in which this goes wrong.
async fn upload(plan: FaultPlan) -> Outcome {
    let second = Duration::from_secs(1);
    let world = AppContext::with_sandbox(SandboxOptions {
        interval: second / FASTER,
        timing: Timing::AT_ONCE,
        plan,
        ..SandboxOptions::default()
    })
    .unwrap();
    let mut numbers = Numbers::of(FrontEnd::CommandLine);
    numbers.policy = numbers.policy.faster(FASTER);
    numbers.limiter = numbers.limiter.faster(FASTER);
    let (follower, mut events) = mpsc::unbounded_channel();
    let RunningEngine { handle, task, .. } = world.start(EngineConfig {
        numbers,
        start_at_once: true,
        follower: Some(follower),
        ..EngineConfig::new(FrontEnd::CommandLine)
    });
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("clip.mp4");
    let mut content = include_bytes!("../fixtures/media/good/clip.mp4").to_vec();
    content.resize(2_000_000, 7);
    std::fs::write(&path, &content).unwrap();
    handle.send(Command::Add(vec![path]));
    let mut retries = vec![];
    let end = loop {
        let next = tokio::time::timeout(LIMIT, events.recv()).await;
        let LifecycleRecord { event, .. } = next.expect("the file ends").expect("the engine runs");
        match event {
            LifecycleEvent::Retrying { fault, .. } => retries.push(fault.kind.reason()),
            LifecycleEvent::Finished { .. }
            | LifecycleEvent::Failed { .. }
            | LifecycleEvent::NeedsUser(_) => break event,
            _ => {}
        }
    };
    handle.send(Command::Shutdown);
    tokio::time::timeout(LIMIT, task)
        .await
        .expect("the engine ends")
        .unwrap();
    let sandbox = world.sandbox.as_ref().unwrap();
    let requests = sandbox.requests();
    Outcome {
        retries,
        end,
        stored: sandbox.stored().len(),
        uploads: requests
            .iter()
            .filter(|it| it.call == Some(Call::Upload))
            .count(),
    }
}

fn plan(fault: PlannedFault) -> FaultPlan {
    FaultPlan::new().on(Call::Upload).then(fault)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_good_upload_needs_one_request() {
    let outcome = upload(FaultPlan::new()).await;
    assert!(matches!(
        outcome.end,
        LifecycleEvent::Finished {
            content: Some(_),
            ..
        }
    ));
    assert_eq!(
        (outcome.retries.len(), outcome.uploads, outcome.stored),
        (0, 1, 1)
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_passes_is_tried_again_and_stored_once() {
    let limited = Reply::status(429).retry_after_seconds(1);
    for (fault, reason) in [
        (PlannedFault::status(500), Reason::ServerError),
        (PlannedFault::Answer(limited), Reason::RateLimited),
        (PlannedFault::ResetAfter { bytes: 500_000 }, Reason::Network),
    ] {
        let outcome = upload(plan(fault)).await;
        assert!(
            matches!(outcome.end, LifecycleEvent::Finished { .. }),
            "{reason:?}"
        );
        assert_eq!(outcome.retries, [reason]);
        assert_eq!((outcome.uploads, outcome.stored), (2, 1), "{reason:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lost_answer_is_sent_once_more() {
    let lost = PlannedFault::LoseAnswer {
        stored: true,
        reset: true,
    };
    let outcome = upload(plan(lost)).await;
    assert!(matches!(outcome.end, LifecycleEvent::Finished { .. }));
    assert_eq!(outcome.retries, [Reason::Network]);
    assert_eq!((outcome.uploads, outcome.stored), (2, 2));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refused_key_stops_the_queue_and_fails_no_file() {
    let outcome = upload(plan(PlannedFault::status(401))).await;
    let LifecycleEvent::NeedsUser(fault) = outcome.end else {
        panic!("{:?}", outcome.end);
    };
    assert_eq!(fault.kind.reason(), Reason::Unauthorized);
    assert_eq!(
        (outcome.retries.len(), outcome.uploads, outcome.stored),
        (0, 1, 0)
    );
}
