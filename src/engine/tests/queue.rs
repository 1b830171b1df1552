//! Queue commands of the user.

use std::time::Duration;

use super::service::{Act, fault};
use super::*;
use crate::model::snapshot::ResumeBehaviour;

pub(super) fn files(place: &Place, names: &[&str]) -> Vec<PathBuf> {
    names.iter().map(|name| place.file(name, name)).collect()
}

fn order(engine: &Engine) -> Vec<String> {
    let snapshot = engine.snapshot();
    snapshot.rows.iter().map(|row| row.name.clone()).collect()
}

pub(super) const STAY: Act = Act::Stay;

#[tokio::test(start_paused = true)]
async fn a_paused_queue_starts_nothing_and_stops_what_moves() {
    let place = Place::new();
    let mut engine = Make::window().start(&place, Scripted::new().acts("a.mp3", [STAY]));
    engine.upload(&files(&place, &["a.mp3", "b.mp3"])).await;
    engine.until_status("a.mp3", &Status::Uploading).await;
    engine.say(Command::Pause);
    engine.until(|it| it.paused).await;
    engine.pass(100).await;
    assert_eq!(engine.row("a.mp3").status, Status::Queued);
    let uploads = engine.script().count("upload a.mp3");
    engine.say(Command::Resume);
    engine.until_status("a.mp3", &Status::Ready).await;
    engine.until_status("b.mp3", &Status::Ready).await;
    assert_eq!(engine.script().count("upload a.mp3"), uploads + 1);
    engine.pass(0).await;
    assert_eq!(engine.batches(), [(2, 0, 0)]);
}

#[tokio::test(start_paused = true)]
async fn a_paused_row_gives_its_place_to_the_next() {
    let place = Place::new();
    let mut make = Make::window();
    make.jobs = 1;
    let mut engine = make.start(&place, Scripted::new().acts("a.mp3", [STAY]));
    engine.upload(&files(&place, &["a.mp3", "b.mp3"])).await;
    engine.until_status("a.mp3", &Status::Uploading).await;
    engine.say(Command::PauseItems(vec![engine.id_of("a.mp3")]));
    engine.until_status("b.mp3", &Status::Ready).await;
    assert_eq!(engine.row("a.mp3").status, Status::Paused);
    assert_eq!(engine.batches(), [], "one is still to come");
    engine.say(Command::ResumeItems(vec![engine.id_of("a.mp3")]));
    engine.until_status("a.mp3", &Status::Ready).await;
    engine.pass(0).await;
    assert_eq!(engine.batches(), [(2, 0, 0)]);
}

#[tokio::test(start_paused = true)]
async fn a_row_that_is_held_before_its_first_byte_has_nothing_to_go_on_with() {
    let place = Place::new();
    let mut make = Make::window();
    make.jobs = 1;
    let mut engine = make.start(&place, Scripted::new().acts("a.mp3", [STAY]));
    engine.upload(&files(&place, &["a.mp3", "b.mp3"])).await;
    engine.until_status("a.mp3", &Status::Uploading).await;
    let both = ["a.mp3", "b.mp3"].map(|name| engine.id_of(name));
    engine.say(Command::PauseItems(both.to_vec()));
    let sent = engine.until_status("a.mp3", &Status::Paused).await;
    let untouched = engine.until_status("b.mp3", &Status::Paused).await;
    assert_eq!(sent.later, Some(ResumeBehaviour::Restarts));
    assert_eq!(untouched.later, None);
}

#[tokio::test(start_paused = true)]
async fn a_file_that_stands_in_the_list_is_told_and_not_added_again() {
    let place = Place::new();
    let mut engine = Make::window().start(&place, Scripted::new());
    let paths = files(&place, &["a.mp3", "b.mp3"]);
    engine.say(Command::Add(paths[..1].to_vec()));
    engine.until_status("a.mp3", &Status::ReadyToUpload).await;
    engine.say(Command::Add(paths));
    engine.until_status("b.mp3", &Status::ReadyToUpload).await;
    let listed = engine.id_of("a.mp3");
    let told = |notice: &Notice| matches!(notice, Notice::AlreadyListed(rows) if *rows == [listed]);
    assert_eq!(engine.notices().iter().filter(|it| told(it)).count(), 1);
    assert_eq!(order(&engine), ["a.mp3", "b.mp3"]);
}

