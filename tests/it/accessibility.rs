//! What a screen reader finds in the window, and where the keyboard is when what it was in
//! has gone.

use std::path::Path;

use egui::accesskit::{Live, Role};
use egui::{Key, Modifiers};
use egui_kittest::kittest::{self, NodeT, Queryable};
use mavi_uploader::engine::Command;
use mavi_uploader::model::snapshot::{ItemId, Row, Status};

use crate::window::{
    FakeEngine, Window, has, mixed, open, over, ready, row, uploading, without_key,
};

/// The name of what has the keyboard.
fn focus(window: &Window) -> String {
    let by = kittest::By::new().predicate(|node| node.is_focused() && !node.is_hidden());
    let node = window.query_all(by).next();
    let name = node.and_then(|node| node.accesskit_node().label());
    name.unwrap_or_default()
}

fn press(window: &mut Window, key: Key) {
    window.key_press(key);
    window.run();
}

/// The name of the list item that something with this name is found in.
fn row_of(window: &Window, name: &str) -> Option<String> {
    let mut at = window.get_by_label(name).accesskit_node().parent();
    while let Some(node) = at {
        if node.role() == Role::ListItem {
            return node.label();
        }
        at = node.parent();
    }
    None
}

fn queued(names: std::ops::Range<u64>) -> Vec<Row> {
    let names = names.map(|id| row(id, &format!("clip-{id}.mp4"), Status::Queued));
    names.collect()
}

#[test]
fn a_row_says_which_of_how_many_it_is_although_few_are_drawn() {
    let (_engine, mut window) = over(queued(0..400));
    let list = window.get_by_role_and_label(Role::List, "Files");
    assert_eq!(list.accesskit_node().size_of_set(), Some(400));
    let drawn = window.query_all_by_role(Role::ListItem).count();
    assert!(drawn < 40, "{drawn}");
    press(&mut window, Key::End);
    let last = window.get_by_label_contains("clip-399.mp4, Queued");
    assert_eq!(last.accesskit_node().position_in_set(), Some(399));
    let around = last.accesskit_node().parent();
    let mut around = around.as_ref().map(|node| (node.role(), node.parent()));
    while let Some((role, parent)) = &around {
        if *role == Role::List {
            return;
        }
        around = parent.as_ref().map(|node| (node.role(), node.parent()));
    }
    panic!("it is in no list");
}

#[test]
fn what_belongs_to_a_row_is_found_in_it() {
    let (_engine, window) = over(vec![uploading(1, "one.mp4", 5), uploading(2, "two.mp4", 5)]);
    for name in [
        "Select two.mp4",
        "Progress: two.mp4",
        "Pause: two.mp4",
        "More: two.mp4",
    ] {
        let row = row_of(&window, name).unwrap_or_default();
        assert!(row.starts_with("two.mp4, Uploading"), "{name} in {row:?}");
    }
}

#[test]
fn what_is_done_with_one_of_two_files_of_a_name_is_called_by_its_folder_too() {
    let of = |id, folder: &str| Row {
        path: Path::new("/media").join(folder).join("clip.mp4"),
        ..uploading(id, "clip.mp4", 5)
    };
    let (_engine, window) = over(vec![of(1, "A"), of(2, "B"), uploading(3, "other.mp4", 5)]);
    for name in [
        "Pause: clip.mp4, in A",
        "Pause: clip.mp4, in B",
        "More: clip.mp4, in B",
        "Select clip.mp4, in A",
        "Progress: clip.mp4, in A",
        "Pause: other.mp4",
    ] {
        window.get_by_label(name);
    }
}

#[test]
fn how_far_an_upload_is_can_be_asked_for_as_a_number_and_is_told_by_nobody() {
    let (_engine, window) = over(vec![
        uploading(1, "moving.mp4", 260_000_000),
        row(2, "waits.mp4", Status::Queued),
    ]);
    let bar = window.get_by_role_and_label(Role::ProgressIndicator, "Progress: moving.mp4");
    let bar = bar.accesskit_node();
    assert_eq!(bar.numeric_value(), Some(63.0));
    let ends = (bar.min_numeric_value(), bar.max_numeric_value());
    assert_eq!(ends, (Some(0.0), Some(100.0)));
    assert!(bar.description().unwrap().starts_with("260 of 412 MB"));
    assert_eq!(bar.live(), Live::Off);
    assert_eq!(window.query_all_by_role(Role::ProgressIndicator).count(), 1);
}

