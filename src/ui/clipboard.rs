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
mod tests;
