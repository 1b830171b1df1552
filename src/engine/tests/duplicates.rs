//! Equal content is uploaded once: within a run, and against the history.

use std::time::Duration;

use super::service::{Act, fault, known};
use super::*;
use crate::engine::files::passes;
use crate::model::asset::{AssetAnswer, AssetStatus};
use crate::store::AssetRemark;

const SLOW: Act = Act::Take(Duration::from_secs(30));

/// Makes files of one content.
pub(super) fn twins(place: &Place, count: usize) -> Vec<PathBuf> {
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
        let duplicate_of = engine.row(name).duplicate_of.clone().unwrap();
        assert_eq!(duplicate_of.path, engine.row("0.mp3").path);
        assert_eq!(duplicate_of.uploaded_at_ms, None, "it is in the list");
    }
    assert_eq!(engine.script().count("upload"), 1);
    engine.pass(10).await;
    assert_eq!(engine.batches(), [(1, 3, 0)]);
    let events = engine.events();
    let already = events
        .iter()
        .filter(|event| **event == LifecycleEvent::AlreadyUploaded(id("re_1")));
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
    // The original failed.
    let place = Place::new();
    let bad = Act::LateFail(Duration::from_secs(20), fault(FaultKind::BadRequest));
    let mut engine = Make::window().start(&place, Scripted::new().acts("0.mp3", [bad]));
    engine.upload(&twins(&place, 3)).await;
    engine.until_failed("0.mp3").await;
    engine.until_status("1.mp3", &Status::Ready).await;
    engine.until_status("2.mp3", &of("re_1")).await;
    // The original was cancelled or removed.
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

/// Uploads this content in an earlier run; returns its size.
pub(super) async fn uploaded_before(place: &Place) -> u64 {
    let path = place.file("before.mp3", "the same");
    let mut engine = Make::window().run("before").start(place, Scripted::new());
    engine.upload(&[path]).await;
    let row = engine.until_status("before.mp3", &Status::Ready).await;
    engine.say(Command::Remove(vec![row.id]));
    engine.until(|it| it.rows.is_empty()).await;
    engine.shut_down().await;
    row.size
}

/// Returns a service that still has the earlier upload, of `size` bytes.
pub(super) fn that_holds(size: u64) -> Scripted {
    Scripted::new()
        .ids_from(100)
        .holds("re_1", "before.mp3", size)
}

/// Returns a service that has the content but is unreachable.
pub(super) fn that_is_out_of_reach(size: u64) -> Scripted {
    let offline = (0..1000).map(|_| Err(fault(FaultKind::Offline)));
    that_holds(size).answers("before.mp3", offline)
}

#[tokio::test(start_paused = true)]
async fn what_the_history_holds_is_claimed_after_one_question() {
    let place = Place::new();
    let size = uploaded_before(&place).await;
    let service = that_holds(size);
    let mut engine = Make::window().start(&place, service);
    engine.upload(&twins(&place, 1)).await;
    engine.until_status("0.mp3", &of("re_1")).await;
    assert_eq!(engine.script().words(), ["ask re_1"]);
    let duplicate_of = engine.row("0.mp3").duplicate_of.clone().unwrap();
    assert!(
        duplicate_of.path.ends_with("before.mp3"),
        "{duplicate_of:?}"
    );
    assert!(duplicate_of.uploaded_at_ms.is_some(), "its row is gone");
    engine.say(Command::UploadAnyway(vec![engine.id_of("0.mp3")]));
    let row = engine.until_status("0.mp3", &Status::Ready).await;
    assert_eq!(row.asset_id, Some(id("re_101")));
}

