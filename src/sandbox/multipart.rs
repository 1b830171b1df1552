//! `multipart/form-data` with one file. `multer` parses it: not ours, so that it finds our mistakes.

use bytes::{Bytes, BytesMut};
use futures_util::{StreamExt, stream};
use hyper::HeaderMap;
use hyper::header::{CONTENT_LENGTH, CONTENT_TYPE, TRANSFER_ENCODING};
use multer::{Field, Multipart};

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
    multipart: Multipart<'static>,
    part: Field<'static>,
    /// Declared bytes of the whole body.
    declared: u64,
    /// The part's unescaped `filename`.
    pub(super) file_name: String,
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
            .ok_or(MultipartError::Framing(
                "not multipart/form-data with a boundary",
            ))?;
        // A fault that is planned for this file comes in force before more is read than its name.
        let mut head = BytesMut::new();
        while !head.windows(4).any(|at| at == b"\r\n\r\n") {
            let bytes = intake.next().await?.filter(|_| head.len() < MAX_HEAD);
            head.extend_from_slice(&bytes.ok_or(MultipartError::Framing("the body has no part"))?);
        }
        let head = stream::iter([Ok(head.freeze())]);
        let mut multipart = Multipart::new(head.chain(intake.clone().into_stream()), boundary);
        let part = multipart.next_field().await.ok().flatten();
        let part = part.ok_or(MultipartError::Framing("the body has no part"))?;
        if part.name() != Some("file") {
            return Err(MultipartError::Framing("the part is not named `file`"));
        }
        let file_name = part
            .file_name()
            .filter(|name| !name.is_empty())
            .ok_or(MultipartError::Framing("the part has no file name"))?;
        Ok(Self {
            file_name: unescape(file_name),
            multipart,
            part,
            declared,
        })
    }

    /// Reads the file, which came by `via`, and everything after it, buffering at most one chunk.
    pub(super) async fn read(
        self,
        intake: &RequestBody,
        limit: u64,
        via: Via,
    ) -> Result<StoredBytes, MultipartError> {
        if self.declared.saturating_sub(MAX_HEAD as u64) > limit {
            return Err(MultipartError::TooLarge);
        }
        let result = self.take_file(limit, via).await;
        // A stop takes precedence over the parser's error.
        intake.drain().await?;
        result
    }

    async fn take_file(mut self, limit: u64, via: Via) -> Result<StoredBytes, MultipartError> {
        let content_type = self.part.content_type().map(ToString::to_string);
        let broken = |_: multer::Error| MultipartError::Framing("the multipart framing is broken");
        let mut hasher = blake3::Hasher::new();
        let mut size = 0_u64;
        while let Some(bytes) = self.part.chunk().await.map_err(broken)? {
            size += bytes.len() as u64;
            if size > limit {
                return Err(MultipartError::TooLarge);
            }
            hasher.update(&bytes);
        }
        if size == 0 {
            return Err(MultipartError::Framing("the file is empty"));
        }
        drop(self.part);
        if self.multipart.next_field().await.map_err(broken)?.is_some() {
            return Err(MultipartError::Framing("more than one part"));
        }
        Ok(StoredBytes {
            size,
            blake3: hasher.finalize().to_hex().to_string(),
            content_type,
            via,
        })
    }
}

/// Undoes both kinds of escapes that `multer` leaves: `\\`, and the browsers' `%22`, `%0D` and `%0A`.
fn unescape(name: &str) -> String {
    name.replace(r"\\", r"\")
        .replace("%22", "\"")
        .replace("%0D", "\r")
        .replace("%0A", "\n")
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
