//! Texts of the banners above the list.

use crate::model::key::NotAKey;
use crate::text::{count, number};

/// Banner of the sandbox.
const SANDBOX: &str = "Sandbox: nothing leaves this computer";
/// Returns the sandbox banner, with the number of files in the account's list.
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
/// Banner of a program started on a sandbox.
pub const SANDBOX_ALONE: &str =
    "Sandbox: nothing leaves this computer. Close the window to end it.";
/// The service can't be reached.
pub const OFFLINE: &str =
    "memories.ai can’t be reached. Uploads resume automatically as soon as it can.";
/// The service can't be reached and all uploads are paused.
pub const OFFLINE_PAUSED: &str = "memories.ai can’t be reached. All uploads are paused.";
/// The service can't be reached and the queue is blocked.
pub const OFFLINE_HELD: &str = "memories.ai can’t be reached.";
/// Files can't be dropped on this window.
pub const NO_DROP: &str =
    "This desktop does not let files be dropped here. Choose or paste them instead.";
/// Button that shows several refused files.
pub const SHOW_THEM: &str = "Show them";
/// Button that shows one refused file.
pub const SHOW_IT: &str = "Show it";
/// An upload was started without a key.
pub const KEY_NEEDED: &str = "An API key is needed to upload.";
/// The environment's key is rejected.
pub const ENVIRONMENT_KEY_REFUSED: &str = "memories.ai doesn’t accept the API key in the environment (MEMORIES_API_KEY). Keys of its newer DataLake console don’t work here. Correct it there, or enter one for this session.";

/// Reports uploads left by an earlier run.
pub fn interrupted(uploads: usize) -> String {
    let were = if uploads == 1 { "was" } else { "were" };
    format!("{} {were} interrupted.", count(uploads, "upload"))
}

/// Reports that the environment variable holds no valid key.
pub fn environment_key(why: NotAKey) -> String {
    format!(
        "The API key in the environment (MEMORIES_API_KEY) can’t be used: {why}. Correct it there, or enter one here."
    )
}

/// Reports that the keychain gave no key; `why` is a sentence.
pub fn keychain(why: &str) -> String {
    format!("{why} A key that the keychain may hold can’t be read.")
}

/// The keychain does not answer, perhaps waiting for the user.
pub const KEYCHAIN_SILENT: &str =
    "The keychain has not answered yet. If it asks for its password, enter it there.";
/// Button that goes on without the keychain.
pub const KEY_FOR_SESSION: &str = "Enter a key for this session";

/// Reports that the key is not stored; `why` is a sentence.
pub fn session_only(why: &str) -> String {
    format!("{why} The API key is kept for this session only.")
}

/// Reports the progress of walking folders.
pub fn walking(found: u64) -> String {
    format!("Looking for files: {} found…", number(found))
}

/// Reports the number of items skipped in folders.
pub fn passed_over(number: u64) -> String {
    format!(
        "{} in folders passed over: other formats, system folders, or links to a folder above.",
        count(usize::try_from(number).unwrap_or(usize::MAX), "item")
    )
}

/// Reports files skipped in folders and files already in the list.
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
