//! The chips above the list, and how many rows are in which state.

use crate::app::rows;
use crate::model::snapshot::{DuplicateStage, Row, RowDelta, Status};

/// A chip above the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, PartialOrd, Ord)]
pub enum Filter {
    /// Everything.
    #[default]
    All,
    /// Refused and failed.
    Attention,
    /// Fine, and not started.
    ToUpload,
    /// Its bytes move, or are out.
    Uploading,
    /// The service works on it.
    Processing,
    /// Being looked at, or waiting for its turn or its next try.
    Waiting,
    /// Held by the user, left by an earlier run, or sent with another key: it does not go on by
    /// itself.
    Paused,
    /// Has an asset that is ready.
    Ready,
    /// Has the content of another file, and is not sent.
    Duplicate,
    /// Given up by the user.
    Cancelled,
}

impl Filter {
    /// In the order of their chips.
    pub const EACH: [Self; 10] = [
        Self::All,
        Self::Attention,
        Self::ToUpload,
        Self::Uploading,
        Self::Processing,
        Self::Waiting,
        Self::Paused,
        Self::Ready,
        Self::Duplicate,
        Self::Cancelled,
    ];

    /// The chip, besides "All", under which a row stands.
    pub fn of(status: &Status) -> Self {
        match status {
            Status::Rejected(_) | Status::Failed(_) => Self::Attention,
            Status::ReadyToUpload => Self::ToUpload,
            Status::Uploading | Status::Finishing => Self::Uploading,
            Status::Processing { .. } => Self::Processing,
            Status::Checking | Status::Settling | Status::Queued | Status::Waiting { .. } => {
                Self::Waiting
            }
            Status::Paused | Status::OtherKey { .. } => Self::Paused,
            Status::Ready => Self::Ready,
            Status::FoundDuplicate(_) | Status::Duplicate { .. } => Self::Duplicate,
            Status::Cancelled => Self::Cancelled,
        }
    }
}

/// How many rows are in the states that the bar at the foot asks about. Only rows that change
/// are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct StatusCounts {
    /// They are being looked at.
    pub checking: usize,
    /// Their bytes move.
    pub uploading: usize,
    /// Their bytes are out, the answer is not there.
    pub finishing: usize,
    /// They wait before the next try.
    pub waiting: usize,
    /// The user holds them, or an earlier run left them.
    pub paused: usize,
    /// The service works on them.
    pub processing: usize,
    /// Duplicates that were started: their ids are asked for, and nothing is sent.
    pub asked: usize,
    /// They ended without success.
    pub failed: usize,
    /// They ended for good, ready or cancelled, and are on disk.
    pub finished: usize,
    /// They have an id that is not on disk.
    pub unsaved: usize,
    /// Their bytes move, and they start again from the first one after a pause.
    pub starts_again: usize,
}

impl StatusCounts {
    pub(super) fn count(&mut self, row: &Row, change: RowDelta) {
        if rows::is_unsaved(row) {
            change.count(&mut self.unsaved);
        }
        if rows::pause_loses_work(row) {
            change.count(&mut self.starts_again);
        }
        let place = match &row.status {
            Status::Checking | Status::Settling => &mut self.checking,
            Status::Uploading => &mut self.uploading,
            Status::Finishing => &mut self.finishing,
            Status::Waiting { .. } => &mut self.waiting,
            Status::Paused => &mut self.paused,
            Status::Processing { .. } => &mut self.processing,
            Status::FoundDuplicate(DuplicateStage::Asked) => &mut self.asked,
            Status::Failed(_) => &mut self.failed,
            _ if rows::is_finished(row) => &mut self.finished,
            _ => return,
        };
        change.count(place);
    }
}
