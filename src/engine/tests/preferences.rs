//! Preferences take effect while the engine works.

use super::service::Act;
use super::*;
use crate::engine::Preferences;

fn usual(jobs: usize) -> Preferences {
    Preferences {
        jobs,
        bandwidth: None,
        start_at_once: false,
    }
}

#[tokio::test(start_paused = true)]
async fn more_files_at_a_time_start_at_once_and_fewer_stop_none() {
    let place = Place::new();
    let mut make = Make::window();
    make.jobs = 1;
    let service = Scripted::new()
        .acts("a.mp3", [Act::Stay])
        .acts("b.mp3", [Act::Stay]);
    let mut engine = make.start(&place, service);
    let paths: Vec<PathBuf> = ["a.mp3", "b.mp3", "c.mp3"]
        .iter()
        .map(|name| place.file(name, name))
        .collect();
    engine.upload(&paths).await;
    engine.until_status("a.mp3", &Status::Uploading).await;
    engine.pass(60).await;
    assert_eq!(engine.row("b.mp3").status, Status::Queued);
    engine.say(Command::Configure(usual(2)));
    engine.until_status("b.mp3", &Status::Uploading).await;
    engine.say(Command::Configure(usual(1)));
    engine.pass(60).await;
    assert_eq!(engine.row("a.mp3").status, Status::Uploading);
    assert_eq!(engine.row("b.mp3").status, Status::Uploading);
    // Frees one of two slots that no longer exist.
    engine.say(Command::Cancel(vec![engine.id_of("b.mp3")]));
    engine.pass(60).await;
    assert_eq!(engine.row("c.mp3").status, Status::Queued);
}

#[tokio::test(start_paused = true)]
async fn files_start_by_themselves_from_the_moment_that_is_wished_for() {
    let place = Place::new();
    let mut engine = Make::window().start(&place, Scripted::new());
    engine.add(&[place.file("a.mp3", "a")]).await;
    engine.say(Command::Configure(Preferences {
        start_at_once: true,
        ..usual(3)
    }));
    engine.say(Command::Add(vec![place.file("b.mp3", "b")]));
    engine.until_status("b.mp3", &Status::Ready).await;
    assert_eq!(engine.row("a.mp3").status, Status::ReadyToUpload);
}

#[tokio::test(start_paused = true)]
async fn a_limit_on_speed_holds_for_every_transfer_of_the_engine() {
    let place = Place::new();
    let engine = Make::window().start(&place, Scripted::new());
    for bandwidth in [Some(2_000_000), None] {
        engine.say(Command::Configure(Preferences {
            bandwidth,
            ..usual(3)
        }));
        engine.pass(0).await;
        assert_eq!(engine.bandwidth.get(), bandwidth);
    }
}

#[tokio::test(start_paused = true)]
async fn what_comes_from_outside_or_from_an_earlier_run_starts_nothing_by_itself() {
    let place = Place::new();
    let mut make = Make::window();
    make.start_at_once = true;
    let mut engine = make.start(&place, Scripted::new());
    let path = place.file("a.mp3", "a");
    engine.say(Command::AddFromOutside(vec![path.clone()]));
    engine.until_status("a.mp3", &Status::ReadyToUpload).await;
    // Added again by hand: it is in the list already.
    engine.say(Command::Add(vec![path, place.file("b.mp3", "b")]));
    engine.until_status("b.mp3", &Status::Ready).await;
    assert_eq!(engine.row("a.mp3").status, Status::ReadyToUpload);
    // Still being written when the program ends.
    let fresh = place.path("c.mp3");
    std::fs::write(&fresh, "ID3\u{3}fresh").unwrap();
    engine.say(Command::Add(vec![fresh]));
    engine.until_status("c.mp3", &Status::Settling).await;
    engine.shut_down().await;
    let mut make = Make::window().run("run2");
    make.start_at_once = true;
    let mut engine = make.start(&place, Scripted::new().ids_from(100));
    engine.until_status("c.mp3", &Status::ReadyToUpload).await;
    engine.pass(60).await;
    assert_eq!(engine.script().count("upload"), 0);
}
