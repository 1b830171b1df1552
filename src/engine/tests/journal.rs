//! The journal: contents and time of commits, and behaviour while they fail.

use std::sync::Mutex;
use std::time::Duration;

use super::service::{Act, fault};
use super::*;
use crate::model::snapshot::UnwritableCause;
use crate::store::{AssetRemark, OpenError};

const FILE_NAME: &str = "history.db";

/// Moves the data directory away until dropped, so that not even root can write there.
struct Away<'a>(&'a Place);

impl<'a> Away<'a> {
    fn take(place: &'a Place) -> Self {
        let aside = place.dir.path().join("aside");
        std::fs::rename(place.data(), &aside).unwrap();
        std::fs::write(place.data(), "in the way").unwrap();
        Self(place)
    }

    fn put_back(self) {
        let place = self.0;
        std::fs::remove_file(place.data()).unwrap();
        std::fs::rename(place.dir.path().join("aside"), place.data()).unwrap();
    }
}

/// Records the database's only row at the moment of each call.
fn looks(place: &Place, engine: &Engine) -> Arc<Mutex<Vec<(String, String, usize)>>> {
    let seen = Arc::new(Mutex::new(vec![]));
    let history = place.history();
    let sink = Arc::clone(&seen);
    engine.script().watch(move |what| {
        let items = history.items().unwrap();
        let state = items
            .first()
            .map_or(String::new(), |item| item.state.clone());
        let assets = history.assets().unwrap().len();
        sink.lock().unwrap().push((what.to_owned(), state, assets));
    });
    seen
}

#[tokio::test(start_paused = true)]
async fn that_the_body_is_out_is_on_disk_before_its_last_byte() {
    let place = Place::new();
    let path = place.file("a.mp3", "a");
    let mut engine = Make::window().start(&place, Scripted::new());
    let seen = looks(&place, &engine);
    engine.upload(&[path]).await;
    engine.until_status("a.mp3", &Status::Ready).await;
    let seen = seen.lock().unwrap();
    let at = |what: &str| seen.iter().find(|it| it.0 == what).unwrap();
    assert!(
        at("upload a.mp3").1.contains("\"body_out\":false"),
        "{seen:?}"
    );
    assert!(
        at("released a.mp3").1.contains("\"body_out\":true"),
        "{seen:?}"
    );
    // So is the id, before it is polled.
    assert_eq!(at("ask re_1").2, 1);
    assert!(at("ask re_1").1.contains("processing"));
}

#[tokio::test(start_paused = true)]
async fn the_id_of_a_ticket_is_on_disk_before_a_byte_moves() {
    let place = Place::new();
    let path = place.file("a.mp3", "a");
    let mut engine = Make::window().signed().start(&place, Scripted::new());
    let seen = looks(&place, &engine);
    engine.upload(&[path]).await;
    engine.until_status("a.mp3", &Status::Ready).await;
    let seen = seen.lock().unwrap();
    let store = seen.iter().find(|it| it.0 == "store a.mp3 re_1").unwrap();
    assert!(store.1.contains("\"reserved_id\":\"re_1\""));
    assert_eq!(store.2, 1);
}

