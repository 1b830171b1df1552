//! Files missing at their path that the user locates elsewhere.

use super::service::{Act, fault};
use super::*;
use crate::model::media::Rejection;
use crate::model::relocation::RelocationError;

fn gone() -> [Act; 1] {
    [Act::Fail(fault(FaultKind::FileGone))]
}

/// Starts `a.mp3` and then moves it to `moved/b.mp3`, which is returned.
async fn moved(place: &Place) -> (Engine, PathBuf) {
    let path = place.file("a.mp3", "song");
    let service = Scripted::new().acts("a.mp3", gone());
    let mut engine = Make::window().start(place, service);
    engine.add(std::slice::from_ref(&path)).await;
    std::fs::create_dir(place.path("moved")).unwrap();
    let new = place.path("moved/b.mp3");
    std::fs::rename(&path, &new).unwrap();
    engine.say(Command::Start);
    engine.until_failed("a.mp3").await;
    (engine, new)
}

impl Engine {
    /// Locates a file for a row; returns the error of the answer.
    async fn locate(&mut self, name: &str, path: &Path) -> RelocationError {
        self.say(Command::Locate(self.id_of(name), path.to_owned()));
        let refused = async {
            loop {
                // The end of the batch is a notice, too.
                match self.handle.notices.recv().await {
                    Some(Notice::NotLocated(of, misfit)) if of == path => break misfit,
                    Some(Notice::QueueFinished(_)) => {}
                    other => panic!("{other:?}"),
                }
            }
        };
        let refused = tokio::time::timeout(LONGEST, refused).await;
        refused.expect("a word")
    }
}

#[tokio::test(start_paused = true)]
async fn a_file_that_was_moved_goes_on_where_it_is_shown() {
    let place = Place::new();
    let (mut engine, new) = moved(&place).await;
    let row = engine.id_of("a.mp3");
    engine.say(Command::Locate(row, new.clone()));
    let ready = engine.until_status("b.mp3", &Status::Ready).await;
    assert_eq!((ready.id, &ready.path), (row, &new));
    assert_eq!(place.items()[0].path, new);
    let asset = ready.asset_id.clone().unwrap();
    let record = place.asset(asset.as_str()).unwrap();
    assert_eq!((record.path, &*record.name), (new.clone(), "b.mp3"));
    assert_eq!(
        engine.held().await.running,
        0,
        "nothing is watched any more"
    );

    // The row stands for the file's new path, no longer for the old one.
    engine.say(Command::Add(vec![new]));
    engine.add(&[place.file("a.mp3", "another song")]).await;
    let snapshot = engine.until(|it| it.rows.len() == 2).await;
    assert_eq!(snapshot.rows[0].id, row);
}

#[tokio::test(start_paused = true)]
async fn where_it_is_now_is_on_disk_before_it_is_shown() {
    let place = Place::new();
    let (mut engine, new) = moved(&place).await;
    engine.say(Command::Pause);
    engine.say(Command::Locate(engine.id_of("a.mp3"), new.clone()));
    engine.until_row("b.mp3", |_| true).await;
    assert_eq!(place.items()[0].path, new);
    engine.kill().await;
    let mut engine = Make::window().run("run2").start(&place, Scripted::new());
    engine.until_row("b.mp3", |row| row.path == new).await;
}

#[tokio::test(start_paused = true)]
async fn another_file_is_refused_and_the_row_stays_as_it_was() {
    let place = Place::new();
    let (mut engine, new) = moved(&place).await;
    let before = engine.row("a.mp3");
    let larger = place.file("moved/larger.mp3", "a longer song");
    let sizes = [&new, &larger].map(|path| std::fs::metadata(path).unwrap().len());
    assert_eq!(
        engine.locate("a.mp3", &larger).await,
        RelocationError::OtherSize {
            gone: sizes[0],
            chosen: sizes[1],
        }
    );
    let nothing = place.path("moved/nothing.mp3");
    assert_eq!(
        engine.locate("a.mp3", &nothing).await,
        RelocationError::Refused(Rejection::NotFound)
    );
    let listed = place.file("listed.mp3", "song");
    engine.add(std::slice::from_ref(&listed)).await;
    assert_eq!(
        engine.locate("a.mp3", &listed).await,
        RelocationError::InTheList
    );
    assert_eq!(engine.row("a.mp3"), before);
    assert_eq!(place.items()[0].path, place.path("a.mp3"));

    // It can be located again, correctly this time.
    engine.say(Command::Locate(before.id, new));
    engine.until_status("b.mp3", &Status::Ready).await;
}

#[tokio::test(start_paused = true)]
async fn a_file_of_the_same_size_is_told_by_its_content_where_that_is_known() {
    let place = Place::new();
    // Equal in size, so that they are hashed before they are sent.
    let paths = [place.file("0.mp3", "gold"), place.file("a.mp3", "song")];
    let service = Scripted::new().acts("a.mp3", gone());
    let mut make = Make::window();
    make.jobs = 1;
    let mut engine = make.start(&place, service);
    engine.upload(&paths).await;
    engine.until_failed("a.mp3").await;
    std::fs::remove_file(&paths[1]).unwrap();
    let other = place.file("other.mp3", "sung");
    assert_eq!(
        engine.locate("a.mp3", &other).await,
        RelocationError::OtherContent
    );
    let same = place.file("same.mp3", "song");
    engine.say(Command::Locate(engine.id_of("a.mp3"), same));
    engine.until_status("same.mp3", &Status::Ready).await;
}

#[tokio::test(start_paused = true)]
async fn a_row_that_was_never_found_takes_the_file_that_it_is_shown() {
    let place = Place::new();
    let mut engine = Make::window().start(&place, Scripted::new());
    engine.add(&[place.path("a.mp3")]).await;
    let refused = Status::Rejected(Rejection::NotFound);
    let row = engine.until_status("a.mp3", &refused).await.id;
    engine.say(Command::Locate(row, place.file("b.mp3", "song")));
    let ready = engine.until_status("b.mp3", &Status::ReadyToUpload).await;
    assert_eq!(ready.id, row);
}

#[tokio::test(start_paused = true)]
async fn a_row_whose_file_is_where_it_was_is_not_moved() {
    let place = Place::new();
    let path = place.file("a.mp3", "song");
    let mut engine = Make::window().start(&place, Scripted::new());
    engine.add(&[path]).await;
    let before = engine.row("a.mp3");
    let elsewhere = place.file("b.mp3", "song");
    engine.say(Command::Locate(before.id, elsewhere));
    engine.pass(60).await;
    assert_eq!(engine.row("a.mp3"), before);
    assert!(engine.notices().is_empty());
}
