use std::path::{Path, PathBuf};

use super::{AddId, FoundFile, Intake};
use crate::engine::files::CanonicalPath;

fn found(name: &str) -> FoundFile {
    let path = PathBuf::from(name);
    FoundFile {
        add: AddId(1),
        identity: CanonicalPath::unresolved(Path::new(name)),
        stamp: None,
        rejection: None,
        may_start: true,
        path,
    }
}

fn names(found: &[FoundFile]) -> Vec<&str> {
    let names = found.iter().map(|found| found.path.to_str());
    names.flatten().collect()
}

#[test]
fn nothing_is_taken_in_before_the_restored_rows_are_known() {
    let mut intake = Intake::default();
    intake.buffer([found("/a")]);
    assert!(intake.take_ready(false).is_empty());
    intake.on_resolving_paths();
    intake.buffer([found("/b")]);
    assert!(intake.take_ready(true).is_empty());
    intake.on_paths_resolved();
    assert_eq!(names(&intake.take_ready(true)), ["/a", "/b"]);
    assert!(intake.take_ready(true).is_empty());
}

#[test]
fn files_of_a_locked_database_wait_for_the_retry_and_later_ones_with_them() {
    let mut intake = Intake::default();
    intake.postpone([found("/a")]);
    intake.buffer([found("/b")]);
    assert!(intake.take_ready(true).is_empty());
    intake.on_retry_due();
    assert_eq!(names(&intake.take_ready(true)), ["/a", "/b"]);
}

#[test]
fn the_end_is_reported_once_and_only_when_nothing_is_found_buffered_or_checked() {
    let mut intake = Intake::default();
    assert!(!intake.report_done(|| false), "nothing was added");
    intake.on_walk_started(None);
    intake.on_walk_started(None);
    intake.on_walk_ended();
    assert!(!intake.report_done(|| false));
    intake.buffer([found("/a")]);
    intake.on_walk_ended();
    assert!(!intake.report_done(|| false));
    intake.take_ready(true);
    assert!(!intake.report_done(|| true));
    assert!(intake.report_done(|| false));
    assert!(!intake.report_done(|| false));
}

#[test]
fn a_walk_counts_from_zero_and_what_was_left_out_is_summed() {
    let mut intake = Intake::default();
    assert_eq!(intake.walking(), None);
    intake.on_walk_started(None);
    intake.on_progress(7);
    intake.on_skipped(2);
    assert_eq!(intake.walking(), Some(7));
    intake.on_walk_ended();
    intake.on_walk_started(None);
    intake.on_skipped(3);
    assert_eq!((intake.walking(), intake.skipped()), (Some(0), 5));
}
