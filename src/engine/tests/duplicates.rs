//! Equal content goes up once: within a run, and against the history.

use std::time::Duration;

use super::service::{Act, fault, known};
use super::*;
use crate::model::asset::{AssetAnswer, AssetStatus};

const SLOW: Act = Act::Take(Duration::from_secs(30));

fn twins(place: &Place, count: usize) -> Vec<PathBuf> {
    (0..count)
        .map(|n| place.file(&format!("{n}.mp3"), "the same"))
        .collect()
}

fn of(asset: &str) -> Status {
    Status::Duplicate {
        of: Some(id(asset)),
    }
}

#[tokio::test(start_paused = true)]
async fn equal_files_of_one_run_go_up_once() {
    let place = Place::new();
    let mut engine = Make::window().start(&place, Scripted::new().acts("0.mp3", [SLOW]));
    engine.upload(&twins(&place, 4)).await;
    engine
        .until_status("1.mp3", &Status::Duplicate { of: None })
        .await;
    engine.until_status("0.mp3", &Status::Ready).await;
    for name in ["1.mp3", "2.mp3", "3.mp3"] {
        engine.until_status(name, &of("re_1")).await;
    }
    assert_eq!(engine.script().count("upload"), 1);
    engine.pass(10).await;
    assert_eq!(engine.batches(), [(4, 0)]);
    let turns = engine.turns();
    let already = turns
        .iter()
        .filter(|turn| **turn == Turn::AlreadyUploaded(id("re_1")));
    assert_eq!(already.count(), 3);
}

#[tokio::test(start_paused = true)]
async fn files_of_equal_size_and_other_content_all_go_up() {
    let place = Place::new();
    let paths = ["a", "b", "c"].map(|name| place.file(&format!("{name}.mp3"), name));
    let mut engine = Make::window().start(&place, Scripted::new());
    engine.upload(&paths).await;
    for name in ["a.mp3", "b.mp3", "c.mp3"] {
        engine.until_status(name, &Status::Ready).await;
    }
    assert_eq!(engine.script().count("upload"), 3);
}

#[tokio::test(start_paused = true)]
async fn twins_beside_a_third_of_their_size_go_up_once() {
    let place = Place::new();
    let mut paths = vec![place.file("other.mp3", "not same")];
    paths.extend(twins(&place, 2));
    let mut engine = Make::window().start(&place, Scripted::new().acts("other.mp3", [SLOW]));
    engine.upload(&paths).await;
    engine.until_status("0.mp3", &Status::Ready).await;
    engine.until_status("1.mp3", &of("re_1")).await;
    assert_eq!(engine.script().count("upload"), 2);
}

