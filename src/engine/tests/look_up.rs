//! Files that were uploaded before show their ID at once, and the service is asked about them
//! behind everything else.

use std::time::Duration;

use super::duplicate_scan::{duplicate_of, until_found};
use super::duplicates::{that_holds, that_is_out_of_reach, twins, uploaded_before};
use super::service::{Act, Call, fault, known, limited};
use super::*;
use crate::model::asset::{AssetAnswer, AssetStatus};
use crate::model::fault::RequiredAction;
use crate::store::AssetRemark;

const UPLOADED: Status = Status::FoundDuplicate(DuplicateStage::Uploaded);

fn of(asset: &str) -> Status {
    Status::Duplicate {
        of: Some(id(asset)),
    }
}

/// Returns the ID that a row shows of an earlier upload.
fn shown(row: &Row) -> Option<AssetId> {
    row.duplicate_of.as_ref()?.asset.clone()
}

fn without_key() -> Make {
    Make {
        key: None,
        ..Make::window()
    }
}

#[tokio::test(start_paused = true)]
async fn an_earlier_upload_shows_its_id_at_once_and_is_a_duplicate_once_it_is_confirmed() {
    let place = Place::new();
    let size = uploaded_before(&place).await;
    let offline = [Err(fault(FaultKind::Offline))];
    let service = that_holds(size).answers("before.mp3", offline);
    let mut engine = Make::window().start(&place, service);
    engine.add(&twins(&place, 1)).await;
    let row = engine.until_status("0.mp3", &UPLOADED).await;
    assert_eq!((shown(&row), &row.asset_id), (Some(id("re_1")), &None));
    assert!(duplicate_of(&engine, "0.mp3").ends_with("before.mp3"));
    assert!(row.duplicate_of.as_ref().unwrap().uploaded_at_ms.is_some());
    assert_eq!(engine.snapshot().totals.startable, 0);
    let row = engine.until_status("0.mp3", &of("re_1")).await;
    assert_eq!(row.asset_id, Some(id("re_1")));
    assert_eq!(engine.script().words(), ["ask re_1", "ask re_1"]);
    // Nothing was started, so no batch ends.
    engine.pass(10).await;
    assert!(engine.notices().is_empty());
}

#[tokio::test(start_paused = true)]
async fn what_the_service_holds_no_more_is_to_be_uploaded_and_not_sent_without_a_word() {
    let place = Place::new();
    uploaded_before(&place).await;
    let mut engine = Make::window().start(&place, Scripted::new().ids_from(100));
    engine.add(&twins(&place, 2)).await;
    engine
        .until_row("0.mp3", |row| row.duplicate_unconfirmed)
        .await;
    assert_eq!(engine.row("0.mp3").status, Status::ReadyToUpload);
    // Its twin depends on it now.
    let before = Status::FoundDuplicate(DuplicateStage::Before);
    engine.until_status("1.mp3", &before).await;
    engine.pass(60).await;
    assert_eq!(engine.script().words(), ["ask re_1"]);
    assert_eq!(place.asset("re_1").unwrap().remark, Some(AssetRemark::Gone));
    engine.say(Command::Start);
    engine.until_status("0.mp3", &Status::Ready).await;
    engine.until_status("1.mp3", &of("re_101")).await;
    assert_eq!(engine.script().count("upload"), 1);
}

#[tokio::test(start_paused = true)]
async fn an_asset_that_is_not_ready_or_of_another_size_confirms_nothing() {
    for answer in [
        known(AssetStatus::Failed, None),
        known(AssetStatus::Success, Some(1)),
    ] {
        let place = Place::new();
        let size = uploaded_before(&place).await;
        let service = that_holds(size).answers("before.mp3", [answer]);
        let mut engine = Make::window().start(&place, service);
        engine.add(&twins(&place, 1)).await;
        let row = engine
            .until_row("0.mp3", |row| row.duplicate_unconfirmed)
            .await;
        assert_eq!(row.status, Status::ReadyToUpload);
        // An equal file waits for its upload, whatever the history says.
        engine.add(&[place.file("later.mp3", "the same")]).await;
        until_found(&mut engine, &["later.mp3"]).await;
        assert!(duplicate_of(&engine, "later.mp3").ends_with("0.mp3"));
    }
}

