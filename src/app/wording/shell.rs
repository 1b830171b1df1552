//! Texts for other instances, settings and the desktop.

use std::fmt::Display;
use std::path::PathBuf;

use super::foot;
use super::screens::NAME;
use crate::api::network::{Certificates, NetworkState};
use crate::engine::BatchEnd;
use crate::model::snapshot::{KeySource, KeyState};
use crate::model::terminal::escape;
use crate::text::{self, number, size};

/// Reports paths that could not be forwarded to the unresponsive window on this data directory.
pub fn silent_window(paths: &[PathBuf]) -> String {
    let words = "Mavi Uploader is already open, but its window doesn’t answer. Close it or end it, then start the program again.";
    match paths {
        [] => words.to_owned(),
        paths => {
            let line = |path: &PathBuf| format!("\n{}", escape(&path.to_string_lossy()));
            let paths: String = paths.iter().map(line).collect();
            format!("{words} These paths were not added to its list:{paths}")
        }
    }
}

/// Colours setting.
pub const SETTING_COLOURS: &str = "Colours";
/// Parallel transfers setting.
pub const SETTING_JOBS: &str = "Files at a time";
/// Hint of the parallel transfers setting.
pub const SETTING_JOBS_HINT: &str = "More helps with many small files.";
/// Speed limit setting.
pub const SETTING_SPEED: &str = "Speed limit, in MB a second";
/// Speed limit off.
pub const NO_LIMIT: &str = "No limit";
/// Start setting.
pub const SETTING_START: &str = "When to start";
/// Hint of the start setting.
pub const SETTING_START_HINT: &str = "At once: as soon as a file is checked.";
/// Start by hand.
pub const BY_HAND: &str = "When I press Upload";
/// Start automatically.
pub const AT_ONCE: &str = "At once";
/// Confirmations setting.
pub const SETTING_ASK: &str = "Ask before something is lost";
/// Hint of the confirmations setting.
pub const SETTING_ASK_HINT: &str =
    "Before pausing, cancelling, discarding or closing loses what was sent.";
/// Notification setting.
pub const SETTING_TELL: &str = "Notification at the end";
/// Hint of the notification setting.
pub const SETTING_TELL_HINT: &str = "When all uploads have ended and the window is not in front.";
/// Setting is on.
pub const ON: &str = "On";
/// Setting is off.
pub const OFF: &str = "Off";
/// Key setting.
pub const SETTING_KEY: &str = "API key";
/// Key setting in the sandbox.
pub const SANDBOX_KEY: &str = "The sandbox’s own. Yours is not used here.";
/// Button that enters the first key.
pub const ENTER_KEY: &str = "Enter a key";
/// Data directory setting.
pub const SETTING_FOLDER: &str = "History, settings and logs";
/// No data directory is available.
pub const NO_FOLDER: &str = "Nowhere: there is no folder that the program can use.";
/// Backup folder setting.
pub const SETTING_COPY: &str = "Second copy of the history";
/// No backup folder is chosen.
pub const NO_COPY: &str = "None";
/// No folder dialog is available for the backup folder.
pub const NO_COPY_DIALOG: &str = "This desktop has no file dialog that the program can open. Enter the folder in settings.json instead, as backup_folder.";
/// Network setting.
pub const SETTING_NETWORK: &str = "Proxy and certificates";
/// Network lookup in progress.
pub const ASKING_NETWORK: &str = "Being looked at…";

/// Returns proxy and certificates on one line.
pub fn network(state: &NetworkState) -> String {
    let proxy = match (&state.proxy, state.unusable) {
        (_, Some(variable)) => format!("The proxy in {variable} can’t be understood: direct"),
        (Some(proxy), None) => format!("Proxy {proxy}"),
        (None, None) => "No proxy".to_owned(),
    };
    let except = state.no_proxy.as_ref().filter(|_| state.proxy.is_some());
    let except = except.map(|hosts| format!(", but for {hosts}"));
    let certificates = match &state.certificates {
        Certificates::NotNeeded => "no certificates needed".to_owned(),
        Certificates::System => "the system’s certificates".to_owned(),
        Certificates::Files {
            count: 0,
            variable: Some(variable),
        } => format!("no certificates in {variable}: nothing can be reached"),
        Certificates::Files { count: 0, .. } => {
            "no certificates on this system: nothing can be reached".to_owned()
        }
        Certificates::Files {
            count,
            variable: Some(variable),
        } => format!("{} of {variable}", text::count(*count, "certificate")),
        Certificates::Files { count, .. } => {
            format!("the system’s {}", text::count(*count, "certificate"))
        }
    };
    format!("{proxy}{} · {certificates}", except.unwrap_or_default())
}

