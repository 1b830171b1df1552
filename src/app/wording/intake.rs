//! Texts for added files and the effect of "Upload".

use std::collections::BTreeMap;

use crate::model::media::Rejection;
use crate::model::plan::Plan;
use crate::model::throughput::Eta;
use crate::text::messages::{banner, foot, intake as say, list};
use crate::text::{Backend, duration, monthly_cost, size};

/// Returns the name of the reason for refusing a file, which `intake-reason` selects by.
pub fn refusal(rejection: &Rejection) -> &'static str {
    match rejection {
        Rejection::UnsupportedFormat { .. } => "not-supported",
        Rejection::ContentMismatch { .. } => "wrong-content",
        Rejection::NotRecognised { .. } => "not-recognised",
        Rejection::Empty => "empty",
        Rejection::TooLarge { .. } => "too-large",
        Rejection::Unreadable { .. } => "cant-be-read",
        Rejection::NotAFile => "special",
        Rejection::NotFound => "not-there",
    }
}

/// Returns a summary of refused files, most frequent reason first: "12 files can’t be uploaded: 9
/// not supported, 3 too large."
pub fn refused(reasons: &BTreeMap<&'static str, usize>) -> String {
    let mut sorted: Vec<_> = reasons.iter().collect();
    sorted.sort_by_key(|(_, files)| std::cmp::Reverse(*files));
    let each = sorted.iter().map(|(why, files)| say::reason(**files, why));
    let each: Vec<String> = each.collect();
    say::refused(reasons.values().sum::<usize>(), &each.join(list::items()))
}

/// Returns the progress of walking folders and checking files; `None` if neither runs.
pub fn coming_in(walking: Option<u64>, checking: usize) -> Option<String> {
    match (walking, checking) {
        (None, 0) => None,
        (Some(found), _) => Some(banner::walking(found)),
        (None, checking) => Some(say::checking(checking)),
    }
}

/// Returns the number of files being hashed to find duplicates; `None` if there are none.
pub fn comparing(files: usize) -> Option<String> {
    (files > 0).then(|| say::comparing(files))
}

/// Returns the effect of "Upload" in two lines: amount, then notes.
pub fn plan(plan: &Plan, place: Backend) -> (String, String) {
    let first = say::ready(plan.files, &size(plan.bytes));
    let mut second = vec![match plan.finish {
        Eta::Estimated(time) => say::about(&duration(time)),
        Eta::AtLeast(time) => say::at_least(&duration(time)),
    }];
    second.extend((plan.located > 0).then(|| say::located(plan.files, plan.located)));
    second.extend(keeping(plan, place));
    second.extend(left_out(plan, plan.duplicates).map(|files| say::left_out(&files)));
    if plan.by_signed_url > 0 {
        second.push(say::to_storage(plan.by_signed_url));
    }
    (first, second.join(list::parts()))
}

/// Returns the effect of "Upload" in full, for a tooltip.
pub fn plan_at_length(plan: &Plan, place: Backend) -> String {
    if plan.files == 0 {
        return say::by_id(plan.duplicates);
    }
    let mut lines = vec![say::uploads(plan.files, place, &size(plan.bytes))];
    lines.push(match plan.finish {
        Eta::Estimated(time) => say::takes_about(place, &duration(time)),
        Eta::AtLeast(time) => say::takes_at_least(place, &duration(time)),
    });
    if plan.by_signed_url > 0 {
        lines.push(say::goes_to_storage(plan.by_signed_url, place));
    }
    if plan.located > 0 {
        lines.push(say::tell_location(plan.files, plan.located));
    }
    lines.extend(keeping(plan, place).map(|cost| say::keeping(&cost)));
    if plan.duplicates > 0 {
        lines.push(say::by_id(plan.duplicates));
    }
    lines.extend(left_out(plan, 0).map(|files| say::not_uploaded(&files)));
    lines.join("\n")
}

/// Returns the storage cost; `None` in the sandbox, which stores nothing.
fn keeping(plan: &Plan, place: Backend) -> Option<String> {
    (place == Backend::Service).then(|| say::storage(&monthly_cost(plan.bytes)))
}

/// Returns the files that are not uploaded, by reason.
fn left_out(plan: &Plan, duplicates: usize) -> Option<String> {
    let parts = [
        (plan.refused > 0).then(|| say::refused_number(plan.refused)),
        (duplicates > 0).then(|| foot::duplicates(duplicates)),
        (plan.paused > 0).then(|| foot::held(plan.paused)),
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    (!parts.is_empty()).then(|| parts.join(list::items()))
}

#[cfg(test)]
mod tests;
