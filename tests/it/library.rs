//! The Library's page, over a history on disk and an engine that the test plays.

use std::path::PathBuf;
use std::sync::Arc;

use egui::accesskit::Role;
use egui::{Event, Key, Modifiers, Theme};
use egui_kittest::kittest::{NodeT, Queryable};
use mavi_uploader::app::command::UiCommand;
use mavi_uploader::engine::Command;
use mavi_uploader::model::accounts::{AccountInfo, Accounts};
use mavi_uploader::model::asset::{Account, AssetId, AssetStatus};
use mavi_uploader::model::asset_check::AssetsToCheck;
use mavi_uploader::model::asset_deletion::AssetDeletionProgress;
use mavi_uploader::model::batch::BatchId;
use mavi_uploader::model::media::{Kind, MediaMetadata};
use mavi_uploader::model::snapshot::Status;
use mavi_uploader::model::upload_facts::UploadFacts;
use mavi_uploader::store::history::{BACKUP_DIR, back_up};
use mavi_uploader::store::{AssetRecord, History, HistoryChange};
use mavi_uploader::ui::MaviApp;

use crate::window::{
    Drop, FakeEngine, Window, builder, copied, has, open_with, row, until, with_key,
};

/// 28 November 2025, 16:04 UTC.
const SHOT: i64 = 1_764_345_840_000;
const DAY: i64 = 86_400_000;

/// An asset of the shoot, uploaded so many days ago.
pub fn asset(number: i64, name: &str, days: i64) -> AssetRecord {
    AssetRecord {
        asset_id: AssetId::new(&format!("re_66072700396317{number:04}")).unwrap(),
        item: None,
        account: Account::from_fingerprint("0123456789abcdef"),
        base_url: "https://api.example".to_owned(),
        name: name.to_owned(),
        path: PathBuf::from("/media/Shoot_2026-11-28").join(name),
        size: 412_000_000 * u64::try_from(number).unwrap(),
        content: None,
        status: Some(AssetStatus::Success),
        uploaded_at_ms: Some(SHOT - days * DAY),
        remark: None,
        note: None,
        batch: Some(BatchId(1001)),
        label: Some("Shoot_2026-11-28".to_owned()),
        kind: Some(Kind::Video),
        metadata: MediaMetadata {
            duration_ms: Some(84_000),
            ..MediaMetadata::default()
        },
        deleted_at_ms: None,
        upload: UploadFacts::default(),
        batch_note: None,
    }
}

/// Assets of each status and kind.
pub fn assets() -> Vec<AssetRecord> {
    vec![
        asset(1, "A001_C001 wide.mp4", 0),
        AssetRecord {
            note: Some("For the trailer".to_owned()),
            ..asset(2, "A001_C002 close-up with the director.mp4", 0)
        },
        AssetRecord {
            status: Some(AssetStatus::Waiting),
            ..asset(3, "interview.mov", 1)
        },
        AssetRecord {
            kind: Some(Kind::Audio),
            batch: Some(BatchId(1002)),
            label: Some("Podcast 10".to_owned()),
            ..asset(4, "podcast.m4a", 5)
        },
        AssetRecord {
            kind: Some(Kind::Image),
            status: Some(AssetStatus::Failed),
            metadata: MediaMetadata::default(),
            batch: None,
            label: None,
            ..asset(5, "poster.png", 9)
        },
    ]
}

/// A window over a history of these assets, on the Library's page.
pub struct Shelf {
    pub window: Window,
    pub engine: FakeEngine,
    history: History,
    dir: tempfile::TempDir,
}

