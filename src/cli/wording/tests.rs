use super::*;

#[test]
fn a_wait_is_rounded_up() {
    let said = |ms| all_wait(FaultKind::RateLimited, Duration::from_millis(ms));
    let words = "memories.ai asks us to slow down; next try in";
    assert_eq!(said(4300), format!("{words} 5 s. All files wait."));
    assert_eq!(said(5000), format!("{words} 5 s. All files wait."));
}

#[test]
fn what_starts_again_is_said_with_its_number_and_why() {
    assert_eq!(starts_again(0, 0), None);
    let said = |in_part, places| starts_again(in_part, places).unwrap();
    assert_eq!(
        said(1, 0),
        "1 file that had been sent in part starts again from the beginning."
    );
    assert_eq!(
        said(0, 2),
        "2 files that had been sent in part start again from the beginning: no keychain here keeps how far the storage is."
    );
    assert_eq!(
        said(2, 1),
        "3 files that had been sent in part start again from the beginning; for 1 file because no keychain here keeps how far the storage is."
    );
}

#[test]
fn whatever_stops_the_command_says_where_to_go_and_never_more_of_the_key_than_its_end() {
    let key = KeyState::Present {
        source: KeySource::Environment,
        last4: "cdef".to_owned(),
        refused: true,
        checked: false,
    };
    for fix in [
        RequiredAction::Key,
        RequiredAction::Balance,
        RequiredAction::Account,
        RequiredAction::Program,
    ] {
        for state in [&key, &KeyState::Missing] {
            assert!(stopped(fix, state, None).contains(CONSOLE));
        }
    }
    let refused = stopped(RequiredAction::Key, &key, None);
    assert!(
        refused.contains("ends in cdef (from MEMORIES_API_KEY)"),
        "{refused}"
    );
    let missing = stopped(
        RequiredAction::Key,
        &KeyState::Missing,
        Some("It is locked."),
    );
    assert!(
        missing.contains("There is no API key. It is locked. Make"),
        "{missing}"
    );
}
