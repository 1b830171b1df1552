use super::*;

#[test]
fn displays_are_read_as_x_writes_them() {
    assert_eq!(parse(":77"), Some(("", 77)));
    assert_eq!(parse(":0.0"), Some(("", 0)));
    assert_eq!(parse("unix:1"), Some(("", 1)));
    assert_eq!(parse("localhost:10.0"), Some(("localhost", 10)));
    assert_eq!(parse("wayland-0"), None);
}

#[test]
fn a_display_that_is_not_there_does_not_answer() {
    assert!(!answers(":64321"));
    assert!(!answers(""));
}
