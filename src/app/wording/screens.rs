//! What the window says besides its list: its head, its empty state, its dialogs.

use std::collections::BTreeMap;

use super::{Backend, count, size};
use crate::model::media::{self, Kind, SIZE_DOUBT};
use crate::model::snapshot::KeyState;

/// The program.
pub const NAME: &str = "Mavi Uploader";
/// Why the computer does not sleep, where the desktop says so.
pub const AWAKE: &str = "Files are being uploaded";

/// Where files can be dropped.
pub const DROP: &str = "Drop videos, audio or images here";
/// Where they can't, in an empty window.
pub const CHOOSE: &str = "Choose videos, audio or images";
/// Where they can't, above the list.
pub const ADD: &str = "Add videos, audio or images";
/// What can be uploaded, in one line.
pub const FORMATS: &str =
    "MP4, MOV, WebM, MKV and more · MP3, WAV, FLAC, M4A · JPG, PNG, GIF, WebP, TIFF";
/// What the program does.
pub const GOES: &str = "Each file goes to memories.ai and gives you an asset id to hand on.";
/// What the sandbox does.
pub const TRIES: &str =
    "Try it out: each file gets an asset id to play with, and none leaves this computer.";
/// What leaves the computer.
pub const LEAVES: &str = "The whole file leaves this computer, with the place and time that a camera may have written into it.";
/// When it does, where the user says so.
pub const LEAVES_BY_HAND: &str = "Nothing is sent before you press Upload.";
/// When it does, where it starts by itself.
pub const LEAVES_AT_ONCE: &str = "Files are sent as soon as they are checked.";
/// What is missing at the first start.
pub const NEEDS_KEY: &str = "To upload, the program needs your API key from memories.ai.";

/// Returns what a drop would do, with so many files, or, where not `all` were counted, more.
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

/// The same before it is known what is in them.
pub fn drop_uncounted(things: usize) -> String {
    format!("Add {}", count(things, "item"))
}

/// On the button for the key.
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

/// What that button does.
pub const KEY_BUTTON: &str = "Show or change the API key";
/// The menu of colours.
pub const COLOURS: &str = "Colours";
/// What it does.
pub const COLOURS_HINT: &str = "Light or dark";
/// The menu of chips, where there is no room for them.
pub const FILTERS_HINT: &str = "Show only some of the files";
/// The menu of orders.
pub const SORT: &str = "Sort";
/// The field for searching, to a screen reader.
pub const SEARCH: &str = "Search";
/// The menu of forms to copy in.
pub const COPY_AS: &str = "Copy as…";
/// What it does.
pub const COPY_AS_HINT: &str = "Copy or save the selected files’ ids in another form";
/// What a screen reader calls the list.
pub const FILES: &str = "Files";
/// A row's menu.
pub const MORE: &str = "More";
/// What it does.
pub const MORE_HINT: &str = "Everything that can be done with this file";

/// Returns what the menu of orders does, with the one that holds.
pub fn sort_hint(now: &str) -> String {
    format!("Sort the list; now: {now}")
}

/// A chip with its count.
pub fn chip(label: &str, files: usize) -> String {
    format!("{label} {}", super::number(files))
}

/// Above the dialog for the key, and its field's name.
pub const KEY: &str = "API key";
/// In the field for the key, and on the buttons that open it where there is none.
pub const PASTE_KEY: &str = "Paste your API key";
/// Why it can't be saved yet.
pub const PASTE_FIRST: &str = "Paste a key first";
/// On the button that does without a key.
pub const WITHOUT: &str = "Try without one";
/// On the button that closes a dialog and takes back what it was for.
pub const CANCEL: &str = "Cancel";
/// On the button that cancels nothing.
pub const KEEP_UPLOADING: &str = "Keep uploading";
/// On the button that discards nothing.
pub const KEEP_INTERRUPTED: &str = "Keep them";
/// On the button that removes no key.
pub const KEEP_KEY: &str = "Keep it";
/// No browser opened an address.
pub fn no_browser(address: &str) -> String {
    format!("{NO_BROWSER} {address}")
}

