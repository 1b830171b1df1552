//! Row counts by status.

use std::collections::BTreeMap;

use crate::app::command::Filter;
use crate::app::{rows, wording};
use crate::model::plan::PlanTotals;
use crate::model::snapshot::{DuplicateStage, Row, RowDelta, Status};

/// Totals over all rows, shown or hidden.
#[derive(Debug, Default, PartialEq)]
pub(super) struct ListTotals {
    pub tally: StatusCounts,
    pub counts: [usize; Filter::EACH.len()],
    pub refused: BTreeMap<&'static str, usize>,
    pub plan: PlanTotals,
}

impl ListTotals {
    pub fn count(&mut self, row: &Row, change: RowDelta) {
        self.tally.count(row, change);
        self.plan.count(row, change);
        for filter in Filter::each_of(row) {
            change.count(&mut self.counts[filter as usize]);
        }
        if let Status::Rejected(rejection) = &row.status {
            let reason = wording::refusal(rejection);
            let rows = self.refused.entry(reason).or_default();
            change.count(rows);
            if *rows == 0 {
                self.refused.remove(reason);
            }
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
