//! Texts of the banners above the list.

use crate::model::fault::{Fault, FaultKind, RequiredAction};
pub(crate) use crate::text::messages::banner::*;
use crate::text::messages::{banner as say, list};
use crate::text::{Backend, Message, NextStep, fault};

/// Returns the banner for an action that the queue needs from the user.
pub fn needs(fix: RequiredAction, at: Backend) -> Message {
    let paused = say::needs_paused();
    let ((title, next), step) = match fix {
        RequiredAction::Key => (say::needs_key(at), NextStep::UpdateKey),
        RequiredAction::Balance => (say::needs_balance(at), NextStep::OpenConsole),
        RequiredAction::Account => (say::needs_account(at), NextStep::OpenConsole),
        RequiredAction::Program => {
            return Message {
                cause: paused.to_owned(),
                ..fault(&Fault::new(FaultKind::Retired), at)
            };
        }
    };
    Message::new((title, paused, next), step)
}

/// Reports files skipped in folders and files already in the list.
pub fn left_out(passed: u64, already: u64) -> String {
    let already = (already > 0).then(|| say::already_listed(already));
    let passed = (passed > 0).then(|| say::passed_over(passed));
    let sentences: Vec<String> = already.into_iter().chain(passed).collect();
    sentences.join(list::sentences())
}

#[cfg(test)]
mod tests;
