//! Texts of the headers of batches.

use crate::app::list::BatchTotals;
use crate::model::batch::Batch;
pub(crate) use crate::text::messages::group::*;
use crate::text::messages::{foot, list};
use crate::text::{daily_cost, monthly_cost, size};

/// Returns the label of a batch.
pub fn label(batch: Option<&Batch>) -> &str {
    batch.map_or(other(), |batch| &batch.label)
}

/// Returns the state of a batch: "29 of 34 ready", "Done: 29 files ready", or "34 files · 12 GB" before its start.
pub fn state(totals: &BatchTotals) -> Option<String> {
    if totals.is_done() {
        let others = totals.ended - totals.ready - totals.attention;
        let others = (others > 0).then(|| foot::cancelled(others));
        let ends: Vec<String> = [foot::ready(totals.ready)]
            .into_iter()
            .chain(others)
            .collect();
        return Some(done(&ends.join(list::items())));
    }
    match (totals.rows, totals.ready, totals.active) {
        (0, ..) => None,
        (rows, 0, 0) => Some([files(rows), size(totals.size)].join(list::parts())),
        (rows, done, _) => Some(ready(rows, done)),
    }
}

/// Returns the number of its files that need attention.
pub fn trouble(totals: &BatchTotals) -> Option<String> {
    (totals.attention > 0).then(|| foot::attention(totals.attention))
}

/// Returns the user's note and what storing the batch costs, for a tooltip.
pub fn hint(batch: Option<&Batch>, totals: &BatchTotals) -> String {
    let note = batch.and_then(|batch| batch.note.clone());
    let stored = (totals.stored > 0).then(|| {
        let prices = [daily_cost(totals.stored), monthly_cost(totals.stored)];
        stored(&prices.join(list::items()), &size(totals.stored))
    });
    let lines: Vec<String> = note.into_iter().chain(stored).collect();
    lines.join("\n")
}

/// Returns the header as a sentence for screen readers.
pub fn spoken(batch: Option<&Batch>, totals: &BatchTotals, is_folded: bool) -> String {
    let skipped_files = batch.map_or(0, |batch| batch.skipped.count());
    let parts = [
        Some(label(batch).to_owned()),
        state(totals),
        trouble(totals),
        (skipped_files > 0).then(|| skipped(skipped_files)),
        (totals.rows > 0).then(|| if is_folded { collapsed() } else { expanded() }.to_owned()),
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    parts.join(list::items())
}

#[cfg(test)]
mod tests;