#[test]
fn the_row_that_the_keyboard_is_in_is_not_told_again_with_each_percent() {
    let at = |sent: u64| {
        vec![
            uploading(1, "here.mp4", sent * 4_120_000),
            uploading(2, "there.mp4", sent * 4_120_000),
        ]
    };
    let (mut engine, mut window) = over(at(30));
    press(&mut window, Key::ArrowDown);
    let mut told = Vec::new();
    for percent in 30..=60 {
        engine.rows(at(percent));
        window.run();
        if told.last() != Some(&focus(&window)) {
            told.push(focus(&window));
        }
        let other = format!("there.mp4, Uploading, {percent} %");
        assert!(has(&window, &other), "{other}");
    }
    let begins = |at: usize| told[at].split(" %").next().unwrap().to_owned();
    assert_eq!(told.len(), 2, "{told:?}");
    assert_eq!(begins(0), "here.mp4, Uploading, 30");
    assert_eq!(begins(1), "here.mp4, Uploading, 50");
    engine.rows(vec![row(1, "here.mp4", Status::Paused), at(61).remove(1)]);
    window.run();
    assert!(focus(&window).starts_with("here.mp4, Paused"));
    // Who comes back hears how far it is now.
    engine.rows(at(61));
    window.run();
    press(&mut window, Key::ArrowDown);
    engine.rows(at(70));
    window.run();
    press(&mut window, Key::ArrowUp);
    assert!(focus(&window).starts_with("here.mp4, Uploading, 70 %"));
}

#[test]
fn the_keyboard_stays_beside_a_chip_that_goes() {
    let (mut engine, mut window) = over(mixed());
    window.get_by_label("Waiting 1").focus();
    window.run();
    assert_eq!(focus(&window), "Waiting 1");
    engine.rows(vec![
        ready(1, "one.mp4", "re_1"),
        uploading(2, "two.mp4", 5),
        ready(3, "three.mp4", "re_3"),
    ]);
    window.run();
    assert_eq!(focus(&window), "Uploading 1");
    press(&mut window, Key::Tab);
    assert_eq!(focus(&window), "Ready 2");
}

#[test]
fn the_keyboard_goes_to_the_row_that_comes_in_place_of_one_that_goes() {
    let (mut engine, mut window) = over(queued(0..40));
    press(&mut window, Key::End);
    for _ in 0..3 {
        press(&mut window, Key::ArrowUp);
    }
    assert!(focus(&window).starts_with("clip-36.mp4"));
    let mut rows = queued(0..40);
    rows.remove(36);
    engine.rows(rows);
    window.run();
    assert!(
        focus(&window).starts_with("clip-37.mp4"),
        "{}",
        focus(&window)
    );
    // From a button of the last one.
    press(&mut window, Key::End);
    press(&mut window, Key::Tab);
    assert_eq!(focus(&window), "Pause: clip-39.mp4");
    engine.rows(queued(0..30));
    window.run();
    assert!(
        focus(&window).starts_with("clip-29.mp4"),
        "{}",
        focus(&window)
    );
}

#[test]
fn a_button_that_another_takes_the_place_of_hands_it_the_keyboard() {
    let (mut engine, mut window) = over(vec![uploading(1, "one.mp4", 5)]);
    window.get_by_label("Pause: one.mp4").focus();
    window.run();
    engine.rows(vec![row(1, "one.mp4", Status::Paused)]);
    window.run();
    assert_eq!(focus(&window), "Resume: one.mp4");
    engine.rows(vec![row(1, "one.mp4", Status::Finishing)]);
    window.run();
    assert!(
        focus(&window).starts_with("one.mp4, Finishing"),
        "none that does something else: {}",
        focus(&window)
    );
    window.get_by_label("Pause").focus();
    window.run();
    engine.publish(|state| state.paused = true);
    window.run();
    assert_eq!(focus(&window), "Resume");
}

