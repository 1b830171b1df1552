//! Decides which one reason the window gives for a queue that stands still.

use crate::model::fault::RequiredAction;
use crate::model::snapshot::{QueueWait, Snapshot};

/// State of the queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum QueueStatus {
    /// Queued files start in turn.
    #[default]
    GoesOn,
    /// Paused by the user.
    Paused,
    /// Blocked until the user acts.
    Held(Hold),
    /// The whole queue waits.
    Waits(QueueWait),
    /// The service can't be reached.
    Offline,
}

/// Action needed from the user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hold {
    /// Enter an API key.
    NoKey,
    /// Fix the key, balance or account.
    RequiredAction(RequiredAction),
}

impl QueueStatus {
    /// Returns the queue state of a snapshot.
    pub fn of(snapshot: &Snapshot) -> Self {
        match (snapshot.needs, snapshot.paused) {
            (Some(RequiredAction::Key), _) if snapshot.key.is_missing() => Self::Held(Hold::NoKey),
            (Some(fix), _) => Self::Held(Hold::RequiredAction(fix)),
            (None, true) => Self::Paused,
            (None, false) => match snapshot.waiting {
                Some(wait) => Self::Waits(wait),
                None if snapshot.offline => Self::Offline,
                None => Self::GoesOn,
            },
        }
    }
}