impl Shelf {
    pub fn of(assets: Vec<AssetRecord>, theme: Theme, size: [f32; 2]) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let mut history = History::open(dir.path()).unwrap().history;
        let changes: Vec<_> = assets.into_iter().map(HistoryChange::PutAsset).collect();
        history.commit(&changes).unwrap();
        let (engine, mut handle) = FakeEngine::new(with_key());
        handle.data_dir = Some(dir.path().to_owned());
        let mut window = open_with(builder(theme).with_size(size), handle, |_| {});
        until(&mut window, "the count", |window| {
            has(window, "Library") && !has(window, "Reading")
        });
        let mut shelf = Self {
            window,
            engine,
            history,
            dir,
        };
        shelf.press("Library", Role::Button);
        while shelf.engine.next().is_some() {}
        shelf
    }

    /// All of [`assets`], read.
    fn full() -> Self {
        let mut shelf = Self::of(assets(), Theme::Light, [1000.0, 680.0]);
        shelf.until_has("A001_C001 wide.mp4, Ready");
        shelf
    }

    /// Presses what has a name that begins so.
    fn press(&mut self, name: &str, role: Role) {
        let name = name.to_owned();
        until(&mut self.window, &name, |window| {
            let found = window.query_all_by_role(role);
            let mut found = found.filter(|node| {
                let label = node.accesskit_node().label().unwrap_or_default();
                label.starts_with(&name)
            });
            found.next().map(|node| node.click()).is_some()
        });
        self.window.run();
    }

    fn until_has(&mut self, text: &str) {
        until(&mut self.window, text, |window| has(window, text));
    }

    fn until_gone(&mut self, text: &str) {
        until(&mut self.window, text, |window| !has(window, text));
    }

    pub fn search(&mut self, words: &str) {
        self.window.key_press_modifiers(Modifiers::COMMAND, Key::F);
        self.window.run();
        self.window.event(Event::Text(words.to_owned()));
        self.window.run();
    }

    fn commit(&mut self, changes: &[HistoryChange]) {
        self.history.commit(changes).unwrap();
        self.engine.publish(|state| state.history_revision += 1);
    }

    /// Steps until the clipboard gets something.
    fn copied(&mut self) -> String {
        let mut text = None;
        until(&mut self.window, "the clipboard", |window| {
            text = copied(window).pop();
            text.is_some()
        });
        text.unwrap()
    }
}

#[test]
fn before_the_first_upload_the_page_says_what_it_is_for() {
    let mut shelf = Shelf::of(vec![], Theme::Light, [640.0, 420.0]);
    shelf.until_has("Nothing uploaded yet");
    assert!(has(&shelf.window, "stays after you clear"));
}

#[test]
fn a_library_whose_assets_were_all_removed_is_not_called_new() {
    let mut shelf = Shelf::of(vec![asset(1, "one.mp4", 0)], Theme::Light, [640.0, 420.0]);
    shelf.until_has("one.mp4, Ready");
    shelf.commit(&[HistoryChange::RemoveAsset(asset(1, "one.mp4", 0))]);
    shelf.until_has("The Library is empty");
    assert!(!has(&shelf.window, "Nothing uploaded yet"));
}

#[test]
fn a_search_finds_parts_of_names_labels_and_notes_and_can_be_cleared() {
    let mut shelf = Shelf::full();
    assert!(has(&shelf.window, "Library 5"));
    assert!(has(&shelf.window, "5 assets · 6.2 GB · ≈ $0.19 a month"));
    shelf.search("TRAIL director");
    shelf.until_gone("A001_C001 wide.mp4, Ready");
    assert!(has(
        &shelf.window,
        "A001_C002 close-up with the director.mp4, Ready"
    ));
    assert!(!has(&shelf.window, "Clear filters"), "nothing wraps below");
    shelf.search(" nowhere");
    shelf.until_has("Nothing in the Library matches.");
    shelf.press("Clear filters", Role::Button);
    shelf.until_has("A001_C001 wide.mp4, Ready");
}

#[test]
fn filters_and_heads_narrow_and_order_the_list() {
    let mut shelf = Shelf::full();
    shelf.press("Kind: Any kind", Role::Button);
    shelf.press("Audio", Role::MenuItemRadio);
    shelf.until_gone("interview.mov, Processing");
    assert!(has(&shelf.window, "podcast.m4a, Ready"));
    shelf.press("Clear filters", Role::Button);
    shelf.until_has("interview.mov, Processing");
    let top = |shelf: &Shelf, name: &str| shelf.window.get_by_label_contains(name).rect().top();
    assert!(top(&shelf, "A001_C001 wide.mp4, Ready") < top(&shelf, "interview.mov, Processing"));
    shelf.press("Sort by Size", Role::Button);
    until(&mut shelf.window, "the order", |window| {
        let top = |name: &str| window.get_by_label_contains(name).rect().top();
        top("poster.png, Failed") < top("interview.mov, Processing")
            && top("interview.mov, Processing") < top("A001_C001 wide.mp4, Ready")
    });
}

