//! The list by batches: headers, folding, their menu, and the files that were skipped.

use std::path::Path;
use std::sync::Arc;

use egui::accesskit::Role;
use egui::{Event, Key, Modifiers, Theme, Vec2};
use egui_kittest::kittest::{NodeT, Queryable};
use mavi_uploader::app::command::Page;
use mavi_uploader::engine::Command;
use mavi_uploader::model::batch::{Batch, BatchId, SkippedFile, SkippedFiles, SkippedKind};
use mavi_uploader::model::snapshot::{ItemId, Row, Status};

use crate::window::{
    FakeEngine, Window, builder, copied, has, open, open_with, ready, row, uploading, with_key,
};

pub const SKIPPED: [(&str, SkippedKind); 5] = [
    ("/cards/A/A001_C002.R3D", SkippedKind::CameraOriginal),
    ("/cards/A/A001_C003.R3D", SkippedKind::CameraOriginal),
    ("/cards/B/0001.MXF", SkippedKind::CameraOriginal),
    ("/cards/stills/portrait.heic", SkippedKind::Photo),
    ("/cards/call sheet.pdf", SkippedKind::Document),
];

pub fn batch(id: u64, label: &str, skipped: &[(&str, SkippedKind)]) -> Arc<Batch> {
    let files = skipped.iter().map(|(path, kind)| SkippedFile {
        path: (*path).into(),
        kind: *kind,
    });
    Arc::new(Batch {
        id: BatchId(id),
        label: label.to_owned(),
        note: None,
        created_at_ms: 0,
        skipped: Arc::new(SkippedFiles {
            named: files.collect(),
            unnamed: Default::default(),
            other_files: 12 * u64::from(!skipped.is_empty()),
        }),
    })
}

pub fn of(batch: u64, rows: Vec<Row>) -> impl Iterator<Item = Row> {
    let batch = Some(BatchId(batch));
    rows.into_iter().map(move |row| Row { batch, ..row })
}

/// A shoot, of which some files were skipped, and a day without a folder.
fn two_batches() -> (FakeEngine, Window) {
    let shoot = vec![
        ready(1, "one.mp4", "re_1"),
        uploading(2, "two.mp4", 206_000_000),
        row(3, "three.mp4", Status::Queued),
    ];
    let day = vec![ready(4, "four.mp4", "re_4"), ready(5, "five.mp4", "re_5")];
    over(
        vec![
            batch(1, "Shoot_2026-11-28", &SKIPPED),
            batch(2, "2026-11-30 09:12", &[]),
        ],
        of(1, shoot).chain(of(2, day)).collect(),
    )
}

fn over(batches: Vec<Arc<Batch>>, rows: Vec<Row>) -> (FakeEngine, Window) {
    let (mut engine, handle) = FakeEngine::new(with_key());
    let mut window = open(handle);
    assert!(matches!(engine.next(), Some(Command::NoKey)));
    engine.publish(|state| {
        state.batches = Arc::new(batches);
        state.rows = Arc::new(rows.into_iter().map(Arc::new).collect());
    });
    window.run();
    (engine, window)
}

const SHOOT: &str = "Shoot_2026-11-28, 1 of 3 ready, 5 skipped, expanded";

#[test]
fn each_batch_has_a_header_that_folds_and_unfolds() {
    let (_engine, mut window) = two_batches();
    let header = window.get_by_role_and_label(Role::ListItem, SHOOT);
    let first = window.get_by_label_contains("one.mp4, Ready");
    let day = window.get_by_label("2026-11-30 09:12, Done: 2 files ready, expanded");
    assert!(header.rect().bottom() <= first.rect().top());
    assert!(
        window
            .get_by_label_contains("three.mp4, Queued")
            .rect()
            .bottom()
            <= day.rect().top()
    );
    let at = day.rect();
    header.click();
    window.run();
    assert!(!has(&window, "one.mp4") && has(&window, "four.mp4"));
    let day = window.get_by_label("2026-11-30 09:12, Done: 2 files ready, expanded");
    assert!(day.rect().top() < at.top(), "it comes up");
    window
        .get_by_label("Shoot_2026-11-28, 1 of 3 ready, 5 skipped, collapsed")
        .click();
    window.run();
    assert!(has(&window, "one.mp4, Ready"));
}

