//! Unresponsive drives block only their own files.

use super::service::{Act, fault};
use super::*;
use crate::engine::files::drive::Hung;
use crate::model::media::Rejection;

/// Shortens the stall timeout, for real time.
fn impatient(mut make: Make) -> Make {
    make.policy.stall = Duration::from_millis(100);
    make.policy.polls = vec![Duration::from_millis(10)];
    make
}

#[tokio::test]
async fn a_file_that_cannot_be_read_any_more_is_ready_all_the_same_when_the_service_says_so() {
    let place = Place::new();
    let path = place.file("a.mp3", "a");
    // The response came before the end of the body: the file is still to be hashed.
    let service = Scripted::new().acts("a.mp3", [Act::TakeEarly]);
    let mut engine = impatient(Make::window()).start(&place, service);
    engine.add(std::slice::from_ref(&path)).await;
    let _hung = Hung::from_now_on(&path);
    engine.say(Command::Start);
    engine.until_status("a.mp3", &Status::Ready).await;
    assert_eq!(place.asset("re_1").unwrap().content, None);
}

#[tokio::test]
async fn a_comparison_with_a_file_on_such_a_drive_gives_its_place_back() {
    let place = Place::new();
    let paths = ["a.mp3", "b.mp3", "c.mp3"].map(|name| place.file(name, name));
    let service = Scripted::new().acts("a.mp3", [Act::Stay]);
    let mut engine = impatient(Make::window()).start(&place, service);
    let _a = Hung::for_readings(&paths[0]);
    let _b = Hung::for_readings(&paths[1]);
    engine.upload(&paths).await;
    let (kind, row) = engine.until_failed("b.mp3").await;
    assert_eq!(kind, FaultKind::Unreadable);
    let Status::Failed(fault) = &row.status else {
        panic!("{row:?}");
    };
    let cause = "the drive did not answer in time";
    assert_eq!(fault.diagnostics.causes, [cause]);
    // A candidate that cannot be read is ignored.
    engine.until_status("c.mp3", &Status::Ready).await;
}

#[tokio::test]
async fn files_of_another_drive_go_on_though_the_first_one_hangs() {
    let place = Place::new();
    let names = ["hung/a.mp3", "good/b.mp3"];
    let paths = names.map(|name| {
        std::fs::create_dir_all(place.path(name).parent().unwrap()).unwrap();
        place.file(name, name)
    });
    let gone = || [Act::Fail(fault(FaultKind::FileGone))];
    let service = Scripted::new().acts("a.mp3", gone()).acts("b.mp3", gone());
    let mut make = impatient(Make::window());
    make.policy.missing_file_interval = Duration::from_millis(10);
    let mut engine = make.start(&place, service);
    engine.add(&paths).await;
    let hung = Hung::from_now_on(paths[0].parent().unwrap());
    engine.say(Command::Start);
    engine.until_failed("a.mp3").await;
    engine.until_status("b.mp3", &Status::Ready).await;
    drop(hung);
    engine.until_status("a.mp3", &Status::Ready).await;
    assert_eq!(engine.held().await.running, 0);
}

#[tokio::test]
async fn upload_ends_with_what_it_cannot_look_at_or_walk_and_takes_the_rest() {
    let place = Place::new();
    for folder in ["hung", "walked", "good"] {
        std::fs::create_dir(place.path(folder)).unwrap();
    }
    let path = |name: &str| place.file(name, name);
    let looked = [path("hung/a.mp3"), path("hung/b.mp3"), path("good/c.mp3")];
    path("walked/d.mp3");
    let mut engine = impatient(Make::command_line()).start(&place, Scripted::new());
    engine.until(is_open).await;
    let _walked = Hung::from_now_on(&place.path("walked"));
    // It answers a walk, and hangs at the first check.
    let _hung = Hung::for_checks(&place.path("hung"));
    let mut named = vec![place.path("walked")];
    named.extend(looked);
    engine.say(Command::Add(named));
    engine.until_status("c.mp3", &Status::Ready).await;
    let refused = |row: &Row| match &row.status {
        Status::Rejected(Rejection::Unreadable { cause }) => cause.contains("did not answer"),
        _ => false,
    };
    for name in ["a.mp3", "b.mp3", "walked"] {
        engine.until_row(name, refused).await;
    }
    engine.pass(0).await;
    assert!(engine.events().contains(&LifecycleEvent::IntakeDone));
}

#[tokio::test]
async fn a_row_of_an_earlier_run_on_such_a_drive_does_not_keep_new_files_out() {
    let place = Place::new();
    let paths = ["a.mp3", "b.mp3"].map(|name| place.file(name, name));
    let mut engine = Make::window().start(&place, Scripted::new());
    engine.add(&paths[..1]).await;
    engine.shut_down().await;
    let _hung = Hung::from_now_on(&paths[0]);
    let mut engine = impatient(Make::window().run("run2")).start(&place, Scripted::new());
    engine.until(is_open).await;
    engine.say(Command::Add(paths[1..].to_vec()));
    engine.until_status("b.mp3", &Status::ReadyToUpload).await;
}
