//! Messages about history problems.

use super::messages::journal as say;
use crate::model::set_aside::SetAside;
use crate::model::snapshot::UnwritableCause;

/// Returns the message for a history that can't be written.
pub fn unwritable_history(cause: &UnwritableCause) -> String {
    match cause {
        UnwritableCause::Error(error) => say::unwritable(error),
        UnwritableCause::NotOpened(sentence) => say::unwritable_for(sentence),
    }
}

/// Returns the message for a damaged or missing history that was replaced.
pub fn set_aside(set_aside: &SetAside) -> String {
    let SetAside {
        path,
        assets,
        batches,
        notes,
    } = set_aside;
    let found = say::there_again(*assets, *batches, *notes);
    match path {
        Some(path) => say::set_aside(&found, &path.display().to_string()),
        None => say::lost(&found),
    }
}
