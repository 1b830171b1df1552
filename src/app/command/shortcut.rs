//! Keyboard shortcuts and their notation.

use crate::app::wording::command as words;

/// A key used by shortcuts.
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
    F10,
    Comma,
    Enter,
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

/// A key combination.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shortcut {
    /// Needs Ctrl, or ⌘ on macOS.
    pub command: bool,
    /// Needs Shift.
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

    /// Returns its notation: "Ctrl+O", or "⌘O" on macOS.
    pub fn text(self) -> String {
        // Each system's own order.
        let modifiers = if cfg!(target_os = "macos") {
            [(self.shift, words::SHIFT), (self.command, words::COMMAND)]
        } else {
            [(self.command, words::COMMAND), (self.shift, words::SHIFT)]
        };
        let held = modifiers.iter().filter(|(held, _)| *held);
        held.map(|(_, name)| *name).collect::<String>() + words::key(self.key)
    }
}