#[test]
fn a_button_that_moves_with_what_is_around_it_keeps_the_keyboard() {
    let (mut engine, mut window) = over(Vec::new());
    window.get_by_label("Choose folder…").focus();
    window.run();
    engine.rows(vec![row(1, "one.mp4", Status::Queued)]);
    window.run();
    assert_eq!(focus(&window), "Choose folder…");
    window.get_by_label("Pause").focus();
    window.run();
    engine.rows(vec![
        row(1, "one.mp4", Status::Queued),
        ready(2, "two.mp4", "re_2"),
    ]);
    window.run();
    window.get_by_label("Clear finished");
    assert_eq!(focus(&window), "Pause");
}

#[test]
fn a_row_keeps_the_keyboard_when_it_is_scrolled_out_of_sight() {
    let (_engine, mut window) = over(queued(0..400));
    press(&mut window, Key::ArrowDown);
    window.hover_at(
        window
            .get_by_label_contains("clip-3.mp4, Q")
            .rect()
            .center(),
    );
    window.event(egui::Event::MouseWheel {
        unit: egui::MouseWheelUnit::Line,
        delta: egui::vec2(0.0, -200.0),
        phase: egui::TouchPhase::Move,
        source: egui::MouseWheelSource::Wheel,
        modifiers: Modifiers::NONE,
    });
    window.run_steps(40);
    assert!(!has(&window, "clip-1.mp4"), "it is scrolled");
    assert!(focus(&window).starts_with("clip-0.mp4"));
    press(&mut window, Key::Tab);
    assert_eq!(focus(&window), "Pause: clip-0.mp4");
    assert!(has(&window, "clip-1.mp4"), "it came into sight again");
}

#[test]
fn a_dialog_has_the_keyboard_and_gives_it_back() {
    let (_engine, mut window) = over(mixed());
    for (opens, first) in [
        ("Keyboard shortcuts", "Close"),
        ("Formats", "Close"),
        ("Settings", "Colours: As the system"),
        ("Key …cdef", ""),
        ("Details: four.mp4", "Copy details"),
    ] {
        if opens.starts_with("Details") {
            window.get_by_label_contains("four.mp4, Failed").click();
            window.run();
        }
        window.get_by_label(opens).focus();
        window.run();
        press(&mut window, Key::Enter);
        let dialog = window.get_by_role(Role::Dialog);
        let dialog = dialog.accesskit_node();
        assert!(dialog.is_modal());
        assert_ne!(dialog.label().unwrap_or_default(), "", "{opens}");
        if !first.is_empty() {
            assert_eq!(focus(&window), first, "in {opens}");
        }
        for _ in 0..60 {
            press(&mut window, Key::Tab);
            let by = kittest::By::new().predicate(|node| node.is_focused() && !node.is_hidden());
            let node = window.query_all(by).next().expect("something has it");
            let mut at = node.accesskit_node().parent();
            let mut inside = false;
            while let Some(parent) = at {
                inside |= parent.role() == Role::Dialog;
                at = parent.parent();
            }
            assert!(inside, "{} in {opens}", focus(&window));
        }
        press(&mut window, Key::Escape);
        assert!(window.query_by_role(Role::Dialog).is_none(), "{opens}");
        assert_eq!(focus(&window), opens);
    }
}

#[test]
fn the_first_dialog_of_a_first_start_gives_the_keyboard_back_too() {
    let (_engine, handle) = FakeEngine::new(without_key());
    let mut window = open(handle);
    window.get_by_label("Paste your API key").focus();
    window.run();
    press(&mut window, Key::Enter);
    let field = window.get_by_role(Role::PasswordInput);
    assert!(field.accesskit_node().is_focused());
    press(&mut window, Key::Escape);
    assert_eq!(focus(&window), "Paste your API key");
}

