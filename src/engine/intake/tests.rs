use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::{AddId, FoundFile, Intake};
use crate::engine::files::CanonicalPath;
use crate::model::batch::{Batch, BatchId, SkippedFile, SkippedFiles, SkippedKind};

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

/// Takes the buffered files if rows can be made.
fn take_ready(intake: &mut Intake, history_has_answered: bool) -> Vec<FoundFile> {
    match intake.is_ready(history_has_answered) {
        true => intake.take_buffered(),
        false => vec![],
    }
}

#[test]
fn nothing_is_taken_in_before_the_restored_rows_are_known() {
    let mut intake = Intake::default();
    intake.buffer([found("/a")]);
    assert!(take_ready(&mut intake, false).is_empty());
    intake.on_resolving_paths();
    intake.buffer([found("/b")]);
    assert!(take_ready(&mut intake, true).is_empty());
    intake.on_paths_resolved();
    assert_eq!(names(&take_ready(&mut intake, true)), ["/a", "/b"]);
    assert!(take_ready(&mut intake, true).is_empty());
}

#[test]
fn files_of_a_locked_database_wait_for_the_retry_and_later_ones_with_them() {
    let mut intake = Intake::default();
    intake.postpone([found("/a")]);
    intake.buffer([found("/b")]);
    assert!(take_ready(&mut intake, true).is_empty());
    intake.on_retry_due();
    assert_eq!(names(&take_ready(&mut intake, true)), ["/a", "/b"]);
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
    take_ready(&mut intake, true);
    assert!(!intake.report_done(|| true));
    assert!(intake.report_done(|| false));
    assert!(!intake.report_done(|| false));
}

#[test]
fn a_walk_counts_from_zero() {
    let mut intake = Intake::default();
    assert_eq!(intake.walking(), None);
    intake.on_walk_started(None);
    intake.on_progress(7);
    assert_eq!(intake.walking(), Some(7));
    intake.on_walk_ended();
    intake.on_walk_started(None);
    assert_eq!(intake.walking(), Some(0));
}

fn skipped(named: &[&str], other_files: u64) -> SkippedFiles {
    let kind = SkippedKind::Document;
    let named = named.iter().map(PathBuf::from);
    SkippedFiles {
        named: named.map(|path| SkippedFile { path, kind }).collect(),
        unnamed: Default::default(),
        other_files,
    }
}

#[test]
fn a_batch_is_made_for_a_row_or_a_skipped_file_but_not_for_system_files() {
    let mut intake = Intake::default();
    let add = intake.on_walk_started(Some("Shoot"));
    assert_eq!(intake.lacking_batches(&[found("/a"), found("/b")]), 1);
    intake.on_skipped(add, skipped(&[], 1));
    assert_eq!(intake.behind(), None);
    intake.on_skipped(add, skipped(&["/x.pdf"], 2));
    assert_eq!(intake.behind(), Some(add));
    assert_eq!(intake.make_batch(add, None), None);
    let batch = intake.make_batch(add, Some(BatchId(7))).unwrap();
    assert_eq!((&*batch.label, batch.skipped.count()), ("Shoot", 1));
    assert_eq!(batch.skipped.other_files, 3);
    assert_eq!(
        (intake.behind(), intake.lacking_batches(&[found("/a")])),
        (None, 0)
    );
}

#[test]
fn what_is_skipped_later_keeps_a_new_label() {
    let mut intake = Intake::default();
    let add = intake.on_walk_started(Some("Shoot"));
    let batch = intake.make_batch(add, Some(BatchId(7))).unwrap();
    let edited = Batch {
        label: "Day one".to_owned(),
        note: Some("sunny".to_owned()),
        ..(*batch).clone()
    };
    intake.on_batch_edited(&Arc::new(edited.clone()));
    intake.on_skipped(add, skipped(&["/x.pdf"], 0));
    intake.on_walk_ended();
    intake.forget_finished();
    let batch = intake.make_batch(add, None).unwrap();
    let skipped = Arc::clone(&batch.skipped);
    assert_eq!(skipped.count(), 1);
    assert_eq!(*batch, Batch { skipped, ..edited });
    intake.forget_finished();
    assert_eq!(intake.batch(add), None);
}