#[tokio::test(start_paused = true)]
async fn a_cancelled_transfer_ends_and_can_be_tried_again() {
    let place = Place::new();
    let mut engine = Make::window()
        .signed()
        .start(&place, Scripted::new().acts("a.mp3", [STAY]));
    engine.upload(&files(&place, &["a.mp3"])).await;
    engine.until_status("a.mp3", &Status::Uploading).await;
    engine.say(Command::Cancel(vec![engine.id_of("a.mp3")]));
    engine.until_status("a.mp3", &Status::Cancelled).await;
    // The id it got is kept.
    let note = place.asset("re_1").unwrap().remark;
    assert_eq!(note, Some(crate::store::AssetRemark::Abandoned));
    engine.say(Command::Retry(vec![engine.id_of("a.mp3")]));
    let row = engine.until_status("a.mp3", &Status::Ready).await;
    assert_eq!(row.asset_id, Some(id("re_2")));
}

#[tokio::test(start_paused = true)]
async fn a_cancelled_wait_never_sends() {
    let place = Place::new();
    let errors = [Act::Fail(fault(FaultKind::ServerError))];
    let mut engine = Make::window().start(&place, Scripted::new().acts("a.mp3", errors));
    engine.upload(&files(&place, &["a.mp3"])).await;
    engine
        .until_row("a.mp3", |row| matches!(row.status, Status::Waiting { .. }))
        .await;
    engine.say(Command::Cancel(vec![engine.id_of("a.mp3")]));
    engine.until_status("a.mp3", &Status::Cancelled).await;
    engine.pass(600).await;
    assert_eq!(engine.script().count("upload"), 1);
    assert_eq!(engine.batches(), []);
}

#[tokio::test(start_paused = true)]
async fn an_id_that_comes_with_the_cancel_is_kept() {
    let place = Place::new();
    let took = Act::Take(Duration::from_secs(5));
    let mut engine = Make::window().start(&place, Scripted::new().acts("a.mp3", [took]));
    engine.upload(&files(&place, &["a.mp3"])).await;
    engine.until_status("a.mp3", &Status::Finishing).await;
    // Response and cancel arrive in one turn of the engine.
    let handle = engine.handle.commands.clone();
    let row = engine.id_of("a.mp3");
    engine.script().when_taken("a.mp3", move || {
        let _ = handle.send(Command::Remove(vec![row]));
    });
    engine.until(|it| it.rows.is_empty()).await;
    engine.pass(1).await;
    assert_eq!(engine.script().stored("a.mp3"), 1);
    let record = place.asset("re_1").expect("what was given is kept");
    assert_eq!(record.name, "a.mp3");
    assert_eq!(record.account, key("one").account());
}

#[tokio::test(start_paused = true)]
async fn what_is_removed_comes_back_with_what_it_was() {
    let place = Place::new();
    let processing = super::service::known(crate::model::asset::AssetStatus::Uploading, None);
    let service = Scripted::new()
        .acts("a.mp3", [STAY])
        .answers("b.mp3", [processing]);
    let mut engine = Make::window().start(&place, service);
    engine.upload(&files(&place, &["a.mp3", "b.mp3"])).await;
    engine.add(&files(&place, &["c.mp3"])).await;
    engine
        .until_row("b.mp3", |row| {
            matches!(row.status, Status::Processing { .. })
        })
        .await;
    let ids = ["a.mp3", "b.mp3", "c.mp3"].map(|name| engine.id_of(name));
    engine.say(Command::Remove(ids.to_vec()));
    engine.until(|it| it.rows.is_empty()).await;
    assert_eq!(place.items().len(), 0);
    engine.pass(100).await;
    let calls = engine.script().words().len();
    engine.pass(100).await;
    assert_eq!(engine.script().words().len(), calls);
    engine.say(Command::UndoRemove);
    engine.until(|it| it.rows.len() == 3).await;
    assert_eq!(engine.snapshot().interrupted, 0);
    assert_eq!(engine.row("a.mp3").status, Status::Paused);
    assert_eq!(engine.row("c.mp3").status, Status::ReadyToUpload);
    assert_eq!(order(&engine), ["a.mp3", "b.mp3", "c.mp3"]);
    // A file that the service has is polled again.
    engine.until_status("b.mp3", &Status::Ready).await;
    engine.say(Command::ResumeItems(vec![engine.id_of("a.mp3")]));
    engine.until_status("a.mp3", &Status::Ready).await;
    // Rows stand for their files as before.
    engine.add(&files(&place, &["c.mp3"])).await;
    assert_eq!(engine.snapshot().rows.len(), 3);
}

