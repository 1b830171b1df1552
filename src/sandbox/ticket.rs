//! Issues and recognises signed URLs.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Serialize;

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
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize)]
pub enum OfferedProtocol {
    /// V4 with `X-Goog-SignedHeaders=host`: `PUT` of the raw bytes.
    #[default]
    PutV4,
    /// V2 (`GoogleAccessId`, `Expires`, `Signature`): `PUT` of the raw bytes without
    /// `Content-Type`.
    PutV2,
    /// V4 with `host;x-goog-resumable` signed: `POST` starts a resumable session.
    ResumableStart,
    /// The URL is a resumable session already (`upload_id=`).
    Session,
    /// No sign of a storage service: `POST` of a multipart form, as in the vendor's documentation.
    Form,
}

/// A signed URL that was issued, other than a session.
#[derive(Clone, Debug)]
pub(super) struct Ticket {
    pub(super) asset_id: String,
    pub(super) protocol: OfferedProtocol,
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
        OfferedProtocol::PutV4 => v4("host"),
        OfferedProtocol::ResumableStart => v4("host%3Bx-goog-resumable"),
        OfferedProtocol::PutV2 => format!(
            "{path}?GoogleAccessId=mavi%40sandbox.iam.gserviceaccount.com&Expires={expires}\
             &Signature={signature}%2Bx%2Fy%3D%3D",
            expires = now.as_second() + EXPIRES_IN as i64,
        ),
        OfferedProtocol::Session => session_path(asset_id, 0),
        OfferedProtocol::Form => format!("{path}?token={signature}"),
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
    /// Returns the names of the signed headers in lower case.
    pub(super) fn signed_headers(&self) -> &'static [&'static str] {
        match self.protocol {
            OfferedProtocol::ResumableStart => &["host", "x-goog-resumable"],
            _ => &["host"],
        }
    }
}
