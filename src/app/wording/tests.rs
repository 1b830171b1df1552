use super::*;

#[test]
fn what_ends_with_a_sandbox_is_not_said_to_be_continued() {
    let sandbox = quit(Stops {
        in_sandbox: 2,
        ..Stops::default()
    });
    assert!(!sandbox.hint.contains("continued"), "{}", sandbox.hint);
    let account = quit(Stops {
        sending: 1,
        in_sandbox: 2,
        ..Stops::default()
    });
    assert!(account.hint.contains("continued"), "{}", account.hint);
}

#[test]
fn whatever_needs_the_person_has_a_button_that_fixes_it() {
    for fix in [
        RequiredAction::Key,
        RequiredAction::Balance,
        RequiredAction::Account,
        RequiredAction::Program,
    ] {
        let message = needs(fix, Backend::Service);
        assert!(message.step.is_some(), "{fix:?}");
        assert!(message.next.ends_with('.'), "{fix:?}");
    }
}