#[test]
fn one_batch_alone_has_a_header_only_if_files_were_skipped() {
    let rows = || of(1, vec![ready(1, "one.mp4", "re_1")]).collect();
    let (mut engine, mut window) = over(vec![batch(1, "Shoot", &[])], rows());
    assert!(!has(&window, "Shoot"));
    engine.publish(|state| state.batches = Arc::new(vec![batch(1, "Shoot", &SKIPPED)]));
    window.run();
    assert!(has(
        &window,
        "Shoot, Done: 1 file ready, 5 skipped, expanded"
    ));
}

#[test]
fn a_folder_of_which_everything_was_skipped_is_shown_and_says_so() {
    let (mut engine, mut window) = over(vec![batch(1, "Shoot", &SKIPPED)], vec![]);
    window.get_by_role_and_label(Role::ListItem, "Shoot, 5 skipped");
    window.get_by_label("More: Shoot").click();
    window.run();
    assert_eq!(menu(&window), ["Rename…", "Skipped files…", "Remove"]);
    choose(&mut window, "Remove");
    assert!(matches!(
        engine.next(),
        Some(Command::RemoveBatch(BatchId(1)))
    ));
    window.get_by_label("5 skipped: Shoot").click();
    window.run();
    assert!(has(&window, "portrait.heic"));
}

#[test]
fn the_keyboard_goes_over_headers_and_folds_them() {
    let (_engine, mut window) = two_batches();
    let press = |window: &mut Window, key| {
        window.key_press(key);
        window.run();
    };
    press(&mut window, Key::ArrowDown);
    assert!(window.get_by_label(SHOOT).is_focused());
    press(&mut window, Key::ArrowLeft);
    assert!(!has(&window, "one.mp4"));
    let folded = "Shoot_2026-11-28, 1 of 3 ready, 5 skipped, collapsed";
    assert!(window.get_by_label(folded).is_focused());
    press(&mut window, Key::ArrowDown);
    let day = "2026-11-30 09:12, Done: 2 files ready, expanded";
    assert!(window.get_by_label(day).is_focused());
    press(&mut window, Key::ArrowUp);
    press(&mut window, Key::ArrowRight);
    assert!(window.get_by_label(SHOOT).is_focused());
    assert!(has(&window, "one.mp4"));
    for folds in [true, false] {
        press(&mut window, Key::Enter);
        assert_eq!(has(&window, "one.mp4"), !folds);
        press(&mut window, Key::Space);
        press(&mut window, Key::Space);
        assert_eq!(has(&window, "one.mp4"), !folds);
    }
    press(&mut window, Key::ArrowDown);
    assert!(window.get_by_label_contains("one.mp4, Ready").is_focused());
    assert!(has(&window, "1 selected"));
}

#[test]
fn a_focused_row_gives_the_focus_to_the_header_that_hides_it() {
    let (_engine, mut window) = two_batches();
    for _ in 0..3 {
        window.key_press(Key::ArrowDown);
        window.run();
    }
    assert!(
        window
            .get_by_label_contains("two.mp4, Uploading")
            .is_focused()
    );
    // As a screen reader does.
    window.get_by_label(SHOOT).click_accesskit();
    window.run();
    window.run();
    let folded = "Shoot_2026-11-28, 1 of 3 ready, 5 skipped, collapsed";
    assert!(window.get_by_label(folded).is_focused());
}

fn menu(window: &Window) -> Vec<String> {
    let items = window.query_all_by_role(Role::MenuItem);
    items
        .filter_map(|item| item.accesskit_node().label())
        .collect()
}

fn choose(window: &mut Window, item: &str) {
    window.get_by_role_and_label(Role::MenuItem, item).click();
    window.run();
}

fn open_menu(window: &mut Window) {
    window.get_by_label("More: Shoot_2026-11-28").click();
    window.run();
}