#[tokio::test(start_paused = true)]
async fn the_ledger_is_told_what_becomes_of_an_asset_before_anything_is_done_with_it() {
    let place = Place::new();
    let paths = ["a.mp3", "b.mp3"].map(|name| place.file(name, "twin"));
    let mut engine = Make::window().signed().start(&place, Scripted::new());
    let seen = Arc::new(Mutex::new(vec![]));
    let (sink, file) = (Arc::clone(&seen), place.data().join(LEDGER_NAME));
    engine.script().watch(move |what| {
        let text = std::fs::read_to_string(&file).unwrap_or_default();
        let lines = text.lines().count().saturating_sub(1);
        sink.lock().unwrap().push(format!("{what}: {lines}"));
    });
    // Of equal size, so that they are hashed before they are sent.
    engine.upload(&paths).await;
    engine.until_status("a.mp3", &Status::Ready).await;
    engine.pass(5).await;
    assert_eq!(
        place.ledger(),
        ["reserved re_1", "stored re_1", "ready re_1"]
    );
    let seen = seen.lock().unwrap();
    for call in ["store a.mp3 re_1: 1", "ask re_1: 2"] {
        assert!(seen.iter().any(|it| it == call), "{seen:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_ledger_that_is_locked_stops_nothing_and_is_written_when_it_is_not() {
    let place = Place::new();
    let path = place.file("a.mp3", "a");
    let mut engine = Make::window().start(&place, Scripted::new());
    engine.add(std::slice::from_ref(&path)).await;
    place.lock_ledger();
    engine.upload(&[path]).await;
    let row = engine.until_status("a.mp3", &Status::Ready).await;
    assert!(row.saved, "the database has it");
    engine.pass(60).await;
    assert!(engine.snapshot().ledger_problem.is_some(), "it is said");
    assert_eq!(place.assets().len(), 1);
    place.unlock_ledger();
    engine.pass(5).await;
    assert_eq!(place.ledger(), ["stored re_1", "ready re_1"]);
    assert_eq!(engine.snapshot().ledger_problem, None);
    assert!(
        !engine
            .events()
            .contains(&LifecycleEvent::NotSaved(id("re_1")))
    );
}

#[tokio::test(start_paused = true)]
async fn while_nothing_can_be_written_nothing_new_starts_and_ids_are_shown_as_unsaved() {
    let place = Place::new();
    let paths = ["a.mp3", "b.mp3"].map(|name| place.file(name, name));
    let slow = Act::Take(Duration::from_secs(20));
    let mut make = Make::window();
    make.jobs = 1;
    let mut engine = make.start(&place, Scripted::new().acts("a.mp3", [slow]));
    engine.upload(&paths).await;
    engine.until_status("a.mp3", &Status::Finishing).await;
    let away = Away::take(&place);
    // Running transfers finish.
    let row = engine.until_status("a.mp3", &Status::Ready).await;
    assert_eq!(row.asset_id, Some(id("re_1")));
    assert!(!row.saved);
    let JournalState::Unwritable(UnwritableCause::NotOpened(why)) =
        engine.snapshot().journal.clone()
    else {
        panic!("it cannot be written");
    };
    assert!(!why.contains("cannot be written"), "said twice: {why}");
    assert!(
        engine
            .events()
            .contains(&LifecycleEvent::NotSaved(id("re_1")))
    );
    engine.pass(60).await;
    assert_eq!(engine.row("b.mp3").status, Status::Queued);
    assert_eq!(engine.script().count("upload b.mp3"), 0);
    away.put_back();
    engine.until_row("a.mp3", |row| row.saved).await;
    engine.until_status("b.mp3", &Status::Ready).await;
    assert_eq!(engine.snapshot().journal, JournalState::Good);
    assert_eq!(place.assets().len(), 2);
    let status = place.asset("re_1").unwrap().status;
    assert_eq!(status, Some(crate::model::asset::AssetStatus::Success));
}

#[tokio::test(start_paused = true)]
async fn an_id_that_is_not_on_disk_is_to_be_copied_once_bytes_are_stored_under_it() {
    let place = Place::new();
    let path = place.file("a.mp3", "a");
    let service = Scripted::new().acts("a.mp3", [Act::Take(Duration::from_secs(60))]);
    let mut engine = Make::window().signed().start(&place, service);
    let (data, aside) = (place.data(), place.dir.path().join("aside"));
    engine.script().watch(move |what| {
        if what == "ticket a.mp3" {
            std::fs::rename(&data, &aside).unwrap();
            std::fs::write(&data, "in the way").unwrap();
        }
    });
    engine.upload(&[path]).await;
    engine.until_status("a.mp3", &Status::Finishing).await;
    engine.pass(10).await;
    assert!(matches!(
        engine.snapshot().journal,
        JournalState::Unwritable(_)
    ));
    let not_saved = LifecycleEvent::NotSaved(id("re_1"));
    assert!(!engine.events().contains(&not_saved), "it is reserved");
    assert!(engine.row("a.mp3").saved);
    let row = engine
        .until_row("a.mp3", |row| row.asset_id.is_some())
        .await;
    assert!(!row.saved);
    assert!(engine.events().contains(&not_saved));
}

#[tokio::test(start_paused = true)]
async fn a_start_that_cannot_be_written_is_taken_back() {
    let place = Place::new();
    let path = place.file("a.mp3", "a");
    let mut engine = Make::window().start(&place, Scripted::new());
    engine.add(&[path]).await;
    let away = Away::take(&place);
    engine.say(Command::Start);
    engine.pass(60).await;
    assert_eq!(engine.row("a.mp3").status, Status::Queued);
    assert_eq!(engine.script().count("upload"), 0);
    away.put_back();
    engine.until_status("a.mp3", &Status::Ready).await;
    assert_eq!(engine.script().count("upload"), 1);
}

#[tokio::test(start_paused = true)]
async fn the_command_line_ends_what_it_cannot_write_and_prints_what_it_has() {
    let place = Place::new();
    let paths = ["a.mp3", "b.mp3"].map(|name| place.file(name, name));
    let mut make = Make::command_line();
    make.jobs = 1;
    let slow = Act::Take(Duration::from_secs(20));
    let mut engine = make.start(&place, Scripted::new().acts("a.mp3", [slow]));
    engine.say(Command::Add(paths.to_vec()));
    engine.until_status("a.mp3", &Status::Finishing).await;
    let _away = Away::take(&place);
    engine.until_status("a.mp3", &Status::Ready).await;
    assert_eq!(engine.until_failed("b.mp3").await.0, FaultKind::NotSaved);
    let events = engine.events();
    let place_of = |wanted: &dyn Fn(&LifecycleEvent) -> bool| events.iter().position(wanted);
    assert!(place_of(&|event| *event == LifecycleEvent::NotSaved(id("re_1"))).is_some());
    assert!(place_of(&|event| *event == LifecycleEvent::Uploaded(id("re_1"))).is_some());
    assert!(place_of(&|event| matches!(event, LifecycleEvent::Finished { .. })).is_some());
}

#[tokio::test(start_paused = true)]
async fn with_a_history_that_cannot_be_used_nothing_uploads() {
    let newer = || {
        Err(OpenError::Newer {
            path: PathBuf::from("history.db"),
            found: 9,
            known: 1,
        })
    };
    let no_disk = || Err(OpenError::NoPlace("No such disk.".to_owned()));
    let histories = [
        (JournalState::Newer, Arc::new(newer) as OpenHistory),
        (
            JournalState::Unwritable(UnwritableCause::NotOpened("No such disk.".to_owned())),
            Arc::new(no_disk),
        ),
    ];
    for (state, history) in histories {
        let place = Place::new();
        let path = place.file("a.mp3", "a");
        let refused = place.path("b.txt");
        std::fs::write(&refused, "text").unwrap();
        let mut engine = Make::window().start_with(Arc::clone(&history), Scripted::new());
        engine.upload(std::slice::from_ref(&path)).await;
        engine.pass(100).await;
        assert_eq!(engine.row("a.mp3").status, Status::Queued);
        assert_eq!(engine.snapshot().journal, state);
        assert_eq!(engine.script().words(), Vec::<String>::new());

        let mut engine = Make::command_line().start_with(history, Scripted::new());
        engine.say(Command::Add(vec![path, refused]));
        assert_eq!(engine.until_failed("a.mp3").await.0, FaultKind::NotSaved);
        engine.pass(1).await;
        let events = engine.events();
        let names: Vec<&str> = events
            .iter()
            .map(|event| match event {
                LifecycleEvent::Accepted { .. } => "accepted",
                LifecycleEvent::Rejected(_) => "rejected",
                LifecycleEvent::Failed { .. } => "failed",
                LifecycleEvent::IntakeDone => "done",
                _ => "other",
            })
            .collect();
        let at = |name: &str| names.iter().position(|it| *it == name);
        assert_eq!(names.len(), 4, "{events:?}");
        assert!(at("accepted") < at("failed"), "{events:?}");
        assert!(
            at("rejected").is_some() && at("done").is_some(),
            "{events:?}"
        );
        assert_eq!(engine.script().words(), Vec::<String>::new());
    }
}

#[tokio::test(start_paused = true)]
async fn a_database_that_is_damaged_in_use_is_set_aside_and_everything_is_kept() {
    let place = Place::new();
    let paths = ["a.mp3", "b.mp3"].map(|name| place.file(name, name));
    let slow = Act::Take(Duration::from_secs(20));
    let mut make = Make::window();
    make.jobs = 1;
    let mut engine = make.start(&place, Scripted::new().acts("b.mp3", [slow]));
    engine.upload(&paths).await;
    engine.until_status("a.mp3", &Status::Ready).await;
    engine.until_status("b.mp3", &Status::Finishing).await;
    let before = engine.snapshot().history_revision;
    // Another process truncates the database.
    for ending in ["", "-wal", "-shm"] {
        let file = place.data().join(format!("{FILE_NAME}{ending}"));
        if file.exists() {
            let file = std::fs::File::options().write(true).open(file).unwrap();
            let length = file.metadata().unwrap().len();
            file.set_len(0).unwrap();
            file.set_len(length).unwrap();
        }
    }
    engine.until_status("b.mp3", &Status::Ready).await;
    engine.pass(10).await;
    assert_eq!(engine.snapshot().journal, JournalState::Good);
    let aside = engine
        .notices()
        .iter()
        .find_map(|notice| match notice {
            Notice::HistorySetAside(set_aside) => Some(set_aside.clone()),
            _ => None,
        })
        .expect("it is said");
    assert!(aside.path.unwrap().exists());
    assert!(aside.assets > 0, "the ledger had it");
    assert!(
        engine.snapshot().history_revision > before,
        "it is read again"
    );
    let assets: Vec<String> = place
        .assets()
        .iter()
        .map(|record| record.asset_id.to_string())
        .collect();
    assert!(assets.contains(&"re_1".to_owned()), "{assets:?}");
    assert!(assets.contains(&"re_2".to_owned()), "{assets:?}");
    assert_eq!(place.items().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_missing_history_that_the_ledger_rebuilds_is_said() {
    let place = Place::new();
    let path = place.file("a.mp3", "a");
    let mut engine = Make::window().start(&place, Scripted::new());
    engine.upload(&[path]).await;
    engine.until_status("a.mp3", &Status::Ready).await;
    engine.shut_down().await;
    std::fs::remove_file(place.data().join(FILE_NAME)).unwrap();
    let mut engine = Make::window().run("run2").start(&place, Scripted::new());
    engine.until(|it| it.journal == JournalState::Good).await;
    let notice = engine.handle.notices.recv().await;
    let Some(Notice::HistorySetAside(said)) = notice else {
        panic!("{notice:?}");
    };
    assert_eq!((said.path, said.assets), (None, 1));
}

#[tokio::test(start_paused = true)]
async fn a_history_that_another_program_replaced_gets_everything_again() {
    let place = Place::new();
    let paths = ["a.mp3", "b.mp3"].map(|name| place.file(name, name));
    let mut engine = Make::window().start(&place, Scripted::new());
    engine.upload(&paths[..1]).await;
    engine.until_status("a.mp3", &Status::Ready).await;
    for entry in std::fs::read_dir(place.data()).unwrap() {
        let path = entry.unwrap().path();
        if path.to_string_lossy().contains(FILE_NAME) {
            std::fs::remove_file(path).unwrap();
        }
    }
    drop(place.history());
    engine.upload(&paths).await;
    engine.until_status("b.mp3", &Status::Ready).await;
    assert_eq!(place.assets().len(), 2);
    assert_eq!(place.items().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_row_of_a_lost_answer_is_noted_before_it_is_sent_again() {
    let place = Place::new();
    let path = place.file("a.mp3", "a");
    let lost = [Act::Lose(fault(FaultKind::LostAnswer)), Act::StayOut];
    let mut engine = Make::window().start(&place, Scripted::new().acts("a.mp3", lost));
    engine.upload(&[path]).await;
    engine
        .until_row("a.mp3", |row| {
            row.possibly_stored_twice && row.status == Status::Finishing
        })
        .await;
    engine.kill().await;
    let mut engine = Make::window()
        .run("run2")
        .start(&place, Scripted::new().ids_from(100));
    engine.until(|it| it.interrupted == 1).await;
    assert!(engine.row("a.mp3").possibly_stored_twice);
    engine.say(Command::ContinueInterrupted);
    engine.until_status("a.mp3", &Status::Ready).await;
    let note = place.asset("re_101").unwrap().remark;
    assert_eq!(note, Some(AssetRemark::MayBeStoredTwice));
}
