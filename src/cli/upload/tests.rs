use super::*;
use crate::app::rows::tests::row;
use crate::model::batch::{Batch, BatchId};
use crate::model::snapshot::Status;

fn batch(id: u64, label: &str) -> Arc<Batch> {
    Arc::new(Batch {
        id: BatchId(id),
        label: label.to_owned(),
        note: None,
        created_at_ms: 0,
        skipped: Arc::default(),
    })
}

#[test]
fn files_of_an_earlier_run_keep_its_label_with_a_word() {
    let rows = [(1, 1), (2, 1), (3, 2)].map(|(id, batch)| {
        Arc::new(Row {
            batch: Some(BatchId(batch)),
            ..row(id, Status::Ready)
        })
    });
    let snapshot = Snapshot {
        rows: Arc::new(rows.to_vec()),
        batches: Arc::new(vec![batch(1, "Day 1"), batch(2, "Day 2")]),
        ..Snapshot::default()
    };
    let kept = kept_labels("Day 2", &snapshot);
    assert_eq!(
        kept,
        ["2 files keep the label of the run that began them: Day 1"]
    );
}
