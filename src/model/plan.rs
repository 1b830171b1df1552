//! Preview of "Upload" before the first byte: files, routes, shortest duration, cost.

use std::time::Duration;

use super::cost::StorageCost;
use super::media::Route;
use super::snapshot::{DuplicateStage, Row, RowDelta, Status};
use super::throughput::{Eta, Throughput, UnderWay};

/// Least time between two API calls.
pub const SPACING: Duration = Duration::from_millis(1050);
/// Longest time between two calls after rate-limit answers.
pub const MAX_SPACING: Duration = Duration::from_secs(32);

/// Returns the fewest rate-limited calls for one file: the upload and one poll, and by signed URL
/// the start of the storage step too.
pub fn calls(route: Route) -> u32 {
    match route {
        Route::Direct => 2,
        Route::SignedUrl => 3,
    }
}

/// Effect of pressing "Upload".
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Plan {
    /// Files that would start.
    pub files: usize,
    /// Bytes of those files.
    pub bytes: u64,
    /// Files that would start and say where they were taken.
    pub located: usize,
    /// Files that would go to storage by a signed URL.
    pub by_signed_url: usize,
    /// Files in the list that can't be uploaded.
    pub refused: usize,
    /// Files that would reuse the id of equal content instead of being sent.
    pub duplicates: usize,
    /// Files that are paused individually, and stay so.
    pub paused: usize,
    /// Time until everything is done, including work under way.
    pub finish: Eta,
    /// Storage cost of the files.
    pub cost: StorageCost,
}

impl Plan {
    /// Returns whether pressing "Upload" would do nothing.
    pub fn is_empty(&self) -> bool {
        self.files + self.duplicates == 0
    }
}

/// Running sums for a plan, updated row by row instead of recounting the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct PlanTotals {
    files: usize,
    bytes: u128,
    located: usize,
    direct: usize,
    by_signed_url: usize,
    refused: usize,
    duplicates: usize,
    paused: usize,
}

impl PlanTotals {
    /// Adds or removes a row.
    pub fn count(&mut self, row: &Row, change: RowDelta) {
        match row.status {
            Status::ReadyToUpload => {
                change.count(&mut self.files);
                if row.metadata.has_location {
                    change.count(&mut self.located);
                }
                match change {
                    RowDelta::Added => self.bytes += u128::from(row.size),
                    RowDelta::Removed => self.bytes -= u128::from(row.size),
                }
                change.count(match row.route.unwrap_or(Route::Direct) {
                    Route::Direct => &mut self.direct,
                    Route::SignedUrl => &mut self.by_signed_url,
                });
            }
            Status::Rejected(_) => change.count(&mut self.refused),
            Status::FoundDuplicate(DuplicateStage::Before | DuplicateStage::Known) => {
                change.count(&mut self.duplicates);
            }
            Status::Paused => change.count(&mut self.paused),
            _ => {}
        }
    }

    /// Returns the effect of pressing "Upload".
    pub fn plan(&self, under_way: UnderWay, line: Throughput) -> Plan {
        let bytes = u64::try_from(self.bytes).unwrap_or(u64::MAX);
        let number = |files: usize| u32::try_from(files).unwrap_or(u32::MAX);
        let of = |files, route| number(files).saturating_mul(calls(route));
        let all_calls = under_way
            .calls
            .saturating_add(of(self.direct, Route::Direct))
            .saturating_add(of(self.by_signed_url, Route::SignedUrl));
        let by_calls = SPACING.saturating_mul(all_calls);
        Plan {
            files: self.files,
            bytes,
            located: self.located,
            by_signed_url: self.by_signed_url,
            refused: self.refused,
            duplicates: self.duplicates,
            paused: self.paused,
            finish: match line.time_for(bytes.saturating_add(under_way.bytes)) {
                Some(Eta::Estimated(time)) => Eta::Estimated(time.max(by_calls)),
                Some(Eta::AtLeast(time)) => Eta::AtLeast(time.max(by_calls)),
                None => Eta::AtLeast(by_calls),
            },
            cost: StorageCost::of(bytes),
        }
    }
}

#[cfg(test)]
pub(crate) mod tests;
