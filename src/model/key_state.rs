//! The engine's API key, as the window sees it.

/// Source of the engine's API key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum KeySource {
    /// The environment variable `MEMORIES_API_KEY`.
    Environment,
    /// The system's keychain.
    Keychain,
    /// Entered for this session only.
    Session,
    /// The sandbox's own.
    Sandbox,
}

/// State of the API key.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub enum KeyState {
    /// The keychain is being asked.
    #[default]
    Loading,
    /// No key.
    Missing,
    /// A key is set.
    Present {
        /// Its source.
        source: KeySource,
        /// Its last four characters, or empty for a key so short that they would give it away.
        last4: String,
        /// The service rejected it.
        refused: bool,
        /// The service accepted it, in this run or recently.
        checked: bool,
    },
}

impl KeyState {
    /// Returns whether there is certainly no key.
    pub fn is_missing(&self) -> bool {
        matches!(self, Self::Missing)
    }
}
