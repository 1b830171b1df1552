//! Walks folders, checks files and hashes them.
//!
//! All functions block and belong on a blocking thread. Only regular files are opened: a FIFO would
//! block, and a device might do anything.

use std::fs::{self, File, Metadata};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use crate::model::asset::ContentHash;
use crate::model::fault::{Fault, FaultKind};
use crate::model::media::{self, Accepted, FileStamp, HEAD_LEN, Note, Rejection};
use crate::model::upload::Media;
use crate::source_file::{self, SourceFile, cause, is_gone};

mod platform;
#[cfg(test)]
mod tests;
mod walk;

#[cfg(test)]
pub use tests::{drive, passes};
pub use walk::{WalkEvent, walk};

/// A file that passed its check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckedFile {
    /// Format, size and upload route.
    pub accepted: Accepted,
    /// Stamp at the check; another stamp later means a changed file.
    pub stamp: FileStamp,
    /// Its content is in the cloud: reading would download it, so name and size were judged.
    pub is_cloud_placeholder: bool,
}

impl CheckedFile {
    /// Returns what an upload keeps of the check.
    pub fn media(&self) -> Media {
        Media {
            stamp: self.stamp,
            kind: self.accepted.kind,
            note: self.accepted.note,
        }
    }
}

/// Checks a file of any type; with `as_named`, unrecognised content is taken for the format of the
/// file's name.
///
/// Links are followed. A placeholder of a file in the cloud is not opened.
///
/// # Errors
///
/// In this order: [`Rejection::NotFound`], [`Rejection::UnsupportedFormat`],
/// [`Rejection::Unreadable`] or [`Rejection::NotAFile`] (a folder, too), then those of
/// [`media::check`].
pub fn check(path: &Path, as_named: bool) -> Result<CheckedFile, Rejection> {
    check_with(path, as_named, platform::is_in_cloud)
}

/// Checks a file, with a function that detects cloud placeholders.
fn check_with(
    path: &Path,
    as_named: bool,
    is_in_cloud: impl Fn(&Metadata) -> bool,
) -> Result<CheckedFile, Rejection> {
    #[cfg(test)]
    drive::answers_check(path);
    let metadata = match fs::metadata(path) {
        Ok(metadata) => metadata,
        Err(error) => {
            let rejection = rejection(&error);
            if rejection != Rejection::NotFound {
                media::format_of(path)?;
            }
            return Err(rejection);
        }
    };
    media::format_of(path)?;
    if !metadata.is_file() {
        return Err(Rejection::NotAFile);
    }
    let unread = |size: u64, note: Note| {
        media::check_unread(path, size).map(|accepted| Accepted {
            note: accepted.note.or(Some(note)),
            ..accepted
        })
    };
    if is_in_cloud(&metadata) {
        return Ok(CheckedFile {
            accepted: unread(metadata.len(), Note::InCloud)?,
            stamp: FileStamp::of(&metadata),
            is_cloud_placeholder: true,
        });
    }
    let (metadata, head) = read_head(path).map_err(|error| rejection(&error))?;
    if !metadata.is_file() {
        return Err(Rejection::NotAFile);
    }
    let accepted = match media::check(path, metadata.len(), &head) {
        Err(Rejection::NotRecognised { .. }) if as_named => {
            unread(metadata.len(), Note::UnknownContent)
        }
        judged => judged,
    };
    Ok(CheckedFile {
        accepted: accepted?,
        stamp: FileStamp::of(&metadata),
        is_cloud_placeholder: false,
    })
}

/// Returns whether the file is a cloud placeholder, so that reading it downloads it.
pub fn is_in_cloud(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|metadata| platform::is_in_cloud(&metadata))
}

/// Returns the file's current stamp; `None` if it does not exist.
pub fn stamp_now(path: &Path) -> Option<FileStamp> {
    let metadata = fs::metadata(path).ok()?;
    Some(FileStamp::of(&metadata))
}

