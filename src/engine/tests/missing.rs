//! Files missing with their drive, resumed when it is back.

use super::service::{Act, fault};
use super::*;

/// A drive that can be removed: a folder that is renamed.
struct Drive {
    place: Place,
}

impl Drive {
    fn new() -> Self {
        Self {
            place: Place::new(),
        }
    }

    fn file(&self, name: &str) -> PathBuf {
        let drive = self.place.path("drive");
        std::fs::create_dir_all(&drive).unwrap();
        self.place.file(&format!("drive/{name}"), name)
    }

    fn take_away(&self) {
        std::fs::rename(self.place.path("drive"), self.place.path("away")).unwrap();
    }

    fn bring_back(&self) {
        std::fs::rename(self.place.path("away"), self.place.path("drive")).unwrap();
    }
}

fn gone() -> [Act; 1] {
    [Act::Fail(fault(FaultKind::FileGone))]
}

#[tokio::test(start_paused = true)]
async fn files_go_on_when_their_drive_is_back() {
    let drive = Drive::new();
    let paths = ["a.mp3", "b.mp3"].map(|name| drive.file(name));
    let mut make = Make::window();
    make.jobs = 1;
    let service = Scripted::new().acts("a.mp3", gone()).acts("b.mp3", gone());
    let mut engine = make.start(&drive.place, service);
    engine.add(&paths).await;
    drive.take_away();
    engine.say(Command::Start);
    for name in ["a.mp3", "b.mp3"] {
        assert_eq!(engine.until_failed(name).await.0, FaultKind::FileGone);
    }
    // Retried too early, it still waits for its drive.
    engine.say(Command::Retry(vec![engine.id_of("b.mp3")]));
    engine.pass(60).await;
    assert_eq!(engine.until_failed("b.mp3").await.0, FaultKind::FileGone);
    let revision = engine.snapshot().revision;
    engine.pass(600).await;
    assert_eq!(engine.snapshot().revision, revision, "nothing new to show");
    assert_eq!(engine.script().count("upload"), 2);

    drive.bring_back();
    engine.pass(4).await;
    for name in ["a.mp3", "b.mp3"] {
        engine.until_status(name, &Status::Ready).await;
    }
    assert_eq!(engine.script().count("upload"), 4);
    let held = engine.held().await;
    assert_eq!(held.running, 0, "nothing is watched any more");
}

#[tokio::test(start_paused = true)]
async fn another_file_in_its_place_waits_for_the_user() {
    let drive = Drive::new();
    let path = drive.file("a.mp3");
    let service = Scripted::new().acts("a.mp3", gone());
    let mut engine = Make::window().start(&drive.place, service);
    engine.add(std::slice::from_ref(&path)).await;
    drive.take_away();
    engine.say(Command::Start);
    engine.until_failed("a.mp3").await;
    std::fs::create_dir(drive.place.path("drive")).unwrap();
    write_still(&path, "quite another one");
    engine.pass(60).await;
    assert_eq!(engine.until_failed("a.mp3").await.0, FaultKind::FileGone);
    engine.say(Command::Retry(vec![engine.id_of("a.mp3")]));
    engine.until_status("a.mp3", &Status::Ready).await;
}

#[tokio::test(start_paused = true)]
async fn what_an_earlier_run_left_and_what_was_taken_out_is_not_waited_for() {
    let drive = Drive::new();
    let paths = ["a.mp3", "b.mp3"].map(|name| drive.file(name));
    let service = Scripted::new().acts("a.mp3", gone()).acts("b.mp3", gone());
    let mut engine = Make::window().start(&drive.place, service);
    engine.add(&paths).await;
    drive.take_away();
    engine.say(Command::Start);
    engine.until_failed("a.mp3").await;
    engine.until_failed("b.mp3").await;
    engine.say(Command::Remove(vec![engine.id_of("b.mp3")]));
    engine.until(|it| it.rows.len() == 1).await;
    engine.shut_down().await;
    drive.bring_back();
    let mut engine = Make::window()
        .run("run2")
        .start(&drive.place, Scripted::new());
    engine.until_failed("a.mp3").await;
    engine.pass(600).await;
    engine.until_failed("a.mp3").await;
    assert_eq!(engine.script().words(), Vec::<String>::new());
    engine.say(Command::Retry(vec![engine.id_of("a.mp3")]));
    engine.until_status("a.mp3", &Status::Ready).await;
}

#[tokio::test(start_paused = true)]
async fn the_command_line_tells_of_it_and_ends() {
    let drive = Drive::new();
    let path = drive.file("a.mp3");
    let service = Scripted::new().acts("a.mp3", gone());
    let mut engine = Make::command_line().start(&drive.place, service);
    engine.say(Command::Add(vec![path]));
    engine.until_failed("a.mp3").await;
    engine.pass(600).await;
    assert_eq!(engine.script().count("upload"), 1);
}
