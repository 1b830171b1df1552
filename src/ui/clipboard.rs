//! Detects pasting, even without an event from egui.
//!
//! egui consumes Ctrl+V and reports only text or pictures. For copied files on Windows and some
//! Linux desktops it reports nothing, so only the key's release is seen.

use egui::{Event, Key};

/// State of the held paste key.
#[derive(Debug, Default)]
pub struct Paste {
    /// Its press arrived as a letter.
    is_letter: bool,
    /// Its paste event arrived.
    is_said: bool,
}

impl Paste {
    /// Returns the text pasted by these events; empty if it is not text.
    pub fn read(&mut self, events: &[Event]) -> Option<String> {
        let mut pasted = None;
        for event in events {
            match event {
                Event::Paste(text) => {
                    self.is_said = true;
                    pasted = Some(text.clone());
                }
                Event::PasteImage(_) => {
                    self.is_said = true;
                    pasted = Some(String::new());
                }
                Event::Key {
                    key: Key::V,
                    pressed: true,
                    ..
                } => self.is_letter = true,
                Event::Key {
                    key: Key::V,
                    modifiers,
                    ..
                } => {
                    let before = std::mem::take(self);
                    if modifiers.command && !before.is_letter && !before.is_said {
                        pasted = Some(String::new());
                    }
                }
                Event::WindowFocused(_) => *self = Self::default(),
                _ => {}
            }
        }
        pasted
    }
}

#[cfg(test)]
mod tests {
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
}
