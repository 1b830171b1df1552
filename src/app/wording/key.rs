//! Texts about the API key.

use crate::app::environment::VaultError;
use crate::model::key::NotAKey;
use crate::model::snapshot::{KeySource, KeyState};

/// Returns the key in use and the effect of entering another; `for_session` if that is not stored.
pub fn key_in_use(key: &KeyState, for_session: bool) -> String {
    match key {
        KeyState::Loading if for_session => "The keychain has not answered yet; if it asks for its password, enter it there. A key that you enter here is for this session only. If the keychain answers later, its key is used.".to_owned(),
        KeyState::Loading => "The keychain is being asked for the key; if it is locked, unlock it. You can also enter a key here.".to_owned(),
        KeyState::Missing => "Paste the key from the console of memories.ai. The key is kept in this computer’s keychain and sent to memories.ai alone.".to_owned(),
        KeyState::Present { source, last4, refused, checked } => {
            let known = match (*refused, *checked) {
                (true, _) => ", which memories.ai doesn’t accept",
                (false, false) => ", not checked yet",
                (false, true) => "",
            };
            let which = if last4.is_empty() {
                "A key is in use".to_owned()
            } else {
                format!("The key in use ends in {last4}")
            };
            let source = match source {
                KeySource::Environment => " It is from the environment (MEMORIES_API_KEY), which wins over the keychain.",
                KeySource::Keychain => " It is kept in the keychain.",
                KeySource::Session => " It is kept for this session only.",
                KeySource::Sandbox => " It is the sandbox’s own.",
            };
            let another = if for_session {
                "A key that you enter here is for this session only."
            } else {
                "Paste another one to replace it."
            };
            format!("{which}{known}.{source} {another}")
        }
    }
}

/// Returns why a text is not a key, and the next step.
pub fn not_a_key(why: NotAKey) -> &'static str {
    match why {
        NotAKey::Empty => "There is no key in the field. Paste the one from the console.",
        NotAKey::Characters => {
            "This is no API key: it holds characters that a key can’t have. Copy the key alone, and paste it again."
        }
        NotAKey::Long => {
            "This is no API key: it is longer than a key can be. Copy the key alone, and paste it again."
        }
    }
}

/// Advice for a system without a keychain.
const NO_KEYCHAIN: &str = if cfg!(all(unix, not(target_os = "macos"))) {
    "No keychain answers on this computer. To have one, install gnome-keyring, or KeePassXC with its Secret Service switched on."
} else {
    "No keychain answers on this computer."
};

/// Returns why a keychain call failed, and what helps.
pub fn vault(error: &VaultError) -> &'static str {
    match error {
        VaultError::Absent => NO_KEYCHAIN,
        VaultError::Locked => "The keychain is locked.",
        VaultError::Denied => {
            "The keychain did not allow access to the key. Allow it when you are asked."
        }
        VaultError::NotAKey => "What the keychain holds is not an API key. Enter the key again.",
        VaultError::Failed => {
            "The keychain does not work as it should. Sign out of this computer and in again; what it said is in the log."
        }
    }
}

#[cfg(test)]
mod tests;