#[test]
fn the_menu_of_a_batch_acts_on_all_its_rows() {
    let (mut engine, mut window) = two_batches();
    // Also on those that a chip hides.
    window.get_by_label("Ready 3").click();
    window.run();
    open_menu(&mut window);
    assert_eq!(
        menu(&window),
        [
            "Copy IDs",
            "Copy as…",
            "Export…",
            "Save report…",
            "Pause",
            "Select its files",
            "Show in Library",
            "Rename…",
            "Skipped files…",
            "Remove",
            "Delete from memories.ai…"
        ]
    );
    window
        .get_by_role_and_label(Role::MenuItem, "Copy IDs")
        .click();
    window.step();
    assert_eq!(copied(&window), ["re_1"]);
    window.run();
    open_menu(&mut window);
    choose(&mut window, "Pause");
    assert!(
        matches!(engine.next(), Some(Command::PauseItems(ids)) if ids == [ItemId(2), ItemId(3)])
            || has(&window, "Pause 2 uploads?")
    );
}

#[test]
fn a_batch_is_copied_in_another_form_from_a_menu_in_its_menu() {
    let (_engine, mut window) = two_batches();
    window.get_by_label("More: 2026-11-30 09:12").click();
    window.run();
    choose(&mut window, "Copy as…");
    assert_eq!(menu(&window)[..2], ["IDs, one a line", "IDs with commas"]);
    window
        .get_by_role_and_label(Role::MenuItem, "IDs with commas")
        .click();
    window.step();
    assert_eq!(copied(&window), ["re_4, re_5"]);
    window.run();
    assert_eq!(menu(&window), Vec::<String>::new());
    window.get_by_label("More: 2026-11-30 09:12").click();
    window.run();
    assert_eq!(menu(&window)[0], "Copy IDs", "it begins anew");
    choose(&mut window, "Export…");
    window.key_press(Key::ArrowLeft);
    window.run();
    assert_eq!(menu(&window)[0], "Copy IDs");
}

#[test]
fn a_batch_that_is_done_hands_its_ids_on_from_its_header() {
    let (mut engine, mut window) = two_batches();
    let day = "2026-11-30 09:12, Done: 2 files ready, expanded";
    let header = window.get_by_label(day).rect();
    let shoot = window.get_by_label(SHOOT).rect();
    assert_eq!(header.height(), shoot.height(), "as high as before its end");
    window.get_by_label("Copy 2 IDs: 2026-11-30 09:12").click();
    window.step();
    assert_eq!(copied(&window), ["re_4\nre_5"]);
    window.run();
    assert!(has(&window, "Save report…: 2026-11-30 09:12"));
    assert!(!has(&window, "Copy 1 ID: Shoot_2026-11-28"), "not done yet");
    engine.publish(|state| {
        let done = vec![
            ready(1, "one.mp4", "re_1"),
            ready(2, "two.mp4", "re_2"),
            row(3, "three.mp4", Status::Cancelled),
        ];
        let rows: Vec<_> = state.rows[3..].to_vec();
        let done = of(1, done).map(Arc::new);
        state.rows = Arc::new(done.chain(rows).collect());
    });
    window.run();
    let done = "Shoot_2026-11-28, Done: 2 files ready, 1 cancelled, 5 skipped, expanded";
    assert_eq!(window.get_by_label(done).rect(), shoot);
    assert_eq!(window.get_by_label(day).rect(), header, "nothing moved");
    window
        .get_by_label("Show in Library: Shoot_2026-11-28")
        .click();
    window.run();
    assert!(!has(&window, done), "the Library is shown");
}

#[test]
fn the_only_batch_hands_its_ids_on_from_the_foot() {
    let rows = of(
        1,
        vec![ready(1, "one.mp4", "re_1"), uploading(2, "two.mp4", 1)],
    );
    let (mut engine, mut window) = over(vec![batch(1, "Day", &[])], rows.collect());
    assert!(!has(&window, "Copy 1 ID"));
    let first = window.get_by_label_contains("one.mp4, Ready").rect();
    engine.publish(|state| {
        let done = of(
            1,
            vec![ready(1, "one.mp4", "re_1"), ready(2, "two.mp4", "re_2")],
        );
        state.rows = Arc::new(done.map(Arc::new).collect());
    });
    window.run();
    assert_eq!(
        window.get_by_label_contains("one.mp4, Ready").rect(),
        first,
        "nothing moved"
    );
    assert!(window.get_by_label("Copy 2 IDs").rect().top() > 600.0);
    window.get_by_label("Copy 2 IDs").click();
    window.step();
    assert_eq!(copied(&window), ["re_1\nre_2"]);
}

