//! The source file of an upload: opening, hashing, and change detection.
//!
//! Beside the layers, since `api` and `engine` must agree on what "unchanged" means. Everything
//! here blocks.

use std::fs::{self, File, Metadata};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use crate::model::fault::{Diagnostics, Fault, FaultKind};
use crate::model::media::FileStamp;

mod errors;
#[cfg(test)]
mod tests;

pub(crate) use errors::{NO_ANSWER, cause, is_gone};

/// Bytes per read: more is no faster, less is slower (measured with `benches/intake`).
pub(crate) const BLOCK: usize = 256 * 1024;

/// Cause if a folder, FIFO or device has replaced the file.
const NO_FILE: &str = "it is not a regular file any more";

/// An open file that was checked on opening.
#[derive(Debug)]
pub(crate) struct SourceFile {
    path: PathBuf,
    stamp: FileStamp,
    file: File,
    trace: Trace,
}

/// Identity and change time of a file, to detect changes that keep size and modification time, as
/// by `cp -p`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Trace {
    #[cfg(unix)]
    file: (u64, u64),
    #[cfg(unix)]
    changed: (i64, i64),
    #[cfg(not(unix))]
    made: Option<std::time::SystemTime>,
}

impl Trace {
    #[cfg(unix)]
    fn of(metadata: &Metadata) -> Self {
        use std::os::unix::fs::MetadataExt;
        Self {
            file: (metadata.dev(), metadata.ino()),
            changed: (metadata.ctime(), metadata.ctime_nsec()),
        }
    }

    #[cfg(not(unix))]
    fn of(metadata: &Metadata) -> Self {
        Self {
            made: metadata.created().ok(),
        }
    }
}

impl SourceFile {
    /// Opens the regular file at `path` with this stamp. Other files are not opened: opening a FIFO
    /// would block.
    ///
    /// # Errors
    ///
    /// [`FaultKind::FileChanged`], [`FaultKind::FileGone`] or [`FaultKind::Unreadable`].
    pub(crate) fn open(path: &Path, stamp: FileStamp) -> Result<Self, Fault> {
        if !fs::metadata(path).map_err(|error| fault(&error))?.is_file() {
            return Err(caused(FaultKind::Unreadable, NO_FILE));
        }
        if stamp.size == 0 {
            return Err(caused(FaultKind::Unreadable, "it holds no bytes"));
        }
        let file = File::open(path).map_err(|error| fault(&error))?;
        let metadata = file.metadata().map_err(|error| fault(&error))?;
        check_metadata(&metadata, stamp)?;
        Ok(Self {
            path: path.to_owned(),
            stamp,
            file,
            trace: Trace::of(&metadata),
        })
    }

    /// Fills a buffer; a partly filled one means the file's end.
    ///
    /// # Errors
    ///
    /// [`FaultKind::FileGone`], also for a failed read after the path vanished with its drive, or
    /// [`FaultKind::Unreadable`].
    pub(crate) fn fill(&mut self, buffer: &mut [u8]) -> Result<usize, Fault> {
        fill(&mut self.file, buffer).map_err(|error| match fs::metadata(&self.path) {
            Err(gone) if is_gone(&gone) => fault(&gone),
            _ => fault(&error),
        })
    }

    /// Checks that the open file, and the file now at its path, still have the stamp.
    ///
    /// # Errors
    ///
    /// Faults of [`Self::open`].
    pub(crate) fn check(&self) -> Result<(), Fault> {
        check(&self.path, self.stamp)?;
        let metadata = self.file.metadata().map_err(|error| fault(&error))?;
        check_metadata(&metadata, self.stamp)
    }

    /// Returns the fault of a file with fewer bytes than its stamp says.
    pub(crate) fn ended_early(&self) -> Fault {
        let ended = || caused(FaultKind::FileChanged, "it ended early");
        self.check().err().unwrap_or_else(ended)
    }

    /// Hashes the rest of the file, reporting the bytes of each read to `goes_on`; `None` once that
    /// returns false.
    ///
    /// # Errors
    ///
    /// Faults of [`Self::open`] and [`Self::fill`].
    pub(crate) fn hash(
        &mut self,
        goes_on: &mut dyn FnMut(usize) -> bool,
    ) -> Result<Option<blake3::Hash>, Fault> {
        let mut hasher = blake3::Hasher::new();
        let mut block = vec![0; BLOCK];
        loop {
            let got = self.fill(&mut block)?;
            hasher.update(&block[..got]);
            if hasher.count() > self.stamp.size {
                return Err(caused(FaultKind::FileChanged, "it grew"));
            }
            if !goes_on(got) {
                return Ok(None);
            }
            if got < block.len() {
                break;
            }
        }
        if hasher.count() < self.stamp.size {
            return Err(self.ended_early());
        }
        self.check()?;
        Ok(Some(hasher.finalize()))
    }

    /// Checks that the file at the path is still the one that was read. If it was touched meanwhile
    /// it is hashed again: equal content is no change.
    ///
    /// # Errors
    ///
    /// Faults of [`Self::open`] and [`Self::fill`].
    pub(crate) fn confirm(
        &self,
        read: blake3::Hash,
        goes_on: &mut dyn FnMut(usize) -> bool,
    ) -> Result<(), Fault> {
        self.check()?;
        let now = fs::metadata(&self.path).map_err(|error| fault(&error))?;
        if Trace::of(&now) == self.trace {
            return Ok(());
        }
        match Self::open(&self.path, self.stamp)?.hash(goes_on)? {
            Some(again) if again != read => Err(caused(
                FaultKind::FileChanged,
                "another content took its place",
            )),
            _ => Ok(()),
        }
    }
}

/// Checks that a regular file with this stamp is at the path.
///
/// # Errors
///
/// [`FaultKind::FileChanged`], [`FaultKind::FileGone`] or [`FaultKind::Unreadable`].
pub(crate) fn check(path: &Path, stamp: FileStamp) -> Result<(), Fault> {
    let metadata = fs::metadata(path).map_err(|error| fault(&error))?;
    check_metadata(&metadata, stamp)
}

fn check_metadata(metadata: &Metadata, stamp: FileStamp) -> Result<(), Fault> {
    if !metadata.is_file() {
        return Err(caused(FaultKind::FileChanged, NO_FILE));
    }
    let now = FileStamp::of(metadata);
    let cause = if now.size < stamp.size {
        "it shrank"
    } else if now.size > stamp.size {
        "it grew"
    } else if now.modified_ns != stamp.modified_ns {
        "it was written to"
    } else {
        return Ok(());
    };
    Err(caused(FaultKind::FileChanged, cause))
}

fn fill(file: &mut impl Read, buffer: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        match file.read(&mut buffer[filled..]) {
            Ok(0) => break,
            Ok(read) => filled += read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

/// Converts an error of opening, reading or querying a file.
pub(crate) fn fault(error: &io::Error) -> Fault {
    let kind = if is_gone(error) {
        FaultKind::FileGone
    } else {
        FaultKind::Unreadable
    };
    caused(kind, &cause(error))
}

fn caused(kind: FaultKind, cause: &str) -> Fault {
    Fault::new(kind).with_diagnostics(Diagnostics {
        causes: vec![cause.to_owned()],
        ..Diagnostics::default()
    })
}
