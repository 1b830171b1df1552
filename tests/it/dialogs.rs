//! Dialogs: where they stand, what has the keyboard in them, and what closes them.

use std::sync::Arc;

use egui::accesskit::Role;
use egui::{Event, Id, Key, Modifiers, PointerButton, Pos2, Rect, Theme};
use egui_kittest::kittest::{NodeT, Queryable};
use mavi_uploader::engine::Command;
use mavi_uploader::model::fault::{Fault, FaultKind};
use mavi_uploader::model::key::ApiKey;
use mavi_uploader::model::snapshot::{ItemId, KeySource, KeyState, ResumeBehaviour, Row, Status};
use mavi_uploader::text::CONSOLE;

use crate::window::{
    FakeEngine, NoDesktop, Vault, Window, builder, close, copied, failed, has, open, open_with,
    over, row, until, uploading, with_key, without_key,
};

pub const KEY: &str = "sk-mavi-0123456789abcdef";
const NO_BROWSER: &str = "No browser opened. Open this address yourself:";
const NO_FILE_MANAGER: &str = "No file manager opened. The path is:";

/// Returns where the dialog is, once it is drawn.
fn dialog(window: &Window) -> Option<Rect> {
    let id = Id::unique("dialog");
    window.ctx.memory(|memory| memory.area_rect(id))
}

/// A pixel may be lost to rounding.
fn stands_in_the_middle(window: &Window) {
    let (room, rect) = (window.ctx.content_rect(), dialog(window).unwrap());
    let off = (rect.center() - room.center()).abs().max_elem();
    assert!(off <= 1.0, "{rect:?} in {room:?}");
}

fn press(window: &Window, at: Pos2) {
    window.event(Event::PointerMoved(at));
    for pressed in [true, false] {
        window.event(Event::PointerButton {
            pos: at,
            button: PointerButton::Primary,
            pressed,
            modifiers: Modifiers::NONE,
        });
    }
}

fn has_keyboard(window: &Window, label: &str) -> bool {
    window.get_by_label(label).accesskit_node().is_focused()
}

/// Enters a key that the service refuses.
pub fn refused(engine: &mut FakeEngine, window: &mut Window) {
    window.get_by_label("Save key").click();
    window.run();
    let Some(Command::CheckKey(_, answer)) = engine.next() else {
        panic!("the key was not checked")
    };
    let refusal = Err(Fault::new(FaultKind::Unauthorized));
    answer.send(refusal).unwrap();
    until(window, "the refusal", |window| {
        has(window, "memories.ai doesn’t accept this key.")
    });
}

/// A window in whose dialog a key was pasted.
pub fn asked_for_a_key() -> (FakeEngine, Window) {
    let (mut engine, handle) = FakeEngine::new(without_key());
    let mut window = open(handle);
    assert!(matches!(engine.next(), Some(Command::NoKey)));
    window.get_by_label("Paste your API key").click();
    window.run();
    window.event(Event::Paste(KEY.to_owned()));
    window.run();
    (engine, window)
}

#[test]
fn a_dialog_stands_in_the_middle_as_soon_as_it_is_seen() {
    let (mut engine, handle) = FakeEngine::new(without_key());
    let mut window = open(handle);
    assert!(matches!(engine.next(), Some(Command::NoKey)));
    assert_eq!(dialog(&window), None);
    window.get_by_label("Paste your API key").click();
    while dialog(&window).is_none() {
        window.step();
    }
    stands_in_the_middle(&window);
    window.run();
    stands_in_the_middle(&window);

    // Another one that has another size comes to the place of the first.
    window.get_by_label("Cancel").click();
    window.run();
    window.get_by_label("Keyboard shortcuts").click();
    while !has(&window, "Select all") {
        window.step();
    }
    stands_in_the_middle(&window);
}

#[test]
fn a_dialog_stays_in_the_middle_when_what_is_in_it_changes() {
    let (mut engine, mut window) = asked_for_a_key();
    refused(&mut engine, &mut window);
    window.run();
    let before = dialog(&window).unwrap();
    window.event(Event::Paste(" ".to_owned()));
    window.key_press(Key::Enter);
    // The same label says something else, in one line less: nothing else has to be laid out anew.
    until(&mut window, "what is wrong with it", |window| {
        has(window, "There is no key in the field.")
    });
    let first = window.get_by_label("Save key").rect();
    window.run();
    assert!(dialog(&window).unwrap().height() < before.height());
    stands_in_the_middle(&window);
    assert_eq!(window.get_by_label("Save key").rect(), first);
}

