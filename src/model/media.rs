//! Which files the service takes: formats, what their content looks like, sizes.

use std::path::Path;

use serde::{Deserialize, Serialize};

mod conversion_hints;
mod sniff;
#[cfg(test)]
mod tests;

use sniff::Family;

/// Largest direct upload, in bytes: the smaller reading of "500 MB" (`docs/service.md`).
pub const DIRECT_LIMIT: u64 = 500_000_000;
/// Largest file at all, in bytes: the larger reading of "5 GB" (`docs/service.md`).
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

/// Something the user may want to know of a file that is taken.
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
        suggested_format: Option<String>,
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
    /// The content is nothing known, though files of this extension begin with a signature.
    NotRecognised {
        /// The extension in lower case.
        extension: String,
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
    /// The word of `docs/contract.md`.
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

/// One extension that the service's formats have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Format {
    /// In lower case, without the dot.
    pub extension: &'static str,
    /// What such a file is.
    pub kind: Kind,
    /// Content type that goes on the wire.
    pub mime: &'static str,
    /// What its content has to look like.
    family: Family,
}

/// Every extension that is taken: the 20 formats of `docs/service.md`, with `mpg`, `jpg` and `tif` as other
/// spellings of three of them.
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

/// Every extension that the service takes, videos first, for dialogs and texts.
pub fn formats() -> &'static [Format] {
    &FORMATS
}

/// The format that a file's extension names, without regard to case.
///
/// # Errors
///
/// [`Rejection::UnsupportedFormat`] for every other extension and for none.
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

/// Judges a file by its name and its size in bytes alone, as is done where looking into it
/// would fetch it from a cloud.
///
/// # Errors
///
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

/// Judges a file by its name, its size in bytes and its first bytes. `head` is the file's first
/// [`HEAD_LEN`] bytes, or all of a shorter file.
///
/// Content of no known signature passes, with [`Note::UnknownContent`], where the format has
/// none that is fixed.
///
/// # Errors
///
/// Those of [`check_unread`], then [`Rejection::ContentMismatch`] or
/// [`Rejection::NotRecognised`].
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
        // One note has room: that the service may refuse the file weighs more.
        None => accepted.note = accepted.note.or(Some(Note::UnknownContent)),
    }
    Ok(accepted)
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

    /// Returns whether the last change was at least `age` before `now`. One that lies in the future
    /// was not.
    pub fn is_older_than(&self, age: std::time::Duration, now: std::time::SystemTime) -> bool {
        let now = now
            .duration_since(std::time::UNIX_EPOCH)
            .unwrap_or_default();
        i128::try_from(now.saturating_sub(age).as_nanos())
            .is_ok_and(|limit| i128::from(self.modified_ns) <= limit)
    }
}
