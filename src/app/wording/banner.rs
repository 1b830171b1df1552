//! Texts of the banners above the list.

use crate::model::fault::{Fault, FaultKind, RequiredAction};
use crate::store::settings::SettingsWarning;
use crate::text::messages::banner as say;
pub(crate) use crate::text::messages::banner::*;
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

/// Reports why settings have their defaults.
pub fn settings(warning: &SettingsWarning) -> String {
    match warning {
        SettingsWarning::Unreadable { path, cause } => {
            say::settings_unreadable(cause, &path.display().to_string())
        }
        SettingsWarning::Damaged { path, cause, kept } => {
            let path = path.display().to_string();
            match kept {
                Ok(kept) => say::settings_damaged(cause, &kept.display().to_string(), &path),
                Err(why) => say::settings_not_set_aside(cause, &path, why),
            }
        }
        SettingsWarning::InvalidValue { name, value } => say::settings_invalid(name, value),
    }
}

#[cfg(test)]
mod tests;