#[tokio::test(start_paused = true)]
async fn without_a_key_nothing_is_asked_or_asked_for_until_there_is_one() {
    let place = Place::new();
    let size = uploaded_before(&place).await;
    let mut engine = without_key().start(&place, that_holds(size));
    engine.add(&twins(&place, 1)).await;
    let row = engine.until_status("0.mp3", &UPLOADED).await;
    assert_eq!(shown(&row), Some(id("re_1")));
    engine.pass(3600).await;
    assert!(engine.script().words().is_empty());
    assert_eq!(engine.snapshot().needs, None);
    engine.say(Command::SetKey(key("one"), KeySource::Session));
    engine.until_status("0.mp3", &of("re_1")).await;
}

#[tokio::test(start_paused = true)]
async fn a_refused_key_is_told_once_and_the_next_key_confirms() {
    let place = Place::new();
    let size = uploaded_before(&place).await;
    let refused = [Err(fault(FaultKind::Unauthorized))];
    let service = that_holds(size).answers("before.mp3", refused);
    let mut engine = Make::window().start(&place, service);
    engine.add(&twins(&place, 3)).await;
    engine
        .until(|it| it.needs == Some(RequiredAction::Key))
        .await;
    engine.pass(3600).await;
    assert_eq!(engine.script().words(), ["ask re_1"]);
    assert_eq!(engine.row("2.mp3").status, UPLOADED);
    engine.say(Command::SetKey(key("one"), KeySource::Session));
    engine.until_status("2.mp3", &of("re_1")).await;
    assert_eq!(engine.count_needs(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_rate_limit_and_an_outage_delay_the_question_and_fail_nothing() {
    let place = Place::new();
    let size = uploaded_before(&place).await;
    let mut trouble = vec![Err(limited(60))];
    trouble.extend((0..5).map(|_| Err(fault(FaultKind::Offline))));
    let service = that_holds(size).answers("before.mp3", trouble);
    let mut engine = Make::window().start(&place, service);
    engine.add(&twins(&place, 1)).await;
    engine.until_status("0.mp3", &of("re_1")).await;
    let at: Vec<_> = engine.script().calls().iter().map(|call| call.at).collect();
    let waits: Vec<u64> = at
        .windows(2)
        .map(|two| (two[1] - two[0]).as_secs())
        .collect();
    assert!(waits[0] >= 60, "{waits:?}");
    assert!(waits[1..].is_sorted() && waits[5] >= 32, "{waits:?}");
}

#[tokio::test(start_paused = true)]
async fn many_are_asked_about_one_a_second_and_delay_no_upload() {
    let place = Place::new();
    let size = uploaded_before(&place).await;
    let mut engine = Make::window().start(&place, that_holds(size));
    engine.add(&twins(&place, 30)).await;
    let is_known = |row: &Arc<Row>| row.status != Status::ReadyToUpload;
    engine.until(|it| it.rows.iter().all(is_known)).await;
    let others: Vec<PathBuf> = (0..20)
        .map(|n| place.file(&format!("new {n}.mp3"), &"x".repeat(n + 50)))
        .collect();
    engine.upload(&others).await;
    let all = |it: &Snapshot| {
        let is_over = |row: &Arc<Row>| row.status == Status::Ready || row.status == of("re_1");
        it.rows.iter().all(is_over)
    };
    engine.until(all).await;
    let calls = engine.script().calls();
    let at = |word: &str| calls.iter().position(|call| call.what.starts_with(word));
    let last = calls
        .iter()
        .rposition(|call| call.what.starts_with("upload"));
    let uploads = &calls[at("upload").unwrap()..last.unwrap()];
    assert!(uploads.iter().all(|call| call.what != "ask re_1"));
    let asked = calls.iter().filter(|call| call.what == "ask re_1");
    assert_eq!(asked.count(), 30);
    let spacing = |two: &[Call]| two[1].at - two[0].at;
    assert!(
        calls
            .windows(2)
            .all(|two| spacing(two) >= Duration::from_millis(1050))
    );
}

#[tokio::test(start_paused = true)]
async fn it_is_confirmed_while_everything_is_paused_and_every_place_is_taken() {
    let place = Place::new();
    let size = uploaded_before(&place).await;
    let service = that_holds(size).acts("long.mp3", [Act::Stay, Act::Stay]);
    let mut make = Make::window();
    make.jobs = 1;
    let mut engine = make.start(&place, service);
    engine.upload(&[place.file("long.mp3", "another")]).await;
    engine.until_status("long.mp3", &Status::Uploading).await;
    let paths = twins(&place, 2);
    engine.add(&paths[..1]).await;
    engine.until_status("0.mp3", &of("re_1")).await;
    engine.say(Command::Pause);
    engine.until_status("long.mp3", &Status::Queued).await;
    engine.add(&paths[1..]).await;
    engine.until_status("1.mp3", &of("re_1")).await;
    assert!(engine.snapshot().paused);
}

#[tokio::test(start_paused = true)]
async fn an_upload_of_another_account_is_shown_and_can_be_uploaded_all_the_same() {
    let place = Place::new();
    let size = uploaded_before(&place).await;
    let mut make = Make::window();
    make.key = Some(key("two"));
    let mut engine = make.start(&place, that_holds(size));
    engine.add(&twins(&place, 1)).await;
    let row = engine.until_row("0.mp3", |row| shown(row).is_some()).await;
    assert_eq!(row.status, Status::ReadyToUpload);
    let other = row.duplicate_of.as_ref().unwrap();
    assert_eq!(other.other_key, Some(key("one").last4()));
    assert_eq!((shown(&row), &row.asset_id), (Some(id("re_1")), &None));
    engine.pass(60).await;
    assert!(engine.script().words().is_empty());
    engine.say(Command::Start);
    let row = engine.until_status("0.mp3", &Status::Ready).await;
    assert_eq!((shown(&row), &row.asset_id), (None, &Some(id("re_101"))));
    // With the first key it is that account's.
    engine.add(&[place.file("again.mp3", "the same")]).await;
    engine.say(Command::SetKey(key("one"), KeySource::Session));
    engine.until_status("again.mp3", &of("re_1")).await;
}

#[tokio::test(start_paused = true)]
async fn a_file_that_was_edited_before_the_question_is_checked_again_and_not_sent() {
    let place = Place::new();
    let size = uploaded_before(&place).await;
    let paths = twins(&place, 1);
    let mut engine = without_key().start(&place, that_holds(size));
    engine.add(&paths).await;
    engine.until_status("0.mp3", &UPLOADED).await;
    write_still(&paths[0], "not same");
    engine.say(Command::SetKey(key("one"), KeySource::Session));
    engine.until_status("0.mp3", &Status::ReadyToUpload).await;
    engine.pass(60).await;
    assert_eq!(engine.row("0.mp3").status, Status::ReadyToUpload);
    assert!(engine.script().words().is_empty());
}

#[tokio::test(start_paused = true)]
async fn what_was_not_confirmed_is_asked_about_by_the_next_run_and_for_another_key() {
    let place = Place::new();
    let size = uploaded_before(&place).await;
    let mut engine = Make::window().start(&place, that_is_out_of_reach(size));
    engine.add(&twins(&place, 1)).await;
    engine.until_status("0.mp3", &UPLOADED).await;
    engine.kill().await;
    // The service no longer has it.
    let service = that_holds(size).answers("before.mp3", [Ok(AssetAnswer::NotFound)]);
    let mut engine = Make::window().run("run2").start(&place, service);
    engine
        .until_row("0.mp3", |row| row.duplicate_unconfirmed)
        .await;
    assert_eq!(engine.snapshot().interrupted, 0);
    // Another account may have it.
    engine.say(Command::SetKey(key("two"), KeySource::Session));
    engine
        .until_row("0.mp3", |row| !row.duplicate_unconfirmed)
        .await;
}
