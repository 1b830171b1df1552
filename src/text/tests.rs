use super::*;
use crate::model::set_aside::SetAside;

#[test]
fn numbers_in_messages_are_grouped_and_choose_the_plural() {
    let added = |files: usize| messages::selection::added(files);
    assert_eq!(added(1), "1 file added.");
    assert_eq!(added(12_345), "12,345 files added.");
}

#[test]
fn what_comes_from_outside_stands_in_a_message_without_marks() {
    let said = messages::rejection::unreadable("{ $cause } \u{5d0}");
    assert_eq!(said, "The system says: { $cause } \u{5d0}.");
}

#[test]
fn a_rebuilt_history_says_what_is_there_again_and_where_the_damaged_one_is() {
    let mut rebuilt = SetAside {
        path: Some("/data/old.db".into()),
        assets: 100_000,
        batches: 1,
        notes: 12,
    };
    assert_eq!(
        set_aside(&rebuilt),
        "The history was damaged and has been rebuilt. 100,000 asset IDs are there again, in 1 \
         batch, with 12 notes. The damaged file was kept as /data/old.db. Nothing was deleted."
    );
    (rebuilt.assets, rebuilt.batches, rebuilt.notes) = (0, 0, 0);
    assert!(set_aside(&rebuilt).contains("rebuilt. No asset ID could be read. The"));
    (rebuilt.path, rebuilt.assets) = (None, 2);
    assert_eq!(
        set_aside(&rebuilt),
        "The history was missing and has been rebuilt. 2 asset IDs are there again."
    );
}
