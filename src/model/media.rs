//! Which files the service takes: formats, what their content looks like, sizes.

use serde::{Deserialize, Serialize};

/// Largest direct upload, in bytes: the smaller reading of the seed's "500 MB".
pub const DIRECT_LIMIT: u64 = 500_000_000;
/// Largest file at all, in bytes: the larger reading of the seed's "5 GB".
pub const SIZE_LIMIT: u64 = 5_368_709_120;
/// Above this many bytes the service may refuse a file: the smaller reading of "5 GB".
pub const SIZE_DOUBT: u64 = 5_000_000_000;
/// How many first bytes of a file [`check`] wants to see.
pub const HEAD_LEN: usize = 8192;

/// What a file is, for people.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Moving pictures.
    Video,
    /// Sound.
    Audio,
    /// A still picture.
    Image,
}

/// The way the bytes go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Route {
    /// `POST /upload`, multipart.
    Direct,
    /// `POST /upload/signed-url`, then the storage step.
    SignedUrl,
}

/// Something a person may want to know of a file that is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Note {
    /// The first bytes are of no format that is known; the extension is believed.
    UnknownContent,
    /// Between 5,000,000,000 bytes and 5 GiB: the service may refuse it.
    MayBeTooLarge,
    /// The content lives in the cloud; uploading fetches it first.
    InCloud,
}

/// A file that the service takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Accepted {
    /// What it is.
    pub kind: Kind,
    /// Content type of its extension, as `video/mp4`.
    pub mime: &'static str,
    /// The way that its size asks for.
    pub route: Route,
    /// Something to say about it.
    pub note: Option<Note>,
}

/// Why a file is not taken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "why")]
pub enum Rejection {
    /// The extension is not one of the service's.
    UnsupportedFormat {
        /// The extension in lower case, empty where there is none.
        extension: String,
        /// What to convert to, where the format is a near relative.
        convert_to: Option<String>,
    },
    /// The content is clearly of another format than the extension says.
    ContentMismatch {
        /// The extension in lower case.
        extension: String,
        /// What the content is, as "PDF document".
        looks_like: String,
        /// The extension that would be right, where the service takes that format.
        rename_to: Option<String>,
    },
    /// No bytes at all.
    Empty,
    /// Above [`SIZE_LIMIT`].
    TooLarge {
        /// Bytes.
        size: u64,
    },
    /// Cannot be opened or read; the text says why, in a few words.
    Unreadable {
        /// As "permission denied".
        cause: String,
    },
    /// A folder entry that is not a regular file: FIFO, socket, device, or a link to one.
    NotAFile,
    /// Nothing is there.
    NotFound,
}

impl Rejection {
    /// The contract's word.
    pub fn reason(&self) -> &'static str {
        match self {
            Self::UnsupportedFormat { .. } => "unsupported_format",
            Self::ContentMismatch { .. } => "content_mismatch",
            Self::Empty => "empty",
            Self::TooLarge { .. } => "too_large",
            Self::Unreadable { .. } | Self::NotAFile => "unreadable",
            Self::NotFound => "not_found",
        }
    }
}

/// What tells one state of a file from another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileStamp {
    /// Bytes.
    pub size: u64,
    /// Time of last change, in nanoseconds since the Unix epoch; negative before it.
    pub modified_ns: i64,
}

impl FileStamp {
    /// The stamp in a file's metadata. A system that gives no time of change gives 0.
    pub fn of(metadata: &std::fs::Metadata) -> Self {
        use std::time::UNIX_EPOCH;
        let nanos =
            |duration: std::time::Duration| i64::try_from(duration.as_nanos()).unwrap_or(i64::MAX);
        let modified_ns = match metadata.modified() {
            Ok(time) => match time.duration_since(UNIX_EPOCH) {
                Ok(after) => nanos(after),
                Err(before) => -nanos(before.duration()),
            },
            Err(_) => 0,
        };
        Self {
            size: metadata.len(),
            modified_ns,
        }
    }
}
