//! Assets in the history, also after repairs, key changes and late replies.

use super::service::{Act, known};
use super::*;
use crate::api::UploadFile;
use crate::engine::worker::UploadAttempt;
use crate::model::asset::AssetStatus;
use crate::model::media::{FileStamp, Route};
use crate::store::AssetRemark;

/// Replaces the database by a copy, like a program that recovered it.
fn replace(place: &Place) {
    let (data, copy) = (place.data(), place.dir.path().join("copy"));
    std::fs::create_dir(&copy).unwrap();
    let names = ["history.db", "history.db-wal"];
    for name in names.iter().filter(|name| data.join(name).exists()) {
        std::fs::copy(data.join(name), copy.join(name)).unwrap();
        std::fs::rename(copy.join(name), data.join(name)).unwrap();
    }
    let _ = std::fs::remove_file(data.join("history.db-shm"));
}

#[tokio::test(start_paused = true)]
async fn a_history_that_was_repaired_says_of_every_asset_what_it_said_before() {
    let place = Place::new();
    let before = place.file("before.mp3", "the same");
    let mut engine = Make::window().run("before").start(&place, Scripted::new());
    engine.upload(&[before]).await;
    let row = engine.until_status("before.mp3", &Status::Ready).await;
    engine.say(Command::Remove(vec![row.id]));
    engine.until(|it| it.rows.is_empty()).await;
    engine.shut_down().await;
    let names = ["again.mp3", "failed.mp3", "other size.mp3", "ready.mp3"];
    let contents = ["the same", "fails", "is of another size", "is all right"];
    let paths: Vec<PathBuf> = std::iter::zip(names, contents)
        .map(|(name, content)| place.file(name, content))
        .collect();
    let failed = || known(AssetStatus::Failed, None);
    let service = Scripted::new()
        .ids_from(100)
        .holds("re_1", "before.mp3", row.size)
        .answers("failed.mp3", [failed(), failed()])
        .answers("other size.mp3", [known(AssetStatus::Success, Some(1))]);
    let mut engine = Make::window().start(&place, service);
    engine.upload(&paths).await;
    let of = Some(id("re_1"));
    engine
        .until_status("again.mp3", &Status::Duplicate { of })
        .await;
    engine.until_status("ready.mp3", &Status::Ready).await;
    assert_eq!(
        engine.until_failed("failed.mp3").await.0,
        FaultKind::ProcessingFailed
    );
    engine.until_failed("other size.mp3").await;
    let said = place.assets();
    let word = |asset: &AssetRecord| (asset.status, asset.remark);
    let failed = |it: &&AssetRecord| it.name == "failed.mp3";
    let words: Vec<_> = said.iter().filter(failed).map(word).collect();
    let status = Some(AssetStatus::Failed);
    // Newest first; the older one was abandoned for it.
    let abandoned = Some(AssetRemark::Abandoned);
    assert_eq!(words, [(status, None), (status, abandoned)]);
    assert_eq!(place.asset("re_1").unwrap().name, "before.mp3");

    replace(&place);
    engine.add(&[place.file("one more.mp3", "more")]).await;
    engine.pass(10).await;
    assert_eq!(engine.snapshot().journal, JournalState::Good);
    assert_eq!(place.assets(), said);
}

#[tokio::test(start_paused = true)]
async fn an_id_that_is_left_behind_for_another_key_stays_the_first_ones() {
    let place = Place::new();
    let path = place.file("a.mp3", "a");
    let service = Scripted::new().acts("a.mp3", [Act::Stay]);
    let mut engine = Make::window().signed().start(&place, service);
    engine.upload(&[path]).await;
    engine
        .until_row("a.mp3", |row| row.transfer.is_some_and(|it| it.sent > 0))
        .await;
    engine.say(Command::Pause);
    engine.say(Command::SetKey(key("two"), KeySource::Session));
    engine.say(Command::Resume);
    let row = engine.until_status("a.mp3", &Status::Ready).await;
    assert_eq!(row.asset_id, Some(id("re_2")));
    let first = place.asset("re_1").unwrap();
    assert_eq!(first.remark, Some(AssetRemark::Abandoned));
    assert_eq!(first.account, key("one").account());
    assert_eq!(place.asset("re_2").unwrap().account, key("two").account());
}

#[tokio::test(start_paused = true)]
async fn a_place_whose_id_was_not_written_down_gets_no_bytes() {
    let place = Place::new();
    let path = place.file("a.mp3", "a");
    let stamp = FileStamp::of(&std::fs::metadata(&path).unwrap());
    let limiter = Arc::new(Limiter::new(LimiterOptions::default()));
    let service = Arc::new(RateLimited::new(Scripted::new(), limiter));
    let attempt = UploadAttempt {
        place: None,
        service: Arc::clone(&service),
        key: key("one"),
        file: UploadFile {
            path,
            name: "a.mp3".to_owned(),
            mime: "audio/mpeg",
            stamp,
        },
        route: Route::SignedUrl,
        meter: Arc::default(),
        ticket: None,
        recall: None,
    };
    // The receiver that would journal it no longer waits for this attempt.
    let outcome = attempt.run(|| (), |_| tokio::sync::oneshot::channel().1);
    assert_eq!(outcome.await.unwrap_err().kind, FaultKind::Cancelled);
    assert_eq!(service.service().words(), ["ticket a.mp3"]);
}

#[tokio::test(start_paused = true)]
async fn notes_and_removals_are_journaled_and_told_to_the_library() {
    let place = Place::new();
    let mut engine = Make::window().start(&place, Scripted::new());
    engine.upload(&[place.file("a.mp3", "a")]).await;
    let ready = engine.until_status("a.mp3", &Status::Ready).await;
    let before = engine.until(|it| it.history_revision > 0).await;
    engine.say(Command::SetNote {
        base_url: BASE_URL.to_owned(),
        asset_id: id("re_1"),
        note: Some("for Ana".to_owned()),
    });
    let noted = engine
        .until(|it| it.history_revision > before.history_revision)
        .await;
    let asset = place.asset("re_1").unwrap();
    assert_eq!(asset.note.as_deref(), Some("for Ana"));
    engine.say(Command::RemoveAssets(vec![asset]));
    engine
        .until(|it| it.history_revision > noted.history_revision)
        .await;
    assert_eq!(place.asset("re_1"), None);
    let events = place.ledger();
    assert_eq!(events.last().unwrap(), "removed re_1");
    let row = engine.until(|it| it.rows.len() == 1).await;
    assert_eq!(row.rows[0].id, ready.id, "the row of the queue stays");
}