#[test]
fn the_foot_tells_the_cost_and_leads_to_what_may_be_paid_for_in_vain() {
    let mut shelf = Shelf::full();
    shelf.until_has("5 assets · 6.2 GB · ≈ $0.19 a month");
    shelf.press("You may be paying for 1", Role::Button);
    shelf.until_gone("A001_C001 wide.mp4");
    assert!(has(&shelf.window, "You may be paying for these"));
    assert!(has(&shelf.window, "poster.png, Failed"));
    assert!(has(&shelf.window, "1 asset · 2.1 GB · ≈ $0.06 a month"));
    shelf.press("Clear filters", Role::Button);
    shelf.until_has("A001_C001 wide.mp4");
    assert!(!has(&shelf.window, "You may be paying for these"));
}

#[test]
fn everything_is_selected_with_the_keyboard_and_copied_as_in_the_queue() {
    let mut shelf = Shelf::full();
    shelf.window.key_press_modifiers(Modifiers::COMMAND, Key::A);
    shelf.window.run();
    assert!(has(&shelf.window, "5 selected"));
    assert!(has(&shelf.window, "5 assets selected · 6.2 GB"));
    shelf.window.event(Event::Copy);
    let text = shelf.copied();
    assert_eq!(text.lines().count(), 5);
    assert!(text.contains("re_660727003963170004"));
    shelf.window.key_press(Key::Escape);
    shelf.window.run();
    shelf.window.key_press(Key::Home);
    shelf.window.run();
    shelf
        .window
        .key_press_modifiers(Modifiers::SHIFT, Key::ArrowDown);
    shelf.window.run();
    assert!(has(&shelf.window, "2 selected"));
    shelf.press("Copy: A001_C001 wide.mp4", Role::Button);
    assert!(has(&shelf.window, "Copied"));
    shelf.press("Check again", Role::Button);
    let mut command = None;
    until(&mut shelf.window, "the check", |_| {
        command = shelf.engine.next();
        command.is_some()
    });
    match command {
        Some(Command::CheckAssets(AssetsToCheck::These(ids))) => assert_eq!(ids.len(), 2),
        other => panic!("{other:?}"),
    }
}

