//! A history that cannot be opened yet, or is locked by another program.

use std::fs::File;
use std::sync::Mutex;
use std::sync::mpsc::channel;
use std::time::Duration;

use super::service::{Act, fault, known};
use super::*;
use crate::model::asset::AssetStatus;
use crate::store::OpenError;

/// Returns an opener that fails with these errors first.
fn late(make: &Make, place: &Place, troubles: Vec<OpenError>) -> OpenHistory {
    let open = make.history(place);
    let troubles = Mutex::new(troubles.into_iter());
    Arc::new(move || match troubles.lock().unwrap().next() {
        Some(trouble) => Err(trouble),
        None => open(),
    })
}

fn full() -> OpenError {
    OpenError::Io {
        path: "history.db".into(),
        cause: "the disk is full".to_owned(),
    }
}

fn busy() -> OpenError {
    OpenError::Busy {
        path: "history.db".into(),
    }
}

/// Another process that recovers the database.
struct Elsewhere(File);

impl Elsewhere {
    fn hold(place: &Place) -> Self {
        let path = place.data().join("history.lock");
        let lock = File::options().write(true).open(path).unwrap();
        lock.lock().unwrap();
        Self(lock)
    }

    fn let_go(self) {
        self.0.unlock().unwrap();
    }
}

/// Leaves the rows of a run that was killed while the service processed this file.
async fn sent_before(place: &Place, make: Make, path: &Path) {
    let never = std::iter::repeat_n(known(AssetStatus::Waiting, None), 1000);
    let service = Scripted::new().answers("a.mp3", never);
    let mut engine = make.start(place, service);
    engine.upload(&[path.to_owned()]).await;
    engine
        .until_row("a.mp3", |row| {
            matches!(row.status, Status::Processing { .. })
        })
        .await;
    engine.kill().await;
}

#[tokio::test]
async fn the_window_shows_and_closes_while_the_history_is_being_opened() {
    let place = Place::new();
    let path = place.file("a.mp3", "a");
    let (hold, held) = channel::<()>();
    let held = Mutex::new(held);
    let blocked = move || {
        let _ = held.lock().unwrap().recv();
        Err(full())
    };
    let mut engine = Make::window().start_with(Arc::new(blocked), Scripted::new());
    let soon = Duration::from_secs(2);
    let shown = engine.until(|it| it.revision > 0);
    let shown = tokio::time::timeout(soon, shown).await.unwrap();
    assert_eq!(shown.journal, JournalState::Opening);
    engine.say(Command::Add(vec![path]));
    engine.say(Command::Pause);
    let paused = engine.until(|it| it.paused);
    tokio::time::timeout(soon, paused).await.unwrap();
    engine.say(Command::Shutdown);
    tokio::time::timeout(soon, engine.task)
        .await
        .unwrap()
        .unwrap();
    drop(hold);
}