#[test]
fn two_buttons_of_the_foot_can_be_pressed_one_right_after_the_other() {
    let (mut engine, handle) = FakeEngine::new(with_key());
    let quick = builder(Theme::Light).with_step_dt(0.05);
    let mut window = open_with(quick, handle, |_| {});
    engine.publish(|state| {
        state.batches = Arc::new(vec![batch(1, "Day", &[])]);
        let rows = of(1, vec![ready(1, "one.mp4", "re_1")]);
        state.rows = Arc::new(rows.map(Arc::new).collect());
    });
    window.run();
    window.get_by_label("Copy 1 ID").click_accesskit();
    window.step();
    window.get_by_label("Show in Library").click_accesskit();
    window.step();
    window.step();
    assert!(!has(&window, "Show in Library"), "the Library is shown");
}

#[test]
fn from_a_row_the_keyboard_goes_to_its_header_and_renames_its_batch() {
    let (_engine, mut window) = two_batches();
    for key in [Key::ArrowDown, Key::ArrowDown, Key::ArrowLeft] {
        window.key_press(key);
        window.run();
        window.run();
    }
    assert!(window.get_by_label(SHOOT).is_focused());
    assert!(has(&window, "one.mp4"), "it is still open");
    for keys in [&[Key::F2][..], &[Key::ArrowDown, Key::F2]] {
        for key in keys {
            window.key_press(*key);
            window.run();
            window.run();
        }
        let name = window.get_by_role_and_label(Role::TextInput, "Name");
        assert_eq!(name.value().as_deref(), Some("Shoot_2026-11-28"));
        window.key_press(Key::Escape);
        window.run();
        window.run();
    }
}

#[test]
fn a_batch_is_shown_in_the_library() {
    let (_engine, mut window) = two_batches();
    open_menu(&mut window);
    choose(&mut window, "Show in Library");
    let app = window.state().as_ref().unwrap().app();
    assert_eq!(app.page(), Page::Library);
    assert_eq!(app.library().filters().batch, Some(BatchId(1)));
}

#[test]
fn the_menu_of_the_focused_header_opens_by_keyboard() {
    let (_engine, mut window) = two_batches();
    window.key_press(Key::ArrowDown);
    window.run();
    window.key_press_modifiers(Modifiers::SHIFT, Key::F10);
    window.run();
    window.run();
    assert!(
        window
            .get_by_role_and_label(Role::MenuItem, "Copy IDs")
            .is_focused()
    );
    window.key_press(Key::Escape);
    window.run();
    window.run();
    assert!(window.get_by_label(SHOOT).is_focused());
}

#[test]
fn a_batch_is_selected_whole() {
    let (_engine, mut window) = two_batches();
    open_menu(&mut window);
    choose(&mut window, "Select its files");
    assert!(has(&window, "3 selected"));
    window.get_by_label(SHOOT).click();
    window.run();
    assert!(!has(&window, "selected"), "what is hidden is not selected");
}

#[test]
fn a_batch_gets_another_name_and_a_note() {
    let (mut engine, mut window) = two_batches();
    open_menu(&mut window);
    choose(&mut window, "Rename…");
    window.run();
    let name = window.get_by_role_and_label(Role::TextInput, "Name");
    assert_eq!(name.value().as_deref(), Some("Shoot_2026-11-28"));
    name.focus();
    window.run();
    window.key_press_modifiers(Modifiers::COMMAND, Key::A);
    window.run();
    window.event(Event::Text("  Opening day ".to_owned()));
    window.run();
    window
        .get_by_role_and_label(Role::MultilineTextInput, "Note")
        .focus();
    window.run();
    window.event(Event::Text("Cards A and B".to_owned()));
    window.run();
    window.get_by_label("Save").click();
    window.run();
    match engine.next() {
        Some(Command::EditBatch { batch, label, note }) => {
            assert_eq!(batch, BatchId(1));
            assert_eq!(label, "Opening day");
            assert_eq!(note.as_deref(), Some("Cards A and B"));
        }
        other => panic!("it was not renamed: {other:?}"),
    }
    assert!(window.query_by_label("Save").is_none());
}

