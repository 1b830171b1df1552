//! Texts for added files and the effect of "Upload".

use std::collections::BTreeMap;

use super::AND;
use crate::model::media::Rejection;
use crate::model::plan::Plan;
use crate::model::throughput::Eta;
use crate::text::Backend;
use crate::text::{count, duration, number, size, storage_cost};

/// Pipe, device, or link to one.
const SPECIAL: &str = "special system file";

/// Returns the reason for refusing a file, as part of a sum: "9 not supported".
pub fn refusal(rejection: &Rejection) -> &'static str {
    match rejection {
        Rejection::UnsupportedFormat { .. } => "not supported",
        Rejection::ContentMismatch { .. } => "whose content doesn’t match the name",
        Rejection::NotRecognised { .. } => "not recognised",
        Rejection::Empty => "empty",
        Rejection::TooLarge { .. } => "too large",
        Rejection::Unreadable { .. } => "can’t be read",
        Rejection::NotAFile => SPECIAL,
        Rejection::NotFound => "not there",
    }
}

/// Returns a summary of refused files, most frequent reason first: "12 files can’t be uploaded: 9
/// not supported, 3 too large."
pub fn refused(reasons: &BTreeMap<&'static str, usize>) -> String {
    let mut reasons: Vec<(&str, usize)> = reasons.iter().map(|(why, n)| (*why, *n)).collect();
    reasons.sort_by_key(|(_, number)| std::cmp::Reverse(*number));
    let all = reasons.iter().map(|(_, number)| number).sum();
    let each: Vec<String> = reasons
        .iter()
        .map(|(why, files)| match *why {
            SPECIAL => count(*files, SPECIAL),
            why => format!("{} {why}", number(*files)),
        })
        .collect();
    format!(
        "{} can’t be uploaded: {}.",
        count(all, "file"),
        each.join(", ")
    )
}

/// Returns the progress of walking folders and checking files; `None` if neither runs.
pub fn coming_in(walking: Option<u64>, checking: usize) -> Option<String> {
    match (walking, checking) {
        (None, 0) => None,
        (Some(found), _) => Some(super::banner::walking(found)),
        (None, checking) => Some(format!("Checking {}…", count(checking, "file"))),
    }
}

/// Returns the number of files being hashed to find duplicates; `None` if there are none.
pub fn comparing(files: usize) -> Option<String> {
    (files > 0).then(|| format!("Comparing {}…", count(files, "file")))
}

/// Returns the effect of "Upload" in two lines: amount, then notes.
pub fn plan(plan: &Plan, place: Backend) -> (String, String) {
    let first = format!(
        "{} ready to upload · {}",
        count(plan.files, "file"),
        size(plan.bytes)
    );
    let mut second = vec![finish(plan.finish)];
    second.extend(keeping(plan, place));
    second.extend(left_out(plan).map(|files| format!("left out: {files}")));
    if plan.by_signed_url > 0 {
        let large = count(plan.by_signed_url, "large file");
        second.push(format!("{large} sent directly to storage"));
    }
    (first, second.join(AND))
}

/// Returns the effect of "Upload" on duplicates only, in one line.
pub fn only_duplicates(duplicates: usize) -> String {
    format!("{} · nothing to send", count(duplicates, "duplicate"))
}

/// Returns the effect of "Upload" in full, for a tooltip.
pub fn plan_at_length(plan: &Plan, place: Backend) -> String {
    if plan.files == 0 {
        return by_id(plan.duplicates);
    }
    let (files, bytes) = (count(plan.files, "file"), size(plan.bytes));
    let mut lines = vec![format!("Uploads {files} with {bytes} to memories.ai.")];
    lines.push(match plan.finish {
        Eta::Estimated(time) => format!(
            "Takes about {} at the speed that was measured; memories.ai takes one request a second.",
            duration(time)
        ),
        Eta::AtLeast(time) => format!(
            "Takes at least {}: memories.ai takes one request a second. How long the bytes take is known once some have moved.",
            duration(time)
        ),
    });
    if plan.by_signed_url > 0 {
        lines.push(format!(
            "{} directly to the storage of memories.ai.",
            match plan.by_signed_url {
                1 => "1 large file goes".to_owned(),
                files => format!("{} large files go", number(files)),
            }
        ));
    }
    lines.extend(keeping(plan, place).map(|cost| format!("Keeping them: {cost}.")));
    if plan.duplicates > 0 {
        lines.push(by_id(plan.duplicates));
    }
    let rest = Plan {
        duplicates: 0,
        ..*plan
    };
    lines.extend(left_out(&rest).map(|left_out| format!("Not uploaded: {left_out}.")));
    place.said(lines.join("\n"))
}

/// Returns the storage cost; `None` in the sandbox, which stores nothing.
fn keeping(plan: &Plan, place: Backend) -> Option<String> {
    (place == Backend::Service).then(|| storage_cost(plan.bytes))
}

/// Returns the outcome of started duplicates.
fn by_id(duplicates: usize) -> String {
    match duplicates {
        1 => {
            "1 duplicate gets the id of the file with the same content and is not sent.".to_owned()
        }
        many => format!(
            "{} duplicates get the ids of the files with the same content and are not sent.",
            number(many)
        ),
    }
}

/// Returns the files that are not uploaded, by reason.
fn left_out(plan: &Plan) -> Option<String> {
    let duplicates = match plan.duplicates {
        0 => None,
        files => Some(count(files, "duplicate")),
    };
    let refused = (plan.refused > 0).then(|| format!("{} refused", number(plan.refused)));
    let paused = (plan.paused > 0).then(|| format!("{} paused", number(plan.paused)));
    let parts = [refused, duplicates, paused].into_iter().flatten();
    let parts: Vec<String> = parts.collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}

fn finish(finish: Eta) -> String {
    match finish {
        Eta::Estimated(time) => format!("about {}", duration(time)),
        Eta::AtLeast(time) => format!("at least {}", duration(time)),
    }
}

#[cfg(test)]
mod tests;
