//! A sentence for people in a box of the system's own, where there is neither a window nor a
//! terminal to say it.

/// Says why there is no window, and waits until it was read. Only on Windows, and only where
/// nothing reads standard error: the program of the menu has no terminal.
#[cfg(windows)]
pub fn say(words: &str) {
    use std::os::windows::io::AsRawHandle;

    use crate::app::wording::screens::NAME;

    if std::io::stderr().as_raw_handle().is_null() {
        let _ = rfd::MessageDialog::new()
            .set_level(rfd::MessageLevel::Error)
            .set_title(NAME)
            .set_description(words)
            .show();
    }
}

/// Elsewhere standard error is read, or kept in the system's journal.
#[cfg(not(windows))]
pub fn say(_words: &str) {}
