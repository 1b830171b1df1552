//! Combinations of keys, and how they are written.

/// A key that shortcuts use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the keys are named as they are")]
pub enum Key {
    A,
    C,
    F,
    O,
    V,
    Z,
    F1,
    Comma,
    Delete,
    Escape,
    Space,
    Up,
    Down,
    PageUp,
    PageDown,
    Home,
    End,
}

/// A combination of keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shortcut {
    /// With Ctrl, or ⌘ on a Mac.
    pub command: bool,
    /// With Shift.
    pub shift: bool,
    /// The key.
    pub key: Key,
}

impl Shortcut {
    pub(super) const fn command(key: Key) -> Self {
        Self {
            command: true,
            shift: false,
            key,
        }
    }

    pub(super) const fn plain(key: Key) -> Self {
        Self {
            command: false,
            shift: false,
            key,
        }
    }

    pub(super) const fn and_shift(self, shift: bool) -> Self {
        Self { shift, ..self }
    }

    /// As it is shown: "Ctrl+O", on a Mac "⌘O".
    pub fn text(self) -> String {
        let key = match self.key {
            Key::A => "A",
            Key::C => "C",
            Key::F => "F",
            Key::O => "O",
            Key::V => "V",
            Key::Z => "Z",
            Key::F1 => "F1",
            Key::Comma => ",",
            Key::Delete => "Delete",
            Key::Escape => "Esc",
            Key::Space => "Space",
            Key::Up => "Up",
            Key::Down => "Down",
            Key::PageUp => "Page Up",
            Key::PageDown => "Page Down",
            Key::Home => "Home",
            Key::End => "End",
        };
        let mac = cfg!(target_os = "macos");
        let mut text = String::new();
        if self.shift {
            text.push_str(if mac { "⇧" } else { "Shift+" });
        }
        if self.command {
            text.push_str(if mac { "⌘" } else { "Ctrl+" });
        }
        text + key
    }
}
