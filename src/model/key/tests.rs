use super::*;

#[test]
fn pasted_text_is_cleaned() {
    for pasted in [
        "sk-mavi-0123456789abcdef",
        "  sk-mavi-0123456789abcdef\r\n",
        "\"sk-mavi-0123456789abcdef\"",
        "Bearer sk-mavi-0123456789abcdef",
        "'bearer  sk-mavi-0123456789abcdef '",
        "Authorization: Bearer sk-mavi-0123456789abcdef",
        "sk-mavi-0123\n456789abcdef",
        "\u{201c}sk-mavi-0123456789abcdef\u{201d}",
    ] {
        assert_eq!(
            ApiKey::from_pasted(pasted).unwrap().expose(),
            "sk-mavi-0123456789abcdef",
            "{pasted:?}"
        );
    }
    assert_eq!(ApiKey::from_pasted(" \"\" "), Err(NotAKey::Empty));
    assert_eq!(ApiKey::from_pasted("sk mavi"), Err(NotAKey::Characters));
    assert_eq!(ApiKey::from_pasted("ключ"), Err(NotAKey::Characters));
    assert!(ApiKey::from_pasted(&"k".repeat(ApiKey::LONGEST)).is_ok());
    let long = "k".repeat(ApiKey::LONGEST + 1);
    assert_eq!(ApiKey::from_pasted(&long), Err(NotAKey::Long));
}

#[test]
fn all_clones_of_a_key_are_one_text() {
    let key = ApiKey::from_pasted("sk-mavi-0123456789abcdef").unwrap();
    assert_eq!(key.clone().expose().as_ptr(), key.expose().as_ptr());
}

#[test]
fn a_key_never_shows_more_than_its_end() {
    let key = ApiKey::from_pasted("sk-mavi-0123456789abcdef").unwrap();
    assert_eq!(format!("{key:?}"), "ApiKey(…cdef)");
    assert_eq!(ApiKey::from_pasted("hello").unwrap().last4(), "");
    assert_eq!(ApiKey::from_pasted("sk-mavi-abc").unwrap().last4(), "");
    assert_eq!(ApiKey::from_pasted("sk-mavi-abcd").unwrap().last4(), "abcd");
}

#[test]
fn accounts_differ_by_key_and_do_not_hold_it() {
    let one = ApiKey::from_pasted("sk-mavi-one").unwrap().account();
    let two = ApiKey::from_pasted("sk-mavi-two").unwrap().account();
    assert_ne!(one, two);
    assert_eq!(one.as_str().len(), 16);
    assert_eq!(
        one,
        ApiKey::from_pasted("\"sk-mavi-one\"").unwrap().account()
    );
}
