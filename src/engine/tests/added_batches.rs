//! Batches: what is added in one go stands together, also after a restart.

use super::*;
use crate::model::batch::{Batch, BatchId, SkippedKind};

impl Engine {
    fn labels(&self) -> Vec<String> {
        let snapshot = self.snapshot();
        let batches = snapshot.batches.iter();
        batches.map(|batch| batch.label.clone()).collect()
    }

    fn batch_of(&self, name: &str) -> Arc<Batch> {
        let (snapshot, row) = (self.snapshot(), self.row(name));
        let found = |batch: &&Arc<Batch>| Some(batch.id) == row.batch;
        Arc::clone(snapshot.batches.iter().find(found).unwrap())
    }
}

fn folder(place: &Place, name: &str, files: &[&str]) -> PathBuf {
    let folder = place.path(name);
    std::fs::create_dir(&folder).unwrap();
    for file in files {
        write_still(&folder.join(file), &format!("{name} {file}"));
    }
    folder
}

/// Returns whether a label is a day and a time, as "2026-11-28 14:05".
fn is_minute(label: &str) -> bool {
    let shape: String = label
        .chars()
        .map(|c| if c.is_ascii_digit() { '0' } else { c })
        .collect();
    shape == "0000-00-00 00:00"
}

#[tokio::test(start_paused = true)]
async fn each_add_is_a_batch_named_after_its_folder_or_the_time() {
    let place = Place::new();
    let shoot = folder(&place, "Shoot 28", &["a.mp3", "b.mp3"]);
    let loose = place.file("c.mp3", "c");
    let mut engine = Make::window().start(&place, Scripted::new());
    engine.say(Command::Add(vec![shoot.clone()]));
    engine.until(|it| it.rows.len() == 2).await;
    assert_eq!(engine.labels(), ["Shoot 28"]);
    assert_eq!(engine.batch_of("a.mp3"), engine.batch_of("b.mp3"));

    // Files that are listed stay where they are.
    engine.say(Command::AddFromOutside(vec![shoot, loose]));
    engine.until(|it| it.rows.len() == 3).await;
    let [first, second] = &engine.labels()[..] else {
        panic!("{:?}", engine.labels());
    };
    assert_eq!(first, "Shoot 28");
    assert!(is_minute(second), "{second}");
    assert_eq!(engine.batch_of("b.mp3").label, "Shoot 28");
    assert_eq!(engine.batch_of("c.mp3").label, *second);
    let batches = [engine.batch_of("a.mp3").id, engine.batch_of("c.mp3").id];
    assert!(batches[0] != batches[1]);
    let row = engine.id_of("a.mp3");
    assert!(batches.iter().all(|batch| batch.0 != row.0), "one counter");
}

#[tokio::test(start_paused = true)]
async fn an_add_of_nothing_new_is_no_batch() {
    let place = Place::new();
    let a = place.file("a.mp3", "a");
    let mut engine = Make::window().start(&place, Scripted::new());
    engine.add(std::slice::from_ref(&a)).await;
    engine.add(&[a]).await;
    let is_told = |notice: &Notice| matches!(notice, Notice::AlreadyListed(_));
    while !engine.notices().iter().any(is_told) {
        engine.pass(1).await;
    }
    assert_eq!(engine.snapshot().batches.len(), 1);
    let id = engine.batch_of("a.mp3").id;
    let next = place.history().batch(BatchId(id.0 + 1)).unwrap();
    assert_eq!(next, None);
}

