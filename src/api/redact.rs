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
mod tests;
