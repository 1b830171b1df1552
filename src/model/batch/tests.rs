use super::{clean_label, clean_note};

#[test]
fn a_label_is_one_line_of_what_was_typed() {
    let cases = [
        (" Shoot 2026 ", Some("Shoot 2026")),
        ("one\r\ntwo\nthree\tfour", Some("one two three four")),
        ("=HYPERLINK(\"x\")", Some("=HYPERLINK(\"x\")")),
        ("\u{202e}abc\u{2066} d\u{2069}", Some("abc d")),
        ("👩\u{200d}🚀", Some("👩\u{200d}🚀")),
        ("\u{200b} \u{feff}\u{2060}", None),
        ("\u{200f}\u{3164}\u{ad}\u{fe0f}", None),
        ("\u{202e}", None),
        ("a\0b\u{1b}[31m", Some("a b [31m")),
        (" \n\t ", None),
        ("", None),
    ];
    for (typed, label) in cases {
        assert_eq!(clean_label(typed).as_deref(), label, "{typed:?}");
    }
}

#[test]
fn a_label_ends_after_200_characters() {
    assert_eq!(clean_label(&"🎬".repeat(300)), Some("🎬".repeat(200)));
    let long = format!("{} {}", "a".repeat(199), "b".repeat(9));
    assert_eq!(
        clean_label(&long),
        Some("a".repeat(199)),
        "no space at its end"
    );
}

#[test]
fn a_note_keeps_its_lines() {
    let note = clean_note("  first\r\nsecond\u{7}\n\nlast \n");
    assert_eq!(note.as_deref(), Some("first\nsecond \n\nlast"));
    assert_eq!(clean_note(" \n "), None);
}
