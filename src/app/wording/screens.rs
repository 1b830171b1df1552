//! Texts of the window's header, empty state and dialogs.

use std::collections::BTreeMap;

use crate::model::media::{self, Kind, SIZE_DOUBT};
use crate::model::snapshot::KeyState;
use crate::text::{Backend, count, number, size};

/// Name of the program.
pub const NAME: &str = "Mavi Uploader";
/// Reason for keeping the computer awake, shown by some desktops.
pub const AWAKE: &str = "Files are being uploaded";

/// Invitation to drop files.
pub const DROP: &str = "Drop videos, audio or images here";
/// Title of an empty window without drag and drop.
pub const CHOOSE: &str = "Choose videos, audio or images";
/// Title above the list without drag and drop.
pub const ADD: &str = "Add videos, audio or images";
/// Supported formats in one line.
pub const FORMATS: &str =
    "MP4, MOV, WebM, MKV and more · MP3, WAV, FLAC, M4A · JPG, PNG, GIF, WebP, TIFF";
/// Purpose of the program.
pub const GOES: &str = "Each file goes to memories.ai and gives you an asset id to hand on.";
/// Purpose of the sandbox.
pub const TRIES: &str =
    "Try it out: each file gets an asset id to play with, and none leaves this computer.";
/// Data that leaves the computer.
pub const LEAVES: &str = "The whole file leaves this computer, with the place and time that a camera may have written into it.";
/// Start of uploads by hand.
pub const LEAVES_BY_HAND: &str = "Nothing is sent before you press Upload.";
/// Automatic start of uploads.
pub const LEAVES_AT_ONCE: &str = "Files are sent as soon as they are checked.";
/// First start without a key.
pub const NEEDS_KEY: &str = "To upload, the program needs your API key from memories.ai.";

/// Returns the effect of a drop; without `all`, there are more files than counted.
pub fn drop(files: usize, all: bool) -> String {
    let files = match files {
        0 => return "Nothing here can be uploaded".to_owned(),
        files => count(files, "file"),
    };
    if all {
        format!("Add {files}")
    } else {
        format!("Add {files} or more")
    }
}

/// Returns the effect of a drop before its files are counted.
pub fn drop_uncounted(things: usize) -> String {
    format!("Add {}", count(things, "item"))
}

/// Returns the label of the key button.
pub fn key_button(key: &KeyState) -> String {
    match key {
        KeyState::Loading => "Looking for the key…".to_owned(),
        KeyState::Missing => "No API key".to_owned(),
        KeyState::Present { refused: true, .. } => "Key not accepted".to_owned(),
        KeyState::Present { checked: false, .. } => "Key saved".to_owned(),
        KeyState::Present { last4, .. } if last4.is_empty() => "Key set".to_owned(),
        KeyState::Present { last4, .. } => format!("Key …{last4}"),
    }
}

/// Tooltip of the key button.
pub const KEY_BUTTON: &str = "Show or change the API key";
/// Colours menu.
pub const COLOURS: &str = "Colours";
/// Tooltip of the colours menu.
pub const COLOURS_HINT: &str = "Light or dark";
/// Tooltip of the filter menu in a narrow window.
pub const FILTERS_HINT: &str = "Show only some of the files";
/// Sort menu.
pub const SORT: &str = "Sort";
/// Screen reader name of the search field.
pub const SEARCH: &str = "Search";
/// Menu of export formats.
pub const COPY_AS: &str = "Copy as…";
/// Tooltip of the export menu.
pub const COPY_AS_HINT: &str = "Copy or save the selected files’ ids in another form";
/// Screen reader name of the list.
pub const FILES: &str = "Files";
/// Row menu.
pub const MORE: &str = "More";
/// Tooltip of the row menu.
pub const MORE_HINT: &str = "Everything that can be done with this file";

/// Returns the tooltip of the sort menu, with the current order.
pub fn sort_hint(now: &str) -> String {
    format!("Sort the list; now: {now}")
}

/// Returns a chip's label with its count.
pub fn chip(label: &str, files: usize) -> String {
    format!("{label} {}", number(files))
}

