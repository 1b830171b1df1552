//! Texts of the command line alone.

use std::time::Duration;

use crate::model::fault::{FaultKind, RequiredAction};
use crate::model::key::NotAKey;
use crate::model::snapshot::{JournalState, KeySource, KeyState};
use crate::setup::KEY_VARIABLE;
pub(crate) use crate::text::messages::terminal::*;
use crate::text::messages::{journal, list, terminal as say};
use crate::text::{
    Backend, CONSOLE, next_try, not_a_key_briefly, unwritable_history, whole_seconds,
};

/// Returns the key's last characters; empty for a key too short to show them.
pub fn ends_in(last4: &str) -> String {
    match last4 {
        "" => String::new(),
        _ => say::ends_in(last4),
    }
}

/// Returns what a command needs to go on; `keychain` is the keychain's error.
pub fn stopped(fix: RequiredAction, key: &KeyState, keychain: Option<&str>) -> String {
    match (fix, key) {
        (RequiredAction::Key, KeyState::Present { source, last4, .. }) => {
            let source = match source {
                KeySource::Environment => "environment",
                KeySource::Keychain => "keychain",
                KeySource::Session | KeySource::Sandbox => "session",
            };
            key_refused(CONSOLE, &ends_in(last4), source, KEY_VARIABLE)
        }
        (RequiredAction::Key, _) => {
            let asked = keychain.map(|words| format!(" {words}"));
            no_key(CONSOLE, &asked.unwrap_or_default(), KEY_VARIABLE)
        }
        (RequiredAction::Balance, _) => no_balance(CONSOLE),
        (RequiredAction::Account, _) => account_refused(CONSOLE),
        (RequiredAction::Program, _) => retired(CONSOLE),
    }
}

/// Returns why the history cannot be written, if it cannot.
pub fn journal_problem(state: &JournalState) -> Option<String> {
    match state {
        JournalState::Good | JournalState::Opening => None,
        JournalState::Newer => Some(journal::newer().to_owned()),
        JournalState::Unwritable(cause) => Some(unwritable_history(cause)),
    }
}

/// A number of files or assets, and its words.
pub type Sum = (u64, fn(&str) -> String);

/// Joins the first sum with those of the others that are not zero.
pub fn sums(first: String, others: &[Sum]) -> String {
    let others = others.iter().filter(|(count, _)| *count > 0);
    let mut parts = vec![first];
    parts.extend(others.map(|(count, words)| words(&count.to_string())));
    parts.join(list::items())
}

/// Reports an environment variable without a valid key.
pub fn bad_environment_key(why: NotAKey) -> String {
    say::bad_environment_key(CONSOLE, KEY_VARIABLE, not_a_key_briefly(why))
}

/// Reports uploads that restart after an interruption: `in_part` partly sent, and `places` more
/// that a keychain would have let resume.
pub fn starts_again(in_part: usize, places: usize) -> Option<String> {
    match (in_part, places) {
        (0, 0) => None,
        (files, 0) => Some(say::starts_again(files)),
        (0, files) => Some(starts_again_without_keychain(files)),
        (in_part, places) => Some(starts_again_in_part(in_part + places, places)),
    }
}

/// Reports what all files wait for, and how long.
pub fn all_wait(kind: FaultKind, left: Duration) -> String {
    say::all_wait(&next_try(kind, whole_seconds(left), Backend::Service))
}

#[cfg(test)]
mod tests;
