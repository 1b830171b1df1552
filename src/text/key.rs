//! Reasons why a text is no API key.

use super::messages::key as say;
use crate::model::key::NotAKey;

/// Returns why a text is not a key, and the next step.
pub fn not_a_key(why: NotAKey) -> &'static str {
    match why {
        NotAKey::Empty => say::empty(),
        NotAKey::Characters => say::characters(),
        NotAKey::Long => say::long(),
    }
}

/// Returns why a text is not a key, in a few words.
pub fn not_a_key_briefly(why: NotAKey) -> &'static str {
    match why {
        NotAKey::Empty => say::reason_empty(),
        NotAKey::Characters => say::reason_characters(),
        NotAKey::Long => say::reason_long(),
    }
}
