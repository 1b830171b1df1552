//! A sentence for people where there is neither a window nor a terminal to say it.

/// Says why there is no window, in a box of the system's own, and waits until it was read. Only
/// where nothing reads standard error: the program of the menu has no terminal.
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

/// Says why there is no window, in a notification of the desktop. Only where standard error is no
/// terminal: the file manager that started the program shows nobody what it writes there.
#[cfg(not(windows))]
pub fn say(words: &str) {
    use std::io::IsTerminal;
    use std::sync::mpsc;
    use std::time::Duration;

    use super::desktop::{notification, on_thread};
    use crate::app::wording::screens::NAME;

    /// How long the desktop may take: the program ends after it.
    const LIMIT: Duration = Duration::from_millis(1500);

    if !std::io::stderr().is_terminal() {
        let words = words.to_owned();
        let (shown, is_shown) = mpsc::channel();
        on_thread("notification", move || {
            let _ = notification(NAME, &words).show();
            let _ = shown.send(());
        });
        let _ = is_shown.recv_timeout(LIMIT);
    }
}
