//! Texts of the command line: what stopped a command, and what to type next.

use std::time::Duration;

use crate::model::fault::{FaultKind, RequiredAction};
use crate::model::key::NotAKey;
use crate::model::snapshot::{KeySource, KeyState};
use crate::text::{Backend, count, next_try, whole_seconds};

/// Website for keys and accounts.
pub const CONSOLE: &str = "https://api-platform.memories.ai/";

/// Reports that writing to standard output failed.
pub fn unprinted(cause: &str) -> String {
    format!(
        "Not everything could be printed ({cause}). The ids are in the history: `mavi-uploader \
         history` lists them."
    )
}

/// Returns the key's last characters; empty for a key too short to show them.
pub fn ends_in(last4: &str) -> String {
    if last4.is_empty() {
        String::new()
    } else {
        format!(" that ends in {last4}")
    }
}

/// Returns what `upload` needs to go on. `variable` is the environment variable for the key,
/// `keychain` the keychain's error.
pub fn stopped(
    fix: RequiredAction,
    key: &KeyState,
    variable: &str,
    keychain: Option<&str>,
) -> String {
    match (fix, key) {
        (RequiredAction::Key, KeyState::Present { source, last4, .. }) => format!(
            "memories.ai does not accept the API key{} ({}). Keys of its newer DataLake console do \
             not work here. Make a key at {CONSOLE}, {}, then give the same command again.",
            ends_in(last4),
            match source {
                KeySource::Environment => format!("from {variable}"),
                KeySource::Keychain => "from the keychain".to_owned(),
                KeySource::Session | KeySource::Sandbox => "of this run".to_owned(),
            },
            match source {
                KeySource::Environment => format!("put it into {variable}"),
                _ => "save it with `mavi-uploader key set`".to_owned(),
            }
        ),
        (RequiredAction::Key, _) => {
            let asked = keychain.map(|words| format!(" {words}"));
            format!(
                "There is no API key.{} Make a key at {CONSOLE}, then save it with `mavi-uploader \
                 key set` or put it into the environment variable {variable}. To try the program \
                 without an account, add --sandbox.",
                asked.unwrap_or_default()
            )
        }
        (RequiredAction::Balance, _) => format!(
            "The balance at memories.ai is used up. Top up the balance at {CONSOLE}, then give the same \
             command again."
        ),
        (RequiredAction::Account, _) => format!(
            "memories.ai refuses this account or this network address. Check the account at {CONSOLE}, \
             then give the same command again."
        ),
        (RequiredAction::Program, _) => format!(
            "memories.ai has retired this way of uploading. Look for a newer version of this \
             program; {CONSOLE} may say more."
        ),
    }
}

/// A key was passed as an argument.
pub const KEY_AS_ARGUMENT: &str = "A key is not taken from the command line, where other programs can read it and the shell keeps it. Give it on standard input, or paste it when it is asked for: see `mavi-uploader key set --help`.";

/// A file was not uploaded for lack of a key.
pub const WITHOUT_KEY: &str = "The file was not uploaded: there is no API key.";

/// The run was interrupted before a file had ended.
pub const RUN_INTERRUPTED: &str = "The run was interrupted before it was done with this file.";

/// Reports an invalid proxy address.
pub fn unusable_proxy(variable: &str) -> String {
    format!(
        "The proxy in {variable} can’t be understood, so memories.ai is reached without it. The proxy’s address has \
         to look like http://proxy.example:8080."
    )
}

/// Reports an environment variable without a valid key.
pub fn bad_environment_key(variable: &str, why: NotAKey) -> String {
    format!("{variable}: {why}. Copy the key again from {CONSOLE} and put it into {variable}.")
}

/// Returns the message for an `upload` ended by the user.
pub fn interrupted() -> &'static str {
    "Interrupted. The same command goes on with what is left."
}

/// Reports uploads that restart after an interruption: `in_part` partly sent, and `places` more
/// that a keychain would have let resume.
pub fn starts_again(in_part: usize, places: usize) -> Option<String> {
    let files = in_part + places;
    if files == 0 {
        return None;
    }
    let why = match (in_part, places) {
        (_, 0) => String::new(),
        (0, _) => ": no keychain here keeps how far the storage is".to_owned(),
        (_, places) => format!(
            "; for {} because no keychain here keeps how far the storage is",
            count(places, "file")
        ),
    };
    let starts = if files == 1 { "starts" } else { "start" };
    Some(format!(
        "{} that had been sent in part {starts} again from the beginning{why}.",
        count(files, "file")
    ))
}

/// Reports what all files wait for, and how long.
pub fn all_wait(kind: FaultKind, left: Duration) -> String {
    format!(
        "{}. All files wait.",
        next_try(kind, whole_seconds(left), Backend::Service)
    )
}

/// Reports an id that is not on disk.
pub fn not_saved(path: &str, asset: &str) -> String {
    format!("{path}: its id {asset} is not saved yet: copy it.")
}

#[cfg(test)]
mod tests;
