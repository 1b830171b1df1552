//! Removes secrets from text for the user, logs and databases.

const GONE: &str = "…";

/// Lower-case query parameters that make a URL a secret. Also searched outside of URLs, since error
/// texts take URLs apart.
const SECRET_PARAMETERS: [&str; 8] = [
    "signature=",
    "x-goog-signature=",
    "x-goog-credential=",
    "x-amz-signature=",
    "x-amz-credential=",
    "x-amz-security-token=",
    "googleaccessid=",
    "upload_id=",
];

/// Removes queries and credentials of URLs, anything like an API key (`sk-…`), and every `secret`.
pub fn redact(text: &str, secret: Option<&str>) -> String {
    let text = match secret {
        Some(secret) if !secret.is_empty() => text.replace(secret, GONE),
        _ => text.to_owned(),
    };
    let mut out = String::with_capacity(text.len());
    let mut rest = text.as_str();
    while !rest.is_empty() {
        let end = rest.find(is_delimiter).unwrap_or(rest.len());
        let (token, after) = rest.split_at(end);
        redact_token(token, &mut out);
        let mut chars = after.chars();
        out.extend(chars.next());
        rest = chars.as_str();
    }
    out
}

/// Redacts a text and cuts it to `max` characters.
pub fn shorten(text: &str, secret: Option<&str>, max: usize) -> String {
    let clean = redact(text, secret);
    match clean.char_indices().nth(max) {
        Some((cut, _)) => format!("{}…", &clean[..cut]),
        None => clean,
    }
}

fn is_delimiter(c: char) -> bool {
    c.is_whitespace()
        || matches!(
            c,
            '"' | '\'' | '`' | '<' | '>' | '(' | ')' | '{' | '}' | '|'
        )
}

fn redact_token(token: &str, out: &mut String) {
    let mut token = token;
    let mut cut = false;
    if let Some(query) = token.find('?') {
        // It may be the rest of a URL cut by a bracket in its path.
        if query + 1 < token.len() {
            token = &token[..=query];
            cut = true;
        }
    }
    let lower = token.to_ascii_lowercase();
    if let Some(start) = SECRET_PARAMETERS
        .iter()
        .filter_map(|name| lower.find(name).map(|at| at + name.len()))
        .min()
    {
        token = &token[..start];
        cut = true;
    }
    match token.find("://") {
        Some(scheme) => {
            let authority = scheme + 3;
            let end = token[authority..]
                .find('/')
                .map_or(token.len(), |slash| authority + slash);
            let host = match token[authority..end].rfind('@') {
                Some(at) => {
                    push_without_keys(&token[..authority], out);
                    out.push_str(GONE);
                    authority + at
                }
                None => 0,
            };
            push_without_keys(&token[host..], out);
        }
        None => push_without_keys(token, out),
    }
    if cut {
        out.push_str(GONE);
    }
}

/// Appends a word with each `sk-…` replaced. Within a longer word, as `task-force`, only key-length
/// parts count.
fn push_without_keys(word: &str, out: &mut String) {
    const SHORTEST_INSIDE: usize = 12;
    let key_char = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    let mut rest = word;
    while let Some(at) = rest.to_ascii_lowercase().find("sk-") {
        let body = at + 3;
        let end = rest[body..]
            .find(|c| !key_char(c))
            .map_or(rest.len(), |stop| body + stop);
        let starts_word = !rest[..at].ends_with(|c: char| c.is_ascii_alphanumeric());
        let is_key = (starts_word && end > body) || end - body >= SHORTEST_INSIDE;
        out.push_str(&rest[..body]);
        if is_key {
            out.push_str(GONE);
            rest = &rest[end..];
        } else {
            rest = &rest[body..];
        }
    }
    out.push_str(rest);
}

#[cfg(test)]
mod tests {
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
}
