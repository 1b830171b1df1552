use std::sync::Arc;

use super::*;
use crate::model::batch::{BatchId, SkippedFile, SkippedKind};

fn shoot(skipped: usize) -> Batch {
    let file = SkippedFile {
        path: "/card/A001.R3D".into(),
        kind: SkippedKind::CameraOriginal,
    };
    Batch {
        id: BatchId(1),
        label: "Shoot_2026-11-28".to_owned(),
        note: None,
        created_at_ms: 0,
        skipped: Arc::new(vec![file; skipped].into()),
    }
}

#[test]
fn a_header_says_what_became_of_its_files() {
    let waiting = BatchTotals {
        rows: 34,
        size: 12_400_000_000,
        ..BatchTotals::default()
    };
    assert_eq!(state(&waiting).unwrap(), "34 files · 12.4 GB");
    let started = BatchTotals {
        active: 34,
        ..waiting
    };
    assert_eq!(state(&started).unwrap(), "0 of 34 ready");
    let some = BatchTotals {
        ready: 29,
        attention: 1,
        ..waiting
    };
    assert_eq!(
        spoken(Some(&shoot(5)), &some, false),
        "Shoot_2026-11-28, 29 of 34 ready, 1 needs attention, 5 skipped, expanded"
    );
    let done = BatchTotals {
        ended: 34,
        ..BatchTotals {
            ready: 29,
            attention: 1,
            ..waiting
        }
    };
    assert_eq!(
        spoken(Some(&shoot(5)), &done, false),
        "Shoot_2026-11-28, Done: 29 files ready, 4 cancelled, 1 needs attention, 5 skipped, expanded"
    );
    assert_eq!(
        spoken(None, &waiting, true),
        "Other files, 34 files · 12.4 GB, collapsed"
    );
    assert_eq!(
        spoken(Some(&shoot(5)), &BatchTotals::default(), false),
        "Shoot_2026-11-28, 5 skipped"
    );
}
