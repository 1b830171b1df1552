use super::*;

fn of(text: &str) -> Account {
    Account::from_fingerprint(text)
}

#[test]
fn each_account_has_its_entry_and_the_last_one_used_is_asked_first() {
    let mut keys = SavedKeys::default();
    assert_eq!(keys.last_slot(), KeySlot::First);
    keys.on_saved(&KeySlot::First, &of("a"));
    keys.on_saved(&KeySlot::Of(of("b")), &of("b"));
    keys.on_saved(&KeySlot::Of(of("b")), &of("b"));
    assert_eq!(
        keys.accounts().cloned().collect::<Vec<_>>(),
        [of("a"), of("b")]
    );
    assert_eq!(keys.slot(&of("a")), KeySlot::First);
    keys.on_used(&of("b"));
    assert_eq!(keys.last_slot(), KeySlot::Of(of("b")));
    keys.on_removed(&of("b"));
    assert_eq!(keys.last_slot(), KeySlot::First, "it is there no more");
    keys.on_removed(&of("a"));
    assert_eq!(keys.accounts().count(), 0);
}

#[test]
fn the_first_key_gets_the_first_entry_and_a_new_one_replaces_only_the_one_it_is_for() {
    let mut keys = SavedKeys::default();
    let new = of("new");
    assert_eq!(keys.slot_for(&new, None), KeySlot::First);
    keys.on_saved(&KeySlot::First, &of("a"));
    keys.on_saved(&KeySlot::Of(of("b")), &of("b"));
    let own = KeySlot::Of(new.clone());
    assert_eq!(keys.slot_for(&new, None), own);
    assert_eq!(keys.slot_for(&new, Some(&of("a"))), KeySlot::First);
    assert_eq!(keys.slot_for(&new, Some(&of("b"))), own);
    assert_eq!(
        keys.slot_for(&of("b"), Some(&of("a"))),
        KeySlot::Of(of("b"))
    );
    keys.on_removed(&of("a"));
    assert_eq!(keys.slot_for(&new, None), KeySlot::First);
    assert_eq!(keys.slot_for(&new, Some(&of("b"))), own);
}

#[test]
fn a_key_that_moves_to_the_first_entry_is_listed_once() {
    let mut keys = SavedKeys::default();
    keys.on_saved(&KeySlot::Of(of("a")), &of("a"));
    keys.on_saved(&KeySlot::First, &of("a"));
    assert_eq!(keys.accounts().count(), 1);
    let kept: SavedKeys = serde_json::from_str(&serde_json::to_string(&keys).unwrap()).unwrap();
    assert_eq!(kept, keys);
}
