//! Issues and recognises signed URLs.

use std::time::{Duration, Instant};

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// Lifetime of a signed URL in seconds, from the documentation's example.
pub(super) const EXPIRES_IN: u64 = 93_600;

/// Size limit of a file by signed URL: 5 GiB, the larger reading of the service's "5 GB".
pub(super) const MAX_OBJECT: u64 = 5 * 1024 * 1024 * 1024;

const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// Signing key. It protects nothing: it makes signatures differ by URL and repeat for equal asset
/// ids.
const SIGNING_KEY: &[u8; 32] = b"the sandbox's signatures, ver. 1";

/// Form of a signed URL, and the protocol that the storage server accepts at it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum OfferedProtocol {
    /// V4 with `X-Goog-SignedHeaders=host`: `PUT` of the raw bytes.
    #[default]
    PutV4,
    /// V4 with `content-type;host` signed for the MIME type of the name's extension.
    PutV4Typed,
    /// V4 with `content-type;host` signed for `application/octet-stream`.
    PutV4Octet,
    /// V2 (`GoogleAccessId`, `Expires`, `Signature`): `PUT` of the raw bytes without
    /// `Content-Type`.
    PutV2,
    /// V4 with `host;x-goog-resumable` signed: `POST` starts a resumable session.
    ResumableStart,
    /// The URL is a resumable session already (`upload_id=`).
    Session,
    /// No sign of a storage service: `POST` of a multipart form, as in the vendor's documentation.
    Form,
    /// Looks like [`OfferedProtocol::PutV4`], accepts only the form.
    FormBehindV4,
    /// Looks like [`OfferedProtocol::PutV2`], accepts only the form.
    FormBehindV2,
    /// Looks like [`OfferedProtocol::Form`], accepts only a `PUT` of the raw bytes.
    PutBehindPlain,
}

/// Request that the storage server accepts at a URL other than a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Takes {
    Put,
    Form,
    Start,
}

impl OfferedProtocol {
    fn takes(self) -> Option<Takes> {
        match self {
            Self::PutV4
            | Self::PutV4Typed
            | Self::PutV4Octet
            | Self::PutV2
            | Self::PutBehindPlain => Some(Takes::Put),
            Self::Form | Self::FormBehindV4 | Self::FormBehindV2 => Some(Takes::Form),
            Self::ResumableStart => Some(Takes::Start),
            Self::Session => None,
        }
    }
}

/// A signed URL that was issued.
#[derive(Clone, Debug)]
pub(super) struct Ticket {
    pub(super) asset_id: String,
    pub(super) protocol: OfferedProtocol,
    pub(super) takes: Takes,
    /// The signed `Content-Type`.
    pub(super) content_type: Option<&'static str>,
    pub(super) expires: Instant,
}

/// Returns path and query of a signed URL. Clients must send them back byte for byte: the signature
/// contains characters that encoders write differently.
pub(super) fn sign(asset_id: &str, file_name: &str, protocol: OfferedProtocol) -> String {
    let name = utf8_percent_encode(file_name, SEGMENT);
    let path = format!("/mavi-sandbox/upload/{asset_id}/{name}");
    let signature = blake3::keyed_hash(SIGNING_KEY, path.as_bytes()).to_hex();
    let now = jiff::Timestamp::now();
    let v4 = |signed_headers: &str| {
        format!(
            "{path}?X-Goog-Algorithm=GOOG4-RSA-SHA256\
             &X-Goog-Credential=mavi%40sandbox.iam.gserviceaccount.com%2F{day}%2Fauto%2Fstorage%2Fgoog4_request\
             &X-Goog-Date={time}&X-Goog-Expires={EXPIRES_IN}\
             &X-Goog-SignedHeaders={signed_headers}&X-Goog-Signature={signature}",
            day = now.strftime("%Y%m%d"),
            time = now.strftime("%Y%m%dT%H%M%SZ"),
        )
    };
    match protocol {
        OfferedProtocol::PutV4 | OfferedProtocol::FormBehindV4 => v4("host"),
        OfferedProtocol::PutV4Typed | OfferedProtocol::PutV4Octet => v4("content-type%3Bhost"),
        OfferedProtocol::ResumableStart => v4("host%3Bx-goog-resumable"),
        OfferedProtocol::PutV2 | OfferedProtocol::FormBehindV2 => format!(
            "{path}?GoogleAccessId=mavi%40sandbox.iam.gserviceaccount.com&Expires={expires}\
             &Signature={signature}%2Bx%2Fy%3D%3D",
            expires = now.as_second() + EXPIRES_IN as i64,
        ),
        OfferedProtocol::Session => session_path(asset_id, 0),
        OfferedProtocol::Form | OfferedProtocol::PutBehindPlain => {
            format!("{path}?token={signature}")
        }
    }
}

/// Returns path and query of an asset's session by number.
pub(super) fn session_path(asset_id: &str, number: u64) -> String {
    let id = blake3::keyed_hash(SIGNING_KEY, format!("{asset_id} {number}").as_bytes());
    format!(
        "/upload/storage/v1/b/mavi-sandbox/o?uploadType=resumable&upload_id={}",
        id.to_hex()
    )
}

impl Ticket {
    /// Returns `None` for a session, which needs no ticket.
    pub(super) fn new(
        asset_id: &str,
        file_name: &str,
        protocol: OfferedProtocol,
        good_for: Option<Duration>,
    ) -> Option<Self> {
        let takes = protocol.takes()?;
        let content_type = match protocol {
            OfferedProtocol::PutV4Typed => Some(mime_of(file_name)),
            OfferedProtocol::PutV4Octet => Some("application/octet-stream"),
            _ => None,
        };
        let good_for = good_for.unwrap_or(Duration::from_secs(EXPIRES_IN));
        Some(Self {
            asset_id: asset_id.to_owned(),
            protocol,
            takes,
            content_type,
            expires: Instant::now() + good_for,
        })
    }

    /// Returns the names of the signed headers in lower case.
    pub(super) fn signed_headers(&self) -> &'static [&'static str] {
        match self.protocol {
            OfferedProtocol::PutV4Typed | OfferedProtocol::PutV4Octet => &["content-type", "host"],
            OfferedProtocol::ResumableStart => &["host", "x-goog-resumable"],
            _ => &["host"],
        }
    }
}

/// Returns the MIME type that a server would sign for this name. A separate table, so that a wrong
/// entry in the client's shows.
fn mime_of(file_name: &str) -> &'static str {
    let extension = file_name.rsplit_once('.').map_or("", |(_, end)| end);
    match extension.to_ascii_lowercase().as_str() {
        "mp4" => "video/mp4",
        "mov" => "video/quicktime",
        "avi" => "video/x-msvideo",
        "webm" => "video/webm",
        "mkv" => "video/x-matroska",
        "flv" => "video/x-flv",
        "wmv" => "video/x-ms-wmv",
        "mpeg" | "mpg" => "video/mpeg",
        "mp3" => "audio/mpeg",
        "wav" => "audio/wav",
        "aac" => "audio/aac",
        "flac" => "audio/flac",
        "ogg" => "audio/ogg",
        "m4a" => "audio/mp4",
        "jpg" | "jpeg" => "image/jpeg",
        "png" => "image/png",
        "gif" => "image/gif",
        "webp" => "image/webp",
        "bmp" => "image/bmp",
        "tif" | "tiff" => "image/tiff",
        _ => "application/octet-stream",
    }
}