/// Title of the key dialog and name of its field.
pub const KEY: &str = "API key";
/// Placeholder of the key field, and label of buttons that open it.
pub const PASTE_KEY: &str = "Paste your API key";
/// Reason for the disabled save button.
pub const PASTE_FIRST: &str = "Paste a key first";
/// Button that tries the sandbox without a key.
pub const WITHOUT: &str = "Try without one";
/// Button that closes a dialog without any change.
pub const CANCEL: &str = "Cancel";
/// Button that keeps uploads running.
pub const KEEP_UPLOADING: &str = "Keep uploading";
/// Button that keeps interrupted uploads.
pub const KEEP_INTERRUPTED: &str = "Keep them";
/// Button that keeps the key.
pub const KEEP_KEY: &str = "Keep it";
/// Reports an address that no browser opened.
pub fn no_browser(address: &str) -> String {
    format!("{NO_BROWSER} {address}")
}

/// Text before an address that no browser opened.
pub const NO_BROWSER: &str = "No browser opened. Open this address yourself:";
/// Text before a path that no file manager opened.
pub const NO_FILE_MANAGER: &str = "No file manager opened. The path is:";
/// The path was copied.
pub const PATH_COPIED: &str = "Path copied.";
/// The address was copied.
pub const ADDRESS_COPIED: &str = "Address copied.";
/// Returns the number of files that start once the key is saved.
pub fn save_starts(files: usize) -> String {
    match files {
        1 => "Save key starts the upload of 1 file.".to_owned(),
        files => format!("Save key starts the upload of {} files.", number(files)),
    }
}

/// The service is checking a key.
pub const ASKING_ABOUT_KEY: &str = "Asking memories.ai about this key…";
/// The keychain is storing a key.
pub const SAVING_KEY: &str = "Saving the key in the keychain…";
/// The keychain is slower than usual.
pub const KEYCHAIN_SILENT: &str = "The keychain has not answered yet.";
/// The key is stored.
pub const KEY_SAVED: &str = "Key saved in the keychain.";
/// The key is used but not stored.
pub const KEY_TAKEN: &str = "Key taken for this session.";
/// The key's validity is unknown.
pub const KEY_UNCHECKED: &str = "The key could not be checked.";

/// Reports a rejected key; `why` is a sentence.
pub fn key_refused(why: &str) -> String {
    format!("memories.ai doesn’t accept this key. {why}")
}

/// Reports a valid key with an account problem.
pub fn key_known(but: &str) -> String {
    format!("memories.ai knows the key, but: {but}.")
}

/// Reports a key that could not be checked.
pub fn key_unchecked(why: &str) -> String {
    format!("The key could not be checked: {why}.")
}

/// Title of the file dialog.
pub const CHOOSE_FILES: &str = "Choose files to upload";
/// Title of the folder dialog.
pub const CHOOSE_FOLDERS: &str = "Choose folders to upload";
/// Title of the dialog that chooses the backup folder.
pub const CHOOSE_BACKUP_FOLDER: &str = "Choose a folder for a second copy of the history";
/// Title of the dialog for a missing file.
pub const LOCATE: &str = "Show where the file is now";
/// Title of the save dialog.
pub const SAVE_IDS: &str = "Save the selected files’ ids";
/// File type filter for media.
pub const MEDIA_FILES: &str = "Videos, audio and images";
/// File type filter for everything.
pub const ALL_FILES: &str = "All files";

/// Title of the format list.
pub const FORMATS_TITLE: &str = "What can be uploaded";

/// Returns the formats by kind: its name and extensions.
pub fn formats() -> Vec<(&'static str, String)> {
    let mut kinds: BTreeMap<u8, (&'static str, Vec<String>)> = BTreeMap::new();
    for format in media::formats() {
        let (place, word) = match format.kind {
            Kind::Video => (0, "Videos"),
            Kind::Audio => (1, "Audio"),
            Kind::Image => (2, "Images"),
        };
        let (_, extensions) = kinds.entry(place).or_insert((word, Vec::new()));
        extensions.push(format.extension.to_uppercase());
    }
    let lines = kinds.into_values();
    lines.map(|(word, each)| (word, each.join(", "))).collect()
}

/// Returns the size limit of a file.
pub fn size_limit(place: Backend) -> String {
    let limit = size(SIZE_DOUBT);
    place.said(format!("memories.ai takes files up to {limit}."))
}

/// No display was found.
pub const NO_DISPLAY: &str = "No window can be opened: there is no display here. To upload without one, use: mavi-uploader upload PATH…";
/// OpenGL can't be used.
pub const NO_GRAPHICS: &str = "No window can be opened: this computer’s graphics (OpenGL) can’t be used. To upload without a window, use: mavi-uploader upload PATH…";

#[cfg(test)]
mod tests;