#[test]
fn details_tell_everything_and_keep_a_note() {
    let mut shelf = Shelf::full();
    shelf.press("More: interview.mov", Role::Button);
    shelf.press("Details", Role::MenuItem);
    shelf.until_has("File now: Not on this computer right now");
    assert!(has(&shelf.window, "Batch: Shoot_2026-11-28"));
    assert!(has(&shelf.window, "Duration: 1:24"));
    shelf.window.get_by_label("Note").focus();
    shelf.window.run();
    shelf.window.event(Event::Text("ask Ana".to_owned()));
    shelf.window.run();
    shelf.press("Copy as text", Role::Button);
    shelf.press("Close", Role::Button);
    match shelf.engine.next() {
        Some(Command::SetNote { asset_id, note, .. }) => {
            assert_eq!(asset_id.as_str(), "re_660727003963170003");
            assert_eq!(note.as_deref(), Some("ask Ana"));
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_note_is_saved_when_a_question_replaces_the_details_and_when_the_window_closes() {
    let mut shelf = Shelf::full();
    fn app(shelf: &mut Shelf) -> &mut MaviApp {
        shelf.window.state_mut().as_mut().unwrap()
    }
    let write = |shelf: &mut Shelf, text: &str| {
        shelf.press("More: interview.mov", Role::Button);
        shelf.press("Details", Role::MenuItem);
        shelf.until_has("Note");
        shelf.window.get_by_label("Note").focus();
        shelf.window.run();
        shelf.window.event(Event::Text(text.to_owned()));
        shelf.window.run();
    };
    let saved = |shelf: &mut Shelf| match shelf.engine.next() {
        Some(Command::SetNote { note, .. }) => note,
        other => panic!("{other:?}"),
    };
    write(&mut shelf, "ask Ana");
    app(&mut shelf).dispatch(UiCommand::ShowShortcuts);
    shelf.window.run();
    assert_eq!(saved(&mut shelf).as_deref(), Some("ask Ana"));
    app(&mut shelf).dispatch(UiCommand::CloseDialog);
    shelf.window.run();
    write(&mut shelf, "ask Ben");
    eframe::App::on_exit(app(&mut shelf), None);
    assert_eq!(saved(&mut shelf).as_deref(), Some("ask Ben"));
}

#[test]
fn removing_asks_first_and_the_list_follows_the_history() {
    let mut shelf = Shelf::full();
    shelf
        .window
        .get_by_label_contains("podcast.m4a, Ready")
        .click();
    shelf.window.run();
    shelf.window.key_press(Key::Delete);
    shelf.window.run();
    assert!(has(&shelf.window, "Remove this asset from the Library?"));
    assert!(has(&shelf.window, "podcast.m4a"));
    assert!(has(&shelf.window, "this can’t be undone"));
    shelf.window.get_by_label("Remove").click();
    shelf.window.run();
    let mut command = None;
    until(&mut shelf.window, "the removal", |_| {
        command = shelf.engine.next();
        command.is_some()
    });
    let Some(Command::RemoveAssets(mut removed)) = command else {
        panic!("{command:?}");
    };
    assert_eq!(removed[0].name, "podcast.m4a");
    let removed = HistoryChange::RemoveAsset(removed.remove(0));
    shelf.commit(&[removed]);
    shelf.until_gone("podcast.m4a, Ready");
    assert!(has(&shelf.window, "Library 4"));
}

#[test]
fn deleting_asks_with_names_and_what_it_saves_and_tells_how_far_it_is() {
    let mut shelf = Shelf::full();
    shelf
        .window
        .get_by_label_contains("podcast.m4a, Ready")
        .click();
    shelf.window.run();
    shelf.press("Delete from memories.ai…", Role::Button);
    shelf.until_has("Delete this asset from memories.ai?");
    for said in ["podcast.m4a", "saves ≈ $0.05 a month", "can’t be undone"] {
        assert!(has(&shelf.window, said), "{said}");
    }
    shelf.window.get_by_label("Delete").click();
    shelf.window.run();
    let Some(Command::DeleteAssets(ids)) = shelf.engine.next() else {
        panic!("nothing is deleted");
    };
    assert_eq!(ids, [asset(4, "podcast.m4a", 5).asset_id]);
    shelf.engine.publish(|state| {
        state.asset_deletion = Some(AssetDeletionProgress {
            total: 38,
            done: 12,
            ..AssetDeletionProgress::default()
        });
    });
    shelf.until_has("12 of 38 deleted");
    shelf.press("Stop deleting", Role::Button);
    assert!(matches!(shelf.engine.next(), Some(Command::StopDeleting)));
    shelf.engine.publish(|state| {
        state.asset_deletion = None;
        state.deletions_left = 26;
    });
    shelf.until_has("Delete the remaining 26 assets from memories.ai?");
    shelf.press("Keep", Role::Button);
    assert!(matches!(
        shelf.engine.next(),
        Some(Command::ForgetDeletions)
    ));
}

#[test]
fn more_than_twenty_are_deleted_once_their_count_is_typed() {
    let many = (1..=21).map(|number| asset(number, &format!("clip-{number}.mp4"), 0));
    let mut shelf = Shelf::of(many.collect(), Theme::Light, [1000.0, 680.0]);
    shelf.until_has("clip-21.mp4, Ready");
    shelf.window.key_press_modifiers(Modifiers::COMMAND, Key::A);
    shelf.window.run();
    shelf.press("Delete from memories.ai…", Role::Button);
    shelf.until_has("Delete 21 assets from memories.ai?");
    assert!(has(&shelf.window, "and 18 others"));
    shelf.window.get_by_label("Delete 21 assets").click();
    shelf.window.run();
    assert!(shelf.engine.next().is_none());
    shelf.window.get_by_label("Type 21 to confirm").focus();
    shelf.window.run();
    shelf.window.event(Event::Text("21".to_owned()));
    shelf.window.run();
    shelf.window.get_by_label("Delete 21 assets").click();
    shelf.window.run();
    assert!(matches!(
        shelf.engine.next(),
        Some(Command::DeleteAssets(ids)) if ids.len() == 21
    ));
}

#[test]
fn a_menu_higher_than_the_window_scrolls_to_what_has_the_focus() {
    let assets = (1..=40_i64).map(|number| AssetRecord {
        batch: Some(BatchId(number.unsigned_abs())),
        label: Some(format!("Batch {number}")),
        ..asset(number, "clip.mp4", number)
    });
    let mut shelf = Shelf::of(assets.collect(), Theme::Light, [1000.0, 480.0]);
    shelf.press("Batch: Any batch", Role::Button);
    let window = &mut shelf.window;
    let entry = |window: &Window, name: &str| {
        let found = window.get_by_role_and_label(Role::MenuItemRadio, name);
        found.rect()
    };
    assert!(entry(window, "Batch 40").top() > 480.0);
    window.key_press(Key::End);
    window.run();
    assert!(entry(window, "Batch 40").bottom() < 480.0);
    window.key_press(Key::Home);
    window.run();
    assert!(entry(window, "Any batch").top() > 0.0);
}

#[test]
fn days_are_offered_by_name_and_months_if_they_have_uploads() {
    let mut shelf = Shelf::full();
    shelf.press("Day: Any day", Role::Button);
    for name in ["Today", "Yesterday", "Last 7 days", "November 2025"] {
        assert!(has(&shelf.window, name), "{name}");
    }
    assert!(!has(&shelf.window, "October 2025"), "nothing was uploaded");
    shelf.press("November 2025", Role::MenuItemRadio);
    shelf.until_has("Day: November 2025");
    assert!(has(&shelf.window, "poster.png, Failed"));
}

#[test]
fn rows_say_their_note_and_the_account_that_is_not_in_use() {
    let mut shelf = Shelf::full();
    shelf.until_has("For the trailer, re_660727003963170002");
    assert!(!has(&shelf.window, "in another account"));
    let [first, second] = ["0123456789abcdef", "fedcba9876543210"].map(Account::from_fingerprint);
    let first = AccountInfo {
        account: first.clone(),
        last4: "aaaa".to_owned(),
        name: Some("Studio A".to_owned()),
        group: first,
    };
    let accounts = Accounts::new(vec![first], Some((second, "bbbb".to_owned())));
    shelf
        .engine
        .publish(|state| state.accounts = Arc::new(accounts));
    shelf.until_has("in another account: Studio A, re_660727003963170001");
}

#[test]
fn the_queues_keys_do_nothing_in_the_library() {
    let mut shelf = Shelf::full();
    shelf
        .engine
        .rows(vec![row(1, "new.mp4", Status::ReadyToUpload)]);
    shelf.window.run();
    let upload = |shelf: &mut Shelf| {
        shelf
            .window
            .key_press_modifiers(Modifiers::COMMAND, Key::Enter);
        shelf.window.run();
        shelf.engine.next()
    };
    assert!(upload(&mut shelf).is_none());
    shelf.press("Uploads", Role::Button);
    assert!(upload(&mut shelf).is_some());
}

#[test]
fn a_search_of_the_queue_that_finds_nothing_leads_to_the_library() {
    let mut shelf = Shelf::full();
    shelf
        .engine
        .rows(vec![row(1, "new.mp4", Status::ReadyToUpload)]);
    shelf.press("Uploads", Role::Button);
    shelf.search("A001");
    shelf.press("2 found in the Library", Role::Button);
    shelf.until_has("A001_C001 wide.mp4, Ready");
    shelf.until_gone("podcast.m4a, Ready");
}

#[test]
fn a_drop_leaves_the_library_without_a_stray_focus() {
    let mut shelf = Shelf::full();
    shelf.window.key_press_modifiers(Modifiers::COMMAND, Key::F);
    shelf.window.run();
    let has_focus = |shelf: &Shelf| shelf.window.ctx.memory(|memory| memory.focused().is_some());
    assert!(has_focus(&shelf), "the search field");
    let dropped = Arc::new(Drop("/media/new.mp4".into()));
    shelf.window.input_mut().dropped_files.push(dropped);
    shelf.window.run();
    assert!(matches!(shelf.engine.next(), Some(Command::Add(_))));
    assert!(!has_focus(&shelf), "the page is another one");
}

#[test]
fn a_list_that_is_dropped_is_shown_before_it_is_brought_in() {
    let mut shelf = Shelf::full();
    let drop_list = |shelf: &mut Shelf, name: &str, text: &str| {
        let path = shelf.dir.path().join(name);
        std::fs::write(&path, text).unwrap();
        let dropped = Arc::new(Drop(path));
        shelf.window.input_mut().dropped_files.push(dropped);
        shelf.window.run();
    };
    let known = asset(1, "", 0).asset_id;
    let list = format!("{known}\nre_900001\tfrom-a-list.mp4\nre_900002\nnone here\n");
    drop_list(&mut shelf, "ids.txt", &list);
    shelf.until_has("Bring in ids.txt?");
    assert!(has(&shelf.window, "2 new"));
    assert!(has(&shelf.window, "1 malformed"));
    assert!(has(&shelf.window, "Lines without a usable asset ID: 4."));
    shelf.window.get_by_label("Bring in").click();
    shelf.window.run();
    shelf.until_has("2 assets brought in.");
    shelf.until_has("from-a-list.mp4, ");
    assert!(has(&shelf.window, "Library 7"));
    let Some(Command::CheckAssets(AssetsToCheck::These(asked))) = shelf.engine.next() else {
        panic!("the new ones are not asked about");
    };
    assert_eq!(asked.len(), 2);

    drop_list(&mut shelf, "notes.csv", "a,b\n1,2\n");
    shelf.until_has("There are no asset IDs in the file.");
    assert!(shelf.engine.next().is_none(), "nothing was added to upload");
}

#[test]
fn a_copy_is_saved_and_the_listed_ones_tell_what_they_would_add() {
    let mut shelf = Shelf::full();
    shelf.press("Library menu", Role::Button);
    assert!(has(&shelf.window, "Save a copy of the Library…"));
    shelf.press("Restore from a copy…", Role::MenuItem);
    shelf.until_has(
        "There are no daily copies yet. The first is made a few seconds after the program starts.",
    );
    shelf.press("Close", Role::Button);

    // A copy from before two assets were removed.
    let dir = shelf.dir.path().to_owned();
    back_up(&dir, &dir.join(BACKUP_DIR)).unwrap();
    let gone: Vec<_> = assets()
        .into_iter()
        .take(2)
        .map(HistoryChange::RemoveAsset)
        .collect();
    shelf.commit(&gone);
    shelf.press("Library menu", Role::Button);
    shelf.press("Restore from a copy…", Role::MenuItem);
    shelf.until_has("Today: Restore…");
    shelf.press("Today: Restore…", Role::Button);
    shelf.until_has("Adds 2 assets. Nothing is overwritten.");
    shelf.press("Add to the Library", Role::Button);
    shelf.until_has("Added 2 assets to the Library");
    shelf.press("Library menu", Role::Button);
    shelf.press("Restore from a copy…", Role::MenuItem);
    shelf.until_has("Today: Restore…");
    shelf.press("Today: Restore…", Role::Button);
    shelf.until_has("The Library already has everything that is in this copy.");
    assert!(!has(&shelf.window, "Add to the Library"));
}
