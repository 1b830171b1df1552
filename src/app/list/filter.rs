//! The chips above the list, and how many rows are in which state.

use crate::app::rows;
use crate::model::snapshot::{Row, Status};

/// A chip above the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, PartialOrd, Ord)]
pub enum Filter {
    /// Everything.
    #[default]
    All,
    /// Refused and failed.
    Attention,
    /// Its bytes move, or are out.
    Uploading,
    /// The service works on it.
    Processing,
    /// Not started, held, or waiting for its turn or its next try.
    Waiting,
    /// Has an asset that is ready, its own or that of an equal file.
    Ready,
}

impl Filter {
    /// In the order of their chips.
    pub const EACH: [Self; 6] = [
        Self::All,
        Self::Attention,
        Self::Uploading,
        Self::Processing,
        Self::Waiting,
        Self::Ready,
    ];

    /// On the chip.
    pub fn label(self) -> &'static str {
        match self {
            Self::All => "All",
            Self::Attention => "Needs attention",
            Self::Uploading => "Uploading",
            Self::Processing => "Processing",
            Self::Waiting => "Waiting",
            Self::Ready => "Ready",
        }
    }

    /// The chip, besides "All", under which a row stands; `None` for one that was given up.
    pub fn of(status: &Status) -> Option<Self> {
        match status {
            Status::Rejected(_) | Status::Failed(_) => Some(Self::Attention),
            Status::Uploading | Status::Finishing => Some(Self::Uploading),
            Status::Processing { .. } => Some(Self::Processing),
            Status::Checking
            | Status::Settling
            | Status::ReadyToUpload
            | Status::Queued
            | Status::Waiting { .. }
            | Status::Paused
            | Status::Duplicate { of: None } => Some(Self::Waiting),
            Status::Ready | Status::Duplicate { of: Some(_) } => Some(Self::Ready),
            Status::Cancelled => None,
        }
    }
}

/// How many rows are in the states that the bar at the foot asks about. Counted once for
/// every snapshot, not for every frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Tally {
    /// They are being looked at.
    pub checking: usize,
    /// Their bytes move.
    pub uploading: usize,
    /// Their bytes are out, the answer is not there.
    pub finishing: usize,
    /// They wait before the next try.
    pub waiting: usize,
    /// The service works on them.
    pub processing: usize,
    /// They ended without success.
    pub failed: usize,
    /// They ended for good, ready or cancelled, and are on disk.
    pub finished: usize,
    /// They have an id that is not on disk.
    pub unsaved: usize,
}

impl Tally {
    pub(super) fn count(&mut self, row: &Row) {
        self.unsaved += usize::from(rows::is_unsaved(row));
        let place = match &row.status {
            Status::Checking | Status::Settling => &mut self.checking,
            Status::Uploading => &mut self.uploading,
            Status::Finishing => &mut self.finishing,
            Status::Waiting { .. } => &mut self.waiting,
            Status::Processing { .. } => &mut self.processing,
            Status::Failed(_) => &mut self.failed,
            _ if rows::is_finished(row) => &mut self.finished,
            _ => return,
        };
        *place += 1;
    }
}
