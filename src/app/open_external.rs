//! Opens addresses in the browser and paths in the file manager, and reports failures.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use super::command::UiCommand;
use super::pending::{Outcome, Pending};
use super::state::{App, Dialog, WindowEffect};
use crate::text::messages::{list, window as words};

/// State of opening an address or path.
#[derive(Default)]
pub(super) struct ExternalOpener {
    opening: Option<Opening>,
    /// Failure shown in the dialog that asked.
    unopened: Option<(Dialog, OpenFailed)>,
}

/// Target to open.
#[derive(Clone, Debug, PartialEq, Eq)]
enum OpenTarget {
    /// Address for the browser.
    Address(&'static str),
    /// Path for the file manager.
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
                Self::Address(_) => words::no_browser(),
                Self::Backend(_) => words::no_file_manager(),
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
    /// Dialog from which it was requested.
    asked_in: Option<Dialog>,
    opened: Pending<bool>,
}

/// A failed opening, as shown in the open dialog.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenFailed {
    /// Message.
    pub said: &'static str,
    /// Address or path.
    pub text: String,
    /// Copies `text`.
    pub copy: UiCommand,
    /// `text` is on the clipboard.
    pub copied: bool,
}

impl App {
    /// Opens an address in the browser without blocking.
    pub(super) fn browse(&mut self, address: &'static str) {
        let wake = Arc::clone(&self.outside.wake);
        let opened = self.outside.desktop.browse(address, wake);
        self.open(OpenTarget::Address(address), opened);
    }

    /// Shows a path in the file manager without blocking.
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

    /// Handles the result. A failure is shown in the dialog that asked, which would hide a toast.
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
                let said = [unopened.said, &unopened.text].join(list::sentences());
                if let Some(asked_in) = asked_in.filter(|asked_in| dialog == Some(asked_in)) {
                    self.announcer.message(&said);
                    self.browse.unopened = Some((asked_in, unopened));
                } else {
                    self.say(said, Some(unopened.copy), now);
                }
            }
        }
    }

    /// Returns the failure for the open dialog.
    pub fn unopened(&self) -> Option<&OpenFailed> {
        self.browse.unopened.as_ref().map(|(_, unopened)| unopened)
    }

    /// Copies an address or path that did not open; `said` is the toast if no dialog is open.
    pub(super) fn copy_unopened(&mut self, text: String, said: &'static str, now: Instant) {
        self.effects.push(WindowEffect::CopyText(text));
        match &mut self.browse.unopened {
            Some((_, unopened)) => unopened.copied = true,
            None => self.say(said, None, now),
        }
    }
}
