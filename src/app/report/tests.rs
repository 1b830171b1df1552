use super::*;
use crate::app::export::QueueExport;
use crate::app::rows::tests::row;
use crate::model::asset::AssetId;
use crate::model::batch::{BatchId, SkippedFile, SkippedFiles};
use crate::model::media::Rejection;

fn job(title: &str) -> ReportJob {
    let mut ready = row(1, Status::Ready);
    ready.asset_id = AssetId::new("re_1");
    let empty = row(2, Status::Rejected(Rejection::Empty));
    let queue = QueueExport {
        rows: vec![Arc::new(ready), Arc::new(empty)],
        batches: Arc::default(),
        data_dir: None,
        base_url: String::new(),
    };
    let skipped = SkippedFiles::from(vec![SkippedFile {
        path: "/media/Shoot/A001.R3D".into(),
        kind: SkippedKind::CameraOriginal,
    }]);
    ReportJob {
        heading: ReportHeading {
            title: title.to_owned(),
            added_at_ms: Some(1_764_500_000_000),
            ..ReportHeading::default()
        },
        files: ExportSource::Rows(queue),
        batch: Some(Arc::new(Batch {
            id: BatchId(1),
            label: title.to_owned(),
            note: None,
            created_at_ms: 1_764_500_000_000,
            skipped: Arc::new(skipped),
        })),
    }
}

#[test]
fn a_report_lists_files_and_what_was_skipped_or_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("report.html");
    job("Shoot").write(&path).unwrap();
    let html = std::fs::read_to_string(&path).unwrap();
    for part in [
        "2 files · ",
        "1 ready · 2 skipped or failed",
        "re_1",
        "A001.R3D",
        skipped::kind(SkippedKind::CameraOriginal, 1, "").1,
        &text::rejection_line(&Rejection::Empty),
    ] {
        assert!(html.contains(part), "{part}: {html}");
    }
    assert!(!html.contains("/media"), "full paths are a choice");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn the_file_is_named_after_label_and_day() {
    let name = job("Shoot").file_name();
    assert!(
        name.starts_with("Shoot 2025-11-") && name.ends_with(".html"),
        "{name}"
    );
    let name = job("a/b\\c: \"d\"?").file_name();
    assert!(name.starts_with("a_b_c_ _d__ 2025-11-"), "{name}");
    let long = job(&"x".repeat(200)).file_name();
    assert!(long.len() < 100, "{long}");
}
