//! The service's data about a file: asset id, status, metadata.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The service's name for an uploaded file, `re_<digits>` in its documentation.
///
/// Kept as the service wrote it and validated as little as possible: a rejected id is a lost id.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct AssetId(String);

impl AssetId {
    /// Longest accepted id, in bytes; the documented ones have 21.
    pub const MAX_LEN: usize = 256;

    /// Takes an id from the service, trimmed.
    ///
    /// Returns `None` for ids unusable in a call's path: empty, `.` or `..`, longer than
    /// [`Self::MAX_LEN`], or with white space, slashes or control characters.
    pub fn new(text: &str) -> Option<Self> {
        let text = text.trim();
        let usable = !matches!(text, "" | "." | "..")
            && text.len() <= Self::MAX_LEN
            && !text
                .chars()
                .any(|c| c.is_control() || c.is_whitespace() || matches!(c, '/' | '?' | '#'));
        usable.then(|| Self(text.to_owned()))
    }

    /// Returns the id as the service wrote it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for AssetId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// `upload_status` of an asset (`docs/service.md`, "Calls").
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum AssetStatus {
    /// The service has the request, but not (all of) the file.
    Waiting,
    /// The file is being received and processed.
    Uploading,
    /// Ready for use in later calls.
    Success,
    /// The service gave up; the file has to be uploaded again.
    Failed,
    /// An undocumented value, treated as still working.
    Other,
}

impl AssetStatus {
    /// Parses the service's word, ignoring case.
    pub fn from_wire(word: &str) -> Self {
        match word.trim().to_ascii_uppercase().as_str() {
            "WAITING" => Self::Waiting,
            "UPLOADING" => Self::Uploading,
            "SUCCESS" => Self::Success,
            "FAILED" => Self::Failed,
            _ => Self::Other,
        }
    }

    /// Returns the service's word; `OTHER` for undocumented ones.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "WAITING",
            Self::Uploading => "UPLOADING",
            Self::Success => "SUCCESS",
            Self::Failed => "FAILED",
            Self::Other => "OTHER",
        }
    }
}

/// Knowledge about an asset beyond its status.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AssetRemark {
    /// All bytes were sent again after a lost response.
    MayBeStoredTwice,
    /// Its upload was abandoned: the service may hold an asset without its bytes.
    Abandoned,
    /// The service holds another number of bytes than were sent.
    SizeMismatch,
    /// The service no longer knows the id.
    Gone,
}

impl AssetRemark {
    /// Returns the word used in the database and in exports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::MayBeStoredTwice => "may_be_stored_twice",
            Self::Abandoned => "abandoned",
            Self::SizeMismatch => "size_mismatch",
            Self::Gone => "gone",
        }
    }

    /// Reads the word of [`Self::as_str`].
    pub fn from_word(word: &str) -> Option<Self> {
        [
            Self::MayBeStoredTwice,
            Self::Abandoned,
            Self::SizeMismatch,
            Self::Gone,
        ]
        .into_iter()
        .find(|remark| remark.as_str() == word)
    }
}

/// State of an asset, as far as is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AssetState {
    /// Ready for use.
    Ready,
    /// The service is processing it.
    Processing,
    /// Processing failed.
    Failed,
    /// The service holds another number of bytes than were sent.
    WrongSize,
    /// The service does not know it any more.
    Gone,
    /// Deleted from the service.
    Deleted,
}

impl AssetState {
    /// Returns the word used in exports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ready => "ready",
            Self::Processing => "processing",
            Self::Failed => "failed",
            Self::WrongSize => "wrong_size",
            Self::Gone => "gone",
            Self::Deleted => "deleted",
        }
    }
}

/// Response of the metadata call for one asset.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AssetMetadata {
    /// Processing status.
    pub status: AssetStatus,
    /// Bytes that the service holds; `None` if not stated. A size of 0 or less counts as stated
    /// only once the asset is ready.
    pub file_size: Option<u64>,
    /// File name with its extension; `None` if not stated.
    pub file_name: Option<String>,
    /// Time of its creation, in milliseconds since the Unix epoch; `None` if not stated.
    pub created_at_ms: Option<i64>,
}

impl AssetMetadata {
    /// Creates metadata that states a status and perhaps a size.
    pub fn new(status: AssetStatus, file_size: Option<u64>) -> Self {
        Self {
            status,
            file_size,
            file_name: None,
            created_at_ms: None,
        }
    }

    /// Returns whether the bytes have arrived.
    pub fn arrived(&self) -> bool {
        self.file_size.is_some()
            || matches!(self.status, AssetStatus::Uploading | AssetStatus::Success)
    }
}

/// Result of looking up an asset.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AssetAnswer {
    /// The service knows it.
    Known(AssetMetadata),
    /// The service has no such asset.
    NotFound,
}

/// BLAKE3 hash of a file's bytes as sent.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ContentHash([u8; 32]);

impl ContentHash {
    /// Wraps a BLAKE3 digest.
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Parses 64 hexadecimal digits; `None` for anything else.
    pub fn from_hex(text: &str) -> Option<Self> {
        let hash = blake3::Hash::from_hex(text).ok()?;
        Some(Self(*hash.as_bytes()))
    }

    /// Returns 64 lower-case hexadecimal digits, as `b3sum` prints them.
    pub fn to_hex(self) -> String {
        blake3::Hash::from_bytes(self.0).to_hex().to_string()
    }
}

impl TryFrom<String> for ContentHash {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::from_hex(&text).ok_or("a content hash has 64 hexadecimal digits")
    }
}

impl From<ContentHash> for String {
    fn from(hash: ContentHash) -> Self {
        hash.to_hex()
    }
}

impl fmt::Debug for ContentHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ContentHash({})", self.to_hex())
    }
}

/// Account of an upload: a keyed hash of the API key, never the key.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Account(String);

impl Account {
    /// Wraps a fingerprint from the history.
    pub fn from_fingerprint(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// Returns the fingerprint: 16 hexadecimal digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests;
