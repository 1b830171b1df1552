//! Messages about history problems.

use super::messages::journal as say;
use crate::model::snapshot::UnwritableCause;

/// Returns the message for a history that can't be written.
pub fn unwritable_history(cause: &UnwritableCause) -> String {
    match cause {
        UnwritableCause::Repair => say::unwritable(say::repair()),
        UnwritableCause::Error(error) => say::unwritable(error),
        UnwritableCause::NotOpened(sentence) => say::unwritable_for(sentence),
    }
}