#[test]
fn a_rows_menu_is_opened_walked_and_left_by_keyboard() {
    for key in [None, Some(Key::Menu)] {
        let (mut engine, mut window) = over(mixed());
        press(&mut window, Key::ArrowDown);
        press(&mut window, Key::ArrowDown);
        press(&mut window, Key::ArrowDown);
        match key {
            None => window.key_press_modifiers(Modifiers::SHIFT, Key::F10),
            Some(key) => window.key_press(key),
        }
        window.run();
        window.run();
        let mut seen = vec![focus(&window)];
        for _ in 0..4 {
            press(&mut window, Key::ArrowDown);
            seen.push(focus(&window));
        }
        assert_eq!(
            seen,
            ["Pause", "Send first", "Show file", "Cancel", "Pause"]
        );
        press(&mut window, Key::ArrowUp);
        assert_eq!(focus(&window), "Cancel");
        press(&mut window, Key::Tab);
        assert_eq!(focus(&window), "Pause", "it is not left so");
        press(&mut window, Key::Escape);
        assert_eq!(window.query_all_by_role(Role::MenuItem).count(), 0);
        assert!(focus(&window).starts_with("three.mp4, Queued"));
        window.key_press_modifiers(Modifiers::SHIFT, Key::F10);
        window.run();
        window.run();
        press(&mut window, Key::ArrowDown);
        press(&mut window, Key::Space);
        assert!(matches!(engine.next(), Some(Command::SendFirst(ids)) if ids == [ItemId(3)]));
        assert!(focus(&window).starts_with("three.mp4, Queued"));
        assert!(engine.next().is_none());
    }
}

#[test]
fn a_menu_that_took_its_row_away_leaves_the_keyboard_in_the_list() {
    let (mut engine, mut window) = over(mixed());
    press(&mut window, Key::ArrowDown);
    window.key_press_modifiers(Modifiers::SHIFT, Key::F10);
    window.run();
    window.run();
    press(&mut window, Key::End);
    press(&mut window, Key::ArrowUp);
    assert_eq!(focus(&window), "Remove");
    window.key_press(Key::Enter);
    // The engine is as fast as the window.
    window.step();
    assert!(matches!(engine.next(), Some(Command::Remove(_))));
    engine.rows(mixed().split_off(1));
    window.run();
    assert!(
        focus(&window).starts_with("two.mp4, Uploading"),
        "{}",
        focus(&window)
    );
}

#[test]
fn everything_is_selected_at_its_box_by_keyboard() {
    let (_engine, mut window) = over(mixed());
    window.get_by_label("Select all").focus();
    window.run();
    assert_eq!(focus(&window), "Select all");
    press(&mut window, Key::Space);
    assert!(has(&window, "6 selected"));
    assert_eq!(focus(&window), "Select all");
    press(&mut window, Key::Space);
    assert!(!has(&window, "selected"));
}

#[test]
fn escape_leaves_the_keyboard_where_it_is() {
    let (_engine, mut window) = over(mixed());
    press(&mut window, Key::ArrowDown);
    assert!(has(&window, "1 selected"));
    press(&mut window, Key::Escape);
    assert!(!has(&window, "1 selected"));
    assert!(focus(&window).starts_with("one.mp4"));
    window.get_by_label("Colours").focus();
    window.run();
    press(&mut window, Key::Escape);
    assert_eq!(focus(&window), "Colours");
    window.key_press_modifiers(Modifiers::COMMAND, Key::F);
    window.run();
    window.event(egui::Event::Text("re_1".to_owned()));
    window.run();
    assert!(!has(&window, "three.mp4"));
    press(&mut window, Key::Escape);
    assert!(has(&window, "three.mp4"));
    assert_eq!(focus(&window), "Search");
}

#[test]
fn the_list_of_shortcuts_is_scrolled_by_keyboard() {
    let (_engine, mut window) = over(mixed());
    window.set_size(egui::vec2(640.0, 420.0));
    window.run();
    press(&mut window, Key::F1);
    let last = |window: &Window| window.get_all_by_label("Ctrl+F").last().unwrap().rect();
    let below = window.get_by_label("Close").rect().top();
    let before = last(&window);
    assert!(before.bottom() > below, "it is out of sight");
    press(&mut window, Key::PageDown);
    assert!(last(&window).top() < before.top());
    press(&mut window, Key::End);
    assert!(last(&window).bottom() < below);
    assert_eq!(focus(&window), "Close");
}
