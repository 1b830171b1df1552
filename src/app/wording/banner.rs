//! What the strips above the list say.

use super::{count, number};
use crate::model::key::NotAKey;

/// The window talks to a sandbox.
const SANDBOX: &str = "Sandbox: nothing leaves this computer";
/// The same, with how many files are in the account's list meanwhile.
pub fn sandbox(outside: usize) -> String {
    match outside {
        0 => SANDBOX.to_owned(),
        1 => format!("{SANDBOX}. The file of your account’s list waits there."),
        files => format!(
            "{SANDBOX}. The {} files of your account’s list wait there.",
            number(files)
        ),
    }
}
/// It does so from its start: there is nothing to go back to.
pub const SANDBOX_ALONE: &str =
    "Sandbox: nothing leaves this computer. Close the window to end it.";
/// The service can't be reached.
pub const OFFLINE: &str =
    "memories.ai can’t be reached. Uploads resume automatically as soon as it can.";
/// The same while the user holds the queue.
pub const OFFLINE_PAUSED: &str = "memories.ai can’t be reached. All uploads are paused.";
/// The same while the queue waits for the user to do something else.
pub const OFFLINE_HELD: &str = "memories.ai can’t be reached.";
/// Files can't be dropped here.
pub const NO_DROP: &str =
    "This desktop does not let files be dropped here. Choose or paste them instead.";
/// On the button that shows files that are refused.
pub const SHOW_THEM: &str = "Show them";
/// The same for one.
pub const SHOW_IT: &str = "Show it";
/// An upload was started without a key.
pub const KEY_NEEDED: &str = "An API key is needed to upload.";
/// The key of the environment is not accepted.
pub const ENVIRONMENT_KEY_REFUSED: &str = "memories.ai doesn’t accept the API key in the environment (MEMORIES_API_KEY). Keys of its newer DataLake console don’t work here. Correct it there, or enter one for this session.";

/// Uploads that an earlier run left.
pub fn interrupted(uploads: usize) -> String {
    let were = if uploads == 1 { "was" } else { "were" };
    format!("{} {were} interrupted.", count(uploads, "upload"))
}

/// Returns what the environment holds is no key.
pub fn environment_key(why: NotAKey) -> String {
    format!(
        "The API key in the environment (MEMORIES_API_KEY) can’t be used: {why}. Correct it there, or enter one here."
    )
}

/// The keychain gave no key, for a reason that is a sentence.
pub fn keychain(why: &str) -> String {
    format!("{why} A key that the keychain may hold can’t be read.")
}

/// The keychain does not answer, and may be waiting for the user.
pub const KEYCHAIN_SILENT: &str =
    "The keychain has not answered yet. If it asks for its password, enter it there.";
/// On the button that does without the keychain.
pub const KEY_FOR_SESSION: &str = "Enter a key for this session";

/// The key is not kept, for a reason that is a sentence.
pub fn session_only(why: &str) -> String {
    format!("{why} The API key is kept for this session only.")
}

/// Said while folders are looked through.
pub fn walking(found: u64) -> String {
    format!("Looking for files: {} found…", number(found))
}

/// Says how much a walk left out of folders.
pub fn passed_over(number: u64) -> String {
    format!(
        "{} in folders passed over: other formats, system folders, or links to a folder above.",
        count(usize::try_from(number).unwrap_or(usize::MAX), "item")
    )
}

/// Said of what a walk left out of folders, and of files that stand in the list already.
pub fn left_out(passed: u64, already: u64) -> String {
    let files = |number: u64| count(usize::try_from(number).unwrap_or(usize::MAX), "file");
    let passed = (passed > 0).then(|| passed_over(passed));
    let already = (already > 0).then(|| {
        let were = if already == 1 { "was" } else { "were" };
        format!("{} {were} already in the list.", files(already))
    });
    let sentences: Vec<String> = already.into_iter().chain(passed).collect();
    sentences.join(" ")
}