/// Note that changes apply at once.
pub const SAVED_AT_ONCE: &str = "Changes apply immediately.";
/// Question before removing the key.
pub const REMOVE_KEY: &str = "Remove the API key?";
/// Consequence of removing the key.
pub const REMOVE_KEY_MEANS: &str = "The key is removed from this computer only, and stays valid at memories.ai. Uploads under way go on; to start another, you need a key again.";

/// Formats bytes per second as MB without the unit: "0.5", "20".
pub fn megabytes(rate: u64) -> String {
    let words = size(rate);
    match words.strip_suffix(" MB") {
        Some(number) => number.to_owned(),
        None if rate == 500_000 => "0.5".to_owned(),
        None => words,
    }
}

/// Returns the state of the key in a few words.
pub fn key_state(key: &KeyState) -> String {
    let (source, last4, known) = match key {
        KeyState::Loading => return "The keychain is being asked.".to_owned(),
        KeyState::Missing => return "None yet.".to_owned(),
        KeyState::Present {
            source,
            last4,
            refused,
            checked,
        } => {
            let known = match (*refused, *checked) {
                (true, _) => "; not accepted",
                (false, false) => "; not checked yet",
                (false, true) => "",
            };
            (source, last4, known)
        }
    };
    let place = match source {
        KeySource::Keychain => "in the keychain",
        KeySource::Session => "for this session only",
        KeySource::Environment => "from the environment (MEMORIES_API_KEY)",
        KeySource::Sandbox => "the sandbox’s own",
    };
    if last4.is_empty() {
        return format!("A key {place}{known}.");
    }
    format!("Ends in {last4}, {place}{known}.")
}

/// Reports settings that apply but are not saved.
pub fn settings_unsaved(cause: &impl Display) -> String {
    format!("The settings apply now, but can’t be saved: {cause}.")
}

/// The key was removed from the keychain.
pub const KEY_REMOVED: &str = "API key removed from the keychain.";

/// Reports a key that could not be removed; `why` is a sentence.
pub fn key_stays(why: &str) -> String {
    format!("{why} The API key was not removed.")
}

/// Returns the non-zero results of a batch: "3 files ready, 1 duplicate".
fn ends(end: &BatchEnd, at: &str) -> String {
    let mut parts = Vec::new();
    if end.ready > 0 {
        parts.push(format!("{}{at}", foot::ready(end.ready)));
    }
    if end.duplicates > 0 {
        parts.push(foot::duplicates(end.duplicates));
    }
    if end.failed > 0 {
        parts.push(foot::attention(end.failed));
    }
    if end.cancelled > 0 {
        parts.push(foot::cancelled(end.cancelled));
    }
    parts.join(", ")
}

/// Returns the toast at the end of a batch.
pub fn batch_done(end: &BatchEnd) -> String {
    let ends = ends(end, "");
    match end.nothing_sent && end.ready == 0 {
        true => format!("Done: {ends}, nothing was sent."),
        false => format!("Done: {ends}."),
    }
}

/// Returns title and text of the notification at the end of a batch.
pub fn batch_ended(end: &BatchEnd) -> (String, String) {
    let title = match (end.failed, end.ready + end.duplicates) {
        (0, _) => "Uploads finished",
        (1, 0) => "Upload not finished",
        (_, 0) => "Uploads not finished",
        (1, _) => "Uploads finished, one not",
        _ => "Uploads finished, some not",
    };
    let line = format!("{}.", ends(end, " at memories.ai"));
    (title.to_owned(), line)
}

/// Screen reader word for failed files.
pub const FAILED: &str = "Failed";

/// Screen reader word for refused files.
pub const REFUSED: &str = "Can’t upload";

/// Screen reader word for duplicates.
pub const FOUND: &str = "Duplicate";

/// Announces files with the same result; a single one by name.
pub fn ended(names: &[String], word: &str) -> Option<String> {
    match names {
        [] => None,
        [name] => Some(format!("{name}: {word}.")),
        _ => Some(format!("{}: {word}.", text::count(names.len(), "file"))),
    }
}

/// Announces the progress of a batch.
pub fn so_far(percent: u64, done: usize, batch: usize) -> String {
    format!("{percent} % uploaded, {}.", foot::done(done, batch))
}

/// Returns the window title during a batch.
pub fn title(percent: u8, done: usize, batch: usize) -> String {
    format!(
        "{percent} % · {} of {} – {NAME}",
        number(done),
        number(batch)
    )
}

#[cfg(test)]
mod tests;
