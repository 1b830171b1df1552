//! That something is pasted, also where egui has no event for it.
//!
//! egui takes a press of Ctrl+V for itself and says what it found, which is text or a picture.
//! Of copied files it finds neither on Windows and on some Linux desktops, and says nothing:
//! then the key comes up again that never went down.

use egui::{Event, Key};

/// What is known of the key that is held down.
#[derive(Debug, Default)]
pub struct Paste {
    /// It went down as a letter.
    is_letter: bool,
    /// What it pasted was said.
    is_said: bool,
}

impl Paste {
    /// The text of what these events paste; an empty one where it is no text.
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
