//! All user-facing text: plain language, always with a next step.

pub mod banner;
pub mod command;
mod fault;
pub mod foot;
mod intake;
mod journal;
mod key;
mod located;
mod place;
mod rejection;
pub mod row;
pub mod screens;
pub mod selection;
mod shell;
mod terminal;
mod units;

pub use fault::{details, fault, next_try};
pub use foot::AND;
pub use intake::{coming_in, comparing, only_duplicates, plan, plan_at_length, refusal, refused};
pub use journal::{newer_history, set_aside, unwritable_history};
pub use key::{key_in_use, not_a_key, vault};
pub use located::{NO_FILE_TO_LOCATE, misfit};
pub use place::Backend;
pub use rejection::{rejection, rejection_line};
pub use row::{note, status_word};
pub use shell::*;
pub use terminal::{
    CONSOLE, KEY_AS_ARGUMENT, RUN_INTERRUPTED, WITHOUT_KEY, all_wait, bad_environment_key, ends_in,
    interrupted, not_saved, starts_again, stopped, unprinted, unusable_proxy,
};
pub use units::{
    count, day, duration, left, number, rate, size, size_of, storage_cost, whole_seconds,
};

use super::command::RowCommand;
use crate::model::fault::{Fault, FaultKind, RequiredAction};

/// Button for the next step of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NextStep {
    /// A row command.
    Row(RowCommand),
    /// Enter another key.
    UpdateKey,
    /// Open the service's console.
    OpenConsole,
    /// Copy technical details for support.
    CopyDetails,
}

/// A message: what happened, why, and what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// Summary in a few words, without a full stop.
    pub title: String,
    /// Cause, in a sentence.
    pub cause: String,
    /// Next step, in a sentence.
    pub next: String,
    /// Button for the next step.
    pub step: Option<NextStep>,
}

impl Message {
    fn new(title: &str, cause: &str, next: &str, step: Option<NextStep>) -> Self {
        Self {
            title: title.to_owned(),
            cause: cause.to_owned(),
            next: next.to_owned(),
            step,
        }
    }

    /// Returns cause and next step on one line.
    pub fn line(&self) -> String {
        format!("{} {}", self.cause, self.next)
    }
}

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
pub fn needs(fix: RequiredAction) -> Message {
    const PAUSED: &str = "Uploads are paused; no file has failed.";
    match fix {
        RequiredAction::Key => Message::new(
            "memories.ai doesn’t accept the API key",
            PAUSED,
            "Enter another key to go on.",
            Some(NextStep::UpdateKey),
        ),
        RequiredAction::Balance => Message::new(
            "The balance at memories.ai is used up",
            PAUSED,
            "Top up the balance in the console, then go on.",
            Some(NextStep::OpenConsole),
        ),
        RequiredAction::Account => Message::new(
            "memories.ai refuses this account or this network address",
            PAUSED,
            "Check the account in the console, then go on.",
            Some(NextStep::OpenConsole),
        ),
        RequiredAction::Program => Message {
            cause: PAUSED.to_owned(),
            ..fault(&Fault::new(FaultKind::Retired))
        },
    }
}

#[cfg(test)]
mod tests;