#[test]
fn a_book_that_is_pasted_for_a_key_is_refused_and_not_taken_in_part() {
    let (mut engine, mut window) = asked_for_a_key();
    window.event(Event::Paste("sk-word".repeat(10_000)));
    window.run();
    window.key_press(Key::Enter);
    until(&mut window, "what is wrong with it", |window| {
        has(window, "it is longer than a key can be")
    });
    assert!(!matches!(engine.next(), Some(Command::CheckKey(..))));
}

#[test]
fn a_key_that_is_refused_stays_in_the_field_to_be_replaced_at_once() {
    let (mut engine, mut window) = asked_for_a_key();
    refused(&mut engine, &mut window);
    window.run();
    let other = "sk-mavi-other-9876543210";
    window.event(Event::Paste(other.to_owned()));
    window.run();
    window.key_press(Key::Enter);
    window.run();
    let Some(Command::CheckKey(key, _)) = engine.next() else {
        panic!("the other key was not checked")
    };
    assert_eq!(key.expose(), other);
}

#[test]
fn a_text_that_is_no_key_stays_in_the_field_with_the_keyboard() {
    let (mut engine, mut window) = asked_for_a_key();
    window.event(Event::Paste(" and more".to_owned()));
    window.run();
    window.key_press(Key::Enter);
    window.run();
    assert!(has(&window, "This is no API key"));
    window.event(Event::Paste(KEY.to_owned()));
    window.run();
    window.get_by_label("Save key").click();
    window.run();
    let Some(Command::CheckKey(key, _)) = engine.next() else {
        panic!("the key was not checked")
    };
    assert_eq!(key.expose(), KEY);
}

#[test]
fn a_click_outside_closes_no_dialog_in_which_something_was_typed() {
    let (_engine, mut window) = asked_for_a_key();
    let outside = Pos2::new(5.0, 5.0);
    press(&window, outside);
    window.run();
    assert!(has(&window, "Save key"));
    window.key_press(Key::Escape);
    window.run();
    assert!(!has(&window, "Save key"));

    window.get_by_label("Paste your API key").click();
    window.run();
    assert!(has(&window, "Save key"));
    press(&window, outside);
    window.run();
    assert!(!has(&window, "Save key"), "nothing was typed this time");
}

#[test]
fn in_a_question_the_safe_choice_has_the_keyboard_first() {
    let (mut engine, mut window) = over(vec![uploading(1, "moving.mp4", 260_000_000)]);
    window.get_by_label("Cancel: moving.mp4").click();
    window.run();
    assert!(has_keyboard(&window, "Keep uploading"));
    window.key_press(Key::Enter);
    window.run();
    assert!(!has(&window, "Keep uploading"));
    assert!(engine.next().is_none(), "nothing is cancelled");

    // Asked again, and the one who wants it goes there.
    window.get_by_label("Cancel: moving.mp4").click();
    window.run();
    assert!(has_keyboard(&window, "Keep uploading"));
    window.key_press_modifiers(Modifiers::SHIFT, Key::Tab);
    window.run();
    assert!(has_keyboard(&window, "Cancel upload"));
    window.key_press(Key::Escape);
    window.run();

    close(&mut window);
    assert!(has_keyboard(&window, "Keep uploading"));
    assert!(has(&window, "Stop and close"));

    let (mut engine, handle) = FakeEngine::new(with_key());
    let vault = Vault::default();
    *vault.kept.lock().unwrap() = ApiKey::from_pasted("sk-mavi-0123456789abcdef").ok();
    let mut window = open_with(builder(Theme::Light), handle, |outside| {
        outside.vault = Some(Arc::new(vault));
    });
    until(&mut window, "the keychain's key", |_| {
        engine.next().is_some()
    });
    window.get_by_label("Settings").click();
    window.run();
    window.get_by_label("Remove key").click();
    window.run();
    assert!(has_keyboard(&window, "Keep it"));
}