#[tokio::test(start_paused = true)]
async fn a_given_label_is_kept_and_goes_to_the_asset_and_the_ledger() {
    let place = Place::new();
    let shoot = folder(&place, "Shoot 28", &["a.mp3"]);
    let mut engine = Make::command_line().start(&place, Scripted::new());
    let label = " Day\none ".to_owned();
    engine.say(Command::AddLabelled(vec![shoot], label));
    engine.until_status("a.mp3", &Status::Ready).await;
    assert_eq!(engine.labels(), ["Day one"]);
    engine.shut_down().await;
    let asset = place.asset("re_1").unwrap();
    assert_eq!(asset.label.as_deref(), Some("Day one"));
    let ledger = std::fs::read_to_string(place.data().join(LEDGER_NAME)).unwrap();
    assert!(ledger.contains(r#""Day one""#), "{ledger}");
}

#[tokio::test(start_paused = true)]
async fn batches_are_there_after_a_restart_and_after_an_undo() {
    let place = Place::new();
    let (one, two) = (
        folder(&place, "one", &["a.mp3"]),
        folder(&place, "two", &["b.mp3", "c.mp3"]),
    );
    let mut engine = Make::window().start(&place, Scripted::new());
    engine.say(Command::Add(vec![one]));
    // Folders are walked side by side, and a batch begins with the first file found.
    engine.until(|it| it.totals.startable == 1).await;
    engine.say(Command::Add(vec![two]));
    engine.until(|it| it.totals.startable == 3).await;
    let before = engine.snapshot().batches.clone();
    engine.kill().await;

    let mut engine = Make::window().run("run2").start(&place, Scripted::new());
    engine.until(|it| it.totals.startable == 3).await;
    assert_eq!(engine.snapshot().batches, before);
    assert_eq!(engine.batch_of("c.mp3").label, "two");

    let rows = vec![engine.id_of("b.mp3"), engine.id_of("c.mp3")];
    engine.say(Command::Remove(rows));
    engine.until(|it| it.rows.len() == 1).await;
    assert_eq!(engine.labels(), ["one"]);
    let kept = Arc::clone(&engine.snapshot().batches[0]);
    engine.say(Command::UndoRemove);
    engine.until(|it| it.rows.len() == 3).await;
    assert_eq!(engine.labels(), ["one", "two"]);
    assert!(Arc::ptr_eq(&kept, &engine.snapshot().batches[0]));
}

#[tokio::test(start_paused = true)]
async fn a_batch_made_while_the_history_cannot_be_written_is_written_later() {
    let place = Place::new();
    std::fs::write(place.data(), "in the way").unwrap();
    let mut engine = Make::window().start(&place, Scripted::new());
    let a = place.file("a.mp3", "a");
    engine.say(Command::Add(vec![a]));
    engine.until(|it| it.batches.len() == 1).await;
    std::fs::remove_file(place.data()).unwrap();
    engine.until(|it| it.journal == JournalState::Good).await;
    engine.pass(3).await;
    let batch = engine.batch_of("a.mp3");
    assert_eq!(
        place.history().batch(batch.id).unwrap().as_ref(),
        Some(&*batch)
    );
}

#[tokio::test(start_paused = true)]
async fn skipped_files_are_named_in_their_batch_also_after_a_restart() {
    let place = Place::new();
    let shoot = folder(&place, "Shoot 28", &["a.mp3"]);
    for name in [
        "A001.R3D",
        "b.HEIC",
        "call sheet.pdf",
        "A001.xml",
        ".DS_Store",
    ] {
        std::fs::write(shoot.join(name), "x").unwrap();
    }
    let mut engine = Make::window().start(&place, Scripted::new());
    engine.say(Command::Add(vec![shoot.clone()]));
    engine
        .until(|it| it.walking.is_none() && it.totals.startable == 1)
        .await;
    let batch = engine.batch_of("a.mp3");
    let named: Vec<_> = batch
        .skipped
        .named
        .iter()
        .map(|file| (file.path.clone(), file.kind))
        .collect();
    let expected = [
        ("A001.R3D", SkippedKind::CameraOriginal),
        ("b.HEIC", SkippedKind::Photo),
        ("call sheet.pdf", SkippedKind::Document),
    ];
    assert_eq!(named, expected.map(|(name, kind)| (shoot.join(name), kind)));
    assert_eq!(batch.skipped.other_files, 2);
    engine.kill().await;
    let mut engine = Make::window().run("run2").start(&place, Scripted::new());
    engine.until(|it| it.totals.startable == 1).await;
    assert_eq!(engine.batch_of("a.mp3"), batch);
}

#[tokio::test(start_paused = true)]
async fn a_folder_of_skipped_files_alone_is_a_batch_until_it_is_removed() {
    let place = Place::new();
    let (card, caches) = (folder(&place, "card", &[]), folder(&place, "caches", &[]));
    std::fs::write(card.join("A001.braw"), "x").unwrap();
    std::fs::write(caches.join("a.xmp"), "x").unwrap();
    let mut engine = Make::window().start(&place, Scripted::new());
    engine.say(Command::Add(vec![card]));
    engine.until(|it| it.batches.len() == 1).await;
    assert_eq!(engine.labels(), ["card"]);
    assert_eq!(engine.notices().len(), 0);
    let batch = Arc::clone(&engine.snapshot().batches[0]);
    assert_eq!(
        place.history().batch(batch.id).unwrap().as_ref(),
        Some(&*batch)
    );

    engine.say(Command::Add(vec![caches]));
    let notice = engine.handle.notices.recv().await;
    assert!(matches!(notice, Some(Notice::NothingFound)), "{notice:?}");
    assert_eq!(engine.labels(), ["card"]);
    engine.say(Command::RemoveBatch(batch.id));
    engine.until(|it| it.batches.is_empty()).await;
}

#[tokio::test(start_paused = true)]
async fn a_batch_with_rows_is_not_dismissed() {
    let place = Place::new();
    let card = folder(&place, "card", &["a.mp3"]);
    let mut engine = Make::window().start(&place, Scripted::new());
    engine.say(Command::Add(vec![card]));
    engine.until_status("a.mp3", &Status::ReadyToUpload).await;
    engine.say(Command::RemoveBatch(engine.batch_of("a.mp3").id));
    engine.pass(1).await;
    assert_eq!(engine.row("a.mp3").status, Status::ReadyToUpload);
    assert_eq!(engine.labels(), ["card"]);
}

#[tokio::test(start_paused = true)]
async fn of_very_many_skipped_files_ten_thousand_are_named_and_all_are_counted_by_kind() {
    let place = Place::new();
    let many = folder(&place, "many", &[]);
    for n in 0..10_003 {
        std::fs::write(many.join(format!("{n}.txt")), "").unwrap();
    }
    let later = folder(&place, "many/later", &[]);
    for name in ["a.R3D", "b.HEIC", "c.xmp"] {
        std::fs::write(later.join(name), "").unwrap();
    }
    let mut engine = Make::window().start(&place, Scripted::new());
    engine.say(Command::Add(vec![many]));
    let count = |it: &Snapshot| it.batches.first().map_or(0, |batch| batch.skipped.count());
    engine.until(|it| count(it) == 10_005).await;
    let batch = Arc::clone(&engine.snapshot().batches[0]);
    let skipped = &batch.skipped;
    assert_eq!((skipped.named.len(), skipped.other_files), (10_000, 1));
    let of_kind = |kind| {
        let named = skipped.named.iter().filter(|file| file.kind == kind);
        named.count() + skipped.unnamed.get(&kind).copied().unwrap_or_default()
    };
    let counts = SkippedKind::ALL.map(of_kind);
    assert_eq!(counts, [1, 1, 0, 10_003]);
    engine.shut_down().await;
    assert_eq!(
        place.history().batch(batch.id).unwrap().as_ref(),
        Some(&*batch)
    );
}

fn renamed(batch: &Batch, label: &str, note: Option<&str>) -> Command {
    Command::EditBatch {
        batch: batch.id,
        label: label.to_owned(),
        note: note.map(str::to_owned),
    }
}

#[tokio::test(start_paused = true)]
async fn a_renamed_batch_is_renamed_everywhere_and_in_the_ledger() {
    let place = Place::new();
    let shoot = folder(&place, "Shoot 28", &["a.mp3", "b.mp3"]);
    let mut engine = Make::window().start(&place, Scripted::new());
    engine.say(Command::Add(vec![shoot]));
    engine.until(|it| it.totals.startable == 2).await;
    let row = engine.id_of("a.mp3");
    engine.say(Command::StartItems(vec![row]));
    engine.until_status("a.mp3", &Status::Ready).await;
    let before = place.ledger().len();
    let batch = engine.batch_of("a.mp3");
    engine.say(renamed(&batch, "  ", Some("refused")));
    engine.say(renamed(&batch, " Day\n1 ", Some(" sunny ")));
    engine.until(|it| it.batches[0].label == "Day 1").await;
    assert_eq!(engine.batch_of("b.mp3").note.as_deref(), Some("sunny"));
    assert_eq!(place.ledger()[before..], ["renamed "]);
    engine.say(renamed(&batch, "Day 1", None));
    engine.until(|it| it.batches[0].note.is_none()).await;
    assert_eq!(place.ledger().len(), before + 1, "the label is as it was");

    // Files added later get the new label.
    engine.say(Command::Start);
    engine.until_status("b.mp3", &Status::Ready).await;
    let labels = place.assets().into_iter().map(|asset| asset.label);
    assert!(
        labels
            .clone()
            .all(|label| label.as_deref() == Some("Day 1")),
        "{labels:?}"
    );
    engine.shut_down().await;
    std::fs::remove_file(place.data().join("history.db")).unwrap();
    let labels = place.assets().into_iter().map(|asset| asset.label);
    assert!(
        labels
            .clone()
            .all(|label| label.as_deref() == Some("Day 1")),
        "{labels:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_batch_that_has_left_the_list_can_be_renamed() {
    let place = Place::new();
    let shoot = folder(&place, "Shoot 28", &["a.mp3"]);
    let mut engine = Make::window().start(&place, Scripted::new());
    engine.upload(&[shoot]).await;
    engine.until_status("a.mp3", &Status::Ready).await;
    let (row, batch) = (engine.id_of("a.mp3"), engine.batch_of("a.mp3"));
    engine.say(Command::Remove(vec![row]));
    engine.until(|it| it.batches.is_empty()).await;
    engine.say(renamed(&batch, "Day 1", None));
    engine.pass(1).await;
    assert!(engine.snapshot().batches.is_empty());
    assert_eq!(place.asset("re_1").unwrap().label.as_deref(), Some("Day 1"));
    // An undo brings the row back with the new label.
    engine.say(Command::UndoRemove);
    engine.until(|it| it.rows.len() == 1).await;
    assert_eq!(engine.labels(), ["Day 1"]);
}
