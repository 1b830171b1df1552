use super::*;

#[test]
fn writings_of_one_word_fold_to_one_text() {
    for (one, other) in [
        ("Müller", "Mu\u{308}ller"),
        ("İstanbul", "istanbul"),
        ("I\u{307}stanbul", "ISTANBUL"),
        ("IŞIK", "ışık"),
        ("STRASSE", "Straße"),
        ("GROẞ", "groß"),
        ("ΟΔΥΣΣΕΥΣ", "Ὀδυσσεύς"),
        ("ﬁnal", "FINAL"),
        ("ａｂｃ１", "abc1"),
        ("ｶﾞｲﾄﾞ", "ガイド"),
        ("か\u{3099}", "が"),
        ("한국", "\u{1112}\u{1161}\u{11ab}\u{1100}\u{116e}\u{11a8}"),
        ("Việt", "Vie\u{323}\u{302}t"),
    ] {
        assert_eq!(casefold(one), casefold(other), "{one} {other}");
    }
}

#[test]
fn other_words_stay_apart_and_marks_that_are_letters_stay() {
    for (one, other) in [
        ("か", "が"),
        ("Straße", "Strase"),
        ("का", "कि"),
        ("한", "하"),
    ] {
        assert_ne!(casefold(one), casefold(other), "{one} {other}");
    }
}

#[test]
fn a_label_is_a_whole_beginning_of_its_batch_text() {
    assert!(batch_text("Day One", Some("Für Ana")).starts_with(&label_text("DAY ONE")));
    assert!(!batch_text("Day One", None).starts_with(&label_text("day")));
}