#[test]
fn pausing_asks_before_much_is_sent_again() {
    let moving = |id, name, sent, later| Row {
        later: Some(later),
        ..uploading(id, name, sent)
    };
    let rows = || {
        vec![
            moving(1, "large.mp4", 73_000_000, ResumeBehaviour::Restarts),
            moving(2, "small.mp4", 3_000_000, ResumeBehaviour::Restarts),
        ]
    };
    let (mut engine, mut window) = over(rows());
    window.get_by_label("Pause: large.mp4").click();
    window.run();
    assert!(has(&window, "Pause this upload?"));
    assert!(has(&window, "The file starts again from the beginning"));
    assert!(has_keyboard(&window, "Keep uploading"));
    window.key_press(Key::Enter);
    window.run();
    assert!(!has(&window, "Pause this upload?"));
    assert!(engine.next().is_none(), "nothing is paused");

    // The bar's own button has the same word.
    window.get_by_label("Pause: large.mp4").click();
    window.run();
    window.key_press_modifiers(Modifiers::SHIFT, Key::Tab);
    window.run();
    window.key_press(Key::Enter);
    window.run();
    let Some(Command::PauseItems(ids)) = engine.next() else {
        panic!("it was not paused")
    };
    assert_eq!(ids, [ItemId(1)]);

    let (mut engine, mut window) = over(rows());
    window.get_by_label("Pause").click();
    window.run();
    assert!(has(&window, "Pause all uploads?"));
    assert!(engine.next().is_none());

    // Little is lost, or nothing.
    window.key_press(Key::Escape);
    window.run();
    window.get_by_label("Pause: small.mp4").click();
    window.run();
    assert!(matches!(engine.next(), Some(Command::PauseItems(_))));
    let goes_on = moving(1, "large.mp4", 73_000_000, ResumeBehaviour::Resumes);
    let (mut engine, mut window) = over(vec![goes_on]);
    window.get_by_label("Pause").click();
    window.run();
    assert!(matches!(engine.next(), Some(Command::Pause)));
}

#[test]
fn a_key_that_nobody_has_checked_is_not_shown_as_a_good_one() {
    let (mut engine, handle) = FakeEngine::new(with_key());
    let mut window = open(handle);
    window.get_by_label("Key …cdef");
    let mut known = |last: &str, good| {
        engine.publish(|state| {
            state.key = KeyState::Present {
                source: KeySource::Keychain,
                last4: last.to_owned(),
                refused: false,
                checked: good,
            };
        });
        window.run();
        window.get_by_label(if good { "Key set" } else { "Key saved" });
    };
    known("cdef", false);
    known("", true);
}

#[test]
fn the_second_click_of_a_double_click_on_upload_pauses_nothing() {
    let (mut engine, handle) = FakeEngine::new(with_key());
    let quick = builder(Theme::Light).with_step_dt(0.05);
    let mut window = open_with(quick, handle, |_| {});
    assert!(matches!(engine.next(), Some(Command::NoKey)));
    engine.rows(vec![row(1, "clip.mp4", Status::ReadyToUpload)]);
    window.run();
    let at = window.get_by_label("Upload 1 file").rect().center();
    press(&window, at);
    window.step();
    assert!(matches!(engine.next(), Some(Command::Start)));
    engine.rows(vec![row(1, "clip.mp4", Status::Queued)]);
    // The pause button has come to where the pointer is.
    window.step();
    assert!(window.get_by_label("Pause").rect().contains(at));
    press(&window, at);
    window.step();
    assert!(engine.next().is_none(), "the second click is none");
    window.run_steps(10);
    press(&window, at);
    window.step();
    assert!(matches!(engine.next(), Some(Command::Pause)));
}

#[test]
fn where_no_browser_opens_the_address_is_said_where_it_is_seen() {
    let (_engine, handle) = FakeEngine::new(without_key());
    let mut window = open_with(builder(Theme::Light), handle, |outside| {
        outside.desktop = Box::new(NoDesktop {
            has_browser: false,
            ..NoDesktop::default()
        });
    });
    window.get_by_label("Get a key").click();
    window.run();
    assert!(has(&window, &format!("{NO_BROWSER} {CONSOLE}")));
    window.get_by_label("Copy address").click();
    window.step();
    assert_eq!(copied(&window), [CONSOLE]);
    window.run();

    // In a dialog, what is said at the window's foot would lie under it.
    window.get_by_label("Paste your API key").click();
    window.run();
    assert!(window.query_by_label(CONSOLE).is_none(), "that was before");
    window
        .query_all_by_label("Get a key")
        .last()
        .unwrap()
        .click();
    window.run();
    assert!(has(&window, NO_BROWSER));
    let within = dialog(&window).unwrap();
    assert!(within.contains_rect(window.get_by_label(CONSOLE).rect()));
    stands_in_the_middle(&window);
    window.get_by_label("Copy address").click();
    window.step();
    assert_eq!(copied(&window), [CONSOLE]);
    window.run();
    assert!(has(&window, "Copied"));
    window.key_press(Key::Escape);
    window.run();
    window.get_by_label("Paste your API key").click();
    window.run();
    assert!(window.query_by_label(CONSOLE).is_none(), "asked anew");
}

