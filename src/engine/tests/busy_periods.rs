//! A batch across pauses and restarts: one percentage of all that was started.

use std::time::Duration;

use super::service::{Act, known};
use super::*;
use crate::model::asset::AssetStatus;

/// Returns a batch's files done, its files, and its bytes in percent.
fn progress(snapshot: &Snapshot) -> (usize, usize, Option<u8>) {
    let totals = &snapshot.totals;
    (totals.done, totals.started, totals.percent())
}

/// Makes eight files of one size and two transfer slots; files in `slow` are slow at first.
fn eight(place: &Place, slow: &[&str]) -> (Vec<PathBuf>, Scripted) {
    let files = (1..=8)
        .map(|n| place.file(&format!("{n}.mp3"), &format!("{n} ").repeat(5000)))
        .collect();
    let steadily = || Act::Steadily(Duration::from_secs(3600));
    let service = slow.iter().fold(Scripted::new(), |service, name| {
        service.acts(name, [steadily()])
    });
    (files, service)
}

fn two_at_a_time(run: &'static str) -> Make {
    Make {
        jobs: 2,
        ..Make::window().run(run)
    }
}

#[tokio::test(start_paused = true)]
async fn a_batch_that_was_paused_is_still_that_batch_after_a_restart() {
    let place = Place::new();
    // A file of an earlier batch, which does not count.
    let (files, service) = eight(&place, &["3.mp3", "4.mp3"]);
    let mut engine = two_at_a_time("run1").start(&place, service);
    engine.upload(&[place.file("old.mp3", "old")]).await;
    engine.until_status("old.mp3", &Status::Ready).await;
    engine.pass(1).await;
    assert_eq!(engine.batches(), [(1, 0, 0)]);
    engine.upload(&files).await;
    engine.until(|it| it.totals.done == 2).await;
    engine.say(Command::Pause);
    let paused = engine.until(|it| it.paused).await;
    assert_eq!(progress(&paused), (2, 8, Some(25)));
    engine.shut_down().await;

    let service = Scripted::new().ids_from(100);
    let mut engine = two_at_a_time("run2").start(&place, service);
    let restored = engine.until(|it| it.interrupted == 6).await;
    assert_eq!(progress(&restored), (2, 8, Some(25)));
    assert_eq!((restored.totals.remaining, restored.totals.left), (0, None));
    engine.say(Command::ContinueInterrupted);
    let goes_on = engine.until(|it| it.totals.active > 0).await;
    assert_eq!((goes_on.totals.done, goes_on.totals.started), (2, 8));
    engine.until(|it| it.totals.done == 8).await;
    engine.pass(1).await;
    assert_eq!(engine.batches(), [(8, 0, 0)]);
    assert_eq!(engine.snapshot().totals.percent(), None);
}

#[tokio::test(start_paused = true)]
async fn what_the_service_works_on_alone_is_not_the_whole_batch() {
    let place = Place::new();
    let (files, service) = eight(&place, &["2.mp3", "3.mp3"]);
    let busy = || known(AssetStatus::Uploading, None);
    let service = service.answers("1.mp3", (0..99).map(|_| busy()));
    let mut engine = two_at_a_time("run1").start(&place, service);
    engine.upload(&files).await;
    let processing = |row: &Row| matches!(row.status, Status::Processing { .. });
    engine.until_row("1.mp3", processing).await;
    engine.until_status("3.mp3", &Status::Uploading).await;
    engine.kill().await;

    let size = std::fs::metadata(&files[0]).unwrap().len();
    let service = Scripted::new()
        .holds("re_1", "1.mp3", size)
        .answers("1.mp3", (0..99).map(|_| busy()));
    let mut engine = two_at_a_time("run2").start(&place, service.ids_from(100));
    // It used to say 99 % with seven of eight files unsent.
    let restored = engine.until(|it| it.interrupted == 7).await;
    assert_eq!(progress(&restored), (0, 8, Some(12)));
    assert!(restored.totals.active > 0);
}

#[tokio::test(start_paused = true)]
async fn of_paused_rows_all_bytes_count_and_none_takes_time() {
    let place = Place::new();
    let (files, service) = eight(&place, &["1.mp3", "2.mp3"]);
    let mut engine = two_at_a_time("run1").start(&place, service);
    engine.upload(&files).await;
    engine.until_status("2.mp3", &Status::Uploading).await;
    let all: Vec<ItemId> = engine.snapshot().rows.iter().map(|row| row.id).collect();
    engine.say(Command::PauseItems(all[..2].to_vec()));
    let snapshot = engine.until(|it| it.totals.done == 6).await;
    engine.pass(1).await;
    assert_eq!(progress(&snapshot), (6, 8, Some(75)));
    assert_eq!(snapshot.totals.remaining, 0);
    assert_eq!(engine.batches(), [], "it is not over");
    engine.say(Command::Cancel(all[..2].to_vec()));
    engine.until(|it| it.totals.percent().is_none()).await;
}

#[tokio::test(start_paused = true)]
async fn a_batch_whose_rest_is_discarded_ends_without_a_word_and_can_come_back() {
    let place = Place::new();
    let (files, service) = eight(&place, &["3.mp3", "4.mp3"]);
    let mut engine = two_at_a_time("run1").start(&place, service);
    engine.upload(&files).await;
    engine.until(|it| it.totals.done == 2).await;
    engine.shut_down().await;

    let service = Scripted::new().ids_from(100);
    let mut engine = two_at_a_time("run2").start(&place, service);
    engine.until(|it| it.interrupted == 6).await;
    engine.say(Command::DiscardInterrupted);
    engine.until(|it| it.rows.len() == 2).await;
    engine.pass(1).await;
    assert_eq!(engine.batches(), []);
    engine.say(Command::UndoRemove);
    let back = engine.until(|it| it.rows.len() == 8).await;
    assert_eq!(progress(&back), (2, 8, Some(25)));
    let held = back.rows.iter().filter(|row| row.status == Status::Paused);
    engine.say(Command::ResumeItems(held.map(|row| row.id).collect()));
    engine.until(|it| it.totals.done == 8).await;
    engine.pass(1).await;
    assert_eq!(engine.batches(), [(8, 0, 0)]);
}