/// Returns whether the file exists unchanged. A replaced file needs the user's decision.
pub fn is_still(path: &Path, stamp: FileStamp) -> bool {
    #[cfg(test)]
    drive::answers(path);
    source_file::check(path, stamp).is_ok()
}

/// Progress of a read, and its cancellation.
#[derive(Debug, Default)]
pub struct Reading {
    /// Bytes read so far.
    pub read: AtomicU64,
    /// Cancelled: the read ends soon.
    pub is_unwanted: AtomicBool,
}

/// Hashes a whole file with BLAKE3 in one pass, on this thread.
///
/// `stamp` is the file's stamp at its check. A file in the cloud is downloaded.
///
/// # Errors
///
/// [`FaultKind::FileChanged`] if the stamp differs before, during or after the pass;
/// [`FaultKind::FileGone`]; [`FaultKind::Unreadable`]; [`FaultKind::Cancelled`] soon after
/// `reading` is cancelled.
pub fn hash(path: &Path, stamp: FileStamp, reading: &Reading) -> Result<ContentHash, Fault> {
    #[cfg(test)]
    drive::answers_reading(path);
    let mut file = SourceFile::open(path, stamp)?;
    #[cfg(test)]
    passes::note(path);
    let mut goes_on = |read: usize| {
        let read = u64::try_from(read).unwrap_or(u64::MAX);
        reading.read.fetch_add(read, Ordering::Relaxed);
        !reading.is_unwanted.load(Ordering::Relaxed)
    };
    let hash = file.hash(&mut goes_on)?;
    let hash = hash.ok_or_else(|| Fault::new(FaultKind::Cancelled))?;
    file.confirm(hash, &mut goes_on)?;
    Ok(ContentHash::from_bytes(hash.into()))
}

/// Returns the first [`HEAD_LEN`] bytes of a file, and metadata of the same open file.
fn read_head(path: &Path) -> io::Result<(Metadata, Vec<u8>)> {
    let file = File::open(path)?;
    let metadata = file.metadata()?;
    let mut head = Vec::with_capacity(HEAD_LEN);
    if metadata.is_file() {
        let limit = u64::try_from(HEAD_LEN).unwrap_or(u64::MAX);
        file.take(limit).read_to_end(&mut head)?;
    }
    Ok((metadata, head))
}

/// Canonical path of a file, with links in its folders resolved. Links to files and hard links are
/// files of their own; their equal content is found by hash.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct CanonicalPath(PathBuf);

impl CanonicalPath {
    /// Takes the path as it is, for an unresponsive drive.
    pub fn unresolved(path: &Path) -> Self {
        Self(std::path::absolute(path).unwrap_or_else(|_| path.to_owned()))
    }
}

/// Resolves a path; a missing file's path is only made absolute.
pub fn identity(path: &Path) -> CanonicalPath {
    #[cfg(test)]
    drive::answers(path);
    let is_link = fs::symlink_metadata(path).is_ok_and(|metadata| metadata.is_symlink());
    let resolved = match (is_link, path.parent(), path.file_name()) {
        (true, Some(folder), Some(name)) => {
            let folder = if folder.as_os_str().is_empty() {
                Path::new(".")
            } else {
                folder
            };
            fs::canonicalize(folder).map(|folder| folder.join(name))
        }
        _ => fs::canonicalize(path),
    };
    resolved.map_or_else(|_| CanonicalPath::unresolved(path), CanonicalPath)
}

/// Returns the name of a folder, also of "."; `None` for anything else, and for a root.
pub fn folder_name(path: &Path) -> Option<String> {
    let folder = fs::canonicalize(path).ok().filter(|path| path.is_dir())?;
    let name = path.file_name().or_else(|| folder.file_name())?;
    Some(name.to_string_lossy().into_owned())
}

fn rejection(error: &io::Error) -> Rejection {
    if is_gone(error) {
        Rejection::NotFound
    } else {
        Rejection::Unreadable {
            cause: cause(error),
        }
    }
}
