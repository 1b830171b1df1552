//! All user-facing text: plain language, always with a next step.

pub mod banner;
pub mod command;
pub mod foot;
mod intake;
mod key;
mod located;
pub mod row;
pub mod screens;
pub mod selection;
mod shell;

pub use foot::AND;
pub use intake::{coming_in, comparing, only_duplicates, plan, plan_at_length, refusal, refused};
pub use key::{key_in_use, not_a_key, vault};
pub use located::misfit;
pub use shell::*;

use crate::model::fault::{Fault, FaultKind, RequiredAction};
use crate::text::messages::banner as say;
use crate::text::{Backend, Message, NextStep, count, fault, number};

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
    let mut causes = Vec::new();
    if stops.unsaved > 0 {
        let are = if stops.unsaved == 1 { "is" } else { "are" };
        let ids = count(stops.unsaved, "asset id");
        causes.push(format!(
            "{ids} {are} not saved yet: copy them, or they are lost."
        ));
    }
    if stops.in_sandbox > 0 {
        let uploads = count(stops.in_sandbox, "upload");
        causes.push(format!(
            "{uploads} under way in the sandbox. Closing ends the sandbox and all that is in it."
        ));
    }
    if stops.sending > 0 {
        let uploads = count(stops.sending, "upload");
        causes.push(format!(
            "{uploads} under way. You can resume at the next start."
        ));
    }
    match stops.anew {
        0 => {}
        1 => causes.push("1 of them starts again from the beginning then.".to_owned()),
        anew => causes.push(format!(
            "{} of them start again from the beginning then.",
            number(anew)
        )),
    }
    let cause = causes.join(" ");
    if stops.sending + stops.in_sandbox > 0 {
        Quit {
            title: "Stop the uploads and close?",
            cause,
            stay: screens::KEEP_UPLOADING,
            leave: "Stop and close",
            hint: if stops.sending > 0 {
                "Stop the uploads and close; they can be continued at the next start"
            } else {
                "Stop the uploads and close; the sandbox ends with them"
            },
        }
    } else {
        Quit {
            title: "Close although ids are not saved?",
            cause,
            stay: "Stay",
            leave: "Close all the same",
            hint: "Close; ids that are not saved are lost",
        }
    }
}

/// Returns the question before leaving a sandbox with files; `under_way` have not ended.
pub fn leave_sandbox(under_way: usize) -> Quit {
    let ends = match under_way {
        0 => String::new(),
        1 => "1 upload is under way and ends here. ".to_owned(),
        many => format!("{} uploads are under way and end here. ", number(many)),
    };
    Quit {
        title: "Leave the sandbox?",
        cause: format!(
            "{ends}The sandbox is gone then, with this list and the ids in it. Your files stay where they are, and your own list is as you left it."
        ),
        stay: "Stay in the sandbox",
        leave: "Leave the sandbox",
        hint: "Go back to memories.ai and your own account",
    }
}

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

#[cfg(test)]
mod tests;
