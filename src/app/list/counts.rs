//! Row counts by status.

use crate::app::rows;
use crate::model::snapshot::{DuplicateStage, Row, RowDelta, Status};

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