#[tokio::test(start_paused = true)]
async fn a_twin_takes_over_when_its_original_does_not_make_it() {
    // Failed.
    let place = Place::new();
    let bad = Act::LateFail(Duration::from_secs(20), fault(FaultKind::BadRequest));
    let mut engine = Make::window().start(&place, Scripted::new().acts("0.mp3", [bad]));
    engine.upload(&twins(&place, 3)).await;
    engine.until_failed("0.mp3").await;
    engine.until_status("1.mp3", &Status::Ready).await;
    engine.until_status("2.mp3", &of("re_1")).await;
    // Cancelled, or taken out of the list.
    for command in [Command::Cancel, Command::Remove] {
        let place = Place::new();
        let mut engine = Make::window().start(&place, Scripted::new().acts("0.mp3", [Act::Stay]));
        engine.upload(&twins(&place, 2)).await;
        engine
            .until_status("1.mp3", &Status::Duplicate { of: None })
            .await;
        engine.say(command(vec![engine.id_of("0.mp3")]));
        engine.until_status("1.mp3", &Status::Ready).await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_twin_waits_for_an_original_that_is_held_and_can_go_up_anyway() {
    let place = Place::new();
    let mut engine = Make::window().start(&place, Scripted::new().acts("0.mp3", [Act::Stay]));
    engine.upload(&twins(&place, 3)).await;
    engine
        .until_status("1.mp3", &Status::Duplicate { of: None })
        .await;
    engine
        .until_status("2.mp3", &Status::Duplicate { of: None })
        .await;
    engine.say(Command::PauseItems(vec![engine.id_of("0.mp3")]));
    engine.pass(100).await;
    assert_eq!(engine.row("1.mp3").status, Status::Duplicate { of: None });
    engine.say(Command::UploadAnyway(vec![engine.id_of("1.mp3")]));
    engine.until_status("1.mp3", &Status::Ready).await;
    assert_eq!(engine.row("2.mp3").status, Status::Duplicate { of: None });
    engine.say(Command::ResumeItems(vec![engine.id_of("0.mp3")]));
    let row = engine
        .until_row("0.mp3", |row| row.asset_id.is_some())
        .await;
    assert_eq!(row.status, of("re_1"), "its content is there by now");
    engine.until_status("2.mp3", &of("re_1")).await;
}

/// A history in which this content is ready.
async fn uploaded_before(place: &Place) -> u64 {
    let path = place.file("before.mp3", "the same");
    let mut engine = Make::window().run("before").start(place, Scripted::new());
    engine.upload(&[path]).await;
    let row = engine.until_status("before.mp3", &Status::Ready).await;
    engine.say(Command::Remove(vec![row.id]));
    engine.until(|it| it.rows.is_empty()).await;
    engine.shut_down().await;
    row.size
}

#[tokio::test(start_paused = true)]
async fn what_the_history_holds_is_claimed_after_one_question() {
    let place = Place::new();
    let size = uploaded_before(&place).await;
    let service = Scripted::new()
        .ids_from(100)
        .holds("re_1", "before.mp3", size);
    let mut engine = Make::window().start(&place, service);
    engine.upload(&twins(&place, 1)).await;
    engine.until_status("0.mp3", &of("re_1")).await;
    assert_eq!(engine.script().words(), ["ask re_1"]);
    engine.say(Command::UploadAnyway(vec![engine.id_of("0.mp3")]));
    let row = engine.until_status("0.mp3", &Status::Ready).await;
    assert_eq!(row.asset_id, Some(id("re_101")));
}

#[tokio::test(start_paused = true)]
async fn what_the_service_holds_no_more_goes_up_again_and_once() {
    let place = Place::new();
    uploaded_before(&place).await;
    let mut engine = Make::window().start(&place, Scripted::new().ids_from(100));
    engine.upload(&twins(&place, 3)).await;
    engine.until_status("0.mp3", &Status::Ready).await;
    engine.until_status("1.mp3", &of("re_101")).await;
    engine.until_status("2.mp3", &of("re_101")).await;
    assert_eq!(engine.script().count("upload"), 1);
}

#[tokio::test(start_paused = true)]
async fn another_account_host_or_a_wish_not_to_ask_claims_nothing() {
    for other in 0..3 {
        let place = Place::new();
        let size = uploaded_before(&place).await;
        let mut make = Make::window();
        match other {
            0 => make.key = Some(key("two")),
            1 => make.base_url = "https://elsewhere.test/v2",
            _ => make.ask_history = false,
        }
        let service = Scripted::new()
            .ids_from(100)
            .holds("re_1", "before.mp3", size);
        let mut engine = make.start(&place, service);
        engine.upload(&twins(&place, 1)).await;
        engine.until_status("0.mp3", &Status::Ready).await;
        assert_eq!(engine.script().count("ask re_1 "), 0);
        assert_eq!(engine.script().count("upload"), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn trouble_with_the_question_says_nothing_of_two_copies() {
    let place = Place::new();
    let size = uploaded_before(&place).await;
    let trouble = [
        Err(fault(FaultKind::BadAnswer)),
        Err(fault(FaultKind::ServerError)),
        known(AssetStatus::Success, Some(size)),
    ];
    let service = Scripted::new()
        .ids_from(100)
        .holds("re_1", "before.mp3", size)
        .answers("before.mp3", trouble);
    let mut engine = Make::window().start(&place, service);
    engine.upload(&twins(&place, 1)).await;
    engine.until_status("0.mp3", &of("re_1")).await;
    assert!(!engine.row("0.mp3").may_be_twice);
    assert_eq!(engine.script().count("ask re_1"), 3);
}

#[tokio::test(start_paused = true)]
async fn a_file_that_changed_after_its_comparison_is_read_anew() {
    let place = Place::new();
    let paths = twins(&place, 2);
    let mut engine = Make::window().start(&place, Scripted::new());
    engine.upload(&paths).await;
    engine.until_status("0.mp3", &Status::Ready).await;
    engine.until_status("1.mp3", &of("re_1")).await;
    // Another content of the same size, as a new row; equal to nothing.
    write_still(&paths[1], "not same");
    std::fs::File::options()
        .write(true)
        .open(&paths[1])
        .unwrap()
        .set_modified(std::time::SystemTime::now() - Duration::from_secs(30))
        .unwrap();
    engine.say(Command::Add(vec![paths[1].clone()]));
    engine.until(|it| it.totals.startable == 1).await;
    engine.say(Command::Start);
    engine
        .until(|it| {
            it.rows
                .last()
                .is_some_and(|row| row.status == Status::Ready)
        })
        .await;
    assert_eq!(engine.script().count("upload"), 2);
}

#[tokio::test(start_paused = true)]
async fn an_asset_that_is_gone_is_no_original() {
    let place = Place::new();
    let size = uploaded_before(&place).await;
    let gone = [Ok(AssetAnswer::NotFound)];
    let service = Scripted::new()
        .ids_from(100)
        .holds("re_1", "before.mp3", size)
        .answers("before.mp3", gone);
    let mut engine = Make::window().start(&place, service);
    engine.upload(&twins(&place, 1)).await;
    let row = engine.until_status("0.mp3", &Status::Ready).await;
    assert_eq!(row.asset_id, Some(id("re_101")));
}
