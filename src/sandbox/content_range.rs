//! `Content-Range` of a request to a resumable session.

/// A parsed `Content-Range`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Span {
    /// `bytes */SIZE`: a query only.
    Ask { size: Option<u64> },
    /// `bytes FIRST-LAST/SIZE`.
    Bytes {
        first: u64,
        last: u64,
        size: Option<u64>,
    },
}

/// Parses a `Content-Range`.
pub(crate) fn read_span(text: &str) -> Option<Span> {
    let (range, size) = text.strip_prefix("bytes ")?.split_once('/')?;
    let size = match size {
        "*" => None,
        size => Some(number(size)?),
    };
    if range == "*" {
        return Some(Span::Ask { size });
    }
    let (first, last) = range.split_once('-')?;
    let (first, last) = (number(first)?, number(last)?);
    Some(Span::Bytes { first, last, size })
}

/// Parses decimal digits and nothing else.
fn number(text: &str) -> Option<u64> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| text.parse().ok()).flatten()
}

#[cfg(test)]
mod tests;
