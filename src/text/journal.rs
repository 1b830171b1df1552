//! Messages about history problems.

use super::messages::journal as say;

/// Returns the message for a history that can't be written.
pub fn unwritable_history(cause: &str) -> String {
    match cause.ends_with('.') {
        // This cause already names the problem and the fix.
        true => say::unwritable_for(cause),
        false => say::unwritable(cause),
    }
}