#[test]
fn a_batch_cannot_be_left_without_a_name() {
    let (mut engine, mut window) = two_batches();
    open_menu(&mut window);
    choose(&mut window, "Rename…");
    window
        .get_by_role_and_label(Role::TextInput, "Name")
        .focus();
    window.run();
    window.key_press_modifiers(Modifiers::COMMAND, Key::A);
    window.run();
    window.event(Event::Text(" ".to_owned()));
    window.run();
    window.get_by_label("Save").click();
    window.run();
    assert!(engine.next().is_none());
    window.get_by_label("Save");
}

#[test]
fn skipped_files_are_named_by_kind_with_what_to_do() {
    let (_engine, mut window) = two_batches();
    window.get_by_label("5 skipped: Shoot_2026-11-28").click();
    window.run();
    for said in [
        "Skipped files in “Shoot_2026-11-28”",
        "Not uploaded: 3 camera originals (MXF, R3D), 1 photo (HEIC), 1 document (PDF).",
        "A001_C002.R3D",
        "/cards/stills",
        "Export them as MP4 or MOV in your editing program, then add those.",
        "And 12 other files, such as system files and sidecars.",
    ] {
        assert!(has(&window, said), "{said}");
    }
    window.get_by_label("Copy list").click();
    window.step();
    let list = copied(&window).pop().unwrap();
    let path = Path::new("/cards/B").join("0001.MXF");
    assert!(list.contains(&format!("\n{}\n", path.display())), "{list}");
    window.run();
    window.get_by_label("Close").click();
    window.run();
    assert!(!has(&window, "A001_C002.R3D"));
}

#[test]
fn ten_thousand_skipped_files_are_drawn_as_far_as_they_are_in_view() {
    let paths: Vec<String> = (0..10_000).map(|n| format!("/card/clip-{n}.R3D")).collect();
    let files: Vec<_> = paths
        .iter()
        .map(|path| (path.as_str(), SkippedKind::CameraOriginal))
        .collect();
    let rows = of(1, vec![ready(1, "one.mp4", "re_1")]).collect();
    let (_engine, mut window) = over(vec![batch(1, "Shoot", &files)], rows);
    window.get_by_label("10,000 skipped: Shoot").click();
    window.run();
    assert!(has(&window, "clip-0.R3D"));
    let drawn = |window: &Window| window.query_all_by_label_contains("clip-").count();
    assert!(drawn(&window) < 40);
    window.key_press(Key::End);
    window.run();
    assert!(has(&window, "clip-9999.R3D") && !has(&window, "clip-0.R3D"));
    assert!(drawn(&window) < 40);
}

#[test]
fn the_header_of_the_rows_in_view_stays_in_sight() {
    let rows = (0..40).map(|id| row(id, &format!("clip-{id}.mp4"), Status::Queued));
    let second = vec![row(100, "last.mp4", Status::Queued)];
    let (_engine, mut window) = over(
        vec![batch(1, "First", &[]), batch(2, "Second", &[])],
        of(1, rows.collect()).chain(of(2, second)).collect(),
    );
    let top = window
        .get_by_label_contains("First, 0 of 40 ready")
        .rect()
        .top();
    let scroll = |window: &mut Window, points: f32| {
        window.event(Event::PointerMoved(egui::pos2(500.0, 400.0)));
        window.event(Event::MouseWheel {
            unit: egui::MouseWheelUnit::Point,
            delta: Vec2::new(0.0, -points),
            phase: egui::TouchPhase::Move,
            source: egui::MouseWheelSource::Wheel,
            modifiers: Modifiers::NONE,
        });
        window.run();
        window.run();
    };
    scroll(&mut window, 600.0);
    assert!(!has(&window, "clip-0.mp4"));
    let header = window.get_by_label_contains("First, 0 of 40 ready").rect();
    assert!((header.top() - top).abs() < 1.0, "{header}");
    // Rows are not pressed through it.
    window.get_by_label_contains("First, 0 of 40 ready").click();
    window.run();
    assert!(!has(&window, "selected"));
    assert!(has(&window, "First, 0 of 40 ready, collapsed"));
    assert!(has(&window, "last.mp4"));
}
