//! Files that the service accepts: formats, content signatures, sizes.

use std::path::Path;

use serde::{Deserialize, Serialize};

mod conversion_hints;
mod metadata;
mod skipped;
mod sniff;
#[cfg(test)]
mod tests;

pub use metadata::{CaptureTime, MediaMetadata};
pub use skipped::skipped_kind;
use sniff::Family;

/// Largest direct upload, in bytes: the smaller reading of "500 MB" (`docs/service.md`).
pub const DIRECT_LIMIT: u64 = 500_000_000;
/// Largest file, in bytes: the larger reading of "5 GB" (`docs/service.md`).
pub const SIZE_LIMIT: u64 = 5_368_709_120;
/// Size in bytes above which the service may refuse a file: the smaller reading of "5 GB".
pub const SIZE_DOUBT: u64 = 5_000_000_000;
/// Number of leading bytes that [`check`] needs.
pub const HEAD_LEN: usize = 8192;

/// Media kind of a file.
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

impl Kind {
    /// Returns the word used in the database and in `docs/contract.md`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Video => "video",
            Self::Audio => "audio",
            Self::Image => "image",
        }
    }

    /// Reads the word of [`Self::as_str`].
    pub fn from_word(word: &str) -> Option<Self> {
        let mut all = [Self::Video, Self::Audio, Self::Image].into_iter();
        all.find(|kind| kind.as_str() == word)
    }
}

/// Upload route.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Route {
    /// `POST /upload`, multipart.
    Direct,
    /// `POST /upload/signed-url`, then the storage step.
    SignedUrl,
}

impl Route {
    /// Returns the word of the database and of JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Direct => "direct",
            Self::SignedUrl => "signed_url",
        }
    }

    /// Reads the word of [`Self::as_str`].
    pub fn from_word(word: &str) -> Option<Self> {
        let mut all = [Self::Direct, Self::SignedUrl].into_iter();
        all.find(|route| route.as_str() == word)
    }
}

/// Remark for the user on an accepted file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Note {
    /// The first bytes match no known format; the extension is trusted.
    UnknownContent,
    /// Between 5,000,000,000 bytes and 5 GiB: the service may refuse it.
    MayBeTooLarge,
    /// The content is in the cloud; uploading downloads it first.
    InCloud,
}

/// A file that the service accepts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Accepted {
    /// Media kind.
    pub kind: Kind,
    /// Content type of its extension, as `video/mp4`.
    pub mime: &'static str,
    /// Route for its size.
    pub route: Route,
    /// Remark for the user.
    pub note: Option<Note>,
}

/// Reason why a file is not accepted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "why")]
pub enum Rejection {
    /// The extension is not supported.
    UnsupportedFormat {
        /// Lower-case extension, empty if there is none.
        extension: String,
        /// Format to convert to, if a supported one is close.
        suggested_format: Option<String>,
    },
    /// The content is clearly of another format than the extension.
    ContentMismatch {
        /// Lower-case extension.
        extension: String,
        /// Description of the content, as "PDF document".
        looks_like: String,
        /// The right extension, if the service supports that format.
        rename_to: Option<String>,
    },
    /// The content lacks the signature that files of this extension begin with.
    NotRecognised {
        /// Lower-case extension.
        extension: String,
    },
    /// No bytes at all.
    Empty,
    /// Above [`SIZE_LIMIT`].
    TooLarge {
        /// Size in bytes.
        size: u64,
    },
    /// The file cannot be opened or read.
    Unreadable {
        /// Short cause, as "permission denied".
        cause: String,
    },
    /// Not a regular file: FIFO, socket, device, or a link to one.
    NotAFile,
    /// Nothing is there.
    NotFound,
}

impl Rejection {
    /// Returns the word of `docs/contract.md`.
    pub fn reason(&self) -> &'static str {
        match self {
            Self::UnsupportedFormat { .. } => "unsupported_format",
            Self::ContentMismatch { .. } => "content_mismatch",
            Self::NotRecognised { .. } => "not_recognised",
            Self::Empty => "empty",
            Self::TooLarge { .. } => "too_large",
            Self::Unreadable { .. } | Self::NotAFile => "unreadable",
            Self::NotFound => "not_found",
        }
    }
}

/// A supported extension.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Format {
    /// In lower case, without the dot.
    pub extension: &'static str,
    /// Media kind.
    pub kind: Kind,
    /// Content type sent to the service.
    pub mime: &'static str,
    /// Family that the content must belong to.
    family: Family,
}

