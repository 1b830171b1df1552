//! Filter chips and row counts by status.

use crate::app::rows;
use crate::model::snapshot::{DuplicateStage, Row, RowDelta, Status};

/// A filter chip.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, PartialOrd, Ord)]
pub enum Filter {
    /// All rows.
    #[default]
    All,
    /// Refused or failed.
    Attention,
    /// Valid and not started.
    ToUpload,
    /// Sending, or sent and awaiting the response.
    Uploading,
    /// The service processes it.
    Processing,
    /// Being checked, queued, or waiting for a retry.
    Waiting,
    /// Paused by the user, left by an earlier run, or sent with another key: needs the user to go
    /// on.
    Paused,
    /// Its asset is ready.
    Ready,
    /// Content of another file; not sent.
    Duplicate,
    /// Cancelled by the user.
    Cancelled,
}

impl Filter {
    /// All chips, in display order.
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

    /// Returns the chip, besides "All", of a status.
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

/// Row counts that the status bar needs, updated for changed rows only.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct StatusCounts {
    /// Being checked.
    pub checking: usize,
    /// Sending bytes.
    pub uploading: usize,
    /// Sent, awaiting the response.
    pub finishing: usize,
    /// Waiting for a retry.
    pub waiting: usize,
    /// Paused by the user, or left by an earlier run.
    pub paused: usize,
    /// Processed by the service.
    pub processing: usize,
    /// Started duplicates: only their ids are requested.
    pub asked: usize,
    /// Failed.
    pub failed: usize,
    /// Ready or cancelled, and saved to disk.
    pub finished: usize,
    /// Rows with an id that is not on disk.
    pub unsaved: usize,
    /// Sending, and restarting from the first byte after a pause.
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