#[test]
fn an_address_that_did_not_open_is_said_in_no_other_dialog() {
    let (mut engine, handle) = FakeEngine::new(without_key());
    let mut window = open_with(builder(Theme::Light), handle, |outside| {
        outside.desktop = Box::new(NoDesktop {
            has_browser: false,
            ..NoDesktop::default()
        });
    });
    assert!(matches!(engine.next(), Some(Command::NoKey)));
    window.get_by_label("Paste your API key").click();
    window.run();
    let get = window.query_all_by_label("Get a key").last();
    get.unwrap().click();
    window.run();
    assert!(has(&window, NO_BROWSER));
    window.get_by_role(Role::PasswordInput).focus();
    window.run();
    window.event(Event::Paste(KEY.to_owned()));
    window.run();
    window.get_by_label("Save key").click();
    window.run();
    let Some(Command::CheckKey(_, answer)) = engine.next() else {
        panic!("the key was not checked")
    };
    answer.send(Ok(())).unwrap();
    until(&mut window, "the end of the dialog", |window| {
        window.query_by_role(Role::Dialog).is_none()
    });
    let fault = Fault::new(FaultKind::ServerError);
    engine.rows(vec![row(1, "one.mp4", Status::Failed(Arc::new(fault)))]);
    window.run();
    window.get_by_label("Details: one.mp4").click();
    window.run();
    window.get_by_role(Role::Dialog);
    assert!(!has(&window, NO_BROWSER));
}

#[test]
fn closing_asks_too_while_what_was_started_is_read_for_comparison() {
    let (mut engine, mut window) = over(vec![row(1, "one.mp4", Status::Checking)]);
    close(&mut window);
    assert!(!has(&window, "under way"), "nothing was started");
    engine.comparing = 1;
    engine.publish(|_| ());
    window.run();
    close(&mut window);
    assert!(has(
        &window,
        "1 upload under way. You can resume at the next start."
    ));
}

#[test]
fn where_no_file_manager_shows_a_file_its_path_is_said() {
    let (mut engine, handle) = FakeEngine::new(with_key());
    let mut window = open_with(builder(Theme::Light), handle, |outside| {
        outside.desktop = Box::new(NoDesktop {
            has_browser: false,
            ..NoDesktop::default()
        });
        outside.folder = Some("/home/data".into());
    });
    engine.rows(vec![failed(1, "clip.mp4", FaultKind::ServerError)]);
    window.run();
    window.get_by_label("Details: clip.mp4").click();
    window.run();
    window.get_by_label("Show file").click();
    window.run();
    assert!(has(&window, NO_FILE_MANAGER));
    window.get_by_label("Copy path").click();
    window.step();
    let path = failed(1, "clip.mp4", FaultKind::ServerError).path;
    assert_eq!(copied(&window), [path.display().to_string()]);
    window.key_press(Key::Escape);
    window.run();
    window.get_by_label("Settings").click();
    window.run();
    assert!(!has(&window, NO_FILE_MANAGER), "that was before");
    window.get_by_label("Show").scroll_to_me();
    window.run();
    window.get_by_label("Show").click();
    window.run();
    assert!(has(&window, NO_FILE_MANAGER));
    let path = window.query_all_by_label("/home/data").last();
    assert!(dialog(&window).unwrap().contains_rect(path.unwrap().rect()));
}

#[test]
fn a_key_that_is_asked_for_before_files_start_says_what_it_starts() {
    let (mut engine, handle) = FakeEngine::new(without_key());
    let mut window = open(handle);
    engine.rows(vec![
        row(1, "a.mp4", Status::ReadyToUpload),
        row(2, "b.mp4", Status::ReadyToUpload),
    ]);
    window.run();
    window.key_press_modifiers(Modifiers::COMMAND, Key::Enter);
    window.run();
    assert!(has(&window, "Save key starts the upload of 2 files."));
    window.key_press(Key::Escape);
    window.run();
    window.get_by_label("No API key").click();
    window.run();
    assert!(!has(&window, "Save key starts"));
}

#[test]
fn where_a_browser_opens_nothing_is_said() {
    let (_engine, handle) = FakeEngine::new(without_key());
    let desktop = NoDesktop::default();
    let browsed = desktop.browsed.clone();
    let mut window = open_with(builder(Theme::Light), handle, |outside| {
        outside.desktop = Box::new(desktop);
    });
    window.get_by_label("Get a key").click();
    window.run();
    assert_eq!(*browsed.lock().unwrap(), [CONSOLE]);
    assert!(!has(&window, NO_BROWSER));
}
