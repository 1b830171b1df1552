use super::*;

#[test]
fn https_and_loopback_are_taken() {
    assert_eq!(BaseUrl::default().as_str(), DEFAULT_BASE_URL);
    for (text, kept) in [
        ("https://example.com/api/", "https://example.com/api"),
        (
            " https://example.com:8443/api// ",
            "https://example.com:8443/api",
        ),
        ("https://example.com", "https://example.com"),
        ("http://localhost:1234/v2", "http://localhost:1234/v2"),
        ("http://127.8.9.10/v2", "http://127.8.9.10/v2"),
        ("http://[::1]:80/v2/", "http://[::1]/v2"),
    ] {
        assert_eq!(BaseUrl::parse(text).unwrap().as_str(), kept, "{text}");
    }
}

#[test]
fn whatever_would_give_the_key_away_is_refused() {
    for text in [
        "http://example.com/v2",
        "http://10.0.0.1/",
        "http://localhost.example.com",
        "http://127.0.0.1.example.com",
    ] {
        assert!(
            matches!(BaseUrl::parse(text), Err(BadBaseUrl::PlainHttp(_))),
            "{text}"
        );
    }
    for (text, error) in [
        ("ftp://h/", BadBaseUrl::Scheme("ftp".into())),
        ("https://me:pw@h/", BadBaseUrl::Credentials),
        ("https://me@h/", BadBaseUrl::Credentials),
        ("https://h/?a=b", BadBaseUrl::Query),
        ("https://h/#a", BadBaseUrl::Query),
    ] {
        assert_eq!(BaseUrl::parse(text), Err(error), "{text}");
    }
    for text in ["", "example.com/v2", "https://", "/v2"] {
        assert!(
            matches!(
                BaseUrl::parse(text),
                Err(BadBaseUrl::Unreadable(_) | BadBaseUrl::Scheme(_))
            ),
            "{text}"
        );
    }
}

#[test]
fn calls_go_below_the_base() {
    let base = BaseUrl::parse("https://h/serve/api/v2/").unwrap();
    assert_eq!(
        base.endpoint(&["upload", "signed-url"]).as_str(),
        "https://h/serve/api/v2/upload/signed-url"
    );
    assert_eq!(
        BaseUrl::parse("https://h")
            .unwrap()
            .endpoint(&["re_1%", "metadata"])
            .as_str(),
        "https://h/re_1%25/metadata"
    );
}
