//! Opens addresses in the browser and paths in the file manager, and reports failures.

use std::path::PathBuf;

use super::command::UiCommand;
use super::dialog::Dialog;
use super::pending::{Outcome, Pending};
use crate::text::messages::{list, window as words};

/// State of opening an address or path.
#[derive(Default)]
pub struct ExternalOpener {
    opening: Option<Pending<bool>>,
    /// Failure to report if nothing opens, and the dialog from which the opening was requested.
    requested: Option<(OpenFailed, Option<Dialog>)>,
    /// Failure shown in the dialog that asked.
    failed: Option<(Dialog, OpenFailed)>,
}

/// A failed opening, as shown in the open dialog.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenFailed {
    pub said: &'static str,
    /// Address or path.
    pub text: String,
    /// Copies `text`.
    pub copy: UiCommand,
    /// `text` is on the clipboard.
    pub copied: bool,
}

impl OpenFailed {
    /// No browser opens this address.
    pub fn address(address: &'static str) -> Self {
        Self {
            said: words::no_browser(),
            text: address.to_owned(),
            copy: UiCommand::CopyAddress(address),
            copied: false,
        }
    }

    /// No file manager shows this path.
    pub fn path(path: PathBuf) -> Self {
        Self {
            said: words::no_file_manager(),
            text: path.display().to_string(),
            copy: UiCommand::CopyPath(path),
            copied: false,
        }
    }
}

/// A failed opening to report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OpenEvent {
    /// The dialog that asked shows it; a toast would be hidden.
    InDialog(String),
    /// No dialog shows it; the command copies the address or path.
    Toast(String, UiCommand),
}

impl ExternalOpener {
    /// Waits for the system's answer. `asked_in` is the dialog from which it was requested.
    pub fn open(&mut self, failed: OpenFailed, asked_in: Option<Dialog>, opened: Pending<bool>) {
        *self = Self {
            opening: Some(opened),
            requested: Some((failed, asked_in)),
            failed: None,
        };
    }

    /// Handles the system's answer; `dialog` is the open one.
    pub fn poll(&mut self, dialog: Option<&Dialog>) -> Option<OpenEvent> {
        self.failed
            .take_if(|(shown_in, _)| dialog != Some(shown_in));
        let outcome = Pending::take_from(&mut self.opening)?;
        let (failed, asked_in) = self.requested.take()?;
        if outcome == Outcome::Answer(true) {
            return None;
        }
        let said = [failed.said, &failed.text].join(list::sentences());
        Some(match asked_in.filter(|asked_in| dialog == Some(asked_in)) {
            Some(asked_in) => {
                self.failed = Some((asked_in, failed));
                OpenEvent::InDialog(said)
            }
            None => OpenEvent::Toast(said, failed.copy),
        })
    }

    /// Returns the failure for the open dialog.
    pub fn failed(&self) -> Option<&OpenFailed> {
        self.failed.as_ref().map(|(_, failed)| failed)
    }

    /// Marks the failure's text as copied; `false` if no dialog shows it.
    pub fn mark_copied(&mut self) -> bool {
        let shown = self.failed.as_mut().map(|(_, failed)| &mut failed.copied);
        shown.map(|copied| *copied = true).is_some()
    }
}

#[cfg(test)]
mod tests;
