//! Desktop integration: notifications, sleep, taskbar, file manager. Each call runs on its own
//! thread, and a failure never affects the program.

use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::thread;
use std::time::Duration;

use crate::app::environment::{Clicked, Desktop};
use crate::app::pending::{Pending, Wake};
use crate::text::messages::window::{awake, name};

/// Application id.
#[cfg(not(target_os = "macos"))]
const APP_ID: &str = "mavi-uploader";
/// Bundle identifier.
#[cfg(target_os = "macos")]
const APP_ID: &str = "io.github.mavi-uploader.MaviUploader";
/// Time without a transfer for which the computer is still kept awake.
const BETWEEN_FILES: Duration = Duration::from_secs(3);

/// The user's desktop.
pub struct SystemDesktop {
    awake: Sender<bool>,
    progress: Sender<Option<u8>>,
}

impl Default for SystemDesktop {
    /// Creates it without calling the desktop.
    fn default() -> Self {
        let (awake, requests) = mpsc::channel();
        on_thread("awake", move || watch(&requests, BETWEEN_FILES, hold));
        let (progress, news) = mpsc::channel();
        on_thread("taskbar", move || taskbar::show(&news));
        Self { awake, progress }
    }
}

impl Desktop for SystemDesktop {
    fn notify(&self, title: &str, text: &str, clicked: Clicked) {
        #[cfg_attr(
            not(all(unix, not(target_os = "macos"))),
            expect(unused_mut, reason = "a click is told elsewhere by the system")
        )]
        let mut notification = notification(title, text);
        #[cfg(all(unix, not(target_os = "macos")))]
        notification.action(CLICK, name());
        on_thread("notification", move || match notification.show() {
            Ok(shown) => until_clicked(shown, clicked),
            Err(error) => tracing::info!(%error, "the desktop shows no notification"),
        });
    }

    fn stay_awake(&self, awake: bool) {
        // Without the thread, the computer sleeps as usual.
        let _ = self.awake.send(awake);
    }

    fn progress(&self, percent: Option<u8>) {
        let _ = self.progress.send(percent);
    }

    fn browse(&self, address: &'static str, wake: Wake) -> Pending<bool> {
        Pending::spawn("browser", wake, move || {
            let opened = webbrowser::open(address);
            if let Err(error) = &opened {
                tracing::info!(%error, "no browser opens an address");
            }
            opened.is_ok()
        })
    }

    fn copied_files(&self, wake: Wake) -> Pending<Vec<PathBuf>> {
        Pending::spawn("clipboard", wake, || {
            let files = arboard::Clipboard::new().and_then(|mut it| it.get().file_list());
            // An empty clipboard is an error, too.
            files
                .inspect_err(|error| tracing::debug!(%error, "no copied files"))
                .unwrap_or_default()
        })
    }

    fn reveal(&self, path: &Path, wake: Wake) -> Pending<bool> {
        let path: PathBuf = path.to_owned();
        Pending::spawn("reveal", wake, move || {
            let path = std::path::absolute(&path).unwrap_or(path);
            files::show(&path)
        })
    }
}

/// Builds a notification. Showing it may block.
pub(super) fn notification(title: &str, text: &str) -> notify_rust::Notification {
    let mut notification = notify_rust::Notification::new();
    notification.appname(name()).summary(title).body(text);
    #[cfg(all(unix, not(target_os = "macos")))]
    notification
        .icon(APP_ID)
        .hint(notify_rust::Hint::DesktopEntry(APP_ID.to_owned()));
    // Without it, the notification would be PowerShell's. The installer registers the id.
    #[cfg(windows)]
    notification.app_id(APP_ID);
    // Without it, macOS asks the user "Where is use_default?". Only the first call counts; an error
    // means that no such bundle is installed.
    #[cfg(target_os = "macos")]
    let _ = notify_rust::set_application(APP_ID);
    notification
}

/// Shows a file in the file manager.
#[cfg(not(all(unix, not(target_os = "macos"))))]
mod files {
    use std::path::Path;

    pub fn show(path: &Path) -> bool {
        opener::reveal(path)
            .inspect_err(|error| tracing::info!(%error, "the desktop shows no folder"))
            .is_ok()
    }
}

/// Shows a file in the file manager. `opener` reports success even if its last fallback failed.
#[cfg(all(unix, not(target_os = "macos")))]
mod files {
    use std::path::Path;
    use std::process::{Command, Stdio};

    use zbus::blocking::Connection;

    pub fn show(path: &Path) -> bool {
        asked_file_manager(path) || opened(path.parent().unwrap_or(path))
    }

