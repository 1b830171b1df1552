//! Whether the queue that a row stands in goes on, and if not, for what it waits.

use crate::model::fault::RequiredAction;
use crate::model::snapshot::{QueueWait, Snapshot};

/// Whether the queue that a row stands in goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Queue {
    /// What is queued starts when its turn comes.
    #[default]
    GoesOn,
    /// The user paused it.
    Paused,
    /// It waits for the user to do this.
    Held(Hold),
    /// All of it waits for this.
    Waits(QueueWait),
    /// The service can't be reached.
    Offline,
}

/// What the user is to do for a queue to go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hold {
    /// Enter an API key: there is none.
    NoKey,
    /// See to the key, the balance or the account.
    RequiredAction(RequiredAction),
}

impl Queue {
    /// That of a snapshot.
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
