//! Hashes a file before it is sent.

use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use crate::model::asset::ContentHash;
use crate::model::fault::{Fault, FaultKind};
use crate::model::media::FileStamp;
use crate::source_file::SourceFile;

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
    super::tests::drive::answers_reading(path);
    let mut file = SourceFile::open(path, stamp)?;
    #[cfg(test)]
    super::tests::passes::note(path);
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
