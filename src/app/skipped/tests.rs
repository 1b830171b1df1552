use std::sync::Arc;

use super::*;
use crate::model::batch::{BatchId, SkippedFiles};

#[test]
fn skipped_files_are_listed_by_kind_with_what_to_do() {
    let file = |path: &str, kind| SkippedFile {
        path: path.into(),
        kind,
    };
    let batch = Batch {
        id: BatchId(1),
        label: "Shoot".to_owned(),
        note: None,
        created_at_ms: 0,
        skipped: Arc::new(SkippedFiles {
            named: vec![
                file("/card/notes.pdf", SkippedKind::Document),
                file("/card/A/one.R3D", SkippedKind::CameraOriginal),
                file("/card/B/two.mxf", SkippedKind::CameraOriginal),
                file("/card/README", SkippedKind::Document),
            ],
            unnamed: [(SkippedKind::Document, 5)].into(),
            other_files: 12,
        }),
    };
    let report = SkippedReport::of(&batch);
    assert_eq!(
        report.summary,
        "2 camera originals (MXF, R3D), 7 documents (PDF)"
    );
    assert_eq!(report.other_files, 12);
    let file = |name: &str, folder: &str| SkippedLine::File {
        name: name.to_owned(),
        folder: folder.to_owned(),
    };
    assert!(matches!(&report.lines[0], SkippedLine::Kind { advice, .. } if advice.contains("MP4")));
    assert_eq!(
        report.lines[1..3],
        [file("one.R3D", "/card/A"), file("two.mxf", "/card/B")]
    );
    assert_eq!(report.lines[5], file("README", "/card"));
    let more = "And 5 more, which aren’t named here.\n";
    assert!(report.text().ends_with(more), "{}", report.text());
}

#[cfg(unix)]
#[test]
fn the_list_is_copied_with_whole_paths() {
    let batch = Batch {
        id: BatchId(1),
        label: "Shoot".to_owned(),
        note: None,
        created_at_ms: 0,
        skipped: Arc::new(
            vec![SkippedFile {
                path: "/card/A/one.R3D".into(),
                kind: SkippedKind::CameraOriginal,
            }]
            .into(),
        ),
    };
    assert_eq!(
        SkippedReport::of(&batch).text(),
        "Skipped files in “Shoot”\n\n1 camera original (R3D)\n/card/A/one.R3D\n"
    );
}
