//! Keyboard shortcuts.

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
    /// Combines Ctrl, or ⌘ on macOS, with a key.
    pub const fn command(key: Key) -> Self {
        Self {
            command: true,
            shift: false,
            key,
        }
    }

    /// A key alone.
    pub const fn plain(key: Key) -> Self {
        Self {
            command: false,
            shift: false,
            key,
        }
    }

    /// Adds Shift, or takes it away.
    pub const fn and_shift(self, shift: bool) -> Self {
        Self { shift, ..self }
    }
}
