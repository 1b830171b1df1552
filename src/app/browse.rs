//! Opening an address in the browser, and saying so where none opens.

use std::sync::Arc;
use std::time::Instant;

use super::command::UiCommand;
use super::pending::{Outcome, Pending};
use super::state::{App, Dialog, Effect};
use super::wording::screens as words;

/// Where the opening of an address is.
#[derive(Default)]
pub(super) struct Browse {
    opening: Option<Opening>,
    /// What did not open, and the dialog that says so.
    unopened: Option<(Dialog, Unopened)>,
}

struct Opening {
    address: &'static str,
    /// The dialog in which that was asked for.
    asked_in: Option<Dialog>,
    opened: Pending<bool>,
}

/// An address that no browser opened, as the dialog says that is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unopened {
    /// The address.
    pub address: &'static str,
    /// It is on the clipboard.
    pub copied: bool,
}

impl App {
    /// Opens an address in the browser, off this thread.
    pub(super) fn browse(&mut self, address: &'static str) {
        let wake = Arc::clone(&self.outside.wake);
        let opened = self.outside.desktop.browse(address, wake);
        self.browse = Browse {
            opening: Some(Opening {
                address,
                asked_in: self.dialog.clone(),
                opened,
            }),
            unopened: None,
        };
    }

    /// Whether a browser opened what it was to open: in the dialog that asked for it it is said
    /// there, for what is said at the window's foot lies under it.
    pub(super) fn browsed(&mut self, now: Instant) {
        let dialog = self.dialog.as_ref();
        if let Some((said_in, _)) = &self.browse.unopened
            && dialog != Some(said_in)
        {
            self.browse.unopened = None;
        }
        let Some(Opening {
            address,
            asked_in,
            opened,
        }) = self.browse.opening.take()
        else {
            return;
        };
        match opened.poll() {
            Err(opened) => {
                self.browse.opening = Some(Opening {
                    address,
                    asked_in,
                    opened,
                });
            }
            Ok(Outcome::Answer(true)) => {}
            Ok(Outcome::Answer(false) | Outcome::Lost) => {
                let said = words::no_browser(address);
                if let Some(asked_in) = asked_in.filter(|asked_in| dialog == Some(asked_in)) {
                    self.announcer.message(&said);
                    let copied = false;
                    self.browse.unopened = Some((asked_in, Unopened { address, copied }));
                } else {
                    self.say(said, Some(UiCommand::CopyAddress(address)), now);
                }
            }
        }
    }

    /// The address that no browser opened, for the dialog that is open.
    pub fn unopened(&self) -> Option<Unopened> {
        self.browse.unopened.as_ref().map(|(_, unopened)| *unopened)
    }

    pub(super) fn copy_address(&mut self, address: &'static str, now: Instant) {
        self.effects.push(Effect::CopyText(address.to_owned()));
        match &mut self.browse.unopened {
            Some((_, unopened)) => unopened.copied = true,
            None => self.say(words::ADDRESS_COPIED, None, now),
        }
    }
}
