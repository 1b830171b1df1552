//! What "Upload" would do, said before it is pressed.

use std::path::PathBuf;
use std::sync::Arc;

use egui::{Key, Modifiers};
use egui_kittest::kittest::Queryable;
use mavi_uploader::engine::Command;
use mavi_uploader::model::accounts::{AccountInfo, Accounts};
use mavi_uploader::model::asset::{Account, AssetId};
use mavi_uploader::model::media::{Rejection, Route};
use mavi_uploader::model::snapshot::{DuplicateOf, DuplicateStage, ItemId, Row, Status};

use crate::window::{FakeEngine, copied, enter_key, has, open, over, row, until, without_key};

const KEY: &str = "sk-mavi-0123456789abcdef";

/// At noon of 29 December 2025.
const LAST_YEAR: i64 = 1_767_009_600_000;

/// A file whose content is in another one of the list.
fn found(id: u64, name: &str, of: &str, stage: DuplicateStage) -> Row {
    let duplicate_of = DuplicateOf {
        path: PathBuf::from("/media").join(of),
        uploaded_at_ms: None,
        asset: None,
        account: None,
    };
    Row {
        duplicate_of: Some(Arc::new(duplicate_of)),
        ..row(id, name, Status::FoundDuplicate(stage))
    }
}

/// A file that was uploaded under a name before, in another account if one is given.
fn uploaded(id: u64, name: &str, of: &str, account: Option<Account>) -> Row {
    let status = match account {
        Some(_) => Status::ReadyToUpload,
        None => Status::FoundDuplicate(DuplicateStage::Uploaded),
    };
    let duplicate_of = DuplicateOf {
        path: PathBuf::from("/media").join(of),
        uploaded_at_ms: Some(LAST_YEAR),
        asset: AssetId::new(&format!("re_{id}")),
        account,
    };
    Row {
        duplicate_of: Some(Arc::new(duplicate_of)),
        ..row(id, name, status)
    }
}

#[test]
fn the_plan_stands_beside_the_button_before_the_first_byte() {
    let large = Row {
        size: 3_000_000_000,
        route: Some(Route::SignedUrl),
        ..row(1, "large.mov", Status::ReadyToUpload)
    };
    let (mut engine, mut window) = over(vec![
        large,
        row(2, "small.mp4", Status::ReadyToUpload),
        row(3, "empty.mp4", Status::Rejected(Rejection::Empty)),
        row(4, "twin.mp4", Status::Duplicate { of: None }),
        found(5, "copy.mp4", "small.mp4", DuplicateStage::Before),
        found(6, "again.mp4", "sent.mp4", DuplicateStage::Known),
        uploaded(7, "known.mp4", "before.mp4", None),
    ]);
    window.get_by_label("Upload 2 files");
    assert!(has(&window, "2 files ready to upload · 3.4 GB"));
    assert!(has(&window, "at least 5 s · storage ≈ $0.10 a month"));
    assert!(has(
        &window,
        "left out: 1 refused, 2 duplicates · 1 large file sent directly to storage"
    ));
    // Once a speed was measured, it says how long it takes.
    engine.publish(|state| state.totals.line.measured = Some(34_120_000.0));
    window.run();
    assert!(has(&window, "about 1 min 40 s"));
    engine.publish(|state| state.totals.line.limit = Some(17_060_000));
    window.run();
    assert!(has(&window, "about 3 min 20 s"));
}

#[test]
fn a_duplicate_says_before_it_is_started_what_it_is_one_of_and_that_it_is_not_sent() {
    let (_engine, window) = over(vec![
        row(1, "small.mp4", Status::ReadyToUpload),
        found(2, "copy.mp4", "small.mp4", DuplicateStage::Before),
        found(3, "again.mp4", "sent.mp4", DuplicateStage::Known),
    ]);
    for said in [
        "copy.mp4, Duplicate, 412 MB · same content as small.mp4 · not sent twice",
        "again.mp4, Duplicate, 412 MB · same content as sent.mp4 · not sent again",
    ] {
        assert!(has(&window, said), "{said}");
    }
    // What is not uploaded yet has no id to be had; sending it twice takes more than a click.
    assert!(window.query_by_label("Get ID: copy.mp4").is_none());
    window.get_by_label("Get ID: again.mp4");
    assert!(!has(&window, "Upload anyway"));
    assert!(has(&window, "Duplicate 2"), "the chip");
}

