//! The window worked by keyboard, and the menus of rows.

use egui::accesskit::Role;
use egui::{Key, Modifiers};
use egui_kittest::kittest::{self, NodeT, Queryable};
use mavi_uploader::engine::Command;
use mavi_uploader::model::snapshot::{ItemId, Status};

use crate::window::{FakeEngine, Window, has, mixed, open, over, ready, row, with_key};

#[test]
fn the_keyboard_goes_through_the_window_as_it_is_read() {
    let (_engine, mut window) = over(vec![
        ready(1, "one.mp4", "re_1"),
        row(2, "two.mp4", Status::Queued),
    ]);
    let mut stops = Vec::new();
    loop {
        window.key_press(Key::Tab);
        window.run();
        let by = kittest::By::new().predicate(|node| node.is_focused() && !node.is_hidden());
        let name = window
            .query_all(by)
            .next()
            .and_then(|node| node.accesskit_node().label());
        let Some(name) = name.filter(|name| stops.first() != Some(name)) else {
            break;
        };
        stops.push(name);
    }
    assert_eq!(
        stops,
        [
            "Uploads 2",
            "Library",
            "Key …cdef",
            "Keyboard shortcuts",
            "Colours",
            "Settings",
            "Choose files…",
            "Choose folder…",
            "Formats",
            "Select all",
            "All 2",
            "Waiting 1",
            "Ready 1",
            "Search",
            "Sort",
            "one.mp4, Ready, 412 MB",
            "Copy: one.mp4",
            "More: one.mp4",
            "Clear finished",
            "Pause",
        ]
    );
}

#[test]
fn a_row_is_worked_by_its_menu_with_either_button_and_by_keyboard() {
    let (mut engine, mut window) = over(mixed());
    let first = || Command::SendFirst(vec![ItemId(3)]);
    window
        .get_by_label_contains("three.mp4, Queued")
        .click_secondary();
    window.run();
    assert!(has(&window, "1 selected"), "one sees what it is for");
    window
        .get_by_role_and_label(Role::MenuItem, "Send first")
        .click();
    window.run();
    assert_eq!(
        format!("{:?}", engine.next().unwrap()),
        format!("{:?}", first())
    );
    window.get_by_label("More: three.mp4").click();
    window.run();
    let menu = |window: &Window| -> Vec<String> {
        let items = window.query_all_by_role(Role::MenuItem);
        items
            .filter_map(|item| item.accesskit_node().label())
            .collect()
    };
    assert_eq!(
        menu(&window),
        ["Pause", "Send first", "Show file", "Cancel"]
    );
    window.key_press(Key::Escape);
    window.run();
    assert_eq!(menu(&window), Vec::<String>::new());
    // The row that was clicked is where the keyboard comes in.
    window.get_by_label("More: three.mp4").focus();
    window.run();
    window.key_press(Key::Enter);
    window.run();
    window.run();
    let pause = window.get_by_role_and_label(Role::MenuItem, "Pause");
    assert!(pause.is_focused());
    window.key_press(Key::Tab);
    window.run();
    window.key_press(Key::Enter);
    window.run();
    assert!(matches!(engine.next(), Some(Command::SendFirst(ids)) if ids == [ItemId(3)]));
}

#[test]
fn the_keyboard_walks_selects_and_lets_go() {
    let rows = (0..40).map(|id| row(id, &format!("clip-{id}.mp4"), Status::Queued));
    let (_engine, mut window) = over(rows.collect());
    window.key_press(Key::ArrowDown);
    window.run();
    assert!(
        window
            .get_by_label_contains("clip-0.mp4, Queued")
            .is_focused()
    );
    window.key_press_modifiers(Modifiers::SHIFT, Key::ArrowDown);
    window.run();
    window.key_press_modifiers(Modifiers::SHIFT, Key::ArrowDown);
    window.run();
    assert!(has(&window, "3 selected"));
    assert!(
        window
            .get_by_label_contains("clip-2.mp4, Queued")
            .is_focused()
    );
    window.key_press(Key::Space);
    window.run();
    assert!(has(&window, "2 selected"));
    window.key_press(Key::End);
    window.run();
    assert!(
        window
            .get_by_label_contains("clip-39.mp4, Queued")
            .is_focused()
    );
    assert!(has(&window, "1 selected"));
    window.key_press(Key::PageUp);
    window.run();
    window.key_press_modifiers(Modifiers::SHIFT, Key::Home);
    window.run();
    assert!(
        window
            .get_by_label_contains("clip-0.mp4, Queued")
            .is_focused()
    );
    assert!(!has(&window, "40 selected") && !has(&window, "1 selected"));
    window.key_press(Key::Escape);
    window.run();
    assert!(!has(&window, "selected"));
}

#[test]
fn what_the_keyboard_does_is_listed() {
    let (_engine, mut window) = over(mixed());
    window.key_press(Key::F1);
    window.run();
    for label in [
        "Files",
        "Choose files…",
        "Upload",
        "Select all",
        "The last file",
        "Undo",
    ] {
        assert!(window.query_all_by_label(label).next().is_some(), "{label}");
    }
    assert!(has(&window, "Page Down"));
    window.key_press(Key::Escape);
    window.run();
    assert!(!has(&window, "Page Down"));
}

#[test]
fn everything_that_is_ready_is_uploaded_by_keyboard() {
    let (mut engine, handle) = FakeEngine::new(with_key());
    let mut window = open(handle);
    assert!(matches!(engine.next(), Some(Command::NoKey)));
    window.key_press_modifiers(Modifiers::COMMAND, Key::Enter);
    window.run();
    assert!(engine.next().is_none(), "there is nothing to upload");
    engine.rows(vec![row(1, "clip.mp4", Status::ReadyToUpload)]);
    window.run();
    window.key_press_modifiers(Modifiers::COMMAND, Key::Enter);
    window.run();
    assert!(matches!(engine.next(), Some(Command::Start)));
}

#[test]
fn a_rows_button_is_pressed_with_the_keyboard() {
    let (mut engine, handle) = FakeEngine::new(with_key());
    let mut window = open(handle);
    assert!(matches!(engine.next(), Some(Command::NoKey)));
    engine.rows(vec![row(1, "one.mp4", Status::Queued)]);
    window.run();
    window.get_by_label("Pause: one.mp4").focus();
    window.run();
    assert!(window.get_by_label("Pause: one.mp4").is_focused());
    window.key_press(Key::Enter);
    window.run();
    assert!(matches!(engine.next(), Some(Command::PauseItems(_))));
}

#[test]
fn the_keyboard_reaches_rows_that_are_out_of_sight_and_their_buttons() {
    let (mut engine, handle) = FakeEngine::new(with_key());
    let mut window = open(handle);
    let rows = (0..40).map(|id| row(id, &format!("clip-{id}.mp4"), Status::Queued));
    engine.rows(rows.collect());
    window.run();
    assert!(!has(&window, "clip-39.mp4"));
    window.key_press(Key::End);
    window.run();
    // From its row on: the way through all others would be long.
    for label in [
        "Pause: clip-39.mp4",
        "Cancel: clip-39.mp4",
        "More: clip-39.mp4",
    ] {
        window.key_press(Key::Tab);
        window.run();
        assert!(window.get_by_label(label).is_focused(), "{label}");
    }
    window.key_press(Key::Tab);
    window.run();
    assert!(window.get_by_label("Pause").is_focused());
    window.key_press_modifiers(Modifiers::SHIFT, Key::Tab);
    window.run();
    assert!(window.get_by_label("More: clip-39.mp4").is_focused());
}
