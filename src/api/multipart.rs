//! Framing of a form with one part, `file`.

use std::hash::{BuildHasher, RandomState};

use bytes::Bytes;

/// Bytes around a file in a multipart form, built before the file is opened, so that the body's
/// length is exact.
#[derive(Clone, Debug)]
pub(crate) struct Framing {
    boundary: String,
    pub(crate) head: Bytes,
    pub(crate) tail: Bytes,
}

impl Framing {
    /// Builds the framing, with a boundary of 128 random bits.
    pub(crate) fn new(file_name: &str, mime: &str) -> Self {
        // Each `RandomState` has its own key from the system's randomness.
        let random = || RandomState::new().hash_one(0u8);
        let boundary = format!("----mavi-{:016x}{:016x}", random(), random());
        let head = format!(
            "--{boundary}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{}\"\r\n\
             Content-Type: {mime}\r\n\r\n",
            quoted(file_name)
        );
        Self {
            head: Bytes::from(head),
            tail: Bytes::from(format!("\r\n--{boundary}--\r\n")),
            boundary,
        }
    }

    pub(crate) fn content_type(&self) -> String {
        format!("multipart/form-data; boundary={}", self.boundary)
    }
}

/// Quotes a file name: UTF-8 as is, quotes and backslashes escaped, control characters
/// percent-encoded, like browsers do for line ends.
fn quoted(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    for c in name.chars() {
        match c {
            '\\' => out.push_str("\\\\"),
            '"' => out.push_str("\\\""),
            c if c.is_ascii_control() => out.push_str(&format!("%{:02X}", u32::from(c))),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests;