#[tokio::test(start_paused = true)]
async fn what_the_service_holds_no_more_goes_up_again_and_once() {
    let place = Place::new();
    uploaded_before(&place).await;
    // Started as soon as they are checked, before the scan finds them.
    let at_once = || Make {
        start_at_once: true,
        ..Make::window()
    };
    let mut engine = at_once().start(&place, Scripted::new().ids_from(100));
    engine.say(Command::Add(twins(&place, 3)));
    engine.until_status("0.mp3", &Status::Ready).await;
    engine.until_status("1.mp3", &of("re_101")).await;
    engine.until_status("2.mp3", &of("re_101")).await;
    assert_eq!(engine.script().count("upload"), 1);
    let gone = place.asset("re_1").unwrap();
    assert_eq!(gone.remark, Some(AssetRemark::Gone));
    assert_eq!(gone.name, "before.mp3");
    // The next files of that content need no lookup.
    let asked = engine.script().count("ask re_1");
    engine.shut_down().await;
    let service = Scripted::new().ids_from(200);
    let mut engine = at_once().run("run2").start(&place, service);
    engine.say(Command::Add(vec![place.file("later.mp3", "the same")]));
    engine.until_status("later.mp3", &Status::Ready).await;
    assert!(asked > 0);
    assert_eq!(
        engine
            .script()
            .words()
            .iter()
            .filter(|it| *it == "ask re_1")
            .count(),
        0
    );
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
        let service = that_holds(size);
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
    let service = that_holds(size).answers("before.mp3", trouble);
    let mut engine = Make::window().start(&place, service);
    engine.upload(&twins(&place, 1)).await;
    engine.until_status("0.mp3", &of("re_1")).await;
    assert!(!engine.row("0.mp3").possibly_stored_twice);
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
    // Other content of the same size, as a new row: no duplicate.
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
    let service = that_holds(size).answers("before.mp3", gone);
    // Started as soon as it is checked, before the scan finds it.
    let mut make = Make::window();
    make.start_at_once = true;
    let mut engine = make.start(&place, service);
    engine.say(Command::Add(twins(&place, 1)));
    let row = engine.until_status("0.mp3", &Status::Ready).await;
    assert_eq!(row.asset_id, Some(id("re_101")));
}

/// Returns how often each of these files was hashed.
pub(super) fn passes(paths: &[PathBuf]) -> Vec<u32> {
    paths.iter().map(|path| passes::over(path)).collect()
}

#[tokio::test(start_paused = true)]
async fn a_file_is_read_for_its_fingerprint_only_beside_one_of_its_size_and_once() {
    let place = Place::new();
    let paths: Vec<PathBuf> = (0..6)
        .map(|n| place.file(&format!("{n}.mp3"), &"x".repeat(n + 1)))
        .collect();
    let mut engine = Make::window().start(&place, Scripted::new());
    engine.upload(&paths).await;
    engine.until(|it| it.totals.done == 6).await;
    assert_eq!(passes(&paths), [0; 6], "no two have a size");
    engine.shut_down().await;

    // Six files of one size, compared at once, some of them retried.
    let place = Place::new();
    let paths: Vec<PathBuf> = (0..6)
        .map(|n| place.file(&format!("{n}.mp3"), &n.to_string()))
        .collect();
    let error = || [Act::Fail(fault(FaultKind::ServerError))];
    let service = Scripted::new()
        .acts("0.mp3", [SLOW])
        .acts("1.mp3", error())
        .acts("4.mp3", error());
    let mut make = Make::window();
    make.jobs = 4;
    let mut engine = make.start(&place, service);
    engine.upload(&paths).await;
    engine.until(|it| it.totals.done == 6).await;
    let read = passes(&paths);
    assert!(read.iter().all(|count| *count <= 1), "{read:?}");
    assert_eq!(read[1..], [1; 5]);
}

#[tokio::test(start_paused = true)]
async fn the_history_asks_for_one_pass_where_it_holds_the_size() {
    let place = Place::new();
    let size = uploaded_before(&place).await;
    let paths = [
        place.file("other size.mp3", "the same and more"),
        place.file("other content.mp3", "not same"),
        place.file("renamed.mp3", "the same"),
    ];
    let service = that_holds(size);
    let mut engine = Make::window().start(&place, service);
    engine.upload(&paths).await;
    engine.until_status("renamed.mp3", &of("re_1")).await;
    engine
        .until_status("other content.mp3", &Status::Ready)
        .await;
    engine.until_status("other size.mp3", &Status::Ready).await;
    assert_eq!(passes(&paths), [0, 1, 1]);
}