/// The same before the address, which stands by itself.
pub const NO_BROWSER: &str = "No browser opened. Open this address yourself:";
/// No file manager showed a place, before its path.
pub const NO_FILE_MANAGER: &str = "No file manager opened. The path is:";
/// It is on the clipboard.
pub const PATH_COPIED: &str = "Path copied.";
/// It is on the clipboard.
pub const ADDRESS_COPIED: &str = "Address copied.";
/// Returns what saving a key starts.
pub fn save_starts(files: usize) -> String {
    match files {
        1 => "Save key starts the upload of 1 file.".to_owned(),
        files => format!(
            "Save key starts the upload of {} files.",
            super::number(files)
        ),
    }
}

/// The service is asked about a key.
pub const ASKING_ABOUT_KEY: &str = "Asking memories.ai about this key…";
/// The keychain is asked to keep a key.
pub const SAVING_KEY: &str = "Saving the key in the keychain…";
/// The keychain does not answer within the time that it takes as a rule.
pub const KEYCHAIN_SILENT: &str = "The keychain has not answered yet.";
/// The keychain has it.
pub const KEY_SAVED: &str = "Key saved in the keychain.";
/// It is not kept.
pub const KEY_TAKEN: &str = "Key taken for this session.";
/// Nothing is known about it.
pub const KEY_UNCHECKED: &str = "The key could not be checked.";

/// The service does not accept a key that was entered, for a reason that is a sentence.
pub fn key_refused(why: &str) -> String {
    format!("memories.ai doesn’t accept this key. {why}")
}

/// The service knows a key and has something against its account.
pub fn key_known(but: &str) -> String {
    format!("memories.ai knows the key, but: {but}.")
}

/// A key could not be checked.
pub fn key_unchecked(why: &str) -> String {
    format!("The key could not be checked: {why}.")
}

/// The title of the file dialog for files.
pub const CHOOSE_FILES: &str = "Choose files to upload";
/// That for folders.
pub const CHOOSE_FOLDERS: &str = "Choose folders to upload";
/// That for a file that is not where it was.
pub const LOCATE: &str = "Show where the file is now";
/// That for saving a selection.
pub const SAVE_IDS: &str = "Save the selected files’ ids";
/// The files that it offers first.
pub const MEDIA_FILES: &str = "Videos, audio and images";
/// All files.
pub const ALL_FILES: &str = "All files";

/// Above the list of formats.
pub const FORMATS_TITLE: &str = "What can be uploaded";

/// Every format that is taken, a line for each kind: what it is, and its extensions.
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

/// Returns how large a file may be.
pub fn size_limit(place: Backend) -> String {
    let limit = size(SIZE_DOUBT);
    place.said(format!("memories.ai takes files up to {limit}."))
}

/// There is no display.
pub const NO_DISPLAY: &str = "No window can be opened: there is no display here. To upload without one, use: mavi-uploader upload PATH…";
/// There is nothing that draws on it.
pub const NO_GRAPHICS: &str = "No window can be opened: this computer’s graphics (OpenGL) can’t be used. To upload without a window, use: mavi-uploader upload PATH…";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_format_is_listed_under_its_kind() {
        let lines = formats();
        let words: Vec<&str> = lines.iter().map(|(word, _)| *word).collect();
        assert_eq!(words, ["Videos", "Audio", "Images"]);
        let all: usize = lines.iter().map(|(_, each)| each.split(", ").count()).sum();
        assert_eq!(all, media::formats().len());
        assert_eq!(
            size_limit(Backend::Service),
            "memories.ai takes files up to 5 GB."
        );
    }

    #[test]
    fn a_drop_says_how_many_files_it_brings() {
        assert_eq!(drop(14, true), "Add 14 files");
        assert_eq!(drop(1, false), "Add 1 file or more");
        assert_eq!(drop(0, true), "Nothing here can be uploaded");
    }
}
