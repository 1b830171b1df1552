//! Opening an address in the browser, and saying so where none opens.

use std::sync::Arc;
use std::time::Instant;

use super::command::UiCommand;
use super::pending::{Outcome, Pending};
use super::state::{App, Effect};
use super::wording::screens as words;

/// Where the opening of an address is.
#[derive(Default)]
pub(super) struct Browse {
    opening: Option<(&'static str, Pending<bool>)>,
    unopened: Option<Unopened>,
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
            opening: Some((address, opened)),
            unopened: None,
        };
    }

    /// Whether a browser opened what it was to open: in a dialog it is said there, for what is
    /// said at the window's foot lies under it.
    pub(super) fn browsed(&mut self, now: Instant) {
        let Some((address, opening)) = self.browse.opening.take() else {
            return;
        };
        match opening.poll() {
            Err(opening) => self.browse.opening = Some((address, opening)),
            Ok(Outcome::Answer(true)) => {}
            Ok(Outcome::Answer(false) | Outcome::Lost) => {
                let said = words::no_browser(address);
                if self.dialog.is_some() {
                    self.announcer.message(&said);
                    self.browse.unopened = Some(Unopened {
                        address,
                        copied: false,
                    });
                } else {
                    self.say(said, Some(UiCommand::CopyAddress(address)), now);
                }
            }
        }
    }

    /// The address that no browser opened, for the dialog that is open.
    pub fn unopened(&self) -> Option<Unopened> {
        self.browse.unopened
    }

    /// Another dialog has nothing to say of it.
    pub(super) fn forget_unopened(&mut self) {
        self.browse.unopened = None;
    }

    pub(super) fn copy_address(&mut self, address: &'static str, now: Instant) {
        self.effects.push(Effect::CopyText(address.to_owned()));
        match &mut self.browse.unopened {
            Some(unopened) => unopened.copied = true,
            None => self.say(words::ADDRESS_COPIED, None, now),
        }
    }
}
