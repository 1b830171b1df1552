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
