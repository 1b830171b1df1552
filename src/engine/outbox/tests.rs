use super::{Outbox, Work};
use crate::model::asset::AssetId;
use crate::model::snapshot::ItemId;
use crate::model::upload::Effect;

/// Returns the rows of uploads' effects.
fn rows(work: &[Work]) -> Vec<u64> {
    let rows = work.iter().filter_map(|work| match work {
        Work::Upload(id, _) => Some(id.0),
        _ => None,
    });
    rows.collect()
}

#[test]
fn work_keeps_its_order_and_records_are_none() {
    let mut outbox = Outbox::default();
    let record = Effect::Record {
        asset: AssetId::new("re_1").unwrap(),
        content: None,
        status: None,
        abandoned: false,
    };
    outbox.start_effects(ItemId(1), vec![record, Effect::CheckFile]);
    outbox.start_effects(ItemId(2), vec![Effect::Abort, Effect::DiscardUploadUrl]);
    outbox.start_effects(ItemId(3), vec![Effect::Abort]);
    let work = outbox.take_work();
    assert_eq!(rows(&work), [1, 2, 2, 3]);
    assert!(outbox.take_work().is_empty());
}
