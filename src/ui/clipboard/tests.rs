use std::sync::Arc;

use egui::Modifiers;

use super::*;

fn key(pressed: bool, modifiers: Modifiers) -> Event {
    Event::Key {
        key: Key::V,
        physical_key: None,
        pressed,
        repeat: false,
        modifiers,
    }
}

fn up() -> Event {
    key(false, Modifiers::COMMAND)
}

#[test]
fn a_paste_that_egui_has_nothing_of_is_heard_when_the_key_comes_up() {
    let mut paste = Paste::default();
    assert_eq!(paste.read(&[]), None);
    assert_eq!(paste.read(&[up()]), Some(String::new()));
    assert_eq!(paste.read(&[up()]), Some(String::new()));
}

#[test]
fn what_egui_pastes_is_pasted_once() {
    let mut paste = Paste::default();
    let text = Event::Paste("/a.mp4".to_owned());
    assert_eq!(paste.read(&[text]).as_deref(), Some("/a.mp4"));
    assert_eq!(paste.read(&[up()]), None);
    let picture = Event::PasteImage(Arc::new(egui::ColorImage::example()));
    assert_eq!(paste.read(&[picture, up()]), Some(String::new()));
    assert_eq!(paste.read(&[up()]), Some(String::new()), "the next one");
}

#[test]
fn a_letter_is_no_paste() {
    let mut paste = Paste::default();
    let down = key(true, Modifiers::NONE);
    assert_eq!(
        paste.read(&[down.clone(), key(false, Modifiers::NONE)]),
        None
    );
    assert_eq!(paste.read(&[down.clone(), up()]), None, "Ctrl came later");
    assert_eq!(paste.read(&[key(false, Modifiers::NONE)]), None, "alone");
    paste.read(&[down, Event::WindowFocused(false)]);
    assert_eq!(paste.read(&[up()]), Some(String::new()));
}
