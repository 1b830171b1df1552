use std::sync::Arc;

use super::*;

/// Opens an address from this dialog, and has the system answer.
fn opened(asked_in: Option<Dialog>, opens: bool) -> ExternalOpener {
    let (answer, pending) = Pending::channel(Arc::new(|| ()));
    let mut opener = ExternalOpener::default();
    opener.open(OpenFailed::address("https://a.test"), asked_in, pending);
    assert_eq!(opener.poll(None), None, "it has not answered yet");
    answer.send(opens);
    opener
}

#[test]
fn a_failure_is_shown_in_the_dialog_that_asked_until_it_closes() {
    let mut opener = opened(Some(Dialog::Key), false);
    let event = opener.poll(Some(&Dialog::Key));
    assert!(matches!(event, Some(OpenEvent::InDialog(said)) if said.ends_with("https://a.test")));
    assert!(!opener.failed().expect("it is shown").copied);
    assert!(opener.mark_copied());
    assert!(opener.failed().expect("it is shown").copied);
    assert_eq!(opener.poll(None), None);
    assert_eq!(opener.failed(), None);
    assert!(!opener.mark_copied());
}

#[test]
fn a_failure_without_its_dialog_is_a_toast_that_copies_the_address() {
    for asked_in in [None, Some(Dialog::Key)] {
        let mut opener = opened(asked_in, false);
        let copy = UiCommand::CopyAddress("https://a.test");
        let event = opener.poll(Some(&Dialog::Settings));
        assert!(matches!(event, Some(OpenEvent::Toast(_, command)) if command == copy));
        assert_eq!(opener.failed(), None);
    }
}

#[test]
fn nothing_is_said_of_what_opens() {
    let mut opener = opened(Some(Dialog::Key), true);
    assert_eq!(opener.poll(Some(&Dialog::Key)), None);
    assert_eq!(opener.failed(), None);
}
