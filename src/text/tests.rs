use super::*;

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