#[tokio::test(start_paused = true)]
async fn an_answer_before_the_end_of_the_body_still_gets_its_fingerprint() {
    let place = Place::new();
    let path = place.file("a.mp3", "early");
    let service = Scripted::new().acts("a.mp3", [Act::TakeEarly]);
    let mut engine = Make::command_line().start(&place, service);
    engine.say(Command::Add(vec![path.clone()]));
    engine.until_status("a.mp3", &Status::Ready).await;
    let hash = blake3::hash(&std::fs::read(&path).unwrap()).to_hex();
    let content = engine.events().into_iter().find_map(|event| match event {
        LifecycleEvent::Finished { content, .. } => content,
        _ => None,
    });
    assert_eq!(
        content.map(crate::model::asset::ContentHash::to_hex),
        Some(hash.to_string())
    );
    assert_eq!(place.asset("re_1").unwrap().content, content);
    assert_eq!(passes(&[path]), [1]);
}

#[tokio::test(start_paused = true)]
async fn another_account_is_not_given_what_this_run_sent_with_the_first() {
    let place = Place::new();
    let twins = twins(&place, 3);
    let service = Scripted::new()
        .acts("0.mp3", [SLOW])
        .answers("0.mp3", [Ok(AssetAnswer::NotFound)]);
    let mut engine = Make::window().start(&place, service);
    engine.upload(&twins[..2]).await;
    engine
        .until_status("1.mp3", &Status::Duplicate { of: None })
        .await;
    // The first is under way and its duplicate waits, when the key changes to one that does not
    // know what the first key sent.
    engine.say(Command::SetKey(key("two"), KeySource::Session));
    let one = engine.until_status("1.mp3", &Status::Ready).await;
    assert_eq!(one.asset_id, Some(id("re_2")));
    engine.say(Command::SetKey(key("one"), KeySource::Session));
    engine.until_status("0.mp3", &Status::Ready).await;
    engine.say(Command::SetKey(key("two"), KeySource::Session));
    assert_eq!(place.asset("re_2").unwrap().account, key("two").account());
    // A row that ended with the first key is no original; one that ended with this key is.
    engine.say(Command::Remove(vec![one.id]));
    engine.until(|it| it.rows.len() == 1).await;
    let mut make = twins[2].clone();
    make.set_file_name("3.mp3");
    write_still(&make, "the same");
    engine.upload(&[twins[2].clone(), make]).await;
    for name in ["2.mp3", "3.mp3"] {
        engine.until_status(name, &of("re_2")).await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_twin_that_became_another_file_does_not_share_the_end_of_its_old_original() {
    let place = Place::new();
    let (slow, paths) = (Act::Take(Duration::from_secs(300)), twins(&place, 2));
    let other = place.file("other.mp3", "not same");
    let service = Scripted::new()
        .acts("0.mp3", [slow])
        .acts("other.mp3", [Act::Take(Duration::from_secs(900))]);
    let mut engine = Make::window().start(&place, service);
    engine
        .upload(&[paths[0].clone(), other, paths[1].clone()])
        .await;
    engine
        .until_status("1.mp3", &Status::Duplicate { of: None })
        .await;
    let twin = engine.id_of("1.mp3");
    engine.say(Command::Cancel(vec![twin]));
    engine.until_status("1.mp3", &Status::Cancelled).await;
    write_still(&paths[1], "not same");
    engine.say(Command::Retry(vec![twin]));
    engine
        .until_status("1.mp3", &Status::Duplicate { of: None })
        .await;
    engine.until_status("0.mp3", &Status::Ready).await;
    assert_eq!(engine.row("1.mp3").status, Status::Duplicate { of: None });
    engine.until_status("other.mp3", &Status::Ready).await;
    engine.until_status("1.mp3", &of("re_2")).await;
}

#[tokio::test(start_paused = true)]
async fn what_is_added_again_goes_up_although_the_history_and_the_list_have_it() {
    let place = Place::new();
    let size = uploaded_before(&place).await;
    let mut engine = Make::window().start(&place, that_holds(size));
    for (number, asset) in [(1, "re_101"), (2, "re_102")] {
        engine.say(Command::AddAgain(twins(&place, 1)));
        engine.until(|it| it.rows.len() == number).await;
        engine.pass(60).await;
        let row = engine.snapshot().rows[number - 1].clone();
        assert_eq!(
            row.status,
            Status::ReadyToUpload,
            "it does not start by itself"
        );
        engine.say(Command::StartItems(vec![row.id]));
        let is_up = |it: &Snapshot| it.rows[number - 1].status == Status::Ready;
        engine.until(is_up).await;
        assert_eq!(engine.snapshot().rows[number - 1].asset_id, Some(id(asset)));
    }
    assert_eq!(engine.script().count("upload"), 2);
}
