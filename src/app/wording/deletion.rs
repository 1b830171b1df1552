//! Texts about deleting assets from the service.

use crate::app::deletion::DeletionRequest;
use crate::model::asset_deletion::AssetDeletionProgress;
use crate::text::messages::deletion as say;
pub(crate) use crate::text::messages::deletion::*;
use crate::text::messages::list;
use crate::text::{monthly_cost, number};

/// Returns the first names and the number of others.
pub fn named(request: &DeletionRequest) -> String {
    let names = request.names().join(list::items());
    say::names(&names, request.ids().len() - request.names().len())
}

/// Returns what the deletion saves, and that nothing brings the assets back.
pub fn means(request: &DeletionRequest) -> String {
    say::saves(request.ids().len(), &monthly_cost(request.bytes()))
}

/// Returns what was chosen but stays, by reason; empty if nothing.
pub fn left_out(request: &DeletionRequest) -> String {
    let (uploading, elsewhere, gone) = request.left_out();
    let lines = [
        (uploading > 0).then(|| say::uploading(uploading)),
        (elsewhere > 0).then(|| say::elsewhere(elsewhere)),
        (gone > 0).then(|| say::already_gone(gone)),
    ];
    let lines: Vec<String> = lines.into_iter().flatten().collect();
    lines.join(list::sentences())
}

/// Returns the progress of a deletion.
pub fn progress(progress: &AssetDeletionProgress) -> String {
    say::under_way(&number(progress.done), &number(progress.total))
}

/// Offers to go on with what a deletion left.
pub fn left_over(assets: u64) -> String {
    say::remaining(count(assets))
}

fn count(number: u64) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

/// Returns the outcome of a deletion.
pub fn done(end: &AssetDeletionProgress) -> String {
    say::done(
        count(end.deleted),
        count(end.failed),
        count(end.passed_over),
        count(end.not_found),
    )
}
