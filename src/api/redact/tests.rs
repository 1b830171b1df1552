use super::*;

#[test]
fn nothing_of_a_query_is_left() {
    for (text, clean) in [
        (
            "error sending request for url (https://storage.googleapis.com/b/o.mp4?X-Goog-Signature=ab%20cd&x=1)",
            "error sending request for url (https://storage.googleapis.com/b/o.mp4?…)",
        ),
        ("PUT /b/o?upload_id=AEnB2 failed", "PUT /b/o?… failed"),
        ("see https://h/x?plain now", "see https://h/x?… now"),
        ("b/o?Signature=a&b", "b/o?…"),
        ("https://h/a(1)b?token", "https://h/a(1)b?…"),
        ("lost Signature=abc&Expires=1", "lost Signature=…"),
        ("https://user:pw@host/p", "https://…@host/p"),
        ("what is this? nothing", "what is this? nothing"),
        ("https://h/p", "https://h/p"),
    ] {
        assert_eq!(redact(text, None), clean, "{text}");
    }
}

#[test]
fn nothing_that_looks_like_a_key_is_left() {
    for (text, clean) in [
        ("bad key sk-mavi-0123abcd, sorry", "bad key sk-…, sorry"),
        ("Authorization: SK-ab_1", "Authorization: SK-…"),
        ("key=sk-abc&x", "key=sk-…&x"),
        ("xsk-0123456789abcdef", "xsk-…"),
        ("a task-force", "a task-force"),
        ("sk-a and sk-b", "sk-… and sk-…"),
    ] {
        assert_eq!(redact(text, None), clean, "{text}");
    }
    assert_eq!(redact("odd:key is bad", Some("odd:key")), "… is bad");
}

#[test]
fn long_text_is_cut_between_characters() {
    assert_eq!(shorten("äöüß", None, 3), "äöü…");
    assert_eq!(shorten("äöü", None, 3), "äöü");
}

proptest::proptest! {
    #[test]
    fn no_key_survives_in_any_surroundings(before in ".{0,20}", after in "[ ,;/)]?.{0,20}") {
        let clean = redact(&format!("{before}sk-mavi-5ecretsecret{after}"), None);
        proptest::prop_assert!(!clean.contains("5ecretsecret"), "{clean}");
    }
}
