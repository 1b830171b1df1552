use super::*;

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
