//! Opening an address in the browser or a place where files are shown, and saying so where
//! nothing opens.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use super::command::UiCommand;
use super::pending::{Outcome, Pending};
use super::state::{App, Dialog, WindowEffect};
use super::wording::screens as words;

/// Where the opening of an address or a place is.
#[derive(Default)]
pub(super) struct ExternalOpener {
    opening: Option<Opening>,
    /// What did not open, and the dialog that says so.
    unopened: Option<(Dialog, OpenFailed)>,
}

/// What is to open.
#[derive(Clone, Debug, PartialEq, Eq)]
enum OpenTarget {
    /// An address, in the browser.
    Address(&'static str),
    /// A file or folder, where files are shown.
    Backend(PathBuf),
}

impl OpenTarget {
    fn text(&self) -> String {
        match self {
            Self::Address(address) => (*address).to_owned(),
            Self::Backend(path) => path.display().to_string(),
        }
    }

    fn unopened(self) -> OpenFailed {
        OpenFailed {
            said: match self {
                Self::Address(_) => words::NO_BROWSER,
                Self::Backend(_) => words::NO_FILE_MANAGER,
            },
            text: self.text(),
            copy: match self {
                Self::Address(address) => UiCommand::CopyAddress(address),
                Self::Backend(path) => UiCommand::CopyPath(path),
            },
            copied: false,
        }
    }
}

struct Opening {
    sought: OpenTarget,
    /// The dialog in which that was asked for.
    asked_in: Option<Dialog>,
    opened: Pending<bool>,
}

/// What nothing opened, as the dialog says that is open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenFailed {
    /// That nothing opened it.
    pub said: &'static str,
    /// The address or the path.
    pub text: String,
    /// Copies that.
    pub copy: UiCommand,
    /// It is on the clipboard.
    pub copied: bool,
}

impl App {
    /// Opens an address in the browser, off this thread.
    pub(super) fn browse(&mut self, address: &'static str) {
        let wake = Arc::clone(&self.outside.wake);
        let opened = self.outside.desktop.browse(address, wake);
        self.open(OpenTarget::Address(address), opened);
    }

    /// Shows a file or folder where files are shown, off this thread.
    pub(super) fn reveal(&mut self, path: PathBuf) {
        let wake = Arc::clone(&self.outside.wake);
        let opened = self.outside.desktop.reveal(&path, wake);
        self.open(OpenTarget::Backend(path), opened);
    }

    fn open(&mut self, sought: OpenTarget, opened: Pending<bool>) {
        self.browse = ExternalOpener {
            opening: Some(Opening {
                sought,
                asked_in: self.dialog.clone(),
                opened,
            }),
            unopened: None,
        };
    }

    /// Whether what was to open did: in the dialog that asked for it it is said
    /// there, for what is said at the window's foot lies under it.
    pub(super) fn browsed(&mut self, now: Instant) {
        let dialog = self.dialog.as_ref();
        if let Some((said_in, _)) = &self.browse.unopened
            && dialog != Some(said_in)
        {
            self.browse.unopened = None;
        }
        let Some(Opening {
            sought,
            asked_in,
            opened,
        }) = self.browse.opening.take()
        else {
            return;
        };
        match opened.poll() {
            Err(opened) => {
                self.browse.opening = Some(Opening {
                    sought,
                    asked_in,
                    opened,
                });
            }
            Ok(Outcome::Answer(true)) => {}
            Ok(Outcome::Answer(false) | Outcome::Lost) => {
                let unopened = sought.unopened();
                let said = format!("{} {}", unopened.said, unopened.text);
                if let Some(asked_in) = asked_in.filter(|asked_in| dialog == Some(asked_in)) {
                    self.announcer.message(&said);
                    self.browse.unopened = Some((asked_in, unopened));
                } else {
                    self.say(said, Some(unopened.copy), now);
                }
            }
        }
    }

    /// Returns what nothing opened, for the dialog that is open.
    pub fn unopened(&self) -> Option<&OpenFailed> {
        self.browse.unopened.as_ref().map(|(_, unopened)| unopened)
    }

    /// Copies an address or a path that did not open; `said` where no dialog says so.
    pub(super) fn copy_unopened(&mut self, text: String, said: &'static str, now: Instant) {
        self.effects.push(WindowEffect::CopyText(text));
        match &mut self.browse.unopened {
            Some((_, unopened)) => unopened.copied = true,
            None => self.say(said, None, now),
        }
    }
}