    /// Asks over the D-Bus interface of file managers.
    fn asked_file_manager(path: &Path) -> bool {
        let Ok(address) = url::Url::from_file_path(path) else {
            return false;
        };
        let items = (vec![address.as_str()], "");
        let name = Some("org.freedesktop.FileManager1");
        let place = "/org/freedesktop/FileManager1";
        Connection::session()
            .and_then(|bus| bus.call_method(name, place, name, "ShowItems", &items))
            .inspect_err(|error| tracing::info!(%error, "no file manager answers"))
            .is_ok()
    }

    /// Opens the folder with its default program, which may run as long as the folder is open.
    fn opened(folder: &Path) -> bool {
        let mut command = Command::new("xdg-open");
        let quiet = command
            .arg(folder)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        match quiet.status() {
            Ok(status) if status.success() => return true,
            Ok(status) => tracing::info!(%status, "xdg-open shows no folder"),
            Err(error) => tracing::info!(%error, "xdg-open shows no folder"),
        }
        false
    }
}

/// Action name of a click on the notification itself.
#[cfg(all(unix, not(target_os = "macos")))]
const CLICK: &str = "default";

/// Blocks until the notification is clicked or closed.
#[cfg(all(unix, not(target_os = "macos")))]
fn until_clicked(shown: notify_rust::NotificationHandle, clicked: Clicked) {
    shown.wait_for_action(|action| {
        if action == CLICK {
            clicked();
        }
    });
}

/// Other systems raise the program themselves or report no click.
#[cfg(not(all(unix, not(target_os = "macos"))))]
fn until_clicked<T>(_: T, _: Clicked) {}

/// Progress over Unity's launcher protocol, which KDE, Ubuntu and others support.
#[cfg(all(unix, not(target_os = "macos")))]
mod taskbar {
    use std::collections::HashMap;
    use std::sync::mpsc::Receiver;

    use zbus::blocking::Connection;
    use zbus::zvariant::Value;

    /// Desktop file that the progress belongs to.
    const LAUNCHER: &str = "application://mavi-uploader.desktop";

    /// Shows received percentages, skipping to the latest when they arrive faster.
    pub fn show(news: &Receiver<Option<u8>>) {
        let mut bus = None;
        while let Ok(mut percent) = news.recv() {
            while let Ok(newer) = news.try_recv() {
                percent = newer;
            }
            bus = bus.or_else(|| Connection::session().ok());
            if let Some(bus) = &bus
                && let Err(error) = tell(bus, percent)
            {
                tracing::info!(%error, "the taskbar is not told");
            }
        }
    }

    fn tell(bus: &Connection, percent: Option<u8>) -> zbus::Result<()> {
        let fraction = f64::from(percent.unwrap_or(0)) / 100.0;
        let about = HashMap::from([
            ("progress", Value::from(fraction)),
            ("progress-visible", Value::from(percent.is_some())),
        ]);
        bus.emit_signal(
            None::<&str>,
            "/com/mavi/Uploader",
            "com.canonical.Unity.LauncherEntry",
            "Update",
            &(LAUNCHER, about),
        )
    }
}

/// Other taskbars need calls that safe Rust can't make.
#[cfg(not(all(unix, not(target_os = "macos"))))]
mod taskbar {
    use std::sync::mpsc::Receiver;

    /// Ignores progress.
    pub fn show(_: &Receiver<Option<u8>>) {}
}

/// Runs `work` on a new thread; skipped if no thread starts.
pub(super) fn on_thread(name: &str, work: impl FnOnce() + Send + 'static) {
    let _ = thread::Builder::new().name(name.to_owned()).spawn(work);
}

fn hold() -> Option<keepawake::KeepAwake> {
    let mut how = keepawake::Builder::default();
    how.idle(true)
        .reason(awake())
        .app_name(name())
        .app_reverse_domain(APP_ID);
    how.create()
        .inspect_err(|error| tracing::info!(%error, "the computer may go to sleep"))
        .ok()
}

/// Keeps the value of `hold` while requested and `longer` after, until the sender is dropped.
fn watch<T>(requests: &Receiver<bool>, longer: Duration, hold: impl Fn() -> Option<T>) {
    let mut held = None;
    let mut ends = false;
    loop {
        let request = if ends {
            requests.recv_timeout(longer)
        } else {
            requests.recv().map_err(RecvTimeoutError::from)
        };
        match request {
            Ok(true) => {
                ends = false;
                held = held.or_else(&hold);
            }
            Ok(false) => ends = held.is_some(),
            Err(RecvTimeoutError::Timeout) => {
                ends = false;
                held = None;
            }
            Err(RecvTimeoutError::Disconnected) => return,
        }
    }
}

#[cfg(test)]
mod tests;