#[test]
fn a_file_that_was_uploaded_before_shows_when_and_its_id_which_is_copied() {
    let mut itself = uploaded(3, "before.mp4", "before.mp4", None);
    itself.path = PathBuf::from("/media/before.mp4");
    let other = AccountInfo {
        account: Account::from_fingerprint("other"),
        last4: String::new(),
        name: Some("Studio A".to_owned()),
        group: Account::from_fingerprint("other"),
    };
    let (mut engine, mut window) = over(vec![
        row(1, "new.mp4", Status::ReadyToUpload),
        uploaded(2, "again.mp4", "before.mp4", None),
        itself,
        uploaded(4, "other.mp4", "before.mp4", Some(other.account.clone())),
    ]);
    engine.publish(|state| {
        let current = (Account::from_fingerprint("own"), String::new());
        state.accounts = Arc::new(Accounts::new(vec![other], Some(current)));
    });
    window.run();
    for said in [
        "again.mp4, Duplicate, 412 MB · same content as before.mp4, uploaded on 29 December 2025 · not confirmed yet",
        "before.mp4, Duplicate, 412 MB · uploaded on 29 December 2025 · not confirmed yet",
        "other.mp4, Ready to upload, 412 MB · uploaded on 29 December 2025 in another account: Studio A · as before.mp4",
    ] {
        assert!(has(&window, said), "{said}");
    }
    for label in [
        "re_2",
        "re_3",
        "re_4",
        "Upload: other.mp4",
        "Upload 2 files",
    ] {
        window.get_by_label(label);
    }
    // It is asked about by itself.
    assert!(window.query_by_label("Get ID: again.mp4").is_none());
    window.get_by_label("Copy: again.mp4").click();
    window.step();
    assert_eq!(copied(&window), ["re_2"]);
    window.run();
    window.get_by_label("Select all").click();
    window.run();
    window.event(egui::Event::Copy);
    window.step();
    // An ID of another account is copied from its own row alone.
    assert_eq!(copied(&window), ["re_2\nre_3"]);
    window.run();
    // A row that can't be confirmed now says why.
    engine.publish(|state| state.offline = true);
    window.run();
    assert!(has(&window, "not confirmed yet · waiting for a connection"));
}

#[test]
fn a_list_of_duplicates_is_given_its_ids_by_one_press() {
    let (mut engine, mut window) = over(vec![
        found(1, "copy.mp4", "sent.mp4", DuplicateStage::Known),
        found(2, "again.mp4", "sent.mp4", DuplicateStage::Known),
    ]);
    assert!(has(&window, "2 duplicates · nothing to send"));
    window.get_by_label("Get 2 IDs").click();
    window.run();
    let both = [ItemId(1), ItemId(2)];
    assert!(matches!(engine.next(), Some(Command::TakeIds(ids)) if ids == both));
    // One of them, by its own button, and those that are selected.
    window.get_by_label("Get ID: again.mp4").click();
    window.run();
    assert!(matches!(engine.next(), Some(Command::TakeIds(ids)) if ids == both[1..]));
    window.key_press_modifiers(Modifiers::COMMAND, Key::A);
    window.run();
    window.get_by_label("Get IDs of selected").click();
    window.run();
    assert!(matches!(engine.next(), Some(Command::TakeIds(ids)) if ids == both));
}

#[test]
fn what_is_uploaded_of_a_selection_takes_its_duplicates_along() {
    let (mut engine, mut window) = over(vec![
        row(1, "small.mp4", Status::ReadyToUpload),
        found(2, "copy.mp4", "small.mp4", DuplicateStage::Before),
        found(3, "again.mp4", "sent.mp4", DuplicateStage::Known),
        row(4, "queued.mp4", Status::Queued),
    ]);
    window.key_press_modifiers(Modifiers::COMMAND, Key::A);
    window.run();
    window.get_by_label("Upload selected").click();
    window.run();
    let three = [ItemId(1), ItemId(2), ItemId(3)];
    assert!(matches!(engine.next(), Some(Command::StartItems(ids)) if ids == three));
}

#[test]
fn a_duplicate_that_is_uploaded_anyway_asks_for_the_key_first() {
    let (mut engine, handle) = FakeEngine::new(without_key());
    let mut window = open(handle);
    assert!(matches!(engine.next(), Some(Command::NoKey)));
    engine.rows(vec![
        row(1, "small.mp4", Status::ReadyToUpload),
        found(2, "copy.mp4", "small.mp4", DuplicateStage::Before),
    ]);
    window.run();
    window.get_by_label("More: copy.mp4").click();
    window.run();
    window.get_by_label("Upload anyway").click();
    window.run();
    assert!(engine.next().is_none());
    let answer = enter_key(&mut window, &mut engine, KEY);
    answer.send(Ok(())).unwrap();
    until(&mut window, "the key", |_| {
        matches!(engine.next(), Some(Command::SetKey(..)))
    });
    assert!(matches!(engine.next(), Some(Command::UploadAnyway(ids)) if ids == [ItemId(2)]));
}

#[test]
fn a_duplicate_that_memories_ai_has_no_more_says_so_and_can_be_uploaded() {
    let (_engine, window) = over(vec![Row {
        duplicate_unconfirmed: true,
        ..row(1, "again.mp4", Status::ReadyToUpload)
    }]);
    let said = "memories.ai does not have the same content any more";
    assert!(has(&window, said));
    window.get_by_label("Upload 1 file");
}

#[test]
fn files_that_are_read_to_find_duplicates_are_counted_at_the_foot() {
    let (mut engine, mut window) = over(vec![row(1, "small.mp4", Status::ReadyToUpload)]);
    engine.publish(|state| state.comparing = 3);
    window.run();
    assert!(has(&window, "Comparing 3 files…"));
    engine.publish(|state| state.comparing = 0);
    window.run();
    assert!(!has(&window, "Comparing"));
}
