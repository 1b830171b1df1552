//! Questions before leaving the window or the sandbox.

use crate::text::messages::{list, quit as say};

/// Question before leaving the window or the sandbox.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quit {
    /// The question.
    pub title: &'static str,
    /// Consequence of leaving.
    pub cause: String,
    /// Label of the button that stays.
    pub stay: &'static str,
    /// Label of the button that leaves.
    pub leave: &'static str,
    /// Tooltip of the button that leaves.
    pub hint: &'static str,
}

/// Work that closing the window would stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Stops {
    /// Uploads in progress.
    pub sending: usize,
    /// Uploads in progress that restart later.
    pub anew: usize,
    /// Ids that are not on disk.
    pub unsaved: usize,
    /// Uploads in progress in a sandbox.
    pub in_sandbox: usize,
}

/// Returns the question before closing the window.
pub fn quit(stops: Stops) -> Quit {
    let causes = [
        (stops.unsaved > 0).then(|| say::unsaved(stops.unsaved)),
        (stops.in_sandbox > 0).then(|| say::in_sandbox(stops.in_sandbox)),
        (stops.sending > 0).then(|| say::sending(stops.sending)),
        (stops.anew > 0).then(|| say::anew(stops.anew)),
    ];
    let causes: Vec<String> = causes.into_iter().flatten().collect();
    let (title, stay, leave, hint) = match (stops.sending, stops.in_sandbox) {
        (0, 0) => say::unsaved_ids(),
        (0, _) => say::sandbox_uploads(),
        _ => say::uploads(),
    };
    Quit {
        title,
        cause: causes.join(list::sentences()),
        stay,
        leave,
        hint,
    }
}

/// Returns the question before leaving a sandbox with files; `under_way` have not ended.
pub fn leave_sandbox(under_way: usize) -> Quit {
    let (title, cause, stay, leave, hint) = say::sandbox(under_way);
    Quit {
        title,
        cause,
        stay,
        leave,
        hint,
    }
}

#[cfg(test)]
mod tests;
