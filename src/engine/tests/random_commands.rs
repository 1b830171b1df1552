//! Random commands over a faulty service: nothing hangs, nothing is lost.

use std::time::Duration;

use proptest::prelude::*;

use super::service::{Act, fault, known, limited};
use super::*;
use crate::model::asset::{AssetAnswer, AssetStatus};
use crate::model::asset_check::AssetsToCheck;
use crate::model::fault::Fault;

const FILES: usize = 6;

fn act() -> impl Strategy<Value = Act> {
    let fail = |kind| Just(Act::Fail(fault(kind)));
    prop_oneof![
        3 => Just(Act::Take(Duration::from_secs(2))),
        1 => Just(Act::TakeEarly),
        1 => fail(FaultKind::ServerError),
        1 => fail(FaultKind::Conflict),
        1 => fail(FaultKind::BadRequest),
        1 => fail(FaultKind::TooLargeForDirect),
        1 => Just(Act::Fail(limited(3))),
        1 => Just(Act::FailInBody(fault(FaultKind::BrokenInBody))),
        1 => Just(Act::LateFail(Duration::from_secs(9), fault(FaultKind::Stalled))),
        1 => Just(Act::Lose(fault(FaultKind::LostAnswer))),
    ]
}

fn answer() -> impl Strategy<Value = Result<AssetAnswer, Fault>> {
    prop_oneof![
        Just(known(AssetStatus::Waiting, None)),
        Just(known(AssetStatus::Uploading, None)),
        Just(known(AssetStatus::Failed, None)),
        Just(Ok(AssetAnswer::NotFound)),
        Just(Err(fault(FaultKind::ServerError))),
    ]
}

/// Returns a command, its row, and the tenths of a second before it.
fn whim() -> impl Strategy<Value = (u8, usize, u64)> {
    (0..13_u8, 0..FILES, 0..60_u64)
}

fn command(kind: u8, row: ItemId) -> Command {
    let rows = vec![row];
    match kind {
        0 => Command::Pause,
        1 => Command::Resume,
        2 => Command::PauseItems(rows),
        3 => Command::ResumeItems(rows),
        4 => Command::Cancel(rows),
        5 => Command::Retry(rows),
        6 => Command::Remove(rows),
        7 => Command::UndoRemove,
        8 => Command::SendFirst(rows),
        9 => Command::UploadAnyway(rows),
        10 => Command::CheckAssets(AssetsToCheck::All),
        11 => Command::StopChecking,
        _ => Command::CheckAgain(rows),
    }
}

async fn live(
    jobs: usize,
    acts: Vec<Vec<Act>>,
    answers: Vec<Vec<Result<AssetAnswer, Fault>>>,
    whims: Vec<(u8, usize, u64)>,
) {
    let place = Place::new();
    let mut service = Scripted::new();
    let mut paths = vec![];
    for (n, (acts, answers)) in acts.into_iter().zip(answers).enumerate() {
        let name = format!("{n}.mp3");
        service = service.acts(&name, acts).answers(&name, answers);
        // Every second file has a duplicate.
        paths.push(place.file(&name, &format!("content {}", n / 2)));
    }
    let mut make = Make::window();
    make.jobs = jobs;
    let mut engine = make.start(&place, service);
    engine.upload(&paths).await;
    let rows: Vec<ItemId> = engine.snapshot().rows.iter().map(|row| row.id).collect();
    for (kind, row, tenths) in whims {
        tokio::time::sleep(Duration::from_millis(100 * tenths)).await;
        engine.say(command(kind, rows[row]));
    }
    engine.say(Command::Resume);
    engine.say(Command::ResumeItems(rows));
    // Everything ends, and every slot is free again.
    let last = place.file("last.mp3", "the last one of them");
    engine.add(&[last]).await;
    engine
        .until_status("last.mp3", &Status::ReadyToUpload)
        .await;
    engine.say(Command::Start);
    engine.until_status("last.mp3", &Status::Ready).await;
    let snapshot = engine
        .until(|it| {
            it.totals.active == 0
                && it.asset_check.is_none()
                && !it
                    .rows
                    .iter()
                    .any(|row| matches!(row.status, Status::Checking))
        })
        .await;
    for row in snapshot.rows.iter() {
        assert!(
            matches!(
                row.status,
                Status::Ready
                    | Status::Failed(_)
                    | Status::Cancelled
                    | Status::ReadyToUpload
                    | Status::Duplicate { of: Some(_) }
            ),
            "{row:?}"
        );
    }
    // Every id that was given is on disk.
    for asset in engine.script().given() {
        assert!(place.asset(asset.as_str()).is_some(), "{asset} is lost");
    }
    assert_eq!(
        engine.script().overlaps(),
        0,
        "a file is sent twice at once"
    );
    let calls = engine.script().calls();
    for pair in calls.windows(2) {
        assert!(
            pair[1].at - pair[0].at >= Duration::from_millis(1050),
            "{pair:?}"
        );
    }
    engine.shut_down().await;
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn whatever_is_done_everything_ends_and_no_id_is_lost(
        jobs in 1..4_usize,
        acts in prop::collection::vec(prop::collection::vec(act(), 0..4), FILES),
        answers in prop::collection::vec(prop::collection::vec(answer(), 0..4), FILES),
        whims in prop::collection::vec(whim(), 0..25),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build()
            .unwrap();
        runtime.block_on(live(jobs, acts, answers, whims));
    }
}
