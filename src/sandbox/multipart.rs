//! A strict parser of `multipart/form-data` with one file.
//!
//! `multer` finds the end of the file; this module checks the rest by counting: the part's head,
//! its bytes and the closing boundary must make up the whole body.

use bytes::{Bytes, BytesMut};
use hyper::HeaderMap;
use hyper::header::{CONTENT_LENGTH, CONTENT_TYPE, TRANSFER_ENCODING};

use super::Via;
use super::assets::StoredBytes;
use super::intake::{IntakeStop, RequestBody};

/// Size limit of the boundary line and the part's headers.
const MAX_HEAD: usize = 16 * 1024;

/// Reason why a form is rejected.
#[derive(Clone, Debug)]
pub(super) enum MultipartError {
    /// The body was not read to its end.
    Stopped(IntakeStop),
    /// No `Content-Length`, or a chunked body.
    Length,
    /// Malformed.
    Framing(&'static str),
    /// The file exceeds the size limit.
    TooLarge,
}

impl From<IntakeStop> for MultipartError {
    fn from(stop: IntakeStop) -> Self {
        Self::Stopped(stop)
    }
}

/// A form whose part's head was read.
#[derive(Debug)]
pub(super) struct Form {
    boundary: String,
    /// Declared bytes of the whole body.
    declared: u64,
    head: u64,
    /// The part's unescaped `filename`.
    pub(super) file_name: String,
    content_type: Option<String>,
}

/// Returns the `Content-Length` of a body that is not chunked.
pub(super) fn declared_length(headers: &HeaderMap) -> Option<u64> {
    if headers.contains_key(TRANSFER_ENCODING) {
        return None;
    }
    headers.get(CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

impl Form {
    /// Reads up to the file's first byte.
    pub(super) async fn open(
        headers: &HeaderMap,
        intake: &RequestBody,
    ) -> Result<Self, MultipartError> {
        let declared = declared_length(headers).ok_or(MultipartError::Length)?;
        let boundary = headers
            .get(CONTENT_TYPE)
            .and_then(|value| multer::parse_boundary(value.to_str().ok()?).ok())
            .filter(|boundary| (1..=70).contains(&boundary.len()))
            .ok_or(MultipartError::Framing(
                "not multipart/form-data with a boundary",
            ))?;

        let mut seen = BytesMut::new();
        let end = loop {
            if let Some(end) = find(&seen, b"\r\n\r\n") {
                break end + 4;
            }
            if seen.len() > MAX_HEAD {
                return Err(MultipartError::Framing("the part's headers have no end"));
            }
            let bytes = intake.next().await?;
            seen.extend_from_slice(&bytes.ok_or(MultipartError::Framing("the body has no part"))?);
        };
        let seen = seen.freeze();
        let (file_name, content_type) = read_head(&seen[..end], &boundary)?;
        intake.put_back(seen).await;
        Ok(Self {
            boundary,
            declared,
            head: end as u64,
            file_name,
            content_type,
        })
    }

    /// Reads the file, which came by `via`, and everything after it, buffering at most one chunk.
    pub(super) async fn read(
        &self,
        intake: &RequestBody,
        limit: u64,
        via: Via,
    ) -> Result<StoredBytes, MultipartError> {
        // The longest ending is CRLF, two dashes, the boundary, two dashes, CRLF.
        let around = self.head + self.boundary.len() as u64 + 8;
        if self.declared.saturating_sub(around) > limit {
            return Err(MultipartError::TooLarge);
        }
        let result = self.take_file(intake, limit).await;
        // Bytes that the parser left count too, and a stop takes precedence over its error.
        intake.drain().await?;
        let (size, blake3) = result?;
        let (total, end) = intake.so_far().await;
        let closing = format!("\r\n--{}--", self.boundary);
        let closed = match end.strip_suffix(b"\r\n") {
            Some(end) if end.ends_with(closing.as_bytes()) => Some(closing.len() + 2),
            _ if end.ends_with(closing.as_bytes()) => Some(closing.len()),
            _ => None,
        };
        let closing =
            closed.ok_or(MultipartError::Framing("bytes after the closing boundary"))? as u64;
        if total != self.declared || self.head + size + closing != total {
            return Err(MultipartError::Framing(
                "more than one part, or bytes between",
            ));
        }
        if size == 0 {
            return Err(MultipartError::Framing("the file is empty"));
        }
        Ok(StoredBytes {
            size,
            blake3,
            content_type: self.content_type.clone(),
            via,
        })
    }

    async fn take_file(
        &self,
        intake: &RequestBody,
        limit: u64,
    ) -> Result<(u64, String), MultipartError> {
        let broken = |_: multer::Error| MultipartError::Framing("the multipart framing is broken");
        let mut form = multer::Multipart::new(intake.clone().into_stream(), &self.boundary);
        let mut part = form
            .next_field()
            .await
            .map_err(broken)?
            .ok_or(MultipartError::Framing("the body has no part"))?;
        let mut hasher = blake3::Hasher::new();
        let mut size = 0_u64;
        while let Some(bytes) = part.chunk().await.map_err(broken)? {
            size += bytes.len() as u64;
            if size > limit {
                return Err(MultipartError::TooLarge);
            }
            hasher.update(&bytes);
        }
        drop(part);
        if form.next_field().await.map_err(broken)?.is_some() {
            return Err(MultipartError::Framing("more than one part"));
        }
        Ok((size, hasher.finalize().to_hex().to_string()))
    }
}

fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    haystack.windows(needle.len()).position(|at| at == needle)
}

/// Parses the boundary line and the part's headers into file name and content type.
fn read_head(head: &[u8], boundary: &str) -> Result<(String, Option<String>), MultipartError> {
    let head =
        std::str::from_utf8(head).map_err(|_| MultipartError::Framing("a head not in UTF-8"))?;
    let mut lines = head.trim_end_matches("\r\n").split("\r\n");
    if lines.next().and_then(|line| line.strip_prefix("--")) != Some(boundary) {
        return Err(MultipartError::Framing(
            "the body does not begin with the boundary",
        ));
    }
    let mut file_name = None;
    let mut content_type = None;
    for line in lines {
        let (name, value) = line
            .split_once(':')
            .ok_or(MultipartError::Framing("a part header without a colon"))?;
        match name.to_ascii_lowercase().as_str() {
            "content-disposition" => file_name = Some(read_disposition(value.trim())?),
            "content-type" => content_type = Some(value.trim().to_owned()),
            _ => {
                return Err(MultipartError::Framing(
                    "a part header that does not belong here",
                ));
            }
        }
    }
    let file_name = file_name.ok_or(MultipartError::Framing(
        "a part without Content-Disposition",
    ))?;
    Ok((file_name, content_type))
}

fn read_disposition(value: &str) -> Result<String, MultipartError> {
    const ODD: MultipartError = MultipartError::Framing("an odd Content-Disposition");
    let mut rest = value.strip_prefix("form-data").ok_or(ODD)?;
    let (mut name, mut file_name) = (None, None);
    while !rest.is_empty() {
        rest = rest.strip_prefix(';').ok_or(ODD)?.trim_start();
        let (key, quoted) = rest.split_once("=\"").ok_or(ODD)?;
        let (text, after) = unquote(quoted).ok_or(ODD)?;
        rest = after;
        let slot = match key {
            "name" => &mut name,
            "filename" => &mut file_name,
            _ => return Err(ODD),
        };
        if slot.replace(text).is_some() {
            return Err(ODD);
        }
    }
    if name.as_deref() != Some("file") {
        return Err(MultipartError::Framing("the part is not named `file`"));
    }
    file_name
        .filter(|name| !name.is_empty())
        .ok_or(MultipartError::Framing("the part has no file name"))
}

/// Reads up to the closing quote and returns the rest too. Undoes both kinds of escapes: `\"` and
/// `\\`, and the browsers' `%22`, `%0D` and `%0A`.
fn unquote(quoted: &str) -> Option<(String, &str)> {
    let mut text = String::new();
    let mut chars = quoted.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => {
                let text = text
                    .replace("%22", "\"")
                    .replace("%0D", "\r")
                    .replace("%0A", "\n");
                return Some((text, &quoted[at + 1..]));
            }
            '\\' if quoted[at + 1..].starts_with(['"', '\\']) => {
                text.extend(chars.next().map(|(_, escaped)| escaped));
            }
            c => text.push(c),
        }
    }
    None
}

/// Reads a small body; `None` if it exceeds the limit.
pub(super) async fn read_small(
    intake: &RequestBody,
    limit: usize,
) -> Result<Option<Bytes>, IntakeStop> {
    let mut all = BytesMut::new();
    while let Some(bytes) = intake.next().await? {
        if all.len() + bytes.len() > limit {
            return Ok(None);
        }
        all.extend_from_slice(&bytes);
    }
    Ok(Some(all.freeze()))
}

#[cfg(test)]
mod tests;