/// All accepted extensions: the 20 formats of `docs/service.md`, plus `mpg`, `jpg` and `tif` as
/// alternative spellings.
const FORMATS: [Format; 23] = {
    use Kind::{Audio, Image, Video};
    const fn format(
        extension: &'static str,
        kind: Kind,
        mime: &'static str,
        family: Family,
    ) -> Format {
        Format {
            extension,
            kind,
            mime,
            family,
        }
    }
    [
        format("mp4", Video, "video/mp4", Family::IsoMedia),
        format("mov", Video, "video/quicktime", Family::IsoMedia),
        format("avi", Video, "video/x-msvideo", Family::Avi),
        format("webm", Video, "video/webm", Family::Matroska),
        format("mkv", Video, "video/x-matroska", Family::Matroska),
        format("flv", Video, "video/x-flv", Family::Flv),
        format("wmv", Video, "video/x-ms-wmv", Family::Asf),
        format("mpeg", Video, "video/mpeg", Family::Mpeg),
        format("mpg", Video, "video/mpeg", Family::Mpeg),
        format("mp3", Audio, "audio/mpeg", Family::MpegAudio),
        format("wav", Audio, "audio/wav", Family::Wav),
        format("aac", Audio, "audio/aac", Family::Aac),
        format("flac", Audio, "audio/flac", Family::Flac),
        format("ogg", Audio, "audio/ogg", Family::Ogg),
        format("m4a", Audio, "audio/mp4", Family::IsoMedia),
        format("jpg", Image, "image/jpeg", Family::Jpeg),
        format("jpeg", Image, "image/jpeg", Family::Jpeg),
        format("png", Image, "image/png", Family::Png),
        format("gif", Image, "image/gif", Family::Gif),
        format("webp", Image, "image/webp", Family::Webp),
        format("bmp", Image, "image/bmp", Family::Bmp),
        format("tiff", Image, "image/tiff", Family::Tiff),
        format("tif", Image, "image/tiff", Family::Tiff),
    ]
};

/// Returns every supported extension, videos first, for dialogs and texts.
pub fn formats() -> &'static [Format] {
    &FORMATS
}

/// Returns the format of a file's extension, ignoring case.
///
/// # Errors
/// [`Rejection::UnsupportedFormat`] for other extensions and for none.
pub fn format_of(path: &Path) -> Result<&'static Format, Rejection> {
    let extension = path.extension().unwrap_or_default();
    if let Some(format) = FORMATS
        .iter()
        .find(|format| extension.eq_ignore_ascii_case(format.extension))
    {
        return Ok(format);
    }
    let extension = extension.to_string_lossy().to_lowercase();
    Err(Rejection::UnsupportedFormat {
        suggested_format: conversion_hints::suggested_format(&extension).map(str::to_owned),
        extension,
    })
}

/// Checks a file by name and size alone, since reading it could download it from a cloud.
///
/// # Errors
/// [`Rejection::UnsupportedFormat`], [`Rejection::Empty`] or [`Rejection::TooLarge`], in this
/// order.
pub fn check_unread(path: &Path, size: u64) -> Result<Accepted, Rejection> {
    let format = format_of(path)?;
    match size {
        0 => return Err(Rejection::Empty),
        size if size > SIZE_LIMIT => return Err(Rejection::TooLarge { size }),
        _ => {}
    }
    Ok(Accepted {
        kind: format.kind,
        mime: format.mime,
        route: if size > DIRECT_LIMIT {
            Route::SignedUrl
        } else {
            Route::Direct
        },
        note: (size > SIZE_DOUBT).then_some(Note::MayBeTooLarge),
    })
}

/// Checks a file by name, size in bytes and `head`: its first [`HEAD_LEN`] bytes, or all of a
/// shorter file.
///
/// Content without a known signature passes with [`Note::UnknownContent`] if the format has no
/// fixed one.
///
/// # Errors
/// Errors of [`check_unread`], then [`Rejection::ContentMismatch`] or [`Rejection::NotRecognised`].
pub fn check(path: &Path, size: u64, head: &[u8]) -> Result<Accepted, Rejection> {
    let format = format_of(path)?;
    let mut accepted = check_unread(path, size)?;
    match sniff::sniff(head) {
        Some(content)
            if content
                .family
                .is_some_and(|family| family.agrees_with(format.family)) => {}
        Some(content) => {
            return Err(Rejection::ContentMismatch {
                extension: format.extension.to_owned(),
                looks_like: content.looks_like,
                rename_to: content.rename_to.map(str::to_owned),
            });
        }
        None if format.family.has_signature() => {
            return Err(Rejection::NotRecognised {
                extension: format.extension.to_owned(),
            });
        }
        // There is room for one note, and a possible refusal matters more.
        None => accepted.note = accepted.note.or(Some(Note::UnknownContent)),
    }
    Ok(accepted)
}

/// Size and modification time, to detect changes of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileStamp {
    /// Size in bytes.
    pub size: u64,
    /// Modification time, in nanoseconds since the Unix epoch; negative before it.
    pub modified_ns: i64,
}

impl FileStamp {
    /// Reads the stamp from metadata; the time is 0 on systems without one.
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

    /// Returns whether the last change was at least `age` before `now`; never for a future one.
    pub fn is_older_than(&self, age: std::time::Duration, now: std::time::SystemTime) -> bool {
        let now = now
            .duration_since(std::time::UNIX_EPOCH)
            .unwrap_or_default();
        i128::try_from(now.saturating_sub(age).as_nanos())
            .is_ok_and(|limit| i128::from(self.modified_ns) <= limit)
    }
}
