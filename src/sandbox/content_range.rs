//! `Content-Range` of a request to a resumable session.

/// A parsed `Content-Range` of a file of `size` bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Span {
    /// First and last byte; `None` in `bytes */SIZE`, which only asks.
    pub(crate) bytes: Option<(u64, u64)>,
    pub(crate) size: u64,
}

/// Parses a `Content-Range`.
pub(crate) fn read_span(text: &str) -> Option<Span> {
    let (range, size) = text.strip_prefix("bytes ")?.split_once('/')?;
    let bytes = match range.split_once('-') {
        Some((first, last)) => Some((number(first)?, number(last)?)),
        None if range == "*" => None,
        None => return None,
    };
    let size = number(size)?;
    Some(Span { bytes, size })
}

/// Parses decimal digits and nothing else.
fn number(text: &str) -> Option<u64> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| text.parse().ok()).flatten()
}

#[cfg(test)]
mod tests;
