use super::*;

#[test]
fn where_a_key_is_from_and_how_long_it_is_kept_is_told_as_it_is() {
    let said = |source, for_session| {
        let key = KeyState::Present {
            source,
            last4: "cdef".to_owned(),
            refused: false,
            checked: true,
        };
        key_in_use(&key, for_session)
    };
    assert_eq!(
        said(KeySource::Keychain, false),
        "The key in use ends in cdef. It is kept in the keychain. Paste another one to replace it."
    );
    // A key entered in place of the environment's.
    assert_eq!(
        said(KeySource::Session, true),
        "The key in use ends in cdef. It is kept for this session only. A key that you enter here is for this session only."
    );
    assert!(said(KeySource::Environment, true).contains("MEMORIES_API_KEY"));
}

#[test]
fn of_a_short_key_nothing_is_told_and_one_that_was_not_checked_is_told_as_such() {
    let said = |last4: &str, checked| {
        let key = KeyState::Present {
            source: KeySource::Keychain,
            last4: last4.to_owned(),
            refused: false,
            checked,
        };
        key_in_use(&key, false)
    };
    assert!(said("", true).starts_with("A key is in use. It is kept"));
    assert!(said("cdef", false).starts_with("The key in use ends in cdef, not checked yet. It"));
}

#[test]
fn trouble_with_the_keychain_is_told_in_whole_sentences() {
    for error in [
        VaultError::Absent,
        VaultError::Locked,
        VaultError::Denied,
        VaultError::NotAKey,
        VaultError::Failed,
    ] {
        let words = vault(&error);
        assert!(words.ends_with('.') && !words.ends_with(".."), "{words}");
    }
}

#[test]
fn a_key_is_told_by_its_end_and_its_place() {
    let key = KeyState::Present {
        source: KeySource::Environment,
        last4: "cdef".to_owned(),
        refused: true,
        checked: false,
    };
    assert_eq!(
        key_state(&key),
        "Ends in cdef, from the environment (MEMORIES_API_KEY); not accepted."
    );
}