#[tokio::test(start_paused = true)]
async fn removing_what_moves_frees_its_place() {
    let place = Place::new();
    let mut make = Make::window();
    make.jobs = 1;
    let mut engine = make.start(&place, Scripted::new().acts("a.mp3", [STAY]));
    engine
        .upload(&files(&place, &["a.mp3", "b.mp3", "c.mp3"]))
        .await;
    engine.until_status("a.mp3", &Status::Uploading).await;
    engine.say(Command::Remove(vec![engine.id_of("a.mp3")]));
    engine.until_status("b.mp3", &Status::Ready).await;
    engine.say(Command::UndoRemove);
    engine.until_status("c.mp3", &Status::Ready).await;
    engine.say(Command::ResumeItems(vec![engine.id_of("a.mp3")]));
    engine.until_status("a.mp3", &Status::Ready).await;
}

#[tokio::test(start_paused = true)]
async fn rows_can_be_put_first() {
    let place = Place::new();
    let mut make = Make::window();
    make.jobs = 1;
    let slow = Act::Take(Duration::from_secs(20));
    let mut engine = make.start(&place, Scripted::new().acts("a.mp3", [slow]));
    engine
        .upload(&files(&place, &["a.mp3", "b.mp3", "c.mp3", "d.mp3"]))
        .await;
    engine.until_status("a.mp3", &Status::Finishing).await;
    let ids = vec![engine.id_of("d.mp3"), engine.id_of("c.mp3")];
    engine.say(Command::SendFirst(ids));
    engine.until_status("b.mp3", &Status::Ready).await;
    assert_eq!(order(&engine), ["a.mp3", "d.mp3", "c.mp3", "b.mp3"]);
    let uploads: Vec<String> = engine
        .script()
        .words()
        .into_iter()
        .filter(|what| what.starts_with("upload"))
        .collect();
    assert_eq!(
        uploads,
        [
            "upload a.mp3",
            "upload d.mp3",
            "upload c.mp3",
            "upload b.mp3"
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn rows_stand_in_the_order_in_which_they_begin_however_often_some_are_put_first() {
    let place = Place::new();
    let names: Vec<String> = (0..12).map(|n| format!("{n:02}.mp3")).collect();
    // Of different sizes, as equal sizes would be compared first.
    let sizes = (1..).map(|size| "x".repeat(size));
    let files = names.iter().zip(sizes);
    let paths: Vec<PathBuf> = files.map(|(name, it)| place.file(name, &it)).collect();
    let mut engine = Make::window().start(&place, Scripted::new());
    engine.upload(&paths).await;
    let begins = |row: &Row| row.transfer.is_some() || row.asset_id.is_some();
    engine.until_row("01.mp3", begins).await;
    for name in ["00.mp3", "09.mp3", "11.mp3", "05.mp3"] {
        engine.say(Command::SendFirst(vec![engine.id_of(name)]));
    }
    engine.until(|it| it.totals.done == 12).await;
    let begun: Vec<String> = engine
        .script()
        .words()
        .into_iter()
        .filter_map(|what| Some(what.strip_prefix("upload ")?.to_owned()))
        .collect();
    assert_eq!(order(&engine), begun);
    assert_eq!(
        begun[..2],
        ["00.mp3", "01.mp3"],
        "what has begun stays where it was"
    );
    let place_of = |name: &str| begun.iter().position(|it| it == name);
    assert!(place_of("05.mp3") < place_of("11.mp3") && place_of("11.mp3") < place_of("09.mp3"));
}

#[tokio::test(start_paused = true)]
async fn who_presses_upload_ends_the_pause_of_the_queue() {
    let place = Place::new();
    let mut engine = Make::window().start(&place, Scripted::new().acts("a.mp3", [STAY]));
    engine.upload(&files(&place, &["a.mp3"])).await;
    engine.until_status("a.mp3", &Status::Uploading).await;
    engine.say(Command::Pause);
    engine.until(|it| it.paused).await;
    // Nothing to start: the pause stays.
    engine.say(Command::Start);
    engine.say(Command::Retry(vec![engine.id_of("a.mp3")]));
    engine.pass(60).await;
    assert!(engine.snapshot().paused);
    engine.add(&files(&place, &["b.mp3"])).await;
    engine.until_status("b.mp3", &Status::ReadyToUpload).await;
    engine.say(Command::Start);
    engine.until_status("b.mp3", &Status::Ready).await;
    engine.until_status("a.mp3", &Status::Ready).await;
    assert!(!engine.snapshot().paused);
    for start in [Command::StartItems, |_| Command::Start] {
        engine.say(Command::Pause);
        engine.until(|it| it.paused).await;
        let name = format!("{}.mp3", engine.snapshot().rows.len());
        engine.add(&[place.file(&name, &name)]).await;
        engine.until_status(&name, &Status::ReadyToUpload).await;
        engine.say(start(vec![engine.id_of(&name)]));
        engine.until_status(&name, &Status::Ready).await;
    }
}

#[tokio::test(start_paused = true)]
async fn the_order_that_the_user_made_survives_a_restart() {
    let place = Place::new();
    let names = ["a.mp3", "b.mp3", "c.mp3", "d.mp3"];
    let mut engine = Make::window().start(&place, Scripted::new());
    engine.add(&files(&place, &names)).await;
    let rows = ["d.mp3", "b.mp3"].map(|name| engine.id_of(name));
    engine.say(Command::SendFirst(rows.to_vec()));
    engine.say(Command::SendFirst(vec![engine.id_of("c.mp3")]));
    engine.pass(1).await;
    let wanted = ["c.mp3", "d.mp3", "b.mp3", "a.mp3"];
    assert_eq!(order(&engine), wanted);
    engine.shut_down().await;
    let mut engine = Make::window().run("run2").start(&place, Scripted::new());
    engine.until(|it| it.rows.len() == 4).await;
    assert_eq!(order(&engine), wanted);
    // Added rows come last, and rows put first come before all of them.
    engine.add(&files(&place, &["e.mp3"])).await;
    engine.say(Command::SendFirst(vec![engine.id_of("a.mp3")]));
    engine.pass(1).await;
    let wanted = ["a.mp3", "c.mp3", "d.mp3", "b.mp3", "e.mp3"];
    assert_eq!(order(&engine), wanted);
    engine.kill().await;
    let mut make = Make::window().run("run3");
    make.jobs = 1;
    let mut engine = make.start(&place, Scripted::new());
    engine.until(|it| it.totals.startable == 5).await;
    assert_eq!(order(&engine), wanted);
    engine.say(Command::Start);
    engine.until(|it| it.totals.done == 5).await;
    let uploads: Vec<String> = engine
        .script()
        .words()
        .into_iter()
        .filter(|what| what.starts_with("upload"))
        .collect();
    assert_eq!(uploads, wanted.map(|name| format!("upload {name}")));
}

#[tokio::test(start_paused = true)]
async fn a_file_whose_body_is_out_is_not_said_to_be_held() {
    let place = Place::new();
    let slow = Act::Take(Duration::from_secs(20));
    let processing = || super::service::known(crate::model::asset::AssetStatus::Uploading, None);
    let service = Scripted::new()
        .acts("out.mp3", [slow])
        .answers("sent.mp3", (0..4).map(|_| processing()));
    let mut engine = Make::window().start(&place, service);
    engine
        .upload(&files(&place, &["sent.mp3", "out.mp3"]))
        .await;
    engine.until_status("out.mp3", &Status::Finishing).await;
    let rows = ["out.mp3", "sent.mp3"].map(|name| engine.id_of(name));
    engine.say(Command::PauseItems(rows.to_vec()));
    engine.say(Command::Pause);
    engine.until(|it| it.paused).await;
    assert_eq!(engine.row("out.mp3").status, Status::Finishing);
    assert!(matches!(
        engine.row("sent.mp3").status,
        Status::Processing { .. }
    ));
    // Both end in a held queue: they can't be held any more.
    engine.until_status("out.mp3", &Status::Ready).await;
    engine.until_status("sent.mp3", &Status::Ready).await;
    assert_eq!(engine.script().count("upload"), 2);
    assert!(engine.snapshot().paused);
}
