//! Shows a startup error without window or terminal.

/// Shows the error in a message box and blocks until it is closed. Only if nothing reads standard
/// error, as when started from the menu.
#[cfg(windows)]
pub fn show_error_box(words: &str) {
    use std::os::windows::io::AsRawHandle;

    use crate::text::messages::window::name;

    if std::io::stderr().as_raw_handle().is_null() {
        let _ = rfd::MessageDialog::new()
            .set_level(rfd::MessageLevel::Error)
            .set_title(name())
            .set_description(words)
            .show();
    }
}

/// Shows the error in a notification. Only if standard error is no terminal, as when started from a
/// file manager.
#[cfg(not(windows))]
pub fn show_error_box(words: &str) {
    use std::io::IsTerminal;
    use std::sync::mpsc;
    use std::time::Duration;

    use super::desktop::{notification, on_thread};
    use crate::text::messages::window::name;

    /// Time limit, after which the program exits.
    const LIMIT: Duration = Duration::from_millis(1500);

    if !std::io::stderr().is_terminal() {
        let words = words.to_owned();
        let (shown, is_shown) = mpsc::channel();
        on_thread("notification", move || {
            let _ = notification(name(), &words).show();
            let _ = shown.send(());
        });
        let _ = is_shown.recv_timeout(LIMIT);
    }
}
