//! Intake: each file is queued once, when it no longer changes, at any number of files.

use std::time::Duration;

use super::*;
use crate::model::media::Rejection;

#[tokio::test(start_paused = true)]
async fn a_file_that_is_being_written_waits_until_it_is_still() {
    let place = Place::new();
    let path = place.path("a.mp3");
    std::fs::write(&path, "ID3\u{3}beginning").unwrap();
    let mut engine = Make::command_line().start(&place, Scripted::new());
    engine.say(Command::Add(vec![path.clone()]));
    engine.until_status("a.mp3", &Status::Settling).await;
    // Written twice between two checks, so that each finds another file in any order of timers.
    for n in 0..6 {
        std::fs::write(&path, format!("ID3\u{3}{}", "more".repeat(n + 5))).unwrap();
        engine.pass(1).await;
        assert_eq!(engine.row("a.mp3").status, Status::Settling);
    }
    assert_eq!(engine.script().words(), Vec::<String>::new());
    let row = engine.until_status("a.mp3", &Status::Ready).await;
    assert_eq!(row.size, std::fs::metadata(&path).unwrap().len());
}

#[tokio::test(start_paused = true)]
async fn a_folder_with_nothing_in_it_is_told_of_and_one_that_is_passed_over_is_not() {
    let place = Place::new();
    let mut engine = Make::window().start(&place, Scripted::new());
    let folder = |name: &str| {
        let folder = place.path(name);
        std::fs::create_dir(&folder).unwrap();
        folder
    };
    let papers = folder("papers");
    std::fs::write(papers.join("call sheet.txt"), "x").unwrap();
    engine.say(Command::Add(vec![papers]));
    engine
        .until(|it| !it.batches.is_empty() && it.walking.is_none())
        .await;
    assert_eq!(engine.notices().len(), 0);
    engine.say(Command::Add(vec![folder("empty")]));
    let notice = engine.handle.notices.recv().await;
    assert!(matches!(notice, Some(Notice::NothingFound)), "{notice:?}");
}

#[tokio::test(start_paused = true)]
async fn a_file_stands_in_the_queue_once_until_it_is_another() {
    let place = Place::new();
    let a = place.file("a.mp3", "a");
    let mut engine = Make::window().start(&place, Scripted::new());
    engine.say(Command::Add(vec![
        a.clone(),
        a.clone(),
        place.path(".").join("a.mp3"),
    ]));
    engine.add(std::slice::from_ref(&a)).await;
    assert_eq!(engine.snapshot().rows.len(), 1);
    engine.say(Command::Start);
    engine.until_status("a.mp3", &Status::Ready).await;
    engine.add(std::slice::from_ref(&a)).await;
    assert_eq!(engine.snapshot().rows.len(), 1);
    write_still(&a, "another content");
    engine.add(&[a]).await;
    engine.until(|it| it.rows.len() == 2).await;
}

#[tokio::test(start_paused = true)]
async fn a_refused_file_that_was_mended_is_looked_at_again() {
    let place = Place::new();
    let a = place.path("a.mp3");
    std::fs::write(&a, "").unwrap();
    let mut engine = Make::window().start(&place, Scripted::new());
    engine.add(std::slice::from_ref(&a)).await;
    assert!(matches!(engine.row("a.mp3").status, Status::Rejected(_)));
    write_still(&a, "a");
    engine.say(Command::Add(vec![a]));
    engine.until_status("a.mp3", &Status::ReadyToUpload).await;
    assert_eq!(engine.snapshot().rows.len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_file_that_is_not_recognised_goes_up_once_the_user_says_so() {
    let place = Place::new();
    let path = place.path("a.mp4");
    super::write_whole(&path, "no film");
    let mut engine = Make::window().start(&place, Scripted::new());
    let not_recognised = Status::Rejected(Rejection::NotRecognised {
        extension: "mp4".to_owned(),
    });
    engine.add(std::slice::from_ref(&path)).await;
    engine.until_status("a.mp4", &not_recognised).await;
    let row = engine.id_of("a.mp4");
    assert_eq!(engine.script().words(), Vec::<String>::new());
    // The wish to start survives a check without a file, and a restart.
    std::fs::remove_file(&path).unwrap();
    engine.say(Command::UploadAnyway(vec![row]));
    let gone = Status::Rejected(Rejection::NotFound);
    engine.until_status("a.mp4", &gone).await;
    engine.kill().await;
    super::write_whole(&path, "no film");
    let mut engine = Make::window().run("run2").start(&place, Scripted::new());
    engine.until_status("a.mp4", &gone).await;
    engine.say(Command::Retry(vec![row]));
    engine.until_status("a.mp4", &Status::Ready).await;
    assert_eq!(place.assets().len(), 1);
}

fn one_of_them_is_to_be_uploaded(snapshot: &Snapshot) -> bool {
    let duplicates = |row: &&Arc<Row>| row.status == Status::FoundDuplicate(DuplicateStage::Before);
    snapshot.totals.startable == 1 && snapshot.rows.iter().filter(duplicates).count() == 9_999
}

#[tokio::test(start_paused = true)]
async fn ten_thousand_equal_files_are_taken_in_and_taken_out_quickly() {
    let place = Place::new();
    let folder = place.path("many");
    std::fs::create_dir(&folder).unwrap();
    for n in 0..10_000 {
        std::fs::write(folder.join(format!("{n}.mp3")), "ID3\u{3}the same").unwrap();
    }
    let mut make = Make::window();
    make.policy.unchanged_for = Duration::ZERO;
    let mut engine = make.start(&place, Scripted::new());
    let started = std::time::Instant::now();
    engine.say(Command::Add(vec![folder]));
    engine.until(one_of_them_is_to_be_uploaded).await;
    let taken = started.elapsed();
    let published = engine.snapshot().revision;
    engine.say(Command::Remove(
        engine.snapshot().rows.iter().map(|row| row.id).collect(),
    ));
    engine.until(|it| it.rows.is_empty()).await;
    engine.say(Command::UndoRemove);
    engine.until(one_of_them_is_to_be_uploaded).await;
    let all = started.elapsed();
    // Quadratic code takes minutes; the limit allows for a loaded machine.
    assert!(all < Duration::from_secs(40), "{taken:?} of {all:?}");
    assert!(published < 400, "{published} snapshots");
}