#[tokio::test(start_paused = true)]
async fn a_history_that_could_not_be_opened_at_the_start_comes_back_with_what_it_holds() {
    let place = Place::new();
    let (a, b) = (place.file("a.mp3", "a"), place.file("b.mp3", "b"));
    sent_before(&place, Make::window(), &a).await;
    let make = Make::window().run("run2");
    let history = late(&make, &place, vec![full(), full(), full()]);
    let service = Scripted::new().ids_from(100).holds("re_1", "a.mp3", 5);
    let mut engine = make.start_with(history, service);
    // Files added meanwhile are shown, and start once they can be journaled.
    engine.add(&[a, b]).await;
    assert!(matches!(
        engine.snapshot().journal,
        JournalState::Unwritable(_)
    ));
    engine.say(Command::Start);
    engine.pass(1).await;
    assert_eq!(engine.script().words(), Vec::<String>::new());
    engine.until_status("b.mp3", &Status::Ready).await;
    let row = engine.until_status("a.mp3", &Status::Ready).await;
    assert_eq!(row.asset_id, Some(id("re_1")));
    assert_eq!(engine.snapshot().journal, JournalState::Good);
    assert_eq!(engine.snapshot().rows.len(), 2);
    assert_eq!(engine.script().count("upload a.mp3"), 0);
    engine.shut_down().await;
    assert_eq!(place.items().len(), 2);
    assert_eq!(place.assets().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn what_was_started_before_the_history_came_goes_on_where_an_earlier_run_left_it() {
    let place = Place::new();
    let path = place.file("a.mp3", "a");
    let mut engine = Make::window().start(&place, Scripted::new().acts("a.mp3", [Act::Stay]));
    engine.upload(std::slice::from_ref(&path)).await;
    engine.until_status("a.mp3", &Status::Uploading).await;
    let before = engine.id_of("a.mp3");
    engine.kill().await;
    let make = Make::window().run("run2");
    let history = late(&make, &place, vec![full()]);
    let mut engine = make.start_with(history, Scripted::new());
    engine.upload(&[path]).await;
    engine.until_status("a.mp3", &Status::Ready).await;
    assert_eq!(engine.id_of("a.mp3"), before);
    assert_eq!(engine.snapshot().rows.len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_history_that_is_busy_at_the_start_is_waited_for_and_nothing_is_sent_twice() {
    let place = Place::new();
    let path = place.file("a.mp3", "a");
    sent_before(&place, Make::window(), &path).await;
    let make = Make::command_line().run("run2");
    let history = late(&make, &place, vec![busy(), busy(), busy()]);
    let service = Scripted::new().ids_from(100).holds("re_1", "a.mp3", 5);
    let mut engine = make.start_with(history, service);
    engine.say(Command::Add(vec![path]));
    engine
        .until(|it| matches!(it.journal, JournalState::Unwritable(_)))
        .await;
    engine.pass(1).await;
    assert_eq!(engine.events(), []);
    let row = engine.until_status("a.mp3", &Status::Ready).await;
    assert_eq!(row.asset_id, Some(id("re_1")));
    assert_eq!(engine.script().count("upload"), 0);
    let events = engine.events();
    assert!(
        matches!(events[0], LifecycleEvent::Accepted { .. }),
        "{events:?}"
    );
    assert!(events.contains(&LifecycleEvent::IntakeDone), "{events:?}");
}

#[tokio::test(start_paused = true)]
async fn the_command_line_looks_for_what_was_left_when_the_database_is_free() {
    let place = Place::new();
    let path = place.file("a.mp3", "a");
    sent_before(&place, Make::window(), &path).await;
    let service = Scripted::new().ids_from(100).holds("re_1", "a.mp3", 5);
    let mut engine = Make::command_line().run("run2").start(&place, service);
    engine
        .until(|it| it.revision > 0 && it.journal == JournalState::Good)
        .await;
    let elsewhere = Elsewhere::hold(&place);
    engine.say(Command::Add(vec![path]));
    engine.pass(2).await;
    assert_eq!(engine.events(), []);
    elsewhere.let_go();
    let row = engine.until_status("a.mp3", &Status::Ready).await;
    assert_eq!(row.asset_id, Some(id("re_1")));
    assert_eq!(engine.script().count("upload"), 0);
}

#[tokio::test(start_paused = true)]
async fn who_holds_the_database_for_long_is_named_and_nothing_fails() {
    let place = Place::new();
    let path = place.file("a.mp3", "a");
    let slow = Act::Take(Duration::from_secs(1));
    let mut engine = Make::command_line().start(&place, Scripted::new().acts("a.mp3", [slow]));
    engine.say(Command::Add(vec![path]));
    engine.until_status("a.mp3", &Status::Finishing).await;
    let elsewhere = Elsewhere::hold(&place);
    let row = engine
        .until_row("a.mp3", |row| row.asset_id.is_some())
        .await;
    assert_eq!(row.asset_id, Some(id("re_1")));
    assert!(row.saved, "the ledger has it");
    assert_eq!(place.ledger(), ["stored re_1"]);
    assert!(matches!(
        engine.snapshot().journal,
        JournalState::Unwritable(_)
    ));
    engine.pass(60).await;
    elsewhere.let_go();
    engine.until_status("a.mp3", &Status::Ready).await;
    engine.until(|it| it.journal == JournalState::Good).await;
    assert_eq!(place.assets().len(), 1);
    assert_eq!(place.ledger(), ["stored re_1", "ready re_1"]);
}

#[tokio::test]
async fn who_holds_the_ledger_too_is_told_which_ids_are_not_saved() {
    let place = Place::new();
    let path = place.file("a.mp3", "a");
    let slow = Act::Take(Duration::from_secs(1));
    let mut engine = Make::command_line().start(&place, Scripted::new().acts("a.mp3", [slow]));
    engine.say(Command::Add(vec![path]));
    engine.until_status("a.mp3", &Status::Finishing).await;
    let elsewhere = Elsewhere::hold(&place);
    place.lock_ledger();
    let row = engine.until_row("a.mp3", |row| !row.saved).await;
    assert_eq!(row.asset_id, Some(id("re_1")));
    place.unlock_ledger();
    engine.until_row("a.mp3", |row| row.saved).await;
    elsewhere.let_go();
    engine.until_status("a.mp3", &Status::Ready).await;
}

#[tokio::test]
async fn a_pause_stops_the_bytes_though_the_database_is_held() {
    let place = Place::new();
    let path = place.file("a.mp3", "a");
    let mut engine = Make::window().start(&place, Scripted::new().acts("a.mp3", [Act::Stay]));
    engine.upload(&[path]).await;
    engine.until_status("a.mp3", &Status::Uploading).await;
    let (tell, told) = channel();
    engine.script().watch(move |what| {
        let _ = tell.send(what.to_owned());
    });
    let elsewhere = Elsewhere::hold(&place);
    let asked = std::time::Instant::now();
    engine.say(Command::Pause);
    let cut_off = tokio::task::spawn_blocking(move || {
        let what = told.recv_timeout(Duration::from_secs(4));
        (what, asked.elapsed())
    });
    let (what, took) = cut_off.await.unwrap();
    assert_eq!(what.as_deref(), Ok("cut off a.mp3"));
    // One try of the database, on a loaded machine.
    assert!(took < Duration::from_secs(3), "{took:?}");
    elsewhere.let_go();
    engine.until_status("a.mp3", &Status::Queued).await;
    assert!(engine.snapshot().paused);
}

#[tokio::test]
async fn the_end_waits_two_seconds_at_most_for_another_program_and_says_what_is_not_saved() {
    let place = Place::new();
    let path = place.file("a.mp3", "a");
    let service = Scripted::new().acts("a.mp3", [Act::Take(Duration::from_millis(100))]);
    let mut engine = Make::command_line().start(&place, service);
    engine.say(Command::Add(vec![path]));
    engine.until_status("a.mp3", &Status::Finishing).await;
    engine.events();
    let elsewhere = Elsewhere::hold(&place);
    place.lock_ledger();
    engine.pass(1).await;
    assert_eq!(engine.script().given(), [id("re_1")]);
    let asked = std::time::Instant::now();
    engine.say(Command::Shutdown);
    (&mut engine.task).await.unwrap();
    assert!(asked.elapsed() < Duration::from_secs(2));
    let events = engine.events();
    assert!(
        events.contains(&LifecycleEvent::NotSaved(id("re_1"))),
        "{events:?}"
    );
    let row = engine.row("a.mp3");
    assert_eq!((&row.asset_id, row.saved), (&Some(id("re_1")), false));
    elsewhere.let_go();
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_came_right_before_the_end_is_kept() {
    let place = Place::new();
    let path = place.file("a.mp3", "a");
    let service = Scripted::new().acts("a.mp3", [Act::Take(Duration::from_secs(1))]);
    let mut engine = Make::window().start(&place, service);
    let commands = engine.handle.commands.clone();
    // Enough other messages come with it that the turn leaves the response unread.
    engine.script().when_taken("a.mp3", move || {
        commands.send(Command::Shutdown).unwrap();
        for _ in 0..1000 {
            commands.send(Command::FixDone).unwrap();
        }
    });
    engine.upload(&[path]).await;
    engine.task.await.unwrap();
    assert_eq!(place.assets().len(), 1);
    assert!(place.items()[0].state.contains("processing"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_that_is_in_the_midst_of_being_told_at_the_end_is_kept() {
    let place = Place::new();
    let path = place.file("a.mp3", "a");
    let mut engine = Make::window().start(&place, Scripted::new());
    let commands = engine.handle.commands.clone();
    let task = engine.task.abort_handle();
    // The response has arrived, and is handled after the engine's end or a short wait for it.
    engine.script().when_taken("a.mp3", move || {
        // Sent from another thread, or the engine would wait for this one.
        let stop = move || commands.send(Command::Shutdown).unwrap();
        std::thread::spawn(stop).join().unwrap();
        let asked = std::time::Instant::now();
        while !task.is_finished() && asked.elapsed() < Duration::from_millis(200) {
            std::thread::yield_now();
        }
    });
    engine.upload(&[path]).await;
    engine.task.await.unwrap();
    assert_eq!(place.assets().len(), 1);
    assert!(place.items()[0].state.contains("processing"));
}

#[tokio::test(start_paused = true)]
async fn a_row_that_is_cancelled_while_the_database_is_held_keeps_no_timer() {
    let place = Place::new();
    let path = place.file("a.mp3", "a");
    let fails = Act::LateFail(Duration::from_secs(1), fault(FaultKind::ServerError));
    let service = Scripted::new().acts("a.mp3", [fails]);
    let mut engine = Make::window().start(&place, service);
    engine.upload(&[path]).await;
    engine.until_status("a.mp3", &Status::Uploading).await;
    let row = engine.id_of("a.mp3");
    let elsewhere = Elsewhere::hold(&place);
    engine.pass(2).await;
    engine.say(Command::Cancel(vec![row]));
    engine.until_status("a.mp3", &Status::Cancelled).await;
    elsewhere.let_go();
    engine.until(|it| it.journal == JournalState::Good).await;
    assert_eq!(engine.held().await.running, 0);
}
