//! A message with its next step.

use super::messages::list;

/// Button for the next step of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NextStep {
    /// Try the file again.
    Retry,
    /// Take the file out of the list.
    Remove,
    /// Upload the file although its content is not recognised.
    UploadAnyway,
    /// Upload the file anew.
    UploadAgain,
    /// Ask the service about the file.
    CheckAgain,
    /// Find the missing file.
    Locate,
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
    /// Returns a message of title, cause and next step.
    pub fn new(
        (title, cause, next): (impl Into<String>, impl Into<String>, impl Into<String>),
        step: NextStep,
    ) -> Self {
        let (title, cause, next) = (title.into(), cause.into(), next.into());
        Self {
            title,
            cause,
            next,
            step: Some(step),
        }
    }

    /// Returns cause and next step on one line.
    pub fn line(&self) -> String {
        [&*self.cause, &self.next].join(list::sentences())
    }
}
